"""What the permits say to the desk and to the search field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from config.desk import Hit, Number, Todo
from config.figure_sources import list_url
from permits.clocks import light_for
from permits.enums import PermitState
from permits.filters.applications import matching, open_orders, unpaid_past
from permits.models import Application, FeeAssessment, PermitPaper, Road, Survey
from permits.visits import waiting_visits
from staff import workdays
from staff.models import User
from staff.permissions import Perms

SHOWN_HITS = 5
SHOWN_VISITS = 8
SOON = timedelta(days=3)  # how long before its end a site is spoken of
LEVELS = ("red", "orange", "yellow", "green", "none")


def listed(**query: str) -> str:
    return list_url("permits:application-list", **query)


def todo(user: User) -> list[Todo]:
    if not user.has_perm(Perms.VIEW_PERMITS):
        return []
    return [
        *waiting(user), *my_surveys(user), *on_site(user), *planned_visits(user), *emergencies(user), *money(user),
    ]  # fmt: skip


# State → words, verb, whose.
WAITING: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (PermitState.RECEIVED, "件申请待受理", "去受理", (Perms.RECEIVE_PERMIT,)),
    (PermitState.ACCEPTED, "件申请待派单查勘", "去派单", (Perms.HANDLE_PERMIT,)),
    (PermitState.SURVEYED, "件申请待提交会审", "去提交", (Perms.HANDLE_PERMIT,)),
    (PermitState.GOV_PENDING, "件申请等政府批复", "查看", (Perms.HANDLE_PERMIT,)),
    (PermitState.IN_REVIEW, "件申请待会审决定", "去决定", (Perms.DECIDE_PERMIT, Perms.HANDLE_PERMIT)),
    (PermitState.GRANTED, "件许可待收费发证", "去办", (Perms.HANDLE_PERMIT, Perms.RECEIVE_PERMIT)),
    (PermitState.FEE_DUE, "件许可待缴费", "去登记", (Perms.COLLECT_FEES, Perms.HANDLE_PERMIT)),
    (PermitState.CHANGING, "件变更申请待决定", "去决定", (Perms.DECIDE_PERMIT, Perms.HANDLE_PERMIT)),
    (PermitState.EXPIRED, "件许可到期未竣工", "去核查", (Perms.HANDLE_PERMIT, Perms.SURVEY_PERMIT)),
    (PermitState.COMPLETION, "处待验收", "去验收", (Perms.SURVEY_PERMIT,)),
)


def due_of(case: Application) -> date | None:
    """The day by which this case's next step is to be done."""
    match case.state:
        case PermitState.RECEIVED:
            return None if case.supplement_told_on else case.supplement_due
        case PermitState.GRANTED:
            return case.deliver_due
        case PermitState.FEE_DUE:
            return case.pay_due or case.deliver_due
        case PermitState.EXPIRED:
            return case.ends_on
        case PermitState.CHANGING:
            return case.change_due
        case PermitState.COMPLETION:
            return None
    return case.decide_due


def waiting(user: User) -> list[Todo]:
    """One line a state that waits for this user; the light is that of the worst case. One query."""
    mine = [row for row in WAITING if any(user.has_perm(right) for right in row[3])]
    states = [row[0] for row in mine]
    cases = list(Application.objects.visible_to(user).filter(state__in=states))
    today, calendar = timezone.localdate(), workdays.load()
    found = []
    for state, words, verb, _ in mine:
        rows = [case for case in cases if case.state == state]
        if rows:
            lights = [light_for(case, today, calendar) for case in rows]
            worst = min((LEVELS.index(each.level) for each in lights if each), default=len(LEVELS) - 1)
            due = min((due_of(case) or date.max for case in rows), default=None)
            url = rows[0].get_absolute_url() if len(rows) == 1 else listed(state=str(state))
            found.append(
                Todo(
                    f"{len(rows)} {words}",
                    url,
                    verb,
                    due if due != date.max else None,
                    LEVELS[worst],
                    len(rows),
                )
            )
    return found


def my_surveys(user: User) -> list[Todo]:
    """Surveys that I am sent to."""
    if not user.has_perm(Perms.SURVEY_PERMIT):
        return []
    today = timezone.localdate()
    rows = Survey.objects.filter(Q(first__account=user) | Q(second__account=user), surveyed_at=None)
    return [
        Todo(
            f"现场查勘 {survey.application.number}：{survey.application.location}",
            reverse("permits:survey-fill", args=[survey.application_id]),
            "去查勘",
            survey.due_on,
            "red" if survey.is_late(today) else "orange" if survey.due_on == today else "yellow",
        )
        for survey in rows.select_related("application").order_by("due_on")[:20]
    ]


