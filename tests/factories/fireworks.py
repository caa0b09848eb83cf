"""Grids, windows, rosters, people on duty and the records of the ban for tests; all go through their doors."""

from datetime import date, time, timedelta
from decimal import Decimal

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from fireworks.crews import Member
from fireworks.enums import DayRule, DutyRole, Handling, PoliceOutcome, PostKind, WindowKind
from fireworks.models import (
    Assignment,
    BanBulletin,
    BanEntry,
    BanItem,
    BanMeasure,
    BanScheme,
    Destruction,
    DutyPerson,
    Grid,
    Incident,
    JointAction,
    MediaItem,
    PoliceResult,
    Post,
    PublicityEntry,
    PublicReport,
    SeizureLot,
    ShiftPattern,
    Slot,
    Window,
)
from fireworks.workflow import (
    actions,
    assessment,
    incidents,
    publicity,
    reports,
    rosters,
    seizures,
    statements,
    watch,
)
from staff.models import UnitKind
from tests.factories.inspections import moment
from tests.factories.people import CertificateFactory, make_person
from tests.factories.staff import UnitFactory, UserFactory

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class CommunityFactory(UnitFactory):
    name = factory.Sequence(lambda n: f"样例{n}社区")
    short_name = ""
    kind = UnitKind.COMMUNITY
    ranking_group = ""
    parent = factory.SubFactory(UnitFactory)


class AgencyFactory(UnitFactory):
    name = factory.Sequence(lambda n: f"样例{n}局")
    short_name = ""
    kind = UnitKind.AGENCY
    ranking_group = ""


class GridFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Grid

    code = factory.Sequence(lambda n: f"G{n:03d}")
    name = factory.Sequence(lambda n: f"样例{n}网格")
    community = factory.SubFactory(CommunityFactory)
    head = "网示例"


class PostFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Post

    grid = factory.SubFactory(GridFactory)
    kind = PostKind.GATE
    name = factory.Sequence(lambda n: f"东{n}门")
    latitude = "29.357104"
    longitude = "113.128730"


class ShiftFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ShiftPattern

    code = factory.Sequence(lambda n: f"S{n}")
    name = factory.Sequence(lambda n: f"晚{n}班")
    starts = time(18)
    minutes = 420
    days = DayRule.ALL


class WindowFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Window

    year = 2026
    kind = WindowKind.SPECIAL
    name = factory.Sequence(lambda n: f"样例{n}时段")
    start = date(2026, 2, 16)
    end = date(2026, 2, 17)
    is_peak = False


class DutyPersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DutyPerson

    name = factory.Sequence(lambda n: f"值{n}示例")
    agency = "样例社区"
    has_certificate = True


def officer(user=None, *, unit=None, certified=True, **fields):
    """Somebody of the bureau on the list of people for duty, with an account if `user` is given."""
    person = make_person(unit=unit) if unit else make_person()
    if user is not None:
        person.account = user
        person.save(update_fields=["account"])
    if certified:
        CertificateFactory(person=person)
    return DutyPersonFactory(person=person, name=person.name, agency="本局", has_certificate=False, **fields)


def make_roster(window=None, *, posts=None, shifts=None):
    """A draft over the posts (one is made if none is given)."""
    if posts is None:
        PostFactory()
    return rosters.make_roster(window or WindowFactory(), shifts or [ShiftFactory()], by=None)


def staffed(*people, window=None, days_from_now=None, publish=True, shift=None, post=None):
    """One slot with these people (the first leads), published. `days_from_now`: a window on that day."""
    if days_from_now is not None:
        day = timezone.localdate() + timedelta(days=days_from_now)
        window = WindowFactory(start=day, end=day, year=day.year)
    window = window or WindowFactory(start=date(2026, 2, 16), end=date(2026, 2, 16))
    post = post or PostFactory()
    roster = rosters.make_roster(window, [shift or ShiftFactory()], by=None)
    slot = roster.slots.get(post=post)
    for number, person in enumerate(people):
        role = DutyRole.WATCH if number else DutyRole.LEAD
        Assignment.objects.create(slot=slot, person=person, role=role)
    roster.slots.exclude(pk=slot.pk).delete()
    if publish:
        rosters.publish(roster, by=None, accept_breaches=True)
    return Slot.objects.select_related("roster__window", "grid", "post", "shift").get(pk=slot.pk)


