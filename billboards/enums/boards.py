"""Words of the inventory: kinds of facilities, what may be wrong with one, where it stands in its life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import nonmember
from typing import Final

from django.db import models


class BoardKind(models.TextChoices):
    """Kinds of facilities as the bureau's ledgers name them; groups follow CJJ/T 149-2021."""

    ROOF = "roof", "楼顶（屋顶）广告"
    WALL = "wall", "墙体（墙面）广告"
    COLUMN = "column", "立柱广告（高炮）"
    GROUND = "ground", "落地式（立式）广告牌"
    SCREEN = "screen", "电子显示屏"
    LIGHT_BOX = "light_box", "灯箱"
    NEON = "neon", "霓虹灯、发光字"
    SHOWCASE = "showcase", "橱窗"
    CLOTH = "cloth", "布幅、横幅、喷绘"
    FLAG = "flag", "道旗（路灯杆旗）"
    BRIDGE = "bridge", "桥体（天桥）广告"
    SHELTER = "shelter", "公交候车亭广告"
    KIOSK = "kiosk", "报刊亭、阅报栏"
    HOARDING = "hoarding", "工地围挡广告"
    GANTRY = "gantry", "龙门架（跨街）广告"
    VEHICLE = "vehicle", "车身广告"
    INFLATABLE = "inflatable", "充气装置、拱门"
    SCULPTURE = "sculpture", "实物造型"
    PROJECTION = "projection", "投影广告"
    SHOP_SIGN = "shop_sign", "店招（门头招牌）"
    BUILDING_NAME = "building_name", "楼宇标识"
    GUIDE = "guide", "导视牌、指示牌"
    STICKER = "sticker", "小广告"
    PUBLIC = "public", "公益广告"
    OTHER = "other", "其他"

    # Signs of one's own name on one's own premises: no outdoor advertisement, no permit as a large one.
    SIGNS = nonmember(("shop_sign", "building_name", "guide"))


# The mark of a kind inside the code on the plate (南湖-街道-类型-序号).
KIND_MARKS = {
    "roof": "楼", "wall": "墙", "column": "柱", "ground": "落", "screen": "屏", "light_box": "灯", "neon": "霓",
    "showcase": "橱", "cloth": "布", "flag": "旗", "bridge": "桥", "shelter": "亭", "kiosk": "栏", "hoarding": "挡",
    "gantry": "龙", "vehicle": "车", "inflatable": "充", "sculpture": "型", "projection": "影", "shop_sign": "招",
    "building_name": "名", "guide": "导", "sticker": "贴", "public": "益", "other": "其",
}  # fmt: skip


class AdCategory(models.TextChoices):
    COMMERCIAL = "commercial", "商业"
    PUBLIC = "public", "公益"
    OWN = "own", "自设"


class RoadSide(models.TextChoices):
    EAST = "east", "东侧"
    SOUTH = "south", "南侧"
    WEST = "west", "西侧"
    NORTH = "north", "北侧"
    MIDDLE = "middle", "路中"


class Lighting(models.TextChoices):
    NONE = "none", "无照明"
    INNER = "inner", "内打灯"
    OUTER = "outer", "外打灯"
    LED = "led", "LED"
    NEON = "neon", "霓虹"


class RightSource(models.TextChoices):
    """Where the right to the site comes from."""

    AUCTION = "auction", "拍卖"
    TENDER = "tender", "招标"
    AGREEMENT = "agreement", "协议"
    OWN = "own", "自有产权"
    PUBLIC = "public", "公益使用"
    UNKNOWN = "unknown", "不清楚"


class Condition(models.TextChoices):
    SOUND = "sound", "完好"
    DAMAGED = "damaged", "破损"
    HAZARD = "hazard", "有安全隐患"


class BoardLife(models.TextChoices):
    STANDING = "standing", "在设"
    TO_REMOVE = "to_remove", "待拆"
    REMOVED = "removed", "已拆"


class BoardStatus(models.TextChoices):
    """What the ledger says of a board; derived, the gravest first (billboards/standing.py)."""

    LAWFUL = "lawful", "合法"
    UNPERMITTED = "unpermitted", "未批"
    EXPIRED = "expired", "超期"
    OVERSIZED = "oversized", "超规"
    DAMAGED = "damaged", "破损"
    HAZARD = "hazard", "隐患"
    OWNERLESS = "ownerless", "无主"
    TO_REMOVE = "to_remove", "待拆"
    REMOVED = "removed", "已拆"

    STANDING = nonmember(
        ("lawful", "unpermitted", "expired", "oversized", "damaged", "hazard", "ownerless", "to_remove")
    )
    WRONG = nonmember(("unpermitted", "expired", "oversized", "damaged", "hazard", "ownerless", "to_remove"))


