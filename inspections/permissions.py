"""Who may do what with findings; each predicate serves view and template alike."""

from __future__ import annotations

from inspections.enums import TRANSITIONS
from inspections.models import Finding
from staff.models import User
from staff.permissions import Perms


def can_edit_finding(user: User, finding: Finding) -> bool:
    return finding.is_open and user.has_perm(Perms.EDIT_FINDING)


def can_close_finding(user: User, finding: Finding) -> bool:
    return finding.state in TRANSITIONS["close"].sources and user.has_perm(Perms.CLOSE_FINDING)


def can_void_finding(user: User, finding: Finding) -> bool:
    return finding.state in TRANSITIONS["void"].sources and user.has_perm(Perms.VOID_FINDING)


def can_add_photo(user: User, finding: Finding) -> bool:
    return finding.is_open and user.has_perm(Perms.REGISTER_FINDING)
