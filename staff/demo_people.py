"""The demo bureau's people: a ledger that tells how a bureau loses its staff. Names and documents are invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from config.identity import id_check_digit
from config.periods import Period
from staff.enums import CourseKind, Education, Employment, MovementKind, Party, PopulationBasis, Sex
from staff.headcount import scopes
from staff.models import (
    Certificate,
    Course,
    Movement,
    Person,
    PersonIdentity,
    Quota,
    StaffingStandard,
    Unit,
    UnitKind,
    User,
)
from staff.workflow import certificates, establishment, learning, people

LEDGER_START = date(2024, 1, 1)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = ("示例", "样例", "范例", "演示", "示范", "样本")
# (用工性质, how many at the start); departments get the first, squads the rest
STOCK = (
    (Employment.ADMINISTRATIVE, 32),
    (Employment.INSTITUTION, 16),
    (Employment.WORKER, 3),
    (Employment.CONTRACT, 6),
    (Employment.DISPATCHED, 10),
    (Employment.AUXILIARY, 8),
    (Employment.PUBLIC_WELFARE, 4),
)
# (month, kind, of which employment, how many): what happened, in order
STORY = (
    ("2024-03", MovementKind.RECRUITED, Employment.ADMINISTRATIVE, 2),
    ("2024-05", MovementKind.RETIRED, Employment.ADMINISTRATIVE, 1),
    ("2024-07", MovementKind.RESIGNED, Employment.AUXILIARY, 3),
    ("2024-08", MovementKind.TRANSFERRED_OUT, Employment.ADMINISTRATIVE, 2),
    ("2024-10", MovementKind.CONTRACT_ENDED, Employment.DISPATCHED, 3),
    ("2024-12", MovementKind.RETIRED, Employment.INSTITUTION, 2),
    ("2025-01", MovementKind.LENT_OUT, Employment.ADMINISTRATIVE, 2),
    ("2025-02", MovementKind.TRANSFERRED_OUT, Employment.INSTITUTION, 3),
    ("2025-03", MovementKind.RESIGNED, Employment.CONTRACT, 2),
    ("2025-04", MovementKind.VETERAN, Employment.INSTITUTION, 1),
    ("2025-05", MovementKind.RESIGNED, Employment.DISPATCHED, 2),
    ("2025-06", MovementKind.LONG_LEAVE, Employment.ADMINISTRATIVE, 1),
    ("2025-08", MovementKind.TRANSFERRED_OUT, Employment.ADMINISTRATIVE, 3),
    ("2025-09", MovementKind.RESIGNED, Employment.AUXILIARY, 2),
    ("2025-10", MovementKind.RETIRED, Employment.WORKER, 1),
    ("2025-11", MovementKind.BORROWED, Employment.INSTITUTION, 1),
    ("2025-12", MovementKind.OFF_POST, Employment.INSTITUTION, 1),
    ("2026-01", MovementKind.TRANSFERRED_OUT, Employment.INSTITUTION, 2),
    ("2026-02", MovementKind.RESIGNED, Employment.ADMINISTRATIVE, 2),
    ("2026-03", MovementKind.HIRED, Employment.CONTRACT, 1),
    ("2026-03", MovementKind.LENT_OUT, Employment.INSTITUTION, 1),
    ("2026-04", MovementKind.RESIGNED, Employment.PUBLIC_WELFARE, 1),
    ("2026-05", MovementKind.TRANSFERRED_OUT, Employment.ADMINISTRATIVE, 1),
    ("2026-05", MovementKind.RETURNED, Employment.ADMINISTRATIVE, 1),
    ("2026-06", MovementKind.RESIGNED, Employment.CONTRACT, 1),
)  # fmt: skip
REPORTED = ("2025H1", "2025H2")
WHERETO = {
    MovementKind.RESIGNED: "自主创业（演示）",
    MovementKind.TRANSFERRED_OUT: "示例区发展局（虚构）",
    MovementKind.LENT_OUT: "示例区专班（虚构）",
    MovementKind.BORROWED: "示例街道（虚构）",
    MovementKind.VETERAN: "某部队（虚构）",
}
FIRST_BATCH = date(2027, 10, 31)  # the first cards of the national form all end on this day


class Maker:
    """Makes people and what happens to them, one after another, the same each time."""

    def __init__(self) -> None:
        self.random = Random(20240101)
        self.names = (surname + given for given in GIVEN for surname in SURNAMES)
        ours = Unit.objects.filter(kind__in=(UnitKind.DEPARTMENT, UnitKind.SQUAD))
        self.departments = [unit for unit in ours if unit.kind == UnitKind.DEPARTMENT]
        self.squads = [unit for unit in ours if unit.kind == UnitKind.SQUAD]
        self.serial = 0

    def person(self, *, name: str = "", account: User | None = None) -> tuple[Person, PersonIdentity]:
        self.serial += 1
        sex = self.random.choice((Sex.MALE, Sex.MALE, Sex.FEMALE))
        birth = date(1966, 1, 1) + timedelta(days=self.random.randrange(33 * 365))
        first = f"000000{birth:%Y%m%d}{self.serial * 2 + (sex == Sex.MALE):03d}"  # 000000 is no region
        person = Person(
            name=name or next(self.names),
            sex=sex,
            birth_date=birth,
            staff_number=account.username if account else f"{2000 + self.serial}",
            education=self.random.choices(Education.values, (8, 52, 30, 10))[0],
            party=self.random.choices(Party.values, (45, 3, 10, 2, 40))[0],
            joined_on=birth.replace(day=1) + timedelta(days=22 * 366),
            account=account,
        )
        return person, PersonIdentity(id_number=first + id_check_digit(first), phone=f"1380000{self.serial:04d}")

    def unit_for(self, employment: str) -> Unit:
        to_department = employment in (Employment.ADMINISTRATIVE, Employment.WORKER) and self.random.random() < 0.4
        return self.random.choice(self.departments if to_department else self.squads)

    def take_in(self, kind: MovementKind, day: date, employment: Employment, *, document: str = "") -> Person:
        """Somebody new with that kind of employment."""
        entry = Movement(kind=kind, happened_on=day, unit=self.unit_for(employment), employment=employment)
        entry.document, entry.destination = document, WHERETO.get(kind, "")
        return self.add(*self.person(), entry)

    def add(self, person: Person, identity: PersonIdentity, entry: Movement) -> Person:
        entry.post = "队员" if entry.unit and entry.unit.kind == UnitKind.SQUAD else "科员"
        return people.add_person(people.NewPerson(person, identity, entry), by=None)


def seed() -> None:
    """People, quotas, the standard, movements, certificates, training. Runs in the caller's transaction."""
    maker = Maker()
    _seed_establishment(maker)
    _seed_stock(maker)
    reported = iter(REPORTED)
    waiting = next(reported)
    for month, kind, employment, how_many in STORY:
        while waiting and month > Period.parse(waiting).months()[-1]:
            establishment.report_table(Period.parse(waiting), by=User.objects.get(username="1016"), note="演示报送")
            waiting = next(reported, "")
        _happen(maker, Period.parse(month), kind, employment, how_many)
    _seed_late(maker)
    _seed_certificates(maker)
    _seed_courses(maker)


