"""The chapters of a draft: added, moved, raised or lowered, removed, brought back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from reports.forms.outlines import LEVELS, SectionAddForm, SectionStepForm
from reports.models import Report, Section
from reports.permissions import can_edit_report
from reports.views.reports import visible_report
from reports.workflow import sections
from staff.permissions import Perms
from staff.refusals import Refused

EDIT = permission_required(Perms.EDIT_REPORT, raise_exception=True)


def editable_report(request: HttpRequest, pk: int) -> Report:
    report = visible_report(request, pk)
    if not can_edit_report(request.user, report):
        raise PermissionDenied
    return report


@require_http_methods(["GET", "POST"])
@EDIT
def section_list(request: HttpRequest, pk: int) -> HttpResponse:
    report = editable_report(request, pk)
    present = list(report.present_sections)
    form = SectionAddForm(request.POST or None, sections=present)
    if request.method == "POST" and form.is_valid():
        try:
            added = sections.add_section(report, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已增加“{added}”，可以开始写。")
            return redirect(added)
    removed = report.sections.filter(removed_at__isnull=False).order_by("-removed_at")
    context = {"report": report, "sections": present, "removed": removed, "form": form, "levels": LEVELS}
    return render(request, "reports/section_list.html", context)


def section_of(request: HttpRequest, pk: int, section_pk: int) -> Section:
    return get_object_or_404(editable_report(request, pk).sections.select_related("report"), pk=section_pk)


@require_POST
@EDIT
def section_step(request: HttpRequest, pk: int, section_pk: int) -> HttpResponse:
    """Up, down, or another level; numbers are dealt out anew."""
    section, form = section_of(request, pk, section_pk), SectionStepForm(request.POST)
    if form.is_valid() and section.removed_at is None:
        step = form.cleaned_data["step"]
        try:
            if step == "level":
                sections.change_level(section, level=form.cleaned_data["level"], by=request.user)
            else:
                sections.move_section(section, up=step == "up", by=request.user)
        except Refused as refusal:
            messages.info(request, str(refusal))
    return redirect("reports:section-list", pk)


@require_POST
@EDIT
def section_remove(request: HttpRequest, pk: int, section_pk: int) -> HttpResponse:
    return changed(request, pk, section_of(request, pk, section_pk), sections.remove_section, "已删除，可在下面恢复。")


@require_POST
@EDIT
def section_restore(request: HttpRequest, pk: int, section_pk: int) -> HttpResponse:
    return changed(request, pk, section_of(request, pk, section_pk), sections.restore_section, "已恢复，放在最后。")


def changed(request: HttpRequest, pk: int, section: Section, step: object, words: str) -> HttpResponse:
    try:
        step(section, by=request.user)  # type: ignore[operator]
    except Refused as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, words)
    return redirect("reports:section-list", pk)
