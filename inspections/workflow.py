"""The one door to findings: registering (one or many), correcting, closing, voiding. Nothing else writes `state`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from inspections.enums import TRANSITIONS, FindingState, HourBasis, Source
from inspections.models import Finding, FindingShare, Item, StandardVersion, fingerprint, month_key
from inspections.recurrence import Earlier, Place, recurrence_number, same_place
from inspections.responsibility import District, Responsibility, UnitFacts, share_out
from inspections.scoring import FindingFacts, PointsBreakdown, points_of
from staff import workdays
from staff.jobs import Progress
from staff.models import Activity, ImportBatch, Unit, UnitKind, User, Verb, changed_fields, setting, take_numbers

CHUNK = 2_000
LONGEST_CHAIN = 12  # earlier findings at one place that can still matter; the multiplier stops rising at the third
CLOCK_DRIFT = timedelta(minutes=10)  # a phone's clock may run ahead of the server's
SERIES = "finding"
SERIES_DEFAULTS = {"name": "考评问题编号", "pattern": "考{year}-{number:05d}"}


class TransitionNotAllowed(Exception):
    """The step does not exist from the present state; the message says which state that is."""


class Refused(Exception):
    """The entry breaks a rule of the standard; `field` names what to correct."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class AlreadyOpen(Refused):
    """Found again before closing: the same finding, to which a photo is added; no second deduction (step 3)."""

    def __init__(self, finding: Finding) -> None:
        why = "且尚未销号" if finding.is_open else "，当天已销号"
        super().__init__(f"同一单位、同一地点的同一问题已登记（{finding.number}）{why}，不重复扣分。")
        self.finding = finding


class ChangedMeanwhile(Exception):
    """Somebody else saved first."""


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


def spot_of(latitude: Decimal | None, longitude: Decimal | None, words: str) -> Place:
    position = (latitude, longitude) if latitude is not None and longitude is not None else None
    return Place(position=position, text=words)


@dataclass
class Registrar:
    """Turns entries into findings with points and shares; holds the reference data so that thousands cost one load."""

    units: dict[int, UnitFacts] = field(default_factory=dict)
    shares: dict[int, dict[str, Decimal]] = field(default_factory=dict)
    recurrence_days: int = 30

    def __post_init__(self) -> None:
        facts = Unit.objects.values_list("pk", "kind", "squad_id")
        self.units = {pk: UnitFacts(pk, kind, squad) for pk, kind, squad in facts}
        self.recurrence_days = int(setting("assessment.recurrence_days"))
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
            )
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

    def earlier(self, entry: FindingEntry, *, without: int = 0) -> list[Earlier]:
        """Findings of the same unit, item and place that may still be open or were closed not long before."""
        window = timedelta(days=self.recurrence_days)
        rows = (
            Finding.objects.counted()
            .filter(lead_unit=self.responsibility(entry).lead, item__code=entry.item.code, found_at__lte=entry.found_at)
            .filter(found_at__gte=entry.found_at - 12 * window)
            .exclude(pk=without)
            .order_by("found_at")
            .values_list("pk", "found_at", "closed_at", "place", "latitude", "longitude")
        )
        return [
            Earlier(pk, found_at, closed_at)
            for pk, found_at, closed_at, place, latitude, longitude in rows
            if same_place(entry.spot, spot_of(latitude, longitude, place))
        ]


def check_entry(entry: FindingEntry) -> None:
    """The standard's own rules: the item must be in force on the day and apply to the area."""
    day = timezone.localtime(entry.found_at).date()
    version = StandardVersion.objects.in_force_on(day)
    if version is None:
        raise Refused(f"{day}没有施行中的考评标准。请先导入标准，或核对发现时间。", "found_at")
    if entry.item.category.version_id != version.pk:
        raise Refused(f"小项“{entry.item}”不在{day}施行的标准“{version.name}”里。请重新选择小项。", "item")
    if entry.area not in entry.item.areas:
        raise Refused(f"小项“{entry.item}”不适用于这个区域（适用：{entry.item.area_labels}）。", "area")
    if entry.found_at > timezone.now() + CLOCK_DRIFT:
        raise Refused("发现时间在现在之后。请核对年份、日期和时间。", "found_at")
    if entry.closed_at is not None:
        check_closing(entry.found_at, entry.closed_at)


