"""What a row of a sheet of outside scores means: 月份, 单位, 项目, and the score or 数字城管's four counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils import timezone

from config.periods import Period
from inspections.models import ComponentInput, InputKind
from inspections.workflow.inputs import InputRow, check_row, row_of
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import Unit
from staff.refusals import Refused


def text(name: str, label: str, *aliases: str, example: str, longest: int, required: bool = True) -> SheetField:
    spec = FieldSpec(name, label, aliases, required=required, example=example)
    return SheetField(spec, partial(values.to_text, max_length=longest))


def cases(name: str, label: str, *aliases: str, example: str) -> SheetField:
    spec = FieldSpec(name, label, aliases, example=example, kind="integer")
    return SheetField(spec, partial(values.to_integer, units=("件", "条", "宗")))


class InputResource(SheetResource):
    month = SheetField(
        FieldSpec("month", "月份", ("考评月份", "年月", "所属月份"), required=True, example="2026-03"), values.to_month
    )
    unit = text("unit", "单位", "责任单位", "被考评单位", "街道", example="湖滨街道", longest=60)
    kind = SheetField(
        FieldSpec("kind", "项目", ("考评项目", "类别"), required=True, example="投诉与曝光", kind="choice"),
        partial(values.to_choice, choices=tuple(InputKind.choices)),
    )
    score = SheetField(
        FieldSpec("score", "得分", ("分数", "考评得分"), example="96", kind="decimal"),
        partial(values.to_decimal, places=4, minimum=0, maximum=100, units=("分",)),
    )
    due = cases("due", "应结案", "应结案数", "应结件数", example="")
    closed = cases("closed", "结案", "结案数", "已结案", example="")
    in_time = cases("in_time", "按期结案", "按期结案数", "按时结案", example="")
    reworked = cases("reworked", "返工", "返工数", example="")
    source = text("source", "来源文件", "依据", "文件", "数据来源", example="数字城管中心2026年3月通报", longest=200)

    def prepare(self) -> None:
        assessed = set(Unit.objects.assessed().values_list("pk", flat=True))
        self.units = {name: unit for name, unit in Unit.objects.by_name().items() if unit.pk in assessed}
        self.this_month = f"{timezone.localdate():%Y-%m}"

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        unit = self.units.get(cells["unit"])
        if unit is None:
            row.problems.append(("unit", f"没有“{cells['unit']}”这个被考评单位。请用单位名称、简称或别名。"))
        if cells["month"] > self.this_month and cells["kind"] != InputKind.INNOVATION:
            row.problems.append(("month", f"{Period.parse(cells['month']).label}还没有到。请核对年份和月份。"))
        numbers = tuple(cells[name] for name in ("due", "closed", "in_time", "reworked"))
        given = [number is not None for number in numbers]
        if any(given) and not all(given):
            row.problems.append(("due", "应结案、结案、按期结案、返工四个数要填齐。"))
        if not any(given) and cells["score"] is None:
            row.problems.append(("score", "没有得分，也没有件数。没有数据的单位不用列。"))
        if row.problems or unit is None:
            return
        counts = numbers if all(given) else None
        entry = InputRow(cells["month"], unit, cells["kind"], cells["score"], counts, cells["source"])
        try:
            check_row(entry)
        except Refused as refusal:
            row.problems.append(("due" if counts else "score", str(refusal)))
            return
        row.facts, row.key, cells["unit"] = entry, key_of(entry), unit

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        """Rows that are stored already, word for word; a changed score is no repetition but a correction."""
        months = {row.facts.month for row in rows}
        stored = ComponentInput.objects.filter(month__in=months).select_related("unit")
        return {key_of(row_of(each)) for each in stored}

    def template_specs(self) -> list[FieldSpec]:
        lists = {
            "unit": [unit.label for unit in Unit.objects.assessed().active_on(timezone.localdate())],
            "kind": [str(label) for label in InputKind.labels],
        }
        return [spec.with_choices(lists[spec.name]) if spec.name in lists else spec for spec in self.specs()]


def key_of(row: InputRow) -> str:
    return f"{row.month}|{row.unit.pk}|{row.kind}|{row.words}|{row.source}"
