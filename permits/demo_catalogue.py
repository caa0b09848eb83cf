"""Demo items with their editions, roads and tariffs. What is local is labelled 示例; nothing here is an official document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from permits.forms.lines import read_materials
from permits.kinds import FeeKind, ItemKind, Measure, RateSubject, RoadGrade, RoadManager, SpaceKind, Whose, measure_of
from permits.models import (
    ItemVersion,
    PermitItem,
    Road,
    Tariff,
    TariffExemption,
    TariffMultiplier,
    TariffRate,
)
from permits.workflow import catalogue
from staff.models import Setting, Unit, User

FIRST, REVISED = date(2024, 1, 1), date(2025, 9, 1)
ROADS_LAW = "《城市道路管理条例》第三十条、第三十一条"
DIG_LAW = f"{ROADS_LAW}、第三十三条；《行政许可法》"
GROUND_LAW = "《城市市容和环境卫生管理条例》第十四条；《行政许可法》"
SOURCE = "演示数据：按通行办事指南编写，非正式文件"

# 名称｜必须 or when｜份数｜来源｜依据｜fetched by the agency
DIG_MATERIALS = """挖掘城市道路申请表（盖章）｜必须｜1份｜申请人自备
营业执照或者身份证明｜必须｜1份｜市场监管、公安部门｜｜是
授权委托书和经办人身份证明｜委托他人办理的｜1份｜申请人自备
规划批准文件（建设工程规划许可证等）｜因工程建设挖掘的｜1份｜自然资源和规划部门｜《城市道路管理条例》第三十三条第一款
设计文件、位置图和断面图｜必须｜1份｜设计单位｜《城市道路管理条例》第三十三条第一款
施工组织设计和安全措施｜必须｜1份｜施工单位
交通组织（疏解）方案｜必须｜1份｜申请人自备｜《城市道路管理条例》第三十条
道路修复方案｜必须｜1份｜施工单位
地下管线资料或者管线单位意见｜地下有其他管线的｜1份｜管线单位
县级以上城市人民政府批准文件｜禁挖期内挖掘的｜1份｜城市人民政府｜《城市道路管理条例》第三十三条第二款
安全影响评估和专家评审意见｜涉及桥梁、隧道的｜1份｜评估单位"""
OCCUPY_MATERIALS = """占用城市道路申请表（盖章）｜必须｜1份｜申请人自备
营业执照或者身份证明｜必须｜1份｜市场监管、公安部门｜｜是
授权委托书和经办人身份证明｜委托他人办理的｜1份｜申请人自备
占用平面布置图（标尺寸）和现场照片｜必须｜1份｜申请人自备
交通组织（疏解）方案｜必须｜1份｜申请人自备｜《城市道路管理条例》第三十条
施工组织设计和安全措施｜施工占用的｜1份｜施工单位
场地恢复方案｜必须｜1份｜申请人自备"""
GROUND_MATERIALS = """占用公共场地申请表（盖章）｜必须｜1份｜申请人自备
营业执照或者身份证明｜必须｜1份｜市场监管、公安部门｜｜是
授权委托书和经办人身份证明｜委托他人办理的｜1份｜申请人自备
占用平面布置图（标尺寸）和现场照片｜必须｜1份｜申请人自备
场地管理单位意见｜场地另有管理单位的｜1份｜场地管理单位
安全措施和环境卫生保洁方案｜必须｜1份｜申请人自备"""
DROPPED = "\n申请人信用承诺书｜必须｜1份｜申请人自备\n营业执照原件核验单｜必须｜2份｜申请人自备"
ROAD_SPACES = [SpaceKind.CARRIAGEWAY, SpaceKind.SIDEWALK, SpaceKind.GREEN, SpaceKind.BRIDGE]
GROUND_SPACES = [SpaceKind.OUTSIDE, SpaceKind.SQUARE, SpaceKind.FACADE]


@dataclass(frozen=True)
class DemoItem:
    code: str
    name: str
    kind: ItemKind
    national_code: str
    basis: str
    spaces: list[SpaceKind]
    materials: str
    fee_note: str


ITEMS = (
    DemoItem("XK01", "挖掘城市道路许可", ItemKind.DIG, "000117020000", DIG_LAW, ROAD_SPACES, DIG_MATERIALS, "收取挖掘修复费；自管道路不收。"),
    DemoItem("XK02", "占用城市道路许可", ItemKind.OCCUPY, "000117020000", ROADS_LAW, ROAD_SPACES, OCCUPY_MATERIALS, "收取占用费；自管道路不收。"),
    DemoItem("XK03", "占用公共场地许可", ItemKind.PUBLIC_GROUND, "000117022000", GROUND_LAW, GROUND_SPACES, GROUND_MATERIALS, "不收费。"),
)  # fmt: skip
CONDITIONS = """占用、挖掘确有必要，且不严重影响交通和公共设施安全。
经市政工程行政主管部门和公安交通管理部门同意。
有可行的交通组织、安全和恢复措施。"""

# name, stretch, grade, manager, years and days ago opened, overhauled, street
ROADS = (
    ("示例大道", "", RoadGrade.MAIN, RoadManager.CITY, 9, None, "湖滨街道"),
    ("湖岸示例路", "", RoadGrade.SECONDARY, RoadManager.DISTRICT, 3, None, "湖滨街道"),
    ("样例一路", "", RoadGrade.SECONDARY, RoadManager.DISTRICT, 12, None, "湖滨街道"),
    ("样例二路", "", RoadGrade.BRANCH, RoadManager.DISTRICT, 8, None, "湖滨街道"),
    ("样例三路", "样例一路至示例大道", RoadGrade.BRANCH, RoadManager.DISTRICT, 11, 2, "求索街道"),
    ("范例街", "", RoadGrade.BRANCH, RoadManager.DISTRICT, 15, None, "求索街道"),
    ("演示路", "", RoadGrade.SECONDARY, RoadManager.DISTRICT, 7, None, "求索街道"),
    ("示范东路", "", RoadGrade.SECONDARY, RoadManager.DISTRICT, 13, 6, "南津港街道"),
    ("示范西路", "", RoadGrade.BRANCH, RoadManager.DISTRICT, 10, None, "南津港街道"),
    ("试点巷", "", RoadGrade.LANE, RoadManager.DISTRICT, None, None, "南津港街道"),
    ("模拟路", "", RoadGrade.BRANCH, RoadManager.DISTRICT, 6, None, "月山"),
    ("样板路", "", RoadGrade.BRANCH, RoadManager.DISTRICT, 9, None, "龙山"),
    ("示例物业园内路", "", RoadGrade.LANE, RoadManager.OWNER, 5, None, "月山"),
)
LOUDI = (
    (RateSubject.CONCRETE, "280"), (RateSubject.ASPHALT, "1177.38"), (RateSubject.GRAVEL, "84"),
    (RateSubject.PLAIN_SIDEWALK, "100"), (RateSubject.COLOURED_SIDEWALK, "150"), (RateSubject.GRANITE_SIDEWALK, "863.78"),
    (RateSubject.TILE_SIDEWALK, "728.73"), (RateSubject.KERB, "145"), (RateSubject.KERB_GRANITE, "334.50"),
    (RateSubject.SEWER_400, "150"), (RateSubject.SEWER_800, "260"), (RateSubject.SEWER_1200, "500"),
    (RateSubject.MANHOLE, "1500"), (RateSubject.GULLY, "800"), (RateSubject.MANHOLE_COVER, "300"), (RateSubject.GULLY_COVER, "200"),
)  # fmt: skip
SETTINGS = (
    ("permits.supervision_phone", "0730-0000000"), ("permits.window", "区政务服务中心城管窗口（演示）"),
    ("permits.pay_at", "市政务服务中心四楼非税窗口（演示）"), ("permits.police", "岳阳市公安局交通警察支队示例大队"),
    ("permits.city_agency", "岳阳市城市管理和综合执法局"),
    ("remedies.review_body", "岳阳市人民政府"), ("remedies.court", "岳阳市岳阳楼区人民法院"),
)  # fmt: skip


def seed(by: User) -> None:
    for key, value in SETTINGS:
        Setting.objects.get_or_create(
            key=key, valid_from=FIRST, defaults={"value": value, "source": "演示数据，请法制科核定"}
        )
    for item in ITEMS:
        seed_item(item, by)
    seed_roads(by)
    seed_tariffs(by)


def version_of(item: PermitItem, demo: DemoItem, **fields: object) -> ItemVersion:
    return ItemVersion(
        item=item, basis=demo.basis, conditions=CONDITIONS, fee_note=demo.fee_note, source=SOURCE,
        space_kinds=[str(kind) for kind in demo.spaces], **fields,
    )  # fmt: skip


def seed_item(demo: DemoItem, by: User) -> None:
    """A first edition, a revised one that asks less and is quicker, and the city bureau's to compare with."""
    item = PermitItem(code=demo.code, name=demo.name, kind=demo.kind, national_code=demo.national_code)
    catalogue.store(item, by=by)
    first = version_of(item, demo, valid_from=FIRST, days_survey=4, days_review=4, promised_days=10)
    catalogue.add_version(first, read_materials(demo.materials + DROPPED), by=by)
    revised = version_of(
        item, demo, valid_from=REVISED, days_survey=2, days_review=1, promised_days=5,
        change_note="取消信用承诺书、原件核验单；查勘和会审各压缩到 2 日、1 日。",
        meeting_on=REVISED - timedelta(days=40), meeting_place="区城管局三楼会议室（演示）",
        meeting_attendees="专示例 示例大学 教授（虚构）\n律示例 示例律师事务所 律师（虚构）\n批示例 行政审批科 科长",
        meeting_opinion="两份材料没有法律、法规依据，同意取消；查勘、会审可以压缩，承诺时限五个工作日可行。",
    )  # fmt: skip
    catalogue.add_version(revised, read_materials(demo.materials), by=by)
    city = version_of(item, demo, whose=Whose.CITY, valid_from=FIRST, days_survey=3, days_review=2, promised_days=7)
    catalogue.add_version(city, read_materials(f"{demo.materials}\n{DROPPED.splitlines()[-1]}"), by=by)


