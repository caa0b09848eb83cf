"""Outlines: the house's and the office's, edited in the browser; a draft kept as an outline."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reports.forms.outlines import OutlineForm, part_forms, save_outline
from reports.models import Report
from reports.outlines import Offered, offered_outlines
from reports.sentences import STYLES
from reports.views.reports import VIEW
from reports.views.sections import offered_figures
from reports.workflow.outlines import outline_of_report, reset_outline
from staff.permissions import Perms
from staff.refusals import Refused

EDIT = permission_required(Perms.EDIT_REPORT, raise_exception=True)


@require_GET
@VIEW
def outline_list(request: HttpRequest) -> HttpResponse:
    may = request.user.has_perm(Perms.EDIT_REPORT)
    return render(request, "reports/outline_list.html", {"outlines": offered_outlines().values(), "may": may})


@require_http_methods(["GET", "POST"])
@EDIT
def outline_detail(request: HttpRequest, code: str) -> HttpResponse:
    offered = offered_outlines().get(code)
    if offered is None:
        raise Http404
    return edit(request, offered, OutlineForm(request.POST or None, offered=offered))


@require_http_methods(["GET", "POST"])
@EDIT
def outline_create(request: HttpRequest) -> HttpResponse:
    """A new one; ?report=… starts from the sections of a draft."""
    source = request.GET.get("report", "")
    report = Report.objects.visible_to(request.user).filter(pk=source).first() if source.isdecimal() else None
    initial = {"title": "【期间】工作总结", "length": 0}
    offered = None
    if report is not None:
        offered = Offered("", "", initial["title"], 0, outline_of_report(report))  # type: ignore[arg-type]
    return edit(request, offered, OutlineForm(request.POST or None, initial=initial))


def edit(request: HttpRequest, offered: Offered | None, form: OutlineForm) -> HttpResponse:
    parts = part_forms(request.POST or None, offered)
    if request.method == "POST" and form.is_valid() and parts.is_valid():
        saved = save_outline(offered.code if offered else "", form, parts, by=request.user)
        if saved is not None:
            messages.success(request, "已保存。以后新建的文稿按它起草，已有的文稿不变。")
            return redirect(saved)
    context = {
        "form": form,
        "parts": parts,
        "offered": offered,
        "figures": offered_figures(None),
        "styles": [*STYLES.values()],
    }
    return render(request, "reports/outline_edit.html", context)


@require_POST
@EDIT
def outline_reset(request: HttpRequest, code: str) -> HttpResponse:
    try:
        reset_outline(code, by=request.user)
    except Refused as refusal:
        messages.info(request, str(refusal))
        return redirect("reports:outline-detail", code)
    messages.success(request, "已恢复默认提纲。")
    return redirect("reports:outline-list")
