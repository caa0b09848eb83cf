"""What the assessment says to the desk and to the search field."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from config.clock import end_of_day
from config.desk import Hit, Number, Todo
from config.figure_sources import list_url
from inspections.enums import AppealState, FindingState, RequestState
from inspections.models import Appeal, Bulletin, Extension, Finding, Place, RectificationOrder
from inspections.models.findings import NOT_IN_TIME
from inspections.score_desk import score_todos
from staff.models import User
from staff.permissions import Perms

SHOWN_HITS = 10
WAITS_LONG = timedelta(days=2)  # what was registered before that should be confirmed and ordered by now
EVER = {"found_from": "2000-01-01"}  # without any filter the list opens on the current year


def todo(user: User) -> list[Todo]:
    """What waits for this person: to rectify, confirm, order, review, answer, decide; and what is late, to watch."""
    if not user.has_perm(Perms.VIEW_FINDING):
        return []
    found = to_rectify(user) if user.has_perm(Perms.RECTIFY_FINDING) else late_and_soon(user)
    if user.has_perm(Perms.CONFIRM_FINDING):
        found += queue(user, FindingState.REGISTERED, "条考评问题待确认", "去确认")
    if user.has_perm(Perms.ORDER_FINDING):
        found += queue(user, FindingState.CONFIRMED, "条考评问题待交办", "去交办")
        found += extensions(user)
    if user.has_perm(Perms.REVIEW_FINDING):
        found += to_review(user)
    if user.has_perm(Perms.ORDER_FINDING) or user.has_perm(Perms.DECIDE_FINDING_APPEAL):
        found += appeals(user)
    return found


def address(name: str, **query: str) -> str:
    return list_url(f"inspections:{name}", **query)


def light_of(due: datetime | None) -> str:
    if due is None:
        return "none"
    left = due - timezone.now()
    return "red" if left < timedelta(0) else "orange" if left < timedelta(days=1) else "green"


def to_rectify(user: User) -> list[Todo]:
    """A unit's own cases by deadline: past, within a day, later."""
    now = timezone.now()
    rows = Finding.objects.visible_to(user).filter(lead_unit__in=user.unit_ids, state__in=FindingState.WITH_UNIT)
    day = now + timedelta(days=1)
    kinds = (
        ("late", Q(due_at__lt=now), "red", "条考评问题已逾期，请马上整改反馈"),
        ("soon", Q(due_at__range=(now, day)), "orange", "条考评问题一天内到期"),
        ("later", Q(due_at__gt=day) | Q(due_at=None), "green", "条考评问题待整改"),
    )
    found = []
    for due, condition, light, words in kinds:
        part = rows.filter(condition)
        count, first = part.count(), part.order_by("due_at").first()
        if first is not None:
            found.append(
                Todo(f"{count} {words}", address("rectification-list", due=due), "去整改", first.due_at, light, count)
            )
    return found


def late_and_soon(user: User) -> list[Todo]:
    """Open findings past their deadline, and those due within a day, each as one line that opens the list."""
    now = timezone.now()
    waiting = Finding.objects.visible_to(user).filter(state__in=FindingState.OPEN, due_at__isnull=False)
    late, soon = waiting.filter(NOT_IN_TIME, due_at__lt=now), Finding.objects.visible_to(user).due_soon()
    verb = "去督办" if user.has_perm(Perms.ORDER_FINDING) else "查看"
    today = {"overdue": timezone.localdate().isoformat()}
    what = "条考评问题" if user.sees_all_units else "条与我单位有关的考评问题"  # those in which it holds a share
    kinds = (
        (late, "red", f"{what}逾期未整改", today),
        (soon, "orange", f"{what}一天内到期", {"soon": "true"}),
    )
    found = []
    for rows, light, words, more in kinds:
        count, first = rows.count(), rows.order_by("due_at").first()
        if first is not None:
            url = address("finding-list", state="open", sort="due_at", **EVER, **more)
            found.append(Todo(f"{count} {words}", url, verb, first.due_at, light, count))
    return [*found, *score_todos(user)]


def queue(user: User, state: FindingState, words: str, verb: str) -> list[Todo]:
    """Findings that wait for the office; amber once the oldest waits long."""
    rows: QuerySet[Finding] = Finding.objects.visible_to(user).filter(state=state)
    count, oldest = rows.count(), rows.order_by("registered_at").first()
    if oldest is None:
        return []
    light = "yellow" if timezone.now() - oldest.registered_at > WAITS_LONG else "none"
    url = address("finding-list", state=state.value, sort="found_at", **EVER)
    return [Todo(f"{count} {words}", url, verb, None, light, count)]


