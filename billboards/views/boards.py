"""户外广告台账: list, one board with its history, registering, correcting, the steps of its life, photos."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billboards.board_permissions import (
    can_add_board_photo,
    can_edit_board,
    can_inspect,
    can_see_contacts,
    can_step_board,
)
from billboards.enums.boards import BOARD_TRANSITIONS, BoardStatus
from billboards.filters.boards import BoardFilter
from billboards.forms.boards import BoardForm, BoardPhotoForm, RemovalForm
from billboards.models import Board, Case, Removal
from billboards.nearby import near
from billboards.workflow import boards, removals
from config.navigation import page_of
from config.signs import badge
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.files import send_file
from staff.forms.records import ReasonForm, VoidForm
from staff.pages import Fact, RecordPage, Step, add_photo, form_page, take_step
from staff.permissions import Perms
from staff.refusals import Refused

VIEW = permission_required(Perms.VIEW_BILLBOARDS, raise_exception=True)
KEEP = permission_required(Perms.KEEP_BOARDS, raise_exception=True)
LIST = ("户外广告台账", "billboards:board-list")
CONSEQUENCES = {
    "condemn": "列入待拆清单；拆除后另行登记，方式分自行、协助、强制。",
    "keep": "不再列为待拆，按现状重新判定状态。",
    "remove": "从在设转为已拆，计入拆除数据。强制拆除须有案件和最早可强制日期，协助拆除须有书面同意。",
}
AREA_WORDS = "㎡"


def standing_badge(board: Board) -> str:
    return badge(board.standing_words, board.state_tone)


def board_columns() -> list[Column]:
    return [
        Column("code", "编码", sort="code", phone="primary"),
        Column("name", "名称（内容）", sort="name", phone="primary"),
        Column("status", "状态", value="standing_words", sort="status", sign=standing_badge, phone="primary"),
        Column("kind", "类型", value="get_kind_display", sort="kind", phone="secondary"),
        Column("street", "街道", value="street.label", sort="street__order", phone="hidden"),
        Column("community", "社区", value="community.label", phone="hidden", optional=True),
        Column("address", "位置", phone="secondary"),
        Column("road", "路段", sort="road", phone="hidden", optional=True),
        Column("is_large", "大型", value=lambda row: "大型" if row.is_large else "", sort="is_large", phone="hidden"),
        Column("face_count", "面数", unit="面", sort="face_count", total=Sum("face_count"), phone="hidden"),
        Column("area", "总面积", unit=AREA_WORDS, sort="area", total=Sum("area"), phone="hidden"),
        Column("setter", "设置人", sort="setter", phone="hidden"),
        Column("masked_setter_code", "设置人代码", phone="hidden", optional=True),
        Column("masked_contact", "联系人", phone="hidden", optional=True),
        Column("masked_phone", "联系电话", phone="hidden", optional=True),
        Column("owner", "产权人", phone="hidden", optional=True),
        Column("publisher", "发布人", phone="hidden", optional=True),
        Column("permit_number", "许可文号", phone="hidden"),
        Column("filing_number", "备案号", phone="hidden", optional=True),
        Column("permit_to", "许可（备案）至", sort="permit_to", phone="hidden"),
        Column("right_source", "点位取得方式", value="get_right_source_display", phone="hidden", optional=True),
        Column("installed_on", "设置日期", sort="installed_on", phone="hidden", optional=True),
        Column("registered_on", "入账日期", sort="registered_on", phone="hidden", optional=True),
        Column("removed_on", "拆除日期", sort="removed_on", phone="hidden", optional=True),
        Column("next_inspection_on", "下次检查", sort="next_inspection_on", phone="secondary"),
    ]  # fmt: skip


def board_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_BILLBOARDS):
        raise PermissionDenied
    rows = Board.objects.visible_to(user).select_related("street", "community")
    filters = BoardFilter(request.GET, queryset=rows, request=request)
    keeps = user.has_perm(Perms.KEEP_BOARDS)
    return Table(
        columns=board_columns(),
        rows=filters.qs,
        request=request,
        name="boards",
        caption="户外广告",
        default_sort="code",
        row_url=Board.get_absolute_url,
        row_tone=lambda row: (
            "muted" if row.status == BoardStatus.REMOVED else "danger" if row.state_tone == "red" else ""
        ),
        filters=filters,
        export_url=reverse("staff:export", args=[BOARD_EXPORT.key]),
        empty="还没有设施。可以登记，或从表格导入。",
        empty_action=("登记户外广告", reverse("billboards:board-create")) if keeps else None,
    )


BOARD_EXPORT = register_export(ListExport("billboards.boards", "户外广告台账", board_table))


@require_GET
@VIEW
def board_list(request: HttpRequest) -> HttpResponse:
    query = request.GET.urlencode()
    links = [("分布图", f"{reverse('billboards:board-map')}?{query}", False)]
    if request.user.has_perm(Perms.KEEP_BOARDS):
        links = [
            ("登记户外广告", reverse("billboards:board-create"), True),
            ("导入", reverse("staff:import-new", args=["billboards.boards"]), False),
            *links,
            ("打印标牌", f"{reverse('billboards:board-plates')}?{query}", False),
            ("大型认定规则", reverse("billboards:size-rule-list"), False),
        ]
    lead = "块、㎡、条、处各计各的，不相加。店招、楼宇标识不作为大型户外广告审批，不列“未批”。"
    context = {"table": board_table(request), "title": "户外广告台账", "lead": lead, "links": links}
    return render_table(request, "layout/record_list.html", context)


def visible_board(request: HttpRequest, pk: int) -> Board:
    rows = Board.objects.visible_to(request.user).select_related("street", "community", "unit", "size_rule", "earlier")
    return get_object_or_404(rows, pk=pk)


def form_answer(request: HttpRequest, form: BoardForm, title: str, done: str, draft: str = "") -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (board := form.store()):
        messages.success(request, done.format(board=board))
        return redirect(board)
    return form_page(request, form, title=title, back=LIST, draft=draft)


@require_http_methods(["GET", "POST"])
@KEEP
def board_create(request: HttpRequest) -> HttpResponse:
    form = BoardForm(request.POST or None, user=request.user)
    return form_answer(request, form, "登记户外广告", "已登记，编码 {board.code}。", draft="board-new")


@require_http_methods(["GET", "POST"])
@KEEP
def board_edit(request: HttpRequest, pk: int) -> HttpResponse:
    board = visible_board(request, pk)
    if not can_edit_board(request.user, board):
        messages.info(request, f"{board.code}{board.standing_words}，不能修改。")
        return redirect(board)
    form = BoardForm(request.POST or None, instance=board, user=request.user)
    return form_answer(request, form, f"修改 {board.code}", "已保存。")


@require_http_methods(["GET", "POST"])
@KEEP
def board_re_erect(request: HttpRequest, pk: int) -> HttpResponse:
    """Put up again: the form starts from what stood there before."""
    earlier = visible_board(request, pk)
    if earlier.removed_on is None:
        messages.info(request, f"{earlier.code}还没有登记拆除，不是拆后重立。")
        return redirect(earlier)
    kept = ("kind", "name", "category", "street", "community", "road", "road_side", "address", "carrier", "carrier_owner",
            "latitude", "longitude")  # fmt: skip
    initial = {name: getattr(earlier, name) for name in kept}
    form = BoardForm(request.POST or None, user=request.user, earlier=earlier, initial=initial)
    return form_answer(request, form, f"{earlier.code} 拆后重立", "已登记拆后重立，编码 {board.code}。")


def position_of(board: Board) -> str:
    return "" if board.latitude is None else f"北纬 {board.latitude}，东经 {board.longitude}"


def board_facts(request: HttpRequest, board: Board) -> list[Fact]:
    full = can_see_contacts(request.user)
    permit = f"{board.permit_from or '—'} 至 {board.permit_to or '—'}" if board.permit_to or board.permit_from else ""
    sized = (
        "非大型" if not board.is_large else "大型户外广告" if board.needs_permit else "大型招牌（不按大型户外广告审批）"
    )
    rule = (
        f"{board.size_rule}：{board.size_rule.words}" if board.size_rule else "还没有认定规则，请在“大型认定规则”里登记"
    )
    facts = [
        Fact("类型", board.get_kind_display(), note=board.get_category_display()),
        Fact("大小", sized, note=rule),
        Fact("面数和总面积", f"{board.face_count} 面，{board.area} ㎡"),
        Fact("位置", board.address, note=position_of(board)),
        Fact("属地", board.street.label, note=board.community.label if board.community else ""),
        Fact("路段", board.road, note=board.get_road_side_display()),
        Fact("附着的建筑、设施", board.carrier, note=board.carrier_owner),
        Fact("设置人", board.setter, note=board.setter_code if full else board.masked_setter_code),
        Fact("联系人", board.contact if full else board.masked_contact, note=board.phone if full else board.masked_phone),
        Fact("产权人", board.owner),
        Fact("发布人", board.publisher),
        Fact("点位取得方式", board.get_right_source_display()),
        Fact("许可文号", board.permit_number or ("须经许可，没有文号" if board.needs_permit else "不需要许可"), note=permit),
        Fact("备案号", board.filing_number),
        Fact("结构", board.material, note=f"离地 {board.clearance} 米" if board.clearance else ""),
        Fact("照明", board.get_lighting_display(), note=board.lit_hours),
        Fact("设置日期", board.installed_on),
        Fact("完好情况", board.get_condition_display()),
        Fact("下次检查", board.next_inspection_on),
        Fact("管理单位", board.unit or board.street.squad),
    ]  # fmt: skip
    if board.earlier:
        facts.append(
            Fact(
                "拆后重立",
                board.earlier.code,
                url=page_of(request.user, board.earlier),
                note=f"{board.earlier.removed_on}拆除",
            )
        )
    if board.voided_at:
        facts.append(Fact("作废理由", board.void_reason))
    return facts


def board_steps(request: HttpRequest, board: Board) -> list[Step]:
    user, found = request.user, []
    for edge in ("remove", "condemn", "keep"):
        if can_step_board(user, board, edge):
            form = RemovalForm(user=user, board=board) if edge == "remove" else ReasonForm()
            url = reverse(f"billboards:board-{edge}", args=[board.pk])
            found.append(Step(edge, BOARD_TRANSITIONS[edge].label, url, CONSEQUENCES[edge], form))
    if user.has_perm(Perms.KEEP_BOARDS) and not board.is_voided:
        url = reverse("billboards:board-void", args=[board.pk])
        found.append(
            Step(
                "void",
                "作废",
                url,
                "重复、误登的才作废；拆除的请登记拆除。记录和日志保留。",
                VoidForm(),
                tone="danger",
            )
        )
    return found


def board_links(request: HttpRequest, board: Board) -> list[tuple[str, str]]:
    stands = board.removed_on is None and not board.is_voided
    links = [("打印标牌", reverse("billboards:board-plate", args=[board.pk]))] if stands else []
    if can_inspect(request.user, board):
        links.insert(0, ("登记安全检查", reverse("billboards:inspection-create", args=[board.pk])))
    if board.removed_on is not None and request.user.has_perm(Perms.KEEP_BOARDS):
        links.insert(0, ("登记拆后重立", reverse("billboards:board-re-erect", args=[board.pk])))
    return links


def board_page(request: HttpRequest, board: Board) -> RecordPage:
    may_photo = can_add_board_photo(request.user, board)
    return RecordPage(
        record=board,
        title=board.code,
        crumbs=[LIST],
        facts=board_facts(request, board),
        lead=board.name,
        badge=(board.standing_words, board.state_tone),
        edit_url=reverse("billboards:board-edit", args=[board.pk]) if can_edit_board(request.user, board) else "",
        steps=board_steps(request, board),
        links=board_links(request, board),
        photos=board.photos.all(),
        photo_url=reverse("billboards:board-photo-add", args=[board.pk]) if may_photo else "",
        photo_form=BoardPhotoForm() if may_photo else None,
        parts=["billboards/_board_parts.html"],
        more={
            "board": board,
            "may_keep": request.user.has_perm(Perms.KEEP_BOARDS),
            "faces": board.faces.all(),
            "events": board.events.all(),
            "inspections": board.inspections.filter(voided_at=None),
            "removals": board.removals.select_related("case", "item"),
            "items": board.items.visible_to(request.user).select_related("campaign"),
            "cases": board.cases.visible_to(request.user),
            "later": board.later.visible_to(request.user).filter(voided_at=None),
        },
    )


@require_GET
@VIEW
def board_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return board_page(request, visible_board(request, pk)).show(request)


def reason_step(request: HttpRequest, pk: int, edge: str, done: str) -> HttpResponse:
    board, form = visible_board(request, pk), ReasonForm(request.POST)
    door = {"condemn": boards.condemn_board, "keep": boards.keep_board, "void": boards.void_board}[edge]
    return take_step(
        request,
        board,
        form,
        lambda: door(board, by=request.user, reason=form.cleaned_data["reason"]),
        page=board_page,
        step=edge,
        done=f"{board.code}：{done}。",
    )


@require_POST
@KEEP
def board_condemn(request: HttpRequest, pk: int) -> HttpResponse:
    return reason_step(request, pk, "condemn", "已列为待拆")


@require_POST
@KEEP
def board_keep(request: HttpRequest, pk: int) -> HttpResponse:
    return reason_step(request, pk, "keep", "已撤销待拆")


@require_POST
@KEEP
def board_void(request: HttpRequest, pk: int) -> HttpResponse:
    return reason_step(request, pk, "void", "已作废")


@require_POST
@KEEP
def board_remove(request: HttpRequest, pk: int) -> HttpResponse:
    board = visible_board(request, pk)
    form = RemovalForm(request.POST, user=request.user, board=board)
    return take_step(
        request,
        board,
        form,
        lambda: form.take(board),
        page=board_page,
        step="remove",
        done=f"{board.code}：已登记拆除。",
    )


@require_POST
@KEEP
def removal_void(request: HttpRequest, pk: int) -> HttpResponse:
    """A removal of the ledger or of a case was entered by mistake; that of a campaign's item is sent back there."""
    rows = Removal.objects.visible_to(request.user).select_related("board", "case")
    removal, form = get_object_or_404(rows, pk=pk, item=None), ReasonForm(request.POST)
    case = Case.objects.visible_to(request.user).filter(pk=removal.case_id).first()
    back = redirect(removal.board or case or "billboards:removal-list")
    if not form.is_valid():
        messages.error(request, "请写明作废的理由。")
        return back
    try:
        removals.void_removal(removal, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, f"{removal.removed_on}“{removal.what}”：已作废拆除登记，不再计数。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return back


@require_POST
@VIEW
def board_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    if not (request.user.has_perm(Perms.KEEP_BOARDS) or request.user.has_perm(Perms.INSPECT_BOARD)):
        raise PermissionDenied
    board, form = visible_board(request, pk), BoardPhotoForm(request.POST, request.FILES)
    if not can_add_board_photo(request.user, board):
        messages.info(request, f"{board.code}{board.standing_words}，不能再加照片。")
        return redirect(board)
    return add_photo(request, board, form, lambda: form.store(board, by=request.user), page=board_page)


@require_GET
@VIEW
def board_photo(request: HttpRequest, pk: int, photo_pk: int) -> FileResponse:
    board = visible_board(request, pk)
    photo = get_object_or_404(board.photos, pk=photo_pk)
    return send_file(photo.file, f"{board.code}-{photo.pk}", inline=True)


@require_GET
@VIEW
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """What the code on a plate opens, after signing in: the board, for those who may see it."""
    return redirect(get_object_or_404(Board.objects.visible_to(request.user), token=token))


@require_GET
@VIEW
def nearby(request: HttpRequest) -> HttpResponse:
    """Boards around a position, for the census on the phone."""
    found = near(Board.objects.visible_to(request.user), request.GET)
    return render(request, "billboards/_nearby.html", {"boards": found})
