"""送达 and 公示 of a paper: registering, proof of service, the signed slip."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from permits.documents.building.aftercare import receipt_of_service
from permits.documents.printing import proof
from permits.forms.papers import PublishForm, ServiceForm
from permits.models import PaperService
from permits.permissions import can_note, can_serve
from permits.views.access import VIEW
from permits.views.papers import show, visible_paper
from staff.files import send_made, send_scan
from staff.models import Activity, Verb


@require_http_methods(["GET", "POST"])
@VIEW
def paper_serve(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    paper = visible_paper(request, pk, paper_pk)
    if not can_serve(request.user, paper):
        raise PermissionDenied
    form = ServiceForm(request.POST or None, request.FILES or None, paper=paper)
    if request.method == "POST" and form.is_valid() and (service := form.store(by=request.user)):
        way = service.get_method_display()
        if service.is_lawful:
            messages.success(request, f"已登记{way}，{service.effective_on}为送达日期。")
        else:
            messages.warning(request, f"已登记{way}，记为程序瑕疵，不视为送达。请另行送达。")
        return redirect(paper)
    context = {"form": form, "paper": paper, "application": paper.application}
    return render(request, "permits/paper_serve.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@VIEW
def paper_publish(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    paper, form = visible_paper(request, pk, paper_pk), PublishForm(request.POST, auto_id="publish_%s")
    if not can_note(request.user, paper.application):
        raise PermissionDenied
    if form.is_valid() and form.store(paper, by=request.user):
        messages.success(request, "已登记公示。")
        return redirect(paper)
    return show(request, paper, publish_form=form, status=422)


@require_GET
@VIEW
def paper_receipt(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    """送达回证 as an empty form, to be taken along and signed."""
    paper = visible_paper(request, pk, paper_pk)
    if not paper.is_issued:
        raise Http404
    Activity.record(Verb.PRINT, paper.application, by=request.user, title=f"打印{paper.get_kind_display()}送达回证")
    content = receipt_of_service(paper)
    made = proof(content, number=paper.label_number, day=timezone.localdate())
    return send_made(made, f"送达回证 {paper}.pdf", inline=True)


def visible_service(request: HttpRequest, pk: int, paper_pk: int, service_pk: int) -> PaperService:
    paper = visible_paper(request, pk, paper_pk)
    return get_object_or_404(paper.services.select_related("paper__application__item__item"), pk=service_pk)


@require_GET
@VIEW
def service_receipt(request: HttpRequest, pk: int, paper_pk: int, service_pk: int) -> HttpResponse:
    """送达回证 as it was served."""
    service = visible_service(request, pk, paper_pk, service_pk)
    content = receipt_of_service(service.paper, service)
    title = f"送达回证 {service.paper}"
    Activity.record(Verb.PRINT, service.paper.application, by=request.user, title=f"打印{title}"[:120])
    made = proof(content, number=service.paper.label_number, day=service.effective_on)
    return send_made(made, f"{title}.pdf", inline=True)


@require_GET
@VIEW
def service_scan(request: HttpRequest, pk: int, paper_pk: int, service_pk: int) -> FileResponse:
    service = visible_service(request, pk, paper_pk, service_pk)
    return send_scan(service.scan, f"签收 {service.paper}")
