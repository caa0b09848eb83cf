"""The office's part of the demo bureau: units, one account per role, settings. Names are recognisably invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command

from staff import demo_appraisal, demo_people, demo_rules
from staff.models import RankingGroup, Setting, Unit, UnitAlias, UnitKind, User
from staff.permissions import Roles

DEMO_PASSWORD = "shifan-2026"  # of the demo bureau only; seed_demo refuses a database that is in use
DEMO_START = date(2024, 1, 1)
NEVER_OLD = datetime(2099, 1, 1, tzinfo=UTC)  # the printed password does not run out, however long the demo stands

BUREAU = "南湖新区城市管理局"
DEPARTMENTS = (
    "局领导",
    "办公室",
    "考评办公室",
    "行政审批科",
    "政策法规科",
    "财务科",
    "人事科",
    "禁炮工作办公室",
    "户外广告办公室",
)
SQUADS = ("执法一中队", "执法二中队", "执法三中队", "执法四中队")
# name, short name, kind, index of the squad
TERRITORIES = (
    ("湖滨街道办事处", "湖滨街道", UnitKind.STREET, 0),
    ("求索街道办事处", "求索街道", UnitKind.STREET, 1),
    ("南津港街道办事处", "南津港街道", UnitKind.STREET, 2),
    ("月山管理处", "月山", UnitKind.MANAGEMENT_OFFICE, 3),
    ("龙山管理处", "龙山", UnitKind.MANAGEMENT_OFFICE, 3),
)
COMMUNITIES = {
    "湖滨街道办事处": ("湖滨社区", "游路社区", "天灯咀社区"),
    "求索街道办事处": ("求索社区", "赶山社区"),
    "南津港街道办事处": ("南津社区", "刘山庙社区"),
    "月山管理处": ("月山社区", "飘尾社区"),
    "龙山管理处": ("龙山社区", "黄梅港社区"),
}
AGENCIES = (
    ("区应急管理局", ("区安监局", "安监局")),
    ("区市场监督管理局", ("区工商局", "工商局")),
    ("区公安分局", ("公安分局",)),
    ("区生态环境分局", ("区环保局", "环保局")),
)


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    role: Roles
    unit: str
    is_staff: bool = False


ACCOUNTS = (
    DemoAccount("1001", "管示例", Roles.ADMINISTRATOR, "办公室", is_staff=True),
    DemoAccount("1002", "局示例", Roles.DIRECTOR, "局领导"),
    DemoAccount("1003", "分示例", Roles.DEPUTY_DIRECTOR, "局领导"),
    DemoAccount("1004", "文示例", Roles.OFFICE, "办公室", is_staff=True),
    DemoAccount("1005", "考示例", Roles.ASSESSMENT_OFFICE, "考评办公室", is_staff=True),
    DemoAccount("1006", "查示例", Roles.ASSESSOR, "考评办公室"),
    DemoAccount("1007", "队示例", Roles.SQUAD_LEADER, "执法一中队"),
    DemoAccount("1008", "员示例", Roles.SQUAD_MEMBER, "执法一中队"),
    DemoAccount("1009", "街示例", Roles.STREET_CONTACT, "湖滨街道办事处"),
    DemoAccount("1010", "批示例", Roles.PERMIT_SECTION, "行政审批科"),
    DemoAccount("1011", "窗示例", Roles.WINDOW, "行政审批科"),
    DemoAccount("1012", "财示例", Roles.FINANCE, "财务科"),
    DemoAccount("1013", "法示例", Roles.LEGAL, "政策法规科"),
    DemoAccount("1014", "炮示例", Roles.FIREWORKS_OFFICE, "禁炮工作办公室"),
    DemoAccount("1015", "班示例", Roles.DUTY_LEADER, "执法二中队"),
    DemoAccount("1016", "人示例", Roles.PERSONNEL, "人事科"),
    DemoAccount("1017", "审示例", Roles.AUDITOR, "办公室"),
    DemoAccount("1018", "广示例", Roles.BILLBOARD_OFFICE, "户外广告办公室"),
)


def seed() -> None:
    """Make the units, accounts, calendar and settings. Expects an empty database; runs in the caller's transaction."""
    call_command("create_groups", verbosity=0)
    call_command("load_calendar", verbosity=0)
    _seed_units()
    _seed_accounts()
    demo_people.seed()
    demo_rules.seed()
    demo_appraisal.seed()
    Setting.objects.create(
        key="assessment.recurrence_days", value="30", source="考评办法（演示）", valid_from=DEMO_START
    )
    Setting.objects.create(key="assessment.lake", value="南湖", source="考评办法（演示）", valid_from=DEMO_START)


def _seed_units() -> None:
    bureau = Unit.objects.create(name=BUREAU, short_name="城管局", kind=UnitKind.BUREAU, order=1, valid_from=DEMO_START)
    made: dict[str, Unit] = {}

    def add(name: str, kind: UnitKind, order: int, **fields: object) -> Unit:
        made[name] = Unit.objects.create(name=name, kind=kind, order=order, valid_from=DEMO_START, **fields)
        return made[name]

    for index, name in enumerate(DEPARTMENTS):
        add(name, UnitKind.DEPARTMENT, 10 + index, parent=bureau)
    squads = [
        add(name, UnitKind.SQUAD, 30 + index, parent=bureau, ranking_group=RankingGroup.SQUAD)
        for index, name in enumerate(SQUADS)
    ]
    for index, (name, short, kind, squad) in enumerate(TERRITORIES):
        add(name, kind, 50 + index, short_name=short, squad=squads[squad], ranking_group=RankingGroup.STREET)
    add("南湖景区保护中心", UnitKind.SCENIC_CENTRE, 60, short_name="景区中心", squad=squads[0])
    add("区农业委员会", UnitKind.AGRICULTURE, 61, short_name="区农委")
    for parent, names in COMMUNITIES.items():
        for index, name in enumerate(names):
            add(name, UnitKind.COMMUNITY, 70 + index, parent=made[parent])
    for index, (name, aliases) in enumerate(AGENCIES):
        unit = add(name, UnitKind.AGENCY, 90 + index)
        UnitAlias.objects.bulk_create(UnitAlias(unit=unit, name=alias, note="机构改革前名称") for alias in aliases)


def _seed_accounts() -> None:
    units, groups = Unit.objects.by_name(), {group.name: group for group in Group.objects.all()}
    password = make_password(DEMO_PASSWORD)  # once: hashing is slow on purpose
    for account in ACCOUNTS:
        user = User.objects.create(
            username=account.username,
            display_name=account.name,
            unit=units[account.unit],
            is_staff=account.is_staff,
            must_change_password=False,
            password=password,
            password_changed_at=NEVER_OLD,
        )
        user.groups.add(groups[account.role])
