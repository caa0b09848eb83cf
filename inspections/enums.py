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


class Handling(models.TextChoices):
    """How a finding is dealt with (处理方式), chosen when it is registered."""

    ORDER = "order", "交办整改"
    SPOT = "spot", "即查即改"
    DEDUCT = "deduct", "只扣分"


class FindingState(models.TextChoices):
    """State of a finding (查找案件)."""

    REGISTERED = "registered", "已登记"
    CONFIRMED = "confirmed", "已确认"
    ORDERED = "ordered", "已交办"
    REPORTED = "reported", "已反馈（待复查）"
    RETURNED = "returned", "已退回（返工）"
    SHELVED = "shelved", "已挂账"
    CLOSED = "closed", "已整改（销号）"
    DEDUCTED = "deducted", "已扣分（不交办）"
    VOIDED = "voided", "已作废"

    # Something is still to be done, and somebody's clock may run.
    OPEN = nonmember(("registered", "confirmed", "ordered", "reported", "returned"))
    # It is the unit's turn.
    WITH_UNIT = nonmember(("ordered", "returned"))
    # The entry itself may be corrected; later the order says what was found.
    EDITABLE = nonmember(("registered", "confirmed"))
    # Counted and scored: everything that was found, not only what was put right; never a voided one.
    COUNTED = nonmember(("registered", "confirmed", "ordered", "reported", "returned", "shelved", "closed", "deducted"))
    # 应整改: 挂账, 只扣分 and 作废 leave the denominator (结案率以应结案数为分母).
    DUE = nonmember(("registered", "confirmed", "ordered", "reported", "returned", "closed"))
    FINAL = nonmember(("voided",))
    # A report of the unit waits for its review, or was passed: its time is what in time or late goes by.
    REPORTS_STAND = nonmember(("reported", "closed", "voided"))


@dataclass(frozen=True, slots=True)
class Edge:
    """One permitted change of state: from any of `sources` to `target`.

    `label` is the word on the button, `basis` the rule that allows it, both in Chinese.
    """

    sources: frozenset[FindingState]
    target: FindingState
    label: str
    basis: str


def _edge(sources: tuple[FindingState, ...], target: FindingState, label: str, basis: str) -> Edge:
    return Edge(frozenset(sources), target, label, f"考评办法·{basis}")


_S = FindingState

# There is no "reopen": a problem found again after closing is a recurrence, a new finding with a
# higher multiplier (step 3). Reopening the old one would erase exactly that.
TRANSITIONS: Final[dict[str, Edge]] = {
    "confirm": _edge(
        (_S.REGISTERED,), _S.CONFIRMED, "确认", "办理程序：登记后由复核人确认，事实、小项、责任单位无误再交办"
    ),
    "deduct": _edge(
        (_S.REGISTERED, _S.CONFIRMED), _S.DEDUCTED, "只扣分", "计分规则：资料检查等不需要整改的，扣分告知，不交办"
    ),
    "order": _edge((_S.CONFIRMED,), _S.ORDERED, "交办", "办理程序：向责任单位下达交办单，整改期限自送达时起算"),
    "report": _edge((_S.ORDERED, _S.RETURNED), _S.REPORTED, "反馈整改", "办理程序：责任单位整改后附整改后照片反馈"),
    "pass": _edge(
        (_S.REPORTED,), _S.CLOSED, "复查合格", "办理程序：复查合格后销号，按期与否以复查合格的那次反馈时间为准"
    ),
    "return": _edge((_S.REPORTED,), _S.RETURNED, "退回返工", "计分规则第8步：复查不合格的退回，每次另计扣分"),
    # The 即查即改 and what was settled outside the system are entered afterwards: recorded and flagged, never refused.
    "close": _edge(
        (_S.REGISTERED, _S.CONFIRMED, _S.ORDERED, _S.RETURNED, _S.SHELVED),
        _S.CLOSED,
        "销号",
        "办理程序：整改到位、复查合格后销号；即查即改和事后补录的注明",
    ),
    "shelve": _edge(
        (_S.CONFIRMED, _S.ORDERED, _S.REPORTED, _S.RETURNED),
        _S.SHELVED,
        "挂账",
        "挂账管理：一时无法整改的，书面说明后列入挂账，不计入应整改数",
    ),
    "resume": _edge((_S.SHELVED,), _S.CONFIRMED, "恢复办理", "挂账管理：具备整改条件后重新交办，期限重新起算"),
    "reassign": _edge(
        (_S.CONFIRMED, _S.ORDERED, _S.REPORTED, _S.RETURNED, _S.SHELVED),
        _S.CONFIRMED,
        "改派",
        "申诉：不属本辖区的改派责任单位，重新计分、重新交办",
    ),
    "void": _edge(
        tuple(_S(value) for value in _S.COUNTED),
        _S.VOIDED,
        "作废",
        "申诉：申诉成立、登记有误或重复登记的作废，注明理由并重新计分",
    ),
}


