"""The permission catalogue and the roles, on one page.

People hold groups, never single permissions; `manage.py create_groups` writes this table to the database. Rights of the
apps above stand here as strings: a test compares them with every `Meta.permissions`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from staff.enums import AppraisalState

if TYPE_CHECKING:
    from datetime import date

    from staff.models import AppraisalAppeal, AppraisalEntry, AppraisalSheet, Job, Movement, User


class Perms(StrEnum):
    SEE_ALL_UNITS = "staff.see_all_units"
    MANAGE_ACCOUNTS = "staff.manage_accounts"
    VIEW_STAFF_ADMIN = "staff.view_staff_admin"
    MANAGE_REFERENCE = "staff.manage_reference"
    READ_LOG = "staff.read_log"
    VIEW_PEOPLE = "staff.view_people"
    VIEW_IDENTITY = "staff.view_identity"
    MANAGE_PEOPLE = "staff.manage_people"
    LOCK_PERSONNEL = "staff.lock_personnel"
    MANAGE_LEARNING = "staff.manage_learning"
    VIEW_REGULATIONS = "staff.view_regulations"
    MANAGE_REGULATIONS = "staff.manage_regulations"
    ISSUE_EDITION = "staff.issue_edition"
    VIEW_APPRAISALS = "staff.view_appraisals"
    SELF_SCORE = "staff.self_score"
    SCORE_APPRAISAL = "staff.score_appraisal"
    MANAGE_APPRAISALS = "staff.manage_appraisals"
    DECIDE_APPEAL = "staff.decide_appeal"
    VIEW_DISCIPLINE = "staff.view_discipline"
    MANAGE_DISCIPLINE = "staff.manage_discipline"

    VIEW_FINDING = "inspections.view_findings"
    REGISTER_FINDING = "inspections.register_finding"
    EDIT_FINDING = "inspections.edit_finding"
    CLOSE_FINDING = "inspections.close_finding"
    VOID_FINDING = "inspections.void_finding"
    IMPORT_FINDINGS = "inspections.import_findings"
    MANAGE_STANDARD = "inspections.manage_standard"
    CONFIRM_FINDING = "inspections.confirm_finding"
    ORDER_FINDING = "inspections.order_finding"
    RECTIFY_FINDING = "inspections.rectify_finding"
    REVIEW_FINDING = "inspections.review_finding"
    DECIDE_FINDING_APPEAL = "inspections.decide_finding_appeal"
    REDUCE_FINDING = "inspections.reduce_finding"
    VIEW_ROUNDS = "inspections.view_rounds"
    PLAN_ROUND = "inspections.plan_round"
    MANAGE_PLACES = "inspections.manage_places"
    ENTER_SHEET = "inspections.enter_sheet"
    VIEW_SCORES = "inspections.view_scores"
    VIEW_ANALYSIS = "inspections.view_analysis"
    MANAGE_SCORES = "inspections.manage_scores"
    DRAFT_BULLETIN = "inspections.draft_bulletin"
    PUBLISH_BULLETIN = "inspections.publish_bulletin"
    CONFIRM_SHEET = "inspections.confirm_sheet"

    VIEW_FIREWORKS = "fireworks.view_fireworks"
    PLAN_DUTY = "fireworks.plan_duty"
    REPORT_DUTY = "fireworks.report_duty"
    APPROVE_SWAP = "fireworks.approve_swap"
    RECORD_INCIDENT = "fireworks.record_incident"
    VERIFY_INCIDENT = "fireworks.verify_incident"
    VIEW_REPORTER = "fireworks.view_reporter"
    RECORD_PUBLICITY = "fireworks.record_publicity"
    MANAGE_BAN_RECORDS = "fireworks.manage_records"
    ASSESS_BAN = "fireworks.assess_ban"
    ISSUE_BAN_BULLETIN = "fireworks.issue_bulletin"

    VIEW_PERMITS = "permits.view_permits"
    MANAGE_PERMIT_ITEMS = "permits.manage_items"
    ASSESS_FEES = "permits.assess_fees"
    COLLECT_FEES = "permits.collect_fees"
    RECEIVE_PERMIT = "permits.receive_permit"
    HANDLE_PERMIT = "permits.handle_permit"
    SURVEY_PERMIT = "permits.survey_permit"
    DECIDE_PERMIT = "permits.decide_permit"

    VIEW_BILLBOARDS = "billboards.view_billboards"
    KEEP_BOARDS = "billboards.keep_boards"
    INSPECT_BOARD = "billboards.inspect_board"
    MANAGE_CAMPAIGNS = "billboards.manage_campaigns"
    RECORD_ITEM = "billboards.record_item"
    REVIEW_ITEM = "billboards.review_item"
    CONFIRM_DAILY = "billboards.confirm_daily"
    VIEW_CASES = "billboards.view_cases"
    HANDLE_CASE = "billboards.handle_case"
    LEAD_CASE = "billboards.lead_case"
    REVIEW_CASE = "billboards.review_case"
    APPROVE_CASE = "billboards.approve_case"
    MANAGE_CASE_MONEY = "billboards.manage_case_money"

    VIEW_REPORT = "reports.view_reports"
    EDIT_REPORT = "reports.edit_report"
    COMPILE_REPORT = "reports.compile_report"
    CHECK_REPORT = "reports.check_report"
    ISSUE_REPORT = "reports.issue_report"
    CONFIRM_MATERIAL = "reports.confirm_material"
    VIEW_TASKS = "reports.view_tasks"
    MANAGE_TASKS = "reports.manage_tasks"
    RECORD_TALLY = "reports.record_tally"


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
    BILLBOARD_OFFICE = "广告办"
    DUTY_LEADER = "带班领导"
    PERSONNEL = "人事"
    AUDITOR = "安全审计员"


# Who may read the summary may open every list behind its figures.
_READS_EVERYTHING = {
    Perms.SEE_ALL_UNITS,
    Perms.VIEW_PEOPLE,
    Perms.VIEW_FINDING,
    Perms.VIEW_ROUNDS,
    Perms.VIEW_FIREWORKS,
    Perms.VIEW_PERMITS,
    Perms.VIEW_BILLBOARDS,
    Perms.VIEW_CASES,
    Perms.VIEW_SCORES,
    Perms.VIEW_ANALYSIS,
    Perms.VIEW_REPORT,
}
_IN_THE_BUREAU = {
    Perms.VIEW_REGULATIONS,
    Perms.VIEW_APPRAISALS,
    Perms.VIEW_TASKS,
}  # of one's own unit, unless one sees all
_ON_THE_STREET = {Perms.RECORD_INCIDENT, Perms.RECORD_PUBLICITY}  # of the ban, by phone
_TALLIES = {Perms.RECORD_TALLY}  # of one's own unit, by phone or sheet
_LEADS = (
    _READS_EVERYTHING
    | _IN_THE_BUREAU
    | {
        Perms.CHECK_REPORT,
        Perms.ISSUE_REPORT,
        Perms.PUBLISH_BULLETIN,
        Perms.ISSUE_EDITION,
        Perms.DECIDE_APPEAL,
        Perms.VIEW_DISCIPLINE,
        Perms.DECIDE_FINDING_APPEAL,
        Perms.REDUCE_FINDING,
        Perms.ISSUE_BAN_BULLETIN,
        Perms.DECIDE_PERMIT,
    }
)

GROUPS: dict[Roles, set[Perms]] = {
    Roles.ADMINISTRATOR: {
        Perms.MANAGE_ACCOUNTS,
        Perms.VIEW_STAFF_ADMIN,
        Perms.MANAGE_REFERENCE,
        Perms.VIEW_REGULATIONS,
    },
    Roles.DIRECTOR: _LEADS,
    Roles.DEPUTY_DIRECTOR: _LEADS,
    Roles.OFFICE: _READS_EVERYTHING
    | _IN_THE_BUREAU
    | {
        Perms.EDIT_REPORT,
        Perms.COMPILE_REPORT,
        Perms.CHECK_REPORT,  # the office checks what another of the office wrote (公文处理工作条例第二十条)
        Perms.MANAGE_TASKS,
        Perms.RECORD_TALLY,
        Perms.VIEW_STAFF_ADMIN,
        Perms.MANAGE_REFERENCE,
        Perms.MANAGE_LEARNING,
        Perms.MANAGE_REGULATIONS,
        Perms.ISSUE_EDITION,
        Perms.SELF_SCORE,
        Perms.SCORE_APPRAISAL,
        Perms.MANAGE_APPRAISALS,
    },
    Roles.ASSESSMENT_OFFICE: _READS_EVERYTHING
    | _IN_THE_BUREAU
    | _TALLIES
    | {
        Perms.REGISTER_FINDING,
        Perms.EDIT_FINDING,
        Perms.CLOSE_FINDING,
        Perms.VOID_FINDING,
        Perms.IMPORT_FINDINGS,
        Perms.MANAGE_STANDARD,
        Perms.CONFIRM_FINDING,
        Perms.ORDER_FINDING,
        Perms.REVIEW_FINDING,
        Perms.REDUCE_FINDING,  # types in what a leader signed on paper
        Perms.PLAN_ROUND,
        Perms.MANAGE_PLACES,
        Perms.ENTER_SHEET,
        Perms.MANAGE_SCORES,
        Perms.DRAFT_BULLETIN,
        Perms.VIEW_STAFF_ADMIN,
        Perms.SELF_SCORE,
    },
    Roles.ASSESSOR: _IN_THE_BUREAU
    | {
        Perms.SEE_ALL_UNITS,
        Perms.VIEW_FINDING,
        Perms.VIEW_SCORES,
        Perms.REGISTER_FINDING,
        Perms.EDIT_FINDING,
        Perms.REVIEW_FINDING,
        Perms.VIEW_ROUNDS,
        Perms.ENTER_SHEET,
        Perms.VIEW_FIREWORKS,  # incidents of the ban become findings
    },
    Roles.SQUAD_LEADER: _IN_THE_BUREAU
    | _TALLIES
    | _ON_THE_STREET
    | {
        Perms.VIEW_PERMITS,
        Perms.SURVEY_PERMIT,
        Perms.VERIFY_INCIDENT,
        Perms.VIEW_FINDING,
        Perms.RECTIFY_FINDING,
        Perms.VIEW_SCORES,
        Perms.CONFIRM_SHEET,
        Perms.VIEW_PEOPLE,
        Perms.VIEW_FIREWORKS,
        Perms.REPORT_DUTY,
        Perms.APPROVE_SWAP,
        Perms.SELF_SCORE,
    },
    Roles.SQUAD_MEMBER: _IN_THE_BUREAU
    | _TALLIES
    | _ON_THE_STREET
    | {Perms.VIEW_FINDING, Perms.VIEW_SCORES, Perms.VIEW_FIREWORKS, Perms.VIEW_PERMITS, Perms.SURVEY_PERMIT},
    Roles.STREET_CONTACT: _ON_THE_STREET
    | {
        Perms.VIEW_FINDING,
        Perms.RECTIFY_FINDING,
        Perms.VIEW_SCORES,
        Perms.CONFIRM_SHEET,
        Perms.VIEW_FIREWORKS,
        Perms.REPORT_DUTY,
    },
    Roles.PERMIT_SECTION: _IN_THE_BUREAU
    | _TALLIES
    | {Perms.SELF_SCORE, Perms.VIEW_PERMITS, Perms.MANAGE_PERMIT_ITEMS, Perms.ASSESS_FEES}
    | {Perms.RECEIVE_PERMIT, Perms.HANDLE_PERMIT, Perms.SURVEY_PERMIT},
    Roles.WINDOW: _IN_THE_BUREAU | {Perms.VIEW_PERMITS, Perms.RECEIVE_PERMIT},
    Roles.FINANCE: _IN_THE_BUREAU | {Perms.SELF_SCORE, Perms.VIEW_PERMITS, Perms.ASSESS_FEES, Perms.COLLECT_FEES},
    Roles.LEGAL: _IN_THE_BUREAU
    | _TALLIES
    | {Perms.VIEW_PERMITS, Perms.SEE_ALL_UNITS, Perms.VIEW_FINDING, Perms.VIEW_SCORES, Perms.SELF_SCORE},
    Roles.FIREWORKS_OFFICE: _IN_THE_BUREAU
    | _TALLIES
    | _ON_THE_STREET
    | {Perms.VERIFY_INCIDENT, Perms.VIEW_REPORTER, Perms.MANAGE_BAN_RECORDS, Perms.ASSESS_BAN}
    | {Perms.SEE_ALL_UNITS, Perms.VIEW_FINDING, Perms.VIEW_FIREWORKS, Perms.SELF_SCORE}
    | {Perms.PLAN_DUTY, Perms.REPORT_DUTY, Perms.APPROVE_SWAP},
    Roles.DUTY_LEADER: _IN_THE_BUREAU
    | _TALLIES
    | _ON_THE_STREET
    | {Perms.VERIFY_INCIDENT, Perms.VIEW_FINDING, Perms.VIEW_FIREWORKS, Perms.REPORT_DUTY, Perms.APPROVE_SWAP},
    Roles.PERSONNEL: _IN_THE_BUREAU
    | {
        Perms.SEE_ALL_UNITS,
        Perms.VIEW_PEOPLE,
        Perms.VIEW_IDENTITY,
        Perms.MANAGE_PEOPLE,
        Perms.LOCK_PERSONNEL,
        Perms.MANAGE_LEARNING,
        Perms.SELF_SCORE,
        Perms.SCORE_APPRAISAL,
        Perms.MANAGE_APPRAISALS,
        Perms.VIEW_DISCIPLINE,
        Perms.MANAGE_DISCIPLINE,
    },
    Roles.BILLBOARD_OFFICE: _IN_THE_BUREAU | {Perms.SEE_ALL_UNITS},
    Roles.AUDITOR: {Perms.READ_LOG},
}

# Outdoor advertising, role by role.
_BILLBOARDS: dict[Roles, set[Perms]] = {
    Roles.SQUAD_LEADER: {
        Perms.VIEW_BILLBOARDS,
        Perms.INSPECT_BOARD,
        Perms.RECORD_ITEM,
        Perms.REVIEW_ITEM,
        Perms.CONFIRM_DAILY,
    },
    Roles.SQUAD_MEMBER: {Perms.VIEW_BILLBOARDS, Perms.INSPECT_BOARD, Perms.RECORD_ITEM},
    Roles.STREET_CONTACT: {Perms.VIEW_BILLBOARDS, Perms.RECORD_ITEM, Perms.CONFIRM_DAILY},
    Roles.PERMIT_SECTION: {Perms.VIEW_BILLBOARDS, Perms.KEEP_BOARDS},
    Roles.LEGAL: {Perms.VIEW_BILLBOARDS},
    Roles.BILLBOARD_OFFICE: {
        Perms.VIEW_BILLBOARDS,
        Perms.KEEP_BOARDS,
        Perms.INSPECT_BOARD,
        Perms.MANAGE_CAMPAIGNS,
        Perms.RECORD_ITEM,
        Perms.REVIEW_ITEM,
        Perms.CONFIRM_DAILY,
    },
}
# Enforcement cases: officers handle, the squad's leader checks, 法制科 reviews, leaders approve, 财务 keeps the money.
_CASES: dict[Roles, set[Perms]] = {
    Roles.DIRECTOR: {Perms.APPROVE_CASE},
    Roles.DEPUTY_DIRECTOR: {Perms.APPROVE_CASE},
    Roles.SQUAD_LEADER: {Perms.VIEW_CASES, Perms.HANDLE_CASE, Perms.LEAD_CASE},
    Roles.SQUAD_MEMBER: {Perms.VIEW_CASES, Perms.HANDLE_CASE},
    Roles.LEGAL: {Perms.VIEW_CASES, Perms.REVIEW_CASE},
    Roles.FINANCE: {Perms.VIEW_CASES, Perms.MANAGE_CASE_MONEY},
    Roles.BILLBOARD_OFFICE: {Perms.VIEW_CASES},
}
for _rights_of in (_BILLBOARDS, _CASES):
    for _role, _rights in _rights_of.items():
        GROUPS[_role] = GROUPS[_role] | _rights

for _rights in GROUPS.values():
    if Perms.SELF_SCORE in _rights:  # who speaks for a unit also confirms the text that it sends for the summary
        _rights.add(Perms.CONFIRM_MATERIAL)

# Nobody may run the system and judge its log (GB/T 22239-2019 8.1.5.2: 系统管理与审计管理分离).
EXCLUSIVE_ROLES = (frozenset({Roles.ADMINISTRATOR, Roles.AUDITOR}),)

# Whose password alone is not enough (docs/trust.md, check 2): who runs the system, who reads its log, who signs what the
# bureau says outside or decides on: reports, bulletins, editions of rules, permits, penalties.
NEED_SECOND_FACTOR = frozenset(
    {
        Perms.MANAGE_ACCOUNTS,
        Perms.READ_LOG,
        Perms.ISSUE_REPORT,
        Perms.PUBLISH_BULLETIN,
        Perms.ISSUE_BAN_BULLETIN,
        Perms.ISSUE_EDITION,
        Perms.DECIDE_PERMIT,
        Perms.APPROVE_CASE,
    }
)


def can_cancel_job(user: User, job: Job) -> bool:
    return job.owner_id == user.pk and job.is_open


def can_change_movement(user: User, movement: Movement, locked_until: date | None) -> bool:
    """Correct or void: what is voided or lies in a reported period stays as it is."""
    still_open = movement.voided_at is None and (locked_until is None or movement.effective_on > locked_until)
    return still_open and user.has_perm(Perms.MANAGE_PEOPLE)


def own_units(user: User) -> set[int]:
    """The unit of whoever acts, and of whom he or she stands in for: neither is judged by them."""
    return {each.unit_id for each in (user, user.principal) if each is not None and each.unit_id is not None}


def why_not_decide_appeal(user: User, appeal: AppraisalAppeal) -> str:
    """Nobody judges in his own matter: not the unit concerned, not who recorded the entry, not who appealed."""
    if not user.has_perm(Perms.DECIDE_APPEAL):
        return "裁定申诉由局领导办理。"
    if appeal.entry.sheet.unit_id in own_units(user):
        return "您属于被考核的单位，或者正代理那里的人，不能裁定这件申诉。"
    acting = {each.pk for each in (user, user.principal) if each is not None}
    if acting & {appeal.entry.recorded_by_id, appeal.lodged_by_id}:
        return "您（或您代理的人）登记了这条加减分或提出了申诉，应由其他领导裁定。"
    return ""


def can_self_score(user: User, sheet: AppraisalSheet) -> bool:
    """The unit fills in its own sheet while the round is open for that."""
    is_open = sheet.round.state == AppraisalState.OPEN
    return is_open and user.has_perm(Perms.SELF_SCORE) and sheet.unit_id in user.unit_ids


def may_judge(user: User, sheet: AppraisalSheet) -> bool:
    """Score a unit and record its 加减分: never one's own."""
    return user.has_perm(Perms.SCORE_APPRAISAL) and sheet.unit_id not in own_units(user)


def may_change_entry(user: User, entry: AppraisalEntry) -> bool:
    """Add evidence to a 加减分 or void it: while it counts and the result is not published."""
    return entry.voided_at is None and not entry.sheet.round.is_published and may_judge(user, entry.sheet)


def can_group_score(user: User, sheet: AppraisalSheet) -> bool:
    return sheet.round.state == AppraisalState.SCORING and may_judge(user, sheet)


def can_appeal(user: User, entry: AppraisalEntry) -> bool:
    """A minus of one's own unit or its people, while the result is not published."""
    contested = min(entry.counted_points, entry.counted_person_points) < 0 and not entry.sheet.round.is_published
    return contested and user.has_perm(Perms.SELF_SCORE) and entry.sheet.unit_id in user.unit_ids
