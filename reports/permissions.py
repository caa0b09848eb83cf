"""Who may do what with a summary. Its figures are bureau-wide, so each needs the right to see all units."""

from __future__ import annotations

from reports.enums import MATERIAL_EDGES, ReportState
from reports.models import KeyTask, Material, Report, TallyEntry
from reports.models.reports import reads_reports
from staff.models import Record, Unit, User, setting
from staff.permissions import Perms


def can_read_reports(user: User) -> bool:
    return reads_reports(user)


def can_edit_report(user: User, report: Report) -> bool:
    return report.is_draft and can_read_reports(user) and user.has_perm(Perms.EDIT_REPORT)


def can_compile_report(user: User, report: Report) -> bool:
    return report.is_open and can_read_reports(user) and user.has_perm(Perms.COMPILE_REPORT)


def can_submit_report(user: User, report: Report) -> bool:
    return can_edit_report(user, report)


def can_check_report(user: User, report: Report) -> bool:
    """Write remarks on the checklist, pass it or send it back."""
    return report.state == ReportState.CHECKING and can_read_reports(user) and user.has_perm(Perms.CHECK_REPORT)


def can_send_back_report(user: User, report: Report) -> bool:
    """Who checks or signs sends back; who sent it in may take it back."""
    if report.state != ReportState.CHECKING or not can_read_reports(user):
        return False
    return report.submitted_by_id == user.pk or user.has_perm(Perms.CHECK_REPORT) or user.has_perm(Perms.ISSUE_REPORT)


def can_issue_report(user: User, report: Report) -> bool:
    return report.state == ReportState.CHECKING and can_read_reports(user) and user.has_perm(Perms.ISSUE_REPORT)


def can_override_figures(user: User, report: Report) -> bool:
    """人工核定: by who writes the draft, and by who checks it."""
    return can_edit_report(user, report) or can_check_report(user, report)


def can_correct_report(user: User, report: Report) -> bool:
    return report.state == ReportState.ISSUED and can_read_reports(user) and user.has_perm(Perms.EDIT_REPORT)


def why_not_check(user: User, report: Report) -> str:
    """Three roles kept apart: nobody passes what he sent in, nobody signs what he passed."""
    if setting("report.separate_people") and report.submitted_by_id == user.pk:
        return "您送核的文稿要由另一位核对；单位人手不足时，可在设置里关闭“编写、核对、签发分人”。"
    return ""


def why_not_issue(user: User, report: Report) -> str:
    if report.checked_at is None:
        return "还没有核对通过，不能签发（《党政机关公文处理工作条例》第二十条）。请先在核对清单上核对。"
    if setting("report.separate_people") and user.pk == report.checked_by_id:
        return "您核对通过的文稿要由另一位签发；单位人手不足时，可在设置里关闭“编写、核对、签发分人”。"
    return ""


# --- Key tasks, tallies, problems, plans ------------------------------------------------------------------------------


def can_manage_task(user: User, task: KeyTask) -> bool:
    return user.has_perm(Perms.MANAGE_TASKS) and not task.is_voided


def can_note_task(user: User, task: KeyTask) -> bool:
    """Progress is told by the owner's people and by the office."""
    own = user.has_perm(Perms.RECORD_TALLY) and task.owner_id in user.unit_ids
    return task.is_open and (own or user.has_perm(Perms.MANAGE_TASKS))


def can_record_for(user: User, unit: Unit) -> bool:
    """One's own units; the office for everybody."""
    return user.has_perm(Perms.MANAGE_TASKS) or (user.has_perm(Perms.RECORD_TALLY) and unit.pk in user.unit_ids)


def can_change_tally(user: User, entry: TallyEntry) -> bool:
    """The unit's own people and the office."""
    return not entry.is_voided and can_record_for(user, entry.unit)


def can_manage_plan(user: User, record: Record) -> bool:
    return user.has_perm(Perms.MANAGE_TASKS) and not record.is_voided


# --- Material that units deliver ---------------------------------------------------------------------------------------


def can_write_material(user: User, material: Material) -> bool:
    """Who was asked, or anybody of the unit asked, until the unit has confirmed and while the summary is a draft."""
    mine = material.person_id == user.pk or material.unit_id in user.unit_ids
    return mine and material.section.report.is_draft and material.state in MATERIAL_EDGES["deliver"][0]


def can_confirm_material(user: User, material: Material) -> bool:
    """科室负责人: of the unit asked."""
    of_unit = material.unit_id in user.unit_ids and user.has_perm(Perms.CONFIRM_MATERIAL)
    return of_unit and material.section.report.is_draft and material.state in MATERIAL_EDGES["confirm"][0]


def can_return_material(user: User, material: Material) -> bool:
    """The unit's head sends back what was delivered; the office what it cannot use."""
    if material.state not in MATERIAL_EDGES["send_back"][0] or not material.section.report.is_draft:
        return False
    return can_confirm_material(user, material) or can_edit_report(user, material.section.report)


def can_adopt_material(user: User, material: Material) -> bool:
    return material.state in MATERIAL_EDGES["adopt"][0] and can_edit_report(user, material.section.report)
