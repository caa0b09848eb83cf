"""Guards on the way to a decision: notice, statement, hearing, discussion, decision, service."""

from __future__ import annotations

from datetime import date

from billboards.dossier import Dossier
from billboards.duties import discussion, legal_review
from billboards.enums.cases import PartyKind
from billboards.leniency import Circumstances, why_not_spare
from billboards.models import Decision, Notice
from billboards.workflow.guards.filing import limitation
from billboards.workflow.guards.problems import (
    Entry,
    Problem,
    Problems,
    amount_in_table,
    not_investigator,
    reasons_given,
    two_officers,
)
from staff.models import ServiceMethod

ART_44, ART_45 = "《行政处罚法》第四十四条", "《行政处罚法》第四十五条"
ART_63, ART_64 = "《行政处罚法》第六十三条", "《行政处罚法》第六十四条"


def notify(dossier: Dossier, entry: Entry) -> Problems:
    notice, earlier = entry.record, dossier.notice
    if dossier.case.party_kind == PartyKind.UNKNOWN:
        yield Problem("no_party", "当事人还没有查明，无从告知", ART_44)
    if dossier.hearing_due(notice.amount, removal=notice.orders_removal) and not notice.with_hearing:
        yield Problem("no_hearing_right", "拟处罚达到听证标准，应当告知听证权利", ART_63, "with_hearing")
    if earlier is not None and earlier.statement_on and notice.amount > earlier.amount:
        yield Problem("heavier", "不得因当事人陈述申辩而给予更重的处罚", f"{ART_45}第二款", "amount")
    if not dossier.inspections:
        yield Problem("no_site_record", "没有现场检查（勘验）笔录", "《行政处罚法》第四十条、第五十五条")
    yield from amount_in_table(dossier, notice)


def statement_pending(dossier: Dossier, day: date) -> Problems:
    """Served, and then waived in writing, answered, or five working days over — counted from service, not from issue.

    What was said and answered before an announcement (公告) took effect does not shorten the days.
    """
    notice = dossier.notice
    if notice is None:
        yield Problem("no_notice", "没有事先告知，不得作出处罚决定", f"{ART_44}、第六十二条")
        return
    if notice.served_on is None:
        yield Problem("notice_unserved", "事先告知书还没有送达，期限没有起算", f"{ART_44}、第六十一条")
        return
    if notice.statement_on and not notice.replied_on:
        yield Problem("no_reply", "当事人的陈述申辩还没有复核", f"{ART_45}第一款")
    answered = bool(notice.replied_on and notice.served_on <= day) or bool(notice.waived_on and notice.waived_on <= day)
    if not answered and not dossier.statement_over(day):
        until = dossier.due("C_STATEMENT", notice.served_on).label
        yield Problem(
            "too_early",
            f"陈述申辩期限至{until}（自{notice.served_on}送达起算），期满前不得作出决定",
            f"{ART_45}、第六十二条",
        )


def hearing_pending(dossier: Dossier, day: date) -> Problems:
    """A hearing asked for in time is held; else its five working days run out, also where the statement was waived (Art. 62)."""
    notice, hearing = dossier.notice, dossier.hearing
    if notice is None or not notice.with_hearing:
        return
    if dossier.hearing_asked:
        if hearing is None or not (hearing.held_on or hearing.dropped_on):
            yield Problem("no_hearing", "当事人申请了听证，还没有举行", ART_63)
    elif notice.served_on:
        until = dossier.due("C_HEARING_REQ", notice.served_on)
        if day <= until.guarding(dossier.calendar):
            yield Problem("hearing_open", f"申请听证的期限至{until.label}", f"{ART_64}第一项")


def review_statement(dossier: Dossier, entry: Entry) -> Problems:
    yield from statement_pending(dossier, entry.day)
    yield from hearing_pending(dossier, entry.day)


