"""Papers of a case: which may go out, drafting, preview, signature, service, download; and the list of all papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billboards.documents import DOCUMENTS
from billboards.dossier import Dossier
from billboards.filters.papers import PaperFilter
from billboards.forms.papers import DocumentForm, OutsideForm, ServiceForm
from billboards.models import Case, CaseFile, Paper, PaperService
from billboards.permissions import (
    can_draft_paper,
    can_edit_paper,
    can_serve_paper,
    can_sign_paper,
    can_void_paper,
    step_to_sign_offline,
)
from billboards.prefill import issuing_body, prefilled
from billboards.workflow import papers
from billboards.workflow.guards import known_paper, to_register, why_not_paper
from config.display import day, minute
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.files import send_file, send_made, send_scan
from staff.forms.records import VoidForm
from staff.jobs import enqueue
from staff.models import Activity, User, Verb
from staff.pages import Fact, RecordPage, Step, form_page, pdf_answer, require, take_form, take_step
from staff.permissions import Perms
from staff.refusals import NotYours, Refused
from staff.workdays import CalendarYearMissing

VIEW = permission_required(Perms.VIEW_CASES, raise_exception=True)
LIST = ("案件文书", "billboards:paper-list")
TONES = {"拟稿": "amber", "已签发": "blue", "外部出文": "blue", "已送达": "green", "已作废": "grey"}


@dataclass(frozen=True)
class Option:
    """A line of the paper_options component."""

    label: str
    url: str
    why_not: str
    outside: str = ""  # where the paper of a step that was taken without it is registered
    out: bool = False  # one of the kind is out already


def visible_case(request: HttpRequest, pk: int) -> Case:
    return get_object_or_404(Case.objects.visible_to(request.user).select_related("violation", "unit"), pk=pk)


def visible_paper(request: HttpRequest, pk: int) -> Paper:
    rows = Paper.objects.visible_to(request.user).select_related(
        "case__violation", "signed_by", "drafted_by", "voided_by"
    )
    return get_object_or_404(rows, pk=pk)


def paper_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_CASES):
        raise PermissionDenied
    rows = Paper.objects.visible_to(request.user).select_related("case__unit")
    filters = PaperFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("kind", "文书", value="get_kind_display", sort="kind", phone="primary"),
            Column("number", "文号", value="label_number", sort="number", phone="primary"),
            Column("issued_on", "日期", sort="signed_at", phone="secondary"),
            Column("case", "案件", value="case.number", sort="case__number", phone="secondary"),
            Column("party", "当事人", value="case.party_name", phone="secondary"),
            Column("unit", "承办单位", value="case.unit.label", phone="hidden", optional=True),
            Column("served_on", "送达日期", sort="served_on", phone="secondary"),
            Column("standing", "状态", phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="case-papers",
        caption="案件文书",
        default_sort="-issued_on",
        row_url=Paper.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[PAPER_EXPORT.key]),
        empty="还没有文书。在案件的“文书”里拟稿。",
    )


PAPER_EXPORT = register_export(ListExport("billboards.papers", "案件文书台账", paper_table))


@require_GET
@VIEW
def paper_list(request: HttpRequest) -> HttpResponse:
    lead = "签发时编号，作废的文号保留、不再使用。"
    context = {"table": paper_table(request), "title": "案件文书", "lead": lead, "links": []}
    return render_table(request, "layout/record_list.html", context)


# --- Papers of one case -----------------------------------------------------------------------------------------------


def held_up(case: Case, kind: str, dossier: Dossier | None = None) -> str:
    """What stands against a paper now; a year whose calendar is missing stands against it as well."""
    try:
        return why_not_paper(case, kind, dossier=dossier)
    except CalendarYearMissing as error:
        return str(error)


def options_of(dossier: Dossier, user: User) -> list[Option]:
    """Of who drafts: every kind with what stands against it now; for a step taken without its paper, where it is registered."""
    case, found = dossier.case, []
    if not can_draft_paper(user, case):
        return []
    issued = {each.kind for each in dossier.papers if each.is_issued}
    elsewhere = reverse("billboards:paper-outside", args=[case.pk])
    for kind, each in DOCUMENTS.items():
        outside = f"{elsewhere}?kind={kind}" if to_register(dossier, kind) else ""
        address = reverse("billboards:paper-create", args=[case.pk, kind])
        found.append(Option(each.title, address, held_up(case, kind, dossier), outside, kind in issued))
    return found


def case_context(request: HttpRequest, case: Case) -> dict[str, Any]:
    rows = case.papers.select_related("signed_by").order_by("pk")
    may = can_draft_paper(request.user, case)
    return {
        "case": case,
        "papers": rows,
        "options": options_of(Dossier(case), request.user),
        "may_draft": may,
        "files": case.files.select_related("made_by")[:5],
        "flaws": case.flaws.filter(code="paper-service").select_related("recorded_by"),
        "may_print": may,
    }


@require_GET
@VIEW
def case_papers(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    return render(request, "billboards/case_papers.html", case_context(request, case))


@require_http_methods(["GET", "POST"])
@VIEW
def paper_create(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    case = visible_case(request, pk)
    if kind not in DOCUMENTS:
        raise Http404
    require(can_draft_paper(request.user, case))
    form = DocumentForm(kind, request.POST or None, document=prefilled(case, kind))
    if request.method == "POST" and form.is_valid():
        paper = form.draft(case, by=request.user)
        messages.success(request, "已存为拟稿，核对后签发。")
        return redirect(paper)
    return draft_page(request, case, form, title=f"拟稿：{DOCUMENTS[kind].title}")


def draft_page(request: HttpRequest, case: Case, form: DocumentForm, *, title: str) -> HttpResponse:
    context = {"form": form, "case": case, "title": title, "why_not": held_up(case, form.kind)}
    return render(request, "billboards/paper_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@VIEW
def paper_edit(request: HttpRequest, pk: int) -> HttpResponse:
    paper = visible_paper(request, pk)
    require(can_edit_paper(request.user, paper))
    document = papers.content_of(paper)
    form = DocumentForm(paper.kind, request.POST or None, document=document, seen=paper.version)
    if request.method == "POST" and form.is_valid() and form.change(paper, by=request.user):
        messages.success(request, "已保存。")
        return redirect(paper)
    return draft_page(request, paper.case, form, title=f"改稿：{paper.get_kind_display()}")


@require_http_methods(["GET", "POST"])
@VIEW
def paper_outside(request: HttpRequest, pk: int) -> HttpResponse:
    """登记外部文书; asked for a kind, with the number and the day that the record of its step knows."""
    case, kind = visible_case(request, pk), request.GET.get("kind", "")
    require(can_draft_paper(request.user, case))
    known = known_paper(Dossier(case), kind)
    form = OutsideForm(
        request.POST or None,
        request.FILES or None,
        initial={"kind": kind, "number": known.number, "on": known.on},
    )
    if request.method == "POST" and form.is_valid() and (paper := form.record(case, by=request.user)):
        messages.success(request, "已登记外部文书。")
        return redirect(paper)
    back = (f"{case.number} 文书", reverse("billboards:case-papers", args=[case.pk]))
    note = "在其他平台或线下出文的，登记文号、日期，上传原件；它就是这一步的文书，本系统不再另出。"
    return form_page(request, form, title="登记外部文书", back=back, submit="登记", note=note)


# --- One paper --------------------------------------------------------------------------------------------------------


def paper_steps(request: HttpRequest, paper: Paper) -> list[Step]:
    address = {name: reverse(f"billboards:paper-{name}", args=[paper.pk]) for name in ("sign", "void", "serve")}
    steps = []
    if can_sign_paper(request.user, paper):
        words = "签发后取文号、定稿，不能再改；需要更正的，作废后重新拟稿。"
        steps.append(Step("sign", "签发", address["sign"], words, first=True))
    if can_serve_paper(request.user, paper):
        initial = {"recipient": paper.case.party_name, "served_at": timezone.localtime()}
        words = "如实登记。电子送达须有当事人签署的确认书；留置送达须有见证人或录像；只张贴在门上不构成送达。"
        form, wanted = ServiceForm(initial=initial), DOCUMENTS[paper.kind].is_served
        steps.append(Step("serve", "登记送达", address["serve"], words, form, first=wanted and not steps))
    if can_void_paper(request.user, paper):
        words = "文号保留、不再使用；不能恢复。"
        steps.append(Step("void", "作废", address["void"], words, VoidForm(door=papers.void_paper), tone="danger"))
    return steps


def signed_outside(request: HttpRequest, paper: Paper) -> str:
    """The way to 线下签批 for who handles the case while the paper is a leader's to sign; "" else."""
    edge = step_to_sign_offline(request.user, paper)
    return f"{reverse('billboards:case-action', args=[paper.case_id, 'approval'])}?edge={edge}" if edge else ""


