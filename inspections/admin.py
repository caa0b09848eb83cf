"""The standard can be corrected here before it is used; findings are read only."""

from django.contrib import admin

from inspections.models import Category, Finding, Item, ItemShare, StandardVersion
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
