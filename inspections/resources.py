"""What a row of an assessment sheet means (现场检查表 and the export of our own list)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from config import clock
from config.clock import local, local_day
from inspections.enums import AreaType, Handling, Source
from inspections.models import Finding, Item, Place, StandardVersion, fingerprint, month_key
from inspections.published import published_words
from inspections.recurrence import bare_words
from inspections.registrar import FindingEntry, Registrar
from inspections.responsibility import ResponsibilityError
from inspections.workflow.rounds import RoundBook
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import Unit

KNOWN_CHUNK = 5_000
YES_NO = {"是": True, "否": False, "√": True, "严重": True, "一般": False, "Y": True, "N": False, "": False}


def to_yes_no(raw: Any) -> bool:
    text = values.to_text(raw)
    if text not in YES_NO:
        raise values.ValueProblem(f"“{text}”看不懂，请填“是”或“否”。")
    return YES_NO[text]


def text_field(
    name: str, label: str, aliases: Sequence[str] = (), *, required: bool = False, example: str = "", longest: int
) -> SheetField:
    spec = FieldSpec(name, label, tuple(aliases), required=required, example=example, kind="text")
    return SheetField(spec, partial(values.to_text, max_length=longest))


class FindingResource(SheetResource):
    found_at = SheetField(
        FieldSpec(
            "found_at",
            "检查日期",
            ("发现日期", "发现时间", "检查时间", "日期", "时间"),
            required=True,
            example="2026-03-05 09:30",
            kind="datetime",
        ),
        values.to_datetime,
    )
    unit = text_field(
        "unit",
        "责任单位",
        ("被检单位", "被检查单位", "单位", "责任主体"),
        required=True,
        example="湖滨街道",
        longest=120,
    )
    area = SheetField(
        FieldSpec(
            "area", "区域类型", ("区域", "地段类型", "点位类型"), required=True, example="主次干道", kind="choice"
        ),
        partial(values.to_choice, choices=tuple(AreaType.choices)),
    )
    place = text_field(
        "place",
        "具体地点",
        ("地点", "点位", "问题地点", "位置"),
        required=True,
        example="示例路 12 号门前",
        longest=120,
    )
    item = text_field(
        "item",
        "小项",
        ("检查项目", "考评小项", "问题类别", "小类", "扣分项目"),
        required=True,
        example="店外经营",
        longest=60,
    )
    description = text_field(
        "description", "存在问题", ("问题描述", "问题", "问题内容", "情况"), example="货物摆出门槛线", longest=300
    )
    count = SheetField(
        FieldSpec("count", "数量", ("数量/单位", "处数", "件数"), example="1", kind="integer"),
        partial(
            values.to_integer,
            minimum=1,
            maximum=9_999,
            default=1,
            units=("处", "台", "块", "起", "家", "座", "户", "项", "次", "台次", "人次"),
        ),
    )
    severe = SheetField(FieldSpec("severe", "是否严重", ("严重", "严重情形"), example="否", kind="choice"), to_yes_no)
    source = SheetField(
        FieldSpec("source", "问题来源", ("来源", "发现渠道"), example="日常巡查", kind="choice"),
        partial(values.to_choice, choices=tuple(Source.choices), default=Source.OWN_PATROL),
    )
    handling = SheetField(
        FieldSpec("handling", "处理方式", ("处置方式", "处理"), example="交办整改", kind="choice"),
        partial(values.to_choice, choices=tuple(Handling.choices), default=Handling.ORDER),
    )
    points = SheetField(
        FieldSpec("points", "扣分", ("扣分值", "扣分(分)"), example="", kind="decimal"),
        partial(values.to_decimal, places=4, minimum=0, maximum=100, units=("分",)),
    )
    due_at = SheetField(FieldSpec("due_at", "整改时限", ("整改期限", "限期"), kind="datetime"), values.to_datetime)
    closed_at = SheetField(
        FieldSpec("closed_at", "销号时间", ("整改完成时间", "完成时间", "复查合格时间"), kind="datetime"),
        values.to_datetime,
    )
    found_by = text_field("found_by", "检查人", ("检查人员", "考评员"), example="查示例、考示例", longest=60)

    def prepare(self) -> None:
        self.registrar = Registrar()
        self.units = Unit.objects.by_name()
        self.items = self._items_by_version()
        self.versions = list(StandardVersion.objects.order_by("-valid_from"))
        self.rounds = RoundBook()
        self.places: dict[tuple[str, str], list[tuple[date, date | None, int]]] = {}
        known = Place.objects.order_by("pk").values_list("area", "name", "valid_from", "valid_to", "pk")
        for area, name, *used in known:
            self.places.setdefault((area, bare_words(name)), []).append((used[0], used[1], used[2]))
        self.now = timezone.now()
        self.labels = {unit.pk: f"由{unit.label}牵头" for unit in self.units.values()}
        self.words_of_month: dict[str, list[str]] = {}

    def _published(self, month: str) -> list[str]:
        if month not in self.words_of_month:
            self.words_of_month[month] = published_words([month])
        return self.words_of_month[month]

    def _items_by_version(self) -> dict[int, dict[str, Item]]:
        """version id → item code and item name → item."""
        found: dict[int, dict[str, Item]] = {}
        for item in Item.objects.select_related("category"):
            names = found.setdefault(item.category.version_id, {})
            names[item.code] = names[item.name] = item
        return found

    def facts(self, row: CheckedRow, values: dict[str, Any]) -> None:
        moments = {name: aware(values.get(name)) for name in ("found_at", "due_at", "closed_at")}
        widen_bare_dates(moments)
        self._check_times(row, moments)
        self._check_handling(row, values.get("handling"), moments)
        item = self._item(row, values["item"], moments["found_at"])
        units = self._units(row, values["unit"], moments["found_at"])
        if item is None or not units or row.problems:
            return
        if values["area"] not in item.areas:
            row.problems.append(
                ("area", f"小项“{item.name}”不适用于{AreaType(values['area']).label}（适用：{item.area_labels}）。")
            )
            return
        entry = FindingEntry(
            item=item,
            area=values["area"],
            units=tuple(unit.pk for unit in units),
            place=values["place"],
            description=values["description"] or "",
            severe=values["severe"],
            count=values["count"],
            source=values["source"],
            handling=values.get("handling") or Handling.ORDER,
            found_at=moments["found_at"],
            found_by=values["found_by"] or "",
            due_at=moments["due_at"],
            closed_at=moments["closed_at"],
            known_place=self._place(values["area"], values["place"], local_day(moments["found_at"])),
        )
        self._settle(row, entry, values.get("points"))

    def _place(self, area: str, name: str, day: date) -> int | None:
        """The place of that name that was in use on the row's own day."""
        known = self.places.get((area, bare_words(name)), ())
        return next((pk for start, end, pk in known if start <= day and (end is None or day <= end)), None)

    def _settle(self, row: CheckedRow, entry: FindingEntry, stated: Any) -> None:
        """Who answers, what it costs, and whether the sheet's own deduction agrees."""
        try:
            lead = self.registrar.responsibility(entry).lead
        except ResponsibilityError as problem:
            row.problems.append(("unit", str(problem)))
            return
        highest = entry.item.severe_deduct * entry.count * 6
        if stated is not None and stated > highest:
            row.problems.append(("points", f"扣分 {stated:f} 超出该小项可能的最高值 {highest:f}。请核对。"))
            return
        row.facts = entry
        row.meaning = self.labels[lead]
        row.warnings = tuple(self._published(month_key(entry.found_on)))
        row.key = fingerprint(
            found_on=entry.found_on,
            lead_unit_id=lead,
            item_id=entry.item.pk,
            area=entry.area,
            place=entry.place,
            description=entry.description,
        )
        row.values |= {"unit": frozenset(entry.units), "item": entry.item.pk, "place": None, "description": None}

    def _check_times(self, row: CheckedRow, moments: dict[str, datetime | None]) -> None:
        found, closed, due = moments["found_at"], moments["closed_at"], moments["due_at"]
        if found is None:
            return
        if refusal := self.rounds.refusal(found):
            row.problems.append(("found_at", refusal))
        if words := ahead(found, self.now):
            row.problems.append(("found_at", f"检查日期{words}。请核对年份、日期和时间。"))
        if closed is not None and closed < found:
            row.problems.append(("closed_at", "销号时间早于检查日期。请核对。"))
        if closed is not None and (words := ahead(closed, self.now)):
            row.problems.append(("closed_at", f"销号时间{words}。请核对年份、日期和时间。"))
        if due is not None and due < found:
            row.problems.append(("due_at", "整改时限早于检查日期。请核对。"))

    def _check_handling(self, row: CheckedRow, handling: Any, moments: dict[str, datetime | None]) -> None:
        """即查即改 rests on its photos, which a sheet cannot bring; what is only deducted has nothing to be closed."""
        if handling == Handling.SPOT:
            words = "即查即改要附整改前后照片，表格里附不了。请用“登记考评问题”或现场录入；补录早已整改的，填“交办整改”并写明销号时间。"
            row.problems.append(("handling", words))
        if handling == Handling.DEDUCT and moments["closed_at"] is not None:
            row.problems.append(("closed_at", "处理方式为“只扣分”的不整改，没有销号时间。请核对处理方式或销号时间。"))

    def _item(self, row: CheckedRow, name: str, found_at: datetime | None) -> Item | None:
        if found_at is None:
            return None
        day = local_day(found_at)
        version = next(
            (v for v in self.versions if v.valid_from <= day and (v.valid_to is None or day <= v.valid_to)), None
        )
        if version is None:
            row.problems.append(("found_at", f"{day}没有施行中的考评标准。请先在“考评标准”里导入。"))
            return None
        item = self.items.get(version.pk, {}).get(name)
        if item is None:
            row.problems.append(("item", f"考评标准里没有小项“{name}”。请用标准里的小项名称或代码（如 A01）。"))
        return item

    def _units(self, row: CheckedRow, names: str, found_at: datetime | None) -> list[Unit]:
        found, day = [], local_day(found_at or self.now)
        for name in split_names(names):
            unit = self.units.get(name)
            if unit is None:
                row.problems.append(
                    ("unit", f"没有“{name}”这个单位。请用单位名称、简称或别名；新单位请先在基础数据里登记。")
                )
            elif words := not_in_use(unit, day):
                row.problems.append(("unit", words))
            else:
                found.append(unit)
        return found

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        """Fingerprints of the sheet that the register holds, voided findings aside."""
        if not rows:
            return set()
        days = [row.facts.found_on for row in rows]
        stored = Finding.objects.counted().found_between(min(days), max(days))
        if stored.order_by()[: 4 * len(rows) + 1].count() <= 4 * len(rows):
            return set(stored.values_list("fingerprint", flat=True).iterator())
        known: set[str] = set()
        for keys in chunks([row.key for row in rows], 500):
            known |= set(Finding.objects.counted().filter(fingerprint__in=keys).values_list("fingerprint", flat=True))
        return known

    def template_specs(self) -> list[FieldSpec]:
        """Drop-downs from the data: units that can answer, items of the standard in force, areas, sources."""
        today = timezone.localdate()
        version = StandardVersion.objects.in_force_on(today)
        items = list(Item.objects.filter(category__version=version).values_list("name", flat=True)) if version else []
        lists = {
            "unit": [unit.label for unit in Unit.objects.active_on(today).assessed()],
            "item": items,
            "area": AreaType.labels,
            "source": Source.labels,
            "severe": ["是", "否"],
            "handling": [Handling.ORDER.label, Handling.DEDUCT.label],
        }
        return [spec.with_choices(lists[spec.name]) if spec.name in lists else spec for spec in self.specs()]


