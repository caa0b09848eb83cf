"""加减分 of the department assessment: list, one entry with its evidence, recording, voiding, appeals and their decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.files import send_file
from staff.filters.appraisal import AppealFilter, EntryFilter
from staff.forms.appraisal import AppealForm, DecisionForm, EntryForm, EvidenceForm, attach_evidence
from staff.forms.records import ReasonForm
from staff.models import Activity, AppraisalAppeal, AppraisalEntry, AppraisalSheet
from staff.permissions import Perms, can_appeal, may_change_entry, why_not_decide_appeal
from staff.refusals import Refused
from staff.workflow import appraisal

VIEW = permission_required(Perms.VIEW_APPRAISALS, raise_exception=True)
SCORE = permission_required(Perms.SCORE_APPRAISAL, raise_exception=True)


def entry_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_APPRAISALS):
        raise PermissionDenied
    rows = AppraisalEntry.objects.visible_to(user).select_related("sheet__unit", "sheet__round", "person")
    filters = EntryFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("event", "事由", phone="primary"),
            Column("happened_on", "日期", sort="happened_on", phone="secondary"),
            Column("unit", "单位", value="sheet.unit.label", sort="sheet__unit__order", phone="secondary"),
            Column("person", "人员", value="person.name", sort="person__name", phone="hidden"),
            Column("unit_points", "单位加减分", sort="unit_points", unit="分", phone="hidden"),
            Column("counted", "计入单位", value="counted_points", unit="分", total=counted_total, phone="primary"),
            Column("person_points", "个人加减分", value="counted_person_points", unit="分", total=person_total, phone="hidden"),
            Column("round", "考核", value="sheet.round.label", phone="hidden"),
            Column("decided_by", "决定依据", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="appraisal-entries",
        caption="加减分",
        default_sort="-happened_on",
        row_url=AppraisalEntry.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[ENTRY_EXPORT.key]),
        empty="还没有加减分。在单位的考核表里登记。",
        empty_action=("去科室考核", reverse("staff:appraisal-round-list")),
    )  # fmt: skip


def counted_total(rows: Any) -> Decimal:
    return sum((row.counted_points for row in rows), Decimal(0))


def person_total(rows: Any) -> Decimal:
    return sum((row.counted_person_points for row in rows), Decimal(0))


ENTRY_EXPORT = register_export(ListExport("staff.appraisal_entries", "加减分", entry_table))


@require_GET
@VIEW
def entry_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/appraisal_entry_list.html", {"table": entry_table(request)})


@require_http_methods(["GET", "POST"])
@SCORE
def entry_create(request: HttpRequest, pk: int) -> HttpResponse:
    rows = AppraisalSheet.objects.visible_to(request.user).select_related("round", "unit")
    sheet = get_object_or_404(rows, pk=pk)
    form = EntryForm(request.POST or None, request.FILES or None, sheet=sheet)
    if request.method == "POST" and form.is_valid() and (entry := form.store(by=request.user)):
        if upload := form.cleaned_data["evidence"]:
            attach_evidence(entry, upload, by=request.user)
        messages.success(request, f"已登记，计入单位 {entry.counted_points:+f} 分。")
        return redirect(sheet)
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/appraisal_entry_form.html", {"form": form, "sheet": sheet}, status=status)


def visible_entry(request: HttpRequest, pk: int) -> AppraisalEntry:
    rows = AppraisalEntry.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("sheet__unit", "sheet__round", "person", "recorded_by"), pk=pk)


@require_GET
@VIEW
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return entry_page(request, visible_entry(request, pk))


def entry_page(request: HttpRequest, entry: AppraisalEntry, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The entry with what this person may do: void, appeal, decide; a refused form stands open with what was typed."""
    user = request.user
    appeals = list(entry.appeals.select_related("lodged_by", "decided_by"))
    for appeal in appeals:
        appeal.entry = entry
    waiting = next((appeal for appeal in appeals if appeal.is_pending), None)
    judges = may_change_entry(user, entry)
    why_not = why_not_decide_appeal(user, waiting) if waiting else ""
    context = {
        "entry": entry,
        "appeals": appeals,
        "waiting": waiting,
        "evidence": entry.evidence.all(),
        "evidence_form": EvidenceForm() if judges else None,
        "void_form": ReasonForm() if judges else None,
        "appeal_form": AppealForm() if waiting is None and can_appeal(user, entry) else None,
        "decision_form": DecisionForm() if waiting and not why_not else None,
        "why_not": why_not if user.has_perm(Perms.DECIDE_APPEAL) else "",
        "activities": Activity.objects.about(entry)[:30],
        **forms,
    }
    return render(request, "staff/appraisal_entry.html", context, status=status)


