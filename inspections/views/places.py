"""Places: list, one place with who answers there since when, entering, correcting, taking out of use."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from inspections.filters.places import PlaceFilter
from inspections.forms.places import EndPlaceForm, PlaceForm, ShareTable
from inspections.models import Finding, Place
from inspections.workflow import places
from staff.exports import ListExport, register_export
from staff.models import Activity
from staff.permissions import Perms
from staff.refusals import Refused, show_refusal

VIEW = permission_required(Perms.VIEW_FINDING, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_PLACES, raise_exception=True)


def standing_units(place: Place) -> str:
    """Who answers today, from prefetched rows."""
    today = timezone.localdate()
    rows = [row for row in place.shares.all() if row.holds_on(today)]
    parts = [f"{row.unit.label}{f'（{row.item_code}）' if row.item_code else ''}" for row in rows]
    return "、".join(parts)


def place_columns() -> list[Column]:
    return [
        Column("name", "点位", sort="name", phone="primary"),
        Column("area", "区域类型", value="get_area_display", sort="area", phone="secondary"),
        Column("units", "责任单位", value=standing_units, phone="secondary"),
        Column("latitude", "纬度", align="end", phone="hidden"),
        Column("longitude", "经度", align="end", phone="hidden"),
        Column("check", "核对", template="inspections/_place_check_cell.html", value=check_words, phone="secondary"),
        Column("valid_from", "启用日期", sort="valid_from", phone="hidden"),
        Column("valid_to", "停用日期", sort="valid_to", phone="hidden"),
        Column("note", "说明", phone="hidden", optional=True),
    ]


def check_words(place: Place) -> str:
    """What the office should look at."""
    words = [("辖区外，待核对", place.outside), ("没有定位", place.latitude is None), ("录入时留用", place.learned)]
    return "、".join(text for text, holds in words if holds)


def place_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FINDING):
        raise PermissionDenied
    rows = Place.objects.visible_to(request.user).prefetch_related("shares__unit")
    filters = PlaceFilter(request.GET, queryset=rows)
    return Table(
        columns=place_columns(),
        rows=filters.qs,
        request=request,
        name="places",
        caption="点位",
        default_sort="name",
        row_url=Place.get_absolute_url,
        row_tone=lambda place: "" if place.is_valid else "muted",
        filters=filters,
        export_url=reverse("staff:export", args=[PLACE_EXPORT.key]),
        empty="还没有点位。现场录入时输入新地点，可以直接留作点位。",
        empty_action=("登记点位", reverse("inspections:place-create"))
        if request.user.has_perm(Perms.MANAGE_PLACES)
        else None,
    )


PLACE_EXPORT = register_export(ListExport("inspections.places", "点位", place_table))


@require_GET
@VIEW
def place_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/place_list.html", {"table": place_table(request)})


def visible_place(request: HttpRequest, pk: int) -> Place:
    return get_object_or_404(Place.objects.visible_to(request.user).select_related("added_by"), pk=pk)


@require_GET
@VIEW
def place_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, visible_place(request, pk))


def _detail(request: HttpRequest, place: Place, form: EndPlaceForm | None = None) -> HttpResponse:
    found = Finding.objects.visible_to(request.user).counted().filter(spot=place).select_related("item", "lead_unit")
    context = {
        "place": place,
        "shares": place.shares.select_related("unit"),
        "findings": found[:20],
        "activities": Activity.objects.about(place)[:20],
        "can_manage": request.user.has_perm(Perms.MANAGE_PLACES),
        "end_form": form or EndPlaceForm(),
    }
    return render(request, "inspections/place_detail.html", context, status=422 if form else 200)


@require_http_methods(["GET", "POST"])
@MANAGE
def place_create(request: HttpRequest) -> HttpResponse:
    return _edit(request, Place())


@require_http_methods(["GET", "POST"])
@MANAGE
def place_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, visible_place(request, pk))


def _edit(request: HttpRequest, place: Place) -> HttpResponse:
    form, table = PlaceForm(request.POST or None, instance=place), ShareTable(request.POST or None, place=place)
    title = f"修改点位 {place.name}" if place.pk else "登记点位"
    back = place.get_absolute_url() if place.pk else reverse("inspections:place-list")
    good, whole = form.is_valid(), table.is_valid()  # both, so that both show their errors
    if good and whole:
        stored = form.store(table, by=request.user)
        if stored is not None:
            messages.success(
                request, "已保存。" if not stored.outside else "已保存。定位在辖区范围（示意）之外，已标为待核对。"
            )
            return redirect(stored)
    context = {"form": form, "table": table, "title": title, "back": back, "draft": f"place-{place.pk or 'new'}"}
    return render(request, "inspections/place_form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@MANAGE
def place_end(request: HttpRequest, pk: int) -> HttpResponse:
    place, form = visible_place(request, pk), EndPlaceForm(request.POST)
    if form.is_valid():
        try:
            places.end_place(place, on=form.day(), by=request.user)
        except Refused as refusal:
            if not refusal.field:
                messages.error(request, str(refusal))
                return redirect(place)
            show_refusal(form, refusal)
        else:
            messages.success(request, f"“{place.name}”已停用；以前的问题不受影响。")
            return redirect(place)
    return _detail(request, place, form)
