"""What leaders ask of a period: which items, units, areas and months, against last year; what keeps coming back; where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from config import area_map
from config.charts import ChartData, Series
from config.figures import Figure, Kind
from config.periods import Period, a_year_before
from inspections.figures import rectification
from inspections.figures.findings import address, counted, findings_url
from inspections.models import Finding
from inspections.tally import CUT, Cut, found_in, item_choices, same_last_year

LEAGUE_SIZE = 20
CUTS = ("category", "item", "unit", "area", "month")
SHOWN_BARS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a cut: this period beside the same one last year, each with the address of its list."""

    label: str
    now: int
    url: str
    before: int
    before_url: str
    overdue: int
    overdue_url: str

    @property
    def change(self) -> int:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with the lists behind its two numbers; `percent` is None without a denominator."""

    label: str
    part: int
    part_url: str
    whole: int
    whole_url: str

    @property
    def percent(self) -> Decimal | None:
        return Decimal(self.part) * 100 / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Returning:
    """An item at a place that came back after closing."""

    item: str
    place: str
    unit: str
    times: int
    highest: int
    url: str


def number(measure: str, cut: Cut | None, period: Period, parameter: str | None) -> int:
    return int(counted(measure, cut, period, parameter).number or 0)


def lines_of(name: str, period: Period) -> list[Line]:
    """Parts with findings in either year, the most first; months in their order."""
    cut, before = CUT[name], same_last_year(period)
    if name == "month":
        begun = [month for month in period.months() if month <= f"{timezone.localdate():%Y-%m}"]
        return [part_line(cut, period, before, month, f"{int(month[5:])}月") for month in begun]
    found = [part_line(cut, period, before, key, label) for key, label in cut.choices()]
    return sorted((line for line in found if line.now or line.before), key=lambda line: -line.now)


def part_line(cut: Cut, period: Period, before: Period, key: str, label: str) -> Line:
    """Deadlines are judged at the end of the whole period, so that the parts of every cut add up to the same."""
    then = a_year_before(key) if cut.name == "month" else key
    return Line(
        label=label,
        now=number("all", cut, period, key),
        url=address("all", cut, period, key),
        before=number("all", cut, before, then),
        before_url=address("all", cut, before, then),
        overdue=number("overdue", cut, period, key),
        overdue_url=address("overdue", cut, period, key),
    )


def rates(period: Period) -> list[Rate]:
    """销号率, 按期率, 返工率 over the cases due in the period: the same figures that the summary prints."""
    return [rate_of(figure, period) for figure in rectification.FIGURES if figure.kind is Kind.RATE]


def rate_of(figure: Figure, period: Period) -> Rate:
    value, known = figure.value(period, None), {each.key: each for each in rectification.FIGURES}
    under, over = known[figure.numerator], known[figure.denominator]
    whole = int(over.value(period, None).number or 0)
    return Rate(figure.label, int(value.numerator or 0), under.url(period, None), whole, over.url(period, None))


def league(period: Period) -> list[Returning]:
    """高发反复: items × places of a unit found again after closing, most often first."""
    names = dict(item_choices())  # a new version of the standard may call the same item otherwise
    rows = (
        found_in(period)
        .filter(recurrence__gt=0)
        .order_by()
        .values("item__code", "place", "lead_unit", "lead_unit__name", "lead_unit__short_name")
        .annotate(times=Count("pk"), highest=Max("recurrence"))
        .order_by("-times", "-highest", "item__code", "place", "lead_unit")[:LEAGUE_SIZE]
    )
    return [
        Returning(
            item=names[row["item__code"]],
            place=row["place"],
            unit=row["lead_unit__short_name"] or row["lead_unit__name"],
            times=row["times"],
            highest=row["highest"],
            url=findings_url(
                period, item=row["item__code"], place=row["place"], lead_unit=str(row["lead_unit"]), recurrence="true"
            ),
        )
        for row in rows
    ]


def positioned(period: Period) -> QuerySet[Finding]:
    return found_in(period).filter(latitude__isnull=False)


def spots(period: Period) -> list[area_map.Spot]:
    rows = positioned(period).order_by().values_list("latitude", "longitude").iterator()
    positions = (
        (latitude, longitude) for latitude, longitude in rows if latitude is not None and longitude is not None
    )
    return [replace(spot, url=findings_url(period, box=spot.box)) for spot in area_map.cells(positions)]


def chart_of(name: str, lines: list[Line], period: Period) -> ChartData:
    shown = lines if name == "month" else lines[:SHOWN_BARS]
    return ChartData(
        title=f"按{CUT[name].label}：本期与去年同期"
        if len(shown) == len(lines)
        else f"按{CUT[name].label}（前{SHOWN_BARS}）：本期与去年同期",
        categories=tuple(line.label for line in shown),
        series=(
            Series(period.label, tuple(Decimal(line.now) for line in shown)),
            Series("去年同期", tuple(Decimal(line.before) for line in shown)),
        ),
        unit="件",
    )
