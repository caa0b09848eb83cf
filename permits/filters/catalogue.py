"""Filters of items, roads and tariffs; they own all reading of GET."""

from __future__ import annotations

from datetime import date

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from config.inputs import DATE
from permits.kinds import FeeKind, ItemKind, RoadGrade, RoadManager
from permits.models import PermitItem, Road, Tariff
from permits.protection import NEW_YEARS, OVERHAUL_YEARS, years_before
from staff.models import Unit, UnitKind

PROTECTED = (("yes", "禁挖期内"), ("no", "可以挖掘"))


class ItemFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=ItemKind.choices)
    in_use = django_filters.BooleanFilter(label="在用")

    class Meta:
        model = PermitItem
        fields = ["kind", "in_use"]


class RoadFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索名称", field_name="name", lookup_expr="contains")
    grade = django_filters.ChoiceFilter(label="等级", choices=RoadGrade.choices)
    manager = django_filters.ChoiceFilter(label="管理单位", choices=RoadManager.choices)
    street = django_filters.ModelChoiceFilter(
        label="街道", queryset=lambda request: Unit.objects.filter(kind=UnitKind.STREET)
    )
    protected = django_filters.ChoiceFilter(label="禁挖期", choices=PROTECTED, method="by_protection")
    in_use = django_filters.BooleanFilter(label="在用")

    class Meta:
        model = Road
        fields = ["q", "grade", "manager", "street", "protected", "in_use"]

    def by_protection(self, rows: QuerySet[Road], name: str, value: str) -> QuerySet[Road]:
        inside = protected_on(timezone.localdate())
        return rows.filter(inside) if value == "yes" else rows.exclude(inside)


def protected_on(day: date) -> Q:
    """Roads inside their protection on a day, as a condition for the database (permits.protection says the same)."""
    new = Q(opened_on__isnull=False, opened_on__lte=day, opened_on__gte=years_before(day, NEW_YEARS))
    overhauled = Q(
        overhauled_on__isnull=False, overhauled_on__lte=day, overhauled_on__gte=years_before(day, OVERHAUL_YEARS)
    )
    return new | overhauled


class TariffFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="费种", choices=FeeKind.choices)
    on = django_filters.DateFilter(label="在此日施行", method="by_day", widget=DATE)

    class Meta:
        model = Tariff
        fields = ["kind", "on"]

    def by_day(self, rows: QuerySet[Tariff], name: str, value: date) -> QuerySet[Tariff]:
        return rows.valid_on(value)  # type: ignore[attr-defined,no-any-return]
