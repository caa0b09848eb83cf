"""The one door to findings: registering (one or many), correcting, closing, voiding. Nothing else writes `state`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from inspections.enums import TRANSITIONS, FindingState
from inspections.models import Finding, FindingShare, StandardVersion
from inspections.registrar import FindingEntry, Histories, Registrar, entry_of, shares_of
from inspections.responsibility import Responsibility
from staff.jobs import Progress
from staff.models import Activity, ImportBatch, User, Verb, changed_fields, take_numbers

CHUNK = 2_000
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
    answer = registrar.recurrence(entry)
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
    number = registrar.recurrence(entry, without=current.pk).number
    before, stood = logged_values(current), entry_of(current)
    built, responsibility = registrar.build(entry, number)
    for name in (f.name for f in Finding._meta.concrete_fields):
        if name not in {"id", "number", "state", "closed_at", "registered_by", "registered_at", "batch", "version"}:
            setattr(current, name, getattr(built, name))
    current.version += 1
    save_unless_known(current)
    current.shares.all().delete()
    FindingShare.objects.bulk_create(shares_of(current, responsibility))
    Activity.record(Verb.UPDATE, current, by=by, title="修改", changes=changed_fields(before, logged_values(current)))
    for place in (stood, entry_of(current)):
        rescore_later(place, registrar, by=by, because=current)
    return current


def rescore_later(entry: FindingEntry, registrar: Registrar, *, by: User | None, because: Finding) -> None:
    """Work out anew the later findings at that place: a recurrence of what was voided or moved is none (申诉: 重新计分)."""
    for later in registrar.later(entry, without=because.pk):
        number = registrar.recurrence(entry_of(later), without=later.pk).number
        if number == later.recurrence:
            continue
        before = {"第几次反复": later.recurrence, "扣分": later.points}
        worth = registrar.points(entry_of(later), number)
        later.recurrence, later.multiplier, later.points = number, worth.multiplier, worth.points
        later.version += 1
        later.save(update_fields=["recurrence", "multiplier", "points", "version"])
        shares = list(later.shares.all())
        parts = Responsibility({s.unit_id: s.share for s in shares}, later.lead_unit_id).parts(worth.points)
        for share in shares:
            share.points = parts[share.unit_id]
        FindingShare.objects.bulk_update(shares, ["points"])
        changes = changed_fields(before, {"第几次反复": number, "扣分": worth.points})
        Activity.record(Verb.UPDATE, later, by=by, title="重新计分", note=f"因{because.number}有变动", changes=changes)


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
    rescore_later(entry_of(current), Registrar(), by=by, because=current)
    return current
