"""The form of a score sheet: its head, and a row for each item of the standard with deduction and reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone

from config.inputs import DATE
from inspections.enums import RoundState
from inspections.forms.findings import items_on
from inspections.models import CheckSheet, Item, Place, Round
from inspections.workflow import sheets
from inspections.workflow.places import find_place
from staff.models import Unit, User
from staff.refusals import Refused, show_refusal


@dataclass(frozen=True, slots=True)
class ItemRow:
    item: Item
    deduction: BoundField
    reason: BoundField


class SheetForm(forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = CheckSheet
        fields = ["round", "unit", "checked_on", "area", "place_name", "assessors", "note"]
        widgets = {"checked_on": DATE, "place_name": forms.TextInput(attrs={"list": "known-places"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sheet = self.instance
        day = self._day()
        units: Any = self.fields["unit"]
        units.queryset = Unit.objects.assessed().active_on(day)
        rounds: Any = self.fields["round"]
        rounds.queryset = Round.objects.filter(state=RoundState.OPEN, default_month=None) | Round.objects.filter(
            pk=sheet.round_id
        )
        self.places = Place.objects.valid_on(day).order_by("name")
        self.items = list(items_on(day))
        if sheet.pk is not None:
            self.initial["version"] = sheet.version
        stored = {line.item_id: line for line in sheet.lines.all()} if sheet.pk is not None else {}
        for item in self.items:
            line = stored.get(item.pk)
            self.fields[f"points-{item.pk}"] = forms.DecimalField(
                label=f"{item.name}扣分",
                required=False,
                min_value=0,
                max_value=item.cap,
                max_digits=5,
                decimal_places=2,
                initial=line.deduction.normalize() if line else None,
                error_messages={"max_value": f"{item.name}最多扣 {item.cap.normalize():f} 分（扣完为止）。"},
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "data-points": "", "autocomplete": "off", "placeholder": "扣分"}
                ),
            )
            self.fields[f"reason-{item.pk}"] = forms.CharField(
                label=f"{item.name}扣分原因",
                required=False,
                max_length=200,
                initial=line.reason if line else "",
                widget=forms.TextInput(attrs={"data-reason": "", "autocomplete": "off", "placeholder": "原因"}),
            )

    def _day(self) -> date:
        """The day that the sheet speaks of: its units, its places and its standard are offered."""
        try:
            return datetime.fromisoformat(self.data["checked_on"]).date()
        except (KeyError, ValueError):
            return self.instance.checked_on if self.instance.pk is not None else timezone.localdate()

    def head(self) -> list[BoundField]:
        return [self[name] for name in self.Meta.fields]

    def groups(self) -> Iterator[tuple[str, list[ItemRow]]]:
        """The items under their categories, each with its two fields."""
        for category, items in groupby(self.items, key=lambda item: item.category.name):
            yield category, [ItemRow(item, self[f"points-{item.pk}"], self[f"reason-{item.pk}"]) for item in items]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for item in self.items:
            if data.get(f"reason-{item.pk}") and not data.get(f"points-{item.pk}") and f"points-{item.pk}" in data:
                self.add_error(f"points-{item.pk}", "写了原因，请填扣分；不扣分的请清空原因。")
        return data

    def lines(self) -> list[sheets.Line]:
        data = self.cleaned_data
        filled = [(item, data[f"points-{item.pk}"], data[f"reason-{item.pk}"]) for item in self.items]
        return [sheets.Line(item, points, reason) for item, points, reason in filled if points]

    def store(self, *, by: User) -> CheckSheet | None:
        """The stored sheet, or None with the reason on the form."""
        sheet: CheckSheet = self.instance
        sheet.place = find_place(sheet.place_name, sheet.area, sheet.checked_on)
        try:
            return sheets.save_sheet(sheet, self.lines(), by=by, seen=self.cleaned_data.get("version") or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None

    @property
    def total(self) -> Decimal:
        """What stands on the stored sheet; the script keeps it current while typing."""
        found = [
            self.initial.get(name, field.initial) for name, field in self.fields.items() if name.startswith("points-")
        ]
        return sum((value for value in found if value), Decimal(0))
