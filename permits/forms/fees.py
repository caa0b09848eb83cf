"""Forms of fees: what to reckon by, letting off, payments, refunds; they own all reading of GET and POST."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db import IntegrityError
from django.utils import timezone

from config.inputs import DATE
from permits import charging, fees
from permits.charging import Asked
from permits.enums import ActKind, Surface
from permits.forms.catalogue import JUST_NOW
from permits.kinds import ChargeCause, ChargeKind, RefundGround
from permits.models import Application, FeeAssessment, FeePayment, FeeRefund, TariffRate
from permits.workflow import fees as money
from permits.workflow.fees import Relief
from staff.models import User, setting
from staff.refusals import Refused, show_refusal

AMOUNT = {"max_digits": 12, "decimal_places": 2, "min_value": Decimal("0.01")}


class AssessForm(forms.Form):
    """What the fee is reckoned by. Read from GET to try it out, from POST to freeze it."""

    kind = forms.ChoiceField(label="费种", choices=[])
    day = forms.DateField(label="标准适用日期", widget=DATE, help_text="按这一天有效的收费标准计算。")
    starts_on = forms.DateField(label="占用自", widget=DATE, required=False)
    ends_on = forms.DateField(label="占用至", widget=DATE, required=False, help_text="首尾两日都计。")
    zone = forms.ChoiceField(label="地段", required=False)
    measured = forms.BooleanField(label="按现场实测尺寸", required=False, help_text="没有实测的路段按申请尺寸。")
    granite_kerb = forms.BooleanField(label="路缘石是麻石", required=False)
    unpermitted = forms.BooleanField(label="超面积或者未经批准", required=False, help_text="标准里规定了倍数的才加倍。")
    cause = forms.ChoiceField(label="核定事由", choices=ChargeCause.choices)

    def __init__(self, data: Any = None, *, application: Application) -> None:
        self.application = application
        segments = list(application.segments.all())
        kinds = [kind for kind, act in KIND_OF_ACT if any(each.act == act for each in segments)]
        self.first_kind = next((kind for kind in kinds if not self._is_assessed(kind)), kinds[0] if kinds else "")
        super().__init__(data or None, initial=self._start())
        self.fields["kind"].choices = [(kind, ChargeKind(kind).label) for kind in kinds]  # type: ignore[attr-defined]
        zones = TariffRate.objects.exclude(zone="").order_by("zone").values_list("zone", flat=True).distinct()
        self.fields["zone"].choices = [("", "不分地段"), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]
        if ChargeKind.OCCUPATION not in kinds:
            self._drop("starts_on", "ends_on", "zone")
        if ChargeKind.RESTORATION not in kinds:
            self._drop("granite_kerb", "unpermitted")
        self._add_slabs(segments)

    def _drop(self, *names: str) -> None:
        """What this case's fees do not ask for."""
        for name in names:
            del self.fields[name]

    def _is_assessed(self, kind: str) -> bool:
        return self.application.assessments.current().filter(kind=kind, cause=ChargeCause.FIRST).exists()

    def _start(self) -> dict[str, Any]:
        return {
            "kind": self.first_kind,
            "day": self.application.decided_on or timezone.localdate(),
            "starts_on": self.application.starts_on,
            "ends_on": self.application.ends_on,
            "measured": True,
            "cause": ChargeCause.FIRST,
        }

    def _add_slabs(self, segments: list[Any]) -> None:
        """Where slabs count whole, somebody must say how large those touched are."""
        for each in segments:
            if each.act == ActKind.DIG and each.surface == Surface.CONCRETE:
                self.fields[f"slab_{each.pk}"] = forms.DecimalField(
                    label=f"{each.get_part_display()} {each.length}×{each.width} 所涉整块板面积（㎡）",
                    required=False,
                    help_text="标准规定水泥路面按整板计的才填。",
                    **AMOUNT,
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "占用的结束日期早于开始日期。")
        return data

    def asked(self) -> Asked:
        data = self.cleaned_data
        slabs = {int(name[5:]): value for name, value in data.items() if name.startswith("slab_") and value}
        return Asked(
            kind=data["kind"],
            day=data["day"],
            zone=data.get("zone", ""),
            measured=data["measured"],
            granite_kerb=data.get("granite_kerb", False),
            unpermitted=data.get("unpermitted", False),
            slabs=slabs,
            starts_on=data.get("starts_on"),
            ends_on=data.get("ends_on"),
        )

    def tried(self) -> Any:
        """(computation, tariff) as it would be frozen; None, with the reason on the form, if it cannot be reckoned."""
        if not self.is_valid():
            return None
        try:
            return charging.compute(self.application, self.asked())
        except Refused as refusal:
            show_refusal(self, refusal)
        return None

    def store(self, *, by: User) -> FeeAssessment | None:
        try:
            return money.assess(self.application, self.asked(), by=by, cause=self.cleaned_data["cause"])
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None


