"""What stands in the side navigation and in the bottom bar of phones, for whom. Data, like the URLconf.

An entry is shown when its address exists and the user holds its permission, so apps can come one after another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

SOME_NUMBER = 7_070_707_070  # stands in no path


class Entry(NamedTuple):
    section: str  # the heading it stands under; "" stands alone on top
    label: str
    url_name: str
    permissions: str = ""  # "app.codename …", all of them needed; "" = everybody who is signed in
    icon: str = ""  # a symbol of static/img/icons.svg; only the bottom bar shows icons
    args: tuple[str, ...] = ()  # of the address


NAV = (
    Entry("", "工作台", "reports:desk"),
    Entry("", "手册", "reports:handbook-list"),
    Entry("市容考评", "现场录入", "inspections:street-entry", "inspections.register_finding"),
    Entry("市容考评", "整表录入", "inspections:grid-entry", "inspections.register_finding"),
    Entry("市容考评", "考评问题", "inspections:finding-list", "inspections.view_findings"),
    Entry("市容考评", "待转考评的炮情", "inspections:incident-list", "inspections.register_finding"),
    Entry("市容考评", "我单位的整改", "inspections:rectification-list", "inspections.rectify_finding"),
    Entry("市容考评", "待复查", "inspections:review-list", "inspections.review_finding"),
    Entry("市容考评", "交办单", "inspections:order-list", "inspections.view_findings"),
    Entry("市容考评", "延期申请", "inspections:extension-list", "inspections.view_findings"),
    Entry("市容考评", "考评申诉", "inspections:appeal-list", "inspections.view_findings"),
    Entry("市容考评", "考评计划", "inspections:round-list", "inspections.view_rounds"),
    Entry("市容考评", "现场检查评分表", "inspections:sheet-list", "inspections.view_findings"),
    Entry("市容考评", "点位", "inspections:place-list", "inspections.view_findings"),
    Entry("市容考评", "导入问题", "staff:import-new", "inspections.import_findings", args=("inspections.findings",)),
    Entry("市容考评", "单位得分", "inspections:score-list", "inspections.view_scores"),
    Entry("市容考评", "扣分核对单", "inspections:checksheet-list", "inspections.view_scores"),
    Entry("市容考评", "考评通报", "inspections:bulletin-list", "inspections.view_scores"),
    Entry("市容考评", "考评分析", "inspections:analysis", "inspections.view_analysis"),
    Entry("市容考评", "外来得分", "inspections:input-list", "inspections.manage_scores"),
    Entry("市容考评", "计分规则", "inspections:rules-list", "inspections.manage_scores"),
    Entry("市容考评", "考评标准", "inspections:standard-list", "inspections.view_findings"),
    Entry("禁炮", "我的值班", "fireworks:my-duty", "fireworks.view_fireworks"),
    Entry("禁炮", "值守动态", "fireworks:board", "fireworks.view_fireworks"),
    Entry("禁炮", "重点时段", "fireworks:window-list", "fireworks.view_fireworks"),
    Entry("禁炮", "禁炮网格", "fireworks:grid-list", "fireworks.view_fireworks"),
    Entry("禁炮", "值守人员", "fireworks:duty-person-list", "fireworks.view_fireworks"),
    Entry("禁炮", "值守报告", "fireworks:report-list", "fireworks.view_fireworks"),
    Entry("禁炮", "登记炮情", "fireworks:incident-create", "fireworks.record_incident"),
    Entry("禁炮", "炮情", "fireworks:incident-list", "fireworks.view_fireworks"),
    Entry("禁炮", "群众举报", "fireworks:public-report-list", "fireworks.view_reporter"),
    Entry("禁炮", "禁炮宣传", "fireworks:publicity-list", "fireworks.view_fireworks"),
    Entry("禁炮", "媒体报道", "fireworks:media-list", "fireworks.view_fireworks"),
    Entry("禁炮", "联合行动", "fireworks:action-list", "fireworks.view_fireworks"),
    Entry("禁炮", "收缴物品", "fireworks:lot-list", "fireworks.view_fireworks"),
    Entry("禁炮", "集中销毁", "fireworks:destruction-list", "fireworks.view_fireworks"),
    Entry("禁炮", "禁炮考评扣分", "fireworks:entry-list", "fireworks.view_fireworks"),
    Entry("禁炮", "禁炮考评通报", "fireworks:bulletin-list", "fireworks.view_fireworks"),
    Entry("禁炮", "书面证明", "fireworks:statement-list", "fireworks.view_fireworks"),
    Entry("重点工作", "登记台账", "reports:tally-create", "reports.record_tally"),
    Entry("重点工作", "重点工作", "reports:task-list", "reports.view_tasks"),
    Entry("重点工作", "工作量台账", "reports:tally-list", "reports.view_tasks"),
    Entry("重点工作", "工作计划", "reports:plan-list", "reports.view_tasks"),
    Entry("重点工作", "存在的问题", "reports:problem-list", "reports.view_tasks"),
    Entry("户外广告", "户外广告台账", "billboards:board-list", "billboards.view_billboards"),
    Entry("户外广告", "安全检查", "billboards:inspection-list", "billboards.view_billboards"),
    Entry("户外广告", "专项整治", "billboards:campaign-list", "billboards.view_billboards"),
    Entry("户外广告", "专项台账", "billboards:item-list", "billboards.view_billboards"),
    Entry("户外广告", "专项日报", "billboards:daily-list", "billboards.view_billboards"),
    Entry("户外广告", "拆除记录", "billboards:removal-list", "billboards.view_billboards"),
    Entry("户外广告", "登记线索", "billboards:case-create", "billboards.handle_case"),
    Entry("户外广告", "执法案件", "billboards:case-list", "billboards.view_cases"),
    Entry("户外广告", "案件期限", "billboards:clock-list", "billboards.view_cases"),
    Entry("户外广告", "案件文书", "billboards:paper-list", "billboards.view_cases"),
    Entry("户外广告", "处罚决定", "billboards:decision-list", "billboards.view_cases"),
    Entry("户外广告", "缴款台账", "billboards:payment-list", "billboards.view_cases"),
    Entry("户外广告", "违法行为目录", "billboards:violation-list", "billboards.view_cases"),
    Entry("占道审批", "许可申请", "permits:application-list", "permits.view_permits"),
    Entry("占道审批", "登记申请", "permits:application-create", "permits.receive_permit"),
    Entry("占道审批", "快速登记", "permits:quick-create", "permits.receive_permit"),
    Entry("占道审批", "督办看板", "permits:light-board", "permits.view_permits"),
    Entry("占道审批", "到期日历", "permits:due-calendar", "permits.view_permits"),
    Entry("占道审批", "集中会审", "permits:session-list", "permits.handle_permit"),
    Entry("占道审批", "许可办件台账", "permits:case-book", "permits.view_permits"),
    Entry("占道审批", "月度统计表", "permits:statistics", "permits.handle_permit"),
    Entry("占道审批", "程序瑕疵", "permits:flaw-book", "permits.view_permits"),
    Entry("占道审批", "许可文书", "permits:paper-book", "permits.view_permits"),
    Entry("占道审批", "许可事项", "permits:item-list", "permits.view_permits"),
    Entry("占道审批", "道路", "permits:road-list", "permits.view_permits"),
    Entry("占道审批", "年度挖掘计划", "permits:dig-plan", "permits.view_permits"),
    Entry("占道审批", "收费标准", "permits:tariff-list", "permits.view_permits"),
    Entry("占道审批", "费用核定", "permits:assessment-list", "permits.view_permits"),
    Entry("占道审批", "缴费台账", "permits:payment-list", "permits.view_permits"),
    Entry("材料", "领导看板", "reports:glance", "reports.view_reports"),
    Entry("材料", "工作总结", "reports:report-list", "reports.view_reports"),
    Entry("材料", "历史数据", "reports:history-list", "reports.manage_tasks"),
    Entry("材料", "材料报送", "reports:material-list", "reports.confirm_material"),
    Entry("材料", "报送留底", "reports:submission-list", "reports.view_reports"),
    Entry("人事", "人员名册", "staff:person-list", "staff.view_people"),
    Entry("人事", "人员变动", "staff:movement-list", "staff.view_people"),
    Entry("人事", "人员情况表", "staff:personnel-table-list", "staff.view_people staff.see_all_units"),
    Entry("人事", "配备标准", "staff:staffing", "staff.view_people staff.see_all_units"),
    Entry("人事", "执法证", "staff:certificate-list", "staff.view_people"),
    Entry("人事", "培训学习", "staff:course-list", "staff.view_people"),
    Entry("内部管理", "制度汇编", "staff:regulation-list", "staff.view_regulations"),
    Entry("内部管理", "科室考核", "staff:appraisal-round-list", "staff.view_appraisals"),
    Entry("内部管理", "纪律处理", "staff:discipline-list", "staff.view_discipline"),
    Entry("办公室", "账号", "staff:user-list", "staff.manage_accounts"),
    Entry("办公室", "发件", "staff:mail-list", "staff.manage_accounts"),
    Entry("办公室", "运行状况", "staff:condition", "staff.manage_accounts"),
    Entry("办公室", "后台任务", "staff:job-list"),
    Entry("办公室", "操作日志", "staff:activity-list", "staff.read_log"),
    Entry("办公室", "基础数据", "admin:index", "staff.view_staff_admin"),
)
# Pages that not everybody's menu names (lists, or pages of a record), and the entry beside which they then stand.
BESIDE = {
    "inspections:rules-list": "inspections:score-list",
    "inspections:input-list": "inspections:score-list",
    "inspections:reward-list": "inspections:score-list",
    "inspections:unit-list": "inspections:standard-list",
    "fireworks:shift-list": "fireworks:window-list",
    "fireworks:law-list": "fireworks:window-list",
    "fireworks:slot-list": "fireworks:window-list",
    "fireworks:gap-days": "fireworks:window-list",
    "fireworks:roster-detail": "fireworks:window-list",
    "fireworks:assignment-list": "fireworks:window-list",
    "fireworks:swap-list": "fireworks:my-duty",
    "fireworks:post-list": "fireworks:grid-list",
    "fireworks:scheme-list": "fireworks:entry-list",
    "billboards:order-list": "billboards:case-list",
    "billboards:flaw-list": "billboards:case-list",
    "billboards:surcharge-list": "billboards:decision-list",
    "billboards:refund-list": "billboards:payment-list",
    "billboards:size-rule-list": "billboards:board-list",
    "billboards:clock-extend": "billboards:case-list",
    "permits:version-detail": "permits:item-list",
    "reports:measure-edit": "reports:task-list",
    "reports:outline-list": "reports:report-list",
    "staff:quota-list": "staff:staffing",
    "staff:hours-list": "staff:course-list",
    "staff:edition-list": "staff:regulation-list",
    "staff:permission-matrix": "staff:user-list",
}
# What is entered most, for the buttons of the desk; the first that a person may enter are shown.
QUICK = (
    Entry("", "现场录入", "inspections:street-entry", "inspections.register_finding", "camera"),
    Entry("", "登记申请", "permits:application-create", "permits.receive_permit"),
    Entry("", "快速登记", "permits:quick-create", "permits.receive_permit"),
    Entry("", "登记缴费", "permits:assessment-list", "permits.collect_fees"),
    Entry("", "登记炮情", "fireworks:incident-create", "fireworks.record_incident", "camera"),
    Entry("", "登记台账", "reports:tally-create", "reports.record_tally", "camera"),
    Entry("", "登记宣传", "fireworks:publicity-create", "fireworks.record_publicity"),
    Entry("", "登记户外广告", "billboards:board-create", "billboards.keep_boards"),
    Entry("", "登记线索", "billboards:case-create", "billboards.handle_case"),
    Entry("", "整表录入", "inspections:grid-entry", "inspections.register_finding"),
    Entry("", "登记人员", "staff:person-create", "staff.manage_people"),
    Entry("", "登记培训学习", "staff:course-create", "staff.manage_learning"),
    Entry("", "登记制度", "staff:regulation-create", "staff.manage_regulations"),
    Entry("", "重点工作立项", "reports:task-create", "reports.manage_tasks"),
    Entry("", "新建账号", "staff:user-create", "staff.manage_accounts"),
)
QUICK_SHOWN = 6
PHONE_NAV = (
    Entry("", "现场录入", "inspections:street-entry", "inspections.register_finding", "camera"),
    Entry("", "登记炮情", "fireworks:incident-create", "fireworks.record_incident", "camera"),
    Entry("", "登记台账", "reports:tally-create", "reports.record_tally", "camera"),
    Entry("", "待办", "reports:desk", icon="todo"),
    Entry("", "消息", "staff:inbox", icon="bell"),
    Entry("", "我的", "staff:account", icon="person"),
)
SEARCH = "reports:search"
HANDBOOK = "reports:handbook-page"
# The page of the handbook that explains a section of the navigation, or one entry of it.
HELP = {
    "市容考评": "findings",
    "禁炮": "duty",
    "重点工作": "key-tasks",
    "户外广告": "billboards",
    "占道审批": "permits",
    "材料": "report",
    "人事": "personnel",
    "办公室": "accounts",
    "reports:glance": "glance",
    "staff:job-list": "account",
    "staff:regulation-list": "regulations",
    "staff:appraisal-round-list": "appraisal",
    "staff:discipline-list": "appraisal",
    "inspections:street-entry": "street",
    "inspections:grid-entry": "grid",
    **dict.fromkeys(
        (f"inspections:{name}-list" for name in ("rectification", "review", "order", "extension", "appeal")),
        "rectification",
    ),
    **dict.fromkeys((f"inspections:{name}-list" for name in ("round", "sheet", "place")), "rounds"),
    **dict.fromkeys((f"inspections:{name}-list" for name in ("score", "checksheet", "bulletin", "input", "rules")), "scores"),
    "inspections:analysis": "scores",
    **dict.fromkeys(
        (
            f"fireworks:{name}"
            for name in (
                "incident-create", "incident-list", "public-report-list", "publicity-list", "media-list", "action-list",
                "lot-list", "destruction-list", "entry-list", "bulletin-list", "statement-list",
            )
        ),
        "fireworks-records",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    icon: str = ""
    active: bool = False


@dataclass(frozen=True, slots=True)
class NavSection:
    label: str
    items: tuple[NavItem, ...]


@cache
def address_of(url_name: str, args: tuple[str, ...] = ()) -> str:
    """The path of a named address, "" while no app brings it."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def beginning_of(url_name: str) -> str:
    """The path of a list, or what the paths of a record's pages begin with; "" while no app brings it."""
    try:
        return address_of(url_name) or _around_the_number(url_name)[0]
    except NoReverseMatch:
        return ""


