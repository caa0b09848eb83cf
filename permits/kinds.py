"""Words for items, space, roads and tariffs. Imports nothing of ours."""

from __future__ import annotations

from django.db import models


class ItemKind(models.TextChoices):
    """The bureau's three permits."""

    DIG = "dig", "挖掘城市道路"
    OCCUPY = "occupy", "占用城市道路"
    PUBLIC_GROUND = "public_ground", "占用公共场地"


class SpaceKind(models.TextChoices):
    """What is dug or occupied; it decides the item (城市道路管理条例 30、31；城市市容和环境卫生管理条例 14)."""

    CARRIAGEWAY = "carriageway", "车行道"
    SIDEWALK = "sidewalk", "人行道"
    GREEN = "green", "绿化带"
    OUTSIDE = "outside", "红线外公共场地"
    SQUARE = "square", "广场"
    BRIDGE = "bridge", "桥梁"
    FACADE = "facade", "墙面、设施"


ROAD_SPACES = frozenset({SpaceKind.CARRIAGEWAY, SpaceKind.SIDEWALK, SpaceKind.GREEN, SpaceKind.BRIDGE})


def item_for(space_kind: str, *, digs: bool) -> ItemKind:
    """The item an application falls under. Inside the red line of a road it is a road permit, outside a ground permit."""
    if digs:
        return ItemKind.DIG
    return ItemKind.OCCUPY if space_kind in ROAD_SPACES else ItemKind.PUBLIC_GROUND


class RateSubject(models.TextChoices):
    """What is restored at a price: surfaces by the ㎡, and what is counted by the metre or the piece beside them."""

    ASPHALT = "asphalt", "沥青路面"
    CONCRETE = "concrete", "水泥路面"
    GRAVEL = "gravel", "砂石路面"
    PLAIN_SIDEWALK = "plain_sidewalk", "普通人行道"
    COLOURED_SIDEWALK = "coloured_sidewalk", "彩色人行道"
    GRANITE_SIDEWALK = "granite_sidewalk", "花岗岩人行道"
    TILE_SIDEWALK = "tile_sidewalk", "陶瓷面砖人行道"
    GREENERY = "greenery", "绿地"
    OTHER = "other", "其他面层"
    KERB = "kerb", "路缘石"
    KERB_GRANITE = "kerb_granite", "麻石路缘石"
    SEWER_400 = "sewer_400", "下水道（φ200至400）"
    SEWER_800 = "sewer_800", "下水道（φ500至800）"
    SEWER_1200 = "sewer_1200", "下水道（φ900至1200）"
    MANHOLE = "manhole", "检查井"
    GULLY = "gully", "雨水井"
    MANHOLE_COVER = "manhole_cover", "检查井盖"
    GULLY_COVER = "gully_cover", "雨水井盖"


class Measure(models.TextChoices):
    AREA = "area", "㎡"
    AREA_DAYS = "area_days", "㎡·天"
    LENGTH = "length", "m"
    WELLS = "wells", "座"
    PIECES = "pieces", "个"


BY_LENGTH = frozenset(
    {RateSubject.KERB, RateSubject.KERB_GRANITE, RateSubject.SEWER_400, RateSubject.SEWER_800, RateSubject.SEWER_1200}
)
BY_WELL = frozenset({RateSubject.MANHOLE, RateSubject.GULLY})
BY_PIECE = frozenset({RateSubject.MANHOLE_COVER, RateSubject.GULLY_COVER})
BY_AREA = frozenset(set(RateSubject) - BY_LENGTH - BY_WELL - BY_PIECE)


def measure_of(subject: str) -> Measure:
    """What a surface or facility is counted in when it is restored."""
    if subject in BY_LENGTH:
        return Measure.LENGTH
    if subject in BY_WELL:
        return Measure.WELLS
    return Measure.PIECES if subject in BY_PIECE else Measure.AREA


class RateNature(models.TextChoices):
    """使用性质, as a rate asks for it."""

    ANY = "", "不分"
    BUSINESS = "business", "经营性"
    OTHER = "other", "非经营性"


class RateUse(models.TextChoices):
    """占用类别, as a rate asks for it."""

    ANY = "", "不分"
    SHED = "shed", "施工搭棚"
    FENCE = "fence", "施工围挡"
    PILING = "piling", "堆物堆料"
    STALL = "stall", "设摊、展销"
    OTHER = "other", "其他"


class RoadGrade(models.TextChoices):
    EXPRESSWAY = "expressway", "快速路"
    MAIN = "main", "主干路"
    SECONDARY = "secondary", "次干路"
    BRANCH = "branch", "支路"
    LANE = "lane", "街坊路"


class RoadManager(models.TextChoices):
    """Who manages a road, therefore who may permit on it and charge for it (城市道路管理条例 37)."""

    CITY = "city", "市管"
    DISTRICT = "district", "区管"
    OWNER = "owner", "自管"


class Whose(models.TextChoices):
    OWN = "own", "本局"
    CITY = "city", "市局"


class Necessity(models.TextChoices):
    MANDATORY = "mandatory", "必须提交"
    CONDITIONAL = "conditional", "视情提交"


class FeeKind(models.TextChoices):
    OCCUPATION = "occupation", "占用费"
    RESTORATION = "restoration", "挖掘修复费"


class Progression(models.TextChoices):
    """How a longer occupation costs more."""

    NONE = "none", "不分段"
    WHOLE = "whole", "按总天数所在段，全部天数同一单价"
    STEPS = "steps", "分段累进，每段天数按本段单价"


class Multiplier(models.TextChoices):
    NEW_ROAD = "new_road", "新建、扩建、改建道路禁挖期内"
    OVERHAULED = "overhauled", "大修道路禁挖期内"
    CROSSING = "crossing", "横穿主干路"
    UNPERMITTED = "unpermitted", "超面积或者未经批准"


class ChargeKind(models.TextChoices):
    """What a case is charged. A deposit has no basis in law or regulation and is off unless the bureau names one."""

    OCCUPATION = "occupation", "占用费"
    RESTORATION = "restoration", "挖掘修复费"
    DEPOSIT = "deposit", "保证金"


class ChargeCause(models.TextChoices):
    FIRST = "first", "首次核定"
    CHANGE = "change", "变更补缴"
    BEYOND = "beyond", "超出许可补缴"


class RefundGround(models.TextChoices):
    ADJUSTMENT = "adjustment", "因城市建设等需要缩小、缩短、停止占用（《城市道路管理条例》第三十八条）"
    OVERPAID = "overpaid", "多缴、误缴"
    DEPOSIT = "deposit", "保证金退还"
    NOT_USED = "not_used", "许可未实施"