def paper_facts(paper: Paper) -> list[Fact]:
    facts = [
        Fact("案件", paper.case, url=paper.case.get_absolute_url()),
        Fact("文号", paper.label_number or "签发时编号"),
        Fact(
            "登记" if paper.outside_number else "拟稿",
            paper.drafted_by,
            note=day(paper.drafted_at),
        ),
    ]
    if paper.outside_on:
        facts.append(Fact("出文日期", paper.outside_on, note="外部出文"))
    if paper.is_signed:
        facts.append(Fact("签发", paper.signed_by, note=minute(paper.signed_at)))
        facts.append(Fact("定稿文件", "下载", url=reverse("billboards:paper-download", args=[paper.pk])))
        facts.append(Fact("文件校验值", paper.sha256))
    elif paper.is_draft:
        facts.append(Fact("预览", "打开", url=reverse("billboards:paper-preview", args=[paper.pk])))
    if paper.scan:
        facts.append(Fact("扫描件", "打开", url=reverse("billboards:paper-scan", args=[paper.pk])))
    if paper.served_on:
        facts.append(Fact("送达日期", paper.served_on, note="期限从这一天起算"))
    if paper.voided_at:
        facts.append(Fact("作废理由", paper.void_reason, note=str(paper.voided_by or "")))
    return facts


