"""What the fireworks ban says to the desk and to the search field."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from config.clock import local_day
from config.desk import Hit, Number, Todo
from config.display import month_day
from config.figure_sources import list_url
from config.periods import Period
from fireworks.enums import IncidentState, RosterState, SwapState
from fireworks.models import (
    Assignment,
    BanBulletin,
    BanEntry,
    Destruction,
    DutyPerson,
    Grid,
    Incident,
    JointAction,
    PublicReport,
    SeizureLot,
    Slot,
    Swap,
    Window,
)
from fireworks.permissions import can_answer_swap, can_decide_swap
from fireworks.workflow.assessment import corrections_due
from staff.models import User, of_own_units
from staff.permissions import Perms

SHOWN_HITS = 5
AHEAD = timedelta(days=14)  # how long before a window its roster should stand
LOOK_BACK = timedelta(days=7)
VERIFY_WITHIN = timedelta(hours=1)  # a report that nobody looked into for an hour is red


def todo(user: User) -> list[Todo]:
    return [*duty_todo(user), *records_todo(user)]


def own(user: User) -> list[QuerySet]:
    """Incidents on the unit's ground."""
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        return []
    return [Incident.objects.visible_to(user).filter(of_own_units(user, "unit") | Q(recorded_by=user.pk))]


def numbers(user: User) -> list[Number]:
    """This year's incidents that one sees: of one's own ground, or all."""
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        return []
    year = timezone.localdate().replace(month=1, day=1)
    count = Incident.objects.visible_to(user).recorded().filter(found_on__gte=year).count()
    return [Number("本年炮情", count, "起", listed("incident-list", found_from=year.isoformat()))]


def search(user: User, query: str) -> list[Hit]:
    return [*duty_search(user, query), *records_search(user, query)]


# --- Duty -------------------------------------------------------------------------------------------------------------


def duty_todo(user: User) -> list[Todo]:
    """My next duty, swaps that wait for me, reports that are missing, rosters to make and publish."""
    now = timezone.now()
    return [*my_next(user, now), *swaps_waiting(user), *reports_missing(user, now), *rosters_due(user, now)]


def my_next(user: User, now: datetime) -> list[Todo]:
    row = (
        Assignment.objects.of(user)
        .filter(slot__ends_at__gt=now, slot__starts_at__lt=now + timedelta(days=3))
        .select_related("slot__grid", "slot__post", "slot__shift")
        .order_by("slot__starts_at")
        .first()
    )
    if row is None:
        return []
    slot = row.slot
    light = "orange" if slot.starts_at < now + timedelta(days=1) else "yellow"
    return [
        Todo(
            f"值班：{month_day(slot.day)} {slot.hours} {slot.place}",
            reverse("fireworks:my-duty"),
            "查看",
            slot.starts_at,
            light,
        )
    ]


def swaps_waiting(user: User) -> list[Todo]:
    rows = Swap.objects.visible_to(user).open().filter(slot__starts_at__gt=timezone.now())
    found = []
    for swap in rows.select_related("slot__grid", "slot__post", "slot__shift", "from_person__person", "to__person")[
        :20
    ]:
        words = "请您接替" if can_answer_swap(user, swap) else "待批准" if can_decide_swap(user, swap) else ""
        if words:
            verb = "答复" if swap.state == SwapState.ASKED else "审批"
            found.append(
                Todo(
                    f"换班{words}：{swap.from_person}，{swap.slot}",
                    swap.get_absolute_url(),
                    verb,
                    swap.slot.starts_at,
                    "orange",
                )
            )
    return found


def reports_missing(user: User, now: datetime) -> list[Todo]:
    """Of my own posts, or of the ground I report for: shifts that ended without a word."""
    rows = Slot.objects.visible_to(user).published().filter(report=None, ends_at__lte=now, ends_at__gt=now - LOOK_BACK)
    if not user.has_perm(Perms.REPORT_DUTY):
        rows = rows.filter(assignments__person__person__account=user, assignments__role="lead")
    count, first = rows.count(), rows.order_by("ends_at").first()
    if first is None:
        return []
    url = (
        first.get_absolute_url()
        if count == 1
        else f"{reverse('fireworks:slot-list')}?reported=false&published=true&day_from={local_day(now - LOOK_BACK)}&day_to={timezone.localdate()}"
    )
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        url = reverse("fireworks:my-duty")
    return [Todo(f"{count} 个岗班已结束，没有报告", url, "去报告", first.ends_at, "red", count)]


def rosters_due(user: User, now: datetime) -> list[Todo]:
    if not user.has_perm(Perms.PLAN_DUTY):
        return []
    today = timezone.localdate()
    rows = Window.objects.filter(end__gte=today, start__lte=today + AHEAD).exclude(roster__state=RosterState.PUBLISHED)
    return [
        Todo(
            f"{window.name}的值班表还没有{'发布' if hasattr(window, 'roster') else '编'}",
            window.roster.get_absolute_url() if hasattr(window, "roster") else window.get_absolute_url(),
            "去编排",
            window.starts_at,
            "red" if window.start <= today + timedelta(days=3) else "yellow",
        )
        for window in rows.select_related("roster").order_by("start")
    ]


