"""The roster of a window: a day at a time as a grid, people typed in with the broken rules shown at once; solved, published."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.display import month_day
from fireworks import peaks
from fireworks.documents import roster_blocks
from fireworks.forms.rosters import CrewForm, PublishForm, SolveForm
from fireworks.models import DutyPerson, Roster, Slot
from fireworks.permissions import can_edit_roster
from fireworks.planning import plan_of
from fireworks.roster import breaches, shares
from fireworks.views.access import PLAN, VIEW
from fireworks.workflow import rosters
from staff.jobs import enqueue
from staff.models import Activity
from staff.pages import pdf_answer, sheet_of
from staff.permissions import Perms
from staff.refusals import Refused

SHOWN_BREACHES = 5


def visible_roster(request: HttpRequest, pk: int) -> Roster:
    return get_object_or_404(Roster.objects.visible_to(request.user).select_related("window", "published_by"), pk=pk)


def asked_day(request: HttpRequest, days: list[date]) -> date:
    """The day in the address if the roster has it, else its first."""
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        day = None
    return day if day in days else days[0]


def day_grid(request: HttpRequest, roster: Roster, day: date, broken: dict[int, list[str]]) -> dict[str, Any]:
    """Rows: posts by grid; columns: the shifts of the day; a cell: the slot with what is broken there."""
    slots = list(Slot.objects.visible_to(request.user).filter(roster=roster, day=day).with_names())
    shifts = sorted({slot.shift for slot in slots}, key=lambda shift: (shift.starts, shift.pk))
    rows: dict[tuple[int, int | None], dict[int, Slot]] = defaultdict(dict)  # by key: grids may bear the same name
    for slot in sorted(slots, key=lambda each: (each.grid.code, each.post_id or 0)):
        rows[slot.grid_id, slot.post_id][slot.shift_id] = slot
    return {
        "shifts": shifts,
        "rows": [
            (*name_of(cells), [cell(cells.get(shift.pk), shift, broken) for shift in shifts]) for cells in rows.values()
        ],
    }


def name_of(cells: dict[int, Slot]) -> tuple[str, str]:
    """What stands at the head of a row: grid and post."""
    slot = next(iter(cells.values()))
    return slot.grid.name, slot.post.name if slot.post else "巡查"


def cell(slot: Slot | None, shift: Any, broken: dict[int, list[str]]) -> dict[str, Any]:
    return {"slot": slot, "shift": shift, "broken": broken.get(slot.pk, []) if slot else []}


def roster_context(request: HttpRequest, roster: Roster) -> dict[str, Any]:
    plan = plan_of(roster)
    seen = set(Slot.objects.visible_to(request.user).filter(roster=roster).values_list("pk", flat=True))
    found = [breach for breach in breaches(plan) if breach.duty in seen]  # they name people and their leave
    broken: dict[int, list[str]] = defaultdict(list)
    for breach in found:
        broken[breach.duty].append(breach.text)
    days = sorted(set(Slot.objects.filter(roster=roster).values_list("day", flat=True))) or [roster.window.start]
    day = asked_day(request, days)
    return {
        "roster": roster,
        "window": roster.window,
        "days": [(each, peaks.lunar_words(each), each == day) for each in days],
        "day": day,
        "lunar": peaks.lunar_words(day),
        "breaches": [breach.text for breach in found][:SHOWN_BREACHES],
        "breach_count": len(found),
        "whole": request.user.sees_all_units,
        "can_edit": can_edit_roster(request.user, roster),
        "shares": shares(plan) if request.user.has_perm(Perms.PLAN_DUTY) else [],
        **day_grid(request, roster, day, broken),
    }


@require_GET
@VIEW
def roster_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return roster_page(request, visible_roster(request, pk), PublishForm())


def roster_page(request: HttpRequest, roster: Roster, publish_form: PublishForm, status: int = 200) -> HttpResponse:
    context = roster_context(request, roster)
    log = Activity.objects.about(roster)[:30] if context["whole"] else []  # it names the people of every grid
    context |= {
        "publish_form": publish_form,
        "solve_form": SolveForm(),
        "people": DutyPerson.objects.active().order_by("name") if context["can_edit"] else [],
        "can_reopen": request.user.has_perm(Perms.PLAN_DUTY) and not roster.is_draft,
        "message": "" if roster.is_draft else group_message(request, roster, context["day"]),
        "activities": log,
    }
    return render(request, "fireworks/roster_detail.html", context, status=status)


def group_message(request: HttpRequest, roster: Roster, day: date) -> str:
    """The day's roster as it is pasted into the office's WeChat group, with a link that opens after login."""
    slots = Slot.objects.visible_to(request.user).filter(roster=roster, day=day).with_names()
    lines = [f"{slot.place} {slot.shift.name} {slot.hours}：{slot.names or '未安排'}" for slot in slots]
    address = request.build_absolute_uri(f"{roster.get_absolute_url()}?day={day}")
    return "\n".join([f"{roster} {month_day(day)}（{peaks.lunar_words(day)}）", *lines, address])


def editable_slot(request: HttpRequest, pk: int) -> Slot:
    return get_object_or_404(Slot.objects.visible_to(request.user).with_names(), pk=pk)


@require_http_methods(["GET", "POST"])
@PLAN
def slot_crew(request: HttpRequest, pk: int) -> HttpResponse:
    """People of one post and shift. By htmx the form comes into the cell and the day's grid back."""
    slot = editable_slot(request, pk)
    form = CrewForm(request.POST or None, slot=slot)
    inside = request.headers.get("HX-Request") == "true"
    if request.method == "POST" and form.is_valid() and form.store(by=request.user):
        if not inside:
            messages.success(request, "已保存。")
            return redirect(f"{slot.roster.get_absolute_url()}?day={slot.day}")
        request.GET = request.GET.copy()
        request.GET["day"] = slot.day.isoformat()
        return render(request, "fireworks/_roster_day.html", roster_context(request, slot.roster))
    context = {"form": form, "slot": slot, "people": DutyPerson.objects.active().order_by("name"), "inside": inside}
    template = "fireworks/_crew_form.html" if inside else "fireworks/slot_crew.html"
    status = 422 if request.method == "POST" and not inside else 200
    return render(request, template, context, status=status)