KIND_OF_ACT = ((ChargeKind.OCCUPATION.value, ActKind.OCCUPY.value), (ChargeKind.RESTORATION.value, ActKind.DIG.value))


class MoneyForm(forms.Form):
    """A step on one assessment."""

    def __init__(self, *args: Any, assessment: FeeAssessment, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{type(self).__name__.lower()}_{assessment.pk}_%s", **kwargs)
        self.assessment = assessment

    def write(self, by: User) -> Any:
        raise NotImplementedError

    def store(self, *, by: User) -> Any:
        try:
            return self.write(by)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None


class ExemptForm(MoneyForm):
    amount = forms.DecimalField(label="减免金额（元）", max_digits=12, decimal_places=2, min_value=0)
    reason = forms.CharField(label="减免理由", max_length=200)
    basis = forms.CharField(label="减免依据", max_length=120, help_text="文件名称和条款。")
    approver = forms.CharField(label="批准人", max_length=30)
    on = forms.DateField(label="批准日期", widget=DATE, initial=timezone.localdate)

    def __init__(self, *args: Any, assessment: FeeAssessment, **kwargs: Any) -> None:
        super().__init__(*args, assessment=assessment, **kwargs)
        self.fields["amount"].initial = assessment.due
        rules = charging.exemptions_for(assessment.application, assessment.tariff, assessment.kind) if assessment.tariff else []  # fmt: skip
        if rules:
            first = rules[0]
            self.fields["reason"].initial, self.fields["basis"].initial = first.name, first.basis
            self.fields["reason"].help_text = "；".join(
                f"符合“{each.name}”" + (f"，另须核实：{each.needs_check}" if each.needs_check else "") for each in rules
            )

    def write(self, by: User) -> Any:
        data = self.cleaned_data
        relief = Relief(data["amount"], data["reason"], data["basis"], data["approver"], data["on"])
        return money.exempt(self.assessment, relief, by=by)


class PaymentForm(MoneyForm):
    amount = forms.DecimalField(label="金额（元）", **AMOUNT)
    paid_on = forms.DateField(label="缴费日期", widget=DATE, initial=timezone.localdate)
    receipt_number = forms.CharField(label="票据号", max_length=40, help_text="非税收入票据或者电子缴款书号码。")
    payer = forms.CharField(label="缴款人", max_length=80, required=False, help_text="与申请人相同的留空。")
    note = forms.CharField(label="备注", max_length=200, required=False)
    overpaid = forms.BooleanField(
        label="确系多缴", required=False, help_text="实缴多于未缴数的勾选：照实登记，多缴部分另办退费。"
    )

    def __init__(self, *args: Any, assessment: FeeAssessment, **kwargs: Any) -> None:
        super().__init__(*args, assessment=assessment, **kwargs)
        self.fields["amount"].initial = assessment.outstanding or None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        amount, open_sum = data.get("amount"), max(self.assessment.outstanding, Decimal(0))
        known = self.assessment.payments.filter(receipt_number=data.get("receipt_number"), voided_at=None).exists()
        if amount is not None and amount > open_sum and not data.get("overpaid") and not known:
            words = (
                f"金额 {amount} 元多于未缴的 {open_sum} 元。请核对票据；确实多缴的，勾选“确系多缴”后登记，再办退费。"
            )
            self.add_error("amount", words)
        return data

    def write(self, by: User) -> Any:
        given = {name: value for name, value in self.cleaned_data.items() if name != "overpaid"}
        return money.record_payment(FeePayment(assessment=self.assessment, **given), by=by)


class RefundForm(MoneyForm):
    """The amount is typed, or reckoned from what is freed when it stays empty (城市道路管理条例 38)."""

    ground = forms.ChoiceField(label="退费事由", choices=RefundGround.choices)
    amount = forms.DecimalField(
        label="退费金额（元）", required=False, help_text="空着的按减少的天数和面积计算。", **AMOUNT
    )
    days_freed = forms.IntegerField(label="减少的天数", required=False, min_value=1)
    area_freed = forms.DecimalField(
        label="减少的面积（㎡）", required=False, max_digits=10, decimal_places=2, min_value=0
    )
    reason = forms.CharField(label="说明", max_length=200, required=False)
    decided_on = forms.DateField(label="决定日期", widget=DATE, initial=timezone.localdate)
    paid_on = forms.DateField(
        label="退付日期", widget=DATE, required=False, help_text="国库退付到账的日期；没有到账的留空。"
    )
    receipt_number = forms.CharField(label="退付凭证号", max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("amount"):
            return data
        if not data.get("days_freed"):
            self.add_error("amount", "请填退费金额，或者填减少的天数由系统计算。")
            return data
        if self.assessment.kind != ChargeKind.OCCUPATION:
            words = "只有占用费按减少的天数和面积计算（《城市道路管理条例》第三十八条）。请直接填退费金额。"
            self.add_error("amount", words)
            return data
        application = self.assessment.application
        occupied = charging.charged_segments(application, ActKind.OCCUPY)
        area = sum((each.area for each in occupied), Decimal(0))
        try:
            line = fees.refund(
                self.assessment.paid - self.assessment.refunded,
                days=application.days,
                days_freed=data["days_freed"],
                area=area,
                area_freed=area if data.get("area_freed") is None else data["area_freed"],
            )
        except ValueError as error:
            self.add_error("days_freed", str(error))
            return data
        if line.amount <= 0:
            self.add_error("days_freed", "按所填天数和面积，没有可退的金额。")
        data["amount"], data["formula"] = line.amount, line.formula
        return data

    def write(self, by: User) -> Any:
        names = ("ground", "amount", "reason", "decided_on", "paid_on", "receipt_number")
        facts = {name: self.cleaned_data[name] for name in names} | {"formula": self.cleaned_data.get("formula", "")}
        return money.record_refund(FeeRefund(assessment=self.assessment, **facts), by=by)


class ArrivalForm(forms.Form):
    """退款到账: when, and by which voucher of the treasury."""

    paid_on = forms.DateField(label="到账日期", widget=DATE, help_text="国库退付到账的日期，以凭证或者缴款人回单为准。")
    receipt_number = forms.CharField(label="退付凭证号", max_length=40)

    def __init__(self, *args: Any, refund: FeeRefund, **kwargs: Any) -> None:
        start = {"paid_on": refund.paid_on or timezone.localdate(), "receipt_number": refund.receipt_number}
        super().__init__(*args, initial=start, **kwargs)
        self.refund = refund

    def store(self, *, by: User) -> FeeRefund | None:
        try:
            return money.record_refund_arrival(self.refund, **self.cleaned_data, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class DepositForm(forms.Form):
    amount = forms.DecimalField(label="保证金（元）", **AMOUNT)
    basis = forms.CharField(label="依据", max_length=200, help_text="法律、行政法规或者省里文件的名称和条款。")

    @staticmethod
    def is_on() -> bool:
        return bool(setting("permits.deposit"))
