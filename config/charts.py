"""Charts as SVG: the same picture on the page and in the PDF, no script, no style attributes, a title and description.

Colours differ in lightness and series also in pattern, so that a grey print can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 44, 64
FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
COLOURS = ("#1f5fa8", "#9db8d6", "#c98a2b", "#5f7f4f", "#7a6a9b")
INK, GRID = "#333333", "#d9dee5"
TICKS = 5
LONGEST_LABEL = 7


@dataclass(frozen=True)
class Series:
    label: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True)
class ChartData:
    """What a chart shows; the table beside it is made from the same."""

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""

    def as_plain(self) -> dict[str, Any]:
        """For JSON, beside a compiled text; `of` reads it back."""
        series = [[each.label, [f"{value:f}" for value in each.values]] for each in self.series]
        return {"title": self.title, "categories": list(self.categories), "series": series, "unit": self.unit}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> ChartData:
        series = tuple(Series(label, tuple(Decimal(value) for value in values)) for label, values in plain["series"])
        return cls(plain["title"], tuple(plain["categories"]), series, plain["unit"])

    @property
    def is_empty(self) -> bool:
        return not any(value for series in self.series for value in series.values)

    def head(self) -> list[str]:
        unit = f"（{self.unit}）" if self.unit else ""
        return ["", *(f"{series.label}{unit}" for series in self.series)]

    def rows(self) -> list[list[str]]:
        return [
            [category, *(f"{series.values[index]:f}" for series in self.series)]
            for index, category in enumerate(self.categories)
        ]

    def description(self) -> str:
        rows = ("，".join([row[0], *row[1:]]) for row in self.rows())
        return f"单位：{self.unit or '无'}。" + "；".join(rows)


def bar_chart(data: ChartData) -> SafeString:
    """Grouped bars, one group a category, with the value over each bar."""
    if data.is_empty:
        return _empty(data)
    top, step = axis([value for series in data.series for value in series.values])
    slot = Decimal(WIDTH - LEFT - RIGHT) / len(data.categories)
    width = min(Decimal(44), slot * Decimal("0.78") / len(data.series))
    parts = [_grid(top, step), _legend(data)]
    for index, category in enumerate(data.categories):
        centre = LEFT + slot * index + slot / 2
        start = centre - width * len(data.series) / 2
        for number, series in enumerate(data.series):
            parts.append(_bar(start + width * number, width, series.values[index], top, number))
        parts.append(_label(centre, category))
    return _frame(data, format_html_join("", "{}", ((part,) for part in parts)))


def line_chart(data: ChartData) -> SafeString:
    """Lines over time; each series with its own marker."""
    if data.is_empty:
        return _empty(data)
    top, step = axis([value for series in data.series for value in series.values])
    slot = Decimal(WIDTH - LEFT - RIGHT) / len(data.categories)
    centres = [LEFT + slot * index + slot / 2 for index in range(len(data.categories))]
    parts = [_grid(top, step), _legend(data)]
    for number, series in enumerate(data.series):
        points = [(x, _y(value, top)) for x, value in zip(centres, series.values, strict=True)]
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dash = "" if number == 0 else "6 4"
        parts.append(
            format_html(
                '<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>',
                path,
                _colour(number),
                dash or "none",
            )
        )
        parts += [_marker(x, y, number) for x, y in points]
    parts += [_label(x, category) for x, category in zip(centres, data.categories, strict=True)]
    return _frame(data, format_html_join("", "{}", ((part,) for part in parts)))


def axis(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """A round top for the axis and the step between its ticks (1, 2 or 5 times a power of ten)."""
    highest = max([*values, Decimal(1)])
    rough = highest / TICKS
    power = Decimal(10) ** rough.adjusted()
    step = next(
        factor * power for factor in (Decimal(1), Decimal(2), Decimal(5), Decimal(10)) if factor * power >= rough
    )
    return (highest / step).to_integral_value(ROUND_CEILING) * step, step


def _y(value: Decimal, top: Decimal) -> Decimal:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _n(value: Decimal | int) -> str:
    return format(Decimal(value).quantize(Decimal("0.1")), "f")


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _bar(x: Decimal, width: Decimal, value: Decimal, top: Decimal, number: int) -> SafeString:
    y = _y(value, top)
    height = HEIGHT - BOTTOM - y
    hatch = format_html(
        '<rect x="{0}" y="{1}" width="{2}" height="{3}" fill="none" stroke="{4}" stroke-width="1" stroke-dasharray="3 2"/>',
        _n(x + 1),
        _n(y),
        _n(width - 2),
        _n(height),
        INK,
    )
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>{}'
        '<text x="{}" y="{}" font-size="11" text-anchor="middle" fill="{}">{}</text>',
        _n(x + 1),
        _n(y),
        _n(width - 2),
        _n(height),
        _colour(number),
        hatch if number % 2 else "",
        _n(x + width / 2),
        _n(y - 4),
        INK,
        f"{value.normalize():f}",
    )


def _marker(x: Decimal, y: Decimal, number: int) -> SafeString:
    if number % 2:
        return format_html(
            '<rect x="{}" y="{}" width="7" height="7" fill="{}"/>',
            _n(x - Decimal("3.5")),
            _n(y - Decimal("3.5")),
            _colour(number),
        )
    return format_html('<circle cx="{}" cy="{}" r="4" fill="{}"/>', _n(x), _n(y), _colour(number))


def _grid(top: Decimal, step: Decimal) -> SafeString:
    lines = []
    value = Decimal(0)
    while value <= top:
        y = _n(_y(value, top))
        lines.append((LEFT, y, WIDTH - RIGHT, y, GRID if value else INK, LEFT - 8, y, f"{value.normalize():f}"))
        value += step
    return format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1"/>'
        '<text x="{}" y="{}" font-size="11" text-anchor="end" dominant-baseline="middle" fill="#333333">{}</text>',
        lines,
    )


def _label(x: Decimal, text: str) -> SafeString:
    """A category under its group, on two lines where it is long."""
    lines = [text] if len(text) <= LONGEST_LABEL else [text[: (len(text) + 1) // 2], text[(len(text) + 1) // 2 :]]
    return format_html_join(
        "",
        '<text x="{}" y="{}" font-size="12" text-anchor="middle" fill="#333333">{}</text>',
        ((_n(x), HEIGHT - BOTTOM + 18 + 15 * index, line) for index, line in enumerate(lines)),
    )


def _legend(data: ChartData) -> SafeString:
    entries = []
    x = LEFT
    for number, series in enumerate(data.series):
        entries.append((x, _colour(number), x + 18, series.label))
        x += 34 + 13 * len(series.label)
    names = format_html_join(
        "",
        '<rect x="{}" y="14" width="12" height="12" fill="{}" stroke="#333333" stroke-width="0.5"/>'
        '<text x="{}" y="24" font-size="12" fill="#333333">{}</text>',
        entries,
    )
    unit = format_html(
        '<text x="{}" y="24" font-size="12" text-anchor="end" fill="#333333">单位：{}</text>', WIDTH - RIGHT, data.unit
    )
    return format_html("{}{}", names, unit if data.unit else "")


def _frame(data: ChartData, body: SafeString) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" font-family="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        WIDTH,
        HEIGHT,
        FONT,
        data.title,
        data.description(),
        body,
    )


def _empty(data: ChartData) -> SafeString:
    words = format_html(
        '<text x="{}" y="{}" font-size="16" text-anchor="middle" fill="#555555">暂无数据</text>',
        WIDTH // 2,
        HEIGHT // 2,
    )
    return _frame(data, mark_safe(words))  # noqa: S308 -- made by format_html just above
