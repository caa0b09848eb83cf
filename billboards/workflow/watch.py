"""What the days bring: clocks counted anew, and a word before a period ends and when it has."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q

from billboards.models import CaseClock
from billboards.workflow import clocks
from staff.models import User, notify
from staff.permissions import Perms

WARN_DAYS = timedelta(days=3)
LATE = "已超期"


def watch(today: date) -> int:
    """Count anew and warn. Returns how many warnings went out; run again on the same day it sends none twice."""
    clocks.recount_all()
    end_rights(today)
    rows = CaseClock.objects.running().select_related("case__unit")
    sent = 0
    for clock in rows.filter(warned=False, due_on__lte=today + WARN_DAYS):
        sent += warn(clock, today)
    for clock in rows.filter(warned=True, ours=True, due_on__lt=today):
        sent += tell_leaders(clock)
    return sent


def end_rights(today: date) -> None:
    """The party's periods for review and suit end by themselves."""
    passed = CaseClock.objects.filter(rule__startswith="R_", finished_on=None, due_on__lt=today)
    passed.update(finished_on=F("due_on"))


@transaction.atomic
def warn(clock: CaseClock, today: date) -> int:
    """Once per clock: to the officers of the case, and when it is late and binds the bureau to the squad's leader too."""
    fresh = CaseClock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    if fresh.warned or fresh.finished_on is not None:
        return 0
    fresh.warned = True
    fresh.save(update_fields=["warned"])
    late = fresh.ours and fresh.due_on < today
    people = User.objects.filter(
        is_active=True, person__in=clock.case.officers.filter(recused_on=None).values("person")
    )
    if late or not people.exists():
        leaders = User.objects.holding(Perms.LEAD_CASE).filter(unit=clock.case.unit)
        people = User.objects.filter(Q(pk__in=people.values("pk")) | Q(pk__in=leaders.values("pk")))
    ends = LATE if late else "届满" if fresh.ours else "届满后可以办理下一步"
    notify(people, words_of(fresh, ends), about=clock.case)
    return 1


@transaction.atomic
def tell_leaders(clock: CaseClock) -> int:
    """What was warned of before its day and has passed it all the same: to the squad's leader, once, as his bell shows."""
    fresh = CaseClock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    words = words_of(fresh, LATE)
    leaders = User.objects.holding(Perms.LEAD_CASE).filter(unit=clock.case.unit).exclude(inbox__text=words)
    if fresh.finished_on is not None or not leaders.exists():
        return 0
    notify(leaders, words, about=clock.case)
    return 1


def words_of(clock: CaseClock, ends: str) -> str:
    return f"{clock.case}：{clock.label}{clock.due_on}{ends}。"
