"""What a step does beside the state: days on the case, answers written into the record they answer, clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from billboards.discretion import only_line
from billboards.dossier import Dossier
from billboards.enums.cases import PauseKind, Route, Verdict
from billboards.models import Case, CasePause, Decision, Deferral, Instalment
from billboards.reckoning import money_of
from billboards.service import counts_from
from billboards.workflow import case_removals, clocks
from billboards.workflow.guards import Entry
from staff.models import ServiceMethod
from staff.refusals import Refused

Effect = Callable[[Dossier, Entry], None]


def nothing(dossier: Dossier, entry: Entry) -> None:
    """The record and the state say it all."""


def ends(dossier: Dossier, entry: Entry) -> None:
    clocks.finish(dossier.case, entry.day)


def filed(dossier: Dossier, entry: Entry) -> None:
    case = dossier.case
    case.filed_on = case.filed_on or entry.day
    case.filing_number = str(entry.facts.get("number", "")) or case.filing_number
    clocks.finish(case, entry.day, "C_VERIFY")
    clocks.start(dossier, "C_DECIDE", entry.day)


def spotted(dossier: Dossier, entry: Entry) -> None:
    case, decision = dossier.case, entry.record
    measured(dossier, entry)
    case.decided_on = case.served_on = entry.day
    clocks.finish(case, entry.day, "C_VERIFY")
    clocks.start(dossier, "C_REPORT_SPOT", entry.day)
    clocks.start(dossier, "R_REVIEW", entry.day)
    if decision.cash:
        clocks.start(dossier, "C_HANDOVER_CASH", entry.day)
    if decision.amount > decision.cash:
        clocks.start(dossier, "C_PAY", entry.day)


def ordered(dossier: Dossier, entry: Entry) -> None:
    clocks.set_day(dossier.case, "ORDER", entry.day, entry.record.due_on)


def rechecked(dossier: Dossier, entry: Entry) -> None:
    clocks.finish(dossier.case, entry.day, "ORDER")


def paused(dossier: Dossier, entry: Entry, kind: str, reason: str, basis: str) -> None:
    """Stop the clock of the decision."""
    recorder = entry.by or dossier.case.recorded_by
    if recorder is None:
        raise Refused("期限中止须有登记人。")
    CasePause.objects.create(
        case=dossier.case,
        kind=kind,
        reason=reason[:200],
        basis=basis,
        started_on=entry.day,
        recorded_by=recorder,
    )
    clocks.recount(Dossier(dossier.case, calendar=dossier.calendar))


def unpaused(dossier: Dossier, kind: str, day: date) -> None:
    for pause in dossier.case.pauses.filter(kind=kind, ended_on=None):
        pause.ended_on = max(day, pause.started_on)
        pause.save(update_fields=["ended_on"])
    clocks.recount(Dossier(dossier.case, calendar=dossier.calendar))


def suspended(dossier: Dossier, entry: Entry) -> None:
    paused(dossier, entry, PauseKind.SUSPENSION, entry.note, "住房城乡建设部令第55号")


def resumed(dossier: Dossier, entry: Entry) -> None:
    unpaused(dossier, PauseKind.SUSPENSION, entry.day)


def review_answered(dossier: Dossier, entry: Entry) -> None:
    """The reviewer's answer goes into the review that waited for it."""
    review = dossier.open_review
    if review is None:
        return
    review.verdict = str(entry.facts.get("verdict", Verdict.PASSED))
    review.reviewer, review.opinion = str(entry.facts.get("reviewer", "")), str(entry.facts.get("opinion", ""))
    review.qualified, review.reviewed_on = bool(entry.facts.get("qualified")), entry.day
    review.qualification = str(entry.facts.get("qualification", ""))
    review.save()


def notified(dossier: Dossier, entry: Entry) -> None:
    if entry.record.served_on:
        notice_served(dossier, entry.record.served_on, with_hearing=entry.record.with_hearing)


def notice_served(dossier: Dossier, day: date, *, with_hearing: bool) -> None:
    """The party's days run from service."""
    clocks.start(dossier, "C_STATEMENT", day)
    if with_hearing:
        clocks.start(dossier, "C_HEARING_REQ", day)


def statement_closed(dossier: Dossier, entry: Entry) -> None:
    clocks.finish(dossier.case, entry.day, "C_STATEMENT", "C_HEARING_REQ")


