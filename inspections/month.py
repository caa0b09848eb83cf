"""A month's scores of all units from stored rows (考评办法, scoring steps 7-12), in a fixed number of queries.

Nothing is written. Findings bring their own base, coefficient, multiplier and points, so neither a new standard nor
new rules re-score them; the rules of the month say how they are added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from config.periods import Period
from inspections import sheets, territory, visits
from inspections.composite import (
    AssessmentRules,
    Component,
    CompositeScore,
    SampledPoint,
    composite_score,
    exposure_factor,
    exposure_words,
    monthly_check,
)
from inspections.enums import FindingState, ReviewOutcome
from inspections.lateness import NOTHING, histories
from inspections.models import ComponentInput, Finding, FindingShare, InputKind, Item, StandardVersion
from inspections.responsibility import ROLE_OF_KIND
from inspections.rulebook import RuleBook
from inspections.scoring import (
    ZERO,
    DailyScore,
    ItemFacts,
    Rectification,
    UnitItem,
    UnitPart,
    daily_score,
    items_for,
    rectification_points,
    shown,
)
from staff.models import Unit

SHARE_COLUMNS = (
    "unit",
    "finding__month",
    "finding",
    "finding__item__code",
    "finding__item__cap",
    "share",
    "points",
    "finding__base",
    "finding__due_at",
    "finding__closed_at",
    "finding__send_backs",
    "finding__false_reports",
    "finding__held",
)


@dataclass(frozen=True, slots=True)
class PartLine:
    """A unit's part of one finding. `points` as stored (step 6), `rectification` × share (step 8), in points."""

    finding: int
    item: str
    cap: Decimal
    share: Decimal
    points: Decimal
    base: Decimal
    account: Rectification
    rectification: Decimal
    held: bool

    @property
    def is_late(self) -> bool:
        return self.account.days_late > 0


