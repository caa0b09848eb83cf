"""人工核定 in the tables of a paper: a cell that prints such a figure prints the decided number and says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from config.periods import Period
from reports.models import Override
from reports.registry import registry

MARK = "（核定）"
Rows = Sequence[Sequence[Sequence[str]]]  # (text, address) per cell


@dataclass(frozen=True)
class Decided:
    """A figure that somebody answers for, and how a table is told to print it: its address and its counted number."""

    override: Override
    app: str
    unit: str
    address: str
    counted: Decimal

    @property
    def words(self) -> str:
        """The line of the checklist."""
        counted = f"{self.counted.normalize():f}"
        said = f"“{self.override.label}”人工核定为{self.override.value}{self.unit}，台账为{counted}{self.unit}"
        return f"{said}；理由：{self.override.reason}（{self.override.decided_by}）"

    def stands_in(self, text: str, address: str) -> bool:
        return address == self.address and number_in(text) == self.counted

    def printed(self, text: str) -> str:
        """The decided number the way of the cell that it stands in: its places, at least, and its thousands."""
        counted, number = number_in(text), self.override.number
        if counted is None or number is None:
            return text
        places = max(0, *(-int(each.as_tuple().exponent) for each in (counted, number)))
        return f"{number:{',' if ',' in text else ''}.{places}f}{MARK}"


def number_in(text: str) -> Decimal | None:
    """The number of a cell, decided or counted; None for words."""
    try:
        return Decimal(text.removesuffix(MARK).replace(",", ""))
    except InvalidOperation:
        return None


def decided_for(overrides: Mapping[str, Override], period: Period) -> list[Decided]:
    """What a table of the period may have to print otherwise; where number and records say the same there is nothing."""
    found = []
    for name, override in overrides.items():
        key, _, parameter = name.partition(":")
        figure = registry().figures.get(key)
        counted = figure.value(period, parameter or None).number if figure else None
        if figure is None or counted is None or override.number in (None, counted):
            continue
        unit, address = figure.measured_in(parameter or None), figure.url(period, parameter or None)
        found.append(Decided(override, figure.app, unit, address, counted))
    return found


def as_decided(rows: Rows, decided: Iterable[Decided]) -> tuple[list[list[list[str]]], list[Decided]]:
    """The rows as they are printed, and which of the figures stand in them."""
    used: list[Decided] = []

    def cell(text: str, address: str) -> list[str]:
        each = next((each for each in decided if each.stands_in(text, address)), None)
        if each is None:
            return [text, address]
        used.append(each)
        return [each.printed(text), address]

    return [[cell(text, address) for text, address in row] for row in rows], used
