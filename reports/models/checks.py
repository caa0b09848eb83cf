"""What people answer for before a summary is issued: figures decided by hand, remarks on the checklist, 数字核校 of the final file."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.periods import Period
from reports.enums import CheckKind
from reports.models.reports import Compilation, Report
from staff.models import Attachment


class OverrideQuerySet(models.QuerySet["Override"]):
    def standing(self, period: Period) -> dict[str, Override]:
        """Those that hold for a period, by the figure's name: every outline of the period prints the same figures."""
        rows = self.filter(period_key=period.key, withdrawn_at=None).select_related("decided_by")
        return {override.name: override for override in rows}


class Override(models.Model):
    """人工核定: a value that somebody answers for in place of the counted one, for a period, with a reason."""

    period_key = models.CharField("期间", max_length=24, help_text="含截至日期，如 2026-01-01~2026-06-20。")
    name = models.CharField("数据", max_length=120)
    label = models.CharField("数据名称", max_length=160)
    value = models.CharField("核定值", max_length=120)
    counted = models.CharField("台账值", max_length=120, blank=True)
    reason = models.CharField("理由", max_length=300)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="核定人", on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("核定时间", auto_now_add=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤销人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人工核定"
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_standing_override_per_figure",
                fields=["period_key", "name"],
                condition=Q(withdrawn_at=None),
                violation_error_message="这个数据已经核定过，请先撤销原来的核定。",
            ),
            models.CheckConstraint(
                name="override_has_reason",
                condition=~Q(reason="") & ~Q(value=""),
                violation_error_message="人工核定要写核定值和理由。",
            ),
            models.CheckConstraint(
                name="override_withdrawn_whole",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                violation_error_message="撤销必须同时有时间和撤销人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.value}"

    @property
    def number(self) -> Decimal | None:
        try:
            return Decimal(self.value)
        except InvalidOperation:
            return None


class CheckMark(models.Model):
    """A remark of the checker on one line of the checklist. It holds as long as the line says the same."""

    report = models.ForeignKey(Report, verbose_name="工作总结", on_delete=models.CASCADE, related_name="marks")
    digest = models.CharField("核对项", max_length=64)
    kind = models.CharField("类别", max_length=12, choices=CheckKind.choices)
    text = models.TextField("内容")
    remark = models.CharField("核对意见", max_length=200)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="核对人", on_delete=models.PROTECT, related_name="+"
    )
    marked_at = models.DateTimeField("核对时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "核对意见"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_mark_per_check",
                fields=["report", "digest"],
                violation_error_message="这一项已经核对过。",
            )
        ]

    def __str__(self) -> str:
        return self.remark


class FrozenFigure(models.Model):
    """A printed figure as it stood at issue, with the identity of the rows behind it: drift is told row by row."""

    compilation = models.ForeignKey(
        Compilation, verbose_name="定稿", on_delete=models.CASCADE, related_name="frozen_figures"
    )
    name = models.CharField("数据", max_length=120)
    label = models.CharField("数据名称", max_length=160)
    value = models.CharField("值", max_length=300, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    definition = models.TextField("口径", blank=True)
    url = models.CharField("名单地址", max_length=500, blank=True)
    model = models.CharField("台账", max_length=80, blank=True, help_text="没有名单的数据（得分、名次等）空着。")
    row_ids = models.JSONField("名单", default=list, blank=True, help_text="比率的为分子的名单。")
    denominator_model = models.CharField("分母的台账", max_length=80, blank=True, help_text="不是比率的空着。")
    denominator_ids = models.JSONField("分母的名单", default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "锁定数据"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_frozen_figure_per_name",
                fields=["compilation", "name"],
                violation_error_message="这个数据已经锁定。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.value}{self.unit}"


class FileCheck(Attachment):
    """数字核校: a final Word file that came back, and what each of its numbers is."""

    report = models.ForeignKey(Report, verbose_name="工作总结", on_delete=models.CASCADE, related_name="file_checks")
    compilation = models.ForeignKey(
        Compilation, verbose_name="对照的汇编稿", on_delete=models.CASCADE, related_name="+"
    )
    result = models.JSONField("核校结果", default=list, blank=True)

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "数字核校"
        ordering = ["-pk"]

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for entry in self.result:
            found[entry["status"]] = found.get(entry["status"], 0) + 1
        return found