@dataclass(frozen=True)
class UnitMonth:
    """Everything that one unit's score of one month is made of."""

    unit: Unit
    month: str
    rules: AssessmentRules
    areas: frozenset[str]
    items: tuple[UnitItem, ...]
    lines: tuple[PartLine, ...]
    inputs: Mapping[str, ComponentInput]
    sampled: tuple[SampledPoint, ...]
    exposure: visits.Exposure

    @property
    def planned(self) -> int:
        return self.exposure.planned

    @property
    def visited(self) -> int:
        return self.exposure.real

    @property
    def was_inspected(self) -> bool:
        """A unit that nobody visited and in which nothing was found has no daily score, which is neither 100 nor 0."""
        return bool(self.lines or self.visited)

    @cached_property
    def factor(self) -> Decimal:
        """Of ended rounds only: while one is open, the visits still to come would count as visits not made."""
        ended = self.exposure
        return exposure_factor(ended.ended_planned, ended.ended_real, self.rules.exposure_threshold)

    @property
    def exposure_note(self) -> str:
        """How visits bear on the score, "" where they do not."""
        return exposure_words(self.exposure.ended_planned, self.exposure.ended_real, self.factor)

    @property
    def has_open_rounds(self) -> bool:
        return self.exposure.planned > self.exposure.ended_planned

    @cached_property
    def beyond(self) -> tuple[UnitItem, ...]:
        """Items that do not apply to the unit by role or area, at which it answers for a finding all the same.

        Whoever a finding names loses points by it. At most the item's cap times the largest share it had in one finding.
        """
        own = {item.code for item in self.items}
        found: dict[str, UnitItem] = {}
        for line in self.lines:
            known = found.get(line.item)
            if line.item not in own and (known is None or known.limit < line.cap * line.share):
                found[line.item] = UnitItem(line.item, line.cap, line.share)
        return tuple(found.values())

    # Points are scaled before the caps are laid on: a unit never loses more at an item than its limit there.
    def _daily(self, lines: Iterable[PartLine]) -> DailyScore | None:
        parts = (UnitPart(line.item, line.points * self.factor, line.rectification) for line in lines)
        if not self.was_inspected:
            return None
        return daily_score(self.items, parts, self.rules.scoring, beyond=self.beyond)

    @cached_property
    def daily(self) -> DailyScore | None:
        """With all points that stand, those under appeal too: a finding stays until the appeal is upheld."""
        return self._daily(self.lines)

    @cached_property
    def confirmed_daily(self) -> DailyScore | None:
        """Without the points that are held."""
        return self._daily(line for line in self.lines if not line.held)

    @cached_property
    def monthly(self) -> Decimal | None:
        return monthly_check(self.sampled, self.rules.scoring)

    def input_score(self, kind: str) -> Decimal | None:
        stored = self.inputs.get(kind)
        return stored.value if stored is not None else None

    @property
    def bonus(self) -> Decimal:
        return self.input_score(InputKind.BONUS) or ZERO

    def components_with(self, daily: DailyScore | None) -> dict[str, Decimal | None]:
        return {
            Component.DAILY: None if daily is None else daily.score,
            Component.MONTHLY: self.monthly,
            Component.DIGITAL: self.input_score(InputKind.DIGITAL),
            Component.COMPLAINTS: self.input_score(InputKind.COMPLAINTS),
            Component.KEY_WORK: self.input_score(InputKind.KEY_WORK),
        }

    @cached_property
    def components(self) -> dict[str, Decimal | None]:
        return self.components_with(self.daily)

    def _composite(self, components: Mapping[str, Decimal | None]) -> CompositeScore | None:
        rules = self.rules
        return composite_score(
            components, self.bonus, rules.weights, bonus_cap=rules.bonus_cap, each_part=rules.each_part
        )

    @cached_property
    def composite(self) -> CompositeScore | None:
        """The score that is ranked and printed: the worst case while appeals run."""
        return self._composite(self.components)

    @cached_property
    def confirmed(self) -> CompositeScore | None:
        """The score if every running appeal were upheld."""
        return self._composite(self.components_with(self.confirmed_daily))

    @property
    def exact(self) -> Decimal | None:
        return None if self.composite is None else self.composite.score

    @property
    def score(self) -> Decimal | None:
        """As printed."""
        return None if self.exact is None else shown(self.exact)

    @property
    def confirmed_score(self) -> Decimal | None:
        return None if self.confirmed is None else shown(self.confirmed.score)

    @property
    def held_lines(self) -> tuple[PartLine, ...]:
        return tuple(line for line in self.lines if line.held)

    @property
    def held(self) -> Decimal:
        """Points under appeal, the account's included."""
        return sum((line.points * self.factor + line.rectification for line in self.held_lines), ZERO)

    def weighted(self, component: str) -> Decimal | None:
        """What a component brings into the composite, rounded where the rules round each part."""
        score = self.components[component]
        weight = self.composite.weights.get(component) if self.composite else None
        if score is None or weight is None:
            return None
        return shown(shown(score) * weight) if self.rules.each_part else score * weight

    @property
    def late(self) -> int:
        return sum(line.is_late for line in self.lines)

    @property
    def deducted(self) -> Decimal:
        """What the daily score lost in points of the standard, the rectification account apart."""
        return self.daily.deducted if self.daily else ZERO


@dataclass(frozen=True)
class _Standard:
    """The items of one version of the standard, as scoring sees them."""

    items: tuple[ItemFacts, ...]


