"""One column of the data table, and what it makes of a row: cell, text on screen, value for export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from django.utils import timezone

from config.display import amount, display

PHONE_ROLES = ("primary", "secondary", "hidden")
ALIGNMENTS = ("start", "center", "end")
LONG_TEXT = 18
EXPORTED = (int, float, Decimal, date, time, str)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    value     attribute path ("unit.name", methods are called) or function of the row; default: `name`
    sort      database field or fields that order the table by this column; none = not sortable
    align     start, center, end; default: end where there is a unit or a total
    unit      printed in the head; 元 also sets two decimals
    total     aggregate expression (Sum("points")) or function of all matching rows -> value
    template  renders the cell with `row` (the object) and `value`
    phone     part on a phone's card: primary (title), secondary (labelled line), hidden
    format    value -> text on screen; exports keep the value itself
    optional  not shown until the user chooses it
    """

    name: str
    label: str
    value: str | Callable[[Any], Any] | None = None
    sort: str | Sequence[str] | None = None
    align: str = ""
    unit: str = ""
    total: Any = None
    template: str | None = None
    phone: str = "hidden"
    format: Callable[[Any], str] | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        if self.phone not in PHONE_ROLES:
            raise ValueError(f"Column {self.name}: phone must be one of {PHONE_ROLES}, not {self.phone!r}")
        if self.align and self.align not in ALIGNMENTS:
            raise ValueError(f"Column {self.name}: align must be one of {ALIGNMENTS}, not {self.align!r}")

    @property
    def alignment(self) -> str:
        return self.align or ("end" if self.unit or self.total is not None else "start")

    @property
    def order(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) else tuple(self.sort or ())

    def value_of(self, row: Any) -> Any:
        return self.value(row) if callable(self.value) else follow(row, self.value or self.name)

    def text_of(self, value: Any) -> str:
        if self.format is not None:
            return self.format(value)
        return amount(value) if self.unit == "元" else display(value)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in its column. The words for the template stand ready: it asks for a thousand cells a page."""

    column: Column
    value: Any
    text: str

    @property
    def classes(self) -> str:
        """Alignment, and how it may break: long text and templates wrap, the rest stays on one line."""
        shape = "free" if self.column.template else "long" if len(self.text) > LONG_TEXT else "short"
        return f"text-{self.column.alignment} cell-{shape}"

    @property
    def unit(self) -> str:
        """Printed behind the number on a phone, where there is no head."""
        return self.column.unit if self.text != "—" else ""


@dataclass(frozen=True, slots=True)
class Row:
    object: Any
    key: Any
    url: str
    tone: str
    cells: tuple[Cell, ...]

    @property
    def first(self) -> Cell:
        return self.cells[0]

    @property
    def others(self) -> tuple[Cell, ...]:
        return self.cells[1:]


@dataclass(frozen=True, slots=True)
class Head:
    column: Column
    href: str  # "" if the column cannot be sorted
    direction: Literal["", "ascending", "descending"]


def follow(row: Any, path: str) -> Any:
    """The value behind a dotted path of attributes, keys and methods; None where the path breaks off at None."""
    value = row
    for part in path.split("."):
        if value is None:
            return None
        value = value[part] if isinstance(value, dict) else getattr(value, part)
        if callable(value):
            value = value()
    return value


def export_value(value: Any) -> Any:
    """Numbers, dates and text stay what they are (times in local time); everything else becomes the words on screen."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return display(value)
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.make_naive(value)
    return value if isinstance(value, EXPORTED) else str(value)
