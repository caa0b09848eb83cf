"""Who may do what in outdoor advertising: predicates (user, object)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billboards.enums.case_edges import CASE_TRANSITIONS, Right
from billboards.enums.cases import CaseState
from billboards.enums.papers import PaperKind
from staff.permissions import Perms

if TYPE_CHECKING:
    from billboards.models import Case, Deferral, Paper, Payment
    from staff.models import User

# --- Papers -----------------------------------------------------------------------------------------------------------

# What a leader signs, and the step that the signature decides: where the leader signed on paper and the signature is
# registered for that step (线下签批登记), whoever handles the case has the paper printed.
LEADERS_PAPERS: dict[str, str] = {
    PaperKind.FILING: "file",
    PaperKind.NOT_FILING: "reject",
    PaperKind.TRANSFER: "transfer",
    PaperKind.SUSPENSION: "suspend",
    PaperKind.PRESERVATION: "",
    PaperKind.PENALTY: "decide",
    PaperKind.NO_PENALTY: "spare",
    PaperKind.DEFERRAL: "defer",
    PaperKind.ANNOUNCEMENT: "announce",
    PaperKind.ENFORCEMENT: "order_enforcement",
    PaperKind.SUBSTITUTE: "order_enforcement",
    PaperKind.COURT: "apply_court",
    PaperKind.STAY: "stay",
    PaperKind.CLOSING: "close",
}


def can_draft_paper(user: User, case: Case) -> bool:
    """Whoever works on the case; an archived case is shut."""
    works = any(user.has_perm(each) for each in (Perms.HANDLE_CASE, Perms.REVIEW_CASE, Perms.APPROVE_CASE))
    return works and case.state not in (CaseState.ARCHIVED, CaseState.VOIDED)


def can_sign_paper(user: User, paper: Paper) -> bool:
    if not paper.is_draft:
        return False
    if paper.kind == PaperKind.LEGAL_REVIEW:
        return user.has_perm(Perms.REVIEW_CASE)
    if paper.kind not in LEADERS_PAPERS:
        return user.has_perm(Perms.HANDLE_CASE)
    if user.has_perm(Perms.APPROVE_CASE):
        return True
    return user.has_perm(Perms.HANDLE_CASE) and signed_for_paper(paper.case, LEADERS_PAPERS[paper.kind])


def signed_for_paper(case: Case, edge: str) -> bool:
    """Whether a leader signed on paper for the step of a paper; since it began anew, where a decision was quashed."""
    if not edge:
        return False
    anew = max((each.happened_on for each in case.steps.all() if each.edge == "redo"), default=date.min)
    return case.approvals.filter(edge=edge, signed_on__gte=anew).exists()


def step_to_sign_offline(user: User, paper: Paper) -> str:
    """The step whose 线下签批 would let this user sign a leader's paper; "" where that is no way."""
    edge = LEADERS_PAPERS.get(paper.kind, "")
    if not paper.is_draft or not edge or can_sign_paper(user, paper):
        return ""
    return edge if user.has_perm(Perms.HANDLE_CASE) else ""


def can_edit_paper(user: User, paper: Paper) -> bool:
    return paper.is_draft and can_draft_paper(user, paper.case)


def can_void_paper(user: User, paper: Paper) -> bool:
    """A draft: who works on the case. What is out: the squad's head or a leader."""
    if paper.voided_at is not None:
        return False
    if paper.is_draft:
        return can_draft_paper(user, paper.case)
    return user.has_perm(Perms.LEAD_CASE) or user.has_perm(Perms.APPROVE_CASE)


def can_serve_paper(user: User, paper: Paper) -> bool:
    return paper.is_issued and user.has_perm(Perms.HANDLE_CASE)


# --- Money ------------------------------------------------------------------------------------------------------------


def can_record_payment(user: User) -> bool:
    return user.has_perm(Perms.MANAGE_CASE_MONEY)


def can_refund(user: User, payment: Payment) -> bool:
    """Finance gives back what was paid and is not given back yet."""
    left = not payment.is_voided and payment.amount > payment.refunded
    return left and user.has_perm(Perms.MANAGE_CASE_MONEY)


