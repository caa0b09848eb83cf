"""How often each unit was visited (检查频次): planned against real, for the bulletin and for scaling the daily score."""

from __future__ import annotations

from collections.abc import Collection
from operator import add
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from config.periods import Period
from inspections.enums import RoundKind, RoundState
from inspections.models import Round, RoundVisit

Visits = dict[int, tuple[int, int]]  # unit id → planned, real


class Exposure(NamedTuple):
    """Visits of a unit in a month, and how many of them belong to rounds that have ended."""

    planned: int = 0
    real: int = 0
    ended_planned: int = 0
    ended_real: int = 0


def exposure(months: Collection[str]) -> dict[str, dict[int, Exposure]]:
    """By month ("2026-03") the visits of its 暗访 rounds, in one query; units without either are not in it.

    A round counts for the month in which it begins. A planned visit that was made counts in both; one without a plan in
    the second only. Rounds that are still planned do not count: nothing was promised yet. Of a round that is open the
    visits are half made, so that only those of ended rounds say how plan and reality differ.
    """
    periods = [Period.parse(month) for month in months]
    begins = Q()
    for period in periods:
        begins |= Q(round__start__range=(period.start, period.end))
    rows = RoundVisit.objects.filter(begins, round__kind=RoundKind.DAILY).exclude(round__state=RoundState.PLANNED)
    found: dict[str, dict[int, Exposure]] = {month: {} for month in months}
    for start, state, unit, plan, made in counted(rows, "round__start", "round__state", "unit"):
        visits, ended = found[f"{start:%Y-%m}"], state == RoundState.CLOSED
        more = (plan, made, plan * ended, made * ended)
        visits[unit] = Exposure(*map(add, visits.get(unit, Exposure()), more))
    return found


def of_round(which: Round) -> Visits:
    """Unit id → (planned, real) visits of one round."""
    return {unit: (plan, made) for unit, plan, made in counted(which.visits.all(), "unit")}


def counted(rows: QuerySet[RoundVisit], *by: str) -> QuerySet[RoundVisit, tuple[Any, ...]]:
    """The fields of `by` with planned and real visits."""
    return (
        rows.order_by()
        .values_list(*by)
        .annotate(plan=Count("pk", filter=Q(planned=True)), made=Count("pk", filter=Q(visited_at__isnull=False)))
    )
