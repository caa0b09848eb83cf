"""What a row of a tally sheet or of a sheet of historical figures means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from reports.models import HistoricalFigure, Measure, TallyEntry
from reports.names import check_name, name_in, offered_figures
from reports.workflow.plans import month_problem
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import Unit
from staff.resources.people import day, text

MOST = Decimal(99_999_999_999)  # what the registers hold before the point


def number(name: str, label: str, *aliases: str, example: str, units: Sequence[str] = ()) -> SheetField:
    spec = FieldSpec(name, label, aliases, required=True, example=example, kind="decimal")
    return SheetField(spec, partial(values.to_decimal, minimum=Decimal(0), maximum=MOST, places=3, units=tuple(units)))


COUNT_WORDS = (
    "平方米", "人次", "台次", "车次", "篇次", "块次", "万元", "吨", "㎡", "个", "件", "处", "起", "家", "份", "条", "块", "辆", "次",
    "户", "人", "台", "宗", "元", "米",
)  # fmt: skip


class TallyResource(SheetResource):
    """A squad's sheet: day, measure by name (or 任务·指标 where two share a name), quantity, unit."""

    happened_on = day("happened_on", "日期", "时间", "登记日期", required=True, example="2026-03-05")
    measure = text("measure", "指标", "项目", "工作内容", "类别", required=True, example="清理占道经营", longest=60)
    quantity = number("quantity", "数量", "数", "本日数", example="12", units=COUNT_WORDS)
    measured = text("measured", "计量单位", "单位（计量）", example="处", longest=6)
    unit = text("unit", "单位", "填报单位", "中队", "责任单位", required=True, example="执法一中队", longest=60)
    place = text("place", "地点", "位置", "路段", example="示例大道", longest=120)
    note = text("note", "说明", "备注", example="", longest=200)

    def prepare(self) -> None:
        self.today = timezone.localdate()
        self.units = Unit.objects.by_name()
        self.by_name: dict[str, list[Measure]] = {}
        for measure in Measure.objects.filter(active=True, task__voided_at=None).select_related("task"):
            for name in (measure.name, f"{measure.task.title}·{measure.name}", measure.code):
                self.by_name.setdefault(name, []).append(measure)

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        measure, unit = self.named_measure(row, cells["measure"]), self.units.get(cells["unit"])
        if unit is None:
            row.problems.append(("unit", f"没有“{cells['unit']}”这个单位。请用单位名称、简称或别名。"))
        if cells["happened_on"] > self.today:
            row.problems.append(("happened_on", "日期晚于今天。请核对年份。"))
        if measure is None or row.problems:
            return
        self.check_measure(row, measure, cells)
        if row.problems or unit is None:
            return
        kept = {name: cells[name] or "" for name in ("place", "note")}
        entry = TallyEntry(
            measure=measure, unit=unit, happened_on=cells["happened_on"], quantity=cells["quantity"], **kept
        )
        row.facts, row.key = entry, key_of(entry)
        cells |= {"measure": measure.pk, "unit": unit, "measured": None}

    def named_measure(self, row: CheckedRow, name: str) -> Measure | None:
        found = self.by_name.get(name, [])
        if len(found) == 1:
            return found[0]
        if not found:
            row.problems.append(
                ("measure", f"没有“{name}”这个指标。请用重点工作里登记的指标名称；新指标请办公室先加。")
            )
        else:
            tasks = "、".join(f"{each.task.title}·{each.name}" for each in found)
            row.problems.append(("measure", f"有 {len(found)} 项任务都有“{name}”，请写成其中一个：{tasks}。"))
        return None

    def check_measure(self, row: CheckedRow, measure: Measure, cells: dict[str, Any]) -> None:
        written = (cells["measured"] or measure.unit_of_count).replace("平方米", "㎡")
        if written != measure.unit_of_count.replace("平方米", "㎡"):
            words = f"“{measure.name}”按“{measure.unit_of_count}”计，表里写的是“{cells['measured']}”。请核对。"
            row.problems.append(("measured", words))
        closed = measure.task.closed_on
        if closed and cells["happened_on"] > closed:
            row.problems.append(("happened_on", f"“{measure.task.title}”已于 {closed} 办结，之后的日期不再登记。"))

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        days = [row.facts.happened_on for row in rows]
        if not days:
            return set()
        stored = TallyEntry.objects.recorded().filter(happened_on__range=(min(days), max(days)))
        return {key_of(entry) for entry in stored}

    def template_specs(self) -> list[FieldSpec]:
        names = [name for name, found in self.by_name.items() if len(found) == 1 and name == found[0].name]
        return [spec.with_choices(names) if spec.name == "measure" and names else spec for spec in self.specs()]


def key_of(entry: TallyEntry) -> str:
    """What makes an entry the same one when its sheet comes twice."""
    quantity = entry.quantity.normalize()
    return f"{entry.happened_on}|{entry.measure_id}|{quantity:f}|{entry.unit_id}|{entry.place}|{entry.note}"


class HistoryResource(SheetResource):
    figure = text("figure", "数据名称", "数据", "编号", required=True, example="查找案件", longest=160)
    month = SheetField(FieldSpec("month", "月份", ("年月", "时间"), required=True, example="2024-03"), values.to_month)
    value = number("value", "数值", "数量", "数", example="126", units=COUNT_WORDS)
    source = text("source", "来源文件", "来源", "出处", required=True, example="2024年上半年工作总结第3页", longest=120)
    checked_by = text("checked_by", "核对人", "审核人", required=True, example="员示例", longest=40)

    def prepare(self) -> None:
        self.known: dict[str, str] = {}
        self.offered = offered_figures()

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        name = name_in(cells["figure"], self.offered)
        if name not in self.known:
            self.known[name] = check_name(name)
        if self.known[name]:
            row.problems.append(("figure", self.known[name]))
        if problem := month_problem(cells["month"]):
            row.problems.append(("month", problem))
        if row.problems:
            return
        row.facts = HistoricalFigure(**{**cells, "figure": name})
        row.key, cells["figure"] = f"{name}|{cells['month']}", name

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        months = {row.facts.month for row in rows}
        stored = HistoricalFigure.objects.recorded().filter(month__in=months)
        return {f"{each.figure}|{each.month}" for each in stored}
