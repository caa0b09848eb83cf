"""What the ledger says of a board on a day. Pure: the gravest fact wins; a small sign is never “unpermitted”."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from billboards.enums.boards import BoardKind, BoardLife, BoardStatus, Condition


@dataclass(frozen=True, slots=True)
class Facts:
    """What the status follows from."""

    life: str
    kind: str
    is_large: bool
    condition: str
    is_ownerless: bool
    is_oversized: bool
    permit_number: str
    permit_to: date | None


def needs_permit(kind: str, is_large: bool) -> bool:
    """Only large outdoor advertisements need consent (城市市容和环境卫生管理条例 第十一条); shop signs never do."""
    return is_large and kind not in BoardKind.SIGNS


def status_on(facts: Facts, day: date) -> BoardStatus:
    """The one word of the ledger for a day."""
    if facts.life == BoardLife.REMOVED:
        return BoardStatus.REMOVED
    permitted, bound = bool(facts.permit_number), needs_permit(facts.kind, facts.is_large)
    findings = (
        (facts.life == BoardLife.TO_REMOVE, BoardStatus.TO_REMOVE),
        (facts.condition == Condition.HAZARD, BoardStatus.HAZARD),
        (facts.is_ownerless, BoardStatus.OWNERLESS),
        (bound and not permitted, BoardStatus.UNPERMITTED),
        (permitted and facts.permit_to is not None and facts.permit_to < day, BoardStatus.EXPIRED),
        (facts.is_oversized, BoardStatus.OVERSIZED),
        (facts.condition == Condition.DAMAGED, BoardStatus.DAMAGED),
    )
    return next((status for holds, status in findings if holds), BoardStatus.LAWFUL)


def months_after(day: date, months: int) -> date:
    """The same day `months` later; the last of the month where there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
