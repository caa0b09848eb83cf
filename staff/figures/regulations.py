"""Figures about rules and documents: how many rules were written, revised, repealed; month and title of documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from django.db.models import QuerySet
from django.urls import reverse

from config.figure_sources import days, list_url
from config.figures import ChartFigure, Claim, Figure, Kind, OverMonths, TableFigure, Value, remembered
from config.periods import Period
from staff.enums import RuleChange, RuleNature
from staff.models import RegulationVersion


def changed_rows(changes: Sequence[str], period: Period, parameter: str | None) -> QuerySet[RegulationVersion]:
    rows = RegulationVersion.objects.counted_changes(period.start, period.end)
    return rows.filter(regulation__nature=RuleNature.RULE, change__in=changes)


def changed_url(changes: Sequence[str], period: Period, parameter: str | None) -> str:
    return list_url(
        "staff:regulation-list", nature=RuleNature.RULE.value, **days(period), once="true", change=list(changes)
    )


def changed_figure(key: str, label: str, definition: str, *changes: RuleChange) -> Figure:
    kinds = [change.value for change in changes]
    return Figure(
        key=f"staff.{key}",
        label=label,
        unit="项",
        definition=definition,
        kind=Kind.COUNT,
        value=lambda period, parameter: Value(Decimal(changed_rows(kinds, period, None).count())),
        rows=partial(changed_rows, kinds),
        url=partial(changed_url, kinds),
    )


def in_force_rows(period: Period, parameter: str | None) -> QuerySet[RegulationVersion]:
    return RegulationVersion.objects.in_force_on(period.end).filter(regulation__nature=RuleNature.RULE)


def in_force_url(period: Period, parameter: str | None) -> str:
    query = {"nature": RuleNature.RULE.value, "standing": "in_force", "on": period.end.isoformat()}
    return list_url("staff:regulation-list", **query)


# --- Documents by month and title -------------------------------------------------------------------------------------


def documents() -> dict[str, list[RegulationVersion]]:
    """All versions that are no repeals, by code, newest first; one query."""

    def read() -> dict[str, list[RegulationVersion]]:
        found: dict[str, list[RegulationVersion]] = {}
        rows = RegulationVersion.objects.exclude(change=RuleChange.REPEALED).select_related("regulation").defer("text")
        for row in rows.order_by("regulation__code", "-version"):
            found.setdefault(row.regulation.code, []).append(row)
        return found

    return remembered("staff.documents", read)


def document_choices() -> list[tuple[str, str]]:
    return [(code, rows[0].title) for code, rows in documents().items()]


def issued_in(period: Period, code: str | None) -> RegulationVersion | None:
    return next((row for row in documents().get(code or "", []) if period.contains(row.issued_on)), None)


def document_month(period: Period, code: str | None) -> Value:
    row = issued_in(period, code)
    return Value(text=f"{row.issued_on.month}月") if row else Value(reason="期内没有印发这份文件。")


def document_title(period: Period, code: str | None) -> Value:
    row = issued_in(period, code)
    return Value(text=f"《{row.title}》") if row else Value(reason="期内没有印发这份文件。")


def document_url(period: Period, code: str | None) -> str:
    row = issued_in(period, code)
    return row.get_absolute_url() if row else reverse("staff:regulation-list")


def document_figure(key: str, label: str, definition: str, value: Callable[[Period, str | None], Value]) -> Figure:
    return Figure(
        key=f"staff.{key}",
        label=label,
        unit="",
        definition=definition,
        kind=Kind.TEXT,
        value=value,
        url=document_url,
        choices=document_choices,
    )


FIGURES: tuple[Figure, ...] = (
    changed_figure(
        "rules",
        "制定、修订制度",
        "期内施行的新增和修订的内部管理制度，一项制度只计一次；办法、意见等另计，废止的不计。",
        RuleChange.NEW,
        RuleChange.REVISED,
    ),
    changed_figure("rules_new", "新增制度", "期内施行的新增内部管理制度。", RuleChange.NEW),
    changed_figure(
        "rules_revised",
        "修订制度",
        "期内施行的修订内部管理制度，一项只计一次；期内新增后又修订的计为新增。",
        RuleChange.REVISED,
    ),
    changed_figure("rules_repealed", "废止制度", "期内废止的内部管理制度。", RuleChange.REPEALED),
    Figure(
        key="staff.rules_in_force",
        label="现行制度",
        unit="项",
        definition="期末现行的内部管理制度。",
        kind=Kind.COUNT,
        value=lambda period, parameter: Value(Decimal(in_force_rows(period, None).count())),
        rows=in_force_rows,
        url=in_force_url,
        over_months=OverMonths.LAST,
    ),
    document_figure("document_month", "文件印发月份", "期内印发的这份文件（新增或修订）的印发月份。", document_month),
    document_figure("document_title", "文件名称", "期内印发的这份文件的名称，带书名号。", document_title),
)
CLAIMS: tuple[Claim, ...] = ()
TABLES: tuple[TableFigure, ...] = ()
CHARTS: tuple[ChartFigure, ...] = ()
