"""Words, states and edges of campaigns (专项整治)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import nonmember
from typing import Final

from django.db import models


class CampaignState(models.TextChoices):
    DRAFT = "draft", "筹备"
    RUNNING = "running", "进行中"
    CLOSED = "closed", "已总结"


class Phase(models.TextChoices):
    """The phases of a month as districts run it; days of the month by default (1–3, 4–8, 9–15, 16–26, 27–30)."""

    MOBILISATION = "mobilisation", "动员部署"
    CENSUS = "census", "摸底建账"
    NOTICE = "notice", "告知与自行整改"
    CLEARANCE = "clearance", "集中整治"
    ACCEPTANCE = "acceptance", "验收总结"


# Last day of each phase in a campaign of 30 days; other lengths are divided in proportion.
PHASE_ENDS = {"mobilisation": 3, "census": 8, "notice": 15, "clearance": 26, "acceptance": 30}


class ItemProblem(models.TextChoices):
    UNPERMITTED = "unpermitted", "未经许可设置"
    EXPIRED = "expired", "超期设置"
    OVERSIZED = "oversized", "超出批准规格"
    DAMAGED = "damaged", "破损、污损、断亮缺字"
    HAZARD = "hazard", "安全隐患"
    ON_ROAD = "on_road", "占用道路、公共场所"
    HANGING = "hanging", "乱挂横幅、条幅"
    STICKER = "sticker", "乱贴乱画"
    MANY_SIGNS = "many_signs", "一店多招"
    EMPTY = "empty", "长期空置"
    CONTENT = "content", "内容不符合要求"
    OWNERLESS = "ownerless", "无主设施"
    OTHER = "other", "其他"


class Disposition(models.TextChoices):
    VOLUNTARY = "voluntary", "自行拆除"
    ASSISTED = "assisted", "协助拆除"
    CLEARED = "cleared", "占道物品即时清理"
    OWNERLESS = "ownerless", "无主设施处置"
    EMERGENCY = "emergency", "应急排险"
    COERCIVE = "coercive", "依法强制拆除"
    REPAIRED = "repaired", "维修更换"
    REGULARISED = "regularised", "补办手续"
    CASE = "case", "转立案"
    HANDED_OVER = "handed_over", "移交其他部门"
    DEFERRED = "deferred", "暂缓"

    REMOVALS = nonmember(("voluntary", "assisted", "cleared", "ownerless", "emergency", "coercive"))
    # Settled by our own hands or the party's; the other two have steps of their own.
    HANDLED = nonmember(
        ("voluntary", "assisted", "cleared", "ownerless", "emergency", "coercive", "repaired", "regularised",
         "handed_over")
    )  # fmt: skip
    # Nothing to see afterwards but a paper.
    ON_PAPER = nonmember(("regularised", "handed_over"))


DISPOSITION_BASES = {
    "voluntary": "《城市市容和环境卫生管理条例》第十一条：设置人定期维修、油饰或者拆除",
    "assisted": "当事人书面同意的协助，不是行政强制；须有同意书和物品交接",
    "cleared": "《行政强制法》第五十二条：需要立即清除道路、公共场所的障碍物，当事人不能清除的",
    "ownerless": "经查找和公告无人认领的设施；查找、公告情况留底",
    "emergency": "《行政强制法》第三条第二款：应对突发、紧急情况采取的应急措施；紧急情形须写明",
    "coercive": "《行政强制法》第三十五条、第三十七条、第四十四条：催告、决定、公告，且复议、诉讼期限届满",
    "repaired": "《城市市容和环境卫生管理条例》第三十七条：限期改造",
    "regularised": "《城市市容和环境卫生管理条例》第十一条第二款：设置大型户外广告须征得同意",
    "case": "《行政处罚法》第五十四条：符合立案标准的，应当及时立案",
    "handed_over": "《行政处罚法》第五十七条；属于公安、市场监管、住建等部门职权的移送",
    "deferred": "复议、诉讼期间或者设置人待查的，暂缓处置",
}


class ItemState(models.TextChoices):
    FOUND = "found", "已摸底"
    NOTIFIED = "notified", "已告知"
    RETURNED = "returned", "退回重办"
    HANDLED = "handled", "待销号"
    SETTLED = "settled", "已销号"
    DEFERRED = "deferred", "暂缓"
    IN_CASE = "in_case", "已转立案"
    IN_ENFORCEMENT = "in_enforcement", "转执法程序"
    VOIDED = "voided", "已作废"

    TO_DO = nonmember(("found", "notified", "returned"))
    WAITING = nonmember(("handled", "deferred"))
    OPEN = nonmember(("found", "notified", "returned", "handled", "deferred", "in_case", "in_enforcement"))
    EDITABLE = nonmember(("found", "notified", "returned", "deferred", "in_case", "in_enforcement"))
    COUNTED = nonmember(
        ("found", "notified", "returned", "handled", "settled", "deferred", "in_case", "in_enforcement")
    )


@dataclass(frozen=True, slots=True)
class ItemEdge:
    """One permitted step of an item: the word on its button and the rule that allows it."""

    sources: frozenset[str]
    target: ItemState
    label: str
    basis: str


_WORKABLE = frozenset({ItemState.FOUND, ItemState.NOTIFIED, ItemState.RETURNED, ItemState.DEFERRED})
ITEM_TRANSITIONS: Final[Mapping[str, ItemEdge]] = {
    "notify": ItemEdge(
        frozenset({ItemState.FOUND, ItemState.RETURNED}),
        ItemState.NOTIFIED,
        "告知",
        "《城市市容和环境卫生管理条例》第三十六条、第三十七条：责令限期清理、拆除或者改造",
    ),
    "handle": ItemEdge(
        _WORKABLE | {ItemState.IN_CASE, ItemState.IN_ENFORCEMENT},
        ItemState.HANDLED,
        "登记处置",
        "按处置方式分别适用，见处置方式的依据",
    ),
    "open_case": ItemEdge(_WORKABLE | {ItemState.IN_CASE}, ItemState.IN_CASE, "转立案", DISPOSITION_BASES["case"]),
    "defer": ItemEdge(_WORKABLE, ItemState.DEFERRED, "暂缓", DISPOSITION_BASES["deferred"]),
    "settle": ItemEdge(
        frozenset({ItemState.HANDLED}), ItemState.SETTLED, "销号", "销号制：有整治后照片，经处置人以外的人复核"
    ),
    "send_back": ItemEdge(
        frozenset({ItemState.HANDLED, ItemState.SETTLED}),
        ItemState.RETURNED,
        "退回重办",
        "销号制：复核不到位的退回，销号后发现不到位的撤销销号，写明理由",
    ),
    "enforce": ItemEdge(
        frozenset({ItemState.IN_CASE}),
        ItemState.IN_ENFORCEMENT,
        "转执法程序",
        "《行政强制法》第四十四条：复议、诉讼期限届满前不得强制拆除；专项结束，案件继续依法办理",
    ),
    "void": ItemEdge(
        frozenset(ItemState.COUNTED), ItemState.VOIDED, "作废", "重复或者误登记的作废，编号不再使用，记录保留"
    ),
}


@dataclass(frozen=True, slots=True)
class CampaignEdge:
    sources: frozenset[str]
    target: CampaignState
    label: str
    basis: str


CAMPAIGN_TRANSITIONS: Final[Mapping[str, CampaignEdge]] = {
    "start": CampaignEdge(
        frozenset({CampaignState.DRAFT}), CampaignState.RUNNING, "开始", "专项整治方案：动员部署后开始摸底"
    ),
    "close": CampaignEdge(
        frozenset({CampaignState.RUNNING}),
        CampaignState.CLOSED,
        "总结",
        "专项整治方案：验收总结；立案未结的转执法程序，不作为未完成",
    ),
}
ITEM_TONES = {"settled": "green", "handled": "blue", "notified": "blue", "found": "amber", "returned": "red"}


class PhotoStage(models.TextChoices):
    BEFORE = "before", "整治前"
    AFTER = "after", "整治后"
    CONSENT = "consent", "同意书"
    NOTICE = "notice", "告知书、公告"
