"""The picture annex of the list as its address says, as a PDF."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.pdf import render_pdf
from inspections.photo_annex import annex_of
from inspections.views.findings import finding_table
from staff.case_papers import paper_head
from staff.files import send_made
from staff.models import Activity, Verb
from staff.permissions import Perms
from staff.photo_annexes import MOST_ENTRIES


@require_GET
@permission_required(Perms.VIEW_FINDING, raise_exception=True)
def finding_annex(request: HttpRequest) -> HttpResponse:
    """The same filters and order as the list; only findings with photos. Too many are refused with what to do."""
    table = finding_table(request)
    rows = table.ordered.filter(photos__isnull=False).distinct()
    back = redirect(f"{reverse('inspections:finding-list')}?{request.GET.urlencode()}")
    count = rows.count()
    if count > MOST_ENTRIES:
        messages.error(
            request,
            f"有照片的问题 {count} 条，图片附件一次最多 {MOST_ENTRIES} 条。请按单位、日期或状态缩小范围后再打印。",
        )
        return back
    if not count:
        messages.info(request, "所列问题都没有照片，没有可以打印的图片附件。换个条件再试。")
        return back
    entries = annex_of(rows.prefetch_related("photos"))
    paper = paper_head("考评问题图片", number="", day=timezone.localdate())
    content = render_pdf("staff/pdf/photo_annex.html", {"paper": paper, "entries": entries})
    Activity.record(Verb.PRINT, by=request.user, title="打印图片附件", note=f"{count} 条，{table.conditions}"[:500])
    return send_made(content, "考评问题图片.pdf", inline=True)
