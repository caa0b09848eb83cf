"""Who is on a road when: two permits on one ground in one period, and digs of a year that could be one. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

CLOSE_DAYS = 30  # digs of one road no further apart than these should be planned together


@dataclass(frozen=True, slots=True)
class Span:
    """One segment of one application: which road, which part of it, from when to when (both days inclusive)."""

    application: int
    number: str
    road: int
    part: str
    start: date
    end: date
    digs: bool
    place: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two applications on one road in one period; `same_part`: on the same part of it."""

    first: Span
    second: Span

    @property
    def start(self) -> date:
        return max(self.first.start, self.second.start)

    @property
    def end(self) -> date:
        return min(self.first.end, self.second.end)

    @property
    def same_part(self) -> bool:
        return self.first.part == self.second.part


def meets(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def conflicts(spans: Iterable[Span]) -> list[Conflict]:
    """Every pair of different applications that meet on a road, the same part first, then by day. One line a pair."""
    by_road: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        by_road[span.road].append(span)
    found: dict[tuple[int, int, int], Conflict] = {}
    for road, there in by_road.items():
        there.sort(key=lambda span: (span.start, span.application))
        for index, one in enumerate(there):
            for other in there[index + 1 :]:
                if other.start > one.end:
                    break
                if one.application == other.application:
                    continue
                low, high = sorted((one.application, other.application))
                pair = Conflict(one, other)
                known = found.get((road, low, high))
                if known is None or (pair.same_part and not known.same_part):
                    found[road, low, high] = pair
    return sorted(found.values(), key=lambda pair: (not pair.same_part, pair.start, pair.first.application))


@dataclass(frozen=True, slots=True)
class DigGroup:
    """Digs of one road in one year. `gap`: fewest days between two of them, below 0 if they overlap."""

    road: int
    spans: tuple[Span, ...]

    @property
    def gap(self) -> int | None:
        """None for a single dig."""
        reach = self.spans[0].end
        gaps = []
        for span in self.spans[1:]:
            gaps.append((span.start - reach).days - 1)
            reach = max(reach, span.end)
        return min(gaps, default=None)

    @property
    def together(self) -> bool:
        """Whether two of them lie so close that one opening of the road would do."""
        return self.gap is not None and self.gap <= CLOSE_DAYS


def dig_groups(spans: Sequence[Span], year: int) -> list[DigGroup]:
    """The digs that touch a year, road by road, each application once; roads dug more than once come first."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    by_road: dict[int, dict[int, Span]] = defaultdict(dict)
    for span in spans:
        if span.digs and span.start <= last and span.end >= first:
            by_road[span.road].setdefault(span.application, span)
    groups = [
        DigGroup(road, tuple(sorted(there.values(), key=lambda span: (span.start, span.application))))
        for road, there in by_road.items()
    ]
    return sorted(groups, key=lambda group: (-len(group.spans), group.spans[0].start, group.road))
