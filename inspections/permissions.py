"""Who may do what with findings, bulletins and sheets; each predicate serves view and template alike."""

from __future__ import annotations

import re

from inspections.enums import (
    BULLETIN_TRANSITIONS,
    ROUND_STEPS,
    SHEET_STEPS,
    TRANSITIONS,
    AppealState,
    FindingState,
    RequestState,
    RoundState,
)
from inspections.models import Appeal, Bulletin, CheckSheet, Extension, Finding, Round
from staff.models import Unit, User
from staff.permissions import Perms


def _may(user: User, permission: str, finding: Finding, edge: str) -> bool:
    return finding.state in TRANSITIONS[edge].sources and user.has_perm(permission)


def can_edit_finding(user: User, finding: Finding) -> bool:
    """Until it is ordered; once it is confirmed only those who may confirm; never while an appeal runs."""
    if finding.held:
        return False
    if finding.state == FindingState.CONFIRMED and not user.has_perm(Perms.CONFIRM_FINDING):
        return False
    return finding.state in FindingState.EDITABLE and user.has_perm(Perms.EDIT_FINDING)


def can_confirm_finding(user: User, finding: Finding) -> bool:
    return _may(user, Perms.CONFIRM_FINDING, finding, "confirm")


def can_deduct_finding(user: User, finding: Finding) -> bool:
    return _may(user, Perms.CONFIRM_FINDING, finding, "deduct")


def can_order_finding(user: User, finding: Finding) -> bool:
    return _may(user, Perms.ORDER_FINDING, finding, "order")


def can_shelve_finding(user: User, finding: Finding) -> bool:
    return _may(user, Perms.ORDER_FINDING, finding, "shelve")


def can_resume_finding(user: User, finding: Finding) -> bool:
    return _may(user, Perms.ORDER_FINDING, finding, "resume")


def can_close_finding(user: User, finding: Finding) -> bool:
    return _may(user, Perms.CLOSE_FINDING, finding, "close")


def can_void_finding(user: User, finding: Finding) -> bool:
    return _may(user, Perms.VOID_FINDING, finding, "void") and not finding.held


def can_add_photo(user: User, finding: Finding) -> bool:
    return finding.is_open and user.has_perm(Perms.REGISTER_FINDING)


def answers_for(user: User, finding: Finding) -> bool:
    """The unit that is to put it right; what a person sees of other units gives no right to act for them."""
    return finding.lead_unit_id in user.unit_ids and user.has_perm(Perms.RECTIFY_FINDING)


def can_report_finding(user: User, finding: Finding) -> bool:
    return finding.state in TRANSITIONS["report"].sources and answers_for(user, finding)


def can_review_finding(user: User, finding: Finding) -> bool:
    return _may(user, Perms.REVIEW_FINDING, finding, "pass")


def can_ask_extension(user: User, finding: Finding) -> bool:
    return finding.state in FindingState.WITH_UNIT and answers_for(user, finding)


def can_answer_extension(user: User, extension: Extension) -> bool:
    return extension.state == RequestState.PENDING and user.has_perm(Perms.ORDER_FINDING)


def can_appeal_finding(user: User, finding: Finding) -> bool:
    """Any unit with a share in the points, once the finding is delivered or confirmed; one appeal at a time."""
    shared = any(share.unit_id in user.unit_ids for share in finding.shares.all())
    return is_open_to_appeal(finding) and shared and user.has_perm(Perms.RECTIFY_FINDING)


def is_open_to_appeal(finding: Finding) -> bool:
    return finding.state in FindingState.COUNTED and finding.state != FindingState.REGISTERED and not finding.held


def can_record_appeal(user: User, finding: Finding) -> bool:
    """The office types in what a unit handed in on paper."""
    return is_open_to_appeal(finding) and user.has_perm(Perms.ORDER_FINDING)


def can_reduce_finding(user: User, finding: Finding) -> bool:
    counted = finding.state in FindingState.COUNTED and not finding.held and finding.points > 0
    return counted and user.has_perm(Perms.REDUCE_FINDING)


def can_decide_appeal(user: User, appeal: Appeal) -> bool:
    """Decide, or type in what was decided on paper."""
    pending = appeal.state == AppealState.PENDING
    return pending and (not why_not_decide(user, appeal) or user.has_perm(Perms.ORDER_FINDING))


