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

OUTCOMES = """\
本期计划{{ reports.plan_items }}，完成{{ reports.plan_by_outcome:done }}，部分完成{{ reports.plan_by_outcome:partly }}，未完成{{ reports.plan_by_outcome:not_done }}。
{{ table reports.plan_outcomes }}"""

NEXT = """\
{{ reports.plan_text }}
{{ table reports.next_plan }}"""


def key_task_text(period: Period) -> str:
    """A paragraph for each key task of the period that anything is counted for, then the table of all; "" for none."""
    counted: dict[int, list[str]] = {}
    with one_reading():
        for measure in counting.measures().values():
            if counting.total(measure, period) is not None:
                counted.setdefault(measure.task_id, []).append(f"{measure.name}{{{{ {measure.figure_name} }}}}")
    wanted = KeyTask.objects.in_period(period)
    paragraphs = [f"{task.title}方面，{'，'.join(counted[task.pk])}。" for task in wanted if task.pk in counted]
    return "\n".join([LEAD, *paragraphs, "{{ table reports.tallies }}"]) if paragraphs else ""


def problem_text(period: Period) -> str:
    return CARRIED if Problem.objects.open_in(period).exists() else ""


def outcome_text(period: Period) -> str:
    items = PlanItem.objects.recorded().filter(starts_on__range=(period.start, period.end))
    return OUTCOMES if items.exists() else ""


BOOKS: Mapping[str, Callable[[Period], str]] = {
    "【重点工作】": key_task_text,
    "【遗留问题】": problem_text,
    "【计划完成】": outcome_text,
}
