"""People, movements, certificates and quotas for tests; movements go through their door."""

from datetime import date

import factory

from staff.enums import CourseKind, Employment, MovementKind, Sex
from staff.models import (
    Certificate,
    Course,
    Movement,
    Person,
    PersonIdentity,
    Quota,
    Regulation,
    RegulationVersion,
    StaffingStandard,
    UnitKind,
)
from staff.workflow import learning, people
from staff.workflow import regulations as rules
from tests.factories.staff import UnitFactory


class DepartmentFactory(UnitFactory):
    name = factory.Sequence(lambda n: f"样例{n}科")
    short_name = ""
    kind = UnitKind.DEPARTMENT
    ranking_group = ""


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"人{n}示例")
    sex = Sex.MALE
    birth_date = date(1985, 3, 7)


def make_person(*, unit=None, since=date(2024, 1, 1), employment=Employment.ADMINISTRATIVE, kind=MovementKind.OPENING,
                post="", id_number=None, phone="", **fields):  # fmt: skip
    """A person who stands in a unit since a day."""
    person = PersonFactory.build(**fields)
    entry = Movement(kind=kind, happened_on=since, unit=unit or DepartmentFactory(), employment=employment, post=post)
    identity = PersonIdentity(id_number=id_number, phone=phone)
    return people.add_person(people.NewPerson(person, identity, entry), by=None)


def move(person, kind, day, **fields):
    """Record a movement."""
    return people.record_movement(Movement(person=person, kind=kind, happened_on=day, **fields), by=None)


class CertificateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Certificate

    number = factory.Sequence(lambda n: f"湘F{n:06d}")
    issued_on = date(2022, 11, 1)
    expires_on = date(2027, 10, 31)


def furnish_office(by):
    """A small bureau for two years in which no figure about staff, training and rules is 0 or another's whole."""
    unit, squad = DepartmentFactory(name="走查科"), DepartmentFactory(name="走查中队", kind=UnitKind.SQUAD)
    kinds = [*Employment, Employment.ADMINISTRATIVE, Employment.INSTITUTION, Employment.ADMINISTRATIVE]
    stock = [
        make_person(unit=(unit, squad)[number % 2], employment=kind, birth_date=date(1970 + number, 2, 3))
        for number, kind in enumerate([*kinds, *kinds])
    ]
    for year in (2025, 2026):
        first = 0 if year == 2025 else 10
        move(stock[first], MovementKind.RESIGNED, date(year, 1, 9))
        move(stock[first + 1], MovementKind.TRANSFERRED_OUT, date(year, 2, 9))
        move(stock[first + 2], MovementKind.RETIRED, date(year, 2, 19))
        move(stock[first + 3], MovementKind.LENT_OUT, date(year, 2, 20))
        move(stock[first + 4], MovementKind.LONG_LEAVE, date(year, 3, 1))
        move(stock[first + 5], MovementKind.ROTATED, date(year, 3, 2), unit=unit)
        make_person(
            unit=unit, since=date(year, 3, 3), kind=MovementKind.RECRUITED, birth_date=date(1999, 1, year % 28 + 1)
        )
        make_person(
            unit=squad, since=date(year, 3, 4), kind=MovementKind.BORROWED, birth_date=date(1998, 1, year % 28 + 1)
        )
        for number, kind in enumerate(CourseKind):
            learning.record_course(
                Course(kind=kind, title="走查", held_on=date(year, 3, 5), hours=number + 2), {}, by=by
            )
    move(stock[3], MovementKind.RETURNED, date(2026, 3, 6))
    Quota.objects.create(
        unit=unit, employment=Employment.ADMINISTRATIVE, count=9, document="x", valid_from=date(2024, 1, 1)
    )
    Quota.objects.create(unit=squad, employment=Employment.WORKER, count=2, document="x", valid_from=date(2024, 1, 1))
    for person in stock[6:9]:
        CertificateFactory(person=person)
    StaffingStandard.objects.create(
        per_10k=4, document="x", year=2024, population=123_456, basis="resident", population_document="x",
        population_year=2024, valid_from=date(2024, 1, 1),
    )  # fmt: skip
    for number, (year, nature) in enumerate(
        [(2024, "rule"), (2025, "rule"), (2026, "rule"), (2026, "scheme"), (2024, "rule")]
    ):
        document = Regulation(code=f"走{number}", category="office", owner=unit, nature=nature)
        rules.record_rule(document, rule_version(date(year, 2, 2)), by=by)
        if year == 2024:
            for later, change in ((2025, "revised"), (2026, "revised" if number else "repealed")):
                rules.change_rule(document, rule_version(date(later, 3, 3)), change=change, by=by)
    return unit


def rule_version(day, **fields):
    return RegulationVersion(
        **{"title": "走查制度", "issued_on": day, "effective_on": day, "change_note": "x", **fields}
    )
