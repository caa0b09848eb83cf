"""Points and scores of the sanitation assessment: pure functions over frozen dataclasses.

Source: 考评办法, scoring steps 1, 2, 4-9 and 14 (step 3 is `recurrence.py`, steps 10-13 `composite.py`). All
numbers are exact Decimals in points (分); nothing is rounded inside, `shown` rounds for display.

Values reach these functions as facts copied from the standard version in force when the problem
was found, so a standard that changes in mid-year never re-scores an old finding.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from inspections.enums import SOURCE_MULTIPLIER, AreaType, Source

ZERO = Decimal(0)
FULL_SCORE = Decimal(100)
SHOWN_PLACES = Decimal("0.01")

# Step 2. The bureau may set all of them to 1 in the settings.
AREA_COEFFICIENTS: Mapping[str, Decimal] = {
    AreaType.MAIN_ROAD: Decimal("1.2"),
    AreaType.SCENIC_AREA: Decimal("1.2"),
    AreaType.WATERS: Decimal("1.1"),
    AreaType.ALLEY: Decimal("1.0"),
    AreaType.COMMUNITY: Decimal("1.0"),
    AreaType.RAILWAY_SIDE: Decimal("1.0"),
    AreaType.URBAN_VILLAGE: Decimal("0.9"),
    AreaType.URBAN_FRINGE: Decimal("0.9"),
    AreaType.DITCH_AND_POND: Decimal("0.9"),
}


@dataclass(frozen=True, slots=True)
class ScoringRules:
    """The numbers of the scoring rules, which the bureau may change; `source` says where they stand.

    Raises ValueError (Chinese text) when an area or source has no number or a number is negative.
    """

    area_coefficients: Mapping[str, Decimal] = field(default_factory=lambda: dict(AREA_COEFFICIENTS), hash=False)
    source_multipliers: Mapping[str, Decimal] = field(default_factory=lambda: dict(SOURCE_MULTIPLIER), hash=False)
    # First finding, first recurrence, second and later.
    recurrence_multipliers: tuple[Decimal, ...] = (Decimal(1), Decimal(2), Decimal(3))
    recurrence_days: int = 30
    late_per_further_day: Decimal = Decimal("0.5")  # of the base, from the second day on
    late_ceiling: Decimal = Decimal(2)  # times the base
    send_back_points: Decimal = Decimal("0.2")
    false_report_points: Decimal = Decimal("1.0")
    rectification_cap: Decimal = Decimal(10)  # a month
    source: str = "市容环境卫生考评办法（建议值，待区城管局确认）"

    def __post_init__(self) -> None:
        if missing := [str(a.label) for a in AreaType if a not in self.area_coefficients]:
            raise ValueError(f"区域系数不全：缺少{'、'.join(missing)}。请在设置中补齐。")
        if missing := [str(s.label) for s in Source if s not in self.source_multipliers]:
            raise ValueError(f"来源倍数不全：缺少{'、'.join(missing)}。请在设置中补齐。")
        if not self.recurrence_multipliers or self.recurrence_days < 0:
            raise ValueError("反复倍数不能为空，反复认定天数不能为负。请在设置中更正。")
        numbers = (
            *self.area_coefficients.values(),
            *self.source_multipliers.values(),
            *self.recurrence_multipliers,
            self.late_per_further_day,
            self.late_ceiling,
            self.send_back_points,
            self.false_report_points,
            self.rectification_cap,
        )
        if any(number < 0 for number in numbers):
            raise ValueError("计分参数不能为负数。请在设置中更正。")

    def recurrence_multiplier(self, recurrence: int) -> Decimal:
        """`m_rec` of the n-th recurrence (0 = first finding); the last value holds for all later ones."""
        return self.recurrence_multipliers[min(recurrence, len(self.recurrence_multipliers) - 1)]


DEFAULT_RULES = ScoringRules()


# ---- Steps 1, 2, 4, 5, 6: what one finding costs -------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What the points of one finding depend on; `deduct` values are points per `count` unit.

    `count` (数量) is how many of the item's units were found at the place: 3 stalls = 3 × the value.
    `recurrence` is 0 for a first finding (see `recurrence.recurrence_number`).
    """

    deduct: Decimal
    severe_deduct: Decimal
    area: str
    severe: bool = False
    count: int = 1
    recurrence: int = 0
    source: str = Source.OWN_PATROL

    def __post_init__(self) -> None:
        if self.deduct < 0 or self.severe_deduct < 0:
            raise ValueError("扣分标准不能为负数。")
        if self.count < 1:
            raise ValueError("数量至少为1。")
        if self.recurrence < 0:
            raise ValueError("反复次数不能为负数。")


