"""禁炮考评: deductions, the scheme and its versions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.navigation import page_of
from config.tables import Column, Table, render_table
from fireworks.filters.records import EntryFilter
from fireworks.forms.assessment import EntryForm, SchemeForm
from fireworks.models import BanEntry, BanScheme
from fireworks.permissions import can_change_entry
from fireworks.views.access import VIEW
from fireworks.workflow import assessment
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.models import Activity
from staff.pages import SHOWN_ACTIVITIES, Fact, RecordPage, correct_page, form_page, recorded_fact, take_form, void_step
from staff.permissions import Perms

ASSESS = permission_required(Perms.ASSESS_BAN, raise_exception=True)
ENTRIES = ("禁炮考评扣分", "fireworks:entry-list")
SCHEMES = ("禁炮考评办法", "fireworks:scheme-list")
AFTER_ISSUE = "通报签发后登记的，要拟更正通报。"


def entry_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = BanEntry.objects.visible_to(user).select_related("unit", "item")
    filters = EntryFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("month", "月份", sort="month", phone="secondary"),
            Column("unit", "单位", value="unit.label", sort="unit__order", phone="primary"),
            Column("block", "板块", value="item.get_block_display", sort="item__block", phone="secondary"),
            Column("fact", "考评情况", phone="secondary"),
            Column("happened_on", "日期", sort="happened_on", phone="hidden"),
            Column("points", "扣分", unit="分", sort="points", total=Sum("points"), phone="primary"),
            Column("after_issue", "通报后登记", phone="hidden", optional=True),
        ],
        rows=filters.qs,
        request=request,
        name="ban-entries",
        caption="禁炮考评扣分",
        default_sort="-month",
        row_url=BanEntry.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "danger" if row.after_issue else "",
        filters=filters,
        export_url=reverse("staff:export", args=[ENTRY_EXPORT.key]),
        empty="还没有扣分。由禁炮办按考评办法登记。",
        empty_action=("登记扣分", reverse("fireworks:entry-create")) if user.has_perm(Perms.ASSESS_BAN) else None,
    )


ENTRY_EXPORT = register_export(ListExport("fireworks.entries", "禁炮考评扣分", entry_table))


@require_GET
@VIEW
def entry_list(request: HttpRequest) -> HttpResponse:
    links = [
        ("禁炮考评通报", reverse("fireworks:bulletin-list"), False),
        ("禁炮考评办法", reverse("fireworks:scheme-list"), False),
    ]
    if request.user.has_perm(Perms.ASSESS_BAN):
        links.insert(0, ("登记扣分", reverse("fireworks:entry-create"), True))
    context = {"table": entry_table(request), "title": "禁炮考评扣分", "lead": "", "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@ASSESS
def entry_create(request: HttpRequest) -> HttpResponse:
    form = EntryForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (entry := form.store()):
        late = AFTER_ISSUE if entry.after_issue else ""
        messages.success(request, f"已登记：{entry.unit.label}扣 {entry.points.normalize():f} 分。{late}")
        return redirect(entry)
    return form_page(request, form, title="登记扣分", back=ENTRIES, submit="登记", draft="ban-entry-new")


def visible_entry(request: HttpRequest, pk: int) -> BanEntry:
    rows = BanEntry.objects.visible_to(request.user).select_related("unit", "item__scheme", "incident", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def entry_page(request: HttpRequest, entry: BanEntry) -> RecordPage:
    may = can_change_entry(request.user, entry)
    facts = [
        Fact("月份", entry.month),
        Fact("单位", entry.unit.label),
        Fact("板块", entry.item.get_block_display()),
        Fact("扣分情形", entry.item.name, url=entry.item.scheme.get_absolute_url(), note=entry.item.scheme.name),
        Fact("考评情况", entry.fact),
        Fact("日期", entry.happened_on),
        Fact("扣分", entry.points, unit="分"),
    ]
    if entry.incident:
        facts.append(Fact("炮情", entry.incident.number, url=page_of(request.user, entry.incident)))
    return RecordPage(
        record=entry,
        title=f"{entry.unit.label} 扣 {entry.points.normalize():f} 分",
        crumbs=[ENTRIES],
        facts=[*facts, *recorded_fact(entry)],
        lead=entry.fact,
        badge=("已作废", "grey") if entry.is_voided else ("", "grey"),
        edit_url=reverse("fireworks:entry-edit", args=[entry.pk]) if may else "",
        steps=[void_step(reverse("fireworks:entry-void", args=[entry.pk]), VoidForm(), "不再计分；已签发的通报不变，需要的拟更正通报。")] if may else [],
        warning=AFTER_ISSUE if entry.after_issue and not entry.is_voided else "",
    )  # fmt: skip


@require_GET
@VIEW
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return entry_page(request, visible_entry(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@ASSESS
def entry_edit(request: HttpRequest, pk: int) -> HttpResponse:
    entry = visible_entry(request, pk)
    form = EntryForm(request.POST or None, instance=entry, user=request.user)
    return correct_page(request, form, title="修改扣分", back=ENTRIES)


@require_POST
@ASSESS
def entry_void(request: HttpRequest, pk: int) -> HttpResponse:
    entry, form = visible_entry(request, pk), VoidForm(request.POST, door=assessment.void_entry)
    return take_form(
        request,
        entry,
        form,
        page=entry_page,
        step="void",
        done="已作废，不再计分。",
    )


# --- The scheme -------------------------------------------------------------------------------------------------------


def scheme_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    assesses = request.user.has_perm(Perms.ASSESS_BAN)
    return Table(
        columns=[
            Column("name", "名称", sort="name", phone="primary"),
            Column("valid_from", "施行日期", sort="valid_from", phone="secondary"),
            Column("source", "依据文件", phone="secondary"),
            Column("items", "扣分项", value="item_count", unit="项", phone="hidden"),
        ],
        rows=BanScheme.objects.visible_to(request.user).annotate(item_count=Count("items")),
        request=request,
        name="ban-schemes",
        caption="禁炮考评办法",
        default_sort="-valid_from",
        row_url=BanScheme.get_absolute_url,
        export_url=reverse("staff:export", args=[SCHEME_EXPORT.key]),
        empty="还没有考评办法。登记以后才能扣分。",
        empty_action=("登记考评办法", reverse("fireworks:scheme-create")) if assesses else None,
    )


SCHEME_EXPORT = register_export(ListExport("fireworks.schemes", "禁炮考评办法", scheme_table))


@require_GET
@VIEW
def scheme_list(request: HttpRequest) -> HttpResponse:
    links = [("禁炮考评扣分", reverse("fireworks:entry-list"), False)]
    if request.user.has_perm(Perms.ASSESS_BAN):
        links.insert(0, ("登记考评办法", reverse("fireworks:scheme-create"), True))
    lead = "办法修订时登记新的一版，用过的不改；每条扣分按当月施行的办法。"
    context = {"table": scheme_table(request), "title": "禁炮考评办法", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_GET
@VIEW
def scheme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = get_object_or_404(BanScheme.objects.visible_to(request.user), pk=pk)
    context = {
        "scheme": scheme,
        "items": scheme.items.all(),
        "measures": scheme.measures.all(),
        "activities": Activity.objects.about(scheme)[:SHOWN_ACTIVITIES],
    }
    return render(request, "fireworks/scheme_detail.html", context)


@require_http_methods(["GET", "POST"])
@ASSESS
def scheme_create(request: HttpRequest) -> HttpResponse:
    form = SchemeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                scheme = form.store(by=request.user)
        except IntegrityError:
            form.add_error("valid_from", "这一天已经有一版办法开始施行。")
        else:
            messages.success(request, f"《{scheme.name}》已登记，自{scheme.valid_from}起施行。")
            return redirect(scheme)
    return form_page(request, form, title="登记考评办法", back=SCHEMES, submit="登记", draft="ban-scheme-new")
