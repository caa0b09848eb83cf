"""许可事项: editions side by side, the service guide for the wall and the counter, the meeting that approved it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from config.tables import Column, Table, render_table
from permits.editions import difference
from permits.filters.catalogue import ItemFilter
from permits.forms.catalogue import CompareForm, ItemForm, MeetingForm, VersionForm, copied_version
from permits.kinds import Whose
from permits.models import ItemVersion, MeetingFile, PermitItem
from permits.views.access import KEEP, VIEW
from permits.workflow.catalogue import last_version, why_not_change_version
from staff.case_papers import paper_head
from staff.exports import ListExport, register_export
from staff.files import send_file
from staff.models import Activity, setting
from staff.pages import pdf_answer, store_or_show
from staff.permissions import Perms

ITEMS = "许可事项"


def keeps(request: HttpRequest) -> bool:
    return request.user.has_perm(Perms.MANAGE_PERMIT_ITEMS)


def item_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.VIEW_PERMITS):
        raise PermissionDenied
    newest = ItemVersion.objects.own().valid_on(timezone.localdate()).filter(item=OuterRef("pk"))
    rows = PermitItem.objects.visible_to(request.user).annotate(
        legal=Subquery(newest.values("legal_days")[:1]),
        promised=Subquery(newest.values("promised_days")[:1]),
        since=Subquery(newest.values("valid_from")[:1]),
    )
    filters = ItemFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("name", "事项", sort="name", phone="primary"),
            Column("code", "编号", sort="code", phone="hidden"),
            Column("kind", "类别", value="get_kind_display", sort="kind", phone="secondary"),
            Column("national_code", "国家基本编码", sort="national_code", phone="hidden"),
            Column("legal", "法定时限", sort="legal", unit="工作日", phone="secondary"),
            Column("promised", "承诺时限", sort="promised", unit="工作日", phone="secondary"),
            Column("since", "现行版施行", sort="since", phone="hidden"),
            Column("in_use", "在用", sort="in_use", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="permit-items",
        caption=ITEMS,
        default_sort="code",
        row_url=PermitItem.get_absolute_url,
        row_tone=lambda row: "" if row.in_use else "muted",
        filters=filters,
        export_url=reverse("staff:export", args=[ITEM_EXPORT.key]),
        empty="还没有许可事项。登记事项和现行版本后，窗口才能收件。",
        empty_action=("登记事项", reverse("permits:item-create")) if keeps(request) else None,
    )


ITEM_EXPORT = register_export(ListExport("permits.items", ITEMS, item_table))


@require_GET
@VIEW
def item_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "permits/item_list.html", {"table": item_table(request), "can_keep": keeps(request)})


def visible_item(request: HttpRequest, pk: int) -> PermitItem:
    return get_object_or_404(PermitItem.objects.visible_to(request.user), pk=pk)


def visible_version(request: HttpRequest, pk: int) -> ItemVersion:
    return get_object_or_404(ItemVersion.objects.visible_to(request.user).select_related("item"), pk=pk)


@require_GET
@VIEW
def item_detail(request: HttpRequest, pk: int) -> HttpResponse:
    item = visible_item(request, pk)
    versions = list(item.versions.order_by("whose", "-number").prefetch_related("materials"))
    today = timezone.localdate()
    own = [each for each in versions if each.whose == Whose.OWN]
    context = {
        "item": item,
        "code": item.implementation_code(str(setting("permits.credit_code"))),
        "current": next((each for each in own if each.is_valid_on(today)), None),
        "own": own,
        "city": [each for each in versions if each.whose == Whose.CITY],
        "can_keep": keeps(request),
        "activities": Activity.objects.about(item)[:30],
    }
    return render(request, "permits/item_detail.html", context)


@require_http_methods(["GET", "POST"])
@KEEP
def item_keep(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    item = visible_item(request, pk) if pk else None
    form = ItemForm(request.POST or None, instance=item)
    back = (item.name, item.get_absolute_url()) if item else (ITEMS, reverse("permits:item-list"))
    return store_or_show(request, form, title=f"修改{item.name}" if item else "登记许可事项", back=back)


# --- Editions ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@KEEP
def version_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new edition, filled in with what the last one says."""
    item = visible_item(request, pk)
    last = last_version(item, Whose.OWN)
    form = VersionForm(
        request.POST or None, instance=copied_version(last, item), materials=list(last.materials.all()) if last else []
    )
    lead = "已带入上一版的内容，改动处写进“本版变动”。新的一版施行时，上一版自动在前一日停用。"
    return store_or_show(request, form, title="新建一版", back=(item.name, item.get_absolute_url()), note=lead)