def to_review(user: User) -> list[Todo]:
    rows = Finding.objects.visible_to(user).filter(state=FindingState.REPORTED)
    count, first = rows.count(), rows.order_by("due_at").first()
    if first is None:
        return []
    light = light_of(first.due_at)
    return [Todo(f"{count} 条考评问题已反馈，待复查", address("review-list"), "去复查", first.due_at, light, count)]


def extensions(user: User) -> list[Todo]:
    """To be answered before the deadline that they ask to move."""
    rows = Extension.objects.visible_to(user).pending()
    count, first = rows.count(), rows.order_by("old_due_at").first()
    if first is None:
        return []
    url = address("extension-list", state=RequestState.PENDING.value)
    return [Todo(f"{count} 件延期申请待答复", url, "去答复", first.old_due_at, light_of(first.old_due_at), count)]


def appeals(user: User) -> list[Todo]:
    rows = Appeal.objects.visible_to(user).pending()
    count, first = rows.count(), rows.order_by("answer_by").first()
    if first is None:
        return []
    day = first.answer_by
    light = light_of(end_of_day(day) if day else None)
    verb = "去裁定" if user.has_perm(Perms.DECIDE_FINDING_APPEAL) else "查看"
    url = address("appeal-list", state=AppealState.PENDING.value)
    return [Todo(f"{count} 件考评申诉待裁定", url, verb, day, light, count)]


def own(user: User) -> list[QuerySet]:
    """The cases that this person's unit answers for."""
    if not user.has_perm(Perms.VIEW_FINDING):
        return []
    return [Finding.objects.visible_to(user).filter(lead_unit__in=user.unit_ids)]


def numbers(user: User) -> list[Number]:
    """Of the unit that answers for them; of all where one sees all."""
    if not user.has_perm(Perms.VIEW_FINDING):
        return []
    rows, lead = Finding.objects.visible_to(user).counted(), dict[str, str]()
    if not user.sees_all_units and user.unit_id:
        rows, lead = rows.filter(lead_unit=user.unit_id), {"lead_unit": str(user.unit_id)}
    month = timezone.localdate().replace(day=1)
    year = month.replace(month=1).isoformat()
    counts = rows.aggregate(
        month=Count("pk", filter=Q(found_on__gte=month)),
        open=Count("pk", filter=Q(state__in=FindingState.OPEN)),
        again=Count("pk", filter=Q(found_on__gte=year, recurrence__gt=0)),
    )
    return [
        Number("本月考评问题", counts["month"], "条", address("finding-list", found_from=month.isoformat(), **lead)),
        Number("未销号", counts["open"], "条", address("finding-list", state="open", **EVER, **lead)),
        Number("本年反复", counts["again"], "条", address("finding-list", recurrence="true", found_from=year, **lead)),
    ]


def search(user: User, query: str) -> list[Hit]:
    if not user.has_perm(Perms.VIEW_FINDING):
        return []
    rows = Finding.objects.visible_to(user).matching(query).select_related("item", "lead_unit")
    found = [
        Hit(
            f"{finding.number} {finding.item.name}",
            finding.get_absolute_url(),
            "考评问题",
            f"{finding.lead_unit.label} {finding.place}",
        )
        for finding in rows[:SHOWN_HITS]
    ]
    papers = RectificationOrder.objects.visible_to(user).filter(number__contains=query).select_related("unit")
    found += [Hit(order.number, order.get_absolute_url(), "交办单", order.unit.label) for order in papers[:SHOWN_HITS]]
    return found + found_bulletins(user, query) + found_places(user, query)


def found_bulletins(user: User, query: str) -> list[Hit]:
    rows = Bulletin.objects.visible_to(user).filter(Q(number__contains=query) | Q(title__contains=query))
    return [Hit(each.title, each.get_absolute_url(), "考评通报", each.number) for each in rows[:SHOWN_HITS]]


def found_places(user: User, query: str) -> list[Hit]:
    rows = Place.objects.visible_to(user).filter(name__contains=query)
    return [Hit(place.name, place.get_absolute_url(), "点位", place.get_area_display()) for place in rows[:SHOWN_HITS]]
