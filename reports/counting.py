"""What the tally register says for a period, read in a fixed number of queries however many measures there are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Count, Sum

from config.figures import remembered
from config.periods import Period
from reports.enums import Totalling
from reports.models import Measure, TallyEntry

Part = tuple[str, int]  # code of the measure, key of the unit


def measures() -> dict[str, Measure]:
    """Every measure of a task that stands, by code, in the order of the tasks."""

    def read() -> dict[str, Measure]:
        rows = Measure.objects.filter(task__voided_at=None).select_related("task")
        return {measure.code: measure for measure in rows}

    return remembered(("reports.measures",), read)


def part_of(parameter: str | None) -> tuple[str, int | None]:
    """The measure's code and the unit of app.name:code or app.name:code@unit."""
    code, _, unit = (parameter or "").partition("@")
    return code, int(unit) if unit.isdigit() else None


def measure_of(parameter: str | None) -> Measure | None:
    return measures().get(part_of(parameter)[0])


def quantities(period: Period) -> Mapping[Part, Decimal]:
    """(code, unit) → quantity of the measures that add up: sums, and of standing numbers the newest of each unit."""

    def read() -> dict[Part, Decimal]:
        entries = TallyEntry.objects
        sums = entries.within(period).filter(measure__totalling=Totalling.SUM).order_by()
        latest = entries.newest_of_each_unit(period).filter(measure__totalling=Totalling.LATEST).order_by()
        return {
            (row["measure__code"], row["unit"]): Decimal(row["total"])
            for rows in (sums, latest)
            for row in rows.values("measure__code", "unit").annotate(total=Sum("quantity"))
        }

    return remembered(("reports.quantities", period), read)


def counts(period: Period) -> Mapping[str, int]:
    """code → days with entries, or entries, as the measure says."""

    def read() -> dict[str, int]:
        rows = TallyEntry.objects.within(period).order_by().values("measure__code", "measure__totalling")
        found = rows.annotate(days=Count("happened_on", distinct=True), entries=Count("pk"))
        return {
            row["measure__code"]: row[row["measure__totalling"]]
            for row in found
            if Totalling(row["measure__totalling"]).counts_rows
        }

    return remembered(("reports.counts", period), read)


def total(measure: Measure, period: Period) -> Decimal | None:
    """The one number of a measure; None if nothing is entered, which is not 0."""
    if measure.counts_rows:
        found = counts(period).get(measure.code)
        return None if found is None else Decimal(found)
    parts = [number for (code, _), number in quantities(period).items() if code == measure.code]
    return sum(parts, Decimal(0)) if parts else None
