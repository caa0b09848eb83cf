"""Rounds of the assessment (考评轮次), and the visits that each plans and makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from inspections.enums import AreaType, RoundKind, RoundState
from inspections.models.places import Place
from staff.models import Unit

if TYPE_CHECKING:
    from staff.models import User


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: User) -> RoundQuerySet:
        """Where the assessors will go is the bureau's own business: assessed units see rounds that have ended."""
        return self if user.sees_all_units else self.filter(state=RoundState.CLOSED)

    def open(self) -> RoundQuerySet:
        return self.filter(state=RoundState.OPEN)


class Round(models.Model):
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("考评方式", max_length=10, choices=RoundKind.choices)
    start = models.DateField("开始日期")
    end = models.DateField("结束日期")
    assessors = models.CharField("考评员", max_length=120, blank=True, help_text="两人以上，用顿号分开。")
    areas = models.JSONField("抽查区域", default=list, blank=True)
    per_area = models.PositiveSmallIntegerField("每单位每类区域点数", default=2)
    seed = models.PositiveIntegerField("抽取种子", default=0, help_text="同一种子抽出同样的点位，可以复核。")
    default_month = models.CharField("默认月份", max_length=7, null=True, blank=True, unique=True, editable=False)
    state = models.CharField(
        "状态", max_length=10, choices=RoundState.choices, default=RoundState.PLANNED, editable=False
    )
    closed_at = models.DateTimeField("结束时间", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="制定人",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField("制定时间", default=timezone.now, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考评轮次"
        ordering = ["-start", "-pk"]
        permissions = [("plan_round", "制定考评计划"), ("view_rounds", "查看考评计划")]
        constraints = [
            models.CheckConstraint(
                name="round_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="结束日期不得早于开始日期。",
            ),
            models.CheckConstraint(
                name="round_two_assessors",
                condition=Q(kind=RoundKind.DAILY) | Q(assessors__contains="、"),
                violation_error_message="集中、明查和专项检查的考评员不得少于两人，姓名用顿号分开。",
            ),
            models.CheckConstraint(
                name="round_closed_has_time",
                condition=Q(state=RoundState.CLOSED, closed_at__isnull=False)
                | ~Q(state=RoundState.CLOSED) & Q(closed_at=None),
                violation_error_message="结束的轮次必须记下结束时间；没有结束的不能有。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inspections:round-detail", args=[self.pk])

    @property
    def area_labels(self) -> str:
        return "、".join(AreaType(code).label for code in self.areas)

    @property
    def state_words(self) -> str:
        """The state, and whether somebody forgot to end the round."""
        return "已到期，未结束" if self.is_overdue else self.get_state_display()

    @property
    def is_overdue(self) -> bool:
        return self.state == RoundState.OPEN and self.end < timezone.localdate()

    @property
    def state_tone(self) -> str:
        return "amber" if self.is_overdue else ""

    @property
    def is_default(self) -> bool:
        return self.default_month is not None


class RoundVisit(models.Model):
    """One place of one unit in a round: planned (drawn), made, or both. `planned` is False for a visit without a plan."""

    round = models.ForeignKey(Round, verbose_name="考评轮次", on_delete=models.CASCADE, related_name="visits")
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="round_visits")
    area = models.CharField("区域类型", max_length=2, choices=AreaType.choices)
    place = models.ForeignKey(
        Place, verbose_name="点位", null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    planned = models.BooleanField("计划内", default=True)
    visited_at = models.DateTimeField("到访时间", null=True, blank=True)
    visited_by = models.CharField("到访人", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到访"
        ordering = ["unit__order", "area", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_planned_visit_per_place_and_unit",
                fields=["round", "unit", "place"],
                condition=Q(planned=True),
                violation_error_message="同一轮次里同一点位只抽一次。",
            ),
            models.CheckConstraint(
                name="visit_without_plan_was_made",
                condition=Q(planned=True) | Q(visited_at__isnull=False),
                violation_error_message="计划外的到访必须记下到访时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.label} {self.place or self.get_area_display()}"
