"""报送留底: what was reported upwards: which figure, which value, to whom, when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from config.periods import Period
from reports.models.reports import Report, period_end, period_start, reads_reports
from staff.models import Record, RecordQuerySet

if TYPE_CHECKING:
    from staff.models import User


class SubmissionQuerySet(RecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """What was sent holds the summary's figures: who reads summaries reads it."""
        return self if reads_reports(user) else self.none()

    def with_span(self) -> Self:
        """With the days by which a list is sorted."""
        return self.annotate(period_end=period_end(), period_start=period_start())


class Submission(Record):
    """One sheet or paper that went to somebody. Entered wrongly it is corrected or voided; it is never removed."""

    period_key = models.CharField("期间", max_length=24, help_text="如 2026H1、2026-03、2026-01-01~2026-06-20。")
    title = models.CharField("报送材料", max_length=120)
    recipient = models.CharField("报送对象", max_length=80)
    sent_on = models.DateField("报送日期")
    report = models.ForeignKey(
        Report, verbose_name="工作总结", null=True, blank=True, on_delete=models.PROTECT, related_name="submissions"
    )
    note = models.CharField("备注", max_length=200, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送留底"
        ordering = ["-sent_on", "-pk"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="one_submission_per_report_recipient_and_day",
                fields=["report", "recipient", "sent_on"],
                condition=Q(report__isnull=False, voided_at=None),
                violation_error_message="这份文稿当天报送这个对象已经登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.recipient}）"

    def get_absolute_url(self) -> str:
        return reverse("reports:submission-detail", args=[self.pk])

    @property
    def period(self) -> Period:
        return Period.parse(self.period_key)


class SentFigureQuerySet(models.QuerySet["SentFigure"]):
    def latest(self, period: Period) -> dict[str, SentFigure]:  # type: ignore[override]
        """The last value sent for each figure of a period, by the figure's name."""
        rows = self.filter(submission__period_key=period.key, submission__voided_at=None).exclude(name="")
        rows = rows.select_related("submission")
        return {row.name: row for row in rows.order_by("submission__sent_on", "pk")}


class SentFigure(models.Model):
    submission = models.ForeignKey(Submission, verbose_name="报送", on_delete=models.CASCADE, related_name="figures")
    name = models.CharField("数据", max_length=120, blank=True, help_text="空着表示系统里没有这个数据。")
    label = models.CharField("数据名称", max_length=160)
    value = models.CharField("报送的数", max_length=120)
    unit = models.CharField("单位", max_length=20, blank=True)

    objects = SentFigureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送的数"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_sent_figure_per_submission",
                fields=["submission", "name"],
                condition=~Q(name=""),
                violation_error_message="这个数据在这次报送里已经有了。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.value}{self.unit}"
