"""同期 from before the software: what was printed then, month by month, used only where the registers hold nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from config.figures import Figure, Kind, OverMonths, remembered
from config.periods import Period
from reports.enums import Totalling
from reports.figures.tallies import measure_of
from reports.models import HistoricalFigure
from reports.registry import known_keys, registry
from reports.tokens import parse

ADDABLE = (Kind.COUNT, Kind.SUM)


@dataclass(frozen=True)
class Base:
    """What a figure is held against. `note` marks a base that was typed in from an old paper."""

    number: Decimal | None
    note: str = ""


def check_name(name: str) -> str:
    """ "" or why no history can be kept under this name."""
    errors = parse(f"{{{{ {name} }}}}", known_keys()).errors
    if errors:
        return errors[0].message
    figure = registry().figures[name.partition(":")[0]]
    if figure.kind not in ADDABLE:
        return "只有件数和数量可以按月登记历史数据；比率、得分、名次不能按月相加。"
    if figure.over_months is OverMonths.NOTHING:
        return "这个数据跨月的只算一次，由各月的数得不出一期的数，不能按月登记历史数据。"
    if figure.choices is not None and ":" not in name:
        return "这个数据要选定一项（名称后带“:”）。"
    return ""


def whole_months(period: Period) -> list[str]:
    """The months of a period that consists of whole months; else none: a month cannot be cut."""
    months = period.months()
    ends = Period.month(*map(int, months[-1].split("-"))).end == period.end
    return months if period.start.day == 1 and ends else []


def over_months(figure: Figure, parameter: str | None) -> OverMonths:
    """How the months of a figure are taken together; of a tally its measure says so."""
    measure = measure_of(parameter) if figure.key.startswith("reports.tally") else None
    if measure is not None and measure.totalling == Totalling.LATEST:
        return OverMonths.LAST
    return figure.over_months


def printed_then(figure: Figure, period: Period, parameter: str | None) -> Base | None:
    """The months' values added, if every month of the period is known; of a standing number the last month's."""
    months, taken = whole_months(period), over_months(figure, parameter)
    if not months or figure.kind not in ADDABLE or taken is OverMonths.NOTHING:
        return None
    name = figure.key if parameter is None else f"{figure.key}:{parameter}"

    def read() -> dict[tuple[str, str], HistoricalFigure]:
        rows = HistoricalFigure.objects.recorded().filter(month__in=months)
        return {(row.figure, row.month): row for row in rows}

    known = remembered(("reports.history", months[0], months[-1]), read)
    wanted = months[-1:] if taken is OverMonths.LAST else months
    rows = [known[name, month] for month in wanted if (name, month) in known]
    if len(rows) < len(wanted):
        return None
    number = sum((row.value for row in rows), Decimal(0))
    sources = "、".join(dict.fromkeys(row.source for row in rows))
    return Base(number, f"同期为历史数据（{sources}）")


def base_of(figure: Figure, period: Period, parameter: str | None) -> Base:
    """The figure's value for the period it is compared with; from old papers where the registers hold nothing."""
    number = figure.value(period, parameter).number
    if number:
        return Base(number)
    return printed_then(figure, period, parameter) or Base(number)


def label_of(name: str) -> str:
    """The figure's label with its choice's, or the name itself if the figure has gone."""
    key, _, parameter = name.partition(":")
    figure = registry().figures.get(key)
    if figure is None:
        return name
    chosen = dict(figure.choices()).get(parameter, parameter) if figure.choices and parameter else ""
    return f"{figure.label}：{chosen}" if chosen else figure.label
