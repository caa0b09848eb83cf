"""What a row of a score sheet means in an .xlsx: one deduction at one place; rows of one place and day are one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from inspections.enums import AreaType, SheetState
from inspections.models import CheckSheet, Item, StandardVersion, month_key
from inspections.published import published_words
from inspections.resources import not_in_use, text_field
from inspections.workflow.places import find_place
from inspections.workflow.sheets import Line
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import ASSESSED_KINDS, Unit


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as read; without an item it says that the place lost nothing."""

    unit: Unit
    area: str
    place_name: str
    checked_on: date
    assessors: str
    item: Item | None
    deduction: Decimal
    reason: str

    @property
    def point(self) -> tuple[int, str, str, date]:
        return self.unit.pk, self.area, self.place_name, self.checked_on


def to_day(raw: Any) -> date | None:
    moment = values.to_datetime(raw)
    return moment.date() if isinstance(moment, datetime) else moment


class CheckSheetResource(SheetResource):
    checked_on = SheetField(
        FieldSpec("checked_on", "检查日期", ("日期", "检查时间"), required=True, example="2026-03-10", kind="date"),
        to_day,
    )
    unit = text_field(
        "unit", "被检单位", ("责任单位", "单位", "被检查单位"), required=True, example="湖滨街道", longest=120
    )
    area = SheetField(
        FieldSpec("area", "区域类型", ("区域", "点位类型"), required=True, example="主次干道", kind="choice"),
        partial(values.to_choice, choices=tuple(AreaType.choices)),
    )
    place = text_field(
        "place", "检查地点", ("具体地点", "地点", "点位"), required=True, example="示例路 12 号", longest=120
    )
    assessors = text_field(
        "assessors", "检查人", ("检查人员", "考评员"), required=True, example="查示例、考示例", longest=120
    )
    item = text_field("item", "小项", ("检查项目", "考评小项", "扣分项目"), example="店外经营", longest=60)
    deduction = SheetField(
        FieldSpec("deduction", "扣分", ("扣分值", "扣分(分)"), example="0.4", kind="decimal"),
        partial(values.to_decimal, places=2, minimum=0, maximum=100, units=("分",)),
    )
    reason = text_field("reason", "扣分原因", ("原因", "存在问题"), example="两处未清理", longest=200)

    def prepare(self) -> None:
        self.units = Unit.objects.by_name()
        self.versions = list(StandardVersion.objects.order_by("-valid_from"))
        self.words_of_month: dict[str, list[str]] = {}
        self.taken: dict[str, SheetRow] = {}  # by key: the first row of a place, day and item
        self.items: dict[int, dict[str, Item]] = {}
        for item in Item.objects.select_related("category"):
            names = self.items.setdefault(item.category.version_id, {})
            names[item.code] = names[item.name] = item

    def facts(self, row: CheckedRow, values: dict[str, Any]) -> None:
        unit, day = self.units.get(values["unit"]), values["checked_on"]
        if unit is None:
            row.problems.append(("unit", f"没有“{values['unit']}”这个单位。请用单位名称、简称或别名。"))
        elif unit.kind not in ASSESSED_KINDS:
            words = f"“{values['unit']}”不是考评对象。请填街道、管理处、景区保护中心、农业委员会或中队。"
            row.problems.append(("unit", words))
        elif words := not_in_use(unit, day):
            row.problems.append(("unit", words))
        if day > timezone.localdate():
            row.problems.append(("checked_on", "检查日期晚于今天。请核对年份和日期。"))
        deduction = values["deduction"] or Decimal(0)
        item = self._item(row, values["item"] or "", day, values["area"], deduction)
        if row.problems or unit is None:
            return
        facts = SheetRow(
            unit, values["area"], values["place"], day, values["assessors"], item, deduction, values["reason"] or ""
        )
        key = "\x1f".join([*map(str, facts.point), item.code if item else ""])
        first = self.taken.setdefault(key, facts)
        if item is not None and (first.deduction, first.reason) != (facts.deduction, facts.reason):
            words = f"这张评分表里小项“{item.name}”已有一行，扣分或原因不同。请合并成一行，扣分相加。"
            row.problems.append(("item", words))
            return
        row.facts, row.key = facts, key
        values |= {"unit": unit, "item": item}
        row.warnings = tuple(self._published(month_key(day)))

    def _published(self, month: str) -> list[str]:
        if month not in self.words_of_month:
            self.words_of_month[month] = published_words([month])
        return self.words_of_month[month]

    def _item(self, row: CheckedRow, name: str, day: date, area: str, deduction: Decimal) -> Item | None:
        """The item in force on the day; the deduction must fit it. None for a row without an item."""
        version = next(
            (v for v in self.versions if v.valid_from <= day and (not v.valid_to or day <= v.valid_to)), None
        )
        if version is None:
            words = f"{day}没有施行中的考评标准。请先导入标准，或核对检查日期。"
            row.problems.append(("checked_on", words))
            return None
        if not name:
            if deduction:
                row.problems.append(("item", "有扣分，请填小项名称或代码。"))
            return None
        item = self.items.get(version.pk, {}).get(name)
        if item is None:
            row.problems.append(("item", f"{day}施行的考评标准里没有小项“{name}”。请用标准里的小项名称或代码。"))
        elif area not in item.areas:
            row.problems.append(("area", f"小项“{name}”不适用于这个区域（适用：{item.area_labels}）。"))
        elif not 0 < deduction <= item.cap:
            row.problems.append(
                (
                    "deduction",
                    f"扣分应大于 0，不超过上限 {item.cap.normalize():f}（扣完为止）；不扣分的这行请空着小项。",
                )
            )
        return item

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        """Rows of a place and day whose sheet is there already; a sheet is corrected on its page, not by import."""
        if not rows:
            return set()
        days = [row.facts.checked_on for row in rows]
        stored = CheckSheet.objects.exclude(state=SheetState.VOIDED).filter(
            checked_on__range=(min(days), max(days) + timedelta(days=1))
        )
        points = set(stored.values_list("unit", "area", "place_name", "checked_on"))
        return {row.key for row in rows if row.facts.point in points}


def grouped(rows: Sequence[SheetRow]) -> list[tuple[CheckSheet, list[Line]]]:
    """Unsaved sheets with their lines, in the order in which their places come first."""
    by_point: dict[tuple[int, str, str, date], list[SheetRow]] = {}
    for row in rows:
        by_point.setdefault(row.point, []).append(row)
    return [
        (sheet_of(same[0]), [Line(r.item, r.deduction, r.reason) for r in same if r.item]) for same in by_point.values()
    ]


def sheet_of(row: SheetRow) -> CheckSheet:
    return CheckSheet(
        unit=row.unit,
        area=row.area,
        place_name=row.place_name,
        place=find_place(row.place_name, row.area, row.checked_on),
        checked_on=row.checked_on,
        assessors=row.assessors,
    )
