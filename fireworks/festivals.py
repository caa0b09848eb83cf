"""The festival windows that figures and claims speak of: from one lunar day to another, so years compare like with like.

春节期间 腊月廿四至正月十五; 元宵节期间 正月十四至十六; 清明节期间 as long as the window that is staffed (peaks.py), so that
a whole watch can prove what the claim says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from config.periods import Period
from fireworks.enums import Festival
from fireworks.peaks import QINGMING_SPAN, lantern, little_year, qingming, spring_festival

LANTERN_MARGIN = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1950, 2100  # what the lunar tables are good for, and what anybody may ask
DEFINITION = "春节期间为腊月廿四至正月十五，元宵节期间为正月十四至十六，清明节期间为清明前两天至后一天；节日当天在期内的，整个时段计入。"


@dataclass(frozen=True)
class FestivalWindow:
    """Days from `start` to `end`, both inclusive, around `day`."""

    festival: str
    year: int
    day: date
    start: date
    end: date

    @property
    def label(self) -> str:
        return f"{self.year}年{Festival(self.festival).label}"


def window_of(festival: str, year: int) -> FestivalWindow:
    """ValueError for a festival that is none."""
    match Festival(festival):
        case Festival.SPRING:
            return FestivalWindow(festival, year, spring_festival(year), little_year(year), lantern(year))
        case Festival.LANTERN:
            day = lantern(year)
            return FestivalWindow(festival, year, day, day - LANTERN_MARGIN, day + LANTERN_MARGIN)
        case Festival.QINGMING:
            day, (before, after) = qingming(year), QINGMING_SPAN
            return FestivalWindow(festival, year, day, day - before, day + after)


def windows_in(period: Period, festival: str) -> list[FestivalWindow]:
    """The windows whose festival day lies in the period, whole even where they reach beyond it."""
    years = range(max(period.start.year, FIRST_YEAR), min(period.end.year, LAST_YEAR) + 1)
    return [window for window in (window_of(festival, year) for year in years) if period.contains(window.day)]
