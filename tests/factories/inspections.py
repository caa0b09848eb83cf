"""A small standard and findings for tests. Findings are made through the workflow, as everywhere."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import factory
from django.utils import timezone

from inspections.enums import AreaType, FindingState, Handling, ReviewOutcome, Role
from inspections.models import Category, Item, ItemShare, StandardVersion
from inspections.registrar import FindingEntry
from inspections.standard_csv import SEED, parse
from inspections.workflow import findings as workflow
from inspections.workflow import orders, rectification
from inspections.workflow.standards import store_standard
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory


class StandardVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StandardVersion
        django_get_or_create = ["valid_from"]

    name = "样例考评标准"
    source = "样例考评办法"
    valid_from = date(2020, 1, 1)


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ["version", "code"]

    version = factory.SubFactory(StandardVersionFactory)
    code = "A"
    name = "市容秩序"
    points = Decimal(28)


class ItemFactory(factory.django.DjangoModelFactory):
    """An item shared 0.8 by the territorial unit and 0.2 by the squad, unless `shares` says otherwise."""

    class Meta:
        model = Item
        django_get_or_create = ["category", "code"]
        skip_postgeneration_save = True

    category = factory.SubFactory(CategoryFactory)
    code = factory.Sequence(lambda n: f"A{n % 900 + 100}")  # beyond those of the whole standard
    name = factory.LazyAttribute(lambda item: f"样例小项{item.code}")
    definition = "一处算一处"
    areas = factory.LazyFunction(lambda: [AreaType.MAIN_ROAD, AreaType.COMMUNITY])
    deduct = Decimal("0.2")
    severe_deduct = Decimal("0.5")
    cap = Decimal(4)
    rectify_hours = 24

    @factory.post_generation
    def shares(self, create, shares, **kwargs):
        for role, share in (shares or {Role.TERR: "0.8", Role.SQUAD: "0.2"}).items():
            ItemShare.objects.get_or_create(item=self, role=role, defaults={"share": Decimal(share)})


def moment(year, month, day, hour=9, minute=0):
    return timezone.make_aware(datetime(year, month, day, hour, minute))  # noqa: DTZ001


def entry(**facts):
    """A FindingEntry with what a test does not care about filled in."""
    unit = facts.pop("unit", None) or UnitFactory(squad=SquadFactory())
    number = entry.counter = getattr(entry, "counter", 0) + 1
    defaults = {
        "item": facts.get("item") or ItemFactory(),
        "area": AreaType.MAIN_ROAD,
        "units": (unit.pk,),
        "place": f"样例路{number}号",
        "found_at": timezone.now() - timedelta(days=1),
    }
    return FindingEntry(**{**defaults, **facts})


def make_finding(*, by=None, **facts):
    return workflow.register_finding(entry(**facts), by=by)


def in_state(state, *, by=None, **facts):
    """A finding that was brought into the state through its doors, as in real life."""
    by = by or UserFactory()
    if state == FindingState.DEDUCTED:
        return orders.confirm_finding(make_finding(handling=Handling.DEDUCT, **facts), by=by)
    finding = make_finding(**facts)
    for step in PATHS[state]:
        WALK[step](finding, by)
    finding.refresh_from_db()
    return finding


WALK = {
    "order": lambda finding, by: orders.order_findings([finding], by=by),
    "confirm": lambda finding, by: orders.confirm_finding(finding, by=by),
    "report": lambda finding, by: rectification.report_rectified(finding, by=by, done="已清理干净"),
    "return": lambda finding, by: review(finding, by, ReviewOutcome.RETURNED),
    "pass": lambda finding, by: review(finding, by, ReviewOutcome.PASSED),
    "shelve": lambda finding, by: orders.shelve_finding(finding, by=by, reason="管线迁改后才能整改"),
    "void": lambda finding, by: workflow.void_finding(finding, by=by, reason="登记有误"),
}
PATHS = {
    FindingState.REGISTERED: (),
    FindingState.CONFIRMED: ("confirm",),
    FindingState.ORDERED: ("confirm", "order"),
    FindingState.REPORTED: ("confirm", "order", "report"),
    FindingState.RETURNED: ("confirm", "order", "report", "return"),
    FindingState.SHELVED: ("confirm", "order", "shelve"),
    FindingState.CLOSED: ("confirm", "order", "report", "pass"),
    FindingState.VOIDED: ("void",),
}


def review(finding, by, outcome, reason="角落未清理"):
    return rectification.review_finding(finding, outcome=outcome, by=by, reason=reason)


def whole_standard():
    """The bureau's own standard with all its items, as the default outline of a summary needs it; returns item A01."""
    sheet = parse(SEED.read_bytes())
    store_standard(sheet, name="样例考评标准", source="样例考评办法", valid_from=date(2020, 1, 1), by=None)
    return Item.objects.get(code="A01")
