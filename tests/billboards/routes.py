"""Rows of tests/test_routes.py for the ledger and campaigns: who gets further than 403, and an address for each."""

from staff.permissions import Roles
from tests.factories.boards import make_board, make_campaign, make_item, size_rule

VIEWS = {
    Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR, Roles.OFFICE, Roles.ASSESSMENT_OFFICE, Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER,
    Roles.STREET_CONTACT, Roles.PERMIT_SECTION, Roles.LEGAL, Roles.BILLBOARD_OFFICE,
}  # fmt: skip
KEEPS = {Roles.PERMIT_SECTION, Roles.BILLBOARD_OFFICE}
INSPECTS = {Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER, Roles.BILLBOARD_OFFICE}
MANAGES = {Roles.BILLBOARD_OFFICE}
RECORDS = {Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER, Roles.STREET_CONTACT, Roles.BILLBOARD_OFFICE}
REVIEWS = {Roles.SQUAD_LEADER, Roles.BILLBOARD_OFFICE}

_BY_RIGHT = (
    (VIEWS, ("board-list board-map nearby board-detail board-plate board-photo inspection-list "
            "removal-list removal-detail size-rule-list scan campaign-list campaign-detail campaign-report campaign-report-pdf daily "
            "daily-list item-list item-annex item-detail item-photo")),
    (KEEPS, ("board-create board-plates board-edit board-re-erect board-condemn board-keep board-remove board-void "
            "inspection-void removal-void size-rule-create size-rule-edit")),
    (INSPECTS, "inspection-create"),
    (KEEPS | INSPECTS, "board-photo-add"),
    (MANAGES, "campaign-create campaign-edit campaign-start campaign-close assignment-create assignment-remove item-void"),
    (set(Roles), "census-worker"),
    (RECORDS, "census census-reference census-submit census-photo item-batch-notify item-edit item-notify item-handle item-open-case item-defer item-photo-add"),
    (REVIEWS, "item-settle item-send-back"),
)  # fmt: skip
ROUTES = {f"billboards:{name}": roles for roles, names in _BY_RIGHT for name in names.split()}
POSTS = {
    f"billboards:{name}"
    for name in [
        "board-condemn",
        "board-keep",
        "board-remove",
        "board-void",
        "board-photo-add",
        "inspection-void",
        "removal-void",
        "campaign-start",
        "campaign-close",
        "census-submit",
        "census-photo",
        "assignment-create",
        "assignment-remove",
        "item-notify",
        "item-batch-notify",
        "item-handle",
        "item-open-case",
        "item-defer",
        "item-settle",
        "item-send-back",
        "item-void",
        "item-photo-add",
    ]
}


def arguments(owner):
    """The arguments of every address above: records of somebody else's ground."""
    rule, board = size_rule(), make_board(by=owner)
    campaign = make_campaign(by=owner)
    item = make_item(campaign, by=owner)
    street = campaign.streets.get()
    bare = {"board-list", "board-create", "board-map", "board-plates", "nearby", "inspection-list", "removal-list",
            "size-rule-list", "size-rule-create", "campaign-list", "campaign-create", "daily-list", "item-list", "item-annex", "item-batch-notify",
            "census-reference", "census-submit", "census-photo"}  # fmt: skip
    special = {
        "board-photo": [board.pk, 1],
        "inspection-create": [board.pk],
        "inspection-void": [1],
        "removal-void": [1],
        "removal-detail": [1],
        "size-rule-edit": [rule.pk],
        "scan": [board.token],
        "daily": [campaign.pk, street.pk, campaign.start.isoformat()],
        "census": [campaign.pk],
        "census-worker": [campaign.pk],
        "assignment-create": [campaign.pk],
        "assignment-remove": [1],
        "item-photo": [item.pk, 1],
    }
    first = {"board": [board.pk], "campaign": [campaign.pk], "item": [item.pk]}
    names = (name.partition(":")[2] for name in ROUTES)
    return {
        f"billboards:{name}": [] if name in bare else special.get(name) or first[name.partition("-")[0]]
        for name in names
    }
