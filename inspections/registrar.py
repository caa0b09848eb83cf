"""What an entry becomes: points, shares, deadline and recurrence, worked out from reference data loaded once.

Nothing here writes; `workflow` stores what is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from config.clock import local_day
from inspections.district import is_outside
from inspections.enums import FindingState, Handling, HourBasis, Role, Source
from inspections.models import Finding, FindingShare, Item, PlaceShare, fingerprint, month_key
from inspections.recurrence import Earlier, Place, Recurrence, bare_words, recurrence_number, same_place
from inspections.responsibility import District, Responsibility, UnitFacts, share_out
from inspections.rulebook import RuleBook
from inspections.scoring import FindingFacts, PointsBreakdown, ScoringRules, points_of
from staff import workdays
from staff.models import Unit, UnitKind

LONGEST_CHAIN = 12  # earlier findings at one place that can still matter; the multiplier stops rising at the third


@dataclass(slots=True)
class FindingEntry:
    """What is said of a finding when it is entered, by form, sheet or phone. `units`: ids of the units named.

    `known_place`: id of the Place, if it is one. `round_id`: the round; none is the open round of the month.
    `separate`: whoever enters it says that it is another case than the open one nearby.
    """

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
    known_place: int | None = None
    round_id: int | None = None
    handling: str = Handling.ORDER
    client_id: UUID | None = None
    separate: bool = False

    @property
    def found_on(self) -> date:
        return local_day(self.found_at)

    @property
    def spot(self) -> Place:
        return spot_of(self.latitude, self.longitude, self.place, self.known_place)


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
        known_place=finding.spot_id,
        round_id=finding.round_id,
        handling=finding.handling,
        client_id=finding.client_id,
    )


def spot_of(latitude: Decimal | None, longitude: Decimal | None, words: str, point: int | None = None) -> Place:
    position = (latitude, longitude) if latitude is not None and longitude is not None else None
    return Place(point_id=point, position=position, text=words)


EARLIER_FIELDS = ("state", "found_at", "closed_at", "place", "latitude", "longitude", "spot")


@dataclass
class Registrar:
    """Turns entries into findings with points and shares; holds the reference data so that thousands cost one load."""

    units: dict[int, UnitFacts] = field(default_factory=dict)
    shares: dict[int, dict[str, Decimal]] = field(default_factory=dict)
    book: RuleBook = field(default_factory=RuleBook)

    def __post_init__(self) -> None:
        facts = list(Unit.objects.values_list("pk", "kind", "squad_id", "valid_from", "valid_to"))
        self.units = {pk: UnitFacts(pk, kind, squad) for pk, kind, squad, _, _ in facts}
        self._spans = {pk: (since, until) for pk, _, _, since, until in facts}
        single = (UnitKind.SCENIC_CENTRE, UnitKind.AGRICULTURE)
        self._single = [self.units[pk] for pk, kind, *_ in facts if kind in single]
        self._districts: dict[date, District] = {}
        self._known: dict[tuple[Any, ...], Responsibility] = {}
        self._calendar: workdays.WorkCalendar | None = None
        self._place_shares: dict[int, list[PlaceShare]] | None = None

    def responsibility(self, entry: FindingEntry) -> Responsibility:
        """Who answers, by unit; ResponsibilityError (Chinese) if nobody can."""
        if entry.known_place is not None and (own := self.by_place(entry, entry.known_place)) is not None:
            return own
        day = entry.found_on
        district, named = self.district_on(day), [self.unit_on(unit, day) for unit in entry.units]
        key = (entry.item.pk, entry.area, tuple(named), district)
        if key not in self._known:
            if entry.item.pk not in self.shares:
                self.shares[entry.item.pk] = {share.role: share.share for share in entry.item.shares.all()}
            self._known[key] = share_out(self.shares[entry.item.pk], entry.area, named, district)
        return self._known[key]

    def district_on(self, day: date) -> District:
        """The units there is one of, as they were on the day: after a reorganisation the successor answers, not both."""
        if day not in self._districts:
            held = {unit.kind: self.unit_on(unit.id, day) for unit in self._single if self.is_in_use(unit.id, day)}
            self._districts[day] = District(held.get(UnitKind.SCENIC_CENTRE), held.get(UnitKind.AGRICULTURE))
        return self._districts[day]

    def is_in_use(self, unit: int, day: date) -> bool:
        since, until = self._spans[unit]
        return since <= day and (until is None or day <= until)

    def unit_on(self, unit: int, day: date) -> UnitFacts:
        """A unit as it was on the day: a squad that was not in use then serves nobody and takes no part."""
        facts = self.units[unit]
        served = facts.squad_id is None or self.is_in_use(facts.squad_id, day)
        return facts if served else replace(facts, squad_id=None)

    def by_place(self, entry: FindingEntry, place: int) -> Responsibility | None:
        """Who answers by the place's own shares; None if it keeps none, one of its units has ended, or others are named.

        One unit for all items only names the unit: the item's shares by role then decide, as on a sheet.
        """
        rows = self.place_shares(place, entry.found_on, entry.item.code)
        shares = {row.unit_id: row.share for row in rows}
        plain = len(rows) == 1 and not rows[0].item_code
        if plain or sum(shares.values()) != 1 or not set(entry.units) <= set(shares):
            return None
        if not all(self.is_in_use(unit, entry.found_on) for unit in shares):
            return None
        territorial = {unit: self.units[unit].role == Role.TERR for unit in shares}
        lead = max(shares, key=lambda unit: (shares[unit], territorial[unit], -unit))
        return Responsibility(shares, lead)

    def place_shares(self, place: int, day: date, item_code: str = "") -> list[PlaceShare]:
        """The shares that hold at a place on a day: the item's own, else those for all items."""
        if self._place_shares is None:
            self._place_shares = {}
            for row in PlaceShare.objects.order_by("-share", "pk"):
                self._place_shares.setdefault(row.place_id, []).append(row)
        rows = [row for row in self._place_shares.get(place, ()) if row.holds_on(day)]
        return [row for row in rows if row.item_code == item_code] or [row for row in rows if not row.item_code]

    def rules_at(self, found_at: datetime) -> ScoringRules:
        """The version in force on the day of finding: a later one never re-scores an old finding."""
        return self.book.on(local_day(found_at)).scoring

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
            self.rules_at(entry.found_at),
        )

    def deadline(self, item: Item, start: datetime) -> datetime | None:
        """When it must be put right: the item's hours from `start`, the delivery of the order.

        A calendar that does not reach that far leaves it open rather than refuse.
        """
        if item.hour_basis == HourBasis.NATURAL:
            return start + timedelta(hours=item.rectify_hours)
        try:
            self._calendar = self._calendar or workdays.load()
            return workdays.add_working_hours(start, item.rectify_hours, self._calendar).moment
        except workdays.CalendarYearMissing:
            return None

    def build(self, entry: FindingEntry, recurrence: int) -> tuple[Finding, Responsibility]:
        """An unsaved finding (without its number) and who answers for it.

        What is still open has no deadline of its own before an order is delivered, unless the sheet carries one. What
        was put right before it was entered (补录, 即查即改) had no order: its deadline counts from when it was found.
        """
        entry = replace(entry, closed_at=closed_when(entry))
        answer = self.responsibility(entry)
        worth = self.points(entry, recurrence)
        found_on = entry.found_on
        finding = Finding(
            item=entry.item,
            area=entry.area,
            lead_unit_id=answer.lead,
            place=entry.place,
            latitude=entry.latitude,
            longitude=entry.longitude,
            outside=is_outside(entry.latitude, entry.longitude),
            spot_id=entry.known_place,
            round_id=entry.round_id,
            client_id=entry.client_id,
            description=entry.description,
            severe=entry.severe,
            count=entry.count,
            source=entry.source,
            handling=entry.handling,
            found_at=entry.found_at,
            found_on=found_on,
            month=month_key(found_on),
            found_by=entry.found_by,
            due_at=entry.due_at or (self.deadline(entry.item, entry.found_at) if entry.closed_at else None),
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
        return recurrence_number(self.earlier(entry, without=without), entry.found_at, self.rules_at(entry.found_at))

    def earlier(self, entry: FindingEntry, *, without: int = 0) -> list[Earlier]:
        """Findings of the same unit, item and place that may still be open or were closed not long before."""
        rows = self.there(entry).filter(found_at__lte=entry.found_at, found_at__gte=entry.found_at - self.reach)
        found = []
        for row in rows.exclude(pk=without).only(*EARLIER_FIELDS):
            if not same_place(entry.spot, spot_of(row.latitude, row.longitude, row.place, row.spot_id)):
                continue
            over = over_at(row.state, row.found_at, row.closed_at)
            still_open = over is None or over > entry.found_at
            if not still_open or self.is_same_case(entry, row):
                found.append(Earlier(row.pk, row.found_at, over))
        return found

    def is_same_case(self, entry: FindingEntry, row: Finding) -> bool:
        """Whether an entry may go into an open finding there instead of being registered.

        30 m alone are not enough: two shops stand closer. Other words for the place, or a unit that does not answer
        for the finding, make it another case; so does whoever enters it by saying so.
        """
        if entry.separate:
            return False
        same_point = entry.known_place is not None and entry.known_place == row.spot_id
        words, stored = bare_words(entry.place), bare_words(row.place)
        if not same_point and words and stored and words != stored:
            return False
        answering = set(row.shares.values_list("unit", flat=True))
        return set(entry.units) <= answering or set(self.responsibility(entry).shares) == answering

    def later(self, entry: FindingEntry, *, without: int) -> list[Finding]:
        """Findings of the same unit, item and place whose recurrence may hang on this one, the earliest first."""
        rows = self.there(entry).filter(found_at__gte=entry.found_at, found_at__lte=entry.found_at + self.reach)
        rows = rows.exclude(pk=without).select_related("item").prefetch_related("shares")
        return [
            row for row in rows if same_place(entry.spot, spot_of(row.latitude, row.longitude, row.place, row.spot_id))
        ]

    @property
    def reach(self) -> timedelta:
        """How far a chain of recurrences may reach."""
        return LONGEST_CHAIN * timedelta(days=self.book.longest_recurrence)

    def there(self, entry: FindingEntry) -> QuerySet[Finding]:
        lead = self.responsibility(entry).lead
        return Finding.objects.counted().filter(lead_unit=lead, item__code=entry.item.code).order_by("found_at", "pk")


def closed_when(entry: FindingEntry) -> datetime | None:
    """When what is entered was put right: 即查即改 at the moment it was found, unless another time is given."""
    return entry.closed_at or (entry.found_at if entry.handling == Handling.SPOT else None)


def over_at(state: str, found_at: datetime, closed_at: datetime | None) -> datetime | None:
    """When a finding was over, for recurrence (step 3): what was only deducted is over at once and stays no open case."""
    return found_at if state == FindingState.DEDUCTED else closed_at


def shares_of(finding: Finding, responsibility: Responsibility) -> list[FindingShare]:
    parts = responsibility.parts(finding.points)
    return [
        FindingShare(finding=finding, unit_id=unit, share=share, points=parts[unit])
        for unit, share in responsibility.shares.items()
    ]


PlaceKey = tuple[int, str, str | int]  # unit, code of the item, and the words of the place or its known point


@dataclass
class Histories:
    """Findings of the register by unit, item and place, for a whole sheet: one query instead of one a row.

    A place is the known point, else its words, as in `same_place`; a sheet brings no position. `known`: those that an
    entry may follow, with their points, under the words and under the point. `stood`: when those were found that may
    follow an entry.
    """

    known: dict[PlaceKey, list[tuple[Earlier, int | None]]] = field(default_factory=dict)
    stood: dict[PlaceKey, list[datetime]] = field(default_factory=dict)

    def load(self, ordered: Sequence[FindingEntry], registrar: Registrar) -> None:
        if not ordered:
            return
        first, last = ordered[0].found_at, ordered[-1].found_at
        since, recurs = first - registrar.reach, timedelta(days=registrar.book.longest_recurrence + 1)
        ends = (over + recurs for entry in ordered if (over := closed_when(entry)) is not None)
        until = max(last, max(ends, default=last))
        codes = {entry.item.code for entry in ordered}
        rows = (
            Finding.objects.counted()
            .filter(found_on__gte=local_day(since), found_at__lte=until)
            .filter(item__code__in=codes)
            .order_by("found_at")
            .values_list("pk", "lead_unit", "item__code", "place", "spot", "state", "found_at", "closed_at")
        )
        for pk, unit, code, place, point, state, found_at, closed_at in rows.iterator(chunk_size=5_000):
            earlier = Earlier(pk, found_at, over_at(state, found_at, closed_at))
            for key in keys_of(unit, code, bare_words(place), point):
                if found_at <= last:
                    self.known.setdefault(key, []).append((earlier, point))
                if found_at >= first:
                    self.stood.setdefault(key, []).append(found_at)

    def keys(self, entry: FindingEntry, registrar: Registrar) -> list[PlaceKey]:
        """Under its words, and under its point if it has one."""
        lead = registrar.responsibility(entry).lead
        return keys_of(lead, entry.item.code, bare_words(entry.place), entry.known_place)

    def earlier(self, entry: FindingEntry, registrar: Registrar) -> list[Earlier]:
        """Of two known points only the same is the same place; with one or none of them known the words decide."""
        by_words, *by_point = (self.known.get(key, []) for key in self.keys(entry, registrar))
        alike = [each for each, point in by_words if entry.known_place is None or point is None]
        return alike + [each for rows in by_point for each, _ in rows]

    def has_followers(self, entry: FindingEntry, registrar: Registrar) -> bool:
        """Whether the register held already what was found there within the days of a recurrence after this was over."""
        over = closed_when(entry)
        if over is None or not self.stood:
            return False
        last = local_day(over) + timedelta(days=registrar.book.longest_recurrence)
        return any(
            found_at >= over and local_day(found_at) <= last
            for key in self.keys(entry, registrar)
            for found_at in self.stood.get(key, ())
        )

    def still_open(self, entry: FindingEntry, registrar: Registrar) -> bool:
        """Whether an earlier finding of the same problem was open when this one was found."""
        rules = registrar.rules_at(entry.found_at)
        answer = recurrence_number(self.earlier(entry, registrar), entry.found_at, rules)
        return answer.same_as is not None

    def recurrence(self, entry: FindingEntry, registrar: Registrar) -> int:
        """The number for this entry, which from now on is an earlier finding itself."""
        answer = recurrence_number(self.earlier(entry, registrar), entry.found_at, registrar.rules_at(entry.found_at))
        number = 0 if answer.same_as is not None else answer.number
        this = Earlier(id(entry), entry.found_at, closed_when(entry)), entry.known_place
        for key in self.keys(entry, registrar):
            rows = self.known.setdefault(key, [])
            rows.append(this)
            del rows[:-LONGEST_CHAIN]
        return number


def keys_of(unit: int, code: str, words: str, point: int | None) -> list[PlaceKey]:
    return [(unit, code, words)] if point is None else [(unit, code, words), (unit, code, point)]
