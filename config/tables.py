"""View side of the one data table: which columns, which rows, sorted, paged, totalled, exported.

The address is the state: `?sort=-found_at&page=3&size=100&columns=…` beside the filters, so a page can be sent to a
colleague. Big tables stay quick: the rows come first, the exact count and the totals after them (?part=count), and a
deep page joins only its own fifty rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, Literal

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from config.chips import Chip, active_filters, link_to
from config.columns import Cell, Column, Head, Row, export_value
from config.display import NOTHING

SIZES = (20, 50, 100, 200)
COUNT_AT_ONCE = 2_000  # more rows than these are counted and added up after the page stands
MAX_PAGE = 1_000_000
EXPORT_CHUNK = 2_000
MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAction:
    """A button over the selected rows: POSTs their keys as `pk` to `url`. `confirm` says the consequence, {n} = how many."""

    label: str
    url: str
    confirm: str = ""
    danger: bool = False


class Table:
    """A queryset (or list) as one page of rows.

    `rows` come filtered by the view (visible_to, FilterSet). `name` is the table's identity: its root id is
    `list-<name>`, and the columns a user chose are remembered under it. `default_sort` names a column ("-found_at").
    `row_url`: row -> address. `row_tone`: row -> "danger", "muted" or "". `empty_action`: (label, url), the next step
    when there is nothing. `export_url`: where the .xlsx of what is shown comes from. `filters`: the FilterSet, shown
    as the bar above. `prefix` keeps two tables on one page apart.
    """

    def __init__(
        self,
        *,
        columns: Sequence[Column],
        rows: Any,
        request: HttpRequest,
        name: str = "",
        caption: str = "",
        default_sort: str = "",
        size: int = 50,
        row_url: Callable[[Any], str] | None = None,
        row_tone: Callable[[Any], str] | None = None,
        empty: str = "还没有记录。",
        empty_action: tuple[str, str] | None = None,
        export_url: str = "",
        filters: Any = None,
        actions: Iterable[BatchAction] = (),
        prefix: str = "",
    ) -> None:
        if not columns:
            raise ValueError("A table needs at least one column.")
        if size not in SIZES:
            raise ValueError(f"size must be one of {SIZES}, not {size}")
        self.all_columns = tuple(columns)
        self.source, self.request = rows, request
        match = request.resolver_match
        self.name = re.sub(r"[^\w-]+", "-", name or (match.url_name if match and match.url_name else "rows"))
        self.id = f"list-{self.name}"
        self.form_id = f"{self.id}-batch"
        self.caption, self.empty, self.empty_action = caption, empty, empty_action or ("", "")
        self.row_url, self.row_tone = row_url, row_tone
        self.filters, self.actions, self.prefix = filters, tuple(actions), prefix
        self.default_sort, self.default_size, self._export_url = default_sort, size, export_url
        self._sortable = {column.name: column for column in self.all_columns if column.order}
        if default_sort and default_sort.lstrip("-") not in self._sortable:
            raise ValueError(f"default_sort {default_sort!r} names no sortable column")

    # --- What the address says ------------------------------------------------------------------------------------

    def _asked(self, key: str) -> str:
        return self.request.GET.get(self.prefix + key, "").strip()

    @cached_property
    def sort(self) -> str:
        asked = self._asked("sort")
        return asked if asked.lstrip("-") in self._sortable and not asked.startswith("--") else self.default_sort

    @cached_property
    def size(self) -> int:
        asked = self._asked("size")
        return int(asked) if asked in map(str, SIZES) else self.default_size

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Those shown: as the address asks, as remembered in the cookie, else all that are not optional."""
        chosen = set(self.request.GET.getlist(self.prefix + "columns"))
        if not chosen:
            chosen = set(self.request.COOKIES.get(f"columns-{self.name}", "").split("."))
        first, *others = self.all_columns
        shown = [column for column in others if column.name in chosen]
        return (first, *(shown or (column for column in others if not column.optional)))

    @cached_property
    def counting(self) -> bool:
        """The page stands already and asks for the exact count and totals."""
        return self._asked("part") == "count"

    def href(self, path: str = "", **changes: Any) -> str:
        """The present address with some parameters changed; None or "" takes one away."""
        query = self.request.GET.copy()
        query.pop(self.prefix + "part", None)
        for key, value in changes.items():
            if value in (None, ""):
                query.pop(self.prefix + key, None)
            elif isinstance(value, list):
                query.setlist(self.prefix + key, value)
            else:
                query[self.prefix + key] = str(value)
        return link_to(path or self.request.path, query)

    @property
    def export_url(self) -> str:
        """Exactly what is shown: the same filters, order and columns, all pages."""
        if not self._export_url:
            return ""
        names = [column.name for column in self.columns]
        return self.href(self._export_url, sort=self.sort, columns=names, page=None, size=None)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that a filter form must carry along, or filtering would undo the sorting."""
        keys = [self.prefix + key for key in ("sort", "size", "columns")]
        return [(key, value) for key in keys for value in self.request.GET.getlist(key) if value]

    @property
    def others(self) -> list[tuple[str, str]]:
        """All parameters but the page, for the small forms that choose columns, size and order."""
        dropped = (self.prefix + "page", self.prefix + "part")
        return [
            (key, value) for key, values in self.request.GET.lists() if key not in dropped for value in values if value
        ]

    @property
    def count_url(self) -> str:
        return self.href(part="count", page=self.page)

    # --- Rows ---------------------------------------------------------------------------------------------------------

    @cached_property
    def ordered(self) -> Any:
        """All matching rows in the asked order, with the key as tie-break so that no row is on two pages or none."""
        descending, name = self.sort.startswith("-"), self.sort.lstrip("-")
        if not isinstance(self.source, QuerySet):
            return self._sorted_list(name, descending)
        records = are_records(self.source)
        if not name:
            return self.source if self.source.ordered or not records else self.source.order_by("-pk")
        fields = [flip(field) if descending else field for field in self._sortable[name].order]
        fields += self._sortable[name].within
        if not records:
            return self.source.order_by(*fields)
        return self.source.order_by(*fields, "-pk" if fields[-1].startswith("-") else "pk")

    def _sorted_list(self, name: str, descending: bool) -> list[Any]:
        if not name:
            return list(self.source)
        column = self._sortable[name]
        known = [row for row in self.source if column.value_of(row) is not None]
        unknown = [row for row in self.source if column.value_of(row) is None]
        return sorted(known, key=column.value_of, reverse=descending) + unknown

    def _slice(self, page: int) -> list[Any]:
        """One page and one row more. A deep page first finds its keys in the index, then joins only those."""
        start, stop = (page - 1) * self.size, page * self.size + 1
        rows = self.ordered
        if start and joinable(rows):
            return list(rows.filter(pk__in=rows.values("pk")[start:stop]))
        return list(rows[start:stop])

    @cached_property
    def _page(self) -> tuple[int, list[Any]]:
        asked = self._asked("page")
        page = min(int(asked), MAX_PAGE) if asked.isascii() and asked.isdigit() and int(asked) > 0 else 1
        rows = self._slice(page)
        if not rows and page > 1:  # past the end: rows went away, or the filter grew narrower
            page = max(1, -(-count_rows(self.source) // self.size))
            rows = self._slice(page)
        return page, rows

    @property
    def page(self) -> int:
        return self._page[0]

    @property
    def has_next(self) -> bool:
        return len(self._page[1]) > self.size

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(row) for row in self._page[1][: self.size]]

    def _row(self, row: Any) -> Row:
        url = self.row_url(row) if self.row_url else ""
        first, *others = self.columns
        return Row(
            object=row,
            key=row.get("pk", "") if isinstance(row, dict) else getattr(row, "pk", ""),
            url=url,
            tone=self.row_tone(row) if self.row_tone else "",
            form=self.form_id if self.actions else "",
            cells=(first.cell_of(row, url=url, heads=True), *(column.cell_of(row) for column in others)),
        )

    # --- Count and totals ---------------------------------------------------------------------------------------------

    @cached_property
    def count(self) -> int | None:
        """How many rows match; None while that would keep the page waiting."""
        page, rows = self._page
        if not self.has_next:
            return (page - 1) * self.size + len(rows)
        if self.counting or not isinstance(self.source, QuerySet):
            return count_rows(self.source)
        bounded = self._bounded["rows"]
        return bounded if bounded <= COUNT_AT_ONCE else None

    @cached_property
    def _bounded(self) -> dict[str, Any]:
        """Number and sums of the rows as far as they are counted at once, in one query."""
        rows = self.source.order_by()[: COUNT_AT_ONCE + 1]
        return (
            rows.aggregate(rows=Count("pk"), **self._sums)
            if self._sums and are_records(rows)
            else {"rows": rows.count()}
        )

    @cached_property
    def _sums(self) -> dict[str, Any]:
        """Totals that the database adds up; the others are functions of the rows."""
        totals = {f"total_{column.name}": column.total for column in self.columns}
        return {name: total for name, total in totals.items() if hasattr(total, "resolve_expression")}

    @cached_property
    def has_totals(self) -> bool:
        return any(column.total is not None for column in self.columns)

    @property
    def shows_totals(self) -> bool:
        """Not where nothing can be added, as pieces and kilograms cannot."""
        return any(cell.column.total is not None and cell.text != NOTHING for cell in self.totals)

    @cached_property
    def totals(self) -> list[Cell]:
        """One cell a shown column; texts are "…" until the rows are counted."""
        known = self.has_totals and self.count is not None
        values = self._total_values() if known else {}
        cells = []
        for column in self.columns:
            value = values.get(column.name)
            text = "" if column.total is None else column.text_of(value) if known else "…"
            cells.append(Cell(column, value, text))
        return cells

    def _total_values(self) -> dict[str, Any]:
        sums: dict[str, Any] = {}
        if self._sums:
            known = self.__dict__.get("_bounded", {})  # counted just now, and not cut off
            whole = known.keys() >= self._sums.keys() and known["rows"] <= COUNT_AT_ONCE
            sums = known if whole else self.source.order_by().aggregate(**self._sums)
        return {
            column.name: exact(sums[name]) if (name := f"total_{column.name}") in sums else column.total(self.source)
            for column in self.columns
            if column.total is not None
        }

    # --- What the template draws --------------------------------------------------------------------------------------

    @property
    def first_row(self) -> int:
        return (self.page - 1) * self.size + 1

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1

    @property
    def last_page(self) -> int | None:
        return None if self.count is None else max(1, -(-self.count // self.size))

    @cached_property
    def shown(self) -> set[str]:
        """Names of the columns shown."""
        return {column.name for column in self.columns}

    @cached_property
    def has_templates(self) -> bool:
        return any(column.template for column in self.columns)

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> Head:
        if not column.order:
            return Head(column, "", "")
        if self.sort == column.name:
            return Head(column, self.href(sort=f"-{column.name}", page=None), "ascending")
        direction: Literal["", "descending"] = "descending" if self.sort == f"-{column.name}" else ""
        return Head(column, self.href(sort=column.name, page=None), direction)

    @property
    def page_links(self) -> list[tuple[int, str]]:
        """(number, address); number 0 is a gap. Only the neighbours while the end is unknown."""
        last = self.last_page or self.page + self.has_next
        near = {1, self.page - 1, self.page, self.page + 1, last}
        links: list[tuple[int, str]] = []
        for number in sorted(number for number in near if 1 <= number <= last):
            if links and number - links[-1][0] > 1:
                links.append((0, ""))
            links.append((number, self.href(page=number if number > 1 else None)))
        return links

    @property
    def sizes(self) -> tuple[int, ...]:
        return SIZES

    @property
    def sort_choices(self) -> list[tuple[str, str]]:
        """For phones, where the head is not shown."""
        names = [(column.name, column.label) for column in self._sortable.values()]
        return [(sign + name, label + arrow) for name, label in names for sign, arrow in (("", " ↑"), ("-", " ↓"))]

    @cached_property
    def chips(self) -> list[Chip]:
        return active_filters(self.filters, self.request) if self.filters is not None else []

    @property
    def conditions(self) -> str:
        """What the list is narrowed by, as the log tells it."""
        return "、".join(f"{chip.label}：{chip.text}" for chip in self.chips) or "不限条件"

    @property
    def clear_href(self) -> str:
        """The list without any filter, its sorting kept."""
        query = QueryDict(mutable=True)
        for key, value in self.kept:
            query.appendlist(key, value)
        return link_to(self.request.path, query)


def exact(total: Any) -> Any:
    """SQLite adds decimals in floating point (2338.41999999995); no column of ours has more than six places."""
    return total.quantize(MILLIONTH, ROUND_HALF_UP) if isinstance(total, Decimal) else total


def flip(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def are_records(rows: QuerySet[Any]) -> bool:
    """Model rows with a key each; not groups (values) or unions, where an order by key would split or fail."""
    return not (rows.query.values_select or rows.query.combinator)


def joinable(rows: Any) -> bool:
    """Whether a page may be fetched by its keys: records, not distinct and without aggregates to compute twice."""
    return isinstance(rows, QuerySet) and are_records(rows) and not (rows.query.distinct or rows.query.group_by)


def count_rows(rows: Any) -> int:
    return rows.order_by().count() if isinstance(rows, QuerySet) else len(rows)


def render_table(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page with context["table"]; only the table when the table itself asked (sorting, paging, filtering)."""
    table: Table = context["table"]
    headers = request.headers
    target = headers.get("HX-Target", "") if "HX-History-Restore-Request" not in headers else ""
    own = headers.get("HX-Request") == "true" and target in (table.id, f"{table.id}-pages")
    response = render(request, "components/table.html" if own else template, context)
    response["Vary"] = "HX-Request, HX-Target"
    return response


def export_rows(table: Table) -> Iterator[list[Any]]:
    """First the heads, then every matching row as Python values, in the order and columns shown; streams."""
    yield [f"{column.label}（{column.unit}）" if column.unit else column.label for column in table.columns]
    rows = table.ordered
    for row in rows.iterator(chunk_size=EXPORT_CHUNK) if isinstance(rows, QuerySet) else rows:
        yield [export_value(column.value_of(row)) for column in table.columns]


__all__ = ["BatchAction", "Column", "Table", "export_rows", "render_table"]
