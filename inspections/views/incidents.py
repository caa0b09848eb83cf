"""Incidents of the fireworks ban that are confirmed and not yet a finding: from here they are registered as one."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.tables import Column, Table, render_table
from fireworks.models import Incident
from inspections.enums import FindingState
from inspections.filters.incidents import HandoverFilter
from inspections.models import Finding, Sighting
from staff.exports import ListExport, register_export
from staff.models import User
from staff.permissions import Perms

REGISTER = permission_required(Perms.REGISTER_FINDING, raise_exception=True)

COLUMNS = [
    Column("number", "炮情编号", sort="number", phone="primary"),
    Column("found_at", "发现时间", sort="found_at", phone="secondary"),
    Column("unit", "属地单位", value="unit.label", sort="unit__order", phone="secondary"),
    Column("place", "地点", phone="secondary"),
    Column("kind", "种类", value="get_kind_display", sort="kind", phone="hidden"),
    Column("source", "来源", value="get_source_display", sort="source", phone="hidden"),
    Column("handling", "处置", value="get_handling_display", sort="handling", phone="hidden"),
    Column("description", "情况", phone="hidden"),
]


def waiting_incidents(user: User) -> QuerySet[Incident]:
    """What this person may see of the ban's incidents, confirmed, that belong to no finding that stands."""
    taken = Finding.objects.counted().filter(incident=OuterRef("pk"))
    merged = Sighting.objects.filter(incident=OuterRef("pk")).exclude(finding__state=FindingState.VOIDED)
    return Incident.objects.visible_to(user).confirmed().filter(~Exists(taken), ~Exists(merged))


def address(incident: Incident) -> str:
    """The form, filled in from the incident."""
    return reverse("inspections:incident-register", args=[incident.pk])


def incident_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.REGISTER_FINDING):
        raise PermissionDenied
    filters = HandoverFilter(request.GET, queryset=waiting_incidents(request.user).select_related("unit"))
    return Table(
        columns=COLUMNS,
        rows=filters.qs,
        request=request,
        name="handover",
        caption="待转考评的炮情",
        default_sort="-found_at",
        row_url=address,
        filters=filters,
        export_url=reverse("staff:export", args=[INCIDENT_EXPORT.key]),
        empty="没有待转的炮情：核实属实的都已登记为考评问题，或不在您能看到的范围。",
    )


INCIDENT_EXPORT = register_export(ListExport("inspections.incidents", "待转考评的炮情", incident_table))


@require_GET
@REGISTER
def incident_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/incident_list.html", {"table": incident_table(request)})
