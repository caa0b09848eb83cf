"""Scores from outside: a month as a grid."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from config.periods import Period
from config.tables import Column, Table, render_table
from inspections.bulletin_paper import printed
from inspections.filters.scores import InputFilter, month_of
from inspections.forms.scores import InputGridForm
from inspections.models import ComponentInput
from inspections.permissions import visible_units
from inspections.views.scores import is_month_key, month_links
from staff.exports import ListExport, register_export
from staff.models import Activity, Unit
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_SCORES, raise_exception=True)


def input_table(request: HttpRequest) -> Table:
    """What has been entered, newest month first; units that do not see all see their own."""
    rows = ComponentInput.objects.visible_to(request.user).select_related("unit", "entered_by", "batch")
    filters = InputFilter(request.GET, queryset=rows)
    return Table(
        columns=[
            Column("month", "月份", sort="month", phone="primary"),
            Column("unit", "单位", value="unit.label", sort="unit__order", phone="primary"),
            Column("kind", "项目", value="get_kind_display", sort="kind", phone="secondary"),
            Column("value", "得分", unit="分", phone="secondary", format=printed),
            Column("due", "应结案", unit="件", phone="hidden"),
            Column("closed", "结案", unit="件", phone="hidden"),
            Column("in_time", "按期结案", unit="件", phone="hidden"),
            Column("reworked", "返工", unit="件", phone="hidden"),
            Column("source", "来源文件", phone="hidden"),
            Column("entered_by", "录入人", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="inputs",
        filters=filters,
        caption="外来得分",
        default_sort="-month",
        row_url=lambda row: reverse("inspections:input-grid", args=[row.month]),
        export_url=reverse("staff:export", args=[INPUT_EXPORT.key]),
        empty="还没有录入外来得分。没有数据的项目不计入，其余各项按权重折算。",
    )


INPUT_EXPORT = register_export(ListExport("inspections.inputs", "外来得分", input_table))


@require_GET
@VIEW
def input_list(request: HttpRequest) -> HttpResponse:
    context = {
        "table": input_table(request),
        "month": month_of(request),
        "can_manage": request.user.has_perm(Perms.MANAGE_SCORES),
    }
    return render_table(request, "inspections/input_list.html", context)


@require_http_methods(["GET", "POST"])
@VIEW
def input_grid(request: HttpRequest, month: str) -> HttpResponse:
    """The month as a grid; whoever may not keep it reads it."""
    if not is_month_key(month):
        raise Http404
    manages, own = request.user.has_perm(Perms.MANAGE_SCORES), visible_units(request.user)
    units = Unit.objects.assessed().active_on(Period.parse(month).end).order_by("order")
    shown = [unit for unit in units if own is None or unit.pk in own]
    form = InputGridForm(request.POST or None, month=month, units=shown)
    if not manages:
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST":
        if not manages:
            raise PermissionDenied
        if form.is_valid() and (count := form.store(by=request.user)) is not None:
            messages.success(request, f"已保存，改动 {count} 项。" if count else "没有改动。")
            return redirect("inspections:input-grid", month=month)
    context = {
        "form": form,
        "period": Period.parse(month),
        "can_manage": manages,
        "months": month_links(month, lambda key: reverse("inspections:input-grid", args=[key])),
        "activities": Activity.objects.filter(
            object_type="inspections.componentinput", object_label__startswith=month
        ).select_related("actor", "principal")[:30],
    }
    return render(request, "inspections/input_grid.html", context, status=422 if request.method == "POST" else 200)
