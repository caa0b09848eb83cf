"""Which period the statistics sheet shows; owns the reading of GET."""

from __future__ import annotations

from datetime import date

from django import forms

from config.inputs import PeriodField
from config.periods import Period


def this_month(today: date) -> Period:
    return Period.month(today.year, today.month)


class PeriodForm(forms.Form):
    period = PeriodField()
