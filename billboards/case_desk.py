"""What enforcement cases say to the desk and to the search field: officers, squad leader, legal section, leaders."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from billboards.enums.cases import CaseState
from billboards.filters.cases import STAGES
from billboards.models import Case, CaseClock, CaseQuerySet, Paper
from billboards.reckoning import fine_overdue, to_give_back
from config.desk import Hit, Todo
from config.figure_sources import list_url
from staff.models import User
from staff.permissions import Perms

SHOWN = 8
SHOWN_HITS = 5
SOON = timedelta(days=3)
# What waits for a leader's word, as the list is asked for it: counted by the same conditions.
FOR_LEADERS: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"stage": "verifying"}, "条线索待核查、立案", "去审批"),
    ({"state": "discussed"}, "起案件集体讨论后待决定", "去决定"),
    ({"stage": "heard"}, "起案件待审核、决定", "查看"),
    ({"stage": "routing"}, "起案件待定强制执行", "查看"),
    ({"stage": "finished", "unpaid": "false"}, "起案件可以结案", "去结案"),  # not while a fine is to be collected
)

# The periods of the party after which, in a state, the next step is the bureau's.
RIPE_AFTER = {
    CaseState.NOTICED: ("C_STATEMENT",),
    CaseState.ORDERED: ("ORDER",),
    CaseState.SERVED: ("C_PAY", "REMOVE"),
    CaseState.DEFERRED: ("DEFERRED",),
    CaseState.DUNNED: ("DUNNING", "E_DUNNING_COURT"),
    CaseState.ANNOUNCED: ("ANNOUNCED",),
}


def todo(user: User) -> list[Todo]:
    if not user.has_perm(Perms.VIEW_CASES):
        return []
    return [
        *days_todo(user),
        *ripe_todo(user),
        *review_todo(user),
        *leaders_todo(user),
        *reached_todo(user),
        *money_todo(user),
    ]


def listed(**query: str) -> str:
    return list_url("billboards:case-list", **query)


def days_todo(user: User) -> list[Todo]:
    """Periods that bind the bureau, past or about to end: the officer's own cases; for a squad's leader, the squad's."""
    today = timezone.localdate()
    rows = CaseClock.objects.visible_to(user).running().filter(ours=True, due_on__lte=today + SOON)
    rows = rows.select_related("case").order_by("due_on")
    if not user.has_perm(Perms.LEAD_CASE):
        rows = rows.filter(case__officers__person__account=user, case__officers__recused_on=None)
    return [
        Todo(
            f"{clock.case}：{clock.label}{'已超期' if clock.due_on < today else '将届满'}",
            clock.case.get_absolute_url(),
            "去办",
            clock.due_on,
            light_of_day(clock.due_on, today),
        )
        for clock in rows[:SHOWN]
    ]


def ripe_todo(user: User) -> list[Todo]:
    """Cases whose party had its time (statement, order, payment, dunning): the next step is the bureau's again."""
    over = Q()
    for state, rules in RIPE_AFTER.items():
        over |= Q(case__state=state, rule__in=rules)
    rows = CaseClock.objects.visible_to(user).filter(over, finished_on=None, due_on__lt=timezone.localdate())
    rows = rows.select_related("case").order_by("due_on")
    if not user.has_perm(Perms.LEAD_CASE):
        rows = rows.filter(case__officers__person__account=user, case__officers__recused_on=None)
    first: dict[Case, str] = {}
    for clock in rows:
        first.setdefault(clock.case, f"{clock.label}已届满")
    for case in instalments_missed(user):
        first.setdefault(case, "分期缴纳的一期到期未缴")
    return [
        Todo(f"{case}：{words}，待办下一步", case.get_absolute_url(), "去办", None, "yellow")
        for case, words in list(first.items())[:SHOWN]
    ]


