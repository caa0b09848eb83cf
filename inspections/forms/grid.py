"""The desk's grid: rows mean what the same rows mean on an imported sheet, because the same resource reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms

from inspections.enums import RoundState
from inspections.models import Finding, Round
from inspections.registrar import FindingEntry, Histories
from inspections.resources import FindingResource
from inspections.workflow.grid import register_grid
from staff.imports.kinds import CheckedRow
from staff.models import User

MOST_ROWS = 300
COLUMNS = (
    "found_at",
    "unit",
    "area",
    "item",
    "place",
    "count",
    "description",
    "severe",
    "handling",
    "source",
    "found_by",
)
ZERO = Decimal(0)


@dataclass(slots=True)
class RowAnswer:
    """What a row came to. `known`: registered before, or twice in this grid; it is passed over, not refused."""

    number: int
    problems: list[tuple[str, str]] = field(default_factory=list)
    known: bool = False
    entry: FindingEntry | None = None
    points: Decimal = ZERO
    recurrence: int = 0
    still_open: bool = False  # the same problem is registered and open: to be said, as a sheet may repeat it
    parts: list[tuple[str, Decimal]] = field(default_factory=list)
    note: str = ""  # to whom it goes, where that is not the unit typed

    @property
    def good(self) -> bool:
        return self.entry is not None and not self.known

    def as_plain(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "problems": self.problems,
            "known": self.known,
            "points": f"{self.points.normalize():f}" if self.good else "",
            "recurrence": self.recurrence,
            "still_open": self.still_open,
            "note": self.note,
        }


class GridForm(forms.Form):
    rows = forms.JSONField(label="行")
    mode = forms.ChoiceField(label="保存方式", choices=[("all", "全部"), ("valid", "只存正确的行")], required=False)
    round = forms.ModelChoiceField(
        Round.objects.filter(state=RoundState.OPEN), label="考评轮次", required=False, empty_label="本月日常"
    )

    def clean_rows(self) -> list[dict[str, Any]]:
        rows = self.cleaned_data["rows"]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise forms.ValidationError("没有读懂表格内容。请刷新页面后再试，已填的内容还在。")
        if len(rows) > MOST_ROWS:
            raise forms.ValidationError(f"一次最多 {MOST_ROWS} 行，现在是 {len(rows)} 行。更多的请用“导入问题”。")
        return rows

    def check(self) -> list[RowAnswer]:
        """Every row read, with its problems or its points; nothing is stored."""
        resource = FindingResource()
        resource.prepare()
        checked = [
            resource.check(index, {name: str(row.get(name, "")).strip() for name in COLUMNS})
            for index, row in enumerate(self.cleaned_data["rows"])
        ]
        answers = [RowAnswer(row.number, list(row.problems), entry=row.facts) for row in checked]
        self._mark_known(resource, checked, answers)
        self._price(resource, [answer for answer in answers if answer.good])
        return answers

    def _mark_known(self, resource: FindingResource, checked: Sequence[CheckedRow], answers: list[RowAnswer]) -> None:
        seen = resource.known_keys([row for row in checked if row.facts is not None])
        for row, answer in zip(checked, answers, strict=True):
            if row.facts is not None:
                answer.known = row.key in seen
                seen.add(row.key)

    def _price(self, resource: FindingResource, good: list[RowAnswer]) -> None:
        """Points and shares as registering will store them, recurrences included."""
        registrar, histories = resource.registrar, Histories()
        ordered = sorted(good, key=lambda answer: answer.entry.found_at)  # type: ignore[union-attr]
        histories.load([answer.entry for answer in ordered if answer.entry], registrar)
        names = {unit.pk: unit.label for unit in resource.units.values()}
        for answer in ordered:
            entry = answer.entry
            if entry is None:
                continue
            entry.round_id = self.cleaned_data["round"].pk if self.cleaned_data["round"] else None
            answer.still_open = histories.still_open(entry, registrar)
            answer.recurrence = histories.recurrence(entry, registrar)
            answer.points = registrar.points(entry, answer.recurrence).points
            responsible = registrar.responsibility(entry)
            answer.parts = [(names[unit], part) for unit, part in responsible.parts(answer.points).items()]
            if responsible.left_out:
                passed_over = "、".join(names[unit] for unit in responsible.left_out)
                answer.note = f"{passed_over}不承担这一处，按责任划分记 {names[responsible.lead]}。"

    def save(self, answers: list[RowAnswer], *, by: User) -> list[Finding] | None:
        """The findings registered; None if rows are wrong and all were to be saved. Refused as the workflow says."""
        if any(answer.problems for answer in answers) and self.cleaned_data["mode"] != "valid":
            return None
        entries = [answer.entry for answer in answers if answer.good and answer.entry]
        return register_grid(entries, by=by) if entries else []


def totals(answers: Sequence[RowAnswer]) -> list[dict[str, Any]]:
    """What the rows cost each unit, the most first."""
    sums: dict[str, Decimal] = {}
    for answer in answers:
        for unit, part in answer.parts:
            sums[unit] = sums.get(unit, ZERO) + part
    ordered = sorted(sums.items(), key=lambda pair: -pair[1])
    return [{"unit": unit, "points": f"{points.normalize():f}"} for unit, points in ordered]
