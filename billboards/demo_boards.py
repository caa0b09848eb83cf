"""A ledger of some 180 boards in every kind and status, with looks at structures, removals and one put up again."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from billboards.enums.boards import (
    BoardKind,
    CheckItem,
    Condition,
    InspectionKind,
    InspectionResult,
    Lighting,
    RemovalMode,
    RightSource,
)
from billboards.models import Board, Removal, SafetyInspection, SizeRule
from billboards.sizing import Face
from billboards.workflow import boards, removals
from staff.models import STREET_KINDS, Unit, User

ROADS = ("南湖大道", "湖滨路", "求索路", "金鹗路", "游港路", "月山路")
SHOPS = ("示例餐馆", "示例超市", "示例药店", "示例眼镜店", "示例理发店", "示例五金店", "示例茶馆", "示例水果店")
THEMES = ("示例楼盘", "示例商场", "示例家居", "示例学校", "示例银行", "示例汽车", "示例景区", "公益宣传")
COMPANIES = ("示例传媒公司", "示例广告公司", "示例文化公司", "示例置业公司")
# Kind, usual width and height in metres, how many of a hundred.
SHAPES = (
    (BoardKind.SHOP_SIGN, 6, 1, 34), (BoardKind.WALL, 9, 4, 12), (BoardKind.ROOF, 15, 5, 5), (BoardKind.COLUMN, 18, 6, 4),
    (BoardKind.GROUND, 3, 2, 8), (BoardKind.SCREEN, 8, 5, 6), (BoardKind.LIGHT_BOX, 2, 1, 8), (BoardKind.NEON, 5, 1, 3),
    (BoardKind.SHELTER, 4, 2, 5), (BoardKind.HOARDING, 20, 3, 4), (BoardKind.BRIDGE, 12, 2, 2), (BoardKind.FLAG, 1, 2, 3),
    (BoardKind.BUILDING_NAME, 5, 1, 3), (BoardKind.PUBLIC, 6, 3, 3),
)  # fmt: skip
CENTRE = (Decimal("29.335"), Decimal("113.115"))


def seed(*, scale: int = 1) -> None:
    rng = random.Random(20260301)
    keeper = User.objects.get(username="1018")
    first = timezone.localdate() - timedelta(days=420)
    rule = SizeRule(
        name="大型户外广告认定（演示）", source="演示：本地没有规定，参照相邻城市条例，以法制科确认为准",
        valid_from=date(2024, 1, 1), other_months=24,
    )  # fmt: skip
    boards.store_rule(rule, by=keeper)
    streets = list(Unit.objects.filter(kind__in=STREET_KINDS).order_by("order"))
    made = [register(rng, streets, first, keeper, number) for number in range(180 * scale)]
    look_at(rng, made, keeper)
    take_down(rng, made, keeper)
    for board in made[5::37]:
        if Board.objects.get(pk=board.pk).removed_on is None:
            boards.condemn_board(board, by=keeper, reason="列入本年度拆除计划")


def register(rng: random.Random, streets: list[Unit], first: date, keeper: User, number: int) -> Board:
    kind, width, height, _ = rng.choices(SHAPES, weights=[shape[3] for shape in SHAPES])[0]
    street = rng.choice(streets)
    communities = list(street.children.all())
    road, entered = rng.choice(ROADS), first + timedelta(days=rng.randrange(90))
    is_sign = kind in BoardKind.SIGNS
    setter = rng.choice(SHOPS) if is_sign else rng.choice(COMPANIES)
    faces = [
        Face(Decimal(width) + Decimal(rng.randrange(-2, 5)) / 4, Decimal(height) + Decimal(rng.randrange(0, 3)) / 4)
        for _ in range(rng.choice((1, 1, 1, 2)) if not is_sign else 1)
    ]
    licensed = not is_sign and rng.random() < 0.72
    permit_from = entered - timedelta(days=rng.randrange(30, 900))
    board = Board(
        kind=kind,
        name=setter if is_sign else rng.choice(THEMES),
        category="own" if is_sign else "public" if kind == BoardKind.PUBLIC else "commercial",
        address=f"{road} {rng.randrange(1, 300)} 号",
        road=road,
        road_side=rng.choice(("east", "south", "west", "north")),
        street=street,
        community=rng.choice(communities) if communities and rng.random() < 0.8 else None,
        latitude=CENTRE[0] + Decimal(rng.randrange(-300, 300)) / 20_000,
        longitude=CENTRE[1] + Decimal(rng.randrange(-400, 400)) / 20_000,
        setter="" if rng.random() < 0.05 else setter,
        contact="联示例",
        phone=f"1380000{1000 + number % 9000}",
        owner=setter,
        publisher=setter if not is_sign else "",
        material=rng.choice(("钢结构、喷绘布", "铝塑板", "钢架、铁皮")),
        lighting=rng.choice((Lighting.NONE, Lighting.OUTER, Lighting.INNER, Lighting.LED)),
        electronic=kind == BoardKind.SCREEN,
        installed_on=entered - timedelta(days=rng.randrange(20, 1500)),
        registered_on=entered,
        permit_number=f"演示城管广许〔{permit_from.year}〕{number + 1}号" if licensed else "",
        permit_from=permit_from if licensed else None,
        permit_to=permit_from + timedelta(days=365 * 3) if licensed else None,
        right_source=rng.choice((RightSource.AUCTION, RightSource.AGREEMENT, RightSource.OWN)),
        condition=Condition.DAMAGED if rng.random() < 0.07 else Condition.SOUND,
        is_ownerless=rng.random() < 0.02,
        is_oversized=licensed and rng.random() < 0.05,
    )
    return boards.register_board(board, faces, by=keeper)


def look_at(rng: random.Random, made: list[Board], keeper: User) -> None:
    """Two thirds of the large ones within the year, some with trouble."""
    today = timezone.localdate()
    for board in made:
        if not board.is_large or rng.random() > 0.66:
            continue
        result = rng.choices(list(InspectionResult), weights=(85, 11, 4))[0]
        defects = [] if result == InspectionResult.PASSED else rng.sample(list(CheckItem.values), 2)
        inspection = SafetyInspection(
            board=board,
            kind=rng.choice((InspectionKind.ROUTINE, InspectionKind.TEST, InspectionKind.WEATHER)),
            inspected_on=max(board.registered_on, today - timedelta(days=rng.randrange(10, 300))),
            inspectors="员示例、队示例",
            defects=defects,
            result=result,
            findings="" if result == InspectionResult.PASSED else "连接件锈蚀，已告知设置人限期处理",
        )
        boards.record_inspection(inspection, by=keeper)


def take_down(rng: random.Random, made: list[Board], keeper: User) -> None:
    """Some came down in the daily work; one was put up again."""
    today = timezone.localdate()
    gone = [board for board in made if board.kind not in BoardKind.SIGNS][3::14]
    for number, board in enumerate(gone):
        on = max(board.registered_on, today - timedelta(days=rng.randrange(20, 300)))
        mode = (RemovalMode.VOLUNTARY, RemovalMode.VOLUNTARY, RemovalMode.ASSISTED)[number % 3]
        removal = Removal(
            board=board, what=board.name, place=board.address, street=board.street, area=board.area, mode=mode,
            removed_on=on, consent_on=on if mode == RemovalMode.ASSISTED else None, note="日常巡查后拆除",
        )  # fmt: skip
        removals.record_removal(removal, by=keeper)
    earlier = Board.objects.get(pk=gone[0].pk)
    if earlier.removed_on is None:
        return
    day = min(today, earlier.removed_on + timedelta(days=15))
    again = Board(
        kind=earlier.kind, name=earlier.name, address=earlier.address, road=earlier.road, street=earlier.street,
        setter=earlier.setter, installed_on=day, registered_on=day,
    )  # fmt: skip
    boards.re_erect_board(again, earlier, [Face(Decimal(6), Decimal(2))], by=keeper)
