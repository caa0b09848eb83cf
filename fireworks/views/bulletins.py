"""禁炮考评通报: list, one bulletin, its draft, signing, correction, PDF and .xlsx."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.navigation import page_of
from config.signs import badge
from config.tables import Column, Table, render_table
from fireworks.filters.records import BulletinFilter
from fireworks.forms.assessment import BulletinForm, BulletinWordsForm, CorrectionForm, IssueForm
from fireworks.models import BanBulletin
from fireworks.permissions import can_draft_bulletin, can_issue_bulletin
from fireworks.scoring import UnitLine, grand_total
from fireworks.views.access import VIEW
from fireworks.workflow import assessment
from staff.exports import ListExport, register_export
from staff.files import send_file, send_made
from staff.imports.workbooks import write_table
from staff.models import Activity, Verb
from staff.pages import form_page
from staff.permissions import Perms
from staff.refusals import Refused, show_refusal

ASSESS = permission_required(Perms.ASSESS_BAN, raise_exception=True)


LIST = ("禁炮考评通报", "fireworks:bulletin-list")
HEAD = ("单位", "板块", "考评情况", "扣分", "合计")


def signed_sign(bulletin: BanBulletin) -> str:
    return badge("已签发", "green") if bulletin.is_signed else badge("拟稿", "amber")


def bulletin_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = BanBulletin.objects.visible_to(user).select_related("corrects", "signed_by")
    filters = BulletinFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("month", "月份", value="label", sort="month", phone="primary"),
            Column("kind", "类别", value=lambda row: "更正通报" if row.corrects_id else "通报", phone="secondary"),
            Column("number", "文号", sort="number", phone="secondary"),
            Column("corrects", "更正的文号", value="corrects.number", phone="hidden"),
            Column("signed_at", "签发时间", sort="signed_at", phone="secondary"),
            Column("signed_by", "签发人", phone="hidden"),
            Column(
                "state",
                "状态",
                value=lambda row: "已签发" if row.is_signed else "拟稿",
                sign=signed_sign,
                phone="primary",
            ),
        ],
        rows=filters.qs,
        request=request,
        name="ban-bulletins",
        caption="禁炮考评通报",
        default_sort="-month",
        row_url=BanBulletin.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[BULLETIN_EXPORT.key]),
        empty="还没有禁炮考评通报。登记当月扣分后拟制。",
        empty_action=("拟制通报", reverse("fireworks:bulletin-create")) if user.has_perm(Perms.ASSESS_BAN) else None,
    )


BULLETIN_EXPORT = register_export(ListExport("fireworks.bulletins", "禁炮考评通报", bulletin_table))


@require_GET
@VIEW
def bulletin_list(request: HttpRequest) -> HttpResponse:
    assesses = request.user.has_perm(Perms.ASSESS_BAN)
    links = [("拟制通报", reverse("fireworks:bulletin-create"), True)] if assesses else []
    links.append(("禁炮考评扣分", reverse("fireworks:entry-list"), False))
    context = {"table": bulletin_table(request), "title": "禁炮考评通报", "lead": "签发后不再变动；扣分有更正的拟更正通报。", "links": links}  # fmt: skip
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@ASSESS
def bulletin_create(request: HttpRequest) -> HttpResponse:
    form = BulletinForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (bulletin := form.store(by=request.user)):
        messages.success(request, f"{bulletin}已拟好，核对后请领导签发。")
        return redirect(bulletin)
    return form_page(request, form, title="拟制通报", back=LIST, submit="拟稿")


def visible_bulletin(request: HttpRequest, pk: int) -> BanBulletin:
    rows = BanBulletin.objects.visible_to(request.user).select_related("signed_by", "made_by", "corrects", "correction")
    return get_object_or_404(rows, pk=pk)


def correction_of(bulletin: BanBulletin) -> BanBulletin | None:
    return getattr(bulletin, "correction", None)


def bulletin_context(request: HttpRequest, bulletin: BanBulletin) -> dict[str, Any]:
    lines = assessment.shown_lines(bulletin)
    later = correction_of(bulletin)
    drifted = later is None and assessment.has_drifted(bulletin)
    return {
        "bulletin": bulletin,
        "lines": lines,
        "total": grand_total(lines),
        "later": later,
        "later_url": page_of(request.user, later),
        "drifted": drifted,
        "can_draft": can_draft_bulletin(request.user, bulletin),
        "issue_form": IssueForm(initial={"seen": assessment.shown_as(bulletin)})
        if can_issue_bulletin(request.user, bulletin)
        else None,
        "correction_form": CorrectionForm() if drifted and request.user.has_perm(Perms.ASSESS_BAN) else None,
        "activities": Activity.objects.about(bulletin)[:30],
    }


@require_GET
@VIEW
def bulletin_detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = bulletin_context(request, visible_bulletin(request, pk))
    return render(request, "fireworks/bulletin_detail.html", context)


@require_http_methods(["GET", "POST"])
@ASSESS
def bulletin_edit(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin = visible_bulletin(request, pk)
    if bulletin.is_signed:
        messages.info(request, f"《{bulletin}》已签发，不能再修改。有变动请拟更正通报。")
        return redirect(bulletin)
    form = BulletinWordsForm(request.POST or None, instance=bulletin)
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        messages.success(request, "已保存。")
        return redirect(bulletin)
    return form_page(request, form, title="修改通报", back=(str(bulletin), bulletin.get_absolute_url()))


def nothing_left(request: HttpRequest, gone: assessment.Discarded) -> HttpResponse:
    """The bulletin has no page any more."""
    messages.error(request, str(gone))
    return redirect("fireworks:bulletin-list")


@require_POST
@ASSESS
def bulletin_discard(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin = visible_bulletin(request, pk)
    try:
        assessment.discard_bulletin(bulletin, by=request.user)
    except assessment.Discarded as gone:
        return nothing_left(request, gone)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(bulletin)
    messages.success(request, f"《{bulletin}》的拟稿已废弃。")
    return redirect("fireworks:bulletin-list")


@require_POST
@permission_required(Perms.ISSUE_BAN_BULLETIN, raise_exception=True)
def bulletin_issue(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin, form = visible_bulletin(request, pk), IssueForm(request.POST)
    form.is_valid()  # whatever else is sent is no page that anybody has read
    try:
        form.take(bulletin, by=request.user)
    except assessment.Discarded as gone:
        return nothing_left(request, gone)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{bulletin}已签发，文号 {bulletin.number}。")
    return redirect(bulletin)


@require_POST
@ASSESS
def bulletin_correct(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin, form = visible_bulletin(request, pk), CorrectionForm(request.POST)
    if form.is_valid():
        try:
            draft = form.take(bulletin, by=request.user)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "更正通报已拟好，核对后请领导签发。")
            return redirect(draft)
    context = {**bulletin_context(request, bulletin), "correction_form": form}
    return render(request, "fireworks/bulletin_detail.html", context, status=422)


@require_GET
@VIEW
def bulletin_pdf(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The issued file, byte for byte; of a draft a proof."""
    bulletin = visible_bulletin(request, pk)
    Activity.record(Verb.PRINT, bulletin, by=request.user, title="下载通报")
    if bulletin.is_signed:
        return send_file(bulletin.paper, str(bulletin), inline=True)
    return send_made(assessment.bulletin_pdf(bulletin), f"{bulletin}.pdf", inline=True)


def sheet_rows(lines: list[UnitLine]) -> list[list[Any]]:
    """One row a fact; the unit's sum stands in its first row, and the whole below."""
    rows: list[list[Any]] = []
    for line in lines:
        facts: list[tuple[str, str, Decimal]] = [(each.label, *fact) for each in line.blocks for fact in each.facts]
        for index, (block, fact, points) in enumerate(facts):
            rows.append([line.unit, block, fact, points, line.total if index == 0 else ""])
    return [*rows, ["合计", "", "", "", grand_total(lines)]]


@require_GET
@VIEW
def bulletin_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    bulletin = visible_bulletin(request, pk)
    target = io.BytesIO()
    rows = sheet_rows(assessment.shown_lines(bulletin))
    count = write_table(
        target, title=f"{bulletin} {bulletin.number}".strip(), head=HEAD, rows=iter(rows), prepared_by=str(request.user)
    )
    Activity.record(Verb.EXPORT, bulletin, by=request.user, title="导出通报", note=f"{count} 行")
    return send_made(target.getvalue(), f"{bulletin}.xlsx")