@cache
def _around_the_number(url_name: str) -> tuple[str, str]:
    before, _, after = reverse(url_name, args=[SOME_NUMBER]).partition(str(SOME_NUMBER))
    return before, after


def record_address(url_name: str, pk: int) -> str:
    """The path of a record's page; worked out once a name, for a list asks for fifty of them."""
    before, after = _around_the_number(url_name)
    return f"{before}{pk}{after}"


def page_of(user: Any, record: Any) -> str:
    """Where a record of another room is opened, "" where there is none or this user may not see it."""
    if record is None or not type(record).objects.visible_to(user).filter(pk=record.pk).exists():
        return ""
    return str(record.get_absolute_url())


def stand_at(request: HttpRequest, url_name: str) -> str:
    """Let a page that serves several rooms stand where that list stands, in menu, section and handbook; the list's name there."""
    request.stands_at = address_of(url_name)  # type: ignore[attr-defined]
    return next((entry.label for entry in NAV if entry.url_name == url_name), "")


def permitted(user: Any, entries: tuple[Entry, ...]) -> list[Entry]:
    return [
        entry
        for entry in entries
        if address_of(entry.url_name, entry.args) and user.has_perms(entry.permissions.split())
    ]


def nav_items(entries: list[Entry], path: str) -> list[NavItem]:
    """The entries as links; the one with the longest address that `path` begins with is active."""
    urls = [address_of(entry.url_name, entry.args) for entry in entries]
    places = {url: url for url in urls}
    for name, beside in BESIDE.items():
        if (address := beginning_of(name)) and address_of(beside) in places:
            places.setdefault(address, address_of(beside))
    near = max((url for url in places if path == url or (url != "/" and path.startswith(url))), key=len, default="")
    here = places.get(near, "")
    return [NavItem(entry.label, url, entry.icon, url == here) for entry, url in zip(entries, urls, strict=True)]


