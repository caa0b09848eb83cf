"""What the days bring: clocks counted anew, and a word before a period ends and when it has."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q

from billboards.enums.cases import CaseState
from billboards.models import CaseClock
from billboards.workflow import clocks
from staff.models import User, notify
from staff.permissions import Perms

WARN_DAYS = timedelta(days=3)


def watch(today: date) -> int:
    """Count anew and warn. Returns how many warnings went out; run again on the same day it sends none twice."""
    clocks.recount_all()
    end_rights(today)
    rows = CaseClock.objects.filter(finished_on=None, warned=False, due_on__lte=today + WARN_DAYS)
    sent = 0
    for clock in rows.exclude(case__state__in=CaseState.DONE).select_related("case__unit"):
        sent += warn(clock, today)
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
    words = "已超期" if late else "届满" if fresh.ours else "届满后可以办理下一步"
    notify(people, f"{clock.case}：{fresh.label}{fresh.due_on}{words}。", about=clock.case)
    return 1
