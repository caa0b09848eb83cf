"""Recent findings of the demo bureau in every state, with orders, a request for more time and an appeal under way.

They hang on the present day, so that the desk shows work whenever the demo is made. Through the same doors as in life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from inspections.enums import AppealGround, AreaType, FindingState, Handling, ReviewOutcome, Role
from inspections.models import Finding, Item
from inspections.registrar import FindingEntry
from inspections.workflow import appeals, orders, rectification
from inspections.workflow import findings as workflow
from staff.models import Unit, UnitKind, User
from staff.permissions import Roles

PLACES = (
    "样例大道18号门前",
    "演示路菜市场东门",
    "示范街公交站旁",
    "湖岸示例路步道",
    "样板巷6号巷口",
    "试点路工地出入口",
)
STREETS = Q(kind__in=(UnitKind.STREET, UnitKind.MANAGEMENT_OFFICE))
# How far each of a unit's findings has come; the first unit has one of each.
COURSES: tuple[FindingState, ...] = (
    FindingState.ORDERED,
    FindingState.RETURNED,
    FindingState.REPORTED,
    FindingState.CLOSED,
    FindingState.CONFIRMED,
    FindingState.REGISTERED,
    FindingState.SHELVED,
    FindingState.DEDUCTED,
    FindingState.ORDERED,
    FindingState.ORDERED,
)


def person(role: Roles) -> User | None:
    return User.objects.filter(groups__name=role.value, is_active=True).order_by("pk").first()


def seed() -> int:
    """Make them; returns how many. Without accounts (a bench, a bare test) there is nobody to order, and nothing is."""
    office, contact = person(Roles.ASSESSMENT_OFFICE), person(Roles.STREET_CONTACT)
    if office is None or contact is None:
        return 0
    units = [contact.unit, *Unit.objects.filter(STREETS).exclude(pk=contact.unit_id).order_by("order")]
    made = [
        walk(finding, course, office=office, contact=contact)
        for unit, courses in zip(units[:3], (COURSES, COURSES[:4], COURSES[:2]), strict=False)
        for finding, course in recent(unit, courses, office)
    ]
    ask(made, contact)
    return len(made)


def recent(unit: Unit, courses: tuple[FindingState, ...], by: User) -> Iterator[tuple[Finding, FindingState]]:
    """Items for which the street answers in the first place, so that the orders go to it."""
    own = Item.objects.filter(shares__role=Role.TERR, shares__share__gt=Decimal("0.5")).order_by("code")
    items = [item for item in own if AreaType.MAIN_ROAD in item.areas]
    now = timezone.now()
    for number, course in enumerate(courses):
        entry = FindingEntry(
            item=items[number * 3 % len(items)],
            area=AreaType.MAIN_ROAD,
            units=(unit.pk,),
            place=PLACES[number % len(PLACES)],
            found_at=now - timedelta(hours=20 + number),
            description=f"{items[number * 3 % len(items)].name}（演示）",
            found_by="查示例、样示例",
            handling=Handling.DEDUCT if course == FindingState.DEDUCTED else Handling.ORDER,
        )
        yield workflow.register_finding(entry, by=by), course


def walk(finding: Finding, course: FindingState, *, office: User, contact: User) -> Finding:
    """Take the finding as far as its course goes."""
    for step in STEPS[course]:
        step(finding, office, contact)
    finding.refresh_from_db()
    return finding


Step = Callable[[Finding, User, User], object]


def confirm(finding: Finding, office: User, contact: User) -> None:
    orders.confirm_finding(finding, by=office)


def order(finding: Finding, office: User, contact: User) -> None:
    """The contact's unit had its orders just now; the others by telephone the day before, so that some are late."""
    own = finding.lead_unit_id == contact.unit_id
    delivered = None if own else timezone.now() - timedelta(hours=18)
    orders.order_findings([finding], by=office, delivered_at=delivered, demand="当日整改，举一反三，防止反弹。")


def report(finding: Finding, office: User, contact: User) -> None:
    rectification.report_rectified(finding, by=contact, done="已清理并安排专人巡查", person="责示例")


def send_back(finding: Finding, office: User, contact: User) -> None:
    rectification.review_finding(finding, outcome=ReviewOutcome.RETURNED, by=office, reason="墙角仍有残留，请彻底清理")


def accept(finding: Finding, office: User, contact: User) -> None:
    rectification.review_finding(finding, outcome=ReviewOutcome.PASSED, by=office)


def shelve(finding: Finding, office: User, contact: User) -> None:
    orders.shelve_finding(finding, by=office, reason="待管线迁改完成后统一整治")


STEPS: dict[FindingState, tuple[Step, ...]] = {
    FindingState.REGISTERED: (),
    FindingState.CONFIRMED: (confirm,),
    FindingState.DEDUCTED: (confirm,),
    FindingState.ORDERED: (confirm, order),
    FindingState.REPORTED: (confirm, order, report),
    FindingState.RETURNED: (confirm, order, report, send_back),
    FindingState.CLOSED: (confirm, order, report, accept),
    FindingState.SHELVED: (confirm, order, shelve),
}


def ask(made: list[Finding], contact: User) -> None:
    """One request for more time, one appeal for reassignment, both unanswered."""
    waiting = [each for each in made if each.state == FindingState.ORDERED and each.lead_unit_id == contact.unit_id]
    if len(waiting) < 2 or contact.unit is None:
        return
    first, second, *_ = waiting
    if first.due_at is not None and first.due_at > timezone.now():
        until = first.due_at + timedelta(days=2)
        rectification.ask_extension(first, by=contact, reason="连日降雨，路面无法清洗", until=until)
    appeals.lodge_appeal(
        second, unit=contact.unit, by=contact, ground=AppealGround.NOT_OURS, reason="该处在界线以西，属相邻街道管理"
    )
