"""Forms of what happens on duty: report, check-in, mark, substitute, swap."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import MOMENT
from config.positions import degrees
from fireworks.models import Assignment, CheckIn, DutyPerson, EmptyPost, ShiftReport, Slot, StandIn, Swap
from fireworks.workflow import swaps, watch
from staff.forms.records import ReasonForm
from staff.models import User
from staff.refusals import Refused, show_refusal


class ReportForm(forms.Form):
    """值守报告: present, nothing found or what was."""

    present = forms.IntegerField(label="实到人数", min_value=0, max_value=999)
    nothing_found = forms.TypedChoiceField(
        label="情况",
        choices=[("1", "未发现燃放（零报告）"), ("0", "有发现")],
        coerce=lambda value: value == "1",
        initial="1",
    )
    note = forms.CharField(
        label="说明", required=False, max_length=200, help_text="有发现的必填；缺人、替补也写在这里。"
    )

    def __init__(self, *args: Any, slot: Slot, report: ShiftReport | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slot, self.report = slot, report
        self.fields["present"].initial = report.present if report else len(slot.assignments.all())
        if report:
            self.fields["nothing_found"].initial = "1" if report.nothing_found else "0"
            self.fields["note"].initial = report.note
            self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=report.version)

    def store(self, *, by: User) -> ShiftReport | None:
        data = self.cleaned_data
        try:
            if self.report is not None:
                return watch.correct_report(self.report, by=by, **{**data, "seen": data["seen"] or 0})
            return watch.report_shift(self.slot, by=by, **data)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class CheckInForm(forms.Form):
    """Filled in by the phone (static/js/duty.js); without a position it is sent empty and flagged."""

    latitude = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput())
    longitude = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput())

    @property
    def position(self) -> tuple[Decimal | None, Decimal | None]:
        latitude, longitude = degrees(self.cleaned_data["latitude"]), degrees(self.cleaned_data["longitude"])
        if latitude is None or longitude is None or abs(latitude) > 90:
            return None, None
        return latitude, longitude


class SignInForForm(forms.Form):
    """代签: since when he stands there, and why he cannot sign in himself."""

    at = forms.DateTimeField(label="到岗时间", widget=MOMENT)
    reason = forms.CharField(label="代签原因", max_length=100, help_text="如：手机坏了。代签人和原因记在签到上。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = timezone.localtime

    def store(self, *, assignment: Assignment, by: User) -> CheckIn | None:
        try:
            return watch.sign_in_for(assignment, by=by, **self.cleaned_data)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class VoidPresenceForm(ReasonForm):
    def store(self, *, row: CheckIn | StandIn, by: User) -> bool:
        try:
            if isinstance(row, CheckIn):
                watch.void_check_in(row, by=by, reason=self.cleaned_data["reason"])
            else:
                watch.void_stand_in(row, by=by, reason=self.cleaned_data["reason"])
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


class MarkForm(forms.Form):
    note = forms.CharField(label="情况", max_length=100, initial="正常")
    taken_over_by = forms.CharField(label="交班给", required=False, max_length=30, help_text="交接班时填；平时留空。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="mark_%s", **kwargs)  # stands beside the report

    def store(self, *, slot: Slot, by: User) -> bool:
        try:
            watch.mark(slot, by=by, **self.cleaned_data)
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


class StandInForm(forms.Form):
    name = forms.CharField(label="到岗的替补", max_length=60, help_text="写姓名；名单里的人自己签到，不用登记。")
    at = forms.DateTimeField(label="到岗时间", widget=MOMENT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="stand_in_%s", **kwargs)  # stands beside the report
        self.fields["at"].initial = timezone.localtime

    def store(self, *, slot: Slot, by: User) -> StandIn | None:
        try:
            return watch.stand_in(slot, by=by, **self.cleaned_data)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class CallForm(forms.Form):
    called = forms.CharField(label="叫了谁", max_length=60, help_text="姓名和电话。")
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def store(self, *, empty: EmptyPost, by: User) -> bool:
        try:
            watch.call_substitute(empty, by=by, **self.cleaned_data)
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


class AskSwapForm(forms.Form):
    to = forms.ModelChoiceField(
        label="换给",
        queryset=DutyPerson.objects.active(),
        required=False,
        help_text="没有人接替的不填，由带班领导决定。",
    )
    reason = forms.CharField(label="事由", max_length=100)

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.assignment = assignment
        field = self.fields["to"]
        field.queryset = DutyPerson.objects.active().exclude(assignments__slot=assignment.slot_id)  # type: ignore[attr-defined]
        field.label_from_instance = lambda person: f"{person.name}（{person.agency}）"  # type: ignore[attr-defined]

    def store(self, *, by: User) -> Swap | None:
        try:
            return swaps.ask(self.assignment, by=by, to=self.cleaned_data["to"], reason=self.cleaned_data["reason"])
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class ApproveForm(forms.Form):
    accept_breaches = forms.BooleanField(label="换班后岗位不满足规则，仍然批准", required=False)
    note = forms.CharField(label="批准意见", required=False, max_length=200, help_text="不满足规则而批准的，写明理由。")

    def store(self, *, swap: Swap, by: User) -> bool:
        try:
            swaps.approve(swap, by=by, **self.cleaned_data)
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


class RejectForm(forms.Form):
    note = forms.CharField(label="理由", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="reject_%s", **kwargs)  # stands beside the approval
