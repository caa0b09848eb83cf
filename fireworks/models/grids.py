"""责任网格: who answers for which ground (定人定岗定责)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from config.identity import mask_phone
from fireworks.enums import PostKind
from staff.models import Unit
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class GridQuerySet(models.QuerySet["Grid"]):
    def visible_to(self, user: User) -> GridQuerySet:
        """Those who see all units see every grid; streets, communities and squads those of their own ground."""
        if not user.has_perm(Perms.VIEW_FIREWORKS):
            return self.none()
        if user.sees_all_units:
            return self
        mine = Q(community__in=user.unit_ids) | Q(community__parent__in=user.unit_ids)
        return self.filter(mine | Q(community__parent__squad__in=user.unit_ids))

    def active_on(self, day: date) -> GridQuerySet:
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class Grid(models.Model):
    """A grid of the fireworks ban. Not a unit grid (单元网格) of the digital city nor a patrol area of the assessment."""

    code = models.CharField("编号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=40)
    community = models.ForeignKey(
        Unit, verbose_name="所属社区", on_delete=models.PROTECT, related_name="fireworks_grids"
    )
    head = models.CharField("网格长", max_length=30, blank=True, help_text="社区、公安的人员没有账号，写姓名。")
    head_phone = models.CharField("网格长电话", max_length=20, blank=True)
    outline = models.JSONField("范围", null=True, blank=True, help_text="GeoJSON 多边形；没有的留空。")
    valid_from = models.DateField("启用日期", default=date(2024, 1, 1))
    valid_to = models.DateField("停用日期", null=True, blank=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "禁炮网格"
        ordering = ["code"]
        permissions = [("view_fireworks", "查看禁炮工作")]
        constraints = [
            models.CheckConstraint(
                name="grid_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="停用日期不得早于启用日期。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.head_phone)

    def get_absolute_url(self) -> str:
        return reverse("fireworks:grid-detail", args=[self.pk])

    @property
    def is_active(self) -> bool:
        today = timezone.localdate()
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user: User) -> PostQuerySet:
        return self.filter(grid__in=Grid.objects.visible_to(user))

    def active_on(self, day: date) -> PostQuerySet:
        in_use = Q(grid__valid_from__lte=day) & (Q(grid__valid_to=None) | Q(grid__valid_to__gte=day))
        return self.filter(in_use, Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Post(models.Model):
    """岗位（点位）: a place in a grid where people stand, with its written duties (定岗、定责)."""

    grid = models.ForeignKey(Grid, verbose_name="网格", on_delete=models.PROTECT, related_name="posts")
    kind = models.CharField("类别", max_length=10, choices=PostKind.choices)
    name = models.CharField("名称", max_length=40)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    duties = models.TextField("职责", blank=True, help_text="写在公示牌上的岗位职责，每行一条。")
    minimum_staff = models.PositiveSmallIntegerField("最少人数", default=1)
    needs_certificate = models.BooleanField("须有持证人员", default=False)
    valid_from = models.DateField("启用日期", default=date(2024, 1, 1))
    valid_to = models.DateField("停用日期", null=True, blank=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "禁炮岗位"
        ordering = ["grid__code", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_post_per_grid_and_name",
                fields=["grid", "name"],
                violation_error_message="这个网格里已有同名的岗位。",
            ),
            models.CheckConstraint(
                name="post_needs_somebody",
                condition=Q(minimum_staff__gte=1),
                violation_error_message="最少人数不能少于 1 人。",
            ),
            models.CheckConstraint(
                name="post_position_whole",
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_message="纬度和经度须同时填写，并在有效范围内。",
            ),
            models.CheckConstraint(
                name="post_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="停用日期不得早于启用日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid.name} {self.name}"

    def get_absolute_url(self) -> str:
        return f"{self.grid.get_absolute_url()}#post-{self.pk}"
