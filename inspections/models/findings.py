"""Findings of the assessment (考评问题; the summary prints them as 查找案件)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from config.navigation import record_address
from inspections.enums import AreaType, FindingState, Handling, PhotoKind, Source
from inspections.models.places import Place
from inspections.models.rounds import Round
from inspections.models.standard import Item
from staff.models import Attachment, ImportBatch, Unit

if TYPE_CHECKING:
    from staff.models import User


def month_key(day: date) -> str:
    return day.isoformat()[:7]


def fingerprint(*, found_on: date, lead_unit_id: int, item_id: int, area: str, place: str, description: str) -> str:
    """What makes a finding the same one when a sheet, a form or a phone sends it twice."""
    text = "\x1f".join(
        [found_on.isoformat(), str(lead_unit_id), str(item_id), area, place.strip(), description.strip()]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]


POINT_PLACES = Decimal("0.0001")  # as points are stored
LAST_CHARACTER = "龥"  # sorts after every digit and word of a number, in both databases


# In time or late goes by the report that waits for review or was passed; without one by the closing (办理程序).
IN_TIME = Q(stopped_at__lte=F("due_at")) | Q(stopped_at=None, closed_at__lte=F("due_at"))
NOT_IN_TIME = Q(stopped_at__gt=F("due_at")) | Q(stopped_at=None) & (Q(closed_at=None) | Q(closed_at__gt=F("due_at")))


# What a line of the list says, its optional columns included; a page of fifty, or a sheet of 100,000, reads no more.
LISTED = (
    "number", "found_at", "lead_unit__name", "lead_unit__short_name", "area", "place", "item__name", "item__category__name",
    "description", "count", "points", "recurrence", "due_at", "stopped_at", "closed_at", "delivered_at", "send_backs",
    "handling", "source", "found_by", "state",
)  # fmt: skip


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: User) -> FindingQuerySet:
        """Assessed units see the findings in which they hold a share; the bureau's readers see all."""
        if user.sees_all_units:
            return self
        shares = FindingShare.objects.filter(finding=models.OuterRef("pk"), unit__in=user.unit_ids)
        return self.filter(models.Exists(shares))

    def listed(self) -> FindingQuerySet:
        return self.select_related("item__category", "lead_unit").only(*LISTED)

    def counted(self) -> FindingQuerySet:
        """What the summary counts: everything found in the period, recurrences included, nothing voided."""
        return self.exclude(state=FindingState.VOIDED)

    def found_between(self, start: date, end: date) -> FindingQuerySet:
        return self.filter(found_on__gte=start, found_on__lte=end)

    def numbered(self, text: str) -> FindingQuerySet:
        """Numbers that begin so. The range lets SQLite use the index, which LIKE does not."""
        return self.filter(number__startswith=text, number__range=(text, text + LAST_CHARACTER))

    def matching(self, text: str) -> FindingQuerySet:
        """By the number where one begins so, whatever its pattern is or was; anything else in place and description."""
        numbered = self.numbered(text)
        if numbered.exists():
            return self.filter(pk__in=Finding.objects.numbered(text).values("pk"))
        return self.filter(Q(place__contains=text) | Q(description__contains=text))

    def overdue_at(self, moment: datetime) -> FindingQuerySet:
        """Past the deadline and not put right, or put right late, as things stood at the moment."""
        return self.filter(NOT_IN_TIME, due_at__lt=moment, state__in=FindingState.DUE)

    def due_soon(self) -> FindingQuerySet:
        """Open and to be put right within a day; not what is reported already and waits for its review."""
        now = timezone.now()
        return self.filter(state__in=FindingState.OPEN, stopped_at=None, due_at__range=(now, now + timedelta(days=1)))


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
    handling = models.CharField("处理方式", max_length=8, choices=Handling.choices, default=Handling.ORDER)
    found_at = models.DateTimeField("发现时间", default=timezone.now)
    found_on = models.DateField("发现日期", editable=False)
    month = models.CharField("所属月份", max_length=7, editable=False)
    found_by = models.CharField("检查人", max_length=60, blank=True, help_text="两人以上用顿号分开。")
    delivered_at = models.DateTimeField("交办送达时间", null=True, blank=True, editable=False)
    due_at = models.DateTimeField("整改期限", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    # When the unit reported what waits for review or was passed; empty where it was closed without a report.
    stopped_at = models.DateTimeField("整改反馈时间", null=True, blank=True, editable=False)
    recurrence = models.PositiveSmallIntegerField("第几次反复", default=0)
    base = models.DecimalField("基础扣分", max_digits=8, decimal_places=3)
    coefficient = models.DecimalField("区域系数", max_digits=4, decimal_places=2)
    multiplier = models.DecimalField("倍数", max_digits=4, decimal_places=2)
    points = models.DecimalField("扣分", max_digits=9, decimal_places=4)
    # The rectification account (step 8) and an appeal that runs: points held are neither lost nor spared yet.
    send_backs = models.PositiveSmallIntegerField("退回次数", default=0, editable=False)
    false_reports = models.PositiveSmallIntegerField("虚假整改次数", default=0, editable=False)
    held = models.BooleanField("扣分待定", default=False, editable=False)
    state = models.CharField(
        "状态", max_length=12, choices=FindingState.choices, default=FindingState.REGISTERED, editable=False
    )
    # How it was entered: in which round, at which known place, what is to be done, and the phone's own key for it.
    round = models.ForeignKey(
        Round, verbose_name="考评轮次", null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    spot = models.ForeignKey(
        Place, verbose_name="点位", null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    outside = models.BooleanField("定位在辖区外", default=False, editable=False)
    client_id = models.UUIDField("手机端编号", null=True, blank=True, unique=True, editable=False)
    incident = models.ForeignKey(
        "fireworks.Incident",
        verbose_name="所据炮情",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
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
            ("confirm_finding", "确认考评问题"),
            ("order_finding", "交办考评问题、答复延期、挂账"),
            ("rectify_finding", "反馈整改、申请延期、提出申诉"),
            ("review_finding", "复查考评问题"),
            ("decide_finding_appeal", "裁定考评申诉"),
            ("reduce_finding", "登记领导批示减免扣分"),
        ]
        indexes = [
            models.Index(fields=["-found_at", "-id", "state", "found_on"], name="finding_newest"),
            models.Index(fields=["state", "-found_at", "-id"], name="finding_by_state"),
            models.Index(fields=["found_on", "item", "state"], name="finding_by_item"),
            models.Index(fields=["lead_unit", "-found_at", "-id"], name="finding_by_unit"),
            models.Index(fields=["found_on", "lead_unit", "state"], name="finding_period_unit"),
            models.Index(fields=["month", "state"], name="finding_by_month"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="finding_registered_once",
                fields=["fingerprint"],
                condition=~Q(state=FindingState.VOIDED),
                violation_error_message="同一天、同一单位、同一地点的同一问题已经登记过。",
            ),
            models.UniqueConstraint(
                name="finding_one_per_incident",
                fields=["incident"],
                condition=~Q(state=FindingState.VOIDED),
                violation_error_message="这起炮情已经登记为考评问题。",
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
                condition=Q(state__in=(FindingState.CLOSED, FindingState.VOIDED)) | Q(closed_at=None),
                violation_error_message="未销号的问题不能有销号时间。",
            ),
            models.CheckConstraint(
                name="finding_stopped_by_report",
                condition=Q(stopped_at=None) | Q(state__in=FindingState.REPORTS_STAND),
                violation_error_message="只有已反馈或已销号的问题才有整改反馈时间。",
            ),
            models.CheckConstraint(
                name="finding_ordered_is_delivered",
                condition=~Q(state__in=(FindingState.ORDERED, FindingState.REPORTED, FindingState.RETURNED))
                | Q(delivered_at__isnull=False),
                violation_error_message="已交办的问题必须有送达时间。",
            ),
            models.CheckConstraint(
                name="finding_deducted_by_handling",
                condition=~Q(state=FindingState.DEDUCTED) | Q(handling=Handling.DEDUCT),
                violation_error_message="只有处理方式为“只扣分”的问题可以不交办。",
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
        return record_address("inspections:finding-detail", self.pk)

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
        """Late in the sense of 应整改: what is shelved, only deducted or voided has no deadline to miss."""
        counts = self.due_at is not None and self.state in FindingState.DUE
        return counts and (self.stopped_at or self.closed_at or timezone.now()) > self.due_at  # type: ignore[operator]

    @property
    def light(self) -> tuple[str, str]:
        """(level, words) of the deadline light."""
        if self.due_at is None or not self.is_open:
            return "none", "逾期销号" if self.is_overdue else "—"
        if self.stopped_at is not None:
            return ("red", "逾期反馈") if self.is_overdue else ("none", "待复查")
        left = self.due_at - timezone.now()
        if left.total_seconds() < 0:
            return "red", "已逾期"
        hours = int(left.total_seconds() // 3600)
        level = "orange" if hours < 4 else "yellow" if hours < 24 else "green"
        return level, f"剩 {hours} 小时" if hours < 48 else f"剩 {hours // 24} 天"

    @property
    def worked_out(self) -> Decimal:
        """What the standard makes of it; `points` differs when an appeal or a leader's reduction decided otherwise."""
        return (self.base * self.coefficient * self.multiplier).quantize(POINT_PLACES, ROUND_HALF_UP)

    @property
    def is_decided_otherwise(self) -> bool:
        return self.points != self.worked_out

    def at_most_decided(self, points: Decimal) -> Decimal:
        """`points` as worked out anew, never more than what an appeal or a leader decided on, also where it was less since."""
        decided = [
            *self.appeals.values_list("new_points", flat=True),
            *self.reductions.values_list("new_points", flat=True),
        ]
        return min([points, *(each for each in decided if each is not None)])


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
    """A picture of the finding, or of what was put right. `flag`: what is odd about it, in words; "" = nothing."""

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="photos")
    report = models.ForeignKey(
        "inspections.RectificationReport",
        verbose_name="整改反馈",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="photos",
    )
    kind = models.CharField("照片类别", max_length=8, choices=PhotoKind.choices, default=PhotoKind.NEAR)
    flag = models.CharField("待核对", max_length=80, blank=True)

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "问题照片"
        constraints = [
            *Attachment.Meta.constraints,
            models.UniqueConstraint(
                name="after_photo_used_once",
                fields=["source_sha256"],
                condition=Q(kind=PhotoKind.AFTER),
                violation_error_message="这张整改后照片已经用过。",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("inspections:finding-photo", args=[self.finding_id, self.pk])


class Sighting(models.Model):
    """A problem found again before it was closed: the same finding, no second deduction, the fact is kept (step 3).

    It came from a phone under its own key, or from an incident of the fireworks ban.
    """

    finding = models.ForeignKey(Finding, verbose_name="考评问题", on_delete=models.CASCADE, related_name="sightings")
    client_id = models.UUIDField("手机端编号", null=True, blank=True, unique=True)
    incident = models.ForeignKey(
        "fireworks.Incident", verbose_name="所据炮情", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    seen_at = models.DateTimeField("再次发现时间")
    description = models.CharField("存在问题", max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "再次发现"
        ordering = ["finding", "seen_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_sighting_per_finding_and_incident",
                fields=["finding", "incident"],
                violation_error_message="这起炮情已并入这条问题。",
            ),
            models.CheckConstraint(
                name="sighting_has_origin",
                condition=Q(client_id__isnull=False, incident=None) | Q(client_id=None, incident__isnull=False),
                violation_error_message="再次发现应来自手机或炮情之一。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding} {timezone.localtime(self.seen_at):%Y-%m-%d %H:%M}"
