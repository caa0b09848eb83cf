"""Figures about the department assessment and discipline: published results, grades, 加减分, rewards; records by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from config.display import points
from config.figure_sources import list_url
from config.figures import ChartFigure, Claim, Figure, Kind, TableFigure, Value, remembered
from config.periods import Period
from staff.enums import DisciplineKind, Grade
from staff.models import AppraisalEntry, AppraisalSheet, DisciplineRecord


def between(name: str, period: Period, **more: str | None) -> str:
    query = {"since": period.start.isoformat(), "until": period.end.isoformat()}
    query |= {key: value for key, value in more.items() if value}
    return list_url(f"staff:{name}", **query)


# --- Results ----------------------------------------------------------------------------------------------------------


def result_rows(period: Period, grade: str | None) -> QuerySet[AppraisalSheet]:
    """Published results of the rounds whose period ends in this one."""
    rows = AppraisalSheet.objects.exclude(total=None)
    rows = rows.filter(round__end__gte=period.start, round__end__lte=period.end)
    return rows.filter(grade=grade) if grade else rows


def result_url(period: Period, grade: str | None) -> str:
    return between("appraisal-result-list", period, grade=grade)


def published() -> list[tuple[date, str, Decimal | None]]:
    """End of the round, grade and reward of every published result: one reading for all periods and figures."""
    rows = AppraisalSheet.objects.exclude(total=None).order_by()
    return remembered("staff.appraised", lambda: list(rows.values_list("round__end", "grade", "reward")))


def appraised(period: Period, grade: str | None) -> Value:
    grades = [found for end, found, _ in published() if period.contains(end)]
    return Value(Decimal(len(grades) if grade is None else grades.count(grade)))


def grade_choices() -> Sequence[tuple[str, str]]:
    return [(value, str(label)) for value, label in Grade.choices]


def rewards(period: Period, parameter: str | None) -> Value:
    given = [reward for end, _, reward in published() if period.contains(end) and reward is not None]
    return Value(sum(given, Decimal(0))) if given else Value(reason="期内没有登记奖励金额。")


def rewarded_rows(period: Period, parameter: str | None) -> QuerySet[AppraisalSheet]:
    return result_rows(period, None).exclude(reward=None)


# --- 加减分, discipline -----------------------------------------------------------------------------------------------


def entry_rows(period: Period, parameter: str | None) -> QuerySet[AppraisalEntry]:
    return AppraisalEntry.objects.counted().filter(happened_on__gte=period.start, happened_on__lte=period.end)


def discipline_rows(period: Period, kind: str | None) -> QuerySet[DisciplineRecord]:
    rows = DisciplineRecord.objects.recorded().filter(decided_on__gte=period.start, decided_on__lte=period.end)
    return rows.filter(kind=kind) if kind else rows


def discipline_url(period: Period, kind: str | None) -> str:
    return between("discipline-list", period, kind=kind)


def discipline(period: Period, kind: str | None) -> Value:
    rows = DisciplineRecord.objects.recorded().order_by().values_list("decided_on", "kind")
    known = remembered("staff.discipline", lambda: list(rows))
    kinds = [found for day, found in known if period.contains(day)]
    return Value(Decimal(len(kinds) if kind is None else kinds.count(kind)))


def discipline_choices() -> Sequence[tuple[str, str]]:
    return [(value, str(label)) for value, label in DisciplineKind.choices]


APPRAISED = "期末落在期内、结果已公布的科室考核，每个单位每次计一个。"
DISCIPLINE = "期内决定、已登记文号的纪律处理，按件计；名单只有少数人能看。"
FIGURES: tuple[Figure, ...] = (
    Figure("staff.appraised", "科室考核单位数", "个", APPRAISED, Kind.COUNT, appraised, result_url, rows=result_rows),
    Figure(
        "staff.appraised_by_grade",
        "科室考核单位数（按等次）",
        "个",
        APPRAISED,
        Kind.COUNT,
        appraised,
        result_url,
        rows=result_rows,
        choices=grade_choices,
        part_of="staff.appraised",
    ),
    Figure(
        "staff.appraisal_rewards",
        "科室考核奖励金额",
        "元",
        "期末落在期内、已公布的科室考核登记的奖励金额之和。",
        Kind.SUM,
        rewards,
        lambda period, parameter: between("appraisal-result-list", period, rewarded="true"),
        rows=rewarded_rows,
    ),
    Figure(
        "staff.appraisal_entries",
        "考核加减分",
        "件",
        "期内发生、未作废的加减分，按件计。",
        Kind.COUNT,
        lambda period, parameter: Value(Decimal(entry_rows(period, None).count())),
        lambda period, parameter: between("appraisal-entry-list", period),
        rows=entry_rows,
    ),
    Figure(
        "staff.discipline",
        "纪律处理",
        "件",
        DISCIPLINE,
        Kind.COUNT,
        discipline,
        discipline_url,
        rows=discipline_rows,
    ),
    Figure(
        "staff.discipline_by_kind",
        "纪律处理（按种类）",
        "件",
        DISCIPLINE,
        Kind.COUNT,
        discipline,
        discipline_url,
        rows=discipline_rows,
        choices=discipline_choices,
        part_of="staff.discipline",
    ),
)
CLAIMS: tuple[Claim, ...] = ()


def results(period: Period) -> list[list[tuple[str, str]]]:
    """Published results of the period, by round and rank; each number opens the sheet."""
    rows = result_rows(period, None).select_related("round", "unit").order_by("round__end", "rank", "unit__order")
    return [
        [
            (sheet.round.label, sheet.round.get_absolute_url()),
            (sheet.unit.label, ""),
            (points(sheet.total), sheet.get_absolute_url()),
            (str(sheet.get_grade_display()), ""),
            (str(sheet.rank), ""),
        ]
        for sheet in rows
    ]


TABLES = (
    TableFigure(
        "staff.appraisal_results", "科室考核结果", ("考核", "单位", "总得分", "等次", "名次"), results, total=False
    ),
)
CHARTS: tuple[ChartFigure, ...] = ()
