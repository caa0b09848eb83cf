"""What the import pipeline (staff/imports/) remembers: the uploaded sheet, what the check found, the learned columns."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from staff.models.jobs import Job

if TYPE_CHECKING:
    from staff.models.people import User


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "待核对列"
    CHECKING = "checking", "检查中"
    CHECKED = "checked", "待确认"
    PUBLISHING = "publishing", "写入中"
    PUBLISHED = "published", "已导入"
    DISCARDED = "discarded", "已放弃"


def sheet_path(batch: models.Model, filename: str) -> str:
    return f"imports/{uuid.uuid4().hex}.sheet"


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User) -> ImportBatchQuerySet:
        return self.filter(owner=user)


class ImportBatch(models.Model):
    kind = models.CharField("导入类别", max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="导入人", null=True, on_delete=models.PROTECT, related_name="imports"
    )
    file = models.FileField("原表", upload_to=sheet_path)
    original_name = models.CharField("原文件名", max_length=120)
    size = models.PositiveIntegerField("字节数", default=0)
    sha256 = models.CharField("原表校验值", max_length=64, db_index=True)
    pasted = models.BooleanField("粘贴而来", default=False)
    state = models.CharField("状态", max_length=12, choices=ImportState.choices, default=ImportState.UPLOADED)
    sheet = models.CharField("工作表", max_length=60, blank=True)
    header_row = models.PositiveIntegerField("表头所在行", default=1)
    columns = models.JSONField("列对应", default=dict, blank=True, help_text="字段 → 列号（从 0 起）")
    total = models.PositiveIntegerField("总行数", default=0)
    new = models.PositiveIntegerField("新增", default=0)
    duplicate = models.PositiveIntegerField("重复", default=0)
    wrong = models.PositiveIntegerField("有误", default=0)
    problems = models.JSONField("前若干条问题", default=list, blank=True)
    preview = models.JSONField("前若干行的样子", default=dict, blank=True, help_text="head、rows、warnings")
    sample = models.JSONField("前若干行", default=list, blank=True)
    valid_rows_only = models.BooleanField("只导入正确的行", default=False)
    written = models.PositiveIntegerField("实际写入", default=0)
    job = models.ForeignKey(
        Job, verbose_name="任务", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    published_at = models.DateTimeField("写入时间", null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_published_has_time",
                condition=~Q(state=ImportState.PUBLISHED) | Q(published_at__isnull=False),
                violation_error_message="已导入的批次必须有写入时间。",
            )
        ]

    def __str__(self) -> str:
        return self.original_name

    def get_absolute_url(self) -> str:
        return reverse("staff:import-detail", args=[self.pk])


class RememberedColumn(models.Model):
    """A header that somebody mapped by hand once: proposed next time."""

    kind = models.CharField("导入类别", max_length=60)
    header = models.CharField("表头", max_length=120)
    field = models.CharField("字段", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "记住的列"
        constraints = [
            models.UniqueConstraint(
                name="one_field_per_remembered_header",
                fields=["kind", "header"],
                violation_error_message="这个表头已经记住了一个字段。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.header} → {self.field}"
