"""Forms of a case beside its steps: lead, correction, result entered whole, officers, approvals, review and suit."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from billboards.enums.case_edges import CASE_TRANSITIONS, Right
from billboards.enums.cases import LeadSource, PartyKind, StatementOutcome
from billboards.models import (
    Board,
    Case,
    CaseApproval,
    CaseOfficer,
    Decision,
    GovernmentOrder,
    RemedyAction,
    Violation,
)
from billboards.models.steps import SERVED_HELP
from billboards.workflow import cases, evidence, inquiry
from config.form_fields import asked
from config.identity import check_credit_code, check_id_number
from config.inputs import DATE
from staff.forms.files import SeveralFilesField
from staff.forms.scans import ScanField
from staff.models import Person, Unit, UnitKind, User
from staff.officers import officers_on
from staff.refusals import Refused, show_refusal

FEW_LINES = forms.Textarea(attrs={"rows_wanted": 3})
# Leads that another office or platform sent, with a number of its own.
FROM_ELSEWHERE = (
    LeadSource.HOTLINE, LeadSource.DIGITAL, LeadSource.STREET, LeadSource.AGENCY, LeadSource.COMPLAINT, LeadSource.SUPERIOR,
)  # fmt: skip
PARTY = (
    "party_kind",
    "party_name",
    "party_sex",
    "party_id",
    "party_credit_code",
    "party_head",
    "party_address",
    "party_phone",
)
# Which fields ask of whom: the page shows those that fit what was chosen; without script all stand there, and say so.
OF_KIND = {
    "party_sex": ("party_kind", (PartyKind.CITIZEN,), "公民填。"),
    "party_id": ("party_kind", (PartyKind.CITIZEN,), "公民填。"),
    "party_credit_code": ("party_kind", (PartyKind.ORGANISATION,), "单位填。"),
    "party_head": ("party_kind", (PartyKind.ORGANISATION,), "单位填。"),
    "party_name": ("party_kind", (PartyKind.CITIZEN, PartyKind.ORGANISATION), ""),
    "party_address": ("party_kind", (PartyKind.CITIZEN, PartyKind.ORGANISATION), ""),
    "party_phone": ("party_kind", (PartyKind.CITIZEN, PartyKind.ORGANISATION), ""),
    "external_system": ("source", FROM_ELSEWHERE, ""),
    "external_number": ("source", FROM_ELSEWHERE, "来件编号，如 12345 工单号。"),
}
DAY_WIDGETS = dict.fromkeys(("received_on", "found_on", "ended_on", "electronic_consent_on", "filed_on", "closed_on", "issued_on", "served_on", "remove_by", "signed_on"), DATE)  # fmt: skip


def handling_units(user: User) -> Any:
    """The units that handle cases; a squad's people open cases of their own squad."""
    units = Unit.objects.active_on(timezone.localdate()).filter(kind__in=(UnitKind.SQUAD, UnitKind.DEPARTMENT))
    return units if user.sees_all_units else units.filter(pk__in=user.unit_ids)


class CaseFields(forms.ModelForm):
    """What a case is about and whom: shared by lead, correction and result."""

    always_asked: tuple[str, ...] = ()  # what the choice of these does not hide

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        today = timezone.localdate()
        units = handling_units(user)
        if self.instance.pk:
            units = units | Unit.objects.filter(pk=self.instance.unit_id)
        self.fields["unit"].queryset = units.distinct()  # type: ignore[attr-defined]
        if self.instance.pk is None and user.unit_id and units.filter(pk=user.unit_id).exists():
            self.fields["unit"].initial = user.unit_id
        violations = Violation.objects.in_force(today)
        if self.instance.violation_id:
            violations = violations | Violation.objects.filter(pk=self.instance.violation_id)
        self.fields["violation"].queryset = violations  # type: ignore[attr-defined]
        if "board" in self.fields:
            self.fields["board"].queryset = Board.objects.visible_to(user).recorded()  # type: ignore[attr-defined]
        self.show_what_fits()

    def show_what_fits(self) -> None:
        for name, (by, values, words) in OF_KIND.items():
            if name not in self.fields or by not in self.fields or by in self.always_asked:
                continue
            field = self.fields[name]
            field.widget.attrs["data-shown-when"] = f"{by}={','.join(values)}"
            field.help_text = f"{words}{field.help_text}"

    def clean(self) -> dict[str, Any]:
        """The party's numbers hold and belong to its kind."""
        data = super().clean() or {}
        kind, number, code = data.get("party_kind"), data.get("party_id"), data.get("party_credit_code")
        if number and (why := check_id_number(number, sex=data.get("party_sex") or "")):
            self.add_error("party_id", why)
        if code and (why := check_credit_code(code)):
            self.add_error("party_credit_code", why)
        if kind != PartyKind.UNKNOWN and not data.get("party_name"):
            self.add_error("party_name", "请填写当事人；尚未查明的，当事人类型选“尚未查明”。")
        for name, owner in (("party_id", PartyKind.CITIZEN), ("party_credit_code", PartyKind.ORGANISATION)):
            if data.get(name) and kind != owner:
                self.add_error(name, f"只有{PartyKind(owner).label}填这一项。")
        return data


