from inspections.models.findings import Finding, FindingPhoto, FindingShare, fingerprint, month_key
from inspections.models.standard import Category, Item, ItemShare, StandardVersion

__all__ = [
    "Category",
    "Finding",
    "FindingPhoto",
    "FindingShare",
    "Item",
    "ItemShare",
    "StandardVersion",
    "fingerprint",
    "month_key",
]
