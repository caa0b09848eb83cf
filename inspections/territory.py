"""Which area types a unit answers for, by month: those of its kind, and those of its places besides (ADR 0009)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from config.periods import Period
from inspections.enums import AreaType
from inspections.models import PlaceShare
from staff.models import UnitKind

EVERYWHERE: Final = frozenset(AreaType.values)
SCENIC: Final = frozenset(AreaType.SCENIC)
# Streets answer for all but the scenic area and the lake, which are the scenic centre's; squads and the committee of
# agriculture work everywhere.
AREAS_OF_KIND: Final[Mapping[str, frozenset[str]]] = {
    UnitKind.STREET: EVERYWHERE - SCENIC,
    UnitKind.MANAGEMENT_OFFICE: EVERYWHERE - SCENIC,
    UnitKind.SCENIC_CENTRE: SCENIC,
    UnitKind.SQUAD: EVERYWHERE,
    UnitKind.AGRICULTURE: EVERYWHERE,
}


def areas_by_unit(months: Collection[str]) -> dict[str, dict[int, frozenset[str]]]:
    """By month (YYYY-MM): unit id → the area types of its places then, in one query; units without places are not in it.

    Only the unit that a place belongs to as a whole counts: one that shares a single item there does not answer for the
    area. A place kept on the street counts when the office has gone through it: an assessor's choice of unit is a guess.
    """
    rows = list(
        PlaceShare.objects.filter(item_code="", place__learned=False)
        .order_by()
        .values_list("unit", "place__area", "valid_from", "valid_to", "place__valid_from", "place__valid_to")
        .distinct()
    )
    found: dict[str, dict[int, frozenset[str]]] = {}
    for month in months:
        period = Period.parse(month)
        areas: dict[int, set[str]] = {}
        for unit, area, since, until, known_since, known_until in rows:
            begins, ends = max(since, known_since), min(until or period.end, known_until or period.end)
            if begins <= period.end and ends >= period.start:
                areas.setdefault(unit, set()).add(area)
        found[month] = {unit: frozenset(each) for unit, each in areas.items()}
    return found


def areas_of(unit_id: int, kind: str, known: Mapping[int, frozenset[str]]) -> frozenset[str]:
    """Places only widen: the list of places is never known to be complete, so what is not in it proves nothing."""
    return AREAS_OF_KIND.get(kind, frozenset()) | known.get(unit_id, frozenset())
