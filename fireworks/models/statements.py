"""书面证明: an attached statement of the police or the city's office that proves a festival window."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from fireworks.enums import Festival
from staff.models import Attachment
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class StatementQuerySet(models.QuerySet["WatchStatement"]):
    def visible_to(self, user: User) -> StatementQuerySet:
        return self if user.has_perm(Perms.VIEW_FIREWORKS) else self.none()

    def covering(self, start: date, end: date) -> StatementQuerySet:
        """Those that stand and speak of every day from `start` to `end`."""
        return self.filter(voided_at=None, start__lte=start, end__gte=end)


class WatchStatement(Attachment):
    festival = models.CharField("时段", max_length=10, choices=Festival.choices)
    start = models.DateField("证明起始日期")
    end = models.DateField("证明截止日期")
    issuer = models.CharField("出具单位", max_length=60, help_text="如：公安分局、市禁炮办。")
    issued_on = models.DateField("出具日期")
    words = models.CharField("证明内容", max_length=200)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)

    objects = StatementQuerySet.as_manager()

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "书面证明"
        constraints = [
            *Attachment.Meta.constraints,
            models.CheckConstraint(
                name="statement_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="证明的截止日期不得早于起始日期。",
            ),
            models.CheckConstraint(
                name="statement_void_whole",
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废必须同时有时间和理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.issued_on}"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:statement-detail", args=[self.pk])
