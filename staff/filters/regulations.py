"""Filters of the regulations register: one row a document, as it stands on the day asked for, or every version."""

from __future__ import annotations

from datetime import date

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from config.inputs import DATE
from staff.enums import RuleCategory, RuleChange, RuleNature
from staff.models import RegulationVersion


class RegulationFilter(django_filters.FilterSet):
    """Without a span of days: the newest version of each document, or the one that stood on the day asked for. With one:
    the versions that took effect in it.
    """

    q = django_filters.CharFilter(label="搜索（含正文）", method="search")
    category = django_filters.ChoiceFilter(
        label="类别", field_name="regulation__category", choices=RuleCategory.choices
    )
    nature = django_filters.ChoiceFilter(label="性质", field_name="regulation__nature", choices=RuleNature.choices)
    standing = django_filters.ChoiceFilter(
        label="状态",
        choices=[("in_force", "现行"), ("repealed", "已废止"), ("coming", "未施行")],
        method="by_standing",
    )
    on = django_filters.DateFilter(label="截至日期", method="kept", widget=DATE)
    change = django_filters.MultipleChoiceFilter(label="变动", choices=RuleChange.choices)
    since = django_filters.DateFilter(label="施行日期从", field_name="effective_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="effective_on", lookup_expr="lte", widget=DATE)

    once = django_filters.BooleanFilter(label="一项只列一次", method="by_once", widget=forms.HiddenInput())

    class Meta:
        model = RegulationVersion
        fields = ["q"]

    @property
    def day(self) -> date:
        return self.form.cleaned_data.get("on") or timezone.localdate()

    def filter_queryset(self, queryset: QuerySet[RegulationVersion]) -> QuerySet[RegulationVersion]:
        rows = super().filter_queryset(queryset)
        data = self.form.cleaned_data
        if data.get("since") or data.get("until") or data.get("standing"):
            return rows
        return rows.latest_on(self.day) if data.get("on") else rows.filter(superseded_on=None)

    def kept(self, rows: QuerySet[RegulationVersion], name: str, value: date) -> QuerySet[RegulationVersion]:
        return rows  # the day is read in filter_queryset and by the standing

    def by_once(self, rows: QuerySet[RegulationVersion], name: str, value: bool) -> QuerySet[RegulationVersion]:
        """As the figures count: each document once in the span asked for."""
        since, until = (self.form.cleaned_data.get(name) for name in ("since", "until"))
        return rows.counted_changes(since, until) if value and since and until else rows  # type: ignore[attr-defined]

    def by_standing(self, rows: QuerySet[RegulationVersion], name: str, value: str) -> QuerySet[RegulationVersion]:
        match value:
            case "in_force":
                return rows.in_force_on(self.day)  # type: ignore[attr-defined]
            case "repealed":
                return rows.latest_on(self.day).filter(change=RuleChange.REPEALED)  # type: ignore[attr-defined]
        return rows.filter(effective_on__gt=self.day)

    def search(self, rows: QuerySet[RegulationVersion], name: str, value: str) -> QuerySet[RegulationVersion]:
        text = value.strip()
        return rows.filter(
            Q(title__contains=text)
            | Q(regulation__code__iexact=text)
            | Q(document_number__contains=text)
            | Q(text__contains=text)
            | Q(change_note__contains=text)
        )
