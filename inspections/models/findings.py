"""Findings of the assessment (考评问题; the summary prints them as 查找案件)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from inspections.enums import AreaType, FindingState, Source
from inspections.models.standard import Item
from staff.models import Attachment, ImportBatch, Unit

if TYPE_CHECKING:
    from staff.models import User


def month_key(day: date) -> str:
    return f"{day:%Y-%m}"


def fingerprint(*, found_on: date, lead_unit_id: int, item_id: int, area: str, place: str, description: str) -> str:
    """What makes a finding the same one when a sheet, a form or a phone sends it twice."""
    text = "\x1f".join(
        [found_on.isoformat(), str(lead_unit_id), str(item_id), area, place.strip(), description.strip()]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]


LAST_CHARACTER = "龥"  # sorts after every digit and word of a number, in both databases


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: User) -> FindingQuerySet:
        """Assessed units see the findings in which they hold a share; the bureau's readers see all."""
        if user.sees_all_units:
            return self
        shares = FindingShare.objects.filter(finding=models.OuterRef("pk"), unit__in=user.unit_ids)
        return self.filter(models.Exists(shares))

    def counted(self) -> FindingQuerySet:
        """What the summary counts: everything found in the period, recurrences included, nothing voided."""
        return self.exclude(state=FindingState.VOIDED)

    def found_between(self, start: date, end: date) -> FindingQuerySet:
        return self.filter(found_on__gte=start, found_on__lte=end)

    def numbered(self, text: str) -> FindingQuerySet:
        """Numbers that begin so. The range lets SQLite use the index, which LIKE does not."""
        return self.filter(number__startswith=text, number__range=(text, text + LAST_CHARACTER))

    def overdue_at(self, moment: datetime) -> FindingQuerySet:
        """Past the deadline and not put right, or put right late, as things stood at the moment."""
        return self.filter(due_at__lt=moment).filter(Q(closed_at=None) | Q(closed_at__gt=F("due_at")))


