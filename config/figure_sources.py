"""How most figures are put together: the rows behind it, the address of their list, how they are counted.

A room says `count_figure = partial(figure_sources.count_figure, "fireworks")` and keeps what is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Aggregate, Count, QuerySet, Sum
from django.urls import reverse

from config.figures import Figure, Kind, Value, remembered
from config.periods import Period
from config.tables import exact

Rows = Callable[[Period, str | None], QuerySet[Any]]
Address = Callable[[Period, str | None], str]
ValueOf = Callable[[Period, str | None], Value]


class Source(NamedTuple):
    """The rows behind a figure and the address of the list that shows just them."""

    rows: Rows
    url: Address


def list_url(route: str, **query: Any) -> str:
    """A list narrowed by its own filters; a sequence gives its parameter once for each value."""
    return f"{reverse(route)}?{urlencode(query, doseq=True)}" if query else reverse(route)


def days(period: Period, start: str = "since", end: str = "until") -> dict[str, str]:
    return {start: period.start.isoformat(), end: period.end.isoformat()}


def counted(rows: Rows, period: Period, parameter: str | None) -> Value:
    return Value(Decimal(rows(period, parameter).count()))


def summed(rows: Rows, field: str, period: Period, parameter: str | None) -> Value:
    return Value(exact(Decimal(rows(period, parameter).order_by().aggregate(n=Sum(field))["n"] or 0)))


class Parts(NamedTuple):
    """How the rows of a figure fall into its choices: the field that says so, and the choice of rows without one."""

    by: str
    none: str = ""


def one_part(  # noqa: PLR0917 -- bound from the left
    key: str, rows: Rows, parts: Parts, total: Aggregate, period: Period, parameter: str | None
) -> Value:
    """Of one choice, all of them read in one query; they are what `rows` has for each."""

    def read() -> dict[str, Any]:
        groups = rows(period, None).order_by().values_list(parts.by).annotate(n=total)
        return {parts.none if part is None else str(part): number for part, number in groups}

    found = remembered((key, "parts", period.key, period.end), read)
    return Value(exact(Decimal((sum(found.values()) if parameter is None else found.get(parameter)) or 0)))


def once(key: str, value: ValueOf, period: Period, parameter: str | None) -> Value:
    """Asked once for all figures of one reading."""
    return remembered((key, period.key, period.end, parameter), lambda: value(period, parameter))


def count_figure(  # noqa: PLR0917 -- read in this order in every table of figures
    app: str,
    key: str,
    label: str,
    unit: str,
    definition: str,
    source: Source,
    *,
    kind: Kind = Kind.COUNT,
    value: ValueOf | None = None,
    parts: Parts | None = None,
    total: Aggregate = Count("pk"),  # noqa: B008 -- an expression without a state
    **more: Any,
) -> Figure:
    """The number of rows, unless `value` knows it from a question that several figures share. `parts`: one query tells
    the numbers of all choices.
    """
    if parts is not None:
        value = partial(one_part, f"{app}.{key}", source.rows, parts, total)
    return Figure(
        key=f"{app}.{key}",
        label=label,
        unit=unit,
        definition=definition,
        kind=kind,
        value=partial(once, f"{app}.{key}", value or partial(counted, source.rows)),
        rows=source.rows,
        url=source.url,
        **more,
    )


def sum_figure(  # noqa: PLR0917 -- as count_figure
    app: str,
    key: str,
    label: str,
    unit: str,
    definition: str,
    source: Source,
    *,
    field: str = "",
    value: ValueOf | None = None,
    **more: Any,
) -> Figure:
    """The sum of a field of the rows, or what `value` makes of them."""
    total = value or partial(summed, source.rows, field)
    return count_figure(
        app, key, label, unit, definition, source, kind=Kind.SUM, value=total, total=Sum(field or "pk"), **more
    )


def rate_figure(app: str, key: str, label: str, definition: str, *, part: Figure, whole: Figure) -> Figure:
    """Part of whole in per cent; both are figures of their own."""

    def value(period: Period, parameter: str | None) -> Value:
        over, under = part.value(period, None).number or Decimal(0), whole.value(period, None).number or Decimal(0)
        if not under:
            return Value(reason=f"期内没有{whole.label}。")
        return Value(over / under * 100, numerator=over, denominator=under)

    return Figure(
        key=f"{app}.{key}",
        label=label,
        unit="%",
        definition=definition,
        kind=Kind.RATE,
        value=value,
        url=part.url,
        numerator=part.key,
        denominator=whole.key,
        decimals=1,
    )


def fixed(choices: Sequence[tuple[str, Any]]) -> Callable[[], Sequence[tuple[str, str]]]:
    """Choices that no period changes."""
    return lambda: [(str(value), str(label)) for value, label in choices]
