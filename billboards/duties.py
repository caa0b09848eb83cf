"""What must have happened inside the bureau before a penalty: 法制审核 and 集体讨论; which article asks, and what is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billboards.dossier import Dossier
from billboards.models import Discussion, LegalReview
from staff.models import setting

BY_SETTING = "业务设置“处罚案件一律法制审核”"
ART_57, ART_58 = "《行政处罚法》第五十七条第二款", "《行政处罚法》第五十八条第一款"


@dataclass(frozen=True)
class Duty:
    """`why`: what in the case asks for it, `article`: by which article; both empty where nothing does.

    `done`: when, who and with what result, newest first; `lacks`: what is still wanting before the decision.
    """

    what: str
    why: str
    article: str
    done: tuple[str, ...]
    lacks: str

    @property
    def is_required(self) -> bool:
        return bool(self.why)

    @property
    def words(self) -> str:
        """Why it must be, or that it need not."""
        return f"{self.why}（{self.article}）" if self.why else "本案不是必经"


def review_reason(dossier: Dossier) -> tuple[str, str]:
    """Why the decision needs a legal review; the article's own cases before the bureau's rule for all."""
    if dossier.last_heard:
        return "经过听证程序", f"{ART_58}第二项"
    if dossier.case.major:
        return "案件情况疑难复杂、涉及多个法律关系", f"{ART_58}第三项"
    if dossier.notice is not None and dossier.notice.with_hearing:
        return "拟处罚达到听证标准", f"参照{ART_58}第二项"
    if setting("cases.review_all"):
        return "本局规定处罚案件一律审核", BY_SETTING
    return "", ""


def discussion_reason(dossier: Dossier) -> tuple[str, str]:
    return ("复杂、重大案件", ART_57) if dossier.case.major else ("", "")


def legal_review(dossier: Dossier, day: date) -> Duty:
    """The duty as it stands on a day: passed by then, and again after a hearing."""
    why, article = review_reason(dossier)
    passed = [each for each in dossier.passed_reviews if each.reviewed_on and each.reviewed_on <= day]
    heard, lacks = dossier.last_heard, ""
    if heard and not any(each.reviewed_on and each.reviewed_on >= heard for each in passed):
        lacks = "听证后没有再次法制审核"
    elif why and not passed:
        lacks = "没有通过法制审核"
    return Duty("法制审核", why, article, tuple(words_of_review(each) for each in reversed(dossier.reviews)), lacks)


def words_of_review(review: LegalReview) -> str:
    if not review.verdict:
        return f"{review.submitted_on}送审，待审核"
    opinion = f"：{review.opinion}" if review.opinion else ""
    return f"{review.reviewed_on} {review.reviewer} {review.get_verdict_display()}{opinion}"


def discussion(dossier: Dossier, day: date) -> Duty:
    why, article = discussion_reason(dossier)
    held = any(dossier.since < each.held_on <= day for each in dossier.discussions)
    lacks = "没有集体讨论" if why and not held else ""
    return Duty(
        "集体讨论", why, article, tuple(words_of_discussion(each) for each in reversed(dossier.discussions)), lacks
    )


def words_of_discussion(meeting: Discussion) -> str:
    return f"{meeting.held_on} {meeting.chair}主持，{meeting.attendees}出席：{meeting.conclusion}"


def duties(dossier: Dossier) -> list[Duty]:
    """Those that the case must go through before its decision, and those that it did go through."""
    day = dossier.decision.issued_on if dossier.decision is not None else dossier.today
    found = (legal_review(dossier, day), discussion(dossier, day))
    return [each for each in found if each.is_required or each.done]
