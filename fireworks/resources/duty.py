"""What a row of a duty sheet means: grids, posts, people on the roster, and the roster itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from fireworks.crews import Member, UnknownName, by_name, read_crew
from fireworks.enums import PostKind, RosterState
from fireworks.models import DutyPerson, Grid, Post, Slot
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import Unit, UnitKind
from staff.resources.people import choice, day, full_number, text

YES_NO = (("yes", "是"), ("no", "否"))
POST_KINDS = tuple((value, str(label)) for value, label in PostKind.choices)


def whole(name: str, label: str, *aliases: str, example: str = "", default: int = 1) -> SheetField:
    spec = FieldSpec(name, label, aliases, example=example, kind="integer")
    return SheetField(spec, partial(values.to_integer, minimum=1, maximum=500, default=default, units=("人", "名")))


def coordinate(name: str, label: str, *aliases: str, limit: int, example: str) -> SheetField:
    spec = FieldSpec(name, label, aliases, example=example, kind="decimal")
    return SheetField(spec, partial(values.to_decimal, places=6, minimum=-limit, maximum=limit))


def crew_key(crew: Iterable[Member]) -> list[tuple[int, str, int]]:
    return sorted((each.person.pk, each.role, each.substitute.pk if each.substitute else 0) for each in crew)


def in_use(grid: Grid, on: date | None) -> bool:
    """On that day; where none is given, today and on."""
    return grid.valid_to is None if on is None else grid.valid_from <= on <= (grid.valid_to or on)


class Grids:
    """Grids as sheets name them: by code, or by name where only one bears it (each community may have its 第一网格)."""

    def __init__(self) -> None:
        self.by_code: dict[str, Grid] = {}
        self.by_name: dict[str, list[Grid]] = {}
        for grid in Grid.objects.select_related("community__parent"):
            self.by_code[grid.code] = grid
            self.by_name.setdefault(grid.name, []).append(grid)

    def named(
        self, row: CheckedRow, word: str | None, *, on: date | None = None, missing: str = "请先登记或导入网格。"
    ) -> Grid | None:
        """The grid of a cell; None for an empty one, and where the row then says what is wrong with the word.

        Of several with one name those in use on the row's day (`on`) are meant; without a day, those not retired.
        """
        if not word:
            return None
        found = [self.by_code[word]] if word in self.by_code else self.by_name.get(word, [])
        found = [each for each in found if in_use(each, on)] or found
        if len(found) > 1:
            row.problems.append(("grid", f"有 {len(found)} 个网格叫“{word}”。请写网格编号，如“{found[0].code}”。"))
        elif not found:
            row.problems.append(("grid", f"没有“{word}”这个网格。{missing}"))
        row.values["grid"] = found[0] if len(found) == 1 else None
        return row.values["grid"]


class GridResource(SheetResource):
    code = text("code", "编号", "网格编号", required=True, example="YS-01", longest=20)
    name = text("name", "网格", "网格名称", "名称", required=True, example="月山一网格", longest=40)
    community = text("community", "所属社区", "社区", required=True, example="月山社区", longest=60)
    head = text("head", "网格长", "负责人", example="张示例", longest=30)
    head_phone = full_number("head_phone", "网格长电话", "电话", "联系电话", example="", longest=20)
    valid_from = day("valid_from", "启用日期", example="2026-01-01")

    def prepare(self) -> None:
        names = Unit.objects.by_name()
        self.communities = {name: unit for name, unit in names.items() if unit.kind == UnitKind.COMMUNITY}

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        community = self.communities.get(cells["community"])
        if community is None:
            row.problems.append(("community", f"没有“{cells['community']}”这个社区。新社区请先在基础数据里登记。"))
            return
        row.key, cells["community"] = cells["code"], community
        row.facts = Grid(
            code=cells["code"],
            name=cells["name"],
            community=community,
            head=cells["head"] or "",
            head_phone=cells["head_phone"] or "",
            valid_from=cells["valid_from"] or date(2024, 1, 1),
        )

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        return set(Grid.objects.values_list("code", flat=True))


class PostResource(SheetResource):
    grid = text("grid", "网格", "网格编号", "网格名称", required=True, example="YS-01", longest=40)
    kind = choice("kind", "类别", "岗位类别", choices=POST_KINDS, required=True, example="小区出入口")
    name = text("name", "岗位", "岗位名称", "点位", "名称", required=True, example="东门", longest=40)
    minimum_staff = whole("minimum_staff", "最少人数", "人数", example="2")
    needs_certificate = choice("needs_certificate", "须有持证人员", "持证", choices=YES_NO, example="否", default="no")
    duties = text("duties", "职责", "岗位职责", example="劝阻燃放，发现炮情立即上报", longest=2000)
    latitude = coordinate("latitude", "纬度", limit=90, example="29.357104")
    longitude = coordinate("longitude", "经度", limit=180, example="113.128730")

    def prepare(self) -> None:
        self.grids = Grids()

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        grid = self.grids.named(row, cells["grid"])
        if (cells["latitude"] is None) != (cells["longitude"] is None):
            row.problems.append(("latitude", "纬度和经度须同时填写。"))
        if row.problems or grid is None:
            return
        row.key = f"{grid.pk}:{cells['name']}"
        row.facts = Post(
            grid=grid,
            kind=cells["kind"],
            name=cells["name"],
            minimum_staff=cells["minimum_staff"],
            needs_certificate=cells["needs_certificate"] == "yes",
            duties=cells["duties"] or "",
            latitude=cells["latitude"],
            longitude=cells["longitude"],
        )

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        return {f"{grid}:{name}" for grid, name in Post.objects.values_list("grid", "name")}


class DutyPersonResource(SheetResource):
    """People of other agencies; those of the bureau are chosen from the register on their page."""

    name = text("name", "姓名", required=True, example="李示例", longest=30)
    agency = text("agency", "单位", "所在单位", required=True, example="月山社区", longest=60)
    phone = full_number("phone", "电话", "手机号", "联系电话", example="", longest=20)
    has_certificate = choice("has_certificate", "持证", "外单位持证", choices=YES_NO, example="否", default="no")
    is_auxiliary = choice("is_auxiliary", "协管", "协管、辅警、志愿者", choices=YES_NO, example="否", default="no")
    grid = text("grid", "常驻网格", "网格", example="YS-01", longest=40)

    def prepare(self) -> None:
        self.grids = Grids()

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        grid = self.grids.named(row, cells["grid"])
        if row.problems:
            return
        row.key = f"{cells['name']}:{cells['agency']}"
        row.facts = DutyPerson(
            name=cells["name"],
            agency=cells["agency"],
            phone=cells["phone"] or "",
            has_certificate=cells["has_certificate"] == "yes",
            is_auxiliary=cells["is_auxiliary"] == "yes",
            home_grid=grid,
        )

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        return {f"{name}:{agency}" for name, agency in DutyPerson.objects.values_list("name", "agency")}


class RosterResource(SheetResource):
    """The exported list of posts and shifts, with the people typed in; only drafts are written to."""

    day = day("day", "日期", required=True, example="2026-02-16")
    grid = text("grid", "网格", required=True, example="月山一网格", longest=40)
    post = text("post", "岗位", "点位", example="东门", longest=40)
    shift = text("shift", "班次", required=True, example="除夕夜班", longest=20)
    names = text("names", "人员", "值守人员", "姓名", required=True, example="张示例（带班）、李示例", longest=300)

    def prepare(self) -> None:
        self.known = by_name()
        self.slots: dict[tuple[date, str, str, str], list[Slot]] = {}
        for slot in Slot.objects.filter(roster__state=RosterState.DRAFT).with_names():
            post = slot.post.name if slot.post else "巡查"
            for grid in {slot.grid.name, slot.grid.code}:
                for shift in {slot.shift.name, slot.shift.code}:
                    self.slots.setdefault((slot.day, grid, post, shift), []).append(slot)

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        post = cells["post"] or "巡查"
        words = f"{cells['day']}“{cells['grid']} {post} {cells['shift']}”"
        found = self.slots.get((cells["day"], cells["grid"], post, cells["shift"]), [])
        if not found:
            row.problems.append(("grid", f"草稿里没有{words}。请先生成岗班，或核对名称。"))
            return
        if len(found) > 1:
            row.problems.append(("grid", f"草稿里有 {len(found)} 个{words}，分不清是哪一个。{self.advice(found)}"))
            return
        (slot,) = found
        try:
            crew = read_crew(cells["names"], self.known)
        except UnknownName as problem:
            row.problems.append(("names", str(problem)))
            return
        row.key = f"{slot.pk}:{crew_key(crew)}"
        row.facts = (slot, crew)
        cells |= {"grid": None, "post": None, "shift": None, "names": None}

    def advice(self, slots: Sequence[Slot]) -> str:
        """What to write, or to do, where one line names several slots."""
        if len({slot.grid_id for slot in slots}) > 1:
            return f"网格同名的写网格编号，如“{slots[0].grid.code}”。"
        if len({slot.shift_id for slot in slots}) > 1:
            return f"班次同名的写班次代号，如“{slots[0].shift.code}”。"
        return "两张草稿里都有这一天的，请先发布一张，或在页面上排。"

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        """Cells that already stand so."""
        slots = {row.facts[0].pk: row.facts[0] for row in rows}
        return {
            f"{pk}:{crew_key(Member(each.person, each.role, each.substitute) for each in slot.assignments.all())}"
            for pk, slot in slots.items()
        }
