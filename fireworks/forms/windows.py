"""Forms of windows, shifts and law references."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE, RowsField
from fireworks import peaks
from fireworks.forms.grids import KeptForm
from fireworks.models import LawReference, Roster, ShiftPattern, Window
from fireworks.workflow import rosters
from staff.models import User
from staff.refusals import Refused, show_refusal


class ProposeForm(forms.Form):
    year = forms.IntegerField(label="年份", min_value=peaks.FIRST_YEAR, max_value=peaks.LAST_YEAR)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="propose_%s", **kwargs)  # the filter above has a year of its own
        self.fields["year"].initial = timezone.localdate().year + (timezone.localdate().month > 6)


class WindowForm(KeptForm):
    class Meta:
        model = Window
        fields = ["year", "kind", "name", "start", "end", "is_peak", "checks_in", "source"]
        widgets = {"start": DATE, "end": DATE}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        year, start, end = (data.get(name) for name in ("year", "start", "end"))
        if start and end and (end - start).days > 60:
            self.add_error("end", "时段超过 60 天。请核对年份，或分成几个时段。")
        elif year and start and end and year not in (start.year, end.year):
            self.add_error("year", f"年份与起止日期（{start}至{end}）对不上。请核对。")
        elif year and not peaks.FIRST_YEAR <= year <= peaks.LAST_YEAR:
            self.add_error("year", f"年份应在 {peaks.FIRST_YEAR} 至 {peaks.LAST_YEAR} 之间。请核对。")
        return data


class LawForm(KeptForm):
    class Meta:
        model = LawReference
        fields = ["title", "article", "text", "valid_from", "valid_to"]
        widgets = {"valid_from": DATE, "valid_to": DATE}


class ShiftForm(KeptForm):
    class Meta:
        model = ShiftPattern
        fields = ["code", "name", "starts", "minutes", "days", "is_active"]
        widgets = {"starts": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
        help_texts = {"minutes": "如 18:00 至次日 01:00 填 420。过零点的班属于开始的那一天。"}


class MakeRosterForm(forms.Form):
    """Which shifts are held in the window."""

    shifts = RowsField(
        label="班次",
        queryset=ShiftPattern.objects.filter(is_active=True),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个班次。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shifts"].label_from_instance = lambda shift: f"{shift}（{shift.get_days_display()}）"  # type: ignore[attr-defined]

    def store(self, *, window: Window, by: User) -> Roster | None:
        try:
            return rosters.make_roster(window, self.cleaned_data["shifts"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None
