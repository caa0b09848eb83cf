"""Ledgers of decisions, payments, refunds, surcharges and flaws: what figures open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from billboards.filters.papers import (
    DecisionFilter,
    FlawFilter,
    OrderFilter,
    PaymentFilter,
    RefundFilter,
    SurchargeFilter,
)
from billboards.models import CaseFlaw, CorrectionOrder, Decision, Payment, Refund, SurchargeReckoning
from billboards.views.papers import VIEW
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.permissions import Perms


def money_of_row(row: Any) -> str:
    return reverse("billboards:case-money", args=[row.case_id])


def case_of_row(row: Any) -> str:
    return row.case.get_absolute_url()  # type: ignore[no-any-return]


def case_columns(path: str) -> tuple[Column, Column]:
    return (
        Column("case", "案件", value="case.number", sort=f"{path}__number", phone="primary"),
        Column("party", "当事人", value="case.party_name", phone="secondary"),
    )


def total_of(field: str) -> Any:
    return lambda rows: rows.order_by().aggregate(total=Sum(field))["total"]


def ledger(
    request: HttpRequest,
    model: Any,
    filter_set: Any,
    columns: Callable[[Any], Sequence[Column]],
    *,
    export: str,
    row_url: Callable[[Any], str] = case_of_row,
    related: tuple[str, ...] = ("case",),
    more: tuple[str, ...] = (),
    **shown: Any,
) -> Table:
    """Rows of cases as a table: which case and party first, then the ledger's own columns. `columns` gets the filters; `more`: rows of theirs."""
    if not request.user.has_perm(Perms.VIEW_CASES):
        raise PermissionDenied
    rows = model.objects.visible_to(request.user).select_related(*related).prefetch_related(*more)
    filters = filter_set(request.GET, queryset=rows, request=request)
    return Table(
        columns=[*case_columns(filter_set.case_path), *columns(filters)],
        rows=filters.qs,
        request=request,
        row_url=row_url,
        filters=filters,
        export_url=reverse("staff:export", args=[export]),
        **shown,
    )


def order_table(request: HttpRequest) -> Table:
    return ledger(
        request,
        CorrectionOrder,
        OrderFilter,
        lambda filters: [
            Column("number", "文号", sort="number", phone="secondary"),
            Column("issued_on", "出文日期", sort="issued_on", phone="secondary"),
            Column("served_on", "送达日期", sort="served_on", phone="secondary"),
            Column("due_on", "改正期限", sort="due_on", phone="secondary"),
            Column("demand", "改正要求", phone="hidden"),
        ],
        export="billboards.orders",
        related=("case__violation",),
        name="orders",
        caption="责令改正通知书",
        default_sort="-issued_on",
        empty="还没有责令改正。案件发出责令改正通知书后列在这里。",
    )


ORDER_EXPORT = register_export(ListExport("billboards.orders", "责令改正通知书台账", order_table))


def asked_for(filters: Any, name: str) -> bool:
    return bool(filters.form.is_bound and filters.form.is_valid() and filters.form.cleaned_data.get(name))


def decision_table(request: HttpRequest) -> Table:
    def columns(filters: Any) -> list[Column]:
        """What is unpaid is told of decisions that stand: nothing is owed for the others."""
        found = [
            Column("violation", "案由", value="case.violation.name", phone="hidden"),
            Column("kind", "决定", value="get_kind_display", sort="kind", phone="secondary"),
            Column("number", "文号", sort="number", phone="secondary"),
            Column("issued_on", "决定日期", sort="issued_on", phone="secondary"),
            Column("served_on", "送达日期", sort="served_on", phone="hidden"),
            Column("amount", "罚款", unit="元", sort="amount", total=total_of("amount"), phone="primary"),
        ]
        if asked_for(filters, "standing"):
            found += [
                Column("fine_open", "未缴", unit="元", total=total_of("fine_open"), phone="secondary"),
                Column("fine_excess", "多缴待退还", unit="元", total=total_of("fine_excess"), phone="hidden"),
            ]
        return found

    return ledger(
        request,
        Decision,
        DecisionFilter,
        columns,
        export="billboards.decisions",
        row_url=money_of_row,
        related=("case__violation",),
        name="decisions",
        caption="处罚决定",
        default_sort="-issued_on",
        empty="还没有处罚决定。案件作出决定后列在这里。",
    )


DECISION_EXPORT = register_export(ListExport("billboards.decisions", "处罚决定台账", decision_table))


def given_back(rows: Any) -> Any:
    return Refund.objects.recorded().filter(payment__in=rows.order_by().values("pk")).total()


