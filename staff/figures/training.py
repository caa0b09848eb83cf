"""The office's figures about certificates and training: cards valid on the period's last day, courses held in its days."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from django.db.models import QuerySet, Sum

from config.figure_sources import days, list_url
from config.figures import ChartFigure, Claim, Figure, Kind, OverMonths, TableFigure, Value
from config.periods import Period
from config.tables import exact
from staff.enums import CourseKind
from staff.headcount import certified_on, people_url
from staff.models import Course, Movement


def certified_rows(period: Period, parameter: str | None) -> QuerySet[Movement]:
    """People on the roll who hold a card that is valid on the period's last day."""
    return certified_on(period.end)


def courses_rows(kinds: Sequence[str], period: Period, parameter: str | None) -> QuerySet[Course]:
    return Course.objects.held_between(period.start, period.end).filter(kind__in=kinds)


def courses_url(kinds: Sequence[str], period: Period, parameter: str | None) -> str:
    return list_url("staff:course-list", **days(period), kind=list(kinds))


def courses_figure(key: str, label: str, definition: str, kinds: Sequence[str]) -> Figure:
    return Figure(
        key=f"staff.{key}",
        label=label,
        unit="次",
        definition=definition,
        kind=Kind.COUNT,
        value=lambda period, parameter: Value(Decimal(courses_rows(kinds, period, parameter).count())),
        rows=partial(courses_rows, kinds),
        url=partial(courses_url, kinds),
    )


def training_hours(period: Period, parameter: str | None) -> Value:
    return Value(exact(courses_rows(CourseKind.COUNTED, period, None).aggregate(n=Sum("hours"))["n"] or Decimal(0)))


FIGURES: tuple[Figure, ...] = (
    Figure(
        key="staff.certified",
        label="持有效执法证人数",
        unit="人",
        definition="期末在册、执法证在有效期内且未注销的人员；协管、派遣等辅助人员的不计。",
        kind=Kind.COUNT,
        value=lambda period, parameter: Value(Decimal(certified_rows(period, parameter).count())),
        rows=certified_rows,
        url=lambda period, parameter: people_url(period.end, scope="roll", certified="true"),
        over_months=OverMonths.LAST,
    ),
    courses_figure("trainings", "业务和法治培训次数", "期内举办的业务培训、法治培训。", CourseKind.COUNTED),
    Figure(
        key="staff.training_hours",
        label="业务和法治培训学时",
        unit="学时",
        definition="期内举办的业务培训、法治培训的学时之和（不乘人数）。",
        kind=Kind.SUM,
        value=training_hours,
        rows=partial(courses_rows, CourseKind.COUNTED),
        url=partial(courses_url, CourseKind.COUNTED),
    ),
    courses_figure("studies", "政治理论学习次数", "期内组织的党的理论学习、意识形态学习。", CourseKind.STUDY),
)
CLAIMS: tuple[Claim, ...] = ()
TABLES: tuple[TableFigure, ...] = ()
CHARTS: tuple[ChartFigure, ...] = ()
