"""The log, for the auditor: read, filter, export. Nothing here changes it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from config.display import display
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.filters.log import ActivityFilter
from staff.jobs import enqueue
from staff.models import Activity, ActivitySeal, Job
from staff.permissions import Perms

VERIFY = "staff.verify_log"
READ = permission_required(Perms.READ_LOG, raise_exception=True)


def activity_address(activity: Activity) -> str:
    return reverse("staff:activity-detail", args=[activity.pk])


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
        row_url=activity_address,
        export_url=reverse("staff:export", args=[LOG_EXPORT.key]),
        empty="还没有日志。",
    )


LOG_EXPORT = register_export(ListExport("staff.activities", "操作日志", activity_table))


@require_GET
def activity_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/activity_list.html", {"table": activity_table(request)})


def type_name(label: str) -> str:
    """The Chinese name of a kind of record; the label itself if the model is no more."""
    try:
        return str(apps.get_model(label)._meta.verbose_name) if label else ""
    except LookupError:
        return label


def change_rows(activity: Activity) -> list[tuple[str, Any, Any]]:
    return [(name, display(pair[0]), display(pair[1])) for name, pair in activity.changes.items()]


@require_GET
@READ
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(Activity.objects.select_related("actor", "principal"), pk=pk)
    context = {
        "activity": activity,
        "object_type": type_name(activity.object_type),
        "changes": change_rows(activity),
        "seal": ActivitySeal.objects.filter(activity=activity).first(),
    }
    return render(request, "staff/activity_detail.html", context)


@require_POST
@READ
def activity_verify(request: HttpRequest) -> HttpResponse:
    """Verify the chain as a job; one that this person has already running is shown instead of a second."""
    running = Job.objects.visible_to(request.user).open().filter(kind=VERIFY).first()
    if running is not None:
        messages.info(request, "校验已经在进行，不用再发起。")
        return redirect(running)
    return redirect(enqueue(VERIFY, owner=request.user, payload={}))
