"""When a facility is a large one: a dated rule with its source, because every city draws the line elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from billboards.enums.boards import BoardKind, RuleLogic
from billboards.sizing import Thresholds

MOST_MONTHS = [MinValueValidator(1), MaxValueValidator(120)]


class SizeRuleQuerySet(models.QuerySet["SizeRule"]):
    def in_force(self, day: date) -> SizeRule | None:
        """The rule of a day; None while the bureau has entered none."""
        rows = self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))
        return rows.order_by("-valid_from").first()


class SizeRule(models.Model):
    """大型户外广告的认定, terms of a permit, and how often a structure is looked at."""

    name = models.CharField("名称", max_length=60)
    source = models.CharField(
        "依据文件", max_length=200, help_text="文件名称、文号、条款；没有本地规定的写明由谁决定。"
    )
    side = models.DecimalField("边长（米）", max_digits=6, decimal_places=2, default=Decimal(4))
    side_inclusive = models.BooleanField("达到边长即算", default=True, help_text="不勾选的，超过才算。")
    area = models.DecimalField("单面面积（㎡）", max_digits=8, decimal_places=2, default=Decimal(10))
    area_inclusive = models.BooleanField("达到面积即算", default=True, help_text="不勾选的，超过才算。")
    logic = models.CharField("条件关系", max_length=4, choices=RuleLogic.choices, default=RuleLogic.ANY)
    excluded_kinds = models.JSONField("不计大型的类型", default=list, blank=True)
    term_years = models.PositiveSmallIntegerField("许可期限（年）", default=3)
    electronic_term_years = models.PositiveSmallIntegerField("电子类许可期限（年）", default=5)
    temporary_days = models.PositiveSmallIntegerField("临时设置最长天数", default=30)
    large_months = models.PositiveSmallIntegerField("大型设施检查间隔（月）", default=12, validators=MOST_MONTHS)
    other_months = models.PositiveSmallIntegerField(
        "其他设施检查间隔（月）", null=True, blank=True, validators=MOST_MONTHS, help_text="不填的不排检查。"
    )
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = SizeRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "大型户外广告认定规则"
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="one_size_rule_per_start",
                fields=["valid_from"],
                violation_error_message="这一天已经有一条认定规则生效。",
            ),
            models.CheckConstraint(
                name="size_rule_thresholds_positive",
                condition=Q(side__gt=0, area__gt=0),
                violation_error_message="边长和面积应大于 0。",
            ),
            models.CheckConstraint(
                name="size_rule_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不得早于生效日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("billboards:size-rule-edit", args=[self.pk])

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(
            side=self.side,
            side_inclusive=self.side_inclusive,
            area=self.area,
            area_inclusive=self.area_inclusive,
            both=self.logic == RuleLogic.BOTH,
            excluded=tuple(self.excluded_kinds),
        )

    @property
    def words(self) -> str:
        """The rule as a sentence, for the page of a board."""
        side = f"边长{'≥' if self.side_inclusive else '>'} {self.side.normalize():f} 米"
        area = f"单面面积{'≥' if self.area_inclusive else '>'} {self.area.normalize():f} ㎡"
        kinds = "、".join(str(BoardKind(kind).label) for kind in self.excluded_kinds if kind in BoardKind.values)
        joined = f"{side}{'且' if self.logic == RuleLogic.BOTH else '或者'}{area}"
        return f"{joined}（{kinds}除外）" if kinds else joined