def seed_roads(by: User) -> None:
    today, streets = timezone.localdate(), {unit.short_name: unit for unit in Unit.objects.exclude(short_name="")}
    for name, stretch, grade, manager, opened, overhauled, street in ROADS:
        road = Road(
            name=name, stretch=stretch, grade=grade, manager=manager, street=streets.get(street), source="移交清单（演示）",
            opened_on=years_ago(today, opened), overhauled_on=years_ago(today, overhauled),
        )  # fmt: skip
        catalogue.store(road, by=by)


def years_ago(today: date, years: int | None) -> date | None:
    """Some day in the middle of a month so many years back."""
    return None if years is None else date(today.year - years, today.month, 15) - timedelta(days=100)


def seed_tariffs(by: User) -> None:
    dug = Tariff(
        kind=FeeKind.RESTORATION, name="挖掘修复费示例（娄底）", is_demo=True, valid_from=FIRST,
        document_number="湘价费〔2001〕261号、娄价费函〔2004〕17号", issuer="湖南省物价局等（示例）",
        source="示例（娄底），仅供演示",
    )  # fmt: skip
    rates = [TariffRate(subject=subject, measure=measure_of(subject), rate=Decimal(rate)) for subject, rate in LOUDI]
    rates.append(TariffRate(subject=RateSubject.OTHER, measure=Measure.AREA, rate=Decimal(100)))
    factors = [
        TariffMultiplier(case="new_road", factor=Decimal(factor), years_over=low, years_to=high)
        for factor, low, high in ((6, 0, 3), (5, 3, 4), (4, 4, 5))
    ]
    factors.append(TariffMultiplier(case="overhauled", factor=Decimal(4), years_over=0, years_to=3))
    factors.append(TariffMultiplier(case="crossing", factor=Decimal("1.5")))
    free = [TariffExemption(name="水气支管接入", basis="示例：优化营商环境措施", max_length=Decimal(200), max_width=Decimal(1), needs_check="管径不超过 300 毫米")]  # fmt: skip
    catalogue.add_tariff(dug, [*rates, *factors, *free], by=by)
    taken = Tariff(
        kind=FeeKind.OCCUPATION, name="占用费示例（常德）", is_demo=True, valid_from=FIRST,
        document_number="湘发改价费〔2018〕426号", issuer="湖南省发展和改革委员会、湖南省财政厅（示例）",
        source="示例（常德），仅供演示", smallest_area=Decimal(1),
    )  # fmt: skip
    short = TariffExemption(
        name="短期小额占用", basis="示例：优化营商环境措施", max_days=10, max_area=Decimal(50), needs_check="当年累计不超过 10 天"
    )  # fmt: skip
    catalogue.add_tariff(taken, [TariffRate(measure=Measure.AREA_DAYS, rate=Decimal("1.5")), short], by=by)
