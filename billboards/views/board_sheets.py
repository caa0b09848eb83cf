"""Plates with their codes, the map, looks at structures, removals, size rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billboards.board_permissions import can_inspect
from billboards.enums.boards import CheckItem, Measure
from billboards.filters.boards import BoardFilter, InspectionFilter, RemovalFilter
from billboards.forms.boards import InspectionForm, SizeRuleForm
from billboards.models import Board, CampaignItem, Removal, SafetyInspection, SizeRule
from billboards.views.boards import KEEP, LIST, VIEW, visible_board
from billboards.workflow import boards
from config import area_map
from config.codes import qr_svg
from config.navigation import page_of
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.forms.records import VoidForm
from staff.models import User
from staff.pages import Fact, RecordPage, form_page, pdf_answer, recorded_fact, void_step
from staff.permissions import Perms
from staff.refusals import Refused

INSPECT = permission_required(Perms.INSPECT_BOARD, raise_exception=True)
MOST_PLATES = 200
CHECKS = dict(CheckItem.choices)


def plates(request: HttpRequest, boards: list[Board]) -> HttpResponse:
    found = [
        (board, qr_svg(request.build_absolute_uri(reverse("billboards:scan", args=[board.token])), scale=3))
        for board in boards
    ]
    return pdf_answer(request, "billboards/pdf/plates.html", {"plates": found}, "户外广告标牌")


@require_GET
@VIEW
def board_plate(request: HttpRequest, pk: int) -> HttpResponse:
    board = visible_board(request, pk)
    if board.is_voided or board.removed_on is not None:
        messages.error(request, f"{board.code}已拆除或者作废，不再打印标牌。重新设置的，先登记拆后重立。")
        return redirect(board)
    return plates(request, [board])


@require_GET
@KEEP
def board_plates(request: HttpRequest) -> HttpResponse:
    """The plates of what the list shows, in its filter, without what has come down."""
    rows = Board.objects.visible_to(request.user).select_related("street")
    shown = BoardFilter(request.GET, queryset=rows, request=request).qs
    standing = shown.filter(voided_at=None, removed_on=None)
    found = list(standing.order_by("code")[: MOST_PLATES + 1])
    if not found or len(found) > MOST_PLATES:
        words = f"一次最多打印 {MOST_PLATES} 块。请先筛选。" if found else "没有符合条件的设施；已拆除的不打印标牌。"
        messages.info(request, words)
        return redirect(f"{reverse('billboards:board-list')}?{request.GET.urlencode()}")
    return plates(request, found)


@require_GET
@VIEW
def board_map(request: HttpRequest) -> HttpResponse:
    """What the list shows, on the outline of the district."""
    filters = BoardFilter(request.GET, queryset=Board.objects.visible_to(request.user), request=request)
    rows = filters.qs
    placed = rows.filter(latitude__isnull=False)
    query = request.GET.copy()
    spots = []
    for spot in area_map.cells(placed.values_list("latitude", "longitude")):
        query["box"] = spot.box
        spots.append(replace(spot, url=f"{reverse('billboards:board-list')}?{query.urlencode()}"))
    context = {
        "map": area_map.draw(spots, title="户外广告分布", noun="块"),
        "spots": spots,
        "placed": placed.count(),
        "total": rows.count(),
        "filters": filters,
    }
    return render(request, "billboards/board_map.html", context)


# --- Looks at structures ------------------------------------------------------------------------------------------------


def inspection_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_BILLBOARDS):
        raise PermissionDenied
    rows = SafetyInspection.objects.visible_to(user).recorded().select_related("board__street")
    filters = InspectionFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("inspected_on", "检查日期", sort="inspected_on", phone="secondary"),
            Column("code", "编码", value="board.code", sort="board__code", phone="primary"),
            Column("name", "名称（内容）", value="board.name", phone="primary"),
            Column("street", "街道", value="board.street.label", sort="board__street__order", phone="hidden"),
            Column("kind", "检查类别", value="get_kind_display", sort="kind", phone="hidden"),
            Column("inspectors", "检查人", phone="hidden"),
            Column("agency", "检测机构", phone="hidden", optional=True),
            Column("defects", "有问题的项目", value=lambda row: "、".join(str(CHECKS.get(each, each)) for each in row.defects)),
            Column("result", "结果", value="get_result_display", sort="result", phone="secondary"),
            Column("findings", "情况", phone="hidden"),
            Column("next_due_on", "下次检查", sort="next_due_on", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="board-inspections",
        caption="安全检查",
        default_sort="-inspected_on",
        row_url=SafetyInspection.get_absolute_url,
        row_tone=lambda row: "danger" if row.result == "danger" else "",
        filters=filters,
        export_url=reverse("staff:export", args=[INSPECTION_EXPORT.key]),
        empty="还没有检查记录。在设施页面登记安全检查。",
    )  # fmt: skip


INSPECTION_EXPORT = register_export(ListExport("billboards.inspections", "户外广告安全检查", inspection_table))


@require_GET
@VIEW
def inspection_list(request: HttpRequest) -> HttpResponse:
    due = f"{reverse('billboards:board-list')}?inspection="
    links = [("逾期未查", f"{due}overdue", False), ("30天内到期", f"{due}soon", False)]
    context = {
        "table": inspection_table(request),
        "title": "户外广告安全检查",
        "lead": "间隔按大型认定规则；设置人负责维护，检查发现隐患的先消除隐患。",
        "links": links,
    }
    return render_table(request, "layout/record_list.html", context)


@require_http_methods(["GET", "POST"])
@INSPECT
def inspection_create(request: HttpRequest, pk: int) -> HttpResponse:
    board = visible_board(request, pk)
    if not can_inspect(request.user, board):
        messages.info(request, f"{board.code}{board.standing_words}，不再检查。")
        return redirect(board)
    initial = {"inspectors": str(request.user)}
    form = InspectionForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid() and form.store(board, by=request.user):
        if form.errors:
            messages.warning(request, "检查已登记，但照片没有存下：" + " ".join(form.errors.get("photo", [])))
        else:
            messages.success(request, "检查已登记。")
        return redirect(board)
    return form_page(
        request, form, title=f"登记安全检查 {board.code}", back=LIST, note=f"{board.name} · {board.address}"
    )


@require_POST
@KEEP
def inspection_void(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = get_object_or_404(SafetyInspection.objects.visible_to(request.user), pk=pk)
    form = VoidForm(request.POST)
    if form.is_valid():
        try:
            boards.void_inspection(inspection, by=request.user, reason=form.cleaned_data["reason"])
            now = Board.objects.get(pk=inspection.board_id).get_condition_display()
            messages.success(request, f"检查记录已作废。完好情况现在是“{now}”，不对的请修改。")
        except Refused as refusal:
            messages.error(request, str(refusal))
    else:
        messages.error(request, "请写明作废的理由。")
    return redirect(inspection)


# --- Removals -----------------------------------------------------------------------------------------------------------


def measured(rows: QuerySet[Removal]) -> str:
    """Quantities by measure, each by itself."""
    found = dict(rows.order_by().values_list("measure").annotate(n=Sum("quantity")))
    return "、".join(f"{found[value]}{label}" for value, label in Measure.choices if found.get(value))


def removal_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_BILLBOARDS):
        raise PermissionDenied
    rows = Removal.objects.visible_to(user).select_related("street", "board", "item__campaign", "case")
    filters = RemovalFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=[
            Column("removed_on", "拆除日期", sort="removed_on", phone="secondary"),
            Column("what", "对象", phone="primary"),
            Column("place", "地点", phone="secondary"),
            Column("street", "街道", value="street.label", sort="street__order", phone="hidden"),
            Column("mode", "拆除方式", value="get_mode_display", sort="mode", phone="primary"),
            Column("quantity", "数量", value=amount_of, sort="quantity", align="end", total=measured, phone="secondary"),
            Column("area", "面积", unit="㎡", sort="area", total=Sum("area"), phone="hidden"),
            Column("campaign", "专项", value="item.campaign.name", phone="hidden", optional=True),
            Column("case", "案件", value=lambda row: row.case.number if row.case else row.case_number, phone="hidden"),
            Column("consent_on", "书面同意", phone="hidden", optional=True),
            Column("flaw", "程序瑕疵", value=lambda row: f"{row.flaw}（{row.flaw_article}）" if row.flaw else "", phone="hidden"),
        ],
        rows=filters.qs,
        request=request,
        name="removals",
        caption="拆除记录",
        default_sort="-removed_on",
        row_url=opened_by(user),
        row_tone=lambda row: "danger" if row.flaw else "",
        filters=filters,
        export_url=reverse("staff:export", args=[REMOVAL_EXPORT.key]),
        empty="还没有拆除记录。在设施页面登记拆除，或处置专项问题后列在这里。",
    )  # fmt: skip


def opened_by(user: User) -> Callable[[Removal], str]:
    """Where a removal is read: with what came down, or by itself for those who may not open the campaign's item."""
    items = CampaignItem.objects.visible_to(user)
    seen = None if user.sees_all_units else set(items.values_list("pk", flat=True))

    def address(removal: Removal) -> str:
        item = getattr(removal, "item", None)
        if removal.board is None and item is not None and seen is not None and item.pk not in seen:
            return reverse("billboards:removal-detail", args=[removal.pk])
        return removal.get_absolute_url()

    return address


