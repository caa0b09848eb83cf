"""From a case to each of its papers."""

from __future__ import annotations

from collections.abc import Callable

from permits.documents.building import aftercare, case
from permits.documents.parts import CasePaperContent
from permits.models import Application
from permits.paper_kinds import PaperKind

BUILDERS: dict[PaperKind, Callable[..., CasePaperContent]] = {
    PaperKind.APPLICATION: case.application_form,
    PaperKind.RECEIPT: case.receipt,
    PaperKind.SUPPLEMENT_RECEIPT: case.supplement_receipt,
    PaperKind.ACCEPTANCE: case.acceptance,
    PaperKind.INTAKE_REFUSAL: case.intake_refusal,
    PaperKind.SUPPLEMENT: case.supplement,
    PaperKind.NOT_REQUIRED: case.not_required,
    PaperKind.WITHDRAWAL: case.withdrawal,
    PaperKind.TRANSFER: case.transfer,
    PaperKind.SPECIAL: case.special,
    PaperKind.EXTENSION: case.extension,
    PaperKind.SURVEY: case.survey,
    PaperKind.SURVEY_ORDER: case.survey_order,
    PaperKind.POLICE_REQUEST: case.police_request,
    PaperKind.GOVERNMENT_REQUEST: case.government_request,
    PaperKind.HEARING_RIGHT: case.hearing_right,
    PaperKind.HEARING_NOTICE: case.hearing_notice,
    PaperKind.REVIEW_SHEET: case.review_sheet,
    PaperKind.GRANT: case.grant,
    PaperKind.REFUSAL: case.refusal,
    PaperKind.LICENCE: case.licence,
    PaperKind.PAYMENT: aftercare.payment,
    PaperKind.SITE_BOARD: aftercare.site_board,
    PaperKind.CHANGE_GRANT: aftercare.change_grant,
    PaperKind.CHANGE_REFUSAL: aftercare.change_refusal,
    PaperKind.ADJUSTMENT: aftercare.adjustment,
    PaperKind.REVOCATION: aftercare.revocation,
    PaperKind.AGENCY_WITHDRAWAL: aftercare.agency_withdrawal,
    PaperKind.CANCELLATION: aftercare.cancellation,
    PaperKind.INSPECTION: aftercare.inspection,
    PaperKind.RECTIFY: aftercare.rectify,
    PaperKind.COMPLETION: aftercare.completion,
    PaperKind.EMERGENCY: aftercare.emergency,
    PaperKind.SERVICE: aftercare.service_receipt,
}
WITH_CODE = (PaperKind.LICENCE, PaperKind.SITE_BOARD)


def build(application: Application, kind: str, *, site: str = "") -> CasePaperContent:
    """A paper as the case stands today. `site`: the address under which we are reached, if no setting says it."""
    paper = PaperKind(kind)
    if paper in WITH_CODE:
        return BUILDERS[paper](application, site=site)
    return BUILDERS[paper](application)
