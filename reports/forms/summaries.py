"""Forms of the summary; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE
from config.periods import Period
from reports.enums import Profile
from reports.models import Override, Report, Section
from reports.outlines import outline_names
from reports.registry import known_keys
from reports.tokens import parse
from reports.workflow import sections, summaries
from reports.workflow.locks import SectionChanged
from staff.models import User
from staff.refusals import Refused, show_refusal

YEARS_BACK = 3


def period_choices() -> list[tuple[str, str]]:
    """Half-years, newest first; then years and quarters. Any other span is typed as two days."""
    year = timezone.localdate().year
    back = range(year, year - YEARS_BACK, -1)
    periods = [Period.half_year(each, half) for each in back for half in (2, 1)]
    periods += [Period.year(each) for each in back]
    periods += [Period.quarter(each, quarter) for each in back[:2] for quarter in (4, 3, 2, 1)]
    return [(period.key, period.label) for period in periods]


def outline_choices() -> list[tuple[str, str]]:
    return list(outline_names().items())


class ReportForm(forms.Form):
    outline = forms.ChoiceField(label="提纲", choices=outline_choices, required=False)
    period = forms.ChoiceField(label="期间", choices=period_choices)
    start = forms.DateField(label="或自定起始日", required=False, widget=DATE)
    end = forms.DateField(label="截止日", required=False, widget=DATE, help_text="填了起止日期，就按这段时间取数。")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if bool(start) != bool(end):
            self.add_error("end" if start else "start", "起始日和截止日要同时填。")
        elif start and end and end < start:
            self.add_error("end", "截止日不能早于起始日。")
        return data

    def save(self, *, by: User) -> Report | None:
        data = self.cleaned_data
        span = Period.between(data["start"], data["end"]) if data["start"] else Period.parse(data["period"])
        try:
            return summaries.create_report(span, by=by, outline=data["outline"] or "long")
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class ReportSettingsForm(forms.ModelForm):
    drop_overrides = forms.BooleanField(label="改数据截至日期，原来的人工核定不再采用", required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Report
        fields = ["title", "cut_off", "profile", "with_number", "recipients"]
        widgets = {"cut_off": DATE, "recipients": forms.Textarea(attrs={"rows": 4})}

    field_order = ["title", "cut_off", "drop_overrides"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decided = len(Override.objects.standing(self.instance.period))
        if decided:
            words = f"按现在的截至日期核定了 {decided} 项数据；改了截至日期，本稿按台账印，要用的须重新核定。"
            self.fields["drop_overrides"].help_text = words
        else:
            del self.fields["drop_overrides"]
        self.fields["seen"].initial = self.instance.version

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0

    def clean_cut_off(self) -> Any:
        day = self.cleaned_data["cut_off"]
        if day is not None and not Period.parse(self.instance.period_key).contains(day):
            raise forms.ValidationError("截至日期应在期间之内。")
        return day

    def save_settings(self, *, by: User) -> Report | None:
        """None, with the reason on the form, if the summary was signed, or its settings changed, meanwhile."""
        try:
            return summaries.change_settings(self.instance, **self.cleaned_data, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class SectionForm(forms.Form):
    heading = forms.CharField(label="标题", max_length=80)
    text = forms.CharField(
        label="正文",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "tall", "data-chips": ""}),
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
            return sections.save_section(
                self.section, heading=data["heading"], text=data["text"], seen=data["version"], by=by
            )
        except SectionChanged as refusal:
            self.current = refusal.current
            self.data = {**self.data.dict(), "version": str(refusal.current.version)}
            self.add_error(None, str(refusal))
        except Refused as refusal:
            self.add_error(None, str(refusal))
        return None


class PreviewForm(forms.Form):
    text = forms.CharField(required=False, max_length=20_000, strip=False)


class DownloadForm(forms.Form):
    profile = forms.ChoiceField(choices=Profile.choices, required=False)
