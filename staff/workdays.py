"""Counting days the way the statutes do. Pure: a `WorkCalendar` goes in, a `DueDate` that explains itself comes out.

The first day (or hour) is not counted; a period of calendar days, months or years that ends on a rest day ends on the
next working day (民事诉讼法 Art. 85; by reference 行政复议法 Art. 88). Which periods count working days is said by each
statute: 行政许可法 Art. 82 (all), 行政处罚法 Art. 85 (二日、三日、五日、七日), 行政强制法 Art. 69 (ten days or fewer).

A year whose make-up days are not announced is provisional: statutory holidays and weekends. A result that rests on it
says so. A year without rows is an error that names the year; nothing silently falls back on Monday to Friday.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.core.cache import cache
from django.utils import timezone

from staff.models import CalendarDay, CalendarYear

CACHE_KEY = "work-calendar"
CACHE_SECONDS = 60
OFFICE_HOURS = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
# How far the notice of a provisional year may still move a date: the longest shift seen around 春节 and 国庆.
PROVISIONAL_SLACK = 3
ANNOUNCEMENT_DAYS = 30  # 民事诉讼法 Art. 95(1)


class Verdict(StrEnum):
    COUNTED = "计入"
    START = "起算日不计"
    WEEKEND = "周末"
    HOLIDAY = "法定节假日"
    REST = "调休休息"
    PAUSED = "中止"
    ROLLED = "末日遇休息日顺延"


class CalendarYearMissing(LookupError):
    """No row for a year: the message names it and says what to do."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"{year}年的工作日历还没有录入，涉及该年的期限算不出来。请在“基础数据→工作日历”录入，或运行 load_calendar。"
        )
        self.year = year


