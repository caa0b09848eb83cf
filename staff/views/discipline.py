"""纪律处理: a list for few, recording and correcting. Kind, document number and day; names only where switched on."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.filters.appraisal import DisciplineFilter
from staff.forms.discipline import DisciplineForm
from staff.forms.records import VoidForm
from staff.models import DisciplineRecord, setting
from staff.permissions import Perms
from staff.refusals import Refused
from staff.workflow.discipline import void_discipline

VIEW = permission_required(Perms.VIEW_DISCIPLINE, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_DISCIPLINE, raise_exception=True)


def discipline_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_DISCIPLINE):
        raise PermissionDenied
    manages = user.has_perm(Perms.MANAGE_DISCIPLINE)
    filters = DisciplineFilter(request.GET, queryset=DisciplineRecord.objects.visible_to(user).select_related("person"))
    columns = [
        Column("document_number", "文号", sort="document_number", phone="primary"),
        Column("kind", "处理种类", value="get_kind_display", sort="kind", phone="secondary"),
        Column("decided_on", "决定日期", sort="decided_on", phone="primary"),
    ]
    if setting("discipline.with_names"):
        columns.append(Column("person", "人员", value="person.name", sort="person__name", phone="hidden"))
    if request.GET.get("voided"):
        columns.append(Column("voided_at", "作废时间", sort="voided_at", phone="secondary"))
    return Table(
        columns=columns,
        rows=filters.qs,
        request=request,
        name="discipline",
        caption="纪律处理",
        default_sort="-decided_on",
        row_tone=lambda row: "muted" if row.voided_at else "",
        row_url=DisciplineRecord.get_absolute_url if manages else None,
        filters=filters,
        export_url=reverse("staff:export", args=[DISCIPLINE_EXPORT.key]),
        empty="没有登记纪律处理。没有登记不等于没有发生，以文件为准。",
        empty_action=("登记纪律处理", reverse("staff:discipline-create")) if manages else None,
    )


DISCIPLINE_EXPORT = register_export(ListExport("staff.discipline", "纪律处理", discipline_table))


@require_GET
@VIEW
def discipline_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/discipline_list.html", {"table": discipline_table(request)})


@require_http_methods(["GET", "POST"])
@MANAGE
def discipline_create(request: HttpRequest) -> HttpResponse:
    return discipline_page(request, DisciplineForm(request.POST or None), "登记纪律处理")


@require_http_methods(["GET", "POST"])
@MANAGE
def discipline_edit(request: HttpRequest, pk: int) -> HttpResponse:
    record = visible_record(request, pk)
    if request.method == "POST" and record.voided_at is not None:
        messages.error(request, "这条记录已作废，不能再改。需要时请重新登记。")
        return redirect(record)
    return discipline_page(request, DisciplineForm(request.POST or None, instance=record), "更正纪律处理")


def visible_record(request: HttpRequest, pk: int) -> DisciplineRecord:
    return get_object_or_404(DisciplineRecord.objects.visible_to(request.user), pk=pk)


def discipline_page(request: HttpRequest, form: DisciplineForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (record := form.store(by=request.user)):
        messages.success(request, f"{record.document_number}已保存。")
        return redirect("staff:discipline-list")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "title": title, "void_form": VoidForm()}
    return render(request, "staff/discipline_form.html", context, status=status)


@require_POST
@MANAGE
def discipline_void(request: HttpRequest, pk: int) -> HttpResponse:
    record, form = visible_record(request, pk), VoidForm(request.POST, door=void_discipline)
    if not form.is_valid():
        context = {"form": DisciplineForm(instance=record), "title": "更正纪律处理", "void_form": form}
        return render(request, "staff/discipline_form.html", context, status=422)
    try:
        form.take(record, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{record.document_number}已作废，不再计数。")
    return redirect("staff:discipline-list")
