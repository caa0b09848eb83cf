"""Filters of the assessment's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from config.inputs import DATE
from staff.enums import AppealOutcome, DisciplineKind, Grade
from staff.filters.people import our_units
from staff.filters.records import VoidableFilter, voided
from staff.models import AppraisalAppeal, AppraisalEntry, AppraisalRound, AppraisalSheet, DisciplineRecord
from staff.permissions import Perms


class EntryFilter(VoidableFilter):
    q = django_filters.CharFilter(label="搜索事由、人员", method="search")
    round = django_filters.ModelChoiceFilter(
        label="考核", field_name="sheet__round", queryset=lambda request: AppraisalRound.objects.all()
    )
    unit = django_filters.ModelChoiceFilter(
        label="单位", field_name="sheet__unit", queryset=lambda request: our_units()
    )
    voided = voided()
    since = django_filters.DateFilter(label="日期从", field_name="happened_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="happened_on", lookup_expr="lte", widget=DATE)

    class Meta:
        model = AppraisalEntry
        fields = ["q"]

    def search(self, rows: QuerySet[AppraisalEntry], name: str, value: str) -> QuerySet[AppraisalEntry]:
        text = value.strip()
        return rows.filter(Q(event__contains=text) | Q(person__name__contains=text))


class AppealFilter(django_filters.FilterSet):
    outcome = django_filters.ChoiceFilter(label="裁定", choices=AppealOutcome.choices)
    mine = django_filters.BooleanFilter(label="只看等我裁定的", method="by_mine", widget=forms.CheckboxInput)

    class Meta:
        model = AppraisalAppeal
        fields = ["outcome"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.user.has_perm(Perms.DECIDE_APPEAL):
            del self.filters["mine"]

    def by_mine(self, rows: QuerySet[AppraisalAppeal], name: str, value: bool) -> QuerySet[AppraisalAppeal]:
        user: Any = self.request.user
        return rows.filter(pk__in=AppraisalAppeal.objects.to_decide(user).values("pk")) if value else rows


class ResultFilter(django_filters.FilterSet):
    """Published results by the end of their period."""

    grade = django_filters.ChoiceFilter(label="等次", choices=Grade.choices)
    unit = django_filters.ModelChoiceFilter(label="单位", queryset=lambda request: our_units())
    rewarded = django_filters.BooleanFilter(label="有奖励金额", field_name="reward", lookup_expr="isnull", exclude=True)
    since = django_filters.DateFilter(label="考核期末从", field_name="round__end", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="round__end", lookup_expr="lte", widget=DATE)

    class Meta:
        model = AppraisalSheet
        fields = ["grade"]


class RoundFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label="状态", choices=AppraisalRound._meta.get_field("state").choices)
    since = django_filters.DateFilter(label="期末从", field_name="end", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="end", lookup_expr="lte", widget=DATE)

    class Meta:
        model = AppraisalRound
        fields = ["state"]


class DisciplineFilter(VoidableFilter):
    kind = django_filters.ChoiceFilter(label="处理种类", choices=DisciplineKind.choices)
    voided = voided()
    since = django_filters.DateFilter(label="决定从", field_name="decided_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="decided_on", lookup_expr="lte", widget=DATE)

    class Meta:
        model = DisciplineRecord
        fields = ["kind"]
