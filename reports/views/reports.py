"""Summaries: list, one summary as text with live figures, compiling, downloading, issuing."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from reports import workflow
from reports.compilation import compile_content
from reports.forms import DownloadForm, ReportForm, ReportSettingsForm
from reports.layouts.paper import summary_pdf
from reports.models import Compilation, Report
from reports.permissions import can_compile_report, can_edit_report, can_issue_report, can_read_reports
from staff.files import send_file
from staff.jobs import enqueue
from staff.models import OPEN_JOB_STATES, Activity, Job, Verb
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_REPORT, raise_exception=True)


@require_http_methods(["GET", "POST"])
@VIEW
def report_list(request: HttpRequest) -> HttpResponse:
    may_create = can_read_reports(request.user) and request.user.has_perm(Perms.EDIT_REPORT)
    form = ReportForm(request.POST or None) if may_create else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and (report := form.save(by=request.user)) is not None:
            messages.success(request, f"已建立{report}，可以开始编写。")
            return redirect(report)
    table = Table(
        columns=[
            Column("title", "工作总结", phone="primary"),
            Column("period", "期间", value="period.label", sort="period_key", phone="secondary"),
            Column("state", "状态", template="reports/_state_cell.html", phone="primary"),
            Column("number", "文号", phone="secondary"),
            Column("signed_at", "签发时间", phone="hidden"),
        ],
        rows=Report.objects.visible_to(request.user),
        request=request,
        name="reports",
        row_url=Report.get_absolute_url,
        empty="还没有工作总结。选好期间后建立，系统会按默认提纲取数。",
    )
    return render_table(request, "reports/report_list.html", {"table": table, "form": form})


def visible_report(request: HttpRequest, pk: int) -> Report:
    return get_object_or_404(Report.objects.visible_to(request.user).select_related("signed_by"), pk=pk)


def page_context(request: HttpRequest, report: Report) -> dict[str, Any]:
    """A draft shows live figures; an issued summary what was frozen with its signature."""
    latest = report.compilations.select_related("created_by").first()
    if report.is_draft or latest is None:
        content = compile_content(report.period, list(report.sections.all()))
    else:
        content = latest.content
    running = Job.objects.filter(kind="reports.compile", state__in=OPEN_JOB_STATES, payload__report=report.pk).first()
    return {
        "report": report,
        "content": content,
        "latest": latest,
        "stale": latest is not None and printed(latest.content) != printed(content),
        "sections": list(report.sections.all()),
        "running": running.refresh_progress() if running else None,
        "activities": Activity.objects.about(report)[:20],
        "can_edit": can_edit_report(request.user, report),
        "can_compile": can_compile_report(request.user, report),
        "can_issue": can_issue_report(request.user, report),
    }


def printed(content: dict[str, Any]) -> str:
    """What a compilation puts on paper, in one spelling: two of them can be compared whatever database kept them."""
    return json.dumps(content["sections"], sort_keys=True)


@require_GET
@VIEW
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    context = page_context(request, report)
    entries = zip(context["content"]["sections"], context["sections"], strict=False)
    return render(request, "reports/report_detail.html", {**context, "entries": list(entries)})


@require_http_methods(["GET", "POST"])
@permission_required(Perms.EDIT_REPORT, raise_exception=True)
def report_settings(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    if not can_edit_report(request.user, report):
        raise PermissionDenied
    form = ReportSettingsForm(request.POST or None, instance=report)
    if request.method == "POST" and form.is_valid() and form.save_settings(by=request.user) is not None:
        messages.success(request, "已保存。")
        return redirect(report)
    return render(request, "reports/report_settings.html", {"report": report, "form": form})


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
    Activity.record(Verb.PRINT, report, by=request.user, title="下载 PDF", note=profile or compilation.profile)
    name = f"{report.title}.pdf"
    if profile and profile != compilation.profile:
        content = summary_pdf(report, compilation.content, profile=profile).content
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f"attachment; filename=summary-{profile}.pdf"
        return response
    stored = report.paper or compilation.pdf
    return send_file(stored, name=name, content_type="application/pdf")


@require_GET
@VIEW
def report_json(request: HttpRequest, pk: int) -> JsonResponse:
    report = visible_report(request, pk)
    compilation = latest_compilation(report)
    Activity.record(Verb.EXPORT, report, by=request.user, title="下载数据")
    return JsonResponse(compilation.content, json_dumps_params={"ensure_ascii": False, "indent": 1})


def latest_compilation(report: Report) -> Compilation:
    compilation = report.compilations.first()
    if compilation is None:
        raise Http404("还没有汇编。")
    return compilation


@require_POST
@permission_required(Perms.ISSUE_REPORT, raise_exception=True)
def report_issue(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    try:
        issued = workflow.issue_report(report, by=request.user)
    except workflow.Refused as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, f"已签发，文号 {issued.number}。数据已锁定。")
    return redirect(report)
