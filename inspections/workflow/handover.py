"""An incident of the fireworks ban that also costs points: registered as a finding, once (ADR 0008)."""

from __future__ import annotations

from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q

from fireworks.models import Incident, IncidentPhoto
from inspections.enums import FindingState, PhotoKind
from inspections.models import Finding, FindingPhoto
from inspections.registrar import FindingEntry, over_at
from inspections.workflow.findings import AlreadyOpen, register_finding
from inspections.workflow.steps import locked
from inspections.workflow.street import check_same_case, see_again
from staff.models import Activity, User, Verb
from staff.refusals import Refused

COPIED = ("original_name", "content_type", "size", "sha256", "source_sha256", "shot_at", "latitude", "longitude")


@transaction.atomic
def register_incident(entry: FindingEntry, incident: Incident, *, by: User) -> Finding:
    """Register `entry` as the finding of a confirmed incident; its photos are copied.

    Where the same problem is registered there and was still open, the incident belongs to that finding and costs nothing
    more (step 3): the answer is that one, whose `incident` is another or none. Refused if the incident is not confirmed
    (any longer), or belongs to a finding that stands.
    """
    current = Incident.objects.select_for_update().get(pk=incident.pk)
    if not Incident.objects.confirmed().filter(pk=current.pk).exists():
        raise Refused(f"炮情 {current.number} {current.get_state_display()}，核实属实的才能登记为考评问题。")
    standing = Finding.objects.counted().filter(Q(incident=current) | Q(sightings__incident=current)).first()
    if standing is not None:
        raise Refused(f"炮情 {current.number} 已登记为考评问题 {standing.number}，不重复扣分。")
    try:
        with transaction.atomic():
            finding = register_finding(entry, by=by)
    except AlreadyOpen as again:
        finding = locked(again.finding)
        if finding.state == FindingState.VOIDED:
            raise Refused(f"{finding.number}刚刚作废，没有并入。请重新登记。") from again
        over = over_at(finding.state, finding.found_at, finding.closed_at)
        if over is not None and over <= entry.found_at:  # put right that very day, and found again: another case
            raise
        check_same_case(entry, finding)
        see_again(finding, entry, by=by, incident=current)
    else:
        finding.incident = current
        finding.save(update_fields=["incident"])
        Activity.record(Verb.CREATE, finding, by=by, title=f"由炮情 {current.number} 登记")
    for photo in current.photos.all():
        copy_photo(photo, finding)
    return finding


def copy_photo(photo: IncidentPhoto, finding: Finding) -> FindingPhoto:
    """The same picture, checked and re-encoded when it came; a file of its own, so that neither record holds the other's."""
    with photo.file.open("rb") as stored:
        content = ContentFile(stored.read(), name=PurePath(str(photo.file.name)).name)
    facts = {name: getattr(photo, name) for name in COPIED}
    return FindingPhoto.objects.create(
        finding=finding, kind=PhotoKind.NEAR, file=content, uploaded_by_id=photo.uploaded_by_id, **facts
    )