def payment_table(request: HttpRequest) -> Table:
    return ledger(
        request,
        Payment,
        PaymentFilter,
        lambda filters: [
            Column("kind", "款项", value="get_kind_display", sort="kind", phone="secondary"),
            Column("paid_on", "缴款日期", sort="paid_on", phone="secondary"),
            Column("amount", "金额", unit="元", sort="amount", total=total_of("amount"), phone="primary"),
            Column("refunded", "其中已退还", unit="元", total=given_back, phone="hidden"),
            Column("channel", "缴款方式", value="get_channel_display", sort="channel", phone="hidden"),
            Column("receipt", "票据号", phone="secondary"),
            Column("late", "补录", value=lambda row: "补录" if row.late else "", phone="hidden"),
        ],
        export="billboards.payments",
        row_url=money_of_row,
        more=("refunds",),
        name="payments",
        caption="缴款",
        default_sort="-paid_on",
        row_tone=lambda row: "muted" if row.voided_at else "",
        empty="还没有缴款。在案件的“罚没款”里登记。",
    )


PAYMENT_EXPORT = register_export(ListExport("billboards.payments", "罚没款缴款台账", payment_table))


def refund_table(request: HttpRequest) -> Table:
    return ledger(
        request,
        Refund,
        RefundFilter,
        lambda filters: [
            Column("kind", "款项", value="payment.get_kind_display", sort="payment__kind", phone="secondary"),
            Column("refunded_on", "退还日期", sort="refunded_on", phone="secondary"),
            Column("amount", "退还金额", unit="元", sort="amount", total=total_of("amount"), phone="primary"),
            Column("document", "依据文书", phone="secondary"),
            Column("receipt", "退付凭证号", phone="hidden"),
            Column("payment", "原票据号", value="payment.receipt", phone="hidden"),
        ],
        export="billboards.refunds",
        row_url=money_of_row,
        related=("payment__case",),
        name="refunds",
        caption="退还",
        default_sort="-refunded_on",
        row_tone=lambda row: "muted" if row.voided_at else "",
        empty="没有退还过罚没款。决定被撤销后退还的，在案件的“罚没款”里登记。",
    )


REFUND_EXPORT = register_export(ListExport("billboards.refunds", "罚没款退还台账", refund_table))


def surcharge_table(request: HttpRequest) -> Table:
    def columns(filters: Any) -> list[Column]:
        """Reckonings of one case follow each other: they add up only where the latest of each is asked for."""
        latest = asked_for(filters, "latest")
        return [
            Column("computed_to", "计算至", sort="computed_to", phone="secondary"),
            Column("fine", "罚款", unit="元", sort="fine", phone="hidden"),
            Column("amount", "加处罚款", unit="元", sort="amount", total=total_of("amount") if latest else None, phone="primary"),
        ]  # fmt: skip

    return ledger(
        request,
        SurchargeReckoning,
        SurchargeFilter,
        columns,
        export="billboards.surcharges",
        row_url=money_of_row,
        name="surcharges",
        caption="加处罚款",
        default_sort="-computed_to",
        empty="没有核定过加处罚款。",
    )


SURCHARGE_EXPORT = register_export(ListExport("billboards.surcharges", "加处罚款台账", surcharge_table))


def flaw_table(request: HttpRequest) -> Table:
    return ledger(
        request,
        CaseFlaw,
        FlawFilter,
        lambda filters: [
            Column("happened_on", "发生日期", sort="happened_on", phone="secondary"),
            Column("text", "情形", phone="primary"),
            Column("article", "依据", phone="secondary"),
            Column("recorded_by", "登记人", phone="hidden"),
        ],
        export="billboards.flaws",
        related=("case", "recorded_by"),
        name="flaws",
        caption="程序瑕疵",
        default_sort="-happened_on",
        empty="没有登记过程序瑕疵。",
    )


FLAW_EXPORT = register_export(ListExport("billboards.flaws", "程序瑕疵台账", flaw_table))


def list_page(
    request: HttpRequest, table: Table, title: str, lead: str, links: Sequence[tuple[str, str, bool]] = ()
) -> HttpResponse:
    context = {"table": table, "title": title, "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_GET
@VIEW
def order_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, order_table(request), "责令改正通知书", "责令改正不是行政处罚，单独统计。")


@require_GET
@VIEW
def decision_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, decision_table(request), "处罚决定", "决定的罚款、已缴的罚款和加处罚款分别统计，互不替代。"
    )


@require_GET
@VIEW
def payment_list(request: HttpRequest) -> HttpResponse:
    links = [("退还台账", reverse("billboards:refund-list"), False)]
    return list_page(request, payment_table(request), "缴款台账", "实缴入库的罚款和加处罚款。", links)


@require_GET
@VIEW
def refund_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, refund_table(request), "退还台账", "决定被撤销等情形退还当事人的罚款和加处罚款。")


@require_GET
@VIEW
def surcharge_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, surcharge_table(request), "加处罚款", "同一案件后一次核定替代前一次，不相加。")


@require_GET
@VIEW
def flaw_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, flaw_table(request), "程序瑕疵", "如实登记的程序问题，用于办案评查。")
