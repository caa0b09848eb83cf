"""Forms of money: payments, what is given back, cash on its way, deferrals, the day of a reckoning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone

from billboards.models import Case, Deferral, Payment, Refund, SurchargeReckoning
from billboards.workflow import money
from config.inputs import DATE, WORDS
from config.periods import LAST_YEAR
from staff.models import User


class PaymentForm(forms.ModelForm):
    class Meta:
        model = Payment
        fields = ["kind", "paid_on", "amount", "channel", "receipt", "payer", "note"]
        widgets = {"paid_on": DATE}

    def record(self, case: Case, *, by: User) -> Payment:
        return money.record_payment(case, by=by, **self.cleaned_data)


class RefundForm(forms.ModelForm):
    class Meta:
        model = Refund
        fields = ["refunded_on", "amount", "document", "receipt", "receiver", "note"]
        widgets = {"refunded_on": DATE}

    def record(self, payment: Payment, *, by: User) -> Refund:
        return money.record_refund(payment, by=by, **self.cleaned_data)


class HandInForm(forms.Form):
    on = forms.DateField(label="交款日期", widget=DATE, initial=timezone.localdate)

    def take(self, payment: Payment, *, by: User) -> Payment:
        return money.hand_in_cash(payment, by=by, on=self.cleaned_data["on"])


class PartsField(forms.CharField):
    """One instalment a line: 2026-05-30 1000."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "placeholder": "2026-05-30 1000"}), **kwargs)

    def clean(self, value: Any) -> list[tuple[date, Decimal]]:
        found = []
        for order, line in enumerate(super().clean(value).splitlines(), start=1):
            if not line.strip():
                continue
            try:
                day, amount = line.replace("，", " ").replace("元", "").split()
                found.append((date.fromisoformat(day), Decimal(amount)))
            except (ValueError, InvalidOperation) as error:
                raise forms.ValidationError(f"第 {order} 行看不懂：应为“日期 金额”，如 2026-05-30 1000。") from error
            if not found[-1][1].is_finite() or found[-1][1] <= 0:
                raise forms.ValidationError(f"第 {order} 行的金额应大于 0。")
            if found[-1][0].year > LAST_YEAR:
                raise forms.ValidationError(f"第 {order} 行的年份不对，请核对。")
        return found


class DeferralForm(forms.Form):
    applied_on = forms.DateField(label="申请日期", widget=DATE, initial=timezone.localdate)
    hardship = forms.CharField(label="经济困难的事由", max_length=300, widget=WORDS)
    parts = PartsField(
        label="缴纳安排", help_text="每行一期：日期 金额（元）。一行为延期，多行为分期；合计等于未缴数额。"
    )

    def record(self, case: Case, *, by: User) -> Deferral:
        return money.ask_deferral(case, by=by, **self.cleaned_data)


class DeferralDecisionForm(forms.Form):
    granted = forms.TypedChoiceField(
        label="决定", choices=[("yes", "准予"), ("no", "不予准许")], coerce=lambda value: value == "yes"
    )
    approver = forms.CharField(label="批准人", max_length=40)
    on = forms.DateField(label="决定日期", widget=DATE, initial=timezone.localdate)

    def take(self, deferral: Deferral, *, by: User) -> Deferral:
        return money.decide_deferral(deferral, by=by, **self.cleaned_data)


class ReckoningForm(forms.Form):
    on = forms.DateField(label="计算至", widget=DATE, initial=timezone.localdate)

    def take(self, case: Case, *, by: User) -> SurchargeReckoning:
        return money.freeze_surcharge(case, by=by, on=self.cleaned_data["on"])
