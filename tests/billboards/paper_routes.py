"""Rows of tests/test_routes.py for papers, money and the catalogue: who gets further than 403, and an address for each."""

from datetime import date
from decimal import Decimal

from django.core.files.base import ContentFile

from billboards.enums.cases import CaseState
from billboards.enums.papers import PaperKind
from billboards.models import CaseFile, Deferral, Paper, PaperService, Payment, Refund
from staff.permissions import Roles
from tests.factories.cases import make_case

SQUADS = {Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER}  # another squad's case is a 404 to them
LEADERS = {Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR}
VIEWS = SQUADS | LEADERS | {Roles.OFFICE, Roles.ASSESSMENT_OFFICE, Roles.LEGAL, Roles.FINANCE, Roles.BILLBOARD_OFFICE}
WORKS = SQUADS | LEADERS | {Roles.LEGAL}
TAKES_IN = SQUADS | {Roles.FINANCE}

_BY_RIGHT = (
    (VIEWS, ("paper-list paper-detail paper-preview paper-scan paper-download service-receipt case-papers case-file-download case-money "
            "payment-list refund-list order-list decision-list surcharge-list flaw-list violation-list violation-detail")),
    (WORKS, "paper-create paper-edit paper-outside paper-void case-file"),
    (SQUADS | LEADERS, "paper-sign deferral-decide"),
    (SQUADS, "paper-serve deferral-create"),
    (TAKES_IN, "payment-create payment-void payment-hand-in payment-refund refund-void surcharge-freeze"),
    ({Roles.LEGAL}, "violation-create violation-revise"),
)  # fmt: skip
ROUTES = {f"billboards:{name}": roles for roles, names in _BY_RIGHT for name in names.split()}
POSTS = {
    f"billboards:{name}"
    for name in [
        "paper-sign",
        "paper-void",
        "paper-serve",
        "case-file",
        "payment-create",
        "payment-void",
        "payment-hand-in",
        "payment-refund",
        "refund-void",
        "deferral-create",
        "deferral-decide",
        "surcharge-freeze",
    ]
}


def arguments(owner):
    """The arguments of every address above: records of another squad's case."""
    case = make_case(CaseState.INVESTIGATING, officers=0)
    draft = Paper.objects.create(case=case, kind=PaperKind.FILING, drafted_by=owner)
    issued = Paper.objects.create(
        case=case, kind=PaperKind.CORRECTION, drafted_by=owner, outside_number="外1", outside_on=date(2025, 3, 5)
    )
    service = PaperService.objects.create(
        paper=issued,
        method="direct",
        served_at="2025-03-06T09:00+08:00",
        recipient="样例",
        servers="甲、乙",
        effective_on=date(2025, 3, 6),
        recorded_by=owner,
    )
    made = CaseFile.objects.create(case=case, file="papers/billboards/none.pdf", sha256="x", pages=1, papers=1)
    made.file.storage.save(made.file.name, ContentFile(b"%PDF-1.4"))
    payment = Payment.objects.create(
        case=case, amount=Decimal(2), paid_on=date(2025, 4, 1), receipt="x", channel="cash", recorded_by=owner
    )
    refund = Refund.objects.create(payment=payment, amount=Decimal(1), document="x", recorded_by=owner)
    deferral = Deferral.objects.create(case=case, applied_on=date(2025, 4, 1), hardship="x", recorded_by=owner)
    law, of_case = [case.violation_id], [case.pk]
    special = {
        "paper-create": [case.pk, "site_record"],
        "paper-serve": [issued.pk],
        "paper-download": [issued.pk],
        "paper-scan": [issued.pk],
        "service-receipt": [service.pk],
        "case-file-download": [made.pk],
        "payment-void": [payment.pk],
        "payment-hand-in": [payment.pk],
        "payment-refund": [payment.pk],
        "refund-void": [refund.pk],
        "deferral-decide": [deferral.pk],
        "violation-detail": law,
        "violation-revise": law,
        "violation-create": [],
    }
    first = {"paper-detail", "paper-preview", "paper-edit", "paper-sign", "paper-void"}
    found = {}
    for name in (route.partition(":")[2] for route in ROUTES):
        plain = [draft.pk] if name in first else [] if name.endswith("-list") else of_case
        found[f"billboards:{name}"] = special.get(name, plain)
    return found