@require_POST
@SCORE
def entry_void(request: HttpRequest, pk: int) -> HttpResponse:
    entry, form = visible_entry(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return entry_page(request, entry, status=422, void_form=form)
    try:
        appraisal.void_entry(entry, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已作废，不再计分。")
    return redirect(entry)


@require_POST
@SCORE
def evidence_add(request: HttpRequest, pk: int) -> HttpResponse:
    entry, form = visible_entry(request, pk), EvidenceForm(request.POST, request.FILES)
    if not may_change_entry(request.user, entry):
        messages.error(
            request, "加减分已作废、结果已公布或者是本单位的，不能再添证据。确有需要的，请在下一次考核里说明。"
        )
        return redirect(entry)
    if not form.is_valid():
        return entry_page(request, entry, status=422, evidence_form=form)
    attach_evidence(entry, form.cleaned_data["file"], by=request.user)
    messages.success(request, "证据已上传。")
    return redirect(entry)


@require_GET
@VIEW
def evidence_file(request: HttpRequest, pk: int, file_pk: int) -> FileResponse:
    entry = visible_entry(request, pk)
    stored = get_object_or_404(entry.evidence, pk=file_pk)
    return send_file(stored.file, f"证据{stored.pk}", inline=stored.is_picture)


@require_POST
@permission_required(Perms.SELF_SCORE, raise_exception=True)
def entry_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    entry, form = visible_entry(request, pk), AppealForm(request.POST)
    if not can_appeal(request.user, entry):
        messages.error(request, "申诉由被考核的单位在结果公布以前提出，只对减分。")
        return redirect(entry)
    if form.is_valid() and form.store(entry, by=request.user):
        messages.success(request, "申诉已提出，裁定后会通知您。")
        return redirect(entry)
    return entry_page(request, entry, status=422, appeal_form=form)


def appeal_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_APPRAISALS):
        raise PermissionDenied
    rows = AppraisalAppeal.objects.visible_to(user).select_related("entry__sheet__unit", "lodged_by", "decided_by")
    filters = AppealFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("event", "事由", value="entry.event", phone="primary"),
            Column("unit", "单位", value="entry.sheet.unit.label", sort="entry__sheet__unit__order", phone="secondary"),
            Column("reason", "申诉理由", phone="hidden"),
            Column("lodged_at", "申诉时间", sort="lodged_at", phone="secondary"),
            Column("outcome", "裁定", value="get_outcome_display", sort="outcome", phone="primary"),
            Column("decided_by", "裁定人", value="decided_by", phone="hidden"),
            Column("reply", "裁定意见", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="appraisal-appeals",
        caption="考核申诉",
        default_sort="-lodged_at",
        row_url=lambda appeal: appeal.entry.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[APPEAL_EXPORT.key]),
        empty="还没有申诉。单位在加减分页面提出申诉。",
    )


APPEAL_EXPORT = register_export(ListExport("staff.appraisal_appeals", "考核申诉", appeal_table))


@require_GET
@VIEW
def appeal_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/appraisal_appeal_list.html", {"table": appeal_table(request)})


@require_POST
@permission_required(Perms.DECIDE_APPEAL, raise_exception=True)
def appeal_decide(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = get_object_or_404(AppraisalAppeal.objects.visible_to(request.user), pk=pk)
    entry = visible_entry(request, appeal.entry_id)
    form = DecisionForm(request.POST)
    if form.is_valid() and form.store(appeal, by=request.user):
        messages.success(request, "已裁定，并已通知申诉人。")
        return redirect(entry)
    return entry_page(request, entry, status=422, decision_form=form)
