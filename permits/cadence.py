"""When a site should be looked at: start, every week, before and after the end, and in the warranty. Pure.

The law asks for supervision with records (行政许可法 61), not for a rhythm: every number comes from the settings, with source.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from permits.enums import InspectionKind
from staff.deadlines import Light

BASIS = "《行政许可法》第六十一条"
EARLY = 2  # days before its day on which a look already counts for a visit


@dataclass(frozen=True)
class Rhythm:
    """Days (the last: months); 0 leaves that visit out."""

    every: int = 7
    before_end: int = 1
    after_end: int = 1
    restored_days: int = 90
    restored_months: int = 11


@dataclass(frozen=True)
class Course:
    """What of a permit its visits hang on; `completed`: the site was cleared; `warranty`: the dig was accepted."""

    started: date | None
    ends: date
    completed: date | None = None
    restored: date | None = None
    warranty: bool = False


@dataclass(frozen=True)
class Visit:
    """One planned look. `missed`: a later look came in its stead."""

    kind: str
    due: date
    done_on: date | None = None
    missed: bool = False

    @property
    def label(self) -> str:
        return str(InspectionKind(self.kind).label)

    @property
    def is_open(self) -> bool:
        return self.done_on is None and not self.missed

    def light(self, today: date) -> Light | None:
        """None for what is done, missed, or further off than a day."""
        if not self.is_open or (left := (self.due - today).days) > 1:
            return None
        if left < 0:
            return Light("red", f"已过{-left}天未检查")
        return Light("orange", "今日应检查") if left == 0 else Light("yellow", "明日应检查")

    def words(self, today: date) -> str:
        light = self.light(today)
        if light is not None:
            return light.text
        if self.done_on is not None:
            return f"{self.done_on}已检查"
        return "没有检查" if self.missed else "未到"


def planned(course: Course, rhythm: Rhythm) -> list[Visit]:
    """Every visit of the course in order of its day, one a day; what lies after the clearing of the site is left out."""
    found: dict[date, Visit] = {}
    for visit in (*on_site(course, rhythm), *afterwards(course, rhythm)):
        found.setdefault(visit.due, visit)
    return [found[day] for day in sorted(found)]


def on_site(course: Course, rhythm: Rhythm) -> Iterator[Visit]:
    if course.started is None:
        return
    yield Visit(InspectionKind.START, course.started)
    last = course.ends - timedelta(days=rhythm.before_end) if rhythm.before_end else course.ends
    until = min(last, course.completed or last)
    if rhythm.before_end and course.started < last <= until:
        yield Visit(InspectionKind.BEFORE_END, last)
    day = course.started + timedelta(days=rhythm.every)
    while rhythm.every and day < until:
        yield Visit(InspectionKind.WEEKLY, day)
        day += timedelta(days=rhythm.every)


def afterwards(course: Course, rhythm: Rhythm) -> Iterator[Visit]:
    """After the end while the place is not accepted yet; after the acceptance of a dig twice in its warranty."""
    after = course.ends + timedelta(days=rhythm.after_end)
    if course.started is not None and rhythm.after_end and (course.restored is None or course.restored > after):
        yield Visit(InspectionKind.AFTER_END, after)
    if course.restored is None or not course.warranty:
        return
    if rhythm.restored_days:
        yield Visit(InspectionKind.WARRANTY, course.restored + timedelta(days=rhythm.restored_days))
    if rhythm.restored_months:
        yield Visit(InspectionKind.WARRANTY, months_after(course.restored, rhythm.restored_months))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def held_against(visits: Sequence[Visit], looks: Iterable[date]) -> list[Visit]:
    """A look serves the last visit that was due by then (the ones before it were missed), or one due within two days."""
    rows = list(visits)
    for day in sorted(looks):
        due = [n for n, each in enumerate(rows) if each.is_open and each.due <= day + timedelta(days=EARLY)]
        if not due:
            continue
        reached = [n for n in due if rows[n].due <= day] or due[:1]
        for n in reached:
            rows[n] = replace(rows[n], done_on=day) if n == reached[-1] else replace(rows[n], missed=True)
    return rows


def next_of(visits: Iterable[Visit], today: date) -> Visit | None:
    """The visit that waits: the last of those whose day has come, else the first to come."""
    waiting = [each for each in visits if each.is_open]
    come = [each for each in waiting if each.due <= today]
    return come[-1] if come else waiting[0] if waiting else None
