"""What an occupation or a dig costs, line by line. Pure; Decimal; half-up to 0.01 yuan per line.

Rates, multipliers, smallest area and steps come from a tariff (城市道路管理条例 37; 行政许可法 59: by the published
standard); nothing local is written here. Every line carries its own sum as text, to be shown and frozen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from permits.kinds import Measure, Multiplier, Progression, RateSubject, measure_of
from permits.protection import years_after

CENT = Decimal("0.01")
ONE = Decimal(1)


class NoRate(ValueError):
    """The tariff does not say what this costs; the message names what to enter where."""


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """A quantity without idle zeros: 10.320 → 10.32, 30.00 → 30."""
    text = f"{number.normalize():f}"
    return text if "." in text else f"{int(number)}"


def inclusive_days(start: date, end: date) -> int:
    """Days of an occupation, first and last counted. ValueError if the end comes first."""
    if end < start:
        raise ValueError("占用的结束日期早于开始日期。")
    return (end - start).days + 1


# --- The tariff, as far as it counts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """Yuan for one unit of `subject`, or for one ㎡ and day of an occupation; "" fits every case."""

    rate: Decimal
    measure: str
    subject: str = ""
    zone: str = ""
    nature: str = ""
    use: str = ""
    from_day: int = 1

    def fits(self, zone: str, nature: str, use: str) -> bool:
        return self.zone in ("", zone) and self.nature in ("", nature) and self.use in ("", use)

    @property
    def exactness(self) -> int:
        return bool(self.zone) + bool(self.nature) + bool(self.use)


@dataclass(frozen=True, slots=True)
class Factor:
    """A multiplier: for roads from `years_over` to less than `years_to` years old, or for a case."""

    case: str
    factor: Decimal
    years_over: int = 0
    years_to: int | None = None

    def holds(self, began: date, day: date) -> bool:
        """Whether so many years have passed on a day. The anniversary itself belongs to the lower years (民法典 201)."""
        if day < began or (self.years_over and day <= years_after(began, self.years_over)):
            return False
        return self.years_to is None or day <= years_after(began, self.years_to)


@dataclass(frozen=True, slots=True)
class Exemption:
    """A case that is not charged. Empty limits do not count; `needs_check` is what only a person can judge."""

    name: str
    basis: str
    max_days: int | None = None
    max_area: Decimal | None = None
    max_length: Decimal | None = None
    max_width: Decimal | None = None
    needs_check: str = ""

    def covers(self, *, days: int, area: Decimal, length: Decimal, width: Decimal) -> bool:
        limits = (
            (days, self.max_days),
            (area, self.max_area),
            (length, self.max_length),
            (width, self.max_width),
        )
        return all(limit is None or Decimal(value) <= Decimal(limit) for value, limit in limits)


@dataclass(frozen=True, slots=True)
class Terms:
    """A tariff as plain values."""

    name: str
    document: str
    rates: tuple[Rate, ...]
    factors: tuple[Factor, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    progression: str = Progression.NONE
    smallest_area: Decimal = Decimal(0)
    whole_slabs: bool = False


# --- What is charged --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DugPart:
    """One part of a dig: ㎡, m or pieces of a subject. `slab_area`: ㎡ of all slabs touched, where slabs count whole."""

    label: str
    subject: str
    quantity: Decimal
    slab_area: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OccupiedPart:
    label: str
    area: Decimal
    zone: str = ""
    nature: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a computation: what, the sum as it is written out, yuan."""

    label: str
    formula: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Computation:
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))


class HasAge(Protocol):
    @property
    def opened_on(self) -> date | None: ...
    @property
    def overhauled_on(self) -> date | None: ...


def factors_for(
    terms: Terms, road: HasAge, day: date, *, crossing: bool = False, unpermitted: bool = False
) -> tuple[Factor, ...]:
    """The multipliers of one dig. Of opening and overhaul the heavier counts; the others stand beside it."""
    ages = {Multiplier.NEW_ROAD: road.opened_on, Multiplier.OVERHAULED: road.overhauled_on}
    by_age = [each for each in terms.factors if (began := ages.get(Multiplier(each.case))) and each.holds(began, day)]
    cases = {Multiplier.CROSSING: crossing, Multiplier.UNPERMITTED: unpermitted}
    by_case = [each for each in terms.factors if cases.get(Multiplier(each.case))]
    return (*sorted(by_age, key=lambda each: each.factor)[-1:], *by_case)


# --- 挖掘修复费 -------------------------------------------------------------------------------------------------------


def restoration(parts: Iterable[DugPart], terms: Terms, factors: Sequence[Factor] = ()) -> Computation:
    """Σ quantity × rate; the multipliers apply to what is measured by area. NoRate where the tariff is silent."""
    notes = tuple(
        f"{Multiplier(each.case).label}：面积部分 ×{plain(each.factor)}（{terms.document}）" for each in factors
    )
    return Computation(tuple(_dug_line(part, terms, factors) for part in parts), notes)


def _dug_line(part: DugPart, terms: Terms, factors: Sequence[Factor]) -> Line:
    subject = RateSubject(part.subject)
    measure = measure_of(subject)
    rate = next((each.rate for each in terms.rates if each.subject == subject), None)
    if rate is None:
        raise NoRate(
            f"“{terms.name}”没有“{subject.label}”的单价，不能核定。"
            f"请核对面层；文件（{terms.document}）里有这一项的，请先在“收费标准”里补入。"
        )
    quantity, remark = _charged_quantity(part, terms)
    applied = factors if measure == Measure.AREA else ()
    product = quantity * rate
    formula = f"{plain(quantity)} {measure.label} × {rate_words(rate)} 元/{measure.label}"
    for each in applied:
        product *= each.factor
        formula += f" × {plain(each.factor)}"
    return Line(f"{part.label}（{subject.label}）", formula + remark, half_up(product))


