"""The demo bureau's regulations register: invented rules over three years, two documents that the summary prints."""

from __future__ import annotations

from datetime import date

from staff.enums import RuleCategory, RuleChange, RuleNature
from staff.models import Regulation, RegulationVersion, Unit
from staff.workflow import regulations

# title, category, first in force, later revisions (a day each)
RULES: tuple[tuple[str, RuleCategory, date, tuple[date, ...]], ...] = (
    ("公文办理制度", RuleCategory.OFFICE, date(2024, 1, 10), (date(2026, 2, 1),)),
    ("会议管理制度", RuleCategory.OFFICE, date(2024, 1, 10), ()),
    ("印章使用制度", RuleCategory.OFFICE, date(2024, 1, 10), (date(2025, 3, 1),)),
    ("档案管理制度", RuleCategory.OFFICE, date(2024, 1, 10), ()),
    ("信访接待制度", RuleCategory.OFFICE, date(2024, 6, 1), (date(2026, 3, 15),)),
    ("考勤和请销假制度", RuleCategory.ATTENDANCE, date(2024, 1, 10), (date(2025, 1, 10), date(2026, 1, 12))),
    ("值班值守制度", RuleCategory.ATTENDANCE, date(2024, 1, 10), (date(2026, 4, 1),)),
    ("干部职工学习制度", RuleCategory.PERSONNEL, date(2024, 3, 1), ()),
    ("协管人员管理制度", RuleCategory.PERSONNEL, date(2024, 3, 1), (date(2026, 3, 1),)),
    ("执法证件管理制度", RuleCategory.PERSONNEL, date(2025, 5, 1), ()),
    ("财务报销制度", RuleCategory.FINANCE, date(2024, 1, 10), (date(2026, 1, 20),)),
    ("固定资产管理制度", RuleCategory.FINANCE, date(2024, 1, 10), ()),
    ("政府采购内控制度", RuleCategory.FINANCE, date(2025, 4, 1), ()),
    ("公务用车制度", RuleCategory.VEHICLES, date(2024, 1, 10), (date(2026, 5, 6),)),
    ("执法车辆使用制度", RuleCategory.VEHICLES, date(2024, 1, 10), ()),
    ("行政执法公示制度", RuleCategory.ENFORCEMENT, date(2024, 2, 1), ()),
    ("执法全过程记录制度", RuleCategory.ENFORCEMENT, date(2024, 2, 1), (date(2026, 6, 1),)),
    ("重大执法决定法制审核制度", RuleCategory.ENFORCEMENT, date(2024, 2, 1), ()),
    ("罚没物品管理制度", RuleCategory.ENFORCEMENT, date(2026, 2, 10), ()),
    ("案件集体讨论制度", RuleCategory.ENFORCEMENT, date(2026, 4, 20), ()),
    ("廉政谈话制度", RuleCategory.INTEGRITY, date(2024, 1, 10), ()),
    ("礼品登记制度", RuleCategory.INTEGRITY, date(2024, 1, 10), ()),
    ("安全生产责任制度", RuleCategory.SAFETY, date(2024, 1, 10), (date(2026, 3, 20),)),
    ("消防安全制度", RuleCategory.SAFETY, date(2024, 1, 10), ()),
)
DOCUMENTS = (
    ("办01", "禁止燃放烟花爆竹工作考评办法（演示）", RuleNature.SCHEME, date(2026, 1, 8)),
    ("意01", "关于加强户外广告设置管理的意见（演示）", RuleNature.OPINION, date(2026, 4, 16)),
    ("办02", "科室考核奖惩办法（演示）", RuleNature.SCHEME, date(2026, 3, 2)),
)
REPEALED = ("礼品登记制度", date(2026, 5, 20))
TEXT = """\
第一条 为规范本局{title}所涉工作，制定本制度（演示文本，不具效力）。
第二条 本制度适用于局机关各科室、各中队。
第三条 {version}。
第四条 本制度由{owner}负责解释，自施行之日起执行。"""


def seed() -> None:
    office = Unit.objects.get(name="办公室")
    for index, (title, category, first, revisions) in enumerate(RULES, 1):
        regulation = regulations.record_rule(
            Regulation(code=f"制{index:02d}", category=category, owner=office),
            version(title, office, first, f"示城管制〔{first.year}〕{index}号", "责任落实到人，每季度检查一次"),
            by=None,
        )
        for number, day in enumerate(revisions, 2):
            new = version(
                title,
                office,
                day,
                f"示城管制〔{day.year}〕{index}号",
                f"责任落实到人，每月检查一次，第{number}版补充台账要求",
            )
            new.change_note = "根据检查情况补充台账和责任条款（演示）"
            regulations.change_rule(regulation, new, change=RuleChange.REVISED, by=None)
        if title == REPEALED[0]:
            end = RegulationVersion(title=title, issued_on=REPEALED[1], effective_on=REPEALED[1], change_note="并入廉政谈话制度（演示）")  # fmt: skip
            regulations.change_rule(regulation, end, change=RuleChange.REPEALED, by=None)
    for code, title, nature, day in DOCUMENTS:
        regulations.record_rule(
            Regulation(code=code, category=RuleCategory.ASSESSMENT, nature=nature, owner=office),
            version(title, office, day, f"示城管发〔{day.year}〕{day.month}号", "按附表执行"),
            by=None,
        )


def version(title: str, owner: Unit, day: date, number: str, third: str) -> RegulationVersion:
    text = TEXT.format(title=title, version=third, owner=owner.label)
    return RegulationVersion(title=title, issued_on=day, effective_on=day, document_number=number, text=text)
