"""One column of the data table, and what it makes of a row: cell, text on screen, value for export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any, Literal

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from config.display import NOTHING, amount, display

PHONE_ROLES = ("primary", "secondary", "hidden")
ALIGNMENTS = ("start", "center", "end")
LONG_TEXT = 18
EXPORTED = (int, float, Decimal, date, time, str)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    value     attribute path ("unit.name", methods are called) or function of the row; default: `name`
    sort      database field or fields that order the table by this column; none = not sortable
    within    fields that order rows of equal `sort`, the same way whether the table runs up or down
    align     start, center, end; default: end where there is a unit or a total
    unit      printed in the head; 元 also sets two decimals
    total     aggregate expression (Sum("points")) or function of all matching rows -> value
    sign      row -> markup of the cell (config.signs); the value stands for exports and order
    template  renders the cell with `row` (the object) and `value`, where there is more to it than a sign
    phone     part on a phone's card: primary (title), secondary (labelled line), hidden
    format    value -> text on screen; exports keep the value itself
    optional  not shown until the user chooses it
    """

    name: str
    label: str
    value: str | Callable[[Any], Any] | None = None
    sort: str | Sequence[str] | None = None
    within: Sequence[str] = ()
    align: str = ""
    unit: str = ""
    total: Any = None
    sign: Callable[[Any], str] | None = None
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

    def cell_of(self, row: Any, *, url: str = "", heads: bool = False) -> Cell:
        value = self.value_of(row)
        return Cell(self, value, self.text_of(value), self.sign(row) if self.sign else "", url, heads)

    def text_of(self, value: Any) -> str:
        if self.format is not None:
            return self.format(value)
        return amount(value) if self.unit == "元" else display(value)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in its column, ready as markup: a page holds a thousand cells, and a template would look up each word of each.

    sign: markup in the text's place; url: what the text opens; heads: it names its row.
    """

    column: Column
    value: Any
    text: str
    sign: str = ""
    url: str = ""
    heads: bool = False

    @property
    def opening(self) -> SafeString:
        column = self.column
        shape = "free" if column.template or column.sign else "long" if len(self.text) > LONG_TEXT else "short"
        return opening_tag(column.label, column.alignment, shape, "" if self.heads else column.phone)

    @property
    def closing(self) -> SafeString:
        return SafeString("</th>" if self.heads else "</td>")

    @property
    def inside(self) -> str:
        if self.column.sign:
            return conditional_escape(self.sign)
        if self.url:
            return f'<a class="row-link" href="{escape(self.url)}">{escape(self.text)}</a>'
        unit = self.column.unit if self.text != NOTHING else ""  # on a phone there is no head that says it
        return escape(self.text) + (f'<span class="card-unit"> {escape(unit)}</span>' if unit else "")

    @property
    def drawn(self) -> SafeString:
        """The whole cell, unless its column has a template."""
        return SafeString(f"{self.opening}{self.inside}{self.closing}")


@lru_cache(maxsize=1_000)
def opening_tag(label: str, alignment: str, shape: str, phone: str) -> SafeString:
    """Of a cell: alignment, how it may break (long text and signs wrap, the rest stays on one line), its part on a
    phone's card; no part: the cell that heads its row.
    """
    classes = f"text-{alignment} cell-{shape} card-{phone or 'primary'}"
    if not phone:
        return format_html('<th scope="row" class="{}">', classes)
    return format_html('<td class="{}" data-label="{}">', classes, label)


@dataclass(frozen=True, slots=True)
class Row:
    object: Any
    key: Any
    url: str
    tone: str
    form: str  # id of the form with the batch actions, "" without any
    cells: tuple[Cell, ...]

    @property
    def drawn(self) -> SafeString:
        """All cells; for tables in which none has a template."""
        return SafeString("".join([cell.drawn for cell in self.cells]))

    @property
    def tick(self) -> SafeString:
        """The box that chooses this row for what `form` does with all that are chosen."""
        return SafeString(
            f'<td class="check-cell"><input class="form-check-input" type="checkbox" name="pk" value="{escape(str(self.key))}"'
            f' form="{self.form}" aria-label="选中 {escape(self.cells[0].text)}"></td>'
        )


@dataclass(frozen=True, slots=True)
class Head:
    column: Column
    href: str  # "" if the column cannot be sorted
    direction: Literal["", "ascending", "descending"]


def follow(row: Any, path: str) -> Any:
    """The value behind a dotted path of attributes, keys and methods; None where the path breaks off.

    It breaks off at None, and where nothing points back at a record (the reverse side of one to one).
    """
    value = row
    for part in path.split("."):
        if value is None:
            return None
        try:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        except ObjectDoesNotExist:
            return None
        if callable(value):
            value = value()
    return value


def export_value(value: Any) -> Any:
    """Numbers, dates and text stay what they are; everything else becomes the words on screen.

    Times are local and cut to the second, as on screen: a sheet would round them up.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return display(value)
    if isinstance(value, datetime):
        return (timezone.make_naive(value) if timezone.is_aware(value) else value).replace(microsecond=0)
    return value if isinstance(value, EXPORTED) else str(value)
