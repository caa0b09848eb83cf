"""Filters of publicity, media, joint actions, seizures, destruction, assessment and statements."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import F, QuerySet

from config.inputs import DATE, MONTH
from fireworks.enums import (
    BanBlock,
    DestructionMethod,
    Festival,
    FireworkKind,
    Measure,
    MediaLevel,
    PublicityKind,
    WeightBasis,
)
from fireworks.filters.incidents import within_windows
from fireworks.models import (
    JOINT_FROM,
    BanBulletin,
    BanEntry,
    Destruction,
    JointAction,
    MediaItem,
    PublicityEntry,
    SeizureLot,
)
from staff.filters.records import RecordFilter, day_from, day_to, of_batch, voided
from staff.models import Unit


class PublicityFilter(RecordFilter):
    searched = ("place", "content")
    q = django_filters.CharFilter(label="搜索地点、内容", method="search")
    since = day_from("held_on")
    until = day_to("held_on")
    kind = django_filters.ChoiceFilter(label="形式", choices=PublicityKind.choices)
    unit = django_filters.ModelChoiceFilter(
        label="单位", queryset=lambda request: Unit.objects.filter(fireworks_publicity__isnull=False).distinct()
    )
    voided = voided()
    batch = of_batch()

    class Meta:
        model = PublicityEntry
        fields = ["kind"]


class MediaFilter(RecordFilter):
    searched = ("outlet", "title")
    q = django_filters.CharFilter(label="搜索媒体、标题", method="search")
    since = day_from("published_on")
    until = day_to("published_on")
    level = django_filters.ChoiceFilter(label="级别", choices=MediaLevel.choices)
    voided = voided()

    class Meta:
        model = MediaItem
        fields = ["level"]


class ActionFilter(RecordFilter):
    searched = ("number", "name", "area")
    q = django_filters.CharFilter(label="搜索编号、名称、区域", method="search")
    since = django_filters.DateFilter(label="日期从", method="by_day", widget=DATE)
    until = django_filters.DateFilter(label="到", method="by_day", widget=DATE)
    festival = django_filters.ChoiceFilter(label="重点时段", choices=Festival.choices, method="by_day")
    joint = django_filters.BooleanFilter(label="联合（两个单位以上）", method="by_joint")
    voided = voided()

    class Meta:
        model = JointAction
        fields = ["q"]

    def filter_queryset(self, queryset: QuerySet[JointAction]) -> QuerySet[JointAction]:
        data, rows = self.form.cleaned_data, super().filter_queryset(queryset)
        start, end = data.get("since"), data.get("until")
        if data.get("festival"):
            return rows.filter(within_windows(start, end, data["festival"], "held_on"))
        rows = rows.filter(held_on__gte=start) if start else rows
        return rows.filter(held_on__lte=end) if end else rows

    def by_day(self, rows: QuerySet[JointAction], name: str, value: object) -> QuerySet[JointAction]:
        """Three fields that mean something only together: see filter_queryset."""
        return rows

    def by_joint(self, rows: QuerySet[JointAction], name: str, value: bool) -> QuerySet[JointAction]:
        return rows.filter(agency_count__gte=JOINT_FROM) if value else rows.filter(agency_count__lt=JOINT_FROM)


class LotFilter(RecordFilter):
    searched = ("number", "place", "owner", "store")
    q = django_filters.CharFilter(label="搜索编号、地点、物主", method="search")
    since = day_from("seized_on")
    until = day_to("seized_on")
    measure = django_filters.ChoiceFilter(label="计量单位", choices=Measure.choices)
    kind = django_filters.ChoiceFilter(label="种类", choices=FireworkKind.choices)
    standing = django_filters.ChoiceFilter(
        label="去向", choices=[("stored", "在库（含部分）"), ("gone", "已全部销毁")], method="by_standing"
    )
    voided = voided()

    class Meta:
        model = SeizureLot
        fields = ["measure"]

    def by_standing(self, rows: QuerySet[SeizureLot], name: str, value: str) -> QuerySet[SeizureLot]:
        return (
            rows.filter(destroyed__gte=F("quantity")) if value == "gone" else rows.filter(destroyed__lt=F("quantity"))
        )


class DestructionFilter(RecordFilter):
    searched = ("number", "place", "witnesses")
    q = django_filters.CharFilter(label="搜索编号、地点、见证", method="search")
    since = day_from("destroyed_on")
    until = day_to("destroyed_on")
    method = django_filters.ChoiceFilter(label="方式", choices=DestructionMethod.choices)
    basis = django_filters.ChoiceFilter(label="重量来源", field_name="weight_basis", choices=WeightBasis.choices)
    weighed = django_filters.BooleanFilter(label="有重量", method="by_weight")
    voided = voided()

    class Meta:
        model = Destruction
        fields = ["method"]

    def by_weight(self, rows: QuerySet[Destruction], name: str, value: bool) -> QuerySet[Destruction]:
        return rows.filter(weight_kg__isnull=not value)


def assessed(request: object) -> QuerySet[Unit]:
    return Unit.objects.filter(ban_entries__isnull=False).distinct()


class EntryFilter(RecordFilter):
    searched = ("fact",)
    q = django_filters.CharFilter(label="搜索考评情况", method="search")
    month = django_filters.CharFilter(label="月份", widget=MONTH)
    since = django_filters.CharFilter(label="月份从", field_name="month", lookup_expr="gte", widget=MONTH)
    until = django_filters.CharFilter(label="到", field_name="month", lookup_expr="lte", widget=MONTH)
    unit = django_filters.ModelChoiceFilter(label="单位", queryset=assessed)
    block = django_filters.ChoiceFilter(label="板块", field_name="item__block", choices=BanBlock.choices)
    after_issue = django_filters.BooleanFilter(label="通报后登记")
    voided = voided()

    class Meta:
        model = BanEntry
        fields = ["month"]


def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


class BulletinFilter(django_filters.FilterSet):
    since = django_filters.DateFilter(label="月份从", method="from_month", widget=DATE)
    until = django_filters.DateFilter(label="到", method="to_month", widget=DATE)
    issued = django_filters.BooleanFilter(label="已签发", method="by_issued")

    class Meta:
        model = BanBulletin
        fields = ["issued"]

    def from_month(self, rows: QuerySet[BanBulletin], name: str, value: Any) -> QuerySet[BanBulletin]:
        return rows.filter(month__gte=month_of(value))

    def to_month(self, rows: QuerySet[BanBulletin], name: str, value: Any) -> QuerySet[BanBulletin]:
        return rows.filter(month__lte=month_of(value))

    def by_issued(self, rows: QuerySet[BanBulletin], name: str, value: bool) -> QuerySet[BanBulletin]:
        return rows.filter(signed_at__isnull=not value)
