"""Shapes and words of a drawing in SVG: plain elements with presentation attributes, escaped by format_html.

No style attributes (the content policy forbids them), no ids (two drawings may stand on one page), nothing that
WeasyPrint and browsers draw differently. Series differ in lightness and also in texture, marker and dash.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

COLOURS = ("#1f5fa8", "#9db8d6", "#c98a2b", "#5f7f4f", "#7a6a9b", "#b5533c")
DASHES = ("none", "6 4", "2 3", "10 3 2 3", "12 4", "4 2")
CORNERS = ((), ((-4, -4), (4, -4), (4, 4), (-4, 4)), ((0, -5), (5, 4), (-5, 4)), ((0, -6), (5, 0), (0, 6), (-5, 0)))
INK, PAPER = "#333333", "#ffffff"
LABEL_SIZE, SMALLEST = Decimal(11), Decimal(8)
RING = 46  # thickness
NOTHING = "—"

Number = Decimal | int


def plain(value: Number | None) -> str:
    """12.50 → 12.5; no data → —."""
    if value is None:
        return NOTHING
    return format(Decimal(value).normalize(), "f")


def _n(value: Number) -> str:
    return format(Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP), "f")


def wide(text: str, size: Number) -> Decimal:
    """How wide a text is at most: Chinese characters are square, others less."""
    return sum((Decimal(1) if ord(each) > 0x2E7F else Decimal("0.6") for each in text), Decimal(0)) * size


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def words(x: Number, y: Number, text: str, size: Number, *, anchor: str = "middle", ink: str = INK) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" font-size="{}" text-anchor="{}" fill="{}">{}</text>', _n(x), _n(y), size, anchor, ink, text
    )


def value_label(x: Decimal, y: Decimal, value: Decimal | None, *, room: Decimal, ink: str = INK) -> SafeString:
    """A number as large as fits; where none fits it stands in the table beside the chart."""
    text = plain(value)
    size = min(LABEL_SIZE, (LABEL_SIZE * (room + 4) / wide(text, LABEL_SIZE)).to_integral_value(ROUND_FLOOR))
    return words(x, y, text, size, ink=ink) if size >= SMALLEST else SafeString("")


def rect(x: Number, y: Number, width: Number, height: Number, *, fill: str, stroke: str = "none") -> SafeString:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}"/>',
        *(_n(each) for each in (x, y, width, height)),
        fill,
        stroke,
    )


def filled(x: Decimal, y: Decimal, width: Decimal, height: Decimal, number: int) -> SafeString:
    """A rectangle in a series' colour and texture: plain, dashed edge, stripes across, stripes up, both."""
    number %= len(COLOURS)
    ground = rect(x, y, width, height, fill=COLOURS[number])
    if number in (0, 5):
        return ground
    if number == 1:
        edge = '<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="{}" stroke-dasharray="3 2"/>'
        return format_html("{}{}", ground, format_html(edge, _n(x), _n(y), _n(width), _n(height), INK))
    across = [f"M{_n(x)} {_n(y + step)}h{_n(width)}" for step in range(3, int(height), 5)] if number != 3 else []
    up = [f"M{_n(x + step)} {_n(y)}v{_n(height)}" for step in range(3, int(width), 5)] if number != 2 else []
    return format_html('{}<path d="{}" stroke="{}" fill="none"/>', ground, " ".join([*across, *up]), PAPER)


def segment(x1: Number, y1: Number, x2: Number, y2: Number, number: int) -> SafeString:
    return format_html(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>',
        *(_n(each) for each in (x1, y1, x2, y2)),
        COLOURS[number % len(COLOURS)],
        DASHES[number % len(DASHES)],
    )


def marker(x: Decimal, y: Decimal, number: int) -> SafeString:
    """Circle, square, triangle, diamond in turn."""
    shape, colour = CORNERS[number % len(CORNERS)], COLOURS[number % len(COLOURS)]
    if not shape:
        return format_html('<circle cx="{}" cy="{}" r="4" fill="{}"/>', _n(x), _n(y), colour)
    points = " ".join(f"{_n(x + dx)},{_n(y + dy)}" for dx, dy in shape)
    return format_html('<polygon points="{}" fill="{}"/>', points, colour)


def on_circle(x: int, y: int, radius: int, turned: float) -> tuple[Decimal, Decimal]:
    """The point a fraction of a turn clockwise from the top."""
    angle = math.tau * turned
    return Decimal(x + radius * math.sin(angle)), Decimal(y - radius * math.cos(angle))


def spoke(x: int, y: int, radius: int, turned: float) -> SafeString:
    """A white line across a ring, which keeps neighbours of one grey apart."""
    (x1, y1), (x2, y2) = (on_circle(x, y, radius + side * RING // 2, turned) for side in (-1, 1))
    line = '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="2"/>'
    return format_html(line, *(_n(each) for each in (x1, y1, x2, y2)), PAPER)


def arc(x: int, y: int, radius: int, number: int, *, turned: float, turn: float) -> SafeString:
    """A part of a ring, from and by fractions of a turn, clockwise from the top; a whole ring is drawn as two halves."""
    if turn > 0.999:
        halves = (
            arc(x, y, radius, number, turned=turned, turn=0.5),
            arc(x, y, radius, number, turned=turned + 0.5, turn=0.5),
        )
        return format_html("{}{}", *halves)
    (x1, y1), (x2, y2) = (on_circle(x, y, radius, at) for at in (turned, turned + turn))
    path = f"M{_n(x1)} {_n(y1)}A{radius} {radius} 0 {int(turn > 0.5)} 1 {_n(x2)} {_n(y2)}"
    colour = COLOURS[number % len(COLOURS)]
    return format_html('<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>', path, colour, RING)


def badge(x: Decimal, y: Decimal, number: int) -> SafeString:
    colour = COLOURS[number % len(COLOURS)]
    disc = '<circle cx="{}" cy="{}" r="10" fill="#ffffff" stroke="{}" stroke-width="3"/>{}'
    return format_html(disc, _n(x), _n(y), colour, words(x, y + 4, str(number + 1), 12))


def joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
