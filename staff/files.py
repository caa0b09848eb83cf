"""Handing out files, stored ones and such as were just made. The caller has already loaded the record through visible_to."""

from typing import Final

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "jpg": "image/jpeg",
    "zip": "application/zip",
    "json": "application/json",
    "ics": "text/calendar; charset=utf-8",
}


def content_type_of(name: str) -> str:
    """By the ending of a name that is ours."""
    return CONTENT_TYPES.get(name.rpartition(".")[2], "application/octet-stream")


def send_made(content: bytes, name: str, *, inline: bool = False) -> HttpResponse:
    """What was made for this answer and is not kept, under a name of ours; never cached outside the browser."""
    response = HttpResponse(content, content_type=content_type_of(name))
    response["Content-Disposition"] = content_disposition_header(as_attachment=not inline, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


def send_file(stored: FieldFile, name: str, *, inline: bool = False) -> FileResponse:
    """Stream a stored file under a name of ours; never guessed types, never cached outside the browser.

    Type and ending are those that we stored it under, by its content, whatever ending the name has or lacks.
    """
    ending = f".{stored.name.rpartition('.')[2]}"
    name = name if name.lower().endswith(ending) else name + ending
    kind = content_type_of(stored.name)
    response = FileResponse(stored.open("rb"), as_attachment=not inline, filename=name, content_type=kind)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def send_scan(stored: FieldFile, name: str) -> FileResponse:
    """A scan that a record keeps (`clean_scan`), shown in the browser where it can. Http404 where there is none."""
    if not stored:
        raise Http404
    return send_file(stored, name, inline=not stored.name.endswith(".docx"))
