"""What happens to a permit afterwards: changed on application, cut back for the city's needs, taken away; and emergencies."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from permits.enums import AdjustmentKind, ChangeKind, ChangeOutcome, EndingGround, EndingKind, PermitState
from permits.models.applications import Application


class PermitChange(models.Model):
    """变更 (道路条例 Art. 36): asked for in advance, decided as an application is."""

    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField("变更事项", max_length=10, choices=ChangeKind.choices)
    filed_on = models.DateField("申请日期")
    reason = models.CharField("变更理由", max_length=200)
    new_ends_on = models.DateField("变更后期限至", null=True, blank=True)
    new_area = models.DecimalField("变更后面积（㎡）", max_digits=10, decimal_places=2, null=True, blank=True)
    new_location = models.CharField("变更后位置", max_length=160, blank=True)
    resurveyed_on = models.DateField("重新查勘日期", null=True, blank=True)
    outcome = models.CharField("结论", max_length=10, choices=ChangeOutcome.choices, default=ChangeOutcome.PENDING)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    decided_by = models.CharField("决定人", max_length=60, blank=True)
    decision_note = models.CharField("决定说明", max_length=300, blank=True)
    fee_difference = models.DecimalField("费用差额（元）", max_digits=12, decimal_places=2, default=Decimal(0))
    fee_note = models.CharField("费用说明", max_length=300, blank=True, editable=False)
    new_segments = models.JSONField("变更后各段长宽", default=list, blank=True, editable=False)
    segments_before = models.JSONField("变更前路段", default=list, blank=True, editable=False)
    ends_on_before = models.DateField("变更前期限至", null=True, blank=True, editable=False)
    state_before = models.CharField(
        "变更前状态", max_length=14, choices=PermitState.choices, blank=True, editable=False
    )
    location_before = models.CharField("变更前位置", max_length=160, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更"
        ordering = ["filed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_pending_change_per_permit",
                fields=["application"],
                condition=Q(outcome="pending"),
                violation_error_message="已有一项变更申请待决定。",
            ),
            models.CheckConstraint(
                name="change_decided_whole",
                condition=Q(outcome="pending", decided_on=None) | (~Q(outcome="pending") & Q(decided_on__isnull=False)),
                violation_error_message="变更决定必须有日期和结论。",
            ),
            models.CheckConstraint(
                name="change_denied_says_why",
                condition=~Q(outcome="denied") | ~Q(decision_note=""),
                violation_error_message="不予变更必须说明理由（《行政许可法》第三十八条第二款）。",
            ),
            models.CheckConstraint(
                name="change_says_to_what",
                condition=~Q(kind="period") | Q(new_ends_on__isnull=False),
                violation_error_message="延长期限须填变更后的截止日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.get_outcome_display()}"


class Adjustment(models.Model):
    """调整占用 (道路条例 Art. 38): smaller, shorter or stopped for the city's needs, with part of the fee paid back."""

    application = models.ForeignKey(
        Application, verbose_name="申请", on_delete=models.CASCADE, related_name="adjustments"
    )
    kind = models.CharField("调整方式", max_length=10, choices=AdjustmentKind.choices)
    decided_on = models.DateField("决定日期")
    decided_by = models.CharField("决定人", max_length=60)
    reason = models.CharField("理由", max_length=200)
    new_area = models.DecimalField("调整后面积（㎡）", max_digits=10, decimal_places=2, null=True, blank=True)
    new_ends_on = models.DateField("调整后期限至", null=True, blank=True)
    refund = models.DecimalField("应退占用费（元）", max_digits=12, decimal_places=2, null=True, blank=True)
    new_segments = models.JSONField("变更后各段长宽", default=list, blank=True, editable=False)
    segments_before = models.JSONField("变更前路段", default=list, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "调整占用"
        ordering = ["decided_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="adjustment_says_to_what",
                condition=(Q(kind="shrink", new_area__isnull=False) | Q(kind="shorten", new_ends_on__isnull=False))
                | Q(kind="stop"),
                violation_error_message="缩小面积须填调整后面积，缩短期限须填调整后截止日期。",
            ),
            models.CheckConstraint(
                name="adjustment_refund_not_negative",
                condition=Q(refund=None) | Q(refund__gte=0),
                violation_error_message="应退金额不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Ending(models.Model):
    """撤销、撤回、注销: ground, hearing of the party, who decided."""

    application = models.OneToOneField(
        Application, verbose_name="申请", on_delete=models.CASCADE, related_name="ending"
    )
    kind = models.CharField("方式", max_length=8, choices=EndingKind.choices)
    ground = models.CharField("情形", max_length=14, choices=EndingGround.choices)
    facts = models.CharField("事实和理由", max_length=300)
    heard_on = models.DateField("听取陈述申辩日期", null=True, blank=True)
    decided_on = models.DateField("决定日期")
    decided_by = models.CharField("决定人", max_length=60)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "撤销、撤回、注销"
        constraints = [
            models.CheckConstraint(
                name="ending_ground_of_its_kind",
                condition=Q(kind="revoke", ground__in=EndingGround.OF_REVOKE)
                | Q(kind="recall", ground__in=EndingGround.OF_RECALL)
                | Q(kind="cancel", ground__in=EndingGround.OF_CANCEL),
                violation_error_message="情形与方式不符：撤销、撤回、注销各有法定情形。",
            ),
            models.CheckConstraint(
                name="ending_heard_before_decision",
                condition=Q(heard_on=None) | Q(heard_on__lte=F("decided_on")),
                violation_error_message="听取陈述申辩应在决定之前。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.get_ground_display()}"


class Emergency(models.Model):
    """抢修报备 (道路条例 Art. 34): dig first, tell both departments at once, make the permit up within 24 clock hours."""

    application = models.OneToOneField(
        Application, verbose_name="申请", on_delete=models.CASCADE, related_name="emergency"
    )
    started_at = models.DateTimeField("抢修开始时间")
    reported_at = models.DateTimeField("报备时间")
    source = models.CharField("报备来源", max_length=40, blank=True, help_text="管线单位、12345、巡查发现等。")
    cause = models.CharField("故障情况", max_length=200)
    bureau_told_at = models.DateTimeField("通知城管部门时间", null=True, blank=True)
    police_told_at = models.DateTimeField("通知公安交管部门时间", null=True, blank=True)
    due_at = models.DateTimeField("补办期限", editable=False)
    made_up_at = models.DateTimeField("补办时间", null=True, blank=True, editable=False)
    case_lead = models.BooleanField("第四十二条第五项线索", default=False, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "抢修报备"
        constraints = [
            models.CheckConstraint(
                name="emergency_made_up_after_start",
                condition=Q(made_up_at=None) | Q(made_up_at__gte=F("started_at")),
                violation_error_message="补办时间不得早于抢修开始时间。",
            )
        ]

    def __str__(self) -> str:
        return self.cause

    def hours_left(self, now: datetime | None = None) -> int:
        """Whole clock hours; below 0 once the 24 are over."""
        return (self.due_at - (now or timezone.now())) // timedelta(hours=1)

    @property
    def was_late(self) -> bool:
        return (self.made_up_at or timezone.now()) > self.due_at
