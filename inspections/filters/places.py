"""Filters of the lists of places, rounds and score sheets."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from inspections.enums import AreaType, RoundKind, RoundState, SheetState
from inspections.models import CheckSheet, Place, Round
from inspections.tally import unit_choices


class PlaceFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索点位名称", field_name="name", lookup_expr="contains")
    area = django_filters.ChoiceFilter(label="区域类型", choices=AreaType.choices)
    unit = django_filters.ChoiceFilter(label="责任单位", choices=unit_choices, method="by_unit")
    standing = django_filters.ChoiceFilter(
        label="状态", choices=[("yes", "使用中"), ("no", "已停用")], method="by_standing"
    )
    check = django_filters.ChoiceFilter(
        label="核对",
        choices=[("outside", "定位在辖区外"), ("bare", "没有定位"), ("learned", "录入时留用")],
        method="by_check",
    )

    class Meta:
        model = Place
        fields: list[str] = []

    def by_unit(self, rows: QuerySet[Place], name: str, value: str) -> QuerySet[Place]:
        """Whoever answers today, as the list says it."""
        today = timezone.localdate()
        holds = Q(shares__valid_from__lte=today) & (Q(shares__valid_to=None) | Q(shares__valid_to__gte=today))
        return rows.filter(holds, shares__unit=value).distinct()

    def by_standing(self, rows: QuerySet[Place], name: str, value: str) -> QuerySet[Place]:
        ended = Q(valid_to__lt=timezone.localdate())
        return rows.filter(ended) if value == "no" else rows.exclude(ended)

    def by_check(self, rows: QuerySet[Place], name: str, value: str) -> QuerySet[Place]:
        conditions = {"outside": Q(outside=True), "bare": Q(latitude=None), "learned": Q(learned=True)}
        return rows.filter(conditions[value])


class RoundFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="考评方式", choices=RoundKind.choices)
    state = django_filters.ChoiceFilter(label="状态", choices=RoundState.choices)

    class Meta:
        model = Round
        fields: list[str] = []


class SheetFilter(django_filters.FilterSet):
    month = django_filters.CharFilter(label="月份（如 2026-03）")
    unit = django_filters.ChoiceFilter(label="被检单位", choices=unit_choices)
    area = django_filters.ChoiceFilter(label="区域类型", choices=AreaType.choices)
    state = django_filters.ChoiceFilter(label="状态", choices=SheetState.choices)

    class Meta:
        model = CheckSheet
        fields: list[str] = []
