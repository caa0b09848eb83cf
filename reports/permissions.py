"""Who may do what with a summary. Its figures are bureau-wide, so each needs the right to see all units."""

from __future__ import annotations

from reports.models import Report
from staff.models import User
from staff.permissions import Perms


def can_read_reports(user: User) -> bool:
    return user.has_perm(Perms.VIEW_REPORT) and user.sees_all_units


def can_edit_report(user: User, report: Report) -> bool:
    return report.is_draft and can_read_reports(user) and user.has_perm(Perms.EDIT_REPORT)


def can_compile_report(user: User, report: Report) -> bool:
    return report.is_draft and can_read_reports(user) and user.has_perm(Perms.COMPILE_REPORT)


def can_issue_report(user: User, report: Report) -> bool:
    return report.is_draft and can_read_reports(user) and user.has_perm(Perms.ISSUE_REPORT)
