"""What a case costs, was let off, paid and got back. An assessment is frozen: its lines never change, it is only voided."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import DecimalField, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round
from django.urls import reverse
from django.utils import timezone

from permits.kinds import ChargeCause, ChargeKind, RefundGround
from permits.models.applications import Application
from permits.models.tariffs import Tariff

if TYPE_CHECKING:
    from staff.models import User

MONEY = DecimalField(max_digits=14, decimal_places=2)
NOTHING = Decimal("0.00")
CENT = [MinValueValidator(Decimal("0.01"))]


def summed(rows: models.QuerySet, path: str) -> Coalesce:
    """Σ amount of rows that belong to the outer assessment, as a subquery."""
    sums = rows.filter(**{path: OuterRef("pk")}).order_by().values(path).annotate(whole=Sum("amount"))
    return Coalesce(Subquery(sums.values("whole"), output_field=MONEY), Value(NOTHING), output_field=MONEY)


class FeeAssessmentQuerySet(models.QuerySet["FeeAssessment"]):
    def visible_to(self, user: User) -> FeeAssessmentQuerySet:
        return self.filter(application__in=Application.objects.visible_to(user))

    def current(self) -> FeeAssessmentQuerySet:
        return self.filter(voided_at=None)

    def refunding(self) -> FeeAssessmentQuerySet:
        """With money that was decided to go back and has not arrived."""
        return self.filter(Exists(FeeRefund.objects.filter(assessment=OuterRef("pk"), paid_on=None)))

    def with_sums(self) -> FeeAssessmentQuerySet:
        """With `paid_sum`, `refunded_sum`, `due_sum` and `open_sum`, in yuan.

        Differences are rounded to the fen: SQLite subtracts in floating point, and what is paid in parts would stay open by
        a millionth of a millionth.
        """
        paid = summed(FeePayment.objects.filter(voided_at=None), "assessment")
        back = summed(FeeRefund.objects.all(), "assessment")
        rows = self.annotate(paid_sum=paid, refunded_sum=back, due_sum=Round(F("total") - F("exempted"), 2))
        return rows.annotate(open_sum=Round(F("due_sum") - F("paid_sum"), 2))

    def open_sums(self) -> list[tuple[str, Decimal]]:
        """Kind and yuan that are still open of each; below 0 where more was paid than is due."""
        return list(self.with_sums().values_list("kind", "open_sum"))


class FeeAssessment(models.Model):
    """核定: what is charged for one kind of fee, each line with its own sum in words, by which tariff."""

    application = models.ForeignKey(
        Application, verbose_name="申请", on_delete=models.PROTECT, related_name="assessments"
    )
    kind = models.CharField("费种", max_length=12, choices=ChargeKind.choices)
    cause = models.CharField("核定事由", max_length=8, choices=ChargeCause.choices, default=ChargeCause.FIRST)
    tariff = models.ForeignKey(
        Tariff, verbose_name="收费标准", null=True, blank=True, on_delete=models.PROTECT, related_name="assessments"
    )
    change = models.ForeignKey(
        "permits.PermitChange", verbose_name="变更", null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="assessments",
    )  # fmt: skip
    basis = models.CharField("依据", max_length=200, blank=True)
    facts = models.JSONField("计费数据", default=dict)
    lines = models.JSONField("计算过程", default=list)
    notes = models.JSONField("计算说明", default=list, blank=True)
    total = models.DecimalField("核定金额（元）", max_digits=12, decimal_places=2)
    exempted = models.DecimalField("减免金额（元）", max_digits=12, decimal_places=2, default=NOTHING)
    exempt_reason = models.CharField("减免理由", max_length=200, blank=True)
    exempt_basis = models.CharField("减免依据", max_length=120, blank=True)
    exempt_approver = models.CharField("批准人", max_length=30, blank=True)
    exempted_on = models.DateField("减免日期", null=True, blank=True)
    frozen_at = models.DateTimeField("核定时间", default=timezone.now)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="核定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废理由", max_length=200, blank=True)

    objects = FeeAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "费用核定"
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_first_assessment_per_kind",
                fields=["application", "kind"],
                condition=Q(cause="first", voided_at=None),
                violation_error_message="这种费用已经核定；要重新核定的，先作废原来的。",
            ),
            models.CheckConstraint(
                name="assessment_by_tariff_or_basis",
                condition=Q(tariff__isnull=False) | ~Q(basis=""),
                violation_error_message="收费必须有标准或者写明依据（《行政许可法》第五十八条、第五十九条）。",
            ),
            models.CheckConstraint(
                name="assessment_not_negative",
                condition=Q(total__gte=0, exempted__gte=0, exempted__lte=F("total")),
                violation_error_message="减免金额应在 0 和核定金额之间。",
            ),
            models.CheckConstraint(
                name="exemption_says_why",
                condition=Q(exempted=0) | (~Q(exempt_reason="") & ~Q(exempt_basis="") & Q(exempted_on__isnull=False)),
                violation_error_message="减免必须写明理由、依据和日期。",
            ),
            models.CheckConstraint(
                name="assessment_void_whole",
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废必须同时有时间和理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.total} 元"

    def get_absolute_url(self) -> str:
        return reverse("permits:fee-page", args=[self.application_id])

    @property
    def due(self) -> Decimal:
        return self.total - self.exempted

    @property
    def paid(self) -> Decimal:
        return sum((each.amount for each in self.payments.all() if each.voided_at is None), NOTHING)

    @property
    def refunded(self) -> Decimal:
        return sum((each.amount for each in self.refunds.all()), NOTHING)

    @property
    def outstanding(self) -> Decimal:
        return max(self.due - self.paid, NOTHING)

    @property
    def overpaid(self) -> Decimal:
        """Paid beyond what was due and not given back yet."""
        return max(self.paid - self.refunded - self.due, NOTHING)


class FeePayment(models.Model):
    """缴费 into the treasury by the non-tax channel (行政许可法 59). A fact: recorded also when it came late."""

    assessment = models.ForeignKey(
        FeeAssessment, verbose_name="费用核定", on_delete=models.PROTECT, related_name="payments"
    )
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2, validators=CENT)
    paid_on = models.DateField("缴费日期", default=timezone.localdate)
    receipt_number = models.CharField("票据号", max_length=40, help_text="非税收入票据或者电子缴款书号码。")
    payer = models.CharField("缴款人", max_length=80, blank=True, help_text="与申请人相同的留空。")
    note = models.CharField("备注", max_length=200, blank=True)
    late_entry = models.BooleanField("补录", default=False, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "缴费"
        ordering = ["paid_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_receipt_per_assessment",
                fields=["assessment", "receipt_number"],
                condition=Q(voided_at=None),
                violation_error_message="这张票据已经登记在这笔费用上。",
            ),
            models.CheckConstraint(
                name="payment_positive",
                condition=Q(amount__gt=0),
                violation_error_message="缴费金额应大于 0。",
            ),
            models.CheckConstraint(
                name="payment_void_whole",
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废必须同时有时间和理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount} 元"


class FeeRefund(models.Model):
    """退费, with the sum in words where it was reckoned (城市道路管理条例 38)."""

    assessment = models.ForeignKey(
        FeeAssessment, verbose_name="费用核定", on_delete=models.PROTECT, related_name="refunds"
    )
    adjustment = models.ForeignKey(
        "permits.Adjustment", verbose_name="调整占用", null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="refunds",
    )  # fmt: skip
    ground = models.CharField("退费事由", max_length=12, choices=RefundGround.choices)
    amount = models.DecimalField("退费金额（元）", max_digits=12, decimal_places=2, validators=CENT)
    formula = models.CharField("计算过程", max_length=200, blank=True)
    reason = models.CharField("说明", max_length=200, blank=True)
    decided_on = models.DateField("决定日期", default=timezone.localdate)
    paid_on = models.DateField("退付日期", null=True, blank=True, help_text="国库退付到账的日期；没有到账的留空。")
    receipt_number = models.CharField("退付凭证号", max_length=40, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "退费"
        ordering = ["decided_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="refund_positive",
                condition=Q(amount__gt=0),
                violation_error_message="退费金额应大于 0。",
            ),
            models.CheckConstraint(
                name="refund_paid_not_before_decision",
                condition=Q(paid_on=None) | Q(paid_on__gte=F("decided_on")),
                violation_error_message="退付日期不得早于决定日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decided_on} 退 {self.amount} 元"
