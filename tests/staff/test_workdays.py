"""Counting days: the statutes' vectors, an independent oracle, and calendars that are not there yet."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from staff import workdays
from staff.management.commands.load_calendar import announced_days, statutory_days
from staff.models import Activity, CalendarDay, CalendarYear
from staff.workdays import (
    CalendarYearMissing,
    Verdict,
    WorkCalendar,
    add_calendar_days,
    add_clock_hours,
    add_months,
    add_working_days,
    add_working_hours,
    subtract_working_days,
    working_days_between,
)

ANNOUNCED = range(2018, 2027)


def calendar_of(announced=ANNOUNCED, provisional=(2027, 2028)):
    days = [day for year in announced for day in announced_days(year)]
    days += [day for year in provisional for day in statutory_days(year)]
    return WorkCalendar(
        years={**dict.fromkeys(announced, True), **dict.fromkeys(provisional, False)},
        rest={day: name for day, kind, name in days if kind != "makeup_workday"},
        work=frozenset(day for day, kind, _ in days if kind == "makeup_workday"),
        adjusted=frozenset(day for day, kind, _ in days if kind == "holiday_rest"),
    )


CALENDAR = calendar_of()


@pytest.mark.parametrize(
    ("case", "start", "days", "due"),
    [
        ("补正告知", date(2025, 9, 26), 5, date(2025, 10, 10)),
        ("许可决定", date(2025, 9, 26), 20, date(2025, 10, 30)),
        ("许可决定延长", date(2025, 10, 30), 10, date(2025, 11, 13)),
        ("许可决定跨春节", date(2026, 1, 30), 20, date(2026, 3, 5)),
        ("陈述申辩", date(2025, 4, 28), 5, date(2025, 5, 8)),
        ("法院执行前催告", date(2025, 9, 26), 10, date(2025, 10, 16)),
        ("听证7日前通知", date(2026, 2, 10), 7, date(2026, 2, 26)),
    ],
)
def test_working_days(case, start, days, due):
    assert add_working_days(start, days, CALENDAR).day == due


@pytest.mark.parametrize(
    ("case", "start", "days", "due"),
    [
        ("缴款", date(2025, 9, 20), 15, date(2025, 10, 9)),
        ("处罚决定", date(2025, 3, 10), 90, date(2025, 6, 9)),
        ("复议期", date(2025, 3, 3), 60, date(2025, 5, 6)),
        ("公告送达", date(2025, 6, 1), 30, date(2025, 7, 1)),
    ],
)
def test_calendar_days_roll_to_a_working_day(case, start, days, due):
    assert add_calendar_days(start, days, CALENDAR).day == due


@pytest.mark.parametrize(
    ("start", "due"), [(date(2025, 3, 3), date(2025, 9, 3)), (date(2024, 8, 31), date(2025, 2, 28))]
)
def test_months(start, due):
    assert add_months(start, 6, CALENDAR).day == due


@pytest.mark.parametrize("month_day", [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)])
def test_make_up_workdays_of_2026(month_day):
    assert CALENDAR.is_working(date(2026, *month_day))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2025, 9, 28), True),  # Sunday, made up before 国庆
        (date(2025, 10, 8), False),
        (date(2024, 2, 9), True),  # the eve of 2024: leave was encouraged, not given
        (date(2024, 2, 18), True),
        (date(2023, 4, 23), True),
        (date(2020, 1, 31), False),  # 春节 prolonged in 2020
        (date(2018, 2, 11), True),
    ],
)
def test_days_that_the_notices_moved(day, working):
    assert CALENDAR.is_working(day) is working


def naive(start, days, calendar):
    """The oracle: walk day by day and count on fingers."""
    day = start
    while days > 0:
        day = day + timedelta(days=1)
        weekend = day.isoweekday() in (6, 7)
        off = day in calendar.rest or (weekend and day not in calendar.work)
        if not off:
            days = days - 1
    return day


starts = st.dates(date(2018, 1, 1), date(2026, 9, 1))
terms = st.integers(0, 60)


@given(starts, terms)
def test_working_days_agree_with_the_oracle(start, days):
    assert add_working_days(start, days, CALENDAR).day == naive(start, days, CALENDAR)


@given(starts, terms, st.integers(0, 20))
def test_a_later_start_never_ends_earlier(start, days, shift):
    later = start + timedelta(days=shift)
    assert add_working_days(start, days, CALENDAR).day <= add_working_days(later, days, CALENDAR).day


@given(starts, st.integers(1, 40))
def test_counting_back_and_between_fit(start, days):
    due = add_working_days(start, days, CALENDAR).day
    assert working_days_between(start, due, CALENDAR) == days
    if CALENDAR.is_working(start):
        assert subtract_working_days(due, days, CALENDAR).day == start


pauses = st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2025, 12, 31)), st.integers(0, 20)), max_size=4)


@given(st.dates(date(2025, 1, 1), date(2025, 10, 1)), st.integers(1, 20), pauses)
def test_pauses_count_as_their_union(start, days, stops):
    intervals = [(first, first + timedelta(days=length)) for first, length in stops]
    stopped = {first + timedelta(days=n) for first, last in intervals for n in range((last - first).days + 1)}
    result = add_working_days(start, days, CALENDAR, pauses=intervals)
    counted = [step.day for step in result.trace if step.verdict is Verdict.COUNTED]
    assert len(counted) == days
    assert not stopped & set(counted)
    assert all(CALENDAR.is_working(day) for day in counted)


def test_the_trace_says_why_each_day_was_skipped():
    result = add_working_days(date(2025, 9, 30), 1, CALENDAR)
    assert {step.verdict for step in result.trace[1:-1]} == {Verdict.HOLIDAY, Verdict.REST}
    assert result.day == date(2025, 10, 9)
    assert result.trace[1].name


def test_working_hours_run_in_office_hours_only():
    friday = timezone.make_aware(datetime(2025, 9, 26, 16, 30))  # noqa: DTZ001
    due = add_working_hours(friday, 4, CALENDAR)  # 1 h on Friday; Sunday 28 is worked: 3 h 30 in the morning
    assert due.moment == timezone.make_aware(datetime(2025, 9, 28, 11, 30))  # noqa: DTZ001


QUARTER = timedelta(minutes=15)
OFFICE = ((8.5, 12), (14.5, 17.5))


def open_at(moment):
    local = timezone.localtime(moment)
    hour = local.hour + local.minute / 60
    return CALENDAR.is_working(local.date()) and any(opens <= hour < closes for opens, closes in OFFICE)


def hours_on_fingers(start, hours):
    """The oracle: a quarter of an hour at a time, day and night."""
    moment, left = start, timedelta(hours=hours)
    while left:
        left -= QUARTER if open_at(moment) else timedelta(0)
        moment += QUARTER
    return moment


@given(st.dates(date(2024, 12, 25), date(2027, 2, 20)), st.integers(0, 95), st.integers(1, 30))
def test_working_hours_agree_with_the_oracle(day, quarter, hours):
    start = timezone.make_aware(datetime(day.year, day.month, day.day)) + quarter * QUARTER  # noqa: DTZ001
    due = add_working_hours(start, hours, CALENDAR)
    assert due.moment == hours_on_fingers(start, hours)
    assert due.provisional is (timezone.localtime(due.moment).year > 2026)


def test_working_hours_into_a_year_without_rows_name_it():
    start = timezone.make_aware(datetime(2028, 12, 29, 17))  # noqa: DTZ001
    with pytest.raises(CalendarYearMissing, match="2029年"):
        add_working_hours(start, 8, CALENDAR)


def test_clock_hours_never_stop():
    eve = timezone.make_aware(datetime(2025, 9, 30, 23))  # noqa: DTZ001
    assert add_clock_hours(eve, 24) == timezone.make_aware(datetime(2025, 10, 1, 23))  # noqa: DTZ001


@given(starts)
def test_the_next_working_day_is_the_first_one_from_the_day_on(day):
    found = CALENDAR.next_working(day)
    assert CALENDAR.is_working(found)
    assert not any(CALENDAR.is_working(day + timedelta(days=n)) for n in range((found - day).days))


@given(st.dates(date(2027, 1, 4), date(2027, 11, 30)), st.integers(1, 20))
def test_the_guarding_date_lies_three_working_days_after_a_provisional_one(start, days):
    due = add_working_days(start, days, CALENDAR)
    assert due.guarding(CALENDAR) == naive(due.day, 3, CALENDAR)


def test_an_announced_date_guards_itself():
    due = add_working_days(date(2026, 1, 30), 20, CALENDAR)
    assert due.guarding(CALENDAR) == due.day


def test_an_unannounced_year_is_provisional_and_the_later_date_guards():
    due = add_working_days(date(2027, 1, 29), 5, CALENDAR)
    assert due.provisional
    assert due.label.endswith("（暂定）")
    assert due.guarding(CALENDAR) > due.day
    assert not add_working_days(date(2026, 1, 30), 20, CALENDAR).provisional


def test_entering_the_notice_moves_the_date_and_ends_the_provision():
    before = add_working_days(date(2027, 2, 4), 5, CALENDAR)
    rest = {**CALENDAR.rest, **{date(2027, 2, 8) + timedelta(days=n): "春节" for n in range(4)}}
    entered = WorkCalendar({**CALENDAR.years, 2027: True}, rest, CALENDAR.work, CALENDAR.adjusted)
    after = add_working_days(date(2027, 2, 4), 5, entered)
    assert (before.provisional, after.provisional) == (True, False)
    assert after.day > before.day


def test_a_year_without_rows_is_an_error_that_names_it():
    with pytest.raises(CalendarYearMissing, match="2029年的工作日历还没有录入"):
        add_working_days(date(2028, 12, 25), 10, CALENDAR)


@pytest.mark.parametrize(("year", "eve"), [(2025, (1, 28)), (2026, (2, 16)), (2027, (2, 5)), (2028, (1, 25))])
def test_the_eve_is_the_day_before_the_new_year(year, eve):
    assert (date(year, *eve), "statutory_holiday", "春节") in statutory_days(year)


def test_thirteen_statutory_days_a_year():
    assert len(statutory_days(2027)) == 13


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_a_year_kept_by_hand_stays():
    call_command("load_calendar", verbosity=0)
    assert workdays.load().years[2026] is True
    assert workdays.load().years[2027] is False
    year = CalendarYear.objects.get(year=2027)
    CalendarDay.objects.create(year=year, date=date(2027, 2, 13), kind="makeup_workday")
    year.status, year.source = "announced", "国务院办公厅关于2027年部分节假日安排的通知"
    year.save()
    call_command("load_calendar", verbosity=0)
    assert workdays.load().is_working(date(2027, 2, 13))
    assert not workdays.load().is_provisional(date(2027, 2, 13))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 11, 1), 2027), (date(2026, 10, 31), None), (date(2025, 12, 1), None)]
)
def test_the_warning_comes_in_november_while_the_next_year_is_missing(today, year):
    call_command("load_calendar", verbosity=0)
    assert CalendarYear.missing_next_year(today) == year


@pytest.mark.django_db
def test_a_year_that_is_loaded_anew_stands_in_the_log():
    call_command("load_calendar", verbosity=0)
    assert not Activity.objects.exists()
    call_command("load_calendar", replace=2026, verbosity=0)
    assert Activity.objects.get().title == "重新录入工作日历"