@require_POST
@PLAN
def slot_check(request: HttpRequest, pk: int) -> HttpResponse:
    """While one types: which rules would be broken."""
    slot = editable_slot(request, pk)
    form = CrewForm(request.POST, slot=slot)
    valid = form.is_valid()
    lines = form.broken() if valid else [text for texts in form.errors.values() for text in texts]
    return render(request, "fireworks/_crew_check.html", {"lines": lines, "valid": valid, "asked": True})


@require_POST
@PLAN
def slot_remove(request: HttpRequest, pk: int) -> HttpResponse:
    slot = editable_slot(request, pk)
    try:
        rosters.remove_slot(slot, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已去掉这个岗班。")
    return redirect(f"{slot.roster.get_absolute_url()}?day={slot.day}")


@require_POST
@PLAN
def roster_solve(request: HttpRequest, pk: int) -> HttpResponse:
    roster, form = visible_roster(request, pk), SolveForm(request.POST)
    if not roster.is_draft:
        messages.error(request, "值班表已发布，不能自动排班。请先退回草稿。")
        return redirect(roster)
    if not form.is_valid():
        messages.error(request, "请选择最长用时。")
        return redirect(roster)
    payload = {"roster": roster.pk, "keep": form.cleaned_data["keep"], "seconds": form.cleaned_data["seconds"]}
    return redirect(enqueue("fireworks.solve_roster", owner=request.user, payload=payload, label=f"自动排班：{roster}"))


@require_POST
@PLAN
def roster_publish(request: HttpRequest, pk: int) -> HttpResponse:
    roster, form = visible_roster(request, pk), PublishForm(request.POST)
    if form.is_valid() and form.store(roster=roster, by=request.user):
        messages.success(request, "已发布，有账号的值守人员都收到了消息。")
        return redirect(roster)
    return roster_page(request, roster, form, 422)


@require_POST
@PLAN
def roster_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    roster = visible_roster(request, pk)
    try:
        rosters.reopen(roster, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已退回草稿，改好后请重新发布。")
    return redirect(roster)


@require_GET
@VIEW
def roster_pdf(request: HttpRequest, pk: int, by: str) -> HttpResponse:
    roster = visible_roster(request, pk)
    words = "按网格" if by == "grid" else "按日期"
    title = f"{roster}（{words}）"
    note = "" if not roster.is_draft else "草稿，未发布"
    context = {
        "blocks": roster_blocks(roster, by=by, user=request.user),
        "sheet": sheet_of(title, note, request.user),
    }
    return pdf_answer(request, "fireworks/pdf/roster.html", context, title)
