"""What changed in my cases (我的事项有什么变动): what others did, these days, to what I had a hand in or my unit answers for.

Read from the log, so every room is covered. A fixed number of queries: one for the log, one for the last visit, one for
each kind of record among the few that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from reports.desks import own_rows
from staff.models import Activity, User, Verb

CHANGES_DAYS = 7
HANDLED_DAYS = 180  # what one had a hand in longer ago is no longer one's own
SHOWN_CHANGES = 8
READ_ACTIVITIES = 200  # of these the newest of each record is shown
CHANGING = (Verb.UPDATE, Verb.TRANSITION, Verb.SIGN, Verb.DELETE)

Key = tuple[str, str]  # kind of record, its key


@dataclass(frozen=True)
class Change:
    """One record: the last thing that somebody else did to it, and how many there were."""

    label: str
    kind: str
    url: str
    what: str
    who: str
    happened_at: datetime
    count: int
    is_new: bool  # since the last visit


def changes_for(user: User) -> list[Change]:
    newest: dict[Key, list[Activity]] = {}
    for activity in others_activities(user)[:READ_ACTIVITIES]:
        newest.setdefault((activity.object_type, activity.object_id), []).append(activity)
    records = visible_records(user, newest)
    last_visit = visit_before_this(user)
    shown = [(key, found) for key, found in newest.items() if key in records][:SHOWN_CHANGES]
    return [change_of(records[key], found, last_visit) for key, found in shown]


def others_activities(user: User) -> QuerySet[Activity]:
    """Newest first: done by others within the days, to records that are this person's own."""
    now = timezone.now()
    keyed = Activity.objects.order_by().annotate(key=Concat("object_type", Value(" "), "object_id"))
    handled = keyed.filter(actor=user, happened_at__gte=now - timedelta(days=HANDLED_DAYS))
    mine = Q(key__in=handled.values("key"))  # read once; asked of each row by itself it took half a second
    for rows in own_rows(user):
        keys = rows.order_by().annotate(log_key=Cast("pk", CharField())).values("log_key")
        mine |= Q(object_type=rows.model._meta.label_lower, object_id__in=keys)
    recent = keyed.filter(happened_at__gte=now - timedelta(days=CHANGES_DAYS), verb__in=CHANGING)
    by_others = recent.filter(succeeded=True).exclude(actor=user).exclude(object_id="")
    return by_others.filter(mine).select_related("actor", "principal").order_by("-happened_at", "-pk")


def visible_records(user: User, keys: Iterable[Key]) -> dict[Key, Any]:
    """The records behind the keys that have a page and that this person may see."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(key)
    found: dict[Key, Any] = {}
    for kind, members in by_kind.items():
        rows = rows_with_page(kind, user)
        if rows is not None:
            found |= {(kind, str(row.pk)): row for row in rows.filter(pk__in=members)}
    return found


def rows_with_page(kind: str, user: User) -> QuerySet[Any] | None:
    """What of a kind this person may see; None for a kind without pages, or that is gone."""
    try:
        model = apps.get_model(kind)
    except LookupError:
        return None
    visible = getattr(model._default_manager, "visible_to", None)
    return visible(user) if visible is not None and hasattr(model, "get_absolute_url") else None


def visit_before_this(user: User) -> datetime | None:
    """When this person logged in the time before."""
    logins = Activity.objects.filter(actor=user, verb=Verb.LOGIN).order_by("-pk")
    return logins.values_list("happened_at", flat=True)[1:2].first()


def change_of(record: Any, activities: list[Activity], last_visit: datetime | None) -> Change:
    last = activities[0]
    return Change(
        label=str(record),
        kind=str(record._meta.verbose_name),
        url=record.get_absolute_url(),
        what=last.title or last.get_verb_display(),
        who=f"{last.actor} 代 {last.principal}" if last.principal else str(last.actor or "系统"),
        happened_at=last.happened_at,
        count=len(activities),
        is_new=last_visit is not None and last.happened_at > last_visit,
    )
