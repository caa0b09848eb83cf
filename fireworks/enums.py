"""Words, states and edges of the fireworks ban. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import nonmember
from typing import Final

from django.db import models

# --- Duty -------------------------------------------------------------------------------------------------------------


class PostKind(models.TextChoices):
    """Where people stand (点位)."""

    GATE = "gate", "小区出入口"
    FUNERAL = "funeral", "丧事点"
    HOTEL = "hotel", "酒店"
    MARKET = "market", "市场"
    CEMETERY = "cemetery", "墓地"
    SHORE = "shore", "湖岸"


class WindowKind(models.TextChoices):
    """重点时段. All but the last are found by the lunar calendar (fireworks/peaks.py)."""

    LITTLE_YEAR = "little_year", "小年"
    SPRING = "spring", "除夕、春节"
    OPENING = "opening", "开门炮"
    LANTERN = "lantern", "元宵"
    QINGMING = "qingming", "清明"
    GHOST = "ghost", "中元"
    WINTER = "winter", "冬至"
    SPECIAL = "special", "专项"


class DayRule(models.TextChoices):
    """On which days of a window a shift is held."""

    ALL = "all", "每天"
    ODD = "odd", "单日（第1、3、5…天）"
    EVEN = "even", "双日（第2、4、6…天）"
    EVE = "eve", "只在除夕"
    FIRST = "first", "只在正月初一"
    ORDINARY = "ordinary", "除夕和初一以外"


class DutyRole(models.TextChoices):
    WATCH = "watch", "值守"
    PATROL = "patrol", "巡查"
    LEAD = "lead", "带班"
    RESERVE = "reserve", "机动"


class RosterState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"


class SwapState(models.TextChoices):
    ASKED = "asked", "待对方同意"
    ACCEPTED = "accepted", "待批准"
    APPROVED = "approved", "已批准"
    DECLINED = "declined", "对方不同意"
    REJECTED = "rejected", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"

    OPEN = nonmember(("asked", "accepted"))


@dataclass(frozen=True)
class Edge:
    """One allowed step: from where, to where, and the rule it stands on."""

    sources: tuple[str, ...]
    target: str
    basis: str


ROSTER_EDGES = {
    "publish": Edge((RosterState.DRAFT,), RosterState.PUBLISHED, "定人、定岗、定责：值班表经禁炮办审核后发布"),
    "reopen": Edge((RosterState.PUBLISHED,), RosterState.DRAFT, "发布后需要调整的，退回草稿改后重新发布"),
}

SWAP_EDGES = {
    "accept": Edge((SwapState.ASKED,), SwapState.ACCEPTED, "换班须对方同意"),
    "decline": Edge((SwapState.ASKED,), SwapState.DECLINED, "换班须对方同意"),
    "approve": Edge((SwapState.ACCEPTED,), SwapState.APPROVED, "换班须在班次开始前经带班领导批准"),
    "reject": Edge((SwapState.ACCEPTED,), SwapState.REJECTED, "换班须在班次开始前经带班领导批准"),
    "withdraw": Edge(SwapState.OPEN, SwapState.WITHDRAWN, "批准前申请人可以撤回"),
}


# --- Records: incidents, publicity, joint actions, seizures, destruction, assessment ------------------------------------


class IncidentState(models.TextChoices):
    """State of an incident (炮情)."""

    REPORTED = "reported", "待核实"
    VERIFIED = "verified", "已核实"
    UNFOUNDED = "unfounded", "核查不实"
    HANDLED = "handled", "已处置"
    CLOSED = "closed", "已办结"
    VOIDED = "voided", "已作废"

    # What a count of incidents counts: looked into, and true.
    CONFIRMED = nonmember(("verified", "handled", "closed"))
    WAITING = nonmember(("reported", "verified", "handled"))


@dataclass(frozen=True, slots=True)
class IncidentEdge:
    """One permitted step: from any of `sources` to `target`; the word on the button and the rule that allows it."""

    sources: frozenset[str]
    target: IncidentState
    label: str
    basis: str


# A duty-room entry is put right by voiding and recording anew; the number is not used again.
INCIDENT_TRANSITIONS: Final[Mapping[str, IncidentEdge]] = {
    "verify": IncidentEdge(
        frozenset({IncidentState.REPORTED}),
        IncidentState.VERIFIED,
        "核实",
        "《烟花爆竹安全管理条例》第四十二条：在禁止的时间、地点燃放的，由公安机关处理；城管核实、劝阻、移交",
    ),
    "dismiss": IncidentEdge(
        frozenset({IncidentState.REPORTED}),
        IncidentState.UNFOUNDED,
        "核查不实",
        "禁炮管理工作考评办法·炮情处置：到场核查，未发现燃放的如实登记",
    ),
    "handle": IncidentEdge(
        frozenset({IncidentState.VERIFIED}),
        IncidentState.HANDLED,
        "登记处置",
        "禁炮管理工作考评办法·炮情处置：劝阻、教育，需要处罚的移交公安机关",
    ),
    "close": IncidentEdge(
        frozenset({IncidentState.HANDLED}),
        IncidentState.CLOSED,
        "办结",
        "禁炮管理工作考评办法·炮情处置：处置结果登记后办结归档",
    ),
    "void": IncidentEdge(
        frozenset(
            {
                IncidentState.REPORTED,
                IncidentState.VERIFIED,
                IncidentState.UNFOUNDED,
                IncidentState.HANDLED,
                IncidentState.CLOSED,
            }
        ),
        IncidentState.VOIDED,
        "作废",
        "禁炮管理工作考评办法·台账：登记有误或重复登记的作废，注明理由",
    ),
}


class IncidentSource(models.TextChoices):
    PATROL = "patrol", "值守巡查"
    PUBLIC = "public", "群众举报"
    SUPERIOR = "superior", "上级督办"
    MEDIA = "media", "媒体曝光"
    TRANSFER = "transfer", "部门转办"


class PlaceKind(models.TextChoices):
    RESIDENTIAL = "residential", "居民区"
    HOTEL = "hotel", "酒店"
    FUNERAL = "funeral", "丧事点"
    SHOP = "shop", "门店"
    SITE = "site", "工地"
    CEMETERY = "cemetery", "墓地"
    OTHER = "other", "其他场所"


class Trigger(models.TextChoices):
    WEDDING = "wedding", "婚庆"
    FUNERAL = "funeral", "丧事"
    OPENING = "opening", "开业"
    MOVING = "moving", "乔迁"
    GRAVE = "grave", "祭扫"
    FESTIVAL = "festival", "节庆"
    OTHER = "other", "其他"


class FireworkKind(models.TextChoices):
    """电子礼炮 (gas and oxygen, electric ignition) falls under the ban like the rest."""

    CRACKERS = "crackers", "鞭炮"
    FIREWORKS = "fireworks", "烟花"
    ELECTRONIC = "electronic", "电子礼炮"
    MIXED = "mixed", "多种"
    UNKNOWN = "unknown", "不详"


class Handling(models.TextChoices):
    """What the watch itself can do. Fines and detention are the police's (条例第42条) and stand in PoliceResult."""

    DISSUADED = "dissuaded", "当场劝阻"
    EDUCATED = "educated", "批评教育"
    HANDED_OVER = "handed_over", "移交公安机关"
    GONE = "gone", "到场时已散"


