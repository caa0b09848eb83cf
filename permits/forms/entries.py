"""Other ways in: the whole course on one page (快速登记), results only, emergencies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE, MOMENT, WORDS
from permits.forms.applications import BaseApplicationForm
from permits.forms.steps import in_post, squads
from permits.models import Application, Emergency
from permits.workflow import emergencies, records, surveys
from staff.models import Person, Unit
from staff.refusals import Refused, show_refusal


def day(label: str, *, required: bool = False, words: str = "") -> forms.DateField:
    return forms.DateField(label=label, widget=DATE, required=required, help_text=words)


class QuickForm(BaseApplicationForm):
    """快速登记: received → accepted → surveyed → decided → delivered. What has not happened yet stays empty."""

    received_on = day("收件日期", required=True)
    accepted_on = day("受理日期")
    surveyed_on = day("查勘日期", words="按纸质查勘记录登记。")
    first = forms.ModelChoiceField(label="查勘人员一", queryset=Person.objects.none(), required=False)
    second = forms.ModelChoiceField(label="查勘人员二", queryset=Person.objects.none(), required=False)
    squad = forms.ModelChoiceField(label="查勘单位", queryset=Unit.objects.none(), required=False)
    survey_note = forms.CharField(label="查勘意见", max_length=300, required=False)
    police_on = day("公安交管同意日期")
    decided_on = day("决定日期")
    granted = forms.TypedChoiceField(
        label="结论", choices=[("yes", "准予"), ("no", "不予")], coerce=lambda value: value == "yes", initial="yes"
    )
    text = forms.CharField(label="许可条件（不予的写理由）", required=False, widget=WORDS)
    decided_by = forms.CharField(label="签批领导", max_length=60, required=False)
    fee_amount = forms.DecimalField(
        label="费用（元）", required=False, max_digits=12, decimal_places=2, min_value=0,
        help_text="按线下核算的填；免收填 0；不收费的道路或者还没有核算的留空。",
    )  # fmt: skip
    fee_basis = forms.CharField(label="收费（免收）依据", required=False, max_length=200, help_text="文件名称、文号。")
    fee_receipt = forms.CharField(label="票据号", required=False, max_length=40)
    fee_paid_on = day("缴费日期", words="空着按发证日期。")
    issued_on = day("发证日期")
    licence_number = forms.CharField(label="许可证号", max_length=60, required=False)
    delivered_on = day("送达日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].queryset = self.fields["second"].queryset = in_post()  # type: ignore[attr-defined]
        self.fields["squad"].queryset = squads()  # type: ignore[attr-defined]
        self.fields["received_on"].initial = timezone.localdate

    def course(self) -> records.Course:
        data = self.cleaned_data
        crew = surveys.Crew(data["first"], data["second"], data["squad"])
        names = ("received_on", "accepted_on", "surveyed_on", "survey_note", "police_on", "decided_on", "granted", "text",
                 "decided_by", "fee_amount", "fee_basis", "fee_receipt", "fee_paid_on", "issued_on", "licence_number",
                 "delivered_on")  # fmt: skip
        return records.Course(crew=crew, **{name: data[name] for name in names})

    def store(self) -> Application | None:
        try:
            return records.record_course(self.instance, self.segments(), self.course(), by=self.user)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class ResultForm(BaseApplicationForm):
    """只登记结果: the course lies on another platform or on paper; nothing of it is judged here."""

    received_on = day("收件日期", required=True)
    accepted_on = day("受理日期")
    decided_on = day("决定日期", required=True)
    granted = QuickForm.base_fields["granted"]
    text = forms.CharField(label="许可条件（不予的写理由）", required=False, widget=WORDS)
    decided_by = forms.CharField(label="签批领导", max_length=60, required=False)
    issued_on = day("发证日期")
    licence_number = forms.CharField(label="许可证号", max_length=60, required=False)
    restored_on = day("验收合格日期")

    def store(self) -> Application | None:
        data = self.cleaned_data
        names = ("granted", "received_on", "decided_on", "accepted_on", "text", "decided_by", "licence_number",
                 "issued_on", "restored_on")  # fmt: skip
        result = records.Result(**{name: data[name] for name in names})
        try:
            return records.record_result(self.instance, self.segments(), result, by=self.user)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class EmergencyForm(BaseApplicationForm):
    """抢修报备: what is known at the telephone. The rest comes with the make-up within 24 hours."""

    started_at = forms.DateTimeField(
        label="抢修开始时间", widget=MOMENT, help_text="24 小时从这一分钟起算，节假日不停。"
    )
    reported_at = forms.DateTimeField(label="报备时间", widget=MOMENT)
    cause = forms.CharField(label="故障情况", max_length=200, widget=WORDS)
    source = forms.CharField(label="报备来源", max_length=40, required=False)
    bureau_told_at = forms.DateTimeField(label="通知城管部门时间", widget=MOMENT, required=False)
    police_told_at = forms.DateTimeField(label="通知公安交管部门时间", widget=MOMENT, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reported_at"].initial = timezone.localtime

    def store(self) -> Application | None:
        names = ("started_at", "reported_at", "cause", "source", "bureau_told_at", "police_told_at")
        emergency = Emergency(**{name: self.cleaned_data[name] for name in names})
        try:
            return emergencies.report_emergency(self.instance, emergency, by=self.user, segments=self.segments())
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