def duty_search(user: User, query: str) -> list[Hit]:
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        return []
    found = Grid.objects.visible_to(user).filter(Q(name__contains=query) | Q(head__contains=query) | Q(code=query))
    windows = Window.objects.visible_to(user).filter(name__contains=query)
    people = DutyPerson.objects.visible_to(user).filter(name__contains=query)
    return [
        *(Hit(grid.name, grid.get_absolute_url(), "禁炮网格", grid.head) for grid in found[:SHOWN_HITS]),
        *(
            Hit(window.name, window.get_absolute_url(), "重点时段", str(window.start))
            for window in windows[:SHOWN_HITS]
        ),
        *(
            Hit(person.name, f"{reverse('fireworks:duty-person-list')}?q={person.name}", "值守人员", person.agency)
            for person in people[:SHOWN_HITS]
        ),
    ]


# --- Records ----------------------------------------------------------------------------------------------------------


def records_todo(user: User) -> list[Todo]:
    """Incidents to look into, to handle, to close; rewards to decide; bulletins to make or to sign."""
    return [*incidents_todo(user), *rewards_todo(user), *bulletins_todo(user)]


def listed(route: str, **query: str) -> str:
    return list_url(f"fireworks:{route}", **query)


def incidents_todo(user: User) -> list[Todo]:
    if not user.has_perm(Perms.VERIFY_INCIDENT):
        return []
    rows, found = Incident.objects.visible_to(user), []
    kinds = (
        (IncidentState.REPORTED, "起炮情待核实", "去核实", "orange"),
        (IncidentState.VERIFIED, "起炮情待处置", "去处置", "yellow"),
        (IncidentState.HANDLED, "起炮情待办结", "去办结", "green"),
    )
    for state, words, verb, light in kinds:
        waiting = rows.filter(state=state)
        count, first = waiting.count(), waiting.order_by("found_at").first()
        if first is None:
            continue
        late = state == IncidentState.REPORTED and first.found_at < timezone.now() - VERIFY_WITHIN
        url = listed("incident-list", state=state.value, sort="found_at")
        found.append(Todo(f"{count} {words}", url, verb, None, "red" if late else light, count))
    return found


def rewards_todo(user: User) -> list[Todo]:
    """First reports of what turned out true, not by staff, without a reward decided."""
    first = PublicReport.objects.filter(incident=OuterRef("incident")).order_by("received_at", "pk").values("pk")[:1]
    waiting = PublicReport.objects.visible_to(user).filter(
        granted_at=None, by_staff=False, incident__state__in=IncidentState.CONFIRMED, pk=Subquery(first)
    )
    count = waiting.count()
    if not count:
        return []
    url = listed("public-report-list", reward="none")
    return [Todo(f"{count} 份群众举报待核定奖励", url, "去核定", None, "yellow", count)]


def bulletins_todo(user: User) -> list[Todo]:
    """Last month's bulletin for who makes it; drafts for who signs them; corrections that are due."""
    today, found = timezone.localdate(), []
    last = Period.month(today.year, today.month).preceding()
    if user.has_perm(Perms.ASSESS_BAN):
        if not BanBulletin.objects.filter(month=last.key).exists() and BanEntry.objects.recorded().exists():
            url = reverse("fireworks:bulletin-create")
            found.append(Todo(f"{last.label}禁炮考评通报还没有拟制", url, "去拟稿", None, "yellow"))
        for bulletin in corrections_due():
            words = f"{bulletin}签发后扣分有变动，要拟更正通报"
            found.append(Todo(words, bulletin.get_absolute_url(), "查看", None, "orange"))
    if user.has_perm(Perms.ISSUE_BAN_BULLETIN):
        drafts = BanBulletin.objects.filter(signed_at=None).order_by("month")
        found += [Todo(f"{draft}待签发", draft.get_absolute_url(), "去签发", None, "orange") for draft in drafts]
    return found


def records_search(user: User, query: str) -> list[Hit]:
    """Incidents, lots, actions and destructions by number, name, place; reports by code (for the few); bulletins."""
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        return []
    incidents = Incident.objects.visible_to(user).filter(Q(number__startswith=query) | Q(place__contains=query))
    lots = SeizureLot.objects.visible_to(user).filter(Q(number__startswith=query) | Q(place__contains=query))
    actions = (
        JointAction.objects.visible_to(user).recorded().filter(Q(number__startswith=query) | Q(name__contains=query))
    )
    burnt = (
        Destruction.objects.visible_to(user).recorded().filter(Q(number__startswith=query) | Q(place__contains=query))
    )
    bulletins = BanBulletin.objects.visible_to(user).filter(number__contains=query).exclude(number="")
    reports = PublicReport.objects.visible_to(user).filter(code=query.upper()).select_related("incident")
    return [
        *(Hit(each.number, each.get_absolute_url(), "炮情", each.place) for each in incidents[:SHOWN_HITS]),
        *(Hit(each.number, each.get_absolute_url(), "收缴物品", each.place) for each in lots[:SHOWN_HITS]),
        *(Hit(each.number, each.get_absolute_url(), "联合行动", each.name) for each in actions[:SHOWN_HITS]),
        *(Hit(each.number, each.get_absolute_url(), "集中销毁", each.place) for each in burnt[:SHOWN_HITS]),
        *(Hit(each.number, each.get_absolute_url(), "禁炮考评通报", str(each)) for each in bulletins[:SHOWN_HITS]),
        *(Hit(str(each), each.get_absolute_url(), "群众举报", each.incident.number) for each in reports[:SHOWN_HITS]),
    ]
