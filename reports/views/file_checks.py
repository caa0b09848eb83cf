"""数字核校: upload the final Word file, see what each of its numbers is."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from reports.forms.file_checks import FileCheckForm
from reports.views.reports import VIEW, visible_report
from reports.workflow.file_checks import STATUSES
from staff.files import send_file
from staff.permissions import Perms

EDIT = permission_required(Perms.EDIT_REPORT, raise_exception=True)


@require_http_methods(["GET", "POST"])
@VIEW
def file_check_list(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    may = request.user.has_perm(Perms.EDIT_REPORT) or request.user.has_perm(Perms.CHECK_REPORT)
    if request.method == "POST" and not may:
        raise PermissionDenied
    latest = report.compilations.first()
    form = FileCheckForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if latest is None:
            form.add_error(None, "还没有汇编，没有可以对照的数据。请先汇编。")
        elif (kept := form.save(report, latest, by=request.user)) is not None:
            messages.success(request, "已逐个核校，结果在下面。")
            return redirect("reports:file-check", pk, kept.pk)
    checks = report.file_checks.select_related("uploaded_by")[:20]
    context = {"report": report, "form": form if may else None, "checks": checks, "latest": latest}
    return render(request, "reports/file_check_list.html", context)


@require_GET
@VIEW
def file_check(request: HttpRequest, pk: int, check_pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    check = get_object_or_404(report.file_checks.select_related("uploaded_by", "compilation"), pk=check_pk)
    groups = [
        (label, [entry for entry in check.result if entry["status"] == status], status)
        for status, label in STATUSES.items()
    ]
    context = {"report": report, "check": check, "groups": [group for group in groups if group[1]]}
    return render(request, "reports/file_check.html", context)


@require_GET
@VIEW
def file_check_file(request: HttpRequest, pk: int, check_pk: int) -> FileResponse:
    check = get_object_or_404(visible_report(request, pk).file_checks, pk=check_pk)
    return send_file(check.file, check.original_name or "定稿")
