"""书面证明: the list, taking one in with its file, taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.display import day
from config.tables import Column, Table, render_table
from fireworks.forms.records import StatementForm
from fireworks.models import WatchStatement
from fireworks.views.access import VIEW
from fireworks.workflow import statements
from staff.exports import ListExport, register_export
from staff.files import send_file
from staff.forms.records import VoidForm
from staff.pages import Fact, RecordPage, form_page, take_form, void_step
from staff.permissions import Perms

KEEP = permission_required(Perms.MANAGE_BAN_RECORDS, raise_exception=True)
LIST = ("书面证明", "fireworks:statement-list")


def statement_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    keeps = request.user.has_perm(Perms.MANAGE_BAN_RECORDS)
    return Table(
        columns=[
            Column("festival", "时段", value="get_festival_display", sort="festival", phone="primary"),
            Column("start", "起始日期", sort="start", phone="secondary"),
            Column("end", "截止日期", sort="end", phone="secondary"),
            Column("issuer", "出具单位", sort="issuer", phone="secondary"),
            Column("issued_on", "出具日期", sort="issued_on", phone="hidden"),
            Column("words", "证明内容", phone="hidden"),
            Column("state", "状态", value=lambda row: "已作废" if row.voided_at else "有效", phone="primary"),
        ],
        rows=WatchStatement.objects.visible_to(request.user),
        request=request,
        name="statements",
        caption="书面证明",
        default_sort="-end",
        row_url=WatchStatement.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        export_url=reverse("staff:export", args=[STATEMENT_EXPORT.key]),
        empty="还没有书面证明。值守记录不全的时段，把公安机关或者市禁炮办的证明登记在这里。",
        empty_action=("登记书面证明", reverse("fireworks:statement-create")) if keeps else None,
    )


STATEMENT_EXPORT = register_export(ListExport("fireworks.statements", "书面证明", statement_table))


@require_GET
@VIEW
def statement_list(request: HttpRequest) -> HttpResponse:
    keeps = request.user.has_perm(Perms.MANAGE_BAN_RECORDS)
    links = [("登记书面证明", reverse("fireworks:statement-create"), True)] if keeps else []
    lead = "公安机关或市禁炮办出具。值守记录不全时，有覆盖整个时段的证明，“未发现一例”才成立。"
    context = {"table": statement_table(request), "title": "书面证明", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@KEEP
def statement_create(request: HttpRequest) -> HttpResponse:
    form = StatementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (statement := form.store(by=request.user)):
        messages.success(request, "已登记书面证明。")
        return redirect(statement)
    note = "证明须覆盖整个时段，工作总结才能引用“未发现燃放”等结论。"
    return form_page(request, form, title="登记书面证明", back=LIST, submit="登记", note=note)


def visible_statement(request: HttpRequest, pk: int) -> WatchStatement:
    rows = WatchStatement.objects.visible_to(request.user).select_related("uploaded_by")
    return get_object_or_404(rows, pk=pk)


def statement_page(request: HttpRequest, statement: WatchStatement) -> RecordPage:
    may = statement.voided_at is None and request.user.has_perm(Perms.MANAGE_BAN_RECORDS)
    file, void = (reverse(f"fireworks:statement-{name}", args=[statement.pk]) for name in ("file", "void"))
    facts = [
        Fact("时段", statement.get_festival_display()),
        Fact("证明起止", f"{statement.start}至{statement.end}"),
        Fact("出具单位", statement.issuer),
        Fact("出具日期", statement.issued_on),
        Fact("证明内容", statement.words),
        Fact("文件", statement.original_name or "打开", url=file),
        Fact("文件校验值", statement.sha256),
        Fact("登记", statement.uploaded_by, note=day(statement.uploaded_at)),
    ]
    if statement.voided_at:
        facts.append(Fact("作废理由", statement.void_reason))
    return RecordPage(
        record=statement,
        title=f"{statement.issuer}书面证明",
        crumbs=[LIST],
        facts=facts,
        badge=("已作废", "grey") if statement.voided_at else ("有效", "green"),
        steps=[void_step(void, VoidForm(door=statements.void_statement), "不再作为结论性表述的依据；文件和日志保留。")]
        if may
        else [],
    )


@require_GET
@VIEW
def statement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return statement_page(request, visible_statement(request, pk)).show(request)


@require_GET
@VIEW
def statement_file(request: HttpRequest, pk: int) -> FileResponse:
    statement = visible_statement(request, pk)
    return send_file(statement.file, str(statement))


@require_POST
@KEEP
def statement_void(request: HttpRequest, pk: int) -> HttpResponse:
    statement, form = visible_statement(request, pk), VoidForm(request.POST, door=statements.void_statement)
    return take_form(
        request,
        statement,
        form,
        page=statement_page,
        step="void",
        done="已作废，不再作为证明。",
    )
