"""案由目录: what is unlawful, by which provision, what follows, within which bounds; in versions with their source."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from billboards.discretion import CITIZEN, ORGANISATION, Range, Table
from config.display import bare_number

if TYPE_CHECKING:
    from staff.models import User

MONEY = {"max_digits": 12, "decimal_places": 2}


NO_VIOLATION = "none"


class ViolationQuerySet(models.QuerySet["Violation"]):
    def visible_to(self, user: User) -> ViolationQuerySet:
        """Law is no secret: everybody who is signed in may read the catalogue."""
        return self

    def in_force(self, day: date) -> ViolationQuerySet:
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Violation(models.Model):
    """One version of an entry. A change of law or of the local rule is a new version; old cases keep theirs."""

    class TransferTo(models.TextChoices):
        POLICE = "police", "公安机关交通管理部门"
        MARKET = "market", "市场监督管理部门"
        PLANNING = "planning", "自然资源（规划）主管部门"
        HOUSING = "housing", "住房城乡建设主管部门"

    code = models.CharField("代码", max_length=10, db_index=True)
    name = models.CharField("案由", max_length=80)
    provision = models.CharField("违反的规定", max_length=200)
    basis = models.CharField("处罚（处理）依据", max_length=200)
    measure = models.CharField("措施", max_length=120)
    min_fine = models.DecimalField("罚款下限（元）", null=True, blank=True, **MONEY)
    max_fine = models.DecimalField(
        "罚款上限（元）", null=True, blank=True, help_text="依据地方规定的，录入规定后才能决定罚款；没有录入的留空。", **MONEY
    )  # fmt: skip
    hearing = models.BooleanField("按其他较重处罚告知听证", default=False, help_text="如责令拆除大型设施。")
    transfer_to = models.CharField("移送", max_length=10, choices=TransferTo.choices, blank=True)
    source = models.CharField("依据文件", max_length=200, help_text="文件名称、文号；数额为示例的写明“示例”。")
    valid_from = models.DateField("生效日期", default=timezone.localdate)
    valid_to = models.DateField("失效日期", null=True, blank=True)

    objects = ViolationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "违法行为"
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="one_violation_version_per_day",
                fields=["code", "valid_from"],
                violation_error_message="这个代码在同一天已经有一个版本。",
            ),
            models.CheckConstraint(
                name="violation_fine_bounds",
                condition=Q(min_fine=None, max_fine=None)
                | Q(min_fine__isnull=False, max_fine__isnull=False, min_fine__gte=0, max_fine__gte=F("min_fine")),
                violation_error_message="罚款上下限应同时填写，上限不得小于下限。",
            ),
            models.CheckConstraint(
                name="violation_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不得早于生效日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("billboards:violation-detail", args=[self.pk])

    @property
    def is_ours(self) -> bool:
        return not self.transfer_to

    @property
    def fine_words(self) -> str:
        if self.max_fine is None:
            return "未登记幅度"
        if not self.min_fine:
            return f"{bare_number(self.max_fine)}元以下"
        return f"{bare_number(self.min_fine)}元以上{bare_number(self.max_fine)}元以下"

    @property
    def table(self) -> Table:
        """The entry as plain values for billboards/discretion.py."""
        lines = tuple(step.range for step in self.steps.all())
        return Table(self.name, self.basis, self.min_fine, self.max_fine, lines)


class DiscretionStep(models.Model):
    """裁量阶次: one line of the table of a violation."""

    class Party(models.TextChoices):
        CITIZEN = CITIZEN, "公民"
        ORGANISATION = ORGANISATION, "法人或者其他组织"

    violation = models.ForeignKey(Violation, verbose_name="违法行为", on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField("顺序", default=1)
    name = models.CharField("阶次", max_length=20, help_text="如：轻微、一般、严重。")
    circumstances = models.CharField("适用情形", max_length=300)
    party = models.CharField("适用当事人", max_length=14, choices=Party.choices, blank=True, help_text="不分的留空。")
    minimum = models.DecimalField("下限（元）", **MONEY)
    maximum = models.DecimalField("上限（元）", **MONEY)

    class Meta:
        verbose_name = verbose_name_plural = "裁量阶次"
        ordering = ["violation", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="discretion_order_once",
                fields=["violation", "order"],
                violation_error_message="这个顺序号已经有一个阶次。",
            ),
            models.CheckConstraint(
                name="discretion_bounds",
                condition=Q(minimum__gte=0, maximum__gte=F("minimum")),
                violation_error_message="阶次上限不得小于下限。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{bare_number(self.minimum)}元以上{bare_number(self.maximum)}元以下）"

    @property
    def range(self) -> Range:
        return Range(self.name, self.circumstances, self.minimum, self.maximum, self.party)


def violation_codes() -> list[tuple[str, str]]:
    """Codes, whatever the version: a figure counts an act, not a version of its wording; and cases without one."""
    rows = Violation.objects.order_by("code", "valid_from").values_list("code", "name")
    return [*dict(rows).items(), (NO_VIOLATION, "案由未定")]
