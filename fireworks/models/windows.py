"""重点时段, the shifts held in them, and the law that holds on their days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from fireworks.enums import DayRule, WindowKind
from staff.models import setting
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class LawReferenceQuerySet(models.QuerySet["LawReference"]):
    def in_force_on(self, day: date) -> LawReferenceQuerySet:
        """What the act of a day is judged by, not what is in force when one looks."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class LawReference(models.Model):
    """One article with the days on which it holds; a new law does not change what was written under the old one."""

    title = models.CharField("法律法规名称", max_length=100)
    article = models.CharField("条款", max_length=40)
    text = models.TextField("规定内容", help_text="与禁炮有关的要求，一两句话。")
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = LawReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "禁炮法律依据"
        ordering = ["title", "article", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="one_law_reference_per_article_and_start",
                fields=["title", "article", "valid_from"],
                violation_error_message="这一条款在同一施行日期已经登记。",
            ),
            models.CheckConstraint(
                name="law_reference_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不得早于施行日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》{self.article}"


class ShiftPattern(models.Model):
    """班次: when it begins and how long it lasts. Past midnight it still belongs to the day on which it begins."""

    code = models.CharField("代号", max_length=10, unique=True)
    name = models.CharField("名称", max_length=20)
    starts = models.TimeField("开始时间")
    minutes = models.PositiveSmallIntegerField("时长（分钟）")
    days = models.CharField("哪些天", max_length=10, choices=DayRule.choices, default=DayRule.ALL)
    is_active = models.BooleanField("在用", default=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "班次"
        ordering = ["starts", "pk"]
        constraints = [
            models.CheckConstraint(
                name="shift_lasts_up_to_a_day",
                condition=Q(minutes__gte=30, minutes__lte=1440),
                violation_error_message="班次时长应在 30 分钟至 24 小时之间。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.hours}"

    @property
    def hours(self) -> str:
        """18:00—次日01:00."""
        start, end = self.on(date(2026, 1, 1))
        later = "次日" if end.date() > start.date() else ""
        return f"{start:%H:%M}—{later}{end:%H:%M}"

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Begin and end on a day, aware, local time."""
        start = timezone.make_aware(datetime.combine(day, self.starts))
        return start, start + timedelta(minutes=self.minutes)


class WindowQuerySet(models.QuerySet["Window"]):
    def visible_to(self, user: User) -> WindowQuerySet:
        """When one must be careful is no secret of a unit: all who see the ban's work see every window."""
        return self if user.has_perm(Perms.VIEW_FIREWORKS) else self.none()


class Window(models.Model):
    """重点时段 of one year. Proposed by the lunar calendar, edited by the office; compared lunar to lunar by kind."""

    year = models.PositiveSmallIntegerField("年份", help_text="节日所在的年份；小年、除夕算在春节那一年。")
    kind = models.CharField("时段", max_length=12, choices=WindowKind.choices)
    name = models.CharField("名称", max_length=40)
    start = models.DateField("起始日期")
    end = models.DateField("截止日期")
    is_peak = models.BooleanField(
        "按重点时段配人", default=True, help_text="每个网格每班不少于两人，其中须有一名持证执法人员。"
    )
    checks_in = models.BooleanField(
        "本时段要求签到", default=False, help_text="只在业务设置启用签到后起作用；用于少数高风险时段。"
    )
    source = models.CharField("依据", max_length=200, blank=True, help_text="通告、方案的名称和文号，或“农历推算”。")
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = WindowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重点时段"
        ordering = ["-start", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_window_per_kind_and_year",
                fields=["year", "kind"],
                condition=~Q(kind=WindowKind.SPECIAL),
                violation_error_message="这一年的这个时段已经有了，请直接修改它的日期。",
            ),
            models.UniqueConstraint(
                name="one_window_per_name_and_year",
                fields=["year", "name"],
                violation_error_message="这一年已有同名的时段。",
            ),
            models.CheckConstraint(
                name="window_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="截止日期不得早于起始日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("fireworks:window-detail", args=[self.pk])

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=number) for number in range((self.end - self.start).days + 1)]

    @property
    def starts_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.start, time()))

    @property
    def positions_wanted(self) -> bool:
        """Whether people sign in by position here: the office's setting and the window's own mark."""
        return self.checks_in and bool(setting("duty.check_in", on=self.start))

    @property
    def previous(self) -> Window | None:
        """The same window of the year before."""
        if self.kind == WindowKind.SPECIAL:
            return None
        return Window.objects.filter(kind=self.kind, year=self.year - 1).first()

    @property
    def laws(self) -> LawReferenceQuerySet:
        return LawReference.objects.in_force_on(self.start)
