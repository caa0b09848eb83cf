"""材料征集: who was asked for what and who has not delivered; a unit's own page with last time's text and live figures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from reports.drafts import last_time
from reports.forms.materials import AskForm, ConfirmForm, MaterialForm
from reports.models import Material
from reports.permissions import (
    can_adopt_material,
    can_confirm_material,
    can_edit_report,
    can_read_reports,
    can_return_material,
    can_write_material,
)
from reports.reconciliation import lines_for, names_in
from reports.views.chapters import editable_report
from reports.views.reports import VIEW, visible_report
from reports.workflow import materials
from staff.forms.records import ReasonForm
from staff.models import Activity, User
from staff.permissions import Perms
from staff.refusals import Refused

EDIT = permission_required(Perms.EDIT_REPORT, raise_exception=True)


@require_http_methods(["GET", "POST"])
@VIEW
def report_materials(request: HttpRequest, pk: int) -> HttpResponse:
    """All sections of a summary with who answers for each; asking for one."""
    report = visible_report(request, pk)
    may = can_edit_report(request.user, report)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = AskForm(request.POST or None, report=report) if may else None
    if request.method == "POST" and form is not None and form.is_valid() and form.save(by=request.user) is not None:
        messages.success(request, "已征集，对方会收到消息。")
        return redirect("reports:report-materials", pk)
    rows = Material.objects.filter(section__report=report, section__removed_at=None)
    rows = rows.select_related("section", "unit", "person", "delivered_by", "confirmed_by").order_by("section__order")
    waiting = [row for row in rows if row.light(timezone.localdate()) != "none"]
    context = {"report": report, "form": form, "rows": with_lights(rows), "waiting": waiting, "may": may}
    return render(request, "reports/report_materials.html", context)


def with_lights(rows: Any) -> list[tuple[Material, str]]:
    today = timezone.localdate()
    return [(row, row.light(today)) for row in rows]


@require_POST
@EDIT
def report_remind(request: HttpRequest, pk: int) -> HttpResponse:
    report = editable_report(request, pk)
    due = Material.objects.undelivered().filter(section__report=report).select_related("section", "unit")
    count = materials.remind(list(due), today=timezone.localdate(), by=request.user)
    messages.success(request, f"已催交 {count} 节。") if count else messages.info(
        request, "今天都已提醒过，或没有欠交的。"
    )
    return redirect("reports:report-materials", pk)


@require_GET
def material_list(request: HttpRequest) -> HttpResponse:
    """What my unit owes the summaries."""
    today = timezone.localdate()
    rows = Material.objects.visible_to(request.user).select_related("section__report", "unit", "person")
    table = Table(
        columns=[
            Column("section", "章节", value=lambda row: str(row.section), phone="primary"),
            Column("report", "文稿", value="section.report.title", phone="secondary"),
            Column("unit", "责任单位", value=lambda row: str(row.unit), phone="secondary"),
            Column("due_on", "截止日期", sort="due_on", phone="primary"),
            Column("state", "状态", value=Material.get_state_display, phone="primary"),
        ],
        rows=rows.filter(section__removed_at=None),
        request=request,
        name="materials",
        default_sort="due_on",
        row_url=Material.get_absolute_url,
        row_tone=lambda row: "danger" if row.light(today) == "red" else "",
        empty="没有向您的单位征集的材料。",
    )
    return render_table(request, "reports/material_list.html", {"table": table})


def visible_material(request: HttpRequest, pk: int) -> Material:
    rows = Material.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("section__report", "unit", "person", "asked_by"), pk=pk)


@require_http_methods(["GET", "POST"])
def material_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Last time's text and the figures as they are now beside what the unit writes."""
    material = visible_material(request, pk)
    may = can_write_material(request.user, material)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = MaterialForm(request.POST or None, material=material) if may else None
    if request.method == "POST" and form is not None and form.is_valid() and form.save(by=request.user) is not None:
        messages.success(request, "已交，等单位负责人确认。")
        return redirect(material)
    section = material.section
    context = {
        "material": material,
        "report": section.report,
        "form": form,
        "before": last_time(section),
        "lines": lines_for(names_in(section.text), section.report.period),
        "light": material.light(timezone.localdate()),
        "activities": Activity.objects.about(material)[:20],
        **material_rights(request.user, material),
    }
    return render(request, "reports/material_detail.html", context)


def material_rights(user: User, material: Material) -> dict[str, bool]:
    return {
        "can_confirm": can_confirm_material(user, material),
        "can_return": can_return_material(user, material),
        "can_adopt": can_adopt_material(user, material),
        "reads_report": can_read_reports(user),
    }


@require_POST
def material_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    form = ConfirmForm(request.POST)
    seen = form.cleaned_data["version"] if form.is_valid() else 0
    return taken(request, pk, can_confirm_material, partial(materials.confirm_material, seen=seen), "已确认。")


@require_POST
def material_return(request: HttpRequest, pk: int) -> HttpResponse:
    material, form = visible_material(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明退回理由。")
        return redirect(material)
    step = materials.return_material
    return taken(
        request, pk, can_return_material, lambda m, by: step(m, reason=form.cleaned_data["reason"], by=by), "已退回。"
    )


@require_POST
@EDIT
def material_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Taken over: its numbers are matched next, then it stands in the editor of the section."""
    material = visible_material(request, pk)
    if not can_adopt_material(request.user, material):
        raise PermissionDenied
    try:
        materials.adopt_material(material, by=request.user)
    except Refused as refusal:  # sent back at this moment
        messages.info(request, str(refusal))
        return redirect(material)
    return redirect("reports:material-match", material.pk)


def taken(
    request: HttpRequest, pk: int, may: Callable[[User, Material], bool], step: Callable[..., Material], words: str
) -> HttpResponse:
    material = visible_material(request, pk)
    if not may(request.user, material):
        raise PermissionDenied
    try:
        step(material, by=request.user)
    except Refused as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, words)
    return redirect(material)
