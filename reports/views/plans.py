"""工作计划: the list, one item, taking it up as a key task, how it turned out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table
from reports.filters import PlanFilter
from reports.forms.plans import OutcomeForm, PlanForm
from reports.models import PlanItem
from reports.permissions import can_manage_plan
from reports.planning import reached
from reports.views.office import MANAGE, VIEW, record_list
from reports.workflow import plans
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.pages import (
    Fact,
    RecordPage,
    Step,
    correct_page,
    form_page,
    recorded_fact,
    require,
    take_form,
    void_step,
)
from staff.permissions import Perms
from staff.refusals import Refused

PLANS = ("工作计划", "reports:plan-list")
OUTCOME_TONES = {"": "grey", "done": "green", "partly": "amber", "not_done": "red"}


def plan_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_TASKS):
        raise PermissionDenied
    rows = PlanItem.objects.visible_to(user).select_related("owner", "task")
    filters = PlanFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("title", "计划", sort="title", phone="primary"),
            Column("period", "期间", value="period.label", sort="starts_on", within=["order"],
                   phone="secondary"),
            Column("order", "序号", sort="order", align="end", phone="hidden"),
            Column("owner", "责任单位", value="owner.label", sort="owner__order", phone="secondary"),
            Column("target", "目标", value="target_words", phone="hidden"),
            Column("task", "重点工作", value=lambda row: "已立项" if row.task_id else "", phone="hidden"),
            Column("outcome", "完成情况", value=lambda row: row.get_outcome_display() or "未登记", sort="outcome",
                   phone="secondary"),
            Column("outcome_text", "说明", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="plans",
        caption="工作计划",
        default_sort="-period",
        row_url=PlanItem.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[PLAN_EXPORT.key]),
        empty="还没有工作计划。由办公室登记。",
        empty_action=("登记计划", reverse("reports:plan-create")) if user.has_perm(Perms.MANAGE_TASKS) else None,
    )  # fmt: skip


PLAN_EXPORT = register_export(ListExport("reports.plans", "工作计划", plan_table))


@require_GET
@VIEW
def plan_list(request: HttpRequest) -> HttpResponse:
    lead = "计划一键转为所属半年的重点工作；期末登记完成情况，总结里印出。"
    return record_list(request, plan_table(request), "工作计划", lead, ("登记计划", "reports:plan-create"))


@require_http_methods(["GET", "POST"])
@MANAGE
def plan_create(request: HttpRequest) -> HttpResponse:
    form = PlanForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (item := form.store()):
        messages.success(request, "计划已登记。")
        return redirect(item)
    return form_page(request, form, title="登记计划", back=PLANS, submit="登记", draft="plan-new")


def visible_plan(request: HttpRequest, pk: int) -> PlanItem:
    rows = PlanItem.objects.visible_to(request.user).select_related("owner", "task", "measure__task", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def plan_facts(item: PlanItem) -> list[Fact]:
    facts = [
        Fact("期间", item.period.label, note=f"第 {item.order} 项"),
        Fact("责任单位", item.owner.label),
        Fact("具体安排", item.text),
        Fact("目标", item.target_words),
    ]
    if counted := reached(item):
        facts.append(Fact("实际", counted.words, url=counted.url, note=counted.share))
    if item.task:
        facts.append(Fact("重点工作", item.task.title, url=item.task.get_absolute_url()))
    if item.outcome:
        facts.append(Fact("完成情况", item.get_outcome_display(), note=str(item.outcome_on)))
        facts.append(Fact("说明", item.outcome_text))
    return [*facts, *recorded_fact(item)]


def plan_page(request: HttpRequest, item: PlanItem) -> RecordPage:
    may, steps = can_manage_plan(request.user, item), []
    address = {name: reverse(f"reports:plan-{name}", args=[item.pk]) for name in ("take-up", "outcome", "edit", "void")}
    if may and item.task is None:
        words = f"列为{item.period.label}的重点工作，通知责任单位；有目标的同时建立指标。"
        steps.append(Step("take-up", "转为重点工作", address["take-up"], words, first=True))
    if may:
        kept = {"outcome": item.outcome, "outcome_text": item.outcome_text, "seen": item.version}
        form = OutcomeForm(initial=kept)
        words = "写进总结的计划完成情况表；以后可以重新登记，经过里保留。"
        steps.append(Step("outcome", "登记完成情况", address["outcome"], words, form, first=not steps))
        steps.append(void_step(address["void"], VoidForm(door=plans.void_plan)))
    badge = (item.get_outcome_display() or "未登记完成情况", OUTCOME_TONES[item.outcome])
    return RecordPage(
        record=item,
        title=item.title,
        crumbs=[PLANS],
        facts=plan_facts(item),
        badge=("已作废", "grey") if item.is_voided else badge,
        edit_url=address["edit"] if may else "",
        steps=steps,
    )


@require_GET
@VIEW
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return plan_page(request, visible_plan(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@MANAGE
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    item = visible_plan(request, pk)
    form = PlanForm(request.POST or None, instance=item, user=request.user)
    return correct_page(request, form, title="修改计划", back=PLANS)


@require_POST
@MANAGE
def plan_take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Twice leads to the same task."""
    item = visible_plan(request, pk)
    require(can_manage_plan(request.user, item) or item.is_voided)
    try:
        task = plans.take_up(item, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(item)
    messages.success(request, "已转为重点工作。")
    return redirect(task)


def plan_dialog(request: HttpRequest, pk: int, form: Any, name: str, done: str) -> HttpResponse:
    item = visible_plan(request, pk)
    return take_form(
        request,
        item,
        form,
        page=plan_page,
        step=name,
        done=done,
    )


@require_POST
@MANAGE
def plan_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    return plan_dialog(request, pk, OutcomeForm(request.POST), "outcome", "完成情况已登记。")


@require_POST
@MANAGE
def plan_void(request: HttpRequest, pk: int) -> HttpResponse:
    return plan_dialog(request, pk, VoidForm(request.POST, door=plans.void_plan), "void", "已作废，不再计入数据。")