class PhotoKind(models.TextChoices):
    """What a photo shows: a finding has a near and a wide one; a rectification the state before and after."""

    NEAR = "near", "近景"
    WIDE = "wide", "全景"
    BEFORE = "before", "整改前"
    AFTER = "after", "整改后"


class ReviewOutcome(models.TextChoices):
    """复查结论 (scoring step 8: each send-back, and each false report, costs extra)."""

    PASSED = "passed", "合格"
    RETURNED = "returned", "不合格，退回返工"
    FALSE = "false", "虚假整改，退回返工"

    FAILED = nonmember(("returned", "false"))


class RequestState(models.TextChoices):
    """What became of a request for more time (延期)."""

    PENDING = "pending", "待答复"
    GRANTED = "granted", "同意"
    REFUSED = "refused", "不同意"
    LAPSED = "lapsed", "不再需要"  # the finding moved on before anybody answered


class AppealGround(models.TextChoices):
    """申诉理由; 不属本辖区 is the commonest."""

    NOT_OURS = "not_ours", "不属我辖区"
    FACTS = "facts", "事实有误"
    STANDARD = "standard", "适用标准有误"
    DUPLICATE = "duplicate", "重复登记"
    POINTS = "points", "扣分偏重"
    OTHER = "other", "其他"


class AppealState(models.TextChoices):
    """申诉结果; while one is pending the points are held (扣分待定)."""

    PENDING = "pending", "待裁定"
    UPHELD = "upheld", "申诉成立"
    PARTLY = "partly", "部分成立"
    REASSIGNED = "reassigned", "改派"
    REJECTED = "rejected", "不成立"
    WITHDRAWN = "withdrawn", "已撤回"

    DECIDED = nonmember(("upheld", "partly", "reassigned", "rejected"))
    SUCCESSFUL = nonmember(("upheld", "partly", "reassigned"))


class RoundKind(models.TextChoices):
    """Kinds of rounds (考评方式)."""

    DAILY = "daily", "日常暗访"
    MONTHLY = "monthly", "月度集中"
    QUARTERLY = "quarterly", "季度明查"
    SPECIAL = "special", "专项检查"


class RoundState(models.TextChoices):
    """State of a round (考评轮次)."""

    PLANNED = "planned", "计划中"
    OPEN = "open", "进行中"
    CLOSED = "closed", "已结束"


class SheetState(models.TextChoices):
    """State of a score sheet (现场检查评分表)."""

    DRAFT = "draft", "填写中"
    CONFIRMED = "confirmed", "已确认"
    VOIDED = "voided", "已作废"


@dataclass(frozen=True, slots=True)
class Step:
    """As Edge, for the small tables of rounds and sheets; states are the values of their TextChoices."""

    sources: frozenset[str]
    target: str
    label: str
    basis: str


