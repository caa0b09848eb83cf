"""Texts of an outline that follow from the office's books: key tasks with their measures, problems, how the plan turned out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from config.figures import one_reading
from config.periods import Period
from reports import counting
from reports.models import KeyTask, PlanItem, Problem

LEAD = "紧扣上级部署和群众关切，期内推进重点工作{{ reports.key_tasks }}，其中办结{{ reports.key_tasks_done }}。"

CARRIED = """\
期初遗留问题{{ reports.problems_carried }}，期内解决{{ reports.problems_solved }}，期末仍有{{ reports.problems_left }}需要继续推动：
{{ reports.problems_text }}"""

PROBLEM_POINTS = "期末仍有{{ reports.problems_left }}遗留问题：{{ reports.problems_text }}"

SHOWN_TASKS, SHOWN_MEASURES = 8, 2  # in the one sentence of a short outline

OUTCOMES = """\
本期计划{{ reports.plan_items }}，完成{{ reports.plan_by_outcome:done }}，部分完成{{ reports.plan_by_outcome:partly }}，未完成{{ reports.plan_by_outcome:not_done }}。
{{ table reports.plan_outcomes }}"""

NEXT = """\
{{ reports.plan_text }}
{{ table reports.next_plan }}"""


def counted_tasks(period: Period) -> list[tuple[KeyTask, list[str]]]:
    """The key tasks of the period that anything is counted for, each with its measures as they are printed."""
    counted: dict[int, list[str]] = {}
    with one_reading():
        for measure in counting.measures().values():
            if counting.total(measure, period) is not None:
                counted.setdefault(measure.task_id, []).append(f"{measure.name}{{{{ {measure.figure_name} }}}}")
    return [(task, counted[task.pk]) for task in KeyTask.objects.in_period(period) if task.pk in counted]


def key_task_text(period: Period) -> str:
    """A paragraph for each key task, then the table of all; "" for none."""
    paragraphs = [f"{task.title}方面，{'，'.join(words)}。" for task, words in counted_tasks(period)]
    return "\n".join([LEAD, *paragraphs, "{{ table reports.tallies }}"]) if paragraphs else ""


def key_task_points(period: Period) -> str:
    """The same in one sentence, of each task its first measures only."""
    tasks = counted_tasks(period)[:SHOWN_TASKS]
    if not tasks:
        return ""
    sentence = "；".join(f"{task.title}，{'，'.join(words[:SHOWN_MEASURES])}" for task, words in tasks)
    return f"{LEAD}其中：{sentence}。"


def problem_text(period: Period) -> str:
    return CARRIED if Problem.objects.open_in(period).exists() else ""


def outcome_text(period: Period) -> str:
    items = PlanItem.objects.recorded().filter(starts_on__range=(period.start, period.end))
    return OUTCOMES if items.exists() else ""


def problem_points(period: Period) -> str:
    return PROBLEM_POINTS if Problem.objects.open_in(period).exists() else ""


def outcome_points(period: Period) -> str:
    return OUTCOMES.partition("\n")[0] if outcome_text(period) else ""


# Mark in an outline → its text; the shorter outlines take the 要点, without tables.
BOOKS: Mapping[str, Callable[[Period], str]] = {
    "【重点工作】": key_task_text,
    "【遗留问题】": problem_text,
    "【计划完成】": outcome_text,
    "【重点工作要点】": key_task_points,
    "【遗留问题要点】": problem_points,
    "【计划完成要点】": outcome_points,
}
