"""重点工作: what superiors asked for, its progress, and the measures that are counted for it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from config.periods import Period
from reports.enums import TaskState, Totalling
from staff.models import Record, RecordQuerySet, Unit
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User

WEEK, MONTH = 7, 30  # days left at which the light of a task changes


class OfficeQuerySet(RecordQuerySet):
    """Key tasks, problems and plans are the bureau's own business: everybody in the bureau reads them."""

    def visible_to(self, user: User) -> Self:
        return self if user.has_perm(Perms.VIEW_TASKS) else self.none()


class KeyTaskQuerySet(OfficeQuerySet):
    def in_period(self, period: Period) -> Self:
        """Taken up by the end of the period and not closed before it."""
        return self.recorded().filter(Q(closed_on=None) | Q(closed_on__gte=period.start), starts_on__lte=period.end)

    def worked_on_by(self, user: User) -> Self:
        """Tasks that count on this user's units: owned by them, shared with them, or with everybody."""
        mine = user.unit_ids
        return self.filter(Q(owner__in=mine) | Q(participants__in=mine) | Q(participants=None)).distinct()


class HalfYearRecord(Record):
    """Abstract: belongs to a half-year. `starts_on` follows from the key and is what lists and figures filter by."""

    period_key = models.CharField("期间", max_length=6, help_text="如 2026H1（上半年）、2026H2（下半年）。")
    starts_on = models.DateField("期间首日", editable=False, db_index=True)

    class Meta(Record.Meta):
        abstract = True

    @property
    def period(self) -> Period:
        return Period.parse(self.period_key)

    def save(self, *args: object, **kwargs: object) -> None:
        self.starts_on = self.period.start
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class KeyTask(HalfYearRecord):
    title = models.CharField("任务", max_length=80)
    superior = models.CharField("交办单位", max_length=60, blank=True)
    source = models.CharField(
        "来源文件", max_length=120, blank=True, help_text="文件名称和文号，如“某某实施方案（某政办〔2026〕3号）”。"
    )
    owner = models.ForeignKey(Unit, verbose_name="责任单位", on_delete=models.PROTECT, related_name="key_tasks")
    participants = models.ManyToManyField(
        Unit, verbose_name="参与单位", blank=True, related_name="+", help_text="不选表示各单位都可以登记。"
    )
    responsible = models.CharField("责任人", max_length=40, blank=True)
    due = models.DateField("办结期限", null=True, blank=True)
    content = models.TextField("任务要求", blank=True, validators=[MaxLengthValidator(2000)])
    order = models.PositiveSmallIntegerField("排序", default=100)
    state = models.CharField("状态", max_length=10, choices=TaskState.choices, default=TaskState.OPEN, editable=False)
    closed_on = models.DateField("办结日期", null=True, editable=False)
    outcome = models.CharField("办理结果", max_length=300, blank=True, editable=False)

    objects = KeyTaskQuerySet.as_manager()

    class Meta(HalfYearRecord.Meta):
        verbose_name = verbose_name_plural = "重点工作"
        ordering = ["order", "pk"]
        permissions = [("view_tasks", "查看重点工作和工作量台账"), ("manage_tasks", "管理重点工作、问题和计划")]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="task_closed_has_its_day",
                condition=Q(state=TaskState.OPEN, closed_on=None)
                | (~Q(state=TaskState.OPEN) & Q(closed_on__isnull=False)),
                violation_error_message="完成或中止的任务应有日期，进行中的没有。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:task-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == TaskState.OPEN and not self.is_voided

    @property
    def state_tone(self) -> str:
        return {TaskState.OPEN: "blue", TaskState.DONE: "green", TaskState.DROPPED: "grey"}[TaskState(self.state)]

    @property
    def due_light(self) -> str:
        """red past its day, orange within a week, yellow within a month, green later; none without a day or when closed."""
        if self.due is None or not self.is_open:
            return "none"
        left = (self.due - timezone.localdate()).days
        return "red" if left < 0 else "orange" if left <= WEEK else "yellow" if left <= MONTH else "green"

    @property
    def due_words(self) -> str:
        if self.due is None or not self.is_open:
            return ""
        left = (self.due - timezone.localdate()).days
        return f"逾期 {-left} 天" if left < 0 else "今天到期" if left == 0 else f"剩 {left} 天"


class TaskNote(models.Model):
    """进展: what was done by a day. Appended, never edited."""

    task = models.ForeignKey(KeyTask, verbose_name="任务", on_delete=models.CASCADE, related_name="notes")
    noted_on = models.DateField("日期", default=timezone.localdate)
    text = models.TextField("进展", validators=[MaxLengthValidator(1000)])
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务进展"
        ordering = ["-noted_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.noted_on} {self.text[:20]}"


class Measure(models.Model):
    """指标: one thing counted for a task, in its own unit; it is a figure of the summary at once, under its code."""

    task = models.ForeignKey(KeyTask, verbose_name="任务", on_delete=models.CASCADE, related_name="measures")
    code = models.CharField("编号", max_length=20, unique=True, editable=False)
    name = models.CharField("指标", max_length=40)
    unit_of_count = models.CharField("计量单位", max_length=6, help_text="如：人次、台次、处、㎡、吨。")
    totalling = models.CharField("汇总方式", max_length=8, choices=Totalling.choices, default=Totalling.SUM)
    definition = models.CharField("口径", max_length=200, blank=True, help_text="什么算、什么不算。")
    target = models.DecimalField(
        "目标", max_digits=14, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    order = models.PositiveSmallIntegerField("排序", default=100)
    active = models.BooleanField("继续登记", default=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ["task__order", "task", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_measure_per_task_and_name",
                fields=["task", "name"],
                violation_error_message="这项任务已有同名指标。",
            ),
            models.CheckConstraint(
                name="measure_totalling_known",
                condition=Q(totalling__in=Totalling.values),
                violation_error_message="汇总方式不在可选范围内。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.unit_of_count}）"

    def get_absolute_url(self) -> str:
        return f"{reverse('reports:tally-list')}?measure={self.code}"

    @property
    def counts_rows(self) -> bool:
        return Totalling(self.totalling).counts_rows

    @property
    def figure_name(self) -> str:
        """The name under which a sentence prints it."""
        return f"reports.{'tally_count' if self.counts_rows else 'tally'}:{self.code}"
