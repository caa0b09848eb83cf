"""The log, for the auditor: read, filter, export. Nothing here changes it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.filters import ActivityFilter
from staff.models import Activity
from staff.permissions import Perms


def activity_columns() -> list[Column]:
    return [
        Column("happened_at", "时间", sort="happened_at", phone="primary"),
        Column("actor", "操作人", phone="primary"),
        Column("principal", "代谁办理", phone="hidden"),
        Column("get_verb_display", "动作", phone="secondary"),
        Column("title", "事项", phone="secondary"),
        Column("object_label", "对象", phone="secondary"),
        Column("changes", "变动", template="staff/_changes_cell.html", phone="hidden"),
        Column("note", "说明", phone="hidden"),
        Column("address", "来源地址", phone="hidden"),
        Column("succeeded", "成功", phone="hidden"),
    ]


def activity_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.READ_LOG):
        raise PermissionDenied
    filters = ActivityFilter(request.GET, queryset=Activity.objects.select_related("actor", "principal"))
    return Table(
        columns=activity_columns(),
        rows=filters.qs,
        request=request,
        name="activities",
        filters=filters,
        export_url=reverse("staff:export", args=[LOG_EXPORT.key]),
        empty="没有符合条件的日志。请放宽筛选条件。",
    )


LOG_EXPORT = register_export(ListExport("staff.activities", "操作日志", activity_table))


@require_GET
def activity_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/activity_list.html", {"table": activity_table(request)})
