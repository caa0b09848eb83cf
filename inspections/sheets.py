"""What the monthly check found, as the score needs it: one point a confirmed sheet."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Sum

from inspections.composite import SampledPoint
from inspections.models import CheckLine, CheckSheet

Points = dict[int, list[SampledPoint]]  # unit id → its points in the order of the days


def sampled_points(months: Collection[str]) -> dict[str, Points]:
    """By month ("2026-03") the sampled points of each unit, in two queries; drafts and voided sheets not."""
    found: dict[str, Points] = {month: {} for month in months}
    sheets = CheckSheet.objects.counted().filter(month__in=months).order_by("checked_on", "pk")
    lines = CheckLine.objects.filter(sheet__in=sheets.order_by()).order_by()
    deducted = dict(lines.values_list("sheet").annotate(total=Sum("deduction")))
    for pk, month, unit, area in sheets.values_list("pk", "month", "unit", "area"):
        found[month].setdefault(unit, []).append(SampledPoint(area, deducted.get(pk, Decimal(0))))
    return found
