"""Findings: list, one finding, registering, correcting, photos."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.figures import one_reading
from config.signs import due, state_badge
from config.tables import BatchAction, Column, Table, render_table
from inspections.enums import FindingState
from inspections.filters.findings import FindingFilter
from inspections.forms.findings import FindingForm, PhotoForm
from inspections.models import Finding
from inspections.permissions import can_add_photo, can_edit_finding
from inspections.views.finding_page import detail_context, say_published, visible_finding
from inspections.views.incidents import waiting_incidents
from staff.exports import ListExport, register_export
from staff.files import send_file
from staff.models import User
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_FINDING, raise_exception=True)


def finding_columns() -> list[Column]:
    return [
        Column("number", "编号", sort="number", phone="primary"),
        Column("state", "状态", value="get_state_display", sign=state_badge, phone="primary"),
        Column("found_at", "发现时间", sort=("found_at",), phone="secondary"),
        Column("due_at", "整改期限", sort="due_at", sign=overdue_sign, phone="hidden"),
        Column("lead_unit", "责任单位", value="lead_unit.label", sort="lead_unit__order", phone="secondary"),
        Column("place", "具体地点", phone="secondary"),
        Column("item", "小项", value="item.name", phone="secondary"),
        Column("description", "存在问题", phone="hidden"),
        Column("count", "数量", align="end", phone="hidden"),
        Column("points", "扣分", sort="points", unit="分", total=Sum("points"), phone="secondary"),
        Column("recurrence", "反复", value=lambda finding: finding.recurrence or None, align="end", phone="hidden"),
        Column("area", "区域类型", value="get_area_display", phone="hidden"),
        Column("category", "大项", value="item.category.name", phone="hidden", optional=True),
        Column("delivered_at", "送达时间", sort="delivered_at", phone="hidden", optional=True),
        Column("send_backs", "退回", value=lambda finding: finding.send_backs or None, align="end", phone="hidden", optional=True),
        Column("handling", "处理方式", value="get_handling_display", phone="hidden", optional=True),
        Column("closed_at", "销号时间", sort="closed_at", phone="hidden", optional=True),
        Column("source", "问题来源", value="get_source_display", phone="hidden", optional=True),
        Column("found_by", "检查人", phone="hidden", optional=True),
    ]  # fmt: skip


def overdue_sign(finding: Finding) -> str:
    """The list is read by many: it marks what is late; how much time is left stands where it must be put right."""
    return due(finding.due_at, ("red", "逾期") if finding.is_open and finding.is_overdue else None)


def finding_table(request: HttpRequest) -> Table:
    """The list as its address says; without any filter it opens on the current year."""
    if not request.user.has_perm(Perms.VIEW_FINDING):
        raise PermissionDenied
    asked = request.GET.copy()
    if not set(asked) & set(FindingFilter.base_filters):
        asked["found_from"] = date(timezone.localdate().year, 1, 1).isoformat()
    rows = Finding.objects.visible_to(request.user).listed()
    filters = FindingFilter(asked, queryset=rows, request=request)
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
        actions=batch_actions(request.user),
        export_url=reverse("staff:export", args=[FINDING_EXPORT.key]),
        empty="还没有考评问题。可以登记一条，或从表格导入。",
        empty_action=("登记考评问题", reverse("inspections:finding-create"))
        if request.user.has_perm(Perms.REGISTER_FINDING)
        else None,
    )


# (right, label, address, what it does to the {n} rows that were ticked)
BATCHES = (
    (Perms.CONFIRM_FINDING, "确认", "finding-batch-confirm", "确认选中的 {n} 条；处理方式为“只扣分”的随即告知责任单位。"),
    (Perms.ORDER_FINDING, "按单位交办", "finding-batch-order", "选中的 {n} 条按责任单位各下达一份交办单并推送，期限自现在起算；只登记未确认的一并确认。"),
    (Perms.REVIEW_FINDING, "复查合格", "finding-batch-pass", "选中的 {n} 条复查合格，随即销号。"),
    (Perms.CLOSE_FINDING, "直接销号", "finding-batch-close", "选中的 {n} 条未经反馈直接销号，注明补录；销号后不能再修改。"),
)  # fmt: skip


def batch_actions(user: User) -> list[BatchAction]:
    return [
        BatchAction(label=label, url=reverse(f"inspections:{name}"), confirm=consequence)
        for right, label, name, consequence in BATCHES
        if user.has_perm(right)
    ]


FINDING_EXPORT = register_export(ListExport("inspections.findings", "考评问题", finding_table))


@require_GET
@VIEW
def finding_list(request: HttpRequest) -> HttpResponse:
    with one_reading():  # units, items and categories to choose from, asked once
        return render_table(request, "inspections/finding_list.html", {"table": finding_table(request)})


@require_GET
@VIEW
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "inspections/finding_detail.html", detail_context(request, visible_finding(request, pk)))


@require_http_methods(["GET", "POST"])
@permission_required(Perms.REGISTER_FINDING, raise_exception=True)
def finding_create(request: HttpRequest, incident_pk: int | None = None) -> HttpResponse:
    """The form, empty or filled in from an incident of the fireworks ban that waits for it."""
    incident = None
    if incident_pk is not None:
        incident = get_object_or_404(waiting_incidents(request.user), pk=incident_pk)
    form = FindingForm(request.POST or None, request.FILES or None, incident=incident)
    if request.method == "POST" and form.is_valid():
        finding = form.save(by=request.user)
        if finding is not None:
            if incident is not None and form.merged:
                words = f"同一地点的同一问题当时尚未销号：炮情 {incident.number} 已并入 {finding.number}，不重复扣分，照片一并存入。"
                messages.success(request, words)
                return redirect(finding)
            messages.success(request, f"已登记 {finding.number}，扣 {finding.points.normalize():f} 分。")
            say_published(request, finding.month)
            return redirect(finding)
    return render(
        request,
        "inspections/finding_form.html",
        {
            "form": form,
            "finding": None,
            "incident": incident,
            "incident_words": f"按炮情 {incident.number} 登记，同一起炮情只扣一次分；照片一并带入。"
            if incident
            else "",
            "same": form.same_finding,
            "draft": "" if incident else "finding-new",
        },
    )


def why_not_edit(finding: Finding) -> str:
    if finding.held:
        return f"{finding.number}有申诉待裁定，裁定之前不能修改。"
    if finding.state == FindingState.CONFIRMED:
        return f"{finding.number}已确认，需要修改的请告诉考评办。"
    return f"{finding.number}{finding.get_state_display()}，不能再修改。"


@require_http_methods(["GET", "POST"])
@permission_required(Perms.EDIT_FINDING, raise_exception=True)
def finding_edit(request: HttpRequest, pk: int) -> HttpResponse:
    finding = visible_finding(request, pk)
    if not can_edit_finding(request.user, finding):
        messages.info(request, why_not_edit(finding))
        return redirect(finding)
    form = FindingForm(request.POST or None, finding=finding)
    if request.method == "POST" and form.is_valid() and (saved := form.save(by=request.user)) is not None:
        messages.success(request, "已保存修改，扣分已重新计算。")
        say_published(request, finding.month, saved.month)
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
@permission_required(Perms.REGISTER_FINDING, raise_exception=True)
def photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    finding, form = visible_finding(request, pk), PhotoForm(request.POST, request.FILES)
    if not can_add_photo(request.user, finding):
        messages.info(request, "这条问题已经办结，不能再加照片。")
        return redirect(finding)
    if form.is_valid() and (photo := form.store(finding, by=request.user)):
        messages.success(request, "照片已保存。" if photo.shot_at else "照片已保存（照片里没有拍摄时间）。")
        return redirect(finding)
    context = detail_context(request, finding, photo_form=form)
    return render(request, "inspections/finding_detail.html", context, status=422)


@require_GET
@VIEW
def photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    finding = visible_finding(request, pk)
    stored = get_object_or_404(finding.photos, pk=photo_pk)
    return send_file(stored.file, f"{finding.number}-{stored.pk}", inline=True)
