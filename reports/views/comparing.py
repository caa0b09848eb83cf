"""花脸稿: two drafts of a paper, or two versions of a section, as one text with what went and what came."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from reports.drafts import drafts_of, readable, text_of
from reports.redline import changed, redline
from reports.views.chapters import EDIT, section_of
from reports.views.reports import VIEW, visible_report


@require_GET
@VIEW
def report_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """?old=…&new=…; without them the newest against the one before."""
    report = visible_report(request, pk)
    drafts = drafts_of(report)
    keys = [draft.key for draft in drafts]
    new = request.GET.get("new", "") if request.GET.get("new", "") in keys else (keys[0] if keys else "")
    old = request.GET.get("old", "") if request.GET.get("old", "") in keys else (keys[1] if len(keys) > 1 else "")
    lines = redline(text_of(report, old), text_of(report, new)) if old and new else []
    context = {"report": report, "drafts": drafts, "old": old, "new": new, "lines": lines, "count": changed(lines)}
    return render(request, "reports/report_compare.html", context)


@require_GET
@EDIT
def section_compare(request: HttpRequest, pk: int, section_pk: int, version: int) -> HttpResponse:
    """An earlier version of a section against what it says now."""
    section = section_of(request, pk, section_pk)
    revision = get_object_or_404(section.revisions.select_related("saved_by"), version=version)
    before, after = (f"{each.heading}\n{readable(each.text)}" for each in (revision, section))
    lines = redline(before, after)
    context = {
        "section": section,
        "report": section.report,
        "revision": revision,
        "lines": lines,
        "count": changed(lines),
    }
    return render(request, "reports/section_compare.html", context)
