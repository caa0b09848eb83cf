"""月度统计表: the figures of one period as the section hands them in; screen, workbook and paper show the same values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from config.figures import Figure, Value, one_reading
from config.periods import Period
from permits.figures import cases, money
from permits.figures.cases import COLUMNS, address, counted, item_choices
from permits.tally import EVENTS

SUMMARY = (
    "legal_rate", "promised_rate", "average_legal", "average_promised", "average_days", "average_whole",
    "compression_promised", "compression_real", "supplemented", "overdue_restoration", "flaws", "fees_due", "fees_received",
    "fees_outstanding",
)  # fmt: skip
FIGURES = {figure.key.partition(".")[2]: figure for figure in (*cases.FIGURES, *money.FIGURES)}


@dataclass(frozen=True)
class Cell:
    text: str
    url: str


@dataclass(frozen=True)
class SummaryLine:
    label: str
    text: str
    unit: str
    url: str
    definition: str
    number: Decimal | None = None  # as shown, for the cell of a sheet; None where there is no data


@dataclass(frozen=True)
class StatSheet:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    total: tuple[Cell, ...]
    summary: tuple[SummaryLine, ...]


def shown(figure: Figure, value: Value) -> str:
    """As the sheet prints it: "—" where there is no data, which is neither 0 nor none."""
    return "—" if value.number is None else f"{value.number:,.{figure.decimals}f}"


def line_of(name: str, period: Period) -> SummaryLine:
    figure = FIGURES[name]
    value = figure.value(period, None)
    number = None if value.number is None else Decimal(f"{value.number:.{figure.decimals}f}")
    words = shown(figure, value)
    return SummaryLine(figure.label, words, figure.unit, figure.url(period, None), figure.definition, number)


def sheet_for(period: Period) -> StatSheet:
    with one_reading():
        rows = []
        for pk, name in item_choices():
            rows.append((name, tuple(cell(event, period, pk) for event in COLUMNS)))
        return StatSheet(
            title=f"{period.label}道路挖掘与占用许可办理情况统计表",
            head=("事项", *(f"{EVENTS[event].label}（件）" for event in COLUMNS)),
            rows=tuple(rows),
            total=tuple(cell(event, period, None) for event in COLUMNS),
            summary=tuple(line_of(name, period) for name in SUMMARY),
        )


def cell(event: str, period: Period, item: str | None) -> Cell:
    return Cell(f"{counted(event, period, item).number:f}", address(event, period, item))
