"""What may change a finding's points afterwards: a unit's appeal, a leader's reduction (领导批示减免)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from inspections.enums import AppealGround, AppealState
from inspections.models.findings import Finding, FindingShare
from staff.models import Attachment, Unit

if TYPE_CHECKING:
    from staff.models import User

POINTS = {"max_digits": 9, "decimal_places": 4}


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user: User) -> AppealQuerySet:
        """A unit sees its own appeals, also when the finding went to another since, and those of its co-responsible."""
        if user.sees_all_units:
            return self
        shares = FindingShare.objects.filter(finding=models.OuterRef("finding"), unit__in=user.unit_ids)
        return self.filter(Q(unit__in=user.unit_ids) | models.Exists(shares))

    def pending(self) -> AppealQuerySet:
        return self.filter(state=AppealState.PENDING)


class Appeal(models.Model):
    """申诉: lodged within 2 working days of delivery, answered within 3 (both are settings); late ones are flagged.

    `recorded_at`: it was handed in on paper at `lodged_at`, and `lodged_by` typed it in then (补录).
    Decided in the system, or on paper (线下签批): then `signer` and `signed_on` say who signed, `decided_by` who typed.
    """

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="appeals")
    unit = models.ForeignKey(Unit, verbose_name="申诉单位", on_delete=models.PROTECT, related_name="finding_appeals")
    ground = models.CharField("申诉理由", max_length=10, choices=AppealGround.choices)
    reason = models.CharField("情况说明", max_length=300)
    proposed_unit = models.ForeignKey(
        Unit, verbose_name="建议改派", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lodged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申诉人", on_delete=models.PROTECT, related_name="+"
    )
    lodged_at = models.DateTimeField("申诉时间", default=timezone.now)
    recorded_at = models.DateTimeField("补录时间", null=True, blank=True, editable=False)
    lodge_by = models.DateField("申诉期限", null=True, blank=True)
    answer_by = models.DateField("答复期限", null=True, blank=True)
    is_late = models.BooleanField("逾期申诉", default=False)
    state = models.CharField(
        "申诉结果", max_length=10, choices=AppealState.choices, default=AppealState.PENDING, editable=False
    )
    decision = models.CharField("裁定意见", max_length=300, blank=True)
    old_points = models.DecimalField("原扣分", null=True, blank=True, **POINTS)
    new_points = models.DecimalField("裁定扣分", null=True, blank=True, **POINTS)
    new_unit = models.ForeignKey(
        Unit, verbose_name="改派单位", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="裁定（登记）人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    decided_at = models.DateTimeField("裁定时间", null=True, blank=True)
    signer = models.CharField("线下签批人", max_length=30, blank=True)
    signed_on = models.DateField("签批日期", null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考评申诉"
        ordering = ["-lodged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_finding_appeal",
                fields=["finding"],
                condition=Q(state=AppealState.PENDING),
                violation_error_message="这条问题已有一件申诉待裁定。",
            ),
            models.CheckConstraint(
                name="finding_appeal_decided_whole",
                condition=Q(state=AppealState.PENDING, decided_at=None, decided_by=None)
                | ~Q(state=AppealState.PENDING)
                & Q(decided_at__isnull=False, decided_by__isnull=False, old_points__isnull=False)
                & ~Q(decision=""),
                violation_error_message="裁定必须有裁定人、时间和意见。",
            ),
            models.CheckConstraint(
                name="finding_appeal_partly_lowers",
                condition=~Q(state=AppealState.PARTLY)
                | Q(new_points__isnull=False, new_points__gte=0, new_points__lt=F("old_points")),
                violation_error_message="部分成立的，裁定扣分应低于原扣分。",
            ),
            models.CheckConstraint(
                name="finding_appeal_reassigned_has_unit",
                condition=~Q(state=AppealState.REASSIGNED) | Q(new_unit__isnull=False),
                violation_error_message="改派必须指明改派单位。",
            ),
            models.CheckConstraint(
                name="finding_appeal_signed_whole",
                condition=Q(signer="", signed_on=None) | ~Q(signer="") & Q(signed_on__isnull=False),
                violation_error_message="线下签批应同时填签批人和日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}申诉"

    def get_absolute_url(self) -> str:
        return reverse("inspections:appeal-detail", args=[self.pk])


class Reduction(models.Model):
    """领导批示减免: decided on paper; the words, who signed, on which day, and who typed it in."""

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="reductions")
    old_points = models.DecimalField("原扣分", **POINTS)
    new_points = models.DecimalField("减免后扣分", **POINTS)
    words = models.CharField("批示内容", max_length=300)
    signer = models.CharField("批示人", max_length=30)
    signed_on = models.DateField("批示日期")
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    typed_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "减免"
        ordering = ["finding", "pk"]
        constraints = [
            models.CheckConstraint(
                name="reduction_lowers",
                condition=Q(new_points__gte=0, new_points__lt=F("old_points")),
                violation_error_message="减免后的扣分应低于原扣分。",
            ),
            models.CheckConstraint(
                name="reduction_has_words",
                condition=~Q(words="") & ~Q(signer=""),
                violation_error_message="减免应写明批示内容和批示人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}减免"


class SignedScan(Attachment):
    """What a leader signed on paper about a finding: the 批示 behind a reduction, or behind the answer to an appeal."""

    reduction = models.ForeignKey(
        Reduction, verbose_name="减免", null=True, blank=True, on_delete=models.CASCADE, related_name="scans"
    )
    appeal = models.ForeignKey(
        Appeal, verbose_name="申诉", null=True, blank=True, on_delete=models.CASCADE, related_name="scans"
    )

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "线下签批扫描件"
        constraints = [
            *Attachment.Meta.constraints,
            models.CheckConstraint(
                name="signed_scan_of_one_thing",
                condition=Q(reduction=None, appeal__isnull=False) | Q(reduction__isnull=False, appeal=None),
                violation_error_message="扫描件只能属于一件减免或一件申诉。",
            ),
        ]

    def get_absolute_url(self) -> str:
        finding = (self.reduction or self.appeal).finding_id
        return reverse("inspections:finding-scan", args=[finding, self.pk])