def open_hearing(dossier: Dossier, entry: Entry) -> Problems:
    hearing, notice = entry.record, dossier.notice
    if notice is None or not notice.with_hearing:
        yield Problem("no_hearing_right", "没有告知听证权利", ART_63)
    elif notice.served_on is not None:
        until = dossier.due("C_HEARING_REQ", notice.served_on)
        if hearing.requested_on > until.guarding(dossier.calendar):
            yield Problem("hearing_late", f"听证申请期限{until.label}已过，视为放弃", f"{ART_64}第一项", "requested_on")
    yield from not_investigator(dossier, hearing.chair, "听证主持人", f"{ART_64}第四项", "chair")
    yield from seven_days(dossier, hearing.notice_served_on, hearing.planned_on, "planned_on", planned=True)
    if not hearing.open_to_public and not hearing.closed_reason:
        yield Problem("closed", "不公开举行应写明理由", f"{ART_64}第三项", "closed_reason")


def seven_days(dossier: Dossier, told: date | None, held: date, field: str, *, planned: bool = False) -> Problems:
    if told is None:
        if not planned:
            yield Problem("hearing_untold", "听证通知书还没有送达", f"{ART_64}第二项", field)
        return
    first = dossier.due("C_HEARING_NOTICE", told).guarding(dossier.calendar)
    if held < first:
        yield Problem("hearing_short", f"听证七个工作日前通知，不得早于{first}举行", f"{ART_64}第二项", field)


def hold_hearing(dossier: Dossier, entry: Entry) -> Problems:
    hearing = dossier.hearing
    if hearing is None:
        yield Problem("no_hearing", "没有组织听证的记录", ART_64, hard=True)
        return
    yield from seven_days(dossier, hearing.notice_served_on, entry.day, "held_on")
    yield from not_investigator(dossier, hearing.chair, "听证主持人", f"{ART_64}第四项", "")
    if not str(entry.facts.get("record", "")).strip():
        yield Problem("no_record", "听证应当制作笔录", f"{ART_64}第八项", "record")


def drop_hearing(dossier: Dossier, entry: Entry) -> Problems:
    yield from reasons_given(entry, "放弃或者撤回听证的情形", f"{ART_64}第六项")


def discuss(dossier: Dossier, entry: Entry) -> Problems:
    yield from statement_pending(dossier, entry.day)


def legally_reviewed(dossier: Dossier, day: date) -> Problems:
    """Where Art. 58 asks for it: passed before the decision, and again after a hearing."""
    duty = legal_review(dossier, day)
    if duty.lacks:
        code = "review_after_hearing" if dossier.last_heard else "no_review"
        yield Problem(code, f"{duty.why}，{duty.lacks}，不得作出决定", duty.article)


def discussed(dossier: Dossier, day: date) -> Problems:
    duty = discussion(dossier, day)
    if duty.lacks:
        yield Problem("no_discussion", f"{duty.why}{duty.lacks}，不得作出决定", duty.article)


def decide(dossier: Dossier, entry: Entry) -> Problems:
    decision, notice, day = entry.record, dossier.notice, entry.day
    yield from statement_pending(dossier, day)
    yield from hearing_pending(dossier, day)
    yield from legally_reviewed(dossier, day)
    yield from discussed(dossier, day)
    if notice is not None:
        yield from as_notified(decision, notice)
    yield from amount_in_table(dossier, decision)
    if why := why_not_spare(circumstances(decision), sparing=False):
        yield Problem("must_spare", why.partition("（")[0], "《行政处罚法》第三十三条第一款", "kind")
    if not (decision.amount or decision.warning or decision.orders_removal):
        yield Problem("empty", "决定没有处罚内容", "《行政处罚法》第五十九条第一款第三项", "amount")
    yield from limitation(dossier, entry)
    yield from two_officers(dossier.acting, day)
    yield from in_time(dossier, day)


