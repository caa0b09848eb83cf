"""Rows of tests/test_routes.py for enforcement cases: who gets further than 403, and an address for each."""

from datetime import date

from django.core.files.base import ContentFile

from billboards.enums.cases import CaseState
from billboards.models import CaseApproval, EvidenceFile, RemedyAction
from staff.permissions import Roles
from tests.factories.cases import make_lead

VIEWS = {
    Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR, Roles.OFFICE, Roles.ASSESSMENT_OFFICE, Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER, Roles.LEGAL,
    Roles.FINANCE, Roles.BILLBOARD_OFFICE,
}  # fmt: skip
SQUADS = {Roles.SQUAD_LEADER, Roles.SQUAD_MEMBER}  # of another unit: a 404
APPROVES = SQUADS | {Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR}
WORKS = SQUADS | {Roles.LEGAL}

_BY_RIGHT = (
    (VIEWS, "case-list clock-list case-calendar case-detail evidence-file approval-scan"),
    (SQUADS, "case-create case-result"),
    (WORKS, "case-edit case-action evidence-action remedy-end remedy-received clock-done"),
    (APPROVES, "case-step clock-extend officer-recuse"),
)
ROUTES = {f"billboards:{name}": roles for roles, names in _BY_RIGHT for name in names.split()}


def arguments(owner):
    """The arguments of every address above: a case of somebody else's squad."""
    case = make_lead(by=owner)
    assert case.state == CaseState.LEAD
    remedy = RemedyAction.objects.create(case=case, kind="review", body="区人民政府", filed_on=date(2025, 3, 5))
    piece = case.evidence.get()
    stored = EvidenceFile(
        evidence=piece, content_type="application/pdf", size=1, sha256="0", source_sha256="0", uploaded_by=owner
    )
    stored.file.save("a.pdf", ContentFile(b"x"), save=True)
    signed = CaseApproval(
        case=case, subject="立案", words="同意", signer="李", signed_on=date(2025, 3, 4), recorded_by=owner
    )
    signed.scan.save("scan.pdf", ContentFile(b"%PDF-1.4"), save=True)
    found = {
        "approval-scan": [signed.pk],
        "case-detail": [case.pk],
        "case-edit": [case.pk],
        "case-step": [case.pk, "file"],
        "case-action": [case.pk, "site"],
        "evidence-action": [piece.pk, "files"],
        "evidence-file": [stored.pk],
        "remedy-end": [remedy.pk],
        "remedy-received": [remedy.pk],
        "clock-done": [case.clocks.get().pk],
        "clock-extend": [case.clocks.get().pk],
        "officer-recuse": [case.officers.first().pk],
    }
    return {name: found.get(name.partition(":")[2], []) for name in ROUTES}
