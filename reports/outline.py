"""The default outline of a half-year summary, in our own words. The office changes it in the browser.

A section without a furnished room behind it is left out rather than filled with words that nothing proves.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.periods import Period


@dataclass(frozen=True)
class OutlineSection:
    level: int
    number: str
    heading: str
    text: str = ""


ASSESSMENT = """\
{{ inspections.months }}，按照考评标准{{ inspections.categories }}大项、{{ inspections.items }}小项的要求，对{{ inspections.streets }}街道办事处（管理处）、{{ inspections.squads }}城管中队以及景区保护中心、区农业委员会开展市容环境卫生考评，检查范围覆盖{{ inspections.area_names }}等{{ inspections.areas }}区域。{{ ? inspections.every_month }}
共查找案件{{ inspections.findings | 余 }}，{{ inspections.findings | 同比 }}；其中市容秩序{{ inspections.findings_by_category:A }}、环境卫生{{ inspections.findings_by_category:B }}、燃气管理{{ inspections.findings_by_category:C }}、禁炮工作{{ inspections.findings_by_category:D }}、牲畜禁养{{ inspections.findings_by_category:E }}、基建场地污染源{{ inspections.findings_by_category:F }}。
{{ chart inspections.by_category }}
整改方面，已整改{{ inspections.closed }}，整改率{{ inspections.rectification_rate | 百分比 }}，{{ inspections.rectification_rate | 同比 }}；应整改{{ inspections.due }}，按期整改{{ inspections.on_time }}，按期整改率{{ inspections.on_time_rate | 百分比 }}；逾期整改和逾期未整改的共{{ inspections.overdue }}。
{{ table inspections.by_category }}
{{ table inspections.by_unit }}"""

RECURRENCE = """\
部分问题整改后出现反复。期内销号后再次发现的反复案件{{ inspections.recurrences }}，{{ inspections.recurrences | 同比 }}，其中市容秩序{{ inspections.recurrences_by_category:A }}、环境卫生{{ inspections.recurrences_by_category:B }}；严重情形{{ inspections.severe }}。"""


def default_outline(period: Period) -> list[OutlineSection]:
    """The chapters for a period; 上半年 or 下半年 in the heading as the period says."""
    span = {"1": "上半年", "2": "下半年"}.get(period.key[5:6] if "H" in period.key else "", "本期")
    return [
        OutlineSection(1, "一、", f"{span}工作情况"),
        OutlineSection(2, "（二）", "市容环境卫生考评工作全面开展", ASSESSMENT),
        OutlineSection(1, "二、", "存在的问题"),
        OutlineSection(2, "（二）", "长效机制有待完善", RECURRENCE),
    ]
