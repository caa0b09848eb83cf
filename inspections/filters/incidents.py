"""Filter of the incidents that wait to become findings."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from config.inputs import DATE
from fireworks.enums import IncidentSource
from fireworks.models import Incident
from inspections.tally import unit_choices


class HandoverFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编号、地点", method="search")
    found_from = django_filters.DateFilter(label="发现日期从", field_name="found_on", lookup_expr="gte", widget=DATE)
    found_to = django_filters.DateFilter(label="到", field_name="found_on", lookup_expr="lte", widget=DATE)
    unit = django_filters.ChoiceFilter(label="属地单位", choices=unit_choices, field_name="unit")
    source = django_filters.ChoiceFilter(label="来源", choices=IncidentSource.choices)

    class Meta:
        model = Incident
        fields: list[str] = []

    def search(self, rows: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        return rows.filter(Q(number__contains=value) | Q(place__contains=value))
