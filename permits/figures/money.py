"""Fees as figures: assessed, received and outstanding are three figures and are never mixed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from config.figure_sources import list_url
from config.figures import ChartFigure, Claim, Figure, Kind, TableFigure, Value
from config.periods import Period
from config.tables import exact
from permits.kinds import ChargeKind
from permits.models import FeeAssessment, FeePayment
from permits.models.charges import FeeAssessmentQuerySet

DUE = F("total") - F("exempted")


def assessed_rows(period: Period, parameter: str | None) -> FeeAssessmentQuerySet:
    """Fees proper: a deposit is the party's money and counts nowhere."""
    rows = FeeAssessment.objects.current().filter(frozen_at__date__range=(period.start, period.end))
    return rows.exclude(kind=ChargeKind.DEPOSIT)


def open_rows(period: Period, parameter: str | None) -> QuerySet[FeeAssessment]:
    return assessed_rows(period, parameter).with_sums().filter(open_sum__gt=0)  # type: ignore[misc]


def paid_rows(period: Period, parameter: str | None) -> QuerySet[FeePayment]:
    rows = FeePayment.objects.filter(voided_at=None, paid_on__range=(period.start, period.end))
    return rows.exclude(assessment__kind=ChargeKind.DEPOSIT)


def summed(rows: QuerySet[FeeAssessment] | QuerySet[FeePayment], what: Any) -> Value:
    return Value(exact(rows.aggregate(n=Sum(what))["n"] or Decimal(0)))


def address(route: str, period: Period, **more: str) -> str:
    query = {"after": period.start, "before": period.end, "fees": "true", **more}
    return list_url(f"permits:{route}", **query)


FIGURES: tuple[Figure, ...] = (
    Figure(
        key="permits.fees_due",
        label="应缴费用",
        unit="元",
        definition="期内核定的占用费、挖掘修复费，扣除减免，按核定日期计；作废的核定和保证金不计。",
        kind=Kind.SUM,
        value=lambda period, parameter: summed(assessed_rows(period, parameter), DUE),
        rows=assessed_rows,
        url=lambda period, parameter: address("assessment-list", period),
        decimals=2,
    ),
    Figure(
        key="permits.fees_received",
        label="实缴入库",
        unit="元",
        definition="期内缴入国库的占用费、挖掘修复费，按缴费日期计；所缴的不一定是期内核定的，退费不从中扣除。",
        kind=Kind.SUM,
        value=lambda period, parameter: summed(paid_rows(period, parameter), "amount"),
        rows=paid_rows,
        url=lambda period, parameter: address("payment-list", period),
        decimals=2,
    ),
    Figure(
        key="permits.fees_outstanding",
        label="未缴费用",
        unit="元",
        definition="期内核定、至今未缴清的部分，按核定日期计；不等于应缴减去实缴入库。",
        kind=Kind.SUM,
        value=lambda period, parameter: summed(open_rows(period, parameter), "open_sum"),
        rows=open_rows,
        url=lambda period, parameter: address("assessment-list", period, standing="open"),
        decimals=2,
    ),
)
CLAIMS: tuple[Claim, ...] = ()
TABLES: tuple[TableFigure, ...] = ()
CHARTS: tuple[ChartFigure, ...] = ()
