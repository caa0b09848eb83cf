"""Metres between two positions, and what a phone sends as one."""

from decimal import Decimal

import pytest

from config.positions import degrees, metres_between

GATE = (Decimal("29.357104"), Decimal("113.128730"))


@pytest.mark.parametrize(
    ("other", "metres"),
    [
        (GATE, 0),
        ((GATE[0] + Decimal("0.0001"), GATE[1]), 11.1),
        ((GATE[0] + Decimal("0.001"), GATE[1]), 111.2),
        ((GATE[0], GATE[1] + Decimal("0.001")), 96.9),
    ],
)
def test_metres(other, metres):
    assert metres_between(GATE, other) == pytest.approx(metres, abs=0.1)


def test_half_around_the_earth():
    assert round(metres_between((Decimal(0), Decimal(0)), (Decimal(0), Decimal(180)))) == 20_015_087


@pytest.mark.parametrize(
    ("text", "number"),
    [("29.3571044", Decimal("29.357104")), ("", None), (None, None), ("x", None), ("NaN", None), ("1e9", None)],
)
def test_what_a_phone_sends(text, number):
    assert degrees(text) == number
