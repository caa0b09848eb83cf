"""Filters of key tasks, tallies, problems, plans and historical figures; they own all reading of GET."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from config.inputs import DATE, MONTH
from config.periods import FIRST_YEAR, LAST_YEAR, Period
from reports.enums import PlanOutcome, ProblemState, TaskState
from reports.models import HistoricalFigure, KeyTask, Measure, PlanItem, Problem, TallyEntry
from staff.filters.records import RecordFilter, day_from, day_to, of_batch, voided
from staff.models import Unit

WHOLE = (date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


def asked_period(data: dict[str, Any]) -> Period:
    """The days between two date fields; open where one is empty or they are the wrong way round."""
    start, end = data.get("since") or WHOLE[0], data.get("until") or WHOLE[1]
    return Period.between(start, end) if start <= end else Period.between(*WHOLE)


class TallyFilter(RecordFilter):
    searched = ("place", "note", "measure__name")
    q = django_filters.CharFilter(label="搜索地点、说明、指标", method="search")
    task = django_filters.ModelChoiceFilter(
        label="重点工作", field_name="measure__task", queryset=KeyTask.objects.recorded()
    )
    measure = django_filters.ModelChoiceFilter(
        label="指标", queryset=Measure.objects.select_related("task"), to_field_name="code"
    )
    since = django_filters.DateFilter(label="日期从", method="by_day", widget=DATE)
    until = django_filters.DateFilter(label="到", method="by_day", widget=DATE)
    unit = django_filters.ModelChoiceFilter(
        label="单位", queryset=lambda request: Unit.objects.filter(tally_entries__isnull=False).distinct()
    )
    only = django_filters.ChoiceFilter(
        label="只看",
        choices=[("latest", "各单位最近一次"), ("day", "每天第一条")],
        method="by_day",
        empty_label="全部",
    )
    voided = voided()
    batch = of_batch()

    class Meta:
        model = TallyEntry
        fields = ["task"]

    def filter_queryset(self, queryset: QuerySet[TallyEntry]) -> QuerySet[TallyEntry]:
        data, rows = self.form.cleaned_data, super().filter_queryset(queryset)
        period = asked_period(data)
        rows = rows.filter(happened_on__range=(period.start, period.end), measure__task__voided_at=None)
        if data.get("only") == "latest":
            return rows.filter(pk__in=TallyEntry.objects.newest_of_each_unit(period).values("pk"))
        if data.get("only") == "day":
            return rows.filter(pk__in=TallyEntry.objects.first_of_each_day(period).values("pk"))
        return rows

    def by_day(self, rows: QuerySet[TallyEntry], name: str, value: object) -> QuerySet[TallyEntry]:
        """Three fields that mean something only together: see filter_queryset."""
        return rows


class TaskFilter(RecordFilter):
    searched = ("title", "source", "superior", "responsible")
    q = django_filters.CharFilter(label="搜索任务、来源、责任人", method="search")
    state = django_filters.ChoiceFilter(label="状态", choices=TaskState.choices)
    owner = django_filters.ModelChoiceFilter(
        label="责任单位", queryset=lambda request: Unit.objects.filter(key_tasks__isnull=False).distinct()
    )
    since = django_filters.DateFilter(label="在办日期从", method="by_day", widget=DATE)
    until = django_filters.DateFilter(label="到", method="by_day", widget=DATE)
    due_until = django_filters.DateFilter(label="期限不晚于", field_name="due", lookup_expr="lte", widget=DATE)
    done_since = django_filters.DateFilter(label="完成日期从", method="by_done", widget=forms.HiddenInput())
    done_until = django_filters.DateFilter(label="到", method="by_done", widget=forms.HiddenInput())
    voided = voided()

    class Meta:
        model = KeyTask
        fields = ["state"]

    def filter_queryset(self, queryset: QuerySet[KeyTask]) -> QuerySet[KeyTask]:
        data, rows = self.form.cleaned_data, super().filter_queryset(queryset)
        if data.get("done_since") and data.get("done_until"):
            rows = rows.filter(state=TaskState.DONE, closed_on__range=(data["done_since"], data["done_until"]))
        if not data.get("since") and not data.get("until"):
            return rows
        return rows.filter(pk__in=KeyTask.objects.in_period(asked_period(data)).values("pk"))

    def by_day(self, rows: QuerySet[KeyTask], name: str, value: object) -> QuerySet[KeyTask]:
        return rows

    by_done = by_day


class ProblemFilter(RecordFilter):
    searched = ("title", "text")
    q = django_filters.CharFilter(label="搜索问题", method="search")
    state = django_filters.ChoiceFilter(label="状态", choices=ProblemState.choices)
    show = django_filters.ChoiceFilter(
        label="与期间的关系",
        choices=[("carried", "期初遗留"), ("solved", "期内解决"), ("left", "期末未解决")],
        method="by_day",
    )
    since = django_filters.DateFilter(label="期间从", method="by_day", widget=DATE)
    until = django_filters.DateFilter(label="到", method="by_day", widget=DATE)
    voided = voided()

    class Meta:
        model = Problem
        fields = ["state"]

    def filter_queryset(self, queryset: QuerySet[Problem]) -> QuerySet[Problem]:
        data, rows = self.form.cleaned_data, super().filter_queryset(queryset)
        period, problems = asked_period(data), Problem.objects
        match data.get("show"):
            case "carried":
                return rows.filter(pk__in=problems.carried_into(period).values("pk"))
            case "left":
                return rows.filter(pk__in=problems.left_after(period).values("pk"))
            case "solved":
                return rows.filter(solved_on__range=(period.start, period.end))
        if data.get("since") or data.get("until"):
            return rows.filter(pk__in=problems.open_in(period).values("pk"))
        return rows

    def by_day(self, rows: QuerySet[Problem], name: str, value: object) -> QuerySet[Problem]:
        """Three fields that mean something only together: see filter_queryset."""
        return rows


class PlanFilter(RecordFilter):
    searched = ("title", "text")
    q = django_filters.CharFilter(label="搜索计划", method="search")
    since = day_from("starts_on")
    until = day_to("starts_on")
    outcome = django_filters.ChoiceFilter(
        label="完成情况", choices=[*PlanOutcome.choices, ("pending", "未登记")], method="by_outcome"
    )
    voided = voided()

    class Meta:
        model = PlanItem
        fields = ["outcome"]

    def by_outcome(self, rows: QuerySet[PlanItem], name: str, value: str) -> QuerySet[PlanItem]:
        return rows.filter(outcome="" if value == "pending" else value)


class HistoryFilter(RecordFilter):
    searched = ("figure", "source", "checked_by")
    q = django_filters.CharFilter(label="搜索数据、来源", method="search")
    figure = django_filters.CharFilter(label="数据", widget=forms.HiddenInput())
    month_from = django_filters.CharFilter(label="月份从", field_name="month", lookup_expr="gte", widget=MONTH)
    month_to = django_filters.CharFilter(label="到", field_name="month", lookup_expr="lte", widget=MONTH)
    voided = voided()
    batch = of_batch()

    class Meta:
        model = HistoricalFigure
        fields = ["figure"]
