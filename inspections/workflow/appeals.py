"""申诉 and 领导批示减免: what may change a finding's points or its unit after it was delivered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from config.display import minute
from inspections.enums import TRANSITIONS, AppealGround, AppealState, FindingState
from inspections.models import Appeal, Finding, FindingShare, Reduction, SignedScan, fingerprint
from inspections.permissions import can_withdraw_appeal, why_not_decide
from inspections.registrar import Registrar, entry_of, shares_of
from inspections.responsibility import ResponsibilityError
from inspections.workflow.findings import save_unless_known, voided, withdraw_line
from inspections.workflow.notice import office, people_of
from inspections.workflow.points import rescore_later, set_points
from inspections.workflow.steps import TransitionNotAllowed, check_past, last_step, locked, move, record_step
from staff import workdays
from staff.models import Activity, Unit, User, Verb, notify, setting
from staff.permissions import Perms
from staff.refusals import Refused
from staff.uploads import save_scan
from staff.workflow.records import check_day

ZERO = Decimal(0)


def days_after(moment: datetime | None, days_setting: str) -> date | None:
    """The last day of a period of working days; None where the calendar does not reach, or nothing started it."""
    if moment is None:
        return None
    try:
        days = int(setting(days_setting))
        return workdays.add_working_days(timezone.localdate(moment), days, workdays.load()).day
    except workdays.CalendarYearMissing:
        return None


@transaction.atomic
def lodge_appeal(
    finding: Finding,
    *,
    unit: Unit,
    by: User,
    ground: str,
    reason: str,
    proposed_unit: Unit | None = None,
    lodged_at: datetime | None = None,
) -> Appeal:
    """提出申诉 (考评办法·申诉: 2 working days from delivery). Late ones are recorded and flagged; the points are held.

    `lodged_at`: it was handed in on paper then and is typed in now (补录); both periods go by that moment.
    """
    current = locked(finding)
    if current.state not in FindingState.COUNTED:
        raise TransitionNotAllowed(f"{current.number}{current.get_state_display()}，不用申诉。{last_step(current)}")
    if not current.shares.filter(unit=unit).exists():
        raise Refused(f"{unit.label}没有分摊这条问题的扣分，不用申诉。", "ground")
    if current.held:
        raise Refused("这条问题已有一件申诉待裁定。补充情况请联系考评办。", "reason")
    check_not_decided(current, unit, ground)
    now, lodge_by = timezone.now(), days_after(current.delivered_at, "assessment.appeal_days")
    lodged = lodged_at or now
    if lodged_at is not None:
        check_past(lodged_at, since=current.found_at, what="收到申诉的时间", field="lodged_at")
    appeal = Appeal.objects.create(
        finding=current,
        unit=unit,
        ground=ground,
        reason=reason,
        proposed_unit=proposed_unit if ground == AppealGround.NOT_OURS else None,
        lodged_by=by,
        lodged_at=lodged,
        recorded_at=now if lodged_at else None,
        lodge_by=lodge_by,
        answer_by=days_after(lodged, "assessment.appeal_answer_days"),
        is_late=lodge_by is not None and timezone.localdate(lodged) > lodge_by,
    )
    current.held = True
    current.version += 1
    current.save(update_fields=["held", "version"])
    tell_of_appeal(appeal, by=by)
    return appeal


def tell_of_appeal(appeal: Appeal, *, by: User) -> None:
    """The log, whoever answers, and of one that came on paper the unit, too."""
    finding, unit, ground = appeal.finding, appeal.unit, appeal.get_ground_display()
    note = f"{ground}：{appeal.reason}{'（逾期申诉）' if appeal.is_late else ''}"
    title, told = "提出申诉", [*office(), *User.objects.holding(Perms.DECIDE_FINDING_APPEAL)]
    if appeal.recorded_at is not None:
        title, note = "补录申诉", f"{unit.label} {minute(appeal.lodged_at)} 交来纸质申诉。{note}"
        told += people_of([unit.pk])
    Activity.record(Verb.UPDATE, finding, by=by, title=title, note=note)
    notify(told, f"{unit.label}对 {finding.number} 提出申诉：{ground}", url=appeal.get_absolute_url())


def check_not_decided(finding: Finding, unit: Unit, ground: str) -> None:
    """What was decided on the same ground is not asked again: each appeal would hold the points once more."""
    decided = finding.appeals.filter(unit=unit, ground=ground, state__in=(AppealState.REJECTED, AppealState.PARTLY))
    last = decided.order_by("-decided_at").first()
    if last is None or last.decided_at is None:
        return
    when, words = f"{timezone.localtime(last.decided_at):%m-%d %H:%M}", last.get_state_display()
    raise Refused(
        f"{unit.label}以“{last.get_ground_display()}”提出的申诉已于 {when} 裁定“{words}”，不能以同一理由再次申诉。",
        "ground",
    )


@dataclass(frozen=True)
class Decision:
    """What is decided on an appeal. `signer` and `signed_on`: it was signed on paper (线下签批) and is typed in."""

    outcome: str
    words: str
    new_points: Decimal | None = None
    new_unit: Unit | None = None
    signer: str = ""
    signed_on: date | None = None
    scan: UploadedFile | None = None


@transaction.atomic
def decide_appeal(appeal: Appeal, decision: Decision, *, by: User) -> Appeal:
    """裁定: upheld → voided; partly → new points; reassigned → another unit, points anew; rejected → as it was.

    The decider is neither who registered or found it, nor who appealed, nor of a unit concerned.
    """
    current = locked(appeal.finding)
    mine = still_pending(appeal)
    why = why_not_decide(by, mine, signer=decision.signer)
    if why:
        raise Refused(why, "signer" if decision.signer else "")
    check_day(decision.signed_on, "signed_on", "签批日期")
    store_decision(mine, decision, old_points=current.points, by=by)
    keep_scan(decision.scan, by=by, appeal=mine)
    current.held = False
    current.save(update_fields=["held"])
    OUTCOMES[AppealState(decision.outcome)](current, decision, by)
    title = f"申诉裁定：{mine.get_state_display()}"
    signed = f"（{decision.signer} {decision.signed_on} 线下签批）" if decision.signer else ""
    changes = {"扣分": [mine.old_points, current.points]} if mine.old_points != current.points else {}
    Activity.record(Verb.UPDATE, current, by=by, title=title, note=f"{decision.words}{signed}", changes=changes)
    told = people_of({mine.unit_id, current.lead_unit_id})
    notify(told, f"{current.number} {title}。{decision.words}", url=mine.get_absolute_url())
    return mine


def still_pending(appeal: Appeal) -> Appeal:
    """The appeal, locked; the second of two people is told what the first did."""
    mine = Appeal.objects.select_for_update(of=("self",)).select_related("unit").get(pk=appeal.pk)
    if mine.state != AppealState.PENDING:
        when = timezone.localtime(mine.decided_at or mine.lodged_at)
        done = "撤回" if mine.state == AppealState.WITHDRAWN else f"裁定“{mine.get_state_display()}”"
        raise TransitionNotAllowed(f"{mine.decided_by}已于 {when:%m-%d %H:%M} {done}。")
    return mine


@transaction.atomic
def withdraw_appeal(appeal: Appeal, *, by: User, reason: str) -> Appeal:
    """撤回申诉: the unit takes it back before anybody decided; the points stand again, the ground stays open.

    What the office typed in (补录) the office may take back, too; the unit is told.
    """
    current = locked(appeal.finding)
    mine = still_pending(appeal)
    if not can_withdraw_appeal(by, mine):
        raise Refused("申诉由提出的单位撤回；补录的，考评办也可以撤回。")
    mine.state, mine.decision, mine.old_points = AppealState.WITHDRAWN, reason, current.points
    mine.decided_by, mine.decided_at = by, timezone.now()
    mine.save(update_fields=["state", "decision", "old_points", "decided_by", "decided_at"])
    current.held = False
    current.version += 1
    current.save(update_fields=["held", "version"])
    Activity.record(Verb.UPDATE, current, by=by, title="撤回申诉", note=reason)
    told, words = [*office(), *User.objects.holding(Perms.DECIDE_FINDING_APPEAL)], f"{mine.unit.label}撤回对"
    if mine.unit_id not in by.unit_ids:
        told, words = [*told, *people_of([mine.unit_id])], f"考评办撤回补录的{mine.unit.label}对"
    notify(told, f"{words} {current.number} 的申诉。", url=mine.get_absolute_url())
    return mine


def store_decision(appeal: Appeal, decision: Decision, *, old_points: Decimal, by: User) -> None:
    partly, reassigned = decision.outcome == AppealState.PARTLY, decision.outcome == AppealState.REASSIGNED
    if partly and (decision.new_points is None or not ZERO <= decision.new_points < old_points):
        raise Refused(f"部分成立的，裁定扣分应低于原扣分 {old_points.normalize():f}，且不为负。", "new_points")
    if reassigned and decision.new_unit is None:
        raise Refused("改派请选择改派单位。", "new_unit")
    appeal.state, appeal.decision = decision.outcome, decision.words
    appeal.old_points = old_points
    appeal.new_points = decision.new_points if partly else None
    appeal.new_unit = decision.new_unit if reassigned else None
    appeal.signer, appeal.signed_on = decision.signer, decision.signed_on
    appeal.decided_by, appeal.decided_at = by, timezone.now()
    appeal.save()


def uphold(current: Finding, decision: Decision, by: User) -> None:
    voided(current, by=by, reason=f"申诉成立：{decision.words}"[:200])


def allow_partly(current: Finding, decision: Decision, by: User) -> None:
    assert decision.new_points is not None  # noqa: S101 -- store_decision refuses without
    set_points(current, decision.new_points)


def reassign(current: Finding, decision: Decision, by: User) -> None:
    """改派: the other unit's shares, recurrence and points anew; the earlier unit is freed, with what it was charged.

    Points that were reduced before stay so: whoever signed that did not ask whose they are, and may sign anew.

    An open finding goes back to the queue for orders: the other unit has had no order, and no deadline. One that was
    put right meanwhile stays closed, and is in time: nothing was late before the other unit was told.
    """
    assert decision.new_unit is not None  # noqa: S101 -- store_decision refuses without
    stood = entry_of(current)
    entry, registrar = replace(stood, units=(decision.new_unit.pk,)), Registrar()
    try:
        answer = registrar.responsibility(entry)
    except ResponsibilityError as error:
        raise Refused(str(error), "new_unit") from error
    if answer.lead == current.lead_unit_id:
        raise Refused("按考评标准，改派后的责任单位没有变化。请核对区域类型和改派单位。", "new_unit")
    number = registrar.recurrence(entry, without=current.pk).number
    worth = registrar.points(entry, number)
    current.lead_unit_id, current.recurrence = answer.lead, number
    current.base, current.coefficient, current.multiplier = worth.base, worth.coefficient, worth.multiplier
    current.points = current.at_most_decided(worth.points)  # an earlier 减免 is of the finding, whoever answers for it
    current.send_backs = current.false_reports = 0
    current.version += 1
    current.fingerprint = fingerprint_of(current)
    current.stopped_at = None
    withdraw_line(current, "改派")
    told_again(current, registrar)
    if current.state in TRANSITIONS["reassign"].sources:
        move(current, "reassign")
        current.delivered_at = current.due_at = None
        record_step(current, "reassign", by=by, note=decision.new_unit.label)
    save_unless_known(current)
    current.shares.all().delete()
    FindingShare.objects.bulk_create(shares_of(current, answer))
    current.lead_unit.refresh_from_db()
    for place in (stood, entry):
        rescore_later(place, registrar, by=by, because=current)


def told_again(current: Finding, registrar: Registrar) -> None:
    """What is over is delivered to the other unit by the decision; its time to appeal and its deadline start there."""
    if current.state not in (FindingState.CLOSED, FindingState.DEDUCTED):
        return
    current.delivered_at = timezone.now()
    if current.state == FindingState.CLOSED:
        current.due_at = registrar.deadline(current.item, current.delivered_at)


def fingerprint_of(finding: Finding) -> str:
    return fingerprint(
        found_on=finding.found_on,
        lead_unit_id=finding.lead_unit_id,
        item_id=finding.item_id,
        area=finding.area,
        place=finding.place,
        description=finding.description,
    )


OUTCOMES = {
    AppealState.UPHELD: uphold,
    AppealState.PARTLY: allow_partly,
    AppealState.REASSIGNED: reassign,
    AppealState.REJECTED: lambda current, decision, by: None,
}


def keep_scan(scan: UploadedFile | None, *, by: User, **of: Reduction | Appeal) -> None:
    """The paper itself, if it was brought: PDF, Word or a photograph of it."""
    if scan is None:
        return
    try:
        save_scan(scan, SignedScan, by=by, **of)
    except ValidationError as error:
        raise Refused("".join(error.messages), "scan") from error


@transaction.atomic
def reduce_points(
    finding: Finding,
    *,
    new_points: Decimal,
    words: str,
    signer: str,
    signed_on: date,
    by: User,
    scan: UploadedFile | None = None,
) -> Reduction:
    """领导批示减免: the words, the signer and the day as on the paper; who typed it in stands beside them."""
    current = locked(finding)
    if current.state not in FindingState.COUNTED:
        raise TransitionNotAllowed(f"{current.number}{current.get_state_display()}，没有扣分可以减免。")
    if current.held:
        raise Refused("这条问题有申诉待裁定。请先裁定申诉。", "new_points")
    if not ZERO <= new_points < current.points:
        raise Refused(f"减免后的扣分应低于现在的 {current.points.normalize():f} 分，且不为负。", "new_points")
    check_day(signed_on, "signed_on", "批示日期")
    reduction = Reduction.objects.create(
        finding=current, old_points=current.points, new_points=new_points, words=words, signer=signer, signed_on=signed_on, typed_by=by
    )  # fmt: skip
    keep_scan(scan, by=by, reduction=reduction)
    set_points(current, new_points)
    changes = {"扣分": [reduction.old_points, new_points]}
    note = f"{signer} {signed_on} 批示：{words}"
    Activity.record(Verb.UPDATE, current, by=by, title="领导批示减免", note=note, changes=changes)
    units = current.shares.values_list("unit", flat=True)
    text = f"{current.number} 经领导批示减免，现扣 {new_points.normalize():f} 分。"
    notify(people_of(list(units)), text, url=current.get_absolute_url())
    return reduction
