"""存在的问题 and 下步计划: problems carried from half-year to half-year until they are solved; plans and how they turned out."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from config.display import plain_number
from config.periods import Period
from reports.enums import PlanOutcome, ProblemState
from reports.models.tasks import HalfYearRecord, KeyTask, Measure, OfficeQuerySet
from staff.models import Record, Unit


class ProblemQuerySet(OfficeQuerySet):
    def open_in(self, period: Period) -> Self:
        """Known by the end of the period and not solved before it."""
        return self.recorded().filter(Q(solved_on=None) | Q(solved_on__gte=period.start), starts_on__lte=period.end)

    def carried_into(self, period: Period) -> Self:
        """遗留: known before the period began and unsolved when it began."""
        return self.open_in(period).filter(starts_on__lt=period.start)

    def left_after(self, period: Period) -> Self:
        """Still unsolved when the period ends: what the next one takes over."""
        return self.recorded().filter(Q(solved_on=None) | Q(solved_on__gt=period.end), starts_on__lte=period.end)


class Problem(HalfYearRecord):
    """`evidence`: names of figures as they stand in a text (app.name or app.name:parameter), read for any period."""

    title = models.CharField("问题", max_length=60)
    text = models.TextField("具体表现", blank=True, validators=[MaxLengthValidator(1000)])
    owner = models.ForeignKey(
        Unit, verbose_name="牵头单位", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.JSONField("佐证数据", default=list, blank=True)
    order = models.PositiveSmallIntegerField("排序", default=100)
    state = models.CharField(
        "状态", max_length=8, choices=ProblemState.choices, default=ProblemState.OPEN, editable=False
    )
    solved_on = models.DateField("解决日期", null=True, editable=False)
    solution = models.CharField("怎样解决", max_length=300, blank=True, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta(HalfYearRecord.Meta):
        verbose_name = verbose_name_plural = "存在的问题"
        ordering = ["order", "starts_on", "pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="problem_solved_has_day_and_way",
                condition=Q(state=ProblemState.OPEN, solved_on=None, solution="")
                | (Q(state=ProblemState.SOLVED, solved_on__isnull=False) & ~Q(solution="")),
                violation_error_message="已解决的问题要有日期和解决办法，未解决的没有。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:problem-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == ProblemState.OPEN


class PlanItem(HalfYearRecord):
    """One item of a half-year's plan; taken up it is a key task, at the end it has an outcome."""

    order = models.PositiveSmallIntegerField("序号", default=1)
    title = models.CharField("计划", max_length=80)
    text = models.TextField("具体安排", blank=True, validators=[MaxLengthValidator(1000)])
    owner = models.ForeignKey(Unit, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+")
    target_name = models.CharField(
        "目标指标", max_length=40, blank=True, help_text="如：拆除违法建设面积。没有量化目标的空着。"
    )
    target_unit = models.CharField("计量单位", max_length=6, blank=True)
    target = models.DecimalField(
        "目标数", max_digits=14, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    task = models.OneToOneField(
        KeyTask, verbose_name="转为重点工作", null=True, editable=False, on_delete=models.SET_NULL, related_name="plan_item"
    )  # fmt: skip
    measure = models.ForeignKey(
        Measure, verbose_name="对应指标", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField("完成情况", max_length=8, choices=PlanOutcome.choices, blank=True, editable=False)
    outcome_on = models.DateField("登记日期", null=True, editable=False)
    outcome_text = models.CharField("情况说明", max_length=300, blank=True, editable=False)

    objects = OfficeQuerySet.as_manager()

    class Meta(HalfYearRecord.Meta):
        verbose_name = verbose_name_plural = "工作计划"
        ordering = ["-starts_on", "order", "pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="plan_target_whole",
                condition=Q(target=None, target_name="", target_unit="")
                | (Q(target__isnull=False) & ~Q(target_name="") & ~Q(target_unit="")),
                violation_error_message="目标的指标、计量单位和目标数要么都填，要么都不填。",
            ),
            models.CheckConstraint(
                name="plan_outcome_has_its_day",
                condition=Q(outcome="", outcome_on=None) | (~Q(outcome="") & Q(outcome_on__isnull=False)),
                violation_error_message="完成情况和登记日期应同时有。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:plan-detail", args=[self.pk])

    @property
    def target_words(self) -> str:
        return "" if self.target is None else f"{self.target_name}{plain_number(self.target)}{self.target_unit}"
