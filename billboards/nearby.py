"""Boards around a position."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from math import cos, hypot, radians
from typing import Any

from django.db.models import QuerySet

from billboards.models import Board

METRES_PER_DEGREE = 111_320
AROUND = 150  # metres
SHOWN = 6


def degrees(text: str | None) -> Decimal | None:
    """A coordinate from what a phone sends; None for nothing usable."""
    try:
        number = Decimal(text or "")
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number) <= 180 else None


def near(rows: QuerySet[Board], query: Mapping[str, Any]) -> list[Board]:
    """The standing boards within AROUND metres of `latitude`, `longitude`, the nearest first; [] without a position."""
    latitude, longitude = degrees(query.get("latitude")), degrees(query.get("longitude"))
    if latitude is None or longitude is None:
        return []
    narrow = cos(radians(float(latitude))) or 1e-9
    span = Decimal(AROUND) / METRES_PER_DEGREE
    wide = span / Decimal(str(max(narrow, 0.01)))
    box = rows.recorded().filter(  # type: ignore[attr-defined]
        removed_on=None,
        latitude__range=(latitude - span, latitude + span),
        longitude__range=(longitude - wide, longitude + wide),
    )

    def distance(board: Board) -> float:
        north = float(board.latitude - latitude) * METRES_PER_DEGREE  # type: ignore[operator]
        east = float(board.longitude - longitude) * METRES_PER_DEGREE * narrow  # type: ignore[operator]
        return hypot(north, east)

    found = sorted(box.only("pk", "code", "name", "kind", "address", "latitude", "longitude")[:500], key=distance)
    return [board for board in found if distance(board) <= AROUND][:SHOWN]