class Finding(models.Model):
    number = models.CharField("编号", max_length=40, unique=True)
    item = models.ForeignKey(Item, verbose_name="小项", on_delete=models.PROTECT, related_name="findings")
    area = models.CharField("区域类型", max_length=2, choices=AreaType.choices)
    lead_unit = models.ForeignKey(Unit, verbose_name="责任单位", on_delete=models.PROTECT, related_name="led_findings")
    place = models.CharField("具体地点", max_length=120)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    description = models.CharField("存在问题", max_length=300, blank=True)
    severe = models.BooleanField("严重情形", default=False)
    count = models.PositiveIntegerField("数量", default=1)
    source = models.CharField("问题来源", max_length=20, choices=Source.choices, default=Source.OWN_PATROL)
    found_at = models.DateTimeField("发现时间", default=timezone.now)
    found_on = models.DateField("发现日期", editable=False)
    month = models.CharField("所属月份", max_length=7, editable=False)
    found_by = models.CharField("检查人", max_length=60, blank=True, help_text="两人以上用顿号分开。")
    due_at = models.DateTimeField("整改期限", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    recurrence = models.PositiveSmallIntegerField("第几次反复", default=0)
    base = models.DecimalField("基础扣分", max_digits=8, decimal_places=3)
    coefficient = models.DecimalField("区域系数", max_digits=4, decimal_places=2)
    multiplier = models.DecimalField("倍数", max_digits=4, decimal_places=2)
    points = models.DecimalField("扣分", max_digits=9, decimal_places=4)
    state = models.CharField(
        "状态", max_length=12, choices=FindingState.choices, default=FindingState.REGISTERED, editable=False
    )
    void_reason = models.CharField("作废理由", max_length=200, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    fingerprint = models.CharField("查重码", max_length=32, editable=False)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    registered_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    batch = models.ForeignKey(
        ImportBatch, verbose_name="导入批次", null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考评问题"
        ordering = ["-found_at", "-pk"]
        permissions = [
            ("view_findings", "查看考评问题"),
            ("register_finding", "登记考评问题"),
            ("edit_finding", "修改考评问题"),
            ("close_finding", "考评问题销号"),
            ("void_finding", "作废考评问题"),
            ("import_findings", "导入考评问题"),
        ]
        indexes = [
            models.Index(fields=["-found_at", "-id", "state", "found_on"], name="finding_newest"),
            models.Index(fields=["state", "-found_at", "-id"], name="finding_by_state"),
            models.Index(fields=["found_on", "item", "state"], name="finding_by_item"),
            models.Index(fields=["lead_unit", "-found_at", "-id"], name="finding_by_unit"),
            models.Index(fields=["found_on", "lead_unit", "state"], name="finding_period_unit"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="finding_registered_once",
                fields=["fingerprint"],
                condition=~Q(state=FindingState.VOIDED),
                violation_error_message="同一天、同一单位、同一地点的同一问题已经登记过。",
            ),
            models.CheckConstraint(
                name="finding_count_positive",
                condition=Q(count__gte=1),
                violation_error_message="数量应不小于 1。",
            ),
            models.CheckConstraint(
                name="finding_points_not_negative",
                condition=Q(points__gte=0, base__gte=0, coefficient__gte=0, multiplier__gte=1),
                violation_error_message="扣分不能为负。",
            ),
            models.CheckConstraint(
                name="finding_closed_has_time",
                condition=~Q(state=FindingState.CLOSED) | Q(closed_at__isnull=False),
                violation_error_message="销号必须记下销号时间。",
            ),
            models.CheckConstraint(
                name="finding_open_not_closed",
                condition=~Q(state=FindingState.REGISTERED) | Q(closed_at=None),
                violation_error_message="未销号的问题不能有销号时间。",
            ),
            models.CheckConstraint(
                name="finding_closed_after_found",
                condition=Q(closed_at=None) | Q(closed_at__gte=F("found_at")),
                violation_error_message="销号时间不得早于发现时间。",
            ),
            models.CheckConstraint(
                name="finding_void_has_reason",
                condition=Q(state=FindingState.VOIDED, voided_at__isnull=False) & ~Q(void_reason="")
                | ~Q(state=FindingState.VOIDED) & Q(voided_at=None, void_reason=""),
                violation_error_message="作废必须写明理由和时间。",
            ),
            models.CheckConstraint(
                name="finding_position_whole",
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message="经度和纬度应同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("inspections:finding-detail", args=[self.pk])

    def stamp(self) -> None:
        """Store what follows from the time found, the unit and the place: local date, month, fingerprint."""
        self.found_on = timezone.localtime(self.found_at).date()
        self.month = month_key(self.found_on)
        self.fingerprint = fingerprint(
            found_on=self.found_on,
            lead_unit_id=self.lead_unit_id,
            item_id=self.item_id,
            area=self.area,
            place=self.place,
            description=self.description,
        )

    @property
    def is_open(self) -> bool:
        return self.state in FindingState.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.due_at is not None and (self.closed_at or timezone.now()) > self.due_at


class FindingShare(models.Model):
    """What part of a finding a unit answers for; points and visibility follow it. Shares of a finding sum to 1."""

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="shares")
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="finding_shares")
    share = models.DecimalField("比例", max_digits=7, decimal_places=6)
    points = models.DecimalField("分摊扣分", max_digits=9, decimal_places=4)

    class Meta:
        verbose_name = verbose_name_plural = "责任分摊"
        ordering = ["finding", "-share", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_share_per_finding_and_unit",
                fields=["finding", "unit"],
                violation_error_message="同一问题里每个单位只能分摊一次。",
            ),
            models.CheckConstraint(
                name="finding_share_within_one",
                condition=Q(share__gt=0, share__lte=1, points__gte=0),
                violation_error_message="分摊比例应大于 0、不超过 1。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.share}"


class FindingPhoto(Attachment):
    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="photos")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "问题照片"

    def get_absolute_url(self) -> str:
        return reverse("inspections:finding-photo", args=[self.finding_id, self.pk])
