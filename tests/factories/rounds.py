"""Places, rounds and score sheets for tests; made through the workflow, as everywhere."""

from datetime import date
from decimal import Decimal

from inspections.enums import AreaType, RoundKind
from inspections.models import CheckSheet, Place, Round
from inspections.workflow import places, rounds, sheets
from tests.factories.inspections import ItemFactory
from tests.factories.staff import UnitFactory


def make_place(*, unit=None, shares=None, by=None, **facts):
    """A place under one unit, or with the shares given as (unit, share[, item code])."""
    number = make_place.counter = getattr(make_place, "counter", 0) + 1
    defaults = {"name": f"样例点位{number}", "area": AreaType.MAIN_ROAD, "valid_from": date(2026, 1, 1)}
    lines = shares or [(unit or UnitFactory(), 1)]
    table = [places.Share(each[0].pk, Decimal(str(each[1])), *each[2:]) for each in lines]
    return places.save_place(Place(**{**defaults, **facts}), table, by=by)


def make_round(*, by=None, opened=True, **facts):
    defaults = {
        "name": "样例轮次",
        "kind": RoundKind.DAILY,
        "start": date(2026, 3, 1),
        "end": date(2026, 3, 31),
        "seed": 7,
        "areas": [],
    }
    made, _ = rounds.plan_round(Round(**{**defaults, **facts}), by=by)
    return rounds.open_round(made, by=by) if opened else made


def make_sheet(*, by=None, lines=(), confirmed=False, **facts):
    """A sheet with lines given as (item, deduction)."""
    number = make_sheet.counter = getattr(make_sheet, "counter", 0) + 1
    defaults = {
        "area": AreaType.MAIN_ROAD,
        "place_name": f"样例检查点{number}",
        "checked_on": date(2026, 3, 10),
        "assessors": "查示例、考示例",
    }
    unit = facts.pop("unit", None) or UnitFactory()
    ItemFactory(code="A10")  # a standard is in force
    sheet = CheckSheet(**{**defaults, **facts, "unit": unit})
    table = [sheets.Line(item, Decimal(str(deduction)), "样例原因") for item, deduction in lines]
    sheets.save_sheet(sheet, table, by=by)
    return sheets.move_sheet(sheet, "confirm", by=by) if confirmed else sheet
