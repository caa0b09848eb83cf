"""Boards around a position."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import cos, radians
from typing import Any

from django.db.models import QuerySet

from billboards.models import Board
from config.positions import METRES_PER_DEGREE, degrees, metres_between

AROUND = 150  # metres
SHOWN = 6


def near(rows: QuerySet[Board], query: Mapping[str, Any]) -> list[Board]:
    """The standing boards within AROUND metres of `latitude`, `longitude`, the nearest first; [] without a position."""
    latitude, longitude = degrees(query.get("latitude")), degrees(query.get("longitude"))
    if latitude is None or longitude is None:
        return []
    span = AROUND / METRES_PER_DEGREE
    wide = span / max(cos(radians(float(latitude))), 0.01)
    tall, broad = Decimal(str(span)), Decimal(str(wide))
    box = rows.recorded().filter(  # type: ignore[attr-defined]
        removed_on=None,
        latitude__range=(latitude - tall, latitude + tall),
        longitude__range=(longitude - broad, longitude + broad),
    )

    def distance(board: Board) -> float:
        return metres_between((latitude, longitude), (board.latitude, board.longitude))  # type: ignore[arg-type]

    found = sorted(box.only("pk", "code", "name", "kind", "address", "latitude", "longitude")[:500], key=distance)
    return [board for board in found if distance(board) <= AROUND][:SHOWN]
