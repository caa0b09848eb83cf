"""扣分核对单: where each unit stands, one unit's sheet, confirming, recording a stamped scan, printing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from config.pdf import render_pdf
from config.periods import Period
from config.tables import Column, Table, render_table
from inspections.checksheet import CheckSheet, SheetStanding, sheet_of, sheet_standings
from inspections.filters.scores import month_of
from inspections.forms.scores import ConfirmForm, ScanForm
from inspections.models import ConfirmationScan, SheetConfirmation
from inspections.permissions import can_confirm_sheet, visible_units
from inspections.views.scores import month_links, unit_month
from staff.exports import ListExport, register_export
from staff.files import send_file, send_made
from staff.models import Activity, Verb, setting
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_SCORES, raise_exception=True)


def standing_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_SCORES):
        raise PermissionDenied
    month, own = month_of(request), visible_units(request.user)
    return Table(
        columns=[
            Column("unit", "单位", value="sheet.unit.label", phone="primary"),
            Column("findings", "问题", value=lambda s: len(s.sheet.lines), unit="件", phone="secondary",
                   total=lambda rows: sum(len(s.sheet.lines) for s in rows)),
            Column("points", "问题扣分", value="sheet.found_points", unit="分", phone="secondary",
                   total=lambda rows: sum(s.sheet.found_points for s in rows)),
            Column("account", "整改扣分", value="sheet.account_points", unit="分", phone="hidden",
                   total=lambda rows: sum(s.sheet.account_points for s in rows)),
            Column("standing", "核对情况", value="words", template="inspections/_sheet_cell.html", phone="primary"),
            Column("way", "方式", value="confirmation.get_way_display", phone="hidden"),
            Column("confirmed_on", "确认日期", value="confirmation.confirmed_on", phone="hidden"),
        ],
        rows=[each for each in sheet_standings(month) if own is None or each.sheet.unit.pk in own],
        request=request,
        name="check-sheets",
        caption=f"{Period.parse(month).label}扣分核对单",
        row_url=lambda s: reverse("inspections:checksheet-detail", args=[month, s.sheet.unit.pk]),
        export_url=reverse("staff:export", args=[SHEET_EXPORT.key]),
        empty="没有可看的单位。",
    )  # fmt: skip


SHEET_EXPORT = register_export(ListExport("inspections.check_sheets", "扣分核对情况", standing_table))


@require_GET
@VIEW
def checksheet_list(request: HttpRequest) -> HttpResponse:
    month, table = month_of(request), standing_table(request)
    address = reverse("inspections:checksheet-list")
    context = {
        "table": table,
        "period": Period.parse(month),
        "waiting": sum(bool(s.sheet.lines) and not s.is_current for s in table.source),
        "months": month_links(month, lambda key: f"{address}?period={key}"),
    }
    return render_table(request, "inspections/checksheet_list.html", context)


def standing_of(request: HttpRequest, month: str, unit: int) -> SheetStanding:
    sheet = sheet_of(unit_month(request, month, unit))
    confirmation = SheetConfirmation.objects.visible_to(request.user).filter(unit=unit, month=month).first()
    return SheetStanding(sheet, confirmation)


def page_context(request: HttpRequest, standing: SheetStanding) -> dict[str, Any]:
    sheet, confirmation = standing.sheet, standing.confirmation
    open_ = not standing.is_current
    seen = {"seen": sheet.digest}
    return {
        "standing": standing,
        "sheet": sheet,
        "confirmation": confirmation,
        "scans": confirmation.scans.all() if confirmation else [],
        "confirm_form": ConfirmForm(initial=seen) if open_ and can_confirm_sheet(request.user, sheet.unit) else None,
        "scan_form": ScanForm(initial=seen) if open_ and request.user.has_perm(Perms.DRAFT_BULLETIN) else None,
        "period": Period.parse(sheet.month),
        "activities": Activity.objects.about(confirmation)[:20] if confirmation else [],
    }


@require_GET
@VIEW
def checksheet_detail(request: HttpRequest, month: str, unit: int) -> HttpResponse:
    return render(
        request, "inspections/checksheet_detail.html", page_context(request, standing_of(request, month, unit))
    )


@require_POST
@permission_required(Perms.CONFIRM_SHEET, raise_exception=True)
def checksheet_confirm(request: HttpRequest, month: str, unit: int) -> HttpResponse:
    standing = standing_of(request, month, unit)
    if not can_confirm_sheet(request.user, standing.sheet.unit):
        raise PermissionDenied
    form = ConfirmForm(request.POST)
    return answer(request, standing, form, "confirm_form")


@require_POST
@permission_required(Perms.DRAFT_BULLETIN, raise_exception=True)
def checksheet_record(request: HttpRequest, month: str, unit: int) -> HttpResponse:
    """The office records a sheet that was stamped on paper."""
    standing = standing_of(request, month, unit)
    return answer(request, standing, ScanForm(request.POST, request.FILES), "scan_form")


def answer(request: HttpRequest, standing: SheetStanding, form: ConfirmForm | ScanForm, name: str) -> HttpResponse:
    sheet = standing.sheet
    if form.is_valid() and form.store(sheet, by=request.user) is not None:
        messages.success(request, f"{sheet.title}已确认。")
        return redirect("inspections:checksheet-detail", month=sheet.month, unit=sheet.unit.pk)
    context = {**page_context(request, standing), name: form}
    return render(request, "inspections/checksheet_detail.html", context, status=422)


@require_GET
@VIEW
def checksheet_pdf(request: HttpRequest, month: str, unit: int) -> HttpResponse:
    sheet = standing_of(request, month, unit).sheet
    Activity.record(Verb.PRINT, by=request.user, title=f"打印{sheet.title}"[:120])
    return send_made(sheet_pdf(sheet, prepared_by=str(request.user)), f"{sheet.title}.pdf", inline=True)


def sheet_pdf(sheet: CheckSheet, *, prepared_by: str) -> bytes:
    head = {
        "title": sheet.title,
        "unit": setting("bureau.name"),
        "note": f"责任单位：{sheet.unit.name}",
        "prepared_by": prepared_by,
    }
    return render_pdf("inspections/pdf/check_sheet.html", {"sheet": head, "check": sheet})


@require_GET
@VIEW
def checksheet_scan(request: HttpRequest, month: str, unit: int, scan: int) -> FileResponse:
    confirmed = SheetConfirmation.objects.visible_to(request.user).filter(unit=unit, month=month)
    stored = get_object_or_404(ConfirmationScan, confirmation__in=confirmed, pk=scan)
    if not stored.file:
        raise Http404
    return send_file(stored.file, str(stored.confirmation))
