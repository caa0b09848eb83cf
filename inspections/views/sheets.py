"""Score sheets: list, typing one as on paper, confirming, sending back, voiding."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.signs import state_badge
from config.tables import Column, Table, render_table
from inspections.enums import SheetState
from inspections.filters.places import SheetFilter
from inspections.forms.scores import SeenForm
from inspections.forms.sheets import SheetForm
from inspections.models import CheckSheet
from inspections.models.sheets import FULL
from inspections.permissions import can_move_sheet
from inspections.views.finding_page import say_published
from inspections.workflow import sheets
from staff.exports import ListExport, register_export
from staff.forms.records import ReasonForm
from staff.models import Activity
from staff.permissions import Perms
from staff.refusals import Refused

VIEW = permission_required(Perms.VIEW_FINDING, raise_exception=True)
ENTER = permission_required(Perms.ENTER_SHEET, raise_exception=True)


def point_score(sheet: Any) -> Decimal:
    return max(Decimal(0), FULL - (sheet.deducted or Decimal(0)))


def sheet_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FINDING):
        raise PermissionDenied
    rows = CheckSheet.objects.visible_to(request.user).with_totals().select_related("unit", "round")
    filters = SheetFilter(request.GET, queryset=rows)
    return Table(
        columns=[
            Column("place_name", "检查地点", sort="place_name", phone="primary"),
            Column("checked_on", "检查日期", sort="checked_on", phone="secondary"),
            Column("unit", "被检单位", value="unit.label", sort="unit__order", phone="secondary"),
            Column("area", "区域类型", value="get_area_display", sort="area", phone="secondary"),
            Column("round", "轮次", value="round.name", phone="hidden"),
            Column("deducted", "扣分", sort="deducted", unit="分", value=lambda sheet: sheet.deducted or Decimal(0)),
            Column("score", "得分", unit="分", value=point_score, phone="secondary"),
            Column("assessors", "检查人", phone="hidden"),
            Column("state", "状态", value="get_state_display", sign=state_badge, phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="sheets",
        caption="现场检查评分表",
        default_sort="-checked_on",
        row_url=CheckSheet.get_absolute_url,
        row_tone=lambda sheet: "muted" if sheet.state == "voided" else "",
        filters=filters,
        export_url=reverse("staff:export", args=[SHEET_EXPORT.key]),
        empty="还没有评分表。月度集中检查按点位填表，每个单位、每个点位一张。",
        empty_action=("填写评分表", reverse("inspections:sheet-create"))
        if request.user.has_perm(Perms.ENTER_SHEET)
        else None,
    )


SHEET_EXPORT = register_export(ListExport("inspections.sheets", "现场检查评分表", sheet_table))


@require_GET
@VIEW
def sheet_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/sheet_list.html", {"table": sheet_table(request)})


def visible_sheet(request: HttpRequest, pk: int) -> CheckSheet:
    rows = CheckSheet.objects.visible_to(request.user).select_related("unit", "round", "place", "entered_by")
    return get_object_or_404(rows, pk=pk)


@require_GET
@VIEW
def sheet_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, visible_sheet(request, pk))


def _detail(request: HttpRequest, sheet: CheckSheet, form: ReasonForm | None = None) -> HttpResponse:
    lines = list(sheet.lines.select_related("item__category"))
    deducted = sum((line.deduction for line in lines), Decimal(0))
    can = {name: can_move_sheet(request.user, sheet, name) for name in ("confirm", "reopen", "void")}
    context = {
        "sheet": sheet,
        "lines": lines,
        "deducted": deducted,
        "score": max(Decimal(0), FULL - deducted),
        "can": can,
        "can_edit": sheet.is_draft and request.user.has_perm(Perms.ENTER_SHEET),
        "reason_form": form or ReasonForm(),
        "activities": Activity.objects.about(sheet)[:30],
    }
    return render(request, "inspections/sheet_detail.html", context, status=422 if form else 200)


@require_http_methods(["GET", "POST"])
@ENTER
def sheet_create(request: HttpRequest) -> HttpResponse:
    return _edit(request, CheckSheet(assessors=str(request.user)))


@require_http_methods(["GET", "POST"])
@ENTER
def sheet_edit(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = visible_sheet(request, pk)
    if not sheet.is_draft:
        messages.info(request, f"这张评分表{sheet.get_state_display()}，不能再修改。确需更正的，先退回修改。")
        return redirect(sheet)
    return _edit(request, sheet)


def _edit(request: HttpRequest, sheet: CheckSheet) -> HttpResponse:
    form = SheetForm(request.POST or None, instance=sheet)
    title = f"修改评分表 {sheet}" if sheet.pk else "填写评分表"
    if request.method == "POST" and form.is_valid():
        stored = form.store(by=request.user)
        if stored is not None:
            messages.success(request, "已保存。核对无误后点“确认”，计入月度得分。")
            return redirect(stored)
    context = {
        "form": form,
        "title": title,
        "sheet": sheet,
        "draft": f"sheet-{sheet.pk or 'new'}",
        "back": sheet.get_absolute_url() if sheet.pk else reverse("inspections:sheet-list"),
    }
    return render(request, "inspections/sheet_form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@ENTER
def sheet_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    sheet, form = visible_sheet(request, pk), SeenForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请打开评分表，看过最新内容再确认。")
        return redirect(sheet)
    return _move(request, sheet, "confirm", seen=form.cleaned_data["seen"])


def _move(
    request: HttpRequest, sheet: CheckSheet, name: str, *, reason: str = "", seen: int | None = None
) -> HttpResponse:
    try:
        moved = sheets.move_sheet(sheet, name, by=request.user, reason=reason, seen=seen)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"评分表{moved.get_state_display()}。")
        if SheetState.CONFIRMED in (sheet.state, moved.state):  # it counted before, or does so now
            say_published(request, moved.month)
    return redirect(sheet)


@require_POST
@ENTER
def sheet_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    sheet, form = visible_sheet(request, pk), ReasonForm(request.POST)
    return (
        _move(request, sheet, "reopen", reason=form.cleaned_data["reason"])
        if form.is_valid()
        else _detail(request, sheet, form)
    )


@require_POST
@ENTER
def sheet_void(request: HttpRequest, pk: int) -> HttpResponse:
    sheet, form = visible_sheet(request, pk), ReasonForm(request.POST)
    return (
        _move(request, sheet, "void", reason=form.cleaned_data["reason"])
        if form.is_valid()
        else _detail(request, sheet, form)
    )
