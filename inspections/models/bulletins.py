"""Bulletins (通报) with their frozen lines, and the monthly sheet (扣分核对单) that each unit confirms before."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from config.periods import Period
from inspections.enums import BulletinState, ConfirmWay
from inspections.models.rules import ScoringRuleSet
from staff.models import Attachment, IssuedPaper, RankingGroup, Unit
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


def score_field(label: str) -> models.DecimalField[Any, Any]:
    """Points out of 100, exact enough to be rounded anew; empty where there are no data."""
    return models.DecimalField(label, max_digits=13, decimal_places=10, null=True, blank=True)


def workbook_path(bulletin: Bulletin, filename: str) -> str:
    return f"papers/inspections/{uuid.uuid4().hex}.xlsx"


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def visible_to(self, user: User) -> BulletinQuerySet:
        """Drafts are the bureau's; what is published is there for everybody who is ranked in it."""
        if not user.has_perm(Perms.VIEW_SCORES):
            return self.none()
        return self if user.sees_all_units else self.exclude(state=BulletinState.DRAFT)

    def standing(self) -> BulletinQuerySet:
        """Published and not corrected: one a month."""
        return self.filter(state=BulletinState.PUBLISHED)


class Bulletin(IssuedPaper):
    month = models.CharField("月份", max_length=7)
    title = models.CharField("标题", max_length=120)
    issuer = models.CharField("发文机关", max_length=60)
    state = models.CharField(
        "状态", max_length=10, choices=BulletinState.choices, default=BulletinState.DRAFT, editable=False
    )
    corrects = models.ForeignKey(
        "self", verbose_name="更正的通报", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    rules = models.ForeignKey(
        ScoringRuleSet, verbose_name="计分规则", on_delete=models.PROTECT, related_name="bulletins"
    )
    as_of = models.DateTimeField("数据截至")
    overall = models.TextField("总体情况", blank=True)
    good = models.TextField("好的方面", blank=True)
    problems = models.TextField("存在问题", blank=True)
    demands = models.TextField("下步要求", blank=True)
    copies = models.CharField("抄送", max_length=200, blank=True)
    workbook = models.FileField("得分表", upload_to=workbook_path, blank=True)
    workbook_sha256 = models.CharField("得分表校验值", max_length=64, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="拟稿人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField("拟稿时间", default=timezone.now, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = BulletinQuerySet.as_manager()

    class Meta(IssuedPaper.Meta):
        verbose_name = verbose_name_plural = "考评通报"
        ordering = ["-month", "-pk"]
        permissions = [("draft_bulletin", "拟制考评通报"), ("publish_bulletin", "签发考评通报")]
        constraints = [
            *IssuedPaper.Meta.constraints,
            models.UniqueConstraint(
                name="one_bulletin_draft_per_month",
                fields=["month"],
                condition=Q(state=BulletinState.DRAFT),
                violation_error_message="这个月已经有一份通报在拟稿。",
            ),
            models.UniqueConstraint(
                name="one_standing_bulletin_per_month",
                fields=["month"],
                condition=Q(state=BulletinState.PUBLISHED),
                violation_error_message="这个月已经印发了通报，有变动请印发更正通报。",
            ),
            models.CheckConstraint(
                name="bulletin_signed_when_published",
                condition=Q(state=BulletinState.DRAFT, signed_at=None)
                | (~Q(state=BulletinState.DRAFT) & Q(signed_at__isnull=False)),
                violation_error_message="印发的通报必须已签发，拟稿中的不能有签发时间。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("inspections:bulletin-detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == BulletinState.DRAFT

    @property
    def month_label(self) -> str:
        return Period.parse(self.month).label


class BulletinLine(models.Model):
    """One unit as the bulletin prints it. `score` is what is printed; the others are exact to ten decimals."""

    bulletin = models.ForeignKey(Bulletin, verbose_name="通报", on_delete=models.CASCADE, related_name="lines")
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    group = models.CharField("排名组", max_length=10, choices=RankingGroup.choices, blank=True, default="")
    order = models.PositiveSmallIntegerField("顺序", default=0)
    daily = score_field("日常暗访")
    monthly = score_field("月度集中检查")
    digital = score_field("数字城管")
    complaints = score_field("投诉与曝光")
    key_work = score_field("重点工作")
    bonus = models.DecimalField("加分", max_digits=7, decimal_places=4, default=Decimal(0))
    exact = score_field("综合得分（未取舍）")
    score = models.DecimalField("综合得分", max_digits=5, decimal_places=2, null=True, blank=True)
    rank = models.PositiveSmallIntegerField("名次", null=True, blank=True)
    tied = models.BooleanField("并列", default=False)
    findings = models.PositiveIntegerField("问题数", default=0)
    late = models.PositiveIntegerField("逾期数", default=0)
    deducted = models.DecimalField("扣分", max_digits=13, decimal_places=10, default=Decimal(0))
    held = models.DecimalField("待定扣分", max_digits=9, decimal_places=4, default=Decimal(0))
    planned = models.PositiveIntegerField("计划检查次数", default=0)
    visited = models.PositiveIntegerField("实际检查次数", default=0)
    money = models.DecimalField("奖励或扣减（元）", max_digits=12, decimal_places=2, default=Decimal(0))
    measures = models.CharField("奖惩", max_length=200, blank=True)
    previous_score = models.DecimalField("更正前得分", max_digits=5, decimal_places=2, null=True, blank=True)
    previous_rank = models.PositiveSmallIntegerField("更正前名次", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通报得分"
        ordering = ["bulletin", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_line_per_bulletin_and_unit",
                fields=["bulletin", "unit"],
                violation_error_message="同一份通报里每个单位只能有一行。",
            ),
            models.CheckConstraint(
                name="bulletin_line_ranked_with_score",
                condition=Q(rank=None) | Q(score__isnull=False, rank__gte=1),
                violation_error_message="没有得分的单位不能排名。",
            ),
            models.CheckConstraint(
                name="bulletin_line_score_within_hundred",
                condition=Q(score=None) | Q(score__gte=0, score__lte=100),
                violation_error_message="得分应在 0 至 100 之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.score}"

    @property
    def rank_text(self) -> str:
        if self.rank is None:
            return "无数据" if self.score is None else "不排名"
        return f"{self.rank}（并列）" if self.tied else str(self.rank)


class SheetConfirmationQuerySet(models.QuerySet["SheetConfirmation"]):
    def visible_to(self, user: User) -> SheetConfirmationQuerySet:
        return self if user.sees_all_units else self.filter(unit__in=user.unit_ids)


class SheetConfirmation(models.Model):
    """A unit has confirmed its findings and points of a month; `digest` tells whether they are still the same."""

    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    month = models.CharField("月份", max_length=7)
    way = models.CharField("确认方式", max_length=8, choices=ConfirmWay.choices)
    findings = models.PositiveIntegerField("问题数")
    points = models.DecimalField("扣分", max_digits=13, decimal_places=4)
    digest = models.CharField("核对码", max_length=64)
    note = models.CharField("说明", max_length=200, blank=True)
    confirmed_on = models.DateField("确认日期", default=timezone.localdate)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = SheetConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "扣分核对单"
        ordering = ["-month", "unit__order"]
        permissions = [("confirm_sheet", "确认本单位扣分核对单")]
        constraints = [
            models.UniqueConstraint(
                name="one_confirmation_per_unit_and_month",
                fields=["unit", "month"],
                violation_error_message="这个单位这个月的核对单已经确认。",
            ),
            models.CheckConstraint(
                name="sheet_points_not_negative",
                condition=Q(points__gte=0),
                violation_error_message="扣分不能为负。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.month}扣分核对单"


class ConfirmationScan(Attachment):
    confirmation = models.ForeignKey(
        SheetConfirmation, verbose_name="扣分核对单", on_delete=models.CASCADE, related_name="scans"
    )

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "核对单扫描件"

    def get_absolute_url(self) -> str:
        return reverse(
            "inspections:checksheet-scan", args=[self.confirmation.month, self.confirmation.unit_id, self.pk]
        )
