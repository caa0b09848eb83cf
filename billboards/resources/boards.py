"""What a row of a ledger of boards means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from billboards.enums.boards import AdCategory, BoardKind, Condition, RightSource
from billboards.models import Board
from billboards.sizing import Face, area_of
from config.identity import check_credit_code
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import STREET_KINDS, Unit
from staff.resources.people import day, full_number, text

# How ledgers call things, beside the words of our own choices.
SPOKEN = {
    "高炮": BoardKind.COLUMN, "单立柱": BoardKind.COLUMN, "立柱": BoardKind.COLUMN, "三面翻": BoardKind.COLUMN,
    "楼顶": BoardKind.ROOF, "屋顶": BoardKind.ROOF, "楼顶广告": BoardKind.ROOF, "墙体": BoardKind.WALL, "墙面": BoardKind.WALL,
    "墙体广告": BoardKind.WALL, "落地": BoardKind.GROUND, "立式": BoardKind.GROUND, "落地牌": BoardKind.GROUND,
    "LED": BoardKind.SCREEN, "LED屏": BoardKind.SCREEN, "LED显示屏": BoardKind.SCREEN, "走字屏": BoardKind.SCREEN,
    "电子屏": BoardKind.SCREEN, "霓虹": BoardKind.NEON, "发光字": BoardKind.NEON, "横幅": BoardKind.CLOTH, "布幅": BoardKind.CLOTH,
    "喷绘": BoardKind.CLOTH, "条幅": BoardKind.CLOTH, "道旗": BoardKind.FLAG, "灯杆旗": BoardKind.FLAG, "天桥": BoardKind.BRIDGE,
    "桥体": BoardKind.BRIDGE, "候车亭": BoardKind.SHELTER, "公交站台": BoardKind.SHELTER, "阅报栏": BoardKind.KIOSK,
    "围挡": BoardKind.HOARDING, "工地围挡": BoardKind.HOARDING, "龙门架": BoardKind.GANTRY, "跨街": BoardKind.GANTRY,
    "车身": BoardKind.VEHICLE, "拱门": BoardKind.INFLATABLE, "气模": BoardKind.INFLATABLE, "店招": BoardKind.SHOP_SIGN,
    "招牌": BoardKind.SHOP_SIGN, "门头": BoardKind.SHOP_SIGN, "门头招牌": BoardKind.SHOP_SIGN, "门牌": BoardKind.BUILDING_NAME,
    "导视牌": BoardKind.GUIDE, "指示牌": BoardKind.GUIDE, "牛皮癣": BoardKind.STICKER, "公益": BoardKind.PUBLIC,
}  # fmt: skip


def kind_of(raw: Any) -> str | None:
    known = SPOKEN.get(values.to_text(raw)) if raw not in (None, "") else None
    return known or values.to_choice(
        raw, choices=tuple((v, str(label)) for v, label in BoardKind.choices), default=None
    )


def kind_field(name: str, label: str, *aliases: str) -> SheetField:
    words = tuple(str(label) for _, label in BoardKind.choices)
    return SheetField(
        FieldSpec(name, label, aliases, required=True, example="墙体（墙面）广告", kind="choice", choices=words),
        kind_of,
    )


def choice(
    name: str, label: str, *aliases: str, choices: Sequence[tuple[str, Any]], default: str, example: str
) -> SheetField:
    words = tuple((value, str(each)) for value, each in choices)
    spec = FieldSpec(name, label, aliases, example=example, kind="choice", choices=tuple(each for _, each in words))
    return SheetField(spec, partial(values.to_choice, choices=words, default=default))


def metres(
    name: str, label: str, *aliases: str, required: bool = False, example: str = "", most: int = 500, places: int = 2
) -> SheetField:
    spec = FieldSpec(name, label, aliases, required=required, example=example, kind="decimal")
    return SheetField(
        spec,
        partial(
            values.to_decimal,
            minimum=Decimal(0),
            maximum=Decimal(most),
            places=places,
            units=("米", "m", "m2", "平方米"),
        ),
    )


class GroundResource(SheetResource):
    """Rows that name a street office and perhaps a community."""

    def prepare(self) -> None:
        self.units = Unit.objects.by_name()
        self.today = timezone.localdate()

    def street_of(self, row: CheckedRow, name: str) -> Unit | None:
        unit = self.units.get(name)
        if unit is None or unit.kind not in STREET_KINDS:
            row.problems.append(("street", f"没有“{name}”这个街道（管理处）。请用名称、简称或别名。"))
            return None
        row.values["street"] = unit
        return unit

    def community_of(self, row: CheckedRow, name: str | None, street: Unit | None) -> Unit | None:
        if not name:
            return None
        unit = self.units.get(name)
        if unit is None or street is None or unit.parent_id != street.pk:
            row.problems.append(("community", f"“{name}”不是这个街道的社区。请核对。"))
            return None
        row.values["community"] = unit
        return unit

    def template_specs(self) -> list[FieldSpec]:
        names = [unit.label for unit in Unit.objects.active_on(self.today).filter(kind__in=STREET_KINDS)]
        return [spec.with_choices(names) if spec.name == "street" else spec for spec in self.specs()]


class BoardResource(GroundResource):
    kind = kind_field("kind", "类型", "广告类型", "设置形式", "设施类型", "形式")
    name = text(
        "name", "名称（内容）", "名称", "内容", "广告内容", "店名", required=True, example="示例商场", longest=80
    )
    street = text("street", "属地街道", "街道", "所属街道", "属地", required=True, example="湖滨街道", longest=60)
    community = text("community", "社区", "所属社区", example="", longest=60)
    road = text("road", "路段", "道路", "路名", example="南湖大道", longest=40)
    address = text("address", "位置", "设置地点", "地址", "地点", required=True, example="南湖大道 12 号", longest=120)
    width = metres("width", "宽（米）", "宽", "长", "长（米）", required=True, example="12")
    height = metres("height", "高（米）", "高", required=True, example="4")
    faces = SheetField(
        FieldSpec("faces", "面数", ("面",), example="1", kind="integer"),
        partial(values.to_integer, minimum=1, maximum=60, units=("面",)),
    )
    area = metres("area", "总面积（㎡）", "面积", "面积（㎡）", "总面积", example="48", most=100_000, places=20)
    category = choice(
        "category", "广告类别", "类别", choices=AdCategory.choices, default=AdCategory.COMMERCIAL, example="商业"
    )
    setter = text("setter", "设置人", "设置单位", example="示例广告公司", longest=80)
    setter_code = full_number("setter_code", "设置人统一社会信用代码", "信用代码", example="", longest=18)
    contact = text("contact", "联系人", example="", longest=30)
    phone = full_number("phone", "联系电话", "电话", example="", longest=20)
    owner = text("owner", "产权人", "所有人", example="", longest=80)
    publisher = text("publisher", "发布人", "发布单位", example="", longest=80)
    right_source = choice("right_source", "点位取得方式", "取得方式", choices=RightSource.choices, default=RightSource.UNKNOWN, example="协议")  # fmt: skip
    installed_on = day("installed_on", "设置日期", "设置时间", "建成时间", example="2023-05-01")
    permit_number = text("permit_number", "许可文号", "批准文号", "审批文号", example="", longest=60)
    permit_from = day("permit_from", "许可自", "批准时间", example="")
    permit_to = day("permit_to", "许可至", "到期时间", "有效期至", example="")
    condition = choice(
        "condition", "完好情况", "现状", choices=Condition.choices, default=Condition.SOUND, example="完好"
    )
    note = text("note", "备注", example="", longest=200)

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        street = self.street_of(row, cells["street"])
        community = self.community_of(row, cells["community"], street)
        faces = self.faces_of(row, cells)
        self.check_facts(row, cells)
        if row.problems or street is None:
            return
        same = (
            "kind",
            "name",
            "address",
            "category",
            "right_source",
            "condition",
            "installed_on",
            "permit_from",
            "permit_to",
        )
        words = ("road", "setter", "setter_code", "contact", "phone", "owner", "publisher", "permit_number", "note")
        board = Board(
            street=street,
            community=community,
            registered_on=self.today,
            **{name: cells[name] for name in same},
            **{name: cells[name] or "" for name in words},
        )
        row.facts, row.key = (board, faces), key_of(board)

    def faces_of(self, row: CheckedRow, cells: dict[str, Any]) -> list[Face]:
        """The faces of a row; its area must be their sum, as far as the ledger has rounded it."""
        width, height, count = cells["width"], cells["height"], cells["faces"] or 1
        if not width or not height:
            row.problems.append(("width", "宽和高应大于 0。"))
            return []
        total = area_of(width, height) * count
        if cells["area"] is not None and not is_rounded(cells["area"], width * height * count, total):
            row.problems.append(
                ("area", f"{width:f}×{height:f}×{count}面 是 {total:f} ㎡，表里写的是 {cells['area']:f} ㎡。请核对。")
            )
        return [Face(width, height)] * count

    def check_facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        if cells["setter_code"] and (problem := check_credit_code(cells["setter_code"])):
            row.problems.append(("setter_code", problem))
        if cells["installed_on"] and cells["installed_on"] > self.today:
            row.problems.append(("installed_on", "设置日期晚于今天。请核对年份。"))
        if cells["permit_number"] and cells["permit_to"] is None:
            row.problems.append(("permit_to", "填了许可文号的，请填到期日期。"))
        if cells["permit_from"] and cells["permit_to"] and cells["permit_to"] < cells["permit_from"]:
            row.problems.append(("permit_to", "到期日期早于起始日期。请核对。"))

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        places = {row.facts[0].address for row in rows}
        return {key_of(board) for board in Board.objects.recorded().filter(removed_on=None, address__in=places)}


def is_rounded(said: Decimal, *sums: Decimal) -> bool:
    """Whether an area is one of these sums to its own places: 50.6 or 51 of 50.635."""
    places = min(max(-int(said.normalize().as_tuple().exponent), 0), 2)
    slack = max(Decimal(5).scaleb(-places - 1), Decimal("0.01"))
    return any(abs(said - each) <= slack for each in sums)


def key_of(board: Board) -> str:
    """What makes a board the same one when its ledger comes twice."""
    return f"{board.street_id}|{board.kind}|{board.name}|{board.address}"
