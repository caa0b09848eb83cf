"""Census items that come from a phone's queue, perhaps hours later and perhaps twice: each entry and photo is taken in once.

The phone keeps an entry until it is acknowledged by its own key, and a photo until by its sha256 (as on the street,
inspections/workflow/street.py).
"""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from billboards.enums.campaigns import PhotoStage
from billboards.models import CampaignItem, ItemPhoto
from billboards.workflow import items
from staff.models import User
from staff.offline import arrived_whole
from staff.refusals import Refused
from staff.uploads import save_image


def known_item(client_id: UUID, by: User) -> CampaignItem | None:
    """What was made of this entry when it came before; Refused if it is somebody else's."""
    item = CampaignItem.objects.filter(entry_key=client_id).first()
    if item is not None and item.recorded_by_id != by.pk:
        raise Refused("这条记录已由别的账号上传。")
    return item


def take_photo(client_id: UUID, upload: UploadedFile, *, sha256: str, by: User) -> ItemPhoto:
    """Store a photo of an entry that has come already. What was done with the item meanwhile does not matter: the
    picture shows how it was found."""
    item = known_item(client_id, by)
    if item is None:
        raise Refused("照片先于记录到达。请稍后重试，照片还在手机里。")
    arrived_whole(upload, sha256)
    try:
        photo = save_image(upload, ItemPhoto, by=by, item=item, stage=PhotoStage.BEFORE)
    except ValidationError as refusal:
        raise Refused(" ".join(refusal.messages), "photo") from refusal
    if photo.latitude is not None and photo.longitude is not None:
        items.take_position(item, photo.latitude, photo.longitude, by=by)
    return photo
