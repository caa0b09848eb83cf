"""Summaries are read only here; they change through their workflow."""

from django.contrib import admin

from reports.models import Report
from staff.admin import ReadOnlyAdmin


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ["title", "period_key", "state", "number", "signed_at"]
