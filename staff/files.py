"""Handing out stored files. The caller has already loaded the record through visible_to."""

from typing import Final

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

# What staff/uploads.py keeps of a scan.
SCAN_TYPES: Final = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def send_file(stored: FieldFile, *, name: str, content_type: str, inline: bool = False) -> FileResponse:
    """Stream a stored file under a name of ours; never guessed types, never cached outside the browser."""
    response = FileResponse(stored.open("rb"), as_attachment=not inline, filename=name, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def send_scan(stored: FieldFile, *, name: str) -> FileResponse:
    """A scan that a record keeps (`clean_scan`), shown in the browser where it can. Http404 where there is none."""
    if not stored:
        raise Http404
    suffix = stored.name.rpartition(".")[2]
    return send_file(stored, name=f"{name}.{suffix}", content_type=SCAN_TYPES[suffix], inline=suffix != "docx")
