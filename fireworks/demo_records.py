"""Demo records of the ban: incidents, reports, publicity, joint actions, seizures, destruction, assessment, bulletins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from fireworks.enums import FireworkKind, Handling, PlaceKind, PoliceOutcome, PublicityKind, Trigger
from fireworks.festivals import window_of
from fireworks.models import (
    BanBulletin,
    BanEntry,
    BanItem,
    BanMeasure,
    BanScheme,
    Destruction,
    Grid,
    Incident,
    JointAction,
    MediaItem,
    PoliceResult,
    PublicityEntry,
    PublicReport,
    SeizureLot,
)
from fireworks.workflow import actions, assessment, incidents, publicity, reports, seizures
from staff.models import Message, Unit, UnitKind, User

YEARS = (2025, 2026)
PER_SPRING, PER_YEAR = {2025: 18, 2026: 14}, 10
SOURCE = "演示数据：参照《岳阳市城区禁炮考评情况通报》（2019年10月）所列扣分，非正式文件"
# block, fact, points: the deductions that the city's bulletin of October 2019 prints
ITEMS = (
    ("supervised", "非法储存、销售烟花爆竹", 3),
    ("supervised", "丧事点非法燃放电子礼炮", 2),
    ("supervised", "其他被督办的燃放行为", 1),
    ("monthly", "未建立24小时值守制度", 5),
    ("monthly", "漏报、瞒报炮情", 2),
    ("monthly", "未按月开展宣传", 2),
    ("monthly", "未按月开展炮源整治", 3),
    ("monthly", "值班日志记录不完整", 1),
    ("monthly", "无月度工作计划", 1),
    ("monthly", "台账资料不齐全", 1),
    ("monthly", "未建立完善的考评体系、未落实奖惩", 1),
)
MEASURES = (
    ("reward", "全年扣分最少的前两名", "以奖代补，优先安排禁炮工作经费"),
    ("penalty", "连续两个月扣分最多", "约谈单位负责人"),
    ("penalty", "因燃放引发火灾或伤亡", "一票否决，当年不得评优"),
    ("penalty", "瞒报炮情", "全区通报，提请问责"),
)
PLACES = ("样例小区", "示范花园", "演示新村", "样板广场", "范例街", "试点巷", "模拟路", "湖岸示例路")
PLACE_OF = {
    Trigger.FUNERAL: PlaceKind.FUNERAL,
    Trigger.WEDDING: PlaceKind.HOTEL,
    Trigger.OPENING: PlaceKind.SHOP,
    Trigger.MOVING: PlaceKind.RESIDENTIAL,
    Trigger.GRAVE: PlaceKind.CEMETERY,
    Trigger.FESTIVAL: PlaceKind.RESIDENTIAL,
}
AMOUNTS = {
    PublicityKind.BOARD: 6,
    PublicityKind.BANNER: 30,
    PublicityKind.LEAFLET: 2600,
    PublicityKind.NOTICE: 80,
    PublicityKind.SCREEN: 12,
    PublicityKind.VEHICLE: 5,
    PublicityKind.MESSAGE: 3000,
    PublicityKind.VISIT: 400,
    PublicityKind.PLEDGE: 350,
}
MEDIA = (
    ("city", "示例日报", "城区禁炮巡查不松劲"),
    ("city", "示例电视台", "禁炮劝导员的除夕夜"),
    ("portal", "区政府门户网站", "我区部署春节期间禁炮工作"),
    ("account", "示例城管公众号", "禁炮知识一图读懂"),
    ("province", "示例省报", "移风易俗过新年"),
)


@dataclass
class Hands:
    """Who does what in the demo."""

    office: User
    leader: User
    street: User


def seed() -> None:
    by = {user.username: user for user in User.objects.filter(username__in=("1014", "1002", "1009"))}
    hands = Hands(by["1014"], by["1002"], by["1009"])
    random = Random(20260216)
    for year in YEARS:
        seed_incidents(random, year, hands)
        seed_publicity(random, year, hands)
        seed_actions(random, year, hands)
    seed_assessment(random, hands)
    Message.objects.filter(read_at=None).update(read_at=timezone.now())  # what was told in those years was read
    seed_waiting(hands)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def seed_incidents(random: Random, year: int, hands: Hands) -> None:
    """Most around the Spring Festival; none at the lantern festival and at Qingming of 2026, so that the claims can be seen."""
    grids = list(Grid.objects.select_related("community__parent").order_by("code"))
    spring = window_of("spring", year)
    before_lantern = (window_of("lantern", year).start - spring.start).days
    days = [spring.start + timedelta(days=random.randrange(before_lantern)) for _ in range(PER_SPRING[year])]
    days += [date(year, 5, 1) + timedelta(days=random.randrange(120)) for _ in range(PER_YEAR)]
    for number, day in enumerate(sorted(days)):
        in_spring = day <= spring.end
        trigger = random.choice((Trigger.FESTIVAL, Trigger.FESTIVAL, Trigger.FUNERAL) if in_spring else tuple(PLACE_OF))
        found = at(day, random.randrange(17, 24), random.randrange(60))
        incident = Incident(
            found_at=found,
            grid=random.choice(grids),
            place=f"{random.choice(PLACES)}{number + 1}号",
            place_kind=PLACE_OF[trigger],
            trigger=trigger,
            kind=random.choice((FireworkKind.CRACKERS, FireworkKind.FIREWORKS, FireworkKind.ELECTRONIC)),
            source=random.choice(("patrol", "patrol", "superior", "transfer")),
            on_site_at=found + timedelta(minutes=random.randrange(4, 26)),
            description="演示数据",
        )
        finish(random, incidents.record_incident(incident, by=hands.street), number, hands)


def finish(random: Random, incident: Incident, number: int, hands: Hands) -> None:
    """Take an incident to its end; every ninth turns out unfounded, some go to the police."""
    if number % 9 == 8:
        incidents.dismiss_incident(incident, incidents.Finding("到场未发现燃放痕迹"), by=hands.office)
        return
    incident = incidents.verify_incident(incident, incidents.Finding("属实"), by=hands.office)
    handling = (Handling.DISSUADED, Handling.EDUCATED, Handling.HANDED_OVER)[number % 3]
    there = incident.on_site_at or incident.found_at
    treatment = incidents.Treatment(
        handling, "员示例、班示例", handled_at=there + timedelta(minutes=random.randrange(5, 40))
    )
    incident = incidents.handle_incident(incident, treatment, by=hands.office)
    incident = incidents.close_incident(incident, by=hands.office)
    if handling == Handling.HANDED_OVER and number % 2 == 0:
        fine = PoliceResult(incident=incident, outcome=PoliceOutcome.FINE, amount=Decimal(300), told_by="示例派出所")
        fine.told_on = min(incident.found_on + timedelta(days=6), timezone.localdate())
        incidents.record_police_result(fine, by=hands.office)


def seed_waiting(hands: Hands) -> None:
    """Some that are not finished, so that the desk has work: one to look into, one to handle, one reported by the public."""
    now, grid = timezone.now().replace(second=0, microsecond=0), Grid.objects.order_by("code").first()
    facts = {"grid": grid, "kind": FireworkKind.CRACKERS, "description": "演示数据"}
    first = Incident(found_at=now - timedelta(minutes=40), place="样例酒店门前", place_kind=PlaceKind.HOTEL, trigger=Trigger.WEDDING, **facts)  # fmt: skip
    incidents.record_incident(first, by=hands.street)
    second = Incident(found_at=now - timedelta(hours=3), place="演示新村9栋", place_kind=PlaceKind.FUNERAL, trigger=Trigger.FUNERAL, **facts)  # fmt: skip
    incidents.record_incident(second, by=hands.street)
    incidents.verify_incident(second, incidents.Finding("属实"), by=hands.office)
    told = Incident(found_at=now - timedelta(hours=5), place="示范花园6栋", place_kind=PlaceKind.RESIDENTIAL, trigger=Trigger.MOVING, source="public", **facts)  # fmt: skip
    report = PublicReport(channel="phone", name="举示例", phone="13800000000", received_at=now - timedelta(hours=5))
    reports.receive_report(report, told, by=hands.street)
    incidents.verify_incident(report.incident, incidents.Finding("属实"), by=hands.office)


def seed_publicity(random: Random, year: int, hands: Hands) -> None:
    streets = Unit.objects.filter(kind__in=(UnitKind.STREET, UnitKind.MANAGEMENT_OFFICE)).order_by("order")
    for street in streets:
        for kind, usual in AMOUNTS.items():
            held_on = date(
                year, random.choice((1, 2, 3, 4, 9) if year == 2025 else (1, 2, 3, 4)), random.randrange(1, 28)
            )
            quantity = max(1, int(usual * (0.7 + 0.6 * random.random())))
            entry = PublicityEntry(
                kind=kind, quantity=quantity, held_on=held_on, unit=street, content="禁炮宣传（演示）"
            )
            entry.place = f"{street.label}{random.choice(PLACES)}"
            publicity.record_publicity(entry, by=hands.street)
    for number, (level, outlet, title) in enumerate(MEDIA):
        item = MediaItem(level=level, outlet=outlet, title=f"{title}（演示）", unit=hands.office.unit)
        item.published_on = date(year, 1 + number % 3, 10 + number)
        publicity.record_media(item, by=hands.office)


def seed_actions(random: Random, year: int, hands: Hands) -> None:
    """Joint actions, what they seized, and one destruction of most of it."""
    agencies = list(Unit.objects.filter(kind=UnitKind.AGENCY).order_by("order"))
    start, lots = window_of("spring", year).start, []
    for number in range(4):
        action = JointAction(
            name=f"第{number + 1}次炮源清查（演示）",
            held_on=start + timedelta(days=4 * number),
            area=random.choice(PLACES),
            lead_unit=hands.office.unit,
            people=random.randrange(18, 40),
            vehicles=random.randrange(3, 8),
            places_checked=random.randrange(20, 60),
            places_found=random.randrange(1, 5),
        )
        actions.record_action(action, agencies[: 2 + number % 3], by=hands.office)
        measure, quantity = (("box", 12), ("pack", 60), ("string", 45), ("kg", 85))[number]
        lot = SeizureLot(
            seized_on=action.held_on,
            place=f"{action.area}门店（演示）",
            owner="商示例",
            kind=FireworkKind.CRACKERS,
            quantity=Decimal(quantity),
            measure=measure,
            unit=hands.office.unit,
            store="示例仓库一号间",
            action=action,
        )
        lots.append(seizures.record_lot(lot, received_by="库示例", by=hands.office))
    destruction = Destruction(
        destroyed_on=window_of("spring", year).end + timedelta(days=12),
        place="示例采石场",
        method="burnt",
        unit=hands.office.unit,
        witnesses="区公安分局、区应急管理局",
        vehicles=3,
        weight_kg=Decimal(1180 + 40 * (year % 10)),
        weight_basis="estimated",
    )
    amounts = {lot.pk: lot.quantity for lot in lots[:3]}
    seizures.record_destruction(destruction, amounts, by=hands.office)


def seed_assessment(random: Random, hands: Hands) -> None:
    scheme = BanScheme(name="禁炮管理工作考评办法（演示）", source=SOURCE, valid_from=date(2025, 1, 1))
    items = [BanItem(code=f"{n:02d}", block=block, name=name, points=points) for n, (block, name, points) in enumerate(ITEMS, 1)]  # fmt: skip
    measures = [BanMeasure(kind=kind, condition=condition, consequence=words) for kind, condition, words in MEASURES]
    assessment.store_scheme(scheme, items, measures, by=hands.office)
    stored = list(scheme.items.order_by("code"))
    units = list(Unit.objects.filter(kind__in=(UnitKind.STREET, UnitKind.MANAGEMENT_OFFICE)).order_by("order"))
    for month in ("2025-02", "2026-02"):
        for unit in units[:4]:
            for item in random.sample(stored, random.randrange(1, 4)):
                entry = BanEntry(month=month, unit=unit, item=item, fact=f"{item.name}（演示）", points=item.points)
                assessment.record_entry(entry, by=hands.office)
        bulletin = BanBulletin(month=month, foreword="现将本月禁炮考评情况通报如下。")
        assessment.make_bulletin(bulletin, by=hands.office)
        assessment.issue_bulletin(bulletin, by=hands.leader)
