"""Every paper of a case by its kind."""

from __future__ import annotations

from billboards.documents.base import Document, OfficerDocument, Part, PartyDocument, Shape
from billboards.documents.decisions import NoPenaltyDecision, PenaltyDecision, SpotDecision
from billboards.documents.enforcement import (
    CourtApplication,
    DunningLetter,
    EnforcementDecision,
    RemovalAnnouncement,
    SubstituteDecision,
)
from billboards.documents.execution import CostDecision, ExecutionRecord, RemovalConfirmation, StayDecision
from billboards.documents.inquiry import (
    InquiryReport,
    NotFiling,
    PreservationNotice,
    RecheckRecord,
    StatementRecord,
    SuspensionApproval,
)
from billboards.documents.internal import (
    ClosingApproval,
    DefenceReview,
    FileContents,
    FilingApproval,
    HearingReport,
    LegalReview,
)
from billboards.documents.notices import (
    CorrectionOrder,
    DeferralNotice,
    HearingNotice,
    HearingRightNotice,
    PenaltyNotice,
    SurchargeNotice,
    TransferLetter,
)
from billboards.documents.records import DiscussionRecord, HearingRecord, InterviewRecord, ServiceReceipt, SiteRecord

# In the order in which they stand in a file: what decides first, then how it came about, then what followed.
DOCUMENTS: dict[str, type[Document]] = {
    each.kind: each
    for each in (
        FilingApproval,
        NotFiling,
        PenaltyDecision,
        NoPenaltyDecision,
        SpotDecision,
        SiteRecord,
        InterviewRecord,
        PreservationNotice,
        CorrectionOrder,
        RecheckRecord,
        SuspensionApproval,
        InquiryReport,
        LegalReview,
        PenaltyNotice,
        HearingRightNotice,
        StatementRecord,
        DefenceReview,
        HearingNotice,
        HearingRecord,
        HearingReport,
        DiscussionRecord,
        ServiceReceipt,
        DeferralNotice,
        SurchargeNotice,
        DunningLetter,
        RemovalAnnouncement,
        EnforcementDecision,
        SubstituteDecision,
        CourtApplication,
        ExecutionRecord,
        RemovalConfirmation,
        CostDecision,
        StayDecision,
        TransferLetter,
        ClosingApproval,
        FileContents,
    )
}

__all__ = ["DOCUMENTS", "Document", "OfficerDocument", "Part", "PartyDocument", "Shape"]
