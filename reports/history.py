"""What a figure is held against: the registers' number; what a paper of that period printed instead (人工核定); from before
the software what was printed then, month by month, only where the registers hold nothing (历史数据)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from config.figures import Figure, Kind, OverMonths, remembered
from config.periods import Period
from reports.counting import measure_of
from reports.enums import CheckKind, Totalling
from reports.models import HistoricalFigure, Override

ADDABLE = (Kind.COUNT, Kind.SUM)


@dataclass(frozen=True)
class Base:
    """What a figure is held against. `mark`: behind the number where it is not what the registers say; `note` says why."""

    number: Decimal | None
    note: str = ""
    mark: str = ""
    kind: CheckKind = CheckKind.HISTORY  # of the checklist's line that tells the note


def name_of(figure: Figure, parameter: str | None) -> str:
    """As it stands in a text."""
    return figure.key if parameter is None else f"{figure.key}:{parameter}"


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


def printed_then(figure: Figure, period: Period, parameter: str | None, *, word: str = "同期") -> Base | None:
    """The months' values added, if every month of the period is known; of a standing number the last month's.

    `word`: what the period is to the one that is held against it.
    """
    months, taken = whole_months(period), over_months(figure, parameter)
    if not months or figure.kind not in ADDABLE or taken is OverMonths.NOTHING:
        return None
    name = name_of(figure, parameter)

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
    return Base(number, f"{word}为历史数据（{sources}）", "（历史数据）")


def decided_then(figure: Figure, period: Period, parameter: str | None) -> Base | None:
    """The number that somebody answered for in the papers of that period: they printed it, not what was counted."""
    standing = remembered(("reports.overrides", period.key), lambda: Override.objects.standing(period))
    override = standing.get(name_of(figure, parameter))
    if override is None or override.number is None:
        return None
    note = f"{period.label}为人工核定的{override.value}，台账为{override.counted or '—'}"
    return Base(override.number, note, "（核定）", CheckKind.OVERRIDE)


def base_of(figure: Figure, period: Period, parameter: str | None, *, word: str = "同期") -> Base:
    """The figure's value for the period it is compared with (同期, or 上期), as that period's papers printed it."""
    if (decided := decided_then(figure, period, parameter)) is not None:
        return decided
    number = figure.value(period, parameter).number
    if number:
        return Base(number)
    return printed_then(figure, period, parameter, word=word) or Base(number)
