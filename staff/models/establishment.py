"""编制数, the staffing standard, and personnel tables that were reported and are locked."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone

from config.periods import Period
from staff.enums import Employment, PopulationBasis
from staff.models.people import User
from staff.models.units import Unit
from staff.permissions import Perms


class QuotaQuerySet(models.QuerySet["Quota"]):
    def visible_to(self, user: User) -> QuotaQuerySet:
        if not user.has_perm(Perms.VIEW_PEOPLE):
            return self.none()
        return self if user.sees_all_units else self.filter(unit__in=user.unit_ids)

    def in_force_on(self, day: date) -> QuotaQuerySet:
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Quota(models.Model):
    """编制数 of a unit for one kind of post, as the 编办 fixed it, between two dates."""

    KINDS = (Employment.ADMINISTRATIVE, Employment.INSTITUTION, Employment.WORKER)

    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="quotas")
    employment = models.CharField("编制性质", max_length=20, choices=[(kind.value, kind.label) for kind in KINDS])
    count = models.PositiveSmallIntegerField("编制数")
    document = models.CharField("依据文件", max_length=120, help_text="编办文件的名称和文号。")
    valid_from = models.DateField("生效日期", default=timezone.localdate)
    valid_to = models.DateField("失效日期", null=True, blank=True)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "编制"
        ordering = ["unit__order", "employment", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="one_quota_per_unit_kind_and_start",
                fields=["unit", "employment", "valid_from"],
                violation_error_message="这个单位的这种编制在同一天已经登记过。",
            ),
            models.CheckConstraint(
                name="quota_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不得早于生效日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_employment_display()} {self.count}"

    def get_absolute_url(self) -> str:
        return reverse("staff:quota-list")


class StaffingStandardQuerySet(models.QuerySet["StaffingStandard"]):
    def visible_to(self, user: User) -> StaffingStandardQuerySet:
        return self if user.has_perm(Perms.VIEW_PEOPLE) else self.none()

    def in_force_on(self, day: date) -> StaffingStandard | None:
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day).order_by("-valid_from").first()


class StaffingStandard(models.Model):
    """配备标准: enforcement staff per 10,000 residents, and the population it is applied to, each with its document.

    中发〔2015〕37号 asks for a standard and names no number: it is local, hence entered, never a constant.
    """

    per_10k = models.DecimalField("每万人配备（人）", max_digits=6, decimal_places=2)
    document = models.CharField("标准依据文件", max_length=120)
    year = models.PositiveSmallIntegerField("标准年度")
    population = models.PositiveIntegerField("人口数（人）")
    basis = models.CharField("人口口径", max_length=10, choices=PopulationBasis.choices)
    population_document = models.CharField("人口数出处", max_length=120)
    population_year = models.PositiveSmallIntegerField("人口数年度")
    valid_from = models.DateField("起用日期", default=timezone.localdate, unique=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = StaffingStandardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "配备标准"
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="staffing_standard_positive",
                condition=Q(per_10k__gt=0, population__gt=0),
                violation_error_message="配备标准和人口数应大于 0。",
            ),
            models.CheckConstraint(
                name="staffing_standard_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="停用日期不得早于起用日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"每万人 {self.per_10k} 人（{self.document}）"

    def get_absolute_url(self) -> str:
        return reverse("staff:staffing")

    @property
    def required(self) -> int:
        """People required: population ÷ 10,000 × standard, rounded up to whole people."""
        return int((Decimal(self.population) * self.per_10k / 10_000).to_integral_value(ROUND_CEILING))

    @property
    def basis_text(self) -> str:
        people = (Decimal(self.population) / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return (
            f"每万人 {self.per_10k.normalize():f} 人（{self.document}，{self.year}年），"
            f"{self.get_basis_display()} {people} 万人"
            f"（{self.population_document}，{self.population_year}年）"
        )


class ReportedTableQuerySet(models.QuerySet["ReportedTable"]):
    def visible_to(self, user: User) -> ReportedTableQuerySet:
        return self if user.has_perm(Perms.VIEW_PEOPLE) and user.sees_all_units else self.none()

    def locked_until(self) -> date | None:
        """The last day that is reported: nothing is booked on it or before it any more."""
        return self.aggregate(last=Max("end"))["last"]


class ReportedTable(models.Model):
    """A personnel table that went up: its figures as sent. The ledger is locked up to its end."""

    period = models.CharField("期间", max_length=30, unique=True)
    start = models.DateField("起始日期")
    end = models.DateField("截止日期")
    content = models.JSONField("表格内容")
    sha256 = models.CharField("校验值", max_length=64)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="报送人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField("报送时间", default=timezone.now)
    note = models.CharField("报送说明", max_length=200, blank=True)

    objects = ReportedTableQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "已报送人员情况表"
        ordering = ["-end", "-start"]
        permissions = [("lock_personnel", "报送锁定人员情况表")]
        constraints = [
            models.CheckConstraint(
                name="reported_table_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="期间的截止日期不能早于起始日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.as_period.label}人员情况表"

    def get_absolute_url(self) -> str:
        return reverse("staff:personnel-table", args=[self.period])

    @property
    def as_period(self) -> Period:
        return Period.parse(self.period)


class LedgerGate(models.Model):
    """One row, held by whoever books a movement or reports a table, so that neither slips in behind the other.

    On SQLite a writing transaction is alone anyway; on PostgreSQL this row makes it so.
    """

    held = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "台账闸口"

    def __str__(self) -> str:
        return f"{self.held}"

    @classmethod
    def hold(cls) -> None:
        """Wait for the gate and keep it until the transaction ends."""
        cls.objects.get_or_create(pk=1)
        cls.objects.filter(pk=1).update(held=F("held") + 1)
