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


class Entry(NamedTuple):
    section: str  # the heading it stands under; "" stands alone on top
    label: str
    url_name: str
    permission: str = ""  # "app.codename", "" = everybody who is signed in
    icon: str = ""  # a symbol of static/img/icons.svg; only the bottom bar shows icons
    args: tuple[str, ...] = ()  # of the address


NAV = (
    Entry("", "工作台", "reports:desk"),
    Entry("市容考评", "现场录入", "inspections:finding-create", "inspections.register_finding"),
    Entry("市容考评", "考评问题", "inspections:finding-list", "inspections.view_findings"),
    Entry("市容考评", "导入问题", "staff:import-new", "inspections.import_findings", args=("inspections.findings",)),
    Entry("市容考评", "单位得分", "inspections:score-list", "inspections.view_findings"),
    Entry("市容考评", "考评标准", "inspections:standard-list", "inspections.view_findings"),
    Entry("材料", "工作总结", "reports:report-list", "reports.view_reports"),
    Entry("办公室", "后台任务", "staff:job-list"),
    Entry("办公室", "操作日志", "staff:activity-list", "staff.read_log"),
    Entry("办公室", "基础数据", "admin:index", "staff.view_staff_admin"),
)
PHONE_NAV = (
    Entry("", "现场录入", "inspections:finding-create", "inspections.register_finding", "camera"),
    Entry("", "待办", "reports:desk", icon="todo"),
    Entry("", "消息", "staff:inbox", icon="bell"),
    Entry("", "我的", "staff:account", icon="person"),
)
SEARCH = "reports:search"


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


def permitted(user: Any, entries: tuple[Entry, ...]) -> list[Entry]:
    return [
        entry
        for entry in entries
        if address_of(entry.url_name, entry.args) and (not entry.permission or user.has_perm(entry.permission))
    ]


def nav_items(entries: list[Entry], path: str) -> list[NavItem]:
    """The entries as links; the one with the longest address that `path` begins with is active."""
    urls = [address_of(entry.url_name, entry.args) for entry in entries]
    here = max((url for url in urls if path == url or (url != "/" and path.startswith(url))), key=len, default="")
    return [NavItem(entry.label, url, entry.icon, url == here) for entry, url in zip(entries, urls, strict=True)]


def nav_sections(user: Any, path: str) -> list[NavSection]:
    entries = permitted(user, NAV)
    items = nav_items(entries, path)
    sections: dict[str, list[NavItem]] = {}
    for entry, item in zip(entries, items, strict=True):
        sections.setdefault(entry.section, []).append(item)
    return [NavSection(label, tuple(found)) for label, found in sections.items()]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav` (side) and `phone_nav` (bottom bar), `search_url`; made only if the page prints them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "phone_nav": [], "search_url": ""}
    return {
        "search_url": address_of(SEARCH),
        "nav": SimpleLazyObject(lambda: nav_sections(user, request.path)),
        "phone_nav": SimpleLazyObject(lambda: nav_items(permitted(user, PHONE_NAV), request.path)),
    }