def _charged_quantity(part: DugPart, terms: Terms) -> tuple[Decimal, str]:
    """What counts of a part, and why it is not what was measured."""
    if part.quantity <= 0:
        raise ValueError(f"{part.label}的数量应大于 0。")
    if terms.whole_slabs and part.subject == RateSubject.CONCRETE:
        if part.slab_area is None:
            raise NoRate(f"“{terms.name}”规定水泥路面按整板计：请填{part.label}所涉整块板的面积。")
        if part.slab_area > part.quantity:
            return part.slab_area, f"（挖 {plain(part.quantity)} ㎡，按整板计）"
    if measure_of(part.subject) == Measure.AREA:
        return at_least(part.quantity, terms)
    return part.quantity, ""


def at_least(area: Decimal, terms: Terms) -> tuple[Decimal, str]:
    if area < terms.smallest_area:
        return (
            terms.smallest_area,
            f"（{plain(area)} ㎡，不足 {plain(terms.smallest_area)} ㎡按 {plain(terms.smallest_area)} ㎡计）",
        )
    return area, ""


def rate_words(rate: Decimal) -> str:
    """1177.3800 → 1177.38, 1.5 → 1.50; more than two decimals stay."""
    return plain(rate) if rate != half_up(rate) else f"{half_up(rate)}"


# --- 占用费 -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on end at one rate; `first` counts from 1."""

    first: int
    days: int
    rate: Decimal


def stretches(part: OccupiedPart, days: int, terms: Terms) -> list[Stretch]:
    """How many days of an occupation are charged at which rate."""
    steps = _steps(part, terms)
    if terms.progression == Progression.STEPS:
        ends = [each.from_day - 1 for each in steps[1:]] + [days]
        spans = zip(steps, ends, strict=True)
        return [
            Stretch(step.from_day, min(end, days) - step.from_day + 1, step.rate)
            for step, end in spans
            if step.from_day <= days
        ]
    reached = [each for each in steps if each.from_day <= days]
    chosen = reached[-1] if terms.progression == Progression.WHOLE else steps[0]
    return [Stretch(1, days, chosen.rate)]


def _steps(part: OccupiedPart, terms: Terms) -> list[Rate]:
    """The rates for this occupation in order of their first day, the most exact of those that fit."""
    fitting = [
        each
        for each in terms.rates
        if each.measure == Measure.AREA_DAYS and each.fits(part.zone, part.nature, part.use)
    ]
    best: dict[int, Rate] = {}
    for each in sorted(fitting, key=lambda rate: rate.exactness):
        best[each.from_day] = each
    if 1 not in best:
        raise NoRate(
            f"“{terms.name}”没有适用于{part.label}的单价（地段、使用性质、占用类别都要相符），不能核定。"
            f"文件（{terms.document}）里有这一项的，请先在“收费标准”里补入。"
        )
    return [best[day] for day in sorted(best)]


def occupation(parts: Iterable[OccupiedPart], days: int, terms: Terms) -> Computation:
    """Σ chargeable area × rate × days, a line for each stretch of days at one rate. `days` inclusive."""
    if days < 1:
        raise ValueError("占用天数至少为 1 天。")
    lines = []
    for part in parts:
        if part.area <= 0:
            raise ValueError(f"{part.label}的面积应大于 0。")
        area, remark = at_least(part.area, terms)
        for each in stretches(part, days, terms):
            span = f"第 {each.first} 至 {each.first + each.days - 1} 天" if each.days != days else ""
            formula = f"{plain(area)} ㎡ × {rate_words(each.rate)} 元/㎡·天 × {each.days} 天{remark}"
            lines.append(Line(f"{part.label}{span}", formula, half_up(area * each.rate * each.days)))
    return Computation(tuple(lines))


# --- 退费 -------------------------------------------------------------------------------------------------------------


def refund(
    paid: Decimal, *, days: int, days_freed: int, area: Decimal, area_freed: Decimal, stands: Decimal | None = None
) -> Line:
    """城市道路管理条例 38: part of the occupation fee back when a public need shrinks, shortens or stops it.

    `area_freed` is given up for the last `days_freed` of `days`; shortening or stopping frees the whole area.
    `stands`: what of the payment is for `area` and `days`, where earlier cuts have given up the rest.
    """
    if not 0 <= days_freed <= days or days < 1:
        raise ValueError(f"减少的天数应在 0 和 {days} 之间。")
    if not 0 <= area_freed <= area or area <= 0:
        raise ValueError(f"减少的面积应在 0 和 {plain(area)} ㎡ 之间。")
    if paid < 0:
        raise ValueError("已缴金额不能为负。")
    held = paid if stands is None else min(stands, paid)
    words = f"已缴 {half_up(paid)} 元" + (f"，属于现有占用的 {half_up(held)} 元" if held != paid else "")
    formula = f"{words} × （{plain(area_freed)} ㎡ × {days_freed} 天）÷（{plain(area)} ㎡ × {days} 天）"
    return Line("退还占用费", formula, min(half_up(held * area_freed * days_freed / (area * days)), paid))
