"""Did every grid and shift say something? Nothing found is a report; silence is a gap (零报告制度).

An incident is no report: that somebody called about one street says nothing of the rest of the grid's shift.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone

from config.display import month_day
from fireworks.enums import RosterState
from fireworks.models import Grid, Slot, Window
from staff.models import User


@dataclass(frozen=True)
class Gap:
    """One grid and shift without a report, and where to make up for it."""

    grid: str
    shift: str
    day: date
    url: str
    missing: int = 1  # posts of it that said nothing

    @property
    def text(self) -> str:
        return f"{month_day(self.day)} {self.grid} {self.shift}".rstrip()


def gaps(window: Window, user: User | None = None) -> list[Gap]:
    """Every grid × shift of the window's published roster that has begun and lacks a report of one of its posts.

    Without a published roster nothing was planned, so nothing can have been answered: see `is_watched`. With a user,
    those of the ground that he sees: what the page says is what its list opens.
    """
    slots = _published() if user is None else Slot.objects.visible_to(user).published()
    return silent(slots.filter(roster__window=window))


def begun(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """A shift can fail from its first moment on: what has not begun has neither gaps nor hours."""
    return slots.filter(starts_at__lte=timezone.now())


def silent(slots: QuerySet[Slot]) -> list[Gap]:
    """Of these, by grid and shift, what has begun without a report of each post."""
    return _silent(begun(slots))


def unwatched(start: date, end: date) -> list[Gap]:
    """What proves nothing from `start` to `end`, both inclusive.

    Days on which no roster stood, grids in use that it left out, shifts that said nothing or in which nobody was there.
    """
    rows = _published().filter(day__range=(start, end))
    planned: dict[date, set[int]] = defaultdict(set)
    for day, grid in rows.values_list("day", "grid").distinct():
        planned[day].add(grid)
    address, found = reverse("fireworks:window-list"), _silent(rows)
    for day in (start + timedelta(days=number) for number in range((end - start).days + 1)):
        if day not in planned:
            found.append(Gap("没有已发布的值班表", "", day, address))
            continue
        left_out = Grid.objects.active_on(day).exclude(pk__in=planned[day])
        found += [Gap(grid.name, "没有排班", day, grid.get_absolute_url()) for grid in left_out]
    nobody = rows.filter(report__present=0).select_related("grid", "shift", "roster")
    found += [
        Gap(slot.grid.name, f"{slot.shift.name}（无人到岗）", slot.day, slot.get_absolute_url()) for slot in nobody
    ]
    return sorted(found, key=lambda gap: gap.day)


def reports_of_finds(start: date, end: date) -> list[Slot]:
    """Shifts of these days whose report says that something was found."""
    rows = _published().filter(day__range=(start, end), report__nothing_found=False)
    return list(rows.select_related("grid", "shift", "roster").order_by("starts_at"))


def last_night(end: date) -> datetime | None:
    """When the last shift that begins on `end` is over: past midnight, it still belongs to that day."""
    return _published().filter(day=end).aggregate(last=Max("ends_at"))["last"]


def is_watched(window: Window) -> bool:
    """Whether the window has a published roster with posts: otherwise "none found" has nothing to stand on."""
    return _published().filter(roster__window=window).exists()


def _published() -> QuerySet[Slot]:
    return Slot.objects.filter(roster__state=RosterState.PUBLISHED)


def _silent(rows: QuerySet[Slot]) -> list[Gap]:
    groups: dict[tuple[int, int, date, int], list[Slot]] = defaultdict(list)
    for slot in rows.filter(report=None).select_related("grid", "shift", "roster"):
        groups[slot.roster_id, slot.grid_id, slot.day, slot.shift_id].append(slot)
    return [
        Gap(slots[0].grid.name, slots[0].shift.name, slots[0].day, slots[0].get_absolute_url(), len(slots))
        for slots in groups.values()
    ]
