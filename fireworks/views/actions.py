"""联合整治行动: list, recording, correcting, taking back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.navigation import page_of
from config.tables import Column, Table, render_table
from fireworks.filters.records import ActionFilter
from fireworks.forms.records import ActionForm
from fireworks.models import JointAction
from fireworks.permissions import can_change_record
from fireworks.views.access import VIEW
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.pages import Fact, RecordPage, correct_page, form_page, recorded_fact, take_form, void_step
from staff.permissions import Perms

KEEP = permission_required(Perms.MANAGE_BAN_RECORDS, raise_exception=True)
LIST = ("联合行动", "fireworks:action-list")


def agencies_of(action: JointAction) -> str:
    """牵头单位 first, then who joined, each once."""
    others = [unit.label for unit in action.agencies.all() if unit.pk != action.lead_unit_id]
    return "、".join([action.lead_unit.label, *others])


def action_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = JointAction.objects.visible_to(user).select_related("lead_unit").prefetch_related("agencies")
    filters = ActionFilter(request.GET, queryset=rows, request=request)
    keeps = user.has_perm(Perms.MANAGE_BAN_RECORDS)
    return Table(
        columns=[
            Column("number", "编号", sort="number", phone="primary"),
            Column("held_on", "日期", sort="held_on", phone="secondary"),
            Column("name", "行动名称", phone="secondary"),
            Column("area", "区域", phone="hidden"),
            Column("agencies", "参加单位", value=agencies_of, phone="hidden"),
            Column("joint", "联合", value="is_joint", phone="hidden"),
            Column("people", "出动", unit="人次", total=Sum("people"), sort="people", phone="hidden"),
            Column("vehicles", "车辆", unit="台次", total=Sum("vehicles"), phone="hidden"),
            Column("places_checked", "检查", unit="家次", total=Sum("places_checked"), phone="secondary"),
            Column("places_found", "发现问题", unit="家次", total=Sum("places_found"), phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="actions",
        caption="联合整治行动",
        default_sort="-held_on",
        row_url=JointAction.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[ACTION_EXPORT.key]),
        empty="还没有联合行动。行动结束后由禁炮办登记。",
        empty_action=("登记联合行动", reverse("fireworks:action-create")) if keeps else None,
    )


ACTION_EXPORT = register_export(ListExport("fireworks.actions", "联合整治行动", action_table))


@require_GET
@VIEW
def action_list(request: HttpRequest) -> HttpResponse:
    keeps = request.user.has_perm(Perms.MANAGE_BAN_RECORDS)
    links = [("登记联合行动", reverse("fireworks:action-create"), True)] if keeps else []
    lead = "两个以上单位（含牵头单位）参加的才计为联合行动。"
    context = {"table": action_table(request), "title": "联合行动", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@KEEP
def action_create(request: HttpRequest) -> HttpResponse:
    form = ActionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (action := form.store()):
        words = "" if action.is_joint else "只有一个单位，不计为联合行动。"
        messages.success(request, f"已登记 {action.number}。{words}")
        return redirect(action)
    return form_page(request, form, title="登记联合行动", back=LIST, submit="登记", draft="action-new")


def visible_action(request: HttpRequest, pk: int) -> JointAction:
    rows = JointAction.objects.visible_to(request.user).select_related("lead_unit", "grid", "recorded_by")
    return get_object_or_404(rows.prefetch_related("agencies"), pk=pk)


def action_page(request: HttpRequest, action: JointAction) -> RecordPage:
    may = can_change_record(request.user, action)
    lots = list(action.lots.recorded())
    return RecordPage(
        record=action,
        title=action.number,
        crumbs=[LIST],
        lead=action.name,
        facts=[
            Fact("日期", action.held_on),
            Fact("区域", action.area, note=action.grid.name if action.grid else ""),
            Fact("参加单位", agencies_of(action), note="联合行动" if action.is_joint else "一个单位，不计为联合行动"),
            Fact("出动", action.people, unit="人次"),
            Fact("车辆", action.vehicles, unit="台次"),
            Fact("检查", action.places_checked, unit="家次"),
            Fact("发现问题", action.places_found, unit="家次"),
            Fact("结果", action.result),
            *(
                Fact("收缴", f"{lot.quantity.normalize():f} {lot.get_measure_display()}", url=page_of(request.user, lot), note=lot.number)
                for lot in lots
            ),
            *recorded_fact(action),
        ],
        badge=("已作废", "grey") if action.is_voided else ("", "grey"),
        edit_url=reverse("fireworks:action-edit", args=[action.pk]) if may else "",
        steps=[void_step(reverse("fireworks:action-void", args=[action.pk]), VoidForm())] if may else [],
    )  # fmt: skip


@require_GET
@VIEW
def action_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return action_page(request, visible_action(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@KEEP
def action_edit(request: HttpRequest, pk: int) -> HttpResponse:
    action = visible_action(request, pk)
    form = ActionForm(request.POST or None, instance=action, user=request.user)
    return correct_page(request, form, title=f"修改 {action.number}", back=LIST)


@require_POST
@KEEP
def action_void(request: HttpRequest, pk: int) -> HttpResponse:
    action, form = visible_action(request, pk), VoidForm(request.POST)
    return take_form(
        request,
        action,
        form,
        page=action_page,
        step="void",
        done="已作废，不再计入数据。",
    )
