"""联合整治行动: several agencies on the ground together."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from fireworks.models.bases import Record, RecordQuerySet
from fireworks.models.grids import Grid
from staff.models import Unit

JOINT_FROM = 2  # agencies, the leading one included


class JointActionQuerySet(RecordQuerySet):
    unit_path = "lead_unit"

    def joint(self) -> JointActionQuerySet:
        """At least two agencies: only these count as 联合."""
        return self.filter(agency_count__gte=JOINT_FROM)


class JointAction(Record):
    number = models.CharField("编号", max_length=40, unique=True, editable=False)
    name = models.CharField("行动名称", max_length=60)
    held_on = models.DateField("日期", default=timezone.localdate, db_index=True)
    area = models.CharField("区域", max_length=120)
    grid = models.ForeignKey(
        Grid, verbose_name="网格", null=True, blank=True, on_delete=models.PROTECT, related_name="actions"
    )
    lead_unit = models.ForeignKey(
        Unit, verbose_name="牵头单位", on_delete=models.PROTECT, related_name="led_fireworks_actions"
    )
    agencies = models.ManyToManyField(
        Unit, verbose_name="参加单位", blank=True, related_name="joined_fireworks_actions"
    )
    agency_count = models.PositiveSmallIntegerField("单位数", default=1, editable=False)
    people = models.PositiveIntegerField("出动（人次）", default=0, validators=[MaxValueValidator(1_000_000)])
    vehicles = models.PositiveIntegerField("车辆（台次）", default=0, validators=[MaxValueValidator(1_000_000)])
    places_checked = models.PositiveIntegerField("检查（家次）", default=0, validators=[MaxValueValidator(1_000_000)])
    places_found = models.PositiveIntegerField("发现问题（家次）", default=0, validators=[MaxValueValidator(1_000_000)])
    result = models.CharField(
        "结果", max_length=300, blank=True, help_text="罚款、拘留由公安机关决定的，写明是公安机关的。"
    )

    objects = JointActionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联合整治行动"
        ordering = ["-held_on", "-pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="action_has_an_agency",
                condition=Q(agency_count__gte=1),
                violation_error_message="行动至少有一个单位。",
            ),
            models.CheckConstraint(
                name="action_found_within_checked",
                condition=Q(places_found__lte=F("places_checked")),
                violation_error_message="发现问题的家次不能多于检查的家次。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:action-detail", args=[self.pk])

    @property
    def is_joint(self) -> bool:
        return self.agency_count >= JOINT_FROM