@require_http_methods(["GET", "POST"])
@KEEP
def version_edit(request: HttpRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    back = (str(version), version.get_absolute_url())
    form = VersionForm(request.POST or None, instance=version, materials=list(version.materials.all()))
    return store_or_show(request, form, title="修改这一版", back=back, note=why_not_change_version(version))


@require_http_methods(["GET", "POST"])
@KEEP
def version_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    back = (str(version), version.get_absolute_url())
    form = MeetingForm(request.POST or None, request.FILES or None, instance=version)
    lead = "记下论证这一版的专家会议：何时何地、哪些人、什么意见；签字的原件可以上传。"
    return store_or_show(request, form, title="登记专家论证", back=back, note=lead)


@require_GET
@VIEW
def version_detail(request: HttpRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    keep = keeps(request)
    context = {
        "version": version,
        "materials": list(version.materials.all()),
        "files": list(version.files.all()),
        "is_valid": version.is_valid_on(timezone.localdate()),
        "can_keep": keep,
        "can_edit": keep and not why_not_change_version(version),
        "other": CompareForm.default_for(version),
        "activities": Activity.objects.about(version)[:30],
    }
    return render(request, "permits/version_detail.html", context)


@require_GET
@VIEW
def version_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """This edition beside another: the last one, or the city bureau's."""
    version = visible_version(request, pk)
    default = CompareForm.default_for(version)
    form = CompareForm(request.GET or ({"other": default.pk} if default else None), version=version)
    context: dict[str, Any] = {"version": version, "form": form}
    if form.is_valid():
        other: ItemVersion = form.cleaned_data["other"]
        old, new = list(other.materials.all()), list(version.materials.all())
        context |= {"other": other, "found": difference(other, version, old=old, new=new), "old": old, "new": new}
    return render(request, "permits/version_compare.html", context)


@require_GET
@VIEW
def meeting_file(request: HttpRequest, pk: int, file_pk: int) -> FileResponse:
    stored = get_object_or_404(MeetingFile, version=visible_version(request, pk), pk=file_pk)
    return send_file(stored.file, stored.original_name or "论证附件")


# --- The service guide ------------------------------------------------------------------------------------------------


def guide_context(version: ItemVersion) -> dict[str, Any]:
    """办事指南 (行政许可法 30): basis, conditions, all materials, steps, limits, fee, where and whom to ask."""
    return {
        "version": version,
        "item": version.item,
        "materials": list(version.materials.all()),
        "code": version.item.implementation_code(str(setting("permits.credit_code"))),
        "issuer": setting("permits.issuer") or setting("bureau.name"),
        "window": setting("permits.window"),
        "phone": setting("permits.supervision_phone"),
        "pay_at": setting("permits.pay_at"),
        "review_body": setting("remedies.review_body"),
        "court": setting("remedies.court"),
    }


@require_GET
@VIEW
def version_guide(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "permits/guide.html", guide_context(visible_version(request, pk)))


@require_GET
@VIEW
def version_guide_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    title = f"{version.item.name}办事指南"
    head = paper_head(title, number="", day=version.valid_from, issuer=str(setting("permits.issuer")))
    return pdf_answer(request, "permits/pdf/guide.html", {"paper": head, **guide_context(version)}, title)
