"""Exporting what a list shows: at once when it is short, as a job when it is long. One way for every list.

An app registers the function that builds its table from a request; the export runs the same function with the same
address, so what is exported is what is shown.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.files import File
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import get_resolver
from django.utils import timezone

from config.tables import Table, export_rows
from staff.files import send_made
from staff.imports.workbooks import write_table
from staff.jobs import JobFailed, Progress, enqueue
from staff.models import Activity, Actor, Job, User, Verb, current_actor, setting

AT_ONCE = 5_000
REPORT_EVERY = 500


@dataclass(frozen=True)
class ListExport:
    key: str
    title: str
    table: Callable[[HttpRequest], Table]  # raises PermissionDenied for those who may not see the list


_exports: dict[str, ListExport] = {}


def register_export(export: ListExport) -> ListExport:
    _exports[export.key] = export
    return export


def export_list(request: HttpRequest, key: str) -> HttpResponse:
    """The list behind the address as .xlsx; more than AT_ONCE rows become a job with a progress bar."""
    if key not in _exports:
        raise Http404
    export = _exports[key]
    table = export.table(request)
    count = row_count(table)
    if count > AT_ONCE:
        principal = request.user.principal
        payload = {"key": key, "query": request.GET.urlencode(), "principal": principal.pk if principal else None}
        return redirect(enqueue("staff.export_list", owner=request.user, payload=payload, label=f"导出{export.title}"))
    target = io.BytesIO()
    write(target, export, table, by=request.user)
    return send_made(target.getvalue(), f"{export.title}.xlsx")


def row_count(table: Table) -> int:
    return table.source.order_by().count() if isinstance(table.source, QuerySet) else len(table.source)


def write(target: io.BytesIO, export: ListExport, table: Table, *, by: User, progress: Progress | None = None) -> None:
    """Write the table's rows and log the export: how many rows, narrowed by what, in the list's own words."""
    rows = export_rows(table)
    head = [str(text) for text in next(rows)]
    total = row_count(table)

    def watched() -> Iterator[list[Any]]:
        for done, row in enumerate(rows, 1):
            if progress is not None and done % REPORT_EVERY == 0:
                progress.step(min(done, total), total)
            yield row

    count = write_table(
        target,
        title=f"{setting('bureau.short_name')}{table.caption or export.title}",
        head=head,
        rows=watched(),
        prepared_by=str(by),
    )
    Activity.record(Verb.EXPORT, by=by, title=f"导出{export.title}", note=f"{count} 行，{table.conditions}"[:500])


def load_views() -> None:
    """A worker serves no pages, so it has not loaded the views, where lists register their export."""
    _ = get_resolver().url_patterns


def run(job: Job, progress: Progress) -> None:
    """The job: the same table from the same address, as its owner sees it, for whomever he or she stood in when asking."""
    load_views()
    export = _exports[job.payload["key"]]
    request = HttpRequest()
    request.method, request.user = "GET", job.owner
    request.GET = QueryDict(job.payload["query"])
    with acting_as_asked(job), tempfile.TemporaryFile() as target:
        write(target, export, export.table(request), by=job.owner, progress=progress)  # type: ignore[arg-type]
        target.seek(0)
        job.result_file.save(f"{export.title}.xlsx", File(target), save=False)


@contextmanager
def acting_as_asked(job: Job) -> Iterator[None]:
    """The deputyship under which the export was asked for, as staff.middleware.ActingPerson takes it up for a page."""
    asked, owner = job.payload.get("principal"), job.owner
    if asked is None or owner is None:
        yield
        return
    owner.principal = owner.principals_on(timezone.localdate()).filter(pk=asked).first()
    if owner.principal is None:
        raise JobFailed("代理已经结束，没有导出。请以本人身份重新导出。")
    token = current_actor.set(Actor(None, owner.principal.pk))
    try:
        yield
    finally:
        current_actor.reset(token)
