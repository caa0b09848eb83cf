"""What a row of a register of rules means: a document's first version, a revision or a repeal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from staff.enums import RuleCategory, RuleChange, RuleNature
from staff.imports.kinds import CheckedRow
from staff.models import Regulation, RegulationVersion
from staff.resources.people import OfficeResource, choice, day, text


@dataclass(frozen=True)
class RuleEntry:
    regulation: Regulation  # unsaved; of a later version only its code matters
    version: RegulationVersion
    change: str


class RegulationResource(OfficeResource):
    code = text("code", "编号", "制度编号", required=True, example="制01", longest=20)
    title = text("title", "名称", "制度名称", "标题", required=True, example="公文办理制度", longest=100)
    category = choice("category", "类别", "分类", choices=RuleCategory.choices, required=True, example="办公")
    nature = choice("nature", "性质", choices=RuleNature.choices, example="制度", default=RuleNature.RULE.value)
    unit = text("unit", "主办科室", "责任科室", "科室", required=True, example="办公室", longest=60)
    document_number = text("document_number", "文号", "发文字号", example="示城管〔2026〕1号", longest=60)
    issued_on = day("issued_on", "印发日期", "发文日期", required=True, example="2026-01-05")
    effective_on = day("effective_on", "施行日期", "生效日期", example="2026-01-10")
    change = choice("change", "变动", choices=RuleChange.choices, example="新增", default=RuleChange.NEW.value)
    change_note = text("change_note", "修订说明", "说明", longest=300)

    def prepare(self) -> None:
        super().prepare()
        self.last: dict[str, RegulationVersion] = {}
        for version in RegulationVersion.objects.select_related("regulation").defer("text").order_by("version"):
            self.last[version.regulation.code] = version
        self.on_sheet: set[str] = set()
        self.new_on_sheet: dict[str, tuple[str, int]] = {}  # code → key and number of the row that brings it in

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        owner = self.named_unit(row, cells["unit"])
        effective = cells["effective_on"] or cells["issued_on"]
        change, code = cells["change"] or RuleChange.NEW.value, cells["code"]
        if effective < cells["issued_on"]:
            row.problems.append(("effective_on", "施行日期不得早于印发日期。"))
        if any(character in code for character in " |{}"):
            row.problems.append(("code", "编号不能有空格、竖线和花括号。"))
        if change != RuleChange.NEW and not cells["change_note"]:
            row.problems.append(("change_note", "修订和废止须写明说明。"))
        if change != RuleChange.NEW and code not in self.last and code not in self.on_sheet:
            row.problems.append(("code", f"没有编号“{code}”的制度，不能修订或废止。请先登记为新增。"))
        if row.problems or owner is None:
            return
        self.on_sheet.add(code)
        version = RegulationVersion(
            title=cells["title"],
            document_number=cells["document_number"] or "",
            issued_on=cells["issued_on"],
            effective_on=effective,
            change_note=cells["change_note"] or "",
        )
        regulation = Regulation(code=code, category=cells["category"], owner=owner, nature=cells["nature"])
        row.facts = RuleEntry(regulation, version, change)
        row.key = f"{code}|{change}|{effective}"
        self.check_new(row, row.facts)
        last = self.last.get(code)
        known = last is not None and self._known(row.key)
        if change == RuleChange.NEW and last is not None and not known:
            row.problems.append(("code", f"编号“{code}”已是《{last.title}》。修订的请在“变动”里填“修订”。"))
        if change != RuleChange.NEW and last is not None and not known:
            if last.change == RuleChange.REPEALED:
                row.problems.append(("code", f"《{last.title}》已废止，不能再修订或废止。"))
            elif effective < last.effective_on:
                row.problems.append(("effective_on", f"施行日期不得早于上一版的施行日期（{last.effective_on}）。"))

    def check_new(self, row: CheckedRow, entry: RuleEntry) -> None:
        """One code comes in once on a sheet; the same row twice is told as a repetition."""
        if entry.change != RuleChange.NEW:
            return
        code = entry.regulation.code
        first, number = self.new_on_sheet.setdefault(code, (row.key, row.number))
        if first != row.key:
            row.problems.append(("code", f"第 {number} 行已新增编号“{code}”。修订的请在“变动”里填“修订”。"))

    def _known(self, key: str) -> bool:
        code, change, effective = key.rsplit("|", 2)
        return RegulationVersion.objects.filter(regulation__code=code, change=change, effective_on=effective).exists()

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        return {row.key for row in rows if self._known(row.key)}