class LeadForm(CaseFields):
    """A lead as it is entered on the phone: place and facts first, the party when it is known."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    photos = SeveralFilesField(
        label="现场照片", required=False, help_text="可一次选多张，随线索登记为证据；没有拍摄时间的照收并注明。"
    )
    field_order = ("photos", "place", "board", "facts", "violation", "source", "external_system", "external_number")

    class Meta:
        model = Case
        fields = ["place", "facts", "violation", "source", "received_on", "found_on", "unit", *PARTY, "board", "external_system", "external_number"]  # fmt: skip
        widgets = {**DAY_WIDGETS, "facts": FEW_LINES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4().hex
        place = asked(self.fields["place"])
        place.required = False
        place.help_text = "写到门牌、楼栋或路口；选了台账中的设施，空着就按台账的位置。"

    def clean(self) -> dict[str, Any]:
        """The place of a board of the ledger is known."""
        data = super().clean()
        if not data.get("place") and data.get("board"):
            data["place"] = data["board"].address
        elif not data.get("place"):
            self.add_error("place", "请填写地点，或者选台账中的设施。")
        return data

    def store(self) -> Case | None:
        photos, key = self.cleaned_data["photos"], self.cleaned_data["key"]
        try:
            return evidence.record_lead(self.instance, photos, by=self.user, key=key)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class CaseForm(CaseFields):
    """Correcting a case."""

    always_asked = ("source",)  # a number that is on record stays in sight
    seen = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Case
        fields = ["violation", *PARTY, "electronic_consent_on", "place", "facts", "source", "received_on", "found_on", "ended_on", "endangers", "major", "unit", "board", "external_system", "external_number"]  # fmt: skip
        widgets = {**DAY_WIDGETS, "facts": FEW_LINES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version

    def store(self) -> Case | None:
        try:
            return cases.edit_case(self.instance, by=self.user, seen=self.cleaned_data["seen"])
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class ResultForm(CaseFields):
    """只登记结果: a whole case of paper or of another platform on one page."""

    always_asked = ("source",)

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    filed_on = forms.DateField(label="立案日期", widget=DATE, required=False)
    filing_number = forms.CharField(label="立案号", max_length=60, required=False)
    kind = forms.ChoiceField(
        label="决定种类",
        choices=[("", "还没有决定"), *Decision._meta.get_field("kind").choices],
        required=False,  # type: ignore[misc]
    )
    number = forms.CharField(label="决定书文号", max_length=60, required=False)
    issued_on = forms.DateField(label="决定日期", widget=DATE, required=False)
    amount = forms.DecimalField(label="罚款（元）", required=False, min_value=0, max_digits=12, decimal_places=2)
    orders_removal = forms.BooleanField(label="责令限期拆除", required=False)
    remove_by = forms.DateField(label="拆除期限", widget=DATE, required=False)
    served_on = forms.DateField(label="决定送达日期", widget=DATE, required=False, help_text=SERVED_HELP)
    service_method = forms.ChoiceField(
        label="送达方式",
        choices=[("", "—"), *Decision._meta.get_field("service_method").choices],
        required=False,  # type: ignore[misc]
    )
    closed_on = forms.DateField(label="结案日期", widget=DATE, required=False)

    class Meta:
        model = Case
        fields = ["external_system", "external_number", "violation", "source", "unit", "received_on", "found_on", "place", "facts", *PARTY]  # fmt: skip
        widgets = {**DAY_WIDGETS, "facts": FEW_LINES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4().hex

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") and not data.get("issued_on"):
            self.add_error("issued_on", "有决定的，请填决定日期。")
        if data.get("issued_on") and not data.get("kind"):
            self.add_error("kind", "请选择决定种类。")
        if bool(data.get("served_on")) != bool(data.get("service_method")):
            self.add_error("service_method", "送达日期和方式应同时填写。")
        return data

    def decision(self) -> Decision | None:
        data = self.cleaned_data
        if not data["kind"]:
            return None
        return Decision(
            kind=data["kind"],
            number=data["number"],
            issued_on=data["issued_on"],
            served_on=data["served_on"],
            service_method=data["service_method"],
            amount=data["amount"] or 0,
            orders_removal=data["orders_removal"],
            remove_by=data["remove_by"],
            facts=data["facts"] or "见纸质卷宗",
            basis=str(data["violation"].basis if data["violation"] else "见纸质卷宗"),
        )

    def store(self) -> Case | None:
        case, decision = self.instance, self.decision()
        case.filed_on, case.closed_on = self.cleaned_data["filed_on"], self.cleaned_data["closed_on"]
        case.filing_number = self.cleaned_data["filing_number"]
        try:
            if decision is not None:
                decision.clean_fields(exclude=["case"])
                decision.clean()
                decision.validate_constraints(exclude={"case"})
            return cases.register_result(case, decision, by=self.user, key=self.cleaned_data["key"])
        except ValidationError as error:
            self.add_error(None, error.messages)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class OfficerForm(forms.Form):
    person = forms.ModelChoiceField(
        Person.objects.none(), label="执法人员", help_text="只列今天持有效执法证的在岗人员。"
    )
    role = forms.ChoiceField(label="分工", choices=CaseOfficer._meta.get_field("role").choices, initial="assistant")  # type: ignore[misc]

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = case.officers.values("person")
        self.fields["person"].queryset = officers_on(timezone.localdate()).exclude(pk__in=named).order_by("name")  # type: ignore[attr-defined]


class RecusalForm(forms.Form):
    recused_on = forms.DateField(label="回避日期", widget=DATE, initial=timezone.localdate)
    reason = forms.CharField(label="回避事由", max_length=200)


class ApprovalForm(forms.ModelForm):
    edge = forms.ChoiceField(
        label="用于步骤", required=False, help_text="选了步骤，办案人员就可以按这份签批办理该步骤。"
    )
    scan = ScanField()

    class Meta:
        model = CaseApproval
        fields = ["subject", "edge", "words", "signer", "on_behalf_of", "signed_on", "scan"]
        widgets = {**DAY_WIDGETS, "words": FEW_LINES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        approving = [
            (name, edge.label) for name, edge in CASE_TRANSITIONS.items() if edge.right in (Right.APPROVE, Right.LEAD)
        ]
        self.fields["edge"].choices = [("", "—"), *approving]  # type: ignore[attr-defined]


class ClockDoneForm(forms.Form):
    on = forms.DateField(label="完成日期", widget=DATE, initial=timezone.localdate)
    note = forms.CharField(label="说明", max_length=200, required=False)


class GovernmentForm(forms.ModelForm):
    class Meta:
        model = GovernmentOrder
        fields = ["kind", "issuer", "number", "issued_on", "scope"]
        widgets = DAY_WIDGETS


class RemedyForm(forms.ModelForm):
    class Meta:
        model = RemedyAction
        fields = ["kind", "target", "body", "docket", "filed_on", "suspends", "note"]
        widgets = {"filed_on": DATE}


class RemedyEndForm(forms.ModelForm):
    class Meta:
        model = RemedyAction
        fields = ["result", "ended_on", "party_received_on", "told", "note"]
        widgets = {"ended_on": DATE, "party_received_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].required = self.fields["result"].required = True

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class ReceiptForm(forms.Form):
    party_received_on = forms.DateField(label="当事人收到日期", widget=DATE)
    told = forms.BooleanField(label="文书告知了起诉期限", required=False, initial=True)


class StatementForm(forms.Form):
    on = forms.DateField(label="收到日期", widget=DATE, initial=timezone.localdate)
    text = forms.CharField(label="陈述申辩内容", max_length=2000, required=False, widget=FEW_LINES)
    hearing = forms.BooleanField(label="申请听证", required=False)
    waives = forms.BooleanField(
        label="书面放弃陈述申辩",
        required=False,
        help_text="有当事人签字的书面材料才勾选。不是放弃听证，申请听证的期限照算。",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not (data.get("text") or data.get("hearing") or data.get("waives")):
            self.add_error("text", "请填写陈述申辩内容，或者勾选申请听证、书面放弃。")
        return data

    def store(self, case: Case, *, by: User) -> None:
        """All of what was ticked and written, or none of it."""
        data = self.cleaned_data
        with transaction.atomic():
            if data["waives"]:
                inquiry.waive_statement(case, by=by, on=data["on"])
            if data["text"] or data["hearing"]:
                inquiry.record_statement(case, by=by, on=data["on"], text=data["text"], hearing=data["hearing"])


class ReplyForm(forms.Form):
    on = forms.DateField(label="复核日期", widget=DATE, initial=timezone.localdate)
    outcome = forms.ChoiceField(label="复核结论", choices=StatementOutcome.choices)
    reply = forms.CharField(label="复核意见", max_length=1000, widget=FEW_LINES)

    def store(self, case: Case, *, by: User) -> None:
        inquiry.reply_statement(case, by=by, **self.cleaned_data)