class MonthReader:
    """Reads everything that the scores of some months need; then `of` makes them without a further query."""

    def __init__(
        self, months: Sequence[str], *, as_of: datetime | None = None, units: Iterable[int] | None = None
    ) -> None:
        self.months = list(months)
        self.as_of = as_of or timezone.now()
        self.only = None if units is None else set(units)
        self.book = RuleBook()
        self.versions = list(StandardVersion.objects.order_by("-valid_from"))
        self.units = list(Unit.objects.assessed().order_by("order", "pk"))
        if self.only is not None:
            self.units = [unit for unit in self.units if unit.pk in self.only]
        self.histories = histories(Finding.objects.counted().filter(month__in=self.months))
        self.lines = self._read_lines()
        self.inputs = self._read_inputs()
        self.standards = self._read_standards()
        self.exposure = visits.exposure(self.months)
        self.sampled = sheets.sampled_points(self.months)
        self.areas = territory.areas_by_unit(self.months)

    def _read_lines(self) -> dict[tuple[str, int], list[PartLine]]:
        rows = FindingShare.objects.filter(finding__month__in=self.months).exclude(finding__state=FindingState.VOIDED)
        if self.only is not None:
            rows = rows.filter(unit__in=self.only)
        found: dict[tuple[str, int], list[PartLine]] = {}
        for row in rows.order_by("finding__found_at", "finding").values(*SHARE_COLUMNS).iterator():
            found.setdefault((row["finding__month"], row["unit"]), []).append(self._line(row))
        return found

    def _line(self, row: Mapping[str, Any]) -> PartLine:
        """The account as it stood at the moment of the reckoning: reviews and 挂账 that came later are left out."""
        history = self.histories.get(row["finding"], NOTHING)
        account = Rectification(
            history.late(row["finding__due_at"], row["finding__closed_at"], self.as_of),
            max(0, row["finding__send_backs"] - history.failed_after(ReviewOutcome.RETURNED, self.as_of)),
            max(0, row["finding__false_reports"] - history.failed_after(ReviewOutcome.FALSE, self.as_of)),
        )
        rules = self.book.of_month(row["finding__month"]).scoring
        whole = rectification_points(row["finding__base"], account, rules)
        return PartLine(
            finding=row["finding"],
            item=row["finding__item__code"],
            cap=row["finding__item__cap"],
            share=row["share"],
            points=row["points"],
            base=row["finding__base"],
            account=account,
            rectification=whole * row["share"],
            held=row["finding__held"],
        )

    def _read_inputs(self) -> dict[tuple[str, int], dict[str, ComponentInput]]:
        found: dict[tuple[str, int], dict[str, ComponentInput]] = {}
        for row in ComponentInput.objects.filter(month__in=self.months):
            found.setdefault((row.month, row.unit_id), {})[row.kind] = row
        return found

    def _read_standards(self) -> dict[int, _Standard]:
        used = {version.pk for month in self.months if (version := self.standard_of(month)) is not None}
        items: dict[int, list[ItemFacts]] = {pk: [] for pk in used}
        rows = Item.objects.filter(category__version__in=used).select_related("category").prefetch_related("shares")
        for item in rows.order_by("code"):
            shares = {share.role: share.share for share in item.shares.all()}
            items[item.category.version_id].append(ItemFacts(item.code, item.cap, frozenset(item.areas), shares))
        return {pk: _Standard(tuple(found)) for pk, found in items.items()}

    def standard_of(self, month: str) -> StandardVersion | None:
        """The version in force at the end of the month."""
        day = Period.parse(month).end
        return next(
            (v for v in self.versions if v.valid_from <= day and (v.valid_to is None or day <= v.valid_to)), None
        )

    def of(self, month: str) -> list[UnitMonth]:
        """Every assessed unit that existed at the end of the month, in the order of the units."""
        day, rules = Period.parse(month).end, self.book.of_month(month)
        exposure, sampled, known = self.exposure.get(month, {}), self.sampled.get(month, {}), self.areas.get(month, {})
        version = self.standard_of(month)
        standard = self.standards[version.pk] if version else _Standard(())
        found = []
        for unit in self.units:
            if unit.valid_from > day or (unit.valid_to is not None and unit.valid_to < day):
                continue
            areas = territory.areas_of(unit.pk, unit.kind, known)
            role = ROLE_OF_KIND.get(unit.kind)
            found.append(
                UnitMonth(
                    unit=unit,
                    month=month,
                    rules=rules,
                    areas=areas,
                    items=items_for(standard.items, roles={role} if role else (), areas=areas),
                    lines=tuple(self.lines.get((month, unit.pk), ())),
                    inputs=self.inputs.get((month, unit.pk), {}),
                    sampled=tuple(sampled.get(unit.pk, ())),
                    exposure=exposure.get(unit.pk, visits.Exposure()),
                )
            )
        return found


def month_scores(month: str, *, as_of: datetime | None = None) -> list[UnitMonth]:
    """All units of one month (YYYY-MM). `as_of`: the moment as of which accounts stand; now, if none is given."""
    return MonthReader([month], as_of=as_of).of(month)
