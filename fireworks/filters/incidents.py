"""Filters of the lists of incidents and of reports; the figures' addresses use the same parameters."""

from __future__ import annotations

from datetime import date

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from config.inputs import DATE
from config.periods import Period
from fireworks.enums import (
    Festival,
    FireworkKind,
    Handling,
    IncidentSource,
    IncidentState,
    PlaceKind,
    PoliceOutcome,
    ReportChannel,
    Trigger,
)
from fireworks.festivals import windows_in
from fireworks.models import Grid, Incident, PoliceResult, PublicReport
from staff.filters.records import of_batch
from staff.models import Unit

STATES = [*IncidentState.choices, ("confirmed", "已核实的全部"), ("all", "全部（含作废）")]
HANDLINGS = [*Handling.choices, ("none", "未处置")]


def within_windows(start: date | None, end: date | None, festival: str, field: str) -> Q:
    """Days (in `field`) of every window of the festival whose day lies between the two dates; nothing without dates."""
    found = Q(pk=None)
    if start is None or end is None or end < start:
        return found
    for window in windows_in(Period.between(start, end), festival):
        found |= Q(**{f"{field}__range": (window.start, window.end)})
    return found


class IncidentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编号、地点、情况", method="search")
    found_from = django_filters.DateFilter(label="发现日期从", method="by_day", widget=DATE)
    found_to = django_filters.DateFilter(label="到", method="by_day", widget=DATE)
    festival = django_filters.ChoiceFilter(label="重点时段", choices=Festival.choices, method="by_day")
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="未作废")
    unit = django_filters.ModelChoiceFilter(
        label="属地单位", queryset=lambda request: Unit.objects.filter(fireworks_incidents__isnull=False).distinct()
    )
    grid = django_filters.ModelChoiceFilter(
        label="网格", queryset=lambda request: Grid.objects.visible_to(request.user)
    )
    place_kind = django_filters.ChoiceFilter(label="场所", choices=PlaceKind.choices)
    trigger = django_filters.ChoiceFilter(label="起因", choices=Trigger.choices)
    kind = django_filters.ChoiceFilter(label="种类", choices=FireworkKind.choices)
    handling = django_filters.ChoiceFilter(label="处置", choices=HANDLINGS, method="by_handling")
    source = django_filters.ChoiceFilter(label="来源", choices=IncidentSource.choices)
    police = django_filters.ChoiceFilter(label="公安机关处理", choices=PoliceOutcome.choices, method="by_police")
    answered = django_filters.BooleanFilter(label="有响应时间", method="by_answered", widget=forms.HiddenInput())
    flagged = django_filters.BooleanFilter(label="待核对", method="by_flag")
    batch = of_batch()

    class Meta:
        model = Incident
        fields = ["q"]

    def filter_queryset(self, queryset: QuerySet[Incident]) -> QuerySet[Incident]:
        """A festival takes its days from the calendar; the dates then say of which years. Voided ones stay out of sight."""
        data = self.form.cleaned_data
        rows = super().filter_queryset(queryset)
        start, end = data.get("found_from"), data.get("found_to")
        if data.get("festival"):
            rows = rows.filter(within_windows(start, end, data["festival"], "found_on"))
        else:
            rows = rows.filter(found_on__gte=start) if start else rows
            rows = rows.filter(found_on__lte=end) if end else rows
        return rows if data.get("state") else rows.exclude(state=IncidentState.VOIDED)

    def by_day(self, rows: QuerySet[Incident], name: str, value: object) -> QuerySet[Incident]:
        """Three fields that mean something only together: see filter_queryset."""
        return rows

    def search(self, rows: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        text = value.strip()
        return rows.filter(Q(number__startswith=text) | Q(place__contains=text) | Q(description__contains=text))

    def by_state(self, rows: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        if value == "confirmed":
            return rows.filter(state__in=IncidentState.CONFIRMED)
        return rows if value == "all" else rows.filter(state=value)

    def by_handling(self, rows: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        return rows.filter(handling="" if value == "none" else value)

    def by_police(self, rows: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        return rows.filter(Exists(PoliceResult.objects.standing().filter(incident=OuterRef("pk"), outcome=value)))

    def by_answered(self, rows: QuerySet[Incident], name: str, value: bool) -> QuerySet[Incident]:
        return rows.filter(response_minutes__isnull=not value)

    def by_flag(self, rows: QuerySet[Incident], name: str, value: bool) -> QuerySet[Incident]:
        return rows.exclude(flag="") if value else rows.filter(flag="")


class PublicReportFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索举报码、炮情编号", method="search")
    channel = django_filters.ChoiceFilter(label="渠道", choices=ReportChannel.choices)
    reward = django_filters.ChoiceFilter(
        label="奖励", choices=[("none", "未核定"), ("granted", "待领取"), ("paid", "已领取")], method="by_reward"
    )

    class Meta:
        model = PublicReport
        fields = ["channel"]

    def search(self, rows: QuerySet[PublicReport], name: str, value: str) -> QuerySet[PublicReport]:
        text = value.strip()
        return rows.filter(Q(code=text.upper()) | Q(incident__number__startswith=text))

    def by_reward(self, rows: QuerySet[PublicReport], name: str, value: str) -> QuerySet[PublicReport]:
        if value == "none":
            return rows.filter(granted_at=None, by_staff=False)
        return rows.filter(granted_at__isnull=False, paid_at__isnull=value == "granted")
