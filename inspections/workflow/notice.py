"""Who is told: the unit's people, the assessment office, the leaders. Everybody who holds the right through a role."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from staff.models import Unit, User
from staff.permissions import Perms


def holders(permission: Perms) -> QuerySet[User]:
    app, _, codename = permission.partition(".")
    rows = User.objects.filter(is_active=True)
    return rows.filter(
        groups__permissions__codename=codename, groups__permissions__content_type__app_label=app
    ).distinct()


def people_of(units: Collection[int]) -> QuerySet[User]:
    """Who answers for these units: their own people and those of the units above, as far as they may rectify."""
    above = Unit.objects.filter(pk__in=units, parent__isnull=False).values("parent_id")
    return holders(Perms.RECTIFY_FINDING).filter(Q(unit__in=units) | Q(unit__in=above))


def office() -> QuerySet[User]:
    return holders(Perms.ORDER_FINDING)
