"""What comes from a phone, perhaps hours later and perhaps twice: each entry and each photo is taken in once.

The phone keeps an entry until it is acknowledged by its own key (client uuid), and a photo until by its sha256.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from fireworks.models import Incident
from inspections.enums import FindingState, Handling, PhotoKind
from inspections.models import Finding, FindingPhoto, Sighting
from inspections.recurrence import bare_words, same_place
from inspections.registrar import FindingEntry, Registrar, entry_of
from inspections.responsibility import ResponsibilityError
from inspections.workflow.findings import AlreadyOpen, edit_finding, register_finding
from inspections.workflow.places import keep_its_place, register_and_keep
from inspections.workflow.rectification import check_unused
from inspections.workflow.steps import locked
from staff.models import Activity, User, Verb
from staff.offline import arrived_whole
from staff.refusals import Refused
from staff.uploads import save_image

SIGHTING_LENGTH = 300
ON_PHONE = "手机上更正"  # how the log tells a correction of the phone from one at the desk


@dataclass(frozen=True, slots=True)
class Answer:
    """`merged`: the problem was registered and still open, so this is the same finding and costs nothing more.

    `kept`: what the merged entry said more than the finding, in words; it is kept with the finding and changes no points.
    `corrected`: it came before and was corrected on the phone since, and so is the finding. `not_taken`: what of such a
    correction was not taken, why, and where to make it.
    """

    finding: Finding
    merged: bool
    kept: tuple[str, ...] = ()
    corrected: bool = False
    not_taken: str = ""


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
    """Register an entry of a phone; the same one again gives the same answer, a corrected one corrects. `client_id` is set.

    An entry sent twice at the same moment meets the unique key: the slower one then finds what the faster one stored.
    """
    if entry.client_id is None:
        raise ValueError("an entry of a phone carries its own key")
    known = known_entry(entry.client_id, by)
    if known is not None:
        answer_again = see_more if known.merged else take_correction
        return answer_again(known.finding, entry, by=by, keep_place=keep_place)
    register = register_and_keep if keep_place else register_finding
    try:
        with transaction.atomic():
            return Answer(register(entry, by=by), False)
    except AlreadyOpen as again:
        if again.finding.client_id == entry.client_id:
            return Answer(again.finding, False)
        check_same_case(entry, again.finding)
        return Answer(again.finding, True, see_again(again.finding, entry, by=by))


def check_same_case(entry: FindingEntry, finding: Finding) -> None:
    """The very same words of that day, meant for another case, are neither merged nor registered."""
    if not Registrar().is_same_case(entry, finding):
        raise Refused(
            f"{finding.number} 当天已登记同样的地点和问题。确是另一处的，请把具体地点写得不同（如门牌号）。", "place"
        )


def take_correction(finding: Finding, entry: FindingEntry, *, by: User, keep_place: bool) -> Answer:
    """What came before under this key: the same again, its answer lost; or corrected on the phone since.

    A correction goes through the door of every other as long as nobody went on with the finding. The moment it was found
    and its round are not corrected on the phone.
    """
    current = locked(finding)
    entry = replace(entry, found_at=current.found_at)
    if keep_place and entry.known_place is None and is_named(current, entry.place):
        entry.known_place = current.spot_id  # kept when the entry came first
    other = differences(current, entry)
    if not other:
        return Answer(current, False)
    words = f"手机上的内容与已登记的不同（{'、'.join(other)}），没有采用："
    if current.state != FindingState.REGISTERED or current.held:
        why = f"{current.number}{current.get_state_display()}。登记确实有误的，请联系考评办。"
        return Answer(current, False, not_taken=words + why)
    if Activity.objects.about(current).filter(title="修改").exclude(note=ON_PHONE).exists():
        why = f"{current.number}登记后已经修改过。请打开这条问题核对，需要时点“修改”。"
        return Answer(current, False, not_taken=words + why)
    left = []
    if entry.handling == Handling.SPOT:
        left.append("登记后不能改为即查即改，已经整改到位的请直接销号")
        entry.handling = current.handling
    if "考评轮次" in other:
        left.append("考评轮次登记后不能改，确需改的请作废后重新登记")
    if differences(current, entry) not in ((), ("考评轮次",)):
        if keep_place:
            keep_its_place(entry, by=by)
        current = edit_finding(current, entry, by=by, seen=current.version, note=ON_PHONE)
        return Answer(current, False, corrected=True, not_taken="；".join(left))
    return Answer(current, False, not_taken="；".join(left))


def is_named(finding: Finding, words: str) -> bool:
    return finding.spot is not None and bare_words(finding.spot.name) == bare_words(words)


def differences(finding: Finding, entry: FindingEntry) -> tuple[str, ...]:
    """In which fields an entry of the phone says otherwise than the finding that was made of it."""
    pairs: dict[str, tuple[object, object]] = {
        "小项": (finding.item_id, entry.item.pk),
        "区域类型": (finding.area, entry.area),
        "责任单位": (True, is_answered_by(finding, entry)),
        "具体地点": (finding.place, entry.place),
        "点位": (finding.spot_id, entry.known_place),
        "位置": ((finding.latitude, finding.longitude), (entry.latitude, entry.longitude)),
        "数量": (finding.count, entry.count),
        "严重情形": (finding.severe, entry.severe),
        "处理方式": (finding.handling, entry.handling),
        "存在问题": (finding.description, entry.description),
        "问题来源": (finding.source, entry.source),
        "检查人": (finding.found_by, entry.found_by),
        "考评轮次": (None if finding.round is None or finding.round.is_default else finding.round_id, entry.round_id),
    }
    return tuple(name for name, (stored, said) in pairs.items() if stored != said)


def is_answered_by(finding: Finding, entry: FindingEntry) -> bool:
    """Whether the unit that the entry names leads to who answers for the finding."""
    answering = set(finding.shares.values_list("unit", flat=True))
    try:
        return set(entry.units) <= answering and set(Registrar().responsibility(entry).shares) == answering
    except ResponsibilityError:
        return False


def see_more(finding: Finding, entry: FindingEntry, *, by: User, keep_place: bool) -> Answer:
    """A merged entry again: what was corrected on the phone since is added to what is kept with the finding."""
    registrar, kept = Registrar(), said_more(finding, entry)
    named_alike = bare_words(entry.place) == bare_words(finding.place)
    here = entry.item.code == finding.item.code and (named_alike or same_place(entry.spot, entry_of(finding).spot))
    if not here or not registrar.is_same_case(entry, finding):
        why = f"手机上的内容与 {finding.number} 不是同一处的同一问题，没有另行登记。确是另一处的，请重新录入一条。"
        return Answer(finding, True, not_taken=why)
    assert entry.client_id is not None  # noqa: S101 -- take_entry refuses without
    sighting = Sighting.objects.select_for_update(of=("self",)).get(client_id=entry.client_id)
    more = [words for words in (entry.description, *kept) if words and words not in sighting.description]
    description = "；".join(filter(None, (sighting.description, *more)))[:SIGHTING_LENGTH]
    if description != sighting.description:
        sighting.description = description
        sighting.save(update_fields=["description"])
        Activity.record(Verb.UPDATE, finding, by=by, title="再次发现", note="；".join(more))
    return Answer(finding, True, kept)


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


def see_again(finding: Finding, entry: FindingEntry, *, by: User, incident: Incident | None = None) -> tuple[str, ...]:
    """Found again before it was closed: it stands on the finding's page and costs nothing more. Answers what it said more.

    It came from a phone, once under its own key, or from an incident, which leaves the list by that.
    """
    kept = said_more(finding, entry)
    words = "；".join(filter(None, (entry.description, *kept)))
    facts = {"seen_at": entry.found_at, "description": words[:SIGHTING_LENGTH], "recorded_by": by}
    if incident is None:
        note = words or "不重复扣分"
        defaults = {"finding": finding, **facts}
        _, new = Sighting.objects.get_or_create(client_id=entry.client_id, defaults=defaults)
    else:
        note = f"并入炮情 {incident.number}，不重复扣分。{words}"
        _, new = Sighting.objects.get_or_create(finding=finding, incident=incident, defaults=facts)
    if new:
        Activity.record(Verb.UPDATE, finding, by=by, title="再次发现", note=note)
    return kept


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
