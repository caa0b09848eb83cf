"""Statutory periods and the clock that explains itself; the vectors are those of the statutes' own counting."""

from datetime import date, timedelta

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from staff.case_papers import Missing, refuse_missing
from staff.deadlines import Clock, DeadlineRule, Unit, light_of
from staff.refusals import Refused
from staff.workdays import WorkCalendar

YEARS = dict.fromkeys(range(2024, 2028), True)
AUTUMN = {date(2025, 10, day): "国庆节" for day in range(1, 9) if date(2025, 10, day).weekday() < 5}
CALENDAR = WorkCalendar(YEARS, AUTUMN, frozenset({date(2025, 9, 28), date(2025, 10, 11)}))
DECIDE = DeadlineRule("P_DECIDE", "许可决定", "受理", 20, Unit.WORKING_DAYS, "行政许可法第四十二条", pausable=True)
SUPPLEMENT = DeadlineRule("P_SUPPLEMENT", "补正告知", "收件", 5, Unit.WORKING_DAYS, "行政许可法第三十二条")
PAY = DeadlineRule("C_PAY", "缴款", "收到决定", 15, Unit.CALENDAR_DAYS, "行政处罚法第六十七条")
SUE = DeadlineRule("R_SUE", "起诉", "送达", 6, Unit.MONTHS, "行政诉讼法第四十六条")
PROTECT = DeadlineRule("P_PROTECT_NEW", "新建道路保护期", "交付使用", 5, Unit.YEARS, "城市道路管理条例第三十三条")
STARTED = date(2025, 9, 26)


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        (SUPPLEMENT, STARTED, date(2025, 10, 10)),
        (DECIDE, STARTED, date(2025, 10, 30)),
        (PAY, date(2025, 9, 20), date(2025, 10, 9)),
        (SUE, date(2024, 8, 31), date(2025, 2, 28)),
        (PROTECT, date(2021, 3, 1), date(2026, 3, 2)),
    ],
)
def test_each_statute_counts_its_own_days(rule, start, due):
    assert rule.due(start, CALENDAR).day == due


def test_hours_have_no_last_day():
    rule = DeadlineRule("P_EMERGENCY", "补办手续", "抢修开始", 24, Unit.HOURS, "城市道路管理条例第三十四条")
    with pytest.raises(ValueError, match="add_clock_hours"):
        rule.due(STARTED, CALENDAR)


def test_only_a_rule_that_may_stop_is_moved_by_a_pause():
    pause = ((date(2025, 9, 29), date(2025, 9, 30)),)
    assert DECIDE.due(STARTED, CALENDAR, pauses=pause).day == date(2025, 11, 3)
    assert SUPPLEMENT.due(STARTED, CALENDAR, pauses=pause) == SUPPLEMENT.due(STARTED, CALENDAR)


def test_the_clock_lists_every_day_that_led_to_its_end():
    clock = Clock.of(SUPPLEMENT, STARTED, CALENDAR)
    assert (clock.counted, clock.paused, clock.skipped) == (5, 0, 9)
    assert clock.runs[-1].total == 5
    assert sum((run.last - run.first).days + 1 for run in clock.runs) == (clock.due.day - STARTED).days + 1
    shown = Template("{% clock clock %}").render(Context({"clock": clock}))
    assert "行政许可法第三十二条" in shown
    assert "2025-10-10" in shown
    assert "国庆节" in shown


@given(days=st.integers(0, 60), stop=st.integers(1, 40), length=st.integers(1, 20))
def test_a_pause_never_brings_the_end_nearer(days, stop, length):
    start = date(2025, 1, 2) + timedelta(days=days)
    pause = ((start + timedelta(days=stop), start + timedelta(days=stop + length)),)
    assert DECIDE.due(start, CALENDAR, pauses=pause).day >= DECIDE.due(start, CALENDAR).day


@pytest.mark.parametrize(
    ("today", "level"),
    [
        (date(2025, 3, 4), "green"),
        (date(2025, 3, 7), "yellow"),
        (date(2025, 3, 10), "yellow"),
        (date(2025, 3, 11), "orange"),
        (date(2025, 4, 1), "red"),
    ],
)
def test_the_light_goes_by_the_promise_and_then_by_the_law(today, level):
    start, promised, legal = date(2025, 3, 3), date(2025, 3, 10), date(2025, 3, 31)
    light = light_of(start, legal, promised, today, CALENDAR)
    assert light.level == level
    assert light.text


def test_a_clock_that_is_over_says_whether_it_was_in_time():
    early = Clock.of(SUPPLEMENT, STARTED, CALENDAR, finished_on=date(2025, 10, 10))
    late = Clock.of(SUPPLEMENT, STARTED, CALENDAR, finished_on=date(2025, 10, 11))
    assert early.in_time
    assert early.light(date(2026, 1, 5), CALENDAR).text == "按期办结"
    assert late.in_time is False
    assert late.light(date(2026, 1, 5), CALENDAR).level == "red"


def test_a_paper_is_refused_with_everything_that_is_missing():
    with pytest.raises(Refused, match=r"理由.*第三十八条.*复议机关.*第二十条") as refused:
        refuse_missing(
            "不予行政许可决定书",
            [
                Missing("reasons", "请写明理由", "行政许可法第三十八条"),
                Missing("body", "请设置复议机关", "行政复议法第二十条"),
            ],
        )
    assert refused.value.field == "reasons"
    refuse_missing("准予行政许可决定书", [])
