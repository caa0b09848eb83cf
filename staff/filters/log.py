"""Filters of the log."""

from __future__ import annotations

from pathlib import Path

import django_filters
from django import forms
from django.apps import apps
from django.db.models import Q, QuerySet

from config.env import BASE_DIR
from config.inputs import DATE
from staff.models import Activity, Unit, User, Verb


def object_types() -> list[tuple[str, str]]:
    """The kinds of record of our own apps, by their Chinese names."""
    ours = [config for config in apps.get_app_configs() if Path(config.path).parent == BASE_DIR]
    return sorted(
        ((model._meta.label_lower, str(model._meta.verbose_name)) for config in ours for model in config.get_models()),
        key=lambda pair: pair[1],
    )


class AddressFilter(django_filters.Filter):
    """An address that is none is refused by the form; PostgreSQL would refuse it as a fault."""

    field_class = forms.GenericIPAddressField


class ActivityFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索对象、事项、人", method="search")
    verb = django_filters.ChoiceFilter(label="动作", choices=Verb.choices)
    since = django_filters.DateFilter(label="日期从", field_name="happened_at", lookup_expr="date__gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="happened_at", lookup_expr="date__lte", widget=DATE)
    actor = django_filters.ModelChoiceFilter(label="操作人", queryset=User.objects.all())
    unit = django_filters.ModelChoiceFilter(label="操作人单位", field_name="actor__unit", queryset=Unit.objects.all())
    object_type = django_filters.ChoiceFilter(label="对象类别", choices=object_types)
    address = AddressFilter(label="来源地址")
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
