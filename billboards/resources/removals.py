"""What a row of an old ledger of removals (拆除台账) means: a fact, taken as it was written, with the flaw that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from billboards.enums.boards import BoardLife, Measure, RemovalMode
from billboards.models import Board, Removal
from billboards.resources.boards import GroundResource, choice, metres
from billboards.workflow.removals import Gate, flaw_of
from config.display import bare_number
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField
from staff.models import Unit
from staff.resources.people import day, text

# How ledgers call the ways, beside our own words.
MODES = tuple((value, str(label)) for value, label in RemovalMode.choices)
SPOKEN = {
    word: str(mode.label)
    for mode, words in (
        (RemovalMode.VOLUNTARY, ("自拆", "劝拆")),
        (RemovalMode.ASSISTED, ("助拆", "帮拆")),
        (RemovalMode.COERCIVE, ("强拆", "强制拆除")),
        (RemovalMode.CLEARED, ("清理", "即时清理")),
        (RemovalMode.OWNERLESS, ("无主", "无主拆除")),
        (RemovalMode.EMERGENCY, ("排险", "应急")),
    )
    for word in words
}
MUST_SAY_WHY = (RemovalMode.EMERGENCY, RemovalMode.OWNERLESS)
UNSAID = "原台账没有写明"


class RemovalResource(GroundResource):
    removed_on = day("removed_on", "拆除日期", "日期", "清理日期", "拆除时间", required=True, example="2024-05-08")
    what = text(
        "what", "拆除对象", "对象", "名称", "广告内容", "店名", required=True, example="示例商场楼顶广告", longest=80
    )
    code = text("code", "设施编码", "编码", example="", longest=40)
    place = text("place", "地点", "位置", "地址", required=True, example="南湖大道 12 号", longest=120)
    street = text("street", "属地街道", "街道", required=True, example="湖滨街道", longest=60)
    mode = SheetField(
        FieldSpec("mode", "拆除方式", ("方式", "处置方式"), required=True, example="自行拆除", kind="choice", choices=tuple(label for _, label in MODES)),
        partial(values.to_choice, choices=MODES, synonyms=SPOKEN),
    )  # fmt: skip
    quantity = SheetField(
        FieldSpec("quantity", "数量", ("拆除数量",), required=True, example="1", kind="integer"),
        partial(values.to_integer, minimum=1, maximum=100_000, units=("块", "条", "处", "个", "面")),
    )
    measure = choice(
        "measure", "计量", "计量单位", "单位", choices=Measure.choices, default=Measure.PIECE, example="块"
    )
    area = metres("area", "面积（㎡）", "面积", "拆除面积", example="48", most=100_000)
    case_number = text("case_number", "案号", "外部案号", "案件编号", example="", longest=60)
    consent_on = day("consent_on", "书面同意日期", "同意日期", example="")
    reason = text("reason", "紧急情形（查找、公告情况）", "紧急情形", "公告情况", example="", longest=200)
    note = text("note", "说明", "备注", example="", longest=200)

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        street = self.street_of(row, cells["street"])
        board = self.board_of(row, cells["code"])
        for name, label in (("removed_on", "拆除日期"), ("consent_on", "书面同意日期")):
            if cells[name] and cells[name] > self.today:
                row.problems.append((name, f"{label}晚于今天。请核对年份。"))
        if row.problems or street is None:
            return
        removal = self.removal_of(row, cells, street, board)
        _, flaw = flaw_of(removal, Gate())
        if flaw:
            row.warnings += (f"照登，并记为程序瑕疵：{flaw}",)
        row.facts, row.key = removal, key_of(removal)
        row.meaning = f"{street.label}，{removal.get_mode_display()} {removal.quantity} {removal.get_measure_display()}"

    def board_of(self, row: CheckedRow, code: str | None) -> Board | None:
        """The board of the ledger that came down; only one that still stands can."""
        if not code:
            return None
        board = Board.objects.recorded().filter(code=code).first()
        if board is None:
            row.problems.append(("code", f"台账里没有编码“{code}”。请核对，或者留空。"))
        elif board.life == BoardLife.REMOVED:
            row.problems.append(("code", f"{code}已登记拆除（{board.removed_on}）。"))
        return board

    def removal_of(self, row: CheckedRow, cells: dict[str, Any], street: Unit, board: Board | None) -> Removal:
        same = ("removed_on", "what", "place", "mode", "quantity", "measure", "consent_on")
        words = {name: cells[name] or "" for name in ("case_number", "reason", "note")}
        if cells["mode"] in MUST_SAY_WHY and not words["reason"]:
            words["reason"] = UNSAID
            row.warnings += (f"没有写紧急情形（查找、公告情况），记为“{UNSAID}”。",)
        return Removal(
            board=board,
            street=street,
            area=cells["area"] or Decimal(0),
            **{name: cells[name] for name in same},
            **words,
        )

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        days = {row.facts.removed_on for row in rows}
        return {key_of(removal) for removal in Removal.objects.recorded().filter(removed_on__in=days)}


def key_of(removal: Removal) -> str:
    """What makes a removal the same one when its ledger comes twice. Two of a day and place differ in how much it was."""
    amount = f"{removal.quantity}{removal.measure}|{bare_number(removal.area)}"
    return f"{removal.removed_on}|{removal.street_id}|{removal.place}|{removal.what}|{removal.mode}|{amount}"
