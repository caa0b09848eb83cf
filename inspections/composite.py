"""Composite, half-year and yearly scores (考评办法, scoring steps 10-13): pure functions, exact Decimals.

All scores are points out of 100. Nothing is rounded; `scoring.shown` rounds for display.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models

from inspections.enums import RoundingStage, TiePolicy
from inspections.scoring import DEFAULT_RULES, FULL_SCORE, ZERO, ScoringRules, plain, shown

BONUS_CAP = Decimal(3)
YEAR_WEIGHT = Decimal("0.95")
INNOVATION_WEIGHT = Decimal("0.05")
# Visits that differ by more than this are visits nobody entered rather than visits nobody made: beyond it the figure says
# nothing of how closely the unit was looked at, and must not decide its score.
LOWEST_FACTOR = Decimal("0.5")
HIGHEST_FACTOR = Decimal(2)


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
class AssessmentRules:
    """One version of all that the bureau may decide about scores; `scoring` holds what a finding costs.

    `exposure_threshold`: the part by which real visits may differ from the planned before deductions are scaled.
    """

    scoring: ScoringRules = DEFAULT_RULES
    weights: Mapping[str, Decimal] = field(default_factory=lambda: dict(COMPONENT_WEIGHTS), hash=False)
    bonus_cap: Decimal = BONUS_CAP
    year_weight: Decimal = YEAR_WEIGHT
    innovation_weight: Decimal = INNOVATION_WEIGHT
    rounding: str = RoundingStage.END
    ties: str = TiePolicy.SHARED
    exposure_threshold: Decimal = Decimal("0.20")

    def part(self, score: Decimal) -> Decimal:
        """A month's score as it goes on into a mean: rounded now, or exact to the end (step 14)."""
        return shown(score) if self.each_part else score

    @property
    def each_part(self) -> bool:
        return self.rounding == RoundingStage.EACH_PART


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
    *,
    bonus_cap: Decimal = BONUS_CAP,
    each_part: bool = False,
) -> CompositeScore | None:
    """Weighted mean of the components with data, others re-weighted, plus bonus (step 11).

    Bonus at most `bonus_cap`, total at most 100. None when no component has data. `each_part`: every component and
    every weighted part is rounded to 0.01 before they are added, as bulletins reckoned by hand do (step 14).
    """
    known = {name: (score, weights[name]) for name in weights if (score := components.get(name)) is not None}
    total = sum((weight for _, weight in known.values()), ZERO)
    if not total:
        return None
    if each_part:
        before = sum((shown(shown(score) * weight / total) for score, weight in known.values()), ZERO)
    else:
        before = sum((score * weight for score, weight in known.values()), ZERO) / total
    return CompositeScore(
        score=min(FULL_SCORE, before + min(bonus_cap, bonus)),
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


def year_score(mean: Decimal, innovation: Decimal, rules: AssessmentRules | None = None) -> Decimal:
    """Year (step 13): 95 % of the mean of its months and 5 % innovation, both out of 100."""
    rules = rules or AssessmentRules()
    return rules.year_weight * mean + rules.innovation_weight * innovation


def exposure_factor(planned: int, real: int, threshold: Decimal) -> Decimal:
    """What deductions are multiplied by where a unit was visited more or less often than planned.

    planned ÷ real when they differ by more than `threshold` of the plan, else 1; 1 without a plan or a visit. Between
    LOWEST_FACTOR and HIGHEST_FACTOR.
    """
    if not planned or not real or abs(Decimal(real - planned)) <= threshold * planned:
        return Decimal(1)
    return min(HIGHEST_FACTOR, max(LOWEST_FACTOR, Decimal(planned) / real))


def exposure_words(planned: int, real: int, factor: Decimal) -> str:
    """The factor as the reader of a score sees it, "" where nothing is scaled."""
    if factor == 1:
        return ""
    visits = f"已结束的轮次计划检查 {planned} 次、实际 {real} 次"
    exact = Decimal(planned) / real
    if exact > factor:
        return f"{visits}，检查次数相差过大，按 {plain(factor)} 封顶，请核对到访登记。问题扣分已乘以 {plain(factor)}。"
    if exact < factor:
        return (
            f"{visits}，检查次数相差过大，最低按 {plain(factor)} 计，请核对到访登记。问题扣分已乘以 {plain(factor)}。"
        )
    return f"{visits}，相差超过界限，问题扣分已乘以 {planned} ÷ {real}。"