@dataclass(frozen=True, slots=True)
class PointsBreakdown:
    """Points of one finding before they are shared: `points` = `base` × `coefficient` × `multiplier`."""

    base: Decimal  # step 1, times the count
    coefficient: Decimal
    multiplier: Decimal
    points: Decimal

    def explain(self) -> str:
        """The sum as the officer reads it: "0.2 × 1.2 × 2 = 0.48"."""
        factors = " × ".join(plain(n) for n in (self.base, self.coefficient, self.multiplier))
        return f"{factors} = {plain(self.points)}"

    def explain_in_words(self) -> str:
        """The same with the name of each factor, for the finding's page."""
        return (
            f"基础扣分{plain(self.base)} × 区域系数{plain(self.coefficient)}"
            f" × 反复或来源倍数{plain(self.multiplier)} = {plain(self.points)}分"
        )


def points_of(facts: FindingFacts, rules: ScoringRules = DEFAULT_RULES) -> PointsBreakdown:
    """Points of one finding, steps 1, 2 and 4-6.

    The multiplier is the larger of recurrence and source, never their product: a recurrence named
    by the provincial media costs three times the base, not six. Raises ValueError for an area or
    source that the rules do not know.
    """
    if facts.area not in rules.area_coefficients:
        raise ValueError(f"区域类型“{facts.area}”没有区域系数，请选择考评标准中的九类区域之一。")
    if facts.source not in rules.source_multipliers:
        raise ValueError(f"问题来源“{facts.source}”没有倍数，请选择列表中的来源。")
    base = (facts.severe_deduct if facts.severe else facts.deduct) * facts.count
    coefficient = rules.area_coefficients[facts.area]
    multiplier = max(
        rules.recurrence_multiplier(facts.recurrence),
        rules.source_multipliers[facts.source],
    )
    return PointsBreakdown(base, coefficient, multiplier, base * coefficient * multiplier)


