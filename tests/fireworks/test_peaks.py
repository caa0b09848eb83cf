"""Festivals by the lunar calendar: the printed table row by row, the traps, windows that never overlap."""

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireworks import peaks
from fireworks.enums import WindowKind

TABLE = Path(__file__).parent.parent / "data" / "lunar_peaks_2025_2028.csv"
FOUND_BY = {
    "南方小年(腊月廿四)": peaks.little_year,
    "除夕": peaks.eve,
    "春节(正月初一)": peaks.spring_festival,
    "破五(正月初五)": lambda year: peaks.first_month(year, 5),
    "开门炮起(正月初七)": lambda year: peaks.first_month(year, 7),
    "开门炮高峰(正月初八)": lambda year: peaks.first_month(year, 8),
    "元宵(正月十五)": peaks.lantern,
    "清明": peaks.qingming,
    "中元(七月十五)": peaks.ghost,
    "冬至": peaks.winter_solstice,
}
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8-sig").splitlines()))
years = st.integers(1951, 2098)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['year']} {row['event']}")
def test_every_row_of_the_printed_table(row):
    assert FOUND_BY[row["event"]](int(row["year"])) == date.fromisoformat(row["date"])


def test_the_table_is_whole():
    assert len(ROWS) == 40
    assert {row["event"] for row in ROWS} == set(FOUND_BY)


def test_the_eve_of_a_short_twelfth_month_is_the_29th_and_of_a_long_one_the_30th():
    assert peaks.eve(2025) == date(2025, 1, 28)  # 腊月廿九: there is no 三十
    assert peaks.eve(2030) == date(2030, 2, 2)
    assert peaks.lunar_words(date(2025, 1, 28)) == "除夕"


def test_a_leap_month_moves_nothing_to_the_leap_month():
    assert peaks.ghost(2025) == date(2025, 9, 6)  # after 闰六月
    assert peaks.ghost(2028) == date(2028, 9, 3)  # after 闰五月
    assert peaks.ghost(2006) == date(2006, 8, 8)  # before 闰七月: the ordinary month comes first


def test_winter_solstice_is_of_the_year_asked_for_not_of_the_one_before():
    assert peaks.winter_solstice(2026) == date(2026, 12, 22)


@given(years)
def test_windows_of_a_year_are_in_order_and_never_overlap(year):
    found = peaks.propose(year)
    assert [each.kind for each in found] == [kind for kind in WindowKind if kind != WindowKind.SPECIAL]
    assert all(each.start <= each.end for each in found)
    assert all(one.end < other.start for one, other in pairwise(found))
    assert all(each.start.year == each.end.year == year for each in found)


@given(years, st.integers(1951, 2098))
def test_the_counterpart_of_a_windows_day_lies_in_the_same_window(year, other):
    for window in peaks.propose(year):
        there = peaks.same_window(window.kind, other)
        day = window.start
        while day <= window.end:
            found = peaks.counterpart(day, window.kind, other)
            assert found is not None
            assert there.start <= found <= there.end
            day += timedelta(days=1)


@given(years, st.integers(1951, 2098))
def test_the_eve_answers_the_eve(year, other):
    assert peaks.counterpart(peaks.eve(year), WindowKind.SPRING, other) == peaks.eve(other)


def test_special_days_have_no_counterpart_and_far_years_are_refused():
    assert peaks.counterpart(date(2025, 5, 1), WindowKind.SPECIAL, 2026) is None
    assert peaks.same_window(WindowKind.SPECIAL, 2026) is None
    with pytest.raises(ValueError, match="只能推算"):
        peaks.propose(2150)


def test_a_thirtieth_is_not_invented_in_a_short_month():
    thirtieth = date(2025, 2, 27)  # 正月三十
    assert peaks.counterpart(thirtieth, WindowKind.LANTERN, 2026) == date(2026, 3, 18)
    assert peaks.counterpart(thirtieth, WindowKind.LANTERN, 2024) is None


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2024, 2, 9), False),  # the eve before 2025 was none
        (date(2025, 1, 28), True),
        (date(2026, 2, 16), True),
        (date(2026, 2, 19), True),
        (date(2026, 2, 20), False),
        (date(2026, 4, 5), True),
        (date(2026, 3, 3), False),
        (date(2026, 1, 1), True),  # the rest lie in special windows
        (date(2026, 1, 2), False),
        (date(2024, 5, 2), False),
        (date(2026, 5, 2), True),
        (date(2026, 5, 3), False),
        (date(2026, 6, 19), True),  # 端午
        (date(2025, 10, 6), True),  # 中秋, in the month after a leap sixth
        (date(2026, 9, 25), True),
        (date(2026, 10, 3), True),
        (date(2026, 10, 4), False),
    ],
)
def test_statutory_holidays(day, holiday):
    assert peaks.is_statutory_holiday(day) is holiday
