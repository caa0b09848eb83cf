"""From content to paper: the kind's number series and template, the proof before signature."""

from __future__ import annotations

from datetime import date
from typing import Any

from config.codes import qr_svg
from permits.documents.parts import CasePaperContent
from permits.paper_kinds import series_of
from staff.case_papers import PaperType, paper_pdf


def type_of(content: CasePaperContent) -> PaperType:
    series, defaults = series_of(content.KIND)
    return PaperType(content.KIND, content.title, series, defaults["mark"], content.TEMPLATE)


def extras(content: CasePaperContent) -> dict[str, Any]:
    """What a template needs beside the content: the code of a licence and of its board."""
    url = getattr(content, "verify_url", "")
    return {"qr": qr_svg(url, label="许可验真二维码") if url else ""}


def proof(content: CasePaperContent, *, number: str = "", day: date) -> bytes:
    """The PDF as it would be signed today; without a number it says so."""
    return paper_pdf(type_of(content), content, number=number, day=day, **extras(content))
