"""The working-day calendar: what a year's State Council notice says, day by day."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q


class YearStatus(models.TextChoices):
    ANNOUNCED = "announced", "已公布"
    PROVISIONAL = "provisional", "暂定"


class CalendarYear(models.Model):
    year = models.PositiveSmallIntegerField("年度", unique=True)
    status = models.CharField("状态", max_length=12, choices=YearStatus.choices, default=YearStatus.PROVISIONAL)
    source = models.CharField("依据文件", max_length=200, blank=True)
    loaded_at = models.DateTimeField("录入时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="calendar_year_announced_has_source",
                condition=~Q(status=YearStatus.ANNOUNCED) | ~Q(source=""),
                violation_error_message="已公布的年度必须写明国务院办公厅通知。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年（{self.get_status_display()}）"

    @classmethod
    def missing_next_year(cls, today: date) -> int | None:
        """From November on: the next year, if its notice has not been entered."""
        year = today.year + 1
        announced = cls.objects.filter(year=year, status=YearStatus.ANNOUNCED).exists()
        return year if today.month >= 11 and not announced else None


class DayKind(models.TextChoices):
    STATUTORY_HOLIDAY = "statutory_holiday", "法定节假日"
    HOLIDAY_REST = "holiday_rest", "调休休息"
    MAKEUP_WORKDAY = "makeup_workday", "调休上班"


class CalendarDay(models.Model):
    """An exception from Monday to Friday."""

    year = models.ForeignKey(CalendarYear, verbose_name="年度", on_delete=models.CASCADE, related_name="days")
    date = models.DateField("日期", unique=True)
    kind = models.CharField("类别", max_length=20, choices=DayKind.choices)
    name = models.CharField("名称", max_length=20, blank=True)
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "放假与调休"
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"

    def clean(self) -> None:
        """A notice may shift a day of the December before: that day belongs to its own year, by which it is looked up."""
        if self.date is not None and self.date.year != self.year.year:
            raise ValidationError({"date": f"{self.date}不在{self.year.year}年内。请录入到{self.date.year}年。"})
