"""Filters of lists that are reckoned, not queried: conflicts and the year's digs; they own all reading of GET."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone


class ConflictForm(forms.Form):
    road = forms.CharField(label="道路", required=False)
    same_part = forms.ChoiceField(
        label="部位", required=False, choices=[("", "不限"), ("yes", "同一部位"), ("no", "不同部位")]
    )


class ConflictFilter:
    def __init__(self, data: QueryDict, rows: list[Any]) -> None:
        self.form = ConflictForm(data or None)
        self.rows = rows

    @cached_property
    def found(self) -> list[Any]:
        asked = self.form.cleaned_data if self.form.is_bound and self.form.is_valid() else {}
        rows = [row for row in self.rows if asked.get("road", "") in row.road]
        wanted = asked.get("same_part")
        return [row for row in rows if row.same_part is (wanted == "yes")] if wanted else rows


class PlanForm(forms.Form):
    year = forms.IntegerField(label="年份", required=False, min_value=2000, max_value=2100)


class PlanFilter:
    """The year asked for; this one if none is."""

    def __init__(self, data: QueryDict) -> None:
        self.form = PlanForm(data or None, initial={"year": timezone.localdate().year})

    @cached_property
    def year(self) -> int:
        asked = self.form.cleaned_data.get("year") if self.form.is_bound and self.form.is_valid() else None
        return int(asked or timezone.localdate().year)
