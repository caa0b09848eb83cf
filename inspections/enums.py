"""Words of the sanitation assessment (市容环境卫生考评) as choices, with the tables that hang on them.

The area types, roles and source multipliers are those of the assessment standard (考评办法, scoring
steps 2, 4 and 6). This module imports nothing of ours, so every other one may import it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import nonmember
from typing import Final

from django.db import models


class AreaType(models.TextChoices):
    """The nine area types (区域类型); the values are the codes printed in the standard."""

    MAIN_ROAD = "ZG", "主次干道"
    SCENIC_AREA = "JQ", "景区"
    WATERS = "SY", "南湖及周边水域"
    ALLEY = "XJ", "小街小巷"
    COMMUNITY = "SQ", "社区"
    URBAN_VILLAGE = "CC", "城中村"
    URBAN_FRINGE = "JH", "城郊结合部"
    DITCH_AND_POND = "GQ", "沟港塘渠"
    RAILWAY_SIDE = "TD", "铁道边"

    # Answered for by the scenic-area centre, never by the street that happens to be nearest.
    SCENIC = nonmember(("JQ", "SY"))


class Role(models.TextChoices):
    """The part a unit plays in an item's responsibility shares (条块责任)."""

    TERR = "TERR", "属地单位"
    SQUAD = "SQUAD", "辖区中队"
    AGRI = "AGRI", "区农业委员会"


class Source(models.TextChoices):
    """Who found it (问题来源)."""

    OWN_PATROL = "own_patrol", "日常巡查"
    LEADER = "leader", "领导督办"
    CITY_BULLETIN = "city_bulletin", "市级通报"
    CITY_MEDIA = "city_media", "市级媒体"
    SUPERIOR_MEDIA = "superior_media", "省级以上媒体"
    COMPLAINT = "complaint", "投诉举报"


# Scoring step 4. A complaint is not doubled here: complaints have a component of their own.
SOURCE_MULTIPLIER: Final[Mapping[str, Decimal]] = {
    Source.OWN_PATROL: Decimal(1),
    Source.LEADER: Decimal(2),
    Source.CITY_BULLETIN: Decimal(2),
    Source.CITY_MEDIA: Decimal(2),
    Source.SUPERIOR_MEDIA: Decimal(3),
    Source.COMPLAINT: Decimal(1),
}


class HourBasis(models.TextChoices):
    """How the hours of a rectification limit run: round the clock, or in working hours only."""

    NATURAL = "natural", "自然小时"
    WORKING = "working", "工作小时"


class FindingState(models.TextChoices):
    """State of a finding (查找案件)."""

    REGISTERED = "registered", "已登记"
    CLOSED = "closed", "已整改（销号）"
    VOIDED = "voided", "已作废"

    OPEN = nonmember(("registered",))
    # Counted and scored: everything that was found, not only what was put right; never a voided one.
    COUNTED = nonmember(("registered", "closed"))
    FINAL = nonmember(("voided",))


@dataclass(frozen=True, slots=True)
class Edge:
    """One permitted change of state: from any of `sources` to `target`.

    `label` is the word on the button, `basis` the rule that allows it, both in Chinese.
    """

    sources: frozenset[FindingState]
    target: FindingState
    label: str
    basis: str


# There is no "reopen": a problem found again after closing is a recurrence, a new finding with a
# higher multiplier (step 3). Reopening the old one would erase exactly that.
TRANSITIONS: Final[dict[str, Edge]] = {
    "close": Edge(  # 考评办法·办理程序：复查合格方可销号
        frozenset({FindingState.REGISTERED}),
        FindingState.CLOSED,
        "销号",
        "考评办法·办理程序：整改到位、复查合格后销号",
    ),
    "void": Edge(  # 考评办法·申诉：申诉成立撤销并重新计分；登记有误、重复登记同此
        frozenset({FindingState.REGISTERED, FindingState.CLOSED}),
        FindingState.VOIDED,
        "作废",
        "考评办法·申诉：申诉成立、登记有误或重复登记的作废，注明理由并重新计分",
    ),
}
