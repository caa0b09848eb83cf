"""Who may do what with permits: predicates (user, object), and in words why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from permits.enums import TRANSITIONS, Actor, PermitState
from permits.paper_kinds import PaperKind
from staff.permissions import Perms

if TYPE_CHECKING:
    from permits.models import Application, FeeAssessment, PermitPaper, ReviewSession, Survey
    from staff.models import User

# --- Cases ------------------------------------------------------------------------------------------------------------

RIGHTS_OF = {
    Actor.APPLICANT: {Perms.RECEIVE_PERMIT},
    Actor.WINDOW: {Perms.RECEIVE_PERMIT},
    Actor.SECTION: {Perms.HANDLE_PERMIT},
    Actor.SURVEYOR: {Perms.SURVEY_PERMIT},
    Actor.FINANCE: {Perms.COLLECT_FEES, Perms.HANDLE_PERMIT},
    # Leaders sign on paper: the section registers it, naming who signed (线下签批登记).
    Actor.DEPUTY: {Perms.DECIDE_PERMIT, Perms.HANDLE_PERMIT},
    Actor.DIRECTOR: {Perms.DECIDE_PERMIT, Perms.HANDLE_PERMIT},
    Actor.SYSTEM: set(),
}
LEADERS = (Actor.DEPUTY, Actor.DIRECTOR)


def may_take(user: User, edge: str) -> bool:
    """Whether a step is this user's, wherever the case stands."""
    return any(user.has_perm(right) for right in RIGHTS_OF[TRANSITIONS[edge].actor])


def can_step(user: User, application: Application, edge: str, *, afterwards: bool = False) -> bool:
    """Whether the step exists from here and is this user's to take (or to record afterwards)."""
    step = TRANSITIONS[edge]
    here = application.state in step.sources or (afterwards and application.state in step.late_sources)
    return here and may_take(user, edge)


def signs_for(user: User, edge: str) -> bool:
    """A leader's step taken by the section: who signed on paper must then be said."""
    return TRANSITIONS[edge].actor in LEADERS and not user.has_perm(Perms.DECIDE_PERMIT)


def can_edit_application(user: User, application: Application) -> bool:
    """Before acceptance; afterwards a change goes its own way (道路条例 Art. 36)."""
    return application.state in PermitState.AT_WINDOW and user.has_perm(Perms.RECEIVE_PERMIT)


def can_tick_materials(user: User, application: Application) -> bool:
    still = application.state in (*PermitState.AT_WINDOW, *PermitState.DECIDING)
    return still and (user.has_perm(Perms.RECEIVE_PERMIT) or user.has_perm(Perms.HANDLE_PERMIT))


def can_fill_survey(user: User, survey: Survey) -> bool:
    """The two who are sent; whoever surveys in their squad may type it in; the section, too."""
    if survey.is_done or not user.has_perm(Perms.SURVEY_PERMIT):
        return False
    sent = {survey.first.account_id if survey.first else None, survey.second.account_id if survey.second else None}
    return user.pk in sent or survey.squad_id in user.unit_ids or user.has_perm(Perms.HANDLE_PERMIT)


def can_inspect(user: User, application: Application) -> bool:
    on_site = application.state in (*PermitState.ON_SITE, *PermitState.RESTORING)
    return on_site and user.has_perm(Perms.SURVEY_PERMIT)


def can_note(user: User, application: Application) -> bool:
    """Offline approvals, external numbers, delivery, publication: those who handle the file."""
    return user.has_perm(Perms.HANDLE_PERMIT) or user.has_perm(Perms.RECEIVE_PERMIT)


# --- Fees -------------------------------------------------------------------------------------------------------------

NOT_YET_CHARGED = (
    *PermitState.AT_WINDOW,
    PermitState.NOT_REQUIRED,
    PermitState.REFUSED_INTAKE,
    PermitState.TRANSFERRED,
)


def why_not_assess(user: User, application: Application) -> str:
    if not user.has_perm(Perms.ASSESS_FEES):
        return "核定费用由审批科或财务办理。"
    if application.state in NOT_YET_CHARGED:
        return f"这件申请目前是“{application.get_state_display()}”，受理以后才核定费用。"
    if application.state in (PermitState.DENIED, PermitState.WITHDRAWN):
        return f"这件申请{application.get_state_display()}，不收费用。"
    return ""


def can_exempt(user: User, assessment: FeeAssessment) -> bool:
    """Recorded by who assesses, with the leader who allowed it; not once all is paid."""
    return user.has_perm(Perms.ASSESS_FEES) and assessment.voided_at is None


def can_collect(user: User, assessment: FeeAssessment) -> bool:
    return user.has_perm(Perms.COLLECT_FEES) and assessment.voided_at is None


# --- Papers and sessions ----------------------------------------------------------------------------------------------

WINDOW_PAPERS = (
    PaperKind.APPLICATION,
    PaperKind.RECEIPT,
    PaperKind.SUPPLEMENT_RECEIPT,
    PaperKind.ACCEPTANCE,
    PaperKind.INTAKE_REFUSAL,
    PaperKind.SUPPLEMENT,
    PaperKind.NOT_REQUIRED,
    PaperKind.WITHDRAWAL,
    PaperKind.TRANSFER,
    PaperKind.EMERGENCY,
    PaperKind.LICENCE,
    PaperKind.SERVICE,
)
SITE_PAPERS = (
    PaperKind.SURVEY,
    PaperKind.SITE_BOARD,
    PaperKind.INSPECTION,
    PaperKind.RECTIFY,
    PaperKind.COMPLETION,
    PaperKind.EMERGENCY,
    PaperKind.SERVICE,
)


def rights_for_paper(kind: str) -> set[Perms]:
    """Who may draft and sign it. A decision was taken through its own door; its paper is numbered by who handles the file."""
    rights = {Perms.HANDLE_PERMIT, Perms.DECIDE_PERMIT}
    if kind in WINDOW_PAPERS:
        rights.add(Perms.RECEIVE_PERMIT)
    if kind in SITE_PAPERS:
        rights.add(Perms.SURVEY_PERMIT)
    if kind == PaperKind.PAYMENT:
        rights |= {Perms.ASSESS_FEES, Perms.COLLECT_FEES}
    return rights


def can_make_paper(user: User, kind: str) -> bool:
    return any(user.has_perm(right) for right in rights_for_paper(kind))


def can_serve(user: User, paper: PermitPaper) -> bool:
    served_by = (Perms.RECEIVE_PERMIT, Perms.HANDLE_PERMIT, Perms.SURVEY_PERMIT)
    return paper.is_issued and any(user.has_perm(right) for right in served_by)


def can_publish_paper(user: User, paper: PermitPaper) -> bool:
    return paper.needs_publication and can_note(user, paper.application)


def can_run_session(user: User) -> bool:
    """Set up, agenda, minutes: the section; leaders may as well."""
    return user.has_perm(Perms.HANDLE_PERMIT) or user.has_perm(Perms.DECIDE_PERMIT)


def can_decide_in(user: User, session: ReviewSession) -> bool:
    """The section types in what the session decided; the minutes are signed by the chair."""
    return not session.is_signed and can_run_session(user)
