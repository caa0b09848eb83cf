"""网格覆盖率: grid-hours with the minimum staff, not names in a list."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fireworks.coverage import Span, coverage_of

START = datetime(2026, 2, 16, 18, tzinfo=timezone(timedelta(hours=8)))


def span(start, end, people=1, grid=1):
    return Span(grid, START + timedelta(hours=start), START + timedelta(hours=end), people)


def test_half_an_hour_late_costs_half_an_hour():
    found = coverage_of([span(0, 4)], [span(0.5, 4)])
    assert (found.planned, found.covered, found.share) == (4, Decimal("3.5"), Decimal("87.5"))


def test_fewer_than_the_minimum_is_not_covered_at_all():
    assert coverage_of([span(0, 4, 2)], [span(0, 4, 1)]).share == 0
    assert coverage_of([span(0, 4, 2)], [span(0, 4), span(2, 4)]).covered == 2


def test_two_posts_of_one_grid_need_both_and_count_the_hour_once():
    found = coverage_of([span(0, 4), span(0, 4)], [span(0, 4, 2)])
    assert (found.planned, found.covered) == (4, 4)


def test_people_in_the_wrong_grid_cover_nothing():
    assert coverage_of([span(0, 4, grid=1)], [span(0, 4, 9, grid=2)]).covered == 0


def test_nothing_planned_is_no_rate():
    assert coverage_of([], [span(0, 4)]).share is None


spans = st.lists(
    st.builds(
        lambda start, length, people, grid: span(start, start + length, people, grid),
        st.integers(0, 20),
        st.integers(1, 9),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    max_size=8,
)


@given(spans, spans)
def test_never_more_than_planned(needed, present):
    found = coverage_of(needed, present)
    assert 0 <= found.covered <= found.planned


@given(spans)
def test_everybody_there_is_everything(needed):
    assert coverage_of(needed, needed).covered == coverage_of(needed, needed).planned


@given(spans, spans, spans)
def test_more_people_never_cover_less(needed, present, more):
    assert coverage_of(needed, present).covered <= coverage_of(needed, present + more).covered


@given(spans, spans)
def test_the_same_as_counting_hour_by_hour(needed, present):
    planned = covered = 0
    for grid in (1, 2, 3):
        for hour in range(40):
            moment = START + timedelta(hours=hour)
            wanted = sum(each.people for each in needed if each.grid == grid and each.start <= moment < each.end)
            here = sum(each.people for each in present if each.grid == grid and each.start <= moment < each.end)
            planned += wanted > 0
            covered += 0 < wanted <= here
    found = coverage_of(needed, present)
    assert (found.planned, found.covered) == (planned, covered)
