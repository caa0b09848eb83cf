"""Money of a case: collected, given back, deferred, surcharged. What was imposed stands in the decision; none of them is another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from billboards.models.case import Case, OfCaseQuerySet
from billboards.models.decision import Decision
from staff.models import Record

MONEY = {"max_digits": 12, "decimal_places": 2}
CENT = Decimal("0.01")
AT_LEAST_A_CENT = [MinValueValidator(CENT, message="金额应大于 0。")]


class PaymentQuerySet(OfCaseQuerySet):
    def recorded(self) -> Self:
        return self.filter(voided_at=None)

    def paid_between(self, start: date, end: date) -> Self:
        return self.recorded().filter(paid_on__gte=start, paid_on__lte=end)

    def of_standing_fines(self, on: date | None = None) -> Self:
        """Of cases with a fine that was not quashed (by that day): what came in for a quashed one pays no other."""
        return self.filter(case__in=Decision.objects.fining().standing(on).values("case"))

    def total(self) -> Decimal:
        return self.aggregate(total=Sum("amount"))["total"] or Decimal(0)


class Payment(Record):
    """Money that arrived. Cash taken on the spot is handed in within two working days and banked within two more."""

    class For(models.TextChoices):
        FINE = "fine", "罚款"
        SURCHARGE = "surcharge", "加处罚款"

    class Channel(models.TextChoices):
        BANK = "bank", "银行代收"
        ELECTRONIC = "electronic", "电子支付"
        CASH = "cash", "当场收缴"
        COURT = "court", "法院执行"

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField("款项", max_length=10, choices=For.choices, default=For.FINE)
    paid_on = models.DateField("缴款日期", default=timezone.localdate, db_index=True)
    amount = models.DecimalField("金额（元）", validators=AT_LEAST_A_CENT, **MONEY)
    channel = models.CharField("缴款方式", max_length=10, choices=Channel.choices, default=Channel.BANK)
    receipt = models.CharField(
        "票据号", max_length=40, help_text="财政票据号；当场收缴必须出具财政部门统一制发的专用票据。"
    )
    payer = models.CharField("缴款人", max_length=60, blank=True)
    late = models.BooleanField("补录", default=False, editable=False)
    hand_in_by = models.DateField("交至本局期限", null=True, editable=False)
    handed_in_on = models.DateField("交至本局日期", null=True, blank=True)
    bank_by = models.DateField("交银行期限", null=True, editable=False)
    banked_on = models.DateField("交银行日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "缴款"
        ordering = ["paid_on", "pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="fine_payment_positive", condition=Q(amount__gt=0), violation_error_message="金额应大于 0。"
            ),
            models.UniqueConstraint(
                name="fine_payment_receipt_once",
                fields=["receipt", "kind"],
                condition=Q(voided_at=None),
                violation_error_message="这张票据已经登记过。",
            ),
            models.CheckConstraint(
                name="fine_payment_handed_in_in_order",
                condition=(Q(handed_in_on=None) | Q(handed_in_on__gte=F("paid_on")))
                & (Q(banked_on=None) | Q(handed_in_on__isnull=False, banked_on__gte=F("handed_in_on"))),
                violation_error_message="交款日期应依次为收缴、交至本局、交银行。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:,.2f}元 {self.paid_on}"

    @property
    def is_cash(self) -> bool:
        return self.channel == self.Channel.CASH

    @property
    def refunded(self) -> Decimal:
        """What of it was given back."""
        return sum((each.amount for each in self.refunds.all() if not each.is_voided), Decimal(0))


class RefundQuerySet(OfCaseQuerySet):
    case_path = "payment__case"

    def recorded(self) -> Self:
        return self.filter(voided_at=None)

    def refunded_between(self, start: date, end: date) -> Self:
        return self.recorded().filter(refunded_on__gte=start, refunded_on__lte=end)

    def of_standing_fines(self, on: date | None = None) -> Self:
        """Of what came in for fines that stand (Payment: of_standing_fines)."""
        return self.filter(payment__in=Payment.objects.of_standing_fines(on))

    def total(self) -> Decimal:
        return self.aggregate(total=Sum("amount"))["total"] or Decimal(0)


class Refund(Record):
    """退还: money of a payment that the treasury gave back, above all after its decision was quashed (国家赔偿法 Art. 36(一)).

    Never more than the payment, less what of it was given back before: billboards/workflow/money.py.
    """

    payment = models.ForeignKey(Payment, verbose_name="缴款", on_delete=models.PROTECT, related_name="refunds")
    refunded_on = models.DateField("退还日期", default=timezone.localdate, db_index=True)
    amount = models.DecimalField("退还金额（元）", validators=AT_LEAST_A_CENT, **MONEY)
    document = models.CharField(
        "依据文书", max_length=80, help_text="撤销决定的复议决定书、判决书，或者退还决定的文号。"
    )
    receipt = models.CharField("退付凭证号", max_length=40, blank=True)
    receiver = models.CharField("收款人", max_length=60, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "退还"
        ordering = ["refunded_on", "pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="fine_refund_positive", condition=Q(amount__gt=0), violation_error_message="金额应大于 0。"
            ),
            models.CheckConstraint(
                name="fine_refund_has_a_document",
                condition=~Q(document=""),
                violation_error_message="请填写退还所依据的文书。",
            ),
            models.UniqueConstraint(
                name="fine_refund_once",
                fields=["payment", "refunded_on", "amount", "document"],
                condition=Q(voided_at=None),
                violation_error_message="这笔退还已经登记过。",
            ),
        ]

    def __str__(self) -> str:
        return f"退还{self.payment.get_kind_display()} {self.amount:,.2f}元 {self.refunded_on}"

    @property
    def case(self) -> Case:
        return self.payment.case

    @property
    def case_id(self) -> int:
        return self.payment.case_id


class Deferral(Record):
    """延期（分期）: asked for because of hardship, granted or not (行政处罚法 Art. 66(2))."""

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="deferrals")
    applied_on = models.DateField("申请日期", default=timezone.localdate)
    hardship = models.CharField("经济困难的事由", max_length=300)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    granted = models.BooleanField("准予", null=True)
    approver = models.CharField("批准人", max_length=40, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "延期（分期）缴纳"
        ordering = ["applied_on", "pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="deferral_decided_whole",
                condition=Q(decided_on=None, granted=None)
                | (
                    Q(decided_on__isnull=False, granted__isnull=False, decided_on__gte=F("applied_on"))
                    & ~Q(approver="")
                ),
                violation_error_message="决定应同时有日期、结果和批准人，且不早于申请日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applied_on} 申请{'分期' if self.instalments.count() > 1 else '延期'}"


class Instalment(models.Model):
    deferral = models.ForeignKey(
        Deferral, verbose_name="延期（分期）", on_delete=models.CASCADE, related_name="instalments"
    )
    due_on = models.DateField("应缴日期")
    amount = models.DecimalField("金额（元）", validators=AT_LEAST_A_CENT, **MONEY)

    class Meta:
        verbose_name = verbose_name_plural = "分期"
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(
                name="one_instalment_per_day",
                fields=["deferral", "due_on"],
                violation_error_message="同一天只能有一期。",
            ),
            models.CheckConstraint(
                name="instalment_positive", condition=Q(amount__gt=0), violation_error_message="金额应大于 0。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.amount:,.2f}元"


class ReckoningQuerySet(OfCaseQuerySet):
    def latest_of_each_case(self, end: date | None = None) -> Self:
        """Of each case the last one up to `end`: a later reckoning stands for an earlier one, they are never added."""
        later = SurchargeReckoning.objects.filter(case=OuterRef("case"), computed_to__gt=OuterRef("computed_to"))
        return self.filter(~Exists(later if end is None else later.filter(computed_to__lte=end)))

    def reckoned_between(self, start: date, end: date) -> Self:
        return self.filter(computed_to__gte=start, computed_to__lte=end).latest_of_each_case(end)

    def total(self) -> Decimal:
        return self.aggregate(total=Sum("amount"))["total"] or Decimal(0)


class SurchargeReckoning(models.Model):
    """加处罚款 as computed on a day and frozen with its lines. A later one stands for an earlier one."""

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="surcharges")
    computed_to = models.DateField("计算至")
    fine = models.DecimalField("罚款（元）", **MONEY)
    uncapped = models.DecimalField("按日累计（元）", **MONEY)
    amount = models.DecimalField("加处罚款（元）", **MONEY)
    lines = models.JSONField("计算明细", default=list)
    reckoned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="计算人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reckoned_at = models.DateTimeField("计算时间", auto_now_add=True)

    objects = ReckoningQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "加处罚款"
        ordering = ["computed_to", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_reckoning_per_day",
                fields=["case", "computed_to"],
                violation_error_message="这一天已经计算过。",
            ),
            models.CheckConstraint(
                name="surcharge_never_above_the_fine",
                condition=Q(amount__gte=0, amount__lte=F("fine")),
                violation_error_message="加处罚款不得超出罚款的数额（《行政处罚法》第七十二条）。",
            ),
        ]

    def __str__(self) -> str:
        return f"加处罚款 {self.amount:,.2f}元（计算至{self.computed_to}）"
