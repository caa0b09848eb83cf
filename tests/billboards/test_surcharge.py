"""加处罚款: three per cent a day, capped, standing still during review, suit and deferral."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billboards.surcharge import RATE, Due, Paid, Plan, Suspension, overdue_on, surcharge, suspended_on

DUE = date(2026, 3, 16)
FINE = Decimal(5000)


def plan(day=DUE, amount=FINE, since=date(2026, 3, 1)):
    return Plan(since, (Due(day, amount),))


@pytest.mark.parametrize(
    ("until", "amount"),
    [
        (date(2026, 3, 15), "0"),
        (date(2026, 3, 16), "0"),  # the last day in time is free
        (date(2026, 3, 17), "150.00"),  # one day late counts as one
        (date(2026, 3, 26), "1500.00"),
        (date(2026, 4, 18), "4950.00"),  # the 33rd day
        (date(2026, 4, 19), "5000.00"),  # the 34th would be 5100: never more than the fine
        (date(2026, 12, 31), "5000.00"),
    ],
)
def test_days_count_from_the_day_after_the_due_day(until, amount):
    assert surcharge(FINE, [plan()], until).amount == Decimal(amount)


def test_the_day_of_a_payment_still_counts_with_the_amount_paid():
    paid = [Paid(date(2026, 3, 18), Decimal(3000))]
    found = surcharge(FINE, [plan()], date(2026, 3, 20), payments=paid)
    assert [(line.first, line.days, line.overdue, line.amount) for line in found.lines] == [
        (date(2026, 3, 17), 2, FINE, Decimal("300.00")),
        (date(2026, 3, 19), 2, Decimal(2000), Decimal("120.00")),
    ]


def test_nothing_accrues_during_review_and_the_line_says_so():
    review = [Suspension(date(2026, 3, 20), date(2026, 5, 10), "行政复议")]
    found = surcharge(FINE, [plan()], date(2026, 5, 12), suspensions=review)
    assert found.days == 3 + 2
    assert found.amount == Decimal("750.00")
    assert [line.suspended for line in found.lines] == ["", "行政复议", ""]


def test_an_open_suit_stops_it_until_it_ends():
    suit = [Suspension(date(2026, 3, 17), None, "行政诉讼")]
    assert surcharge(FINE, [plan()], date(2027, 3, 1), suspensions=suit).amount == 0


def test_an_instalment_plan_makes_only_what_is_due_overdue():
    instalments = Plan(date(2026, 3, 10), (Due(date(2026, 4, 1), Decimal(2000)), Due(date(2026, 5, 6), Decimal(3000))))
    found = surcharge(FINE, [plan(), instalments], date(2026, 5, 7), payments=[Paid(date(2026, 4, 1), Decimal(2000))])
    assert [(line.first, line.overdue, line.amount) for line in found.lines] == [
        (date(2026, 5, 7), Decimal(3000), Decimal("90.00"))
    ]


def test_what_accrued_before_a_late_deferral_stays():
    deferral = Plan(date(2026, 3, 19), (Due(date(2026, 6, 30), FINE),))
    assert surcharge(FINE, [plan(), deferral], date(2026, 6, 30)).amount == Decimal("300.00")


days = st.integers(-20, 120).map(lambda offset: DUE + timedelta(days=offset))
amounts = st.integers(1, 500_000).map(lambda cents: Decimal(cents) / 100)
paids = st.lists(st.builds(Paid, days, amounts), max_size=5)
pauses = st.lists(
    st.builds(
        lambda start, length: Suspension(start, None if length is None else start + timedelta(days=length), "复议"),
        days,
        st.one_of(st.none(), st.integers(0, 40)),
    ),
    max_size=3,
)
plans = st.lists(
    st.builds(lambda since, dues: Plan(since, tuple(dues)), days, st.lists(st.builds(Due, days, amounts), max_size=3)),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each.since,
)


@given(fine=amounts, schedule=plans, until=days, payments=paids, suspensions=pauses)
def test_the_runs_are_the_days_counted_one_by_one(fine, schedule, until, payments, suspensions):
    found = surcharge(fine, schedule, until, payments=payments, suspensions=suspensions)
    expected = Decimal(0)
    day = min(each.since for each in schedule)
    while day <= until:
        if not suspended_on(day, suspensions):
            expected += overdue_on(day, schedule, payments) * RATE
        day += timedelta(days=1)
    assert abs(found.uncapped - expected) <= Decimal("0.005") * max(len(found.lines), 1)
    assert 0 <= found.amount <= fine
    assert found.amount == min(found.uncapped, fine)


@given(schedule=plans, until=days, payments=paids, suspensions=pauses)
def test_it_never_falls_with_time_and_its_lines_never_overlap(schedule, until, payments, suspensions):
    now = surcharge(FINE, schedule, until, payments=payments, suspensions=suspensions)
    later = surcharge(FINE, schedule, until + timedelta(days=7), payments=payments, suspensions=suspensions)
    assert later.amount >= now.amount - Decimal("0.01")
    for earlier, after in zip(now.lines, now.lines[1:], strict=False):
        assert earlier.last < after.first
    for line in now.lines:
        if not line.suspended:
            assert line.amount == (line.overdue * RATE * line.days).quantize(Decimal("0.01"), ROUND_HALF_UP)
