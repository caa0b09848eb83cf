"""材料征集: a section asked of a unit, what it sent, who confirmed it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from reports.enums import MaterialState
from reports.models.reports import Section
from staff.models import Unit

if TYPE_CHECKING:
    from staff.models import User


class MaterialQuerySet(models.QuerySet["Material"]):
    def visible_to(self, user: User) -> MaterialQuerySet:
        """Those of one's own units or asked of oneself; all for who reads the summaries."""
        if user.has_perm("reports.view_reports") and user.sees_all_units:
            return self
        return self.filter(Q(unit__in=user.unit_ids) | Q(person=user))

    def undelivered(self) -> MaterialQuerySet:
        """Asked and not yet confirmed by the unit; of drafts only."""
        return self.filter(
            state__in=(MaterialState.ASKED, MaterialState.DELIVERED),
            section__removed_at=None,
            section__report__signed_at=None,
        )


class Material(models.Model):
    section = models.OneToOneField(Section, verbose_name="章节", on_delete=models.CASCADE, related_name="material")
    unit = models.ForeignKey(Unit, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="责任人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="空着表示由责任单位的人来交。",
    )
    due_on = models.DateField("截止日期")
    note = models.CharField("要求", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=MaterialState.choices, default=MaterialState.ASKED, editable=False
    )
    text = models.TextField("材料", blank=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="征集人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("征集时间", auto_now_add=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="交稿人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    delivered_at = models.DateTimeField("交稿时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    returned_reason = models.CharField("退回理由", max_length=200, blank=True)
    reminded_on = models.DateField("最近提醒", null=True, blank=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "征集材料"
        ordering = ["due_on", "pk"]
        permissions = [("confirm_material", "确认本单位的材料")]
        constraints = [
            models.CheckConstraint(
                name="material_confirmed_whole",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, delivered_at__isnull=False),
                violation_error_message="没有交的材料不能确认；确认要有确认人和时间。",
            ),
            models.CheckConstraint(
                name="material_state_fits",
                condition=Q(state=MaterialState.ASKED)
                | (Q(state=MaterialState.DELIVERED) & Q(delivered_at__isnull=False))
                | (Q(state__in=[MaterialState.CONFIRMED, MaterialState.ADOPTED]) & Q(confirmed_at__isnull=False)),
                violation_error_message="材料的状态与交稿、确认时间不符。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section}（{self.unit}）"

    def get_absolute_url(self) -> str:
        return reverse("reports:material-detail", args=[self.pk])

    def light(self, today: date) -> str:
        """red overdue, yellow due within two days, green before; none once confirmed."""
        if self.state in MaterialState.SETTLED:
            return "none"
        left = (self.due_on - today).days
        return "red" if left < 0 else "yellow" if left <= 2 else "green"
