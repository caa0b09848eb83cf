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


class DisciplineRecord(models.Model):
    kind = models.CharField("处理种类", max_length=16, choices=DisciplineKind.choices)
    document_number = models.CharField("文号", max_length=60, unique=True)
    decided_on = models.DateField("决定日期", default=timezone.localdate)
    person = models.ForeignKey(
        Person, verbose_name="人员", null=True, blank=True, on_delete=models.PROTECT, related_name="discipline"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
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
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("staff:discipline-edit", args=[self.pk])

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.document_number}"
