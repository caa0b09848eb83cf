"""集中会审: one session of the bureau (not the 集中办理 of several departments), its cases and what was decided on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from permits.models.applications import Application
from staff.models import IssuedPaper
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class ReviewOutcome(models.TextChoices):
    PENDING = "pending", "待议"
    GRANTED = "granted", "准予"
    DENIED = "denied", "不予"
    DEFERRED = "deferred", "缓议"


class ReviewSessionQuerySet(models.QuerySet["ReviewSession"]):
    def visible_to(self, user: User) -> ReviewSessionQuerySet:
        """Sessions are seen by those who see every application: a squad sees its cases, not the meeting."""
        everything = user.sees_all_units or user.has_perm(Perms.HANDLE_PERMIT) or user.has_perm(Perms.DECIDE_PERMIT)
        return self if user.has_perm(Perms.VIEW_PERMITS) and everything else self.none()

    def open(self) -> ReviewSessionQuerySet:
        return self.filter(signed_at=None)


class ReviewSession(IssuedPaper):
    """One meeting. Its minutes are signed with number and frozen PDF; after that nothing in it is decided any more."""

    held_on = models.DateField("会审日期", default=timezone.localdate)
    place = models.CharField("地点", max_length=60)
    chair = models.CharField("主持人", max_length=30)
    recorder = models.CharField("记录人", max_length=30, blank=True)
    attendance = models.TextField("参加人员", help_text="每行一人：姓名、单位或者职务。")
    absent = models.CharField("缺席人员", max_length=120, blank=True)
    data = models.JSONField("纪要内容", default=dict, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", editable=False, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ReviewSessionQuerySet.as_manager()

    class Meta(IssuedPaper.Meta):
        verbose_name = verbose_name_plural = "集中会审"
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.held_on} 集中会审"

    def get_absolute_url(self) -> str:
        return reverse("permits:session-detail", args=[self.pk])

    @property
    def people(self) -> list[str]:
        return [line.strip() for line in self.attendance.splitlines() if line.strip()]

    @property
    def state_label(self) -> tuple[str, str]:
        return ("纪要已签发", "green") if self.is_signed else ("进行中", "blue")


class ReviewedCase(models.Model):
    """One case on the agenda. The outcome is written by the doors that decide the application, never alone."""

    session = models.ForeignKey(ReviewSession, verbose_name="会审", on_delete=models.CASCADE, related_name="cases")
    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.PROTECT, related_name="reviews")
    position = models.PositiveSmallIntegerField("序号", default=1)
    outcome = models.CharField("结论", max_length=10, choices=ReviewOutcome.choices, default=ReviewOutcome.PENDING)
    words = models.TextField("会审意见", blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记结论的人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    decided_at = models.DateTimeField("登记结论时间", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "会审申请"
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="case_once_per_session",
                fields=["session", "application"],
                violation_error_message="这件申请已经在议程里。",
            ),
            models.UniqueConstraint(
                name="case_on_one_agenda",
                fields=["application"],
                condition=Q(outcome="pending"),
                violation_error_message="这件申请已经列入另一次会审。",
            ),
            models.CheckConstraint(
                name="reviewed_case_decided_whole",
                condition=Q(outcome="pending", decided_at=None)
                | (~Q(outcome="pending") & Q(decided_at__isnull=False) & ~Q(words="")),
                violation_error_message="会审结论必须写明意见和时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}：{self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        return reverse("permits:session-case", args=[self.session_id, self.pk])

    @property
    def is_pending(self) -> bool:
        return self.outcome == ReviewOutcome.PENDING

    @property
    def tone(self) -> str:
        return {"granted": "green", "denied": "red", "deferred": "amber"}.get(self.outcome, "blue")
