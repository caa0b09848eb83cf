"""Bulletins: list, draft, edit, refresh, sign (as a job), files; drift after publication and its correction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.signs import state_badge
from config.tables import Column, Table, render_table
from inspections.bulletin_paper import drift_words, sections
from inspections.checksheet import waiting
from inspections.filters.bulletins import BulletinFilter, OutcomeFilter
from inspections.forms.scores import BulletinForm, MonthForm, RefreshForm, SeenForm, SignForm
from inspections.models import Bulletin, BulletinLine
from inspections.permissions import can_correct_bulletin, can_draft_bulletin, can_publish_bulletin
from inspections.tasks import PUBLISH
from inspections.workflow import bulletins as workflow
from staff.exports import ListExport, register_export
from staff.files import send_file, send_made
from staff.jobs import enqueue
from staff.models import Activity, RankingGroup, Verb
from staff.permissions import Perms
from staff.refusals import Refused

VIEW = permission_required(Perms.VIEW_SCORES, raise_exception=True)
DRAFT = permission_required(Perms.DRAFT_BULLETIN, raise_exception=True)


@require_GET
@VIEW
def bulletin_list(request: HttpRequest) -> HttpResponse:
    drafts = request.user.has_perm(Perms.DRAFT_BULLETIN)
    rows = Bulletin.objects.visible_to(request.user).select_related("signed_by")
    filters = BulletinFilter(request.GET, queryset=rows)
    table = Table(
        columns=[
            Column("title", "标题", phone="primary"),
            Column("month", "月份", value="month_label", sort="month", phone="hidden"),
            Column("number", "文号", phone="secondary"),
            Column("signed_at", "签发时间", sort="signed_at", phone="secondary"),
            Column("signed_by", "签发人", phone="hidden"),
            Column("state", "状态", value="get_state_display", sign=state_badge, phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="bulletins",
        filters=filters,
        default_sort="-month",
        row_url=Bulletin.get_absolute_url,
        row_tone=lambda bulletin: "muted" if bulletin.state == "corrected" else "",
        empty="还没有通报。月底以后由考评办拟制，领导签发。",
        empty_action=("拟制通报", reverse("inspections:bulletin-create")) if drafts else None,
    )  # fmt: skip
    return render_table(request, "inspections/bulletin_list.html", {"table": table, "can_draft": drafts})


def outcome_table(request: HttpRequest) -> Table:
    """What standing bulletins brought: rewards, deductions, warnings."""
    if not request.user.has_perm(Perms.VIEW_SCORES):
        raise PermissionDenied
    lines = BulletinLine.objects.filter(bulletin__in=Bulletin.objects.standing()).exclude(measures="")
    filters = OutcomeFilter(request.GET, queryset=lines.select_related("bulletin", "unit"))
    return Table(
        columns=[
            Column("month", "月份", value="bulletin.month_label", sort="bulletin__month", phone="secondary"),
            Column("unit", "单位", value="unit.label", sort="unit__order", phone="primary"),
            Column("group", "排名组", value="get_group_display", phone="hidden"),
            Column("rank", "名次", value="rank_text", sort="rank", align="end", phone="secondary"),
            Column("score", "综合得分", sort="score", unit="分", phone="hidden"),
            Column("money", "奖励（+）扣减（−）", unit="元", total=Sum("money"), phone="secondary"),
            Column("measures", "奖惩", phone="primary"),
            Column("number", "文号", value="bulletin.number", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="outcomes",
        caption="奖惩明细",
        default_sort="-month",
        row_url=lambda line: line.bulletin.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[OUTCOME_EXPORT.key]),
        empty="已印发的通报里没有符合条件的奖惩。",
    )


OUTCOME_EXPORT = register_export(ListExport("inspections.outcomes", "考评奖惩明细", outcome_table))


@require_GET
@VIEW
def outcome_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/outcome_list.html", {"table": outcome_table(request)})


@require_http_methods(["GET", "POST"])
@DRAFT
def bulletin_create(request: HttpRequest) -> HttpResponse:
    form = MonthForm(request.POST or None, initial={"month": request.GET.get("month") or workflow.first_open_month()})
    if request.method == "POST" and form.is_valid():
        bulletin = form.store(by=request.user)
        if bulletin is not None:
            messages.success(request, "已按现有数据拟好初稿，请核对文字和得分。")
            return redirect(bulletin)
    return render(
        request, "inspections/bulletin_create.html", {"form": form}, status=422 if request.method == "POST" else 200
    )


def visible_bulletin(request: HttpRequest, pk: int) -> Bulletin:
    rows = Bulletin.objects.visible_to(request.user).select_related("signed_by", "drafted_by", "corrects", "rules")
    return get_object_or_404(rows, pk=pk)


def by_group(lines: Iterable[BulletinLine]) -> list[tuple[str, list[BulletinLine]]]:
    listed = list(lines)
    groups = [(group.label, [line for line in listed if line.group == group]) for group in RankingGroup if group]
    groups.append(("其他单位（不参与排名）", [line for line in listed if not line.group]))
    return [(label, found) for label, found in groups if found]


@require_GET
@VIEW
def bulletin_detail(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin = visible_bulletin(request, pk)
    user, lines = request.user, list(bulletin.lines.select_related("unit"))
    watches, signs = user.sees_all_units, can_publish_bulletin(user, bulletin)
    unready = workflow.why_not_sign(bulletin) if bulletin.is_draft else ""
    drift = workflow.differences(bulletin) if watches and bulletin.state != "corrected" else []
    context: dict[str, Any] = {
        "bulletin": bulletin,
        "groups": by_group(lines),
        "sections": list(sections(bulletin)),
        "is_correction": bulletin.corrects_id is not None,
        "corrections": bulletin.corrections.exclude(state="draft"),
        "can_draft": can_draft_bulletin(user, bulletin),
        "seen_form": SeenForm(initial={"seen": bulletin.version}),
        "can_publish": signs and not unready,
        "unready": unready,
        "can_correct": can_correct_bulletin(user, bulletin),
        "drift": [((stored or now).unit.label, drift_words(stored, now)) for stored, now in drift],  # type: ignore[union-attr]
        "waiting": waiting(bulletin.month) if (watches or signs) and bulletin.is_draft else [],
        "watches": watches,
        "own": user.unit_ids,
        "activities": Activity.objects.about(bulletin)[:30] if watches else [],
        "money": {
            "rewarded": sum(line.money for line in lines if line.money > 0),
            "deducted": -sum(line.money for line in lines if line.money < 0),
        },
    }
    return render(request, "inspections/bulletin_detail.html", context)


@require_http_methods(["GET", "POST"])
@DRAFT
def bulletin_edit(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin = visible_bulletin(request, pk)
    if not bulletin.is_draft:
        messages.info(request, f"《{bulletin}》{bulletin.get_state_display()}，不能再修改。")
        return redirect(bulletin)
    form = BulletinForm(request.POST or None, instance=bulletin)
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        messages.success(request, "已保存。")
        return redirect("inspections:bulletin-detail", pk=pk)
    context = {"form": form, "bulletin": bulletin}
    return render(request, "inspections/bulletin_form.html", context, status=422 if request.method == "POST" else 200)


def nothing_left(request: HttpRequest, gone: workflow.Discarded) -> HttpResponse:
    """The bulletin has no page any more."""
    messages.error(request, str(gone))
    return redirect("inspections:bulletin-list")


@require_POST
@DRAFT
def bulletin_refresh(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin, form = visible_bulletin(request, pk), RefreshForm(request.POST)
    words = form.is_valid() and form.cleaned_data["words"]
    try:
        workflow.refresh_bulletin(bulletin, by=request.user, words=words, seen=form.cleaned_data.get("seen"))
    except workflow.Discarded as gone:
        return nothing_left(request, gone)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "得分和文字都已按现有数据重拟。" if words else "得分已按现有数据更新，文字没有改动。")
    return redirect(bulletin)


@require_POST
@DRAFT
def bulletin_discard(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin, form = visible_bulletin(request, pk), SeenForm(request.POST)
    form.is_valid()
    try:
        workflow.discard_bulletin(bulletin, by=request.user, seen=form.cleaned_data.get("seen"))
    except workflow.Discarded as gone:
        return nothing_left(request, gone)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(bulletin)
    messages.success(request, f"《{bulletin}》的拟稿已废弃。")
    return redirect("inspections:bulletin-list")


def sign_error(form: SignForm) -> str:
    if "reason" in form.errors:
        return f"{form['reason'].label}：{form.errors['reason'][0]}"
    return "请打开通报，看过最新一稿后再签发。"


@require_POST
@permission_required(Perms.PUBLISH_BULLETIN, raise_exception=True)
def bulletin_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Signing makes a PDF and a workbook: a job, whose page can be left; the answer comes with the bell as well."""
    bulletin, form = visible_bulletin(request, pk), SignForm(request.POST)
    if not form.is_valid():
        messages.error(request, sign_error(form))
        return redirect(bulletin)
    if not can_publish_bulletin(request.user, bulletin):
        messages.info(request, f"《{bulletin}》{bulletin.get_state_display()}，不用再签发。")
        return redirect(bulletin)
    reason = form.cleaned_data["reason"]
    if why := workflow.why_not_sign(bulletin) or workflow.why_reason(waiting(bulletin.month), reason):
        messages.error(request, why)
        return redirect(bulletin)
    payload = {"bulletin": bulletin.pk, "seen": form.cleaned_data["seen"], "reason": reason}
    return redirect(enqueue(PUBLISH, owner=request.user, payload=payload, label=f"签发{bulletin.title}"[:120]))


@require_GET
@VIEW
def bulletin_pdf(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The signed file, byte for byte; of a draft a proof."""
    bulletin = visible_bulletin(request, pk)
    if bulletin.is_signed and not bulletin.paper:
        raise Http404
    if bulletin.is_signed:
        Activity.record(Verb.PRINT, bulletin, by=request.user, title="下载通报")
        return send_file(bulletin.paper, str(bulletin), inline=True)
    content = workflow.bulletin_pdf(bulletin, list(bulletin.lines.select_related("unit")))
    return send_made(content, f"{bulletin}.pdf", inline=True)


@require_GET
@VIEW
def bulletin_xlsx(request: HttpRequest, pk: int) -> FileResponse:
    """The frozen workbook holds every unit's findings: for those who see them all."""
    bulletin = visible_bulletin(request, pk)
    if not bulletin.workbook or not request.user.sees_all_units:
        raise Http404
    Activity.record(Verb.EXPORT, bulletin, by=request.user, title="下载得分表")
    return send_file(bulletin.workbook, str(bulletin))