class PoliceOutcome(models.TextChoices):
    """As the police told us; never a penalty of the bureau's own."""

    WARNING = "warning", "警告"
    FINE = "fine", "罚款"
    DETENTION = "detention", "行政拘留"
    NONE = "none", "不予处罚"


class ReportChannel(models.TextChoices):
    PHONE = "phone", "值班电话"
    HOTLINE = "hotline", "12345热线"
    WECHAT = "wechat", "微信"
    VISIT = "visit", "来访"
    LETTER = "letter", "来信"


class PublicityKind(models.TextChoices):
    BOARD = "board", "宣传展板"
    BANNER = "banner", "横幅"
    LEAFLET = "leaflet", "宣传册和资料"
    NOTICE = "notice", "公告通告"
    SCREEN = "screen", "LED屏"
    VEHICLE = "vehicle", "宣传车"
    MESSAGE = "message", "短信"
    VISIT = "visit", "入户宣传"
    PLEDGE = "pledge", "承诺书"


# Each kind has its own measure; quantities of different kinds are never added.
PUBLICITY_MEASURES: Final[Mapping[str, str]] = {
    PublicityKind.BOARD: "块",
    PublicityKind.BANNER: "条",
    PublicityKind.LEAFLET: "份",
    PublicityKind.NOTICE: "张",
    PublicityKind.SCREEN: "块次",
    PublicityKind.VEHICLE: "台次",
    PublicityKind.MESSAGE: "条",
    PublicityKind.VISIT: "户",
    PublicityKind.PLEDGE: "份",
}


class MediaLevel(models.TextChoices):
    NATIONAL = "national", "国家级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区级"
    PORTAL = "portal", "门户网站"
    ACCOUNT = "account", "公众号"


class Measure(models.TextChoices):
    """In what a seizure was counted. Never converted, never added across."""

    BOX = "box", "箱"
    PIECE = "piece", "件"
    PACK = "pack", "封"
    STRING = "string", "串"
    REEL = "reel", "盘"
    TEN_THOUSAND = "ten_thousand", "万响"
    KG = "kg", "千克"


class CustodyAct(models.TextChoices):
    RECEIVED = "received", "入库"
    MOVED = "moved", "移库"
    HANDED_OVER = "handed_over", "移交"
    CHECKED = "checked", "盘点"
    TAKEN_OUT = "taken_out", "出库"
    DESTROYED = "destroyed", "销毁"
    CORRECTED = "corrected", "更正"


class DestructionMethod(models.TextChoices):
    DETONATED = "detonated", "引爆"
    BURNT = "burnt", "焚烧"
    SOAKED = "soaked", "浸泡"
    OTHER = "other", "其他"


class WeightBasis(models.TextChoices):
    WEIGHED = "weighed", "过磅"
    ESTIMATED = "estimated", "估算"


class BanBlock(models.TextChoices):
    """The two blocks of the monthly bulletin."""

    SUPERVISED = "supervised", "领导督办"
    MONTHLY = "monthly", "月度考评"


class MeasureKind(models.TextChoices):
    REWARD = "reward", "奖励"
    PENALTY = "penalty", "处理"


class Festival(models.TextChoices):
    """The windows that claims speak of; dates in festivals.py, lunar to lunar."""

    SPRING = "spring", "春节期间"
    LANTERN = "lantern", "元宵节期间"
    QINGMING = "qingming", "清明节期间"
