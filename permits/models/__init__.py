from permits.models.applications import Application, MaterialFile, Segment, SubmittedMaterial, area_of
from permits.models.casework import ClockPause, OfflineApproval, ProcedureFlaw
from permits.models.changes import Adjustment, Emergency, Ending, PermitChange
from permits.models.charges import FeeAssessment, FeePayment, FeeRefund
from permits.models.items import SPLIT, ItemVersion, Material, MeetingFile, PermitItem, SeenQuerySet
from permits.models.opinions import Opinion, OpinionFile
from permits.models.papers import PaperService, PermitPaper
from permits.models.roads import Road
from permits.models.sessions import ReviewedCase, ReviewOutcome, ReviewSession
from permits.models.supervision import (
    Inspection,
    InspectionPhoto,
    Rectification,
    RestorationCheck,
    RestorationPhoto,
)
from permits.models.surveys import Survey, SurveyMeasurement, SurveyPhoto
from permits.models.tariffs import Tariff, TariffExemption, TariffMultiplier, TariffRate

__all__ = [
    "SPLIT",
    "Adjustment",
    "Application",
    "ClockPause",
    "Emergency",
    "Ending",
    "FeeAssessment",
    "FeePayment",
    "FeeRefund",
    "Inspection",
    "InspectionPhoto",
    "ItemVersion",
    "Material",
    "MaterialFile",
    "MeetingFile",
    "OfflineApproval",
    "Opinion",
    "OpinionFile",
    "PaperService",
    "PermitChange",
    "PermitItem",
    "PermitPaper",
    "ProcedureFlaw",
    "Rectification",
    "RestorationCheck",
    "RestorationPhoto",
    "ReviewOutcome",
    "ReviewSession",
    "ReviewedCase",
    "Road",
    "SeenQuerySet",
    "Segment",
    "SubmittedMaterial",
    "Survey",
    "SurveyMeasurement",
    "SurveyPhoto",
    "Tariff",
    "TariffExemption",
    "TariffMultiplier",
    "TariffRate",
    "area_of",
]
