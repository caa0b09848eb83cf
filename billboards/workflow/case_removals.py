"""What came down by a step of a case: one row in the removals, by the mode of its way. Nothing is entered twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from billboards.dossier import Dossier
from billboards.enums.boards import BoardLife, RemovalMode
from billboards.enums.cases import PerformanceKind, Route
from billboards.models import Case, Removal
from billboards.workflow.guards import Entry
from billboards.workflow.removals import record_removal
from staff.models import Unit
from staff.refusals import Refused

BY_ROUTE: Final[dict[str, str]] = {
    Route.SELF: RemovalMode.VOLUNTARY,
    Route.ASSISTED: RemovalMode.ASSISTED,
    Route.OWNERLESS: RemovalMode.OWNERLESS,
    Route.AT_ONCE: RemovalMode.CLEARED,
    Route.EMERGENCY: RemovalMode.EMERGENCY,
    **dict.fromkeys(Route.COERCIVE, RemovalMode.COERCIVE),
}
BY_PERFORMANCE: Final[dict[str, str]] = {
    PerformanceKind.REMOVAL: RemovalMode.VOLUNTARY,
    PerformanceKind.ASSISTED: RemovalMode.ASSISTED,
}


def performed(dossier: Dossier, entry: Entry) -> None:
    """The party took it down, or agreed in writing that it be helped."""
    mode = BY_PERFORMANCE.get(entry.record.kind)
    if mode:
        come_down(dossier, entry, "perform", mode, certain=True, consent_on=entry.record.consent_on)


def executed(dossier: Dossier, entry: Entry, edge: str, route: str) -> None:
    """It was taken down by the way that the execution names. 移送公安 is no removal of ours."""
    mode = BY_ROUTE.get(route)
    if not mode:
        return
    consents = [each.consent_on for each in dossier.routes if each.consent_on]
    come_down(dossier, entry, edge, mode, consent_on=consents[-1] if consents else None)


def come_down(
    dossier: Dossier, entry: Entry, edge: str, mode: str, *, certain: bool = False, consent_on: date | None = None
) -> Removal | None:
    """Store the removal of a step; what is in the removals already is tied to the case, not counted again.

    The guards of the case have judged the step: what was against the rules is stored with its flaw.
    """
    case = dossier.case
    quantity = pieces(dossier, entry, certain=certain)
    if not quantity or is_counted(case, edge, entry):
        return None
    removal = Removal(
        board=case.board,
        what=case.board.name if case.board else "户外广告设施",
        place=case.place,
        street=street_of(case, entry),
        removed_on=entry.day,
        mode=mode,
        quantity=quantity,
        area=area_of(case, entry),
        case=case,
        case_step=edge,
        consent_on=consent_on,
        reason=reason_of(dossier, entry) if mode in (RemovalMode.EMERGENCY, RemovalMode.OWNERLESS) else "",
    )
    return record_removal(removal, by=entry.by, as_it_happened=True)


def fact(entry: Entry, name: str) -> Any:
    """What was typed: beside the record, or in it."""
    found = entry.facts.get(name)
    return found if found is not None else getattr(entry.record, name, None)


def pieces(dossier: Dossier, entry: Entry, *, certain: bool) -> int:
    """How many came down; none typed: one, where the step is about a removal at all."""
    typed = fact(entry, "removed_count")
    if isinstance(typed, int):
        return typed
    ordered = dossier.decision is not None and dossier.decision.orders_removal
    return 1 if certain or ordered or dossier.case.board is not None else 0


def area_of(case: Case, entry: Entry) -> Decimal:
    typed = fact(entry, "removed_area")
    if isinstance(typed, Decimal):
        return typed
    return case.board.area if case.board else Decimal(0)


def is_counted(case: Case, edge: str, entry: Entry) -> bool:
    """The same step of the same day, an item of a campaign, or the ledger has it already."""
    rows = case.removals.recorded()
    if rows.filter(case_step=edge, removed_on=entry.day).exists() or rows.filter(item__isnull=False).exists():
        return True
    if case.board is None or case.board.life != BoardLife.REMOVED:
        return False
    case.board.removals.recorded().filter(case=None, case_number="").update(case=case)
    return True


def street_of(case: Case, entry: Entry) -> Unit:
    """The street that answers for the ground: typed, of the board, of the campaign's item."""
    item = case.items.select_related("street").first()
    street = fact(entry, "street") or (case.board.street if case.board else None) or (item.street if item else None)
    if street is None:
        raise Refused("请选择属地街道（管理处）：拆除按街道计入拆除记录。", "street")
    return street


def reason_of(dossier: Dossier, entry: Entry) -> str:
    route = dossier.routes[-1] if dossier.routes else None
    words = getattr(entry.record, "emergency_reason", "") or entry.note
    return (words or (route.emergency or route.reason if route else "") or f"见{dossier.case.number}案卷")[:200]
