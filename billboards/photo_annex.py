"""整治前后对比: the pictures of a campaign's items, before and after side by side."""

from __future__ import annotations

from collections.abc import Iterable

from billboards.enums.campaigns import PhotoStage
from billboards.models import CampaignItem
from staff.photo_annexes import AnnexEntry, pictures_of

SHOWN = (PhotoStage.BEFORE, PhotoStage.AFTER)  # consents and notices name people: not for a comparison


def annex_of(items: Iterable[CampaignItem]) -> list[AnnexEntry]:
    """The items that have photos of before or after (prefetched)."""
    entries = []
    for item in items:
        photos = sorted(
            (photo for photo in item.photos.all() if photo.stage in SHOWN),
            key=lambda photo: (SHOWN.index(PhotoStage(photo.stage)), photo.pk),
        )
        if pictures := pictures_of(photos, "stage"):
            entries.append(AnnexEntry(item, f"{item.name}（{item.street.label}）", words_of(item), pictures))
    return entries


def words_of(item: CampaignItem) -> str:
    done = f"{item.get_disposition_display()}（{item.handled_on}）" if item.disposition and item.handled_on else ""
    parts = [item.number, item.place, item.get_problem_display(), item.amount, done, item.get_state_display()]
    return f"{'，'.join(filter(None, parts))}。"
