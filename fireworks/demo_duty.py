"""Demo: grids with posts for every community, the people of both years, windows with rosters and zero reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

from django.urls import reverse
from django.utils import timezone

from fireworks.enums import DayRule, DutyRole, PostKind, WindowKind
from fireworks.greedy import fill
from fireworks.models import (
    Assignment,
    DutyPerson,
    Grid,
    LawReference,
    Post,
    Roster,
    ShiftPattern,
    ShiftReport,
    Slot,
    Window,
)
from fireworks.planning import plan_of
from fireworks.workflow import rosters
from staff.models import Certificate, Message, Movement, Unit, UnitKind, User

YEARS = (2025, 2026)
START = date(2024, 1, 1)
# code, name, begins, minutes, days
SHIFTS = (
    ("YC", "晚间巡查", time(18), 240, DayRule.ORDINARY),
    ("A", "A班", time(8), 510, DayRule.ODD),
    ("B", "B班", time(16, 30), 510, DayRule.EVEN),
    ("CX", "除夕夜班", time(18), 420, DayRule.EVE),
    ("CY", "初一早班", time(5, 30), 210, DayRule.FIRST),
    ("QM", "清明日班", time(7), 600, DayRule.ALL),
    ("ZY", "中元晚班", time(18), 300, DayRule.ALL),
)
USED = {
    WindowKind.LITTLE_YEAR: ("YC",),
    WindowKind.SPRING: ("CX", "CY", "YC"),
    WindowKind.OPENING: ("YC",),
    WindowKind.LANTERN: ("YC",),
    WindowKind.QINGMING: ("QM",),
    WindowKind.GHOST: ("ZY",),
    WindowKind.WINTER: ("YC",),
}
POSTS = (
    (PostKind.GATE, "小区东门", 1, False),
    (PostKind.MARKET, "农贸市场", 1, False),
    (PostKind.CEMETERY, "公墓路口", 1, True),
    (PostKind.HOTEL, "酒店门前", 1, False),
    (PostKind.SHORE, "湖岸步道", 1, False),
)
DUTIES = (
    "劝阻携带、燃放烟花爆竹和电子礼炮。\n发现炮情立即拍照上报，先劝阻，需处罚的移交公安。\n按时交接班，不擅自离岗。"
)
LAWS = (
    ("烟花爆竹安全管理条例", "第四十二条第二款", "在禁止燃放的时间、地点燃放的，由公安部门责令停止燃放，处 100 元以上 500 元以下罚款；城管巡查、劝阻、上报。", date(2006, 1, 21), None),
    ("治安管理处罚法（2012年修正）", "有关条款", "构成违反治安管理行为的，由公安机关依照当时有效的条款处罚。", date(2013, 1, 1), date(2025, 12, 31)),
    ("治安管理处罚法（2025年修订）", "有关条款", "2026年1月1日起施行，条款序号和处罚有调整；构成违反治安管理行为的，由公安机关依法处罚。", date(2026, 1, 1), None),
    ("岳阳市城区禁止燃放烟花爆竹管理办法", "第三条", "南湖新区全域全年禁止生产、储存、销售、燃放烟花爆竹，春节期间不例外。", date(2017, 8, 1), None),
)  # fmt: skip
OUTSIDERS = ("社区网格员", "社区志愿者", "派出所民警")
SILENT_SHARE = 0.02


def seed(*, scale: int = 1) -> None:
    """Grids and people grow with the scale; the windows of two years do not."""
    chance = Random(20260216)
    grids = list(make_grids(scale))
    make_people(grids, chance)
    shifts = {
        row[0]: ShiftPattern.objects.create(code=row[0], name=row[1], starts=row[2], minutes=row[3], days=row[4])
        for row in SHIFTS
    }
    LawReference.objects.bulk_create(
        LawReference(title=title, article=article, text=text, valid_from=since, valid_to=until)
        for title, article, text, since, until in LAWS
    )
    reporter = User.objects.filter(username="1014").first()
    for year in YEARS:
        for window in sorted(rosters.propose_windows(year, by=None), key=lambda each: each.start):
            staff_window(window, [shifts[code] for code in USED[WindowKind(window.kind)]], reporter, chance)
    Message.objects.filter(url=reverse("fireworks:my-duty")).update(read_at=timezone.now())  # years of news are read


def make_grids(scale: int) -> Iterator[Grid]:
    communities = Unit.objects.filter(kind=UnitKind.COMMUNITY).order_by("pk")
    for number, community in enumerate(communities, 1):
        for part in range(1, scale + 1):
            latitude, longitude = Decimal("29.35") + Decimal(number) / 500, Decimal("113.11") + Decimal(part) / 500
            side = Decimal("0.0015")
            corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
            ring = [[float(longitude + x * side), float(latitude + y * side)] for x, y in corners]
            grid = Grid.objects.create(
                code=f"{number:02d}-{part:02d}",
                name=f"{community.name.removesuffix('社区')}{'一二三四五六七八九十'[(part - 1) % 10]}网格",
                community=community,
                head=f"网{number}示例",
                head_phone=f"1380000{number:02d}{part % 100:02d}",
                outline={"type": "Polygon", "coordinates": [ring]},
                valid_from=START,
            )
            chosen = (POSTS[number % len(POSTS)], POSTS[(number + 1) % len(POSTS)])
            Post.objects.bulk_create(
                Post(
                    grid=grid, kind=kind, name=name, minimum_staff=staff, needs_certificate=card, duties=DUTIES,
                    latitude=latitude, longitude=longitude, valid_from=START,
                )
                for kind, name, staff, card in chosen
            )  # fmt: skip
            yield grid


def make_people(grids: list[Grid], chance: Random) -> None:
    """Those of the bureau with their cards, and per grid three of community and police."""
    holders = set(Certificate.objects.values_list("person", flat=True))
    here = (
        Movement.objects.standing_on(timezone.localdate())
        .on_duty(auxiliaries=True)
        .select_related("person", "unit_after")
    )
    taken: set[tuple[str, str]] = set()
    rows = []
    for stand in here.order_by("person"):
        agency = stand.unit_after.label if stand.unit_after else "本局"
        name = stand.person.name
        while (name, agency) in taken:
            name = f"{name}{len(taken) % 10}"
        taken.add((name, agency))
        home = chance.choice(grids) if stand.person_id in holders else None
        rows.append(DutyPerson(person=stand.person, name=name, agency=agency, home_grid=home))
    for number, grid in enumerate(grids, 1):
        for place, agency in enumerate(OUTSIDERS, 1):
            rows.append(
                DutyPerson(
                    name=f"外{number}{'甲乙丙'[place - 1]}示例",
                    agency=f"{grid.community.name}{agency}" if place < 3 else "辖区派出所",
                    phone=f"139{number:04d}{place:04d}",
                    has_certificate=place == 3,
                    is_auxiliary=place == 2,
                    home_grid=grid,
                )
            )
    DutyPerson.objects.bulk_create(rows)


def staff_window(window: Window, shifts: list[ShiftPattern], reporter: User | None, chance: Random) -> None:
    """A published roster; reports for what is past, with a few silent shifts in windows of 2026."""
    roster = rosters.make_roster(window, shifts, by=None)
    rosters.place_all(roster, fill(plan_of(roster), frozenset()), by=None)
    if window.start > timezone.localdate() + timedelta(days=7):
        return  # still a draft: something to do
    rosters.publish(roster, by=reporter, accept_breaches=True)
    report_window(roster, reporter, chance)


def report_window(roster: Roster, reporter: User | None, chance: Random) -> None:
    quiet = roster.window.kind == WindowKind.GHOST and roster.window.year == YEARS[-1]
    counts: dict[int, int] = {}
    for slot in (
        Assignment.objects.filter(slot__roster=roster).exclude(role=DutyRole.RESERVE).values_list("slot", flat=True)
    ):
        counts[slot] = counts.get(slot, 0) + 1
    ShiftReport.objects.bulk_create(
        ShiftReport(
            slot=slot,
            present=counts.get(slot.pk, 0),
            reported_by=reporter,
            reported_at=slot.ends_at + timedelta(minutes=chance.randrange(5, 50)),
        )
        for slot in Slot.objects.filter(roster=roster, ends_at__lt=timezone.now())
        if not (quiet and chance.random() < SILENT_SHARE * 5)
    )
