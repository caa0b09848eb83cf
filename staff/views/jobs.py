"""Long jobs: the list of one's own, one job with its progress bar, cancelling, the files it made."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from config.tables import Column, Table, render_table
from staff.files import send_file
from staff.models import Activity, Job, Verb
from staff.permissions import can_cancel_job
from staff.workflow import jobs as workflow


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    table = Table(
        columns=[
            Column("label", "任务", phone="primary"),
            Column("state", "状态", template="components/job_state.html", phone="primary"),
            Column("created_at", "提交时间", sort="created_at", phone="secondary"),
            Column("finished_at", "结束时间", phone="secondary"),
            Column("message", "进展", phone="hidden"),
        ],
        rows=Job.objects.visible_to(request.user),
        request=request,
        row_url=Job.get_absolute_url,
        empty="还没有后台任务。导入、导出和汇编总结会出现在这里。",
    )
    return render_table(request, "staff/job_list.html", {"table": table})


@require_GET
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk).refresh_progress()
    return render(request, "staff/job_detail.html", {"job": job, "can_cancel": can_cancel_job(request.user, job)})


@require_GET
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress bar alone, polled each second; once the job has ended the whole page comes anew with its result."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk).refresh_progress()
    response = render(request, "components/progress.html", {"job": job})
    if not job.is_open:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not job.is_open:
        messages.info(request, "任务已经结束，不用再取消。")
    elif not can_cancel_job(request.user, job):
        raise PermissionDenied
    else:
        workflow.cancel_job(job=job, by=request.user)
        messages.success(request, "已通知任务停止；没有写完的数据不会留下。")
    return redirect(job)


@require_GET
def job_file(request: HttpRequest, pk: int, which: str) -> FileResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    stored = {"result": job.result_file, "errors": job.error_file}.get(which)
    if not stored:
        raise Http404
    name = stored.name.rsplit("/", 1)[-1]
    Activity.record(Verb.EXPORT, job, by=request.user, title=f"下载{name}"[:120])
    return send_file(stored, name)