def aware(moment: Any) -> datetime | None:
    """A sheet's date or time as an aware moment; a bare date is the start of the day."""
    if moment is None:
        return None
    full = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return clock.aware(full)


def ahead(moment: datetime, now: datetime) -> str:
    """How a moment lies ahead of us, "" if it does not; a bare date is the start of its day."""
    if moment <= now:
        return ""
    return "晚于今天" if local_day(moment) > local_day(now) else "晚于现在"


def not_in_use(unit: Unit, day: date) -> str:
    """Why a unit cannot answer for what was found on a day, "" if it can: the forms do not offer it either."""
    if unit.valid_to is not None and day > unit.valid_to:
        return f"“{unit.name}”已于 {unit.valid_to} 停用，{day}的问题请填当时负责的单位。"
    if day < unit.valid_from:
        return f"“{unit.name}”自 {unit.valid_from} 起启用，{day}的问题请填当时负责的单位。"
    return ""


def widen_bare_dates(moments: dict[str, datetime | None]) -> None:
    """A deadline without a time runs to the end of its day; a closing on the day of finding is not before it."""
    found, due, closed = moments["found_at"], moments["due_at"], moments["closed_at"]
    if due is not None and local(due).time() == time():
        moments["due_at"] = due + timedelta(days=1, minutes=-1)
    bare = closed is not None and local(closed).time() == time()
    if found is not None and closed is not None and bare and local_day(closed) == local_day(found):
        moments["closed_at"] = found


def split_names(text: str) -> list[str]:
    for mark in "，,；;/\n":
        text = text.replace(mark, "、")
    return [name.strip() for name in text.split("、") if name.strip()]


def chunks(keys: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
