"""抢修 (道路条例 Art. 34): dig first, tell both departments at once, make the permit up within 24 clock hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from config.display import month_day_minute
from permits.deadlines import EMERGENCY
from permits.enums import TRANSITIONS, PermitState
from permits.models import Application, Emergency, Segment
from permits.workflow import guards
from permits.workflow.steps import Obstacle, Step, flag, locked, need, not_before, take
from permits.workflow.window import create_draft
from staff.models import Activity, User, Verb, notify
from staff.permissions import Perms
from staff.workdays import add_clock_hours
from staff.workflow.records import check_moment

ROADS_34 = "《城市道路管理条例》第三十四条"


@transaction.atomic
def report_emergency(
    application: Application, emergency: Emergency, *, by: User | None, segments: Sequence[Segment] = ()
) -> Application:
    """抢修报备. The hours run through nights and holidays from the minute when the digging began."""
    check_moment(emergency.started_at, "started_at", "抢修开始时间")
    check_moment(emergency.reported_at, "reported_at", "报备时间")
    made = create_draft(application, segments, by=by, state=PermitState.EMERGENCY)
    if Emergency.objects.filter(application=made).exists():
        return made  # the same form once more
    emergency.application, emergency.recorded_by = made, by
    emergency.due_at = add_clock_hours(emergency.started_at, EMERGENCY.amount)
    emergency.save()
    step = Step(by, timezone.localdate(emergency.started_at))
    flag(made, not_told(emergency), edge="report_emergency", step=step)
    Activity.record(Verb.TRANSITION, made, by=by, title="抢修报备", note=emergency.cause)
    notify(User.objects.holding(Perms.RECEIVE_PERMIT), f"抢修报备 {made.number}：应在{month_day_minute(emergency.due_at)} 前补办。",
           url=made.get_absolute_url())  # fmt: skip
    return made


def not_told(emergency: Emergency) -> list[Obstacle]:
    """Both departments must be told at the same time as the digging begins."""
    names = (("bureau_told_at", "城管部门"), ("police_told_at", "公安交管部门"))
    missing = [words for field, words in names if getattr(emergency, field) is None]
    if not missing:
        return []
    return [Obstacle("emergency-not-told", f"抢修时没有同时通知{'、'.join(missing)}", ROADS_34, fact=True)]


@transaction.atomic
def make_up(application: Application, step: Step) -> Application:
    """补办申请. Later than 24 hours it is received all the same, and is a lead under Art. 42(五)."""
    current = locked(application)
    emergency = Emergency.objects.select_for_update(of=("self",)).get(application=current)
    not_before(step.day, timezone.localdate(emergency.started_at), "抢修开始日期")
    current.received_on = step.day
    now = timezone.now()
    emergency.made_up_at = now if step.on in (None, timezone.localdate(now)) else earliest_of(step, emergency)
    emergency.case_lead = emergency.made_up_at > emergency.due_at
    emergency.save(update_fields=["made_up_at", "case_lead"])
    late = Obstacle(
        "made-up-late", "抢修后24小时内没有补办手续", "《城市道路管理条例》第三十四条、第四十二条第五项", fact=True
    )
    found = [*guards.before_receive(current), *([late] if emergency.case_lead else [])]
    return take(current, "make_up", step, found, received_on=step.day)


@transaction.atomic
def end_mistaken(application: Application, step: Step) -> Application:
    """误报: nothing was dug, or it was reported twice. No hours run any more, and it is no lead."""
    need(step.note, "请写明误报的经过", TRANSITIONS["mistaken"].basis, "note")
    current = locked(application)
    emergency = Emergency.objects.select_for_update(of=("self",)).get(application=current)
    not_before(step.day, timezone.localdate(emergency.reported_at), "报备日期")
    emergency.case_lead = False
    emergency.save(update_fields=["case_lead"])
    return take(current, "mistaken", step, ended_on=step.day, end_reason=f"误报：{step.note}"[:200])


def earliest_of(step: Step, emergency: Emergency) -> datetime:
    """A day without its hour: the earliest moment that it may have been, so that nobody is blamed by a guess."""
    start = timezone.make_aware(datetime.combine(step.day, time.min))
    return max(start, emergency.started_at)


def overdue(now: datetime | None = None) -> list[Application]:
    moment = now or timezone.now()
    return list(Application.objects.filter(state=PermitState.EMERGENCY, emergency__due_at__lt=moment))


@transaction.atomic
def mark_lead(application: Application) -> bool:
    """The hourly task: past 24 hours without papers it is a lead, whether or not somebody comes later."""
    current = locked(application)
    emergency = Emergency.objects.select_for_update(of=("self",)).get(application=current)
    if emergency.case_lead or emergency.made_up_at is not None or timezone.now() <= emergency.due_at:
        return False
    emergency.case_lead = True
    emergency.save(update_fields=["case_lead"])
    words = f"抢修 {current.number} 超过24小时未补办（{ROADS_34}），作为第四十二条第五项的线索。"
    notify(User.objects.holding(Perms.HANDLE_PERMIT), words, url=current.get_absolute_url())
    Activity.record(Verb.UPDATE, current, by=None, title="逾期未补办，列为线索")
    return True


def mark_leads() -> int:
    return sum(mark_lead(application) for application in overdue())
