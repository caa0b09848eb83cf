from inspections.models.appeals import Appeal, Reduction, SignedScan
from inspections.models.bulletins import Bulletin, BulletinLine, ConfirmationScan, SheetConfirmation
from inspections.models.findings import Finding, FindingPhoto, FindingShare, Sighting, fingerprint, month_key
from inspections.models.inputs import ComponentInput, InputKind
from inspections.models.places import Place, PlaceShare
from inspections.models.rectification import (
    Extension,
    OrderLine,
    RectificationOrder,
    RectificationReport,
    Review,
    Shelving,
)
from inspections.models.rounds import Round, RoundVisit
from inspections.models.rules import RewardRule, ScoringRuleSet
from inspections.models.sheets import CheckLine, CheckSheet
from inspections.models.standard import Category, Item, ItemShare, StandardVersion

__all__ = [
    "Appeal",
    "Bulletin",
    "BulletinLine",
    "Category",
    "CheckLine",
    "CheckSheet",
    "ComponentInput",
    "ConfirmationScan",
    "Extension",
    "Finding",
    "FindingPhoto",
    "FindingShare",
    "InputKind",
    "Item",
    "ItemShare",
    "OrderLine",
    "Place",
    "PlaceShare",
    "RectificationOrder",
    "RectificationReport",
    "Reduction",
    "Review",
    "RewardRule",
    "Round",
    "RoundVisit",
    "ScoringRuleSet",
    "SheetConfirmation",
    "Shelving",
    "Sighting",
    "SignedScan",
    "StandardVersion",
    "fingerprint",
    "month_key",
]
