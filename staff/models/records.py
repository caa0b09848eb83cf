"""A plain record of any room: who entered it, the sheet it came from, how it was taken back. Abstract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from staff.models.imports import ImportBatch

if TYPE_CHECKING:
    from staff.models.people import User


def of_own_units(user: User, path: str = "") -> Q:
    """Rows whose unit is the user's own, lies below it, or is patrolled by its squad; without `path` rows that are units."""
    at, mine = f"{path}__" if path else "", user.unit_ids
    return Q(**{f"{at}pk__in": mine}) | Q(**{f"{at}parent__in": mine}) | Q(**{f"{at}squad__in": mine}) | Q(
        **{f"{at}parent__squad__in": mine}
    )  # fmt: skip


class RecordQuerySet(models.QuerySet[Any]):
    """Rows that belong to a unit. A subclass names the path to it, and the right to see any of them."""

    unit_path = "unit"
    view_permission = ""  # none named: nobody sees a row

    def visible_to(self, user: User) -> Self:
        if not user.has_perm(self.view_permission):
            return self.none()
        if user.sees_all_units:
            return self
        return self.filter(of_own_units(user, self.unit_path) | Q(recorded_by=user.pk))

    def recorded(self) -> Self:
        """What counts: everything that was not taken back."""
        return self.filter(voided_at=None)


class Record(models.Model):
    """Abstract. `version` is what an editor saw; a record is never deleted, only voided with a reason."""

    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    batch = models.ForeignKey(
        ImportBatch, verbose_name="导入批次", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_void_whole",
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废必须同时有时间和理由。",
            )
        ]

    @property
    def is_voided(self) -> bool:
        return self.voided_at is not None
