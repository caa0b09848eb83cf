"""Ranking with ties: rounded first, equal scores share a rank, the next rank is skipped."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.ranking import rank

SCORES = st.decimals(0, 100, places=4)
FIELDS = st.lists(SCORES, max_size=30).map(lambda scores: [(f"unit{n}", score) for n, score in enumerate(scores)])


def places(ranked):
    return [(each.entrant, each.rank) for each in ranked]


def test_equal_printed_scores_share_a_rank_and_the_next_is_skipped():
    ranked = rank([("东", Decimal("92.534")), ("南", Decimal("92.526")), ("西", Decimal(95)), ("北", Decimal(90))])
    assert places(ranked) == [("西", 1), ("东", 2), ("南", 2), ("北", 4)]
    assert [each.tied for each in ranked] == [False, True, True, False]
    assert [str(each.score) for each in ranked] == ["95.00", "92.53", "92.53", "90.00"]


@pytest.mark.parametrize(("exact", "printed"), [("92.525", "92.53"), ("92.5249", "92.52"), ("0.005", "0.01")])
def test_half_goes_up(exact, printed):
    assert str(rank([("东", Decimal(exact))])[0].score) == printed


def test_tie_break_orders_on_paper_and_changes_no_rank():
    late = {"东": 5, "南": 1, "西": 0}
    field = [("东", Decimal(90)), ("南", Decimal(90)), ("西", Decimal(80))]
    assert places(rank(field, tie_break=late.get)) == [("南", 1), ("东", 1), ("西", 3)]
    assert places(rank(field)) == [("东", 1), ("南", 1), ("西", 3)]


def test_nobody_to_rank():
    assert rank([]) == []


@given(FIELDS)
def test_a_rank_is_one_more_than_those_printed_better(field):
    printed = {entrant: score.quantize(Decimal("0.01"), ROUND_HALF_UP) for entrant, score in field}
    for each in rank(iter(field)):
        assert each.score == printed[each.entrant]
        assert each.rank == 1 + sum(other > each.score for other in printed.values())
        assert each.tied == (list(printed.values()).count(each.score) > 1)


@given(FIELDS.flatmap(lambda field: st.tuples(st.just(field), st.permutations(field))))
def test_the_order_of_entry_does_not_matter(both):
    field, shuffled = both
    assert rank(field, tie_break=str) == rank(shuffled, tie_break=str)
    assert dict(places(rank(field))) == dict(places(rank(shuffled)))