def furnish_duty(by):
    """Two windows of two years, staffed and partly reported: no figure is 0 or another's whole."""
    shift, posts = ShiftFactory(), [PostFactory(minimum_staff=1), PostFactory(minimum_staff=2)]
    GridFactory()
    people = [DutyPersonFactory() for _ in range(4)]
    for year, start in ((2025, date(2025, 1, 28)), (2026, date(2026, 2, 16))):
        window = WindowFactory(year=year, kind=WindowKind.SPRING, start=start, end=start + timedelta(days=2))
        roster = rosters.make_roster(window, [shift], by=None)
        slots = list(Slot.objects.filter(roster=roster).order_by("pk"))
        for number, slot in enumerate(slots):
            crew = people[: 1 + number % 3]
            rosters.set_crew(slot, [Member(person, DutyRole.WATCH) for person in crew], by=by)
        rosters.publish(roster, by=by, accept_breaches=True)
        for number, slot in enumerate(slots[:5]):
            found = number == 2
            watch.report_shift(slot, by=by, nothing_found=not found, note="x" if found else "", at=slot.ends_at)
    return posts


def unsaved_incident(**facts):
    number = unsaved_incident.counter = getattr(unsaved_incident, "counter", 0) + 1
    defaults = {
        "place": f"样例路{number}号",
        "place_kind": "residential",
        "trigger": "wedding",
        "kind": "crackers",
        "found_at": timezone.now() - timedelta(days=1),
    }
    if "grid" not in facts and "unit" not in facts:
        facts["unit"] = UnitFactory()
    return Incident(**{**defaults, **facts})


def make_incident(*, by=None, to="reported", police=None, handling=Handling.DISSUADED, **facts):
    """An incident taken through its steps as far as `to`."""
    incident = incidents.record_incident(unsaved_incident(**facts), by=by)
    actor = by or UserFactory()
    if to in ("verified", "handled", "closed"):
        incident = incidents.verify_incident(incident, incidents.Finding("属实"), by=actor)
    if to in ("handled", "closed"):
        treatment = incidents.Treatment(handling, "员示例", "当场停止", handled_at=incident.on_site_at)
        incident = incidents.handle_incident(incident, treatment, by=actor)
    if to == "closed":
        incident = incidents.close_incident(incident, by=actor)
    if to == "unfounded":
        incident = incidents.dismiss_incident(incident, incidents.Finding("未发现"), by=actor)
    if to == "voided":
        incident = incidents.void_incident(incident, by=actor, reason="重复登记")
    if police:
        result = PoliceResult(incident=incident, outcome=police, told_by="样例派出所", told_on=incident.found_on)
        incidents.record_police_result(result, by=actor)
    return incident


def make_report(*, by=None, incident=None, **facts):
    report = PublicReport(**{"channel": "phone", "name": "举示例", "phone": "13800005678", **facts})
    return reports.receive_report(report, incident or unsaved_incident(source="public"), by=by or UserFactory())


def make_publicity(*, by=None, **facts):
    defaults = {"kind": "banner", "quantity": 5, "held_on": date(2026, 2, 1), "place": "样例广场"}
    return publicity.record_publicity(
        PublicityEntry(**{**defaults, "unit": facts.pop("unit", None) or UnitFactory(), **facts}), by=by
    )


def make_media(*, by=None, **facts):
    number = make_media.counter = getattr(make_media, "counter", 0) + 1
    defaults = {"level": "city", "outlet": "样例日报", "title": f"禁炮报道{number}", "published_on": date(2026, 2, 1)}
    return publicity.record_media(
        MediaItem(**{**defaults, "unit": facts.pop("unit", None) or UnitFactory(), **facts}), by=by
    )


def make_action(*agencies, by=None, **facts):
    defaults = {"name": "春节联合整治", "held_on": date(2026, 2, 12), "area": "样例街", "people": 20, "vehicles": 4,
                "places_checked": 30, "places_found": 2}  # fmt: skip
    action = JointAction(**{**defaults, "lead_unit": facts.pop("lead_unit", None) or UnitFactory(), **facts})
    return actions.record_action(action, list(agencies), by=by)


def make_lot(*, by=None, **facts):
    defaults = {"seized_on": date(2026, 2, 12), "place": "样例门店", "owner": "商示例", "kind": "crackers",
                "quantity": Decimal(10), "measure": "box", "store": "一号库"}  # fmt: skip
    lot = SeizureLot(**{**defaults, "unit": facts.pop("unit", None) or UnitFactory(), **facts})
    return seizures.record_lot(lot, received_by="库示例", by=by)


