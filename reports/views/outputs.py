"""Compiling a summary, and handing out what was made: PDF, Word, annex, figures."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from reports.enums import Output, Profile
from reports.forms.summaries import DownloadForm
from reports.layouts.files import published
from reports.layouts.paper import summary_pdf
from reports.models import Compilation, Report
from reports.permissions import can_compile_report
from reports.views.reports import VIEW, visible_report
from staff.files import send_file, send_made
from staff.jobs import enqueue
from staff.models import OPEN_JOB_STATES, Activity, Job, Verb
from staff.permissions import Perms


@require_POST
@permission_required(Perms.COMPILE_REPORT, raise_exception=True)
def report_compile(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    if not can_compile_report(request.user, report):
        messages.info(request, "已签发的工作总结不再汇编。")
        return redirect(report)
    running = Job.objects.filter(kind="reports.compile", state__in=OPEN_JOB_STATES, payload__report=report.pk).first()
    if running is None:
        running = enqueue("reports.compile", owner=request.user, payload={"report": report.pk}, label=f"汇编：{report}")
        messages.success(request, "已开始汇编。")
    else:
        messages.info(request, "正在汇编，请稍候。")
    return redirect(report)


@require_GET
@VIEW
def report_pdf(request: HttpRequest, pk: int) -> FileResponse | HttpResponse:
    """The PDF: an issued summary as signed, a draft as last compiled; the other profile is set from the same content."""
    report, form = visible_report(request, pk), DownloadForm(request.GET)
    compilation = latest_compilation(report)
    profile = form.cleaned_data["profile"] if form.is_valid() else ""
    Activity.record(
        Verb.PRINT, report, by=request.user, title="下载 PDF", note=Profile(profile or compilation.profile).label
    )
    if profile and profile != compilation.profile:
        content = summary_pdf(report, compilation.content, profile=profile).content
        return send_made(content, f"{report.title}（{Profile(profile).label}）.pdf")
    stored = report.paper or compilation.pdf
    return send_file(stored, report.title)


@require_GET
@VIEW
def report_json(request: HttpRequest, pk: int) -> JsonResponse:
    report = visible_report(request, pk)
    compilation = latest_compilation(report)
    Activity.record(Verb.EXPORT, report, by=request.user, title="下载数据")
    return JsonResponse(published(compilation.content), json_dumps_params={"ensure_ascii": False, "indent": 1})


def latest_compilation(report: Report) -> Compilation:
    compilation = report.compilations.first()
    if compilation is None:
        raise Http404("还没有汇编。")
    return compilation


@require_GET
@VIEW
def report_file(request: HttpRequest, pk: int, kind: str) -> FileResponse:
    """Word, annex or figures as they were made with the last compilation, or with the signature."""
    report = visible_report(request, pk)
    stored = get_object_or_404(latest_compilation(report).files, kind=kind)
    Activity.record(Verb.EXPORT, report, by=request.user, title=f"下载{stored.get_kind_display()}")
    output = Output(kind)
    name = f"{report.title}{'（送审稿）' if output == Output.REVIEW else ''}.{output.extension}"
    return send_file(stored.file, name)
