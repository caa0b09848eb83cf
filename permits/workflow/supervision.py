"""On the site and after: start, inspections by two, rectification, completion, joint acceptance, warranty, archive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from permits import deadlines
from permits.enums import TRANSITIONS, ChangeOutcome, PermitState
from permits.models import Application, Inspection, Rectification, RestorationCheck
from permits.workflow import guards
from permits.workflow.changes import lapse_change
from permits.workflow.steps import Step, begin, due_day, finish, flag, locked, need, not_before, take
from staff.models import Activity, User, Verb, notify, setting
from staff.permissions import Perms
from staff.refusals import Refused
from staff.workflow.records import check_moment


@transaction.atomic
def start(application: Application, step: Step) -> Application:
    current = locked(application)
    return take(current, "start", step, guards.before_start(current, step.day), started_on=step.day)


@transaction.atomic
def record_inspection(application: Application, inspection: Inspection, step: Step) -> Inspection:
    """Two officers, what they saw. It changes no state: an order to rectify is a step of its own."""
    current = locked(application)
    if current.state not in (*PermitState.ON_SITE, *PermitState.RESTORING):
        raise Refused(
            f"{current.number}目前是“{current.get_state_display()}”，发证以后才有监督检查（《行政许可法》第六十一条）。"
        )
    check_moment(inspection.happened_at, "happened_at", "检查时间")
    crew, day = (inspection.first, inspection.second), timezone.localdate(inspection.happened_at)
    found = [*guards.two_inspectors(crew), *guards.certified(crew, day)]
    if found and not step.afterwards:
        raise Refused(f"{found[0]}。", found[0].field)
    inspection.application, inspection.recorded_by = current, step.by
    inspection.save()
    flag(current, found, edge="inspect", step=replace(step, on=timezone.localdate(inspection.happened_at)))
    Activity.record(
        Verb.UPDATE,
        current,
        by=step.by,
        title=str(inspection)[:120],
        note=f"{inspection.note} {step.late_words}".strip(),
    )
    return inspection


@dataclass(frozen=True)
class Demand:
    text: str
    due_on: date
    inspection: Inspection | None = None
    case_lead: bool = False


@transaction.atomic
def order_rectification(application: Application, demand: Demand, step: Step) -> Rectification:
    """责令限期改正; may give rise to a case (道路条例 Art. 42: up to 20,000 yuan).

    While a change waits to be decided the case goes on waiting, and comes under rectification after the decision.
    """
    need(demand.text, "请写明责令改正的内容", TRANSITIONS["order_rectification"].basis, "demand")
    if demand.due_on < step.day:
        raise Refused("改正期限早于责令日期。请核对。", "due_on")
    current = locked(application)
    begin(current, "order_rectification", step)
    row = Rectification.objects.create(
        application=current, inspection=demand.inspection, demand=demand.text, ordered_on=step.day,
        due_on=demand.due_on, case_lead=demand.case_lead, recorded_by=step.by,
    )  # fmt: skip
    reached = wait_on(current, PermitState.RECTIFYING)
    finish(current, "order_rectification", replace(step, note=demand.text), reached=reached)
    return row


def wait_on(application: Application, after: str) -> str:
    """The state of a case whose change waits to be decided, which leads to `after` from now on; "" if none waits."""
    if application.state != PermitState.CHANGING:
        return ""
    application.changes.filter(outcome=ChangeOutcome.PENDING).update(state_before=after)
    return PermitState.CHANGING


@transaction.atomic
def rectified(application: Application, step: Step) -> Application:
    """整改到位: every open order of the case is done."""
    need(step.note, "请写明改正情况", TRANSITIONS["rectified"].basis, "note")
    current = locked(application)
    begin(current, "rectified", step)
    if guards.has_no_use(current, "rectified"):
        raise Refused(f"{current.number}没有未改正的责令（{TRANSITIONS['rectified'].basis}）。")
    orders = current.rectifications.filter(done_on=None)
    not_before(step.day, orders.aggregate(last=Max("ordered_on"))["last"], "责令日期")
    orders.update(done_on=step.day, done_note=step.note[:200])
    return finish(current, "rectified", step, reached=wait_on(current, PermitState.ACTIVE))


@transaction.atomic
def complete(application: Application, step: Step) -> Application:
    """竣工（清场）: the site is cleared and the holder asks for acceptance (Art. 35)."""
    current = locked(application)
    started = current.started_on or current.issued_on
    if started is not None and step.day < started:
        raise Refused(f"竣工日期早于开工（发证）日期（{started}）。请核对。", "on")
    begin(current, "complete", step)
    leave_orders(current, f"{step.day}登记竣工（清场）")
    lapse_change(current, step, TRANSITIONS["complete"].label)
    return finish(current, "complete", step, completed_on=step.day)


def leave_orders(application: Application, what: str) -> None:
    """What ended the works while orders were open, once: nobody has said that they were followed."""
    rows = application.rectifications.filter(done_on=None, done_note="")
    rows.update(done_note=f"{what}，此前未登记整改到位")


@transaction.atomic
def check_restoration(application: Application, check: RestorationCheck, step: Step) -> RestorationCheck:
    """修复验收 with the traffic police; a dig that passes goes into its warranty, one that fails is done again."""
    current = locked(application)
    edge = "pass_restoration" if check.passed else "fail_restoration"
    check_moment(check.happened_at, "happened_at", "验收时间")
    day = min(timezone.localdate(check.happened_at), timezone.localdate())  # a phone's clock may be past midnight first
    step = replace(step, on=day)
    found = list(guards.two_inspectors((check.first, check.second)))
    if check.passed:
        found += guards.before_passing(current, check.police_present, day)
    begin(current, edge, step, found)
    check.application, check.recorded_by = current, step.by
    check.save()
    if check.passed:
        leave_orders(current, f"{day}验收合格")
    brought: dict[str, Any] = {"restored_on": day} if check.passed else {}
    finish(current, edge, step, **brought)
    if check.passed and current.digs:
        begin_warranty(current, day, step)
    return check


def begin_warranty(application: Application, day: date, step: Step) -> None:
    months = int(setting("permits.warranty_months"))
    until = due_day(deadlines.WARRANTY, day, amount=months)
    take(application, "begin_warranty", replace(step, by=None), warranty_until=until)


@transaction.atomic
def close(application: Application, step: Step) -> Application:
    """归档: after the warranty of a dig; an occupation as soon as the place was accepted."""
    current = locked(application)
    return take(current, "close", step, guards.before_closing(current, step.day), ended_on=step.day)


def expire_all(today: date | None = None) -> int:
    """The daily task: the period is over and nobody reported the end of the works."""
    day = today or timezone.localdate()
    over = Application.objects.filter(state__in=TRANSITIONS["expire"].sources, ends_on__lt=day)
    return sum(expire_one(application, day) for application in over)


@transaction.atomic
def expire_one(application: Application, day: date) -> bool:
    current = locked(application)
    if current.state not in TRANSITIONS["expire"].sources or current.ends_on >= day:
        return False
    take(current, "expire", Step(by=None, on=None, note=f"期限至{current.ends_on}"))
    words = f"许可 {current.number} 已到期未竣工：{current.location}，请现场核查。"
    notify(watchers(current), words, url=current.get_absolute_url())
    return True


def watchers(application: Application) -> list[User]:
    """Those of the squad that looks after the site; without one, the section."""
    if application.squad_id is None:
        return list(User.objects.holding(Perms.HANDLE_PERMIT))
    return list(User.objects.holding(Perms.SURVEY_PERMIT).filter(unit=application.squad_id))
