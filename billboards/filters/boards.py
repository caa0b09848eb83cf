"""Filters of the ledger's lists; the figures' addresses use the same parameters."""

from __future__ import annotations

from datetime import timedelta

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billboards.enums.boards import (
    AdCategory,
    BoardKind,
    BoardLife,
    BoardStatus,
    InspectionKind,
    InspectionResult,
    Measure,
    RemovalMode,
)
from billboards.models import Board, Campaign, Removal, SafetyInspection
from config.inputs import DATE
from config.positions import degrees
from staff.filters.records import of_batch
from staff.models import STREET_KINDS, Unit, UnitKind

SOON = 30  # days before the end of a permit or the day of an inspection
STATUSES = [*BoardStatus.choices, ("standing", "未拆的全部"), ("wrong", "有问题的全部")]
HIDDEN = forms.HiddenInput()


def streets(request: object) -> QuerySet[Unit]:
    return Unit.objects.filter(kind__in=STREET_KINDS)


class BoardFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编码、名称、位置", method="search")
    status = django_filters.ChoiceFilter(label="状态", choices=STATUSES, method="by_status", empty_label="未作废")
    kind = django_filters.ChoiceFilter(label="类型", choices=BoardKind.choices)
    street = django_filters.ModelChoiceFilter(label="街道", queryset=streets)
    community = django_filters.ModelChoiceFilter(
        label="社区", queryset=lambda request: Unit.objects.filter(kind=UnitKind.COMMUNITY)
    )
    is_large = django_filters.BooleanFilter(label="大型")
    category = django_filters.ChoiceFilter(label="广告类别", choices=AdCategory.choices)
    permit = django_filters.ChoiceFilter(
        label="许可期限",
        choices=[("soon", f"{SOON}天内到期"), ("expired", "已到期"), ("none", "没有许可")],
        method="by_permit",
    )
    inspection = django_filters.ChoiceFilter(
        label="安全检查", choices=[("overdue", "逾期未查"), ("soon", f"{SOON}天内到期"), ("never", "没有检查过")],
        method="by_inspection",
    )  # fmt: skip
    permit_to = django_filters.DateFilter(
        label="许可到期不晚于", field_name="permit_to", lookup_expr="lte", widget=DATE
    )
    again = django_filters.BooleanFilter(label="拆后重立", method="by_again")
    registered_from = django_filters.DateFilter(
        label="入账从", field_name="registered_on", lookup_expr="gte", widget=DATE
    )
    registered_to = django_filters.DateFilter(label="到", field_name="registered_on", lookup_expr="lte", widget=DATE)
    on = django_filters.DateFilter(label="某日在账", method="by_day", widget=DATE)
    inspected_from = django_filters.DateFilter(method="by_span", widget=HIDDEN)
    inspected_to = django_filters.DateFilter(method="by_span", widget=HIDDEN)
    box = django_filters.CharFilter(method="by_box", widget=HIDDEN)
    batch = of_batch()

    class Meta:
        model = Board
        fields = ["q"]

    def filter_queryset(self, queryset: QuerySet[Board]) -> QuerySet[Board]:
        """Voided ones stay out of sight; two days of inspection mean something only together."""
        data = self.form.cleaned_data
        rows = super().filter_queryset(queryset).filter(voided_at=None)
        start, end = data.get("inspected_from"), data.get("inspected_to")
        if start is None or end is None:
            return rows
        looks = SafetyInspection.objects.recorded().filter(board=OuterRef("pk"), inspected_on__range=(start, end))
        return rows.filter(Exists(looks))

    def by_span(self, rows: QuerySet[Board], name: str, value: object) -> QuerySet[Board]:
        return rows

    def search(self, rows: QuerySet[Board], name: str, value: str) -> QuerySet[Board]:
        text = value.strip()
        found = Q(code__contains=text) | Q(name__contains=text) | Q(address__contains=text)
        return rows.filter(found | Q(setter__contains=text) | Q(permit_number__contains=text))

    def by_status(self, rows: QuerySet[Board], name: str, value: str) -> QuerySet[Board]:
        groups = {"standing": BoardStatus.STANDING, "wrong": BoardStatus.WRONG}
        return rows.filter(status__in=groups[value]) if value in groups else rows.filter(status=value)

    def by_permit(self, rows: QuerySet[Board], name: str, value: str) -> QuerySet[Board]:
        today = timezone.localdate()
        rows = rows.exclude(life=BoardLife.REMOVED)
        if value == "none":
            return rows.filter(permit_number="")
        if value == "expired":
            return rows.filter(permit_to__lt=today)
        return rows.filter(permit_to__range=(today, today + timedelta(days=SOON)))

    def by_inspection(self, rows: QuerySet[Board], name: str, value: str) -> QuerySet[Board]:
        today = timezone.localdate()
        rows = rows.exclude(life=BoardLife.REMOVED)
        if value == "never":
            return rows.exclude(pk__in=SafetyInspection.objects.recorded().values("board"))
        if value == "overdue":
            return rows.filter(next_inspection_on__lt=today)
        return rows.filter(next_inspection_on__range=(today, today + timedelta(days=SOON)))

    def by_again(self, rows: QuerySet[Board], name: str, value: bool) -> QuerySet[Board]:
        return rows.filter(earlier__isnull=not value)

    def by_day(self, rows: QuerySet[Board], name: str, value: object) -> QuerySet[Board]:
        return rows.filter(registered_on__lte=value).filter(Q(removed_on=None) | Q(removed_on__gt=value))

    def by_box(self, rows: QuerySet[Board], name: str, value: str) -> QuerySet[Board]:
        corners = [found for part in value.split(",") if (found := degrees(part)) is not None]
        if len(corners) != 4:
            return rows.none()
        south, west, north, east = corners
        return rows.filter(latitude__gte=south, latitude__lt=north, longitude__gte=west, longitude__lt=east)


class InspectionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编码、名称、检查人", method="search")
    since = django_filters.DateFilter(label="检查日期从", field_name="inspected_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="inspected_on", lookup_expr="lte", widget=DATE)
    kind = django_filters.ChoiceFilter(label="检查类别", choices=InspectionKind.choices)
    result = django_filters.ChoiceFilter(label="结果", choices=InspectionResult.choices)
    street = django_filters.ModelChoiceFilter(label="街道", field_name="board__street", queryset=streets)

    class Meta:
        model = SafetyInspection
        fields = ["q"]

    def search(self, rows: QuerySet[SafetyInspection], name: str, value: str) -> QuerySet[SafetyInspection]:
        text = value.strip()
        return rows.filter(Q(board__code__contains=text) | Q(board__name__contains=text) | Q(inspectors__contains=text))


class RemovalFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索对象、地点", method="search")
    since = django_filters.DateFilter(label="拆除日期从", field_name="removed_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="removed_on", lookup_expr="lte", widget=DATE)
    mode = django_filters.ChoiceFilter(label="拆除方式", choices=RemovalMode.choices)
    measure = django_filters.ChoiceFilter(label="计量", choices=Measure.choices)
    street = django_filters.ModelChoiceFilter(label="街道", queryset=streets)
    campaign = django_filters.ModelChoiceFilter(
        label="专项", field_name="item__campaign", queryset=Campaign.objects.all()
    )
    kind = django_filters.ChoiceFilter(
        label="专项问题类型", field_name="item__kind", choices=BoardKind.choices, widget=HIDDEN
    )
    measured = django_filters.BooleanFilter(label="有面积", method="by_area")
    flawed = django_filters.BooleanFilter(label="程序瑕疵", method="by_flaw")
    batch = of_batch()

    class Meta:
        model = Removal
        fields = ["q"]

    def filter_queryset(self, queryset: QuerySet[Removal]) -> QuerySet[Removal]:
        return super().filter_queryset(queryset).filter(voided_at=None)

    def search(self, rows: QuerySet[Removal], name: str, value: str) -> QuerySet[Removal]:
        return rows.filter(Q(what__contains=value.strip()) | Q(place__contains=value.strip()))

    def by_area(self, rows: QuerySet[Removal], name: str, value: bool) -> QuerySet[Removal]:
        return rows.filter(area__gt=0) if value else rows.filter(area=0)

    def by_flaw(self, rows: QuerySet[Removal], name: str, value: bool) -> QuerySet[Removal]:
        return rows.exclude(flaw="") if value else rows.filter(flaw="")
