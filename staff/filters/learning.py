"""Which year's hours: a filter that says who was on duty, and sums what they took part in."""

from __future__ import annotations

from datetime import date

import django_filters
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from staff.enums import CourseKind, Employment
from staff.filters.people import our_units
from staff.headcount import scopes
from staff.models import Movement


class HoursFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(label="年度", method="kept", min_value=2000, max_value=2999)
    unit = django_filters.ModelChoiceFilter(label="单位", field_name="unit_after", queryset=lambda request: our_units())
    employment = django_filters.ChoiceFilter(
        label="用工性质", field_name="employment_after", choices=Employment.choices
    )

    class Meta:
        model = Movement
        fields = ["year"]

    @property
    def asked_year(self) -> int:
        return int(self.form.cleaned_data.get("year") or timezone.localdate().year)

    @property
    def shown_year(self) -> int:
        _ = self.qs  # binds and cleans the form
        return self.asked_year

    @property
    def last_day(self) -> date:
        return last_day_of(self.shown_year)

    def filter_queryset(self, queryset: QuerySet[Movement]) -> QuerySet[Movement]:
        year = self.asked_year
        day = last_day_of(year)
        there = Q(
            person__attendances__present=True,
            person__attendances__course__held_on__year=year,
            person__attendances__course__kind__in=CourseKind.COUNTED,
        )
        rows = super().filter_queryset(queryset.standing_on(day).filter(scopes(day)["duty"].q()))  # type: ignore[attr-defined]
        return rows.annotate(
            hours=Sum("person__attendances__course__hours", filter=there),
            sessions=Count("person__attendances", filter=there),
        )

    def kept(self, rows: QuerySet[Movement], name: str, value: int) -> QuerySet[Movement]:
        return rows  # the year is read in filter_queryset


def last_day_of(year: int) -> date:
    """The year's last day; of the running year today, of a coming one its first."""
    return min(date(year, 12, 31), max(timezone.localdate(), date(year, 1, 1)))
