"""Positions on the ground: (latitude, longitude) in degrees, CGCS2000, and metres between two. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from math import asin, cos, pi, radians, sin, sqrt
from typing import Final

EARTH: Final = 6_371_000  # metres
METRES_PER_DEGREE: Final = EARTH * pi / 180  # of latitude, and of longitude at the equator

Position = tuple[Decimal, Decimal]


def metres_between(one: Position, other: Position) -> float:
    """Great-circle distance in metres."""
    lat1, lon1, lat2, lon2 = (radians(float(number)) for number in (*one, *other))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(chord)))


def degrees(text: str | None) -> Decimal | None:
    """A coordinate with six places from what a phone sends; None for nothing usable."""
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return None
    return number.quantize(Decimal("0.000001"), ROUND_HALF_UP) if number.is_finite() and abs(number) <= 180 else None
