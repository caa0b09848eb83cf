"""重点时段, shifts, law references: proposed, kept, and from a window to its roster."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from fireworks import peaks
from fireworks.figures.duty import window_facts
from fireworks.filters.duty import WindowFilter
from fireworks.forms.windows import LawForm, MakeRosterForm, ProposeForm, ShiftForm, WindowForm
from fireworks.models import LawReference, Roster, ShiftPattern, Window
from fireworks.views.access import PLAN, VIEW
from fireworks.watch import gaps
from fireworks.workflow import rosters
from staff.exports import ListExport, register_export
from staff.models import Activity, User
from staff.pages import store_or_show
from staff.permissions import Perms
from staff.refusals import Refused


def window_columns(user: User) -> list[Column]:
    """Where a roster stands, as far as the user sees it: drafts are the planners'."""
    states = {roster.window_id: roster.get_state_display() for roster in Roster.objects.visible_to(user)}
    return [
        Column("name", "重点时段", sort="name", phone="primary"),
        Column("kind", "时段", value="get_kind_display", sort="kind", phone="hidden"),
        Column("year", "年份", value=lambda row: str(row.year), sort="year", phone="hidden"),
        Column("start", "起", sort="start", phone="secondary"),
        Column("end", "止", sort="end", phone="secondary"),
        Column("lunar", "农历", value=lambda row: peaks.lunar_span(row.start, row.end), phone="secondary"),
        Column("days", "天数", value=lambda row: len(row.days), unit="天", phone="hidden"),
        Column("roster", "值班表", value=lambda row: states.get(row.pk, "未编"), phone="secondary"),
        Column("source", "依据", phone="hidden"),
    ]  # fmt: skip


def window_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = Window.objects.visible_to(user)
    filters = WindowFilter(request.GET, queryset=rows)
    return Table(
        columns=window_columns(user),
        rows=filters.qs,
        request=request,
        name="windows",
        caption="重点时段",
        default_sort="-start",
        row_url=lambda row: row.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[WINDOW_EXPORT.key]),
        empty="还没有重点时段。填上年份，按农历推算一年的时段，再逐个核对。",
    )


WINDOW_EXPORT = register_export(ListExport("fireworks.windows", "重点时段", window_table))


@require_GET
@VIEW
def window_list(request: HttpRequest) -> HttpResponse:
    context = {"table": window_table(request), "propose_form": ProposeForm() if plans(request) else None}
    return render_table(request, "fireworks/window_list.html", context)


def plans(request: HttpRequest) -> bool:
    return request.user.has_perm(Perms.PLAN_DUTY)


@require_POST
@PLAN
def window_propose(request: HttpRequest) -> HttpResponse:
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return render_table(
            request, "fireworks/window_list.html", {"table": window_table(request), "propose_form": form}
        )
    year = form.cleaned_data["year"]
    made = rosters.propose_windows(year, by=request.user)
    if made:
        messages.success(request, f"已按农历推算{year}年的 {len(made)} 个时段，请逐个核对日期。")
    else:
        messages.info(request, f"{year}年的时段都已经有了，没有改动。")
    return redirect(f"{reverse('fireworks:window-list')}?year={year}")


def visible_window(request: HttpRequest, pk: int) -> Window:
    return get_object_or_404(Window.objects.visible_to(request.user), pk=pk)


@require_GET
@VIEW
def window_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return window_page(request, visible_window(request, pk), MakeRosterForm())


