"""A plain map of the district, drawn as SVG by ourselves: the outline of data/district.geojson and circles on it.

Positions are degrees of latitude and longitude, projected on a plane; no tiles, nothing from another host.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import cos, radians, sqrt
from pathlib import Path
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

OUTLINE = Path(__file__).parent / "data" / "district.geojson"
WIDTH, MARGIN = 720, 16
FILLS = {"district": "#f4f6f9", "water": "#d6e6f5"}
EDGE, MARK, INK = "#7b8794", "#1f5fa8", "#1f2933"
CELL = Decimal("0.004")  # degrees: circles of some 400 m


@dataclass(frozen=True)
class Outline:
    """One named area: its rings of (longitude, latitude)."""

    name: str
    kind: str
    rings: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True)
class Frame:
    """The part of the world that is drawn, and where a position lies on the paper."""

    west: float
    south: float
    east: float
    north: float

    @property
    def narrowing(self) -> float:
        return cos(radians((self.south + self.north) / 2))

    @property
    def scale(self) -> float:
        return (WIDTH - 2 * MARGIN) / ((self.east - self.west) * self.narrowing)

    @property
    def height(self) -> int:
        return int((self.north - self.south) * self.scale) + 2 * MARGIN

    def at(self, longitude: float, latitude: float) -> tuple[str, str]:
        x = MARGIN + (longitude - self.west) * self.narrowing * self.scale
        return f"{x:.1f}", f"{MARGIN + (self.north - latitude) * self.scale:.1f}"

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


@dataclass(frozen=True, slots=True)
class Spot:
    """How many lie in one cell, its middle, its box (south, west, north, east) and the address behind it."""

    latitude: Decimal
    longitude: Decimal
    count: int
    box: str
    url: str = ""


@cache
def outlines(path: Path = OUTLINE) -> tuple[Outline, ...]:
    """The district's areas; GeoJSON polygons and multipolygons, longitude first."""
    found = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        shape, facts = feature["geometry"], feature.get("properties") or {}
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings = tuple(tuple((point[0], point[1]) for point in ring) for polygon in polygons for ring in polygon)
        found.append(Outline(str(facts.get("name", "")), str(facts.get("kind", "district")), rings))
    return tuple(found)


def frame_of(areas: Sequence[Outline]) -> Frame:
    points = [point for area in areas for ring in area.rings for point in ring]
    return Frame(
        min(p[0] for p in points), min(p[1] for p in points), max(p[0] for p in points), max(p[1] for p in points)
    )


def cells(positions: Iterable[tuple[Decimal, Decimal]]) -> list[Spot]:
    """(latitude, longitude) gathered into cells, the fullest first; every position lies in exactly one box."""
    counts: dict[tuple[int, int], int] = {}
    for latitude, longitude in positions:
        key = (int(latitude // CELL), int(longitude // CELL))
        counts[key] = counts.get(key, 0) + 1
    found = []
    for (row, column), count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        south, west = row * CELL, column * CELL
        box = ",".join(f"{each:f}" for each in (south, west, south + CELL, west + CELL))
        found.append(Spot(south + CELL / 2, west + CELL / 2, count, box))
    return found


def draw(spots: Sequence[Spot], *, title: str, noun: str = "件", areas: Sequence[Outline] | None = None) -> SafeString:
    """The district with a circle for every spot; circles are links with their number as label, counted in `noun`."""
    areas = areas or outlines()
    frame = frame_of(areas)
    inside = [spot for spot in spots if frame.holds(float(spot.longitude), float(spot.latitude))]
    most = max((spot.count for spot in inside), default=1)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="group" aria-label="{}"><title>{}</title>{}{}</svg>',
        WIDTH,
        frame.height,
        title,
        title,
        format_html_join("", "{}", ((_area(area, frame),) for area in areas)),
        format_html_join("", "{}", ((_circle(spot, frame, most, noun),) for spot in inside)),
    )


def _area(area: Outline, frame: Frame) -> SafeString:
    path = " ".join("M" + " L".join(",".join(frame.at(*point)) for point in ring) + " Z" for ring in area.rings)
    corner: Any = max(area.rings[0], key=lambda point: point[1])
    x, y = frame.at(*corner)
    name_y = f"{float(y) + 34:.1f}"
    return format_html(
        '<path d="{}" fill="{}" stroke="{}" stroke-width="1.5"/><text x="{}" y="{}" font-size="14" fill="{}" text-anchor="middle">{}</text>',
        path,
        FILLS.get(area.kind, "none"),
        EDGE,
        x,
        name_y,
        INK,
        area.name,
    )


def _circle(spot: Spot, frame: Frame, most: int, noun: str) -> SafeString:
    x, y = frame.at(float(spot.longitude), float(spot.latitude))
    radius = f"{4 + 9 * sqrt(spot.count / most):.1f}"
    return format_html(
        '<a href="{}" aria-label="此处{}{}，打开名单"><circle cx="{}" cy="{}" r="{}" fill="{}" fill-opacity="0.72" stroke="#ffffff"/>'
        '<text x="{}" y="{}" font-size="11" fill="#ffffff" text-anchor="middle" dominant-baseline="central">{}</text></a>',
        spot.url,
        spot.count,
        noun,
        x,
        y,
        radius,
        MARK,
        x,
        y,
        spot.count,
    )
