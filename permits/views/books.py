"""The books that figures open (办件台账, 程序瑕疵台账)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.tables import Column, Table, render_table
from permits.filters.books import CaseFilter, FlawFilter
from permits.models import Application, ProcedureFlaw
from permits.tally import cases
from permits.views.access import VIEW
from staff.exports import ListExport, register_export
from staff.permissions import Perms

CASE_COLUMNS = [
    Column("number", "编号", sort="number", phone="primary"),
    Column("item", "事项", value="item.item.name", sort="item__item__name", phone="secondary"),
    Column("applicant", "申请人", value="applicant_name", sort="applicant_name", phone="secondary"),
    Column("location", "位置", phone="hidden"),
    Column("received_on", "收件", sort="received_on", phone="secondary"),
    Column("accepted_on", "受理", sort="accepted_on", phone="hidden"),
    Column("surveyed_on", "查勘", sort="surveyed_on", phone="hidden", optional=True),
    Column("decided_on", "决定", sort="decided_on", phone="secondary"),
    Column("decide_due", "法定期限", sort="decide_due", phone="hidden"),
    Column("promised_due", "承诺期限", sort="promised_due", phone="hidden"),
    Column("closed_on", "办结", sort="closed_on", phone="secondary"),
    Column("restored_on", "修复验收", sort="restored_on", phone="hidden"),
    Column("state", "状态", value="get_state_display", sort="state", phone="primary"),
]


def case_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    rows = cases().filter(pk__in=Application.objects.visible_to(request.user).values("pk"))
    filters = CaseFilter(request.GET, queryset=rows.select_related("item__item"), request=request)
    return Table(
        columns=CASE_COLUMNS,
        rows=filters.qs,
        request=request,
        name="permit-case-book",
        caption="许可办件台账",
        default_sort="-received_on",
        row_url=Application.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[CASE_EXPORT.key]),
        empty="还没有申请。窗口收件后列在这里。",
    )


CASE_EXPORT = register_export(ListExport("permits.cases", "许可办件台账", case_table))


@require_GET
@VIEW
def case_book(request: HttpRequest) -> HttpResponse:
    lead = "按统计口径列出期间内的办件；总结和统计表里的每个数字都打开到这里。"
    links = [("月度统计表", reverse("permits:statistics"), False)] if request.user.sees_all_units else []
    context = {"table": case_table(request), "title": "许可办件台账", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


def flaw_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    rows = ProcedureFlaw.objects.filter(application__in=Application.objects.visible_to(request.user))
    rows = rows.select_related("application", "recorded_by")
    filters = FlawFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("happened_on", "发生日期", sort="happened_on", phone="primary"),
            Column("application", "编号", value="application.number", sort="application__number", phone="secondary"),
            Column("text", "情形", phone="secondary"),
            Column("article", "依据", sort="article", phone="secondary"),
            Column("recorded_by", "登记人", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="permit-flaws",
        caption="许可程序瑕疵",
        default_sort="-happened_on",
        row_url=lambda row: row.application.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[FLAW_EXPORT.key]),
        empty="没有登记程序瑕疵。",
    )


FLAW_EXPORT = register_export(ListExport("permits.flaws", "许可程序瑕疵", flaw_table))


@require_GET
@VIEW
def flaw_book(request: HttpRequest) -> HttpResponse:
    lead = "事实与程序不符的照实登记，写明条款，计入统计。"
    context = {"table": flaw_table(request), "title": "许可程序瑕疵", "lead": lead, "links": []}
    return render_table(request, "layout/record_list.html", context)
