"""Problems carried over, plans and how they turned out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet

from config import figure_sources
from config.figure_sources import Source
from config.figures import Figure, Kind, OverMonths, TableFigure, Value
from config.periods import Period
from reports.enums import PlanOutcome
from reports.figures.tallies import listed
from reports.models import PlanItem, Problem
from reports.planning import reached

ORDINALS = "一二三四五六七八九十"
STOPS = "。；，"
PENDING = "pending"
OUTCOMES = [*((str(value), str(label)) for value, label in PlanOutcome.choices), (PENDING, "未登记")]

count_figure = partial(figure_sources.count_figure, "reports")


def coming_half_year(period: Period) -> Period:
    """The half-year after the one that a period ends in."""
    return Period.half_year_of(Period.half_year_of(period.end).end + timedelta(days=1))


def span(period: Period) -> dict[str, str]:
    return {"since": period.start.isoformat(), "until": period.end.isoformat()}


def problem_rows(of: str, period: Period, parameter: str | None) -> QuerySet[Any]:
    rows = Problem.objects
    match of:
        case "carried":
            return rows.carried_into(period)
        case "left":
            return rows.left_after(period)
    return rows.recorded().filter(solved_on__range=(period.start, period.end))


def problem_url(of: str, period: Period, parameter: str | None) -> str:
    return listed("problem-list", show=of, **span(period))


def plan_rows(period: Period, parameter: str | None) -> QuerySet[Any]:
    rows = PlanItem.objects.recorded().filter(starts_on__range=(period.start, period.end))
    return rows if parameter is None else rows.filter(outcome="" if parameter == PENDING else parameter)


def plan_url(period: Period, parameter: str | None) -> str:
    return listed("plan-list", **span(period), **({"outcome": parameter} if parameter else {}))


def problem_figure(
    of: str, key: str, label: str, definition: str, over_months: OverMonths = OverMonths.ADDED
) -> Figure:
    source = Source(partial(problem_rows, of), partial(problem_url, of))
    return count_figure(key, label, "个", definition, source, over_months=over_months)


def sentences(parts: Iterable[tuple[str, str]]) -> str:
    """一是…；二是…。 in the order given; "" for none."""
    words = []
    for place, (title, text) in enumerate(parts):
        ordinal = ORDINALS[place] if place < len(ORDINALS) else str(place + 1)
        words.append(f"{ordinal}是{'，'.join(filter(None, (title, text.rstrip(STOPS))))}")
    return f"{'；'.join(words)}。" if words else ""


def problems_text(period: Period, parameter: str | None) -> Value:
    left = Problem.objects.left_after(period)
    words = sentences((each.title, each.text) for each in left)
    return Value(text=words) if words else Value(reason="没有登记存在的问题。")


def plan_text(period: Period, parameter: str | None) -> Value:
    items = PlanItem.objects.recorded().filter(starts_on=coming_half_year(period).start)
    words = sentences(
        (each.title, "，".join(filter(None, (each.text.rstrip("。"), each.target_words)))) for each in items
    )
    return Value(text=words) if words else Value(reason="还没有登记下步计划。")


FIGURES: tuple[Figure, ...] = (
    problem_figure("carried", "problems_carried", "遗留问题", "期初以前列入、期初时还没有解决的问题，未作废。", OverMonths.NOTHING),
    problem_figure("solved", "problems_solved", "期内解决的问题", "解决日期在期内的问题，未作废。"),
    problem_figure("left", "problems_left", "期末未解决的问题", "期末以前列入、期末时还没有解决的问题，转入下期。", OverMonths.LAST),
    Figure(key="reports.problems_text", label="存在的问题（行文）", unit="", kind=Kind.TEXT, value=problems_text,
           definition="期末未解决的问题，按登记的标题和表现连成一段。", url=partial(problem_url, "left"), ),
    count_figure("plan_items", "本期计划", "项", "列入本期（半年）计划的事项，未作废。", Source(plan_rows, plan_url)),
    count_figure("plan_by_outcome", "本期计划（按完成情况）", "项", "本期计划中登记为该情况的事项；还没有登记的单列。",
                 Source(plan_rows, plan_url),
                 choices=lambda: OUTCOMES, part_of="reports.plan_items"),
    Figure(key="reports.plan_text", label="下步计划（行文）", unit="", kind=Kind.TEXT, value=plan_text,
           definition="下一个半年的计划，按登记的标题、安排和目标连成一段。",
           url=lambda period, _: plan_url(coming_half_year(period), None)),
)  # fmt: skip


def outcome_table(period: Period) -> list[list[tuple[str, str]]]:
    """The plan of the period, item by item: what was aimed at, what was reached, how it was judged."""
    rows = []
    for place, item in enumerate(plan_rows(period, None).select_related("owner", "measure__task").order_by("order"), 1):
        counted = reached(item)
        rows.append(
            [
                (str(place), ""),
                (item.title, item.get_absolute_url()),
                (item.owner.label, ""),
                (item.target_words or "—", ""),
                (counted.words, counted.url) if counted else ("—", ""),
                (item.get_outcome_display() or "未登记", ""),
                (item.outcome_text or "—", ""),
            ]
        )
    return rows


def next_table(period: Period) -> list[list[tuple[str, str]]]:
    items = PlanItem.objects.recorded().filter(starts_on=coming_half_year(period).start).select_related("owner")
    return [
        [
            (str(place), ""),
            (item.title, item.get_absolute_url()),
            (item.owner.label, ""),
            (item.target_words or "—", ""),
        ]
        for place, item in enumerate(items.order_by("order"), 1)
    ]


TABLES = (
    TableFigure("reports.plan_outcomes", "本期计划完成情况", ("序号", "计划", "责任单位", "目标", "实际", "完成情况", "说明"),
                outcome_table, total=False),
    TableFigure("reports.next_plan", "下步工作计划", ("序号", "计划", "责任单位", "目标"), next_table, total=False),
)  # fmt: skip
