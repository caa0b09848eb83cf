"""Ranked scores of a month and of longer periods (考评办法, scoring steps 13-15).

A month that has a published bulletin counts with what the bulletin prints; other months as the rows stand now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone

from config.figures import remembered
from config.periods import Period
from inspections.composite import AssessmentRules, mean_of_months, year_score
from inspections.models import BulletinLine, ComponentInput, InputKind
from inspections.month import MonthReader, UnitMonth
from inspections.standings import Standing, standings
from staff.models import Unit


def stand_month(rows: Sequence[UnitMonth]) -> list[Standing[UnitMonth]]:
    """The month's ranking: groups first, best first; equal scores by fewer late findings, then the order of units."""
    ties = rows[0].rules.ties if rows else AssessmentRules().ties
    entries = [(row, row.unit.ranking_group, row.exact) for row in rows]
    return standings(entries, ties, lambda row: (row.late, row.unit.order, row.unit.pk))


@dataclass(frozen=True)
class UnitPeriod:
    """A unit over several months: each month's exact score, and what they make together."""

    unit: Unit
    months: Mapping[str, Decimal | None]
    late: int
    innovation: Decimal | None
    rules: AssessmentRules
    is_year: bool
    printed: frozenset[str] = field(default_factory=frozenset)  # months that count as published
    open_checks: tuple[Decimal, ...] = ()  # 季度明查, each one month more

    @property
    def mean(self) -> Decimal | None:
        scores = (*self.months.values(), *self.open_checks)
        return mean_of_months([None if score is None else self.rules.part(score) for score in scores])

    @property
    def exact(self) -> Decimal | None:
        """Quarter and half-year: the mean of the months; year: with innovation, or the mean alone without data."""
        mean = self.mean
        if mean is None or not self.is_year or self.innovation is None:
            return mean
        return year_score(self.rules.part(mean), self.innovation, self.rules)


def is_whole_year(period: Period) -> bool:
    return "~" not in period.key and len(period.months()) == 12


def begun_months(period: Period, today: date | None = None) -> list[str]:
    """The months of the period that have begun: of later ones there is nothing to score."""
    this_month = (today or timezone.localdate()).strftime("%Y-%m")
    return [month for month in period.months() if month <= this_month]


def period_scores(period: Period) -> list[UnitPeriod]:
    """Every assessed unit over the period, in the order of the units."""
    return remembered(("inspections.period_scores", period), lambda: _read_period(period))


def _read_period(period: Period) -> list[UnitPeriod]:
    months = begun_months(period)
    printed: dict[tuple[str, int], BulletinLine] = {
        (line.bulletin.month, line.unit_id): line
        for line in BulletinLine.objects.filter(bulletin__month__in=months, bulletin__state="published").select_related(
            "bulletin"
        )
    }
    published = {month for month, _ in printed}
    live = [month for month in months if month not in published]
    reader = MonthReader(live)
    rows = {(month, row.unit.pk): row for month in live for row in reader.of(month)}
    innovation = _innovation(period) if is_whole_year(period) else {}
    checks = _open_checks(period)
    found = []
    for unit in reader.units:
        if unit.valid_from > period.end or (unit.valid_to is not None and unit.valid_to < period.start):
            continue
        scores: dict[str, Decimal | None] = {}
        late = 0
        for month in months:
            line, row = printed.get((month, unit.pk)), rows.get((month, unit.pk))
            scores[month] = line.exact if line else row.exact if row else None
            late += line.late if line else row.late if row else 0
        found.append(
            UnitPeriod(
                unit=unit,
                months=scores,
                late=late,
                innovation=innovation.get(unit.pk),
                rules=reader.book.on(period.end),
                is_year=is_whole_year(period),
                printed=frozenset(published),
                open_checks=tuple(checks.get(unit.pk, ())),
            )
        )
    return found


def _innovation(period: Period) -> dict[int, Decimal]:
    """The latest entry of the year counts."""
    rows = ComponentInput.objects.filter(kind=InputKind.INNOVATION, month__in=period.months()).order_by("month")
    return {row.unit_id: row.value for row in rows if row.value is not None}


def _open_checks(period: Period) -> dict[int, list[Decimal]]:
    """Open checks entered in the period's months; a single month has none (step 13: from the quarter on)."""
    months = period.months()
    found: dict[int, list[Decimal]] = {}
    if len(months) > 1:
        rows = ComponentInput.objects.filter(kind=InputKind.OPEN_CHECK, month__in=months).order_by("month")
        for row in rows:
            if row.value is not None:
                found.setdefault(row.unit_id, []).append(row.value)
    return found


def stand_period(rows: Sequence[UnitPeriod]) -> list[Standing[UnitPeriod]]:
    ties = rows[0].rules.ties if rows else AssessmentRules().ties
    entries = [(row, row.unit.ranking_group, row.exact) for row in rows]
    return standings(entries, ties, lambda row: (row.late, row.unit.order, row.unit.pk))
