"""Appeals (申诉): the list, one appeal, and the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from config.signs import state_badge
from config.tables import Column, Table, render_table
from inspections.enums import AppealState
from inspections.filters.rectification import AppealFilter
from inspections.forms.steps import DecisionForm, WithdrawAppealForm
from inspections.models import Appeal, Finding, SignedScan
from inspections.permissions import can_decide_appeal, can_withdraw_appeal, why_not_decide
from inspections.views.finding_page import say_published
from staff.exports import ListExport, register_export
from staff.files import send_scan
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_FINDING, raise_exception=True)


def answer_light(appeal: Appeal) -> tuple[str, str]:
    """(level, words): how long until the answer is due."""
    if appeal.state != AppealState.PENDING or appeal.answer_by is None:
        return "none", "—"
    left = (appeal.answer_by - timezone.localdate()).days
    if left < 0:
        return "red", "答复已逾期"
    return ("orange", "今天到期") if left == 0 else ("yellow" if left == 1 else "green", f"剩 {left} 天")


def appeal_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FINDING):
        raise PermissionDenied
    rows = Appeal.objects.visible_to(request.user).select_related("finding__item", "unit", "decided_by")
    filters = AppealFilter(request.GET, queryset=rows)
    return Table(
        columns=[
            Column("finding", "编号", value="finding.number", sort="finding__number", phone="primary"),
            Column("unit", "申诉单位", value="unit.label", sort="unit__order", phone="secondary"),
            Column("item", "小项", value="finding.item.name", phone="hidden"),
            Column("ground", "申诉理由", value="get_ground_display", phone="secondary"),
            Column("reason", "情况说明", phone="hidden"),
            Column("lodged_at", "申诉时间", sort="lodged_at", phone="hidden"),
            Column("is_late", "逾期申诉", value=lambda row: "是" if row.is_late else None, phone="hidden"),
            Column("answer_by", "答复期限", sort="answer_by", phone="secondary"),
            Column("old_points", "原扣分", unit="分", phone="hidden", optional=True),
            Column("new_points", "裁定扣分", unit="分", phone="hidden", optional=True),
            Column("decided_by", "裁定（登记）人", phone="hidden", optional=True),
            Column("state", "结果", value="get_state_display", sign=state_badge, phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="appeals",
        caption="考评申诉",
        default_sort="-lodged_at",
        row_url=Appeal.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[APPEAL_EXPORT.key]),
        empty="还没有申诉。责任单位在问题页面提出申诉。",
    )


APPEAL_EXPORT = register_export(ListExport("inspections.appeals", "考评申诉", appeal_table))


@require_GET
@VIEW
def appeal_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/appeal_list.html", {"table": appeal_table(request)})


def visible_appeal(request: HttpRequest, pk: int) -> Appeal:
    rows = Appeal.objects.visible_to(request.user).select_related(
        "finding__item__category",
        "finding__lead_unit",
        "finding__registered_by",
        "unit",
        "proposed_unit",
        "new_unit",
        "lodged_by",
        "decided_by",
    )
    return get_object_or_404(rows, pk=pk)


def appeal_context(
    request: HttpRequest,
    appeal: Appeal,
    form: DecisionForm | None = None,
    withdrawal: WithdrawAppealForm | None = None,
) -> dict[str, Any]:
    user = request.user
    may_withdraw = can_withdraw_appeal(user, appeal)
    may_decide = can_decide_appeal(user, appeal)
    return {
        "appeal": appeal,
        "finding": appeal.finding,
        # The unit that was freed by a reassignment still sees its appeal, no longer the finding.
        "sees_finding": Finding.objects.visible_to(user).filter(pk=appeal.finding_id).exists(),
        "light": answer_light(appeal),
        "why_not": why_not_decide(user, appeal) if may_decide else "",
        "withdrawal": withdrawal or (WithdrawAppealForm(appeal=appeal, user=user) if may_withdraw else None),
        "form": form or (DecisionForm(appeal=appeal, user=user) if may_decide else None),
    }


@require_GET
@VIEW
def appeal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "inspections/appeal_detail.html", appeal_context(request, visible_appeal(request, pk)))


@require_POST
@VIEW
def appeal_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A leader decides; or the office types in what a leader signed on paper."""
    if not (request.user.has_perm(Perms.DECIDE_FINDING_APPEAL) or request.user.has_perm(Perms.ORDER_FINDING)):
        raise PermissionDenied
    appeal = visible_appeal(request, pk)
    form = DecisionForm(request.POST, request.FILES, appeal=appeal, user=request.user)
    if form.is_valid() and form.store():
        messages.success(request, "裁定已登记，已告知申诉单位。")
        if form.cleaned_data["outcome"] in AppealState.SUCCESSFUL:
            say_published(request, appeal.finding.month)
        return redirect(appeal)
    if form.gone:
        messages.info(request, form.gone)
        return redirect(appeal)
    return render(request, "inspections/appeal_detail.html", appeal_context(request, appeal, form), status=422)


@require_POST
@VIEW
def appeal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit takes its appeal back; or the office one that it typed in."""
    if not (request.user.has_perm(Perms.RECTIFY_FINDING) or request.user.has_perm(Perms.ORDER_FINDING)):
        raise PermissionDenied
    appeal = visible_appeal(request, pk)
    form = WithdrawAppealForm(request.POST, appeal=appeal, user=request.user)
    if form.is_valid() and form.store():
        messages.success(request, "申诉已撤回，原扣分照计。")
        return redirect(appeal)
    if form.gone:
        messages.info(request, form.gone)
        return redirect(appeal)
    context = appeal_context(request, appeal, withdrawal=form)
    return render(request, "inspections/appeal_detail.html", context, status=422)


@require_GET
@VIEW
def signed_scan(request: HttpRequest, pk: int, scan: int) -> FileResponse:
    """The signed paper, for whoever sees the finding, or the appeal that it answers."""
    seen = Q(reduction__finding__in=Finding.objects.visible_to(request.user).filter(pk=pk)) | Q(
        appeal__in=Appeal.objects.visible_to(request.user).filter(finding=pk)
    )
    stored = get_object_or_404(SignedScan.objects.filter(seen), pk=scan)
    return send_scan(stored.file, "批示")
