"""Score sheets (现场检查评分表): a monthly check as on paper, one sheet a unit and place, deductions typed straight down."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone

from inspections.enums import AreaType, SheetState
from inspections.models.places import Place
from inspections.models.rounds import Round
from inspections.models.standard import Item
from staff.models import Unit

if TYPE_CHECKING:
    from staff.models import User

FULL = Decimal(100)


class CheckSheetQuerySet(models.QuerySet["CheckSheet"]):
    def visible_to(self, user: User) -> CheckSheetQuerySet:
        """Assessed units see their own confirmed sheets; the bureau's readers see all."""
        if user.sees_all_units:
            return self
        return self.filter(unit__in=user.unit_ids, state=SheetState.CONFIRMED)

    def counted(self) -> CheckSheetQuerySet:
        return self.filter(state=SheetState.CONFIRMED)

    def with_totals(self) -> CheckSheetQuerySet:
        return self.annotate(deducted=Sum("lines__deduction"))


class CheckSheet(models.Model):
    round = models.ForeignKey(
        Round, verbose_name="考评轮次", null=True, blank=True, on_delete=models.PROTECT, related_name="sheets"
    )
    month = models.CharField("所属月份", max_length=7, editable=False)
    unit = models.ForeignKey(Unit, verbose_name="被检单位", on_delete=models.PROTECT, related_name="check_sheets")
    area = models.CharField("区域类型", max_length=2, choices=AreaType.choices)
    place = models.ForeignKey(
        Place, verbose_name="已知点位", null=True, blank=True, on_delete=models.PROTECT, related_name="sheets"
    )
    place_name = models.CharField("检查地点", max_length=120)
    checked_on = models.DateField("检查日期", default=timezone.localdate)
    assessors = models.CharField("检查人", max_length=120, help_text="两人以上，用顿号分开。")
    note = models.CharField("备注", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=SheetState.choices, default=SheetState.DRAFT, editable=False
    )
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="录入人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)

    objects = CheckSheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "现场检查评分表"
        ordering = ["-checked_on", "unit__order", "pk"]
        permissions = [("enter_sheet", "填写现场检查评分表")]
        indexes = [models.Index(fields=["month", "state", "unit"], name="sheet_by_month")]
        constraints = [
            models.UniqueConstraint(
                name="one_sheet_per_point_and_day",
                fields=["unit", "area", "place_name", "checked_on"],
                condition=~Q(state=SheetState.VOIDED),
                violation_error_message="这个单位、这个地点当天的评分表已经有了。",
            ),
            models.CheckConstraint(
                name="sheet_void_has_reason",
                condition=Q(state=SheetState.VOIDED) & ~Q(void_reason="")
                | ~Q(state=SheetState.VOIDED) & Q(void_reason=""),
                violation_error_message="作废必须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checked_on:%Y-%m-%d} {self.unit.label} {self.place_name}"

    def get_absolute_url(self) -> str:
        return reverse("inspections:sheet-detail", args=[self.pk])

    def stamp(self) -> None:
        """Store what follows from the day: the month it counts for."""
        self.month = f"{self.checked_on:%Y-%m}"

    @property
    def state_tone(self) -> str:
        return {"draft": "amber", "confirmed": "green"}.get(self.state, "grey")

    @property
    def is_draft(self) -> bool:
        return self.state == SheetState.DRAFT


class CheckLine(models.Model):
    """One item of the sheet with what was taken off and why; items without a deduction have no line."""

    sheet = models.ForeignKey(CheckSheet, verbose_name="评分表", on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, verbose_name="小项", on_delete=models.PROTECT, related_name="check_lines")
    cap = models.DecimalField("扣分上限", max_digits=5, decimal_places=2)
    deduction = models.DecimalField("扣分", max_digits=5, decimal_places=2)
    reason = models.CharField("扣分原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "评分表行"
        ordering = ["sheet", "item__code"]
        constraints = [
            models.UniqueConstraint(
                name="one_line_per_sheet_and_item",
                fields=["sheet", "item"],
                violation_error_message="同一张评分表里每个小项只有一行。",
            ),
            models.CheckConstraint(
                name="line_deduction_within_cap",
                condition=Q(deduction__gt=0, deduction__lte=F("cap")),
                violation_error_message="扣分应大于 0，不超过该小项的扣分上限（扣完为止）。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} -{self.deduction.normalize():f}"
