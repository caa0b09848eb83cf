"""纪律处理: by default the number of cases and their document numbers, nothing else; visible to few."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from staff.enums import DisciplineKind
from staff.models.people import User
from staff.models.persons import Person
from staff.permissions import Perms


class DisciplineQuerySet(models.QuerySet["DisciplineRecord"]):
    def visible_to(self, user: User) -> DisciplineQuerySet:
        return self if user.has_perm(Perms.VIEW_DISCIPLINE) else self.none()

    def recorded(self) -> DisciplineQuerySet:
        """What counts: everything that was not taken back."""
        return self.filter(voided_at=None)


class DisciplineRecord(models.Model):
    kind = models.CharField("处理种类", max_length=16, choices=DisciplineKind.choices)
    document_number = models.CharField("文号", max_length=60)
    decided_on = models.DateField("决定日期", default=timezone.localdate)
    person = models.ForeignKey(
        Person, verbose_name="人员", null=True, blank=True, on_delete=models.PROTECT, related_name="discipline"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    voided_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = DisciplineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "纪律处理"
        ordering = ["-decided_on", "-pk"]
        permissions = [("view_discipline", "查看纪律处理"), ("manage_discipline", "登记纪律处理")]
        constraints = [
            models.CheckConstraint(
                name="discipline_has_document",
                condition=~Q(document_number=""),
                violation_error_message="文号不能为空。",
            ),
            models.UniqueConstraint(
                name="one_discipline_per_document",
                fields=["document_number"],
                condition=Q(voided_at=None),
                violation_error_message="这个文号已经登记过。",
            ),
            models.CheckConstraint(
                name="discipline_void_whole",
                condition=Q(voided_at=None, void_reason="") | Q(voided_at__isnull=False) & ~Q(void_reason=""),
                violation_error_message="作废必须同时有时间和理由。",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("staff:discipline-edit", args=[self.pk])

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.document_number}"
