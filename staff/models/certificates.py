"""行政执法证: who may enforce, and until when."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from staff.enums import CertificateEnd
from staff.models.people import User
from staff.models.persons import Person
from staff.permissions import Perms


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user: User) -> CertificateQuerySet:
        if not user.has_perm(Perms.VIEW_PEOPLE):
            return self.none()
        if user.sees_all_units:
            return self
        return self.filter(person__in=Person.objects.visible_to(user))

    def valid_on(self, day: date) -> CertificateQuerySet:
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), issued_on__lte=day, expires_on__gte=day)

    def running(self) -> CertificateQuerySet:
        """Not given back; perhaps past its term."""
        return self.filter(ended_on=None)


class Certificate(models.Model):
    WARN_DAYS = (180, 90, 30)

    person = models.ForeignKey(Person, verbose_name="持证人", on_delete=models.PROTECT, related_name="certificates")
    number = models.CharField("证号", max_length=40, unique=True)
    issuer = models.CharField("发证机关", max_length=60, blank=True)
    issued_on = models.DateField("发证日期")
    expires_on = models.DateField("有效期至", db_index=True)
    ended_on = models.DateField("注销（收回）日期", null=True, blank=True)
    end_reason = models.CharField("注销（收回）方式", max_length=10, choices=CertificateEnd.choices, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    warned = models.PositiveSmallIntegerField("已提醒（到期前天数）", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法证"
        ordering = ["expires_on", "number"]
        constraints = [
            models.CheckConstraint(
                name="certificate_expires_after_issue",
                condition=Q(expires_on__gt=F("issued_on")),
                violation_error_message="有效期应晚于发证日期。",
            ),
            models.CheckConstraint(
                name="certificate_ended_whole",
                condition=Q(ended_on=None, end_reason="")
                | Q(ended_on__isnull=False, ended_on__gte=F("issued_on")) & ~Q(end_reason=""),
                violation_error_message="注销（收回）须同时有日期和方式，且不早于发证日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("staff:certificate-detail", args=[self.pk])

    def is_valid_on(self, day: date) -> bool:
        return self.issued_on <= day <= self.expires_on and (self.ended_on is None or self.ended_on > day)

    @property
    def days_left(self) -> int:
        return (self.expires_on - timezone.localdate()).days

    @property
    def condition(self) -> str:
        """有效, 30/90/180 days before the end, 已过期, 已注销 …: in words."""
        if self.ended_on is not None:
            return f"已{self.get_end_reason_display()}"
        if self.days_left < 0:
            return "已过期"
        within = [days for days in self.WARN_DAYS if self.days_left <= days]
        return f"{min(within)}天内到期" if within else "有效"


def warning_due(expires_on: date, today: date, warned: int | None) -> int | None:
    """Which warning (180, 90 or 30 days) is to be sent now; None if none, or if it was sent already."""
    left = expires_on - today
    reached = [days for days in Certificate.WARN_DAYS if left <= timedelta(days=days)]
    if not reached:
        return None
    nearest = min(reached)
    return nearest if warned is None or nearest < warned else None
