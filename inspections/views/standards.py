"""The standard in its versions, and the assessed units: what the figures about them open."""

from __future__ import annotations

import io
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods

from config.tables import Column, Table, render_table
from inspections.forms.findings import StandardForm
from inspections.models import Category, Item, StandardVersion
from inspections.standard_csv import COLUMNS
from inspections.standards import standard_rows
from staff.files import send_made
from staff.imports.workbooks import write_table
from staff.models import Activity, Unit, UnitKind, Verb
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_FINDING, raise_exception=True)


@require_GET
@VIEW
def standard_list(request: HttpRequest) -> HttpResponse:
    table = Table(
        columns=[
            Column("name", "名称", phone="primary"),
            Column("source", "依据文件", phone="secondary"),
            Column("valid_from", "施行日期", sort="valid_from", phone="secondary"),
            Column("valid_to", "废止日期", phone="hidden"),
        ],
        rows=StandardVersion.objects.all(),
        request=request,
        name="standards",
        row_url=StandardVersion.get_absolute_url,
        empty="还没有考评标准。导入后才能登记考评问题。",
    )
    context = {"table": table, "can_manage": request.user.has_perm(Perms.MANAGE_STANDARD)}
    return render_table(request, "inspections/standard_list.html", context)


@require_GET
@VIEW
def standard_detail(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(StandardVersion, pk=pk)
    categories = request.GET.get("show") == "categories"
    table = _category_table(request, version) if categories else _item_table(request, version)
    context = {"version": version, "table": table, "show": "categories" if categories else "items"}
    return render_table(request, "inspections/standard_detail.html", context)


def _category_table(request: HttpRequest, version: StandardVersion) -> Table:
    return Table(
        columns=[
            Column("code", "代码", phone="primary"),
            Column("name", "大项", phone="primary"),
            Column("points", "分值", unit="分", phone="secondary", total=lambda rows: sum(row.points for row in rows)),
        ],
        rows=Category.objects.filter(version=version).order_by("code"),
        request=request,
        name="categories",
    )


def _item_table(request: HttpRequest, version: StandardVersion) -> Table:
    return Table(
        columns=[
            Column("code", "代码", sort="code", phone="primary"),
            Column("name", "小项", phone="primary"),
            Column("category", "大项", value="category.name", phone="hidden"),
            Column("definition", "认定标准", phone="secondary"),
            Column("area_labels", "适用区域", phone="hidden"),
            Column("deduct", "每处扣分", unit="分", sort="deduct", phone="secondary"),
            Column("severe_deduct", "严重扣分", unit="分", phone="hidden"),
            Column("severe_rule", "严重情形", phone="hidden", optional=True),
            Column("cap", "扣分上限", unit="分", phone="hidden", total=lambda rows: sum(row.cap for row in rows)),
            Column("rectify_hours", "整改时限", unit="小时", phone="hidden"),
            Column(
                "shares",
                "责任分摊",
                value=lambda item: "、".join(str(share) for share in item.shares.all()),
                phone="hidden",
            ),
        ],
        rows=Item.objects.filter(category__version=version)
        .select_related("category")
        .prefetch_related("shares")
        .order_by("code"),
        request=request,
        name="items",
        size=100,
    )


@require_GET
@VIEW
def standard_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole standard as a sheet that can be changed and imported as the next version."""
    version = get_object_or_404(StandardVersion, pk=pk)
    target, rows = io.BytesIO(), standard_rows(version)
    write_table(target, title=version.name, head=list(COLUMNS.values()), rows=rows, prepared_by=str(request.user))
    Activity.record(Verb.EXPORT, version, by=request.user, title="导出考评标准", note=f"{len(rows)} 行")
    return send_made(target.getvalue(), f"{version.name}.xlsx")


@require_http_methods(["GET", "POST"])
@permission_required(Perms.MANAGE_STANDARD, raise_exception=True)
def standard_import(request: HttpRequest) -> HttpResponse:
    """Upload a sheet: checked whole, then stored as a new version; refused whole with every reason."""
    form = StandardForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        version = form.store(by=request.user)
        if version is not None:
            messages.success(
                request, f"已导入{version}：{len(form.sheet.categories)} 个大项，{len(form.sheet.items)} 个小项。"
            )
            return redirect(version)
    present = StandardVersion.objects.in_force_on(timezone.localdate())
    return render(request, "inspections/standard_import.html", {"form": form, "present": present})


def day_named(text: str) -> date | None:
    """None for what is no day, also for one that no month has (2026-02-30)."""
    try:
        return parse_date(text)
    except ValueError:
        return None


@require_GET
@VIEW
def unit_list(request: HttpRequest) -> HttpResponse:
    """Assessed units valid on a day; opened from the figures that count them."""
    day = day_named(request.GET.get("on", "")) or timezone.localdate()
    kinds = [kind for kind in request.GET.getlist("kind") if kind in UnitKind.values]
    rows = Unit.objects.visible_to(request.user).assessed().active_on(day)
    table = Table(
        columns=[
            Column("name", "单位", phone="primary"),
            Column("kind", "类别", value="get_kind_display", phone="secondary"),
            Column("squad", "辖区中队", phone="secondary"),
            Column("ranking_group", "排名组", value="get_ranking_group_display", phone="hidden"),
            Column("valid_from", "启用日期", phone="hidden"),
        ],
        rows=(rows.filter(kind__in=kinds) if kinds else rows).select_related("squad").order_by("order"),
        request=request,
        name="units",
    )
    return render_table(request, "inspections/unit_list.html", {"table": table, "day": day})
