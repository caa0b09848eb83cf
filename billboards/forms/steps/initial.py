"""What a step's form shows at first: what is on record already, so that nothing is typed twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billboards.dossier import Dossier
from billboards.enums.cases import CaseState, ClosingReason, DecisionKind, PerformanceKind, Route
from billboards.reckoning import money_of
from staff.models import ServiceMethod, setting
from staff.workdays import add_working_days

Initial = Callable[[Dossier], dict[str, Any]]


def initial_of(edge: str, dossier: Dossier) -> dict[str, Any]:
    today = dossier.today
    found = dict.fromkeys(DAYS, today)
    made = INITIAL.get(edge)
    return {**found, **(made(dossier) if made else {})}


DAYS = (
    "issued_on",
    "submitted_on",
    "requested_on",
    "held_on",
    "performed_on",
    "chosen_on",
    "applied_on",
    "posted_on",
    "closed_on",
)


def grounds(dossier: Dossier) -> dict[str, Any]:
    violation = dossier.case.violation
    provision = f"违反{violation.provision}，依据{violation.basis}" if violation else ""
    return {"facts": dossier.case.facts, "basis": provision}


def order(dossier: Dossier) -> dict[str, Any]:
    """The demand as far as the violation's own measure says it: what is to come down, or to be put right."""
    violation = dossier.case.violation
    removal = violation is None or "拆除" in violation.measure
    demand = f"自行拆除{dossier.case.place}的广告设施" if removal else f"改正{dossier.case.place}的违法行为"
    due = dossier.today + timedelta(days=7)
    basis = violation.basis if violation else ""
    return {"basis": basis, "due_on": due, "demand": demand if violation else "", "asks_removal": removal}


def sheet(dossier: Dossier) -> dict[str, Any]:
    case = dossier.case
    return {"place": case.place, "inspected": case.party_name, "started_at": timezone.localtime()}


def notice(dossier: Dossier) -> dict[str, Any]:
    removal = any(each.asks_removal for each in dossier.orders)
    hearing = dossier.case.major or dossier.hearing_due(Decimal(0), removal=removal)
    return {**grounds(dossier), "orders_removal": removal, "with_hearing": hearing}


def decision(dossier: Dossier) -> dict[str, Any]:
    told = dossier.notice
    if told is None:
        return grounds(dossier)
    return {
        "facts": told.facts,
        "basis": told.basis,
        "amount": told.amount,
        "orders_removal": told.orders_removal,
        "remove_by": dossier.today + timedelta(days=15) if told.orders_removal else None,
        "reasons": f"对陈述申辩{told.get_outcome_display()}：{told.reply}"
        if told.replied_on
        else "当事人在期限内没有陈述申辩。",
        "remedies_told": True,
        "surcharge_told": True,
    }


def spot(dossier: Dossier) -> dict[str, Any]:
    return {
        **grounds(dossier),
        "served_on": dossier.today,
        "service_method": ServiceMethod.DIRECT,
        "remedies_told": True,
        "reasons": "当场听取了当事人的陈述申辩",
    }


def dunning(dossier: Dossier) -> dict[str, Any]:
    manner = "缴纳罚款" if dossier.removal_done else "自行拆除，缴纳罚款" if dossier.unpaid else "自行拆除"
    return {
        "perform_by": add_working_days(dossier.today, 10, dossier.calendar).day,
        "manner": manner,
        "amount": due_now(dossier),
    }


def due_now(dossier: Dossier) -> Decimal:
    """What is unpaid, without the instalments that are not due yet."""
    if dossier.deferred_until is None or dossier.deferred_until < dossier.today:
        return dossier.unpaid
    money = money_of(dossier.case, dossier.today)
    return money.unpaid - money.deferred


def removed(dossier: Dossier) -> dict[str, Any]:
    """What the ledger or the campaign knows of the board, so that it is not typed again."""
    board, item = dossier.case.board, dossier.case.items.first()
    street = board.street_id if board else item.street_id if item else None
    return {"street": street, "removed_area": board.area if board else None}


def performance(dossier: Dossier) -> dict[str, Any]:
    removal = dossier.decision is not None and not dossier.removal_done and not dossier.unpaid
    return {**removed(dossier), "kind": PerformanceKind.REMOVAL if removal else PerformanceKind.PAYMENT}


def execution(dossier: Dossier) -> dict[str, Any]:
    return {**removed(dossier), "route": dossier.route or None, "started_at": timezone.localtime()}


def route(dossier: Dossier) -> dict[str, Any]:
    """A fine that is out after the execution is the court's to collect."""
    return {"route": Route.COURT} if dossier.removal_done else {}


def discussion(dossier: Dossier) -> dict[str, Any]:
    """Who handles the case reports it."""
    return {"reporter": dossier.acting[0].person.name if dossier.acting else ""}


def review(dossier: Dossier) -> dict[str, Any]:
    """The reviewer's qualification as it was written last."""
    known = [each for each in dossier.reviews if each.qualification]
    return {"reviewer": known[-1].reviewer, "qualification": known[-1].qualification} if known else {}


def court(dossier: Dossier) -> dict[str, Any]:
    return {"court": setting("remedies.court")}


def closing(dossier: Dossier) -> dict[str, Any]:
    by_state = {
        CaseState.PERFORMED: ClosingReason.PERFORMED,
        CaseState.EXECUTED: ClosingReason.EXECUTED,
        CaseState.ENDED: ClosingReason.ENDED,
        CaseState.DECIDED: ClosingReason.DROPPED,
    }
    spared = dossier.decision is not None and dossier.decision.kind == DecisionKind.NO_PENALTY
    reason = ClosingReason.NO_PENALTY if spared else by_state.get(CaseState(dossier.case.state))
    return {"reason": reason}


INITIAL: dict[str, Initial] = {
    "order": order,
    "recheck": sheet,
    "notify": notice,
    "decide": decision,
    "spare": lambda dossier: {**grounds(dossier), "remedies_told": True},
    "drop": grounds,
    "spot": spot,
    "dun": dunning,
    "route": route,
    "discuss": discussion,
    "pass_review": review,
    "return_review": review,
    "perform": performance,
    "execute": execution,
    "at_once": execution,
    "apply_court": court,
    "finish": removed,
    "court_executed": removed,
    "close": closing,
    "open_hearing": lambda dossier: {"open_to_public": True, "planned_on": dossier.today + timedelta(days=12)},
    "order_enforcement": lambda dossier: {"remedies_told": True},
}
