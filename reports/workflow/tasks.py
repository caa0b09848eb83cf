"""The doors to key tasks: taking one up, correcting it, finishing, dropping, reopening; its notes and its measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from config.display import display
from reports.enums import TASK_TRANSITIONS, TaskState, Totalling
from reports.models import KeyTask, Measure, TallyEntry, TaskNote
from staff.models import Activity, Unit, User, Verb, changed_fields, notify
from staff.permissions import Perms
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_day, correct_record, locked, store_record, void_record

SAME_NAME = "这项任务已有同名指标，请直接登记或换一个名称。"


@transaction.atomic
def create_task(task: KeyTask, participants: Sequence[Unit] = (), *, by: User | None) -> KeyTask:
    store_record(task, by=by, title="立项")
    task.participants.set(participants)
    tell_owner(task, by)
    return task


def tell_owner(task: KeyTask, by: User | None) -> None:
    """Everybody of the owner's who enters tallies; not who has just typed it in."""
    due = f"，{display(task.due)}前办结" if task.due else ""
    people = User.objects.filter(is_active=True, unit=task.owner)
    told = [person for person in people if person != by and person.has_perm(Perms.RECORD_TALLY)]
    notify(told, f"重点工作：{task.title}{due}", url=task.get_absolute_url())


@transaction.atomic
def correct_task(task: KeyTask, participants: Sequence[Unit], *, by: User, seen: int) -> KeyTask:
    before = "、".join(unit.label for unit in task.participants.all())
    correct_record(task, by=by, seen=seen)
    task.participants.set(participants)
    after = "、".join(unit.label for unit in participants)
    if before != after:
        Activity.record(Verb.UPDATE, task, by=by, title="修改参与单位", changes={"参与单位": [before, after]})
    return task


@transaction.atomic
def move_task(task: KeyTask, edge: str, *, by: User, on: date, words: str) -> KeyTask:
    """One step of the table. `words`: the result, or why. Refused from any other state."""
    step, current = TASK_TRANSITIONS[edge], locked(task)
    if current.is_voided or current.state not in step.sources:
        raise Refused(
            f"“{current}”{'已作废' if current.is_voided else current.get_state_display()}，不能再{step.label}。"
        )
    check_day(on, "on", "日期")
    if on < current.starts_on and step.target != TaskState.OPEN:
        raise Refused(f"日期早于任务列入的期间（{current.period.label}）。请核对。", "on")
    current.state = step.target
    current.closed_on = None if step.target == TaskState.OPEN else on
    current.outcome = "" if step.target == TaskState.OPEN else words
    current.version += 1
    current.save(update_fields=["state", "closed_on", "outcome", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title=step.label, note=words)
    return current


@transaction.atomic
def void_task(task: KeyTask, *, by: User, reason: str) -> KeyTask:
    """Only what nobody has counted for yet: figures that were printed must keep their rows."""
    if TallyEntry.objects.recorded().filter(measure__task=task).exists():
        raise Refused("这项任务已有台账登记，不能作废。任务取消的请用“中止”，登记保留。")
    return void_record(task, by=by, reason=reason)


@transaction.atomic
def add_note(task: KeyTask, *, by: User | None, noted_on: date, text: str) -> TaskNote:
    check_day(noted_on, "noted_on", "日期")
    note = TaskNote.objects.create(task=task, noted_on=noted_on, text=text, recorded_by=by)
    Activity.record(Verb.UPDATE, task, by=by, title="登记进展", note=text)
    return note


@transaction.atomic
def add_measure(measure: Measure, *, by: User | None) -> Measure:
    """The code follows from the task and never changes: stored texts print the figure by it."""
    task = locked(measure.task)
    if not task.is_open:
        raise Refused(f"“{task}”已不在进行中，不再加指标。需要时请先重新打开。")
    measure.code = f"m{task.pk}_{task.measures.count() + 1}"
    try:
        with transaction.atomic():
            measure.save()
    except IntegrityError as error:
        raise Refused(SAME_NAME, "name") from error
    Activity.record(Verb.UPDATE, task, by=by, title="加指标", note=str(measure))
    return measure


@transaction.atomic
def correct_measure(measure: Measure, *, by: User, seen: int) -> Measure:
    """Unit and way of totalling stay once something is counted: they are what the numbers mean."""
    task = locked(measure.task)
    before = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
    if before.version != seen:
        raise ChangedMeanwhile("这个指标")
    meaning = (measure.unit_of_count, measure.totalling)
    if meaning != (before.unit_of_count, before.totalling) and before.entries.exists():
        raise Refused("已有登记，计量单位和汇总方式不能再改。口径变了的，请停用这个指标，另加一个。", "unit_of_count")
    changes = changed_fields(measure_words(before), measure_words(measure))
    measure.version = seen + 1
    try:
        with transaction.atomic():
            measure.save()
    except IntegrityError as error:
        raise Refused(SAME_NAME, "name") from error
    if changes:
        Activity.record(Verb.UPDATE, task, by=by, title=f"修改指标{before.name}", changes=changes)
    return measure


def measure_words(measure: Measure) -> dict[str, str | Decimal | None]:
    return {
        "指标": measure.name,
        "计量单位": measure.unit_of_count,
        "汇总方式": Totalling(measure.totalling).label,
        "口径": measure.definition,
        "目标": measure.target,
        "继续登记": "是" if measure.active else "否",
    }
