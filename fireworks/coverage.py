"""网格覆盖率: grid-hours with at least the minimum staff / planned grid-hours. Pure.

A grid's need at a moment is the sum of what its posts need then; it is covered while at least as many are present.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

SECONDS = Decimal(3600)


@dataclass(frozen=True)
class Span:
    """So many people in a grid from start to end: needed, or present."""

    grid: int
    start: datetime
    end: datetime
    people: int


@dataclass(frozen=True)
class Coverage:
    """Hours, two decimals when printed."""

    planned: Decimal
    covered: Decimal

    @property
    def share(self) -> Decimal | None:
        """Per cent; None where nothing was planned."""
        return self.covered * 100 / self.planned if self.planned else None


def coverage_of(needed: Iterable[Span], present: Iterable[Span]) -> Coverage:
    """Walk each grid's time from change to change."""
    changes: dict[int, dict[datetime, list[int]]] = defaultdict(dict)
    for column, spans in enumerate((needed, present)):
        for span in spans:
            if span.end <= span.start or span.people <= 0:
                continue
            for moment, people in ((span.start, span.people), (span.end, -span.people)):
                changes[span.grid].setdefault(moment, [0, 0])[column] += people
    planned = covered = Decimal(0)
    for moments in changes.values():
        wanted = here = 0
        before: datetime | None = None
        for moment in sorted(moments):
            if before is not None and wanted > 0:
                hours = Decimal(int((moment - before).total_seconds())) / SECONDS
                planned += hours
                covered += hours if here >= wanted else 0
            wanted += moments[moment][0]
            here += moments[moment][1]
            before = moment
    return Coverage(planned, covered)