def amount_of(removal: Removal) -> str:
    return f"{removal.quantity} {removal.get_measure_display()}"


REMOVAL_EXPORT = register_export(ListExport("billboards.removals", "户外广告拆除记录", removal_table))


@require_GET
@VIEW
def removal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A removal by itself: of a case, what an old ledger said of it, or of an item that is another unit's."""
    rows = Removal.objects.visible_to(request.user).select_related(
        "street", "batch", "recorded_by", "case", "item__campaign"
    )
    removal = get_object_or_404(rows, pk=pk)
    steps = []
    if getattr(removal, "item", None) is None and request.user.has_perm(Perms.KEEP_BOARDS) and not removal.is_voided:
        steps = [
            void_step(reverse("billboards:removal-void", args=[pk]), VoidForm(), "不再计入拆除数；记录和日志保留。")
        ]
    return RecordPage(
        record=removal,
        title=removal.what,
        crumbs=[("拆除记录", "billboards:removal-list")],
        facts=removal_facts(request.user, removal),
        badge=("已作废", "grey") if removal.is_voided else ("程序瑕疵", "amber") if removal.flaw else ("", "grey"),
        steps=steps,
    ).show(request)


def removal_facts(user: User, removal: Removal) -> list[Fact]:
    item = getattr(removal, "item", None)
    return [
        Fact("拆除日期", removal.removed_on),
        Fact("地点", removal.place, note=removal.street.label),
        Fact("拆除方式", removal.get_mode_display()),
        Fact("数量", amount_of(removal)),
        Fact("面积", removal.area or None, unit="㎡"),
        Fact("专项台账", item and f"{item.campaign.name} {item.number}"),
        Fact("案件", removal.case, url=page_of(user, removal.case)),
        Fact("外部案号", removal.case_number),
        Fact("书面同意", removal.consent_on),
        Fact("紧急情形（查找、公告情况）", removal.reason),
        Fact("程序瑕疵", removal.flaw, note=removal.flaw_article),
        Fact("说明", removal.note),
        *recorded_fact(removal),
    ]


