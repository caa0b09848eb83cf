"""Handing out stored files. The caller has already loaded the record through visible_to."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse


def send_file(stored: FieldFile, *, name: str, content_type: str, inline: bool = False) -> FileResponse:
    """Stream a stored file under a name of ours; never guessed types, never cached outside the browser."""
    response = FileResponse(stored.open("rb"), as_attachment=not inline, filename=name, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
