"""What key tasks, plans and problems say to the desk and to the search field."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from config.desk import Hit, Number, Todo
from config.figure_sources import list_url
from config.periods import Period
from reports.enums import TaskState
from reports.models import KeyTask, PlanItem, Problem, TallyEntry
from staff.models import User
from staff.permissions import Perms

SHOWN_HITS = 5
SHOWN_TASKS = 8
AHEAD = timedelta(days=30)  # tasks due later need no reminder


def todo(user: User) -> list[Todo]:
    return [*tasks_due(user), *outcomes_missing(user)]


def tasks_due(user: User) -> list[Todo]:
    """Open tasks of the user's units that are late or due within a month; the office sees everybody's late ones."""
    today = timezone.localdate()
    rows = KeyTask.objects.visible_to(user).recorded().filter(closed_on=None, due__lte=today + AHEAD)
    mine = Q(owner__in=user.unit_ids)
    if user.has_perm(Perms.MANAGE_TASKS):
        mine |= Q(due__lt=today)
    return [
        Todo(
            f"重点工作“{task.title}”{task.due_words}（{task.owner.label}）",
            task.get_absolute_url(),
            "去办",
            task.due,
            task.due_light,
        )
        for task in rows.filter(mine).select_related("owner").order_by("due", "pk")[:SHOWN_TASKS]
    ]


def outcomes_missing(user: User) -> list[Todo]:
    """Plans of half-years that are over without a word on how they turned out; for who keeps them."""
    if not user.has_perm(Perms.MANAGE_TASKS):
        return []
    today = timezone.localdate()
    present = Period.half_year_of(today)
    rows = PlanItem.objects.recorded().filter(starts_on__lt=present.start, outcome="")
    count = rows.count()
    if not count:
        return []
    query = urlencode({"outcome": "pending", "until": (present.start - timedelta(days=1)).isoformat()})
    url = f"{reverse('reports:plan-list')}?{query}"
    return [Todo(f"{count} 项上期计划没有登记完成情况", url, "去登记", None, "yellow", count)]


def own(user: User) -> list[QuerySet]:
    """Tasks that the unit is in charge of or that the user recorded."""
    if not user.has_perm(Perms.VIEW_TASKS):
        return []
    tasks = KeyTask.objects.visible_to(user).filter(Q(owner__in=user.unit_ids) | Q(recorded_by=user.pk))
    return [tasks]


def numbers(user: User) -> list[Number]:
    """Of what one sees: the unit's own, or all."""
    if not user.has_perm(Perms.VIEW_TASKS):
        return []
    today = timezone.localdate()
    month = Period.between(today.replace(day=1), today)
    entries = TallyEntry.objects.visible_to(user).within(month).count()
    running = KeyTask.objects.visible_to(user).recorded().filter(state=TaskState.OPEN).count()
    days = {"since": month.start.isoformat(), "until": today.isoformat()}
    return [
        Number("在办重点工作", running, "项", list_url("reports:task-list", state=TaskState.OPEN.value)),
        Number("本月登记台账", entries, "条", list_url("reports:tally-list", **days)),
    ]


def search(user: User, query: str) -> list[Hit]:
    """Tasks by title, source or person; entries by place; problems and plans by title."""
    if not user.has_perm(Perms.VIEW_TASKS):
        return []
    named = Q(title__contains=query) | Q(source__contains=query) | Q(responsible__contains=query)
    tasks = KeyTask.objects.visible_to(user).filter(named | Q(superior__contains=query)).select_related("owner")
    entries = TallyEntry.objects.visible_to(user).recorded().filter(Q(place__contains=query) | Q(note__contains=query))
    problems = Problem.objects.visible_to(user).recorded().filter(title__contains=query)
    plans = PlanItem.objects.visible_to(user).recorded().filter(title__contains=query)
    return [
        *(Hit(each.title, each.get_absolute_url(), "重点工作", each.owner.label) for each in tasks[:SHOWN_HITS]),
        *(
            Hit(str(each), each.get_absolute_url(), "工作量台账", each.place)
            for each in entries.select_related("measure")[:SHOWN_HITS]
        ),
        *(Hit(each.title, each.get_absolute_url(), "存在的问题", each.period.label) for each in problems[:SHOWN_HITS]),
        *(Hit(each.title, each.get_absolute_url(), "工作计划", each.period.label) for each in plans[:SHOWN_HITS]),
    ]
