"""The papers of a case: what may go out and what not, drafts, signature, download. The book of all papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from permits.documents import content_of
from permits.documents.building import build
from permits.documents.printing import proof
from permits.documents.typed import typed_fields
from permits.enums import PermitState
from permits.filters.papers import PaperFilter
from permits.forms.papers import ContentForm, OutsideForm, PublishForm, SignForm
from permits.models import Application, PermitPaper
from permits.paper_kinds import PaperKind
from permits.permissions import can_make_paper, can_note, can_publish_paper, can_serve
from permits.views.access import VIEW
from permits.workflow import papers
from staff.exports import ListExport, register_export
from staff.files import send_file, send_made
from staff.forms.records import VoidForm
from staff.models import Activity, User, Verb
from staff.permissions import Perms
from staff.refusals import Refused, show_refusal

ABOUT_A_PAPER = 30


@dataclass(frozen=True)
class Option:
    """A kind of paper as components/paper_options.html takes it."""

    label: str
    url: str
    why_not: str


def visible_application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).select_related("item__item", "handler")
    return get_object_or_404(rows, pk=pk)


def visible_paper(request: HttpRequest, pk: int, paper_pk: int) -> PermitPaper:
    rows = PermitPaper.objects.visible_to(request.user)
    rows = rows.select_related("application__item__item", "signed_by", "drafted_by", "voided_by")
    return get_object_or_404(rows, pk=paper_pk, application=pk)


def site_of(request: HttpRequest) -> str:
    """Under which address we are reached, if no setting says it."""
    return request.build_absolute_uri("/")


def options_for(user: User, application: Application) -> list[Option]:
    """Every kind that this user may make: may go out now, or why not."""
    made = []
    for kind in PaperKind:
        if can_make_paper(user, kind):
            url = reverse("permits:paper-new", args=[application.pk, kind.value])
            made.append(Option(str(kind.label), url, papers.why_not_draft(application, kind)))
    return made


def paper_context(user: User, application: Application) -> dict[str, Any]:
    """What templates/permits/_papers.html shows: for the page of papers and for the tab of a case."""
    rows = application.papers.select_related("signed_by", "drafted_by").prefetch_related("services")
    return {
        "application": application,
        "papers": rows.order_by("pk"),
        "paper_options": options_for(user, application),
        "can_note_outside": can_note(user, application),
    }


def paper_link(user: User, application: Application, kind: PaperKind) -> tuple[str, str] | None:
    """A paper one click away: to print once it is signed, to finish or to draft before. (label, address)"""
    paper = application.papers.filter(kind=kind, voided_at=None).order_by("-pk").first()
    if paper is not None and paper.is_issued and not paper.outside_number:
        return f"打印{kind.label}", reverse("permits:paper-pdf", args=[application.pk, paper.pk])
    if paper is not None:
        return kind.label, paper.get_absolute_url()
    if can_make_paper(user, kind) and not papers.why_not_draft(application, kind):
        return f"出{kind.label}", reverse("permits:paper-new", args=[application.pk, kind.value])
    return None


def receipt_link(user: User, application: Application) -> tuple[str, str] | None:
    """收件凭证: drafted while the case is at the window or being decided, printed always."""
    found = paper_link(user, application, PaperKind.RECEIPT)
    early = application.state in (*PermitState.AT_WINDOW, *PermitState.DECIDING)
    return found if early or not found or not found[0].startswith("出") else None


@require_GET
@VIEW
def paper_list(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible_application(request, pk)
    context = {**paper_context(request.user, application), "outside_form": OutsideForm()}
    return render(request, "permits/paper_list.html", context)


@require_POST
@VIEW
def paper_outside(request: HttpRequest, pk: int) -> HttpResponse:
    application, form = visible_application(request, pk), OutsideForm(request.POST)
    if not can_note(request.user, application):
        raise PermissionDenied
    if form.is_valid() and (paper := form.store(application, by=request.user)):
        messages.success(request, f"已登记外部出文：{paper}。")
        return redirect("permits:paper-list", application.pk)
    context = {**paper_context(request.user, application), "outside_form": form}
    return render(request, "permits/paper_list.html", context, status=422)


def kind_of(name: str) -> PaperKind:
    try:
        return PaperKind(name)
    except ValueError as error:
        raise Http404 from error


@require_http_methods(["GET", "POST"])
@VIEW
def paper_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """What the paper would say, and what is still missing; the button makes the draft."""
    application, paper = visible_application(request, pk), kind_of(kind)
    if not can_make_paper(request.user, paper):
        raise PermissionDenied
    if request.method == "POST":
        try:
            made = papers.draft(application, paper, by=request.user, site=site_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("permits:paper-list", application.pk)
        messages.success(request, f"{paper.label}草稿已拟好，核对后签发。")
        return redirect(made)
    content = build(application, paper, site=site_of(request))
    context = {
        "application": application,
        "kind": paper,
        "content": content,
        "missing": content.missing(),
        "why_not": papers.why_not_draft(application, paper),
    }
    return render(request, "permits/paper_new.html", context)


def paper_page(request: HttpRequest, paper: PermitPaper, **more: Any) -> dict[str, Any]:
    user, application = request.user, paper.application
    is_draft = not (paper.is_signed or paper.outside_number or paper.voided_at)
    makes = can_make_paper(user, paper.kind)
    content = content_of(paper.kind, paper.data) if paper.data else None
    return {
        "paper": paper,
        "application": application,
        "content": content,
        "missing": content.missing() if content and is_draft else [],
        "stale": bool(content and is_draft and papers.stale_facts(application, content)),
        "is_draft": is_draft,
        "makes": makes,
        "form": ContentForm(paper=paper) if is_draft and makes and typed_fields(paper.kind) else None,
        "sign_form": SignForm(initial={"seen": paper.version}, auto_id="sign_%s") if is_draft and makes else None,
        "void_form": VoidForm(door=papers.void_paper, auto_id="void_%s") if makes and paper.voided_at is None else None,
        "publish_form": PublishForm(auto_id="publish_%s") if can_publish_paper(user, paper) else None,
        "can_serve": can_serve(user, paper),
        "services": paper.services.select_related("recorded_by"),
        "activities": Activity.objects.about(paper)[:ABOUT_A_PAPER],
        **more,
    }


def show(request: HttpRequest, paper: PermitPaper, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "permits/paper_detail.html", paper_page(request, paper, **more), status=status)


@require_http_methods(["GET", "POST"])
@VIEW
def paper_detail(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    """One paper; a POST stores what was typed into its draft."""
    paper = visible_paper(request, pk, paper_pk)
    if request.method == "GET":
        return show(request, paper)
    if not can_make_paper(request.user, paper.kind):
        raise PermissionDenied
    if not paper.data:
        return show(request, paper, status=422)
    form = ContentForm(request.POST, paper=paper)
    if form.is_valid() and form.store(by=request.user):
        messages.success(request, "草稿已保存。")
        return redirect(paper)
    return show(request, paper, form=form, status=422)


def makers_paper(request: HttpRequest, pk: int, paper_pk: int) -> PermitPaper:
    paper = visible_paper(request, pk, paper_pk)
    if not can_make_paper(request.user, paper.kind):
        raise PermissionDenied
    return paper


@require_POST
@VIEW
def paper_sign(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    paper, form = makers_paper(request, pk, paper_pk), SignForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else 0
    try:
        signed = papers.sign(paper, by=request.user, seen=seen)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{signed.get_kind_display()}已签发，文号{signed.number}。")
    return redirect(paper)


@require_POST
@VIEW
def paper_refresh(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    paper = makers_paper(request, pk, paper_pk)
    try:
        papers.refresh(paper, frozenset(typed_fields(paper.kind)), by=request.user, site=site_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已按申请现在的内容重新取数；手填的内容保留。")
    return redirect(paper)


@require_POST
@VIEW
def paper_void(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    paper = makers_paper(request, pk, paper_pk)
    form = VoidForm(request.POST, door=papers.void_paper, auto_id="void_%s")
    if form.is_valid():
        try:
            form.take(paper, by=request.user)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "文书已作废，文号保留不再使用。")
            return redirect("permits:paper-list", pk)
    return show(request, paper, void_form=form, status=422)


@require_GET
@VIEW
def paper_pdf(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse | FileResponse:
    """The signed file, byte for byte; of a draft a proof without number."""
    paper = visible_paper(request, pk, paper_pk)
    Activity.record(Verb.PRINT, paper.application, by=request.user, title=f"打印{paper.get_kind_display()}")
    if paper.is_signed:
        return send_file(paper.paper, str(paper), inline=True)
    if not paper.data:
        raise Http404
    return send_made(proof(content_of(paper.kind, paper.data), day=timezone.localdate()), f"{paper}.pdf", inline=True)


# --- The book of all papers -------------------------------------------------------------------------------------------


def paper_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    rows = PermitPaper.objects.visible_to(request.user).with_issue_day().select_related("application", "signed_by")
    filters = PaperFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("kind", "文书", value="get_kind_display", sort="kind", phone="primary"),
            Column("number", "文号", value="label_number", sort="number", phone="secondary"),
            Column("case", "申请编号", value="application.number", sort="application__number", phone="secondary"),
            Column("applicant", "申请人", value="application.applicant_name", phone="secondary"),
            Column("issued", "出文日期", value="issued_on", sort="issue_day", phone="secondary"),
            Column("signed_by", "签发人", phone="hidden"),
            Column("published_on", "公示日期", sort="published_on", phone="hidden"),
            Column("state", "状态", value=lambda row: row.state_label[0], phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="permit-papers",
        caption="许可文书",
        default_sort="-issued",
        row_url=PermitPaper.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[PAPER_EXPORT.key]),
        empty="还没有文书。在申请的“文书”页拟稿。",
    )


PAPER_EXPORT = register_export(ListExport("permits.papers", "许可文书", paper_table))


@require_GET
@VIEW
def paper_book(request: HttpRequest) -> HttpResponse:
    context = {"table": paper_table(request), "title": "许可文书", "lead": "作废的保留文号，不再使用。", "links": []}
    return render_table(request, "layout/record_list.html", context)
