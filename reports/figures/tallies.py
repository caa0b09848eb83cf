"""Every measure of the tally register as a figure: its own unit, its own list, nothing added across measures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from config.display import plain_number
from config.figure_sources import days, list_url
from config.figures import Figure, Kind, OverMonths, TableFigure, Value, remembered
from config.periods import Period
from reports import counting
from reports.counting import measure_of, part_of
from reports.enums import Totalling
from reports.history import base_of
from reports.models import KeyTask, Measure, TallyEntry
from staff.models import Unit

NOTHING = "—"
NOTHING_ENTERED = "期内没有登记台账。"
NOT_ADDED = "各指标的计量单位不同，不能相加；请选一个指标。"
Choices = Sequence[tuple[str, str]]


def listed(route: str, **query: str) -> str:
    return list_url(f"reports:{route}", **query)


def unit_word(parameter: str | None) -> str:
    measure = measure_of(parameter)
    return measure.unit_of_count if measure else ""


def choice_label(measure: Measure) -> str:
    return f"{measure.task.title}·{measure}"


def tally_rows(period: Period, parameter: str | None) -> QuerySet[Any]:
    """The entries that make up the number: all, the newest of each unit, or one for each day."""
    measure, (_, unit), entries = measure_of(parameter), part_of(parameter), TallyEntry.objects
    if measure is None:
        return entries.none()
    rows = {
        Totalling.LATEST: entries.newest_of_each_unit,
        Totalling.DAYS: entries.first_of_each_day,
    }.get(Totalling(measure.totalling), entries.within)(period)
    rows = rows.filter(measure=measure)
    return rows if unit is None else rows.filter(unit=unit)


def tally_url(period: Period, parameter: str | None) -> str:
    measure, (code, unit) = measure_of(parameter), part_of(parameter)
    if measure is None:
        return listed("tally-list", **days(period))
    only = {Totalling.LATEST: "latest", Totalling.DAYS: "day"}.get(Totalling(measure.totalling))
    of_unit = {} if unit is None else {"unit": str(unit)}
    return listed("tally-list", measure=code, **days(period), **of_unit, **({"only": only} if only else {}))


def tally_value(period: Period, parameter: str | None) -> Value:
    measure, (code, unit) = measure_of(parameter), part_of(parameter)
    if measure is None:
        return Value(reason=NOT_ADDED)
    number = counting.total(measure, period) if unit is None else counting.quantities(period).get((code, unit))
    return Value(number) if number is not None else Value(reason=NOTHING_ENTERED)


def choices_of(*, counting_rows: bool) -> Choices:
    return [
        (code, choice_label(each)) for code, each in counting.measures().items() if each.counts_rows is counting_rows
    ]


def unit_choices() -> Choices:
    """Each measure with each unit that ever entered anything for it."""

    def read() -> Choices:
        labels = {unit.pk: unit.label for unit in Unit.objects.all()}
        pairs = TallyEntry.objects.recorded().order_by("unit__order", "unit").values_list("measure__code", "unit")
        known = list(pairs.distinct())
        return [
            (f"{code}@{unit}", f"{choice_label(each)}·{labels[unit]}")
            for code, each in counting.measures().items()
            if not each.counts_rows
            for entered, unit in known
            if entered == code
        ]

    return remembered(("reports.unit_choices",), read)


def task_rows(period: Period, parameter: str | None) -> QuerySet[Any]:
    return KeyTask.objects.in_period(period)


def task_url(period: Period, parameter: str | None) -> str:
    return listed("task-list", **days(period))


def finished_rows(period: Period, parameter: str | None) -> QuerySet[Any]:
    return KeyTask.objects.recorded().filter(state="done", closed_on__range=(period.start, period.end))


def finished_url(period: Period, parameter: str | None) -> str:
    return listed("task-list", done_since=period.start.isoformat(), done_until=period.end.isoformat())


FIGURES: tuple[Figure, ...] = (
    Figure(key="reports.key_tasks", label="重点工作", unit="项", kind=Kind.COUNT, rows=task_rows, url=task_url,
           definition="期内在办的重点工作：期末前列入、期初前没有办结，未作废。", over_months=OverMonths.NOTHING,
           value=lambda period, _: Value(Decimal(task_rows(period, None).count()))),
    Figure(key="reports.key_tasks_done", label="完成的重点工作", unit="项", kind=Kind.COUNT, rows=finished_rows, url=finished_url,
           definition="期内登记完成的重点工作，未作废；中止的不计。",
           value=lambda period, _: Value(Decimal(finished_rows(period, None).count()))),
    Figure(key="reports.tally", label="工作量台账", unit="", unit_of=unit_word, kind=Kind.SUM, rows=tally_rows, url=tally_url,
           definition="期内登记、未作废的数量。累计指标为各条之和；最新数指标为各单位期内最近一次之和。不跨指标相加。",
           value=tally_value, choices=lambda: choices_of(counting_rows=False)),
    Figure(key="reports.tally_count", label="工作量台账（按次）", unit="", unit_of=unit_word, kind=Kind.COUNT, rows=tally_rows,
           url=tally_url, definition="期内有登记的天数（同一天只计一次），或登记的条数，按指标规定；作废的不计。",
           value=tally_value, choices=lambda: choices_of(counting_rows=True)),
    Figure(key="reports.tally_by_unit", label="工作量台账（按单位）", unit="", unit_of=unit_word, kind=Kind.SUM, rows=tally_rows,
           url=tally_url, definition="期内某单位登记、未作废的数量；各单位之和等于全局数。", value=tally_value, choices=unit_choices),
)  # fmt: skip


def tally_table(period: Period) -> list[list[tuple[str, str]]]:
    """Each measure with entries now or a year ago; last year up to the same day while the period runs."""
    before = period.so_far(timezone.localdate()).same_period_last_year()
    rows = []
    for code, measure in counting.measures().items():
        now, then = counting.total(measure, period), same_period_words(measure, before)
        if now is None and then == NOTHING:
            continue
        rows.append(
            [
                (measure.task.title, measure.task.get_absolute_url()),
                (measure.name, ""),
                (number_words(now), tally_url(period, code)),
                (then, tally_url(before, code)),
                (measure.unit_of_count, ""),
            ]
        )
    return rows


def same_period_words(measure: Measure, before: Period) -> str:
    """上年同期 as 同比 in a text takes it: 12, 12（历史数据）, 12（核定）."""
    key = measure.figure_name.partition(":")[0]
    base = base_of(next(figure for figure in FIGURES if figure.key == key), before, measure.code)
    return f"{number_words(base.number)}{base.mark}"


def number_words(number: Decimal | None) -> str:
    return NOTHING if number is None else str(plain_number(number))


TABLES = (
    TableFigure(
        "reports.tallies",
        "重点工作数据",
        ("重点工作", "指标", "本期", "上年同期", "计量单位"),
        tally_table,
        total=False,
    ),
)
