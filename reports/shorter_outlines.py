"""The house's shorter outlines over the same figures: two thousand characters, one page, speech."""

from __future__ import annotations

from typing import Final

from reports.enums import When
from reports.outline import LONG, Part, Template

ASSESSMENT_SHORT = """\
{{ inspections.months }}对{{ inspections.streets }}街道办事处（管理处）、{{ inspections.squads }}城管中队开展市容环境卫生考评，共查找案件{{ inspections.findings | 余 }}，{{ inspections.findings | 同比 }}；已整改{{ inspections.closed }}，整改率{{ inspections.rectification_rate | 百分比 }}，按期整改率{{ inspections.on_time_rate | 百分比 }}，逾期的{{ inspections.overdue }}。街道组第一名为{{ inspections.first:street }}，中队组第一名为{{ inspections.first:squad }}。印发考评通报{{ inspections.bulletins }}。"""

FIREWORKS_SHORT = """\
发放禁炮宣传资料{{ fireworks.leaflets | 万 }}，悬挂横幅{{ fireworks.banners }}，媒体报道{{ fireworks.media_items }}；开展联合整治行动{{ fireworks.joint_actions }}，收缴烟花爆竹{{ fireworks.seizures }}，集中销毁{{ fireworks.destroyed_tonnes | 约 }}；核实炮情{{ fireworks.incidents }}，移交公安机关{{ fireworks.incidents_by_handling:handed_over }}。"""

FESTIVALS_SHORT = "{{ ? fireworks.none_at_lantern_festival }}{{ ? fireworks.none_at_qingming }}"

MANAGEMENT_SHORT = """\
新订修订内部管理制度{{ staff.rules }}，废止{{ staff.rules_repealed }}；组织业务和法治培训{{ staff.trainings }}，期末持有效行政执法证的{{ staff.certified }}。"""

SHORTAGE_SHORT = """\
期末实有{{ staff.on_roll }}，在岗{{ staff.on_duty }}，占配备标准的{{ staff.staffing_ratio | 百分比 }}，还差{{ staff.staffing_gap }}；本期辞职或调离{{ staff.leavers }}。{{ ? staff.below_half }}"""

RECURRENCE_SHORT = """\
反复案件{{ inspections.recurrences }}，{{ inspections.recurrences | 同比 }}，长效机制有待完善。"""

SHORT = Template(
    "short",
    "两千字",
    "【期间】工作总结（简本）",
    2000,
    (
        Part(1, "【本期】工作情况"),
        Part(2, "内部管理", MANAGEMENT_SHORT),
        Part(2, "市容环境卫生考评", ASSESSMENT_SHORT),
        Part(2, "禁炮管理", FIREWORKS_SHORT),
        Part(2, "", FESTIVALS_SHORT, When.FESTIVALS),
        Part(1, "存在的问题", f"{SHORTAGE_SHORT}\n{RECURRENCE_SHORT}"),
    ),
)

PAGE = Template(
    "page",
    "一页纸",
    "【期间】工作要情",
    600,
    (
        Part(
            1,
            "主要数据",
            "考评查找案件{{ inspections.findings }}，整改率{{ inspections.rectification_rate | 百分比 }}，"
            "逾期{{ inspections.overdue }}，反复{{ inspections.recurrences }}。\n"
            "禁炮联合行动{{ fireworks.joint_actions }}，核实炮情{{ fireworks.incidents }}。\n"
            "在岗{{ staff.on_duty }}，占配备标准的{{ staff.staffing_ratio | 百分比 }}。",
        ),
        Part(1, "要解决的问题", RECURRENCE_SHORT),
    ),
)

SPEECH = Template(
    "speech",
    "发言稿",
    "【期间】工作汇报",
    1500,
    (
        Part(
            1,
            "【本期】做了什么",
            "各位领导、同志们：现将【期间】工作汇报如下。\n"
            "考评上，一共查找案件{{ inspections.findings | 余 }}，{{ inspections.findings | 同比 }}，"
            "整改率{{ inspections.rectification_rate | 百分比取整 }}。\n"
            "禁炮上，发放宣传资料{{ fireworks.leaflets | 万 }}，开展联合整治行动{{ fireworks.joint_actions }}，"
            "核实炮情{{ fireworks.incidents }}。",
        ),
        Part(1, "还有什么不足", SHORTAGE_SHORT),
        Part(1, "【下期】怎么办", ""),
    ),
)

HOUSE: Final[dict[str, Template]] = {template.code: template for template in (LONG, SHORT, PAGE, SPEECH)}
