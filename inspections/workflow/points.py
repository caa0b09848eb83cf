"""Points that change after registration: decided on appeal or by a leader, or because an earlier finding came or went."""

from __future__ import annotations

from decimal import Decimal

from inspections.models import Finding, FindingShare
from inspections.registrar import FindingEntry, Registrar, entry_of, over_at
from inspections.responsibility import Responsibility
from staff.models import Activity, User, Verb, changed_fields


def share_points(finding: Finding) -> None:
    """Divide the finding's points over its shares anew."""
    shares = list(finding.shares.all())
    answer = Responsibility({share.unit_id: share.share for share in shares}, finding.lead_unit_id)
    parts = answer.parts(finding.points)
    for share in shares:
        share.points = parts[share.unit_id]
    FindingShare.objects.bulk_update(shares, ["points"])


def set_points(finding: Finding, points: Decimal) -> None:
    """Store decided points on a locked finding and its shares; what they were stays in the record that decided."""
    finding.points = points
    finding.version += 1
    finding.save(update_fields=["points", "version"])
    share_points(finding)


def rescore_later(entry: FindingEntry, registrar: Registrar, *, by: User | None, because: Finding) -> None:
    """Work out anew the later findings at that place: a recurrence of what was voided or moved is none (申诉: 重新计分).

    Points that were decided on appeal or by a leader are never raised by that; nor is what was recorded by itself while
    an earlier one was open.
    """
    for later in registrar.later(entry, without=because.pk):
        answer = registrar.recurrence(entry_of(later), without=later.pk)
        number = answer.number if answer.same_as is None else min(answer.number, later.recurrence)
        if number == later.recurrence:
            continue
        before = {"第几次反复": later.recurrence, "扣分": later.points}
        worth = registrar.points(entry_of(later), number)
        points = later.at_most_decided(worth.points)
        later.recurrence, later.multiplier, later.points = number, worth.multiplier, points
        later.version += 1
        later.save(update_fields=["recurrence", "multiplier", "points", "version"])
        share_points(later)
        changes = changed_fields(before, {"第几次反复": number, "扣分": points})
        Activity.record(Verb.UPDATE, later, by=by, title="重新计分", note=f"因{because.number}有变动", changes=changes)


def rescore_followers(finding: Finding, *, by: User | None) -> None:
    """Score anew what was found after this one was over but entered before that was known.

    Recurrence goes by the days on which things were found and put right, not by the order in which they arrive.
    """
    over = over_at(finding.state, finding.found_at, finding.closed_at)
    if over is None:
        return
    same = Finding.objects.counted().filter(lead_unit=finding.lead_unit_id, item__code=finding.item.code)
    if same.filter(found_at__gte=over).exclude(pk=finding.pk).exists():
        rescore_later(entry_of(finding), Registrar(), by=by, because=finding)
