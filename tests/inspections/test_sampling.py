"""The draw: the same seed gives the same places, everybody in a group gets equally many, never more than exist."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.sampling import Candidate, draw

AREAS = ("ZG", "XJ", "SQ")


@st.composite
def districts(draw_from):
    units = draw_from(st.integers(1, 5))
    groups = {unit: draw_from(st.sampled_from(["street", "squad", ""])) for unit in range(units)}
    counts = draw_from(st.lists(st.tuples(st.sampled_from(AREAS), st.integers(0, units - 1)), max_size=40))
    return [Candidate(area, unit, number) for number, (area, unit) in enumerate(counts)], groups


@given(districts(), st.integers(1, 6), st.integers(0, 2**31), st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_whatever_the_order(district, per_area, seed, shuffler):
    candidates, groups = district
    first = draw(candidates, groups, per_area=per_area, seed=seed)
    shuffler.shuffle(candidates)
    assert draw(candidates, groups, per_area=per_area, seed=seed) == first


@given(districts(), st.integers(1, 6), st.integers(0, 2**31))
def test_units_of_a_group_get_equally_many_and_never_more_than_there_are(district, per_area, seed):
    candidates, groups = district
    chosen = draw(candidates, groups, per_area=per_area, seed=seed).chosen
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(candidates)
    there = Counter((each.area, each.unit) for each in candidates)
    got = Counter((each.area, each.unit) for each in chosen)
    for (area, unit), number in there.items():
        assert 1 <= got[area, unit] <= min(per_area, number)
        group = groups[unit]
        rivals = [other for (where, other) in there if where == area and group and groups[other] == group]
        assert all(got[area, other] == got[area, unit] for other in rivals)


def test_another_seed_draws_otherwise():
    candidates = [Candidate("ZG", 1, number) for number in range(50)]
    draws = {draw(candidates, {1: "street"}, per_area=5, seed=seed).chosen for seed in range(10)}
    assert len(draws) > 5


def test_what_fell_short_is_said_with_the_unit_that_has_too_few():
    candidates = [Candidate("ZG", 1, 1), *(Candidate("ZG", 2, number) for number in range(2, 9))]
    (short,) = draw(candidates, {1: "street", 2: "street"}, per_area=3, seed=1).shortfalls
    assert (short.unit, short.area, short.available) == (1, "ZG", 1)


def test_a_place_more_elsewhere_changes_nothing_here():
    here = [Candidate("ZG", 1, number) for number in range(20)]
    there = [Candidate("XJ", 2, number) for number in range(20, 30)]
    alone = draw(here, {1: "street", 2: "street"}, per_area=3, seed=5).chosen
    both = draw(here + there, {1: "street", 2: "street"}, per_area=3, seed=5).chosen
    assert [each for each in both if each.area == "ZG"] == list(alone)


def test_at_least_one_point_must_be_asked_for():
    with pytest.raises(ValueError, match="至少为 1"):
        draw([], {}, per_area=0, seed=1)
