"""Statutory periods of enforcement cases as data. Each statute counts its own days.

行政处罚法 Art. 85: 二日、三日、五日、七日 are working days; 行政强制法 Art. 69: ten days or fewer are working days; all other
periods run by the calendar. Amounts that are local or uncertain name a setting of the bureau.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from staff.deadlines import DeadlineRule, Unit
from staff.models import setting
from staff.workdays import DueDate, Pause, WorkCalendar, add_years

_WORKING, _CALENDAR, _MONTHS, _YEARS = Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS, Unit.YEARS
_DECREE = "住房城乡建设部令第55号（请法制科核对条文）"

RULES: Final[dict[str, DeadlineRule]] = {
    rule.code: rule
    for rule in (
        DeadlineRule("C_VERIFY", "线索核查", "收到线索", 15, _WORKING, _DECREE, setting="cases.verify_days"),
        DeadlineRule(
            "C_PRESERVE",
            "先行登记保存处理",
            "先行登记保存",
            7,
            _WORKING,
            "《行政处罚法》第五十六条、第八十五条",
            consequence="应当及时处理，逾期的解除保存",
        ),
        DeadlineRule(
            "C_STATEMENT",
            "陈述申辩",
            "事先告知送达",
            5,
            _WORKING,
            "《行政处罚法》第四十四条、第四十五条；日数按住房城乡建设部令第55号",
            setting="cases.statement_days",
            consequence="视为放弃陈述申辩",
        ),
        DeadlineRule(
            "C_HEARING_REQ",
            "申请听证",
            "听证告知送达",
            5,
            _WORKING,
            "《行政处罚法》第六十四条第一项、第八十五条",
            consequence="视为放弃听证",
        ),
        DeadlineRule(
            "C_HEARING_NOTICE",
            "听证通知提前",
            "听证通知送达",
            7,
            _WORKING,
            "《行政处罚法》第六十四条第二项、第八十五条",
        ),
        DeadlineRule(
            "C_DECIDE",
            "作出处罚决定",
            "立案",
            90,
            _CALENDAR,
            "《行政处罚法》第六十条",
            pausable=True,
            consequence="超过办案期限，属程序违法",
        ),
        DeadlineRule("C_SERVE", "送达决定", "作出决定", 7, _WORKING, "《行政处罚法》第六十一条、第八十五条"),
        DeadlineRule(
            "C_PAY",
            "缴纳罚款",
            "收到决定",
            15,
            _CALENDAR,
            "《行政处罚法》第六十七条第三款",
            consequence="每日按罚款数额百分之三加处罚款，不超过罚款数额",
        ),
        DeadlineRule(
            "C_REPORT_SPOT",
            "当场处罚报备",
            "当场处罚",
            3,
            _WORKING,
            "《行政处罚法》第五十二条第三款；日数按本局设置",
            setting="cases.spot_report_days",
        ),
        DeadlineRule(
            "C_HANDOVER_CASH", "当场收缴款交至本机关", "收缴罚款", 2, _WORKING, "《行政处罚法》第七十一条、第八十五条"
        ),
        DeadlineRule(
            "C_UNPUBLISH",
            "撤回公开的决定",
            "决定被变更、撤销、确认违法或者无效",
            3,
            _WORKING,
            "《行政处罚法》第四十八条、第八十五条",
        ),
        DeadlineRule(
            "E_DUNNING_COURT", "申请法院前的催告", "催告书送达", 10, _WORKING, "《行政强制法》第五十四条、第六十九条"
        ),
        DeadlineRule(
            "E_SUBSTITUTE_NOTICE",
            "代履行前催告",
            "催告书送达",
            3,
            _WORKING,
            "《行政强制法》第五十一条第一款第二项、第六十九条",
        ),
        DeadlineRule(
            "E_COURT_WINDOW",
            "申请法院强制执行",
            "起诉期限届满",
            3,
            _MONTHS,
            "《行政强制法》第五十三条；《最高人民法院关于适用〈中华人民共和国行政诉讼法〉的解释》第一百五十六条",
            consequence="逾期申请且无正当理由的，法院不予受理",
        ),
        DeadlineRule(
            "E_SURCHARGE_ENFORCE", "加处罚款后可强制执行", "加处罚款", 30, _CALENDAR, "《行政强制法》第四十六条第一款"
        ),
        DeadlineRule(
            "R_REVIEW",
            "申请行政复议",
            "收到决定",
            60,
            _CALENDAR,
            "《行政复议法》第二十条第一款",
            consequence="没有告知的，最长一年",
        ),
        DeadlineRule(
            "R_SUE",
            "提起行政诉讼",
            "收到决定",
            6,
            _MONTHS,
            "《行政诉讼法》第四十六条第一款",
            consequence="没有告知的，最长一年",
        ),
        DeadlineRule("R_SUE_AFTER_REVIEW", "复议后起诉", "收到复议决定", 15, _CALENDAR, "《行政诉讼法》第四十五条"),
        DeadlineRule(
            "R_UNTOLD",
            "未告知救济途径的最长期限",
            "收到决定",
            1,
            _YEARS,
            "《行政复议法》第二十条第三款；《最高人民法院关于适用〈中华人民共和国行政诉讼法〉的解释》第六十四条",
        ),
        DeadlineRule(
            "X_LIMITATION",
            "追责期限",
            "违法行为终了",
            2,
            _YEARS,
            "《行政处罚法》第三十六条",
            consequence="不再给予行政处罚",
        ),
        DeadlineRule(
            "X_LIMITATION_LONG",
            "追责期限",
            "违法行为终了",
            5,
            _YEARS,
            "《行政处罚法》第三十六条",
            consequence="不再给予行政处罚",
        ),
    )
}

# Periods that protect the party: nobody in the bureau has to act by then, and nobody may act before.
PARTY_RULES: Final = frozenset(
    {"C_STATEMENT", "C_HEARING_REQ", "C_PAY", "R_REVIEW", "R_SUE", "R_SUE_AFTER_REVIEW", "R_UNTOLD", "E_DUNNING_COURT"}
)

# What must be done outside the case whatever becomes of it: neither its closing nor its end does it.
OUTLASTING: Final = frozenset({"C_REPORT_SPOT", "C_UNPUBLISH", "C_HANDOVER_CASH"})


def amount_of(code: str) -> int:
    """The rule's amount, or what the bureau's setting says."""
    rule = RULES[code]
    return int(setting(rule.setting)) if rule.setting else rule.amount


def due(
    code: str, start: date, calendar: WorkCalendar, *, pauses: Sequence[Pause] = (), amount: int | None = None
) -> DueDate:
    """The last day of a period; the bureau's amount unless one is given."""
    return RULES[code].due(start, calendar, pauses=pauses, amount=amount_of(code) if amount is None else amount)


def limitation_ends(ended_on: date, calendar: WorkCalendar, *, endangers: bool) -> date:
    """The last day on which an act may still be discovered; it binds the bureau, so a rest day does not carry it on."""
    years = RULES["X_LIMITATION_LONG" if endangers else "X_LIMITATION"].amount
    return add_years(ended_on, years, calendar, roll=False).day
