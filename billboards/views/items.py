"""专项台账: list, one item, each step, photos."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billboards.board_permissions import (
    can_add_item_photo,
    can_edit_item,
    can_record_in,
    can_see_contacts,
    can_step_item,
)
from billboards.enums.boards import Measure
from billboards.enums.campaigns import DISPOSITION_BASES, ITEM_TRANSITIONS, ItemState
from billboards.filters.campaigns import ItemFilter
from billboards.forms.campaigns import (
    CaseLinkForm,
    DeferForm,
    HandleForm,
    ItemForm,
    ItemPhotoForm,
    NotifyForm,
    SendBackForm,
    SettleForm,
)
from billboards.models import Campaign, CampaignItem
from billboards.views.campaigns import VIEW
from billboards.views.census import RECORD
from billboards.workflow import items
from config.navigation import page_of
from config.signs import state_badge
from config.tables import BatchAction, Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.files import send_file
from staff.forms.records import VoidForm
from staff.models import User
from staff.pages import Fact, RecordPage, Step, add_photo, correct_page, take_form
from staff.permissions import Perms

REVIEW = permission_required(Perms.REVIEW_ITEM, raise_exception=True)
MANAGE = permission_required(Perms.MANAGE_CAMPAIGNS, raise_exception=True)
LIST = ("专项台账", "billboards:item-list")
CONSEQUENCES = {
    "notify": "登记告知和整改期限；期限到了提醒复查。案件里的责令改正通知书另在案件中出文。",
    "handle": "登记怎样处置。自行、协助、强制分开计；强制拆除须有案件并到最早可强制日期。",
    "open_case": "以后能做什么、什么时候能做，由案件决定；专项结束时转执法程序，不算未完成。选错案件、填错案号的，重新登记一次。",
    "defer": "暂不处置，理由写明；可以随时继续处置。",
    "settle": "复核到位，从台账销号。处置人自己不能销号。",
    "send_back": "退回重办；已登记的拆除随之作废，已销号的撤销销号。",
    "void": "重复、误登的才作废，编号不再使用。",
}


def measured(rows: QuerySet[CampaignItem]) -> str:
    """Quantities by measure, each by itself."""
    found = dict(rows.order_by().values_list("measure").annotate(n=Sum("quantity")))
    return "、".join(f"{found[value]}{label}" for value, label in Measure.choices if found.get(value))


def item_columns() -> list[Column]:
    return [
        Column("number", "编号", sort="number", phone="primary"),
        Column("found_on", "摸底日期", sort="found_on", phone="secondary"),
        Column("street", "街道", value="street.label", sort="street__order", phone="hidden"),
        Column("community", "社区", value="community.label", phone="hidden", optional=True),
        Column("place", "地点", phone="secondary"),
        Column("name", "对象", phone="primary"),
        Column("kind", "类型", value="get_kind_display", sort="kind", phone="hidden"),
        Column("problem", "问题", value="get_problem_display", sort="problem", phone="secondary"),
        Column("quantity", "数量", value=lambda row: f"{row.quantity} {row.get_measure_display()}", sort="quantity",
               align="end", total=measured, phone="hidden"),
        Column("area", "面积", unit="㎡", sort="area", total=Sum("area"), phone="hidden"),
        Column("party", "设置人", phone="hidden", optional=True),
        Column("masked_phone", "联系电话", phone="hidden", optional=True),
        Column("notified_on", "告知日期", sort="notified_on", phone="hidden"),
        Column("due_on", "整改期限", sort="due_on", phone="secondary"),
        Column("disposition", "处置方式", value="get_disposition_display", sort="disposition", phone="hidden"),
        Column("handled_on", "处置日期", sort="handled_on", phone="hidden", optional=True),
        Column("handlers", "处置人", phone="hidden", optional=True),
        Column("settled_on", "销号日期", sort="settled_on", phone="hidden", optional=True),
        Column("reviewed_by", "复核人", phone="hidden", optional=True),
        Column("case_words", "案件", phone="hidden", optional=True),
        Column("cased_on", "转立案日期", sort="cased_on", phone="hidden", optional=True),
        Column("state", "状态", value="get_state_display", sort="state", sign=state_badge, phone="primary"),
    ]  # fmt: skip


def item_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_BILLBOARDS):
        raise PermissionDenied
    rows = CampaignItem.objects.visible_to(user).select_related("street", "community", "reviewed_by", "case")
    filters = ItemFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=item_columns(),
        rows=filters.qs,
        request=request,
        name="campaign-items",
        caption="专项问题",
        default_sort="-found_on",
        row_url=CampaignItem.get_absolute_url,
        row_tone=lambda row: "muted" if row.state == ItemState.VOIDED else "danger" if row.is_overdue else "",
        filters=filters,
        export_url=reverse("staff:export", args=[ITEM_EXPORT.key]),
        empty="还没有登记专项问题。请到专项页面点“摸底登记”，或从表格导入。",
        actions=[BatchAction(label="告知", url=reverse("billboards:item-batch-notify"))]
        if user.has_perm(Perms.RECORD_ITEM)
        else (),
    )


ITEM_EXPORT = register_export(ListExport("billboards.items", "专项摸底台账", item_table))


@require_GET
@VIEW
def item_list(request: HttpRequest) -> HttpResponse:
    user, links = request.user, []
    for campaign in Campaign.objects.visible_to(user).filter(state="running")[:3]:
        if can_record_in(user, campaign):
            label = f"摸底登记：{campaign.name}"
            links.append((label, reverse("billboards:census", args=[campaign.pk]), not links))
    if user.has_perm(Perms.MANAGE_CAMPAIGNS):
        links.append(("导入", reverse("staff:import-new", args=["billboards.items"]), False))
    links.append(("打印前后对比", f"{reverse('billboards:item-annex')}?{request.GET.urlencode()}", False))
    lead = "销号制：有整治后照片，经处置人以外的人复核。块、条、处、㎡各计各的，不相加。"
    context = {"table": item_table(request), "title": "专项台账", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


def visible_item(request: HttpRequest, pk: int) -> CampaignItem:
    rows = CampaignItem.objects.visible_to(request.user).select_related(
        "campaign", "street", "community", "board", "case", "removal", "handled_by", "reviewed_by", "handed_to"
    )
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@RECORD
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    item = visible_item(request, pk)
    if not can_edit_item(request.user, item):
        messages.info(request, f"{item.number}{item.get_state_display()}，不能修改。")
        return redirect(item)
    form = ItemForm(request.POST or None, instance=item, user=request.user)
    return correct_page(request, form, title=f"修改 {item.number}", back=LIST, done="已保存。")


def item_facts(request: HttpRequest, item: CampaignItem) -> list[Fact]:
    full = can_see_contacts(request.user)
    position = "" if item.latitude is None else f"北纬 {item.latitude}，东经 {item.longitude}"
    facts = [
        Fact("专项", item.campaign.name, url=item.campaign.get_absolute_url()),
        Fact("问题", item.get_problem_display(), note=item.description),
        Fact("类型", item.get_kind_display()),
        Fact("数量", item.amount),
        Fact("地点", item.place, note=position),
        Fact("属地", item.street.label, note=item.community.label if item.community else ""),
        Fact("设置人", item.party, note=item.phone if full else item.masked_phone),
        Fact("摸底日期", item.found_on),
    ]
    if item.board:
        facts.append(
            Fact("台账中的设施", item.board.code, url=page_of(request.user, item.board), note=item.board.standing_words)
        )
    if item.notified_on:
        facts.append(Fact("告知", item.notified_on, note=f"限 {item.due_on} 前。{item.notice_number}"))
    return [*facts, *outcome_facts(request.user, item)]


def outcome_facts(user: User, item: CampaignItem) -> list[Fact]:
    """What was done, and who looked at it."""
    facts = []
    if item.case or item.case_number:
        gate = item.case.coercion_from if item.case else None
        words = f"最早可强制日期 {gate}" if gate else "最早可强制日期还没有" if item.case else "在其他平台办理"
        facts.append(
            Fact("案件", item.case_words, url=page_of(user, item.case), note=f"{item.cased_on}转立案，{words}")
        )
    if item.deferred_reason:
        facts.append(Fact("暂缓理由", item.deferred_reason))
    if item.disposition and item.handled_on:
        done = f"{item.get_disposition_display()}（{item.handlers}）"
        facts.append(Fact("处置", done, note=f"{item.handled_on}。{DISPOSITION_BASES[item.disposition]}"))
        facts.append(Fact("处置情况", item.handled_note or item.permit_number or item.handed_to))
    if item.removal:
        removal = item.removal
        facts.append(
            Fact(
                "拆除（清理）",
                f"{removal.quantity}{removal.get_measure_display()}",
                note=f"{removal.area} ㎡" if removal.area else "",
            )
        )
        if removal.consent_on:
            facts.append(Fact("书面同意", removal.consent_on))
    if item.settled_on:
        facts.append(Fact("销号", item.reviewed_by, note=f"{item.settled_on} {item.review_note}"))
    elif item.review_note:
        facts.append(Fact("退回理由", item.review_note, note=str(item.reviewed_by)))
    if item.voided_at:
        facts.append(Fact("作废理由", item.void_reason))
    return facts


def step_form(edge: str, request: HttpRequest, *args: Any) -> Any:
    forms: dict[str, Any] = {
        "notify": NotifyForm, "handle": HandleForm, "defer": DeferForm, "settle": SettleForm,
        "send_back": SendBackForm,
    }  # fmt: skip
    if edge == "open_case":
        return CaseLinkForm(*args[:1], user=request.user)
    if edge == "void":
        return VoidForm(*args[:1], door=items.void_item)
    if edge == "handle" and not args:
        return HandleForm(initial={"handlers": str(request.user)})
    return forms[edge](*args) if edge == "handle" else forms[edge](*args[:1])


def item_steps(request: HttpRequest, item: CampaignItem) -> list[Step]:
    """The steps of the table from here, the next one first."""
    order = ("settle", "send_back", "handle", "notify", "open_case", "defer", "void")
    if item.state == ItemState.FOUND:
        order = ("notify", "handle", "open_case", "defer", "void")
    found: list[Step] = []
    done = item.state == ItemState.SETTLED
    for edge in order:
        if can_step_item(request.user, item, edge):
            tone = "danger" if edge == "void" else "primary"
            url = reverse(f"billboards:item-{edge.replace('_', '-')}", args=[item.pk])
            label, form = ITEM_TRANSITIONS[edge].label, step_form(edge, request)
            if edge == "open_case" and item.state == ItemState.IN_CASE:
                label = "改选案件"
                form.initial = {"case": item.case_id, "case_number": item.case_number, "on": item.cased_on}
            found.append(Step(edge, label, url, CONSEQUENCES[edge], form, tone, first=not found and not done))
    return found


def message_of(request: HttpRequest, item: CampaignItem) -> str:
    """What is copied into the group: who, what, until when, and the link."""
    due = f"，限{item.due_on.month}月{item.due_on.day}日前" if item.due_on else ""
    link = request.build_absolute_uri(item.get_absolute_url())
    return f"【{item.campaign.name}】{item.street.label} {item.place} {item.name}：{item.get_problem_display()}，{item.amount}{due}。{link}"


def item_page(request: HttpRequest, item: CampaignItem) -> RecordPage:
    may_photo = can_add_item_photo(request.user, item)
    flaw = f"{item.removal.flaw}（{item.removal.flaw_article}）" if item.removal and item.removal.flaw else ""
    waits = item.state == ItemState.HANDLED and item.handled_by_id == request.user.pk
    return RecordPage(
        record=item,
        title=item.number,
        crumbs=[("专项整治", "billboards:campaign-list"), LIST],
        facts=item_facts(request, item),
        lead=f"{item.name} · {item.place}",
        badge=(item.get_state_display(), item.state_tone),
        edit_url=reverse("billboards:item-edit", args=[item.pk]) if can_edit_item(request.user, item) else "",
        steps=item_steps(request, item),
        warning=flaw or ("处置是您登记的，由其他人复核销号。" if waits else ""),
        photos=item.photos.all(),
        photo_url=reverse("billboards:item-photo-add", args=[item.pk]) if may_photo else "",
        photo_form=ItemPhotoForm() if may_photo else None,
        parts=["billboards/_item_parts.html"],
        more={"item": item, "message": message_of(request, item), "same_place": same_place(request, item)},
    )


def same_place(request: HttpRequest, item: CampaignItem) -> list[CampaignItem]:
    """Earlier items of the same place: has it come back?"""
    rows = CampaignItem.objects.visible_to(request.user).counted()
    return list(rows.filter(street=item.street_id, place=item.place).exclude(pk=item.pk).order_by("-found_on")[:5])


@require_GET
@VIEW
def item_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return item_page(request, visible_item(request, pk)).show(request)


def step_view(request: HttpRequest, pk: int, edge: str) -> HttpResponse:
    """One step of the table, from its dialog. A step that is gone meanwhile is told by the workflow."""
    item = visible_item(request, pk)
    form = step_form(edge, request, request.POST, request.FILES)
    return take_form(
        request,
        item,
        form,
        page=item_page,
        step=edge,
        done=f"{item.number}：{ITEM_TRANSITIONS[edge].label}，已登记。",
    )


@require_POST
@RECORD
def item_notify(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "notify")


@require_POST
@RECORD
def item_handle(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "handle")


@require_POST
@RECORD
def item_open_case(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "open_case")


@require_POST
@RECORD
def item_defer(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "defer")


@require_POST
@REVIEW
def item_settle(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "settle")


@require_POST
@REVIEW
def item_send_back(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "send_back")


@require_POST
@MANAGE
def item_void(request: HttpRequest, pk: int) -> HttpResponse:
    return step_view(request, pk, "void")


@require_POST
@RECORD
def item_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    item, form = visible_item(request, pk), ItemPhotoForm(request.POST, request.FILES)
    if not can_add_item_photo(request.user, item):
        messages.info(request, f"{item.number}{item.get_state_display()}，不能再加照片。")
        return redirect(item)
    return add_photo(request, item, form, lambda: form.store(item, by=request.user), page=item_page)


@require_GET
@VIEW
def item_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    item = visible_item(request, pk)
    photo = get_object_or_404(item.photos, pk=photo_pk)
    return send_file(photo.file, f"{item.number}-{photo.pk}", inline=True)