@dataclass(frozen=True)
class WorkCalendar:
    """Exceptions from Monday–Friday by date, for the years that are known."""

    years: Mapping[int, bool]  # year → announced
    rest: Mapping[date, str] = field(default_factory=dict)  # weekdays off → name
    work: frozenset[date] = frozenset()  # weekend days worked
    adjusted: frozenset[date] = frozenset()  # of `rest`: days off by adjustment rather than by statute

    def verdict(self, day: date) -> Verdict:
        """What a day counts as; CalendarYearMissing for an unknown year."""
        if day.year not in self.years:
            raise CalendarYearMissing(day.year)
        if day in self.rest:
            return Verdict.REST if day in self.adjusted else Verdict.HOLIDAY
        if day.weekday() >= 5 and day not in self.work:
            return Verdict.WEEKEND
        return Verdict.COUNTED

    def is_working(self, day: date) -> bool:
        return self.verdict(day) is Verdict.COUNTED

    def is_provisional(self, day: date) -> bool:
        return not self.years.get(day.year, False)

    def next_working(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day


@dataclass(frozen=True)
class CountedDay:
    day: date
    verdict: Verdict
    name: str = ""


@dataclass(frozen=True)
class DueDate:
    """A date with the list of days that led to it. `provisional`: it rests on a year whose notice is still to come."""

    day: date
    provisional: bool
    trace: tuple[CountedDay, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.day}（暂定）" if self.provisional else str(self.day)

    def guarding(self, calendar: WorkCalendar) -> date:
        """Where a party's right hangs on the date: the later date guards while the year is provisional."""
        if not self.provisional:
            return self.day
        day, left = self.day, PROVISIONAL_SLACK
        while left:
            day += timedelta(days=1)
            left -= calendar.is_working(day)
        return day


@dataclass(frozen=True)
class DueMoment:
    moment: datetime
    provisional: bool


Pause = tuple[date, date | None]  # both inclusive; None = still paused


def add_working_days(start: date, days: int, calendar: WorkCalendar, *, pauses: Sequence[Pause] = ()) -> DueDate:
    """The day on which `days` working days after `start` are over; paused days do not run."""
    trace = [CountedDay(start, Verdict.START)]
    day, left = start, days
    while left:
        day += timedelta(days=1)
        verdict = Verdict.PAUSED if _paused(day, pauses) else calendar.verdict(day)
        trace.append(CountedDay(day, verdict, calendar.rest.get(day, "")))
        left -= verdict is Verdict.COUNTED
    return _result(day, trace, calendar)


def add_calendar_days(
    start: date, days: int, calendar: WorkCalendar, *, roll: bool = True, pauses: Sequence[Pause] = ()
) -> DueDate:
    """`days` calendar days after `start`; the end rolls to the next working day unless `roll` is off."""
    trace = [CountedDay(start, Verdict.START)]
    day, left = start, days
    while left:
        day += timedelta(days=1)
        verdict = Verdict.PAUSED if _paused(day, pauses) else Verdict.COUNTED
        trace.append(CountedDay(day, verdict))
        left -= verdict is Verdict.COUNTED
    return _rolled(day, trace, calendar) if roll else _result(day, trace, calendar)


def add_months(start: date, months: int, calendar: WorkCalendar, *, roll: bool = True) -> DueDate:
    """The same day `months` later; the last day of the month where that day does not exist (08-31 + 6 = 02-28)."""
    index = start.year * 12 + start.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    day = last.replace(day=min(start.day, last.day))
    trace = [CountedDay(start, Verdict.START)]
    return _rolled(day, trace, calendar) if roll else _result(day, trace, calendar)


def add_years(start: date, years: int, calendar: WorkCalendar, *, roll: bool = True) -> DueDate:
    return add_months(start, 12 * years, calendar, roll=roll)


def announcement_over(announced_on: date, calendar: WorkCalendar) -> DueDate:
    """公告送达: when the party counts as served (民事诉讼法 Art. 95); a last day of rest moves on (Art. 85)."""
    return add_calendar_days(announced_on, ANNOUNCEMENT_DAYS, calendar)


def subtract_working_days(end: date, days: int, calendar: WorkCalendar) -> DueDate:
    """The last day on which something may happen that must come `days` working days before `end`."""
    trace = [CountedDay(end, Verdict.START)]
    day, left = end, days
    while left:
        day -= timedelta(days=1)
        verdict = calendar.verdict(day)
        trace.append(CountedDay(day, verdict, calendar.rest.get(day, "")))
        left -= verdict is Verdict.COUNTED
    return _result(day, trace, calendar)


def working_days_between(start: date, end: date, calendar: WorkCalendar, *, pauses: Sequence[Pause] = ()) -> int:
    """Working days after `start` up to and including `end`, pauses left out; 0 if `end` is not later."""
    return sum(calendar.is_working(day) and not _paused(day, pauses) for day in _days(start, end))


def add_clock_hours(start: datetime, hours: int) -> datetime:
    """Hours that never stop, through nights and holidays (城市道路管理条例 Art. 34: 24 hours)."""
    return start + timedelta(hours=hours)


def add_working_hours(
    start: datetime,
    hours: int,
    calendar: WorkCalendar,
    *,
    office: Sequence[tuple[time, time]] = OFFICE_HOURS,
) -> DueMoment:
    """Hours that run only in office hours of working days; aware in, aware out (Asia/Shanghai)."""
    local = timezone.localtime(start)
    left, day, provisional = timedelta(hours=hours), local.date(), calendar.is_provisional(local.date())
    while True:
        if calendar.is_working(day):
            for opens, closes in office:
                begin = max(local, _at(day, opens))
                room = _at(day, closes) - begin
                if room >= left:
                    return DueMoment(begin + left, provisional)
                left -= max(room, timedelta(0))
        day += timedelta(days=1)
        provisional |= calendar.is_provisional(day)


def _at(day: date, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))


def _days(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))


def _paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in pauses)


def _rolled(day: date, trace: list[CountedDay], calendar: WorkCalendar) -> DueDate:
    while not calendar.is_working(day):
        trace.append(CountedDay(day, Verdict.ROLLED, calendar.rest.get(day, "")))
        day += timedelta(days=1)
    return _result(day, trace, calendar)


def _result(day: date, trace: list[CountedDay], calendar: WorkCalendar) -> DueDate:
    touched = {counted.day for counted in trace} | {day}
    return DueDate(day, any(calendar.is_provisional(each) for each in touched), tuple(trace))


def load() -> WorkCalendar:
    """The calendar as the tables say. Kept for a minute; saving a year or a day drops what is kept (staff/signals.py)."""
    calendar: WorkCalendar | None = cache.get(CACHE_KEY)
    if calendar is None:
        days = list(CalendarDay.objects.values_list("date", "kind", "name"))
        calendar = WorkCalendar(
            years={year: status == "announced" for year, status in CalendarYear.objects.values_list("year", "status")},
            rest={day: name for day, kind, name in days if kind != "makeup_workday"},
            work=frozenset(day for day, kind, _ in days if kind == "makeup_workday"),
            adjusted=frozenset(day for day, kind, _ in days if kind == "holiday_rest"),
        )
        cache.set(CACHE_KEY, calendar, CACHE_SECONDS)
    return calendar


def forget() -> None:
    cache.delete(CACHE_KEY)
