"""The permits' rows of tests/test_routes.py: who gets further than 403, what is posted, an address for each."""

from __future__ import annotations

from permits.verification import token_of
from staff.permissions import GROUPS, Perms, Roles
from tests.factories.permit_fees import accepted_application, make_tariff
from tests.factories.permits import add_segment, make_road


def holders(*rights):
    return {role for role, held in GROUPS.items() if held & set(rights)}


EVERYBODY = set(Roles)
VIEWS = holders(Perms.VIEW_PERMITS)
KEEPS = {Roles.PERMIT_SECTION}
CHARGES = {Roles.PERMIT_SECTION, Roles.FINANCE}
COLLECTS = {Roles.FINANCE}
RECEIVES = {Roles.PERMIT_SECTION, Roles.WINDOW}
HANDLES = {Roles.PERMIT_SECTION}
SURVEYS = {Roles.PERMIT_SECTION, Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER}
NOT_FOUND = {Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER}  # another squad's case is a 404 before rights are asked
RUNS_SESSIONS = HANDLES | {Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR}
SEES_SESSIONS = RUNS_SESSIONS | (holders(Perms.SEE_ALL_UNITS) & VIEWS)

OF_CATALOGUE = {
    "item-list": VIEWS,
    "item-create": KEEPS,
    "item-detail": VIEWS,
    "item-edit": KEEPS,
    "version-create": KEEPS,
    "version-detail": VIEWS,
    "version-edit": KEEPS,
    "version-meeting": KEEPS,
    "meeting-file": VIEWS,
    "version-compare": VIEWS,
    "version-guide": VIEWS,
    "version-guide-pdf": VIEWS,
    "road-list": VIEWS,
    "road-create": KEEPS,
    "dig-plan": VIEWS,
    "conflict-list": VIEWS,
    "road-detail": VIEWS,
    "road-edit": KEEPS,
    "tariff-list": VIEWS,
    "tariff-create": KEEPS,
    "tariff-detail": VIEWS,
    "tariff-edit": KEEPS,
    "tariff-copy": KEEPS,
}
OF_FEES = {
    "assessment-list": VIEWS,
    "payment-list": VIEWS,
    "payment-void": COLLECTS,
    "payment-slip": VIEWS,
    "fee-page": VIEWS,
    "fee-assess": CHARGES,
    "fee-deposit": CHARGES,
    "fee-exempt": CHARGES,
    "fee-pay": COLLECTS,
    "fee-refund": COLLECTS,
    "refund-arrived": COLLECTS,
    "fee-void": CHARGES,
    "assessment-pdf": VIEWS,
}
OF_CASES = {
    "application-list": VIEWS,
    "application-create": RECEIVES,
    "quick-create": RECEIVES,
    "result-create": RECEIVES,
    "emergency-create": RECEIVES,
    "applicant-lookup": RECEIVES,
    "materials-asked": RECEIVES,
    "light-board": VIEWS,
    "due-calendar": VIEWS,
    "due-ics": VIEWS,
    "application-detail": VIEWS,  # another squad's is a 404
    "application-edit": RECEIVES,
    "step": HANDLES | NOT_FOUND,
    "note": RECEIVES | NOT_FOUND,
    "materials": RECEIVES | NOT_FOUND,
    "material-file-add": RECEIVES | NOT_FOUND,
    "material-file": VIEWS,
    "survey-fill": SURVEYS,
    "survey-photo-add": SURVEYS,
    "survey-photo": VIEWS,
    "inspection-create": SURVEYS,
    "inspection-photo": VIEWS,
    "restoration-create": SURVEYS,
    "restoration-photo": VIEWS,
    "opinion-file-add": HANDLES,
    "opinion-file": VIEWS,
}
OF_PAPERS = {
    "paper-book": VIEWS,
    "paper-list": VIEWS,
    "paper-outside": RECEIVES | NOT_FOUND,
    "paper-new": RECEIVES | RUNS_SESSIONS | NOT_FOUND,
    "paper-detail": VIEWS,
    "paper-sign": VIEWS,
    "paper-refresh": VIEWS,
    "paper-void": VIEWS,
    "paper-pdf": VIEWS,
    "paper-serve": VIEWS,
    "paper-publish": VIEWS,
    "paper-receipt": VIEWS,
    "service-receipt": VIEWS,
    "service-scan": VIEWS,
    "approval-scan": VIEWS,
    "verify": EVERYBODY,
    "session-list": SEES_SESSIONS,
    "session-create": RUNS_SESSIONS,
    "session-detail": SEES_SESSIONS,
    "session-edit": SEES_SESSIONS,
    "session-fill": SEES_SESSIONS,
    "session-decide": SEES_SESSIONS,
    "session-sign": SEES_SESSIONS,
    "session-pdf": SEES_SESSIONS,
    "session-case": SEES_SESSIONS,
    "session-drop": SEES_SESSIONS,
}
OF_BOOKS = {
    "case-book": VIEWS,
    "flaw-book": VIEWS,
    "statistics": SEES_SESSIONS,
    "statistics-xlsx": SEES_SESSIONS,
    "statistics-pdf": SEES_SESSIONS,
}
ROUTES = {
    f"permits:{name}": roles
    for part in (OF_CATALOGUE, OF_FEES, OF_CASES, OF_PAPERS, OF_BOOKS)
    for name, roles in part.items()
}
POSTS = {
    f"permits:{name}"
    for name in (
        "step",
        "note",
        "material-file-add",
        "survey-photo-add",
        "opinion-file-add",
        "applicant-lookup",
        *(f"paper-{step}" for step in ("outside", "sign", "refresh", "void", "serve", "publish")),
        *(f"session-{step}" for step in ("fill", "decide", "sign", "drop")),
    )
}


