"""Findings: list, one finding, registering, correcting, closing, voiding, photos."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from inspections import workflow
from inspections.filters import FindingFilter
from inspections.forms import CloseForm, FindingForm, PhotoForm, VoidForm
from inspections.models import Finding, FindingPhoto
from inspections.permissions import can_add_photo, can_close_finding, can_edit_finding, can_void_finding
from inspections.scoring import PointsBreakdown
from staff.exports import ListExport, register_export
from staff.files import send_file
from staff.models import Activity
from staff.permissions import Perms
from staff.uploads import save_image

VIEW = permission_required(Perms.VIEW_FINDING, raise_exception=True)


def deadline_of(finding: Finding) -> tuple[str, str]:
    """(level, words) of the deadline light."""
    if finding.due_at is None or not finding.is_open:
        return "none", "逾期销号" if finding.is_overdue else "—"
    left = finding.due_at - timezone.now()
    if left.total_seconds() < 0:
        return "red", "已逾期"
    hours = int(left.total_seconds() // 3600)
    level = "orange" if hours < 4 else "yellow" if hours < 24 else "green"
    return level, f"剩 {hours} 小时" if hours < 48 else f"剩 {hours // 24} 天"


def finding_columns() -> list[Column]:
    return [
        Column("number", "编号", sort="number", phone="primary"),
        Column("found_at", "发现时间", sort=("found_at",), phone="secondary"),
        Column("lead_unit", "责任单位", value="lead_unit.label", sort="lead_unit__order", phone="secondary"),
        Column("area", "区域类型", value="get_area_display", phone="hidden"),
        Column("place", "具体地点", phone="secondary"),
        Column("category", "大项", value="item.category.name", phone="hidden", optional=True),
        Column("item", "小项", value="item.name", phone="secondary"),
        Column("description", "存在问题", phone="hidden"),
        Column("count", "数量", align="end", phone="hidden"),
        Column("points", "扣分", sort="points", unit="分", total=Sum("points"), phone="secondary"),
        Column("recurrence", "反复", value=lambda finding: finding.recurrence or None, align="end", phone="hidden"),
        Column("due_at", "整改期限", sort="due_at", template="inspections/_deadline_cell.html", phone="hidden"),
        Column("closed_at", "销号时间", sort="closed_at", phone="hidden", optional=True),
        Column("source", "问题来源", value="get_source_display", phone="hidden", optional=True),
        Column("found_by", "检查人", phone="hidden", optional=True),
        Column("state", "状态", value="get_state_display", template="inspections/_state_cell.html", phone="primary"),
    ]


def finding_table(request: HttpRequest) -> Table:
    """The list as its address says; without any filter it opens on the current year."""
    if not request.user.has_perm(Perms.VIEW_FINDING):
        raise PermissionDenied
    asked = request.GET.copy()
    if not set(asked) & set(FindingFilter.base_filters):
        asked["found_from"] = date(timezone.localdate().year, 1, 1).isoformat()
    rows = Finding.objects.visible_to(request.user).select_related("item__category", "lead_unit")
    filters = FindingFilter(asked, queryset=rows)
    return Table(
        columns=finding_columns(),
        rows=filters.qs,
        request=request,
        name="findings",
        caption="考评问题",
        default_sort="-found_at",
        row_url=Finding.get_absolute_url,
        row_tone=lambda finding: "muted" if finding.state == "voided" else "",
        filters=filters,
        export_url=reverse("staff:export", args=[FINDING_EXPORT.key]),
        empty="没有符合条件的考评问题。可以放宽筛选条件，或登记一条。",
        empty_action=("登记考评问题", reverse("inspections:finding-create"))
        if request.user.has_perm(Perms.REGISTER_FINDING)
        else None,
    )


FINDING_EXPORT = register_export(ListExport("inspections.findings", "考评问题", finding_table))


@require_GET
@VIEW
def finding_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/finding_list.html", {"table": finding_table(request)})


def visible_finding(request: HttpRequest, pk: int) -> Finding:
    rows = Finding.objects.visible_to(request.user).select_related(
        "item__category", "lead_unit", "registered_by", "batch"
    )
    return get_object_or_404(rows, pk=pk)


def detail_context(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    user = request.user
    worth = PointsBreakdown(finding.base, finding.coefficient, finding.multiplier, finding.points)
    return {
        "finding": finding,
        "worth": worth,
        "light": deadline_of(finding),
        "shares": finding.shares.select_related("unit"),
        "photos": finding.photos.all(),
        "activities": Activity.objects.about(finding)[:50],
        "can_edit": can_edit_finding(user, finding),
        "can_close": can_close_finding(user, finding),
        "can_void": can_void_finding(user, finding),
        "can_add_photo": can_add_photo(user, finding),
        "close_form": CloseForm(),
        "void_form": VoidForm(),
        "photo_form": PhotoForm(),
    }


@require_GET
@VIEW
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "inspections/finding_detail.html", detail_context(request, visible_finding(request, pk)))


@require_http_methods(["GET", "POST"])
@permission_required(Perms.REGISTER_FINDING, raise_exception=True)
def finding_create(request: HttpRequest) -> HttpResponse:
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        finding = form.save(by=request.user)
        if finding is not None:
            messages.success(request, f"已登记 {finding.number}，扣 {finding.points.normalize():f} 分。")
            return redirect(finding)
    return render(
        request,
        "inspections/finding_form.html",
        {"form": form, "finding": None, "same": form.same_finding, "draft": "finding-new"},
    )


@require_http_methods(["GET", "POST"])
@permission_required(Perms.EDIT_FINDING, raise_exception=True)
def finding_edit(request: HttpRequest, pk: int) -> HttpResponse:
    finding = visible_finding(request, pk)
    if not can_edit_finding(request.user, finding):
        messages.info(request, f"{finding.number}{finding.get_state_display()}，不能再修改。")
        return redirect(finding)
    form = FindingForm(request.POST or None, finding=finding)
    if request.method == "POST" and form.is_valid() and form.save(by=request.user) is not None:
        messages.success(request, "已保存修改，扣分已重新计算。")
        return redirect(finding)
    context = {"form": form, "finding": finding, "same": form.same_finding, "draft": f"finding-{finding.pk}"}
    return render(request, "inspections/finding_form.html", context)


@require_POST
@permission_required(Perms.REGISTER_FINDING, raise_exception=True)
def finding_preview(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """What the form would deduct, as it stands; nothing is stored. `pk`: the finding that is being corrected."""
    form = FindingForm(request.POST, finding=None if pk is None else visible_finding(request, pk))
    return render(request, "inspections/_points_preview.html", {"preview": form.preview()})


@require_POST
@permission_required(Perms.CLOSE_FINDING, raise_exception=True)
def finding_close(request: HttpRequest, pk: int) -> HttpResponse:
    finding, form = visible_finding(request, pk), CloseForm(request.POST)
    if form.is_valid():
        try:
            workflow.close_finding(finding, by=request.user, closed_at=form.cleaned_data["closed_at"])
        except workflow.TransitionNotAllowed as refusal:
            messages.info(request, str(refusal))
            return redirect(finding)
        except workflow.Refused as refusal:
            form.add_error("closed_at", str(refusal))
        else:
            messages.success(request, f"{finding.number} 已销号。")
            return redirect(finding)
    context = {**detail_context(request, finding), "close_form": form}
    return render(request, "inspections/finding_detail.html", context, status=422)


@require_POST
@permission_required(Perms.VOID_FINDING, raise_exception=True)
def finding_void(request: HttpRequest, pk: int) -> HttpResponse:
    finding, form = visible_finding(request, pk), VoidForm(request.POST)
    if form.is_valid():
        try:
            workflow.void_finding(finding, by=request.user, reason=form.cleaned_data["reason"])
        except workflow.TransitionNotAllowed as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, f"{finding.number} 已作废，不再计数、计分。")
        return redirect(finding)
    context = {**detail_context(request, finding), "void_form": form}
    return render(request, "inspections/finding_detail.html", context, status=422)


@require_POST
@permission_required(Perms.REGISTER_FINDING, raise_exception=True)
def photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    finding, form = visible_finding(request, pk), PhotoForm(request.POST, request.FILES)
    if not can_add_photo(request.user, finding):
        messages.info(request, "这条问题已经办结，不能再加照片。")
        return redirect(finding)
    if form.is_valid():
        try:
            photo = save_image(form.cleaned_data["photo"], FindingPhoto, by=request.user, finding=finding)
        except ValidationError as refusal:
            form.add_error("photo", refusal)
        else:
            messages.success(request, "照片已保存。" if photo.shot_at else "照片已保存（照片里没有拍摄时间）。")
            return redirect(finding)
    context = {**detail_context(request, finding), "photo_form": form}
    return render(request, "inspections/finding_detail.html", context, status=422)


@require_GET
@VIEW
def photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    finding = visible_finding(request, pk)
    stored = get_object_or_404(finding.photos, pk=photo_pk)
    return send_file(stored.file, name=f"{finding.number}-{stored.pk}.jpg", content_type="image/jpeg", inline=True)
