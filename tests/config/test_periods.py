"""Periods: their keys, names, lengths and what they are compared with."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.periods import Period

YEARS = st.integers(1901, 2998)
DAYS = st.dates(date(1901, 1, 1), date(2998, 12, 31))
NAMED = st.one_of(
    st.builds(Period.year, YEARS),
    st.builds(Period.half_year, YEARS, st.integers(1, 2)),
    st.builds(Period.quarter, YEARS, st.integers(1, 4)),
    st.builds(Period.month, YEARS, st.integers(1, 12)),
)
RANGES = st.tuples(DAYS, st.integers(0, 400)).map(lambda pair: Period.between(pair[0], pair[0] + timedelta(pair[1])))
ANY = NAMED | RANGES
YEAR, HALF, QUARTER, MONTH = "2026", "2026H1", "2026Q1", "2026-03"


@pytest.mark.parametrize(
    ("key", "start", "end", "label"),
    [
        ("2026H1", date(2026, 1, 1), date(2026, 6, 30), "2026年上半年"),
        ("2026H2", date(2026, 7, 1), date(2026, 12, 31), "2026年下半年"),
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31), "2026年第一季度"),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年第四季度"),
        ("2026-03", date(2026, 3, 1), date(2026, 3, 31), "2026年3月"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026年2月"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026年"),
        ("2026-01-01~2026-06-20", date(2026, 1, 1), date(2026, 6, 20), "2026年1月1日至6月20日"),
        ("2025-12-20~2026-01-08", date(2025, 12, 20), date(2026, 1, 8), "2025年12月20日至2026年1月8日"),
        ("2026-03-05~2026-03-05", date(2026, 3, 5), date(2026, 3, 5), "2026年3月5日"),
        (" 2026H1 ", date(2026, 1, 1), date(2026, 6, 30), "2026年上半年"),
    ],
)
def test_key_gives_days_and_label(key, start, end, label):
    period = Period.parse(key)
    assert (period.start, period.end, period.label, period.key) == (start, end, label, key.strip())


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026H3",
        "2026Q0",
        "2026-13",
        "2026-00",
        "26H1",
        "上半年",
        "2026-6",
        "0000",
        "0001-01",
        "9999H2",
        "9999-12",
        "2026-02-30~2026-03-01",
        "2026-06-20~2026-01-01",
        "2026-01-01~",
        "2026-01-01",
        "２０２６H1",
        "2026H1\x00",
        "2026h1",
        "0001-01-01~0001-01-02",
    ],
)
def test_anything_else_is_refused_in_chinese(key):
    with pytest.raises(ValueError, match="不是有效的期间") as refused:
        Period.parse(key)
    assert not any(word in str(refused.value) for word in ("must", "range", "invalid", "Invalid", "day "))


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="不能早于起始日期"):
        Period.between(date(2026, 2, 1), date(2026, 1, 31))


@given(ANY)
def test_key_reads_back(period):
    assert Period.parse(period.key) == period


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    try:
        period = Period.parse(text)
    except ValueError:
        return
    assert period.start <= period.end
    assert period.preceding().end < period.start
    assert period.same_period_last_year().start < period.start


@given(ANY, DAYS)
def test_contains_is_inclusive(period, day):
    assert period.contains(period.start)
    assert period.contains(period.end)
    assert not period.contains(period.start - timedelta(1))
    assert not period.contains(period.end + timedelta(1))
    assert period.contains(day) == (period.start <= day <= period.end)


@given(ANY)
def test_preceding_ends_the_day_before(period):
    before = period.preceding()
    assert before.end == period.start - timedelta(1)
    assert len(before.key) == len(period.key)


@given(RANGES)
def test_preceding_range_has_the_same_number_of_days(period):
    before = period.preceding()
    assert before.end - before.start == period.end - period.start


@pytest.mark.parametrize(
    ("key", "preceding"),
    [
        ("2026H1", "2025H2"),
        ("2026H2", "2026H1"),
        ("2026Q1", "2025Q4"),
        ("2026Q3", "2026Q2"),
        ("2026-01", "2025-12"),
        ("2026-12", "2026-11"),
        ("2026", "2025"),
        ("2026-01-11~2026-01-20", "2026-01-01~2026-01-10"),
    ],
)
def test_preceding_of_the_same_kind(key, preceding):
    assert Period.parse(key).preceding().key == preceding


@pytest.mark.parametrize(
    ("key", "last_year"),
    [
        ("2026H1", "2025H1"),
        ("2026Q4", "2025Q4"),
        ("2025-02", "2024-02"),
        ("2024-02", "2023-02"),
        ("2026", "2025"),
        ("2024-01-01~2024-02-29", "2023-01-01~2023-02-28"),
        ("2024-02-29~2024-03-01", "2023-02-28~2023-03-01"),
        ("2025-12-20~2026-01-08", "2024-12-20~2025-01-08"),
    ],
)
def test_same_period_last_year(key, last_year):
    assert Period.parse(key).same_period_last_year() == Period.parse(last_year)


@given(NAMED)
def test_same_period_of_a_named_period_is_the_named_one(period):
    last = period.same_period_last_year()
    assert last == Period.parse(last.key)
    assert last.label[4:] == period.label[4:]


@given(ANY)
def test_months_are_every_month_touched(period):
    days = (period.end - period.start).days
    touched = sorted({(period.start + timedelta(each)).strftime("%Y-%m") for each in range(days + 1)})
    assert period.months() == touched


@given(ANY, st.integers(0, 500))
def test_cut_is_the_part_up_to_the_day(period, after):
    day = period.start + timedelta(after)
    part = period.cut(day)
    assert (part.start, part.end) == (period.start, min(day, period.end))
    assert (part is period) == (day >= period.end)


def test_cut_compares_with_the_same_cut_last_year():
    part = Period.half_year(2026, 1).cut(date(2026, 6, 20))
    assert part.key == "2026-01-01~2026-06-20"
    assert part.same_period_last_year().key == "2025-01-01~2025-06-20"
    with pytest.raises(ValueError, match="不能早于起始日期"):
        Period.half_year(2026, 1).cut(date(2025, 12, 31))
