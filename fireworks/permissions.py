"""Who may do what in the fireworks ban: predicates (user, object)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fireworks.enums import INCIDENT_TRANSITIONS, DutyRole, IncidentState, SwapState
from staff.permissions import Perms

if TYPE_CHECKING:
    from fireworks.models import (
        Assignment,
        BanBulletin,
        BanEntry,
        CheckIn,
        Incident,
        PublicReport,
        Record,
        Roster,
        Slot,
        StandIn,
        Swap,
    )
    from staff.models import User

# --- Duty -------------------------------------------------------------------------------------------------------------


def can_edit_roster(user: User, roster: Roster) -> bool:
    return user.has_perm(Perms.PLAN_DUTY) and roster.is_draft


def account_of(assignment: Assignment) -> int | None:
    """The account of who stands there; None for people of communities and the police."""
    person = assignment.person.person
    return person.account_id if person is not None else None


def can_report_slot(user: User, slot: Slot) -> bool:
    """The leader of the post or its only person; and those who report for the ground they see. Once it has begun."""
    if slot.roster.is_draft or not slot.has_begun:
        return False
    if user.has_perm(Perms.REPORT_DUTY):
        return True
    crew = list(slot.assignments.all())
    return any(account_of(each) == user.pk and (each.role == DutyRole.LEAD or len(crew) == 1) for each in crew)


def can_sign_in(user: User, assignment: Assignment) -> bool:
    """Oneself; for somebody without an account, who reports for the ground."""
    owner = account_of(assignment)
    return owner == user.pk or (owner is None and user.has_perm(Perms.REPORT_DUTY))


def can_sign_in_for(user: User, assignment: Assignment) -> bool:
    """Of somebody else who cannot do it himself: who reports for the post, and who calls the substitutes."""
    slot = assignment.slot
    if account_of(assignment) == user.pk or not slot.roster.window.positions_wanted or not slot.has_begun:
        return False
    return can_report_slot(user, slot) or (not slot.roster.is_draft and user.has_perm(Perms.APPROVE_SWAP))


def can_void_presence(user: User, row: CheckIn | StandIn, slot: Slot) -> bool:
    """Who recorded it, who reports for the post, and who calls the substitutes."""
    mine = row.recorded_by_id == user.pk
    return row.voided_at is None and (mine or can_report_slot(user, slot) or user.has_perm(Perms.APPROVE_SWAP))


def can_stand_in(user: User, slot: Slot) -> bool:
    """Who reports for the post, and who calls the substitutes, enters that one came."""
    if not slot.roster.window.positions_wanted or slot.roster.is_draft or not slot.has_begun:
        return False
    return can_report_slot(user, slot) or user.has_perm(Perms.APPROVE_SWAP)


def can_ask_swap(user: User, assignment: Assignment) -> bool:
    """One's own duty before it begins; for somebody without an account, the planner."""
    owner = account_of(assignment)
    mine = owner == user.pk or (owner is None and user.has_perm(Perms.PLAN_DUTY))
    return mine and not assignment.slot.roster.is_draft and not assignment.slot.has_begun


def can_answer_swap(user: User, swap: Swap) -> bool:
    """The one who is to take over; for somebody without an account, the approver after a call."""
    if swap.state != SwapState.ASKED or swap.to is None:
        return False
    account = swap.to.person.account_id if swap.to.person is not None else None
    return account == user.pk or (account is None and user.has_perm(Perms.APPROVE_SWAP))


def can_decide_swap(user: User, swap: Swap) -> bool:
    """Nobody approves a swap of his own."""
    persons = [person for person in (swap.from_person.person, swap.to.person if swap.to else None) if person]
    concerned = any(person.account_id == user.pk for person in persons)
    return swap.state == SwapState.ACCEPTED and user.has_perm(Perms.APPROVE_SWAP) and not concerned


def can_withdraw_swap(user: User, swap: Swap) -> bool:
    person = swap.from_person.person
    mine = person is not None and person.account_id == user.pk
    return swap.state in SwapState.OPEN and (mine or (person is None and user.has_perm(Perms.PLAN_DUTY)))


# --- Records ----------------------------------------------------------------------------------------------------------

EDGE_RIGHTS = {
    "verify": Perms.VERIFY_INCIDENT,
    "dismiss": Perms.VERIFY_INCIDENT,
    "handle": Perms.VERIFY_INCIDENT,
    "close": Perms.VERIFY_INCIDENT,
    "void": Perms.MANAGE_BAN_RECORDS,
}


def can_step(user: User, incident: Incident, edge: str) -> bool:
    """Whether the step exists from here and is this user's to take."""
    return incident.state in INCIDENT_TRANSITIONS[edge].sources and user.has_perm(EDGE_RIGHTS[edge])


def can_edit_incident(user: User, incident: Incident) -> bool:
    """Who entered it may correct it until it is looked into; afterwards those who look into it, until it is closed."""
    if incident.state == IncidentState.REPORTED and incident.recorded_by_id == user.pk:
        return user.has_perm(Perms.RECORD_INCIDENT)
    still_open = incident.state not in (IncidentState.CLOSED, IncidentState.VOIDED)
    return still_open and user.has_perm(Perms.VERIFY_INCIDENT)


def can_add_incident_photo(user: User, incident: Incident) -> bool:
    return incident.state != IncidentState.VOIDED and user.has_perm(Perms.RECORD_INCIDENT)


def can_add_police_result(user: User, incident: Incident) -> bool:
    """The police may tell us long after the case is closed here."""
    return incident.state in IncidentState.CONFIRMED and user.has_perm(Perms.VERIFY_INCIDENT)


def can_reward(user: User, report: PublicReport) -> bool:
    return report.granted_at is None and not report.by_staff and user.has_perm(Perms.VIEW_REPORTER)


def can_change_publicity(user: User, record: Record) -> bool:
    """One's own entries; all of them for the ban's office."""
    own = record.recorded_by_id == user.pk and user.has_perm(Perms.RECORD_PUBLICITY)
    return not record.is_voided and (own or user.has_perm(Perms.MANAGE_BAN_RECORDS))


def can_change_record(user: User, record: Record) -> bool:
    return not record.is_voided and user.has_perm(Perms.MANAGE_BAN_RECORDS)


def can_change_entry(user: User, entry: BanEntry) -> bool:
    return not entry.is_voided and user.has_perm(Perms.ASSESS_BAN)


def can_draft_bulletin(user: User, bulletin: BanBulletin) -> bool:
    return not bulletin.is_signed and user.has_perm(Perms.ASSESS_BAN)


def can_issue_bulletin(user: User, bulletin: BanBulletin) -> bool:
    return not bulletin.is_signed and user.has_perm(Perms.ISSUE_BAN_BULLETIN)
