"""Protection of roads, and who meets whom on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits.filters.catalogue import protected_on
from permits.kinds import ItemKind, SpaceKind, item_for
from permits.models import Road
from permits.occupancy import Span, conflicts, dig_groups, meets
from permits.protection import protection_until
from tests.factories.permits import make_road


@dataclass
class Dates:
    opened_on: date | None = None
    overhauled_on: date | None = None


@pytest.mark.parametrize(
    ("opened", "overhauled", "day", "until"),
    [
        (date(2021, 5, 1), None, date(2026, 4, 30), date(2026, 5, 1)),
        (date(2021, 5, 1), None, date(2026, 5, 1), date(2026, 5, 1)),
        (date(2021, 5, 1), None, date(2026, 5, 2), None),
        (date(2015, 1, 1), date(2024, 2, 29), date(2027, 2, 28), date(2027, 2, 28)),
        (date(2015, 1, 1), date(2024, 2, 29), date(2027, 3, 1), None),
        (date(2023, 1, 1), date(2024, 1, 1), date(2026, 6, 1), date(2028, 1, 1)),  # the later end holds
        (None, None, date(2026, 1, 1), None),
        (date(2026, 5, 1), None, date(2026, 4, 1), None),  # not yet opened
    ],
)
def test_protection_by_the_fifth_and_third_anniversary(opened, overhauled, day, until):
    found = protection_until(Dates(opened, overhauled), day)
    assert (found.until if found else None) == until
    if found:
        assert "第三十三条" in found.words


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 5, 1), date(2028, 2, 29), date(2029, 3, 1)])
def test_the_list_filters_as_the_guard_judges(day):
    around = [day.replace(month=1, day=1), day, day + timedelta(days=1)]
    for years in (3, 5):
        for other in (date(day.year - years, 2, 28), date(day.year - years, 3, 1), *around):
            make_road(opened_on=other, overhauled_on=None)
            make_road(opened_on=None, overhauled_on=other)
    judged = {road.pk for road in Road.objects.all() if protection_until(road, day)}
    assert set(Road.objects.filter(protected_on(day)).values_list("pk", flat=True)) == judged
    assert judged


@pytest.mark.parametrize(
    ("space", "digs", "item"),
    [
        (SpaceKind.CARRIAGEWAY, True, ItemKind.DIG),
        (SpaceKind.SQUARE, True, ItemKind.DIG),
        (SpaceKind.SIDEWALK, False, ItemKind.OCCUPY),
        (SpaceKind.BRIDGE, False, ItemKind.OCCUPY),
        (SpaceKind.OUTSIDE, False, ItemKind.PUBLIC_GROUND),
        (SpaceKind.FACADE, False, ItemKind.PUBLIC_GROUND),
    ],
)
def test_space_and_digging_lead_to_the_item(space, digs, item):
    assert item_for(space, digs=digs) == item


def span(application, start, days, *, road=1, part="sidewalk", digs=True):
    begin = date(2026, 3, 1) + timedelta(days=start)
    return Span(application, f"收{application}", road, part, begin, begin + timedelta(days=days - 1), digs)


def test_conflicts_are_pairs_on_one_road_in_one_period():
    spans = [
        span(1, 0, 10),
        span(2, 9, 5),  # the last day of 1 is the first of 2
        span(3, 10, 5, part="carriageway"),
        span(4, 0, 30, road=2),
        span(1, 5, 20, road=2),
    ]
    found = conflicts(spans)
    assert [(pair.first.number, pair.second.number, pair.same_part) for pair in found] == [
        ("收4", "收1", True),
        ("收1", "收2", True),
        ("收2", "收3", False),
    ]


def test_one_case_never_meets_itself():
    assert conflicts([span(1, 0, 10), span(1, 5, 10)]) == []


spans = st.builds(
    span, st.integers(1, 6), st.integers(0, 60), st.integers(1, 30), road=st.integers(1, 2), part=st.sampled_from(["sidewalk", "carriageway"])
)  # fmt: skip


@given(st.lists(spans, max_size=12))
def test_conflicts_are_exactly_the_pairs_that_meet(found_spans):
    pairs = {
        (one.road, *sorted((one.application, other.application)))
        for one in found_spans
        for other in found_spans
        if one.road == other.road and one.application != other.application and meets(one, other)
    }
    found = conflicts(found_spans)
    assert {(p.first.road, *sorted((p.first.application, p.second.application))) for p in found} == pairs
    assert len(found) == len(pairs)


def test_digs_of_a_year_by_road_with_the_days_between():
    groups = dig_groups([span(1, 0, 10), span(2, 25, 5), span(3, 0, 5, road=2), span(4, 0, 9, digs=False)], 2026)
    assert [(group.road, len(group.spans), group.gap, group.together) for group in groups] == [
        (1, 2, 15, True),
        (2, 1, None, False),
    ]
    (overlapping,) = dig_groups([span(1, 0, 10), span(2, 4, 2)], 2026)
    assert overlapping.gap < 0
    assert dig_groups([span(1, 0, 10)], 2025) == []
