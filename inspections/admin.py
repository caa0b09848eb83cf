"""The standard can be corrected here before it is used; findings, rules, scores and bulletins are read only."""

from django.contrib import admin

from inspections.models import (
    Appeal,
    Bulletin,
    Category,
    ComponentInput,
    Finding,
    Item,
    ItemShare,
    RectificationOrder,
    ScoringRuleSet,
    StandardVersion,
)
from staff.admin import LoggedAdmin, ReadOnlyAdmin


@admin.register(StandardVersion)
class StandardVersionAdmin(LoggedAdmin):
    list_display = ["name", "source", "valid_from", "valid_to"]


@admin.register(Category)
class CategoryAdmin(LoggedAdmin):
    list_display = ["code", "name", "points", "version"]
    list_select_related = ["version"]
    list_filter = ["version"]


class ItemShareInline(admin.TabularInline):
    model = ItemShare
    extra = 0


@admin.register(Item)
class ItemAdmin(LoggedAdmin):
    list_display = ["code", "name", "category", "deduct", "severe_deduct", "cap", "rectify_hours"]
    list_select_related = ["category"]
    list_filter = ["category__version", "category"]
    search_fields = ["code", "name"]
    inlines = [ItemShareInline]


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    list_display = ["number", "found_on", "lead_unit", "item", "place", "points", "state"]
    list_select_related = ["lead_unit", "item"]
    list_filter = ["state"]
    search_fields = ["number"]
    show_full_result_count = False


@admin.register(RectificationOrder)
class RectificationOrderAdmin(ReadOnlyAdmin):
    list_display = ["number", "unit", "delivered_at", "made_by"]
    list_select_related = ["unit", "made_by"]
    search_fields = ["number"]


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    list_display = ["finding", "unit", "ground", "lodged_at", "state"]
    list_select_related = ["finding", "unit"]
    list_filter = ["state", "ground"]


@admin.register(ScoringRuleSet)
class ScoringRuleSetAdmin(ReadOnlyAdmin):
    list_display = ["name", "source", "valid_from"]


@admin.register(ComponentInput)
class ComponentInputAdmin(ReadOnlyAdmin):
    list_display = ["month", "unit", "kind", "score", "source"]
    list_select_related = ["unit"]
    list_filter = ["kind"]


@admin.register(Bulletin)
class BulletinAdmin(ReadOnlyAdmin):
    list_display = ["title", "month", "number", "state"]
    list_filter = ["state"]
