"""The door to what happens on duty: reports, check-ins, marks, hand-over, empty posts. Late or far is flagged, not refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from config.display import month_day_minute
from config.positions import metres_between
from fireworks.models import Assignment, CheckIn, EmptyPost, PatrolMark, ShiftReport, Slot, StandIn
from fireworks.permissions import can_report_slot
from staff.models import Activity, User, Verb, notify, setting
from staff.permissions import Perms
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_moment

NEAR = 100  # metres
EARLY, LATE = timedelta(minutes=15), timedelta(minutes=10)
EMPTY_AFTER = timedelta(minutes=15)
REPORT_WITHIN = timedelta(hours=12)  # after the shift; later is late


def begun(slot: Slot) -> Slot:
    """The slot, locked; refused for drafts and before the shift."""
    current = (
        Slot.objects.select_for_update(of=("self",))
        .select_related("roster__window", "grid", "post", "shift")
        .get(pk=slot.pk)
    )
    if current.roster.is_draft:
        raise Refused("值班表还没有发布，不能报告。")
    if not current.has_begun:
        raise Refused(f"这一班{month_day_minute(current.starts_at)}才开始，到时再报告。")
    return current


@transaction.atomic
def report_shift(
    slot: Slot, *, by: User | None, present: int | None = None, nothing_found: bool = True, note: str = "",
    at: datetime | None = None,
) -> ShiftReport:  # fmt: skip
    """One report a post and shift. Without `present`, all are. A second report of the same post is told so."""
    current = begun(slot)
    if ShiftReport.objects.filter(slot=current).exists():
        raise Refused("这一班已经报告过了。需要更正的，请修改已有的报告。")
    if not nothing_found and not note.strip():
        raise Refused("发现燃放的，请写明情况。", "note")
    report = ShiftReport(slot=current, nothing_found=nothing_found, note=note, reported_by=by)
    planned = current.assignments.count()
    report.present = planned if present is None else present
    report.reported_at = at or timezone.now()
    report.flag = flag_of(report, planned)
    report.save()
    Activity.record(
        Verb.CREATE, current, by=by, title=report.words, note=f"实到 {report.present} 人。{report.flag}{note}"
    )
    return report


def flag_of(report: ShiftReport, planned: int) -> str:
    flags = []
    if report.reported_at > report.slot.ends_at + REPORT_WITHIN:
        flags.append("补报：超过班次结束后 12 小时。")
    elif report.reported_at < report.slot.ends_at:
        flags.append("")  # a report at the beginning or in the middle of a shift is how it is done
    if report.present > planned:
        flags.append(f"实到多于安排的 {planned} 人。")
    if report.present < report.slot.needed:
        flags.append(f"实到少于应到的 {report.slot.needed} 人。")
    return "".join(flags)


@transaction.atomic
def correct_report(
    report: ShiftReport, *, by: User, seen: int, present: int, nothing_found: bool, note: str
) -> ShiftReport:
    """Put a report right; what it said before is in the log. `seen`: the version on the page."""
    current = ShiftReport.objects.select_for_update(of=("self",)).select_related("slot").get(pk=report.pk)
    if current.version != seen:
        raise ChangedMeanwhile("这份值守报告")
    if not nothing_found and not note.strip():
        raise Refused("发现燃放的，请写明情况。", "note")
    before = f"{current.words} 实到 {current.present} 人 {current.note}"
    current.present, current.nothing_found, current.note = present, nothing_found, note
    current.flag = flag_of(current, current.slot.assignments.count())
    current.version = seen + 1
    current.save()
    after = f"{current.words} 实到 {current.present} 人 {current.note}"
    Activity.record(Verb.UPDATE, current.slot, by=by, title="更正值守报告", changes={"报告": [before, after]})
    return current


@transaction.atomic
def report_group(slots: Iterable[Slot], *, by: User) -> int:
    """One tap for a grid and shift: 全员在岗、未发现燃放 for each of its posts that has not reported yet."""
    waiting = [slot for slot in slots if can_report_slot(by, slot)]
    waiting = [slot for slot in waiting if not ShiftReport.objects.filter(slot=slot).exists()]
    if not waiting:
        raise Refused("这一班的各岗位都已报告过了，或者还没有开始。")
    for slot in waiting:
        report_shift(slot, by=by)
    return len(waiting)


@transaction.atomic
def check_in(
    assignment: Assignment, *, by: User, latitude: Decimal | None, longitude: Decimal | None,
    at: datetime | None = None, reason: str = "",
) -> CheckIn:  # fmt: skip
    """Sign in. Too far, too early, too late or without a position: recorded, flagged.

    `reason`: why somebody else records it (代签), who also says since when; it may be entered after the shift.
    """
    slot = Slot.objects.select_related("roster__window", "post").get(pk=assignment.slot_id)
    Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if not slot.roster.window.positions_wanted:
        raise Refused("这个时段不要求签到，由带班人员报告即可。")
    if CheckIn.objects.standing().filter(assignment=assignment).exists():
        raise Refused("已经签到，不用再签。")
    moment = at or timezone.now()
    if moment < slot.starts_at - timedelta(hours=12) or slot.roster.is_draft:
        raise Refused("离班次开始还早。开始前 15 分钟起可以签到。")
    metres = distance(slot, latitude, longitude)
    row = CheckIn(
        assignment=assignment, at=moment, latitude=latitude, longitude=longitude, metres=metres, recorded_by=by,
        reason=reason,
    )  # fmt: skip
    row.flag = "" if reason else position_flag(slot, metres, latitude)
    row.flag += time_flag(slot, moment)
    row.save()
    note = f"{assignment.person}，{month_day_minute(moment)}到岗：{reason}。" if reason else f"{assignment.person}。"
    Activity.record(Verb.CREATE, slot, by=by, title="代签" if reason else "签到", note=f"{note}{row.flag}")
    settle_empty_post(slot)
    return row


@transaction.atomic
def sign_in_for(assignment: Assignment, *, by: User, at: datetime, reason: str) -> CheckIn:
    """代签: he stands there since `at` and cannot sign in himself; who says so, and why, is kept. He is told."""
    slot = begun(assignment.slot)
    check_moment(at, "at", "到岗时间")
    if at < slot.starts_at - EARLY or at >= slot.ends_at:
        raise Refused(f"到岗时间不在这一班（{slot.hours}）里。请核对。", "at")
    row = check_in(assignment, by=by, latitude=None, longitude=None, at=at, reason=reason)
    tell_person(
        assignment, f"{by}已代您签到：{slot}，{month_day_minute(at)}到岗（{reason}）。有误请告知带班人员。", by=by
    )
    return row


def tell_person(assignment: Assignment, text: str, *, by: User) -> None:
    """Who has an account learns what somebody else recorded of him."""
    person = assignment.person.person
    if person is not None and person.account is not None and person.account_id != by.pk:
        notify([person.account], text, url=assignment.slot.get_absolute_url())


@transaction.atomic
def void_check_in(row: CheckIn, *, by: User, reason: str) -> CheckIn:
    """A slip counts no more; who does stand there signs in anew."""
    slot = locked_slot(row.assignment.slot)
    current = CheckIn.objects.select_for_update(of=("self",)).select_related("assignment__person").get(pk=row.pk)
    void_presence(current, slot, what="签到", who=str(current.assignment.person), by=by, reason=reason)
    tell_person(current.assignment, f"{by}作废了您的签到：{slot}（{reason}）。", by=by)
    return current


@transaction.atomic
def void_stand_in(row: StandIn, *, by: User, reason: str) -> StandIn:
    slot = locked_slot(row.slot)
    current = StandIn.objects.select_for_update(of=("self",)).get(pk=row.pk)
    void_presence(current, slot, what="补岗", who=current.name, by=by, reason=reason)
    return current


def locked_slot(slot: Slot) -> Slot:
    """The slot, locked: one may have signed in before it began."""
    return Slot.objects.select_for_update(of=("self",)).select_related("grid", "post", "shift").get(pk=slot.pk)


def void_presence(row: CheckIn | StandIn, slot: Slot, *, what: str, who: str, by: User, reason: str) -> None:
    """What it had filled is open again."""
    if row.voided_at is not None:
        raise Refused(f"这条{what}已经作废。")
    if not reason.strip():
        raise Refused("请写明作废理由。", "reason")
    row.voided_at, row.void_reason = timezone.now(), reason
    row.save(update_fields=["voided_at", "void_reason"])
    Activity.record(Verb.UPDATE, slot, by=by, title=f"作废{what}", note=f"{who} {month_day_minute(row.at)}：{reason}")
    settle_empty_post(slot)


@transaction.atomic
def stand_in(slot: Slot, *, by: User, name: str, at: datetime) -> StandIn:
    """Somebody who is not on the list stands at the post from `at` on. It may be entered after the shift."""
    current = begun(slot)
    if not current.roster.window.positions_wanted:
        raise Refused("这个时段不要求签到。补岗的人算进实到人数，在报告里写明。")
    check_moment(at, "at", "到岗时间")
    if at < current.starts_at - EARLY or at >= current.ends_at:
        raise Refused(f"到岗时间不在这一班（{current.hours}）里。请核对。", "at")
    row = StandIn(slot=current, name=name, at=at, recorded_by=by)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(f"{name}到岗已经登记过。", "name") from error
    Activity.record(Verb.CREATE, current, by=by, title="补岗", note=f"{name}，{month_day_minute(at)}到岗。")
    settle_empty_post(current)
    return row


def distance(slot: Slot, latitude: Decimal | None, longitude: Decimal | None) -> int | None:
    post = slot.post
    if post is None or post.latitude is None or post.longitude is None or latitude is None or longitude is None:
        return None
    return round(metres_between((post.latitude, post.longitude), (latitude, longitude)))


def position_flag(slot: Slot, metres: int | None, latitude: Decimal | None) -> str:
    if latitude is None:
        return "没有定位。"
    return f"距岗位 {metres} 米。" if metres is not None and metres > NEAR else ""


def time_flag(slot: Slot, moment: datetime) -> str:
    if moment < slot.starts_at - EARLY:
        return "早于开始前 15 分钟。"
    return "迟于开始后 10 分钟。" if moment > slot.starts_at + LATE else ""


@transaction.atomic
def mark(slot: Slot, *, by: User, note: str, taken_over_by: str = "") -> PatrolMark:
    """An hourly mark, or the hand-over to whoever comes next."""
    current = begun(slot)
    if not taken_over_by and not setting("duty.hourly_marks", on=current.day):
        raise Refused("没有启用每小时巡查记录。")
    row = PatrolMark.objects.create(slot=current, note=note, taken_over_by=taken_over_by, recorded_by=by)
    title = f"交班给{taken_over_by}" if taken_over_by else "巡查记录"
    Activity.record(Verb.CREATE, current, by=by, title=title, note=note)
    return row


def settle_empty_post(slot: Slot) -> None:
    """补岗: an empty post is filled when the last of those it needs is there, on the list or not.

    A record that is voided opens it again. Locked before it counts: of two who sign in at once the second sees the first.
    """
    empty = EmptyPost.objects.select_for_update(of=("self",)).filter(slot=slot).first()
    if empty is None:
        return
    came = [*CheckIn.objects.standing().filter(assignment__slot=slot).values_list("at", flat=True)]
    came = sorted([*came, *StandIn.objects.standing().filter(slot=slot).values_list("at", flat=True)])
    filled_at = max(empty.raised_at, came[slot.needed - 1]) if len(came) >= slot.needed else None
    if filled_at is None or empty.filled_at is None:
        empty.filled_at = filled_at
        empty.save(update_fields=["filled_at"])


def raise_empty_posts(now: datetime) -> int:
    """Posts with fewer signed in than needed 15 minutes after the beginning: told once to the leaders. Returns how many."""
    if not (setting("duty.empty_post_alarm") and setting("duty.check_in")):
        return 0
    late = (
        Slot.objects.published()
        .running_at(now)
        .filter(starts_at__lte=now - EMPTY_AFTER, empty_post=None, roster__window__checks_in=True)
        .annotate(
            here=Count("assignments__check_ins", filter=Q(assignments__check_ins__voided_at=None), distinct=True)
            + Count("stand_ins", filter=Q(stand_ins__voided_at=None), distinct=True)
        )
        .filter(here__lt=F("needed"))
    )
    leaders = list(User.objects.holding(Perms.APPROVE_SWAP))
    count = 0
    for slot in late.select_related("grid", "post", "shift", "roster__window"):
        with transaction.atomic():
            _, fresh = EmptyPost.objects.get_or_create(
                slot=slot, defaults={"missing": slot.needed - slot.here, "raised_at": now}
            )
            if fresh:
                count += 1
                Activity.record(Verb.CREATE, slot, by=None, title="空岗提醒")
                told = [user for user in leaders if Slot.objects.visible_to(user).filter(pk=slot.pk).exists()]
                text = f"空岗：{slot} 缺 {slot.needed - slot.here} 人，请叫替补。"
                notify(told, text, url=slot.get_absolute_url())
    return count


@transaction.atomic
def call_substitute(empty: EmptyPost, *, by: User, called: str, seen: str = "") -> EmptyPost:
    """Who was called; of one who does not come the next one. `seen`: who had been called when the page was opened."""
    current = EmptyPost.objects.select_for_update(of=("self",)).get(pk=empty.pk)
    if current.called != seen:
        raise Refused(f"已经叫了{current.called}。没有来的，请刷新页面后另叫。")
    current.called, current.called_at = called, timezone.now()
    current.save(update_fields=["called", "called_at"])
    Activity.record(Verb.TRANSITION, current.slot, by=by, title="叫替补", note=called)
    return current
