"""Lists of duty that figures open: posts in shifts, people on them, reports, gaps."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.tables import Column, Table, render_table
from fireworks.filters.duty import AssignmentFilter, GapFilter, ReportFilter, SlotFilter
from fireworks.models import Assignment, ShiftReport, Slot, Window
from fireworks.views.access import VIEW
from fireworks.watch import is_watched, silent
from staff.exports import ListExport, register_export
from staff.permissions import Perms


def require_view(request: HttpRequest) -> None:
    if not request.user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied


SLOT_COLUMNS = [
    Column("day", "日期", sort=("day", "starts_at"), phone="secondary"),
    Column("grid", "网格", value="grid.name", sort=("grid__code", "starts_at"), phone="primary"),
    Column("post", "岗位", value=lambda row: row.post.name if row.post else "巡查", sort="post__name", phone="secondary"),
    Column("shift", "班次", value="shift.name", sort=("shift__starts", "day"), phone="secondary"),
    Column("hours", "时间", phone="secondary"),
    Column("needed", "应到", sort="needed", unit="人", phone="hidden"),
    Column("names", "人员", phone="secondary"),
    Column("report", "报告", value=lambda row: row.report.words if hasattr(row, "report") else "", phone="secondary"),
    Column("night", "夜班", value="is_night", phone="hidden", optional=True),
    Column("holiday", "法定节假日", value="is_holiday", phone="hidden", optional=True),
]  # fmt: skip


def slot_table(request: HttpRequest) -> Table:
    require_view(request)
    rows = Slot.objects.visible_to(request.user).with_names().select_related("report")
    filters = SlotFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=SLOT_COLUMNS,
        rows=filters.qs,
        request=request,
        name="duty-slots",
        caption="岗班",
        default_sort="day",
        row_url=lambda row: row.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[SLOT_EXPORT.key]),
        empty="还没有岗班。编好值班表后列在这里。",
    )


SLOT_EXPORT = register_export(ListExport("fireworks.slots", "值班表", slot_table))

ASSIGNMENT_COLUMNS = [
    Column("person", "姓名", value="person.name", sort="person__name", phone="primary"),
    Column("agency", "单位", value="person.agency", sort=("person__agency", "person__name"), phone="secondary"),
    Column("day", "日期", value="slot.day", sort=("slot__day", "slot__starts_at"), phone="secondary"),
    Column("grid", "网格", value="slot.grid.name", sort=("slot__grid__code", "slot__day"), phone="secondary"),
    Column("post", "岗位", value=lambda row: row.slot.post.name if row.slot.post else "巡查", phone="secondary"),
    Column("shift", "班次", value="slot.shift.name", phone="secondary"),
    Column("hours", "时间", value="slot.hours", phone="hidden"),
    Column("role", "职责", value="get_role_display", sort="role", phone="secondary"),
    Column("holiday", "法定节假日", value="slot.is_holiday", phone="hidden"),
]


def assignment_table(request: HttpRequest) -> Table:
    require_view(request)
    rows = Assignment.objects.visible_to(request.user).published()
    rows = rows.select_related("person", "slot__grid", "slot__post", "slot__shift")
    filters = AssignmentFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=ASSIGNMENT_COLUMNS,
        rows=filters.qs,
        request=request,
        name="duty-assignments",
        caption="值守人次",
        default_sort="day",
        row_url=lambda row: row.slot.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[ASSIGNMENT_EXPORT.key]),
        empty="还没有值守安排。发布值班表后列在这里。",
    )


ASSIGNMENT_EXPORT = register_export(ListExport("fireworks.assignments", "值守人次", assignment_table))

REPORT_COLUMNS = [
    Column("day", "日期", value="slot.day", sort=("slot__day", "slot__starts_at"), phone="secondary"),
    Column("grid", "网格", value="slot.grid.name", sort=("slot__grid__code", "slot__day"), phone="primary"),
    Column("post", "岗位", value=lambda row: row.slot.post.name if row.slot.post else "巡查", phone="secondary"),
    Column("shift", "班次", value="slot.shift.name", phone="secondary"),
    Column("words", "报告", sort="nothing_found", phone="primary"),
    Column("present", "实到", sort="present", unit="人", phone="secondary"),
    Column("note", "情况说明", phone="secondary"),
    Column("flag", "待核对", phone="secondary"),
    Column("reported_by", "报告人", phone="hidden"),
    Column("reported_at", "报告时间", sort="reported_at", phone="hidden"),
]


def report_table(request: HttpRequest) -> Table:
    require_view(request)
    rows = ShiftReport.objects.visible_to(request.user)
    rows = rows.select_related("slot__grid", "slot__post", "slot__shift", "reported_by")
    filters = ReportFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=REPORT_COLUMNS,
        rows=filters.qs,
        request=request,
        name="duty-reports",
        caption="值守报告",
        default_sort="-day",
        row_url=lambda row: row.get_absolute_url(),
        row_tone=lambda row: "danger" if row.flag else "",
        filters=filters,
        export_url=reverse("staff:export", args=[REPORT_EXPORT.key]),
        empty="还没有值守报告。值守人员在“我的值班”里报告后列在这里。",
    )


REPORT_EXPORT = register_export(ListExport("fireworks.reports", "值守报告", report_table))

GAP_COLUMNS = [
    Column("day", "日期", sort="day", phone="secondary"),
    Column("grid", "网格", sort="grid", phone="primary"),
    Column("shift", "班次", sort="shift", phone="secondary"),
    Column("missing", "缺报告的岗位", sort="missing", unit="个", phone="secondary"),
]


def gap_table(request: HttpRequest, window: Window | None) -> Table:
    """Of a window, or of whatever days (and window, and grid) the address asks for."""
    slots = Slot.objects.visible_to(request.user).published()
    filters = GapFilter(request.GET, queryset=slots, request=request) if window is None else None
    empty = "这些天已经开始的班次都已报告，或者没有已发布的值班表。"
    if window is not None:
        empty = "已经开始的班次都已报告。" if is_watched(window) else "这个时段没有已发布的值班表。"
    return Table(
        columns=GAP_COLUMNS,
        rows=silent(filters.qs if filters else slots.filter(roster__window=window)),
        request=request,
        name="duty-gaps",
        caption=f"{window or ''}缺报告的网格和班次",
        default_sort="day",
        row_url=lambda row: row.url,
        filters=filters,
        empty=empty,
    )


@require_GET
@VIEW
def slot_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/slot_list.html", {"table": slot_table(request)})


@require_GET
@VIEW
def assignment_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/assignment_list.html", {"table": assignment_table(request)})


@require_GET
@VIEW
def report_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/report_list.html", {"table": report_table(request)})


@require_GET
@VIEW
def gap_list(request: HttpRequest, pk: int) -> HttpResponse:
    window = get_object_or_404(Window.objects.visible_to(request.user), pk=pk)
    context = {"table": gap_table(request, window), "window": window}
    return render_table(request, "fireworks/gap_list.html", context)


@require_GET
@VIEW
def gap_days(request: HttpRequest) -> HttpResponse:
    """The gaps of all windows on the days asked for."""
    return render_table(request, "fireworks/gap_list.html", {"table": gap_table(request, None), "window": None})