BOARD_TONES = {"lawful": "green", "hazard": "red", "unpermitted": "amber", "expired": "amber", "removed": "grey"}


class InspectionKind(models.TextChoices):
    ROUTINE = "routine", "日常检查"
    TEST = "test", "安全检测"
    WEATHER = "weather", "恶劣天气检查"
    APPRAISAL = "appraisal", "安全鉴定"


class CheckItem(models.TextChoices):
    """What a look at the structure goes through."""

    ANCHOR = "anchor", "锚固、连接"
    RUST = "rust", "锈蚀"
    LOOSE = "loose", "松动、倾斜"
    DEFORMED = "deformed", "变形"
    CRACKED = "cracked", "裂缝"
    WIRING = "wiring", "电气线路"
    LIGHTNING = "lightning", "防雷"
    GROUNDING = "grounding", "接地"
    CONTENT = "content", "画面过期、破旧"
    LAMPS = "lamps", "断亮、缺字"


class InspectionResult(models.TextChoices):
    PASSED = "passed", "合格"
    REPAIR = "repair", "需维修"
    DANGER = "danger", "有安全隐患"


class BoardEventKind(models.TextChoices):
    REGISTERED = "registered", "登记"
    CHANGED = "changed", "变更"
    RESIZED = "resized", "重新认定大小"
    PERMITTED = "permitted", "许可（备案）"
    INSPECTED = "inspected", "安全检查"
    TO_REMOVE = "to_remove", "列为待拆"
    KEPT = "kept", "撤销待拆"
    REINSTATED = "reinstated", "作废拆除登记"
    REMOVED = "removed", "拆除"
    RE_ERECTED = "re_erected", "拆后重立"


class PhotoView(models.TextChoices):
    FRONT = "front", "正面"
    SIDE = "side", "侧面"
    BACK = "back", "背面"
    SITE = "site", "全景"


class RemovalMode(models.TextChoices):
    """How it came down. Only the fourth is coercion (行政强制法 第十二条、第四十四条); the kinds are never mixed."""

    VOLUNTARY = "voluntary", "自行拆除"
    ASSISTED = "assisted", "协助拆除"
    CLEARED = "cleared", "占道物品即时清理"
    COERCIVE = "coercive", "依法强制拆除"
    OWNERLESS = "ownerless", "无主设施处置"
    EMERGENCY = "emergency", "应急排险"


class Measure(models.TextChoices):
    """What is counted: pieces, banners, sites. Areas stand beside them; nothing is added across."""

    PIECE = "piece", "块"
    BANNER = "banner", "条"
    SITE = "site", "处"


class RuleLogic(models.TextChoices):
    ANY = "any", "边长或面积达到其一"
    BOTH = "both", "边长和面积同时达到"


@dataclass(frozen=True, slots=True)
class BoardEdge:
    """One permitted step of a board's life."""

    sources: frozenset[str]
    target: BoardLife
    label: str
    basis: str


BOARD_TRANSITIONS: Final[Mapping[str, BoardEdge]] = {
    "condemn": BoardEdge(
        frozenset({BoardLife.STANDING}),
        BoardLife.TO_REMOVE,
        "列为待拆",
        "《城市市容和环境卫生管理条例》第三十六条第一项、第三十七条：限期清理、拆除或者改造",
    ),
    "keep": BoardEdge(
        frozenset({BoardLife.TO_REMOVE}),
        BoardLife.STANDING,
        "撤销待拆",
        "《城市市容和环境卫生管理条例》第三十七条：经改造符合城市容貌标准的不再拆除",
    ),
    "remove": BoardEdge(
        frozenset({BoardLife.STANDING, BoardLife.TO_REMOVE}),
        BoardLife.REMOVED,
        "登记拆除",
        "《城市市容和环境卫生管理条例》第十一条；强制拆除另须《行政强制法》第四十四条的期限届满",
    ),
    "reinstate": BoardEdge(
        frozenset({BoardLife.REMOVED}),
        BoardLife.STANDING,
        "作废拆除登记",
        "登记有误或者复核不到位的，恢复在设；拆后重立的另立一条，不用本步",
    ),
}
