"""Rounds: list, plan with its draw, begin, end, open again; visits planned and made."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.signs import state_badge
from config.tables import Column, Table, render_table
from inspections.enums import AreaType
from inspections.filters.places import RoundFilter
from inspections.forms.rounds import HIGHEST_SEED, ExtraVisitForm, RoundForm, VisitForm
from inspections.models import Round
from inspections.permissions import can_close_round, can_draw_again, can_open_round, can_record_visit, can_reopen_round
from inspections.sampling import Draw
from inspections.visits import of_round
from inspections.workflow import rounds
from staff.exports import ListExport, register_export
from staff.forms.records import ReasonForm
from staff.models import Activity, Unit
from staff.permissions import Perms
from staff.refusals import Refused, show_refusal

VIEW = permission_required(Perms.VIEW_ROUNDS, raise_exception=True)
PLAN = permission_required(Perms.PLAN_ROUND, raise_exception=True)
VISIT = permission_required(Perms.REGISTER_FINDING, raise_exception=True)


def round_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_ROUNDS):
        raise PermissionDenied
    made = Count("visits", filter=Q(visits__visited_at__isnull=False))
    rows = Round.objects.visible_to(request.user).annotate(
        planned_count=Count("visits", filter=Q(visits__planned=True)), made_count=made
    )
    filters = RoundFilter(request.GET, queryset=rows)
    return Table(
        columns=[
            Column("name", "轮次", sort="name", phone="primary"),
            Column("kind", "考评方式", value="get_kind_display", sort="kind", phone="secondary"),
            Column("start", "开始", sort="start", phone="secondary"),
            Column("end", "结束", sort="end", phone="secondary"),
            Column("assessors", "考评员", phone="hidden"),
            Column("planned_count", "计划到访", unit="次", sort="planned_count", phone="hidden"),
            Column("made_count", "实际到访", unit="次", sort="made_count", phone="secondary"),
            Column("state", "状态", value="state_words", sign=state_badge, phone="primary"),
        ],
        rows=filters.qs,
        request=request,
        name="rounds",
        caption="考评计划",
        default_sort="-start",
        row_url=Round.get_absolute_url,
        filters=filters,
        export_url=reverse("staff:export", args=[ROUND_EXPORT.key]),
        empty="还没有考评轮次。不制定计划也能登记问题：每月第一条问题会自动开出“某月日常”。",
        empty_action=("制定考评计划", reverse("inspections:round-create"))
        if request.user.has_perm(Perms.PLAN_ROUND)
        else None,
    )


ROUND_EXPORT = register_export(ListExport("inspections.rounds", "考评计划", round_table))


@require_GET
@VIEW
def round_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "inspections/round_list.html", {"table": round_table(request)})


def shortfall_words(drawn: Draw) -> str:
    """What the draw could not give, in words; "" if it gave all that was asked."""
    if not drawn.shortfalls:
        return ""
    names = {unit.pk: unit.label for unit in Unit.objects.filter(pk__in={each.unit for each in drawn.shortfalls})}
    parts = [f"{names[each.unit]}{AreaType(each.area).label}只有 {each.available} 个" for each in drawn.shortfalls]
    return f"点位不够，为保持同组相等已减少：{'、'.join(parts)}。补充点位后可以重新抽取。"


@require_http_methods(["GET", "POST"])
@PLAN
def round_create(request: HttpRequest) -> HttpResponse:
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made, drawn = form.store(by=request.user)
        messages.success(request, f"已制定“{made.name}”，抽取 {len(drawn.chosen)} 个点位，种子 {made.seed}。")
        if words := shortfall_words(drawn):
            messages.warning(request, words)
        return redirect(made)
    return render(
        request, "inspections/round_form.html", {"form": form}, status=422 if request.method == "POST" else 200
    )


def visible_round(request: HttpRequest, pk: int) -> Round:
    return get_object_or_404(Round.objects.visible_to(request.user), pk=pk)


def detail_context(request: HttpRequest, which: Round, **forms: Any) -> dict[str, Any]:
    user, counts = request.user, of_round(which)
    units = Unit.objects.filter(pk__in=counts).order_by("order", "pk")
    return {
        "round": which,
        "seed": str(which.seed),
        "findings_link": f"{reverse('inspections:finding-list')}?found_from=2000-01-01&round={which.pk}",
        "visits": which.visits.select_related("unit", "place"),
        "frequency": [(unit, *counts[unit.pk]) for unit in units],
        "finding_count": which.findings.counted().visible_to(user).count(),
        "activities": Activity.objects.about(which)[:30],
        "can_open": can_open_round(user, which),
        "can_close": can_close_round(user, which),
        "can_reopen": can_reopen_round(user, which),
        "can_redraw": can_draw_again(user, which),
        "can_visit": can_record_visit(user, which),
        "extra_form": ExtraVisitForm(prefix="extra", of=which),
        "reason_form": ReasonForm(),
        "visit_form": VisitForm(),
        **forms,
    }


@require_GET
@VIEW
def round_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "inspections/round_detail.html", detail_context(request, visible_round(request, pk)))


@require_POST
@PLAN
def round_open(request: HttpRequest, pk: int) -> HttpResponse:
    which = visible_round(request, pk)
    try:
        rounds.open_round(which, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"“{which.name}”已开始检查，考评员已收到消息。")
    return redirect(which)


@require_POST
@PLAN
def round_close(request: HttpRequest, pk: int) -> HttpResponse:
    which = visible_round(request, pk)
    try:
        rounds.close_round(which, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"“{which.name}”已结束，不再登记新问题。")
    return redirect(which)


@require_POST
@PLAN
def round_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    which, form = visible_round(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return render(
            request, "inspections/round_detail.html", detail_context(request, which, reason_form=form), status=422
        )
    try:
        rounds.reopen_round(which, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"“{which.name}”已重新开放。")
    return redirect(which)


@require_POST
@PLAN
def round_redraw(request: HttpRequest, pk: int) -> HttpResponse:
    which = visible_round(request, pk)
    try:
        drawn = rounds.redraw(which, seed=secrets.randbelow(HIGHEST_SEED), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已重新抽取 {len(drawn.chosen)} 个点位。")
        if words := shortfall_words(drawn):
            messages.warning(request, words)
    return redirect(which)


@require_POST
@VISIT
def round_visit(request: HttpRequest, pk: int, visit_pk: int) -> HttpResponse:
    """A planned place was visited; without a time in the form, just now."""
    which = visible_round(request, pk)
    visit, form = get_object_or_404(which.visits.select_related("round"), pk=visit_pk), VisitForm(request.POST)
    if form.is_valid():
        try:
            rounds.record_visit(visit, by=request.user, visited_at=form.cleaned_data["visited_at"])
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"已登记到访：{visit}。")
        return redirect(which)
    return render(request, "inspections/round_detail.html", detail_context(request, which, visit_form=form), status=422)


@require_POST
@VISIT
def round_visit_add(request: HttpRequest, pk: int) -> HttpResponse:
    which = visible_round(request, pk)
    form = ExtraVisitForm(request.POST, prefix="extra", of=which)
    if form.is_valid():
        try:
            visit = rounds.record_visit(form.visit(which), by=request.user, visited_at=form.cleaned_data["visited_at"])
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            words = "这个点位在计划里，已登记为计划内的到访。" if visit.planned else "已登记计划外的到访。"
            messages.success(request, words)
            return redirect(which)
    return render(request, "inspections/round_detail.html", detail_context(request, which, extra_form=form), status=422)
