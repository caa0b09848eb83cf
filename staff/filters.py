"""Filters of the office's lists."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from staff.models import Activity, Verb

DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ActivityFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索", method="search")
    verb = django_filters.ChoiceFilter(label="动作", choices=Verb.choices)
    since = django_filters.DateFilter(label="从", field_name="happened_at", lookup_expr="date__gte", widget=DATE_INPUT)
    until = django_filters.DateFilter(label="到", field_name="happened_at", lookup_expr="date__lte", widget=DATE_INPUT)
    succeeded = django_filters.BooleanFilter(label="成功")

    class Meta:
        model = Activity
        fields = ["q", "verb", "since", "until", "succeeded"]

    def search(self, rows: QuerySet[Activity], name: str, value: str) -> QuerySet[Activity]:
        return rows.filter(
            Q(object_label__icontains=value)
            | Q(title__icontains=value)
            | Q(actor__display_name__icontains=value)
            | Q(actor__username__iexact=value)
        )
