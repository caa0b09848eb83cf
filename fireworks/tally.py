"""The counts behind the ban's figures: one grouped query for each kind of record and period, read by every figure of it.

Within `config.figures.one_reading` each is asked once, so a summary with fifty figures costs a dozen queries (ADR 5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from config.figures import remembered
from config.periods import Period
from fireworks.enums import Festival, IncidentState, WeightBasis
from fireworks.festivals import FestivalWindow, window_of
from fireworks.models import Destruction, Incident, MediaItem, PoliceResult, PublicityEntry, SeizureLot

FACETS = ("place_kind", "trigger", "kind", "source", "handling", "state")


@dataclass(frozen=True)
class IncidentGroup:
    """Incidents alike in all that figures tell apart. `minutes` is the sum over the `answered` ones."""

    facets: Mapping[str, str]
    count: int
    answered: int
    minutes: int

    @property
    def is_confirmed(self) -> bool:
        return self.facets["state"] in IncidentState.CONFIRMED


def incident_groups(period: Period) -> list[IncidentGroup]:
    """Every incident of the period that is not voided."""

    def read() -> list[IncidentGroup]:
        rows = Incident.objects.recorded().found_between(period.start, period.end).order_by()
        grouped = rows.values(*FACETS).annotate(
            count=Count("pk"), answered=Count("response_minutes"), minutes=Sum("response_minutes")
        )
        return [
            IncidentGroup({name: row[name] for name in FACETS}, row["count"], row["answered"], row["minutes"] or 0)
            for row in grouped
        ]

    return remembered(("fireworks.incidents", period), read)


def confirmed(period: Period, facet: str = "", value: str = "") -> int:
    """Incidents found true; of one facet where it is named ("none" is what is empty)."""
    wanted = "" if value == "none" else value
    groups = (group for group in incident_groups(period) if group.is_confirmed)
    return sum(group.count for group in groups if not facet or group.facets[facet] == wanted)


def police_counts(period: Period) -> Counter[str]:
    """Incidents of the period by what the police told of them; one with a fine and a detention stands under both."""

    def read() -> Counter[str]:
        rows = (
            PoliceResult.objects.standing()
            .filter(incident__state__in=IncidentState.CONFIRMED, incident__found_on__range=(period.start, period.end))
            .order_by()
        )
        grouped = rows.values("outcome").annotate(count=Count("incident", distinct=True))
        return Counter({row["outcome"]: row["count"] for row in grouped})

    return remembered(("fireworks.police", period), read)


def sums(key: str, rows: Any, group: str, total: Any, period: Period) -> dict[str, Decimal]:
    """group → total, one query."""

    def read() -> dict[str, Decimal]:
        grouped = rows.order_by().values(group).annotate(total=total)
        return {row[group]: Decimal(row["total"] or 0) for row in grouped}

    return remembered((key, period), read)


def publicity_sums(period: Period) -> dict[str, Decimal]:
    """kind → quantity, in the kind's own measure."""
    rows = PublicityEntry.objects.recorded().filter(held_on__range=(period.start, period.end))
    return sums("fireworks.publicity", rows, "kind", Sum("quantity"), period)


def media_counts(period: Period) -> dict[str, Decimal]:
    rows = MediaItem.objects.recorded().filter(published_on__range=(period.start, period.end))
    return sums("fireworks.media", rows, "level", Count("pk"), period)


def lot_sums(period: Period) -> dict[str, Decimal]:
    """measure → quantity; never added to one number."""
    rows = SeizureLot.objects.recorded().filter(seized_on__range=(period.start, period.end))
    return sums("fireworks.lots", rows, "measure", Sum("quantity"), period)


@dataclass(frozen=True)
class DestructionSums:
    count: int
    vehicles: int
    weighed: int  # destructions with a weight
    kilograms: Decimal
    estimated: int  # of those, estimates


def destruction_sums(period: Period) -> DestructionSums:
    def read() -> DestructionSums:
        rows = Destruction.objects.recorded().filter(destroyed_on__range=(period.start, period.end))
        found = rows.order_by().aggregate(
            count=Count("pk"),
            vehicles=Sum("vehicles"),
            weighed=Count("weight_kg"),
            kilograms=Sum("weight_kg"),
            estimated=Count("pk", filter=Q(weight_basis=WeightBasis.ESTIMATED)),
        )
        return DestructionSums(
            found["count"],
            found["vehicles"] or 0,
            found["weighed"],
            Decimal(found["kilograms"] or 0),
            found["estimated"],
        )

    return remembered(("fireworks.destructions", period), read)


def days_of(year: int) -> dict[date, Counter[str]]:
    """Day → incidents by state, from the first to the last window of a year."""

    def read() -> dict[date, Counter[str]]:
        windows = [window_of(festival, year) for festival in Festival.values]
        first, last = min(each.start for each in windows), max(each.end for each in windows)
        rows = Incident.objects.recorded().found_between(first, last).order_by().values("found_on", "state")
        found: dict[date, Counter[str]] = {}
        for row in rows.annotate(count=Count("pk")):
            found.setdefault(row["found_on"], Counter())[row["state"]] += row["count"]
        return found

    return remembered(("fireworks.days", year), read)


def in_window(window: FestivalWindow, *states: str) -> int:
    """Incidents of a window in these states."""
    days = days_of(window.year)
    return sum(counts[state] for day, counts in days.items() if window.start <= day <= window.end for state in states)
