"""New lengths and widths of a permit's segments, as fields of a step: two a segment, empty where nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from permits.models import Application
from permits.models.applications import LONGEST, WIDEST
from permits.workflow.reshaping import as_rows

POSITIVE: dict[str, Any] = {"max_digits": 8, "decimal_places": 2, "min_value": Decimal("0.01"), "required": False}


def side_fields(application: Application) -> dict[str, forms.DecimalField]:
    fields = {}
    for number, segment in enumerate(application.segments.all(), 1):
        words = f"第 {number} 段（{segment.get_part_display()}）"
        fields[f"length_{segment.pk}"] = forms.DecimalField(
            label=f"{words}变更后长（米）", help_text=f"现为 {segment.length}", max_value=LONGEST, **POSITIVE
        )
        fields[f"width_{segment.pk}"] = forms.DecimalField(
            label=f"{words}变更后宽（米）", help_text=f"现为 {segment.width}", max_value=WIDEST, **POSITIVE
        )
    return fields


def rows_from(application: Application, cleaned: Mapping[str, Any]) -> list[dict[str, str]]:
    """The segments whose length or width was typed; the other side stays as it is."""
    found = {}
    for segment in application.segments.all():
        length, width = cleaned.get(f"length_{segment.pk}"), cleaned.get(f"width_{segment.pk}")
        if length is not None or width is not None:
            found[segment.pk] = (length or segment.length, width or segment.width)
    return as_rows(found)
