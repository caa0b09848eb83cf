"""On duty: one's own list, a post's page, the report at one tap, check-in, marks, the duty room's board."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fireworks.documents import calendar_entries
from fireworks.enums import SwapState
from fireworks.forms.watch import (
    CallForm,
    CheckInForm,
    MarkForm,
    ReportForm,
    SignInForForm,
    StandInForm,
    VoidPresenceForm,
)
from fireworks.models import Assignment, CheckIn, EmptyPost, LawReference, ShiftReport, Slot, StandIn, Swap
from fireworks.models.rosters import SlotQuerySet, names_of
from fireworks.permissions import (
    can_answer_swap,
    can_ask_swap,
    can_report_slot,
    can_sign_in,
    can_sign_in_for,
    can_stand_in,
    can_void_presence,
)
from fireworks.views.access import APPROVE, VIEW
from fireworks.workflow import watch
from staff.calendar_file import send_calendar
from staff.models import Activity, setting
from staff.pages import form_page, require
from staff.permissions import Perms
from staff.refusals import Refused

SHOWN_PAST = timedelta(days=30)


def own_assignments(request: HttpRequest) -> list[Assignment]:
    rows = Assignment.objects.of(request.user).filter(slot__ends_at__gte=timezone.now() - SHOWN_PAST)
    rows = rows.select_related(
        "slot__roster__window", "slot__grid", "slot__post", "slot__shift", "slot__report", "person__person"
    )
    return list(
        rows.prefetch_related(*names_of("slot__assignments__person", "slot__assignments__substitute")).order_by(
            "slot__starts_at"
        )
    )


@require_GET
def my_duty(request: HttpRequest) -> HttpResponse:
    """我的值班: what is to come, what was, and what others ask of one."""
    rows = own_assignments(request)
    asked = Swap.objects.visible_to(request.user).filter(state=SwapState.ASKED)
    asked = asked.select_related("slot__grid", "slot__post", "slot__shift", "from_person__person", "to__person")
    context = {
        "coming": [line(request, each) for each in rows if not each.slot.has_ended],
        "past": [line(request, each) for each in reversed(rows) if each.slot.has_ended],
        "asked": [swap for swap in asked if can_answer_swap(request.user, swap)],
    }
    return render(request, "fireworks/my_duty.html", context)


def line(request: HttpRequest, each: Assignment) -> dict[str, Any]:
    return {
        "assignment": each,
        "slot": each.slot,
        "report": getattr(each.slot, "report", None),
        "can_report": can_report_slot(request.user, each.slot),
        "can_swap": can_ask_swap(request.user, each),
    }


@require_GET
def my_calendar(request: HttpRequest) -> HttpResponse:
    entries = calendar_entries(own_assignments(request))
    return send_calendar(request, f"{request.user}的禁炮值班", entries, name="duty")


def with_crew(slots: SlotQuerySet) -> SlotQuerySet:
    """With who should stand there, and who is there."""
    people = names_of("assignments__person", "assignments__substitute")
    return slots.prefetch_related(*people, "assignments__check_ins__recorded_by", "stand_ins")


def visible_slot(request: HttpRequest, pk: int) -> Slot:
    rows = Slot.objects.visible_to(request.user).select_related("roster__window", "grid", "post", "shift", "report")
    return get_object_or_404(with_crew(rows), pk=pk)


@require_GET
def slot_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return slot_page(request, visible_slot(request, pk))


def people_there(slot: Slot) -> int:
    """Those of the list who have signed in, and who stands in for the others."""
    return sum(each.check_in is not None for each in slot.people) + len(slot.here_instead)


def slot_page(request: HttpRequest, slot: Slot, **refused: Form) -> HttpResponse:
    """The page of a post and shift. `refused`: a form with what was typed, under its name on the page."""
    user, report = request.user, getattr(slot, "report", None)
    positions = slot.roster.window.positions_wanted
    can_report = can_report_slot(user, slot)
    empty = EmptyPost.objects.filter(slot=slot).first()
    context = {
        "slot": slot,
        "report": report,
        "can_report": can_report,
        "report_form": ReportForm(slot=slot) if can_report and report is None else None,
        "crew": [crew_line(request, slot, each, positions) for each in slot.people],
        "positions": positions,
        "stand_ins": [
            {"stand_in": each, "can_void": can_void_presence(user, each, slot)} for each in slot.here_instead
        ],
        "stand_in_form": StandInForm() if can_stand_in(user, slot) and people_there(slot) < slot.needed else None,
        "marks": slot.marks.all(),
        "mark_form": MarkForm() if can_report and setting("duty.hourly_marks", on=slot.day) else None,
        "empty": empty,
        "call_form": CallForm(initial={"seen": empty.called})
        if empty and empty.filled_at is None and user.has_perm(Perms.APPROVE_SWAP)
        else None,
        "laws": LawReference.objects.in_force_on(slot.day),
        "activities": Activity.objects.about(slot)[:30],
        **refused,
    }
    return render(request, "fireworks/slot_detail.html", context, status=422 if refused else 200)


def crew_line(request: HttpRequest, slot: Slot, each: Assignment, positions: bool) -> dict[str, Any]:
    each.slot = slot
    check_in = each.check_in
    may = positions and check_in is None and not slot.has_ended and can_sign_in(request.user, each)
    return {
        "assignment": each,
        "check_in": check_in,
        "form": CheckInForm() if may else None,
        "can_sign_for": check_in is None and can_sign_in_for(request.user, each),
        "can_void": check_in is not None and can_void_presence(request.user, check_in, slot),
        "can_swap": can_ask_swap(request.user, each),
    }


@require_POST
def slot_report(request: HttpRequest, pk: int) -> HttpResponse:
    slot = visible_slot(request, pk)
    if not can_report_slot(request.user, slot):
        return not_yet(request, slot)
    if hasattr(slot, "report"):
        messages.info(request, "这一班已经报告过了。需要更正的，点“更正报告”。")
        return redirect(slot)
    form = ReportForm(request.POST, slot=slot)
    if form.is_valid():
        report = form.store(by=request.user)
        if report is not None:
            messages.success(request, f"已报告：{report.words}，实到 {report.present} 人。{report.flag}")
            return redirect(slot)
    return slot_page(request, slot, report_form=form)


def not_yet(request: HttpRequest, slot: Slot) -> HttpResponse:
    why = "班次开始后才能报告。" if not slot.has_begun else "由本岗带班人员或负责本网格的人员报告。"
    messages.error(request, why)
    return redirect(slot)


@require_POST
def group_report(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap: all posts of this grid and shift, everybody present, nothing found."""
    slot = visible_slot(request, pk)
    group = Slot.objects.visible_to(request.user).filter(
        roster=slot.roster_id, grid=slot.grid_id, shift=slot.shift_id, day=slot.day
    )
    group = group.select_related("roster").prefetch_related("assignments__person__person")
    try:
        count = watch.report_group(group, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{slot.grid.name}{slot.shift.name} {count} 个岗位已作零报告。")
    return redirect(
        f"{reverse('fireworks:board')}?grid={slot.grid_id}" if request.user.has_perm(Perms.VIEW_FIREWORKS) else slot
    )


@require_http_methods(["GET", "POST"])
def report_correct(request: HttpRequest, pk: int) -> HttpResponse:
    rows = ShiftReport.objects.visible_to(request.user).select_related(
        "slot__roster", "slot__grid", "slot__post", "slot__shift"
    )
    report = get_object_or_404(rows, pk=pk)
    if not can_report_slot(request.user, report.slot):
        return not_yet(request, report.slot)
    form = ReportForm(request.POST or None, slot=report.slot, report=report)
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        messages.success(request, "已更正，原来的内容在日志里。")
        return redirect(report)
    return form_page(request, form, title="更正值守报告", back=(str(report.slot), report.get_absolute_url()))


@require_POST
def slot_mark(request: HttpRequest, pk: int) -> HttpResponse:
    slot = visible_slot(request, pk)
    form = MarkForm(request.POST)
    if not can_report_slot(request.user, slot):
        return not_yet(request, slot)
    if form.is_valid() and form.store(slot=slot, by=request.user):
        messages.success(request, "已记录。")
        return redirect(slot)
    return slot_page(request, slot, mark_form=form)


@require_POST
def slot_stand_in(request: HttpRequest, pk: int) -> HttpResponse:
    slot, form = visible_slot(request, pk), StandInForm(request.POST)
    if not can_stand_in(request.user, slot):
        return not_yet(request, slot)
    if form.is_valid() and (row := form.store(slot=slot, by=request.user)):
        messages.success(request, f"已登记：{row.name}到岗。")
        return redirect(slot)
    return slot_page(request, slot, stand_in_form=form)


@require_POST
def check_in(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Assignment.objects.visible_to(request.user).select_related("slot__roster", "person__person")
    assignment = get_object_or_404(rows, pk=pk)
    form = CheckInForm(request.POST)
    if not form.is_valid() or not can_sign_in(request.user, assignment):
        messages.error(request, "只能为自己签到；没有账号的、自己不能签到的，由本岗带班人员或负责本网格的人员代签。")
        return redirect(assignment.slot)
    latitude, longitude = form.position
    try:
        row = watch.check_in(assignment, by=request.user, latitude=latitude, longitude=longitude)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        (messages.warning if row.flag else messages.success)(request, f"已签到。{row.flag}")
    return redirect(assignment.slot)


@require_http_methods(["GET", "POST"])
def sign_in_for(request: HttpRequest, pk: int) -> HttpResponse:
    """代签 for somebody who is there and cannot sign in himself."""
    rows = Assignment.objects.visible_to(request.user).select_related("person__person__account")
    assignment = get_object_or_404(rows, pk=pk)
    slot = assignment.slot = visible_slot(request, assignment.slot_id)
    if not can_sign_in_for(request.user, assignment):
        return not_yet(request, slot)
    form = SignInForForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.store(assignment=assignment, by=request.user):
        messages.success(request, f"已代{assignment.person.name}签到。")
        return redirect(slot)
    title = f"代{assignment.person.name}签到"
    return form_page(request, form, title=title, back=(str(slot), slot.get_absolute_url()), submit="代签")


@require_http_methods(["GET", "POST"])
def check_in_void(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(CheckIn.objects.select_related("assignment__person__person"), pk=pk)
    return void_page(request, row, row.assignment.slot_id, f"{row.assignment.person.name}的签到")


@require_http_methods(["GET", "POST"])
def stand_in_void(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(StandIn, pk=pk)
    return void_page(request, row, row.slot_id, f"{row.name}的补岗")


def void_page(request: HttpRequest, row: CheckIn | StandIn, slot_id: int, what: str) -> HttpResponse:
    """What was entered by mistake is taken back with its reason, and counts no more."""
    slot = visible_slot(request, slot_id)
    if row.voided_at is not None:
        messages.info(request, f"{what}已经作废。")
        return redirect(slot)
    require(can_void_presence(request.user, row, slot))
    form = VoidPresenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.store(row=row, by=request.user):
        messages.success(request, f"{what}已作废，不再计入在岗。")
        return redirect(slot)
    note = "不再计入在岗和网格覆盖率；记录和日志保留。登错的作废后重新登记。"
    back = (str(slot), slot.get_absolute_url())
    return form_page(request, form, title=f"作废{what}", back=back, submit="作废", note=note)


@require_POST
@APPROVE
def empty_call(request: HttpRequest, pk: int) -> HttpResponse:
    rows = EmptyPost.objects.filter(slot__in=Slot.objects.visible_to(request.user)).select_related("slot")
    empty, form = get_object_or_404(rows, pk=pk), CallForm(request.POST)
    if form.is_valid() and form.store(empty=empty, by=request.user):
        messages.success(request, "已记下。")
        return redirect(empty.slot)
    return slot_page(request, visible_slot(request, empty.slot_id), call_form=form)


# --- The board --------------------------------------------------------------------------------------------------------


@require_GET
@VIEW
def board(request: HttpRequest) -> HttpResponse:
    """值班动态: grids with what runs now; asks again each half minute (the fragment is the same template)."""
    context = board_context(request, timezone.now())
    inside = request.headers.get("HX-Request") == "true"
    return render(request, "fireworks/_board.html" if inside else "fireworks/board.html", context)


def board_context(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Shifts that run, or ended within the last twelve hours without a report; the next ones if none runs."""
    rows = Slot.objects.visible_to(request.user).published()
    shown = rows.filter(starts_at__lte=now, ends_at__gt=now - watch.REPORT_WITHIN)
    coming = rows.filter(starts_at__gt=now).order_by("starts_at").values_list("starts_at", flat=True).first()
    shown = shown.select_related("roster__window", "grid", "post", "shift", "report", "empty_post")
    grids: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for slot in with_crew(shown).order_by("grid__code", "starts_at", "pk"):
        grids[slot.grid.code, slot.grid.name].append(board_line(request, slot, now))
    for group in grids.values():
        offer_once(group)
    lines = [each for group in grids.values() for each in group]
    return {
        "grids": [(name, group) for (_, name), group in grids.items()],
        "now": now,
        "coming": coming,
        "running": sum(each["running"] for each in lines),
        "reported": sum(each["report"] is not None for each in lines),
        "silent": sum(each["report"] is None for each in lines),
        "empty": sum(each["empty"] for each in lines),
    }


def offer_once(group: list[dict[str, Any]]) -> None:
    """One button a grid and shift: it reports all its posts at once."""
    offered = set()
    for line in group:
        key = (line["slot"].roster_id, line["slot"].shift_id, line["slot"].day)
        line["offers"] = line["can_report"] and line["report"] is None and key not in offered
        if line["offers"]:
            offered.add(key)


def board_line(request: HttpRequest, slot: Slot, now: datetime) -> dict[str, Any]:
    positions = slot.roster.window.positions_wanted
    crew = slot.people
    empty = getattr(slot, "empty_post", None)
    return {
        "slot": slot,
        "crew": crew,
        "running": slot.ends_at > now,
        "here": people_there(slot) if positions else None,
        "report": getattr(slot, "report", None),
        "empty": empty is not None and empty.filled_at is None,
        "can_report": can_report_slot(request.user, slot),
    }
