"""Charts as SVG: the same picture on the page and in the PDF, no script, no style attributes, a title and description.

Series differ in lightness and also in texture, marker and dash (config.drawing), so that a grey print can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.drawing import (
    COLOURS,
    INK,
    PAPER,
    arc,
    badge,
    filled,
    joined,
    marker,
    on_circle,
    plain,
    rect,
    segment,
    shortened,
    spoke,
    value_label,
    wide,
    words,
)

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 44, 64
FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
GRID = "#d9dee5"
HEAT = ("#eef3f9", "#c9d9ec", "#93b4da", "#4f83be", "#1f5fa8")
TICKS = 5
LABEL_LINES = 3
SMALLEST_NUMBERED = 0.03  # of a turn: the number does not fit on a smaller part


@dataclass(frozen=True)
class Series:
    label: str
    values: tuple[Decimal | None, ...]  # None: no data, which is no 0


@dataclass(frozen=True)
class ChartData:
    """What a chart shows; the table beside it is made from the same. ValueError if it cannot be drawn truthfully."""

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""

    def __post_init__(self) -> None:
        if any(len(series.values) != len(self.categories) for series in self.series):
            raise ValueError("Every series needs one value for each category.")
        if any(value < 0 for value in self.known()):
            raise ValueError("A chart of amounts has no negative values.")

    def known(self) -> list[Decimal]:
        return [value for series in self.series for value in series.values if value is not None]

    def as_plain(self) -> dict[str, Any]:
        """For JSON, beside a compiled text; `of` reads it back."""
        series = [
            [each.label, [None if value is None else f"{value:f}" for value in each.values]] for each in self.series
        ]
        return {"title": self.title, "categories": list(self.categories), "series": series, "unit": self.unit}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> ChartData:
        series = tuple(
            Series(label, tuple(None if value is None else Decimal(value) for value in values))
            for label, values in stored["series"]
        )
        return cls(stored["title"], tuple(stored["categories"]), series, stored["unit"])

    @property
    def is_empty(self) -> bool:
        return not self.known()

    def head(self) -> list[str]:
        unit = f"（{self.unit}）" if self.unit else ""
        return ["", *(f"{series.label}{unit}" for series in self.series)]

    def rows(self) -> list[list[str]]:
        return [
            [category, *(plain(series.values[index]) for series in self.series)]
            for index, category in enumerate(self.categories)
        ]

    def description(self) -> str:
        rows = ("，".join(row) for row in self.rows())
        return f"{'、'.join(series.label for series in self.series)}。单位：{self.unit or '无'}。" + "；".join(rows)


def bar_chart(data: ChartData) -> SafeString:
    """Grouped bars, one group a category, with the value over each bar."""
    if data.is_empty:
        return _empty(data)
    top, step = axis(data.known())
    slot = _slot(data)
    width = min(Decimal(44), slot * Decimal("0.78") / len(data.series))
    parts = [_grid(top, step), _legend(data)]
    for index in range(len(data.categories)):
        centre = LEFT + slot * index + slot / 2
        start = centre - width * len(data.series) / 2
        for number, series in enumerate(data.series):
            parts.append(_bar(start + width * number, width, series.values[index], top, number))
    return _frame(data, [*parts, _labels(data, slot)])


def stacked(data: ChartData) -> SafeString:
    """One bar a category, the series on top of each other, the total over it. Parts of one unit only."""
    if data.is_empty:
        return _empty(data)
    totals = [
        sum(filter(None, values), Decimal(0)) for values in zip(*(each.values for each in data.series), strict=True)
    ]
    top, step = axis(totals)
    slot = _slot(data)
    width = min(Decimal(60), slot * Decimal("0.7"))
    parts = [_grid(top, step), _legend(data)]
    for index, total in enumerate(totals):
        centre, below = LEFT + slot * index + slot / 2, Decimal(0)
        for number, series in enumerate(data.series):
            value = series.values[index] or Decimal(0)
            y, foot = _y(below + value, top), _y(below, top)
            parts.append(filled(centre - width / 2, y, width, foot - y, number))
            below += value
        parts.append(value_label(centre, _y(total, top) - 4, total, room=slot))
    return _frame(data, [*parts, _labels(data, slot)])


def line_chart(data: ChartData) -> SafeString:
    """Lines over time; each series with its own marker and dash; no data leaves a gap.

    Where all values lie close together (scores from 88 to 96) the axis starts above zero; bars never do.
    """
    if data.is_empty:
        return _empty(data)
    low, high = min(data.known()), max(data.known())
    top, step = axis(data.known())
    bottom = Decimal(0)
    if low * 10 >= high * 7 and low:
        _, step = axis([high - low])
        top, bottom = _multiple(high, step, ROUND_CEILING), _multiple(low, step, ROUND_FLOOR)
        top = max(top, bottom + step)
    slot = _slot(data)
    parts = [_grid(top, step, bottom), _legend(data, lines=True)]
    for number, series in enumerate(data.series):
        before: tuple[Decimal, Decimal] | None = None
        for index, value in enumerate(series.values):
            here = None if value is None else (LEFT + slot * index + slot / 2, _y(value, top, bottom))
            if here and before:
                parts.append(segment(*before, *here, number))
            if here:
                parts.append(marker(*here, number))
            before = here
    return _frame(data, [*parts, _labels(data, slot)])


def ring(data: ChartData) -> SafeString:
    """Shares of a whole: the first series over the categories, numbered on the ring and listed beside it."""
    entries = _largest(data)
    total = sum((value for _, value in entries), Decimal(0))
    if not total:
        return _empty(data) if data.is_empty else _empty(data, f"合计为0{data.unit}")
    x, y, radius, turned = 180, HEIGHT // 2, 100, 0.0
    ground, over, row = [], [words(x, y + 5, f"共{plain(total)}{data.unit}", 15)], y - 14 * len(entries) + 14
    percentages = shares([value for _, value in entries])
    for number, (label, value) in enumerate(entries):
        turn = float(value / total)
        ground.append(arc(x, y, radius, number, turned=turned, turn=turn))
        if len(entries) > 1:
            over.append(spoke(x, y, radius, turned))
        if turn >= SMALLEST_NUMBERED:
            over.append(badge(*on_circle(x, y, radius, turned + turn / 2), number))
        line = f"{label}　{plain(value)}{data.unit}　{percentages[number]}%"
        over += [badge(Decimal(354), Decimal(row), number), words(376, row + 5, line, 13, anchor="start")]
        turned, row = turned + turn, row + 28
    return _frame(data, [*ground, *over])


def _largest(data: ChartData) -> list[tuple[str, Decimal]]:
    """The parts in their order; where there are more than colours, the smallest are put together as 其他."""
    values = data.series[0].values if data.series else ()
    entries = [(label, value) for label, value in zip(data.categories, values, strict=False) if value]
    if len(entries) <= len(COLOURS):
        return entries
    kept = sorted(entries, key=lambda entry: -entry[1])[: len(COLOURS) - 1]
    rest = sum((value for _, value in entries), Decimal(0)) - sum((value for _, value in kept), Decimal(0))
    return [*kept, ("其他", rest)]


def shares(values: Sequence[Decimal]) -> list[Decimal]:
    """Percentages to one place that add up to 100.0: what rounding down leaves over goes to the largest remainders."""
    total = sum(values, Decimal(0))
    if not total:
        return [Decimal("0.0") for _ in values]
    exact = [value * 1000 / total for value in values]
    floors = [value.to_integral_value(ROUND_FLOOR) for value in exact]
    missing = int(1000 - sum(floors))
    for index in sorted(range(len(values)), key=lambda each: floors[each] - exact[each])[:missing]:
        floors[index] += 1
    return [floor / 10 if floor % 10 else (floor / 10).quantize(Decimal("0.1"), ROUND_HALF_UP) for floor in floors]


def heat_strip(data: ChartData) -> SafeString:
    """A row of cells for each series, darker where more; the value stands in the cell, — where there is no data."""
    if data.is_empty:
        return _empty(data)
    left, row = 120, 34
    low, high = min(data.known()), max(data.known())
    slot = Decimal(WIDTH - left - RIGHT) / len(data.categories)
    every = int((Decimal(30) / slot).to_integral_value(ROUND_CEILING))
    parts = []
    for line, series in enumerate(data.series):
        y = Decimal(TOP + line * row)
        parts.append(words(left - 8, y + 20, shortened(series.label, 8), 12, anchor="end"))
        for index, value in enumerate(series.values):
            level = int((value - low) / (high - low) * (len(HEAT) - 1)) if value is not None and high > low else 0
            x = left + slot * index
            parts.append(
                rect(
                    x + 1, y + 1, slot - 2, Decimal(row - 2), fill=PAPER if value is None else HEAT[level], stroke=GRID
                )
            )
            parts.append(value_label(x + slot / 2, y + 21, value, room=slot - 2, ink=PAPER if level > 2 else INK))
    bottom = TOP + row * len(data.series)
    for index in range(0, len(data.categories), every):
        label = shortened(data.categories[index], max(2, int(slot * every / 12)))
        parts.append(words(left + slot * index + slot / 2, bottom + 18, label, 12))
    parts.append(_unit(data))
    return _frame(data, parts, height=bottom + 30)


def axis(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """A round top for the axis and the step between its ticks (1, 2 or 5 times a power of ten; whole for whole numbers)."""
    highest = max(values, default=Decimal(0)) or Decimal(1)
    rough = highest / TICKS
    power = Decimal(10) ** rough.adjusted()
    step = next(
        factor * power for factor in (Decimal(1), Decimal(2), Decimal(5), Decimal(10)) if factor * power >= rough
    )
    if all(value == value.to_integral_value() for value in values):
        step = max(step, Decimal(1))
    return _multiple(highest, step, ROUND_CEILING), step


def _multiple(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (value / step).to_integral_value(rounding) * step


def _y(value: Decimal, top: Decimal, bottom: Decimal = Decimal(0)) -> Decimal:
    return TOP + (HEIGHT - TOP - BOTTOM) * (top - value) / (top - bottom)


def _slot(data: ChartData) -> Decimal:
    return Decimal(WIDTH - LEFT - RIGHT) / len(data.categories)


def _bar(x: Decimal, width: Decimal, value: Decimal | None, top: Decimal, number: int) -> SafeString:
    y = _y(value or Decimal(0), top)
    gap = min(Decimal(1), width / 8)
    bar = filled(x + gap, y, width - 2 * gap, HEIGHT - BOTTOM - y, number)
    return joined([bar, value_label(x + width / 2, y - 4, value, room=width)])


def _grid(top: Decimal, step: Decimal, bottom: Decimal = Decimal(0)) -> SafeString:
    parts = []
    for index in range(int((top - bottom) / step) + 1):
        value = bottom + step * index
        y = _y(value, top, bottom)
        parts += [
            rect(LEFT, y, WIDTH - LEFT - RIGHT, 1, fill=GRID if index else INK),
            words(LEFT - 8, y + 4, plain(value), 11, anchor="end"),
        ]
    return joined(parts)


def _labels(data: ChartData, slot: Decimal) -> SafeString:
    """The categories under their groups; where there are too many for words, every second, third …"""
    every = 1 if slot >= 30 else int((44 / slot).to_integral_value(ROUND_CEILING))
    return joined(
        _label(LEFT + slot * index + slot / 2, category, slot * every)
        for index, category in enumerate(data.categories)
        if index % every == 0
    )


def _label(x: Decimal, text: str, room: Decimal) -> SafeString:
    """A category on as many lines as its room asks for, at most three."""
    longest = max(2, int(room / 12))
    text = shortened(text, longest * LABEL_LINES)
    length = -(-len(text) // (-(-len(text) // longest) or 1)) or 1
    lines = [text[start : start + length] for start in range(0, len(text), length)]
    return joined(words(x, HEIGHT - BOTTOM + 18 + 15 * index, line, 12) for index, line in enumerate(lines))


def _legend(data: ChartData, *, lines: bool = False) -> SafeString:
    """The series' marks and names, on a second line where they are many; the unit at the right."""
    parts, x, y = [], Decimal(LEFT), Decimal(6)
    for number, series in enumerate(data.series):
        name = shortened(series.label, 14)
        if x > LEFT and x + 24 + wide(name, 12) > WIDTH - RIGHT - 90:
            x, y = Decimal(LEFT), y + 17
        if lines:
            parts += [segment(x - 4, y + 6, x + 20, y + 6, number), marker(x + 8, y + 6, number)]
        else:
            parts.append(filled(x, y, Decimal(16), Decimal(12), number))
        parts.append(words(x + 24, y + 10, name, 12, anchor="start"))
        x += 44 + wide(name, 12)
    return joined([*parts, _unit(data)])


def _unit(data: ChartData) -> SafeString:
    return words(WIDTH - RIGHT, 16, f"单位：{data.unit}", 12, anchor="end") if data.unit else SafeString("")


def _frame(data: ChartData, parts: Iterable[SafeString], *, height: int = HEIGHT) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" font-family="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        WIDTH,
        height,
        FONT,
        data.title,
        data.description(),
        joined(parts),
    )


def _empty(data: ChartData, text: str = "暂无数据") -> SafeString:
    return _frame(data, [words(WIDTH // 2, HEIGHT // 2, text, 16, ink="#555555")])
