"""Grids and posts: lists, one grid's page, its notice as PDF, keeping them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.display import date_cn
from config.tables import Column, Table, render_table
from fireworks.documents import GridNotice
from fireworks.filters.duty import GridFilter, PostFilter
from fireworks.forms.grids import GridForm, PostForm, RetireForm
from fireworks.models import Grid, Post
from fireworks.views.access import PLAN, VIEW
from fireworks.workflow import grids
from staff.exports import ListExport, register_export
from staff.models import Activity
from staff.pages import pdf_answer, sheet_of, store_or_show
from staff.permissions import Perms
from staff.refusals import Refused, show_refusal

GRID_COLUMNS = [
    Column("code", "编号", sort="code", phone="secondary"),
    Column("name", "网格", sort="name", phone="primary"),
    Column("community", "所属社区", value="community.label", sort=("community__order", "code"), phone="secondary"),
    Column("head", "网格长", sort="head", phone="secondary"),
    Column("masked_phone", "网格长电话", phone="secondary"),
    Column("posts", "岗位", value="post_count", sort="post_count", unit="个", phone="secondary"),
    Column("outlined", "有范围", value=lambda row: bool(row.outline), phone="hidden", optional=True),
    Column("valid_from", "启用日期", sort="valid_from", phone="hidden"),
    Column("valid_to", "停用日期", sort="valid_to", phone="hidden"),
]


def grid_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    rows = Grid.objects.visible_to(user).select_related("community").annotate(post_count=Count("posts", distinct=True))
    filters = GridFilter(request.GET, queryset=rows, request=request)
    return Table(
        columns=GRID_COLUMNS,
        rows=filters.qs,
        request=request,
        name="fireworks-grids",
        caption="禁炮网格",
        default_sort="code",
        row_url=lambda row: row.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[GRID_EXPORT.key]),
        empty="还没有网格。每个社区至少划一个网格，落实定人、定岗、定责。",
        empty_action=("登记网格", reverse("fireworks:grid-create")) if user.has_perm(Perms.PLAN_DUTY) else None,
    )


GRID_EXPORT = register_export(ListExport("fireworks.grids", "禁炮网格", grid_table))

POST_COLUMNS = [
    Column("name", "岗位", sort="name", phone="primary"),
    Column("grid", "网格", value="grid.name", sort=("grid__code", "pk"), phone="secondary"),
    Column("kind", "类别", value="get_kind_display", sort="kind", phone="secondary"),
    Column("minimum_staff", "最少人数", sort="minimum_staff", unit="人", phone="secondary"),
    Column("needs_certificate", "须有持证人员", phone="secondary"),
    Column("duties", "职责", phone="hidden"),
    Column("latitude", "纬度", phone="hidden", optional=True),
    Column("longitude", "经度", phone="hidden", optional=True),
    Column("valid_from", "启用日期", sort="valid_from", phone="hidden"),
    Column("valid_to", "停用日期", sort="valid_to", phone="hidden"),
]


def post_table(request: HttpRequest) -> Table:
    user = request.user
    if not user.has_perm(Perms.VIEW_FIREWORKS):
        raise PermissionDenied
    filters = PostFilter(request.GET, queryset=Post.objects.visible_to(user).select_related("grid"), request=request)
    return Table(
        columns=POST_COLUMNS,
        rows=filters.qs,
        request=request,
        name="fireworks-posts",
        caption="禁炮岗位",
        default_sort="grid",
        row_url=lambda row: row.get_absolute_url(),
        filters=filters,
        export_url=reverse("staff:export", args=[POST_EXPORT.key]),
        empty="还没有岗位。请到网格页面登记，或从表格导入。",
    )


POST_EXPORT = register_export(ListExport("fireworks.posts", "禁炮岗位", post_table))


@require_GET
@VIEW
def grid_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/grid_list.html", {"table": grid_table(request)})


@require_GET
@VIEW
def post_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "fireworks/post_list.html", {"table": post_table(request)})


def visible_grid(request: HttpRequest, pk: int) -> Grid:
    return get_object_or_404(Grid.objects.visible_to(request.user).select_related("community"), pk=pk)


@require_GET
@VIEW
def grid_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return grid_page(request, visible_grid(request, pk), RetireForm())


def grid_page(request: HttpRequest, grid: Grid, retire_form: RetireForm, status: int = 200) -> HttpResponse:
    can_plan = request.user.has_perm(Perms.PLAN_DUTY)
    context = {
        "grid": grid,
        "posts": grid.posts.all(),
        "people": grid.duty_people.filter(is_active=True),
        "can_plan": can_plan,
        "retire_form": retire_form if can_plan and grid.is_active else None,
        "activities": Activity.objects.about(grid)[:30],
    }
    return render(request, "fireworks/grid_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@PLAN
def grid_create(request: HttpRequest) -> HttpResponse:
    form = GridForm(request.POST or None)
    return store_or_show(request, form, title="登记网格", back=("禁炮网格", reverse("fireworks:grid-list")))


@require_http_methods(["GET", "POST"])
@PLAN
def grid_edit(request: HttpRequest, pk: int) -> HttpResponse:
    grid = visible_grid(request, pk)
    name, address = grid.name, grid.get_absolute_url()
    form = GridForm(request.POST or None, instance=grid)
    return store_or_show(request, form, title=f"修改{name}", back=(name, address))


@require_POST
@PLAN
def grid_retire(request: HttpRequest, pk: int) -> HttpResponse:
    grid, form = visible_grid(request, pk), RetireForm(request.POST)
    if form.is_valid():
        try:
            grids.retire_grid(grid, by=request.user, on=form.cleaned_data["on"])
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{grid}已停用，以前的值班记录保留。")
            return redirect("fireworks:grid-list")
    return grid_page(request, grid, form, 422)


@require_POST
@PLAN
def grid_restore(request: HttpRequest, pk: int) -> HttpResponse:
    grid = visible_grid(request, pk)
    try:
        grids.restore_grid(grid, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{grid}已恢复使用。")
    return redirect(grid)


@require_GET
@VIEW
def grid_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    notice = GridNotice.of(visible_grid(request, pk), timezone.localdate())
    context = {"notice": notice, "sheet": sheet_of(notice.title, date_cn(notice.on), request.user)}
    return pdf_answer(request, "fireworks/pdf/grid_notice.html", context, notice.title)


@require_http_methods(["GET", "POST"])
@PLAN
def post_create(request: HttpRequest, pk: int) -> HttpResponse:
    grid = visible_grid(request, pk)
    form = PostForm(request.POST or None, instance=Post(grid=grid))
    return store_or_show(request, form, title="登记岗位", back=(grid.name, grid.get_absolute_url()))


@require_http_methods(["GET", "POST"])
@PLAN
def post_edit(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible_to(request.user).select_related("grid"), pk=pk)
    title = f"修改{post}"
    form = PostForm(request.POST or None, instance=post)
    return store_or_show(request, form, title=title, back=(post.grid.name, post.grid.get_absolute_url()))
