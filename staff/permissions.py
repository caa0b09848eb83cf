"""The permission catalogue and the roles, on one page.

People hold groups, never single permissions; `manage.py create_groups` writes this table to the database. Rights of the
apps above stand here as strings: a test compares them with every `Meta.permissions`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from staff.models import Deputyship, Job, User


class Perms(StrEnum):
    SEE_ALL_UNITS = "staff.see_all_units"
    MANAGE_ACCOUNTS = "staff.manage_accounts"
    VIEW_STAFF_ADMIN = "staff.view_staff_admin"
    MANAGE_REFERENCE = "staff.manage_reference"
    READ_LOG = "staff.read_log"

    VIEW_FINDING = "inspections.view_findings"
    REGISTER_FINDING = "inspections.register_finding"
    EDIT_FINDING = "inspections.edit_finding"
    CLOSE_FINDING = "inspections.close_finding"
    VOID_FINDING = "inspections.void_finding"
    IMPORT_FINDINGS = "inspections.import_findings"
    MANAGE_STANDARD = "inspections.manage_standard"

    VIEW_REPORT = "reports.view_reports"
    EDIT_REPORT = "reports.edit_report"
    COMPILE_REPORT = "reports.compile_report"
    ISSUE_REPORT = "reports.issue_report"


class Roles(StrEnum):
    ADMINISTRATOR = "系统管理员"
    DIRECTOR = "局长"
    DEPUTY_DIRECTOR = "分管领导"
    OFFICE = "办公室"
    ASSESSMENT_OFFICE = "考评办"
    ASSESSOR = "考评员"
    SQUAD_LEADER = "中队长"
    SQUAD_MEMBER = "中队队员"
    STREET_CONTACT = "街道联络员"
    PERMIT_SECTION = "审批科"
    WINDOW = "窗口"
    FINANCE = "财务"
    LEGAL = "法制科"
    FIREWORKS_OFFICE = "禁炮办"
    DUTY_LEADER = "带班领导"
    PERSONNEL = "人事"
    AUDITOR = "安全审计员"


_READS_EVERYTHING = {Perms.SEE_ALL_UNITS, Perms.VIEW_FINDING, Perms.VIEW_REPORT}

GROUPS: dict[Roles, set[Perms]] = {
    Roles.ADMINISTRATOR: {Perms.MANAGE_ACCOUNTS, Perms.VIEW_STAFF_ADMIN, Perms.MANAGE_REFERENCE},
    Roles.DIRECTOR: _READS_EVERYTHING | {Perms.ISSUE_REPORT},
    Roles.DEPUTY_DIRECTOR: _READS_EVERYTHING | {Perms.ISSUE_REPORT},
    Roles.OFFICE: _READS_EVERYTHING
    | {Perms.EDIT_REPORT, Perms.COMPILE_REPORT, Perms.VIEW_STAFF_ADMIN, Perms.MANAGE_REFERENCE},
    Roles.ASSESSMENT_OFFICE: _READS_EVERYTHING
    | {
        Perms.REGISTER_FINDING,
        Perms.EDIT_FINDING,
        Perms.CLOSE_FINDING,
        Perms.VOID_FINDING,
        Perms.IMPORT_FINDINGS,
        Perms.MANAGE_STANDARD,
        Perms.VIEW_STAFF_ADMIN,
    },
    Roles.ASSESSOR: {Perms.SEE_ALL_UNITS, Perms.VIEW_FINDING, Perms.REGISTER_FINDING, Perms.EDIT_FINDING},
    Roles.SQUAD_LEADER: {Perms.VIEW_FINDING},
    Roles.SQUAD_MEMBER: {Perms.VIEW_FINDING},
    Roles.STREET_CONTACT: {Perms.VIEW_FINDING},
    Roles.PERMIT_SECTION: set(),
    Roles.WINDOW: set(),
    Roles.FINANCE: set(),
    Roles.LEGAL: {Perms.SEE_ALL_UNITS, Perms.VIEW_FINDING},
    Roles.FIREWORKS_OFFICE: {Perms.VIEW_FINDING},
    Roles.DUTY_LEADER: {Perms.VIEW_FINDING},
    Roles.PERSONNEL: set(),
    Roles.AUDITOR: {Perms.READ_LOG},
}

# Nobody may run the system and judge its log (GB/T 22239-2019 8.1.5.2: 系统管理与审计管理分离).
EXCLUSIVE_ROLES = (frozenset({Roles.ADMINISTRATOR, Roles.AUDITOR}),)


def can_follow_job(user: User, job: Job) -> bool:
    return job.owner_id == user.pk or user.has_perm(Perms.READ_LOG)


def can_cancel_job(user: User, job: Job) -> bool:
    return job.owner_id == user.pk and job.is_open


def can_act_as(user: User, deputyship: Deputyship) -> bool:
    return deputyship.deputy_id == user.pk and deputyship.principal.is_active
