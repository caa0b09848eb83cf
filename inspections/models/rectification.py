"""What happens to a finding after it is confirmed: orders to units, reports of what was done, reviews, extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from inspections.enums import RequestState, ReviewOutcome
from inspections.models.findings import Finding
from staff.models import IssuedPaper, Unit

if TYPE_CHECKING:
    from staff.models import User


class OrderQuerySet(models.QuerySet["RectificationOrder"]):
    def visible_to(self, user: User) -> OrderQuerySet:
        """A unit sees the orders that were given to it."""
        return self if user.sees_all_units else self.filter(unit__in=user.unit_ids)


class RectificationOrder(IssuedPaper):
    """交办单: an order of the assessment office to one unit, with several findings. Never a 责令限期改正 to a party.

    Delivery (送达) is the push to the unit; the deadline of each finding starts with it (办理程序).
    """

    unit = models.ForeignKey(Unit, verbose_name="责任单位", on_delete=models.PROTECT, related_name="orders")
    demand = models.CharField("整改要求", max_length=300, blank=True)
    delivered_at = models.DateTimeField("送达时间")
    offline = models.BooleanField("线下交办，事后补录", default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="交办人", on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = OrderQuerySet.as_manager()

    class Meta(IssuedPaper.Meta):
        verbose_name = verbose_name_plural = "交办单"
        ordering = ["-delivered_at", "-pk"]

    def __str__(self) -> str:
        return self.number or "交办单（未编号）"

    def get_absolute_url(self) -> str:
        return reverse("inspections:order-detail", args=[self.pk])


class OrderLine(models.Model):
    """One finding on an order; `due_at` as the paper says. Withdrawn when the finding goes to another unit, or rests."""

    order = models.ForeignKey(RectificationOrder, verbose_name="交办单", on_delete=models.PROTECT, related_name="lines")
    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.PROTECT, related_name="order_lines")
    due_at = models.DateTimeField("整改期限", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_why = models.CharField("撤回原因", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "交办问题"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="finding_under_one_order",
                fields=["finding"],
                condition=Q(withdrawn_at=None),
                violation_error_message="这条问题已经在另一份有效的交办单里。",
            ),
            models.CheckConstraint(
                name="order_line_withdrawn_whole",
                condition=Q(withdrawn_at=None, withdrawn_why="") | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_why=""),
                violation_error_message="撤回必须同时有时间和原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.finding}"


class RectificationReport(models.Model):
    """整改反馈: what the unit did, when it was finished, who answers for it; the photos hang on it."""

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="reports")
    round = models.PositiveSmallIntegerField("第几次反馈", default=1)
    done = models.CharField("整改措施", max_length=300)
    finished_at = models.DateTimeField("整改完成时间")
    person = models.CharField("责任人", max_length=30, blank=True)
    flag = models.CharField("待核对", max_length=80, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="反馈人", on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField("反馈时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "整改反馈"
        ordering = ["finding", "round"]
        constraints = [
            models.UniqueConstraint(
                name="one_report_per_round",
                fields=["finding", "round"],
                violation_error_message="这一次整改已经反馈过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.finding}第{self.round}次反馈"


class Review(models.Model):
    """复查: passed, sent back, or found to be false. Without a report: closed directly (即查即改 or entered afterwards)."""

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="reviews")
    report = models.OneToOneField(
        RectificationReport,
        verbose_name="整改反馈",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="review",
    )
    outcome = models.CharField("复查结论", max_length=10, choices=ReviewOutcome.choices)
    reason = models.CharField("说明", max_length=200, blank=True)
    flag = models.CharField("待核对", max_length=80, blank=True)
    reviewed_at = models.DateTimeField("复查时间", default=timezone.now)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="复查人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "复查"
        ordering = ["finding", "pk"]
        constraints = [
            models.CheckConstraint(
                name="review_failed_has_reason",
                condition=Q(outcome=ReviewOutcome.PASSED) | ~Q(reason=""),
                violation_error_message="复查不合格应写明哪里不到位。",
            ),
            models.CheckConstraint(
                name="review_failed_has_report",
                condition=Q(outcome=ReviewOutcome.PASSED) | Q(report__isnull=False),
                violation_error_message="没有反馈就没有可退回的整改。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}复查{self.get_outcome_display()}"


class Shelving(models.Model):
    """挂账: from when to when the case rested, and the deadline that ran until then.

    `ended_at` is empty while it rests, and stays empty when it is closed from there.
    """

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="shelvings")
    due_at = models.DateTimeField("挂账时的整改期限", null=True, blank=True)
    shelved_at = models.DateTimeField("挂账时间", default=timezone.now)
    ended_at = models.DateTimeField("恢复办理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "挂账记录"
        ordering = ["finding", "shelved_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="one_open_shelving_per_finding",
                fields=["finding"],
                condition=Q(ended_at=None),
                violation_error_message="这条问题已经挂账。",
            ),
            models.CheckConstraint(
                name="shelving_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("shelved_at")),
                violation_error_message="恢复办理时间不得早于挂账时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}挂账"


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def visible_to(self, user: User) -> ExtensionQuerySet:
        return self if user.sees_all_units else self.filter(finding__lead_unit__in=user.unit_ids)

    def pending(self) -> ExtensionQuerySet:
        return self.filter(state=RequestState.PENDING)


class Extension(models.Model):
    """延期: asked before the deadline, which moves when it is granted. Asked too late it is recorded and flagged."""

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="extensions")
    reason = models.CharField("延期理由", max_length=300)
    old_due_at = models.DateTimeField("原期限", null=True, blank=True)
    until = models.DateTimeField("申请延至")
    is_late = models.BooleanField("期满后申请", default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    state = models.CharField(
        "答复", max_length=8, choices=RequestState.choices, default=RequestState.PENDING, editable=False
    )
    granted_until = models.DateTimeField("准予延至", null=True, blank=True)
    answer = models.CharField("答复意见", max_length=200, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_extension_per_finding",
                fields=["finding"],
                condition=Q(state=RequestState.PENDING),
                violation_error_message="这条问题已有一件延期申请待答复。",
            ),
            models.CheckConstraint(
                name="extension_answered_whole",
                condition=Q(state=RequestState.PENDING, answered_at=None, answered_by=None)
                | Q(state=RequestState.LAPSED, answered_at__isnull=False)
                | Q(state__in=(RequestState.GRANTED, RequestState.REFUSED))
                & Q(answered_at__isnull=False, answered_by__isnull=False),
                violation_error_message="答复必须有答复人和时间。",
            ),
            models.CheckConstraint(
                name="extension_granted_beyond_deadline",
                condition=~Q(state=RequestState.GRANTED)
                | Q(granted_until__isnull=False) & (Q(old_due_at=None) | Q(granted_until__gt=F("old_due_at"))),
                violation_error_message="准予延期的，新期限应在原期限之后。",
            ),
            models.CheckConstraint(
                name="extension_granted_in_time",
                condition=~Q(state=RequestState.GRANTED) | Q(is_late=False),
                violation_error_message="期满后才申请的不能准予延期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}延期申请"
