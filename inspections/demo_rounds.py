"""Places, monthly rounds and score sheets of the demo bureau, so that every assessed unit has a monthly check score.

Deterministic, and written through the same doors as everything else. Positions lie inside the district's outline.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time
from decimal import Decimal
from random import Random

from django.utils import timezone

from inspections.district import is_outside
from inspections.enums import AreaType, RoundKind
from inspections.models import CheckSheet, Item, Place, Round, RoundVisit
from inspections.workflow import places, rounds, sheets
from staff.models import Unit, UnitKind

MONTHS = tuple(date(2026, month, 1) for month in range(1, 7))
ASSESSORS = "查示例、考示例"
STREET_AREAS = ("ZG", "XJ", "SQ", "CC", "JH", "TD")
CHECKED_AREAS = ["ZG", "XJ", "SQ", "JQ", "SY", "GQ"]
PER_AREA = 2
NAMES = {
    "ZG": "样例大道", "XJ": "样板巷", "SQ": "示例社区", "CC": "试点村", "JH": "范例路口", "TD": "铁道边示例段",
    "JQ": "湖岸示例园", "SY": "示例湖湾", "GQ": "样例水塘",
}  # fmt: skip
REASONS = ("两处未及时清理", "责任人不在场", "整改后又出现", "现场三处", "保洁频次不够")
CENTRE = (Decimal("29.320"), Decimal("113.120"))


def seed(random: Random | None = None) -> tuple[int, int]:
    """Store places and sheets; returns how many of each. Runs in the caller's transaction, after units and standard."""
    chance = random or Random(20260306)
    made = _seed_places(chance)
    count = sum(_seed_month(chance, month) for month in MONTHS)
    return made, count


def _position(chance: Random) -> tuple[Decimal, Decimal]:
    """A point of the district; drawn again until it lies inside."""
    while True:
        latitude = CENTRE[0] + Decimal(chance.randrange(-40_000, 40_000)) / 1_000_000
        longitude = CENTRE[1] + Decimal(chance.randrange(-55_000, 55_000)) / 1_000_000
        if not is_outside(latitude, longitude):
            return latitude, longitude


def _areas_of(unit: Unit) -> tuple[str, ...]:
    if unit.kind == UnitKind.SCENIC_CENTRE:
        return AreaType.SCENIC * 2
    return ("GQ",) if unit.kind == UnitKind.AGRICULTURE else STREET_AREAS


def _seed_places(chance: Random) -> int:
    """Two places a unit and area type, four of each in the scenic area: some seventy."""
    made = 0
    for unit in Unit.objects.assessed().exclude(kind=UnitKind.SQUAD).order_by("order"):
        for area in _areas_of(unit):
            for _ in range(2):
                made += 1
                latitude, longitude = _position(chance)
                place = Place(
                    name=f"{NAMES[area]}{made}号",
                    area=area,
                    latitude=latitude,
                    longitude=longitude,
                    valid_from=date(2025, 1, 1),
                )
                places.save_place(place, [places.Share(unit.pk, Decimal(1))], by=None)
    return made


def _seed_month(chance: Random, month: date) -> int:
    """A round of the month, drawn, visited and closed, with a sheet for each visit and two for each squad."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    planned = Round(
        name=f"{month.year}年{month.month}月集中检查",
        kind=RoundKind.MONTHLY,
        start=month,
        end=last,
        assessors=ASSESSORS,
        areas=CHECKED_AREAS,
        per_area=PER_AREA,
        seed=month.month,
    )
    made, _ = rounds.plan_round(planned, by=None)
    made = rounds.open_round(made, by=None)
    visits = list(made.visits.select_related("unit__squad", "place", "round"))
    count = 0
    for number, visit in enumerate(visits):
        day = month.replace(day=10 + number % 12)
        _visit(visit, day)
        count += _sheet(chance, made, visit.unit, visit.place, day)
    count += _seed_squads(chance, made, visits, month.replace(day=24))
    rounds.close_round(made, by=None)
    return count


def _seed_squads(chance: Random, made: Round, visits: list[RoundVisit], day: date) -> int:
    """A squad is checked at main roads and communities of its territory, equally many for each."""
    count = 0
    for squad in Unit.objects.filter(kind=UnitKind.SQUAD).order_by("order"):
        for area in ("ZG", "SQ"):
            own = [visit.place for visit in visits if visit.unit.squad_id == squad.pk and visit.area == area]
            count += sum(_sheet(chance, made, squad, place, day) for place in own[:1])
    return count


def _visit(visit: RoundVisit, day: date) -> None:
    visit.visited_by = ASSESSORS
    rounds.record_visit(visit, by=None, visited_at=timezone.make_aware(datetime.combine(day, time(9, 30))))


def _sheet(chance: Random, made: Round, unit: Unit, place: Place | None, day: date) -> int:
    """One confirmed sheet with a few deductions; better units lose less."""
    if place is None:
        return 0
    version_items = Item.objects.select_related("category").order_by("code")
    items = [item for item in version_items if place.area in item.areas]
    lines = [
        sheets.Line(item, min(item.cap, item.deduct * chance.randint(1, 4)), chance.choice(REASONS))
        for item in chance.sample(items, min(len(items), chance.randint(2, 5)))
    ]
    sheet = CheckSheet(
        round=made, unit=unit, area=place.area, place=place, place_name=place.name, checked_on=day, assessors=ASSESSORS
    )
    sheets.save_sheet(sheet, lines, by=None)
    sheets.move_sheet(sheet, "confirm", by=None)
    return 1
