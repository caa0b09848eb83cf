"""What every door of a finding does first: lock, guard from the table of edges, say who was quicker."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from inspections.enums import TRANSITIONS, FindingState, RequestState
from inspections.models import Finding
from staff.models import Activity, User, Verb
from staff.refusals import Refused
from staff.workflow.records import check_moment

LEAVES_SHELF = ("resume", "reassign")  # after these a new order brings a new deadline


class TransitionNotAllowed(Refused):
    """The step does not exist from the present state; the message says which state that is, and who brought it there."""


def locked(finding: Finding) -> Finding:
    rows = Finding.objects.select_for_update(of=("self",)).select_related("item__category", "lead_unit")
    return rows.get(pk=finding.pk)


def move(finding: Finding, edge: str) -> None:
    """Take one step of the table, or say why not."""
    step = TRANSITIONS[edge]
    if finding.state not in step.sources:
        state = finding.get_state_display()
        raise TransitionNotAllowed(f"{finding.number}目前是“{state}”，不能{step.label}。{last_step(finding)}")
    finding.state = step.target
    if step.target not in FindingState.REPORTS_STAND:
        finding.stopped_at = None
    finding.version += 1


def last_step(finding: Finding) -> str:
    """Who brought the finding to where it stands: the second of two people is told who was first."""
    last = Activity.objects.about(finding).filter(verb=Verb.TRANSITION).first()
    if last is None:
        return ""
    return f"{last.actor or '系统'}已于 {timezone.localtime(last.happened_at):%m-%d %H:%M} 办理“{last.title}”。"


def record_step(finding: Finding, edge: str, *, by: User | None, note: str = "", **changes: list[object]) -> None:
    """Log the step; a request for more time that nobody answered is no longer needed once the unit's turn is over."""
    if TRANSITIONS[edge].target not in FindingState.WITH_UNIT:
        finding.extensions.pending().update(
            state=RequestState.LAPSED, answered_at=timezone.now(), answer=f"已{TRANSITIONS[edge].label}"
        )
    if edge in LEAVES_SHELF:
        finding.shelvings.filter(ended_at=None).update(ended_at=timezone.now())
    Activity.record(Verb.TRANSITION, finding, by=by, title=TRANSITIONS[edge].label, note=note, changes=changes)


def check_past(moment: datetime, *, since: datetime, what: str, field: str) -> None:
    """A time that is entered afterwards lies between the finding and now."""
    if moment < since:
        raise Refused(f"{what}不得早于发现时间（{timezone.localtime(since):%Y-%m-%d %H:%M}）。请核对。", field)
    check_moment(moment, field, what)
