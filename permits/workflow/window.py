"""At the window: draft, receipt, the one notice of what is missing, acceptance, withdrawal."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from permits.checklist import Wanted, wanted
from permits.clocks import store_due_dates
from permits.enums import PermitState
from permits.models import Application, ItemVersion, Segment, SubmittedMaterial, area_of
from permits.workflow import guards
from permits.workflow.silence import deem_if_due, heard, is_deemed
from permits.workflow.steps import Step, end_pause, locked, need, take, why_not_from
from staff import workdays
from staff.models import Activity, User, Verb, changed_fields, logged_values, take_numbers
from staff.permissions import Perms
from staff.refusals import ChangedMeanwhile, Refused
from staff.workdays import CalendarYearMissing

logger = logging.getLogger(__name__)

SERIES, SERIES_DEFAULTS = "permit-application", {"name": "许可收件编号", "pattern": "许{year}-{number:04d}"}
DUE_FIELDS = ["supplement_due", "decide_due", "promised_due", "deliver_due", "publish_due", "pay_due", "change_due"]
LONGEST_PERIOD, LARGEST_AREA = 32_767, Decimal("99999999.99")  # days and ㎡ that an application can hold
EDITABLE = (PermitState.DRAFT, PermitState.RECEIVED, PermitState.SUPPLEMENT, PermitState.EMERGENCY)


def check_segments(application: Application, segments: Sequence[Segment]) -> None:
    """Areas multiply and sums add up, or the row is named."""
    for number, segment in enumerate(segments, 1):
        segment.order = number
        if segment.area != area_of(segment.length, segment.width):
            raise Refused(
                f"第 {number} 段：面积应等于长 × 宽（{segment.length}×{segment.width}）。请更正。", "segments"
            )
    total = sum((segment.area for segment in segments), Decimal(0))
    if total > LARGEST_AREA:
        raise Refused(f"各路段之和 {total} ㎡，最多能登记 {LARGEST_AREA} ㎡。请核对长、宽，或者分开申请。", "segments")
    if application.total_area != total:
        raise Refused(f"总面积 {application.total_area} ㎡ 不等于各路段之和 {total} ㎡。请更正。", "total_area")


def check_period(application: Application) -> None:
    if application.ends_on < application.starts_on:
        raise Refused("期限的截止日期早于起始日期。请更正。", "ends_on")
    check_length(application.starts_on, application.ends_on, "ends_on")


def check_length(starts_on: date, ends_on: date, field: str) -> None:
    """No period is longer than its column holds: what is, has a year typed wrong."""
    if (days := (ends_on - starts_on).days + 1) > LONGEST_PERIOD:
        raise Refused(f"{starts_on}至{ends_on}共{days}天，最多能登记{LONGEST_PERIOD}天。请核对年份。", field)


def expect_materials(application: Application) -> None:
    """One row for each material that is owed; what is no longer asked goes again, or is kept as handed in.

    行政许可法 Art. 31: nothing is asked for that has nothing to do with the matter, such as the papers of another item.
    """
    lines = application.item.materials.all()
    asked = {each.name: each for each in wanted(application.item, lines, is_project=application.is_project)}
    rows = {row.name: row for row in application.materials.all()}
    for name, row in rows.items():
        if name in asked:
            owe(row, asked[name])
        elif row.received_on is None and not row.files.exists():
            row.delete()
        elif row.mandatory:
            row.mandatory = False
            row.save(update_fields=["mandatory"])
    SubmittedMaterial.objects.bulk_create(
        SubmittedMaterial(
            application=application, material=each.line, name=name, copies=each.copies, mandatory=each.mandatory,
            note=each.note[:120],
        )
        for name, each in asked.items() if name not in rows
    )  # fmt: skip


def owe(row: SubmittedMaterial, asked: Wanted) -> None:
    """A row that is there, as it is asked for now: by another item it may be another line."""
    line = asked.line.pk if asked.line is not None else None
    if row.material_id != line:
        row.material, row.copies, row.note = asked.line, asked.copies, asked.note[:120]
    row.mandatory = asked.mandatory
    row.save(update_fields=["material", "copies", "note", "mandatory"])


@transaction.atomic
def create_draft(
    application: Application, segments: Sequence[Segment] = (), *, by: User | None, state: str = PermitState.DRAFT
) -> Application:
    """Store an unsaved application with its number, segments and checklist. The same form twice answers the first."""
    if application.entry_key:
        twin = Application.objects.filter(entry_key=application.entry_key).first()
        if twin is not None:
            return twin
    check_period(application)
    if segments:
        check_segments(application, segments)
    (application.number,) = take_numbers(SERIES, year=timezone.localdate().year, defaults=SERIES_DEFAULTS)
    application.recorded_by, application.state = by, state
    if application.unit_id is None and by is not None:
        application.unit = by.unit
    application.save()
    for segment in segments:
        segment.application = application
        segment.save()
    expect_materials(application)
    Activity.record(Verb.CREATE, application, by=by, title="登记申请")
    return application


@transaction.atomic
def correct_application(
    application: Application, segments: Sequence[Segment] | None, *, by: User, seen: int
) -> Application:
    """Store what an editor made of an application before it is accepted; segments are replaced as a whole."""
    current = locked(application)
    if current.version != seen:
        raise ChangedMeanwhile(f"申请 {current.number}")
    if current.state not in EDITABLE or is_deemed(current, timezone.localdate()):
        raise Refused(f"{current.number}{current.get_state_display()}，申请内容不能再改；受理后的变动走变更。")
    check_period(application)
    if segments is not None:
        check_segments(application, segments)
    changes = changed_fields(logged_values(current), logged_values(application))
    application.version, application.state = seen + 1, current.state
    application.save()
    if segments is not None:
        application.segments.all().delete()
        for segment in segments:
            segment.pk, segment.application = None, application
            segment.save()
    expect_materials(application)
    Activity.record(Verb.UPDATE, application, by=by, title="修改申请", changes=changes)
    return application


@transaction.atomic
def receive(application: Application, step: Step) -> Application:
    """收件: from this day the five working days for the notice run."""
    current = locked(application)
    current.received_on = step.day
    found = list(guards.before_receive(current))
    return take(current, "receive", step, found, received_on=step.day)


@transaction.atomic
def open_file(
    application: Application, segments: Sequence[Segment], received_on: date | None, *, by: User
) -> Application:
    """Draft and receipt in one: either both or, with the reason, neither."""
    made = create_draft(application, segments, by=by)
    if received_on is not None and made.state == PermitState.DRAFT:
        return receive(made, Step(by, received_on))
    return made


@dataclass(frozen=True)
class Receipt:
    """What came in of the checklist: ids of materials handed in, of those that do not apply."""

    handed_in: frozenset[int] = frozenset()
    not_applicable: frozenset[int] = frozenset()
    notes: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def tick_materials(
    application: Application, receipt: Receipt, *, by: User, on: date | None = None, seen: int | None = None
) -> Application:
    """Tick what was handed in, while the file is at the window or being decided. `seen`: the version that was shown."""
    current = ticking(application)
    if seen is not None and current.version != seen:
        raise ChangedMeanwhile(f"申请 {current.number}")
    day = on or timezone.localdate()
    for row in current.materials.all():
        row.received_on = (row.received_on or day) if row.pk in receipt.handed_in else None
        row.not_applicable = row.pk in receipt.not_applicable and row.received_on is None
        row.note = receipt.notes.get(row.pk, row.note)
        row.save(update_fields=["received_on", "not_applicable", "note"])
    return ticked(current, by=by)


@transaction.atomic
def receive_material(row: SubmittedMaterial, *, by: User) -> Application:
    """One line of the checklist is there: its file came in. The others stay as they are."""
    current = ticking(row.application)
    current.materials.filter(pk=row.pk).update(received_on=timezone.localdate(), not_applicable=False)
    return ticked(current, by=by)


def ticking(application: Application) -> Application:
    """The locked file, while its checklist may still be ticked."""
    current = locked(application)
    if not current.is_open or current.state in PermitState.LIVE:
        raise Refused(f"{current.number}{current.get_state_display()}，材料不能再改。")
    return current


def ticked(application: Application, *, by: User) -> Application:
    application.version += 1
    application.save(update_fields=["version"])
    Activity.record(Verb.UPDATE, application, by=by, title="核对材料")
    return application


@transaction.atomic
def declare_not_required(application: Application, step: Step) -> Application:
    need(step.note, "请写明为什么不需要许可", "《行政许可法》第三十二条第一款第一项", "note")
    current = heard(application, step.day)
    return take(current, "not_required", step, refusal_reason=step.note, ended_on=step.day)


@transaction.atomic
def refuse_intake(application: Application, step: Step) -> Application:
    need(step.note, "请写明不予受理的理由，不属本局职权的写明应向哪个机关申请", "《行政许可法》第三十二条", "note")
    return take(heard(application, step.day), "refuse_intake", step, refusal_reason=step.note, ended_on=step.day)


@transaction.atomic
def transfer(application: Application, step: Step) -> Application:
    """转报市局: the permit of a city road is not ours to give."""
    current = heard(application, step.day)
    found = list(guards.before_transfer(current))
    return take(current, "transfer", step, found, ended_on=step.day, refusal_reason=step.note or "市管道路，转报市局")


@transaction.atomic
def ask_supplement(application: Application, items: str, step: Step) -> Application:
    """一次性告知: all that is missing, once, within five working days."""
    need(items, "请列出需要补正的全部内容", "《行政许可法》第三十二条第一款第四项", "items")
    current = heard(application, step.day)
    found = [*guards.before_supplement_notice(current), *guards.supplement_notice_late(current, step.day)]
    return take(current, "ask_supplement", step, found, supplement_told_on=step.day, supplement_items=items)


@transaction.atomic
def supplement(application: Application, step: Step) -> Application:
    return take(locked(application), "supplement", step, supplemented_on=step.day)


@transaction.atomic
def accept(application: Application, step: Step) -> Application:
    """受理: the twenty working days begin. After five working days of silence it is accepted already, as of receipt."""
    current = locked(application)
    if deem_if_due(current, today=step.day):
        return current
    if current.state == PermitState.ACCEPTED and not accepted_on_paper(current, step):
        raise Refused(why_not_from(current, "accept"))
    handler = current.handler or (step.by if step.by is not None and step.by.has_perm(Perms.HANDLE_PERMIT) else None)
    found = [*guards.before_accept(current)]
    return take(current, "accept", step, found, accepted_on=step.day, handler=handler, deemed_accepted=False)


def accepted_on_paper(application: Application, step: Step) -> bool:
    """Silence had decided, but the notice had gone out in time and was only typed in late: the fact goes before."""
    due = application.supplement_due
    return step.afterwards and application.deemed_accepted and due is not None and step.day <= due


@transaction.atomic
def withdraw(application: Application, step: Step) -> Application:
    need(step.note, "请写明撤回申请书的日期和理由", "《行政许可法》第二十九条", "note")
    current = heard(application, step.day)
    end_pause(current, step.day)
    found = guards.charged_before(current, step.day)
    return take(current, "withdraw", step, found, ended_on=step.day, end_reason=step.note[:200])


@transaction.atomic
def set_external_number(application: Application, number: str, system: str, *, by: User) -> Application:
    """外部编号: the number of the service platform, once it is known."""
    current = locked(application)
    taken = Application.objects.filter(external_number=number, external_system=system).exclude(pk=current.pk).first()
    if number and taken is not None:
        raise Refused(f"这个外部编号已登记在 {taken.number}。请核对。", "external_number")
    changes = changed_fields({"外部编号": current.external_number}, {"外部编号": number})
    current.external_number, current.external_system = number, system
    current.version += 1
    current.save(update_fields=["external_number", "external_system", "version"])
    Activity.record(Verb.UPDATE, current, by=by, title="登记外部编号", changes=changes)
    return current


def version_on(kind: str, day: date) -> ItemVersion | None:
    """Our own version of an item that is in force on a day."""
    return ItemVersion.objects.own().valid_on(day).filter(item__kind=kind, item__in_use=True).first()


def recompute_due_dates() -> int:
    """After a change of the calendar: the stored days of open cases are counted anew."""
    calendar, changed = workdays.load(), 0
    for application in Application.objects.exclude(state__in=PermitState.FINAL).select_related("item"):
        before = [getattr(application, name) for name in DUE_FIELDS]
        try:
            store_due_dates(application, calendar)
        except CalendarYearMissing:
            logger.warning("Due dates of %s not counted: calendar missing", application.number)
            continue
        if before != [getattr(application, name) for name in DUE_FIELDS]:
            application.save(update_fields=DUE_FIELDS)
            changed += 1
    return changed
