"""Everything that a summary may print, collected from the apps below. A furnished room adds one line."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from config.figures import Kind, Registry
from inspections import figures as inspections
from reports.tokens import Known


@cache
def registry() -> Registry:
    collected = Registry()
    for app in (inspections,):
        collected.add(*app.FIGURES, *app.CLAIMS, *app.TABLES, *app.CHARTS)
    return collected


def known_keys() -> Known:
    shelves = registry()

    @cache  # one reading of the choices for all tokens of a text
    def choices(key: str) -> Collection[str] | None:
        offered = shelves.figures[key].choices
        return None if offered is None else [value for value, _ in offered()]

    rates = {key for key, figure in shelves.figures.items() if figure.kind is Kind.RATE}
    return Known(shelves.figures, shelves.claims, shelves.tables, shelves.charts, rates, choices)
