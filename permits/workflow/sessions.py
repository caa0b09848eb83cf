"""集中会审: set up, fill the agenda, decide case by case or several together, sign the minutes.

A decision of the session is a decision on the application: it goes through decisions.grant and decisions.deny with all
their guards, and only what came through is written on the agenda. Two people deciding the same case: one wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from permits.documents.minutes import minutes_of, minutes_pdf
from permits.enums import PermitState
from permits.models import Application, ReviewedCase, ReviewOutcome, ReviewSession
from permits.permissions import can_decide_in, can_run_session
from permits.workflow import decisions
from permits.workflow.steps import Step
from staff.case_papers import refuse_missing
from staff.models import Activity, User, Verb
from staff.papers import AlreadySigned, sign_paper
from staff.refusals import ChangedMeanwhile, Refused

SERIES = "permit-minutes"
SERIES_DEFAULTS = {"name": "集中会审纪要", "mark": "许会纪"}


def locked_session(session: ReviewSession) -> ReviewSession:
    return ReviewSession.objects.select_for_update(of=("self",)).select_related("signed_by").get(pk=session.pk)


def open_session(session: ReviewSession, by: User) -> ReviewSession:
    """The locked session, whose minutes are not signed yet."""
    current = locked_session(session)
    if current.signed_at is not None:
        when = timezone.localtime(current.signed_at)
        raise Refused(f"会审纪要已由{current.signed_by}于{when:%Y-%m-%d %H:%M}签发，不能再改。另开一次会审。")
    if not can_decide_in(by, current):
        raise Refused("集中会审由审批科或者局领导办理。")
    return current


def ready_cases() -> QuerySet[Application]:
    """In review and on no other agenda: those that are due first come first."""
    waiting = ReviewedCase.objects.filter(outcome=ReviewOutcome.PENDING).values("application")
    rows = Application.objects.filter(state=PermitState.IN_REVIEW).exclude(pk__in=waiting)
    return rows.select_related("item__item").order_by("decide_due", "pk")


@transaction.atomic
def convene(session: ReviewSession, *, by: User) -> ReviewSession:
    """Store an unsaved session and put every ready case on its agenda."""
    if not can_run_session(by):
        raise Refused("集中会审由审批科或者局领导办理。")
    session.made_by = by
    session.save()
    count = fill_agenda(session, by=by)
    Activity.record(Verb.CREATE, session, by=by, title="召开集中会审", note=f"列入{count}件")
    return session


@transaction.atomic
def change_session(session: ReviewSession, *, by: User, seen: int) -> ReviewSession:
    """Date, place, chair, attendance; until the minutes are signed. What was decided was decided on its day."""
    current = open_session(session, by)
    if current.version != seen:
        raise ChangedMeanwhile("会审信息")
    decided = current.cases.exclude(outcome=ReviewOutcome.PENDING).count()
    if decided and session.held_on != current.held_on:
        words = f"已按{current.held_on}登记了{decided}件结论，会审日期不能再改。其余申请可以撤下，另开一次会审。"
        raise Refused(words, "held_on")
    session.version = seen + 1
    session.save(update_fields=["held_on", "place", "chair", "recorder", "attendance", "absent", "version"])
    Activity.record(Verb.UPDATE, session, by=by, title="修改会审信息")
    return session


@transaction.atomic
def fill_agenda(session: ReviewSession, *, by: User) -> int:
    """Every ready case that is on no agenda, in the order of their legal due dates. Twice adds nothing.

    What was brought to review only after the session had met waits for the next one.
    """
    current = open_session(session, by)
    last = current.cases.aggregate(last=Max("position"))["last"] or 0
    known = set(current.cases.values_list("application", flat=True))
    in_time = ready_cases().filter(review_on__lte=current.held_on)
    fresh = [each for each in in_time if each.pk not in known]
    try:
        with transaction.atomic():
            for position, application in enumerate(fresh, last + 1):
                ReviewedCase.objects.create(session=current, application=application, position=position)
    except IntegrityError as error:
        raise Refused("有申请刚被列入另一次会审。请刷新后再试。") from error
    return len(fresh)


@transaction.atomic
def take_off(case: ReviewedCase, *, by: User) -> None:
    """From the agenda, while nothing was decided on it."""
    session = open_session(case.session, by)
    current = locked_case(case)
    if not current.is_pending:
        raise Refused(already(current))
    number = current.application.number
    current.delete()
    Activity.record(Verb.UPDATE, session, by=by, title=f"从议程撤下{number}")


def locked_case(case: ReviewedCase) -> ReviewedCase:
    rows = ReviewedCase.objects.select_for_update(of=("self",)).select_related("application", "decided_by", "session")
    current = rows.filter(pk=case.pk).first()
    if current is None:
        raise Refused("这件申请刚被别人从议程撤下。请刷新页面。")
    return current


def already(case: ReviewedCase) -> str:
    when = timezone.localtime(case.decided_at)
    return (
        f"{case.application.number}已由{case.decided_by}于{when:%Y-%m-%d %H:%M}登记为“{case.get_outcome_display()}”。"
    )


@transaction.atomic
def decide(case: ReviewedCase, *, outcome: str, words: str, by: User) -> ReviewedCase:
    """准予 (words: conditions), 不予 (words: reasons) or 缓议 (words: why). The application's own doors decide."""
    session = open_session(case.session, by)
    refuse_unheld(session)
    current = locked_case(case)
    if not current.is_pending:
        raise Refused(already(current))
    if not words.strip():
        asked = {"granted": "许可条件", "denied": "不予许可的理由"}.get(outcome, "缓议的原因")
        raise Refused(f"请写明{asked}。", "words")
    verdict = decisions.Verdict(words.strip(), f"{session.chair}（集中会审）")
    step = Step(by, session.held_on, note=f"{session.held_on}集中会审")
    brought = current.application.review_on
    if outcome != ReviewOutcome.DEFERRED and brought is not None and session.held_on < brought:
        raise Refused(
            f"{current.application.number}于{brought}提交会审，晚于会审日期（{session.held_on}）。请从议程撤下，列入以后的会审；"
            "当日确已会审决定的，撤下后在申请页面补录决定。"
        )
    if outcome == ReviewOutcome.GRANTED:
        decisions.grant(current.application, verdict, step)
    elif outcome == ReviewOutcome.DENIED:
        decisions.deny(current.application, verdict, step)
    elif outcome != ReviewOutcome.DEFERRED:
        raise Refused("请选择准予、不予或者缓议。", "outcome")
    current.outcome, current.words = outcome, words.strip()
    current.decided_by, current.decided_at = by, timezone.now()
    current.save(update_fields=["outcome", "words", "decided_by", "decided_at"])
    label = current.get_outcome_display()
    Activity.record(Verb.TRANSITION, session, by=by, title=f"{current.application.number}：{label}", note=words[:200])
    return current


