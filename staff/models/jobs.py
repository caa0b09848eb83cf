"""Long jobs with progress: one row, one status, polled by the page. The runner is staff/jobs.py."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

if TYPE_CHECKING:
    from staff.models.people import User


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


OPEN_JOB_STATES = (JobState.QUEUED, JobState.RUNNING)


def job_file_path(job: Job, filename: str) -> str:
    return f"jobs/{job.created_at:%Y/%m}/{uuid.uuid4().hex}/{filename}"


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        return self.filter(owner=user)

    def open(self) -> JobQuerySet:
        return self.filter(state__in=OPEN_JOB_STATES)


class Job(models.Model):
    kind = models.CharField("任务类别", max_length=60)
    label = models.CharField("任务", max_length=120)
    payload = models.JSONField("参数", default=dict, blank=True)
    state = models.CharField("状态", max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    total = models.PositiveIntegerField("总数", default=0)
    done = models.PositiveIntegerField("已完成数", default=0)
    message = models.CharField("进展", max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField("第几次执行", default=0)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发起人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="jobs",
    )
    result_url = models.CharField("结果地址", max_length=200, blank=True)
    result_file = models.FileField("结果文件", upload_to=job_file_path, blank=True)
    error_file = models.FileField("问题清单", upload_to=job_file_path, blank=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    heartbeat = models.DateTimeField("最近活动", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "heartbeat"], name="job_by_state")]
        constraints = [
            models.CheckConstraint(
                name="job_done_within_total",
                condition=Q(total=0) | Q(done__lte=F("total")),
                violation_error_message="已完成数不能大于总数。",
            ),
            models.CheckConstraint(
                name="job_finished_when_closed",
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING]) | Q(finished_at__isnull=False),
                violation_error_message="任务结束必须记下结束时间。",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("staff:job-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_JOB_STATES

    @property
    def progress_key(self) -> str:
        return f"job-progress-{self.pk}"

    @property
    def cancel_key(self) -> str:
        return f"job-cancel-{self.pk}"

    def refresh_progress(self) -> Job:
        """Take over the latest figures from the cache: what a running task writes inside its transaction is invisible."""
        latest = caches["shared"].get(self.progress_key)
        if self.is_open and latest:
            self.done, self.total, self.message = latest
        return self

    @property
    def percent(self) -> int:
        if self.state == JobState.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0
