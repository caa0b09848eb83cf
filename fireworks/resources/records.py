"""What a row of an incident sheet or of a publicity sheet means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from fireworks.enums import (
    PUBLICITY_MEASURES,
    FireworkKind,
    Handling,
    IncidentSource,
    PlaceKind,
    PublicityKind,
    Trigger,
)
from fireworks.models import Incident, PublicityEntry, incident_fingerprint
from fireworks.resources.duty import Grids
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import GROUND_KINDS, Unit
from staff.refusals import Refused
from staff.resources.people import day, text
from staff.workflow.records import check_moment

# How sheets call things, beside the words of our own choices.
SPOKEN = {
    "展板": "宣传展板", "条幅": "横幅", "标语": "横幅", "宣传册": "宣传册和资料", "宣传资料": "宣传册和资料", "资料": "宣传册和资料",
    "宣传单": "宣传册和资料", "公告": "公告通告", "通告": "公告通告", "LED": "LED屏", "电子屏": "LED屏", "LED显示屏": "LED屏",
    "流动宣传车": "宣传车", "入户": "入户宣传", "承诺": "承诺书",
    "婚": "婚庆", "结婚": "婚庆", "婚宴": "婚庆", "丧": "丧事", "白事": "丧事", "清明祭扫": "祭扫", "扫墓": "祭扫", "搬家": "乔迁",
    "爆竹": "鞭炮", "烟花爆竹": "多种", "礼炮": "电子礼炮", "小区": "居民区", "饭店": "酒店", "宾馆": "酒店", "商铺": "门店", "商店": "门店",
    "灵堂": "丧事点", "公墓": "墓地", "劝阻": "当场劝阻", "教育": "批评教育", "移交公安": "移交公安机关", "移送公安": "移交公安机关",
    "巡查": "值守巡查", "举报": "群众举报", "督办": "上级督办", "媒体": "媒体曝光", "转办": "部门转办",
}  # fmt: skip


def spoken_choice(raw: Any, *, choices: Sequence[tuple[str, str]], default: str | None = None) -> str | None:
    """A choice by its own label or by what sheets call it, as far as that is among these choices."""
    labels = {str(label) for _, label in choices}
    word = SPOKEN.get(values.to_text(raw), "") if raw not in (None, "") else ""
    return values.to_choice(word if word in labels else raw, choices=tuple(choices), default=default)


def choice(
    name: str,
    label: str,
    *aliases: str,
    choices: Sequence[tuple[str, Any]],
    required: bool = False,
    example: str = "",
    default: str | None = None,
) -> SheetField:
    words = tuple((value, str(each)) for value, each in choices)
    spec = FieldSpec(name, label, aliases, required=required, example=example, kind="choice",
                     choices=tuple(each for _, each in words))  # fmt: skip
    return SheetField(spec, partial(spoken_choice, choices=words, default=default))


def moment(name: str, label: str, *aliases: str, required: bool = False, example: str = "") -> SheetField:
    spec = FieldSpec(name, label, aliases, required=required, example=example, kind="datetime")
    return SheetField(spec, values.to_datetime)


def aware(raw: Any) -> datetime | None:
    """A sheet's date or time as an aware moment; a bare date is the start of the day."""
    if raw is None:
        return None
    return timezone.make_aware(raw) if timezone.is_naive(raw) else raw


class GroundResource(SheetResource):
    """Rows that name a unit of the ground, or one of our own."""

    def prepare(self) -> None:
        self.units = Unit.objects.by_name()
        self.today = timezone.localdate()

    def named_unit(self, row: CheckedRow, name: str | None) -> Unit | None:
        unit = self.units.get(name or "")
        if name and unit is None:
            row.problems.append(
                ("unit", f"没有“{name}”这个单位。请用单位名称、简称或别名；新单位请先在基础数据里登记。")
            )
        row.values["unit"] = unit
        return unit