# ---- Step 8: the rectification account -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rectification:
    """How an order was obeyed: time past the limit, times sent back at the check, false reports."""

    late: timedelta = timedelta(0)
    send_backs: int = 0
    false_reports: int = 0

    @property
    def days_late(self) -> int:
        """Days past the limit, any begun day counting as one; 0 when in time."""
        return max(0, -(-self.late // timedelta(days=1)))


def rectification_points(base: Decimal, facts: Rectification, rules: ScoringRules = DEFAULT_RULES) -> Decimal:
    """Points for late, returned and false rectification of one finding, before sharing (step 8).

    `base` is that of step 1 (`PointsBreakdown.base`): area and recurrence do not enter here.
    """
    late = ZERO
    if facts.days_late:
        steps = 1 + rules.late_per_further_day * (facts.days_late - 1)
        late = base * min(rules.late_ceiling, steps)
    return late + rules.send_back_points * facts.send_backs + rules.false_report_points * facts.false_reports


# ---- Steps 7 and 9: the daily score of a unit ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item of the standard as scoring sees it: cap in points, its area types, share by role."""

    code: str
    cap: Decimal
    areas: frozenset[str]
    shares: Mapping[str, Decimal] = field(hash=False)


@dataclass(frozen=True, slots=True)
class UnitItem:
    """An item that applies to a unit; `limit` = cap × the unit's share, the most it can lose there."""

    code: str
    cap: Decimal
    share: Decimal

    @property
    def limit(self) -> Decimal:
        return self.cap * self.share


@dataclass(frozen=True, slots=True)
class UnitPart:
    """A unit's part of one finding: points and rectification points, both already × its share."""

    item: str
    points: Decimal
    rectification: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ItemDeduction:
    """What a unit loses at one item: `raw` sum of its parts, `limit`, and the smaller as `deducted`."""

    code: str
    raw: Decimal
    limit: Decimal
    deducted: Decimal


@dataclass(frozen=True, slots=True)
class DailyScore:
    """Daily score with all that it is made of. `score` is exact; print `shown(score)`.

    `outside` holds parts at items that neither apply to the unit nor were passed as `beyond`: their points are not
    deducted, and they are listed so that the office can put them right.
    """

    score: Decimal
    items: tuple[ItemDeduction, ...]
    deducted: Decimal
    denominator: Decimal
    rectification_raw: Decimal
    rectification: Decimal
    outside: tuple[UnitPart, ...]


def items_for(items: Iterable[ItemFacts], *, roles: Collection[str], areas: Collection[str]) -> tuple[UnitItem, ...]:
    """Items that apply to a unit with these roles and area types: shared area, share above 0."""
    own = frozenset(areas)
    applying = []
    for item in items:
        share = sum((item.shares.get(role, ZERO) for role in frozenset(roles)), ZERO)
        if share > 0 and item.cap > 0 and item.areas & own:
            applying.append(UnitItem(item.code, item.cap, share))
    return tuple(applying)


def daily_score(
    items: Iterable[UnitItem],
    parts: Iterable[UnitPart],
    rules: ScoringRules = DEFAULT_RULES,
    *,
    beyond: Iterable[UnitItem] = (),
) -> DailyScore | None:
    """Daily score of a unit in a month, steps 7-9; None when no item applies, so there is no score.

    `beyond`: items that do not apply to the unit, at which it was found responsible all the same. They cost up to their
    limit, but stand outside the denominator: there a finding could raise the score of a unit that lost much elsewhere.

    100 × (1 − deducted ÷ sum of limits) − rectification, between 0 and 100. The caps hold only
    what was found; the rectification account stands outside them, so a unit whose caps are used up
    still loses by ignoring orders.
    """
    limits = {item.code: item.limit for item in items}
    denominator = sum(limits.values(), ZERO)
    if not denominator:
        return None
    limits |= {item.code: item.limit for item in beyond if item.code not in limits}
    raw = dict.fromkeys(limits, ZERO)
    outside: list[UnitPart] = []
    rectification_raw = ZERO
    for part in parts:
        rectification_raw += part.rectification
        if part.item in raw:
            raw[part.item] += part.points
        else:
            outside.append(part)
    deductions = tuple(ItemDeduction(code, raw[code], limit, min(raw[code], limit)) for code, limit in limits.items())
    deducted = sum((item.deducted for item in deductions), ZERO)
    rectification = min(rules.rectification_cap, rectification_raw)
    score = FULL_SCORE * (1 - deducted / denominator) - rectification
    return DailyScore(
        score=max(ZERO, score),
        items=deductions,
        deducted=deducted,
        denominator=denominator,
        rectification_raw=rectification_raw,
        rectification=rectification,
        outside=tuple(outside),
    )


# ---- Step 14: display ----------------------------------------------------------------------------


def shown(score: Decimal) -> Decimal:
    """A score as printed and ranked: rounded half up to 0.01. For display only, never to go on with."""
    return score.quantize(SHOWN_PLACES, ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """A factor without trailing zeros or exponent: 1.20 → "1.2", 10 → "10"."""
    return format(number.normalize(), "f")
