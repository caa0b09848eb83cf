"""Forms from draft to paper; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms

from reports.models import Override, Report
from reports.workflow import checks
from staff.models import User
from staff.refusals import Refused, show_refusal


class DigestsField(forms.MultipleChoiceField):
    """The lines that were ticked; which of them stand is for the workflow to see."""

    def valid_value(self, value: Any) -> bool:
        return len(str(value)) == 64


class MarkForm(forms.Form):
    digest = DigestsField(label="核对项", error_messages={"required": "请先勾选核对过的项。"})
    remark = forms.CharField(label="核对意见", max_length=200, error_messages={"required": "请写核对意见。"})


class OverrideForm(forms.Form):
    name = forms.ChoiceField(label="数据", help_text="本稿印出的数据；表里有同一数据的，也按核定值印。图不能核定。")
    value = forms.CharField(label="核定值", max_length=120, help_text="只填数，不带单位。")
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, figures: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = [  # type: ignore[attr-defined]
            (each["key"], f"{each['label']}（现为 {'—' if each['value'] is None else each['value']}{each['unit']}）")
            for each in figures
        ]

    def save(self, report: Report, *, by: User) -> Override | None:
        try:
            return checks.override_figure(report, **self.cleaned_data, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
