from billboards.models.board import Board, BoardFace
from billboards.models.campaign import Campaign, CampaignAssignment, CampaignPhase, CampaignTarget
from billboards.models.case import (
    IMPORTED,
    Case,
    CaseApproval,
    CaseClock,
    CaseFlaw,
    CaseOfficer,
    CasePause,
    CaseQuerySet,
    CaseStep,
    OfCaseQuerySet,
    RemedyAction,
)
from billboards.models.daily import DailyReport
from billboards.models.decision import Decision, Discussion, Hearing, Notice
from billboards.models.enforcement import (
    Announcement,
    Closing,
    CourtApplication,
    Dunning,
    EnforcementDecision,
    Execution,
    GovernmentOrder,
    Performance,
    RouteChoice,
)
from billboards.models.evidence import Evidence, EvidenceCustody, EvidenceFile
from billboards.models.inquiry import CorrectionOrder, Interview, LegalReview, SiteRecord
from billboards.models.items import CampaignItem, ItemPhoto
from billboards.models.money import Deferral, Instalment, Payment, Refund, SurchargeReckoning
from billboards.models.papers import CaseFile, Paper, PaperService, ServiceWay, latest_issued
from billboards.models.removal import Removal
from billboards.models.sizes import SizeRule
from billboards.models.upkeep import BoardEvent, BoardPhoto, SafetyInspection
from billboards.models.violations import NO_VIOLATION, DiscretionStep, Violation, violation_codes

__all__ = [
    "IMPORTED",
    "NO_VIOLATION",
    "Announcement",
    "Board",
    "BoardEvent",
    "BoardFace",
    "BoardPhoto",
    "Campaign",
    "CampaignAssignment",
    "CampaignItem",
    "CampaignPhase",
    "CampaignTarget",
    "Case",
    "CaseApproval",
    "CaseClock",
    "CaseFile",
    "CaseFlaw",
    "CaseOfficer",
    "CasePause",
    "CaseQuerySet",
    "CaseStep",
    "Closing",
    "CorrectionOrder",
    "CourtApplication",
    "DailyReport",
    "Decision",
    "Deferral",
    "DiscretionStep",
    "Discussion",
    "Dunning",
    "EnforcementDecision",
    "Evidence",
    "EvidenceCustody",
    "EvidenceFile",
    "Execution",
    "GovernmentOrder",
    "Hearing",
    "Instalment",
    "Interview",
    "ItemPhoto",
    "LegalReview",
    "Notice",
    "OfCaseQuerySet",
    "Paper",
    "PaperService",
    "Payment",
    "Performance",
    "Refund",
    "RemedyAction",
    "Removal",
    "RouteChoice",
    "SafetyInspection",
    "ServiceWay",
    "SiteRecord",
    "SizeRule",
    "SurchargeReckoning",
    "Violation",
    "latest_issued",
    "violation_codes",
]
