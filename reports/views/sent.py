"""数据核对表 of a summary, and 报送留底: what was reported upwards."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.pdf import render_pdf
from config.tables import Column, Table, render_table
from reports.checklist import reads_otherwise
from reports.forms.sent import (
    CorrectionForm,
    ReportSentForm,
    SentValueFormSet,
    SubmissionForm,
    corrected_values,
    values_of,
)
from reports.models import Report, SentFigure, Submission
from reports.names import offered_figures
from reports.permissions import can_read_reports
from reports.reconciliation import lines_for, lines_of
from reports.views.reports import VIEW, visible_report
from staff.files import send_made
from staff.forms.records import VoidForm
from staff.imports.workbooks import write_table
from staff.models import Activity, Verb, setting
from staff.pages import Fact, RecordPage, correct_page, recorded_fact, take_form, void_step
from staff.permissions import Perms

EDIT = permission_required(Perms.EDIT_REPORT, raise_exception=True)
SENT = ("报送留底", "reports:submission-list")
EDITED = "修改报送留底"
HEAD = ("数据", "口径", "本期", "同期", "单位", "已报送", "报送对象、日期", "责任单位", "核对人签字", "日期")


@require_GET
@VIEW
def report_reconciliation(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    return render(request, "reports/report_reconciliation.html", {"report": report, "lines": lines_of(report)})


@require_GET
@VIEW
def reconciliation_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """To be sent round and signed."""
    report = visible_report(request, pk)
    rows = [
        [line.label, line.definition, line.now, line.then, line.unit, line.sent, line.sent_to, line.unit_asked, "", ""]
        for line in lines_of(report)
    ]
    target = io.BytesIO()
    write_table(target, title=f"{report.title}数据核对表", head=HEAD, rows=rows, note=f"期间：{report.period.label}", prepared_by=str(request.user))  # fmt: skip
    Activity.record(Verb.EXPORT, report, by=request.user, title="下载数据核对表", note=f"{len(rows)} 行")
    return send_made(target.getvalue(), f"{report.title}数据核对表.xlsx")


@require_GET
@VIEW
def reconciliation_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    sheet = {
        "title": f"{report.title}数据核对表",
        "unit": setting("bureau.name"),
        "note": f"期间：{report.period.label}",
        "prepared_by": str(request.user),
    }
    Activity.record(Verb.PRINT, report, by=request.user, title="打印数据核对表")
    content = render_pdf("reports/pdf/reconciliation.html", {"sheet": sheet, "lines": lines_of(report)})
    return send_made(content, f"{report.title}数据核对表.pdf")


@require_http_methods(["GET", "POST"])
@EDIT
def report_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """A signed summary was sent: to whom, when."""
    report = visible_report(request, pk)
    if report.is_open:
        messages.info(request, "签发以后才登记报送。")
        return redirect(report)
    form = ReportSentForm(request.POST or None, report=report)
    if request.method == "POST" and form.is_valid() and form.save(by=request.user) is not None:
        messages.success(request, "已登记，报送的数已留底。")
        return redirect("reports:report-sent", pk)
    told = report.submissions.recorded().select_related("recorded_by")
    left = unsent(report, {submission.recipient for submission in told})
    return render(request, "reports/report_sent.html", {"report": report, "form": form, "told": told, "left": left})


def unsent(report: Report, told: set[str]) -> list[str]:
    return [name for name in map(str.strip, report.recipients.splitlines()) if name and name not in told]


@require_GET
@VIEW
def submission_list(request: HttpRequest) -> HttpResponse:
    table = Table(
        columns=[
            Column("title", "报送材料", phone="primary"),
            Column(
                "period", "期间", value="period.label", sort=("period_end", "-period_start", "pk"), phone="secondary"
            ),
            Column("recipient", "报送对象", sort="recipient", phone="primary"),
            Column("sent_on", "报送日期", sort="sent_on", phone="secondary"),
            Column("recorded_by", "登记人", phone="hidden"),
            Column("void_reason", "作废理由", phone="hidden"),
        ],
        rows=Submission.objects.visible_to(request.user).with_span().select_related("recorded_by"),
        request=request,
        name="submissions",
        default_sort="-sent_on",
        row_url=Submission.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        empty="还没有报送留底。报出材料后登记，以后的数与它不一致时会提醒。",
    )
    may = can_read_reports(request.user) and request.user.has_perm(Perms.EDIT_REPORT)
    return render_table(request, "reports/submission_list.html", {"table": table, "may": may})


@require_http_methods(["GET", "POST"])
@EDIT
def submission_create(request: HttpRequest) -> HttpResponse:
    if not can_read_reports(request.user):
        raise PermissionDenied
    form, values = SubmissionForm(request.POST or None), SentValueFormSet(request.POST or None, prefix="values")
    if request.method == "POST" and form.is_valid() and values.is_valid():
        submission = form.save(values_of(values), by=request.user)
        if submission is not None:
            messages.success(request, "已留底。")
            return redirect(submission)
    return values_page(request, form, values, title="登记报送数据", cancel=reverse("reports:submission-list"))


def values_page(request: HttpRequest, form: Any, values: Any, *, title: str, cancel: str) -> HttpResponse:
    """A sheet and its figures, entered or corrected."""
    context = {"form": form, "values": values, "known": offered_figures(), "title": title, "cancel": cancel}
    status = 422 if request.method == "POST" else 200
    return render(request, "reports/submission_form.html", context, status=status)


def visible_submission(request: HttpRequest, pk: int) -> Submission:
    rows = Submission.objects.visible_to(request.user).select_related("recorded_by", "report")
    return get_object_or_404(rows, pk=pk)


def submission_page(request: HttpRequest, submission: Submission) -> RecordPage:
    """What was sent beside what the records say now."""
    figures = list(submission.figures.all())
    now = {line.name: line for line in lines_for([each.name for each in figures if each.name], submission.period)}
    may = request.user.has_perm(Perms.EDIT_REPORT) and not submission.is_voided
    report = submission.report
    facts = [
        Fact("期间", submission.period.label),
        Fact("报送对象", submission.recipient),
        Fact("报送日期", submission.sent_on),
        Fact("备注", submission.note),
    ]
    if report is not None:
        facts.append(Fact("文稿", report.title, url=report.get_absolute_url()))
    address = {name: reverse(f"reports:submission-{name}", args=[submission.pk]) for name in ("edit", "void")}
    words = "以后的文稿不再与它比对；记录和日志保留。"
    return RecordPage(
        record=submission,
        title=submission.title,
        crumbs=[("工作总结", "reports:report-list"), SENT],
        facts=[*facts, *recorded_fact(submission)],
        badge=("已作废", "grey") if submission.is_voided else ("", "grey"),
        edit_url=address["edit"] if may else "",
        steps=[void_step(address["void"], VoidForm(), words)] if may else [],
        parts=["reports/_submission_parts.html"],
        more={"rows": [beside(each, now) for each in figures]},
    )


@require_GET
@VIEW
def submission_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return submission_page(request, visible_submission(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@EDIT
def submission_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A slip in what was entered. The figures of a signed summary are its frozen ones: there is nothing to type."""
    submission = visible_submission(request, pk)
    form = CorrectionForm(request.POST or None, instance=submission, user=request.user)
    if submission.report is not None:
        return correct_page(request, form, title=EDITED, back=SENT)
    values = corrected_values(request.POST or None, submission)
    if request.method == "POST" and form.is_valid() and values.is_valid():
        form.values = values_of(values)
        if form.store() is not None:
            messages.success(request, "已保存，改动和理由记在经过里。")
            return redirect(submission)
    return values_page(request, form, values, title=EDITED, cancel=submission.get_absolute_url())


@require_POST
@EDIT
def submission_void(request: HttpRequest, pk: int) -> HttpResponse:
    submission, form = visible_submission(request, pk), VoidForm(request.POST)
    return take_form(request, submission, form, page=submission_page, step="void", done="已作废，不再与文稿比对。")


def beside(figure: SentFigure, now: dict[str, Any]) -> tuple[SentFigure, Any, bool]:
    line = now.get(figure.name)
    return figure, line, line is not None and reads_otherwise(line.now, figure)
