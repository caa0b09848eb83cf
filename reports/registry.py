"""Everything that a summary may print, collected from the apps below. A furnished room adds one line."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from billboards.figures import boards, campaigns, cases
from config.figures import Registry
from fireworks.figures import duty
from fireworks.figures import records as fireworks_records
from inspections.figures import findings, rectification, scores
from permits.figures import cases as permit_cases
from permits.figures import money as permit_money
from reports.figures import plans, tallies
from reports.tokens import Known
from staff.figures import appraisal, people, regulations, training


@cache
def registry() -> Registry:
    collected = Registry()
    for room in (
        findings,
        rectification,
        scores,
        duty,
        fireworks_records,
        permit_cases,
        permit_money,
        boards,
        campaigns,
        cases,
        people,
        training,
        regulations,
        appraisal,
    ):
        collected.add(*room.FIGURES, *room.CLAIMS, *room.TABLES, *room.CHARTS)
    for room in (tallies, plans):
        collected.add(*room.FIGURES, *room.TABLES)
    return collected


def known_keys() -> Known:
    shelves = registry()

    @cache  # one reading of the choices for all tokens of a text
    def choices(key: str) -> Collection[str] | None:
        offered = shelves.figures[key].choices
        return None if offered is None else [value for value, _ in offered()]

    rates = {key for key, figure in shelves.figures.items() if figure.is_percentage}

    def is_rate(key: str, parameter: str) -> bool:
        return shelves.figures[key].is_rate(parameter)

    return Known(shelves.figures, shelves.claims, shelves.tables, shelves.charts, rates, choices, is_rate)
