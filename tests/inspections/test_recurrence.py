"""Recurrence: never twice for a finding that is still open, never lost for a drifting position."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.recurrence import Earlier, Place, recurrence_number, same_place

CHINA = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 9, 30, tzinfo=CHINA)


def day(number, hour=9, minute=30):
    return START.replace(hour=hour, minute=minute) + timedelta(days=number)


def test_first_finding():
    result = recurrence_number([], START)
    assert (result.number, result.same_as, result.follows) == (0, None, None)


def test_again_after_closing_is_a_recurrence():
    result = recurrence_number([Earlier(7, day(0), day(2))], day(14))
    assert (result.number, result.same_as, result.follows) == (1, None, 7)


def test_open_finding_is_not_counted_twice():
    """Trap 3: found again before closing is the same finding, however long it has been open."""
    for closed_at in (None, day(90)):
        result = recurrence_number([Earlier(7, day(0), closed_at)], day(60))
        assert (result.number, result.same_as, result.follows) == (0, 7, None)


def test_same_day_is_judged_by_the_clock():
    closed_at_noon = [Earlier(7, day(0), day(0, hour=12))]
    assert recurrence_number(closed_at_noon, day(0, hour=11)).same_as == 7
    assert recurrence_number(closed_at_noon, day(0, hour=12)).number == 1


@pytest.mark.parametrize(("found_at", "number"), [(day(32, 23, 59), 1), (day(33, 0, 1), 0)])
def test_thirty_calendar_days_from_the_day_of_closing(found_at, number):
    assert recurrence_number([Earlier(7, day(0), day(2, 18))], found_at).number == number


def test_days_are_counted_in_china_when_the_database_answers_in_utc():
    utc = ZoneInfo("UTC")
    closed = day(2, 6, 0).astimezone(utc)  # still the day before in UTC
    assert recurrence_number([Earlier(7, day(0), closed)], day(32, 20, 0).astimezone(utc)).number == 1


def test_the_chain_counts_not_the_window():
    first, second = Earlier(1, day(0), day(1)), Earlier(2, day(25), day(27))
    assert recurrence_number([first, second], day(50)).number == 2
    assert recurrence_number([second], day(50)).number == 1


def test_second_and_later_recurrences_share_a_number():
    chain = [Earlier(n, day(10 * n), day(10 * n + 1)) for n in range(6)]
    assert recurrence_number(chain, day(60)).number == 2


def test_a_quiet_month_starts_afresh():
    chain = [Earlier(1, day(0), day(1)), Earlier(2, day(5), day(6))]
    assert recurrence_number(chain, day(60)).number == 0


def test_recurrence_follows_the_latest_of_equals():
    assert recurrence_number([Earlier(1, day(0), day(9)), Earlier(2, day(5), day(7))], day(12)).follows == 2


def test_findings_made_later_are_passed_over():
    """A sheet that is entered late is judged by its own day."""
    assert recurrence_number([Earlier(9, day(10))], day(3)).number == 0


def test_one_problem_on_two_lines_of_an_old_sheet_is_one_recurrence():
    doubled = [Earlier(1, day(0), day(5)), Earlier(2, day(1), day(5))]
    assert recurrence_number(doubled, day(10)).number == 1


timeline = st.lists(st.tuples(st.integers(0, 120), st.none() | st.integers(0, 60)), max_size=12).map(
    lambda spans: [
        Earlier(key, day(found), None if length is None else day(found + length, 18))
        for key, (found, length) in enumerate(spans)
    ]
)


@given(timeline, st.integers(0, 150))
def test_held_findings_never_count_twice(previous, number):
    found_at = day(number)
    result = recurrence_number(previous, found_at)
    still_open = {e.key for e in previous if e.found_at <= found_at and (e.closed_at is None or e.closed_at > found_at)}
    assert (result.same_as in still_open) == bool(still_open)
    assert 0 <= result.number <= 2
    if result.same_as is None and result.number:
        followed = previous[result.follows]
        assert timedelta(0) <= found_at - followed.closed_at < timedelta(days=31)


@given(timeline.flatmap(lambda past: st.tuples(st.just(past), st.permutations(past))), st.integers(0, 150))
def test_order_of_rows_does_not_matter(both, number):
    past, shuffled = both
    one, other = recurrence_number(past, day(number)), recurrence_number(shuffled, day(number))
    assert (one.number, one.same_as is None) == (other.number, other.same_as is None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Place(point_id=5, text="南湖大道"), Place(point_id=5), True),
        (Place(point_id=5, text="南湖大道"), Place(point_id=6, text="南湖大道"), False),
        # Trap 3: positions drift. 0.0002° of latitude are 22 m, 0.0003° are 33 m.
        (
            Place(position=(Decimal("29.340000"), Decimal("113.100000"))),
            Place(position=(Decimal("29.340200"), Decimal("113.1"))),
            True,
        ),
        (
            Place(position=(Decimal("29.340000"), Decimal("113.100000"))),
            Place(position=(Decimal("29.340300"), Decimal("113.1"))),
            False,
        ),
        # A degree of longitude is shorter here: 0.0003° are 29 m.
        (
            Place(position=(Decimal("29.340000"), Decimal("113.100000"))),
            Place(position=(Decimal("29.34"), Decimal("113.100300"))),
            True,
        ),
        (Place(text="南湖大道 128号"), Place(text="南湖大道１２８号"), True),
        (Place(text="南湖大道128号"), Place(text="南湖大道126号"), False),
        (Place(), Place(), False),
        (Place(point_id=5), Place(position=(Decimal("29.34"), Decimal("113.1"))), False),
    ],
)
def test_same_place(one, other, same):
    assert same_place(one, other) is same
    assert same_place(other, one) is same
