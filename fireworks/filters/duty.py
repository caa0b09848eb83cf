"""Filters of the duty lists; they own all reading of GET."""

from __future__ import annotations

from datetime import date

import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from config.inputs import DATE
from fireworks.enums import DutyRole, PostKind, WindowKind
from fireworks.models import Assignment, DutyPerson, Grid, Post, ShiftReport, Slot, Window
from staff.models import Unit, UnitKind


class ActiveOnFilter(django_filters.FilterSet):
    """Rows in use on a day: today unless another is asked for."""

    on = django_filters.DateFilter(label="截至日期", method="by_day", widget=DATE)

    @property
    def day(self) -> date:
        return self.form.cleaned_data.get("on") or timezone.localdate()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return super().filter_queryset(queryset.active_on(self.day))  # type: ignore[attr-defined]

    def by_day(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows  # read in filter_queryset


class GridFilter(ActiveOnFilter):
    q = django_filters.CharFilter(label="搜索名称", field_name="name", lookup_expr="contains")
    community = django_filters.ModelChoiceFilter(
        label="社区", queryset=lambda request: Unit.objects.filter(kind=UnitKind.COMMUNITY)
    )

    class Meta:
        model = Grid
        fields = ["q", "community", "on"]


class PostFilter(ActiveOnFilter):
    grid = django_filters.ModelChoiceFilter(
        label="网格", queryset=lambda request: Grid.objects.visible_to(request.user)
    )
    kind = django_filters.ChoiceFilter(label="类别", choices=PostKind.choices)

    class Meta:
        model = Post
        fields = ["grid", "kind", "on"]


class WindowFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(label="年份")
    kind = django_filters.ChoiceFilter(label="时段", choices=WindowKind.choices)

    class Meta:
        model = Window
        fields = ["year", "kind"]


class DutyPersonFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索姓名", field_name="name", lookup_expr="contains")
    agency = django_filters.CharFilter(label="单位", lookup_expr="contains")
    grid = django_filters.ModelChoiceFilter(
        label="常驻网格", field_name="home_grid", queryset=lambda request: Grid.objects.visible_to(request.user)
    )
    window = django_filters.ModelChoiceFilter(
        label="在此时段值守", method="by_window", queryset=lambda request: Window.objects.visible_to(request.user)
    )
    duty_from = django_filters.DateFilter(label="值守日期从", method="by_start", widget=DATE)
    duty_to = django_filters.DateFilter(label="到", method="by_end", widget=DATE)

    class Meta:
        model = DutyPerson
        fields = ["q", "agency", "grid", "window"]

    def filter_queryset(self, queryset: QuerySet[DutyPerson]) -> QuerySet[DutyPerson]:
        rows = super().filter_queryset(queryset)
        data, duties = self.form.cleaned_data, Assignment.objects.visible_to(self.request.user).published()
        asked = {
            "slot__roster__window": data.get("window"),
            "slot__day__gte": data.get("duty_from"),
            "slot__day__lte": data.get("duty_to"),
        }
        asked = {name: value for name, value in asked.items() if value}
        return rows.filter(pk__in=duties.filter(**asked).values("person")) if asked else rows

    def by_window(self, rows: QuerySet[DutyPerson], name: str, value: Window) -> QuerySet[DutyPerson]:
        return rows  # one person's duty must meet all three: see filter_queryset

    by_start = by_end = by_window


class GapFilter(django_filters.FilterSet):
    """Posts in shifts by window, ground and days."""

    window = django_filters.ModelChoiceFilter(
        label="时段", field_name="roster__window", queryset=lambda request: Window.objects.visible_to(request.user)
    )
    grid = django_filters.ModelChoiceFilter(
        label="网格", queryset=lambda request: Grid.objects.visible_to(request.user)
    )
    day_from = django_filters.DateFilter(label="日期从", field_name="day", lookup_expr="gte", widget=DATE)
    day_to = django_filters.DateFilter(label="到", field_name="day", lookup_expr="lte", widget=DATE)

    class Meta:
        model = Slot
        fields = ["window", "grid", "day_from", "day_to"]


class SlotFilter(GapFilter):
    published = django_filters.BooleanFilter(label="已发布", method="by_state")
    reported = django_filters.BooleanFilter(label="已报告", method="by_report")
    begun = django_filters.BooleanFilter(label="已开始", method="by_start")

    class Meta(GapFilter.Meta):
        fields = [*GapFilter.Meta.fields, "published", "reported", "begun"]

    def by_state(self, rows: QuerySet[Slot], name: str, value: bool) -> QuerySet[Slot]:
        return rows.filter(roster__state="published" if value else "draft")

    def by_report(self, rows: QuerySet[Slot], name: str, value: bool) -> QuerySet[Slot]:
        return rows.filter(report__isnull=not value)

    def by_start(self, rows: QuerySet[Slot], name: str, value: bool) -> QuerySet[Slot]:
        now = timezone.now()
        return rows.filter(starts_at__lte=now) if value else rows.filter(starts_at__gt=now)


class AssignmentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索姓名", field_name="person__name", lookup_expr="contains")
    window = django_filters.ModelChoiceFilter(
        label="时段",
        field_name="slot__roster__window",
        queryset=lambda request: Window.objects.visible_to(request.user),
    )
    role = django_filters.ChoiceFilter(label="职责", choices=DutyRole.choices)
    day_from = django_filters.DateFilter(label="日期从", field_name="slot__day", lookup_expr="gte", widget=DATE)
    day_to = django_filters.DateFilter(label="到", field_name="slot__day", lookup_expr="lte", widget=DATE)

    class Meta:
        model = Assignment
        fields = ["q", "window", "role"]


class ReportFilter(django_filters.FilterSet):
    window = django_filters.ModelChoiceFilter(
        label="时段",
        field_name="slot__roster__window",
        queryset=lambda request: Window.objects.visible_to(request.user),
    )
    grid = django_filters.ModelChoiceFilter(
        label="网格", field_name="slot__grid", queryset=lambda request: Grid.objects.visible_to(request.user)
    )
    nothing_found = django_filters.BooleanFilter(label="零报告")
    flagged = django_filters.BooleanFilter(label="待核对", method="by_flag")
    day_from = django_filters.DateFilter(label="日期从", field_name="slot__day", lookup_expr="gte", widget=DATE)
    day_to = django_filters.DateFilter(label="到", field_name="slot__day", lookup_expr="lte", widget=DATE)

    class Meta:
        model = ShiftReport
        fields = ["window", "grid", "nothing_found", "flagged"]

    def by_flag(self, rows: QuerySet[ShiftReport], name: str, value: bool) -> QuerySet[ShiftReport]:
        return rows.exclude(flag="") if value else rows.filter(flag="")
