"""Forms of the steps of a finding: each stores through one door; a refusal stands beside its field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from config.inputs import DATE, MOMENT, PICTURES, RowsField
from inspections.enums import AppealGround, AppealState, ReviewOutcome
from inspections.models import Appeal, Finding
from inspections.workflow import appeals, orders, rectification
from inspections.workflow import findings as workflow
from inspections.workflow.steps import TransitionNotAllowed
from staff.forms.files import SeveralFiles, SeveralFilesField
from staff.models import Unit, User
from staff.refusals import Refused, show_refusal

MAX_PHOTOS = 9


def long_text(label: str, *, help_text: str = "", required: bool = True, longest: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        min_length=4 if required else None,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


def scan_field() -> forms.FileField:
    return forms.FileField(label="扫描件", required=False, help_text="批示原件的 PDF 或照片，有就上传。")


class StepForm(forms.Form):
    """What a step asks. `gone`: the finding is not where the page showed it, and the form makes no sense any more."""

    gone = ""

    def __init__(self, *args: Any, finding: Finding, user: User, **kwargs: Any) -> None:
        self.finding, self.user = finding, user
        super().__init__(*args, **kwargs)

    def store(self) -> bool:
        try:
            self.take(self.user)
        except TransitionNotAllowed as refusal:
            self.gone = str(refusal)
        except Refused as refusal:
            show_refusal(self, refusal)
        else:
            return True
        return False

    def take(self, by: User) -> None:
        raise NotImplementedError


class ConfirmForm(StepForm):
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.finding.version

    def take(self, by: User) -> None:
        orders.confirm_finding(self.finding, by=by, seen=self.cleaned_data["seen"])


class DeductForm(StepForm):
    def take(self, by: User) -> None:
        orders.deduct_finding(self.finding, by=by)


class OrderForm(StepForm):
    demand = long_text("整改要求", required=False, help_text="印在交办单上；不填则按考评标准整改。", longest=300)
    delivered_at = forms.DateTimeField(
        label="线下送达时间",
        required=False,
        widget=MOMENT,
        help_text="已在线下交办、事后补录的才填；不填即系统推送。",
    )

    def take(self, by: User) -> None:
        orders.order_findings([self.finding], by=by, **self.cleaned_data)


class ReportForm(StepForm):
    done = long_text("整改措施", help_text="做了什么，如：已清运并清洗地面。", longest=300)
    finished_at = forms.DateTimeField(label="完成时间", widget=MOMENT)
    person = forms.CharField(label="责任人", max_length=30, required=False)
    photos = SeveralFilesField(
        label="整改后照片",
        required=False,
        most=MAX_PHOTOS,
        widget=SeveralFiles(PICTURES),
        help_text="与问题照片同一角度，最多 9 张；用过的照片会被拒收。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["finished_at"].initial = timezone.localtime

    def take(self, by: User) -> None:
        rectification.report_rectified(self.finding, by=by, **self.cleaned_data)


class ReviewForm(StepForm):
    outcome = forms.ChoiceField(label="复查结论", choices=ReviewOutcome.choices)
    reason = long_text("说明", required=False, help_text="不合格的写明哪里不到位。")
    reviewed_at = forms.DateTimeField(label="复查时间", widget=MOMENT, help_text="现场复查的时间，可以补记。")
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewed_at"].initial = timezone.localtime
        self.fields["seen"].initial = self.finding.reports.count

    def take(self, by: User) -> None:
        rectification.review_finding(self.finding, by=by, **self.cleaned_data)


class CloseForm(StepForm):
    closed_at = forms.DateTimeField(label="销号时间", widget=MOMENT, help_text="复查合格的时间，可以补记。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closed_at"].initial = timezone.localtime

    def take(self, by: User) -> None:
        workflow.close_finding(self.finding, by=by, closed_at=self.cleaned_data["closed_at"])


class VoidForm(StepForm):
    reason = long_text("作废理由", help_text="如：登记有误，与某某编号重复。")

    def take(self, by: User) -> None:
        workflow.void_finding(self.finding, by=by, reason=self.cleaned_data["reason"])


class ShelveForm(StepForm):
    reason = long_text("挂账说明", help_text="为什么一时无法整改，拟何时、怎样解决。")

    def take(self, by: User) -> None:
        orders.shelve_finding(self.finding, by=by, reason=self.cleaned_data["reason"])


class ResumeForm(StepForm):
    reason = long_text("恢复理由")

    def take(self, by: User) -> None:
        orders.resume_finding(self.finding, by=by, reason=self.cleaned_data["reason"])


class ExtensionForm(StepForm):
    reason = long_text("延期理由", longest=300)
    until = forms.DateTimeField(label="申请延至", widget=MOMENT)

    def take(self, by: User) -> None:
        rectification.ask_extension(self.finding, by=by, **self.cleaned_data)


class AnswerForm(StepForm):
    granted = forms.ChoiceField(label="答复", choices=[("yes", "同意延期"), ("no", "不同意")])
    until = forms.DateTimeField(label="准予延至", required=False, widget=MOMENT, help_text="不填即按申请的时间。")
    answer = long_text("答复意见", required=False, help_text="不同意的写明理由。")

    def take(self, by: User) -> None:
        extension = self.finding.extensions.pending().first()
        if extension is None:
            last = self.finding.extensions.first()
            who = f"{last.answered_by}已答复“{last.get_state_display()}”。" if last else "没有待答复的延期申请。"
            raise TransitionNotAllowed(who)
        data = self.cleaned_data
        rectification.answer_extension(
            extension, by=by, granted=data["granted"] == "yes", answer=data["answer"], until=data["until"]
        )


class AppealForm(StepForm):
    ground = forms.ChoiceField(label="申诉理由", choices=AppealGround.choices)
    reason = long_text("情况说明", help_text="讲清事实；不属我辖区的写明属于哪里。", longest=300)
    proposed_unit = forms.ModelChoiceField(
        Unit.objects.none(), label="建议改派", required=False, empty_label="不清楚", help_text="只在“不属我辖区”时填。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proposed_unit"].queryset = units_beside(self.finding)  # type: ignore[attr-defined]

    def own_unit(self) -> Unit:
        """The unit for which this person appeals: the lead one first."""
        own = self.finding.shares.filter(unit__in=self.user.unit_ids).select_related("unit")
        share = own.filter(unit=self.finding.lead_unit_id).first() or own.first()
        if share is None:
            raise TransitionNotAllowed("这条问题已不由您的单位负责，不用申诉。")
        return share.unit

    def take(self, by: User) -> None:
        appeals.lodge_appeal(self.finding, unit=self.own_unit(), by=by, **self.cleaned_data)


class PaperAppealForm(AppealForm):
    """What a unit handed in on paper, typed in by the office."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="申诉单位", empty_label="请选择")
    lodged_at = forms.DateTimeField(
        label="收到申诉的时间", widget=MOMENT, help_text="单位交来书面申诉的时间；是否逾期、何时答复都按它算。"
    )
    field_order = ["unit", "lodged_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(finding_shares__finding=self.finding)  # type: ignore[attr-defined]

    def take(self, by: User) -> None:
        appeals.lodge_appeal(self.finding, by=by, **self.cleaned_data)


class ReduceForm(StepForm):
    new_points = forms.DecimalField(label="减免后扣分", min_value=0, max_digits=9, decimal_places=4)
    words = long_text("批示内容", help_text="照抄批示原文。", longest=300)
    signer = forms.CharField(label="批示人", max_length=30)
    signed_on = forms.DateField(label="批示日期", widget=DATE)
    scan = scan_field()

    def take(self, by: User) -> None:
        appeals.reduce_points(self.finding, by=by, **self.cleaned_data)


class DecisionForm(StepForm):
    """裁定 of one appeal; signed on paper it is typed in with the signer and the day."""

    outcome = forms.ChoiceField(
        label="裁定", choices=[(state.value, state.label) for state in AppealState if state in AppealState.DECIDED]
    )
    words = long_text("裁定意见", help_text="说明理由，申诉单位看得到。", longest=300)
    new_points = forms.DecimalField(
        label="裁定扣分", required=False, min_value=0, max_digits=9, decimal_places=4, help_text="部分成立时填。"
    )
    new_unit = forms.ModelChoiceField(
        Unit.objects.none(), label="改派单位", required=False, empty_label="请选择", help_text="改派时填。"
    )
    signer = forms.CharField(label="线下签批人", max_length=30, required=False, help_text="领导在纸上签批的才填。")
    signed_on = forms.DateField(label="签批日期", required=False, widget=DATE)
    scan = scan_field()

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, finding=appeal.finding, **kwargs)
        self.appeal = appeal
        self.fields["new_unit"].queryset = units_beside(appeal.finding)  # type: ignore[attr-defined]
        self.fields["new_unit"].initial = appeal.proposed_unit_id

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("signer")) != bool(data.get("signed_on")):
            missing = "signed_on" if data.get("signer") else "signer"
            self.add_error(missing, "线下签批应同时填签批人和日期。")
        if data.get("scan") and not data.get("signer"):
            self.add_error("signer", "上传了签批扫描件的，请填写签批人和日期。")
        return data

    def take(self, by: User) -> None:
        appeals.decide_appeal(self.appeal, appeals.Decision(**self.cleaned_data), by=by)


