"""The analysis page: one period, cut in five ways against last year, with rates, the recurrence league and a map."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from config import area_map
from config.charts import bar_chart, line_chart
from config.figures import one_reading
from config.periods import Period
from inspections import analysis as reading
from inspections.filters.scores import PeriodForm, newest_month
from inspections.tally import CUT
from staff.permissions import Perms


@require_GET
@permission_required(Perms.VIEW_ANALYSIS, raise_exception=True)
def analysis(request: HttpRequest) -> HttpResponse:
    """It counts all units' findings, so its right goes with that of seeing all units."""
    form = PeriodForm(request.GET, default=default_period())
    period = form.chosen
    with one_reading():
        cuts = [(CUT[name].label, name, reading.lines_of(name, period)) for name in reading.CUTS]
        spots = reading.spots(period)
        context = {
            "form": form,
            "period": period,
            "before": reading.same_last_year(period),
            "rates": reading.rates(period),
            "cuts": [(label, name, lines, picture(name, lines, period)) for label, name, lines in cuts],
            "league": reading.league(period),
            "map": area_map.draw(spots, title=f"{period.label}考评问题分布"),
            "positioned": sum(spot.count for spot in spots),
            "spots": spots[:20],
            "total": reading.number("all", None, period, None),
            "total_url": reading.address("all", None, period, None),
        }
    return render(request, "inspections/analysis.html", context)


def picture(name: str, lines: list[reading.Line], period: Period) -> object:
    data = reading.chart_of(name, lines, period)
    return (line_chart if name == "month" else bar_chart)(data)


def default_period() -> str:
    """The half-year of the newest findings."""
    month = newest_month()
    return f"{month[:4]}H{1 if int(month[5:]) <= 6 else 2}"
