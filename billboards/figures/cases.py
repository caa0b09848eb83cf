"""Figures of enforcement: orders, cases, decisions, money. Imposed, collected, outstanding and surcharge are four figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet, Sum

from billboards.enums.cases import CaseState, DecisionKind
from billboards.figures.sources import Parts, Source, count_figure, days, fixed, listed, sum_figure
from billboards.models import (
    NO_VIOLATION,
    Case,
    CaseFlaw,
    CorrectionOrder,
    Decision,
    Payment,
    Refund,
    SurchargeReckoning,
    violation_codes,
)
from billboards.reckoning import with_open_fines
from config.charts import ChartData, Series
from config.display import amount
from config.figures import ChartFigure, Claim, Derivation, Figure, Kind, OverMonths, TableFigure, Value
from config.periods import Period
from config.tables import exact

Rows = QuerySet[Any]


def of_violation(rows: Rows, parameter: str | None, path: str = "case__violation") -> Rows:
    """Rows of cases that were not voided, of one violation if it is named."""
    if path != "violation":
        rows = rows.exclude(**{f"{path.removesuffix('violation')}state": CaseState.VOIDED})
    if parameter is None:
        return rows
    return rows.filter(**{path: None}) if parameter == NO_VIOLATION else rows.filter(**{f"{path}__code": parameter})


def of(parameter: str | None) -> dict[str, str]:
    return {"violation": parameter} if parameter is not None else {}


# --- Cases ------------------------------------------------------------------------------------------------------------


def case_rows(event: str, period: Period, parameter: str | None) -> QuerySet[Case]:
    """Cases that were filed, closed or transferred in the period."""
    rows = Case.objects.counted()
    if event == "transferred":
        rows = rows.filter(steps__edge="transfer", steps__happened_on__range=(period.start, period.end)).distinct()
    else:
        rows = rows.filter(**{f"{event}_on__range": (period.start, period.end)})
    return of_violation(rows, parameter, "violation")


def case_url(event: str, period: Period, parameter: str | None) -> str:
    more = {} if parameter is None else {"code": parameter}
    return listed("case-list", **days(period, f"{event}_from", f"{event}_to"), **more)


# --- Orders and decisions ---------------------------------------------------------------------------------------------


def order_rows(field: str, period: Period, parameter: str | None) -> QuerySet[CorrectionOrder]:
    rows = CorrectionOrder.objects.filter(**{f"{field}__range": (period.start, period.end)})
    return of_violation(rows, parameter)


def order_url(start: str, end: str, period: Period, parameter: str | None) -> str:
    return listed("order-list", **days(period, start, end), **of(parameter))


def decision_rows(kinds: Sequence[str], period: Period, parameter: str | None) -> QuerySet[Decision]:
    rows = Decision.objects.filter(kind__in=kinds, issued_on__range=(period.start, period.end))
    return of_violation(rows, parameter)


def decision_url(kinds: Sequence[str], period: Period, parameter: str | None) -> str:
    return listed("decision-list", kind=list(kinds), **days(period), **of(parameter))


def decision_kind_rows(period: Period, parameter: str | None) -> QuerySet[Decision]:
    return decision_rows(DecisionKind.values if parameter is None else [parameter], period, None)


def decision_kind_url(period: Period, parameter: str | None) -> str:
    return decision_url(DecisionKind.values if parameter is None else [parameter], period, None)


def fine_rows(period: Period, parameter: str | None) -> QuerySet[Decision]:
    return decision_rows(DecisionKind.PENALTIES, period, parameter).filter(amount__gt=0)


def fine_url(period: Period, parameter: str | None) -> str:
    return f"{decision_url(DecisionKind.PENALTIES, period, parameter)}&fined=true"


# --- Money ------------------------------------------------------------------------------------------------------------


def payment_rows(kind: str, period: Period, parameter: str | None) -> QuerySet[Payment]:
    rows: QuerySet[Payment] = Payment.objects.paid_between(period.start, period.end).filter(kind=kind)
    return of_violation(rows, parameter)


def payment_url(kind: str, period: Period, parameter: str | None) -> str:
    return listed("payment-list", kind=kind, **days(period), **of(parameter))


def refund_rows(period: Period, parameter: str | None) -> QuerySet[Refund]:
    rows: QuerySet[Refund] = Refund.objects.refunded_between(period.start, period.end)
    return of_violation(rows.filter(payment__kind=Payment.For.FINE), parameter, "payment__case__violation")


def refund_url(period: Period, parameter: str | None) -> str:
    return listed("refund-list", kind=Payment.For.FINE.value, **days(period), **of(parameter))


def surcharge_rows(period: Period, parameter: str | None) -> QuerySet[SurchargeReckoning]:
    return of_violation(SurchargeReckoning.objects.reckoned_between(period.start, period.end), None)


def surcharge_url(period: Period, parameter: str | None) -> str:
    return listed("surcharge-list", latest="true", **days(period))


def until(period: Period) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """What was imposed and stood at the end of the period, what was collected of it and given back, from the beginning;
    and what came in beyond the fine of its case: it pays no other's.
    """
    imposed: Rows = Decision.objects.fining().standing(period.end).filter(issued_on__lte=period.end)
    paid = Payment.objects.recorded().of_standing_fines(period.end)
    paid = paid.filter(kind=Payment.For.FINE, paid_on__lte=period.end)
    back = Refund.objects.recorded().of_standing_fines(period.end)
    back = back.filter(payment__kind=Payment.For.FINE, refunded_on__lte=period.end)
    parts = (
        of_violation(imposed, None),
        of_violation(paid, None),
        of_violation(back, None, "payment__case__violation"),
    )
    sums = [exact(rows.aggregate(n=Sum("amount"))["n"] or Decimal(0)) for rows in parts]
    beyond = with_open_fines(parts[0], period.end).aggregate(n=Sum("fine_excess"))["n"]
    return sums[0], sums[1], sums[2], exact(beyond or Decimal(0))


def outstanding_value(period: Period, parameter: str | None) -> Value:
    imposed, paid, back, beyond = until(period)
    return Value(imposed - paid + back + beyond)


def outstanding_url(period: Period, parameter: str | None) -> str:
    end = period.end.isoformat()
    return listed("decision-list", kind=list(DecisionKind.PENALTIES), fined="true", standing="true", until=end)


def outstanding_derivation(period: Period, parameter: str | None) -> Derivation:
    imposed, paid, back, beyond = until(period)
    same: dict[str, str] = {"kind": Payment.For.FINE.value, "standing": "true", "until": period.end.isoformat()}
    return Derivation(
        "截至期末决定的罚款合计－这些案件截至期末实缴的罚款合计＋其中截至期末退还的；多缴待退还的不抵其他案件；期末前被撤销的决定和加处罚款不计。",
        [
            ("决定的罚款", f"{amount(imposed)} 元", outstanding_url(period, None)),
            ("实缴的罚款", f"{amount(paid)} 元", listed("payment-list", **same)),
            ("退还的罚款", f"{amount(back)} 元", listed("refund-list", **same)),
            *(
                [("多缴待退还的罚款", f"{amount(beyond)} 元", f"{outstanding_url(period, None)}&overpaid=true")]
                if beyond
                else []
            ),
        ],
    )


def flaw_rows(period: Period, parameter: str | None) -> QuerySet[CaseFlaw]:
    return of_violation(CaseFlaw.objects.filter(happened_on__range=(period.start, period.end)), None)


def flaw_url(period: Period, parameter: str | None) -> str:
    return listed("flaw-list", **days(period))


FINE, SURCHARGE = Payment.For.FINE.value, Payment.For.SURCHARGE.value
PENALTIES, SPOT = list(DecisionKind.PENALTIES), [DecisionKind.SPOT.value]
BY_VIOLATION: dict[str, Any] = {"choices": violation_codes}


def cut(  # noqa: PLR0917 -- as count_figure
    key: str, label: str, unit: str, words: str, source: Source, path: str = "case__violation"
) -> tuple[Figure, Figure]:
    """A count, and the same by violation; the parts add up to the whole."""
    whole = count_figure(key, label, unit, words, source)
    parts = count_figure(
        f"{key}_by_violation",
        f"{label}（按案由）",
        unit,
        words,
        source,
        parts=Parts(f"{path}__code", NO_VIOLATION),
        part_of=f"billboards.{key}",
        **BY_VIOLATION,
    )
    return whole, parts


FIGURES: tuple[Figure, ...] = (
    *cut("orders", "责令改正通知书", "份", "期内出文的责令限期改正（拆除）通知书；不是行政处罚。",
         Source(partial(order_rows, "issued_on"), partial(order_url, "since", "until"))),
    count_figure("orders_served", "送达的责令改正通知书", "份", "期内有效送达的责令限期改正（拆除）通知书，不论何时出文。",
                 Source(partial(order_rows, "served_on"), partial(order_url, "served_since", "served_until"))),
    *cut("cases_filed", "立案", "起", "期内立案、未作废的户外广告和道路案件；当场处罚不立案，另计。",
         Source(partial(case_rows, "filed"), partial(case_url, "filed")), "violation"),
    *cut("cases_closed", "结案", "起", "期内结案的案件，不论何时立案。",
         Source(partial(case_rows, "closed"), partial(case_url, "closed")), "violation"),
    count_figure("cases_transferred", "移送案件", "起", "期内移送其他机关的案件。",
                 Source(partial(case_rows, "transferred"), partial(case_url, "transferred"))),
    *cut("penalties", "处罚决定", "起", "期内作出的处罚决定，含当场处罚，不含不予处罚和撤销案件。",
         Source(partial(decision_rows, PENALTIES), partial(decision_url, PENALTIES))),
    count_figure("decisions", "案件决定", "起", "期内作出的处罚、不予处罚、撤销案件的决定。",
                 Source(decision_kind_rows, decision_kind_url)),
    count_figure("decisions_by_kind", "案件决定（按种类）", "起", "期内作出的处罚、不予处罚、撤销案件的决定。",
                 Source(decision_kind_rows, decision_kind_url), choices=fixed(DecisionKind.choices), parts=Parts("kind"),
                 part_of="billboards.decisions"),
    count_figure("spot_penalties", "当场处罚", "起", "期内当场作出的处罚决定。",
                 Source(partial(decision_rows, SPOT), partial(decision_url, SPOT))),
    sum_figure("fines_imposed", "决定罚款", "元", "期内处罚决定的罚款数额；决定数，不是入库数。",
               Source(fine_rows, fine_url), field="amount", decimals=2),
    sum_figure("fines_imposed_by_violation", "决定罚款（按案由）", "元", "期内处罚决定的罚款数额；决定数，不是入库数。",
               Source(fine_rows, fine_url), field="amount", decimals=2, part_of="billboards.fines_imposed",
               parts=Parts("case__violation__code", NO_VIOLATION), **BY_VIOLATION),
    sum_figure("fines_collected", "罚款实缴入库", "元", "期内实缴、未作废的罚款，不论何时决定；加处罚款、退还的另计。",
               Source(partial(payment_rows, FINE), partial(payment_url, FINE)), field="amount", decimals=2),
    sum_figure("fines_refunded", "退还罚款", "元", "期内退还当事人的罚款，不论何时缴纳；加处罚款另计。",
               Source(refund_rows, refund_url), field="amount", decimals=2),
    sum_figure("surcharge_collected", "加处罚款实缴入库", "元", "期内实缴的加处罚款。",
               Source(partial(payment_rows, SURCHARGE), partial(payment_url, SURCHARGE)), field="amount", decimals=2),
    sum_figure("surcharge_reckoned", "核定加处罚款", "元", "期内核定的加处罚款，每案取期末前最后一次；不是入库数。",
               Source(surcharge_rows, surcharge_url), field="amount", decimals=2, over_months=OverMonths.NOTHING),
    Figure(key="billboards.fines_outstanding", label="罚款未缴", unit="元", kind=Kind.NUMBER, decimals=2,
           definition="截至期末决定而未缴的罚款，含延期、分期和复议、诉讼中的，不含期末前被撤销的。",
           value=outstanding_value, url=outstanding_url, derive=outstanding_derivation),
    count_figure("flaws", "程序瑕疵", "项", "期内发生、如实登记的程序瑕疵。", Source(flaw_rows, flaw_url)),
)  # fmt: skip


# --- Table and chart --------------------------------------------------------------------------------------------------


def by_violation_table(period: Period) -> list[list[tuple[str, str]]]:
    """One row a violation that something happened with."""
    rows = []
    for code, name in violation_codes():
        counts = [
            (case_rows("filed", period, code).count(), case_url("filed", period, code)),
            (decision_rows(PENALTIES, period, code).count(), decision_url(PENALTIES, period, code)),
        ]
        sums = [
            (fine_rows(period, code), fine_url(period, code)),
            (payment_rows(FINE, period, code), payment_url(FINE, period, code)),
        ]
        money = [(exact(each.aggregate(n=Sum("amount"))["n"] or Decimal(0)), url) for each, url in sums]
        if any(number for number, _ in (*counts, *money)):
            cells = [(str(number), url) for number, url in counts] + [(amount(value), url) for value, url in money]
            rows.append([(name, ""), *cells])
    return rows


TABLES: tuple[TableFigure, ...] = (
    TableFigure(
        "billboards.cases_by_violation",
        "案件（按案由）",
        ("案由", "立案（起）", "处罚（起）", "决定罚款（元）", "实缴罚款（元）"),
        by_violation_table,
    ),
)


def month_chart(period: Period) -> ChartData:
    """Filed and penalised, month by month."""
    months = period.months()
    filed, penalised = [], []
    for month in months:
        span = Period.parse(month)
        filed.append(Decimal(case_rows("filed", span, None).count()))
        penalised.append(Decimal(decision_rows(PENALTIES, span, None).count()))
    return ChartData(
        title="各月立案和处罚",
        categories=tuple(f"{int(month[5:])}月" for month in months),
        series=(Series("立案", tuple(filed)), Series("处罚", tuple(penalised))),
        unit="起",
    )


CHARTS = (ChartFigure("billboards.cases_by_month", "各月立案和处罚", month_chart),)
CLAIMS: tuple[Claim, ...] = ()
