"""What a unit must do, what waits for review, the orders (交办单), and requests for more time."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery, Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.display import month_day_minute
from config.signs import due, state_badge
from config.tables import BatchAction, Column, Table, render_table
from inspections.enums import FindingState
from inspections.filters.rectification import ExtensionFilter, OrderFilter, OwnFindingFilter
from inspections.models import Extension, Finding, FindingShare, OrderLine, RectificationOrder
from inspections.workflow.order_paper import problem_of
from staff.exports import ListExport, register_export
from staff.files import send_file
from staff.models import Activity, Verb
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_FINDING, raise_exception=True)


def first_photo(finding: Finding) -> str:
    """The address of a picture of the problem, "" if there is none; photos come prefetched."""
    shown = [photo for photo in finding.photos.all() if photo.report_id is None]
    return shown[0].get_absolute_url() if shown else ""


def whole_points() -> Column:
    return Column("points", "扣分", sort="points", unit="分", phone="secondary")


def own_points() -> Column:
    return Column("own_points", "本单位扣分", sort="own_points", unit="分", phone="secondary")


def due_sign(finding: Finding) -> str:
    return due(finding.due_at, finding.light if finding.is_open and finding.due_at else None)


def case_columns(points: Column) -> list[Column]:
    """A case as who must put it right, or look at it again, reads it."""
    return [
        Column("number", "编号", sort="number", phone="primary"),
        Column("photo", "照片", value=first_photo, template="inspections/_photo_cell.html", phone="secondary"),
        Column("item", "小项", value="item.name", phone="secondary"),
        Column("place", "具体地点", phone="secondary"),
        Column("description", "存在问题", phone="secondary"),
        Column("due_at", "整改期限", sort="due_at", sign=due_sign, phone="secondary"),
        points,
        Column("state", "状态", value="get_state_display", sign=state_badge, phone="primary"),
    ]


def own_table(request: HttpRequest) -> Table:
    """我单位的整改: the findings that this person's units lead, with the part of the points that these units pay."""
    user = request.user
    if not user.has_perm(Perms.RECTIFY_FINDING):
        raise PermissionDenied
    parts = FindingShare.objects.filter(finding=OuterRef("pk"), unit__in=user.unit_ids).order_by().values("finding")
    rows = (
        Finding.objects.visible_to(user)
        .filter(lead_unit__in=user.unit_ids)
        .annotate(own_points=Subquery(parts.annotate(own=Sum("points")).values("own")))
    )
    filters = OwnFindingFilter(request.GET, queryset=rows.select_related("item").prefetch_related("photos"))
    return Table(
        columns=case_columns(own_points()),
        rows=filters.qs,
        request=request,
        name="own-findings",
        caption="我单位的整改",
        default_sort="due_at",
        row_url=Finding.get_absolute_url,
        row_tone=lambda finding: "danger" if finding.is_open and finding.is_overdue else "",
        filters=filters,
        export_url=reverse("staff:export", args=[OWN_EXPORT.key]),
        empty="没有待整改的问题。已反馈的和办结的可以在“办理情况”里选。",
    )


OWN_EXPORT = register_export(ListExport("inspections.own", "我单位的整改", own_table))


@require_GET
@permission_required(Perms.RECTIFY_FINDING, raise_exception=True)
def rectification_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/rectification_list.html", {"table": own_table(request)})


def review_table(request: HttpRequest) -> Table:
    """待复查: reported, the nearest deadline first."""
    if not request.user.has_perm(Perms.REVIEW_FINDING):
        raise PermissionDenied
    rows = Finding.objects.visible_to(request.user).filter(state=FindingState.REPORTED)
    unit = Column("lead_unit", "责任单位", value="lead_unit.label", sort="lead_unit__order", phone="secondary")
    number, *others, _ = case_columns(whole_points())  # all are in one state
    batch = reverse("inspections:finding-batch-pass")
    return Table(
        columns=[number, unit, *others],
        rows=rows.select_related("item", "lead_unit").prefetch_related("photos"),
        request=request,
        name="reviews",
        caption="待复查",
        default_sort="due_at",
        row_url=Finding.get_absolute_url,
        actions=[BatchAction(label="复查合格", url=batch, confirm="选中的 {n} 条复查合格，随即销号。")],
        export_url=reverse("staff:export", args=[REVIEW_EXPORT.key]),
        empty="没有待复查的问题。责任单位反馈整改后会列在这里。",
    )


REVIEW_EXPORT = register_export(ListExport("inspections.reviews", "待复查问题", review_table))


@require_GET
@permission_required(Perms.REVIEW_FINDING, raise_exception=True)
def review_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/review_list.html", {"table": review_table(request)})


# --- Orders -----------------------------------------------------------------------------------------------------------


