"""The district on the ground: its outline, and whether a position lies inside. Pure functions.

The outline is a drawing (示意), so a position outside is pointed out and marked, never refused. Positions are
(latitude, longitude) in degrees, CGCS2000.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from config import area_map
from config.positions import Position

OUTLINE_FILE: Final = area_map.OUTLINE
OUTSIDE: Final = "定位在辖区范围（示意）之外，已照实记录并标为“待核对”。如果是定位漂移，请去掉定位或重新定位。"


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed ring of (longitude, latitude), as GeoJSON orders them, and where the drawing comes from."""

    ring: tuple[tuple[float, float], ...]
    source: str

    def holds(self, position: Position) -> bool:
        """Whether the position lies inside: a ray to the east crosses the ring an odd number of times."""
        latitude, longitude = float(position[0]), float(position[1])
        inside = False
        for (x1, y1), (x2, y2) in zip(self.ring, self.ring[1:], strict=False):
            if (y1 > latitude) != (y2 > latitude) and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside


@cache
def outline() -> Outline:
    """The district's outline from the data file; ValueError if the file holds no polygon."""
    feature = json.loads(OUTLINE_FILE.read_text(encoding="utf-8"))["features"][0]
    if feature["geometry"]["type"] != "Polygon":
        raise ValueError("辖区范围文件里应有一个多边形（Polygon）。")
    ring = tuple((float(x), float(y)) for x, y in feature["geometry"]["coordinates"][0])
    return Outline(ring, feature["properties"]["source"])


def is_outside(latitude: Decimal | None, longitude: Decimal | None) -> bool:
    """True only for a position that is known and lies outside."""
    return latitude is not None and longitude is not None and not outline().holds((latitude, longitude))
