"""禁炮考评: the ban's own scheme in versions, deductions of units by month, the monthly bulletin as issued paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from fireworks.enums import BanBlock, MeasureKind
from fireworks.models.bases import Record, RecordQuerySet
from fireworks.models.incidents import Incident
from staff.models import IssuedPaper, Unit
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User

POINTS = {"max_digits": 6, "decimal_places": 2}
MONTH_PATTERN = r"^2[01]\d{2}-(0[1-9]|1[0-2])$"  # years that can be compared; a typed 0001 is a slip


class BanSchemeQuerySet(models.QuerySet["BanScheme"]):
    def visible_to(self, user: User) -> BanSchemeQuerySet:
        return self if user.has_perm(Perms.VIEW_FIREWORKS) else self.none()

    def in_force_on(self, day: date) -> BanScheme | None:
        return self.filter(valid_from__lte=day).order_by("-valid_from").first()


class BanScheme(models.Model):
    """A version of 禁炮管理工作考评办法; the next one ends it. Entries keep the item they were made under."""

    name = models.CharField("名称", max_length=80)
    source = models.CharField("依据文件", max_length=200, help_text="文件名称、文号、年度。")
    valid_from = models.DateField("施行日期", unique=True)
    note = models.CharField("说明", max_length=300, blank=True)

    objects = BanSchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "禁炮考评办法"
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("fireworks:scheme-detail", args=[self.pk])


class BanItem(models.Model):
    scheme = models.ForeignKey(BanScheme, verbose_name="考评办法", on_delete=models.CASCADE, related_name="items")
    code = models.CharField("代码", max_length=6)
    block = models.CharField("板块", max_length=12, choices=BanBlock.choices)
    name = models.CharField("扣分情形", max_length=120)
    points = models.DecimalField("扣分", **POINTS)
    counted_by = models.CharField("计扣单位", max_length=10, default="次")

    class Meta:
        verbose_name = verbose_name_plural = "禁炮考评扣分项"
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(
                name="one_ban_item_per_scheme_and_code",
                fields=["scheme", "code"],
                violation_error_message="同一办法里代码不能重复。",
            ),
            models.CheckConstraint(
                name="ban_item_points_positive",
                condition=Q(points__gt=0),
                violation_error_message="扣分应大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BanMeasure(models.Model):
    """奖惩 as data: what follows from which result."""

    scheme = models.ForeignKey(BanScheme, verbose_name="考评办法", on_delete=models.CASCADE, related_name="measures")
    kind = models.CharField("类别", max_length=10, choices=MeasureKind.choices)
    condition = models.CharField("情形", max_length=120)
    consequence = models.CharField("措施", max_length=160)

    class Meta:
        verbose_name = verbose_name_plural = "禁炮考评奖惩"
        ordering = ["scheme", "-kind", "pk"]

    def __str__(self) -> str:
        return f"{self.condition}：{self.consequence}"


class BanEntryQuerySet(RecordQuerySet):
    pass


class BanEntry(Record):
    """One deduction of a unit in a month."""

    month = models.CharField("月份", max_length=7, db_index=True)
    unit = models.ForeignKey(Unit, verbose_name="被考评单位", on_delete=models.PROTECT, related_name="ban_entries")
    item = models.ForeignKey(BanItem, verbose_name="扣分项", on_delete=models.PROTECT, related_name="entries")
    happened_on = models.DateField("日期", null=True, blank=True)
    fact = models.CharField("考评情况", max_length=200)
    points = models.DecimalField("扣分", **POINTS)
    incident = models.ForeignKey(
        Incident, verbose_name="炮情", null=True, blank=True, on_delete=models.PROTECT, related_name="ban_entries"
    )
    after_issue = models.BooleanField("通报后登记", default=False, editable=False)

    objects = BanEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "禁炮考评扣分"
        ordering = ["-month", "unit__order", "unit", "item__block", "pk"]
        permissions = [("assess_ban", "禁炮考评")]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="ban_entry_points_positive",
                condition=Q(points__gt=Decimal(0)),
                violation_error_message="扣分应大于 0。",
            ),
            models.CheckConstraint(
                name="ban_entry_month_is_one",
                condition=Q(month__regex=MONTH_PATTERN),
                violation_error_message="月份写成 2026-03 的样子。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.unit.label} {self.fact}"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:entry-detail", args=[self.pk])

    @property
    def block(self) -> str:
        return self.item.block


class BanBulletinQuerySet(models.QuerySet["BanBulletin"]):
    def visible_to(self, user: User) -> BanBulletinQuerySet:
        """Those who see all units see drafts too; others what has been issued."""
        if not user.has_perm(Perms.VIEW_FIREWORKS):
            return self.none()
        return self if user.sees_all_units else self.filter(signed_at__isnull=False)

    def standing(self) -> BanBulletinQuerySet:
        """Signed, and not being corrected."""
        return self.filter(signed_at__isnull=False, correction=None)


class BanBulletin(IssuedPaper):
    """考评情况通报 of a month. While it is a draft its lines follow the entries; signing freezes them with the PDF.

    A later change of the entries touches no issued bulletin: a correction bulletin is issued, which names it.
    """

    month = models.CharField("月份", max_length=7)
    foreword = models.CharField("导语", max_length=500, blank=True)
    lines = models.JSONField("考评结果", default=list, editable=False)
    corrects = models.OneToOneField(
        "self",
        verbose_name="更正的通报",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="correction",
    )
    correction_reason = models.CharField("更正说明", max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="编制人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    made_at = models.DateTimeField("编制时间", auto_now_add=True)
    changed_since = models.BooleanField("扣分动过", default=False, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = BanBulletinQuerySet.as_manager()

    class Meta(IssuedPaper.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "禁炮考评通报"
        ordering = ["-month", "-pk"]
        permissions = [("issue_bulletin", "签发禁炮考评通报")]
        constraints = [
            *IssuedPaper.Meta.constraints,
            models.UniqueConstraint(
                name="one_ban_bulletin_per_month",
                fields=["month"],
                condition=Q(corrects=None),
                violation_error_message="这个月已经有通报；有变动的请拟更正通报。",
            ),
            models.CheckConstraint(
                name="ban_bulletin_month_is_one",
                condition=Q(month__regex=MONTH_PATTERN),
                violation_error_message="月份写成 2026-03 的样子。",
            ),
            models.CheckConstraint(
                name="ban_correction_says_why",
                condition=Q(corrects=None) | ~Q(correction_reason=""),
                violation_error_message="更正通报必须写明更正说明。",
            ),
            models.CheckConstraint(
                name="ban_bulletin_not_its_own_correction",
                condition=Q(corrects=None) | ~Q(corrects=F("pk")),
                violation_error_message="通报不能更正自己。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}禁炮考评{'更正' if self.corrects_id else ''}通报"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:bulletin-detail", args=[self.pk])

    @property
    def label(self) -> str:
        year, month = self.month.split("-")
        return f"{year}年{int(month)}月"