class WithdrawAppealForm(StepForm):
    reason = long_text("撤回原因", help_text="如：已与考评办核实，情况属实。")

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, finding=appeal.finding, **kwargs)
        self.appeal = appeal

    def take(self, by: User) -> None:
        appeals.withdraw_appeal(self.appeal, by=by, reason=self.cleaned_data["reason"])


def units_beside(finding: Finding) -> QuerySet[Unit]:
    return Unit.objects.assessed().active_on(timezone.localdate()).exclude(pk=finding.lead_unit_id)


# --- Many at once -----------------------------------------------------------------------------------------------------


class BatchForm(forms.Form):
    """The rows that were ticked in a list, as far as this person sees them."""

    pk = RowsField(Finding.objects.none(), error_messages={"required": "没有选中任何问题。"})

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        rows = Finding.objects.visible_to(user).select_related("item__category", "lead_unit")
        self.fields["pk"].queryset = rows  # type: ignore[attr-defined]

    @property
    def findings(self) -> list[Finding]:
        return list(self.cleaned_data["pk"].order_by("pk"))

    def each(self, step: Callable[[Finding], Any]) -> tuple[int, list[str]]:
        """Take a step with every row by itself; (how many went, why the others did not)."""
        done, refused = 0, []
        for finding in self.findings:
            try:
                step(finding)
            except Refused as refusal:
                refused.append(str(refusal))
            else:
                done += 1
        return done, refused

    def order(self) -> tuple[list[str], list[str]]:
        """One order a unit; what cannot be ordered is named and left out. (numbers, refusals)"""
        refused = [why for finding in self.findings if (why := orders.why_not_order(finding))]
        numbers: list[str] = []
        for rows in by_unit([finding for finding in self.findings if not orders.why_not_order(finding)]):
            try:
                given = orders.order_findings(rows, by=self.user)
            except Refused as refusal:
                refused.append(str(refusal))
            else:
                numbers += [order.number for order in given]
        return numbers, refused


def by_unit(findings: Sequence[Finding]) -> list[list[Finding]]:
    units: dict[int, list[Finding]] = {}
    for finding in findings:
        units.setdefault(finding.lead_unit_id, []).append(finding)
    return list(units.values())
