"""Changed on application before the end, cut back for the city's needs, taken away: 道路条例 36, 38; 许可法 8, 69, 70."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from permits.enums import TRANSITIONS, AdjustmentKind, ChangeKind, ChangeOutcome, EndingKind, PermitState
from permits.models import Adjustment, Application, Ending, PermitChange, Segment
from permits.workflow import guards
from permits.workflow.decisions import Verdict
from permits.workflow.reshaping import reshaped, write_segments
from permits.workflow.settling import (
    Supplement,
    charge_change,
    freed_by,
    pay_back,
    refund_lines,
    supplements,
    why_no_difference,
)
from permits.workflow.steps import Obstacle, Step, begin, check_step_day, finish, locked, need, not_before
from permits.workflow.window import check_length
from staff.models import Activity, Verb
from staff.refusals import Refused


@transaction.atomic
def ask_change(application: Application, change: PermitChange, step: Step) -> PermitChange:
    """变更申请: in advance, or not at all."""
    current = locked(application)
    begin(current, "ask_change", step, guards.before_change(current, step.day))
    check_change(current, change)
    change.application, change.filed_on, change.recorded_by = current, step.day, step.by
    change.state_before = current.state
    if change.kind == ChangeKind.AREA or change.new_segments:
        segments = reshaped(current, change.new_segments, None if change.new_segments else change.new_area)
        change.new_area = sum((each.area for each in segments), Decimal(0))
    change.save()
    finish(current, "ask_change", replace(step, note=f"{change.get_kind_display()}：{change.reason}"))
    return change


def check_change(application: Application, change: PermitChange) -> None:
    article = TRANSITIONS["ask_change"].basis
    if change.kind == ChangeKind.PERIOD and (change.new_ends_on is None or change.new_ends_on <= application.ends_on):
        raise Refused(f"延长后的截止日期应晚于{application.ends_on}（{article}）。请更正。", "new_ends_on")
    if change.new_ends_on is not None:
        check_length(application.starts_on, change.new_ends_on, "new_ends_on")
    given = change.new_area is not None and change.new_area > 0
    if change.kind == ChangeKind.AREA and not (given or change.new_segments):
        raise Refused(f"请逐段填变更后的长、宽（{article}）。", "new_area")
    if change.kind == ChangeKind.PLACE and not change.new_location:
        raise Refused(f"请填变更后的位置（{article}）。", "new_location")


def pending_change(application: Application) -> PermitChange:
    change = application.changes.select_for_update(of=("self",)).filter(outcome=ChangeOutcome.PENDING).first()
    if change is None:
        raise Refused(f"{application.number}没有待决定的变更申请。")
    return change


@transaction.atomic
def grant_change(application: Application, verdict: Verdict, step: Step) -> PermitChange:
    """准予变更: another place or area wants a new look first; end, segments and fee hold from now on."""
    current = locked(application)
    change = pending_change(current)
    not_before(step.day, change.filed_on, "变更申请日期")
    found = []
    if change.kind in ChangeKind.NEEDS_SURVEY and change.resurveyed_on is None:
        found.append(Obstacle("change-not-surveyed", "改变位置、面积的还没有重新查勘。请先登记查勘", guards.SURVEY_LAW))
    begin(current, "grant_change", step, [*found, *guards.change_decided_late(current, step.day)])
    segments = new_shape(change)
    found_more, change.fee_note = difference_of(current, change, segments)
    change.application = current
    change.fee_difference = charge_change(change, found_more, step)
    change.segments_before = write_segments(current, segments) if change.new_area is not None else []
    change.ends_on_before = current.ends_on if change.new_ends_on else None
    change.location_before = current.location if change.new_location else ""
    settle_change(change, ChangeOutcome.GRANTED, verdict, step)
    values: dict[str, Any] = {"ends_on": change.new_ends_on} if change.new_ends_on else {}
    if change.new_location:
        values |= {"location": change.new_location}
    reached = state_after(change, change.new_ends_on or current.ends_on)
    finish(current, "grant_change", step, reached=reached, **values)
    return change


def state_after(change: PermitChange, ends_on: date) -> str:
    """Where a decided change leads: whence it was asked for. What had expired goes on if the end has moved past today."""
    if change.state_before == PermitState.EXPIRED and ends_on >= timezone.localdate():
        return PermitState.ACTIVE if change.application.started_on else PermitState.ISSUED
    return change.state_before


def lapse_change(application: Application, step: Step, what: str) -> None:
    """A change that is asked for and not decided has no object any more once the works or the permit end."""
    rows = application.changes.filter(outcome=ChangeOutcome.PENDING)
    rows.update(outcome=ChangeOutcome.LAPSED, decided_on=step.day, decision_note=f"{what}，变更申请终止办理")


def new_shape(change: PermitChange) -> list[Segment]:
    """The segments once the change holds; as they are, if it moves no area."""
    return reshaped(change.application, change.new_segments, None if change.new_segments else change.new_area)


def difference_of(
    application: Application, change: PermitChange, segments: Sequence[Segment]
) -> tuple[list[Supplement], str]:
    """What the change costs more; or why that cannot be reckoned here, which keeps nobody from deciding."""
    ends_on = change.new_ends_on or application.ends_on
    try:
        found = supplements(application, segments, ends_on, measured=change.new_area is None)
    except Refused as refusal:
        return [], f"差额没有算出：{refusal}"[:300]
    return found, why_no_difference(application)


@transaction.atomic
def deny_change(application: Application, verdict: Verdict, step: Step) -> PermitChange:
    need(verdict.text, "不予变更必须说明理由", TRANSITIONS["deny_change"].basis, "text")
    current = locked(application)
    change = pending_change(current)
    not_before(step.day, change.filed_on, "变更申请日期")
    begin(current, "deny_change", step, guards.change_decided_late(current, step.day))
    settle_change(change, ChangeOutcome.DENIED, verdict, step)
    finish(current, "deny_change", step, reached=state_after(change, current.ends_on))
    return change


def settle_change(change: PermitChange, outcome: str, verdict: Verdict, step: Step) -> None:
    change.outcome, change.decided_on, change.decided_by = outcome, step.day, verdict.decided_by[:60]
    change.decision_note = verdict.text[:300]
    change.save()


@transaction.atomic
def resurvey_change(application: Application, step: Step) -> PermitChange:
    """Somebody looked at the new place or area."""
    current = locked(application)
    change = pending_change(current)
    check_step_day(current, step)
    not_before(step.day, change.filed_on, "变更申请日期")
    change.resurveyed_on = step.day
    change.save(update_fields=["resurveyed_on"])
    Activity.record(Verb.UPDATE, current, by=step.by, title="登记变更查勘", note=str(step.day))
    return change


@transaction.atomic
def adjust(application: Application, adjustment: Adjustment, step: Step) -> Adjustment:
    """调整占用 (Art. 38): smaller or shorter the permit goes on, stopped it must be cleared; part of the fee goes back."""
    edge = "stop" if adjustment.kind == AdjustmentKind.STOP else "adjust"
    need(adjustment.reason, "请写明因城市建设或者其他特殊需要的理由", TRANSITIONS[edge].basis, "reason")
    current = locked(application)
    if adjustment.kind == AdjustmentKind.SHORTEN and not (adjustment.new_ends_on and step.day <= adjustment.new_ends_on < current.ends_on):  # fmt: skip
        raise Refused(f"缩短后的截止日期应在{step.day}和{current.ends_on}之间。请更正。", "new_ends_on")
    segments = reshaped(current, adjustment.new_segments, None if adjustment.new_segments else adjustment.new_area)
    if adjustment.new_segments:
        adjustment.new_area = sum((each.area for each in segments), Decimal(0))
    if adjustment.kind == AdjustmentKind.SHRINK and not (adjustment.new_area and 0 < adjustment.new_area < current.total_area):  # fmt: skip
        raise Refused(f"缩小后的面积应小于{current.total_area}㎡。请更正。", "new_area")
    begin(current, edge, step)
    lapse_change(current, step, TRANSITIONS[edge].label)  # only a stop can meet one
    adjustment.application, adjustment.decided_on, adjustment.recorded_by = current, step.day, step.by
    lines = refund_lines(current, freed_by(current, adjustment, segments, step.day))
    adjustment.refund = sum((line.amount for _, line in lines), Decimal("0.00"))
    if adjustment.kind == AdjustmentKind.SHRINK:
        adjustment.segments_before = write_segments(current, segments)
    adjustment.save()
    pay_back(adjustment, lines, step)
    shortened = adjustment.kind == AdjustmentKind.SHORTEN
    brought: dict[str, Any] = {"ends_on": adjustment.new_ends_on} if shortened else {}
    finish(current, edge, replace(step, note=str(adjustment)), **brought)
    return adjustment


EDGE_OF = {EndingKind.REVOKE: "revoke", EndingKind.RECALL: "recall", EndingKind.CANCEL: "cancel"}


@transaction.atomic
def end_permit(application: Application, ending: Ending, step: Step) -> Ending:
    """撤销、撤回 only after the party was heard; 注销 closes the book on what ended by itself."""
    edge = EDGE_OF[EndingKind(ending.kind)]
    need(ending.facts, "请写明事实和理由", TRANSITIONS[edge].basis, "facts")
    if ending.heard_on is not None and ending.heard_on > step.day:
        raise Refused(
            f"听取陈述、申辩应在决定（{step.day}）之前（{TRANSITIONS[edge].basis}）。请核对日期。", "heard_on"
        )
    current = locked(application)
    found = [] if ending.kind == EndingKind.CANCEL else list(guards.before_ending(current, ending.heard_on))
    begin(current, edge, step, found)
    lapse_change(current, step, TRANSITIONS[edge].label)
    ending.application, ending.decided_on, ending.recorded_by = current, step.day, step.by
    ending.save()
    reason = ending.get_ground_display()
    finish(current, edge, replace(step, note=reason), ended_on=step.day, end_reason=reason[:200])
    return ending
