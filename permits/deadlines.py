"""The periods of a permit: start event, amount, unit, whether the clock may stop, article. Data, no logic."""

from __future__ import annotations

from typing import Final

from staff.deadlines import DeadlineRule, Unit

LAW, ROADS = "《行政许可法》", "《城市道路管理条例》"
WORKING = Unit.WORKING_DAYS

SUPPLEMENT_NOTICE: Final = DeadlineRule(
    "P_SUPPLEMENT_NOTICE", "补正告知", "收件", 5, WORKING, f"{LAW}第三十二条第一款第四项、第八十二条",
    consequence="逾期不告知的，自收到申请材料之日起即为受理",
)  # fmt: skip
DECIDE: Final = DeadlineRule(
    "P_DECIDE", "作出决定", "受理", 20, WORKING, f"{LAW}第四十二条第一款、第八十二条", pausable=True,
    consequence="逾期属违法拖延；首次申请没有逾期即准予的规定",
)  # fmt: skip
EXTENSION_DAYS: Final = 10
EXTENDED: Final = DeadlineRule(
    "P_EXTEND", "作出决定（已延长）", "受理", 20 + EXTENSION_DAYS, WORKING, f"{LAW}第四十二条第一款", pausable=True,
    consequence="只能延长一次，须经本机关负责人批准并告知理由",
)  # fmt: skip
DECIDE_JOINT: Final = DeadlineRule(
    "P_DECIDE_JOINT", "统一（联合、集中）办理作出决定", "受理", 45, WORKING, f"{LAW}第二十六条、第四十二条第二款",
    pausable=True, consequence="本局内部集中会审不适用",
)  # fmt: skip
PROMISED: Final = DeadlineRule("P_PROMISED", "承诺时限", "受理", 5, WORKING, "办事指南公布的承诺时限", pausable=True)
SURVEY: Final = DeadlineRule("P_SURVEY", "现场查勘（承诺分段）", "派单", 2, WORKING, "办事指南公布的承诺时限")
DELIVER: Final = DeadlineRule("P_DELIVER", "颁发、送达许可证", "决定", 10, WORKING, f"{LAW}第四十四条")
HEARING_REQUEST: Final = DeadlineRule(
    "P_HEARING_REQ", "申请听证", "告知听证权利", 5, WORKING, f"{LAW}第四十七条", consequence="逾期视为放弃"
)
HEARING_HELD: Final = DeadlineRule("P_HEARING_ORG", "组织听证", "收到听证申请", 20, WORKING, f"{LAW}第四十七条")
HEARING_NOTICE: Final = DeadlineRule("P_HEARING_NOTICE", "听证七日前通知", "通知", 7, WORKING, f"{LAW}第四十八条")
RENEW_APPLY: Final = DeadlineRule(
    "P_RENEW_APPLY", "申请延续", "有效期届满", 30, Unit.CALENDAR_DAYS, f"{LAW}第五十条",
    consequence="道路许可另有规定：移动、扩大、延长的提前办理变更（《城市道路管理条例》第三十六条）",
)  # fmt: skip
EMERGENCY: Final = DeadlineRule(
    "P_EMERGENCY", "抢修补办手续", "抢修开始", 24, Unit.HOURS, f"{ROADS}第三十四条",
    consequence="逾期未补办的，按第四十二条第五项可以处二万元以下罚款",
)  # fmt: skip
PROTECT_NEW: Final = DeadlineRule(
    "P_PROTECT_NEW", "新建道路禁挖期", "交付使用", 5, Unit.YEARS, f"{ROADS}第三十三条第二款",
    consequence="须经县级以上城市人民政府批准",
)  # fmt: skip
PROTECT_OVERHAUL: Final = DeadlineRule(
    "P_PROTECT_OVERHAUL", "大修道路禁挖期", "大修竣工", 3, Unit.YEARS, f"{ROADS}第三十三条第二款",
    consequence="须经县级以上城市人民政府批准",
)  # fmt: skip
PUBLISH: Final = DeadlineRule(
    "P_PUBLISH", "决定公示", "决定", 7, WORKING, "国办发〔2018〕118号；信用信息双公示", setting="permits.publish_days"
)
WARRANTY: Final = DeadlineRule(
    "P_WARRANTY", "修复质保期", "验收合格", 12, Unit.MONTHS, f"{ROADS}第十八条", setting="permits.warranty_months"
)
PAY: Final = DeadlineRule(
    "P_PAY", "缴费", "通知缴费", 7, Unit.CALENDAR_DAYS, f"{ROADS}第三十七条；期限按业务设置的依据文件",
    setting="permits.pay_days", consequence="法律没有规定逾期的后果：催缴，费用缴清以前不发证",
)  # fmt: skip
CHANGE: Final = DeadlineRule("P_CHANGE", "变更决定", "收到变更申请", 20, WORKING, f"{LAW}第四十二条、第四十九条")

RULES: Final = {
    rule.code: rule
    for rule in (
        SUPPLEMENT_NOTICE, DECIDE, EXTENDED, DECIDE_JOINT, PROMISED, SURVEY, DELIVER, HEARING_REQUEST, HEARING_HELD,
        HEARING_NOTICE, RENEW_APPLY, EMERGENCY, PROTECT_NEW, PROTECT_OVERHAUL, PUBLISH, WARRANTY, PAY, CHANGE,
    )
}  # fmt: skip

REMIND_SUPPLEMENT_AFTER: Final = 10  # working days of silence, when the setting says nothing else; never a refusal
