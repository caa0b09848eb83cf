"""What scores and bulletins say to the desk."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from config.desk import Todo
from config.periods import Period
from inspections.enums import BulletinState, FindingState
from inspections.models import Bulletin, Finding, FindingShare, SheetConfirmation
from staff.models import Unit, User
from staff.permissions import Perms


def score_todos(user: User) -> list[Todo]:
    """A bulletin to sign or to draft, one's own 扣分核对单 to confirm."""
    found = []
    drafts = Bulletin.objects.filter(state=BulletinState.DRAFT)
    if user.has_perm(Perms.PUBLISH_BULLETIN):
        found += [Todo(f"待签发：{each}", each.get_absolute_url(), "去签发", None, "orange") for each in drafts]
    month = f"{timezone.localdate().replace(day=1) - timedelta(days=1):%Y-%m}"
    if user.has_perm(Perms.DRAFT_BULLETIN) and is_due(month):
        url = f"{reverse('inspections:bulletin-create')}?month={month}"
        found.append(Todo(f"{Period.parse(month).label}的考评通报还没有拟制", url, "去拟稿", None, "yellow"))
    if user.has_perm(Perms.CONFIRM_SHEET):
        found += sheets_to_confirm(user, month)
    return found


def is_due(month: str) -> bool:
    """There is something to report of the month and no bulletin of it yet, not even a draft."""
    return Finding.objects.filter(month=month).exists() and not Bulletin.objects.filter(month=month).exists()


def sheets_to_confirm(user: User, month: str) -> list[Todo]:
    """Last month's sheets of the user's units, until the bulletin is out."""
    if Bulletin.objects.standing().filter(month=month).exists():
        return []
    with_points = FindingShare.objects.filter(finding__month=month, unit__in=user.unit_ids)
    units = with_points.exclude(finding__state=FindingState.VOIDED).values_list("unit", flat=True).distinct()
    confirmed = SheetConfirmation.objects.filter(month=month).values_list("unit", flat=True)
    return [
        Todo(
            f"{Period.parse(month).label}扣分核对单待确认（{unit.label}）",
            reverse("inspections:checksheet-detail", args=[month, unit.pk]),
            "去核对",
            None,
            "yellow",
        )
        for unit in Unit.objects.assessed().filter(pk__in=set(units) - set(confirmed)).order_by("order")
    ]
