"""Who is told: the unit's people, the assessment office, the leaders. Everybody who holds the right through a role."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from staff.models import Unit, User
from staff.permissions import Perms


def people_of(units: Collection[int]) -> QuerySet[User]:
    """Who answers for these units: their own people and those of the units above, as far as they may rectify."""
    above = Unit.objects.filter(pk__in=units, parent__isnull=False).values("parent_id")
    return User.objects.holding(Perms.RECTIFY_FINDING).filter(Q(unit__in=units) | Q(unit__in=above))


def office() -> QuerySet[User]:
    return User.objects.holding(Perms.ORDER_FINDING)
