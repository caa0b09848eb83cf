"""Which period the pages of scores and analysis show; they own the reading of their GET."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from config.periods import Period
from inspections.models import ComponentInput, Finding
from staff.filters.records import of_batch

MONTHS_OFFERED = 24


def bounds() -> tuple[date, date]:
    """From the first day with data to today; two looks into indexes."""
    today = timezone.localdate()
    first = Finding.objects.order_by("found_on").values_list("found_on", flat=True).first()
    entered = ComponentInput.objects.order_by("month").values_list("month", flat=True).first()
    starts = [each for each in (first, Period.parse(entered).start if entered else None) if each is not None]
    return min([*starts, today]), today


def newest_month() -> str:
    """The last month with findings, else this one: what the page opens on."""
    last = Finding.objects.order_by("-found_on").values_list("month", flat=True).first()
    return last or f"{timezone.localdate():%Y-%m}"


def period_choices() -> list[Any]:
    """Months, quarters, half-years and years with data, the newest first."""
    start, today = bounds()
    months = Period.between(start, today).months()[::-1]
    years = range(today.year, start.year - 1, -1)
    quarters = [Period.quarter(year, number) for year in years for number in (4, 3, 2, 1)]
    halves = [Period.half_year(year, half) for year in years for half in (2, 1)]

    def touched(periods: list[Period]) -> list[tuple[str, str]]:
        return [(each.key, each.label) for each in periods if each.start <= today and each.end >= start]

    return [
        ("月", [(month, Period.parse(month).label) for month in months[:MONTHS_OFFERED]]),
        ("季度", touched(quarters)),
        ("半年", touched(halves)),
        ("年", touched([Period.year(year) for year in years])),
    ]


class InputFilter(django_filters.FilterSet):
    batch = of_batch()


class PeriodForm(forms.Form):
    period = forms.ChoiceField(label="期间", widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, data: QueryDict, *, default: str) -> None:
        self.default = default
        super().__init__({"period": asked_key(data) or default})
        self.fields["period"].choices = with_choice(period_choices(), self.chosen)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Period:
        return Period.parse(str(self.data["period"]))


def asked_key(data: QueryDict) -> str:
    """The key that the address names, "" if it names none that can be read."""
    try:
        return Period.parse(data.get("period", "")).key
    except ValueError:
        return ""


def with_choice(groups: list[Any], period: Period) -> list[Any]:
    """A period that is not offered (a free range, an old month) stays chosen."""
    offered = {key for _, choices in groups for key, _ in choices}
    return groups if period.key in offered else [("所选", [(period.key, period.label)]), *groups]


def period_of(request: HttpRequest) -> PeriodForm:
    return PeriodForm(request.GET, default=newest_month())


def month_of(request: HttpRequest) -> str:
    """The month that an address names, else the newest with data."""
    key = asked_key(request.GET)
    return key if key and len(Period.parse(key).months()) == 1 and "~" not in key else newest_month()