def on_site(user: User) -> list[Todo]:
    """Sites of my squad that end soon; orders whose day is over."""
    if not user.has_perm(Perms.SURVEY_PERMIT):
        return []
    today = timezone.localdate()
    sites = Application.objects.visible_to(user)
    ending = sites.filter(state=PermitState.ACTIVE, ends_on__range=(today, today + SOON))
    late = open_orders().filter(application__in=sites, due_on__lt=today)
    return [
        *counted(ending, "处许可工地三天内到期", listed(state="active", expiring="3"), "yellow", "ends_on"),
        *counted(late, "份责令改正逾期未改", listed(late="order"), "red", "due_on"),
    ]


def planned_visits(user: User) -> list[Todo]:
    """Looks at my squad's sites whose day is here, tomorrow or past: the most urgent by name, the rest as one number."""
    if not user.has_perm(Perms.SURVEY_PERMIT):
        return []
    today = timezone.localdate()
    rows = waiting_visits(user, today)
    found = []
    for case, visit in rows[:SHOWN_VISITS]:
        light = visit.light(today)
        url = reverse("permits:inspection-create", args=[case.pk])
        words = f"{visit.label} {case.number}：{case.location}（{visit.words(today)}）"
        found.append(Todo(words, url, "去检查", visit.due, light.level if light else "none"))
    if rest := len(rows) - len(found):
        found.append(Todo(f"另有 {rest} 处工地应检查", listed(state="active"), "查看", None, "yellow", rest))
    return found


def counted(rows: QuerySet, words: str, url: str, light: str, due: str = "") -> Iterable[Todo]:
    """One line for all, with the earliest of their days to be done by, where they have one (`due`)."""
    found = rows.aggregate(count=Count("pk", distinct=True), **({"first": Min(due)} if due else {}))
    if found["count"]:
        yield Todo(f"{found['count']} {words}", url, "查看", found.get("first"), light, found["count"])


def money(user: User) -> list[Todo]:
    """What finance runs after: fees past the day to pay by, refunds that have not arrived."""
    if not user.has_perm(Perms.COLLECT_FEES):
        return []
    cases = Application.objects.visible_to(user)
    late = cases.filter(unpaid_past(timezone.localdate()))
    back = FeeAssessment.objects.visible_to(user).current().refunding()
    refunding = list_url("permits:assessment-list", standing="refunding")
    return [
        *counted(late, "件许可超过缴费期限，待催缴", listed(late="pay"), "red", "pay_due"),
        *counted(back, "笔费用的退费未到账", refunding, "yellow"),
    ]


def emergencies(user: User) -> list[Todo]:
    """Each by itself: the hours run."""
    if not user.has_perm(Perms.RECEIVE_PERMIT):
        return []
    rows = Application.objects.visible_to(user).filter(state=PermitState.EMERGENCY).select_related("emergency")
    now = timezone.now()
    return [
        Todo(
            f"抢修 {row.number} {'已超过24小时未补办' if row.emergency.was_late else f'还剩 {row.emergency.hours_left(now)} 小时补办'}",
            row.get_absolute_url(),
            "去补办",
            row.emergency.due_at,
            "red" if row.emergency.was_late else "orange",
        )
        for row in rows.filter(emergency__isnull=False)[:20]
    ]


def own(user: User) -> list[QuerySet]:
    """What one entered or handles, and what the squad watches over."""
    mine = Q(recorded_by=user.pk) | Q(handler=user.pk) | Q(squad__in=user.unit_ids)
    return [Application.objects.visible_to(user).filter(mine)]


def numbers(user: User) -> list[Number]:
    """Of the applications that one sees: the squad's own, or all."""
    if not user.has_perm(Perms.VIEW_PERMITS):
        return []
    year = timezone.localdate().replace(month=1, day=1)
    counts = Application.objects.visible_to(user).aggregate(
        year=Count("pk", filter=Q(received_on__gte=year)),
        deciding=Count("pk", filter=Q(state__in=PermitState.DECIDING)),
        site=Count("pk", filter=Q(state__in=PermitState.ON_SITE)),
    )
    return [
        Number("本年收件", counts["year"], "件", listed(received_from=year.isoformat())),
        Number("受理未决定", counts["deciding"], "件", listed(state="deciding")),
        Number("发证未验收", counts["site"], "处", listed(state="site")),
    ]


def search(user: User, query: str) -> list[Hit]:
    """Applications by number, applicant, place, licence; papers by number; roads by name."""
    if not user.has_perm(Perms.VIEW_PERMITS):
        return []
    cases = Application.objects.visible_to(user).filter(matching(query))
    papers = PermitPaper.objects.visible_to(user).filter(Q(number__contains=query) | Q(outside_number__contains=query))
    roads = Road.objects.visible_to(user).filter(name__contains=query)
    return [
        *(
            Hit(f"{row.number} {row.applicant_name}", row.get_absolute_url(), "许可", row.location)
            for row in cases[:SHOWN_HITS]
        ),
        *(Hit(str(row), row.get_absolute_url(), "许可文书", "") for row in papers[:SHOWN_HITS]),
        *(Hit(str(row), row.get_absolute_url(), "道路", row.get_manager_display()) for row in roads[:SHOWN_HITS]),
    ]
