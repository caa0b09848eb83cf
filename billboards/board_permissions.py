"""Who may do what with boards, campaigns and their items: predicates (user, object)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from billboards.enums.boards import BOARD_TRANSITIONS
from billboards.enums.campaigns import CAMPAIGN_TRANSITIONS, ITEM_TRANSITIONS, CampaignState, ItemState
from staff.models.records import of_own_units
from staff.permissions import Perms

if TYPE_CHECKING:
    from billboards.models import Board, Campaign, CampaignItem
    from staff.models import Unit, User

ITEM_RIGHTS = {
    "notify": Perms.RECORD_ITEM,
    "handle": Perms.RECORD_ITEM,
    "open_case": Perms.RECORD_ITEM,
    "defer": Perms.RECORD_ITEM,
    "settle": Perms.REVIEW_ITEM,
    "send_back": Perms.REVIEW_ITEM,
    "void": Perms.MANAGE_CAMPAIGNS,
}


def can_edit_board(user: User, board: Board) -> bool:
    return user.has_perm(Perms.KEEP_BOARDS) and board.removed_on is None and not board.is_voided


def can_step_board(user: User, board: Board, edge: str) -> bool:
    """condemn, keep, remove of the table."""
    return user.has_perm(Perms.KEEP_BOARDS) and not board.is_voided and board.life in BOARD_TRANSITIONS[edge].sources


def can_inspect(user: User, board: Board) -> bool:
    return user.has_perm(Perms.INSPECT_BOARD) and board.removed_on is None and not board.is_voided


def can_add_board_photo(user: User, board: Board) -> bool:
    return not board.is_voided and (user.has_perm(Perms.KEEP_BOARDS) or user.has_perm(Perms.INSPECT_BOARD))


def can_see_contacts(user: User) -> bool:
    """Names and numbers in full: for who keeps the ledger or works on the street."""
    return user.has_perm(Perms.KEEP_BOARDS) or user.has_perm(Perms.RECORD_ITEM)


def can_edit_campaign(user: User, campaign: Campaign) -> bool:
    return user.has_perm(Perms.MANAGE_CAMPAIGNS) and campaign.state != CampaignState.CLOSED


def can_step_campaign(user: User, campaign: Campaign, edge: str) -> bool:
    return user.has_perm(Perms.MANAGE_CAMPAIGNS) and campaign.state in CAMPAIGN_TRANSITIONS[edge].sources


def can_record_in(user: User, campaign: Campaign) -> bool:
    return user.has_perm(Perms.RECORD_ITEM) and campaign.state == CampaignState.RUNNING


def can_edit_item(user: User, item: CampaignItem) -> bool:
    return user.has_perm(Perms.RECORD_ITEM) and item.state in ItemState.EDITABLE and item.is_workable


def can_step_item(user: User, item: CampaignItem, edge: str) -> bool:
    """A step of the table. Nobody strikes off what he handled himself; that is told by the workflow, too."""
    if not user.has_perm(ITEM_RIGHTS[edge]) or item.state not in ITEM_TRANSITIONS[edge].sources:
        return False
    own = edge in ("settle", "send_back") and item.handled_by_id == user.pk
    return item.is_workable and not own


def can_add_item_photo(user: User, item: CampaignItem) -> bool:
    return user.has_perm(Perms.RECORD_ITEM) and item.state in ItemState.OPEN


def streets_read_by(user: User, streets: QuerySet[Unit]) -> QuerySet[Unit]:
    """Those whose items, removals and daily reports the user reads, as their `visible_to` has it."""
    if not user.has_perm(Perms.VIEW_BILLBOARDS):
        return streets.none()
    return streets if user.sees_all_units else streets.filter(of_own_units(user))


def can_confirm_daily(user: User, street: Unit) -> bool:
    """A street's contact for the own street, its squad's leader, and the office for all."""
    if not user.has_perm(Perms.CONFIRM_DAILY):
        return False
    return user.sees_all_units or street.pk in user.unit_ids or street.squad_id in user.unit_ids