def paper_page(request: HttpRequest, paper: Paper) -> RecordPage:
    content = papers.content_of(paper)
    missing = content.missing() if paper.is_draft else []
    reason = held_up(paper.case, paper.kind) if paper.is_draft else ""
    edits = can_edit_paper(request.user, paper)
    return RecordPage(
        record=paper,
        title=paper.get_kind_display(),
        crumbs=[LIST],
        facts=paper_facts(paper),
        lead=f"{paper.case}",
        badge=(paper.standing, TONES[paper.standing]),
        edit_url=reverse("billboards:paper-edit", args=[paper.pk]) if edits else "",
        steps=paper_steps(request, paper),
        warning=reason,
        parts=["billboards/_paper_parts.html"],
        more={
            "missing": missing,
            "signed_outside": signed_outside(request, paper),
            "rows": [(each.label, content.shown(each)) for each in content.parts()] if paper.data else [],
            "services": paper.services.select_related("recorded_by"),
            "papers_url": reverse("billboards:case-papers", args=[paper.case_id]),
        },
    )


@require_GET
@VIEW
def paper_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return paper_page(request, visible_paper(request, pk)).show(request)


@require_POST
@VIEW
def paper_sign(request: HttpRequest, pk: int) -> HttpResponse:
    paper = visible_paper(request, pk)
    if way := signed_outside(request, paper):
        words = f"《{paper.get_kind_display()}》由局领导签发。领导已在纸上签批的，先登记线下签批，就由您签发。"
        raise NotYours(words, ("登记线下签批", way))
    if paper.is_draft:
        require(can_sign_paper(request.user, paper))
    try:
        signed = papers.sign_paper(paper, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已签发，文号{signed.number}。")
    return redirect(paper)


@require_POST
@VIEW
def paper_void(request: HttpRequest, pk: int) -> HttpResponse:
    paper, form = visible_paper(request, pk), VoidForm(request.POST, door=papers.void_paper)
    require(can_void_paper(request.user, paper))
    return take_form(
        request,
        paper,
        form,
        page=paper_page,
        step="void",
        done="已作废。",
    )


@require_POST
@VIEW
def paper_serve(request: HttpRequest, pk: int) -> HttpResponse:
    paper, form = visible_paper(request, pk), ServiceForm(request.POST)
    require(can_serve_paper(request.user, paper))

    def record() -> None:
        service = form.record(paper, by=request.user)
        if not service.is_valid:
            messages.warning(request, f"已如实登记，但不构成送达，期限不起算：{service.invalid_reason}")

    return take_step(
        request,
        paper,
        form,
        record,
        page=paper_page,
        step="serve",
        done="已登记送达情况。",
    )


@require_GET
@VIEW
def paper_download(request: HttpRequest, pk: int) -> FileResponse:
    paper = visible_paper(request, pk)
    if not paper.is_signed:
        raise Http404
    Activity.record(Verb.PRINT, paper, by=request.user, title="下载文书", note=paper.number)
    return send_file(paper.paper, paper.number)


@require_GET
@VIEW
def paper_scan(request: HttpRequest, pk: int) -> FileResponse:
    """The scan of a paper that was issued elsewhere."""
    paper = visible_paper(request, pk)
    return send_scan(paper.scan, f"{paper.case.number}-{paper.get_kind_display()}{paper.pk}")


@require_GET
@VIEW
def paper_preview(request: HttpRequest, pk: int) -> HttpResponse:
    paper = visible_paper(request, pk)
    if not paper.is_draft:
        raise Http404
    return send_made(papers.preview(paper), f"{paper.get_kind_display()}.pdf", inline=True)


@require_GET
@VIEW
def service_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """送达回证, printed from the record of a service."""
    rows = PaperService.objects.filter(paper__in=Paper.objects.visible_to(request.user)).select_related("paper")
    service = get_object_or_404(rows, pk=pk)
    receipt = papers.receipt_of(service)
    head = {"title": "送达回证", "profile": "plain", "number": service.paper.label_number, "issuer": issuing_body()}
    return pdf_answer(request, "billboards/pdf/paper.html", {"paper": head, "content": receipt}, "送达回证")


# --- The file ---------------------------------------------------------------------------------------------------------


@require_POST
@VIEW
def case_file(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    require(can_draft_paper(request.user, case) or request.user.has_perm(Perms.APPROVE_CASE))
    return redirect(
        enqueue("billboards.case_file", owner=request.user, payload={"case": case.pk}, label=f"制作卷宗：{case.number}")
    )


@require_GET
@VIEW
def case_file_download(request: HttpRequest, pk: int) -> FileResponse:
    made = get_object_or_404(CaseFile.objects.visible_to(request.user).select_related("case"), pk=pk)
    Activity.record(Verb.PRINT, made.case, by=request.user, title="下载卷宗", note=f"文件校验值 {made.sha256}")
    return send_file(made.file, f"{made.case.number}卷宗", inline=True)
