"""工作量台账: what the squads counted, day by day, each entry under one measure of a key task."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from config.display import plain_number
from config.periods import Period
from reports.models.tasks import Measure
from staff.models import Attachment, Record, RecordQuerySet, Unit
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class TallyQuerySet(RecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own units' entries; all for those who see all units."""
        if not user.has_perm(Perms.VIEW_TASKS):
            return self.none()
        return self if user.sees_all_units else self.filter(Q(unit__in=user.unit_ids) | Q(recorded_by=user.pk))

    def within(self, period: Period) -> Self:
        """What counts for a period: not taken back, of a task that was not taken back."""
        return self.recorded().filter(measure__task__voided_at=None, happened_on__range=(period.start, period.end))

    def newest_of_each_unit(self, period: Period) -> Self:
        """The last entry of each measure and unit within the period: a standing number is told anew, not added."""
        same = TallyEntry.objects.within(period).filter(measure=OuterRef("measure"), unit=OuterRef("unit"))
        return self.within(period).filter(pk=Subquery(same.order_by("-happened_on", "-pk").values("pk")[:1]))

    def first_of_each_day(self, period: Period) -> Self:
        """One entry for each measure and day that has any."""
        same = TallyEntry.objects.within(period).filter(
            measure=OuterRef("measure"), happened_on=OuterRef("happened_on")
        )
        return self.within(period).filter(pk=Subquery(same.order_by("pk").values("pk")[:1]))


class TallyEntry(Record):
    measure = models.ForeignKey(Measure, verbose_name="指标", on_delete=models.PROTECT, related_name="entries")
    quantity = models.DecimalField("数量", max_digits=14, decimal_places=3, validators=[MinValueValidator(Decimal(0))])
    happened_on = models.DateField("日期", default=timezone.localdate, db_index=True)
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="tally_entries")
    place = models.CharField("地点", max_length=120, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    client_id = models.UUIDField("录入标识", null=True, unique=True, editable=False)

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作量台账"
        ordering = ["-happened_on", "-pk"]
        permissions = [("record_tally", "登记工作量台账")]
        indexes = [models.Index(fields=["measure", "unit", "happened_on"], name="tally_of_unit_by_day")]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="tally_quantity_not_negative",
                condition=Q(quantity__gte=0),
                violation_error_message="数量不能小于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.measure.name} {self.amount}"

    def get_absolute_url(self) -> str:
        return reverse("reports:tally-detail", args=[self.pk])

    @property
    def amount(self) -> str:
        return f"{plain_number(self.quantity)}{self.measure.unit_of_count}"


class TallyPhoto(Attachment):
    entry = models.ForeignKey(TallyEntry, verbose_name="台账", on_delete=models.CASCADE, related_name="photos")

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "台账照片"

    def get_absolute_url(self) -> str:
        return reverse("reports:tally-photo", args=[self.entry_id, self.pk])
