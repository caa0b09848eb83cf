"""Department assessment as arithmetic: item scores and entries → total, grade. Pure functions over Decimals.

A minus is spared to the unit that found and reported the matter itself (the person's minus stands all the same).
The total is not cut at the scheme's points: a unit with many extra points may stand above 100, and none below 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from staff.enums import Grade

NONE = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """One 加减分: points for the unit, signed."""

    points: Decimal
    found_by_unit: bool = False

    @property
    def counted(self) -> Decimal:
        """What counts for the unit: a minus that it found and reported itself is spared."""
        return NONE if self.found_by_unit and self.points < 0 else self.points


@dataclass(frozen=True)
class Thresholds:
    """Lower bounds of the grades, from the scheme."""

    excellent: Decimal
    good: Decimal
    qualified: Decimal

    def grade(self, total: Decimal) -> Grade:
        if total >= self.excellent:
            return Grade.EXCELLENT
        if total >= self.good:
            return Grade.GOOD
        return Grade.QUALIFIED if total >= self.qualified else Grade.UNQUALIFIED


def total(scores: Iterable[Decimal], entries: Iterable[Entry]) -> Decimal:
    """Σ item scores + Σ counted entries, never below 0."""
    return max(NONE, sum(scores, NONE) + sum((entry.counted for entry in entries), NONE))
