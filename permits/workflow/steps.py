"""What every step shares: lock, hold against the table, ask the guard, write, store the due dates, log, tell.

Recording is not authorising. A step of ours is refused while something stands in its way. The same step recorded
afterwards (补录: `afterwards`) is taken in, and what stood in its way becomes a flaw of procedure with its article.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from permits.clocks import store_due_dates
from permits.enums import TRANSITIONS, Edge, PermitState
from permits.models import Application, ProcedureFlaw
from staff import workdays
from staff.deadlines import DeadlineRule
from staff.models import Activity, User, Verb, notify
from staff.refusals import Refused
from staff.workdays import CalendarYearMissing
from staff.workflow.records import check_day


@dataclass(frozen=True)
class Step:
    """By whom and on which day (today, if none is given).

    `afterwards`: the fact is recorded, not authorised; `reason`: why only now.
    """

    by: User | None
    on: date | None = None
    afterwards: bool = False
    note: str = ""
    reason: str = ""

    @property
    def late_words(self) -> str:
        """For the history, after what the step itself says."""
        return f"补录原因：{self.reason}" if self.afterwards and self.reason else ""

    @property
    def day(self) -> date:
        return self.on or timezone.localdate()


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way: which rule, and what to do. `fact`: no obstacle, a breach to be flagged as it happens."""

    code: str
    text: str
    article: str
    field: str = ""
    fact: bool = False

    def __str__(self) -> str:
        return f"{self.text}（{self.article}）"


def locked(application: Application) -> Application:
    return Application.objects.select_for_update(of=("self",)).select_related("item").get(pk=application.pk)


def last_step(application: Application) -> str:
    """Who did what last, for the one who came second."""
    last = Activity.objects.about(application).filter(verb=Verb.TRANSITION).order_by("-pk").first()
    if last is None:
        return ""
    when = timezone.localtime(last.happened_at)
    return f"{last.actor or '系统'}已于{when:%Y-%m-%d %H:%M}办理“{last.title}”。"


def why_not_from(application: Application, edge: str, *, afterwards: bool = False) -> str:
    """Why the step does not exist from here; "" if it does."""
    step = TRANSITIONS[edge]
    if application.state in step.sources or (afterwards and application.state in step.late_sources):
        return ""
    words = f"{application.number}目前是“{application.get_state_display()}”，不能{step.label}（{step.basis}）。"
    return f"{words}{last_step(application)}请刷新页面核对。"


def check_step_day(application: Application, step: Step) -> None:
    """A step lies neither ahead of us nor before the file came in."""
    check_day(step.day, "on", "日期")
    first = application.received_on
    if first is not None and step.day < first:
        raise Refused(f"日期早于收件日期（{first}）。请核对。", "on")


def not_before(day: date, first: date | None, what: str, field: str = "on") -> None:
    """Refuse a day before the one that the step rests on."""
    if first is not None and day < first:
        raise Refused(f"日期早于{what}（{first}）。请核对。", field)


def flag(application: Application, obstacles: Iterable[Obstacle], *, edge: str, step: Step) -> None:
    """程序瑕疵: one row a breach, once."""
    for each in obstacles:
        ProcedureFlaw.objects.get_or_create(
            application=application, code=each.code, edge=edge,
            defaults={
                "article": each.article[:80], "text": each.text[:200], "happened_on": step.day, "recorded_by": step.by,
            },
        )  # fmt: skip


def skipped(application: Application, edge: Edge) -> list[Obstacle]:
    """Recorded from a state that lies before the step's own: what lay between did not happen here.

    The end of the period comes by the calendar: a step that could be taken until then skips nothing.
    """
    if application.state in edge.sources or application.state == edge.target:
        return []
    if application.state == PermitState.EXPIRED and edge.sources & TRANSITIONS["expire"].sources:
        return []
    words = f"未经“{PermitState(application.state).label}”之后的环节即{edge.label}"
    return [Obstacle("step-skipped", words, edge.basis)]


def begin(application: Application, edge: str, step: Step, obstacles: Iterable[Obstacle] = ()) -> None:
    """Hold a locked application against the table and its guard; flag or refuse what stands in the way."""
    refusal = why_not_from(application, edge, afterwards=step.afterwards)
    if refusal:
        raise Refused(refusal)
    check_step_day(application, step)
    found = [*skipped(application, TRANSITIONS[edge]), *obstacles]
    blocking = [each for each in found if not each.fact]
    if blocking and not step.afterwards:
        words = "；".join(str(each).rstrip("。") for each in blocking)
        raise Refused(f"不能{TRANSITIONS[edge].label}：{words}。", blocking[0].field)
    flag(application, found, edge=edge, step=step)


def due_day(rule: DeadlineRule, start: date, *, amount: int | None = None) -> date:
    """The last day of a period of ours; refused, naming the year, while the calendar lacks it."""
    try:
        return rule.due(start, workdays.load(), amount=amount).day
    except CalendarYearMissing as error:
        raise Refused(str(error)) from error


def count_anew(application: Application) -> None:
    """Put the last days on the row; refused, naming the year, while the calendar lacks it."""
    try:
        store_due_dates(application)
    except CalendarYearMissing as error:
        raise Refused(str(error)) from error


def end_pause(application: Application, day: date) -> None:
    """The special procedure is over: the clock goes on, and the last day is counted from what it really took."""
    pause = application.pauses.select_for_update(of=("self",)).filter(ended_on=None).first()
    if pause is None:
        return
    pause.ended_on = max(day, pause.started_on)
    pause.save(update_fields=["ended_on"])
    count_anew(application)


def finish(application: Application, edge: str, step: Step, *, reached: str = "", **values: Any) -> Application:
    """Write what the step brings, the state and the due dates; log it, and tell who handles the case.

    `reached`: the state, where it hangs on more than the edge.
    """
    for name, value in values.items():
        setattr(application, name, value)
    taken = TRANSITIONS[edge]
    if taken.target:
        application.state = reached or taken.target
    count_anew(application)
    application.version += 1
    application.save()
    late = "（补录）" if step.afterwards else ""
    happened = f"{step.day}" if step.on and step.on != timezone.localdate() else ""
    note = " ".join(filter(None, (happened, step.note, step.late_words)))
    Activity.record(Verb.TRANSITION, application, by=step.by, title=f"{taken.label}{late}", note=note)
    tell_handler(application, taken.label, step)
    return application


def tell_handler(application: Application, label: str, step: Step) -> None:
    handler = application.handler
    if handler is not None and (step.by is None or handler.pk != step.by.pk):
        notify([handler], f"许可 {application.number}：{label}。", url=application.get_absolute_url())


def take(
    application: Application, edge: str, step: Step, obstacles: Iterable[Obstacle] = (), **values: Any
) -> Application:
    """A step that writes nothing but the application. The caller holds the transaction and the lock."""
    begin(application, edge, step, obstacles)
    return finish(application, edge, step, **values)


def need(text: str, message: str, article: str, field: str) -> None:
    """Refuse a paper of ours that would go out without what it must say."""
    if not text.strip():
        raise Refused(f"{message}（{article}）", field)
