"""What a row of a road register means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from permits.kinds import RoadGrade, RoadManager
from permits.models import Road
from permits.resources.results import choice
from staff.imports.kinds import CheckedRow, SheetResource
from staff.models import Unit
from staff.resources.people import day, text


class RoadResource(SheetResource):
    name = text("name", "道路名称", "道路", "路名", required=True, example="示例路", longest=60)
    stretch = text("stretch", "起止", "起止点", "路段", example="示例一路至示例二路", longest=100)
    grade = choice("grade", "道路等级", "等级", choices=RoadGrade.choices, required=True, example="次干路")
    manager = choice("manager", "管理单位", "管理", "管养单位", choices=RoadManager.choices, example="区管", default=RoadManager.DISTRICT)  # fmt: skip
    opened_on = day("opened_on", "交付使用日期", "交付日期", "竣工日期", "通车日期", example="2021-05-01")
    overhauled_on = day("overhauled_on", "大修竣工日期", "大修日期", example="")
    street = text("street", "所属街道", "街道", example="湖滨街道", longest=60)
    source = text("source", "资料来源", "依据", example="移交清单", longest=120)
    note = text("note", "备注", longest=200)

    def prepare(self) -> None:
        self.units = Unit.objects.by_name()

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        street = self.units.get(cells["street"] or "")
        if cells["street"] and street is None:
            row.problems.append(("street", f"没有“{cells['street']}”这个街道。请用单位名称、简称或别名。"))
        opened, overhauled = cells["opened_on"], cells["overhauled_on"]
        if opened and overhauled and overhauled < opened:
            row.problems.append(("overhauled_on", "大修竣工日期早于交付使用日期。请核对。"))
        if row.problems:
            return
        if opened is None:
            row.warnings += ("没有交付使用日期，系统不能核对五年禁挖期。",)
        kept = {name: cells[name] or "" for name in ("name", "stretch", "grade", "manager", "source", "note")}
        row.facts = Road(street=street, opened_on=opened, overhauled_on=overhauled, **kept)
        row.key, cells["street"] = key_of(row.facts), street

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        return {key_of(road) for road in Road.objects.all()}


def key_of(road: Road) -> str:
    return f"{road.name}|{road.stretch}"
