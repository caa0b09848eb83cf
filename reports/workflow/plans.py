"""The doors to problems, plans and historical figures."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from reports.enums import PROBLEM_TRANSITIONS, PlanOutcome, ProblemState, Totalling
from reports.models import HistoricalFigure, KeyTask, Measure, PlanItem, Problem
from reports.workflow import tasks
from staff.models import Activity, ImportBatch, User, Verb
from staff.refusals import Refused
from staff.workflow.records import FIRST_DAY, check_day, correct_record, locked, store_record, void_record

PLANNED = 100  # tasks of the plan stand behind those of superiors


@transaction.atomic
def move_problem(problem: Problem, edge: str, *, by: User | None, on: date, words: str) -> Problem:
    """已解决 with the day and the way, or 重新列入 with the reason."""
    step, current = PROBLEM_TRANSITIONS[edge], locked(problem)
    if current.is_voided or current.state != step.source:
        raise Refused(
            f"“{current}”{'已作废' if current.is_voided else current.get_state_display()}，不能再{step.label}。"
        )
    check_day(on, "on", "日期")
    if on < current.starts_on:
        raise Refused(f"日期早于问题列入的期间（{current.period.label}）。请核对。", "on")
    solved = step.target == ProblemState.SOLVED
    current.state, current.solved_on, current.solution = step.target, on if solved else None, words if solved else ""
    current.version += 1
    current.save(update_fields=["state", "solved_on", "solution", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title=step.label, note=words)
    return current


@transaction.atomic
def take_up(item: PlanItem, *, by: User | None) -> KeyTask:
    """转为重点工作: the item as a key task of its half-year, its target as a measure. Twice gives the same task."""
    current = locked(item)
    if current.task is not None:
        return current.task
    if current.is_voided:
        raise Refused("这项计划已作废，不能转为重点工作。")
    task = KeyTask(
        title=current.title,
        source=f"{current.period.label}工作计划第{current.order}项",
        owner=current.owner,
        due=current.period.end,
        content=current.text,
        period_key=current.period_key,
        order=PLANNED + current.order,
    )
    tasks.create_task(task, by=by)
    if current.target is not None:
        measure = Measure(
            task=task, name=current.target_name, unit_of_count=current.target_unit, totalling=Totalling.SUM,
            target=current.target,
        )  # fmt: skip
        current.measure = tasks.add_measure(measure, by=by)
    current.task = task
    current.version += 1
    current.save(update_fields=["task", "measure", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title="转为重点工作", note=task.title)
    return task


@transaction.atomic
def conclude(
    item: PlanItem, *, by: User | None, seen: int, outcome: str, text: str, on: date | None = None
) -> PlanItem:
    """登记完成情况: done, partly or not, in words; again where it was judged too early. Not before the half-year began.

    `seen`: the version on the page; what somebody else entered meanwhile is not written over unread.
    """
    current = locked(item)
    today = timezone.localdate()
    if current.is_voided:
        raise Refused("这项计划已作废，不登记完成情况。")
    if current.version != seen:
        now = current.get_outcome_display() or "未登记"
        raise Refused(
            f"这项计划刚有改动，完成情况现为“{now}”。请看过页面上现在的登记，再决定是否提交。", "outcome_text"
        )
    if current.starts_on > today:
        raise Refused(f"{current.period.label}还没有开始，到期后再登记完成情况。", "outcome")
    if outcome != PlanOutcome.DONE and not text:
        raise Refused("部分完成或未完成的，要写明原因和下步打算。", "outcome_text")
    before = current.get_outcome_display()
    current.outcome, current.outcome_text, current.outcome_on = outcome, text, on or today
    current.version += 1
    current.save(update_fields=["outcome", "outcome_text", "outcome_on", "version"])
    label = PlanOutcome(outcome).label
    changes = {"完成情况": [before, label]} if before else {}
    Activity.record(Verb.TRANSITION, current, by=by, title=f"登记完成情况：{label}", note=text, changes=changes)
    return current


@transaction.atomic
def void_plan(item: PlanItem, *, by: User, reason: str) -> PlanItem:
    if locked(item).task_id is not None:
        raise Refused("这项计划已转为重点工作，不能作废。不再做的，请把重点工作中止，并登记“未完成”。")
    return void_record(item, by=by, reason=reason)


ALREADY = "这个数据在这个月已经登记过，请改原来那条。"


def month_problem(month: str) -> str:
    """ "" or why nothing can have been printed for a month (YYYY-MM): it is ahead of us, or long before any register."""
    if month > f"{timezone.localdate():%Y-%m}":
        return "月份晚于本月。请核对年份和月份。"
    return f"月份早于 {FIRST_DAY.year} 年。请核对年份。" if month < f"{FIRST_DAY:%Y-%m}" else ""


def refuse_month(month: str) -> None:
    if problem := month_problem(month):
        raise Refused(problem, "month")


def record_history(figure: HistoricalFigure, *, by: User | None, batch: ImportBatch | None = None) -> HistoricalFigure:
    refuse_month(figure.month)
    try:
        with transaction.atomic():
            return store_record(figure, by=by, batch=batch, title="登记历史数据")
    except IntegrityError as error:
        raise Refused(ALREADY, "month") from error


def correct_history(figure: HistoricalFigure, *, by: User, seen: int) -> HistoricalFigure:
    refuse_month(figure.month)
    try:
        with transaction.atomic():
            return correct_record(figure, by=by, seen=seen)
    except IntegrityError as error:
        raise Refused(ALREADY, "month") from error
