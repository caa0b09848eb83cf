"""Summaries: list, one summary as text with live figures, its settings."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from config.signs import state_badge
from config.tables import Column, Table, render_table
from reports.checklist import checklist, length_of
from reports.compilation import compile_content
from reports.forms.summaries import ReportForm, ReportSettingsForm
from reports.freezing import drift
from reports.models import Report
from reports.outlines import outline_names
from reports.permissions import (
    can_check_report,
    can_compile_report,
    can_correct_report,
    can_edit_report,
    can_issue_report,
    can_override_figures,
    can_read_reports,
    can_send_back_report,
    can_submit_report,
    why_not_issue,
)
from staff.models import OPEN_JOB_STATES, Activity, Job, User
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
    names = outline_names()
    table = Table(
        columns=[
            Column("title", "工作总结", phone="primary"),
            Column(
                "period", "期间", value="period.label", sort=("period_end", "-period_start", "pk"), phone="secondary"
            ),
            Column("outline", "提纲", value=lambda row: names.get(row.outline, row.outline), phone="secondary"),
            Column("state", "状态", sign=state_badge, phone="primary"),
            Column("number", "文号", phone="secondary"),
            Column("signed_at", "签发时间", phone="hidden"),
        ],
        rows=Report.objects.visible_to(request.user).with_span(),
        request=request,
        name="reports",
        default_sort="-period",
        row_url=Report.get_absolute_url,
        empty="还没有工作总结。选好期间后建立，系统会按默认提纲取数。",
    )
    return render_table(request, "reports/report_list.html", {"table": table, "form": form})


def visible_report(request: HttpRequest, pk: int) -> Report:
    return get_object_or_404(Report.objects.visible_to(request.user).select_related("signed_by"), pk=pk)


def page_context(request: HttpRequest, report: Report) -> dict[str, Any]:
    """A draft shows live figures; an issued summary what was frozen with its signature (report_drift: what moved since)."""
    latest = report.compilations.select_related("created_by").first()
    live = report.is_open or latest is None
    content = compile_content(report.period, list(report.present_sections)) if live else latest.content
    running = Job.objects.filter(kind="reports.compile", state__in=OPEN_JOB_STATES, payload__report=report.pk).first()
    return {
        "report": report,
        "content": content,
        "latest": latest,
        "files": list(latest.files.all()) if latest is not None else [],
        "stale": latest is not None and printed(latest.content) != printed(content),
        "frozen": not live,
        "checks": checklist(report, content) if live else None,
        "length": length_of(content),
        "outline": outline_names().get(report.outline, report.outline),
        "sections": list(report.present_sections),
        "correction": Report.objects.filter(corrects=report).first(),
        "running": running.refresh_progress() if running else None,
        "activities": Activity.objects.about(report)[:20],
        **rights(request.user, report),
    }


def rights(user: User, report: Report) -> dict[str, Any]:
    return {
        "can_edit": can_edit_report(user, report),
        "can_compile": can_compile_report(user, report),
        "can_submit": can_submit_report(user, report),
        "can_check": can_check_report(user, report),
        "can_send_back": can_send_back_report(user, report),
        "can_issue": can_issue_report(user, report),
        "can_correct": can_correct_report(user, report),
        "can_override": can_override_figures(user, report),
        "may_record_sent": user.has_perm(Perms.EDIT_REPORT),
        "why_not_issue": why_not_issue(user, report) if can_issue_report(user, report) else "",
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


@require_GET
@VIEW
def report_drift(request: HttpRequest, pk: int) -> HttpResponse:
    """What has moved since the signature: everything is compiled anew for it, so the page asks once it stands."""
    report = visible_report(request, pk)
    latest = report.compilations.first()
    drifts = [] if report.is_open or latest is None else drift(report, latest)
    return render(request, "reports/_drift.html", {"drifts": drifts})


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
