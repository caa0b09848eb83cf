"""Forms of the summary; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from config.periods import Period
from reports import workflow
from reports.enums import Profile
from reports.models import Report, Section
from reports.registry import known_keys
from reports.tokens import parse
from staff.models import User

YEARS_BACK = 3


def period_choices() -> list[tuple[str, str]]:
    """Half-years, newest first."""
    year = timezone.localdate().year
    periods = [Period.half_year(each, half) for each in range(year, year - YEARS_BACK, -1) for half in (2, 1)]
    return [(period.key, period.label) for period in periods]


class ReportForm(forms.Form):
    period = forms.ChoiceField(label="期间", choices=period_choices)

    def save(self, *, by: User) -> Report | None:
        try:
            return workflow.create_report(Period.parse(self.cleaned_data["period"]), by=by)
        except workflow.Refused as refusal:
            self.add_error("period", str(refusal))
            return None


class ReportSettingsForm(forms.ModelForm):
    class Meta:
        model = Report
        fields = ["title", "cut_off", "profile"]
        widgets = {"cut_off": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean_cut_off(self) -> Any:
        day = self.cleaned_data["cut_off"]
        if day is not None and not Period.parse(self.instance.period_key).contains(day):
            raise forms.ValidationError("截至日期应在期间之内。")
        return day

    def save_settings(self, *, by: User) -> Report | None:
        """None, with the reason on the form, if the summary was signed meanwhile."""
        try:
            return workflow.change_settings(self.instance, **self.cleaned_data, by=by)
        except workflow.Refused as refusal:
            self.add_error(None, str(refusal))
            return None


class SectionForm(forms.Form):
    heading = forms.CharField(label="标题", max_length=80)
    text = forms.CharField(
        label="正文",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "tall"}),
        help_text="数据从右侧列表点选插入；一行一段；表和图单独占一行。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, section: Section, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"heading": section.heading, "text": section.text, "version": section.version})
        super().__init__(*args, **kwargs)
        self.section = section
        self.current: Section | None = None

    def clean_text(self) -> str:
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        errors = parse(text, known_keys()).errors
        if errors:
            raise forms.ValidationError([str(error) for error in errors])
        return text

    def save(self, *, by: User) -> Section | None:
        """None, with the reason on the form and what was typed still in it, if somebody was faster."""
        data = self.cleaned_data
        try:
            return workflow.save_section(
                self.section, heading=data["heading"], text=data["text"], seen=data["version"], by=by
            )
        except workflow.ChangedMeanwhile as refusal:
            self.current = refusal.current
            self.data = {**self.data.dict(), "version": str(refusal.current.version)}
            self.add_error(None, str(refusal))
        except workflow.Refused as refusal:
            self.add_error(None, str(refusal))
        return None


class PreviewForm(forms.Form):
    text = forms.CharField(required=False, max_length=20_000, strip=False)


class DownloadForm(forms.Form):
    profile = forms.ChoiceField(choices=Profile.choices, required=False)
