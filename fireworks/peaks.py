"""When fireworks are to be expected: festivals by the lunar calendar and solar terms. Pure; Gregorian dates in and out.

Traps that are kept away from here on: the twelfth month often has 29 days, so 腊月三十 is never asked for (the eve is the
day before the first); 冬至 stands in the table of terms under "DONG_ZHI" (its plain name is the winter before); 七月 is
the ordinary seventh month, never a leap one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from lunar_python import Lunar, Solar

from fireworks.enums import WindowKind

FIRST_YEAR, LAST_YEAR = 1950, 2099  # what the calendar was checked for
QINGMING_SPAN = (timedelta(days=2), timedelta(days=1))  # days before and after on which graves are visited


@dataclass(frozen=True)
class Proposal:
    """A window as the calendar suggests it; the office edits it afterwards."""

    kind: WindowKind
    name: str
    start: date
    end: date


@cache
def lunar_day(year: int, month: int, day: int) -> date:
    """The Gregorian date of a day of an ordinary lunar month."""
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def spring_festival(year: int) -> date:
    return lunar_day(year, 1, 1)


def eve(year: int) -> date:
    """除夕 before the spring festival of `year`: the day before it, whatever the twelfth month's length."""
    return spring_festival(year) - timedelta(days=1)


def little_year(year: int) -> date:
    """南方小年 (腊月廿四) before the spring festival of `year`."""
    return lunar_day(year - 1, 12, 24)


def first_month(year: int, day: int) -> date:
    """正月 `day`."""
    return lunar_day(year, 1, day)


def lantern(year: int) -> date:
    return lunar_day(year, 1, 15)


def ghost(year: int) -> date:
    """中元, 七月十五 of the ordinary month."""
    return lunar_day(year, 7, 15)


def qingming(year: int) -> date:
    return _term(year, "清明")


def winter_solstice(year: int) -> date:
    """冬至 in December of `year`."""
    return _term(year, "DONG_ZHI")


@cache
def _term(year: int, key: str) -> date:
    moment = Lunar.fromYmd(year, 6, 1).getJieQiTable()[key]
    return date(moment.getYear(), moment.getMonth(), moment.getDay())


ANCHORS = {WindowKind.QINGMING: qingming, WindowKind.WINTER: winter_solstice}  # counted from a solar term


def propose(year: int) -> list[Proposal]:
    """The windows of a year in order. ValueError outside 1950–2099."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"只能推算{FIRST_YEAR}至{LAST_YEAR}年的重点时段。")
    one = timedelta(days=1)
    tomb, solstice = qingming(year), winter_solstice(year)
    spans = (
        (WindowKind.LITTLE_YEAR, little_year(year) - one, little_year(year)),
        (WindowKind.SPRING, eve(year), first_month(year, 6)),
        (WindowKind.OPENING, first_month(year, 7), first_month(year, 9)),
        (WindowKind.LANTERN, lantern(year) - one, lantern(year) + one),
        (WindowKind.QINGMING, tomb - QINGMING_SPAN[0], tomb + QINGMING_SPAN[1]),
        (WindowKind.GHOST, ghost(year) - 3 * one, ghost(year)),
        (WindowKind.WINTER, solstice, solstice),
    )
    return [Proposal(kind, f"{year}年{kind.label}", start, end) for kind, start, end in spans]


def same_window(kind: str, year: int) -> Proposal | None:
    """The window of the same kind in another year; None for a special one, which the calendar does not know."""
    return next((found for found in propose(year) if found.kind == kind), None)


def counterpart(day: date, kind: str, year: int) -> date | None:
    """The same lunar day in the festival year `year`; counted from the solar term for 清明 and 冬至.

    The eve answers the eve. None where the other year's month has no such day, and for special windows.
    """
    if kind == WindowKind.SPECIAL:
        return None
    if anchor := ANCHORS.get(WindowKind(kind)):
        return anchor(year) + (day - anchor(day.year))
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    month, number = abs(lunar.getMonth()), lunar.getDay()
    if month == 12:
        if day == eve(lunar.getYear() + 1):
            return eve(year)
        found = lunar_day(year - 1, 12, min(number, 29))
        return found if number < 30 and found < eve(year) else None
    try:
        return lunar_day(year, month, number)
    except Exception:  # noqa: BLE001 -- lunar-python raises plain Exception for the thirtieth of a short month
        return None


def lunar_span(start: date, end: date) -> str:
    """腊月廿三—正月初二; one day stands once."""
    return lunar_words(start) if start == end else f"{lunar_words(start)}—{lunar_words(end)}"


def lunar_words(day: date) -> str:
    """正月初八, 腊月廿四: as people name the day."""
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return "除夕" if is_eve(day) else f"{lunar.getMonthInChinese()}月{lunar.getDayInChinese()}"


def is_eve(day: date) -> bool:
    return day == eve(day.year)


def is_statutory_holiday(day: date) -> bool:
    """法定节假日 (全国年节及纪念日放假办法 Art. 2): shifts on them are paid threefold (劳动法44). Days moved by the notice are none.

    A special window may lie on any of them. 除夕 and 5月2日 were added from 2025 on.
    """
    year, added = day.year, day.year >= 2025
    first = spring_festival(year)
    spring = first - timedelta(days=1) if added else first
    labour, national = date(year, 5, 1), date(year, 10, 1)
    return (
        spring <= day <= first + timedelta(days=2)
        or labour <= day <= labour + timedelta(days=added)
        or national <= day <= national + timedelta(days=2)
        or day in (date(year, 1, 1), qingming(year), lunar_day(year, 5, 5), lunar_day(year, 8, 15))
    )


def is_first(day: date) -> bool:
    return day == spring_festival(day.year)
