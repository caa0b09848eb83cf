"""Forms of scores: rules, rewards, the grid of scores from outside, bulletins, confirmations; they own all reading of POST."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone

from config.inputs import DATE, MONTH
from config.periods import Period
from inspections.checksheet import CheckSheet
from inspections.enums import AreaType, ConfirmWay, Source
from inspections.models import Bulletin, ComponentInput, InputKind, RewardRule, ScoringRuleSet, SheetConfirmation
from inspections.scoring import plain
from inspections.workflow import bulletins, check_sheets, inputs, rules
from staff.models import Unit, User
from staff.refusals import Refused, show_refusal

# Headings of the rules' form, each with what the names of its fields begin with.
RULE_GROUPS = (
    ("版本", ("name", "source", "valid_from")),
    ("权重", ("weight_", "bonus_cap", "year_weight", "innovation_weight")),
    ("取舍和名次", ("rounding", "ties", "exposure_threshold")),
    ("整改扣分", ("late_", "send_back_", "false_report_", "rectification_cap")),
    ("区域系数", ("area_",)),
    ("来源倍数（与反复倍数取大，不连乘）", ("source_",)),
    ("反复", ("recurrence_",)),
)


class RulesForm(forms.ModelForm):
    """One version of the scoring rules: each area, source and recurrence has a field of its own."""

    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = ScoringRuleSet
        fields = [
            "name",
            "source",
            "valid_from",
            "weight_daily",
            "weight_monthly",
            "weight_digital",
            "weight_complaints",
            "weight_key_work",
            "bonus_cap",
            "year_weight",
            "innovation_weight",
            "rounding",
            "ties",
            "exposure_threshold",
            "recurrence_days",
            "late_per_further_day",
            "late_ceiling",
            "send_back_points",
            "false_report_points",
            "rectification_cap",
        ]
        widgets = {"valid_from": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance
        for area in AreaType:
            self._number(f"area_{area.value}", str(area.label), stored.area_coefficients.get(area.value))
        for source in Source:
            self._number(f"source_{source.value}", str(source.label), stored.source_multipliers.get(source.value))
        for index, label in enumerate(("首次", "第一次反复", "第二次及以后反复")):
            known = stored.recurrence_multipliers
            self._number(f"recurrence_{index}", label, known[index] if index < len(known) else None, least=1)
        self.fields["seen"].initial = stored.saved
        for name, field in self.fields.items():
            if isinstance(field, forms.DecimalField) and name in self.initial and self.initial[name] is not None:
                self.initial[name] = plain(Decimal(self.initial[name]))

    def _number(self, name: str, label: str, value: str | None, *, least: int = 0) -> None:
        """A factor as findings store it: two decimals, below 100."""
        self.fields[name] = forms.DecimalField(
            label=label, initial=value, min_value=least, max_digits=4, decimal_places=2
        )

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The fields under their headings, for the page."""
        for heading, starts in RULE_GROUPS:
            exact = [name for name in self.fields if name in starts]
            begun = [name for name in self.fields if name.startswith(tuple(s for s in starts if s.endswith("_")))]
            yield heading, [self[name] for name in (*exact, *begun)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            self.instance.area_coefficients = {a.value: plain(data[f"area_{a.value}"]) for a in AreaType}
            self.instance.source_multipliers = {s.value: plain(data[f"source_{s.value}"]) for s in Source}
            self.instance.recurrence_multipliers = [plain(data[f"recurrence_{index}"]) for index in range(3)]
        return data

    def store(self, *, by: User) -> ScoringRuleSet | None:
        try:
            if self.instance.pk is None:
                return rules.make_rules(self.instance, by=by)
            return rules.change_rules(self.instance, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class RewardForm(forms.ModelForm):
    class Meta:
        model = RewardRule
        fields = ["group", "position", "months", "kind", "amount", "source", "valid_from"]
        widgets = {"valid_from": DATE}
        help_texts = {"amount": "奖励、扣减考评资金才填。", "months": "连续几个月都在这个名次；黄牌 2，约谈 3。"}

    def store(self, *, by: User) -> RewardRule | None:
        try:
            return rules.make_reward(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class RewardEndForm(forms.Form):
    on = forms.DateField(label="废止日期", widget=DATE, initial=timezone.localdate)

    def store(self, reward: RewardRule, *, by: User) -> bool:
        try:
            rules.end_reward(reward, on=self.cleaned_data["on"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


# ---- The grid of scores from outside -------------------------------------------------------------

SCORED = (
    InputKind.DIGITAL,
    InputKind.COMPLAINTS,
    InputKind.KEY_WORK,
    InputKind.BONUS,
    InputKind.OPEN_CHECK,
    InputKind.INNOVATION,
)


@dataclass(frozen=True)
class GridRow:
    unit: Unit
    cells: tuple[BoundField, ...]


class InputGridForm(forms.Form):
    """A month as a grid: units down, 数字城管's four counts or its score, the other scores across; a source a column."""

    seen = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, month: str, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.month, self.units = month, units
        self.stored = {
            (row.unit_id, row.kind): row for row in ComponentInput.objects.filter(month=month).select_related("unit")
        }
        self.fields["seen"].initial = inputs.digest_of(month)
        for kind in SCORED:
            sources = {row.source for (_, of), row in self.stored.items() if of == kind}
            self.fields[f"source-{kind.value}"] = forms.CharField(
                label=f"{kind.label}来源文件",
                max_length=200,
                required=False,
                initial=sources.pop() if len(sources) == 1 else "",
            )
        for unit in units:
            self._add_unit(unit)

    def _add_unit(self, unit: Unit) -> None:
        digital = self.stored.get((unit.pk, InputKind.DIGITAL))
        for name in inputs.COUNTS:
            label = f"{unit.label}{ComponentInput._meta.get_field(name).verbose_name}"  # type: ignore[union-attr]
            initial = getattr(digital, name) if digital else None
            self.fields[f"{name}-{unit.pk}"] = forms.IntegerField(
                label=label, min_value=0, max_value=9_999_999, required=False, initial=initial, widget=small_input()
            )
        for kind in SCORED:
            stored = self.stored.get((unit.pk, kind))
            initial = plain(stored.score) if stored and stored.score is not None else None
            self.fields[f"{kind.value}-{unit.pk}"] = forms.DecimalField(
                label=f"{unit.label}{kind.label}",
                min_value=0,
                max_value=100,
                max_digits=7,
                decimal_places=4,
                required=False,
                initial=initial,
                widget=small_input(),
            )

    def grid(self) -> Iterator[GridRow]:
        for unit in self.units:
            names = (*inputs.COUNTS, *(kind.value for kind in SCORED))
            yield GridRow(unit, tuple(self[f"{name}-{unit.pk}"] for name in names))

    def sources(self) -> list[BoundField]:
        return [self[f"source-{kind.value}"] for kind in SCORED]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for unit in self.units:
            numbers = [data.get(f"{name}-{unit.pk}") for name in inputs.COUNTS]
            given = [number is not None for number in numbers]
            if any(given) and not all(given):
                self.add_error(f"due-{unit.pk}", f"{unit.label}的数字城管四个件数要填齐。")
            if any(given) and data.get(f"digital-{unit.pk}") is not None:
                self.add_error(f"digital-{unit.pk}", f"{unit.label}的数字城管填了件数，就不再填得分。")
        return data

    def changed_rows(self) -> Iterator[inputs.InputRow]:
        """Cells that differ from what is stored, or whose source was changed."""
        for unit in self.units:
            for kind in SCORED:
                row = self._row(unit, kind)
                stored = self.stored.get((unit.pk, kind))
                before = inputs.row_of(stored).words if stored else ""
                new_source = f"source-{kind.value}" in self.changed_data and row.source
                if row.words != before or (stored and new_source):
                    yield row

    def _row(self, unit: Unit, kind: InputKind) -> inputs.InputRow:
        data = self.cleaned_data
        counts = None
        if kind == InputKind.DIGITAL and data.get(f"due-{unit.pk}") is not None:
            due, closed, in_time, reworked = (data[f"{name}-{unit.pk}"] for name in inputs.COUNTS)
            counts = (due, closed, in_time, reworked)
        score, source = data.get(f"{kind.value}-{unit.pk}"), data[f"source-{kind.value}"].strip()
        return inputs.InputRow(self.month, unit, kind, score, counts, source)

    def store(self, *, by: User) -> int | None:
        """How many were stored; None, with the reason on the form, if it is refused."""
        rows = list(self.changed_rows())
        for row in rows:
            if not row.is_empty and not row.source:
                self.add_error(f"source-{row.kind}", "请写明来源文件（名称、文号或日期）。")
                return None
        try:
            return inputs.save_grid(self.month, rows, by=by, seen=self.cleaned_data["seen"])
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


def small_input() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


# ---- Bulletins and confirmations -----------------------------------------------------------------


class MonthForm(forms.Form):
    """The month a bulletin is drafted for."""

    month = forms.CharField(label="月份", widget=MONTH, help_text="格式 2026-03。", max_length=7)

    def clean_month(self) -> str:
        try:
            period = Period.parse(self.cleaned_data["month"])
        except ValueError as error:
            raise forms.ValidationError("请填年份和月份，如 2026-03。") from error
        if len(period.months()) != 1 or period.key != period.months()[0]:
            raise forms.ValidationError("请填一个月份，如 2026-03。")
        return period.key

    def store(self, *, by: User) -> Bulletin | None:
        try:
            return bulletins.draft_bulletin(self.cleaned_data["month"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class BulletinForm(forms.ModelForm):
    seen = forms.IntegerField(widget=forms.HiddenInput())

    class Meta:
        model = Bulletin
        fields = list(bulletins.TEXTS)
        widgets = {
            name: forms.Textarea(attrs={"rows_wanted": 8}) for name in ("overall", "good", "problems", "demands")
        }
        help_texts = {"overall": "一段一行。", "problems": "点名到点位，一个单位一段。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version

    def store(self, *, by: User) -> Bulletin | None:
        texts = {name: self.cleaned_data[name] for name in bulletins.TEXTS}
        try:
            return bulletins.edit_bulletin(self.instance, texts, by=by, seen=self.cleaned_data["seen"])
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class SeenForm(forms.Form):
    """The version that was on the screen when the button was pressed."""

    seen = forms.IntegerField(widget=forms.HiddenInput())


class RefreshForm(SeenForm):
    """更新数据, on request with the words."""

    words = forms.BooleanField(required=False)


class SignForm(SeenForm):
    """签发; the workflow asks for the reason where units have not confirmed."""

    reason = forms.CharField(
        label="未全部确认仍签发的理由",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows_wanted": 3}),
    )


class ConfirmForm(forms.Form):
    """The unit's own click."""

    seen = forms.CharField(widget=forms.HiddenInput(), max_length=64)
    note = forms.CharField(
        label="说明", max_length=200, required=False, help_text="有异议的请走申诉；这里只作补充说明。"
    )

    def store(self, sheet: CheckSheet, *, by: User) -> SheetConfirmation | None:
        data = self.cleaned_data
        return _confirm(self, sheet, by=by, seen=data["seen"], note=data["note"])


class ScanForm(forms.Form):
    """What the office records of a stamped sheet."""

    seen = forms.CharField(widget=forms.HiddenInput(), max_length=64)
    confirmed_on = forms.DateField(label="盖章日期", widget=DATE, initial=timezone.localdate)
    scan = forms.FileField(label="扫描件", help_text="PDF 或 Word（.docx）。")
    note = forms.CharField(label="说明", max_length=200, required=False)

    def store(self, sheet: CheckSheet, *, by: User) -> SheetConfirmation | None:
        data = self.cleaned_data
        facts = {name: data[name] for name in ("seen", "note", "confirmed_on", "scan")}
        return _confirm(self, sheet, by=by, way=ConfirmWay.SCAN, **facts)


def _confirm(form: forms.Form, sheet: CheckSheet, **facts: Any) -> SheetConfirmation | None:
    try:
        return check_sheets.confirm_sheet(sheet, **facts)
    except Refused as refusal:
        show_refusal(form, refusal)
    except forms.ValidationError as refusal:
        form.add_error("scan", refusal)
    return None
