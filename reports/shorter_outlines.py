"""The house's shorter outlines over the same figures: two thousand characters, one page, speech."""

from __future__ import annotations

from typing import Final

from reports.enums import When
from reports.outline import LONG, Part, Template

ASSESSMENT_SHORT = """\
{{ inspections.months }}对{{ inspections.streets }}街道办事处（管理处）、{{ inspections.squads }}城管中队开展市容环境卫生考评，检查范围覆盖{{ inspections.areas }}区域。共查找案件{{ inspections.findings | 余 }}，{{ inspections.findings | 同比 }}，其中市容秩序{{ inspections.findings_by_category:A }}、环境卫生{{ inspections.findings_by_category:B }}；已整改{{ inspections.closed }}，整改率{{ inspections.rectification_rate | 百分比 }}，{{ inspections.rectification_rate | 同比 }}，按期整改率{{ inspections.on_time_rate | 百分比 }}，逾期的{{ inspections.overdue }}。印发考评通报{{ inspections.bulletins }}；街道组第一名为{{ inspections.first:street }}，末位为{{ inspections.last:street }}；中队组第一名为{{ inspections.first:squad }}，末位为{{ inspections.last:squad }}。{{ ? inspections.monthly_bulletins }}"""

FIREWORKS_SHORT = """\
划定网格{{ fireworks.grids }}，安排值守{{ fireworks.duty_turns }}，网格覆盖率{{ fireworks.coverage | 百分比 }}。制作宣传展板{{ fireworks.boards }}，悬挂横幅{{ fireworks.banners }}，发放宣传册和资料{{ fireworks.leaflets | 万 }}，入户宣传{{ fireworks.visits }}，媒体报道{{ fireworks.media_items }}；会同公安、应急、市场监管等部门开展联合整治行动{{ fireworks.joint_actions }}，收缴烟花爆竹{{ fireworks.seizures }}，集中销毁{{ fireworks.destroyed_tonnes | 约 }}；核实炮情{{ fireworks.incidents }}，{{ fireworks.incidents | 同比 }}，移交公安机关{{ fireworks.incidents_by_handling:handed_over }}。"""

FESTIVALS_SHORT = "{{ ? fireworks.none_at_lantern_festival }}{{ ? fireworks.none_at_qingming }}"

MANAGEMENT_SHORT = """\
制定、修订内部管理制度{{ staff.rules }}，废止{{ staff.rules_repealed }}，现行制度{{ staff.rules_in_force }}；组织业务和法治培训{{ staff.trainings }}，政治理论学习{{ staff.studies }}，期末持有效行政执法证的{{ staff.certified }}；对{{ staff.appraised }}科室、中队进行考核并公布结果。"""

APPROVALS_SHORT = """\
道路挖掘和占用审批实行现场查勘、集中会审。共收件{{ permits.received }}，{{ permits.received | 同比 }}；受理{{ permits.accepted }}，现场查勘{{ permits.surveyed }}，准予许可{{ permits.granted }}，不予许可{{ permits.refused }}，办结{{ permits.closed }}。法定期限平均{{ permits.average_legal }}，承诺期限平均{{ permits.average_promised }}，实际自受理起平均{{ permits.average_days }}作出决定，承诺期限内办结率{{ permits.promised_rate | 百分比 }}。{{ ? permits.all_in_time }}核定应缴费用{{ permits.fees_due }}，实缴入库{{ permits.fees_received }}；挖掘修复验收合格{{ permits.restored }}，期末逾期未修复{{ permits.overdue_restoration }}。"""

BILLBOARDS_SHORT = """\
开展户外广告专项整治{{ billboards.campaigns }}，摸底登记问题{{ billboards.campaign_found }}，复核销号{{ billboards.campaign_settled }}，销号率{{ billboards.campaign_rate | 百分比 }}；拆除户外广告{{ billboards.removed }}、{{ billboards.removed_area }}，清理横幅、条幅{{ billboards.banners }}；期末在账户外广告{{ billboards.inventory }}，大型户外广告安全检查率{{ billboards.inspection_coverage | 百分比 }}。执法办案方面，下达责令改正通知书{{ billboards.orders }}，立案{{ billboards.cases_filed }}，作出处罚决定{{ billboards.penalties }}，结案{{ billboards.cases_closed }}；决定罚款{{ billboards.fines_imposed }}，实缴入库{{ billboards.fines_collected }}，期末未缴{{ billboards.fines_outstanding }}。"""

SHORTAGE_SHORT = """\
期末实有{{ staff.on_roll }}，在岗{{ staff.on_duty }}，按配备标准应有{{ staff.required }}，在岗人数占标准的{{ staff.staffing_ratio | 百分比 }}，还差{{ staff.staffing_gap }}；本期辞职或调离{{ staff.leavers }}。{{ ? staff.below_half }}"""

RECURRENCE_SHORT = """\
反复案件{{ inspections.recurrences }}，{{ inspections.recurrences | 同比 }}，长效机制有待完善。"""

