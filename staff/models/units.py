"""Units: the tree of departments, squads, street offices and the agencies beside them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

if TYPE_CHECKING:
    from staff.models.people import User


class UnitKind(models.TextChoices):
    BUREAU = "bureau", "局机关"
    DEPARTMENT = "department", "科室"
    SQUAD = "squad", "中队"
    STREET = "street", "街道办事处"
    MANAGEMENT_OFFICE = "management_office", "管理处"
    SCENIC_CENTRE = "scenic_centre", "景区保护中心"
    AGRICULTURE = "agriculture", "农业委员会"
    COMMUNITY = "community", "社区"
    AGENCY = "agency", "协作部门"


ASSESSED_KINDS = (
    UnitKind.STREET,
    UnitKind.MANAGEMENT_OFFICE,
    UnitKind.SCENIC_CENTRE,
    UnitKind.AGRICULTURE,
    UnitKind.SQUAD,
)

# Who answers for the ground of a street, and for any ground.
STREET_KINDS = (UnitKind.STREET, UnitKind.MANAGEMENT_OFFICE, UnitKind.SCENIC_CENTRE)
GROUND_KINDS = (*STREET_KINDS, UnitKind.COMMUNITY)


class RankingGroup(models.TextChoices):
    NONE = "", "不参与排名"
    STREET = "street", "街道组"
    SQUAD = "squad", "中队组"


class UnitQuerySet(models.QuerySet["Unit"]):
    def active_on(self, day: date) -> UnitQuerySet:
        return self.active_between(day, day)

    def active_between(self, start: date, end: date) -> UnitQuerySet:
        """Those that were in use on at least one of these days."""
        return self.filter(valid_from__lte=end).filter(Q(valid_to=None) | Q(valid_to__gte=start))

    def assessed(self) -> UnitQuerySet:
        return self.filter(kind__in=ASSESSED_KINDS)

    def visible_to(self, user: User) -> UnitQuerySet:
        """Names of units are no secret inside the bureau: everybody who has logged in sees them all."""
        return self if user.is_authenticated else self.none()

    def by_name(self) -> dict[str, Unit]:
        """Every full name, short name and alias → its unit. Names are unique across all three (see clean)."""
        names: dict[str, Unit] = {}
        for unit in self.prefetch_related("aliases"):
            for name in (unit.name, unit.short_name, *(alias.name for alias in unit.aliases.all())):
                if name:
                    names.setdefault(name, unit)
        return names


class Unit(models.Model):
    name = models.CharField("名称", max_length=60, unique=True)
    short_name = models.CharField("简称", max_length=20, blank=True)
    kind = models.CharField("类别", max_length=20, choices=UnitKind.choices)
    parent = models.ForeignKey(
        "self", verbose_name="上级单位", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    squad = models.ForeignKey(
        "self",
        verbose_name="辖区中队",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="territories",
        limit_choices_to={"kind": UnitKind.SQUAD},
        help_text="街道、管理处由哪个中队负责执法；考评扣分按比例分摊时使用。",
    )
    ranking_group = models.CharField("排名组", max_length=10, choices=RankingGroup.choices, blank=True, default="")
    order = models.PositiveSmallIntegerField("排序", default=100)
    valid_from = models.DateField("启用日期", default=date(2000, 1, 1))
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["order", "pk"]
        permissions = [("see_all_units", "查看全部单位的数据")]
        constraints = [
            models.CheckConstraint(
                name="unit_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="停用日期不得早于启用日期。",
            ),
            models.CheckConstraint(
                name="unit_not_its_own_parent",
                condition=Q(parent=None) | ~Q(parent=F("pk")),
                violation_error_message="上级单位不能是本单位自己。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        taken = Unit.objects.exclude(pk=self.pk).filter(
            Q(name__in=[self.name, self.short_name or self.name])
            | Q(short_name__in=[self.name, self.short_name or "-"])
        )
        if taken.exists():
            raise ValidationError({"short_name": "名称或简称与其他单位重复，导入时将无法区分。"})
        ancestor, seen = self.parent, set()
        while ancestor is not None and ancestor.pk not in seen:
            if ancestor.pk == self.pk and self.pk is not None:
                raise ValidationError({"parent": "上级单位不能是本单位的下级。"})
            seen.add(ancestor.pk)
            ancestor = ancestor.parent

    @property
    def label(self) -> str:
        return self.short_name or self.name

    @property
    def is_active(self) -> bool:
        today = timezone.localdate()
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


class UnitAlias(models.Model):
    """A former or colloquial name: 安监局 → 应急管理局, 工商局 → 市场监督管理局."""

    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField("别名", max_length=60, unique=True)
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位别名"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} → {self.unit.name}"

    def clean(self) -> None:
        if Unit.objects.filter(Q(name=self.name) | Q(short_name=self.name)).exists():
            raise ValidationError({"name": "这个名称已经是某个单位的正式名称或简称。"})
