"""收费标准: by document and validity. What fees were assessed by stays as it was; a new document is a new row."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from config.tables import Column, Table, render_table
from permits.filters.catalogue import TariffFilter
from permits.forms.catalogue import TariffForm
from permits.models import Tariff
from permits.views.access import KEEP, VIEW
from permits.workflow.catalogue import why_not_change_tariff
from staff.exports import ListExport, register_export
from staff.models import Activity
from staff.pages import store_or_show
from staff.permissions import Perms

TARIFFS = "收费标准"


def keeps(request: HttpRequest) -> bool:
    return request.user.has_perm(Perms.MANAGE_PERMIT_ITEMS)


def tariff_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    rows = Tariff.objects.visible_to(request.user).annotate(used=Count("assessments"))
    filters = TariffFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("name", "名称", sort="name", phone="primary"),
            Column("kind", "费种", value="get_kind_display", sort="kind", phone="secondary"),
            Column("document_number", "文号", sort="document_number", phone="secondary"),
            Column("issuer", "制定机关", sort="issuer", phone="hidden"),
            Column("valid_from", "施行", sort="valid_from", phone="secondary"),
            Column("valid_to", "失效", sort="valid_to", phone="hidden"),
            Column("is_demo", "示例", sort="is_demo", phone="secondary"),
            Column("used", "已核定", sort="used", unit="笔", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="permit-tariffs",
        caption=TARIFFS,
        default_sort="-valid_from",
        row_url=Tariff.get_absolute_url,
        row_tone=lambda row: "" if row.is_valid_on(timezone.localdate()) else "muted",
        filters=filters,
        export_url=reverse("staff:export", args=[TARIFF_EXPORT.key]),
        empty="还没有收费标准。登记文件、施行日期和单价后才能核定费用。",
        empty_action=("登记收费标准", reverse("permits:tariff-create")) if keeps(request) else None,
    )


TARIFF_EXPORT = register_export(ListExport("permits.tariffs", TARIFFS, tariff_table))


@require_GET
@VIEW
def tariff_list(request: HttpRequest) -> HttpResponse:
    return render_table(
        request, "permits/tariff_list.html", {"table": tariff_table(request), "can_keep": keeps(request)}
    )


def visible_tariff(request: HttpRequest, pk: int) -> Tariff:
    return get_object_or_404(Tariff.objects.visible_to(request.user), pk=pk)


@require_GET
@VIEW
def tariff_detail(request: HttpRequest, pk: int) -> HttpResponse:
    tariff = visible_tariff(request, pk)
    used = why_not_change_tariff(tariff)
    context = {
        "tariff": tariff,
        "rates": list(tariff.rates.order_by("pk")),
        "multipliers": list(tariff.multipliers.all()),
        "exemptions": list(tariff.exemptions.all()),
        "is_valid": tariff.is_valid_on(timezone.localdate()),
        "can_keep": keeps(request),
        "used": used,
        "activities": Activity.objects.about(tariff)[:30],
    }
    return render(request, "permits/tariff_detail.html", context)


@require_http_methods(["GET", "POST"])
@KEEP
def tariff_create(request: HttpRequest) -> HttpResponse:
    return store_or_show(
        request,
        TariffForm(request.POST or None),
        title="登记收费标准",
        back=(TARIFFS, reverse("permits:tariff-list")),
        note="按批准或者备案的文件登记。新标准施行时，同一费种没有失效日期的旧标准自动在前一日失效。",
    )


@require_http_methods(["GET", "POST"])
@KEEP
def tariff_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new tariff filled in with the lines of this one."""
    source = visible_tariff(request, pk)
    names = ("kind", "name", "issuer", "progression", "smallest_area", "whole_slabs", "is_demo")
    form = TariffForm(request.POST or None, copied=source, initial={name: getattr(source, name) for name in names})
    back = (source.name, source.get_absolute_url())
    return store_or_show(
        request, form, title="登记新的收费标准", back=back, note=f"已带入“{source}”的单价，照新文件改。"
    )


@require_http_methods(["GET", "POST"])
@KEEP
def tariff_edit(request: HttpRequest, pk: int) -> HttpResponse:
    tariff = visible_tariff(request, pk)
    back, lead = (tariff.name, tariff.get_absolute_url()), why_not_change_tariff(tariff)
    form = TariffForm(request.POST or None, instance=tariff)
    return store_or_show(request, form, title=f"修改{tariff.name}", back=back, note=lead)
