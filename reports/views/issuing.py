"""From draft to paper: sent in, the checklist, passed, sent back, issued, corrected; figures decided by hand."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reports.checklist import checklist
from reports.compilation import compile_content
from reports.forms.issuing import MarkForm, OverrideForm
from reports.models import Override, Report
from reports.permissions import (
    can_check_report,
    can_correct_report,
    can_issue_report,
    can_override_figures,
    can_send_back_report,
    can_submit_report,
    why_not_check,
)
from reports.views.reports import VIEW, rights, visible_report
from reports.workflow import checks, issuing
from staff.forms.records import ReasonForm
from staff.models import User
from staff.permissions import Perms
from staff.refusals import Refused

EDIT = permission_required(Perms.EDIT_REPORT, raise_exception=True)
CHECK = permission_required(Perms.CHECK_REPORT, raise_exception=True)
ISSUE = permission_required(Perms.ISSUE_REPORT, raise_exception=True)


def report_for(request: HttpRequest, pk: int, may: Callable[[User, Report], bool]) -> Report | None:
    """The report, or None with the reason told when its state has moved on."""
    report = visible_report(request, pk)
    if may(request.user, report):
        return report
    messages.info(request, f"“{report}”{report.get_state_display()}，您现在不能办理这一步。")
    return None


@require_GET
@VIEW
def report_checklist(request: HttpRequest, pk: int) -> HttpResponse:
    """What must be looked at before issue. Of a signed summary: what was remarked then."""
    report = visible_report(request, pk)
    if not report.is_open:
        context = {"report": report, "marks": report.marks.select_related("marked_by"), "found": None}
        return render(request, "reports/report_checklist.html", {**context, **rights(request.user, report)})
    content = compile_content(report.period, list(report.present_sections))
    context = {
        "report": report,
        "found": checklist(report, content),
        "marks": [],
        "why_not_check": why_not_check(request.user, report),
        **rights(request.user, report),
    }
    return render(request, "reports/report_checklist.html", context)


@require_POST
@CHECK
def report_mark(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_for(request, pk, can_check_report)
    if report is None:
        return redirect("reports:report-checklist", pk)
    form = MarkForm(request.POST)
    if not form.is_valid():
        messages.error(request, "；".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("reports:report-checklist", pk)
    facts = form.cleaned_data
    try:
        count = checks.mark_checks(report, facts["digest"], remark=facts["remark"], by=request.user)
    except Refused as refusal:  # signed at this moment
        messages.info(request, str(refusal))
        return redirect(report)
    messages.success(request, f"已核对 {count} 项。") if count else messages.info(request, "所选各项已经核对过。")
    return redirect("reports:report-checklist", pk)


@require_POST
@EDIT
def report_submit(request: HttpRequest, pk: int) -> HttpResponse:
    return step_report(request, pk, can_submit_report, issuing.submit_report, "已送核，核对人会收到消息。")


@require_POST
@CHECK
def report_pass(request: HttpRequest, pk: int) -> HttpResponse:
    return step_report(
        request, pk, can_check_report, issuing.pass_check, "核对通过，待签发。", at="reports:report-checklist"
    )


@require_POST
@ISSUE
def report_issue(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    if not can_issue_report(request.user, report):
        words = "还没有送核，不能签发" if report.is_open else "不能再签发"
        messages.info(request, f"“{report}”{report.get_state_display()}，{words}。")
        return redirect(report)
    return step_report(request, pk, can_issue_report, issuing.issue_report, "已签发，{number}数据已锁定。")


def step_report(
    request: HttpRequest,
    pk: int,
    may: Callable[[User, Report], bool],
    step: Callable[..., Report],
    words: str,
    *,
    at: str = "reports:report-detail",
) -> HttpResponse:
    """Take it, or tell why not."""
    report = report_for(request, pk, may)
    if report is None:
        return redirect("reports:report-detail", pk)
    try:
        done = step(report, by=request.user)
    except Refused as refusal:
        messages.info(request, str(refusal))
        return redirect(at, pk)
    messages.success(request, words.format(number=f"文号 {done.number}。" if done.number else "不编文号。"))
    return redirect(done)


@require_POST
@VIEW
def report_send_back(request: HttpRequest, pk: int) -> HttpResponse:
    return with_reason(request, pk, can_send_back_report, issuing.send_back_report, "已退回修改。")


@require_POST
@EDIT
def report_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """The second version, as a draft."""
    return with_reason(request, pk, can_correct_report, issuing.start_correction, "已建立更正稿，原稿不变。")


def with_reason(
    request: HttpRequest, pk: int, may: Callable[[User, Report], bool], step: Callable[..., Report], words: str
) -> HttpResponse:
    """A step that says why. Somebody without the right is refused; too late is told."""
    report = report_for(request, pk, may)
    form = ReasonForm(request.POST)
    if report is None:
        return redirect("reports:report-detail", pk)
    if not form.is_valid():
        messages.error(request, "请写明理由。")
        return redirect(report)
    try:
        done = step(report, reason=form.cleaned_data["reason"], by=request.user)
    except Refused as refusal:
        messages.info(request, str(refusal))
        return redirect(report)
    messages.success(request, words)
    return redirect(done)


@require_http_methods(["GET", "POST"])
@VIEW
def report_overrides(request: HttpRequest, pk: int) -> HttpResponse:
    """人工核定: the figures of this period that somebody answers for by hand."""
    report = visible_report(request, pk)
    may = can_override_figures(request.user, report)
    if request.method == "POST" and not may:
        raise PermissionDenied
    content = compile_content(report.period, list(report.present_sections)) if may else {"figures": []}
    form = OverrideForm(request.POST or None, figures=content["figures"])
    if request.method == "POST" and form.is_valid() and form.save(report, by=request.user) is not None:
        messages.success(request, "已核定。这个期间的各种文稿都按核定值印，草稿和核对清单上会注明。")
        return redirect("reports:report-overrides", pk)
    overrides = Override.objects.filter(period_key=report.period.key).select_related("decided_by", "withdrawn_by")
    context = {"report": report, "form": form if may else None, "overrides": overrides, "may": may}
    return render(request, "reports/report_overrides.html", context)


@require_POST
@VIEW
def override_withdraw(request: HttpRequest, pk: int, override_pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    if not can_override_figures(request.user, report):
        raise PermissionDenied
    override = get_object_or_404(Override, pk=override_pk, period_key=report.period.key)
    try:
        checks.withdraw_override(report, override, by=request.user)
    except Refused as refusal:  # signed at this moment
        messages.info(request, str(refusal))
        return redirect(report)
    messages.success(request, "已撤销核定，按台账取数。")
    return redirect("reports:report-overrides", pk)