def can_withdraw_appeal(user: User, appeal: Appeal) -> bool:
    """The unit that lodged it, while nobody has decided; what the office typed in, the office, too."""
    mine = appeal.unit_id in user.unit_ids and user.has_perm(Perms.RECTIFY_FINDING)
    typed = appeal.recorded_at is not None and user.has_perm(Perms.ORDER_FINDING)
    return appeal.state == AppealState.PENDING and (mine or typed)


def why_not_decide(user: User, appeal: Appeal, *, signer: str = "") -> str:
    """ "" = may. Nobody judges in his own matter: not who found or registered it, who appealed, nor a unit concerned.

    `signer`: who signed on paper; then the rule holds for that person, and the office may type it in.
    """
    finding = appeal.finding
    appellant = None if appeal.recorded_at else appeal.lodged_by  # who typed a paper in did not appeal
    involved = {str(person) for person in (finding.registered_by, appellant) if person is not None}
    involved |= set(re.split(r"[、，,；;\s]+", finding.found_by)) - {""}
    if signer:
        if not user.has_perm(Perms.ORDER_FINDING) and not user.has_perm(Perms.DECIDE_FINDING_APPEAL):
            return "线下签批由考评办登记。"
        return f"{signer}检查、登记了这条问题或提出了申诉，应由其他领导签批。" if signer.strip() in involved else ""
    if not user.has_perm(Perms.DECIDE_FINDING_APPEAL):
        return "裁定申诉由局领导办理。领导在纸上签批的，请填写线下签批人和日期。"
    acting = [person for person in (user, user.principal) if person is not None]
    people = {person.pk for person in (finding.registered_by, appellant) if person is not None}
    if any(person.pk in people or str(person) in involved for person in acting):
        return "您检查、登记了这条问题或提出了申诉，应由其他领导裁定。"
    concerned = {share.unit_id for share in finding.shares.all()} | {appeal.unit_id}
    if any(person.unit_id in concerned for person in acting):
        return "您属于这条问题的责任单位，不能裁定本单位的申诉。"
    return ""


def can_open_round(user: User, which: Round) -> bool:
    return which.state in ROUND_STEPS["open"].sources and user.has_perm(Perms.PLAN_ROUND)


def can_close_round(user: User, which: Round) -> bool:
    return which.state in ROUND_STEPS["close"].sources and user.has_perm(Perms.PLAN_ROUND)


def can_reopen_round(user: User, which: Round) -> bool:
    return which.state in ROUND_STEPS["reopen"].sources and user.has_perm(Perms.PLAN_ROUND)


def can_draw_again(user: User, which: Round) -> bool:
    return which.state == RoundState.PLANNED and bool(which.areas) and user.has_perm(Perms.PLAN_ROUND)


def can_record_visit(user: User, which: Round) -> bool:
    return which.state != RoundState.PLANNED and user.has_perm(Perms.REGISTER_FINDING)


def can_move_sheet(user: User, sheet: CheckSheet, name: str) -> bool:
    return sheet.state in SHEET_STEPS[name].sources and user.has_perm(Perms.ENTER_SHEET)


def visible_units(user: User) -> frozenset[int] | None:
    """Ids of the units whose scores and sheets a user may open; None for all."""
    return None if user.sees_all_units else user.unit_ids


def can_draft_bulletin(user: User, bulletin: Bulletin) -> bool:
    return bulletin.is_draft and user.has_perm(Perms.DRAFT_BULLETIN)


def can_publish_bulletin(user: User, bulletin: Bulletin) -> bool:
    return bulletin.state in BULLETIN_TRANSITIONS["publish"].sources and user.has_perm(Perms.PUBLISH_BULLETIN)


def can_correct_bulletin(user: User, bulletin: Bulletin) -> bool:
    return bulletin.state in BULLETIN_TRANSITIONS["correct"].sources and user.has_perm(Perms.DRAFT_BULLETIN)


def can_confirm_sheet(user: User, unit: Unit) -> bool:
    """Only the unit itself confirms by a click; the office records what came on paper."""
    return unit.pk in user.unit_ids and user.has_perm(Perms.CONFIRM_SHEET)
