"""The picture annex of a list (问题图片): what was found first, beside it what became of it (整改前后对比)."""

from __future__ import annotations

from collections.abc import Iterable

from config.display import display
from inspections.enums import PhotoKind
from inspections.models import Finding
from staff.photo_annexes import AnnexEntry, pictures_of


def annex_of(findings: Iterable[Finding], most: int | None = None) -> list[AnnexEntry]:
    """The findings that have photos (prefetched); no picture beyond `most` of them is read."""
    entries: list[AnnexEntry] = []
    for finding in findings:
        if len(entries) == most:
            break
        photos = sorted(finding.photos.all(), key=lambda photo: (photo.kind == PhotoKind.AFTER, photo.pk))
        pictures = pictures_of(photos, "kind")
        if pictures:
            heading = f"{finding.item.name}（{finding.lead_unit.label}）"
            entries.append(AnnexEntry(finding, heading, words_of(finding), pictures))
    return entries


def words_of(finding: Finding) -> str:
    closed = f"（{display(finding.closed_at)}）" if finding.closed_at else ""
    parts = [finding.number, display(finding.found_at), finding.place, finding.description]
    return f"{'，'.join(filter(None, parts))}，{finding.get_state_display()}{closed}。"