def can_hand_in(user: User, payment: Payment) -> bool:
    """Cash on its way: the officers hand it in, the office banks it."""
    if not payment.is_cash or payment.is_voided or payment.banked_on:
        return False
    return user.has_perm(Perms.MANAGE_CASE_MONEY) or user.has_perm(Perms.HANDLE_CASE)


def can_ask_deferral(user: User) -> bool:
    return user.has_perm(Perms.HANDLE_CASE)


def can_decide_deferral(user: User, deferral: Deferral) -> bool:
    return deferral.granted is None and not deferral.is_voided and user.has_perm(Perms.APPROVE_CASE)


def can_reckon(user: User) -> bool:
    return user.has_perm(Perms.HANDLE_CASE) or user.has_perm(Perms.MANAGE_CASE_MONEY)


# --- Catalogue --------------------------------------------------------------------------------------------------------


def can_keep_catalogue(user: User) -> bool:
    """The legal section keeps what is unlawful and what it costs."""
    return user.has_perm(Perms.REVIEW_CASE)


# --- Cases ------------------------------------------------------------------------------------------------------------

RIGHTS: dict[str, tuple[Perms, ...]] = {
    Right.HANDLE: (Perms.HANDLE_CASE,),
    Right.LEAD: (Perms.LEAD_CASE,),
    Right.REVIEW: (Perms.REVIEW_CASE,),
    Right.APPROVE: (Perms.APPROVE_CASE,),
    Right.HEAR: (Perms.REVIEW_CASE, Perms.APPROVE_CASE),
    Right.MONEY: (Perms.MANAGE_CASE_MONEY,),
}


def holds_right(user: User, case: Case, edge: str) -> bool:
    """Whose step it is; what a leader signed on paper for the step (线下签批) may be entered by who handles the case."""
    right = CASE_TRANSITIONS[edge].right
    if any(user.has_perm(each) for each in RIGHTS[right]):
        return True
    if right not in (Right.APPROVE, Right.LEAD) or not user.has_perm(Perms.HANDLE_CASE):
        return False
    return signed_for_step(case, edge)


def signed_for_step(case: Case, edge: str) -> bool:
    """Whether a leader's signature on paper for the step is there and not used: each is for the one step that followed it."""
    signed = [each.signed_on for each in case.approvals.all() if each.edge == edge]
    if not signed:
        return False
    taken = [each.happened_on for each in case.steps.all() if each.edge == edge]
    return not taken or max(signed) > max(taken)


def may_sign_offline(user: User, case: Case, edge: str) -> bool:
    """Whether 线下签批 is the way: a leader's step, and the user handles the case."""
    return CASE_TRANSITIONS[edge].right in (Right.APPROVE, Right.LEAD) and can_work_on_case(user, case)


def can_step(user: User, case: Case, edge: str) -> bool:
    """Whether the step exists from here and is this user's to take."""
    return case.state in CASE_TRANSITIONS[edge].sources and holds_right(user, case, edge)


def can_edit_case(user: User, case: Case) -> bool:
    return not case.is_done and (user.has_perm(Perms.HANDLE_CASE) or user.has_perm(Perms.REVIEW_CASE))


def can_work_on_case(user: User, case: Case) -> bool:
    """Evidence, records, statements, review and suit."""
    return case.state not in (CaseState.ARCHIVED, CaseState.VOIDED) and any(
        user.has_perm(each) for each in (Perms.HANDLE_CASE, Perms.REVIEW_CASE)
    )


def can_finish_clock(user: User) -> bool:
    """撤回公开, 报备: what is done outside is entered of a closed and archived case, too."""
    return user.has_perm(Perms.HANDLE_CASE) or user.has_perm(Perms.REVIEW_CASE)


def can_name_officers(user: User, case: Case) -> bool:
    return not case.is_done and any(
        user.has_perm(each) for each in (Perms.LEAD_CASE, Perms.HANDLE_CASE, Perms.APPROVE_CASE)
    )


def can_extend(user: User, case: Case) -> bool:
    return not case.is_done and user.has_perm(Perms.APPROVE_CASE)


def can_see_identity(user: User, case: Case) -> bool:
    """The whole ID number and telephone: who works on the case."""
    return user.has_perm(Perms.HANDLE_CASE) or user.has_perm(Perms.REVIEW_CASE)
