"""Everything that a summary may print, collected from the apps below. A furnished room adds one line."""

from __future__ import annotations

from functools import cache

from config.figures import Registry
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
    return Known(shelves.figures, shelves.claims, shelves.tables, shelves.charts)