def order_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FINDING):
        raise PermissionDenied
    rows = RectificationOrder.objects.visible_to(request.user).select_related("unit", "made_by")
    filters = OrderFilter(request.GET, queryset=rows.annotate(findings=Count("lines")))
    return Table(
        columns=[
            Column("number", "文号", sort="number", phone="primary"),
            Column("unit", "责任单位", value="unit.label", sort="unit__order", phone="secondary"),
            Column("findings", "问题", unit="个", phone="secondary"),
            Column("delivered_at", "送达时间", sort="delivered_at", phone="secondary"),
            Column("offline", "补录", value=lambda order: "线下交办" if order.offline else None, phone="hidden"),
            Column("made_by", "交办人", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="orders",
        caption="交办单",
        default_sort="-delivered_at",
        row_url=RectificationOrder.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[ORDER_EXPORT.key]),
        empty="没有交办单。在“考评问题”里勾选已确认的问题，按单位交办。",
    )


ORDER_EXPORT = register_export(ListExport("inspections.orders", "交办单", order_table))


@require_GET
@VIEW
def order_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/order_list.html", {"table": order_table(request)})


def visible_order(request: HttpRequest, pk: int) -> RectificationOrder:
    rows = RectificationOrder.objects.visible_to(request.user).select_related("unit", "made_by", "signed_by")
    return get_object_or_404(rows, pk=pk)


@require_GET
@VIEW
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    order = visible_order(request, pk)
    lines = order_lines(request, order)
    context = {
        "order": order,
        "table": lines,
        "message": order_message(request, order),
        "activities": Activity.objects.about(order)[:30],
    }
    return render(request, "inspections/order_detail.html", context)


def order_lines(request: HttpRequest, order: RectificationOrder) -> Table:
    """What the order names; a line that was withdrawn stays on the paper and leads nowhere."""
    return Table(
        columns=[
            Column("number", "编号", value="finding.number", phone="primary"),
            Column("problem", "问题", value=lambda line: problem_of(line.finding), phone="secondary"),
            Column("place", "地点", value="finding.place", phone="secondary"),
            Column("due_at", "期限", phone="secondary"),
            Column("state", "状态", value=line_state, template="inspections/_line_state_cell.html", phone="primary"),
        ],
        rows=list(order.lines.select_related("finding__item").order_by("pk")),
        request=request,
        name="order-lines",
        caption="交办的问题",
        size=200,
        row_url=lambda line: "" if line.withdrawn_at else line.finding.get_absolute_url(),
        row_tone=lambda line: "muted" if line.withdrawn_at else "",
    )


def line_state(line: OrderLine) -> str:
    return f"已撤回（{line.withdrawn_why}）" if line.withdrawn_at else line.finding.get_state_display()


def order_message(request: HttpRequest, order: RectificationOrder) -> str:
    """What is pasted into the WeChat group, without lines that were withdrawn; the link opens the order after login."""
    link = request.build_absolute_uri(order.get_absolute_url())
    lines = order.lines.filter(withdrawn_at=None)
    dues = [line.due_at for line in lines if line.due_at is not None]
    due = f"，最早 {month_day_minute(min(dues))} 到期" if dues else ""
    return f"【交办单】{order.number} {order.unit.label}：共 {len(lines)} 个问题{due}，请按期整改并反馈。\n{link}"


@require_GET
@VIEW
def order_pdf(request: HttpRequest, pk: int) -> FileResponse:
    """The issued file, byte for byte."""
    order = visible_order(request, pk)
    Activity.record(Verb.PRINT, order, by=request.user, title="下载交办单")
    return send_file(order.paper, order.number, inline=True)


# --- More time --------------------------------------------------------------------------------------------------------


def extension_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FINDING):
        raise PermissionDenied
    rows = Extension.objects.visible_to(request.user).select_related("finding__lead_unit", "answered_by")
    filters = ExtensionFilter(request.GET, queryset=rows)
    return Table(
        columns=[
            Column("finding", "编号", value="finding.number", sort="finding__number", phone="primary"),
            Column("unit", "责任单位", value="finding.lead_unit.label", phone="secondary"),
            Column("reason", "延期理由", phone="secondary"),
            Column("old_due_at", "原期限", sort="old_due_at", phone="secondary"),
            Column("until", "申请延至", sort="until", phone="secondary"),
            Column("asked_at", "申请时间", sort="asked_at", phone="hidden"),
            Column("is_late", "期满后申请", value=lambda row: "是" if row.is_late else None, phone="hidden"),
            Column("granted_until", "准予延至", phone="hidden"),
            Column("answered_by", "答复人", phone="hidden"),
            Column("state", "答复", value="get_state_display", sign=state_badge, phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="extensions",
        caption="延期申请",
        default_sort="-asked_at",
        row_url=lambda row: row.finding.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[EXTENSION_EXPORT.key]),
        empty="还没有延期申请。责任单位在问题页面申请。",
    )


EXTENSION_EXPORT = register_export(ListExport("inspections.extensions", "延期申请", extension_table))


@require_GET
@VIEW
def extension_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/extension_list.html", {"table": extension_table(request)})
