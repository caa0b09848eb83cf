"""Pasted text: its numbers matched to figures, one by one, before they stand in the editor as chips."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from reports.forms.matching import PastedForm, chosen_text
from reports.forms.summaries import SectionForm
from reports.matching import Shelf, matches
from reports.models import Section
from reports.views.materials import visible_material
from reports.views.sections import EDIT, editable_section, editor_context


@require_POST
@EDIT
def section_match(request: HttpRequest, pk: int, section_pk: int) -> HttpResponse:
    """The numbers of the text in the editor with the figures they may be; with `apply`, back to the editor."""
    section, form = editable_section(request, pk, section_pk), PastedForm(request.POST)
    if not form.is_valid():
        messages.error(request, "正文太长，请分节粘贴。")
        initial = {"heading": form["heading"].value(), "text": form["text"].value(), "version": form["version"].value()}
        return render(
            request, "reports/section_edit.html", editor_context(SectionForm(section=section, initial=initial), section)
        )
    text, heading = form.cleaned_data["text"], form.cleaned_data["heading"] or section.heading
    found = matches(text, Shelf.of(section.report.period))
    if "apply" in request.POST:
        return back_to_editor(request, section, heading, chosen_text(request.POST, text, found))
    return matching_page(request, section, heading, text, form.cleaned_data["version"] or section.version)


@require_http_methods(["GET"])
@EDIT
def material_match(request: HttpRequest, pk: int) -> HttpResponse:
    """The material of a unit, its numbers matched, on its way into the section."""
    material = visible_material(request, pk)
    section = editable_section(request, material.section.report_id, material.section_id)
    return matching_page(request, section, section.heading, material.text, section.version)


def matching_page(request: HttpRequest, section: Section, heading: str, text: str, version: int) -> HttpResponse:
    context = {
        "section": section,
        "report": section.report,
        "heading": heading,
        "text": text,
        "version": version,
        "matches": matches(text, Shelf.of(section.report.period)),
    }
    return render(request, "reports/section_match.html", context)


def back_to_editor(request: HttpRequest, section: Section, heading: str, text: str) -> HttpResponse:
    """Nothing is stored yet: the writer reads it over and saves."""
    seen = PastedForm(request.POST)
    version = seen.cleaned_data["version"] if seen.is_valid() else section.version
    initial = {"heading": heading, "text": text, "version": version or section.version}
    messages.info(request, "数字已换成数据，请看一遍再保存。")
    return render(
        request, "reports/section_edit.html", editor_context(SectionForm(section=section, initial=initial), section)
    )
