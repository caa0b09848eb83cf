"""What comes from a phone, perhaps hours later and perhaps twice: each entry and each photo is taken in once.

The phone keeps an entry until it is acknowledged by its own key (client uuid), and a photo until by its sha256.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from inspections.enums import Handling, PhotoKind
from inspections.models import Finding, FindingPhoto, Sighting
from inspections.registrar import FindingEntry, Registrar
from inspections.workflow.findings import AlreadyOpen, register_finding
from inspections.workflow.places import register_and_keep
from inspections.workflow.rectification import check_unused
from staff.models import Activity, User, Verb
from staff.offline import arrived_whole
from staff.refusals import Refused
from staff.uploads import save_image

SIGHTING_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """`merged`: the problem was registered and still open, so this is the same finding and costs nothing more.

    `kept`: what the merged entry said more than the finding, in words; it is kept with the finding and changes no points.
    """

    finding: Finding
    merged: bool
    kept: tuple[str, ...] = ()


def known_entry(client_id: UUID, by: User) -> Answer | None:
    """What was made of this entry when it came before; Refused if it is somebody else's."""
    finding = Finding.objects.filter(client_id=client_id).first()
    if finding is not None:
        if finding.registered_by_id != by.pk:
            raise Refused("这条记录已由别的账号上传。")
        return Answer(finding, False)
    sighting = Sighting.objects.filter(client_id=client_id).select_related("finding").first()
    if sighting is not None:
        if sighting.recorded_by_id != by.pk:
            raise Refused("这条记录已由别的账号上传。")
        return Answer(sighting.finding, True)
    return None


@transaction.atomic
def take_entry(entry: FindingEntry, *, by: User, keep_place: bool = False) -> Answer:
    """Register an entry of a phone; the same one again gives the same answer. `entry.client_id` must be set.

    An entry sent twice at the same moment meets the unique key: the slower one then finds what the faster one stored.
    """
    if entry.client_id is None:
        raise ValueError("an entry of a phone carries its own key")
    known = known_entry(entry.client_id, by)
    if known is not None:
        return replace(known, kept=said_more(known.finding, entry)) if known.merged else known
    register = register_and_keep if keep_place else register_finding
    try:
        with transaction.atomic():
            return Answer(register(entry, by=by), False)
    except AlreadyOpen as again:
        if again.finding.client_id == entry.client_id:
            return Answer(again.finding, False)
        if not Registrar().is_same_case(
            entry, again.finding
        ):  # the very same words of that day, meant for another case
            raise Refused(
                f"{again.finding.number} 当天已登记同样的地点和问题。确是另一处的，请把具体地点写得不同（如门牌号）。",
                "place",
            ) from again
        kept = said_more(again.finding, entry)
        _see_again(again.finding, entry, entry.client_id, kept, by=by)
        return Answer(again.finding, True, kept)


def said_more(finding: Finding, entry: FindingEntry) -> tuple[str, ...]:
    """What an entry says beyond the open finding it goes into: more pieces, severe, another handling."""
    words = []
    if entry.count > finding.count:
        words.append(f"数量 {entry.count}（原登记 {finding.count}）")
    if entry.severe and not finding.severe:
        words.append("严重情形（原登记为一般）")
    if entry.handling != finding.handling:
        words.append(f"处理方式{Handling(entry.handling).label}（原登记为{finding.get_handling_display()}）")
    return tuple(words)


def _see_again(finding: Finding, entry: FindingEntry, client_id: UUID, kept: Sequence[str], *, by: User) -> None:
    words = "；".join(filter(None, (entry.description, *kept)))
    _, new = Sighting.objects.get_or_create(
        client_id=client_id,
        defaults={
            "finding": finding,
            "seen_at": entry.found_at,
            "description": words[:SIGHTING_LENGTH],
            "recorded_by": by,
        },
    )
    if new:
        Activity.record(Verb.UPDATE, finding, by=by, title="再次发现", note=words or "不重复扣分")


def take_photo(client_id: UUID, upload: UploadedFile, *, sha256: str, by: User) -> FindingPhoto:
    """Store a photo of an entry that has come already; acknowledged by the hash of what arrived.

    The finding may have been closed meanwhile: a picture taken when it was found belongs to it all the same.
    """
    answer = known_entry(client_id, by)
    if answer is None:
        raise Refused("照片先于记录到达。请稍后重试，照片还在手机里。")
    arrived = arrived_whole(upload, sha256)
    known = answer.finding.photos.filter(source_sha256=arrived).first()
    if known is not None:
        return known
    kind = next_kind(answer.finding)
    if kind == PhotoKind.AFTER:
        check_unused(answer.finding, upload, "photo")
    try:
        with transaction.atomic():
            return save_image(upload, FindingPhoto, by=by, finding=answer.finding, kind=kind)
    except ValidationError as refusal:
        raise Refused(" ".join(refusal.messages), "photo") from refusal
    except IntegrityError as refusal:  # the same photo came at this very moment
        raise Refused("这张照片刚被用作整改后照片。请重新拍摄，或重试一次。", "photo") from refusal


def next_kind(finding: Finding) -> str:
    """What the next photo of the phone shows: of 即查即改 the first is before, the others after; else near, then wide."""
    first = not finding.photos.exists()
    if finding.handling == Handling.SPOT:
        return PhotoKind.BEFORE if first else PhotoKind.AFTER
    return PhotoKind.NEAR if first else PhotoKind.WIDE
