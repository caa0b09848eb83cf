"""Forms of 报送留底; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE, PeriodField
from reports.forms.figures import FigureField
from reports.models import Report, Submission
from reports.workflow import sent
from reports.workflow.sent import SentValue
from staff.models import User
from staff.refusals import Refused, show_refusal


class ReportSentForm(forms.Form):
    recipient = forms.CharField(label="报送对象", max_length=80)
    sent_on = forms.DateField(label="报送日期", widget=DATE)
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report
        names = [line.strip() for line in report.recipients.splitlines() if line.strip()]
        told = set(report.submissions.values_list("recipient", flat=True))
        self.initial = {"recipient": next((name for name in names if name not in told), ""), "sent_on": timezone.localdate()} | self.initial  # fmt: skip

    def save(self, *, by: User) -> Submission | None:
        try:
            return sent.record_report_sent(self.report, **self.cleaned_data, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class SubmissionForm(forms.Form):
    period = PeriodField()
    title = forms.CharField(label="报送材料", max_length=120, help_text="如 3月城管工作月报。")
    recipient = forms.CharField(label="报送对象", max_length=80)
    sent_on = forms.DateField(label="报送日期", widget=DATE)
    note = forms.CharField(label="备注", max_length=200, required=False)

    def save(self, values: list[SentValue], *, by: User) -> Submission | None:
        try:
            return sent.record_submission(**self.cleaned_data, values=values, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class SentValueForm(forms.Form):
    name = FigureField(
        label="系统里的数据",
        required=False,
        widget=forms.TextInput(attrs={"list": "known-figures", "autocomplete": "off"}),
        help_text="输入几个字，从列表选；系统里没有的空着。",
    )
    label = forms.CharField(label="报送时的名称", max_length=160)
    value = forms.CharField(label="报送的数", max_length=120, help_text="只填数。")
    unit = forms.CharField(label="单位", max_length=20, required=False)

    def clean_value(self) -> str:
        return self.cleaned_data["value"].replace(",", "").strip()


SentValueFormSet = forms.formset_factory(SentValueForm, extra=4, max_num=60)


def values_of(formset: Any) -> list[SentValue]:
    return [SentValue(**form.cleaned_data) for form in formset if form.has_changed()]