class IncidentResource(GroundResource):
    found_at = moment("found_at", "发现时间", "时间", "日期", "发现日期", required=True, example="2026-02-16 20:30")
    place = text("place", "地点", "具体地点", "位置", "燃放地点", required=True, example="示例路 12 号", longest=120)
    unit = text("unit", "属地单位", "街道", "社区", "单位", "属地", example="湖滨街道", longest=60)
    grid = text("grid", "网格", "所属网格", example="", longest=40)
    place_kind = choice("place_kind", "场所", "场所类别", choices=PlaceKind.choices, example="居民区", default=PlaceKind.OTHER)  # fmt: skip
    trigger = choice(
        "trigger", "起因", "事由", "燃放原因", choices=Trigger.choices, example="丧事", default=Trigger.OTHER
    )
    kind = choice(
        "kind", "燃放种类", "种类", choices=FireworkKind.choices, example="鞭炮", default=FireworkKind.UNKNOWN
    )
    source = choice("source", "来源", "问题来源", choices=IncidentSource.choices, example="值守巡查", default=IncidentSource.PATROL)  # fmt: skip
    party = text("party", "当事人（单位）", "当事人", "业主", example="", longest=60)
    description = text("description", "情况", "情况说明", example="", longest=300)
    on_site_at = moment("on_site_at", "到场时间", example="2026-02-16 20:42")
    handling = choice("handling", "处置", "处置情况", "处理方式", choices=Handling.choices, example="当场劝阻")
    handled_by = text("handled_by", "处置人", "处理人", example="员示例", longest=60)

    def prepare(self) -> None:
        super().prepare()
        self.grids = Grids()

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        found, there = aware(cells["found_at"]), aware(cells["on_site_at"])
        try:
            check_moment(found, "found_at", "发现时间")
        except Refused as refusal:
            row.problems.append((refusal.field, str(refusal)))
        if found is not None and there is not None and there < found:
            row.problems.append(("on_site_at", "到场时间早于发现时间。请核对。"))
        on = timezone.localdate(found) if found is not None else None
        grid = self.grids.named(row, cells["grid"], on=on, missing="请用网格名称或编号。")
        unit = self.named_unit(row, cells["unit"]) or (grid and (grid.community.parent or grid.community))
        if unit is None and not row.problems:
            row.problems.append(("unit", "网格和属地单位至少填一个。"))
        if cells["handling"] and not cells["handled_by"]:
            row.problems.append(("handled_by", "填了处置的，要填处置人。"))
        if row.problems or found is None or unit is None:
            return
        kept = {name: cells[name] or "" for name in ("party", "description")}
        chosen = {name: cells[name] for name in ("place", "place_kind", "trigger", "kind", "source")}
        incident = Incident(found_at=found, unit=unit, grid=grid, on_site_at=there, **kept, **chosen)
        row.facts = (incident, cells["handling"] or "", cells["handled_by"] or "")
        row.key = incident_fingerprint(found_at=found, unit_id=unit.pk, place=incident.place, kind=incident.kind)

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        keys = [row.key for row in rows]
        return set(Incident.objects.recorded().filter(fingerprint__in=keys).values_list("fingerprint", flat=True))

    def template_specs(self) -> list[FieldSpec]:
        names = [unit.label for unit in Unit.objects.active_on(self.today).filter(kind__in=GROUND_KINDS)]
        return [spec.with_choices(names) if spec.name == "unit" else spec for spec in self.specs()]


class PublicityResource(GroundResource):
    held_on = day("held_on", "日期", "宣传日期", "时间", required=True, example="2026-02-10")
    kind = choice("kind", "形式", "宣传形式", "类别", choices=PublicityKind.choices, required=True, example="横幅")
    quantity = SheetField(
        FieldSpec("quantity", "数量", ("份数", "条数"), required=True, example="30", kind="integer"),
        partial(values.to_integer, minimum=1, units=("块次", "台次", "块", "条", "幅", "份", "张", "户")),
    )
    measure = text("measure", "计量单位", "单位（计量）", example="条", longest=6)
    unit = text("unit", "单位", "填报单位", "责任单位", required=True, example="湖滨街道", longest=60)
    place = text("place", "地点", "位置", "宣传地点", required=True, example="示例广场", longest=120)
    content = text("content", "内容", "宣传内容", example="禁炮通告", longest=200)

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        unit = self.named_unit(row, cells["unit"])
        own = PUBLICITY_MEASURES[cells["kind"]]
        written = (cells["measure"] or own).replace("幅", "条")
        if written != own:
            row.problems.append(
                (
                    "measure",
                    f"{PublicityKind(cells['kind']).label}按“{own}”计，表里写的是“{cells['measure']}”。请核对。",
                )
            )
        if cells["held_on"] > self.today:
            row.problems.append(("held_on", "日期晚于今天。请核对年份。"))
        if row.problems or unit is None:
            return
        kept = {name: cells[name] for name in ("held_on", "kind", "quantity", "place")}
        row.facts = PublicityEntry(unit=unit, content=cells["content"] or "", **kept)
        row.key = key_of(row.facts)

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        days = [row.facts.held_on for row in rows]
        if not days:
            return set()
        stored = PublicityEntry.objects.recorded().filter(held_on__range=(min(days), max(days)))
        return {key_of(entry) for entry in stored}


def key_of(entry: PublicityEntry) -> str:
    """What makes an entry the same one when its sheet comes twice."""
    return f"{entry.held_on}|{entry.kind}|{entry.quantity}|{entry.unit_id}|{entry.place}"
