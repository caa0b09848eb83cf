"""历史数据: figures of months before the software, as printed then; they serve as 同期 and are marked as such."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from reports.models.tasks import OfficeQuerySet
from staff.models import Record


class HistoricalFigure(Record):
    """`figure` is a figure's name as it stands in a text; `month` YYYY-MM."""

    figure = models.CharField("数据", max_length=80)
    month = models.CharField(
        "月份", max_length=7, validators=[RegexValidator(r"^20\d\d-(0[1-9]|1[0-2])$", "月份写作 2024-03。")]
    )
    value = models.DecimalField("数值", max_digits=16, decimal_places=4)
    source = models.CharField("来源文件", max_length=120, help_text="哪份文件、第几页。")
    checked_by = models.CharField("核对人", max_length=40)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "历史数据"
        ordering = ["-month", "figure"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="one_historical_value_per_month",
                fields=["figure", "month"],
                condition=Q(voided_at=None),
                violation_error_message="这个数据在这个月已经登记过。",
            ),
            models.CheckConstraint(
                name="historical_value_not_negative",
                condition=Q(value__gte=0),
                violation_error_message="数值不能小于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.month}"

    def get_absolute_url(self) -> str:
        return reverse("reports:history-detail", args=[self.pk])
