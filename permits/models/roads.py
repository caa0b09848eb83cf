"""道路: grade, manager, and the days that decide whether a road may be dug."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from permits.kinds import RoadGrade, RoadManager
from permits.models.items import SeenQuerySet
from permits.protection import Protection, protection_until
from staff.models import Unit


class Road(models.Model):
    name = models.CharField("道路名称", max_length=60)
    stretch = models.CharField(
        "起止", max_length=100, blank=True, help_text="同一条路分段管理的，每段单独登记一条，写明起止。"
    )
    grade = models.CharField("道路等级", max_length=12, choices=RoadGrade.choices)
    manager = models.CharField(
        "管理单位", max_length=8, choices=RoadManager.choices, default=RoadManager.DISTRICT,
        help_text="市管道路由市局审批；只有城管（市政）部门管理的道路收费（《城市道路管理条例》第三十七条）。",
    )  # fmt: skip
    opened_on = models.DateField(
        "交付使用日期", null=True, blank=True, help_text="新建、扩建、改建后交付使用；五年内不得挖掘。"
    )
    overhauled_on = models.DateField("大修竣工日期", null=True, blank=True, help_text="最近一次大修；三年内不得挖掘。")
    street = models.ForeignKey(
        Unit, verbose_name="所属街道", null=True, blank=True, on_delete=models.PROTECT, related_name="roads"
    )
    source = models.CharField("资料来源", max_length=120, blank=True, help_text="竣工验收、移交文件的名称和文号。")
    note = models.CharField("备注", max_length=200, blank=True)
    in_use = models.BooleanField("在用", default=True)
    saved = models.PositiveIntegerField("保存次数", default=1, editable=False)

    objects = SeenQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "道路"
        ordering = ["name", "stretch"]
        constraints = [
            models.UniqueConstraint(
                name="one_road_per_name_and_stretch",
                fields=["name", "stretch"],
                violation_error_message="这条路（这一段）已经登记。",
            ),
            models.CheckConstraint(
                name="road_overhauled_after_opened",
                condition=Q(opened_on=None) | Q(overhauled_on=None) | Q(overhauled_on__gte=F("opened_on")),
                violation_error_message="大修竣工日期不得早于交付使用日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.stretch}）" if self.stretch else self.name

    def get_absolute_url(self) -> str:
        return reverse("permits:road-detail", args=[self.pk])

    def protection_on(self, day: date) -> Protection | None:
        """The protection that holds on a day (城市道路管理条例 33②), None if the road may be dug."""
        return protection_until(self, day)

    @property
    def is_chargeable(self) -> bool:
        """城市道路管理条例 37: only roads that the municipal department manages are charged for."""
        return self.manager != RoadManager.OWNER
