"""Who is told: the unit's people, the assessment office, the leaders. Everybody who holds the right through a role."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from config.figure_sources import list_url
from inspections.models import Finding, FindingShare
from staff.models import Unit, User, notify
from staff.permissions import Perms


def people_of(units: Collection[int]) -> QuerySet[User]:
    """Who answers for these units: their own people and those of the units above, as far as they may rectify."""
    above = Unit.objects.filter(pk__in=units, parent__isnull=False).values("parent_id")
    return User.objects.holding(Perms.RECTIFY_FINDING).filter(Q(unit__in=units) | Q(unit__in=above))


def office() -> QuerySet[User]:
    return User.objects.holding(Perms.ORDER_FINDING)


def tell_sharers(findings: Sequence[Finding]) -> None:
    """Findings of one leading unit were delivered: who else pays a part of them is told, for it may appeal from now on."""
    rows = FindingShare.objects.filter(finding__in=findings).exclude(unit=F("finding__lead_unit"))
    parts: dict[int, list[tuple[int, Decimal]]] = {}
    for unit, finding, points in rows.order_by("finding").values_list("unit", "finding", "points"):
        parts.setdefault(unit, []).append((finding, points))
    known = {finding.pk: finding for finding in findings}
    for unit, shared in parts.items():
        first = known[shared[0][0]]
        several = len(shared) > 1
        what = (
            f"{first.number} 等 {len(shared)} 个问题"
            if several
            else f"{first.number} {first.item.name}（{first.place}）"
        )
        address = list_url("inspections:finding-list", found_from="2000-01-01", lead_unit=str(first.lead_unit_id))
        points = sum((each for _, each in shared), Decimal(0))
        notify(
            people_of([unit]),
            f"{what}由{first.lead_unit.label}主责，本单位分摊扣 {points.normalize():f} 分；有异议的可在期限内申诉。",
            url=address if several else first.get_absolute_url(),
        )
