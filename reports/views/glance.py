"""领导看板: one period in charts and tables, against the same period last year."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from config.figures import one_reading
from config.periods import Period
from inspections.filters.scores import period_choices
from reports.glance import panels, same_last_year
from reports.permissions import can_read_reports
from reports.views.desk import shown_period


@require_GET
def glance(request: HttpRequest) -> HttpResponse:
    """The address names the period (?period=2026H1); a period that cannot be read is told and the usual one shown."""
    if not can_read_reports(request.user):
        raise PermissionDenied
    period = shown_period(request)
    with one_reading():
        context = {
            "period": period,
            "before": same_last_year(period),
            "panels": panels(period),
            "choices": choices(period),
            "problem": problem(request),
        }
        return render(request, "reports/glance.html", context)


def problem(request: HttpRequest) -> str:
    try:
        Period.parse(request.GET["period"])
    except KeyError:
        return ""
    except ValueError as error:
        return str(error)
    return ""


def choices(period: Period) -> list[Any]:
    """What the select offers, the longest first; the one shown is always among them."""
    groups = period_choices()[::-1]
    offered = {key for _, found in groups for key, _ in found}
    return groups if period.key in offered else [("所选", [(period.key, period.label)]), *groups]
