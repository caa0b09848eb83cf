"""Evidence: files with their hash, the chain of custody, setting aside; the scans of what was signed on paper."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from billboards.forms.evidence import CustodyForm, FilesForm
from billboards.models import CaseApproval, Evidence, EvidenceFile
from billboards.permissions import can_work_on_case
from billboards.views.case_steps import act
from billboards.workflow import evidence
from staff.files import send_file, send_scan
from staff.forms.records import ReasonForm
from staff.pages import require
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_CASES, raise_exception=True)


@require_http_methods(["GET", "POST"])
@VIEW
def evidence_action(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """files: add files; custody: one more link of the chain; set-aside: not used, and why."""
    piece = get_object_or_404(Evidence.objects.visible_to(request.user).select_related("case"), pk=pk)
    require(can_work_on_case(request.user, piece.case))
    data, by = request.POST or None, request.user
    if action == "files":
        files = FilesForm(data, request.FILES or None)
        title = f"上传：{piece}"
        return act(
            request, piece.case, files, title, lambda: evidence.add_files(piece, files.cleaned_data["files"], by=by)
        )
    if action == "custody":
        custody = CustodyForm(data)
        title = f"交接：{piece}"
        return act(request, piece.case, custody, title, lambda: evidence.hand_on(piece, custody.instance, by=by))
    if action == "set-aside":
        reason = ReasonForm(data)
        lead = "证据留在案卷里，注明理由，不再作为认定事实的根据；不能删除（《行政处罚法》第四十六条）。"
        title = f"不采用：{piece}"

        def store() -> None:
            evidence.set_aside(piece, by=by, reason=reason.cleaned_data["reason"])

        return act(request, piece.case, reason, title, store, lead=lead)
    raise Http404


@require_GET
@VIEW
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    stored = get_object_or_404(EvidenceFile.objects.visible_to(request.user).select_related("evidence__case"), pk=pk)
    return send_file(stored.file, f"{stored.evidence.case.number}-证据{stored.evidence_id}-{stored.pk}", inline=True)


@require_GET
@VIEW
def approval_scan(request: HttpRequest, pk: int) -> FileResponse:
    approval = get_object_or_404(CaseApproval.objects.visible_to(request.user).select_related("case"), pk=pk)
    return send_scan(approval.scan, f"{approval.case.number}-签批{approval.pk}")
