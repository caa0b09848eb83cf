"""Filters of the lists of findings; the figures' addresses use the same parameters."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from config.inputs import DATE
from config.periods import Period
from inspections.caseload import ACCOUNTS
from inspections.enums import AreaType, FindingState, Source
from inspections.models import Finding, Item, Place, Round
from inspections.models.findings import FindingQuerySet
from inspections.tally import category_choices, due, in_time, item_choices, late, unit_choices
from staff.filters.records import of_batch

HALF_CIRCLE = 180  # degrees; what lies beyond is no place, and no database holds it

STATES = [*FindingState.choices, ("open", "未销号"), ("all", "全部（含作废）")]


def end_of(day: date) -> datetime:
    """The moment up to which deadlines are judged: the end of the day, or now if that comes first."""
    if day >= timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def names_a_period(text: str) -> None:
    try:
        Period.parse(text)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error


class FindingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编号、地点、问题", method="search")
    found_from = django_filters.DateFilter(label="发现日期从", field_name="found_on", lookup_expr="gte", widget=DATE)
    found_to = django_filters.DateFilter(label="到", field_name="found_on", lookup_expr="lte", widget=DATE)
    lead_unit = django_filters.ChoiceFilter(label="责任单位", choices=unit_choices)
    category = django_filters.ChoiceFilter(label="大项", choices=category_choices, method="by_category")
    item = django_filters.ChoiceFilter(label="小项", choices=item_choices, method="by_item")
    area = django_filters.ChoiceFilter(label="区域类型", choices=AreaType.choices)
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="未作废")
    source = django_filters.ChoiceFilter(label="问题来源", choices=Source.choices)
    severe = django_filters.BooleanFilter(label="严重情形")
    recurrence = django_filters.BooleanFilter(label="反复", method="by_recurrence")
    overdue = django_filters.DateFilter(label="截至此日逾期", method="by_overdue", widget=DATE)
    due = django_filters.DateFilter(label="截至此日到期", method="by_due", widget=DATE)
    on_time = django_filters.DateFilter(label="截至此日按期整改", method="by_on_time", widget=DATE)
    account = django_filters.ChoiceFilter(
        label="整改统计",
        choices=[(account.key, account.label) for account in ACCOUNTS.values()],
        method="by_account",
        widget=forms.HiddenInput(),
    )
    span = django_filters.CharFilter(
        label="统计期间", method="by_span", widget=forms.HiddenInput(), validators=[names_a_period]
    )
    month = django_filters.CharFilter(label="所属月份", field_name="month", widget=forms.HiddenInput())
    batch = of_batch()
    # Hidden, but the chips over the list say their names: only of what this reader may see.
    round = django_filters.ModelChoiceFilter(
        label="考评轮次", queryset=lambda request: Round.objects.visible_to(request.user), widget=forms.HiddenInput()
    )
    spot = django_filters.ModelChoiceFilter(
        label="点位", queryset=lambda request: Place.objects.visible_to(request.user), widget=forms.HiddenInput()
    )
    outside = django_filters.BooleanFilter(label="定位在辖区外", widget=forms.HiddenInput())

    soon = django_filters.BooleanFilter(label="一天内到期", method="by_soon", widget=forms.HiddenInput())

    # What the analysis opens: a place by its very words, a box on the map.
    place = django_filters.CharFilter(label="地点", widget=forms.HiddenInput())
    box = django_filters.CharFilter(label="地图范围", method="by_box", widget=forms.HiddenInput())

    class Meta:
        model = Finding
        fields = ["q"]

    def filter_queryset(self, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        """Voided findings stay out of sight unless a state was asked for."""
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.exclude(state=FindingState.VOIDED)

    def search(self, rows: FindingQuerySet, name: str, value: str) -> QuerySet[Finding]:
        return rows.matching(value.strip())

    def by_category(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return rows.filter(item__in=list(Item.objects.filter(category__code=value).values_list("pk", flat=True)))

    def by_item(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return rows.filter(item__in=list(Item.objects.filter(code=value).values_list("pk", flat=True)))

    def by_state(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        if value == "open":
            return rows.filter(state__in=FindingState.OPEN)
        return rows if value == "all" else rows.filter(state=value)

    def by_recurrence(self, rows: QuerySet[Finding], name: str, value: bool) -> QuerySet[Finding]:
        return rows.filter(recurrence__gt=0) if value else rows.filter(recurrence=0)

    def by_account(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        """The list behind a figure of rectification; without a period it means nothing and shows nothing."""
        span = self.form.cleaned_data.get("span")
        return rows.filter(ACCOUNTS[value].condition(Period.parse(span))) if span else rows.none()

    def by_span(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return rows  # read with the account

    def by_overdue(self, rows: QuerySet[Finding], name: str, value: date) -> QuerySet[Finding]:
        return rows.filter(late(end_of(value)))

    def by_due(self, rows: QuerySet[Finding], name: str, value: date) -> QuerySet[Finding]:
        return rows.filter(due(end_of(value)))

    def by_on_time(self, rows: QuerySet[Finding], name: str, value: date) -> QuerySet[Finding]:
        return rows.filter(in_time(end_of(value)))

    def by_soon(self, rows: FindingQuerySet, name: str, value: bool) -> QuerySet[Finding]:
        return rows.due_soon() if value else rows

    def by_box(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        """south,west,north,east in degrees; the north and east edges belong to the next box."""
        try:
            south, west, north, east = (Decimal(part) for part in value.split(","))
        except (ValueError, InvalidOperation):
            return rows.none()
        if not all(edge.is_finite() and abs(edge) <= HALF_CIRCLE for edge in (south, west, north, east)):
            return rows.none()
        return rows.filter(latitude__gte=south, latitude__lt=north, longitude__gte=west, longitude__lt=east)
