"""每日报表: what a street told on a day. Counters follow from the items; what was sent stays as it was sent (报送留底)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from billboards.models.campaign import Campaign
from staff.models import STREET_KINDS, Unit, of_own_units
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class DailyReportQuerySet(models.QuerySet["DailyReport"]):
    def visible_to(self, user: User) -> DailyReportQuerySet:
        if not user.has_perm(Perms.VIEW_BILLBOARDS):
            return self.none()
        return self if user.sees_all_units else self.filter(of_own_units(user, "street"))

    def standing(self) -> DailyReportQuerySet:
        """The last edition of each street and day."""
        same = {name: OuterRef(name) for name in ("campaign", "street", "day")}
        return self.exclude(Exists(DailyReport.objects.filter(**same, edition__gt=OuterRef("edition"))))


class DailyReport(models.Model):
    """One street, one day, one edition. A correction is a further edition; the earlier stays."""

    campaign = models.ForeignKey(Campaign, verbose_name="专项整治", on_delete=models.PROTECT, related_name="dailies")
    street = models.ForeignKey(
        Unit, verbose_name="街道", on_delete=models.PROTECT, related_name="campaign_dailies",
        limit_choices_to={"kind__in": STREET_KINDS},
    )  # fmt: skip
    day = models.DateField("日期", default=timezone.localdate, db_index=True)
    edition = models.PositiveSmallIntegerField("版次", default=1, editable=False)
    people = models.PositiveIntegerField("出动人次", default=0, validators=[MaxValueValidator(100_000)])
    vehicles = models.PositiveIntegerField("出动车次", default=0, validators=[MaxValueValidator(100_000)])
    note = models.CharField("情况说明", max_length=300, blank=True)
    counters = models.JSONField("上报数据", default=dict, editable=False)
    is_zero = models.BooleanField("零报告", default=False, editable=False)
    text = models.TextField("上报文字", editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="确认人", editable=False, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", default=timezone.now, editable=False)

    objects = DailyReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项日报"
        ordering = ["-day", "street__order", "-edition"]
        constraints = [
            models.UniqueConstraint(
                name="one_daily_per_street_day_edition",
                fields=["campaign", "street", "day", "edition"],
                violation_error_message="这一天的日报刚由别人确认过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.street.label} {self.day}"

    def get_absolute_url(self) -> str:
        return reverse("billboards:daily", args=[self.campaign_id, self.street_id, self.day.isoformat()])
