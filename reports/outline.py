"""The house's outlines of a summary, in our own words: long, two thousand characters, one page, speech.

All print the same figures of the same period. The office changes them in the browser (reports.models.Outline holds what
it made of them); a section without a furnished room behind it is left out rather than filled with words that nothing
proves. In a text 【期间】 stands for 2026年上半年, 【本期】 for 上半年, 【下期】 for 下半年, 【起算月】 for the month since which leavers are
counted; 【重点工作】, 【遗留问题】, 【计划完成】 for what the office's books say of the period (reports/office_texts.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils import timezone

from config.periods import Period
from fireworks.festivals import windows_in
from reports.enums import When
from reports.office_texts import BOOKS, NEXT
from staff import headcount

HAN = ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九")


@dataclass(frozen=True)
class OutlineSection:
    level: int
    number: str
    heading: str
    text: str = ""


@dataclass(frozen=True)
class Part:
    """A section of an outline before it meets a period."""

    level: int
    heading: str
    text: str = ""
    when: str = When.ALWAYS


class AnyPart(Protocol):
    """A part of the house, or a row of reports.models.OutlinePart."""

    @property
    def level(self) -> int: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def when(self) -> str: ...


@dataclass(frozen=True)
class Template:
    """A whole outline. `length`: how many characters it should have, 0 for no limit."""

    code: str
    name: str
    title: str
    length: int
    parts: tuple[Part, ...]


ASSESSMENT = """\
{{ inspections.months }}，按照考评标准{{ inspections.categories }}大项、{{ inspections.items }}小项的要求，对{{ inspections.streets }}街道办事处（管理处）、{{ inspections.squads }}城管中队以及景区保护中心、区农业委员会开展市容环境卫生考评，检查范围覆盖{{ inspections.area_names }}等{{ inspections.areas }}区域。{{ ? inspections.every_month }}
共查找案件{{ inspections.findings | 余 }}，{{ inspections.findings | 同比 }}；其中市容秩序{{ inspections.findings_by_category:A }}、环境卫生{{ inspections.findings_by_category:B }}、燃气管理{{ inspections.findings_by_category:C }}、禁炮工作{{ inspections.findings_by_category:D }}、牲畜禁养{{ inspections.findings_by_category:E }}、基建场地污染源{{ inspections.findings_by_category:F }}。
{{ chart inspections.by_category }}
整改方面，已整改{{ inspections.closed }}，整改率{{ inspections.rectification_rate | 百分比 }}，{{ inspections.rectification_rate | 同比 }}；应整改{{ inspections.due }}，按期整改{{ inspections.on_time }}，按期整改率{{ inspections.on_time_rate | 百分比 }}；逾期整改和逾期未整改的共{{ inspections.overdue }}。
{{ table inspections.by_category }}
期内印发考评通报{{ inspections.bulletins }}（{{ inspections.bulletin_months }}）。综合得分街道组第一名为{{ inspections.first:street }}（{{ inspections.first_score:street }}），末位为{{ inspections.last:street }}（{{ inspections.last_score:street }}）；中队组第一名为{{ inspections.first:squad }}（{{ inspections.first_score:squad }}），末位为{{ inspections.last:squad }}（{{ inspections.last_score:squad }}）。{{ ? inspections.monthly_bulletins }}
{{ table inspections.scores_by_unit }}"""

MANAGEMENT = """\
坚持以制度管人管事，制定、修订内部管理制度{{ staff.rules }}（新增{{ staff.rules_new }}，修订{{ staff.rules_revised }}），废止{{ staff.rules_repealed }}，现行制度{{ staff.rules_in_force }}。组织业务和法治培训{{ staff.trainings }}共{{ staff.training_hours }}，政治理论学习{{ staff.studies }}；期末持有效行政执法证的{{ staff.certified }}。对{{ staff.appraised }}科室、中队进行考核并公布结果，其中优秀{{ staff.appraised_by_grade:excellent }}、良好{{ staff.appraised_by_grade:good }}。
{{ table staff.appraisal_results }}"""

FIREWORKS = """\
围绕禁炮工作，广泛开展宣传，制作宣传展板{{ fireworks.boards }}，悬挂横幅{{ fireworks.banners }}，发放宣传册和资料{{ fireworks.leaflets | 万 }}，张贴公告通告{{ fireworks.notices }}，入户宣传{{ fireworks.visits }}，签订承诺书{{ fireworks.pledges }}；媒体报道{{ fireworks.media_items }}，其中省级{{ fireworks.media_items_by_level:province }}、市级{{ fireworks.media_items_by_level:city }}、门户网站{{ fireworks.media_items_by_level:portal }}、公众号{{ fireworks.media_items_by_level:account }}。
{{ table fireworks.publicity }}
会同公安、应急、市场监管等部门开展联合整治行动{{ fireworks.joint_actions }}；收缴烟花爆竹{{ fireworks.seizures }}，集中销毁{{ fireworks.destruction_vehicles }}、{{ fireworks.destroyed_tonnes | 约 }}。
期内核实炮情{{ fireworks.incidents }}，其中居民区{{ fireworks.incidents_by_place_kind:residential }}、丧事点{{ fireworks.incidents_by_place_kind:funeral }}，移交公安机关{{ fireworks.incidents_by_handling:handed_over }}，平均{{ fireworks.response_minutes }}到场；印发考评通报{{ fireworks.bulletins }}。"""

# Said of periods that hold the festivals: the first half-year, or a range around them.
FESTIVALS = """
春节期间开展联合整治行动{{ fireworks.joint_actions_in_window:spring }}，核实炮情{{ fireworks.incidents_in_window:spring }}，{{ fireworks.incidents_in_window:spring | 同比 }}。{{ ? fireworks.none_at_lantern_festival }}{{ ? fireworks.none_at_qingming }}
{{ table fireworks.windows }}"""

APPROVALS = """\
道路挖掘和占用审批实行书面申请、执法人员现场查勘、集中会审的流程，查勘结论、公安交管意见和费用核定齐备后一并会审。共收件{{ permits.received }}，{{ permits.received | 同比 }}，其中挖掘城市道路{{ permits.received_by_item:dig }}、占用城市道路{{ permits.received_by_item:occupy }}、占用公共场地{{ permits.received_by_item:public_ground }}；受理{{ permits.accepted }}，现场查勘{{ permits.surveyed }}，准予许可{{ permits.granted }}，不予许可{{ permits.refused }}，办结{{ permits.closed }}。
{{ table permits.by_item }}
办理时限上，法定期限平均{{ permits.average_legal }}，承诺期限平均{{ permits.average_promised }}，承诺压缩{{ permits.compression_promised | 百分比 }}；实际自受理起平均{{ permits.average_days }}作出决定，法定期限内决定率{{ permits.legal_rate | 百分比 }}，承诺期限内办结率{{ permits.promised_rate | 百分比 }}。{{ ? permits.all_in_time }}
核定应缴费用{{ permits.fees_due }}，实缴入库{{ permits.fees_received }}；挖掘修复验收合格{{ permits.restored }}，期末逾期未修复{{ permits.overdue_restoration }}。{{ ? permits.none_overdue }}
{{ chart permits.received_by_month }}"""

BILLBOARDS = """\
期内开展户外广告专项整治{{ billboards.campaigns }}（{{ billboards.campaign_name }}），摸底登记问题{{ billboards.campaign_found }}，告知设置人限期整改{{ billboards.campaign_notified }}，复核销号{{ billboards.campaign_settled }}，销号率{{ billboards.campaign_rate | 百分比 }}；转入执法程序{{ billboards.campaign_enforcement }}，依法继续办理。
{{ table billboards.campaign_by_street }}
期内拆除户外广告{{ billboards.removed }}、{{ billboards.removed_area }}，其中当事人自行拆除{{ billboards.removed_by_mode:voluntary }}、协助拆除{{ billboards.removed_by_mode:assisted }}；清理横幅、条幅{{ billboards.banners }}。期末在账户外广告{{ billboards.inventory }}，大型户外广告安全检查率{{ billboards.inspection_coverage | 百分比 }}。
执法办案方面，下达责令改正通知书{{ billboards.orders }}，立案{{ billboards.cases_filed }}，作出处罚决定{{ billboards.penalties }}（其中当场处罚{{ billboards.spot_penalties }}），移送其他机关{{ billboards.cases_transferred }}，结案{{ billboards.cases_closed }}。决定罚款{{ billboards.fines_imposed }}，实缴入库{{ billboards.fines_collected }}，期末未缴{{ billboards.fines_outstanding }}。
{{ table billboards.cases_by_violation }}
{{ chart billboards.cases_by_month }}"""

SHORTAGE = """\
{{ staff.since:【起算月】 }}至今，共有{{ staff.leavers_since:【起算月】 }}辞职或调离，其中本期{{ staff.leavers }}；期末实有{{ staff.on_roll }}，在岗{{ staff.on_duty }}。按配备标准应有{{ staff.required }}，在岗人数占标准的{{ staff.staffing_ratio | 百分比 }}，还差{{ staff.staffing_gap }}。{{ ? staff.below_half }}
{{ chart staff.on_duty }}
{{ table staff.changes }}"""

RECURRENCE = """\
部分问题整改后出现反复。期内销号后再次发现的反复案件{{ inspections.recurrences }}，{{ inspections.recurrences | 同比 }}，其中市容秩序{{ inspections.recurrences_by_category:A }}、环境卫生{{ inspections.recurrences_by_category:B }}；严重情形{{ inspections.severe }}。"""


def counted_since(period: Period) -> str:
    """From which month leavers are counted: two years back, but not before the ledger begins."""
    wanted = f"{min(period.end.year, timezone.localdate().year) - 2}-07"
    first = headcount.began()
    return wanted if first is None else max(wanted, f"{first:%Y-%m}")


def word_of(period: Period) -> tuple[str, str]:
    """上半年, 下半年 as the period says, with what comes after it."""
    return {"1": ("上半年", "下半年"), "2": ("下半年", "明年上半年")}.get(
        period.key[5:6] if "H" in period.key else "", ("本期", "下一步")
    )


def filled(text: str, period: Period) -> str:
    """A text of an outline with what the period makes of its 【】."""
    present, following = word_of(period)
    for mark, text_of in BOOKS.items():
        if mark in text:  # a question to the office's books
            text = text.replace(mark, text_of(period))
    if "【起算月】" in text:  # a question to the ledger
        text = text.replace("【起算月】", counted_since(period))
    return text.replace("【期间】", period.label).replace("【本期】", present).replace("【下期】", following)


def in_han(number: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(number, 10)
    return f"{HAN[tens] if tens > 1 else ''}{'十' if tens else ''}{HAN[ones] if ones or not tens else ''}"


def numbers(levels: Iterable[int]) -> list[str]:
    """一、（一）1. for each section, counted anew under each heading above (GB/T 9704-2012 7.3.3)."""
    counts, found = [0, 0, 0], []
    for level in levels:
        counts[level - 1] += 1
        counts[level:] = [0] * (3 - level)
        count = counts[level - 1]
        found.append((f"{in_han(count)}、", f"（{in_han(count)}）", f"{count}.")[level - 1])
    return found


def sections_of(parts: Sequence[AnyPart], period: Period) -> list[OutlineSection]:
    """The sections for a period: numbered, with its words; a part without heading continues the one before."""
    festivals = bool(windows_in(period, "spring"))
    kept: list[Part] = []
    for part in parts:
        if part.when == When.FESTIVALS and not festivals:
            continue
        text = filled(part.text, period)
        if part.text and not text:  # the books hold nothing for the period
            continue
        if part.heading or not kept:
            kept.append(Part(part.level, filled(part.heading, period), text))
        else:
            kept[-1] = Part(kept[-1].level, kept[-1].heading, f"{kept[-1].text}\n{text}".strip())
    marks = numbers(part.level for part in kept)
    return [
        OutlineSection(part.level, mark if part.heading else "", part.heading, part.text)
        for part, mark in zip(kept, marks, strict=True)
    ]


LONG = Template(
    "long",
    "全文",
    "【期间】工作总结",
    0,
    (
        Part(1, "【本期】工作情况"),
        Part(2, "强化制度建设，抓好内部管理", MANAGEMENT),
        Part(2, "市容环境卫生考评工作全面开展", ASSESSMENT),
        Part(2, "禁炮管理工作稳中有序推进", FIREWORKS),
        Part(2, "", FESTIVALS.strip(), When.FESTIVALS),
        Part(2, "审批服务在查勘和会审中做细做实", APPROVALS),
        Part(2, "户外广告整治与执法依法推进", BILLBOARDS),
        Part(2, "重点工作协调推进", "【重点工作】"),
        Part(1, "存在的问题"),
        Part(2, "执法人员紧缺", SHORTAGE),
        Part(2, "长效机制有待完善", RECURRENCE),
        Part(2, "部分遗留问题需持续推动", "【遗留问题】"),
        Part(1, "【下期】工作打算"),
        Part(2, "本期计划完成情况", "【计划完成】"),
        Part(2, "重点任务安排", NEXT),
    ),
)


def default_outline(period: Period) -> list[OutlineSection]:
    """The chapters of the long outline for a period."""
    return sections_of(LONG.parts, period)
