"""Filters of what is under way: a unit's own rectifications, orders, appeals, requests for more time."""

from __future__ import annotations

from datetime import timedelta

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from config.inputs import DATE
from inspections.enums import AppealState, FindingState, RequestState
from inspections.models import Appeal, Extension, Finding, RectificationOrder
from inspections.tally import unit_choices

SHOWN = {
    "todo": ("待整改", FindingState.WITH_UNIT),
    "reported": ("待复查", ("reported",)),
    "over": ("已办结", ("closed", "deducted", "shelved")),
    "all": ("全部", FindingState.COUNTED),
}


class OwnFindingFilter(django_filters.FilterSet):
    """What my unit must do: without a choice, what waits for it."""

    show = django_filters.ChoiceFilter(
        label="办理情况",
        choices=[(key, label) for key, (label, _) in SHOWN.items()],
        method="by_show",
        empty_label="待整改",
    )
    due = django_filters.ChoiceFilter(
        label="期限", choices=[("late", "已逾期"), ("soon", "一天内到期"), ("later", "一天以后")], method="by_due"
    )
    q = django_filters.CharFilter(label="搜索编号、地点、问题", method="search")

    class Meta:
        model = Finding
        fields = ["show"]

    def filter_queryset(self, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("show") else rows.filter(state__in=FindingState.WITH_UNIT)

    def by_show(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return rows.filter(state__in=SHOWN[value][1])

    def by_due(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        now = timezone.now()
        day = now + timedelta(days=1)
        if value == "late":
            return rows.filter(due_at__lt=now)
        if value == "soon":
            return rows.filter(due_at__range=(now, day))
        return rows.filter(Q(due_at__gt=day) | Q(due_at=None))

    def search(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        text = value.strip()
        return rows.filter(Q(number__startswith=text) | Q(place__contains=text) | Q(description__contains=text))


class OrderFilter(django_filters.FilterSet):
    unit = django_filters.ChoiceFilter(label="责任单位", choices=unit_choices)
    delivered_from = django_filters.DateFilter(
        label="送达日期从", field_name="delivered_at", lookup_expr="date__gte", widget=DATE
    )
    delivered_to = django_filters.DateFilter(
        label="到", field_name="delivered_at", lookup_expr="date__lte", widget=DATE
    )

    class Meta:
        model = RectificationOrder
        fields = ["unit"]


class AppealFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label="申诉结果", choices=[*AppealState.choices, ("successful", "成立、部分成立和改派")], method="by_state"
    )
    unit = django_filters.ChoiceFilter(label="申诉单位", choices=unit_choices)
    is_late = django_filters.BooleanFilter(label="逾期申诉")
    lodged_from = django_filters.DateFilter(
        label="申诉日期从", field_name="lodged_at", lookup_expr="date__gte", widget=DATE
    )
    lodged_to = django_filters.DateFilter(label="到", field_name="lodged_at", lookup_expr="date__lte", widget=DATE)
    decided_from = django_filters.DateFilter(
        label="裁定日期从", field_name="decided_at", lookup_expr="date__gte", widget=DATE
    )
    decided_to = django_filters.DateFilter(label="到", field_name="decided_at", lookup_expr="date__lte", widget=DATE)

    class Meta:
        model = Appeal
        fields = ["unit"]

    def by_state(self, rows: QuerySet[Appeal], name: str, value: str) -> QuerySet[Appeal]:
        return rows.filter(state__in=AppealState.SUCCESSFUL) if value == "successful" else rows.filter(state=value)


class ExtensionFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label="答复", choices=RequestState.choices)
    is_late = django_filters.BooleanFilter(label="期满后申请")

    class Meta:
        model = Extension
        fields = ["state"]
