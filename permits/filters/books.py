"""Filters of the books that figures open: cases by what happened to them between two days, flaws of procedure."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from config.inputs import DATE
from permits.kinds import ItemKind
from permits.models import Application, ProcedureFlaw
from permits.tally import EVENTS

EVENT_CHOICES = [(event.key, event.label) for event in EVENTS.values()]


class CaseFilter(django_filters.FilterSet):
    """`event` together with the two days; without an event the days are those of receipt."""

    event = django_filters.ChoiceFilter(label="统计口径", choices=EVENT_CHOICES, method="untouched")
    since = django_filters.DateFilter(label="日期从", method="untouched", widget=DATE)
    until = django_filters.DateFilter(label="到", method="untouched", widget=DATE)
    kind = django_filters.ChoiceFilter(label="事项", field_name="item__item__kind", choices=ItemKind.choices)

    class Meta:
        model = Application
        fields = ["event", "since", "until", "kind"]

    def untouched(self, rows: QuerySet[Application], name: str, value: object) -> QuerySet[Application]:
        """The three belong together: filter_queryset reads them."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        rows = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        since, until = asked.get("since"), asked.get("until")
        if not asked.get("event") and since is None and until is None:
            return rows
        event = EVENTS[asked.get("event") or "received"]
        first = since or timezone.localdate().replace(year=2000, month=1, day=1)
        return rows.filter(event.condition(first, until or timezone.localdate()))


class FlawFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索情形", field_name="text", lookup_expr="contains")
    since = django_filters.DateFilter(label="发生日期从", field_name="happened_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="happened_on", lookup_expr="lte", widget=DATE)

    class Meta:
        model = ProcedureFlaw
        fields = ["q", "since", "until"]
