"""The scan of a paper signed by hand: a PDF or a photograph, checked by content when the form is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.base import ContentFile

from staff.uploads import clean_scan


class ScanField(forms.FileField):
    """Cleaned to content under our own name, or None."""

    def __init__(self, **kwargs: Any) -> None:
        facts = {"label": "扫描件", "required": False, "help_text": "PDF、Word 或者照片；可以用手机直接拍。"}
        super().__init__(**{**facts, **kwargs})

    def clean(self, data: Any, initial: Any = None) -> ContentFile[bytes] | None:
        upload = super().clean(data, initial)
        return clean_scan(upload) if upload else None
