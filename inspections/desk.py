"""What the assessment says to the desk and to the search field."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from config.desk import Hit, Todo
from inspections.enums import FindingState
from inspections.models import Finding
from staff.models import User
from staff.permissions import Perms

SHOWN_HITS = 10


def todo(user: User) -> list[Todo]:
    """Open findings past their deadline, and those due within a day, each as one line that opens the list."""
    if not user.has_perm(Perms.VIEW_FINDING):
        return []
    now = timezone.now()
    waiting = Finding.objects.visible_to(user).filter(state=FindingState.REGISTERED, due_at__isnull=False)
    late, soon = waiting.filter(due_at__lt=now), waiting.filter(due_at__range=(now, now + timedelta(days=1)))
    verb = "去销号" if user.has_perm(Perms.CLOSE_FINDING) else "查看"
    found = []
    today, no_day = {"overdue": timezone.localdate().isoformat()}, dict[str, str]()
    kinds = (
        (late, "red", "条考评问题逾期未整改", today),
        (soon, "orange", "条考评问题一天内到期", no_day),
    )
    for rows, light, words, more in kinds:
        count, first = rows.count(), rows.order_by("due_at").first()
        if first is not None:
            query = {"state": "registered", "sort": "due_at", "found_from": "2000-01-01", **more}
            url = f"{reverse('inspections:finding-list')}?{urlencode(query)}"
            found.append(Todo(f"{count} {words}", url, verb, first.due_at, light, count))
    return found


def search(user: User, query: str) -> list[Hit]:
    if not user.has_perm(Perms.VIEW_FINDING):
        return []
    rows = Finding.objects.visible_to(user).select_related("item", "lead_unit")
    if query.startswith("考"):
        rows = rows.numbered(query)
    else:
        rows = rows.filter(Q(place__contains=query) | Q(description__contains=query))
    return [
        Hit(
            f"{finding.number} {finding.item.name}",
            finding.get_absolute_url(),
            "考评问题",
            f"{finding.lead_unit.label} {finding.place}",
        )
        for finding in rows[:SHOWN_HITS]
    ]
