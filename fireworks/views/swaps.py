"""换班: asked, answered, approved."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.signs import state_badge
from config.tables import Column, Table, render_table
from fireworks.forms.watch import ApproveForm, AskSwapForm, RejectForm
from fireworks.models import Assignment, Swap
from fireworks.permissions import can_answer_swap, can_ask_swap, can_decide_swap, can_withdraw_swap
from fireworks.views.access import APPROVE
from fireworks.workflow import swaps
from staff.models import Activity
from staff.pages import store_or_show
from staff.refusals import Refused

RELATED = ("slot__roster", "slot__grid", "slot__post", "slot__shift", "from_person__person", "to__person", "decided_by")

SWAP_COLUMNS = [
    Column("from_person", "申请人", value="from_person.name", sort="from_person__name", phone="primary"),
    Column("to", "换给", value=lambda row: row.to.name if row.to else "无人接替", phone="secondary"),
    Column("slot", "班次", sort="slot__starts_at", phone="secondary"),
    Column("reason", "事由", phone="secondary"),
    Column("state", "状态", value="get_state_display", sort="state", sign=state_badge, phone="primary"),
    Column("asked_at", "申请时间", sort="asked_at", phone="hidden"),
    Column("breaks", "批准时未满足的规则", phone="hidden", optional=True),
]  # fmt: skip


@require_GET
def swap_list(request: HttpRequest) -> HttpResponse:
    table = Table(
        columns=SWAP_COLUMNS,
        rows=Swap.objects.visible_to(request.user).select_related(*RELATED),
        request=request,
        name="swaps",
        caption="换班",
        default_sort="-asked_at",
        row_url=lambda row: row.get_absolute_url(),
        empty="没有换班申请。要换班，请在“我的值班”里点那一班的“换班”。",
    )
    return render_table(request, "fireworks/swap_list.html", {"table": table})


def visible_swap(request: HttpRequest, pk: int) -> Swap:
    return get_object_or_404(Swap.objects.visible_to(request.user).select_related(*RELATED), pk=pk)


@require_GET
def swap_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return swap_page(request, visible_swap(request, pk), ApproveForm(), RejectForm())


def swap_page(
    request: HttpRequest, swap: Swap, approve: ApproveForm, reject: RejectForm, status: int = 200
) -> HttpResponse:
    user = request.user
    can_decide = can_decide_swap(user, swap)
    context = {
        "swap": swap,
        "can_answer": can_answer_swap(user, swap),
        "can_withdraw": can_withdraw_swap(user, swap),
        "approve_form": approve if can_decide else None,
        "reject_form": reject if can_decide else None,
        "would_break": swaps.newly_broken(swap) if can_decide else [],
        "activities": Activity.objects.about(swap)[:30],
    }
    return render(request, "fireworks/swap_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def swap_ask(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Assignment.objects.visible_to(request.user).select_related(
        "slot__roster", "slot__grid", "slot__post", "slot__shift", "person__person"
    )
    assignment = get_object_or_404(rows, pk=pk)
    if not can_ask_swap(request.user, assignment):
        messages.error(request, "只能在班次开始前，为自己的班申请换班。")
        return redirect(assignment.slot)
    form = AskSwapForm(request.POST or None, assignment=assignment)
    back = (str(assignment.slot), assignment.slot.get_absolute_url())
    lead = "对方同意后，由带班领导在班次开始前批准；批准前仍由您值守。"
    return store_or_show(request, form, title="申请换班", back=back, note=lead)


def step(request: HttpRequest, swap: Swap, allowed: bool, act: Callable[[], Swap], done: str) -> HttpResponse:
    if not allowed:
        messages.error(
            request, swaps.WHY_NOT.get(swap.state, "这一步不由您办理。") if swap.decided_at else "这一步不由您办理。"
        )
        return redirect(swap)
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(swap)


@require_POST
def swap_accept(request: HttpRequest, pk: int) -> HttpResponse:
    swap, user = visible_swap(request, pk), request.user
    return step(request, swap, can_answer_swap(user, swap), lambda: swaps.accept(swap, by=user), "已同意，等待批准。")


@require_POST
def swap_decline(request: HttpRequest, pk: int) -> HttpResponse:
    swap, user = visible_swap(request, pk), request.user
    return step(
        request,
        swap,
        can_answer_swap(user, swap),
        lambda: swaps.decline(swap, by=user),
        "已登记不同意，仍由申请人值守。",
    )


@require_POST
def swap_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    swap, user = visible_swap(request, pk), request.user
    return step(request, swap, can_withdraw_swap(user, swap), lambda: swaps.withdraw(swap, by=user), "已撤回。")


@require_POST
@APPROVE
def swap_approve(request: HttpRequest, pk: int) -> HttpResponse:
    swap, form = visible_swap(request, pk), ApproveForm(request.POST)
    if not can_decide_swap(request.user, swap):
        return step(request, swap, False, lambda: swap, "")
    if form.is_valid() and form.store(swap=swap, by=request.user):
        messages.success(request, "已批准，值班表已改。")
        return redirect(swap)
    return swap_page(request, swap, form, RejectForm(), 422)


@require_POST
@APPROVE
def swap_reject(request: HttpRequest, pk: int) -> HttpResponse:
    swap, form = visible_swap(request, pk), RejectForm(request.POST)
    allowed = can_decide_swap(request.user, swap)
    if not allowed or form.is_valid():
        note = form.cleaned_data["note"] if allowed else ""
        return step(
            request,
            swap,
            allowed,
            lambda: swaps.reject(swap, by=request.user, note=note),
            "已登记不批准，仍由申请人值守。",
        )
    return swap_page(request, swap, ApproveForm(), form, 422)
