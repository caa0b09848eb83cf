"""收缴物品: list, recording, correcting, chain of custody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.display import plain_number
from config.navigation import page_of
from config.tables import Column, Table, render_table
from fireworks.filters.records import LotFilter
from fireworks.forms.records import CustodyForm, LotForm
from fireworks.models import Destruction, SeizureLot
from fireworks.permissions import can_change_record
from fireworks.views.access import VIEW
from fireworks.workflow import seizures
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.pages import Fact, RecordPage, Step, correct_page, form_page, recorded_fact, take_form, void_step
from staff.permissions import Perms

KEEP = permission_required(Perms.MANAGE_BAN_RECORDS, raise_exception=True)
LIST = ("收缴物品", "fireworks:lot-list")
TONES = {"在库": "blue", "部分销毁": "amber", "已销毁": "green", "已作废": "grey"}


def sum_of_one_measure(of: Any) -> Any:
    """A total, if all rows are counted in one measure: 箱 and 千克 are never added."""

    def total(rows: Any) -> Any:
        measures = set(rows.order_by().values_list("measure", flat=True).distinct()[:2])
        return rows.order_by().aggregate(total=Sum(of))["total"] if len(measures) == 1 else None

    return total


def lot_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    filters = LotFilter(
        request.GET, queryset=SeizureLot.objects.visible_to(user).select_related("unit"), request=request
    )
    keeps = user.has_perm(Perms.MANAGE_BAN_RECORDS)
    return Table(
        columns=[
            Column("number", "编号", sort="number", phone="primary"),
            Column("seized_on", "收缴日期", sort="seized_on", phone="secondary"),
            Column("place", "收缴地点", phone="secondary"),
            Column("owner", "物主", phone="hidden"),
            Column("kind", "种类", value="get_kind_display", sort="kind", phone="hidden"),
            Column(
                "quantity", "数量", sort="quantity", align="end", total=sum_of_one_measure("quantity"), phone="primary"
            ),
            Column("measure", "计量单位", value="get_measure_display", sort="measure", phone="primary"),
            Column(
                "left", "在库", align="end", total=sum_of_one_measure(F("quantity") - F("destroyed")), phone="hidden"
            ),
            Column("store", "存放地点", sort="store", phone="secondary"),
            Column("unit", "接收单位", value="unit.label", sort="unit__order", phone="hidden", optional=True),
            Column("standing", "去向", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="lots",
        caption="收缴物品",
        default_sort="-seized_on",
        row_url=SeizureLot.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[LOT_EXPORT.key]),
        empty="还没有收缴物品。收缴入库后登记。",
        empty_action=("登记收缴物品", reverse("fireworks:lot-create")) if keeps else None,
    )


LOT_EXPORT = register_export(ListExport("fireworks.lots", "收缴物品台账", lot_table))


@require_GET
@VIEW
def lot_list(request: HttpRequest) -> HttpResponse:
    links = []
    if request.user.has_perm(Perms.MANAGE_BAN_RECORDS):
        links = [
            ("登记收缴物品", reverse("fireworks:lot-create"), True),
            ("登记销毁", reverse("fireworks:destruction-create"), False),
        ]
    lead = "按原样清点的单位登记，不折算、不跨单位相加；筛到一种单位时显示合计。"
    context = {"table": lot_table(request), "title": "收缴物品", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@KEEP
def lot_create(request: HttpRequest) -> HttpResponse:
    form = LotForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (lot := form.store()):
        messages.success(request, f"已登记 {lot.number}，交接记录已从入库开始。")
        return redirect(lot)
    return form_page(request, form, title="登记收缴物品", back=LIST, submit="登记", draft="lot-new")


def visible_lot(request: HttpRequest, pk: int) -> SeizureLot:
    rows = SeizureLot.objects.visible_to(request.user).select_related("unit", "action", "incident", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def lot_steps(lot: SeizureLot) -> list[Step]:
    address = {name: reverse(f"fireworks:lot-{name}", args=[lot.pk]) for name in ("custody", "void")}
    words = "交接记录只能追加，不能修改；写错的再记一条“更正”。"
    steps = [Step("custody", "记交接", address["custody"], words, CustodyForm(), first=True)]
    if not lot.destroyed:
        steps.append(void_step(address["void"], VoidForm(door=seizures.void_lot)))
    return steps


def lot_page(request: HttpRequest, lot: SeizureLot) -> RecordPage:
    may, measure = can_change_record(request.user, lot), lot.get_measure_display()
    facts = [
        Fact("收缴日期", lot.seized_on),
        Fact("收缴地点", lot.place),
        Fact("物主", lot.owner),
        Fact("种类", lot.get_kind_display()),
        Fact("数量", lot.quantity, unit=measure),
        Fact("已销毁", lot.destroyed, unit=measure),
        Fact("在库", lot.left, unit=measure),
        Fact("接收单位", lot.unit.label),
        Fact("存放地点", lot.store),
        Fact("备注", lot.note),
    ]
    for source, label in ((lot.action, "联合行动"), (lot.incident, "炮情")):
        if source is not None:
            facts.append(Fact(label, source.number, url=page_of(request.user, source)))
    items = lot.items.select_related("destruction").filter(destruction__voided_at=None)
    opened = Destruction.objects.visible_to(request.user).filter(items__lot=lot)
    return RecordPage(
        record=lot,
        title=lot.number,
        crumbs=[LIST],
        facts=[*facts, *recorded_fact(lot)],
        lead=f"{lot.place} · {plain_number(lot.quantity)} {measure}",
        badge=(lot.standing, TONES[lot.standing]),
        edit_url=reverse("fireworks:lot-edit", args=[lot.pk]) if may else "",
        steps=lot_steps(lot) if may else [],
        parts=["fireworks/_lot_parts.html"],
        more={
            "custody": lot.custody.select_related("recorded_by"),
            "items": items,
            "opened": set(opened.values_list("pk", flat=True)),
            "measure": measure,
        },
    )


@require_GET
@VIEW
def lot_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return lot_page(request, visible_lot(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@KEEP
def lot_edit(request: HttpRequest, pk: int) -> HttpResponse:
    lot = visible_lot(request, pk)
    form = LotForm(request.POST or None, instance=lot, user=request.user)
    return correct_page(request, form, title=f"修改 {lot.number}", back=LIST)


@require_POST
@KEEP
def lot_custody(request: HttpRequest, pk: int) -> HttpResponse:
    lot, form = visible_lot(request, pk), CustodyForm(request.POST)
    if form.is_valid() and form.store(lot, by=request.user):
        messages.success(request, "已记入交接记录。")
        return redirect(lot)
    return lot_page(request, lot).with_form("custody", form).show(request, status=422)


@require_POST
@KEEP
def lot_void(request: HttpRequest, pk: int) -> HttpResponse:
    lot, form = visible_lot(request, pk), VoidForm(request.POST, door=seizures.void_lot)
    return take_form(
        request,
        lot,
        form,
        page=lot_page,
        step="void",
        done="已作废，不再计入数据。",
    )