def _seed_establishment(maker: Maker) -> None:
    for unit in maker.departments:
        establishment.set_quota(quota(unit, Employment.ADMINISTRATIVE, 2), by=None, log=False)
    for unit in maker.squads:
        establishment.set_quota(quota(unit, Employment.ADMINISTRATIVE, 4), by=None, log=False)
        establishment.set_quota(quota(unit, Employment.INSTITUTION, 5), by=None, log=False)
    StaffingStandard.objects.create(
        per_10k=Decimal(7),
        document="城市管理执法人员配备标准（演示，示编发〔2023〕1号）",
        year=2023,
        population=156_000,
        basis=PopulationBasis.BUILT_UP,
        population_document="统计公报（演示）",
        population_year=2023,
        valid_from=LEDGER_START,
    )


def quota(unit: Unit, employment: Employment, count: int) -> Quota:
    return Quota(
        unit=unit,
        employment=employment,
        count=count,
        valid_from=LEDGER_START,
        document="编制批复（演示，示编办〔2023〕9号）",
    )


def _seed_stock(maker: Maker) -> None:
    """Those who have an account, then the others up to the stock of each kind."""
    left = dict(STOCK)
    ours = {unit.pk for unit in (*maker.departments, *maker.squads)}
    for account in User.objects.filter(unit__in=ours).order_by("username").select_related("unit"):
        person, identity = maker.person(name=account.display_name, account=account)
        entry = Movement(kind=MovementKind.OPENING, happened_on=LEDGER_START, unit=account.unit)
        entry.employment = Employment.ADMINISTRATIVE
        maker.add(person, identity, entry)
        left[Employment.ADMINISTRATIVE] -= 1
    for employment, how_many in left.items():
        for _ in range(how_many):
            maker.take_in(MovementKind.OPENING, LEDGER_START, employment)