def make_destruction(amounts, *, by=None, **facts):
    """amounts: {lot: quantity}."""
    defaults = {"destroyed_on": date(2026, 3, 10), "place": "样例场", "method": "burnt", "witnesses": "样例公安分局",
                "vehicles": 2, "weight_kg": Decimal(1250), "weight_basis": "weighed"}  # fmt: skip
    destruction = Destruction(**{**defaults, "unit": facts.pop("unit", None) or UnitFactory(), **facts})
    numbers = {lot.pk: Decimal(quantity) for lot, quantity in amounts.items()}
    return seizures.record_destruction(destruction, numbers, by=by)


def make_ban_scheme(valid_from=date(2020, 1, 1)):
    known = BanScheme.objects.filter(valid_from=valid_from).first()
    if known is not None:
        return known
    items = [
        BanItem(code="01", block="supervised", name="丧事点燃放电子礼炮", points=2),
        BanItem(code="02", block="monthly", name="未按月开展宣传", points=2),
    ]
    scheme = BanScheme(name="样例考评办法", source="样例文件", valid_from=valid_from)
    measures = [BanMeasure(kind="penalty", condition="月度扣分最多", consequence="约谈")]
    return assessment.store_scheme(scheme, items, measures, by=None)


def make_ban_entry(*, by=None, month="2026-03", code="02", unit=None, **facts):
    item = make_ban_scheme().items.get(code=code)
    entry = BanEntry(month=month, unit=unit or UnitFactory(), item=item,
                     **{"fact": item.name, "points": item.points, **facts})  # fmt: skip
    return assessment.record_entry(entry, by=by)


def make_bulletin(month="2026-03", *, by=None, signed_by=None):
    bulletin = assessment.make_bulletin(BanBulletin(month=month), by=by)
    if signed_by is not None:
        assessment.issue_bulletin(bulletin, by=signed_by)
    return bulletin


def make_statement(*, by=None, start=date(2026, 3, 1), end=date(2026, 3, 5), festival="lantern", **facts):
    upload = SimpleUploadedFile("证明.pdf", PDF)
    facts = {"issuer": "样例公安分局", "issued_on": end, "words": "未接报", **facts}
    return statements.record_statement(upload, by=by or UserFactory(), festival=festival, start=start, end=end, **facts)


def furnish_fireworks(by):
    """Two years of everything, so that no figure is 0 and no condition goes unseen."""
    street, agency = UnitFactory(), AgencyFactory()
    for number in range(16):
        year, month = 2025 + number % 2, 1 + number % 4
        found = moment(year, month, 3 + number, 20)
        make_incident(
            unit=street, by=by, found_at=found, on_site_at=found + timedelta(minutes=5 + number),
            place_kind=("residential", "funeral", "hotel")[number % 3], trigger=("funeral", "festival")[number % 5 % 2],
            to=("closed", "verified", "unfounded", "handled", "reported", "voided")[number // 2 % 6],
            handling=(Handling.DISSUADED, Handling.HANDED_OVER)[number % 4 // 2],
        )  # fmt: skip
    for year in (2025, 2026):
        found = moment(year, 2, 12 if year == 2025 else 14, 21)
        for outcome in (PoliceOutcome.FINE, PoliceOutcome.DETENTION):
            make_incident(unit=street, by=by, found_at=found, place=f"公安{outcome}", to="closed", police=outcome)
        for kind in ("board", "banner", "leaflet", "notice", "screen", "vehicle", "message", "visit", "pledge"):
            make_publicity(unit=street, by=by, kind=kind, quantity=7 + year % 10, held_on=date(year, 1, 20))
        for level in ("province", "city", "portal"):
            make_media(unit=street, by=by, level=level, published_on=date(year, 2, 3))
        lead = make_action(agency, lead_unit=street, by=by, held_on=date(year, 2, 12 if year == 2026 else 1))
        make_action(lead_unit=street, by=by, held_on=date(year, 2, 13))
        boxes = make_lot(unit=street, by=by, seized_on=date(year, 2, 12), action=lead)
        weighed = make_lot(unit=street, by=by, seized_on=date(year, 2, 15), measure="kg", quantity=Decimal("80.5"))
        make_destruction({boxes: 6, weighed: "80.5"}, unit=street, by=by, destroyed_on=date(year, 3, 1))
        make_destruction({boxes: 4}, unit=street, by=by, destroyed_on=date(year, 3, 2), vehicles=1,
                         weight_kg=None, weight_basis="")  # fmt: skip
    make_ban_entry(unit=street, by=by, month="2026-02")
    make_bulletin("2026-02", by=by, signed_by=by)
    return street
