"""What happened on duty: the shift's report (零报告), and where switched on check-ins, marks, hand-over, empty posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from fireworks.models.rosters import Assignment, Slot

if TYPE_CHECKING:
    from staff.models import User


class ShiftReportQuerySet(models.QuerySet["ShiftReport"]):
    def visible_to(self, user: User) -> ShiftReportQuerySet:
        return self.filter(slot__in=Slot.objects.visible_to(user))

    def zero(self) -> ShiftReportQuerySet:
        """零报告: nothing found."""
        return self.filter(nothing_found=True)


class ShiftReport(models.Model):
    """One report a post and shift: who was present, and whether anything was found. A late one counts and is marked."""

    slot = models.OneToOneField(Slot, verbose_name="岗班", on_delete=models.PROTECT, related_name="report")
    present = models.PositiveSmallIntegerField("实到人数")
    nothing_found = models.BooleanField("未发现燃放", default=True)
    note = models.CharField("情况说明", max_length=200, blank=True)
    flag = models.CharField("待核对", max_length=120, blank=True, editable=False)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="报告人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField("报告时间", default=timezone.now)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = ShiftReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值守报告"
        ordering = ["-reported_at", "-pk"]
        permissions = [("report_duty", "报告值守情况")]
        constraints = [
            models.CheckConstraint(
                name="report_of_a_find_says_what",
                condition=Q(nothing_found=True) | ~Q(note=""),
                violation_error_message="发现燃放的须写明情况。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot} {self.words}"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:slot-detail", args=[self.slot_id])

    @property
    def words(self) -> str:
        return "零报告" if self.nothing_found else "有发现"


class PresenceQuerySet(models.QuerySet[Any]):
    def standing(self) -> PresenceQuerySet:
        """Those not taken back: the ones that count."""
        return self.filter(voided_at=None)


class Presence(models.Model):
    """Abstract. Somebody stood at a post from a moment on. Never edited: a slip is voided and entered anew."""

    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_voided_with_its_reason",
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废须写明理由。",
            )
        ]


class CheckIn(Presence):
    """签到 by position. Out of time or place is recorded and flagged, never refused.

    `reason`: why somebody else recorded it (代签), who then is `recorded_by`.
    """

    assignment = models.ForeignKey(
        Assignment, verbose_name="值守安排", on_delete=models.PROTECT, related_name="check_ins"
    )
    at = models.DateTimeField("签到时间", default=timezone.now)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    metres = models.PositiveIntegerField("距岗位（米）", null=True, blank=True)
    flag = models.CharField("待核对", max_length=120, blank=True)
    reason = models.CharField("代签原因", max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="记录人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "签到"
        ordering = ["at", "pk"]
        constraints = [
            *Presence.Meta.constraints,
            models.UniqueConstraint(
                name="one_standing_check_in_per_assignment",
                fields=["assignment"],
                condition=Q(voided_at=None),
                violation_error_message="已经签到，不用再签。",
            ),
            models.CheckConstraint(
                name="check_in_position_whole",
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_message="纬度和经度须同时记录，并在有效范围内。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {timezone.localtime(self.at):%H:%M}"


class StandIn(Presence):
    """补岗: somebody who is not on the list came and stands there. From then on the post has one more."""

    slot = models.ForeignKey(Slot, verbose_name="岗班", on_delete=models.PROTECT, related_name="stand_ins")
    name = models.CharField("到岗的替补", max_length=60)
    at = models.DateTimeField("到岗时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="记录人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "补岗"
        ordering = ["at", "pk"]
        constraints = [
            *Presence.Meta.constraints,
            models.UniqueConstraint(
                name="one_stand_in_per_slot_and_name",
                fields=["slot", "name"],
                condition=Q(voided_at=None),
                violation_error_message="这名替补到岗已经登记过。",
            ),
            models.CheckConstraint(
                name="stand_in_has_a_name",
                condition=~Q(name=""),
                violation_error_message="到岗的替补不能为空。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {timezone.localtime(self.at):%H:%M}"


class PatrolMark(models.Model):
    """每小时巡查记录; or, with `taken_over_by`, the hand-over (交接班)."""

    slot = models.ForeignKey(Slot, verbose_name="岗班", on_delete=models.PROTECT, related_name="marks")
    at = models.DateTimeField("时间", default=timezone.now)
    note = models.CharField("情况", max_length=100, blank=True)
    taken_over_by = models.CharField("接班人", max_length=30, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="记录人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "巡查和交接记录"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%H:%M} {self.note}"


class EmptyPost(models.Model):
    """空岗: fewer have signed in than the post needs 15 minutes after the shift began. Once a post and shift."""

    slot = models.OneToOneField(Slot, verbose_name="岗班", on_delete=models.PROTECT, related_name="empty_post")
    missing = models.PositiveSmallIntegerField("缺人数")
    raised_at = models.DateTimeField("发现时间", default=timezone.now)
    called = models.CharField("已叫替补", max_length=60, blank=True)
    called_at = models.DateTimeField("叫替补时间", null=True, blank=True)
    filled_at = models.DateTimeField("补岗时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "空岗"
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="empty_post_called_whole",
                condition=Q(called="", called_at=None) | ~Q(called="") & Q(called_at__isnull=False),
                violation_error_message="叫替补须写明叫了谁。",
            ),
            models.CheckConstraint(
                name="empty_post_filled_after_raised",
                condition=Q(filled_at=None) | Q(filled_at__gte=F("raised_at")),
                violation_error_message="补岗时间不得早于发现时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot} 缺 {self.missing} 人"
