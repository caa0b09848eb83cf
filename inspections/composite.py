"""Composite, half-year and yearly scores (考评办法, scoring steps 10-13): pure functions, exact Decimals.

All scores are points out of 100. Nothing is rounded; `scoring.shown` rounds for display.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

from inspections.scoring import DEFAULT_RULES, FULL_SCORE, ZERO, ScoringRules

BONUS_CAP = Decimal(3)
YEAR_WEIGHT = Decimal("0.95")
INNOVATION_WEIGHT = Decimal("0.05")


class Component(models.TextChoices):
    """What the monthly composite is made of (step 11)."""

    DAILY = "daily", "日常暗访"
    MONTHLY = "monthly", "月度集中检查"
    DIGITAL = "digital", "数字城管"
    COMPLAINTS = "complaints", "投诉与曝光"
    KEY_WORK = "key_work", "重点工作"


COMPONENT_WEIGHTS: Mapping[str, Decimal] = {
    Component.DAILY: Decimal("0.40"),
    Component.MONTHLY: Decimal("0.30"),
    Component.DIGITAL: Decimal("0.15"),
    Component.COMPLAINTS: Decimal("0.10"),
    Component.KEY_WORK: Decimal("0.05"),
}


@dataclass(frozen=True, slots=True)
class SampledPoint:
    """One point of a monthly check: its area type and the points deducted there."""

    area: str
    deducted: Decimal


def monthly_check(points: Iterable[SampledPoint], rules: ScoringRules = DEFAULT_RULES) -> Decimal | None:
    """Monthly check (step 10): mean per area type, weighted by area coefficient; None without points.

    A point never falls below 0. That every unit of a group gets the same number of points per area
    type is the round's plan to ensure, not this sum.
    """
    by_area: dict[str, list[Decimal]] = {}
    for point in points:
        by_area.setdefault(point.area, []).append(max(ZERO, FULL_SCORE - point.deducted))
    weights = {area: rules.area_coefficients[area] for area in by_area}
    total = sum(weights.values(), ZERO)
    if not total:
        return None
    return sum((weights[area] * sum(s, ZERO) / len(s) for area, s in by_area.items()), ZERO) / total


@dataclass(frozen=True, slots=True)
class DigitalCases:
    """Counts of the 数字城管 cases of a unit in a month.

    `due` are those that had to be closed in the month (应结案), without deferred and voided ones;
    `closed` of these; `in_time` passed the check in time; `reworked` of the closed were sent back.
    """

    due: int
    closed: int
    in_time: int
    reworked: int

    def __post_init__(self) -> None:
        if not 0 <= self.in_time <= self.closed <= self.due or not 0 <= self.reworked <= self.closed:
            raise ValueError("数字城管数据有误：应结案、结案、按期结案应依次不增，返工数不得多于结案数。请核对后重填。")


def digital_score(cases: DigitalCases) -> Decimal | None:
    """30 × closing rate + 50 × in-time rate + 20 × (1 − rework rate) (step 12); None if none was due.

    Closing and in-time rate are of the cases due, the rework rate of those closed.
    """
    if not cases.due:
        return None
    due = Decimal(cases.due)
    not_reworked = 1 - Decimal(cases.reworked) / cases.closed if cases.closed else ZERO
    return 30 * (cases.closed / due) + 50 * (cases.in_time / due) + 20 * not_reworked


@dataclass(frozen=True, slots=True)
class CompositeScore:
    """Monthly composite; `missing` components had no data, and the bulletin has to say so."""

    score: Decimal
    before_bonus: Decimal
    weights: Mapping[str, Decimal]
    missing: tuple[str, ...]


def composite_score(
    components: Mapping[str, Decimal | None],
    bonus: Decimal = ZERO,
    weights: Mapping[str, Decimal] = COMPONENT_WEIGHTS,
) -> CompositeScore | None:
    """Weighted mean of the components with data, others re-weighted, plus bonus (step 11).

    Bonus at most 3, total at most 100. None when no component has data.
    """
    known = {name: (score, weights[name]) for name in weights if (score := components.get(name)) is not None}
    total = sum((weight for _, weight in known.values()), ZERO)
    if not total:
        return None
    before = sum((score * weight for score, weight in known.values()), ZERO) / total
    return CompositeScore(
        score=min(FULL_SCORE, before + min(BONUS_CAP, bonus)),
        before_bonus=before,
        weights={name: weight / total for name, (_, weight) in known.items()},
        missing=tuple(name for name in weights if name not in known),
    )


def mean_of_months(scores: Sequence[Decimal | None]) -> Decimal | None:
    """Quarter or half-year (step 13): mean of the months that have a score; None if none has.

    A quarterly open check (明查) is passed in as one month more.
    """
    known = [score for score in scores if score is not None]
    return sum(known, ZERO) / len(known) if known else None


def year_score(mean: Decimal, innovation: Decimal) -> Decimal:
    """Year (step 13): 95 % of the mean of its quarters and 5 % innovation, both out of 100."""
    return YEAR_WEIGHT * mean + INNOVATION_WEIGHT * innovation