SHORT = Template(
    "short",
    "两千字",
    "【期间】工作总结（简本）",
    2000,
    (
        Part(1, "【本期】工作情况"),
        Part(2, "强化制度建设，抓好内部管理", MANAGEMENT_SHORT),
        Part(2, "市容环境卫生考评", ASSESSMENT_SHORT),
        Part(2, "禁炮管理", FIREWORKS_SHORT),
        Part(2, "", FESTIVALS_SHORT, When.FESTIVALS),
        Part(2, "审批服务", APPROVALS_SHORT),
        Part(2, "户外广告整治与执法", BILLBOARDS_SHORT),
        Part(2, "重点工作", "【重点工作要点】"),
        Part(1, "存在的问题"),
        Part(2, "执法人员紧缺", SHORTAGE_SHORT),
        Part(2, "长效机制有待完善", RECURRENCE_SHORT),
        Part(2, "部分遗留问题需持续推动", "【遗留问题】"),
        Part(1, "【下期】工作打算"),
        Part(2, "本期计划完成情况", "【计划完成要点】"),
        Part(2, "重点任务安排", "{{ reports.plan_text }}"),
    ),
)

# 22 lines of 28 characters hold it with title and signature, as long as the plan takes no more than four of them.
PAGE = Template(
    "page",
    "一页纸",
    "【期间】工作要情",
    600,
    (
        Part(
            1,
            "主要数据",
            "考评查找案件{{ inspections.findings }}，{{ inspections.findings | 同比 }}，"
            "整改率{{ inspections.rectification_rate | 百分比 }}，逾期{{ inspections.overdue }}。\n"
            "禁炮联合行动{{ fireworks.joint_actions }}，核实炮情{{ fireworks.incidents }}，"
            "值守覆盖率{{ fireworks.coverage | 百分比取整 }}。\n"
            "审批收件{{ permits.received }}，准予{{ permits.granted }}，平均{{ permits.average_days }}作出决定，"
            "承诺期限内办结率{{ permits.promised_rate | 百分比 }}。"
            "拆除户外广告{{ billboards.removed }}；立案{{ billboards.cases_filed }}，结案{{ billboards.cases_closed }}，"
            "罚款实缴入库{{ billboards.fines_collected }}。"
            "推进重点工作{{ reports.key_tasks }}，办结{{ reports.key_tasks_done }}。",
        ),
        Part(
            1,
            "要解决的问题",
            "反复案件{{ inspections.recurrences }}，{{ inspections.recurrences | 同比 }}；"
            "在岗{{ staff.on_duty }}，占配备标准的{{ staff.staffing_ratio | 百分比 }}，还差{{ staff.staffing_gap }}；"
            "遗留问题{{ reports.problems_left }}。",
        ),
        Part(1, "【下期】安排", "{{ reports.plan_text }}"),
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
            "考评上，对{{ inspections.streets }}街道（管理处）、{{ inspections.squads }}中队，一共查找案件"
            "{{ inspections.findings | 余 }}，{{ inspections.findings | 同比 }}，"
            "整改率{{ inspections.rectification_rate | 百分比取整 }}。街道里排在第一的是{{ inspections.first:street }}，"
            "中队里排在第一的是{{ inspections.first:squad }}。\n"
            "禁炮上，发放宣传资料{{ fireworks.leaflets | 万 }}，开展联合整治行动{{ fireworks.joint_actions }}，"
            "安排值守{{ fireworks.duty_turns }}，核实炮情{{ fireworks.incidents }}，{{ fireworks.incidents | 同比 }}。",
        ),
        Part(1, "", FESTIVALS_SHORT, When.FESTIVALS),
        Part(
            1,
            "",
            "审批上，收件{{ permits.received }}，准予许可{{ permits.granted }}，办结{{ permits.closed }}；"
            "承诺期限平均{{ permits.average_promised }}，实际平均{{ permits.average_days }}就作出决定，"
            "承诺期限内办结率{{ permits.promised_rate | 百分比取整 }}。\n"
            "户外广告上，拆除{{ billboards.removed }}、{{ billboards.removed_area }}，清理横幅、条幅{{ billboards.banners }}；"
            "专项整治查出的问题，销号率{{ billboards.campaign_rate | 百分比取整 }}；"
            "立案{{ billboards.cases_filed }}，结案{{ billboards.cases_closed }}。\n"
            "内部管理上，制定、修订制度{{ staff.rules }}，组织业务和法治培训{{ staff.trainings }}。",
        ),
        Part(1, "", "【重点工作要点】"),
        Part(1, "还有什么不足", f"{SHORTAGE_SHORT}\n{RECURRENCE_SHORT}"),
        Part(1, "", "【遗留问题要点】"),
        Part(1, "【下期】怎么办", "{{ reports.plan_text }}"),
    ),
)

HOUSE: Final[dict[str, Template]] = {template.code: template for template in (LONG, SHORT, PAGE, SPEECH)}
