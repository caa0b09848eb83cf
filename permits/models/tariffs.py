"""收费标准: versioned by document number and validity. What an assessment was made by cannot change any more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from permits.fees import Exemption, Factor, Rate, Terms
from permits.kinds import FeeKind, Measure, Multiplier, Progression, RateNature, RateSubject, RateUse
from permits.models.items import SeenQuerySet

POSITIVE = [MinValueValidator(Decimal(0))]


class TariffQuerySet(SeenQuerySet):
    def valid_on(self, day: date) -> TariffQuerySet:
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class Tariff(models.Model):
    """The rates of one document (城市道路管理条例 37: approved or filed; 行政许可法 59: published)."""

    kind = models.CharField("费种", max_length=12, choices=FeeKind.choices)
    name = models.CharField("名称", max_length=60)
    document_number = models.CharField("文号", max_length=100, help_text="批准或者备案的文件；没有文号的写文件名称。")
    issuer = models.CharField("制定机关", max_length=100)
    source = models.CharField("来源说明", max_length=200, blank=True)
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    is_demo = models.BooleanField("示例数据", default=False, help_text="勾选的在页面和单据上注明“示例”，不能据以收费。")
    progression = models.CharField("分段方式", max_length=8, choices=Progression.choices, default=Progression.NONE)
    smallest_area = models.DecimalField(
        "最小计费面积（㎡）", max_digits=6, decimal_places=2, default=Decimal(0), validators=POSITIVE,
        help_text="不足此数按此数计，如 1；没有此规定的填 0。",
    )  # fmt: skip
    whole_slabs = models.BooleanField("水泥路面按整板计", default=False, help_text="挖掘水泥路面按整块板面积计费。")
    note = models.CharField("备注", max_length=200, blank=True)
    saved = models.PositiveIntegerField("保存次数", default=1, editable=False)

    objects = TariffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收费标准"
        ordering = ["kind", "-valid_from"]
        permissions = [("assess_fees", "核定许可费用"), ("collect_fees", "登记缴费和退费")]
        constraints = [
            models.UniqueConstraint(
                name="one_tariff_per_kind_and_start",
                fields=["kind", "valid_from", "is_demo"],
                violation_error_message="同一费种在同一天已有一个标准开始施行。",
            ),
            models.CheckConstraint(
                name="tariff_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不得早于施行日期。",
            ),
            models.CheckConstraint(
                name="tariff_has_a_document",
                condition=~Q(document_number="") & ~Q(issuer=""),
                violation_error_message="收费标准须有制定机关和文号（《中华人民共和国行政许可法》第五十九条）。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.document_number}）"

    def get_absolute_url(self) -> str:
        return reverse("permits:tariff-detail", args=[self.pk])

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def terms(self) -> Terms:
        """As permits/fees.py reckons by it. Three queries, none where the lines are prefetched."""
        return Terms(
            name=self.name,
            document=self.document_number,
            rates=tuple(
                Rate(each.rate, each.measure, each.subject, each.zone, each.nature, each.use, each.from_day)
                for each in self.rates.all()
            ),
            factors=tuple(
                Factor(each.case, each.factor, each.years_over, each.years_to) for each in self.multipliers.all()
            ),
            exemptions=tuple(each.rule() for each in self.exemptions.all()),
            progression=self.progression,
            smallest_area=self.smallest_area,
            whole_slabs=self.whole_slabs,
        )


class TariffRate(models.Model):
    tariff = models.ForeignKey(Tariff, verbose_name="收费标准", on_delete=models.CASCADE, related_name="rates")
    subject = models.CharField("面层、设施", max_length=20, choices=RateSubject.choices, blank=True)
    zone = models.CharField("地段", max_length=20, blank=True, help_text="如“一类”；不分地段的留空。")
    nature = models.CharField("使用性质", max_length=12, choices=RateNature.choices, blank=True)
    use = models.CharField("占用类别", max_length=8, choices=RateUse.choices, blank=True)
    from_day = models.PositiveSmallIntegerField("自第几天起", default=1, help_text="分段的填本段第一天；不分段的填 1。")
    measure = models.CharField("计费单位", max_length=10, choices=Measure.choices)
    rate = models.DecimalField("单价（元）", max_digits=10, decimal_places=4, validators=POSITIVE)

    class Meta:
        verbose_name = verbose_name_plural = "单价"
        ordering = ["tariff", "zone", "nature", "use", "subject", "from_day", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_rate_per_case",
                fields=["tariff", "subject", "zone", "nature", "use", "from_day"],
                violation_error_message="这一种情形已有单价。",
            ),
            models.CheckConstraint(
                name="rate_not_negative",
                condition=Q(rate__gte=0),
                violation_error_message="单价不能为负。",
            ),
            models.CheckConstraint(
                name="rate_day_from_one",
                condition=Q(from_day__gte=1),
                violation_error_message="自第几天起：从 1 数起。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display() or self.get_use_display()} {self.rate} 元/{self.get_measure_display()}"


class TariffMultiplier(models.Model):
    """A factor on the restoration fee, by the years since opening or overhaul, or by the case."""

    tariff = models.ForeignKey(Tariff, verbose_name="收费标准", on_delete=models.CASCADE, related_name="multipliers")
    case = models.CharField("情形", max_length=12, choices=Multiplier.choices)
    years_over = models.PositiveSmallIntegerField("满几年", default=0)
    years_to = models.PositiveSmallIntegerField("不满几年", null=True, blank=True)
    factor = models.DecimalField("倍数", max_digits=4, decimal_places=2, validators=[MinValueValidator(Decimal(1))])

    class Meta:
        verbose_name = verbose_name_plural = "倍数"
        ordering = ["tariff", "case", "years_over"]
        constraints = [
            models.UniqueConstraint(
                name="one_multiplier_per_case",
                fields=["tariff", "case", "years_over"],
                violation_error_message="这一种情形已有倍数。",
            ),
            models.CheckConstraint(
                name="multiplier_at_least_one", condition=Q(factor__gte=1), violation_error_message="倍数不小于 1。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_case_display()} {self.factor} 倍"


class TariffExemption(models.Model):
    """A case that is not charged, as the document says. It is proposed; a person grants it with the reason."""

    tariff = models.ForeignKey(Tariff, verbose_name="收费标准", on_delete=models.CASCADE, related_name="exemptions")
    name = models.CharField("免收情形", max_length=120)
    basis = models.CharField("依据", max_length=120)
    max_days = models.PositiveSmallIntegerField("不超过（天）", null=True, blank=True)
    max_area = models.DecimalField("面积不超过（㎡）", max_digits=8, decimal_places=2, null=True, blank=True)
    max_length = models.DecimalField("长度不超过（米）", max_digits=8, decimal_places=2, null=True, blank=True)
    max_width = models.DecimalField("宽度不超过（米）", max_digits=8, decimal_places=2, null=True, blank=True)
    needs_check = models.CharField("另须核实", max_length=120, blank=True, help_text="系统不能判断的条件，如管径。")

    class Meta:
        verbose_name = verbose_name_plural = "免收情形"
        ordering = ["tariff", "pk"]

    def __str__(self) -> str:
        return self.name

    def rule(self) -> Exemption:
        return Exemption(
            self.name, self.basis, self.max_days, self.max_area, self.max_length, self.max_width, self.needs_check
        )
