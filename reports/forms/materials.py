"""Forms of 材料征集; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE
from reports.models import Material, Report, Section
from reports.registry import known_keys
from reports.tokens import parse
from reports.workflow import materials
from staff.models import Unit, User
from staff.refusals import Refused, show_refusal


class AskForm(forms.Form):
    section = forms.ModelChoiceField(label="章节", queryset=Section.objects.none())
    unit = forms.ModelChoiceField(label="责任单位", queryset=Unit.objects.none())
    person = forms.ModelChoiceField(
        label="责任人", queryset=User.objects.none(), required=False, help_text="空着表示由责任单位的人来交。"
    )
    due_on = forms.DateField(label="截止日期", widget=DATE)
    note = forms.CharField(label="要求", max_length=200, required=False)

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report
        today = timezone.localdate()
        self.fields["section"].queryset = report.present_sections  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.active_on(today)  # type: ignore[attr-defined]
        self.fields["person"].queryset = User.objects.filter(is_active=True).order_by("display_name")  # type: ignore[attr-defined]

    def save(self, *, by: User) -> Material | None:
        try:
            return materials.ask_material(self.report, **self.cleaned_data, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class ConfirmForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput())


class MaterialForm(forms.Form):
    text = forms.CharField(
        label="材料",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16, "class": "tall"}),
        help_text="可以从 WPS、Word、微信里粘贴；一行一段。数字由办公室与数据核对。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, material: Material, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"text": material.text, "version": material.version})
        super().__init__(*args, **kwargs)
        self.material = material

    def clean_text(self) -> str:
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        if errors := parse(text, known_keys()).errors:
            raise forms.ValidationError([str(error) for error in errors])
        return text

    def save(self, *, by: User) -> Material | None:
        data = self.cleaned_data
        try:
            return materials.deliver_material(self.material, text=data["text"], seen=data["version"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
