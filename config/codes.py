"""QR codes as SVG, for pages (no inline style, no other host) and papers."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, *, scale: int = 4, label: str = "二维码") -> SafeString:
    """The code of a text as an <svg> of its own size; error correction M, quiet zone of four modules."""
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        target, kind="svg", scale=scale, border=4, xmldecl=False, svgns=True, title=label, omitsize=False, nl=False
    )
    return mark_safe(target.getvalue().decode())  # noqa: S308 -- drawn by segno from squares; the title is escaped there
