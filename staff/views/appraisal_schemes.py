"""考核办法: versions of the scheme with their items, typed straight down."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.forms.appraisal import ItemFormSet, SchemeForm
from staff.models import Activity, AppraisalScheme
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_APPRAISALS, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_APPRAISALS, raise_exception=True)


def scheme_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_APPRAISALS):
        raise PermissionDenied
    manages = request.user.has_perm(Perms.MANAGE_APPRAISALS)
    return Table(
        columns=[
            Column("name", "名称", phone="primary"),
            Column("document", "依据文件", phone="secondary"),
            Column("valid_from", "施行日期", sort="valid_from", phone="primary"),
            Column("total", "总分", unit="分", phone="hidden"),
            Column("items", "项目", value="item_count", unit="项", phone="secondary"),
        ],
        rows=AppraisalScheme.objects.visible_to(request.user).annotate(item_count=Count("items")),
        request=request,
        name="appraisal-schemes",
        caption="考核办法",
        default_sort="-valid_from",
        row_url=AppraisalScheme.get_absolute_url,
        export_url=reverse("staff:export", args=[SCHEME_EXPORT.key]),
        empty="还没有登记考核办法。",
        empty_action=("登记考核办法", reverse("staff:appraisal-scheme-create")) if manages else None,
    )


SCHEME_EXPORT = register_export(ListExport("staff.appraisal_schemes", "考核办法", scheme_table))


@require_GET
@VIEW
def scheme_list(request: HttpRequest) -> HttpResponse:
    context = {"table": scheme_table(request), "manages": request.user.has_perm(Perms.MANAGE_APPRAISALS)}
    return render_table(request, "staff/appraisal_scheme_list.html", context)


@require_GET
@VIEW
def scheme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = get_object_or_404(AppraisalScheme.objects.visible_to(request.user), pk=pk)
    context = {
        "scheme": scheme,
        "items": scheme.items.all(),
        "can_edit": request.user.has_perm(Perms.MANAGE_APPRAISALS) and not scheme.rounds.exists(),
        "activities": Activity.objects.about(scheme)[:30],
    }
    return render(request, "staff/appraisal_scheme.html", context)


@require_http_methods(["GET", "POST"])
@MANAGE
def scheme_create(request: HttpRequest) -> HttpResponse:
    return scheme_page(request, None)


@require_http_methods(["GET", "POST"])
@MANAGE
def scheme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return scheme_page(request, get_object_or_404(AppraisalScheme.objects.visible_to(request.user), pk=pk))


def scheme_page(request: HttpRequest, scheme: AppraisalScheme | None) -> HttpResponse:
    form = SchemeForm(request.POST or None, instance=scheme)
    items = ItemFormSet(request.POST or None, instance=form.instance, prefix="items")
    if request.method == "POST" and all([form.is_valid(), items.is_valid()]):
        stored = form.store(items, by=request.user)
        if stored is not None:
            messages.success(request, f"{stored.name}已保存，{stored.items.count()} 个项目。")
            return redirect(stored)
    context = {"form": form, "items": items, "scheme": scheme}
    return render(request, "staff/appraisal_scheme_form.html", context, status=422 if request.method == "POST" else 200)
