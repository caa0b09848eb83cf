"""禁挖期: the years in which a road may not be dug (城市道路管理条例 33②). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

NEW_YEARS = 5
OVERHAUL_YEARS = 3
ARTICLE = "《城市道路管理条例》第三十三条第二款"


class Dated(Protocol):
    """A road, as far as the guard asks: the days it was opened and last overhauled."""

    @property
    def opened_on(self) -> date | None: ...
    @property
    def overhauled_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Protection:
    """The last day of the protection that holds, and why. Digging needs the city government's approval until then."""

    until: date
    began_on: date
    years: int
    by_overhaul: bool

    @property
    def words(self) -> str:
        what = "大修竣工" if self.by_overhaul else "交付使用"
        return (
            f"{self.began_on:%Y-%m-%d} {what}，{self.years} 年内不得挖掘，至 {self.until:%Y-%m-%d}；"
            f"因特殊情况需要挖掘的，须经县级以上城市人民政府批准（{ARTICLE}）。"
        )


def years_after(day: date, years: int) -> date:
    """The same day some years later; without one, the last of the month (民法典 202)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def years_before(day: date, years: int) -> date:
    """The earliest day whose protection of so many years still holds on `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February: one that began on 28 February ended the day before
        return day.replace(year=day.year - years, month=3, day=1)


def protection_until(road: Dated, day: date) -> Protection | None:
    """The protection that holds on a day, the one that ends last; None if the road may be dug.

    The first day is not counted and the anniversary is the last (民法典 201、202): opened on 2021-05-01, the road may be
    dug from 2026-05-02.
    """
    found = []
    for began, years, by_overhaul in ((road.opened_on, NEW_YEARS, False), (road.overhauled_on, OVERHAUL_YEARS, True)):
        if began is None or began > day:
            continue
        last = years_after(began, years)
        if day <= last:
            found.append(Protection(last, began, years, by_overhaul))
    return max(found, key=lambda each: each.until, default=None)
