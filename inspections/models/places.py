"""Places (点位): where the assessment looks, what kind of area that is, and who answers there since when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from inspections.enums import AreaType
from staff.models import Unit

if TYPE_CHECKING:
    from staff.models import User


class PlaceQuerySet(models.QuerySet["Place"]):
    def visible_to(self, user: User) -> PlaceQuerySet:
        """Assessed units see the places for which they answer, or once answered; the bureau's readers see all."""
        if user.sees_all_units:
            return self
        shares = PlaceShare.objects.filter(place=models.OuterRef("pk"), unit__in=user.unit_ids)
        return self.filter(models.Exists(shares))

    def valid_on(self, day: date) -> PlaceQuerySet:
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class Place(models.Model):
    name = models.CharField("点位名称", max_length=120)
    area = models.CharField("区域类型", max_length=2, choices=AreaType.choices)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    outside = models.BooleanField("定位在辖区外", default=False, editable=False)
    note = models.CharField("说明", max_length=200, blank=True)
    valid_from = models.DateField("启用日期", default=timezone.localdate)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    learned = models.BooleanField("录入时留用", default=False, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "点位"
        ordering = ["area", "name", "pk"]
        permissions = [("manage_places", "维护点位")]
        constraints = [
            models.UniqueConstraint(
                name="one_place_per_name_and_area",
                fields=["name", "area"],
                condition=Q(valid_to=None),
                violation_error_message="同一区域类型里已经有这个名称的点位。",
            ),
            models.CheckConstraint(
                name="place_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="停用日期不得早于启用日期。",
            ),
            models.CheckConstraint(
                name="place_position_whole",
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message="经度和纬度应同时填写。",
            ),
            models.CheckConstraint(
                name="place_position_on_earth",
                condition=Q(latitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                violation_error_message="纬度应在 -90 到 90 之间，经度应在 -180 到 180 之间。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inspections:place-detail", args=[self.pk])

    @property
    def position(self) -> tuple[Decimal, Decimal] | None:
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)

    @property
    def is_valid(self) -> bool:
        today = timezone.localdate()
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


class PlaceShare(models.Model):
    """What part of a place a unit answers for, from a day on; for one item, or for all that have no rows of their own.

    The shares of a place and item on a day sum to 1 (kept by workflow/places.py, which replaces them as a set). Findings
    store their own shares, so a boundary that moves changes nothing that was found before.
    """

    place = models.ForeignKey(Place, verbose_name="点位", on_delete=models.CASCADE, related_name="shares")
    unit = models.ForeignKey(Unit, verbose_name="责任单位", on_delete=models.PROTECT, related_name="place_shares")
    item_code = models.CharField("小项代码", max_length=6, blank=True, help_text="空着是全部小项。")
    share = models.DecimalField("比例", max_digits=7, decimal_places=6)
    valid_from = models.DateField("生效日期", default=date(2000, 1, 1))
    valid_to = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "点位责任"
        ordering = ["place", "item_code", "-valid_from", "-share", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_place_share_per_start",
                fields=["place", "unit", "item_code", "valid_from"],
                violation_error_message="同一点位、同一小项里每个单位只能有一个比例。",
            ),
            models.CheckConstraint(
                name="place_share_within_one",
                condition=Q(share__gt=0, share__lte=1),
                violation_error_message="责任比例应大于 0、不超过 1。",
            ),
            models.CheckConstraint(
                name="place_share_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不得早于生效日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.label} {self.share.normalize():f}"

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
