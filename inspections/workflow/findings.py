"""The door to the entry of a finding: registering (one or many), correcting, closing directly, voiding."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from inspections.enums import FindingState, Handling, ReviewOutcome
from inspections.lateness import History, history_of
from inspections.models import Finding, FindingShare, Review, StandardVersion
from inspections.registrar import FindingEntry, Histories, Registrar, entry_of, shares_of
from inspections.responsibility import Responsibility
from inspections.workflow.notice import people_of, tell_sharers
from inspections.workflow.points import rescore_followers, rescore_later
from inspections.workflow.rounds import RoundBook, mark_all_visited, mark_visited
from inspections.workflow.steps import (
    TransitionNotAllowed,
    check_past,
    last_step,
    locked,
    move,
    record_step,
)
from staff.jobs import Progress
from staff.models import Activity, ImportBatch, Unit, User, Verb, changed_fields, logged_values, notify, take_numbers
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_moment

CHUNK = 2_000
SERIES = "finding"
SERIES_DEFAULTS = {"name": "考评问题编号", "pattern": "考{year}-{number:05d}"}


class AlreadyOpen(Refused):
    """Found again before closing: the same finding, to which a photo is added; no second deduction (step 3)."""

    def __init__(self, finding: Finding) -> None:
        if finding.is_open:
            why, step = "且尚未销号", ""
        else:
            why, step = (
                "，当天已销号",
                "重复录入的不用再登记；确是销号后又出现的，在“存在问题”里写明再次出现的时间后登记。",
            )
        super().__init__(f"同一单位、同一地点的同一问题已登记（{finding.number}）{why}，不重复扣分。{step}")
        self.finding = finding


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
    check_moment(entry.found_at, "found_at", "发现时间")
    if entry.closed_at is not None:
        check_closing(entry.found_at, entry.closed_at)


def check_closing(found_at: datetime, closed_at: datetime) -> None:
    """A closing time may be entered long afterwards, never in advance."""
    check_past(closed_at, since=found_at, what="销号时间", field="closed_at")


@transaction.atomic
def register_finding(entry: FindingEntry, *, by: User | None) -> Finding:
    """Register one finding: checked, numbered, scored, shared out, logged.

    Raises Refused (AlreadyOpen, ResponsibilityError's text) with what to correct; nothing is written then.
    """
    check_entry(entry)
    round_id = RoundBook().round_for(entry.found_at, entry.round_id)
    registrar = Registrar()
    hold_unit(registrar.responsibility(entry).lead)
    answer = registrar.recurrence(entry)
    if answer.same_as is not None:
        raise AlreadyOpen(Finding.objects.get(pk=str(answer.same_as)))
    finding, responsibility = registrar.build(entry, answer.number)
    (finding.number,) = take_numbers(SERIES, year=finding.found_on.year, defaults=SERIES_DEFAULTS)
    finding.registered_by, finding.round_id = by, round_id
    if finding.handling == Handling.SPOT:
        finding.delivered_at = timezone.now()  # told to the unit at once: its time to appeal runs
    save_unless_known(finding)
    FindingShare.objects.bulk_create(shares_of(finding, responsibility))
    mark_visited(round_id, finding.spot_id, at=finding.found_at, who=finding.found_by)
    Activity.record(Verb.CREATE, finding, by=by, title="登记", changes={"扣分": [None, finding.points]})
    if finding.handling == Handling.SPOT:
        store_spot_review(finding, by=by)
    rescore_followers(finding, by=by)
    return finding


def hold_unit(unit: int) -> None:
    """Wait for whoever registers for this unit, so that two at once do not both find nothing open and deduct twice.

    Held until the transaction ends; `no_key` lets others refer to the unit meanwhile. SQLite writes one at a time anyway.
    """
    list(Unit.objects.select_for_update(no_key=True).filter(pk=unit).order_by().values_list("pk"))


def store_spot_review(finding: Finding, *, by: User | None) -> None:
    """即查即改: found and put right in front of the assessor, who has reviewed it by that."""
    Review.objects.create(
        finding=finding, outcome=ReviewOutcome.PASSED, reason="即查即改", reviewed_by=by, reviewed_at=finding.found_at
    )
    own = finding.shares.get(unit=finding.lead_unit_id).points  # what this unit pays, not the whole
    notify(
        people_of([finding.lead_unit_id]),
        f"{finding.number} {finding.item.name}（{finding.place}）即查即改，扣本单位 {own.normalize():f} 分。",
        url=finding.get_absolute_url(),
    )
    tell_sharers([finding])


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


@transaction.atomic(savepoint=False)  # a savepoint keeps every page that changes, in memory
def register_findings(
    entries: Sequence[FindingEntry],
    *,
    by: User | None,
    batch: ImportBatch | None = None,
    progress: Progress | None = None,
) -> int:
    """Register many checked entries exactly as one by one, in chunks, in the caller's transaction. Returns how many.

    A sheet may repeat an open problem on another day: recorded all the same (recording never refuses what happened), as
    a finding without recurrence. The whole batch is one line in the log, written by the pipeline; what stood already
    and turns out to repeat one of the batch is scored anew, with a line of its own.
    """
    registrar, histories, rounds = Registrar(), Histories(), RoundBook()
    before_others: dict[tuple[Hashable, str], tuple[FindingEntry, Finding]] = {}  # the first at each place and month
    ordered = sorted(entries, key=lambda entry: entry.found_at)
    histories.load(ordered, registrar)
    done = 0
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        built = [registrar.build(entry, histories.recurrence(entry, registrar)) for entry in part]
        _number(built)
        for entry, (finding, _) in zip(part, built, strict=True):
            finding.registered_by, finding.batch = by, batch
            finding.round_id = rounds.round_for(entry.found_at, entry.round_id)
            if histories.has_followers(entry, registrar):
                before_others.setdefault((histories.keys(entry, registrar)[-1], finding.month), (entry, finding))
        Finding.objects.bulk_create([finding for finding, _ in built])
        FindingShare.objects.bulk_create(
            (share for finding, answer in built for share in shares_of(finding, answer)), batch_size=CHUNK
        )
        mark_all_visited(finding for finding, _ in built)
        done += len(part)
        if progress is not None:
            progress.step(done, len(ordered))
    for entry, finding in before_others.values():
        rescore_later(entry, registrar, by=by, because=finding)
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
    "handling",
    "found_at",
    "found_by",
    "due_at",
    "points",
)
# What a correction of the entry leaves alone: whose it is, and what happened to it since.
KEPT_BY_CORRECTION = frozenset(
    {
        "id",
        "number",
        "state",
        "closed_at",
        "stopped_at",
        "delivered_at",
        "send_backs",
        "false_reports",
        "held",
        "registered_by",
        "registered_at",
        "batch",
        "version",
        "round",
        "client_id",
        "incident",
    }
)


@transaction.atomic
def edit_finding(finding: Finding, entry: FindingEntry, *, by: User, seen: int, note: str = "") -> Finding:
    """Correct a finding before it is ordered; points and shares are worked out anew. `seen`: the version on the screen."""
    current = locked(finding)
    if current.state not in FindingState.EDITABLE:
        raise TransitionNotAllowed(f"{current.number}{current.get_state_display()}，不能再修改。{last_step(current)}")
    if current.version != seen:
        raise ChangedMeanwhile("这条问题")
    if current.held:
        raise Refused(f"{current.number}有申诉待裁定，裁定之前不能修改。")
    if entry.handling == Handling.SPOT:  # closed in the same breath as it is registered; a correction closes nothing
        raise Refused("登记后不能改为“即查即改”。已经整改到位的，请直接销号。", "handling")
    check_entry(entry)
    registrar = Registrar()
    number = registrar.recurrence(entry, without=current.pk).number
    before, stood = logged_values(current, LOGGED_FIELDS), entry_of(current)
    built, responsibility = registrar.build(entry, number)
    built.points = current.at_most_decided(built.points)  # what was decided is never raised by a correction
    for name in (field.name for field in Finding._meta.concrete_fields):
        if name not in KEPT_BY_CORRECTION:
            setattr(current, name, getattr(built, name))
    if current.round is not None and current.round.is_default:  # the date may have moved into another month
        current.round_id = RoundBook().round_for(current.found_at, None)
    current.version += 1
    save_unless_known(current)
    current.shares.all().delete()
    FindingShare.objects.bulk_create(shares_of(current, responsibility))
    changes = changed_fields(before, logged_values(current, LOGGED_FIELDS))
    Activity.record(Verb.UPDATE, current, by=by, title="修改", changes=changes, note=note)
    for place in (stood, entry_of(current)):
        rescore_later(place, registrar, by=by, because=current)
    return current


CLOSED_DIRECTLY = {
    FindingState.REGISTERED: "未经交办直接销号（补录）",
    FindingState.CONFIRMED: "未经交办直接销号（补录）",
    FindingState.ORDERED: "未经反馈直接销号（补录）",
    FindingState.RETURNED: "退回后未经反馈直接销号（补录）",
    FindingState.SHELVED: "挂账后销号",
}


@transaction.atomic
def close_finding(finding: Finding, *, by: User | None, closed_at: datetime | None = None) -> Finding:
    """销号 without a report of the unit. The time may lie in the past: what happened earlier can be entered afterwards.

    Such a closing is flagged. Without an order there was no delivery, so the deadline counts from when it was found;
    not if it was shelved, for that time is never charged.
    """
    current = locked(finding)
    moment, flag = closed_at or timezone.now(), CLOSED_DIRECTLY.get(FindingState(current.state), "")
    move(current, "close")
    check_closing(current.found_at, moment)
    current.closed_at = moment
    history = history_of(current)
    if history.was_shelved:
        forget_deadline_of_shelf(current, history)
    elif current.due_at is None and current.delivered_at is None:
        current.due_at = Registrar().deadline(current.item, current.found_at)
    current.save(update_fields=["state", "closed_at", "due_at", "version"])
    Review.objects.create(finding=current, outcome=ReviewOutcome.PASSED, flag=flag, reviewed_by=by, reviewed_at=moment)
    record_step(current, "close", by=by, note=flag, 销号时间=[None, moment])
    rescore_followers(current, by=by)
    return current


def forget_deadline_of_shelf(current: Finding, history: History) -> None:
    """Closed from 挂账: the deadline that did not run out before has no meaning any more; one that did stays missed."""
    last = history.shelves[-1]
    if last.ended_at is None and history.late(current.due_at, current.closed_at, timezone.now()) <= timedelta(0):
        current.due_at = None


@transaction.atomic
def void_finding(finding: Finding, *, by: User | None, reason: str) -> Finding:
    """作废: no longer counted or scored; the number is not used again."""
    current = locked(finding)
    if current.held:
        raise Refused(f"{current.number}有申诉待裁定。请在申诉里裁定“成立”，或先裁定申诉再作废。", "reason")
    return voided(current, by=by, reason=reason)


def voided(current: Finding, *, by: User | None, reason: str) -> Finding:
    """Void a locked finding; an appeal that is upheld comes here, too."""
    move(current, "void")
    current.void_reason, current.voided_at, current.held = reason, timezone.now(), False
    current.save(update_fields=["state", "void_reason", "voided_at", "held", "version"])
    withdraw_line(current, "问题作废")
    record_step(current, "void", by=by, note=reason)
    if current.delivered_at is not None:
        told = people_of(list(current.shares.values_list("unit", flat=True)))
        notify(told, f"{current.number} 已作废：{reason}", url=current.get_absolute_url())
    rescore_later(entry_of(current), Registrar(), by=by, because=current)
    return current


def withdraw_line(finding: Finding, why: str) -> None:
    """Take the finding off the order that holds it; the paper keeps the line, marked as withdrawn."""
    finding.order_lines.filter(withdrawn_at=None).update(withdrawn_at=timezone.now(), withdrawn_why=why)