def as_notified(decision: Decision, notice: Notice) -> Problems:
    """Nothing heavier than what was notified; above all not because the party spoke up."""
    if decision.amount > notice.amount:
        article = f"{ART_45}第二款" if notice.statement_on else f"{ART_44}"
        words = "因陈述申辩而加重" if notice.statement_on else "重于告知的内容，应当重新告知"
        yield Problem(
            "heavier", f"罚款{decision.amount:,.2f}元{words}（告知{notice.amount:,.2f}元）", article, "amount"
        )
    if decision.orders_removal and not notice.orders_removal:
        yield Problem("not_notified", "责令拆除没有事先告知", ART_44, "orders_removal")


def circumstances(decision: Decision) -> Circumstances:
    names = ("minor", "corrected_in_time", "no_harm", "minor_harm", "first_offence", "no_fault_proven", "no_capacity")
    return Circumstances(**{name: getattr(decision, name) for name in names})


def in_time(dossier: Dossier, day: date) -> Problems:
    """The ninety days of the first decision; one that is made anew after a review or suit has its own time from there."""
    clock = next((each for each in dossier.clocks if each.rule == "C_DECIDE" and each.finished_on is None), None)
    if clock is not None and day > clock.due_on:
        yield Problem("decide_late", f"办案期限至{clock.due_on}，已超期", "《行政处罚法》第六十条", soft=True)


def spare(dossier: Dossier, entry: Entry) -> Problems:
    """不予处罚: must where minor, corrected and harmless; may for a first offence — never without circumstances."""
    if why := why_not_spare(circumstances(entry.record), sparing=True):
        yield Problem("no_ground", why.partition("（")[0], "《行政处罚法》第三十三条", "minor")
    if not entry.record.reasons.strip():
        yield Problem("no_reason", "请写明不予处罚的理由和对当事人的教育", "《行政处罚法》第三十三条第三款", "reasons")
    yield from in_time(dossier, entry.day)


def drop(dossier: Dossier, entry: Entry) -> Problems:
    if not entry.record.reasons.strip():
        yield Problem("no_reason", "请写明撤销案件的理由", "《行政处罚法》第五十七条第一款第三项", "reasons")


def serve(dossier: Dossier, entry: Entry) -> Problems:
    """Method and proof; electronic only with signed consent; left only with witness, photo or video."""
    decision, method, proof = dossier.decision, entry.facts.get("method"), str(entry.facts.get("proof", ""))
    if decision is None:
        yield Problem("no_decision", "没有决定可以送达", "《行政处罚法》第六十一条", hard=True)
        return
    yield from service(dossier, str(method), proof)
    late = dossier.due("C_SERVE", decision.issued_on)
    if entry.day > late.day and method != ServiceMethod.ANNOUNCEMENT:
        yield Problem(
            "serve_late", f"决定作出后七个工作日（{late.label}）内没有送达", "《行政处罚法》第六十一条第一款", soft=True
        )


def service(dossier: Dossier, method: str, proof: str) -> Problems:
    if method == ServiceMethod.ELECTRONIC and dossier.case.electronic_consent_on is None:
        yield Problem("no_consent", "没有当事人签订的电子送达确认书", "《行政处罚法》第六十一条第二款", "method")
    if not proof.strip():
        words = "留置送达应有见证人或者照片录像" if method == ServiceMethod.LEFT else "请填写送达证明"
        yield Problem("no_proof", words, "《民事诉讼法》第八十七条、第八十九条", "proof")


def redo(dossier: Dossier, entry: Entry) -> Problems:
    yield from reasons_given(entry, "重新作出决定的依据", "《行政复议法》第六十四条；《行政诉讼法》第七十条")


def annul(dossier: Dossier, entry: Entry) -> Problems:
    if not any(each.result in ("quashed", "changed") for each in dossier.remedies):
        yield from reasons_given(entry, "撤销的机关、文号和理由", "《行政处罚法》第七十五条第二款")
