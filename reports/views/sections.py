"""Writing a section: text left, the figures right, what it will say below."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.figures import Figure, one_reading
from config.periods import Period
from reports.compilation import Draft, compile_section
from reports.drafts import last_time
from reports.forms.summaries import PreviewForm, SectionForm
from reports.models import Override, Section
from reports.permissions import can_edit_report
from reports.reconciliation import lines_for, names_in
from reports.registry import registry
from reports.sentences import STYLES, digits
from reports.views.reports import visible_report
from staff.permissions import Perms

EDIT = permission_required(Perms.EDIT_REPORT, raise_exception=True)


def editable_section(request: HttpRequest, pk: int, section_pk: int) -> Section:
    report = visible_report(request, pk)
    if not can_edit_report(request.user, report):
        raise PermissionDenied
    return get_object_or_404(report.sections.select_related("report"), pk=section_pk)


@require_http_methods(["GET", "POST"])
@EDIT
def section_edit(request: HttpRequest, pk: int, section_pk: int) -> HttpResponse:
    section = editable_section(request, pk, section_pk)
    form = SectionForm(request.POST or None, section=section)
    if request.method == "POST" and form.is_valid() and form.save(by=request.user) is not None:
        messages.success(request, "已保存。")
        return redirect(section.report)
    return render(request, "reports/section_edit.html", editor_context(form, section))


def editor_context(form: SectionForm, section: Section) -> dict[str, Any]:
    """The editor: text left; right the figures of this section, all figures, the history."""
    text, period = form["text"].value() or "", section.report.period
    return {
        "section": section,
        "report": section.report,
        "form": form,
        "lines": lines_for(names_in(text), period),
        "before": last_time(section),
        "figures": offered_figures(period),
        "styles": list(STYLES.values()),
        "preview": preview_of(text, period),
        "revisions": section.revisions.select_related("saved_by")[:20],
    }


@require_POST
@EDIT
def section_preview(request: HttpRequest, pk: int, section_pk: int) -> HttpResponse:
    section, form = editable_section(request, pk, section_pk), PreviewForm(request.POST)
    if form.is_valid():
        preview = preview_of(form.cleaned_data["text"], section.report.period)
    else:
        preview = {"paragraphs": [], "errors": form.errors["text"], "notes": [], "amber": 0}
    return render(request, "reports/_preview.html", {"preview": preview})


@require_GET
@EDIT
def section_history(request: HttpRequest, pk: int, section_pk: int, version: int) -> HttpResponse:
    """An earlier text in the editor: saving it makes it the newest."""
    section = editable_section(request, pk, section_pk)
    revision = get_object_or_404(section.revisions, version=version)
    messages.info(request, f"这是第 {version} 版的文字，保存后成为最新一版。")
    initial = {"heading": revision.heading, "text": revision.text, "version": section.version}
    return render(
        request, "reports/section_edit.html", editor_context(SectionForm(section=section, initial=initial), section)
    )


def preview_of(text: str, period: Period) -> dict[str, Any]:
    draft = Draft(period, overrides=Override.objects.standing(period))
    with one_reading():
        paragraphs, errors = compile_section(text, draft)
    amber = sum(span.amber for spans in paragraphs for span in spans)
    return {"paragraphs": paragraphs, "errors": errors, "notes": list(dict.fromkeys(draft.notes)), "amber": amber}


def offered_figures(period: Period | None) -> list[dict[str, Any]]:
    """What can be inserted: label, value in the period, definition and token; parameterised ones once for each choice.
    Without a period, as in an outline, there are no values.
    """
    offered = []
    with one_reading():
        for figure in registry().figures.values():
            for choice, name in figure.choices() if figure.choices else [(None, "")]:
                key = figure.key if choice is None else f"{figure.key}:{choice}"
                label = figure.label if choice is None else f"{figure.label.partition('（')[0]}·{name}"
                shown, definition = "", figure.definition
                if period is not None:
                    shown, definition = shown_value(figure, period, choice), figure.defined(period)
                offered.append({"label": label, "value": shown, "definition": definition, "token": f"{{{{ {key} }}}}"})
        for shelf, prefix, kind in ((registry().tables, "table", "表"), (registry().charts, "chart", "图")):
            offered += [
                {
                    "label": entry.label,
                    "value": kind,
                    "definition": f"单独占一行的{kind}",
                    "token": f"{{{{ {prefix} {entry.key} }}}}",
                }
                for entry in shelf.values()
            ]
        for claim in registry().claims.values():
            holds, reason = claim.check(period) if period else (False, "")
            offered.append(
                {
                    "label": claim.label,
                    "value": ("可印" if holds else "不可印") if period else "",
                    "definition": reason or claim.text,
                    "token": f"{{{{ ? {claim.key} }}}}",
                }
            )
    return offered


def shown_value(figure: Figure, period: Period, choice: str | None) -> str:
    value = figure.value(period, choice)
    words = value.text or (None if value.number is None else digits(value.number, 2))
    return "—" if words is None else f"{words}{figure.measured_in(choice)}"
