"""Statutory periods as data, and the clock that explains itself. Pure: an app declares its rules, this counts them.

A rule says from which event, how many of which unit, whether it may stop, and which article says so. Amounts that are
local or uncertain name a setting of the bureau, which carries its source document (staff/models/settings.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from staff.workdays import (
    DueDate,
    Pause,
    Verdict,
    WorkCalendar,
    add_calendar_days,
    add_months,
    add_working_days,
    add_years,
    working_days_between,
)

YELLOW_FROM = Decimal("0.7")  # of the promised time
YELLOW_DAYS_LEFT = 1


class Unit(StrEnum):
    WORKING_DAYS = "个工作日"
    CALENDAR_DAYS = "日"
    HOURS = "小时"  # they run on through nights and holidays: staff.workdays.add_clock_hours
    MONTHS = "个月"
    YEARS = "年"


@dataclass(frozen=True)
class DeadlineRule:
    """`start`: the event whose day is not counted; `setting`: key of the bureau's setting that holds the amount."""

    code: str
    label: str
    start: str
    amount: int
    unit: Unit
    basis: str
    pausable: bool = False
    setting: str = ""
    consequence: str = ""

    @property
    def words(self) -> str:
        return f"自{self.start}之日起{self.amount}{self.unit}"

    def due(
        self, start: date, calendar: WorkCalendar, *, pauses: Sequence[Pause] = (), amount: int | None = None
    ) -> DueDate:
        """The last day of the period with the days that led to it. ValueError for hours, which have no last day.

        Pauses count only where the rule may stop. `amount` stands for the rule's own (an extension, a local setting).
        """
        count = self.amount if amount is None else amount
        stops = pauses if self.pausable else ()
        match self.unit:
            case Unit.WORKING_DAYS:
                return add_working_days(start, count, calendar, pauses=stops)
            case Unit.CALENDAR_DAYS:
                return add_calendar_days(start, count, calendar, pauses=stops)
            case Unit.MONTHS:
                return add_months(start, count, calendar)
            case Unit.YEARS:
                return add_years(start, count, calendar)
        raise ValueError(f"{self.code} runs in hours: use add_clock_hours.")


@dataclass(frozen=True)
class Light:
    """Level as the deadline_light component takes it, and its words."""

    level: str
    text: str


def light_of(
    start: date,
    legal: date,
    promised: date | None,
    today: date,
    calendar: WorkCalendar,
    *,
    pauses: Sequence[Pause] = (),
) -> Light:
    """Green, yellow from 70 % of the promised time or on the last day but one, orange past the promise, red past the law."""
    if today > legal:
        return Light("red", f"已超法定期限{working_days_between(legal, today, calendar)}个工作日")
    if promised is not None and today > promised:
        return Light("orange", f"已超承诺期限，法定期限剩{working_days_between(today, legal, calendar)}个工作日")
    target = promised or legal
    whole = working_days_between(start, target, calendar, pauses=pauses)
    left = working_days_between(today, target, calendar, pauses=pauses)
    words = f"剩{left}个工作日" if left else "今日到期"
    near = left <= YELLOW_DAYS_LEFT or Decimal(whole - left) >= YELLOW_FROM * whole
    return Light("yellow" if near else "green", words)


@dataclass(frozen=True)
class Run:
    """Days on end that count alike, and how many have counted by their end."""

    first: date
    last: date
    verdict: Verdict
    name: str
    total: int

    @property
    def words(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} 至 {self.last}"


@dataclass(frozen=True)
class Clock:
    """One period of one case, as the page shows it: rule, first day, last day, what stopped it, whether it is over."""

    rule: DeadlineRule
    start: date
    due: DueDate
    pauses: Sequence[Pause] = field(default=())
    finished_on: date | None = None
    amount: int | None = None

    @classmethod
    def of(
        cls,
        rule: DeadlineRule,
        start: date,
        calendar: WorkCalendar,
        *,
        pauses: Sequence[Pause] = (),
        amount: int | None = None,
        finished_on: date | None = None,
    ) -> Clock:
        due = rule.due(start, calendar, pauses=pauses, amount=amount)
        return cls(rule, start, due, pauses, finished_on, amount)

    @property
    def words(self) -> str:
        """What the law gives: 自受理之日起20个工作日."""
        return f"自{self.rule.start}之日起{self.rule.amount if self.amount is None else self.amount}{self.rule.unit}"

    @property
    def counted(self) -> int:
        return sum(each.verdict is Verdict.COUNTED for each in self.due.trace)

    @property
    def paused(self) -> int:
        return sum(each.verdict is Verdict.PAUSED for each in self.due.trace)

    @property
    def skipped(self) -> int:
        """Weekends, holidays and days off in between; the starting day is none of them."""
        return len(self.due.trace) - self.counted - self.paused - 1

    @property
    def runs(self) -> list[Run]:
        """The days in stretches, as the page lists them. Months and years have no list of days."""
        if self.rule.unit in (Unit.MONTHS, Unit.YEARS):
            return []
        made: list[Run] = []
        total = 0
        for (verdict, name), days in groupby(self.due.trace, key=lambda each: (each.verdict, each.name)):
            stretch = list(days)
            total += len(stretch) if verdict is Verdict.COUNTED else 0
            made.append(Run(stretch[0].day, stretch[-1].day, verdict, name, total))
        return made

    @property
    def in_time(self) -> bool | None:
        """Whether what the period waits for came in time; None while it has not come."""
        return None if self.finished_on is None else self.finished_on <= self.due.day

    def light(self, today: date, calendar: WorkCalendar) -> Light:
        if self.finished_on is not None:
            return Light("green", "按期办结") if self.in_time else Light("red", "逾期办结")
        return light_of(self.start, self.due.day, None, today, calendar, pauses=self.pauses)
