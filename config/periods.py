"""Periods: half-years, quarters, months, years and free ranges, with the periods they are compared with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

QUARTER_NAMES = "一二三四"
WRITTEN = "2026年上半年、2026年第一季度、2026年3月、2026年，或者 2026-01-01至2026-06-20"  # how a period is typed
BACKWARDS = "期间的截止日期不能早于起始日期。"
FIRST_YEAR, LAST_YEAR = 1900, 2999  # what may be typed; far enough inside `date` for every comparison


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` to `end`, both inclusive. `key` is how it is stored and stands in addresses."""

    start: date
    end: date
    key: str

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(BACKWARDS)

    @classmethod
    def year(cls, year: int) -> Period:
        return cls(date(year, 1, 1), date(year, 12, 31), f"{year}")

    @classmethod
    def half_year(cls, year: int, half: int) -> Period:
        return cls(date(year, 6 * half - 5, 1), _month_end(year, 6 * half), f"{year}H{half}")

    @classmethod
    def half_year_of(cls, day: date) -> Period:
        """The half-year that a day lies in."""
        return cls.half_year(day.year, 1 if day.month <= 6 else 2)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Period:
        return cls(date(year, 3 * quarter - 2, 1), _month_end(year, 3 * quarter), f"{year}Q{quarter}")

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        return cls(date(year, month, 1), _month_end(year, month), f"{year}-{month:02d}")

    @classmethod
    def between(cls, start: date, end: date) -> Period:
        return cls(start, end, f"{start.isoformat()}~{end.isoformat()}")

    @classmethod
    def parse(cls, key: str) -> Period:
        """Read a key (2026, 2026H1, 2026Q3, 2026-03, 2026-01-01~2026-06-20) or the same in words, as `label` says it.

        ValueError (Chinese) for anything else.
        """
        for pattern, make in _FORMS:
            if match := pattern.fullmatch(key_in(key)):
                return cls._checked(key, make, match.groups())
        raise ValueError(f"“{key}”不是有效的期间。可写{WRITTEN}。")

    @classmethod
    def _checked(cls, key: str, make: _Maker, parts: tuple[str, ...]) -> Period:
        """A typed period whose dates exist, in order, within the years that can be compared."""
        if not all(FIRST_YEAR <= int(part[:4]) <= LAST_YEAR for part in parts if len(part) >= 4):
            raise ValueError(f"“{key}”不是有效的期间：年份须在{FIRST_YEAR}至{LAST_YEAR}之间。")
        try:
            period = make(cls, parts)
        except ValueError as error:
            reason = str(error) if str(error) == BACKWARDS else "没有这样的日期。"
            raise ValueError(f"“{key}”不是有效的期间：{reason}") from error
        return period

    @property
    def label(self) -> str:
        match self.key:
            case key if "~" in key:
                return self._range_label()
            case key if "H" in key:
                return f"{self.start.year}年{'上' if key.endswith('1') else '下'}半年"
            case key if "Q" in key:
                return f"{self.start.year}年第{QUARTER_NAMES[int(key[-1]) - 1]}季度"
            case key if "-" in key:
                return f"{self.start.year}年{self.start.month}月"
        return f"{self.start.year}年"

    def _range_label(self) -> str:
        since = f"{self.start.year}年{self.start.month}月{self.start.day}日"
        if self.end == self.start:
            return since
        until = f"{self.end.month}月{self.end.day}日"
        if self.end.year != self.start.year:
            until = f"{self.end.year}年{until}"
        return f"{since}至{until}"

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end

    def months(self) -> list[str]:
        """The months touched, as YYYY-MM."""
        first, last = self.start.year * 12 + self.start.month - 1, self.end.year * 12 + self.end.month - 1
        return [f"{index // 12}-{index % 12 + 1:02d}" for index in range(first, last + 1)]

    def same_period_last_year(self) -> Period:
        """同期. 29 February becomes 28 February."""
        if "~" in self.key:
            return Period.between(_year_before(self.start), _year_before(self.end))
        end = _month_end(self.end.year - 1, self.end.month)
        return Period(_year_before(self.start), end, f"{self.start.year - 1}{self.key[4:]}")

    def preceding(self) -> Period:
        """环比's base: the period of equal length just before (a half-year before a half-year, days before days)."""
        before = self.start - timedelta(days=1)
        if "~" in self.key:
            return Period.between(self.start - (self.end - self.start) - timedelta(days=1), before)
        if "H" in self.key:
            return Period.half_year_of(before)
        if "Q" in self.key:
            return Period.quarter(before.year, (before.month + 2) // 3)
        return Period.month(before.year, before.month) if "-" in self.key else Period.year(before.year)

    def cut(self, day: date) -> Period:
        """The part up to a cut-off date; the whole period if the date lies behind its end.

        Its `same_period_last_year()` ends at the same cut-off last year. ValueError for a date before the start.
        """
        return self if day >= self.end else Period.between(self.start, day)

    def so_far(self, today: date) -> Period:
        """What has passed of a running period, today included: its comparisons then end on the same day of the year.

        A period that is over stays whole; of one still to come there is its first day.
        """
        return self.cut(max(today, self.start))


def a_year_before(month: str) -> str:
    """2026-03 → 2025-03."""
    return Period.parse(month).same_period_last_year().key


def key_in(words: str) -> str:
    """2026年上半年 → 2026H1, 2026年3月 → 2026-03, 2026年1月1日至6月20日 → 2026-01-01~2026-06-20; a key stays as it is."""
    text = re.sub(r"\s", "", words).replace("～", "~")
    if half := re.fullmatch(r"(\d{4})年?(上|下)半年", text):
        return f"{half[1]}H{'上下'.index(half[2]) + 1}"
    if quarter := re.fullmatch(r"(\d{4})年?第?([一二三四1-4])季度", text):
        number = QUARTER_NAMES.find(quarter[2]) + 1 or int(quarter[2])
        return f"{quarter[1]}Q{number}"
    if month := re.fullmatch(r"(\d{4})年(\d{1,2})月份?", text):
        return f"{month[1]}-{int(month[2]):02d}"
    if days := re.fullmatch(r"(.+日|\d{4}-\d\d-\d\d)(?:至|到|~)(.+日|\d{4}-\d\d-\d\d)", text):
        first, last = days[1], days[2]
        return f"{_day_in(first)}~{_day_in(last if '年' in last or '-' in last else first[:5] + last)}"
    return f"{_day_in(text)}~{_day_in(text)}" if text.endswith("日") else text.removesuffix("年")


def _day_in(text: str) -> str:
    day = re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})日", text)
    return f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}" if day else text


def _month_end(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


_Maker = Callable[[type[Period], tuple[str, ...]], Period]
_FORMS: tuple[tuple[re.Pattern[str], _Maker], ...] = (
    (re.compile(r"(\d{4})", re.ASCII), lambda cls, g: cls.year(int(g[0]))),
    (re.compile(r"(\d{4})H([12])", re.ASCII), lambda cls, g: cls.half_year(int(g[0]), int(g[1]))),
    (re.compile(r"(\d{4})Q([1-4])", re.ASCII), lambda cls, g: cls.quarter(int(g[0]), int(g[1]))),
    (re.compile(r"(\d{4})-(\d{2})", re.ASCII), lambda cls, g: cls.month(int(g[0]), int(g[1]))),
    (
        re.compile(r"(\d{4}-\d{2}-\d{2})~(\d{4}-\d{2}-\d{2})", re.ASCII),
        lambda cls, g: cls.between(date.fromisoformat(g[0]), date.fromisoformat(g[1])),
    ),
)
