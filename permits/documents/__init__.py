"""The papers of a permit as data: frozen values with their mandatory contents. Each kind has one class."""

from __future__ import annotations

from typing import Any

from permits.documents import decision, intake, process, requests, supervision
from permits.documents.bases import Paper
from permits.documents.parts import CaseFacts, CasePaperContent, Officer, Party, Remedies, Segment
from permits.paper_kinds import PaperKind
from staff.case_papers import Missing

__all__ = [
    "CONTENTS",
    "CaseFacts",
    "CasePaperContent",
    "Missing",
    "Officer",
    "Paper",
    "Party",
    "Remedies",
    "Segment",
    "content_of",
]

CONTENTS: dict[PaperKind, type[CasePaperContent]] = {
    each.KIND: each
    for each in (
        intake.Receipt,
        intake.SupplementReceipt,
        intake.Acceptance,
        intake.IntakeRefusal,
        intake.Supplement,
        intake.NotRequired,
        intake.Withdrawal,
        process.SpecialProcedure,
        process.Extension,
        process.SurveyRecord,
        process.PoliceRequest,
        process.ReviewSheet,
        requests.ApplicationForm,
        requests.Transfer,
        requests.SurveyOrder,
        requests.GovernmentRequest,
        requests.HearingRight,
        requests.HearingNotice,
        decision.Grant,
        decision.Refusal,
        decision.Licence,
        decision.ChangeGrant,
        decision.ChangeRefusal,
        decision.Adjustment,
        decision.Revocation,
        decision.AgencyWithdrawal,
        decision.Cancellation,
        supervision.Payment,
        supervision.SiteBoard,
        supervision.Inspection,
        supervision.Rectify,
        supervision.Completion,
        supervision.Emergency,
        supervision.ServiceReceipt,
    )
}


def content_of(kind: str, data: dict[str, Any]) -> CasePaperContent:
    """The paper that was stored as JSON."""
    return CONTENTS[PaperKind(kind)].from_data(data)
