"""How scores are reckoned, in versions (计分规则), and what a place in the ranking brings (奖惩办法): data with a source."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from config.display import NOTHING
from inspections.composite import AssessmentRules, Component
from inspections.enums import SOURCE_MULTIPLIER, AreaType, RewardKind, RoundingStage, Source, TiePolicy
from inspections.scoring import AREA_COEFFICIENTS, ScoringRules
from staff.models import RankingGroup

WHOLE = (Decimal("0.99995"), Decimal("1.00005"))  # 1, whatever way a database adds up decimals


def default_coefficients() -> dict[str, str]:
    return {str(area): f"{number:f}" for area, number in AREA_COEFFICIENTS.items()}


def default_multipliers() -> dict[str, str]:
    return {str(source): f"{number:f}" for source, number in SOURCE_MULTIPLIER.items()}


def default_recurrences() -> list[str]:
    return ["1", "2", "3"]


def points_field(label: str, default: str, **more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(label, max_digits=7, decimal_places=4, default=Decimal(default), **more)


class ScoringRuleSetQuerySet(models.QuerySet["ScoringRuleSet"]):
    def in_force_on(self, day: date) -> ScoringRuleSet | None:
        """The version with the latest start up to the day; None before the first."""
        return self.filter(valid_from__lte=day).order_by("-valid_from").first()


class ScoringRuleSet(models.Model):
    """One version of the numbers of steps 2-14. Findings keep the points of their day; a new version re-scores nothing."""

    name = models.CharField("名称", max_length=80)
    source = models.CharField("依据文件", max_length=200, help_text="文件名称、文号、年度；没有文件的写明由谁决定。")
    valid_from = models.DateField("施行日期", unique=True, help_text="每月一日起施行，同一个月只用一套规则。")
    area_coefficients = models.JSONField("区域系数", default=default_coefficients)
    source_multipliers = models.JSONField("来源倍数", default=default_multipliers)
    recurrence_multipliers = models.JSONField("反复倍数", default=default_recurrences)
    recurrence_days = models.PositiveSmallIntegerField(
        "反复问题认定天数", default=30, help_text="销号后多少天内再次发现算反复。"
    )
    late_per_further_day = points_field("逾期每多一天加扣（倍基础分）", "0.5")
    late_ceiling = points_field("逾期扣分最多（倍基础分）", "2")
    send_back_points = points_field("每次退回扣分", "0.2")
    false_report_points = points_field("每次虚假整改扣分", "1")
    rectification_cap = points_field("整改扣分每月上限", "10")
    weight_daily = points_field("日常暗访权重", "0.40")
    weight_monthly = points_field("月度集中检查权重", "0.30")
    weight_digital = points_field("数字城管权重", "0.15")
    weight_complaints = points_field("投诉与曝光权重", "0.10")
    weight_key_work = points_field("重点工作权重", "0.05")
    bonus_cap = points_field("加分上限", "3")
    year_weight = points_field("年度：各月平均权重", "0.95")
    innovation_weight = points_field("年度：创新工作权重", "0.05")
    exposure_threshold = points_field(
        "检查频次折算界限", "0.20", help_text="计划与实际检查次数相差超过这一比例时，扣分按次数折算。"
    )
    rounding = models.CharField("取舍", max_length=10, choices=RoundingStage.choices, default=RoundingStage.END)
    ties = models.CharField("同分名次", max_length=10, choices=TiePolicy.choices, default=TiePolicy.SHARED)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    saved = models.PositiveIntegerField("保存次数", default=1, editable=False)

    objects = ScoringRuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计分规则"
        ordering = ["-valid_from"]
        permissions = [
            ("view_scores", "查看单位得分和通报"),
            ("view_analysis", "查看考评分析"),
            ("manage_scores", "维护计分规则和外来得分"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rules_weights_make_one",
                condition=Q(
                    weight_daily__gte=WHOLE[0]
                    - F("weight_monthly")
                    - F("weight_digital")
                    - F("weight_complaints")
                    - F("weight_key_work"),
                    weight_daily__lte=WHOLE[1]
                    - F("weight_monthly")
                    - F("weight_digital")
                    - F("weight_complaints")
                    - F("weight_key_work"),
                ),
                violation_error_message="五项权重之和应等于 1。",
            ),
            models.CheckConstraint(
                name="rules_year_weights_make_one",
                condition=Q(
                    year_weight__gte=WHOLE[0] - F("innovation_weight"),
                    year_weight__lte=WHOLE[1] - F("innovation_weight"),
                ),
                violation_error_message="年度两项权重之和应等于 1。",
            ),
            models.CheckConstraint(
                name="rules_numbers_not_negative",
                condition=Q(
                    late_per_further_day__gte=0,
                    late_ceiling__gte=0,
                    send_back_points__gte=0,
                    false_report_points__gte=0,
                    rectification_cap__gte=0,
                    weight_daily__gte=0,
                    weight_monthly__gte=0,
                    weight_digital__gte=0,
                    weight_complaints__gte=0,
                    weight_key_work__gte=0,
                    bonus_cap__gte=0,
                    year_weight__gte=0,
                    innovation_weight__gte=0,
                    exposure_threshold__gte=0,
                ),
                violation_error_message="计分参数不能为负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.valid_from}起）"

    def get_absolute_url(self) -> str:
        return reverse("inspections:rules-detail", args=[self.pk])

    def clean(self) -> None:
        try:
            factors = self.as_rules().scoring
            if min(factors.recurrence_multipliers) < 1:
                raise ValueError("反复倍数不能小于 1。")
        except (ValueError, ArithmeticError, TypeError, AttributeError) as error:
            words = str(error) if isinstance(error, ValueError) else "系数和倍数应填数字。"
            raise ValidationError(words) from error

    def get_area_coefficients_display(self) -> str:
        return "、".join(f"{area.label} {self.area_coefficients.get(area.value, NOTHING)}" for area in AreaType)

    def get_source_multipliers_display(self) -> str:
        return "、".join(f"{source.label} {self.source_multipliers.get(source.value, NOTHING)}" for source in Source)

    def get_recurrence_multipliers_display(self) -> str:
        return "、".join(str(number) for number in self.recurrence_multipliers)

    @property
    def weights(self) -> dict[str, Decimal]:
        return {component: getattr(self, f"weight_{component.value}") for component in Component}

    def as_rules(self) -> AssessmentRules:
        """The pure value that the scoring functions take. ValueError (Chinese) if a number is missing or negative."""
        return AssessmentRules(
            scoring=ScoringRules(
                area_coefficients={area: Decimal(number) for area, number in self.area_coefficients.items()},
                source_multipliers={source: Decimal(number) for source, number in self.source_multipliers.items()},
                recurrence_multipliers=tuple(Decimal(number) for number in self.recurrence_multipliers),
                recurrence_days=self.recurrence_days,
                late_per_further_day=self.late_per_further_day,
                late_ceiling=self.late_ceiling,
                send_back_points=self.send_back_points,
                false_report_points=self.false_report_points,
                rectification_cap=self.rectification_cap,
                source=self.source,
            ),
            weights=self.weights,
            bonus_cap=self.bonus_cap,
            year_weight=self.year_weight,
            innovation_weight=self.innovation_weight,
            rounding=self.rounding,
            ties=self.ties,
            exposure_threshold=self.exposure_threshold,
        )


class RewardRuleQuerySet(models.QuerySet["RewardRule"]):
    def in_force_on(self, day: date) -> RewardRuleQuerySet:
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class RewardRule(models.Model):
    """What a place in a group's ranking brings: 奖励, 扣减考评资金, 黄牌, 约谈; after so many months there in a row."""

    group = models.CharField("排名组", max_length=10, choices=[c for c in RankingGroup.choices if c[0]])
    position = models.SmallIntegerField("名次", help_text="正数从前往后（1 为第一名），负数从后往前（-1 为末位）。")
    months = models.PositiveSmallIntegerField("连续几个月", default=1)
    kind = models.CharField("措施", max_length=12, choices=RewardKind.choices)
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2, null=True, blank=True)
    source = models.CharField("依据文件", max_length=200)
    valid_from = models.DateField("施行日期", default=timezone.localdate)
    valid_to = models.DateField("废止日期", null=True, blank=True)

    objects = RewardRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "奖惩办法"
        ordering = ["group", "-position", "months", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="one_reward_per_place_and_start",
                fields=["group", "position", "months", "kind", "valid_from"],
                violation_error_message="同一名次的同一措施在这一天已经有一条。",
            ),
            models.CheckConstraint(
                name="reward_place_counted_from_one",
                condition=~Q(position=0) & Q(months__gte=1),
                violation_error_message="名次不能为 0，连续月数至少为 1。",
            ),
            models.CheckConstraint(
                name="reward_money_has_amount",
                condition=Q(kind__in=[*RewardKind.MONEY], amount__isnull=False, amount__gt=0)
                | (~Q(kind__in=[*RewardKind.MONEY]) & Q(amount=None)),
                violation_error_message="奖励和扣减要写金额（大于 0），黄牌、约谈不写金额。",
            ),
            models.CheckConstraint(
                name="reward_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="废止日期不得早于施行日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()}{self.place}{self.get_kind_display()}"

    @property
    def place(self) -> str:
        place = (
            f"第{self.position}名"
            if self.position > 0
            else {1: "末位"}.get(-self.position, f"倒数第{-self.position}名")
        )
        return place if self.months == 1 else f"连续{self.months}个月{place}"

    @property
    def money(self) -> Decimal:
        """What the unit gets (positive) or loses (negative), in 元; 0 for a warning."""
        if self.amount is None:
            return Decimal(0)
        return -self.amount if self.kind == RewardKind.DEDUCTION else self.amount
