"""群众举报: taking one in, the list by code, rewards by code. Names and phones are masked; looking at one is logged."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from fireworks.filters.incidents import PublicReportFilter
from fireworks.forms.incidents import PayForm, PublicReportForm, ReportedIncidentForm, RewardForm, receive
from fireworks.models import PublicReport
from fireworks.permissions import can_reward
from fireworks.workflow import reports
from staff.exports import ListExport, register_export
from staff.pages import Fact, RecordPage, Step, take_form
from staff.permissions import Perms

RECORD = permission_required(Perms.RECORD_INCIDENT, raise_exception=True)
REPORTERS = permission_required(Perms.VIEW_REPORTER, raise_exception=True)


def report_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_REPORTER):
        raise PermissionDenied
    rows = PublicReport.objects.visible_to(request.user).select_related("incident")
    filters = PublicReportFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("code", "举报码", sort="code", phone="primary"),
            Column("received_at", "接报时间", sort="received_at", phone="secondary"),
            Column("channel", "渠道", value="get_channel_display", sort="channel", phone="secondary"),
            Column("incident", "炮情", value="incident.number", sort="incident__number", phone="secondary"),
            Column("state", "炮情状态", value="incident.get_state_display", phone="hidden"),
            Column("name", "举报人", value="masked_name", phone="hidden"),
            Column("phone", "电话", value="masked_phone", phone="hidden"),
            Column("amount", "奖励", unit="元", sort="amount", phone="hidden"),
            Column("reward", "奖励情况", value=lambda report: report.reward_state or "未核定", phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="public-reports",
        caption="群众举报",
        default_sort="-received_at",
        row_url=PublicReport.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[REPORT_EXPORT.key]),
        empty="还没有群众举报。在炮情页面登记。",
        empty_action=("登记群众举报", reverse("fireworks:public-report-create")),
    )


REPORT_EXPORT = register_export(ListExport("fireworks.public_reports", "群众举报（隐名）", report_table))


@require_GET
@REPORTERS
def report_list(request: HttpRequest) -> HttpResponse:
    context = {
        "table": report_table(request),
        "title": "群众举报",
        "lead": "举报人只显示隐名；奖励凭举报码领取。查看姓名、电话会记入日志。",
        "links": [("登记群众举报", reverse("fireworks:public-report-create"), True)],
    }
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@RECORD
def report_create(request: HttpRequest) -> HttpResponse:
    """Taken in by whoever answers the phone; the name is then out of his sight."""
    form = PublicReportForm(request.POST or None)
    incident = ReportedIncidentForm(request.POST or None, user=request.user)
    if request.method == "POST" and all([form.is_valid(), incident.is_valid()]):
        report = receive(form, incident, by=request.user)
        if report is not None:
            messages.success(request, f"已登记。请告诉举报人举报码 {report.code}，核实后凭码领取奖励。")
            return redirect(report.incident)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "fireworks/public_report_form.html", {"form": form, "incident_form": incident}, status=status
    )


def visible_report(request: HttpRequest, pk: int) -> PublicReport:
    return get_object_or_404(
        PublicReport.objects.visible_to(request.user).select_related("incident__recorded_by"), pk=pk
    )


def report_page(request: HttpRequest, report: PublicReport, *, open_name: bool = False) -> RecordPage:
    incident = report.incident
    facts = [
        Fact("炮情", incident.number, url=incident.get_absolute_url(), note=incident.get_state_display()),
        Fact("渠道", report.get_channel_display()),
        Fact("接报时间", report.received_at),
        Fact("举报人", report.name if open_name else report.masked_name),
        Fact("电话", report.phone if open_name else report.masked_phone),
        Fact("奖励情况", report.reward_state or "未核定"),
        Fact("奖励金额", report.amount, unit="元", note=report.basis),
    ]
    page = RecordPage(
        record=incident,
        title=f"举报 {report.code}",
        crumbs=[("群众举报", "fireworks:public-report-list")],
        facts=facts,
        badge=(report.reward_state or "未核定", "green" if report.paid_at else "grey"),
    )
    address = lambda name: reverse(f"fireworks:public-report-{name}", args=[report.pk])  # noqa: E731
    if can_reward(request.user, report):
        words = reports.why_no_reward(report) or "只奖励首个举报人；凭举报码领取，不留姓名。"
        page.steps.append(Step("grant", "核定奖励", address("grant"), words, RewardForm(), first=True))
    if report.granted_at and not report.paid_at:
        page.steps.append(Step("pay", "发放奖励", address("pay"), "核对领取人报的举报码。", PayForm(), first=True))
    if not open_name:
        page.steps.append(Step("reveal", "查看举报人", address("reveal"), "姓名、电话只在这一次显示，查看记入日志。"))
    return page


@require_GET
@REPORTERS
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return report_page(request, visible_report(request, pk)).show(request)


@require_POST
@REPORTERS
def report_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    report = reports.look_at_reporter(visible_report(request, pk), by=request.user)
    response = report_page(request, report, open_name=True).show(request)
    response["Cache-Control"] = "private, no-store"
    return response


def report_step(request: HttpRequest, pk: int, form: RewardForm | PayForm, step: str, done: str) -> HttpResponse:
    report = visible_report(request, pk)
    return take_form(request, report, form, page=report_page, step=step, done=done)


@require_POST
@REPORTERS
def report_grant(request: HttpRequest, pk: int) -> HttpResponse:
    return report_step(request, pk, RewardForm(request.POST), "grant", "奖励已核定，凭举报码领取。")


@require_POST
@REPORTERS
def report_pay(request: HttpRequest, pk: int) -> HttpResponse:
    return report_step(request, pk, PayForm(request.POST), "pay", "已登记领取。")
