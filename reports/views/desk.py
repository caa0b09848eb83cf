"""The desk everybody starts from, and the one search field. Both collect what the apps say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.charts import bar_chart
from config.figures import one_reading
from config.navigation import quick_entries
from config.periods import Period
from inspections.tally import CUT, read_cut, same_last_year
from reports.changes import CHANGES_DAYS, changes_for
from reports.desks import all_hits, all_numbers, all_todos
from reports.history import base_of
from reports.models import Report
from reports.permissions import can_read_reports
from reports.registry import registry
from staff.models import Activity

GLANCE = (
    "inspections.findings",
    "inspections.closed",
    "inspections.overdue",
    "inspections.recurrences",
    "inspections.rectification_rate",
)
SHOWN_ACTIVITIES = 8


@dataclass(frozen=True)
class Glance:
    label: str
    value: str
    unit: str
    url: str
    note: str


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    user = request.user
    context = {
        "todos": all_todos(user),
        "entries": quick_entries(user),
        "changes": changes_for(user),
        "changes_days": CHANGES_DAYS,
        "numbers": all_numbers(user),
        "activities": Activity.objects.filter(actor=user).select_related("actor", "principal")[:SHOWN_ACTIVITIES],
        "reads_reports": can_read_reports(user),
    }
    return render(request, "reports/desk.html", context)


@require_GET
def desk_numbers(request: HttpRequest) -> HttpResponse:
    """A half-year at a glance. It counts a year of findings, so the desk shows what is to be done first and then asks."""
    if not can_read_reports(request.user):
        raise PermissionDenied
    period = shown_period(request)
    with one_reading():
        read_cut(CUT["category"], period, same_last_year(period))
        data = registry().charts["inspections.by_category"].data(period)
        context = {
            "period": period,
            "glances": glances(period),
            "data": data,
            "chart_svg": bar_chart(data),
            "periods": periods(),
        }
    return render(request, "reports/_glances.html", context)


def shown_period(request: HttpRequest) -> Period:
    """The period asked for in the address, else the newest one with a report, else the present half-year."""
    try:
        return Period.parse(request.GET.get("period", ""))
    except ValueError:
        found = periods()
        newest = Report.objects.filter(period_key=found[0].key).first() if found else None
        return newest.period if newest else Period.half_year_of(timezone.localdate())


def periods() -> list[Period]:
    """Those with a report, the newest six; several reports of one period are one tab."""
    keys = Report.objects.order_by().values_list("period_key", flat=True).distinct()
    # The text of a key says nothing of time (Q stands behind H): what ends last is the newest, of equal ends the longer,
    # so that a quarter's paper never stands before its half-year's.
    return sorted(map(Period.parse, keys), key=lambda period: (period.end, -period.start.toordinal()), reverse=True)[:6]


def glances(period: Period) -> list[Glance]:
    """A few figures of the period, each with its address and last year's value."""
    before, found = same_last_year(period), []
    for key in GLANCE:
        figure = registry().figures[key]
        now, then = figure.value(period, None), base_of(figure, before, None)
        note = f"去年同期 {shown(then.number)}{figure.unit}" if then.number is not None else "去年同期没有数据"
        note += then.mark
        found.append(Glance(figure.label, shown(now.number), figure.unit, figure.url(period, None), note))
    return found


def shown(number: Decimal | None) -> str:
    """Rounded once, from the number itself: 0.00495 is 0.00."""
    if number is None:
        return "—"
    whole = number == number.to_integral_value()
    return str(int(number)) if whole else str(number.quantize(Decimal("0.01"), ROUND_HALF_UP))


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").replace("\0", "").strip()[:60]  # PostgreSQL takes no NUL in a text
    hits = all_hits(request.user, query) if query else []
    return render(request, "reports/search.html", {"query": query, "hits": hits})