def window_page(request: HttpRequest, window: Window, make_form: MakeRosterForm, status: int = 200) -> HttpResponse:
    roster = Roster.objects.visible_to(request.user).filter(window=window).first()
    previous = window.previous
    source = Roster.objects.filter(window=previous).first() if previous else None
    can_plan = plans(request)
    context = {
        "window": window,
        "lunar": peaks.lunar_span(window.start, window.end),
        "roster": roster,
        "previous": previous,
        "can_plan": can_plan,
        "make_form": make_form if can_plan and (roster is None or roster.is_draft) else None,
        "can_copy": can_plan and source is not None and (roster is None or not roster.slots.exists()),
        "facts": window_facts(window, request.user),
        "last_facts": window_facts(previous, request.user) if previous else None,
        "gap_count": len(gaps(window, request.user)),
        "laws": window.laws,
        "activities": Activity.objects.about(window)[:30],
    }
    return render(request, "fireworks/window_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@PLAN
def window_create(request: HttpRequest) -> HttpResponse:
    form = WindowForm(request.POST or None)
    return store_or_show(request, form, title="登记重点时段", back=("重点时段", reverse("fireworks:window-list")))


@require_http_methods(["GET", "POST"])
@PLAN
def window_edit(request: HttpRequest, pk: int) -> HttpResponse:
    window = visible_window(request, pk)
    name, address = window.name, window.get_absolute_url()
    form = WindowForm(request.POST or None, instance=window)
    lead = "改日期后，已经生成的岗班不会跟着变；请在值班表里增减。"
    return store_or_show(request, form, title=f"修改{name}", back=(name, address), note=lead)


@require_POST
@PLAN
def window_roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the draft, or add the places of further shifts to it."""
    window, form = visible_window(request, pk), MakeRosterForm(request.POST)
    if form.is_valid():
        roster = form.store(window=window, by=request.user)
        if roster is not None:
            messages.success(request, "岗班已生成，请排人：复制、手工或自动排班。")
            return redirect(roster)
    return window_page(request, window, form, 422)


@require_POST
@PLAN
def window_copy(request: HttpRequest, pk: int) -> HttpResponse:
    window = visible_window(request, pk)
    previous = window.previous
    source = Roster.objects.filter(window=previous).first() if previous else None
    if source is None:
        messages.error(request, "去年的同一时段没有值班表可以复制。")
        return redirect(window)
    try:
        roster, lost = rosters.copy_roster(source, window, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(window)
    if lost:
        messages.warning(request, f"已按农历逐日复制{source}。有 {lost} 人次没有对应的日子、岗位或人员，请补排。")
    else:
        messages.success(request, f"已按农历逐日复制{source}。")
    return redirect(roster)


# --- Shifts and laws --------------------------------------------------------------------------------------------------


def shift_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    return Table(
        columns=[
            Column("name", "班次", sort="name", phone="primary"),
            Column("code", "代号", sort="code", phone="hidden"),
            Column("hours", "时间", sort="starts", phone="secondary"),
            Column("days", "哪些天", value="get_days_display", sort="days", phone="secondary"),
            Column("is_active", "在用", sort="is_active", phone="secondary"),
        ],
        rows=ShiftPattern.objects.all(),
        request=request,
        name="shifts",
        caption="班次",
        default_sort="hours",
        row_url=(lambda row: reverse("fireworks:shift-edit", args=[row.pk])) if plans(request) else None,
        export_url=reverse("staff:export", args=[SHIFT_EXPORT.key]),
        empty="还没有班次。先登记一个，如“晚班 18:00 起 420 分钟”。",
    )


SHIFT_EXPORT = register_export(ListExport("fireworks.shifts", "班次", shift_table))


def law_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    return Table(
        columns=[
            Column("title", "名称", sort="title", phone="primary"),
            Column("article", "条款", sort="article", phone="secondary"),
            Column("text", "规定内容", phone="secondary"),
            Column("valid_from", "施行日期", sort="valid_from", phone="secondary"),
            Column("valid_to", "失效日期", sort="valid_to", phone="hidden"),
        ],
        rows=LawReference.objects.all(),
        request=request,
        name="laws",
        caption="法律依据",
        default_sort="title",
        row_url=(lambda row: reverse("fireworks:law-edit", args=[row.pk])) if plans(request) else None,
        export_url=reverse("staff:export", args=[LAW_EXPORT.key]),
        empty="还没有法律依据。由禁炮办登记，按值班日期自动列出。",
    )


LAW_EXPORT = register_export(ListExport("fireworks.laws", "禁炮法律依据", law_table))


@require_GET
@VIEW
def shift_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/shift_list.html", {"table": shift_table(request)})


@require_GET
@VIEW
def law_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/law_list.html", {"table": law_table(request)})


@require_http_methods(["GET", "POST"])
@PLAN
def shift_keep(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    shift = get_object_or_404(ShiftPattern, pk=pk) if pk else None
    to = reverse("fireworks:shift-list")
    title = "修改班次" if shift else "登记班次"
    lead = "改时间只影响以后生成的岗班。" if shift else ""
    form = ShiftForm(request.POST or None, instance=shift)
    return store_or_show(request, form, title=title, back=("班次", to), to=to, note=lead)


@require_http_methods(["GET", "POST"])
@PLAN
def law_keep(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    law = get_object_or_404(LawReference, pk=pk) if pk else None
    to = reverse("fireworks:law-list")
    title = "修改法律依据" if law else "登记法律依据"
    lead = "法律修改后，给旧条款填上失效日期，新条款另登记一条：行为发生时哪条有效就按哪条。"
    form = LawForm(request.POST or None, instance=law)
    return store_or_show(request, form, title=title, back=("法律依据", to), to=to, note=lead)
