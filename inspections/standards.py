"""Writing a standard out as a sheet, to be changed and read again."""

from __future__ import annotations

from typing import Any

from inspections.enums import AreaType
from inspections.models import Item, StandardVersion
from inspections.scoring import plain
from inspections.standard_csv import LOCAL_CODE


def standard_rows(version: StandardVersion) -> list[list[Any]]:
    """A stored standard as the rows that `parse_sheet` reads, in the order of COLUMNS."""
    items = Item.objects.filter(category__version=version).select_related("category").prefetch_related("shares")
    return [
        [
            item.category.code,
            item.category.name,
            item.category.points,
            item.code,
            item.name,
            item.definition,
            item.national_codes or LOCAL_CODE,
            "|".join(item.areas),
            "|".join(AreaType(code).label for code in item.areas),
            item.unit_of_count,
            item.deduct,
            item.severe_deduct,
            item.severe_rule,
            item.cap,
            item.rectify_hours,
            item.get_hour_basis_display(),
            "Y" if item.urgent else "N",
            "|".join(f"{share.role}:{plain(share.share)}" for share in item.shares.all()),
        ]
        for item in items.order_by("category__code", "code")
    ]