def instalments_missed(user: User) -> CaseQuerySet:
    """Of fines that are paid in instalments: those of which one is past its day, though the last one is to come."""
    rows = fine_overdue(Case.objects.visible_to(user).filter(state=CaseState.DEFERRED), timezone.localdate())
    if not user.has_perm(Perms.LEAD_CASE):
        rows = rows.filter(officers__person__account=user, officers__recused_on=None)
    return rows.order_by("pk")


def money_todo(user: User) -> list[Todo]:
    """Fines past their day, and money that goes back to the party, for who keeps the money."""
    if not user.has_perm(Perms.MANAGE_CASE_MONEY):
        return []
    rows = Case.objects.visible_to(user)
    return [
        *money_line(fine_overdue(rows, timezone.localdate()), "罚款到期未缴清", "去核对", unpaid="true"),
        *money_line(to_give_back(rows), "罚没款待退还", "去退还", refund="true"),
    ]


def money_line(rows: CaseQuerySet, words: str, verb: str, **query: str) -> list[Todo]:
    count, case = rows.count(), rows.order_by("pk").first()
    if case is None:
        return []
    url = reverse("billboards:case-money", args=[case.pk]) if count == 1 else listed(**query)
    return [Todo(f"{count} 起案件{words}", url, verb, None, "orange", count)]


def light_of_day(due: date, today: date) -> str:
    if due < today:
        return "red"
    return "orange" if due == today else "yellow"


def review_todo(user: User) -> list[Todo]:
    if not user.has_perm(Perms.REVIEW_CASE):
        return []
    rows = Case.objects.visible_to(user).filter(state=CaseState.LEGAL_REVIEW)
    return [Todo(f"{case}待法制审核", case.get_absolute_url(), "去审核", None, "orange") for case in rows[:SHOWN]]


def leaders_todo(user: User) -> list[Todo]:
    if not user.has_perm(Perms.APPROVE_CASE):
        return []
    rows, found = Case.objects.visible_to(user), []
    for query, words, verb in FOR_LEADERS:
        waiting = rows.filter(state__in=states_of(query))
        if "unpaid" in query:
            waiting = waiting.exclude(pk__in=fine_overdue(rows, timezone.localdate()).values("pk"))
        count, first = waiting.count(), waiting.order_by("received_on").first()
        if first is not None:
            url = first.get_absolute_url() if count == 1 else listed(**query)
            found.append(Todo(f"{count} {words}", url, verb, None, "yellow", count))
    return found


def states_of(query: dict[str, str]) -> tuple[str, ...]:
    return STAGES[query["stage"]][1] or () if "stage" in query else (query["state"],)


def reached_todo(user: User) -> list[Todo]:
    """Cases whose earliest lawful day of coercion has come, for those who choose the way."""
    if not (user.has_perm(Perms.LEAD_CASE) or user.has_perm(Perms.APPROVE_CASE)):
        return []
    query = {"enforceable": "true", "stage": "choosing"}
    rows = Case.objects.visible_to(user).filter(coercion_from__lte=timezone.localdate(), state__in=states_of(query))
    count = rows.count()
    if not count:
        return []
    return [Todo(f"{count} 起案件已到最早可强制日期", listed(**query), "查看", None, "green", count)]


def search(user: User, query: str) -> list[Hit]:
    """Cases by any of their numbers, by party or place; papers by number."""
    if not user.has_perm(Perms.VIEW_CASES):
        return []
    numbers = Q(number__contains=query) | Q(filing_number__contains=query) | Q(external_number=query)
    rows = Case.objects.visible_to(user).filter(numbers | Q(party_name__contains=query) | Q(place__contains=query))
    papers = Paper.objects.visible_to(user).filter(Q(number__contains=query) | Q(outside_number__contains=query))
    return [
        *(
            Hit(str(case), case.get_absolute_url(), "执法案件", f"{case.get_state_display()} {case.place}")
            for case in rows[:SHOWN_HITS]
        ),
        *(
            Hit(str(paper), paper.get_absolute_url(), "案件文书", str(paper.case))
            for paper in papers.select_related("case")[:SHOWN_HITS]
        ),
    ]
