"""宣传 and 媒体报道: lists, recording on the phone, correcting, taking back, photos."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.tables import Column, Table, render_table
from fireworks.filters.records import MediaFilter, PublicityFilter
from fireworks.forms.records import MediaForm, PublicityForm
from fireworks.models import MediaItem, PublicityEntry, PublicityPhoto
from fireworks.permissions import can_change_publicity
from fireworks.views.access import VIEW
from staff.exports import ListExport, register_export
from staff.forms.records import PhotoForm, VoidForm
from staff.pages import (
    Fact,
    RecordPage,
    add_photo,
    correct_page,
    form_page,
    recorded_fact,
    require,
    send_photo,
    take_form,
    void_step,
)
from staff.permissions import Perms

RECORD = permission_required(Perms.RECORD_PUBLICITY, raise_exception=True)
PUBLICITY = ("禁炮宣传", "fireworks:publicity-list")
MEDIA = ("媒体报道", "fireworks:media-list")
DONE_VOID = "已作废，不再计入数据。"


def total_of_one_kind(rows: Any) -> Any:
    """The sum of the quantities, if the rows are all of one kind: unlike measures are never added."""
    kinds = set(rows.order_by().values_list("kind", flat=True).distinct()[:2])
    return sum(rows.order_by().values_list("quantity", flat=True)) if len(kinds) == 1 else None


def publicity_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = PublicityEntry.objects.visible_to(user).select_related("unit")
    filters = PublicityFilter(request.GET, queryset=rows, request=request)
    records = user.has_perm(Perms.RECORD_PUBLICITY)
    return Table(
        columns=[
            Column("held_on", "日期", sort="held_on", phone="secondary"),
            Column("kind", "形式", value="get_kind_display", sort="kind", phone="primary"),
            Column("quantity", "数量", sort="quantity", align="end", total=total_of_one_kind, phone="primary"),
            Column("measure", "计量单位", phone="primary"),
            Column("unit", "单位", value="unit.label", sort="unit__order", phone="secondary"),
            Column("place", "地点", phone="secondary"),
            Column("content", "内容", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="publicity",
        caption="禁炮宣传",
        default_sort="-held_on",
        row_url=PublicityEntry.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[PUBLICITY_EXPORT.key]),
        empty="还没有宣传记录。开展宣传后由各单位登记。",
        empty_action=("登记宣传", reverse("fireworks:publicity-create")) if records else None,
    )


PUBLICITY_EXPORT = register_export(ListExport("fireworks.publicity", "禁炮宣传台账", publicity_table))


@require_GET
@VIEW
def publicity_list(request: HttpRequest) -> HttpResponse:
    links = []
    if request.user.has_perm(Perms.RECORD_PUBLICITY):
        links.append(("登记宣传", reverse("fireworks:publicity-create"), True))
    if request.user.has_perm(Perms.MANAGE_BAN_RECORDS):
        links.append(("导入", reverse("staff:import-new", args=["fireworks.publicity"]), False))
    lead = "各种形式有各自的计量单位，数量不跨形式相加；筛到一种形式时显示合计。"
    context = {"table": publicity_table(request), "title": "禁炮宣传", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@RECORD
def publicity_create(request: HttpRequest) -> HttpResponse:
    form = PublicityForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (entry := form.store()):
        messages.success(
            request, f"已登记：{entry.get_kind_display()} {entry.quantity} {entry.measure}。可以再加照片。"
        )
        return redirect(entry)
    return form_page(request, form, title="登记宣传", back=PUBLICITY, submit="登记", draft="publicity-new")


def visible_publicity(request: HttpRequest, pk: int) -> PublicityEntry:
    rows = PublicityEntry.objects.visible_to(request.user).select_related("unit", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def publicity_page(request: HttpRequest, entry: PublicityEntry) -> RecordPage:
    may = can_change_publicity(request.user, entry)
    address = {name: reverse(f"fireworks:publicity-{name}", args=[entry.pk]) for name in ("edit", "void", "photo-add")}
    return RecordPage(
        record=entry,
        title=f"{entry.get_kind_display()} {entry.quantity} {entry.measure}",
        crumbs=[PUBLICITY],
        facts=[
            Fact("日期", entry.held_on),
            Fact("单位", entry.unit.label),
            Fact("地点", entry.place),
            Fact("数量", entry.quantity, unit=entry.measure),
            Fact("内容", entry.content),
            *recorded_fact(entry),
        ],
        badge=("已作废", "grey") if entry.is_voided else ("", "grey"),
        edit_url=address["edit"] if may else "",
        steps=[void_step(address["void"], VoidForm())] if may else [],
        photos=entry.photos.all(),
        photo_url=address["photo-add"] if may else "",
        photo_form=PhotoForm() if may else None,
    )


@require_GET
@VIEW
def publicity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return publicity_page(request, visible_publicity(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@RECORD
def publicity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    entry = visible_publicity(request, pk)
    require(can_change_publicity(request.user, entry) or entry.is_voided)
    form = PublicityForm(request.POST or None, instance=entry, user=request.user)
    return correct_page(request, form, title="修改宣传记录", back=PUBLICITY)


@require_POST
@RECORD
def publicity_void(request: HttpRequest, pk: int) -> HttpResponse:
    entry, form = visible_publicity(request, pk), VoidForm(request.POST)
    require(can_change_publicity(request.user, entry) or entry.is_voided)
    return take_form(
        request,
        entry,
        form,
        page=publicity_page,
        step="void",
        done=DONE_VOID,
    )


@require_POST
@RECORD
def publicity_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    entry, form = visible_publicity(request, pk), PhotoForm(request.POST, request.FILES)
    require(can_change_publicity(request.user, entry))
    return add_photo(
        request, entry, form, lambda: form.store(PublicityPhoto, by=request.user, entry=entry), page=publicity_page
    )


@require_GET
@VIEW
def publicity_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    entry = visible_publicity(request, pk)
    return send_photo(get_object_or_404(entry.photos, pk=photo_pk), f"宣传{entry.held_on}")


# --- Media ------------------------------------------------------------------------------------------------------------


def media_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = MediaItem.objects.visible_to(user).select_related("unit")
    filters = MediaFilter(request.GET, queryset=rows, request=request)
    records = user.has_perm(Perms.RECORD_PUBLICITY)
    return Table(
        columns=[
            Column("title", "标题", sort="title", phone="primary"),
            Column("outlet", "媒体", sort="outlet", phone="secondary"),
            Column("level", "级别", value="get_level_display", sort="level", phone="secondary"),
            Column("published_on", "发布日期", sort="published_on", phone="secondary"),
            Column("unit", "报送单位", value="unit.label", sort="unit__order", phone="hidden"),
            Column("address", "链接或版面", phone="hidden", optional=True),
        ],
        rows=filters.qs,
        request=request,
        name="media",
        caption="媒体报道",
        default_sort="-published_on",
        row_url=MediaItem.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[MEDIA_EXPORT.key]),
        empty="还没有媒体报道。",
        empty_action=("登记媒体报道", reverse("fireworks:media-create")) if records else None,
    )


MEDIA_EXPORT = register_export(ListExport("fireworks.media", "禁炮媒体报道", media_table))


@require_GET
@VIEW
def media_list(request: HttpRequest) -> HttpResponse:
    records = request.user.has_perm(Perms.RECORD_PUBLICITY)
    links = [("登记媒体报道", reverse("fireworks:media-create"), True)] if records else []
    context = {"table": media_table(request), "title": "媒体报道", "lead": "一行一篇（条、期）。", "links": links}
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@RECORD
def media_create(request: HttpRequest) -> HttpResponse:
    form = MediaForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (item := form.store()):
        messages.success(request, f"已登记：{item}。")
        return redirect(item)
    return form_page(request, form, title="登记媒体报道", back=MEDIA, submit="登记", draft="media-new")


def visible_media(request: HttpRequest, pk: int) -> MediaItem:
    return get_object_or_404(MediaItem.objects.visible_to(request.user).select_related("unit", "recorded_by"), pk=pk)


def media_page(request: HttpRequest, item: MediaItem) -> RecordPage:
    may = can_change_publicity(request.user, item)
    return RecordPage(
        record=item,
        title=item.title,
        crumbs=[MEDIA],
        facts=[
            Fact("媒体", item.outlet, note=item.get_level_display()),
            Fact("发布日期", item.published_on),
            Fact("链接或版面", item.address),
            Fact("报送单位", item.unit.label),
            *recorded_fact(item),
        ],
        badge=("已作废", "grey") if item.is_voided else ("", "grey"),
        edit_url=reverse("fireworks:media-edit", args=[item.pk]) if may else "",
        steps=[void_step(reverse("fireworks:media-void", args=[item.pk]), VoidForm())] if may else [],
    )


@require_GET
@VIEW
def media_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return media_page(request, visible_media(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@RECORD
def media_edit(request: HttpRequest, pk: int) -> HttpResponse:
    item = visible_media(request, pk)
    require(can_change_publicity(request.user, item) or item.is_voided)
    form = MediaForm(request.POST or None, instance=item, user=request.user)
    return correct_page(request, form, title="修改媒体报道", back=MEDIA)


@require_POST
@RECORD
def media_void(request: HttpRequest, pk: int) -> HttpResponse:
    item, form = visible_media(request, pk), VoidForm(request.POST)
    require(can_change_publicity(request.user, item) or item.is_voided)
    return take_form(
        request,
        item,
        form,
        page=media_page,
        step="void",
        done=DONE_VOID,
    )
