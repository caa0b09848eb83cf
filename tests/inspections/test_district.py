"""The outline."""

from decimal import Decimal

import pytest

from inspections.district import Outline, is_outside, outline


def test_the_outline_says_where_it_comes_from_and_is_closed():
    assert "示意" in outline().source
    assert outline().ring[0] == outline().ring[-1]


@pytest.mark.parametrize(
    ("latitude", "longitude", "outside"),
    [("29.32", "113.12", False), ("28.19", "112.97", True), ("0", "0", True), (None, None, False)],
)
def test_only_a_known_position_can_lie_outside(latitude, longitude, outside):
    as_number = [None if text is None else Decimal(text) for text in (latitude, longitude)]
    assert is_outside(*as_number) is outside


@pytest.mark.parametrize(("x", "y", "held"), [(1, 1, True), (3, 1, False), (1, 3, False), (-1, 1, False)])
def test_a_square_holds_what_is_in_it(x, y, held):
    square = Outline(((0, 0), (2, 0), (2, 2), (0, 2), (0, 0)), "x")
    assert square.holds((Decimal(y), Decimal(x))) is held
