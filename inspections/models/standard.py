"""The assessment standard (考评标准): versions, six categories (大项), their items (小项) and who answers for them."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from inspections.enums import AreaType, HourBasis, Role


class StandardVersionQuerySet(models.QuerySet["StandardVersion"]):
    def in_force_on(self, day: date) -> StandardVersion | None:
        """The version whose validity covers the day; the latest start wins. None before the first."""
        covering = self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))
        return covering.order_by("-valid_from").first()


class StandardVersion(models.Model):
    name = models.CharField("名称", max_length=80)
    source = models.CharField("依据文件", max_length=200, help_text="文件名称、文号、年度。")
    valid_from = models.DateField("施行日期", unique=True)
    valid_to = models.DateField("废止日期", null=True, blank=True)

    objects = StandardVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考评标准"
        ordering = ["-valid_from"]
        permissions = [("manage_standard", "维护考评标准")]
        constraints = [
            models.CheckConstraint(
                name="standard_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="废止日期不得早于施行日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.valid_from}起）"

    def get_absolute_url(self) -> str:
        return reverse("inspections:standard-detail", args=[self.pk])


class Category(models.Model):
    version = models.ForeignKey(
        StandardVersion, verbose_name="标准", on_delete=models.CASCADE, related_name="categories"
    )
    code = models.CharField("代码", max_length=4)
    name = models.CharField("大项", max_length=40)
    points = models.DecimalField("分值", max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "考评大项"
        ordering = ["version", "code"]
        constraints = [
            models.UniqueConstraint(
                name="one_category_code_per_version",
                fields=["version", "code"],
                violation_error_message="同一标准内大项代码不能重复。",
            ),
            models.CheckConstraint(
                name="category_points_positive",
                condition=Q(points__gt=0),
                violation_error_message="大项分值应大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    category = models.ForeignKey(Category, verbose_name="大项", on_delete=models.CASCADE, related_name="items")
    code = models.CharField("代码", max_length=6)
    name = models.CharField("小项", max_length=60)
    definition = models.CharField("认定标准", max_length=200, help_text="怎样算一处。")
    national_codes = models.CharField(
        "国标事项代码", max_length=60, blank=True, help_text="多个用 | 分开；LOCAL 为本地扩展。"
    )
    areas = models.JSONField("适用区域", default=list)
    unit_of_count = models.CharField("计量单位", max_length=10, default="处")
    deduct = models.DecimalField("每处扣分", max_digits=5, decimal_places=2)
    severe_deduct = models.DecimalField("严重情形扣分", max_digits=5, decimal_places=2)
    severe_rule = models.CharField("严重情形", max_length=100, blank=True)
    cap = models.DecimalField("扣分上限", max_digits=5, decimal_places=2)
    rectify_hours = models.PositiveSmallIntegerField("整改时限（小时）")
    hour_basis = models.CharField("时限口径", max_length=10, choices=HourBasis.choices, default=HourBasis.NATURAL)
    urgent = models.BooleanField("紧急", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "考评小项"
        ordering = ["category", "code"]
        constraints = [
            models.UniqueConstraint(
                name="one_item_code_per_category",
                fields=["category", "code"],
                violation_error_message="同一大项内小项代码不能重复。",
            ),
            models.CheckConstraint(
                name="item_points_ordered",
                condition=Q(deduct__gt=0, severe_deduct__gte=F("deduct"), cap__gte=F("deduct")),
                violation_error_message="每处扣分应大于 0，且不超过严重情形扣分和扣分上限。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        unknown = set(self.areas) - set(AreaType.values)
        if unknown:
            raise ValidationError({"areas": f"没有这些区域类型：{'、'.join(sorted(unknown))}。"})

    @property
    def area_labels(self) -> str:
        return "、".join(AreaType(code).label for code in self.areas)


class ItemShare(models.Model):
    """How an item's points fall on the roles (条块责任); the shares of an item sum to 1 (checked by standard_problems)."""

    item = models.ForeignKey(Item, verbose_name="小项", on_delete=models.CASCADE, related_name="shares")
    role = models.CharField("责任", max_length=6, choices=Role.choices)
    share = models.DecimalField("比例", max_digits=4, decimal_places=3)

    class Meta:
        verbose_name = verbose_name_plural = "责任比例"
        ordering = ["item", "-share"]
        constraints = [
            models.UniqueConstraint(
                name="one_share_per_item_and_role",
                fields=["item", "role"],
                violation_error_message="同一小项内每种责任只能有一个比例。",
            ),
            models.CheckConstraint(
                name="item_share_within_one",
                condition=Q(share__gt=0, share__lte=1),
                violation_error_message="责任比例应大于 0、不超过 1。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.share.normalize():f}"
