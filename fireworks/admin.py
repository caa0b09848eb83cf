"""Reference data of the ban; its records are read only here, their doors are the pages. Reporters are not registered."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from fireworks.models import (
    BanEntry,
    BanScheme,
    Destruction,
    Incident,
    JointAction,
    LawReference,
    SeizureLot,
    ShiftPattern,
)
from staff.admin import LoggedAdmin, ReadOnlyAdmin


class VersionedAdmin(LoggedAdmin):
    """A change made here is one that an open page of the office has not seen."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        if change:
            obj.version += 1  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)


@admin.register(LawReference)
class LawReferenceAdmin(VersionedAdmin):
    list_display = ["title", "article", "valid_from", "valid_to"]


@admin.register(ShiftPattern)
class ShiftPatternAdmin(VersionedAdmin):
    list_display = ["code", "name", "starts", "minutes", "days", "is_active"]


# --- Records ----------------------------------------------------------------------------------------------------------


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    list_display = ["number", "found_on", "unit", "place", "state"]
    list_select_related = ["unit"]
    list_filter = ["state", "place_kind"]
    search_fields = ["number", "place"]


@admin.register(JointAction)
class JointActionAdmin(ReadOnlyAdmin):
    list_display = ["number", "held_on", "name", "agency_count", "voided_at"]


@admin.register(SeizureLot)
class SeizureLotAdmin(ReadOnlyAdmin):
    list_display = ["number", "seized_on", "place", "quantity", "measure", "destroyed", "voided_at"]
    list_filter = ["measure"]


@admin.register(Destruction)
class DestructionAdmin(ReadOnlyAdmin):
    list_display = ["number", "destroyed_on", "place", "vehicles", "weight_kg", "weight_basis", "voided_at"]


@admin.register(BanScheme)
class BanSchemeAdmin(ReadOnlyAdmin):
    list_display = ["name", "source", "valid_from"]


@admin.register(BanEntry)
class BanEntryAdmin(ReadOnlyAdmin):
    list_display = ["month", "unit", "fact", "points", "voided_at"]
    list_select_related = ["unit"]
