"""Figures of rectification by deadline: ordered, closed, in time, late, sent back, with their rates; appeals."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.db.models import Q, QuerySet

from config.figure_sources import list_url
from config.figures import ChartFigure, Claim, Figure, Kind, TableFigure, Value
from config.periods import Period
from inspections.caseload import ACCOUNTS, Account, caseload, within
from inspections.enums import AppealState
from inspections.models import Appeal, Finding
from inspections.tally import unit_choices


def counted(account: str, period: Period, parameter: str | None) -> Value:
    by_unit = caseload(period)[account]
    return Value(Decimal(by_unit[parameter] if parameter else sum(by_unit.values())))


def rows_of(account: str, period: Period, parameter: str | None) -> QuerySet[Finding]:
    rows = Finding.objects.filter(ACCOUNTS[account].condition(period))
    return rows.filter(lead_unit_id=int(parameter)) if parameter else rows


def address(account: str, period: Period, parameter: str | None) -> str:
    query = {"account": account, "span": period.key, **({"lead_unit": parameter} if parameter else {})}
    return list_url("inspections:finding-list", **query)


def count_figures(account: Account) -> list[Figure]:
    """The whole, and by unit."""
    whole = Figure(
        key=f"inspections.{account.key}",
        label=account.label,
        unit="件",
        definition=account.definition,
        kind=Kind.COUNT,
        value=partial(counted, account.key),
        rows=partial(rows_of, account.key),
        url=partial(address, account.key),
    )
    part = Figure(
        key=f"inspections.{account.key}_by_unit",
        label=f"{account.label}（按责任单位）",
        unit="件",
        definition=account.definition,
        kind=Kind.COUNT,
        value=partial(counted, account.key),
        rows=partial(rows_of, account.key),
        url=partial(address, account.key),
        choices=unit_choices,
        part_of=whole.key,
    )
    return [whole, part]


def rate(numerator: str, period: Period, parameter: str | None) -> Value:
    over = counted("case_due", period, None).number or Decimal(0)
    if over == 0:
        return Value(reason="期内没有应整改案件，无法计算。")
    under = counted(numerator, period, None).number or Decimal(0)
    return Value(under / over * 100, numerator=under, denominator=over)


def rate_figure(key: str, label: str, definition: str, numerator: str) -> Figure:
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit="%",
        definition=definition,
        kind=Kind.RATE,
        value=partial(rate, numerator),
        url=partial(address, numerator),
        numerator=f"inspections.{numerator}",
        denominator="inspections.case_due",
        decimals=2,
        style="百分比",
    )


def lodged(period: Period) -> Q:
    return within("lodged_at", period)


def upheld(period: Period) -> Q:
    return Q(state__in=AppealState.SUCCESSFUL) & within("decided_at", period)


def appeal_rows(condition: str, period: Period, parameter: str | None) -> QuerySet[Appeal]:
    return Appeal.objects.filter({"lodged": lodged, "upheld": upheld}[condition](period))


def appeal_address(condition: str, period: Period, parameter: str | None) -> str:
    start, end = period.start.isoformat(), period.end.isoformat()
    query = {
        "lodged": {"lodged_from": start, "lodged_to": end},
        "upheld": {"state": "successful", "decided_from": start, "decided_to": end},
    }[condition]
    return list_url("inspections:appeal-list", **query)


def appeal_figure(key: str, label: str, definition: str, condition: str) -> Figure:
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit="件",
        definition=definition,
        kind=Kind.COUNT,
        value=lambda period, parameter: Value(Decimal(appeal_rows(condition, period, parameter).count())),
        rows=partial(appeal_rows, condition),
        url=partial(appeal_address, condition),
    )


FIGURES: tuple[Figure, ...] = (
    *(figure for account in ACCOUNTS.values() for figure in count_figures(account)),
    rate_figure("closing_rate", "应整改销号率", "应整改中已销号案件 ÷ 期内应整改案件。", "case_closed"),
    rate_figure("punctual_rate", "应整改按期率", "应整改中按期销号案件 ÷ 期内应整改案件。", "case_on_time"),
    rate_figure("rework_rate", "返工率", "应整改中返工案件 ÷ 期内应整改案件；按件不按次。", "case_sent_back"),
    appeal_figure("appeals_lodged", "申诉", "期内提出的考评申诉，含逾期提出的。", "lodged"),
    appeal_figure("appeals_upheld", "申诉成立", "期内裁定成立、部分成立或改派的考评申诉。", "upheld"),
)

TABLE_COLUMNS = ("ordered", "case_due", "case_closed", "case_on_time", "case_overdue", "case_sent_back")


def by_unit(period: Period) -> list[list[tuple[str, str]]]:
    """责任单位 | 交办 | 应整改 | 已销号 | 按期 | 逾期 | 返工, each cell with its address."""
    rows = []
    for pk, name in unit_choices():
        cells = ((f"{counted(key, period, pk).number:f}", address(key, period, pk)) for key in TABLE_COLUMNS)
        rows.append([(name, ""), *cells])
    return rows


TABLES = (
    TableFigure(
        "inspections.rectification_by_unit",
        "各责任单位交办整改情况",
        ("责任单位", "交办（件）", "应整改（件）", "已销号（件）", "按期（件）", "逾期（件）", "返工（件）"),
        by_unit,
    ),
)
CLAIMS: tuple[Claim, ...] = ()
CHARTS: tuple[ChartFigure, ...] = ()
