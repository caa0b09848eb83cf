"""工作量台账: the list that figures open, entering on the phone, correcting with a reason, taking back, photos."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.display import plain_number
from config.tables import Column, Table, render_table
from reports.filters import TallyFilter
from reports.forms.tallies import TallyForm, offered_measures
from reports.models import Measure, TallyEntry, TallyPhoto
from reports.permissions import can_change_tally
from reports.views.office import RECORD, VIEW
from staff.exports import ListExport, register_export
from staff.forms.records import PhotoForm, VoidForm
from staff.pages import (
    Fact,
    RecordPage,
    add_photo,
    correct_page,
    recorded_fact,
    require,
    send_photo,
    take_form,
    void_step,
)
from staff.permissions import Perms

LIST = ("工作量台账", "reports:tally-list")
KEPT = ("measure", "place", "happened_on", "unit")  # what the next entry starts with
RECENT = 6


def total_of_one_measure(rows: Any) -> Any:
    """The sum of the quantities if all rows are of one measure that adds up; unlike units are never added."""
    kinds = set(rows.order_by().values_list("measure", "measure__totalling").distinct()[:2])
    if len(kinds) != 1 or next(iter(kinds))[1] != "sum":
        return None
    return sum(rows.order_by().values_list("quantity", flat=True))


def tally_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_TASKS):
        raise PermissionDenied
    rows = TallyEntry.objects.visible_to(user).select_related("measure__task", "unit", "recorded_by")
    filters = TallyFilter(request.GET, queryset=rows, request=request)
    records = user.has_perm(Perms.RECORD_TALLY)
    return Table(
        columns=[
            Column("measure", "指标", value=lambda row: str(row.measure), sort="measure__name", phone="primary"),
            Column("quantity", "数量", sort="quantity", align="end", total=total_of_one_measure, phone="primary",
                   format=plain_number),
            Column("happened_on", "日期", sort=("happened_on", "pk"), phone="secondary"),
            Column("task", "重点工作", value="measure.task.title", sort="measure__task__order", phone="hidden"),
            Column("unit", "单位", value="unit.label", sort="unit__order", phone="secondary"),
            Column("place", "地点", phone="secondary"),
            Column("note", "说明", phone="hidden"),
            Column("measured", "计量单位", value="measure.unit_of_count", phone="hidden", optional=True),
            Column("recorded_by", "登记人", phone="hidden", optional=True),
            Column("void_reason", "作废理由", phone="hidden", optional=True),
        ],
        rows=filters.qs,
        request=request,
        name="tallies",
        caption="工作量台账",
        default_sort="-happened_on",
        row_url=TallyEntry.get_absolute_url,
        row_tone=lambda row: "muted" if row.voided_at else "",
        filters=filters,
        export_url=reverse("staff:export", args=[TALLY_EXPORT.key]),
        empty="还没有台账。立项、加指标以后由中队登记。",
        empty_action=("登记台账", reverse("reports:tally-create")) if records else None,
    )  # fmt: skip


TALLY_EXPORT = register_export(ListExport("reports.tallies", "工作量台账", tally_table))


@require_GET
@VIEW
def tally_list(request: HttpRequest) -> HttpResponse:
    links = []
    if request.user.has_perm(Perms.RECORD_TALLY):
        links = [
            ("登记台账", reverse("reports:tally-create"), True),
            ("导入", reverse("staff:import-new", args=["reports.tallies"]), False),
        ]
    lead = "各指标有各自的计量单位，数量不跨指标相加；筛到一个累计指标时显示合计。"
    context = {"table": tally_table(request), "title": "工作量台账", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


def next_address(entry: TallyEntry) -> str:
    """The empty form with what the next entry most likely shares."""
    query = QueryDict(mutable=True)
    query.update(
        {
            "measure": entry.measure.code,
            "place": entry.place,
            "happened_on": entry.happened_on.isoformat(),
            "unit": str(entry.unit_id),
        }
    )
    return f"{reverse('reports:tally-create')}?{query.urlencode()}"


@require_http_methods(["GET", "POST"])
@RECORD
def tally_create(request: HttpRequest) -> HttpResponse:
    kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    form = TallyForm(request.POST or None, request.FILES or None, user=request.user, initial=kept)
    if request.method == "POST" and form.is_valid() and (entry := form.store()):
        if problem := form.store_photo(entry):
            messages.warning(request, f"已登记 {entry.measure.name} {entry.amount}，但照片没有存下：{problem}")
        else:
            messages.success(request, f"已登记：{entry.measure.name} {entry.amount}。")
        return redirect(next_address(entry) if "next" in request.POST else entry)
    context = {
        "form": form,
        "recent": recent_measures(request),
        "offered": form.fields["measure"].queryset.exists(),
    }
    return render(request, "reports/tally_form.html", context, status=422 if request.method == "POST" else 200)


def recent_measures(request: HttpRequest) -> list[Measure]:
    """What this person entered last, newest first: one tap instead of a long list."""
    last = TallyEntry.objects.filter(recorded_by=request.user).order_by("-pk").values_list("measure", flat=True)[:60]
    wanted = list(dict.fromkeys(last))[:RECENT]
    offered = offered_measures(request.user).filter(pk__in=wanted).distinct()
    return sorted(offered, key=lambda measure: wanted.index(measure.pk))


def visible_entry(request: HttpRequest, pk: int) -> TallyEntry:
    rows = TallyEntry.objects.visible_to(request.user).select_related("measure__task", "unit", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def tally_page(request: HttpRequest, entry: TallyEntry) -> RecordPage:
    may = can_change_tally(request.user, entry)
    address = {name: reverse(f"reports:tally-{name}", args=[entry.pk]) for name in ("edit", "void", "photo-add")}
    task = entry.measure.task
    return RecordPage(
        record=entry,
        title=f"{entry.measure.name} {entry.amount}",
        crumbs=[LIST],
        facts=[
            Fact("重点工作", task.title, url=task.get_absolute_url()),
            Fact("指标", entry.measure.name, note=entry.measure.definition),
            Fact("数量", plain_number(entry.quantity), unit=entry.measure.unit_of_count),
            Fact("日期", entry.happened_on),
            Fact("单位", entry.unit.label),
            Fact("地点", entry.place),
            Fact("说明", entry.note),
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
def tally_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return tally_page(request, visible_entry(request, pk)).show(request)


@require_http_methods(["GET", "POST"])
@RECORD
def tally_edit(request: HttpRequest, pk: int) -> HttpResponse:
    entry = visible_entry(request, pk)
    require(can_change_tally(request.user, entry) or entry.is_voided)
    form = TallyForm(request.POST or None, instance=entry, user=request.user)
    return correct_page(
        request,
        form,
        title="修改台账",
        back=LIST,
        note="改动前后的内容和理由都会留在经过里。",
        done="已保存，改动和理由记在经过里。",
    )


@require_POST
@RECORD
def tally_void(request: HttpRequest, pk: int) -> HttpResponse:
    entry, form = visible_entry(request, pk), VoidForm(request.POST)
    require(can_change_tally(request.user, entry) or entry.is_voided)
    return take_form(
        request,
        entry,
        form,
        page=tally_page,
        step="void",
        done="已作废，不再计入数据。",
    )


@require_POST
@RECORD
def tally_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    entry, form = visible_entry(request, pk), PhotoForm(request.POST, request.FILES)
    require(can_change_tally(request.user, entry))
    return add_photo(
        request, entry, form, lambda: form.store(TallyPhoto, by=request.user, entry=entry), page=tally_page
    )


@require_GET
@VIEW
def tally_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    entry = visible_entry(request, pk)
    return send_photo(get_object_or_404(entry.photos, pk=photo_pk), f"台账{entry.happened_on}")