@require_GET
@VIEW
def removal_list(request: HttpRequest) -> HttpResponse:
    links = []
    if request.user.has_perm(Perms.KEEP_BOARDS):
        links = [("导入旧拆除记录", reverse("staff:import-new", args=["billboards.removals"]), False)]
    context = {
        "table": removal_table(request),
        "title": "拆除记录",
        "lead": "自行、协助、强制等方式分开登记；块、条、处、㎡各计各的，不相加。",
        "links": links,
    }
    return render_table(request, "layout/record_list.html", context)


# --- Size rules ---------------------------------------------------------------------------------------------------------


@require_GET
@VIEW
def size_rule_list(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {
        "rules": SizeRule.objects.all(),
        "can_keep": request.user.has_perm(Perms.KEEP_BOARDS),
    }
    return render(request, "billboards/size_rule_list.html", context)


@require_http_methods(["GET", "POST"])
@KEEP
def size_rule_keep(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    rule = None if pk is None else get_object_or_404(SizeRule, pk=pk)
    form = SizeRuleForm(request.POST or None, instance=rule)
    if request.method == "POST" and form.is_valid() and (changed := form.store(by=request.user)) is not None:
        messages.success(request, f"已保存。按新规则重新认定，{changed} 处设施的大小有变化。")
        return redirect("billboards:size-rule-list")
    back = ("大型认定规则", "billboards:size-rule-list")
    title = "登记认定规则" if rule is None else f"修改{rule}"
    return form_page(
        request,
        form,
        title=title,
        back=back,
        note="保存后在设设施按当日生效的规则重新认定；以后才生效的，到生效那天认定。",
    )
