"""历史数据: what old papers printed, month by month; the list, one value, correcting, taking back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.display import plain_number
from config.tables import Column, Table, render_table
from reports.filters import HistoryFilter
from reports.forms.plans import HistoryForm
from reports.models import HistoricalFigure
from reports.names import label_of
from reports.permissions import can_manage_plan
from reports.views.office import MANAGE, VIEW
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.pages import Fact, RecordPage, correct_page, form_page, recorded_fact, take_form, void_step
from staff.permissions import Perms

LIST = ("历史数据", "reports:history-list")


def history_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_TASKS):
        raise PermissionDenied
    filters = HistoryFilter(request.GET, queryset=HistoricalFigure.objects.visible_to(user), request=request)
    return Table(
        columns=[
            Column("label", "数据", value=lambda row: label_of(row.figure), phone="primary"),
            Column("figure", "数据名称", sort="figure", phone="hidden", optional=True),
            Column("month", "月份", sort="month", phone="secondary"),
            Column("value", "数值", sort="value", align="end", phone="primary", format=plain_number),
            Column("source", "来源文件", sort="source", phone="secondary"),
            Column("checked_by", "核对人", sort="checked_by", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="history",
        caption="历史数据",
        default_sort="-month",
        row_url=HistoricalFigure.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[HISTORY_EXPORT.key]),
        empty="没有登记历史数据。启用前的月份按旧材料补登后，可以作为同期对比。",
        empty_action=("登记历史数据", reverse("reports:history-create")) if user.has_perm(Perms.MANAGE_TASKS) else None,
    )


HISTORY_EXPORT = register_export(ListExport("reports.history", "历史数据", history_table))


@require_GET
@VIEW
def history_list(request: HttpRequest) -> HttpResponse:
    links = []
    if request.user.has_perm(Perms.MANAGE_TASKS):
        links = [
            ("登记历史数据", reverse("reports:history-create"), True),
            ("导入", reverse("staff:import-new", args=["reports.history"]), False),
        ]
    lead = "只在系统里没有同期数据时用作对比，引用处注明“历史数据”和来源文件。"
    context = {"table": history_table(request), "title": "历史数据", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@MANAGE
def history_create(request: HttpRequest) -> HttpResponse:
    form = HistoryForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (figure := form.store()):
        messages.success(request, "历史数据已登记。")
        return redirect(figure)
    return form_page(request, form, title="登记历史数据", back=LIST, submit="登记", draft="history-new")


def visible_history(request: HttpRequest, pk: int) -> HistoricalFigure:
    rows = HistoricalFigure.objects.visible_to(request.user).select_related("recorded_by")
    return get_object_or_404(rows, pk=pk)


def history_page(request: HttpRequest, figure: HistoricalFigure) -> RecordPage:
    may = can_manage_plan(request.user, figure)
    address: dict[str, Any] = {name: reverse(f"reports:history-{name}", args=[figure.pk]) for name in ("edit", "void")}
    return RecordPage(
        record=figure,
        title=f"{label_of(figure.figure)} {figure.month}",
        crumbs=[LIST],
        facts=[
            Fact("数据", label_of(figure.figure)),
            Fact("月份", figure.month),
            Fact("数值", plain_number(figure.value)),
            Fact("来源文件", figure.source),
            Fact("核对人", figure.checked_by),
            *recorded_fact(figure),
        ],
        badge=("已作废", "grey") if figure.is_voided else ("历史数据", "blue"),
        edit_url=address["edit"] if may else "",
        steps=[void_step(address["void"], VoidForm(), "不再用作同期；记录和日志保留。")] if may else [],
    )


@require_GET
@VIEW
def history_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return history_page(request, visible_history(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@MANAGE
def history_edit(request: HttpRequest, pk: int) -> HttpResponse:
    figure = visible_history(request, pk)
    form = HistoryForm(request.POST or None, instance=figure, user=request.user)
    return correct_page(request, form, title="修改历史数据", back=LIST)


@require_POST
@MANAGE
def history_void(request: HttpRequest, pk: int) -> HttpResponse:
    figure, form = visible_history(request, pk), VoidForm(request.POST)
    return take_form(
        request,
        figure,
        form,
        page=history_page,
        step="void",
        done="已作废，不再用作同期。",
    )
