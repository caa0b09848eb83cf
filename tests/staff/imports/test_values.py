"""Cells into values: what people write, and what is refused with a reason."""

# ruff: noqa: DTZ001 -- sheets hold naive local times

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff.imports.values import (
    ValueProblem,
    to_choice,
    to_date,
    to_datetime,
    to_decimal,
    to_integer,
    to_month,
    to_text,
)

DAY = date(2026, 3, 5)
FORMS = [
    "{0.year}/{0.month}/{0.day}", "{0:%Y-%m-%d}", "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日", "{0:%Y%m%d}", " {0.year} 年 {0.month} 月 {0.day} 日 ",
]  # fmt: skip


@given(day=st.dates(date(1990, 1, 1), date(2100, 12, 31)), form=st.sampled_from(FORMS))
def test_dates_come_back_from_every_form(day, form):
    assert to_date(form.format(day)) == day


@given(day=st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_serials_and_whole_numbers_are_dates(day):
    assert to_date((day - date(1899, 12, 30)).days) == day
    assert to_date(int(f"{day:%Y%m%d}")) == day


@pytest.mark.parametrize(
    "raw",
    ["2026-03", "2026.3", "2026.03", "2026/3", "2026年3月", "２０２６年０３月", " 2026 年 3 月 ", "202603", 202603, 2026.3,
     "2026/03/15", "2026年3月15日", 20260315, date(2026, 3, 15), datetime(2026, 3, 15, 9, 30), 46086],
)  # fmt: skip
def test_months_as_sheets_write_them(raw):
    assert to_month(raw) == "2026-03"


@pytest.mark.parametrize(
    "raw",
    ["2024-123", "2025.1至3月", "2025年1-3月", "2025.1-3", "2025年1-3", "2025-01（快报）", "2025年1月、2月", "2025.1~3", "2025-13",
     "2025-0", "202513", 202513, "2025", 2025, "25-03", "三月", "1985-03", "2999-03", True],
)  # fmt: skip
def test_what_is_no_one_month_is_refused_whole(raw):
    with pytest.raises(ValueProblem, match="不是月份"):
        to_month(raw)


def test_a_number_that_may_be_january_or_october_is_asked_about():
    with pytest.raises(ValueProblem, match="分不清是 1 月还是 10 月"):
        to_month(2024.1)
    assert (to_month("2024.10"), to_month(2024.11), to_month("2024.1")) == ("2024-10", "2024-11", "2024-01")


def test_no_month_is_no_text():
    assert to_month(None) == to_month("") == to_month("　") == ""


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2026-3-5 14:30", datetime(2026, 3, 5, 14, 30)),
        ("2026年3月5日14时30分", datetime(2026, 3, 5, 14, 30)),
        ("２０２６／３／５　９：０５", datetime(2026, 3, 5, 9, 5)),
        (46086.5, datetime(2026, 3, 5, 12, 0)),
        (DAY, datetime(2026, 3, 5)),
        ("", None),
        (None, None),
    ],
)
def test_moments(raw, moment):
    assert to_datetime(raw) == moment


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("3月5日", "缺少年份"), ("3/5", "缺少年份"), ("2026-02-30", "不存在"), ("2026-3-5 25:00", "不存在"),
        ("1889-01-01", "1990"), ("9999-01-01", "2100"), ("昨天", "不是日期"), (True, "不是日期"), (-3, "不是日期"),
        ("2026-3-5 下午", "时间"), (float("nan"), "不是日期"),
    ],
)  # fmt: skip
def test_refused_dates_say_why(raw, reason):
    with pytest.raises(ValueProblem, match=reason):
        to_date(raw)


@given(st.decimals(min_value=-99999, max_value=99999, places=2, allow_nan=False))
def test_decimals_come_back_from_every_form(number):
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    for text in (f"{number:f}", f"{number:,f}", f"{number:f}分", f"{number:f}".translate(wide)):
        assert to_decimal(text, places=2, units=("分",)) == number


@pytest.mark.parametrize("raw", ["abc", "1e9999999", "NaN", "-inf", True, DAY, "0.2分", "1e15", "0.123"])
def test_what_is_no_decimal_is_refused(raw):
    with pytest.raises(ValueProblem):
        to_decimal(raw, places=2)


def test_ranges_are_kept():
    assert to_decimal(0.2, minimum=0, maximum=5) == Decimal("0.2")
    with pytest.raises(ValueProblem, match="大于 5"):
        to_decimal(6, maximum=5)
    with pytest.raises(ValueProblem, match="应为整数"):
        to_integer("1.5")
    assert (to_integer("３处", units=("处",)), to_integer(None, default=1)) == (3, 1)


def test_text_loses_what_cannot_be_stored_and_keeps_chinese_marks():
    assert to_text(" 东门，\x00西\ud800侧（北）\n") == "东门，西侧（北）"
    assert (to_text(None), to_text(13800000000)) == ("", "13800000000")
    with pytest.raises(ValueProblem, match="最多 2 个"):
        to_text("三个字", max_length=2)


def test_choice_takes_code_or_label_and_names_the_labels():
    choices = (("DAILY", "日常"), ("SPECIAL", "专项"))
    assert to_choice("日常 ", choices=choices) == to_choice("ＤＡＩＬＹ", choices=choices) == "DAILY"
    with pytest.raises(ValueProblem, match="日常、专项"):
        to_choice("抽查", choices=choices)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times()))
def test_any_cell_gives_a_value_or_a_problem(raw):
    for convert in (to_text, to_date, to_datetime, to_integer, to_decimal):
        try:
            convert(raw)
        except ValueProblem as problem:
            assert str(problem)  # noqa: PT017 -- a value or a reason, both are right
