"""Forms of 报送留底; they own all reading of POST."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE, PeriodField
from reports.forms.figures import FigureField
from reports.models import Report, Submission
from reports.workflow import sent
from reports.workflow.sent import SentValue
from staff.forms.records import RecordForm
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
        told = set(report.submissions.recorded().values_list("recipient", flat=True))
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


class CorrectionForm(RecordForm):
    """What was entered of a sheet; of a signed summary only to whom and when."""

    values: Sequence[SentValue] | None = None  # its figures as they ought to be, where they are typed
    period = PeriodField()
    reason = forms.CharField(label="修改理由", min_length=2, max_length=200)

    class Meta:
        model = Submission
        fields = ["title", "recipient", "sent_on", "note"]
        widgets = {"sent_on": DATE}

    field_order = ["period", "title", "recipient", "sent_on", "note", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.report_id is None:
            self.fields["period"].initial = self.instance.period_key
        else:
            del self.fields["period"], self.fields["title"]

    def write(self, seen: int | None) -> Submission:
        if "period" in self.cleaned_data:
            self.instance.period_key = self.cleaned_data["period"].key
        reason = self.cleaned_data["reason"]
        return sent.correct_submission(self.instance, self.values, by=self.user, seen=seen or 0, reason=reason)


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
CorrectedValueFormSet = forms.formset_factory(SentValueForm, extra=2, max_num=60, can_delete=True)


def corrected_values(data: Any, submission: Submission) -> Any:
    """The figures as they stand, to be corrected, struck out or added to."""
    columns = ("name", "label", "value", "unit")
    kept = list(submission.figures.values(*columns))
    return CorrectedValueFormSet(data, prefix="values", initial=kept)


def values_of(formset: Any) -> list[SentValue]:
    """What is filled in and not struck out."""
    rows = [form.cleaned_data for form in formset if form.cleaned_data]
    return [
        SentValue(row["label"], row["value"], row["unit"], row["name"]) for row in rows if not row.get("DELETE", False)
    ]
