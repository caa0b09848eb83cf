"""Filters of cases and of their statutory days."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from billboards.enums.cases import CaseState, DecisionKind, LeadSource, Route
from billboards.models import IMPORTED, NO_VIOLATION, Case, CaseClock, CaseOfficer, CaseStep, violation_codes
from billboards.reckoning import fine_overdue, to_give_back
from config.inputs import DATE
from staff.filters.records import voided
from staff.models import ImportBatch, Unit

# What the desk counts it opens by these (billboards/case_desk.py): one set of states for the number and its list.
STAGES = {
    "running": ("未结", None),
    "verifying": ("线索核查", CaseState.BEFORE_FILING),
    "inquiry": ("立案至决定前", CaseState.BEFORE_DECISION),
    "heard": ("陈述申辩、听证后待决定", ("stated", "heard")),
    "performing": ("决定后待履行", ("decided", *CaseState.TO_PERFORM)),
    "enforcement": ("转执法程序（逾期后）", CaseState.TO_PERFORM[2:]),
    "choosing": ("逾期、已催告、已定执行途径", ("overdue", "dunned", "routed")),
    "routing": ("已定执行途径、已公告", ("routed", "announced")),
    "finished": ("待结案（履行、执行完毕或者终结）", CaseState.FINISHED),
    "done": ("已结、已归档", ("closed", "archived")),
}


class CaseFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编号、当事人、地点", method="search")
    stage = django_filters.ChoiceFilter(
        label="阶段", choices=[(key, label) for key, (label, _) in STAGES.items()], method="by_stage"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=CaseState.choices)
    code = django_filters.ChoiceFilter(label="案由", choices=violation_codes, method="by_code")
    unit = django_filters.ModelChoiceFilter(
        label="承办单位", queryset=lambda request: Unit.objects.filter(billboard_cases__isnull=False).distinct()
    )
    source = django_filters.ChoiceFilter(label="来源", choices=LeadSource.choices)
    decision = django_filters.ChoiceFilter(label="决定", choices=DecisionKind.choices, method="by_decision")
    route = django_filters.ChoiceFilter(label="执行途径", choices=Route.choices)
    late = django_filters.BooleanFilter(label="有期限超期", method="by_late")
    flawed = django_filters.BooleanFilter(label="有程序瑕疵", method="by_flaw")
    enforceable = django_filters.BooleanFilter(label="已到最早可强制日期", method="by_enforceable")
    unpaid = django_filters.BooleanFilter(label="罚款到期未缴清", method="by_unpaid")
    refund = django_filters.BooleanFilter(label="有罚没款待退还", method="by_refund")
    entry = django_filters.ChoiceFilter(
        label="登记方式",
        choices=[("steps", "逐步办理"), ("results", "只登记结果"), ("imported", "导入的旧案件")],
        method="by_entry",
    )
    mine = django_filters.BooleanFilter(label="只看我办的、我登记的", method="by_mine", widget=forms.CheckboxInput)
    batch = django_filters.ModelChoiceFilter(
        label="导入批次", queryset=ImportBatch.objects.all(), method="by_batch", widget=forms.HiddenInput
    )
    filed_from = django_filters.DateFilter(label="立案日期从", field_name="filed_on", lookup_expr="gte", widget=DATE)
    filed_to = django_filters.DateFilter(label="到", field_name="filed_on", lookup_expr="lte", widget=DATE)
    decided_from = django_filters.DateFilter(
        label="决定日期从", field_name="decided_on", lookup_expr="gte", widget=DATE
    )
    decided_to = django_filters.DateFilter(label="到", field_name="decided_on", lookup_expr="lte", widget=DATE)
    closed_from = django_filters.DateFilter(label="结案日期从", field_name="closed_on", lookup_expr="gte", widget=DATE)
    closed_to = django_filters.DateFilter(label="到", field_name="closed_on", lookup_expr="lte", widget=DATE)
    transferred_from = django_filters.DateFilter(label="移送日期从", method="by_transferred", widget=DATE)
    transferred_to = django_filters.DateFilter(label="到", method="by_transferred", widget=DATE)
    voided = voided()

    class Meta:
        model = Case
        fields = ["q"]

    def filter_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        rows: QuerySet[Case] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("voided") else rows.exclude(state=CaseState.VOIDED)

    def by_voided(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return rows.filter(state=CaseState.VOIDED)

    def by_transferred(self, rows: QuerySet[Case], name: str, value: date) -> QuerySet[Case]:
        side = "gte" if name.endswith("from") else "lte"
        steps = CaseStep.objects.filter(edge="transfer", **{f"happened_on__{side}": value})
        return rows.filter(pk__in=steps.values("case"))

    def by_code(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Whatever the version of the entry; `none`: not settled yet."""
        return rows.filter(violation=None) if value == NO_VIOLATION else rows.filter(violation__code=value)

    def by_entry(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        if value == "imported":
            return rows.filter(entry_key__startswith=IMPORTED)
        return rows.filter(results_only=value == "results")

    def by_batch(self, rows: QuerySet[Case], name: str, value: ImportBatch) -> QuerySet[Case]:
        return rows.filter(entry_key__startswith=f"{IMPORTED}{value.pk}-")

    def by_mine(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        user: Any = self.request.user
        handled = CaseOfficer.objects.filter(person__account=user, recused_on=None).values("case")
        return rows.filter(Q(pk__in=handled) | Q(recorded_by=user)) if value else rows

    def search(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        words = value.strip()
        found = Q()
        for field in ("number", "filing_number", "external_number", "party_name", "place", "decisions__number"):
            found |= Q(**{f"{field}__contains": words})
        return rows.filter(found).distinct()

    def by_stage(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        states = STAGES[value][1]
        return rows.exclude(state__in=CaseState.DONE) if states is None else rows.filter(state__in=states)

    def by_decision(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return rows.filter(decisions__kind=value).distinct()

    def by_late(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        late = CaseClock.objects.running().filter(ours=True, due_on__lt=timezone.localdate()).values("case")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)

    def by_flaw(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        counted = rows.annotate(flaw_count=Count("flaws", distinct=True))
        return counted.filter(flaw_count__gt=0) if value else counted.filter(flaw_count=0)

    def by_unpaid(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        late = fine_overdue(Case.objects.all(), timezone.localdate()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)

    def by_refund(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        owed = to_give_back(Case.objects.all()).values("pk")
        return rows.filter(pk__in=owed) if value else rows.exclude(pk__in=owed)

    def by_enforceable(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        reached = Q(coercion_from__lte=timezone.localdate(), state__in=CaseState.TO_PERFORM)
        return rows.filter(reached) if value else rows.exclude(reached)


class ClockFilter(django_filters.FilterSet):
    since = django_filters.DateFilter(label="届满从", field_name="due_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="due_on", lookup_expr="lte", widget=DATE)
    unit = django_filters.ModelChoiceFilter(
        label="承办单位",
        field_name="case__unit",
        queryset=lambda request: Unit.objects.filter(billboard_cases__isnull=False).distinct(),
    )
    ours = django_filters.ChoiceFilter(
        label="约束", choices=[("true", "本机关的期限"), ("false", "当事人的期限")], method="by_side"
    )
    mine = django_filters.BooleanFilter(label="只看我办的", method="by_mine", widget=forms.CheckboxInput)

    class Meta:
        model = CaseClock
        fields = ["since"]

    def by_side(self, rows: QuerySet[CaseClock], name: str, value: str) -> QuerySet[CaseClock]:
        return rows.filter(ours=value == "true")

    def by_mine(self, rows: QuerySet[CaseClock], name: str, value: bool) -> QuerySet[CaseClock]:
        user: Any = self.request.user
        return rows.filter(case__officers__person__account=user).distinct() if value else rows
