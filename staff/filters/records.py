"""What the filters of all registers share: a span of days, voided rows that stay out of sight, a search in several fields."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from config.inputs import DATE
from staff.models import ImportBatch


def day_from(field: str, label: str = "日期") -> django_filters.DateFilter:
    return django_filters.DateFilter(label=f"{label}从", field_name=field, lookup_expr="gte", widget=DATE)


def day_to(field: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(label="到", field_name=field, lookup_expr="lte", widget=DATE)


def voided() -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        label="作废", choices=[("voided", "已作废")], method="by_voided", empty_label="未作废"
    )


def of_batch() -> django_filters.ModelChoiceFilter:
    """The rows that one import brought: asked for by its page, chosen nowhere."""
    return django_filters.ModelChoiceFilter(
        label="导入批次", queryset=ImportBatch.objects.all(), widget=forms.HiddenInput
    )


class VoidableFilter(django_filters.FilterSet):
    """Voided records stay out of sight unless they are asked for (`voided = voided()`)."""

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("voided") else rows.filter(voided_at=None)

    def by_voided(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.exclude(voided_at=None)


class RecordFilter(VoidableFilter):
    """A register of `staff.models.Record` rows. Subclasses search in `searched`."""

    searched: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = Q()
        for field in self.searched:
            found |= Q(**{f"{field}__contains": value.strip()})
        return rows.filter(found)