def check_closing(found_at: datetime, closed_at: datetime) -> None:
    """A closing time may be entered long afterwards, never in advance."""
    if closed_at < found_at:
        raise Refused("销号时间不得早于发现时间。", "closed_at")
    if closed_at > timezone.now() + CLOCK_DRIFT:
        raise Refused("销号时间在现在之后。复查合格后再销号。", "closed_at")


@transaction.atomic
def register_finding(entry: FindingEntry, *, by: User | None) -> Finding:
    """Register one finding: checked, numbered, scored, shared out, logged.

    Raises Refused (AlreadyOpen, ResponsibilityError's text) with what to correct; nothing is written then.
    """
    check_entry(entry)
    registrar = Registrar()
    answer = recurrence_number(registrar.earlier(entry), entry.found_at)
    if answer.same_as is not None:
        raise AlreadyOpen(Finding.objects.get(pk=str(answer.same_as)))
    finding, responsibility = registrar.build(entry, answer.number)
    (finding.number,) = take_numbers(SERIES, year=finding.found_on.year, defaults=SERIES_DEFAULTS)
    finding.registered_by = by
    save_unless_known(finding)
    FindingShare.objects.bulk_create(shares_of(finding, responsibility))
    Activity.record(Verb.CREATE, finding, by=by, title="登记", changes={"扣分": [None, finding.points]})
    return finding


def save_unless_known(finding: Finding) -> None:
    """Save, or AlreadyOpen if the register holds the very same finding of that day (two people at once, or a slip)."""
    try:
        with transaction.atomic():
            finding.save()
    except IntegrityError as error:
        same = Finding.objects.counted().exclude(pk=finding.pk).filter(fingerprint=finding.fingerprint).first()
        if same is None:
            raise
        raise AlreadyOpen(same) from error


def shares_of(finding: Finding, responsibility: Responsibility) -> list[FindingShare]:
    parts = responsibility.parts(finding.points)
    return [
        FindingShare(finding=finding, unit_id=unit, share=share, points=parts[unit])
        for unit, share in responsibility.shares.items()
    ]


@transaction.atomic
def register_findings(
    entries: Sequence[FindingEntry],
    *,
    by: User | None,
    batch: ImportBatch | None = None,
    progress: Progress | None = None,
) -> int:
    """Register many checked entries exactly as one by one, in chunks, in the caller's transaction. Returns how many.

    A sheet may repeat an open problem on another day: recorded all the same (recording never refuses what happened), as
    a finding without recurrence. The whole batch is one line in the log, written by the pipeline.
    """
    registrar, histories = Registrar(), Histories()
    ordered = sorted(entries, key=lambda entry: entry.found_at)
    histories.load(ordered, registrar)
    done = 0
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        built = [registrar.build(entry, histories.recurrence(entry, registrar)) for entry in part]
        _number(built)
        for finding, _ in built:
            finding.registered_by, finding.batch = by, batch
        Finding.objects.bulk_create([finding for finding, _ in built])
        FindingShare.objects.bulk_create(
            (share for finding, answer in built for share in shares_of(finding, answer)), batch_size=CHUNK
        )
        done += len(part)
        if progress is not None:
            progress.step(done, len(ordered))
    return done


def _number(built: Iterable[tuple[Finding, Responsibility]]) -> None:
    """One block of numbers a year, in the order of the sheet's dates."""
    by_year: dict[int, list[Finding]] = {}
    for finding, _ in built:
        by_year.setdefault(finding.found_on.year, []).append(finding)
    for year, findings in by_year.items():
        numbers = take_numbers(SERIES, year=year, count=len(findings), defaults=SERIES_DEFAULTS)
        for finding, number in zip(findings, numbers, strict=True):
            finding.number = number


