"""What the records of a step have in common: whose case, who entered it; and what a served paper has."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from billboards.models.case import Case, OfCaseQuerySet
from staff.models import ServiceMethod
from staff.workdays import CalendarYearMissing, announcement_over, load

ANNOUNCED_FOR = timedelta(days=30)  # 民事诉讼法 Art. 95(1)
SERVED_HELP = "期限从送达之日起算。公告送达的，填公告满三十日的日期，不是公告当天。"


def announced_until(announced_on: date) -> date:
    """When an announcement is service; the plain days where the year's calendar is not loaded."""
    try:
        return announcement_over(announced_on, load()).day
    except CalendarYearMissing:
        return announced_on + ANNOUNCED_FOR


class StepRecord(models.Model):
    """Abstract. One record of one step; never edited, a later record stands for an earlier one."""

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="%(class)ss")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["pk"]


class ServedRecord(StepRecord):
    """Abstract. A paper to the party, with or without a paper of this system: number, day, how it reached the party."""

    number = models.CharField(
        "文号", max_length=60, blank=True, help_text="在本系统签发的自动带入；线下出文的填纸质文号。"
    )
    issued_on = models.DateField("出文日期")
    served_on = models.DateField("送达日期", null=True, blank=True, help_text=SERVED_HELP)
    service_method = models.CharField("送达方式", max_length=20, choices=ServiceMethod.choices, blank=True)
    service_proof = models.CharField("送达证明", max_length=200, blank=True, help_text="回证签收人、见证人或照片录像。")

    class Meta(StepRecord.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_served_whole",
                condition=Q(served_on=None, service_method="")
                | (Q(served_on__isnull=False, served_on__gte=F("issued_on")) & ~Q(service_method="")),
                violation_error_message="送达日期和方式应同时填写，且不早于出文日期。",
            )
        ]

    def clean(self) -> None:
        """An announcement is service when its thirty days are over: an earlier day is that of the announcement."""
        super().clean()
        if self.service_method != ServiceMethod.ANNOUNCEMENT or self.served_on is None or self.issued_on is None:
            return
        if self.served_on < announced_until(self.issued_on):
            words = (
                "公告满三十日才算送达（《民事诉讼法》第九十五条第一款）。请填公告满三十日的日期；没有满的，先不填送达。"
            )
            raise ValidationError({"served_on": words})

    @property
    def is_served(self) -> bool:
        return self.served_on is not None