def _happen(maker: Maker, month: Period, kind: MovementKind, employment: Employment, how_many: int) -> None:
    document = f"示人〔{month.start.year}〕{month.start.month}号（演示）"
    for index in range(how_many):
        day = month.start + timedelta(days=4 + 3 * index)
        if kind in (MovementKind.RECRUITED, MovementKind.VETERAN, MovementKind.HIRED, MovementKind.BORROWED):
            maker.take_in(kind, day, employment, document=document)
            continue
        person = next(candidates(kind, employment, day))
        movement = Movement(
            person=person,
            kind=kind,
            happened_on=day,
            document=document,
            destination=WHERETO.get(kind, ""),
            reason="个人原因" if kind == MovementKind.RESIGNED else "",
        )
        people.record_movement(movement, by=None)


def candidates(kind: MovementKind, employment: Employment, day: date) -> Iterator[Person]:
    """People to whom it can happen on the day; nobody with an account leaves the demo bureau."""
    standing = "lent_out" if kind == MovementKind.RETURNED else "in_post"
    rows = Movement.objects.standing_on(day).filter(
        standing_after=standing, employment_after=employment, person__account=None
    )
    yield from (row.person for row in rows.select_related("person").order_by("person__birth_date", "pk"))


def _seed_late(maker: Maker) -> None:
    """Heard of after the half-year was reported: booked in the next one, with a note."""
    person = next(candidates(MovementKind.RESIGNED, Employment.DISPATCHED, date(2026, 1, 1)))
    late = Movement(
        person=person,
        kind=MovementKind.RESIGNED,
        happened_on=date(2025, 12, 29),
        note="派遣公司 1 月才来函告知，记入下一期（演示）",
        destination=WHERETO[MovementKind.RESIGNED],
    )
    people.record_movement(late, by=None)


def _seed_certificates(maker: Maker) -> None:
    """Four in five of the established staff hold a card, nearly all of the first batch; some who left still hold one."""
    entries = Movement.objects.filter(employment_after__in=Employment.ESTABLISHED, standing_before="outside")
    for index, row in enumerate(entries.select_related("person").order_by("pk")):
        if index % 5 == 4:
            continue
        expires = FIRST_BATCH if index % 7 else date(2026, 12, 20) + timedelta(days=index)
        issued = max(row.effective_on, date(2022, 11, 1)) if expires == FIRST_BATCH else expires - timedelta(days=1826)
        card = Certificate(person=row.person, number=f"湘示例{index + 1:05d}", issuer="示例发证机关", issued_on=issued, expires_on=expires)  # fmt: skip
        certificates.register_certificate(card, by=None, log=False)
    gone = Movement.objects.counted().filter(kind__in=MovementKind.ENDING).values("person")
    for card in list(Certificate.objects.running().filter(person__in=gone).order_by("pk"))[2:]:
        left = card.person.movements.counted().filter(kind__in=MovementKind.ENDING).latest("effective_on").effective_on
        Certificate.objects.filter(pk=card.pk).update(ended_on=max(left, card.issued_on), end_reason="withdrawn")


COURSES = (
    (CourseKind.TRAINING, "市容秩序执法实务（演示）", Decimal(8)),
    (CourseKind.LAW, "行政处罚法专题（演示）", Decimal(12)),
    (CourseKind.PARTY, "党组理论学习（演示）", Decimal(2)),
    (CourseKind.IDEOLOGY, "意识形态工作学习（演示）", Decimal(2)),
    (CourseKind.TRAINING, "执法记录仪使用和文书制作（演示）", Decimal(6)),
)


def _seed_courses(maker: Maker) -> None:
    by = User.objects.get(username="1016")
    for month in range(18):
        day = date(2025 + month // 12, month % 12 + 1, 18)
        kind, title, hours = COURSES[month % len(COURSES)]
        here = Movement.objects.standing_on(day).filter(scopes(day)["duty"].q()).order_by("pk")
        pks = list(here.values_list("person", flat=True))
        attendance: dict[int, str | None] = {pk: "病假" if maker.random.random() < 0.05 else None for pk in pks}
        course = Course(kind=kind, title=title, held_on=day, hours=hours, place="三楼会议室", lecturer="示例讲师")
        learning.record_course(course, attendance, by=by)
