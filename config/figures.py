"""What a figure is: a key, a definition, the rows behind it, and the address of the list that shows them.

Figures belong to the app that owns the rows (its figures.py); sentences belong to reports, which prints these and
computes none of its own. Every figure opens rows that add up to it: `Figure.value` and `Figure.rows` come from one
queryset, and the list at `Figure.url` is built from the same filter (tests/reports/test_figures_add_up.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import QuerySet

from config.periods import Period


class Kind(StrEnum):
    COUNT = "count"
    SUM = "sum"
    RATE = "rate"  # numerator / denominator, both figures of their own
    NUMBER = "number"  # average, coverage, head count, score, rank: with a derivation
    TEXT = "text"


class OverMonths(StrEnum):
    """What the numbers of single months say of a longer period."""

    ADDED = "added"
    LAST = "last"  # counted on the last day: that of the last month
    NOTHING = "nothing"  # what spans months is counted once in the period, in each of its months too


@dataclass(frozen=True)
class Value:
    """What a figure yields for a period. `None` is "no data", which is neither 0 nor "none found"."""

    number: Decimal | None = None
    text: str = ""
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    reason: str = ""  # why there is no data

    @property
    def is_missing(self) -> bool:
        return self.number is None and not self.text


@dataclass(frozen=True)
class Derivation:
    """How a number that no list adds up to was arrived at: formula and inputs with their addresses."""

    formula: str
    inputs: Sequence[tuple[str, str, str]]  # label, value, address


Made = TypeVar("Made")
Parameter = str | None
RowsOf = Callable[[Period, Parameter], QuerySet[Any]]


PERCENT_SIGNS = ("%", "％")


@dataclass(frozen=True)
class Figure:
    """The specification of a figure. `parameter` names what may stand behind the colon: app.name:parameter."""

    key: str
    label: str
    unit: str
    definition: str  # 口径
    kind: Kind
    value: Callable[[Period, Parameter], Value]
    url: Callable[[Period, Parameter], str]
    rows: RowsOf | None = None
    derive: Callable[[Period, Parameter], Derivation] | None = None
    numerator: str = ""  # keys, for a rate
    denominator: str = ""
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None  # values and labels of the parameter
    part_of: str = ""  # key of the whole that the parameterised parts must add up to
    decimals: int = 0
    style: str = "准确"
    scope_note: Callable[[Period], str] | None = None  # what of the definition a setting of the bureau decides
    unit_of: Callable[[Parameter], str] | None = None  # where each parameter is counted in a unit of its own
    over_months: OverMonths = OverMonths.ADDED
    earlier: Callable[[str], str] | None = None  # of a parameter that names a time, the same a year before; "" for none

    def defined(self, period: Period) -> str:
        """The definition with what the bureau's settings make of it in the period."""
        return self.definition + (self.scope_note(period) if self.scope_note else "")

    def then(self, parameter: Parameter) -> Parameter:
        """What stands behind the colon a year before; "" where it names a time (a festival's window) that had none."""
        return self.earlier(parameter) if parameter and self.earlier else parameter

    def measured_in(self, parameter: Parameter) -> str:
        """The measure word of the number."""
        return self.unit_of(parameter) if self.unit_of else self.unit

    @property
    def is_percentage(self) -> bool:
        """It changes in percentage points, whether a rate of two lists or a ratio to a standard."""
        return self.unit in PERCENT_SIGNS

    def is_rate(self, parameter: Parameter) -> bool:
        """The same of one parameter, where each is counted in a unit of its own."""
        return self.measured_in(parameter) in PERCENT_SIGNS

    @property
    def app(self) -> str:
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class Claim:
    """A sentence that may only be printed if its evidence holds (结论性表述)."""

    key: str
    label: str
    text: str
    check: Callable[[Period], tuple[bool, str]]  # holds, and why not


@dataclass(frozen=True)
class TableFigure:
    """Rows of figures under one head; each cell is a figure with its own address."""

    key: str
    label: str
    head: tuple[str, ...]
    rows: Callable[[Period], Sequence[Sequence[tuple[str, str]]]]  # (text, address) per cell
    total: bool = True


@dataclass(frozen=True)
class ChartFigure:
    key: str
    label: str
    data: Callable[[Period], Any]  # config.charts.ChartData


@dataclass
class Registry:
    """Everything that one report may print, by key."""

    figures: dict[str, Figure] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    tables: dict[str, TableFigure] = field(default_factory=dict)
    charts: dict[str, ChartFigure] = field(default_factory=dict)

    def add(self, *entries: Figure | Claim | TableFigure | ChartFigure) -> None:
        shelves: dict[type, dict[str, Any]] = {
            Figure: self.figures,
            Claim: self.claims,
            TableFigure: self.tables,
            ChartFigure: self.charts,
        }
        for entry in entries:
            shelf = shelves[type(entry)]
            if entry.key in shelf:
                raise ValueError(f"{entry.key} is registered twice.")
            shelf[entry.key] = entry


_memory: ContextVar[dict[Any, Any] | None] = ContextVar("figures", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """Within this block, and every such block inside it, figures read from the same queries, made once (see `remembered`)."""
    token = _memory.set({} if (outer := _memory.get()) is None else outer)
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(key: Any, make: Callable[[], Made]) -> Made:
    """What `make` returns, made once within `one_reading`, each time outside of it."""
    memory = _memory.get()
    if memory is None:
        return make()
    if key not in memory:
        memory[key] = make()
    return memory[key]