def refuse_unheld(session: ReviewSession) -> None:
    """A session that has not met decides nothing; the day of what it decides is the day on which it met."""
    if session.held_on > timezone.localdate():
        raise Refused(f"会审定于{session.held_on}，还没有召开，不能登记结论、签发纪要。提前召开的，请先修改会审日期。")


@dataclass(frozen=True)
class Result:
    """What became of one case when several were decided together."""

    case: ReviewedCase
    refusal: str = ""


def decide_together(cases: Iterable[ReviewedCase], *, outcome: str, words: str, by: User) -> list[Result]:
    """Each on its own: what stands in the way of one does not hold up the others."""
    results = []
    for case in cases:
        try:
            results.append(Result(decide(case, outcome=outcome, words=words, by=by)))
        except Refused as refusal:
            results.append(Result(case, str(refusal)))
    return results


@transaction.atomic
def sign_minutes(session: ReviewSession, *, by: User) -> ReviewSession:
    """Number, frozen PDF. Refused while a case on the agenda is open or the minutes lack what they must say."""
    current = open_session(session, by)
    refuse_unheld(current)
    waiting = [each.application.number for each in current.cases.select_related("application") if each.is_pending]
    if waiting:
        raise Refused(f"还有{len(waiting)}件没有结论：{'、'.join(waiting)}。请逐件登记，或者从议程撤下。")
    content = minutes_of(current)
    refuse_missing("集中会审纪要", content.missing())
    current.data = content.as_data()
    day = timezone.localdate()
    try:
        sign_paper(
            current,
            by=by,
            series=SERIES,
            defaults=SERIES_DEFAULTS,
            render=lambda number: minutes_pdf(content, number=number, day=day),
            also=["data"],
        )
    except AlreadySigned as error:
        raise Refused(str(error)) from error
    return current
