"""专项整治: a campaign with its phases, streets and targets, and who does what where."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from billboards.enums.boards import BoardKind, Measure
from billboards.enums.campaigns import CampaignState, Phase
from billboards.models.board import AREA
from staff.models import STREET_KINDS, Person, Record, Unit, UnitKind
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> CampaignQuerySet:
        """Campaigns are no secret inside the bureau; their items are seen by ground."""
        return self if user.has_perm(Perms.VIEW_BILLBOARDS) else self.none()

    def during(self, start: date, end: date) -> CampaignQuerySet:
        """Begun, and under way on some day of the span."""
        return self.exclude(state=CampaignState.DRAFT).filter(start__lte=end, end__gte=start)


class Campaign(Record):
    name = models.CharField("名称", max_length=60, unique=True)
    basis = models.CharField("依据（方案、文号）", max_length=200)
    start = models.DateField("开始日期")
    end = models.DateField("结束日期")
    lead = models.ForeignKey(Unit, verbose_name="牵头单位", on_delete=models.PROTECT, related_name="led_campaigns")
    streets = models.ManyToManyField(
        Unit, verbose_name="参加的街道（管理处）", related_name="campaigns", limit_choices_to={"kind__in": STREET_KINDS}
    )
    slogan = models.CharField("主题", max_length=60, blank=True, help_text="如：减量、规范、安全、美观。")
    state = models.CharField(
        "状态", max_length=8, choices=CampaignState.choices, default=CampaignState.DRAFT, editable=False
    )
    started_at = models.DateTimeField("启动时间", null=True, editable=False)
    closed_at = models.DateTimeField("总结时间", null=True, editable=False)
    conclusion = models.TextField("总结", blank=True, editable=False)
    result = models.JSONField("总结时的数据", default=dict, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项整治"
        ordering = ["-start", "-pk"]
        permissions = [
            ("manage_campaigns", "管理专项整治"),
            ("record_item", "登记、处置专项问题"),
            ("review_item", "复核销号"),
            ("confirm_daily", "确认每日报表"),
        ]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="campaign_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="结束日期不得早于开始日期。",
            ),
            models.CheckConstraint(
                name="campaign_closed_says_when",
                condition=Q(state=CampaignState.CLOSED, closed_at__isnull=False)
                | (~Q(state=CampaignState.CLOSED) & Q(closed_at=None)),
                violation_error_message="已总结的专项须有总结时间。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("billboards:campaign-detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return {CampaignState.RUNNING.value: "blue", CampaignState.CLOSED.value: "green"}.get(self.state, "grey")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def day_number(self) -> int:
        """Which day of the campaign today is; 0 before it, its length after."""
        return max(0, min(self.days, (timezone.localdate() - self.start).days + 1))


class CampaignPhase(models.Model):
    campaign = models.ForeignKey(Campaign, verbose_name="专项整治", on_delete=models.CASCADE, related_name="phases")
    phase = models.CharField("阶段", max_length=12, choices=Phase.choices)
    start = models.DateField("开始")
    end = models.DateField("结束")

    class Meta:
        verbose_name = verbose_name_plural = "专项阶段"
        ordering = ["start", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_row_per_campaign_and_phase",
                fields=["campaign", "phase"],
                violation_error_message="这个阶段已经安排。",
            ),
            models.CheckConstraint(
                name="phase_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="阶段的结束日期不得早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_phase_display())

    @property
    def is_now(self) -> bool:
        return self.start <= timezone.localdate() <= self.end


class CampaignTarget(models.Model):
    """What is to be done, by kind, each in its own measure; never added across."""

    campaign = models.ForeignKey(Campaign, verbose_name="专项整治", on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField("类型", max_length=14, choices=BoardKind.choices)
    measure = models.CharField("计量", max_length=6, choices=Measure.choices, default=Measure.PIECE)
    quantity = models.PositiveIntegerField("目标数量", validators=[MinValueValidator(1)])
    area = models.DecimalField("目标面积（㎡）", default=Decimal(0), **AREA)

    class Meta:
        verbose_name = verbose_name_plural = "专项目标"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_target_per_kind_and_measure",
                fields=["campaign", "kind", "measure"],
                violation_error_message="这个类型和计量的目标已经填过。",
            ),
            models.CheckConstraint(
                name="target_positive",
                condition=Q(quantity__gt=0, area__gte=0),
                violation_error_message="目标数量应大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}{self.get_measure_display()}"


class CampaignAssignment(models.Model):
    """Who answers for a street or a community during a campaign."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="专项整治", on_delete=models.CASCADE, related_name="assignments"
    )
    street = models.ForeignKey(Unit, verbose_name="街道", on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(
        Unit, verbose_name="社区", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        limit_choices_to={"kind": UnitKind.COMMUNITY},
    )  # fmt: skip
    officer = models.ForeignKey(
        Person, verbose_name="责任执法人员", on_delete=models.PROTECT, related_name="campaign_assignments"
    )
    contact = models.CharField("街道（社区）联系人", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专项分工"
        ordering = ["street__order", "community__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_assignment_per_community_and_officer",
                fields=["campaign", "street", "community", "officer"],
                violation_error_message="这名执法人员已经分到这个社区。",
            ),
            models.UniqueConstraint(
                name="one_assignment_per_street_and_officer",
                fields=["campaign", "street", "officer"],
                condition=Q(community=None),
                violation_error_message="这名执法人员已经分到这个街道。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community or self.street} {self.officer}"
