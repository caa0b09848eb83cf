"""The pages of the import pipeline: upload or paste → columns → preview → confirm → result. One set for every app."""

from __future__ import annotations

import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.navigation import page_of, stand_at
from staff.files import send_made
from staff.forms.imports import ColumnsForm, ConfirmImportForm, SheetForm
from staff.imports import pipeline
from staff.imports.kinds import ImportKind, import_kind
from staff.imports.workbooks import write_template
from staff.models import ImportBatch, ImportState
from staff.workflow import imports as workflow

LATE_COLUMNS = "这张表已经检查过，或者已放弃，列对应不再改动。要换列的，请放弃后重新上传。"


def allowed_kind(request: HttpRequest, key: str) -> ImportKind:
    """The kind, for those who may import it; 404 for an unknown one."""
    try:
        kind = import_kind(key)
    except KeyError as error:
        raise Http404 from error
    if not request.user.has_perm(kind.permission):
        raise PermissionDenied
    return kind


def list_label(request: HttpRequest, kind: ImportKind) -> str:
    """The name of the list that the rows go into; the page then stands there."""
    return stand_at(request, kind.route) or kind.label


@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest, key: str) -> HttpResponse:
    kind = allowed_kind(request, key)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        batch = form.receive(kind=kind, owner=request.user)
        if batch is not None:
            return _go_on(request, batch)
    earlier = ImportBatch.objects.visible_to(request.user).filter(kind=key)[:5]
    context = {"form": form, "kind": kind, "earlier": earlier, "list_label": list_label(request, kind)}
    return render(request, "staff/import_new.html", context)


def _go_on(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """Straight to the check where every required column was recognised; else ask for the columns first."""
    if not pipeline.missing_fields(batch):
        pipeline.start_check(batch, by=request.user)
    return redirect(batch)


@require_GET
def import_template(request: HttpRequest, key: str) -> HttpResponse:
    kind = allowed_kind(request, key)
    target = io.BytesIO()
    resource = kind.resource()
    resource.prepare()
    write_template(target, title=kind.label, fields=resource.template_specs())
    return send_made(target.getvalue(), f"{kind.label}模板.xlsx")


@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("job"), pk=pk)
    kind = allowed_kind(request, batch.kind)
    if batch.job is not None:
        batch.job.refresh_progress()
    same_file = ImportBatch.objects.filter(kind=batch.kind, sha256=batch.sha256, state=ImportState.PUBLISHED)
    same_file = same_file.exclude(pk=batch.pk).order_by("published_at").first()
    context = {
        "batch": batch,
        "kind": kind,
        "list_label": list_label(request, kind),
        "missing": pipeline.missing_fields(batch),
        "columns_form": ColumnsForm(batch=batch) if batch.state == ImportState.UPLOADED else None,
        "confirm_form": ConfirmImportForm(batch=batch),
        "same_file": same_file,
        "same_file_url": page_of(request.user, same_file),
        "list_url": kind.written_url(batch),
    }
    return render(request, "staff/import_detail.html", context)


@require_POST
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    kind = allowed_kind(request, batch.kind)
    if batch.state != ImportState.UPLOADED:
        messages.info(request, LATE_COLUMNS)
        return redirect(batch)
    form = ColumnsForm(request.POST, batch=batch)
    if not form.is_valid():
        context = {"batch": batch, "kind": kind, "list_label": list_label(request, kind), "columns_form": form}
        return render(request, "staff/import_detail.html", context, status=422)
    if form.save():
        pipeline.start_check(batch, by=request.user)
    else:
        messages.info(request, LATE_COLUMNS)
    return redirect(batch)


@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    allowed_kind(request, batch.kind)
    form = ConfirmImportForm(request.POST, batch=batch)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors.get("__all__", ["请重新确认。"])))
    elif pipeline.start_publish(batch, by=request.user, valid_rows_only=form.cleaned_data["valid_rows_only"]) is None:
        messages.info(request, "这张表已经在写入或已经导入，不用再次确认。")
    return redirect(batch)


@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    if workflow.discard_import(batch):
        messages.success(request, "已放弃这次导入，没有写入任何数据。")
    else:
        messages.info(request, "这次导入已经写入或已放弃。")
    return redirect("staff:import-new", key=batch.kind)
