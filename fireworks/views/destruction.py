"""集中销毁: list, recording with the lots that went, taking back, photos."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from fireworks.filters.records import DestructionFilter
from fireworks.forms.records import DestructionForm
from fireworks.models import Destruction, DestructionPhoto, SeizureLot
from fireworks.permissions import can_change_record
from fireworks.views.access import VIEW
from fireworks.workflow import seizures
from staff.exports import ListExport, register_export
from staff.forms.records import PhotoForm, VoidForm
from staff.pages import Fact, RecordPage, add_photo, recorded_fact, send_photo, take_form, void_step
from staff.permissions import Perms

KEEP = permission_required(Perms.MANAGE_BAN_RECORDS, raise_exception=True)
LIST = ("集中销毁", "fireworks:destruction-list")
GIVEN_BACK = "所列物品退回在库，交接记录写明；记录和日志保留。"


def destruction_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    filters = DestructionFilter(request.GET, queryset=Destruction.objects.visible_to(user), request=request)
    keeps = user.has_perm(Perms.MANAGE_BAN_RECORDS)
    return Table(
        columns=[
            Column("number", "编号", sort="number", phone="primary"),
            Column("destroyed_on", "销毁日期", sort="destroyed_on", phone="secondary"),
            Column("place", "地点", phone="secondary"),
            Column("method", "方式", value="get_method_display", sort="method", phone="hidden"),
            Column("witnesses", "见证单位和人员", phone="hidden"),
            Column("vehicles", "车辆", unit="车", sort="vehicles", total=Sum("vehicles"), phone="secondary"),
            Column("weight_kg", "重量", unit="千克", sort="weight_kg", total=Sum("weight_kg"), phone="secondary"),
            Column("weight_basis", "重量来源", value="get_weight_basis_display", sort="weight_basis", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="destructions",
        caption="集中销毁",
        default_sort="-destroyed_on",
        row_url=Destruction.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[DESTRUCTION_EXPORT.key]),
        empty="还没有销毁记录。销毁后按收缴批次登记。",
        empty_action=("登记销毁", reverse("fireworks:destruction-create")) if keeps else None,
    )


DESTRUCTION_EXPORT = register_export(ListExport("fireworks.destructions", "集中销毁台账", destruction_table))


@require_GET
@VIEW
def destruction_list(request: HttpRequest) -> HttpResponse:
    keeps = request.user.has_perm(Perms.MANAGE_BAN_RECORDS)
    links = [("登记销毁", reverse("fireworks:destruction-create"), True)] if keeps else []
    lead = "重量只来自过磅或估算，不由箱数、件数折算。"
    context = {"table": destruction_table(request), "title": "集中销毁", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@KEEP
def destruction_create(request: HttpRequest) -> HttpResponse:
    form = DestructionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (destruction := form.store()):
        messages.success(request, f"已登记 {destruction.number}，物品的在库数已更新。")
        return redirect(destruction)
    status = 422 if request.method == "POST" else 200
    return render(request, "fireworks/destruction_form.html", {"form": form, "back": LIST}, status=status)


def visible_destruction(request: HttpRequest, pk: int) -> Destruction:
    rows = Destruction.objects.visible_to(request.user).select_related("unit", "recorded_by")
    rows = rows.prefetch_related("items__lot")
    return get_object_or_404(rows, pk=pk)


def destruction_page(request: HttpRequest, destruction: Destruction) -> RecordPage:
    may = can_change_record(request.user, destruction)
    address = {name: reverse(f"fireworks:destruction-{name}", args=[destruction.pk]) for name in ("void", "photo-add")}
    weight = destruction.get_weight_basis_display() or "没有称重，也没有估算"
    opened = SeizureLot.objects.visible_to(request.user).filter(items__destruction=destruction)
    return RecordPage(
        record=destruction,
        title=destruction.number,
        crumbs=[LIST],
        facts=[
            Fact("销毁日期", destruction.destroyed_on),
            Fact("地点", destruction.place),
            Fact("方式", destruction.get_method_display()),
            Fact("组织单位", destruction.unit.label),
            Fact("见证单位和人员", destruction.witnesses),
            Fact("车辆", destruction.vehicles, unit="车"),
            Fact("重量", destruction.weight_kg, unit="千克", note=weight),
            Fact("备注", destruction.note),
            *recorded_fact(destruction),
        ],
        badge=("已作废", "grey") if destruction.is_voided else ("", "grey"),
        warning="" if destruction.is_voided else destruction.weighed_otherwise,
        steps=[void_step(address["void"], VoidForm(door=seizures.void_destruction), GIVEN_BACK)] if may else [],
        photos=destruction.photos.all(),
        photo_url=address["photo-add"] if may else "",
        photo_form=PhotoForm() if may else None,
        parts=["fireworks/_destruction_items.html"],
        more={"items": destruction.items.all(), "opened": set(opened.values_list("pk", flat=True))},
    )


@require_GET
@VIEW
def destruction_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return destruction_page(request, visible_destruction(request, pk)).show(request)


@require_POST
@KEEP
def destruction_void(request: HttpRequest, pk: int) -> HttpResponse:
    destruction, form = visible_destruction(request, pk), VoidForm(request.POST, door=seizures.void_destruction)
    return take_form(
        request,
        destruction,
        form,
        page=destruction_page,
        step="void",
        done="已作废，所列物品已退回在库。",
    )


@require_POST
@KEEP
def destruction_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    destruction, form = visible_destruction(request, pk), PhotoForm(request.POST, request.FILES)
    return add_photo(
        request,
        destruction,
        form,
        lambda: form.store(DestructionPhoto, by=request.user, destruction=destruction),
        page=destruction_page,
    )


@require_GET
@VIEW
def destruction_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    destruction = visible_destruction(request, pk)
    return send_photo(get_object_or_404(destruction.photos, pk=photo_pk), destruction.number)