def hearing_opened(dossier: Dossier, entry: Entry) -> None:
    clocks.finish(dossier.case, entry.day, "C_STATEMENT", "C_HEARING_REQ")
    paused(dossier, entry, PauseKind.HEARING, "组织听证", "《行政处罚法》第六十四条；住房城乡建设部令第55号")


def hearing_held(dossier: Dossier, entry: Entry) -> None:
    hearing = dossier.hearing
    if hearing is not None:
        hearing.held_on = entry.day
        for name in ("attendance", "record", "conclusion"):
            setattr(hearing, name, str(entry.facts.get(name, "")))
        hearing.save()
    unpaused(dossier, PauseKind.HEARING, entry.day)


def hearing_dropped(dossier: Dossier, entry: Entry) -> None:
    hearing = dossier.hearing
    if hearing is not None:
        hearing.dropped_on, hearing.dropped_reason = entry.day, entry.note[:200]
        hearing.save()
    unpaused(dossier, PauseKind.HEARING, entry.day)


def measured(dossier: Dossier, entry: Entry) -> None:
    """Which line of the discretion table (裁量权基准) the fine is of; the version of the case's own violation."""
    decision, violation = entry.record, dossier.case.violation
    if decision.discretion_step or violation is None or not decision.amount:
        return
    line = only_line(violation.table, decision.amount, dossier.party)
    decision.discretion_step = next((each for each in violation.steps.all() if each.range == line), None)
    decision.save()


def decided(dossier: Dossier, entry: Entry) -> None:
    case = dossier.case
    measured(dossier, entry)
    case.decided_on, case.served_on = entry.day, None
    clocks.finish(case, entry.day, "C_DECIDE")
    clocks.start(dossier, "C_SERVE", entry.day)


def served(dossier: Dossier, entry: Entry) -> None:
    """Store how the decision reached the party, and start the clocks that run from that day."""
    case, decision = dossier.case, dossier.decision
    if decision is None:
        return
    method = str(entry.facts.get("method", ServiceMethod.DIRECT))
    day = entry.facts.get("effective_on") or counts_from(method, entry.day, dossier.calendar)
    decision.served_on, decision.service_method = day, method
    decision.service_proof = str(entry.facts.get("proof", ""))[:200]
    decision.save()
    case.served_on = day
    clocks.finish(case, entry.day, "C_SERVE")
    decision_served(dossier, decision, day)


def decision_served(dossier: Dossier, decision: Decision, day: date) -> None:
    """What runs from the service of a penalty."""
    if not decision.is_penalty:
        return
    for code in ("R_REVIEW", "R_SUE", *(() if decision.remedies_told else ("R_UNTOLD",))):
        clocks.start(dossier, code, day)
    if decision.amount:
        clocks.start(dossier, "C_PAY", day)
    if decision.orders_removal and decision.remove_by:
        clocks.set_day(dossier.case, "REMOVE", day, decision.remove_by)


def performed(dossier: Dossier, entry: Entry) -> None:
    clocks.finish(
        dossier.case, entry.day,
        "C_PAY", "REMOVE", "DEFERRED", "DUNNING", "ANNOUNCED", "E_COURT_WINDOW", "E_DUNNING_COURT",
    )  # fmt: skip
    case_removals.performed(dossier, entry)


def deferred(dossier: Dossier, entry: Entry) -> None:
    clocks.finish(dossier.case, entry.day, "C_PAY")
    if "deferral" not in entry.facts:
        put_off(dossier, entry)
    clocks.set_day(dossier.case, "DEFERRED", entry.day, entry.facts["until"])


def put_off(dossier: Dossier, entry: Entry) -> None:
    """The deferral that a step entered by hand stands for: what was unpaid on its day is due on the day that it names."""
    unpaid = money_of(dossier.case, entry.day).unpaid
    if not unpaid:
        return
    deferral = Deferral.objects.create(
        case=dossier.case, applied_on=entry.day, hardship=entry.note[:300], granted=True, decided_on=entry.day,
        approver=str(entry.facts["approver"]), recorded_by=entry.by,
    )  # fmt: skip
    Instalment.objects.create(deferral=deferral, due_on=entry.facts["until"], amount=unpaid)


