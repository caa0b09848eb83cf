"""What an entry becomes: points, shares, deadline and recurrence, worked out from reference data loaded once.

Nothing here writes; `workflow` stores what is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from inspections.enums import FindingState, HourBasis, Source
from inspections.models import Finding, FindingShare, Item, fingerprint, month_key
from inspections.recurrence import Earlier, Place, Recurrence, bare_words, recurrence_number, same_place
from inspections.responsibility import District, Responsibility, UnitFacts, share_out
from inspections.scoring import DEFAULT_RULES, FindingFacts, PointsBreakdown, ScoringRules, points_of
from staff import workdays
from staff.models import Unit, UnitKind, setting

LONGEST_CHAIN = 12  # earlier findings at one place that can still matter; the multiplier stops rising at the third


@dataclass(slots=True)
class FindingEntry:
    """What is said of a finding when it is entered, by form, sheet or phone. `units`: ids of the units named."""

    item: Item
    area: str
    units: tuple[int, ...]
    place: str
    found_at: datetime
    description: str = ""
    severe: bool = False
    count: int = 1
    source: str = Source.OWN_PATROL
    found_by: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def spot(self) -> Place:
        return spot_of(self.latitude, self.longitude, self.place)


def entry_of(finding: Finding) -> FindingEntry:
    """A stored finding as it would be entered again; `units` begin with the lead unit."""
    others = [share.unit_id for share in finding.shares.all() if share.unit_id != finding.lead_unit_id]
    return FindingEntry(
        item=finding.item,
        area=finding.area,
        units=(finding.lead_unit_id, *others),
        place=finding.place,
        found_at=finding.found_at,
        description=finding.description,
        severe=finding.severe,
        count=finding.count,
        source=finding.source,
        found_by=finding.found_by,
        latitude=finding.latitude,
        longitude=finding.longitude,
        due_at=finding.due_at,
        closed_at=finding.closed_at,
    )


def spot_of(latitude: Decimal | None, longitude: Decimal | None, words: str) -> Place:
    position = (latitude, longitude) if latitude is not None and longitude is not None else None
    return Place(position=position, text=words)


@dataclass
class Registrar:
    """Turns entries into findings with points and shares; holds the reference data so that thousands cost one load."""

    units: dict[int, UnitFacts] = field(default_factory=dict)
    shares: dict[int, dict[str, Decimal]] = field(default_factory=dict)
    rules: ScoringRules = DEFAULT_RULES

    def __post_init__(self) -> None:
        facts = Unit.objects.values_list("pk", "kind", "squad_id")
        self.units = {pk: UnitFacts(pk, kind, squad) for pk, kind, squad in facts}
        self.rules = replace(DEFAULT_RULES, recurrence_days=int(setting("assessment.recurrence_days")))
        one = {unit.kind: unit for unit in self.units.values()}
        self.district = District(one.get(UnitKind.SCENIC_CENTRE), one.get(UnitKind.AGRICULTURE))
        self._known: dict[tuple[Any, ...], Responsibility] = {}
        self._calendar: workdays.WorkCalendar | None = None

    def responsibility(self, entry: FindingEntry) -> Responsibility:
        """Who answers, by unit; ResponsibilityError (Chinese) if nobody can."""
        key = (entry.item.pk, entry.area, entry.units)
        if key not in self._known:
            if entry.item.pk not in self.shares:
                self.shares[entry.item.pk] = {share.role: share.share for share in entry.item.shares.all()}
            named = [self.units[unit] for unit in entry.units]
            self._known[key] = share_out(self.shares[entry.item.pk], entry.area, named, self.district)
        return self._known[key]

    def points(self, entry: FindingEntry, recurrence: int) -> PointsBreakdown:
        item = entry.item
        return points_of(
            FindingFacts(
                deduct=item.deduct,
                severe_deduct=item.severe_deduct,
                area=entry.area,
                severe=entry.severe,
                count=entry.count,
                recurrence=recurrence,
                source=entry.source,
            ),
            self.rules,
        )

    def deadline(self, item: Item, found_at: datetime) -> datetime | None:
        """When it must be put right. A calendar that does not reach that far leaves it open rather than refuse."""
        if item.hour_basis == HourBasis.NATURAL:
            return found_at + timedelta(hours=item.rectify_hours)
        try:
            self._calendar = self._calendar or workdays.load()
            return workdays.add_working_hours(found_at, item.rectify_hours, self._calendar).moment
        except workdays.CalendarYearMissing:
            return None

    def build(self, entry: FindingEntry, recurrence: int) -> tuple[Finding, Responsibility]:
        """An unsaved finding (without its number) and who answers for it."""
        answer = self.responsibility(entry)
        worth = self.points(entry, recurrence)
        found_on = timezone.localtime(entry.found_at).date()
        finding = Finding(
            item=entry.item,
            area=entry.area,
            lead_unit_id=answer.lead,
            place=entry.place,
            latitude=entry.latitude,
            longitude=entry.longitude,
            description=entry.description,
            severe=entry.severe,
            count=entry.count,
            source=entry.source,
            found_at=entry.found_at,
            found_on=found_on,
            month=month_key(found_on),
            found_by=entry.found_by,
            due_at=entry.due_at or self.deadline(entry.item, entry.found_at),
            closed_at=entry.closed_at,
            recurrence=recurrence,
            base=worth.base,
            coefficient=worth.coefficient,
            multiplier=worth.multiplier,
            points=worth.points,
            state=FindingState.CLOSED if entry.closed_at else FindingState.REGISTERED,
            fingerprint=fingerprint(
                found_on=found_on,
                lead_unit_id=answer.lead,
                item_id=entry.item.pk,
                area=entry.area,
                place=entry.place,
                description=entry.description,
            ),
        )
        return finding, answer

    def recurrence(self, entry: FindingEntry, *, without: int = 0) -> Recurrence:
        """Whether it was found there before: a recurrence, or still the same finding. `without`: the row corrected."""
        return recurrence_number(self.earlier(entry, without=without), entry.found_at, self.rules)

    def earlier(self, entry: FindingEntry, *, without: int = 0) -> list[Earlier]:
        """Findings of the same unit, item and place that may still be open or were closed not long before."""
        rows = self.there(entry).filter(found_at__lte=entry.found_at, found_at__gte=entry.found_at - self.reach)
        return [
            Earlier(row.pk, row.found_at, row.closed_at)
            for row in rows.exclude(pk=without).only("found_at", "closed_at", "place", "latitude", "longitude")
            if same_place(entry.spot, spot_of(row.latitude, row.longitude, row.place))
        ]

    def later(self, entry: FindingEntry, *, without: int) -> list[Finding]:
        """Findings of the same unit, item and place whose recurrence may hang on this one, the earliest first."""
        rows = self.there(entry).filter(found_at__gte=entry.found_at, found_at__lte=entry.found_at + self.reach)
        rows = rows.exclude(pk=without).select_related("item").prefetch_related("shares")
        return [row for row in rows if same_place(entry.spot, spot_of(row.latitude, row.longitude, row.place))]

    @property
    def reach(self) -> timedelta:
        """How far a chain of recurrences may reach."""
        return LONGEST_CHAIN * timedelta(days=self.rules.recurrence_days)

    def there(self, entry: FindingEntry) -> QuerySet[Finding]:
        lead = self.responsibility(entry).lead
        return Finding.objects.counted().filter(lead_unit=lead, item__code=entry.item.code).order_by("found_at", "pk")


def shares_of(finding: Finding, responsibility: Responsibility) -> list[FindingShare]:
    parts = responsibility.parts(finding.points)
    return [
        FindingShare(finding=finding, unit_id=unit, share=share, points=parts[unit])
        for unit, share in responsibility.shares.items()
    ]


@dataclass
class Histories:
    """Earlier findings by unit, item and words of the place, for a whole sheet: one query instead of one a row."""

    known: dict[tuple[int, str, str], list[Earlier]] = field(default_factory=dict)

    def load(self, ordered: Sequence[FindingEntry], registrar: Registrar) -> None:
        if not ordered:
            return
        since = ordered[0].found_at - registrar.reach
        codes = {entry.item.code for entry in ordered}
        rows = (
            Finding.objects.counted()
            .filter(found_on__gte=timezone.localtime(since).date(), found_at__lte=ordered[-1].found_at)
            .filter(item__code__in=codes)
            .order_by("found_at")
            .values_list("pk", "lead_unit", "item__code", "place", "found_at", "closed_at")
        )
        for pk, unit, code, place, found_at, closed_at in rows.iterator(chunk_size=5_000):
            self.known.setdefault((unit, code, bare_words(place)), []).append(Earlier(pk, found_at, closed_at))

    def recurrence(self, entry: FindingEntry, registrar: Registrar) -> int:
        """The number for this entry, which from now on is an earlier finding itself."""
        key = (registrar.responsibility(entry).lead, entry.item.code, bare_words(entry.place))
        earlier = self.known.setdefault(key, [])
        answer = recurrence_number(earlier, entry.found_at, registrar.rules)
        number = 0 if answer.same_as is not None else answer.number
        earlier.append(Earlier(id(entry), entry.found_at, entry.closed_at))
        del earlier[:-LONGEST_CHAIN]
        return number