@dataclass
class Histories:
    """Earlier findings by unit, item and words of the place, for a whole sheet: one query instead of one a row."""

    known: dict[tuple[int, str, str], list[Earlier]] = field(default_factory=dict)

    def load(self, ordered: Sequence[FindingEntry], registrar: Registrar) -> None:
        if not ordered:
            return
        since = ordered[0].found_at - 12 * timedelta(days=registrar.recurrence_days)
        codes = {entry.item.code for entry in ordered}
        rows = (
            Finding.objects.counted()
            .filter(found_on__gte=timezone.localtime(since).date(), found_at__lte=ordered[-1].found_at)
            .filter(item__code__in=codes)
            .order_by("found_at")
            .values_list("pk", "lead_unit", "item__code", "place", "found_at", "closed_at")
        )
        for pk, unit, code, place, found_at, closed_at in rows.iterator(chunk_size=5_000):
            self.known.setdefault((unit, code, place), []).append(Earlier(pk, found_at, closed_at))

    def recurrence(self, entry: FindingEntry, registrar: Registrar) -> int:
        """The number for this entry, which from now on is an earlier finding itself."""
        key = (registrar.responsibility(entry).lead, entry.item.code, entry.place)
        earlier = self.known.setdefault(key, [])
        number = recurrence_number(earlier, entry.found_at).number if earlier else 0
        earlier.append(Earlier(id(entry), entry.found_at, entry.closed_at))
        del earlier[:-LONGEST_CHAIN]
        return number


LOGGED_FIELDS = (
    "item",
    "area",
    "place",
    "description",
    "severe",
    "count",
    "source",
    "found_at",
    "found_by",
    "due_at",
    "points",
)


def logged_values(finding: Finding) -> dict[str, Any]:
    fields = {field.name: field for field in Finding._meta.concrete_fields}
    return {str(fields[name].verbose_name): getattr(finding, name) for name in LOGGED_FIELDS}


def locked(finding: Finding) -> Finding:
    return Finding.objects.select_for_update(of=("self",)).select_related("item__category").get(pk=finding.pk)


@transaction.atomic
def edit_finding(finding: Finding, entry: FindingEntry, *, by: User, seen: int) -> Finding:
    """Correct an open finding; points and shares are worked out anew. `seen`: the version that was on the screen."""
    current = locked(finding)
    if current.state != FindingState.REGISTERED:
        raise TransitionNotAllowed(f"{current.number}{current.get_state_display()}，不能再修改。")
    if current.version != seen:
        raise ChangedMeanwhile("这条问题刚被别人修改过。您填的内容还在，请对照最新内容后再保存。")
    check_entry(entry)
    registrar = Registrar()
    number = recurrence_number(registrar.earlier(entry, without=current.pk), entry.found_at).number
    before = logged_values(current)
    built, responsibility = registrar.build(entry, number)
    for name in (f.name for f in Finding._meta.concrete_fields):
        if name not in {"id", "number", "state", "closed_at", "registered_by", "registered_at", "batch", "version"}:
            setattr(current, name, getattr(built, name))
    current.version += 1
    save_unless_known(current)
    current.shares.all().delete()
    FindingShare.objects.bulk_create(shares_of(current, responsibility))
    Activity.record(Verb.UPDATE, current, by=by, title="修改", changes=changed_fields(before, logged_values(current)))
    return current


def move(finding: Finding, edge: str) -> None:
    """Take one step of the table, or say why not."""
    step = TRANSITIONS[edge]
    if finding.state not in step.sources:
        raise TransitionNotAllowed(f"{finding.number}目前是“{finding.get_state_display()}”，不能{step.label}。")
    finding.state = step.target
    finding.version += 1


@transaction.atomic
def close_finding(finding: Finding, *, by: User, closed_at: datetime | None = None) -> Finding:
    """销号. The time may lie in the past: what happened earlier can be entered afterwards."""
    current = locked(finding)
    moment = closed_at or timezone.now()
    move(current, "close")
    check_closing(current.found_at, moment)
    current.closed_at = moment
    current.save(update_fields=["state", "closed_at", "version"])
    Activity.record(
        Verb.TRANSITION, current, by=by, title=TRANSITIONS["close"].label, changes={"销号时间": [None, moment]}
    )
    return current


@transaction.atomic
def void_finding(finding: Finding, *, by: User, reason: str) -> Finding:
    """作废: no longer counted or scored; the number is not used again."""
    current = locked(finding)
    move(current, "void")
    current.void_reason, current.voided_at = reason, timezone.now()
    current.save(update_fields=["state", "void_reason", "voided_at", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title=TRANSITIONS["void"].label, note=reason)
    return current