ROUND_STEPS: Final[dict[str, Step]] = {
    "open": Step(  # 考评办法·组织实施：按计划抽取点位后开展检查
        frozenset({RoundState.PLANNED}),
        RoundState.OPEN,
        "开始检查",
        "考评办法·组织实施：抽取点位、确定考评员后开始检查",
    ),
    "close": Step(  # 考评办法·组织实施：检查结束后汇总，不再登记
        frozenset({RoundState.OPEN}),
        RoundState.CLOSED,
        "结束检查",
        "考评办法·组织实施：检查结束后汇总计分，不再登记新问题",
    ),
    "reopen": Step(  # 考评办法·组织实施：漏登的，通报印发前补录
        frozenset({RoundState.CLOSED}),
        RoundState.OPEN,
        "重新开放",
        "考评办法·组织实施：漏登的，通报印发前补录",
    ),
}

SHEET_STEPS: Final[dict[str, Step]] = {
    "confirm": Step(  # 考评办法·现场检查：考评员核对签字后计分
        frozenset({SheetState.DRAFT}),
        SheetState.CONFIRMED,
        "确认",
        "考评办法·现场检查：考评员核对签字后计入月度得分",
    ),
    "reopen": Step(  # 考评办法·现场检查：通报前发现填错的可以更正
        frozenset({SheetState.CONFIRMED}),
        SheetState.DRAFT,
        "退回修改",
        "考评办法·现场检查：通报前发现填错的可以更正，注明原因",
    ),
    "void": Step(  # 考评办法·申诉：检查不成立的撤销
        frozenset({SheetState.DRAFT, SheetState.CONFIRMED}),
        SheetState.VOIDED,
        "作废",
        "考评办法·申诉：重复填写或检查不成立的作废，注明理由",
    ),
}


# ---- Scores and bulletins ------------------------------------------------------------------------


class RoundingStage(models.TextChoices):
    """When a score is rounded half up to 0.01 (step 14): each part before it is weighed, or the total alone."""

    EACH_PART = "each_part", "各部分先取两位小数"
    END = "end", "只在最后取两位小数"


class TiePolicy(models.TextChoices):
    """What equal printed scores do to the ranks (step 14)."""

    SHARED = "shared", "同分并列，下一名次顺延（1、2、2、4）"
    DENSE = "dense", "同分并列，名次不跳（1、2、2、3）"
    ORDERED = "ordered", "不并列，按逾期件数、单位顺序定先后"


class BulletinState(models.TextChoices):
    DRAFT = "draft", "拟稿"
    PUBLISHED = "published", "已印发"
    CORRECTED = "corrected", "已被更正"

    STANDING = nonmember(("published",))
    SIGNED = nonmember(("published", "corrected"))


class ConfirmWay(models.TextChoices):
    """How a unit confirmed its monthly 扣分核对单."""

    CLICK = "click", "系统内确认"
    SCAN = "scan", "盖章扫描件"


class RewardKind(models.TextChoices):
    """What a place in the ranking brings; amounts are 考评资金 of streets and squads, never a fine."""

    REWARD = "reward", "奖励"
    DEDUCTION = "deduction", "扣减考评资金"
    YELLOW_CARD = "yellow_card", "黄牌警示"
    TALK = "talk", "约谈"

    MONEY = nonmember(("reward", "deduction"))


@dataclass(frozen=True, slots=True)
class BulletinEdge:
    sources: frozenset[BulletinState]
    target: BulletinState
    label: str
    basis: str


BULLETIN_TRANSITIONS: Final[dict[str, BulletinEdge]] = {
    "publish": BulletinEdge(
        frozenset({BulletinState.DRAFT}),
        BulletinState.PUBLISHED,
        "签发",
        "考评办法·通报：考评办拟稿，分管领导或局长签发后印发；《党政机关公文处理工作条例》第二十一条、第二十二条",
    ),
    "correct": BulletinEdge(
        frozenset({BulletinState.PUBLISHED}),
        BulletinState.CORRECTED,
        "更正",
        "考评办法·申诉：通报后申诉成立的，印发更正通报，原得分和更正后得分一并列出",
    ),
}