def lapsed(dossier: Dossier, entry: Entry) -> None:
    """Overdue: the window of the court is what must not be missed now."""
    clocks.finish(dossier.case, entry.day, "C_PAY", "REMOVE", "DEFERRED")
    latest = dossier.outlook(Route.COURT).latest
    if latest is not None:
        clocks.set_day(dossier.case, "E_COURT_WINDOW", entry.day, latest)


def dunned(dossier: Dossier, entry: Entry) -> None:
    clocks.set_day(dossier.case, "DUNNING", entry.day, entry.record.perform_by)
    if entry.record.served_on:
        clocks.start(dossier, "E_DUNNING_COURT", entry.record.served_on)


def routed(dossier: Dossier, entry: Entry) -> None:
    dossier.case.route = entry.record.route


def court_asked(dossier: Dossier, entry: Entry) -> None:
    clocks.finish(dossier.case, entry.day, "E_COURT_WINDOW", "E_DUNNING_COURT")


def court_answered(dossier: Dossier, entry: Entry, *, granted: bool) -> None:
    if dossier.court_applications:
        application = dossier.court_applications[-1]
        application.ruled_on, application.granted, application.note = entry.day, granted, entry.note[:200]
        application.save()
    if granted:
        case_removals.executed(dossier, entry, "court_executed", Route.COURT)


def announced(dossier: Dossier, entry: Entry) -> None:
    clocks.set_day(dossier.case, "ANNOUNCED", entry.day, entry.record.remove_by)


def executed(dossier: Dossier, entry: Entry) -> None:
    """What came of the execution goes into its record."""
    clocks.finish(dossier.case, entry.day)
    if not dossier.executions:
        return
    execution = dossier.executions[-1]
    for name in ("ended_at", "result", "goods_list", "removed_count", "removed_area", "costs"):
        if entry.facts.get(name) not in (None, ""):
            setattr(execution, name, entry.facts[name])
    execution.save()
    case_removals.executed(dossier, entry, "finish", execution.route)


def cleared_at_once(dossier: Dossier, entry: Entry) -> None:
    case_removals.executed(dossier, entry, "at_once", entry.record.route)


def ended(dossier: Dossier, entry: Entry) -> None:
    clocks.finish(dossier.case, entry.day)


def annulled(dossier: Dossier, entry: Entry) -> None:
    """Who has paid may still sue: the case may be closed already, and is open again."""
    dossier.case.closed_on = None
    clocks.finish(dossier.case, entry.day)
    known = dossier.case.clocks.filter(rule="C_UNPUBLISH")
    if dossier.decision is not None:
        known = known.filter(started_on__gte=dossier.decision.issued_on)
    if not known.exists():  # it runs from the end of the review or suit, or is done
        clocks.start(dossier, "C_UNPUBLISH", entry.day)


def reopened(dossier: Dossier, entry: Entry) -> None:
    dossier.case.decided_on = dossier.case.served_on = None
    dossier.case.route = ""


def closed(dossier: Dossier, entry: Entry) -> None:
    case: Case = dossier.case
    case.closed_on = entry.day
    clocks.finish(case, entry.day)


EFFECTS: Final[Mapping[str, Effect]] = {
    "verify": nothing,
    "file": filed,
    "reject": ends,
    "transfer": ends,
    "spot": spotted,
    "void": ends,
    "investigate": nothing,
    "order": ordered,
    "recheck": rechecked,
    "suspend": suspended,
    "resume": resumed,
    "conclude": nothing,
    "submit_review": nothing,
    "pass_review": review_answered,
    "return_review": review_answered,
    "notify": notified,
    "review_statement": statement_closed,
    "open_hearing": hearing_opened,
    "hold_hearing": hearing_held,
    "drop_hearing": hearing_dropped,
    "discuss": nothing,
    "decide": decided,
    "spare": decided,
    "drop": decided,
    "serve": served,
    "perform": performed,
    "defer": deferred,
    "lapse": lapsed,
    "surcharge": nothing,
    "dun": dunned,
    "route": routed,
    "apply_court": court_asked,
    "court_refused": lambda dossier, entry: court_answered(dossier, entry, granted=False),
    "court_executed": lambda dossier, entry: court_answered(dossier, entry, granted=True),
    "announce": announced,
    "order_enforcement": nothing,
    "execute": nothing,
    "finish": executed,
    "at_once": cleared_at_once,
    "stay": nothing,
    "unstay": nothing,
    "end": ended,
    "annul": annulled,
    "redo": reopened,
    "close": closed,
    "archive": nothing,
}
