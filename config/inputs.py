"""The inputs of forms and filters that look alike on every page: a day, a moment, a month, a camera, an album."""

from __future__ import annotations

from typing import Any

from django import forms

from config.periods import WRITTEN, Period

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
MONTH = forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"})
WORDS = forms.Textarea(attrs={"rows_wanted": 2})  # a sentence or two
CAMERA = {"accept": "image/*", "capture": "environment"}  # a phone opens its camera
PICTURES = {"accept": "image/*"}  # without `capture`: a phone then offers the album, several at once, beside the camera


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
