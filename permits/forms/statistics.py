"""Which period the statistics sheet shows; owns the reading of GET."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from config.periods import Period


def this_month(today: date) -> Period:
    return Period.month(today.year, today.month)


class PeriodForm(forms.Form):
    period = forms.CharField(
        label="期间", max_length=30, help_text="如 2026-03、2026Q1、2026H1、2026，或者 2026-01-01~2026-06-20。"
    )

    def clean_period(self) -> Any:
        try:
            return Period.parse(self.cleaned_data["period"])
        except ValueError as error:
            raise ValidationError(str(error)) from error
