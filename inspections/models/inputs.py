"""What comes from outside the assessment into a month's score: 数字城管, complaints, key work, innovation, bonus."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from inspections.composite import DigitalCases, digital_score
from staff.models import ImportBatch, Unit

if TYPE_CHECKING:
    from staff.models import User


class InputKind(models.TextChoices):
    """The components of step 11 that are not assessed here, the bonus, and what step 13 adds to longer periods.

    季度明查 is entered in a month of its quarter and counts there as one month more; innovation counts for the year.
    """

    DIGITAL = "digital", "数字城管"
    COMPLAINTS = "complaints", "投诉与曝光"
    KEY_WORK = "key_work", "重点工作"
    BONUS = "bonus", "加分"
    OPEN_CHECK = "open_check", "季度明查"
    INNOVATION = "innovation", "创新工作（年度）"


class ComponentInputQuerySet(models.QuerySet["ComponentInput"]):
    def visible_to(self, user: User) -> ComponentInputQuerySet:
        return self if user.sees_all_units else self.filter(unit__in=user.unit_ids)


class ComponentInput(models.Model):
    """One score of one unit in one month, or the four counts of 数字城管 that it follows from (step 12)."""

    month = models.CharField("月份", max_length=7)
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="component_inputs")
    kind = models.CharField("项目", max_length=12, choices=InputKind.choices)
    score = models.DecimalField("得分", max_digits=7, decimal_places=4, null=True, blank=True)
    due = models.PositiveIntegerField("应结案", null=True, blank=True)
    closed = models.PositiveIntegerField("结案", null=True, blank=True)
    in_time = models.PositiveIntegerField("按期结案", null=True, blank=True)
    reworked = models.PositiveIntegerField("返工", null=True, blank=True)
    source = models.CharField("来源文件", max_length=200)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="录入人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)
    batch = models.ForeignKey(
        ImportBatch, verbose_name="导入批次", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ComponentInputQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外来得分"
        ordering = ["-month", "unit__order", "kind"]
        constraints = [
            models.UniqueConstraint(
                name="one_input_per_month_unit_and_kind",
                fields=["month", "unit", "kind"],
                violation_error_message="这个单位这个月的这一项已经有得分。",
            ),
            models.CheckConstraint(
                name="input_score_or_counts",
                condition=Q(score__isnull=False, due=None, closed=None, in_time=None, reworked=None)
                | Q(
                    kind=InputKind.DIGITAL,
                    score=None,
                    due__isnull=False,
                    closed__isnull=False,
                    in_time__isnull=False,
                    reworked__isnull=False,
                ),
                violation_error_message="填得分，或者（数字城管）填齐应结案、结案、按期结案、返工四个数，二者只填其一。",
            ),
            models.CheckConstraint(
                name="input_counts_in_order",
                condition=Q(due=None) | Q(closed__lte=F("due"), in_time__lte=F("closed"), reworked__lte=F("closed")),
                violation_error_message="应结案、结案、按期结案应依次不增，返工数不得多于结案数。",
            ),
            models.CheckConstraint(
                name="input_score_within_hundred",
                condition=Q(score=None) | Q(score__gte=0, score__lte=100),
                violation_error_message="得分应在 0 至 100 之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.unit} {self.get_kind_display()}"

    @property
    def cases(self) -> DigitalCases | None:
        if self.due is None or self.closed is None or self.in_time is None or self.reworked is None:
            return None
        return DigitalCases(self.due, self.closed, self.in_time, self.reworked)

    @property
    def value(self) -> Decimal | None:
        """The score in points out of 100; of counts by the formula of step 12. None if no case was due."""
        cases = self.cases
        return self.score if cases is None else digital_score(cases)
