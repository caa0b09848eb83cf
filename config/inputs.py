"""The inputs of forms and filters that look alike on every page: a day, a moment, a month, a camera, an album."""

from __future__ import annotations

from django import forms

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
MONTH = forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"})
WORDS = forms.Textarea(attrs={"rows_wanted": 2})  # a sentence or two
CAMERA = {"accept": "image/*", "capture": "environment"}  # a phone opens its camera
PICTURES = {"accept": "image/*"}  # without `capture`: a phone then offers the album, several at once, beside the camera