def help_address(entries: list[Entry], path: str) -> str:
    """The page of the handbook for where one is; "" where the navigation has no such place or no page explains it."""
    active = (entry for entry, item in zip(entries, nav_items(entries, path), strict=True) if item.active)
    here = next(active, None)
    page = (HELP.get(here.url_name) or HELP.get(here.section)) if here else None
    return address_of(HANDBOOK, (page,)) if page else ""


def section_here(sections: list[NavSection]) -> str:
    """The heading of the navigation under which one is; "" where none of its entries leads here."""
    return next((section.label for section in sections if any(item.active for item in section.items)), "")


def nav_sections(entries: list[Entry], path: str) -> list[NavSection]:
    items = nav_items(entries, path)
    sections: dict[str, list[NavItem]] = {}
    for entry, item in zip(entries, items, strict=True):
        sections.setdefault(entry.section, []).append(item)
    return [NavSection(label, tuple(found)) for label, found in sections.items()]


def quick_entries(user: Any) -> list[NavItem]:
    """The buttons of the desk for what this person enters most."""
    return nav_items(permitted(user, QUICK)[:QUICK_SHOWN], "")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav` (side), `nav_section`, `phone_nav` (bottom bar), `search_url`, `help_url`; made only if printed."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "nav_section": "", "phone_nav": [], "search_url": "", "help_url": ""}
    entries: Any = SimpleLazyObject(lambda: permitted(user, NAV))
    path = getattr(request, "stands_at", request.path)
    sections: Any = SimpleLazyObject(lambda: nav_sections(entries, path))
    return {
        "search_url": address_of(SEARCH),
        "help_url": SimpleLazyObject(lambda: help_address(entries, path)),
        "nav": sections,
        "nav_section": SimpleLazyObject(lambda: section_here(sections)),
        "phone_nav": SimpleLazyObject(lambda: nav_items(permitted(user, PHONE_NAV), path)),
    }
