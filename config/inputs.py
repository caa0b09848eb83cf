"""The inputs of forms and filters that look alike on every page: a day, a moment, a month, a camera, an album."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from config.periods import WRITTEN, Period

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
MONTH = forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"})
WORDS = forms.Textarea(attrs={"rows_wanted": 2})  # a sentence or two
CAMERA = {"accept": "image/*", "capture": "environment"}  # a phone opens its camera
PICTURES = {"accept": "image/*"}  # without `capture`: a phone then offers the album, several at once, beside the camera
LONGEST_KEY = 18  # digits; what is longer no database holds, and SQLite falls over it


def ticked_keys(values: Iterable[str]) -> list[int]:
    """Keys of the rows that were ticked in a table; what no row can have is left out."""
    return [int(key) for key in values if key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY]


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows to tick. A key that cannot be one is refused like one that does not exist."""

    def _check_values(self, value: Any) -> Any:
        for key in value:
            if len(str(key)) > LONGEST_KEY:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": str(key)[:40]}
                )
        return super()._check_values(value)  # type: ignore[misc]


class PeriodField(forms.CharField):
    """A period in words (2026年上半年), cleaned to a `Period`; its keys are read as well."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "期间", "max_length": 30, "help_text": f"如 {WRITTEN}。", **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Period.parse(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Period):
            return value.label
        try:
            return Period.parse(str(value)).label if value else value
        except ValueError:
            return value
