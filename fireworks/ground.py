"""Outlines: GeoJSON read as plain data. Pure."""

from __future__ import annotations

import json
from typing import Any

MAX_POINTS = 2_000
MAX_CHARACTERS = 200_000


class BadOutline(ValueError):
    """Not a closed polygon; the message says what to correct."""


def parse_outline(text: str) -> dict[str, Any] | None:
    """A polygon (or a Feature that holds one) as {"type": "Polygon", "coordinates": […]}; None for empty text.

    Everything else that the text may carry (properties, other members) is dropped. BadOutline otherwise.
    """
    if not text.strip():
        return None
    if len(text) > MAX_CHARACTERS:
        raise BadOutline("范围太大，超过 20 万字。请简化后再填。")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadOutline("不是有效的 GeoJSON。请从地图工具里导出多边形后粘贴。") from error
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = data.get("geometry")
    if not isinstance(data, dict) or data.get("type") != "Polygon" or not isinstance(data.get("coordinates"), list):
        raise BadOutline("范围须是一个多边形（Polygon）。")
    rings = [ring_of(ring) for ring in data["coordinates"]]
    if not rings:
        raise BadOutline("多边形里没有点。")
    if sum(map(len, rings)) > MAX_POINTS:
        raise BadOutline(f"多边形超过 {MAX_POINTS} 个点。请简化后再填。")
    return {"type": "Polygon", "coordinates": rings}


def ring_of(ring: Any) -> list[list[float]]:
    if not isinstance(ring, list) or len(ring) < 4:
        raise BadOutline("多边形至少要有三个角，首尾同一点。")
    points = [point_of(point) for point in ring]
    if points[0] != points[-1]:
        raise BadOutline("多边形没有闭合：最后一个点须与第一个点相同。")
    if len({tuple(point) for point in points}) < 3:
        raise BadOutline("多边形至少要有三个不同的角。")
    return points


def point_of(point: Any) -> list[float]:
    numbers = point[:2] if isinstance(point, list) and len(point) >= 2 else []
    if len(numbers) != 2 or not all(type(number) in (int, float) for number in numbers):
        raise BadOutline("点须写作 [经度, 纬度]。")
    longitude, latitude = map(float, numbers)
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise BadOutline("经度须在 −180 至 180、纬度须在 −90 至 90 之间。")
    return [longitude, latitude]