BARE_PAPERS = ("paper-book", "paper-list", "paper-outside", "paper-new")


def arguments():
    """What stands in each address: an application that is accepted, its road, item and tariff."""
    application = accepted_application()
    road = make_road()
    add_segment(application, road=road)
    tariff = make_tariff()
    version = application.item
    case = [application.pk]
    numbers = {
        "item": [version.item_id], "version": [version.pk], "road": [road.pk], "tariff": [tariff.pk],
        "meeting": [version.pk, 1], "fee": [1], "assessment": [1], "payment": [1], "refund": [1], "session": [1],
    }  # fmt: skip
    special = {
        "version-create": [version.item_id],
        "step": [*case, "assign"],
        "note": [*case, "external"],
        **{f"{word}-{page}": [] for word in ("item", "road", "tariff") for page in ("list", "create")},
        **{name: [] for name in ("dig-plan", "conflict-list", "assessment-list", "payment-list")},
        **dict.fromkeys(("fee-page", "fee-assess", "fee-deposit"), case),
        **{name: [] for name in ("application-list", "application-create", "quick-create", "result-create")},
        **{
            name: []
            for name in (
                "emergency-create",
                "applicant-lookup",
                "materials-asked",
                "light-board",
                "due-calendar",
                "due-ics",
            )
        },
        **{f"{part}-{what}": [*case, 1] for part in ("survey", "inspection", "restoration") for what in ("photo",)},
        **{name: [] for name in OF_BOOKS},
        "paper-book": [],
        "paper-new": [*case, "receipt"],
        **{name: [*case, 1] for name in OF_PAPERS if name.startswith("paper-") and name not in BARE_PAPERS},
        "service-receipt": [*case, 1, 1],
        "service-scan": [*case, 1, 1],
        "approval-scan": [*case, 1],
        "verify": [token_of(application.pk)],
        "session-list": [],
        "session-create": [],
        "session-case": [1, 1],
        "session-drop": [1, 1],
        "material-file": [*case, 1],
        "opinion-file": [*case, 1],
    }
    names = [name.partition(":")[2] for name in ROUTES]
    return {f"permits:{name}": special.get(name, numbers.get(name.partition("-")[0], case)) for name in names}
