"""Accounts, for administrators: list, one account, new, corrected, and one short function for each action."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.identity import mask_phone
from config.tables import Column, Table, render_table
from staff.exports import ListExport, register_export
from staff.filters.accounts import AccountFilter
from staff.forms.accounts import (
    DeputyshipForm,
    EditAccountForm,
    NewAccountForm,
    ReasonForm,
    RolesForm,
    SeenForm,
)
from staff.models import Activity, Deputyship, User
from staff.permissions import Perms
from staff.refusals import Refused
from staff.workflow import accounts as workflow
from staff.workflow.second_factor import reset_second_factor

MANAGE = permission_required(Perms.MANAGE_ACCOUNTS, raise_exception=True)
SHOWN_ACTIVITIES = 50
DIALOGS = {
    "disable": ReasonForm,
    "enable": ReasonForm,
    "reset": SeenForm,
    "unlock": SeenForm,
    "second_factor": SeenForm,
    "deputise": DeputyshipForm,
}


def visible_accounts(user: User) -> QuerySet[User]:
    """Administrators see all accounts, others none."""
    rows = User.objects.visible_to(user).select_related("unit").prefetch_related("groups")
    return workflow.with_lock_state(rows)


def account_address(user: User) -> str:
    return reverse("staff:user-detail", args=[user.pk])


def state_of(user: Any) -> str:
    return "停用" if not user.is_active else "锁定" if user.locked else "在用"


def account_columns() -> list[Column]:
    return [
        Column("username", "工号", sort="username", phone="primary"),
        Column("display_name", "姓名", sort="display_name", phone="primary"),
        Column("unit", "所属单位", value="unit.name", sort="unit__order", phone="secondary"),
        Column("roles", "角色", value=lambda user: "、".join(workflow.role_names(user)), phone="secondary"),
        Column("phone", "手机号", value=lambda user: mask_phone(user.phone), phone="hidden"),
        Column("state", "状态", value=state_of, template="staff/_user_state_cell.html", phone="secondary"),
        Column("last_login", "最近登录", sort="last_login", phone="hidden"),
    ]


def account_table(request: HttpRequest) -> Table:
    if not request.user.has_perm(Perms.MANAGE_ACCOUNTS):
        raise PermissionDenied
    filters = AccountFilter(request.GET, queryset=visible_accounts(request.user))
    return Table(
        columns=account_columns(),
        rows=filters.qs,
        request=request,
        name="accounts",
        caption="账号",
        default_sort="username",
        row_url=account_address,
        row_tone=lambda user: "" if user.is_active else "muted",
        filters=filters,
        export_url=reverse("staff:export", args=[ACCOUNT_EXPORT.key]),
        empty="还没有账号。",
        empty_action=("新建账号", reverse("staff:user-create")),
    )


ACCOUNT_EXPORT = register_export(ListExport("staff.accounts", "账号", account_table))


@require_GET
@MANAGE
def user_list(request: HttpRequest) -> HttpResponse:
    return render_table(request, "staff/user_list.html", {"table": account_table(request)})


def visible_account(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(visible_accounts(request.user), pk=pk)


def detail_context(account: Any, by: User, **refused: Any) -> dict[str, Any]:
    """`refused`: a dialog's form that came back, under the dialog's name."""
    today = timezone.localdate()
    made = {name: form(account=account, auto_id=f"{name}_%s") for name, form in DIALOGS.items()}
    return {
        "account": account,
        "own": account.pk == by.pk,
        "refusal": "",
        "phone": mask_phone(account.phone),
        "state": state_of(account),
        "roles": workflow.role_names(account),
        "given": account.deputyships_given.filter(end__gte=today).select_related("principal", "deputy"),
        "held": account.deputyships_held.filter(end__gte=today).select_related("principal", "deputy"),
        "activities": Activity.objects.about(account)[:SHOWN_ACTIVITIES],
        "dialogs": made | refused,
    }


@require_GET
@MANAGE
def user_detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = detail_context(visible_account(request, pk), request.user)
    return render(request, "staff/user_detail.html", context)


@sensitive_variables("password")
def show_password(request: HttpRequest, account: User, password: str) -> HttpResponse:
    """The answer to the POST itself: the password is in this page alone, not in session, message, address or log."""
    response = render(request, "staff/user_password.html", {"account": account, "password": password})
    response["Cache-Control"] = "no-store"
    return response


@never_cache
@sensitive_variables("password")
@require_http_methods(["GET", "POST"])
@MANAGE
def user_create(request: HttpRequest) -> HttpResponse:
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account, password = workflow.create_account(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return show_password(request, account, password)
    status = 422 if form.errors else 200
    return render(request, "staff/user_form.html", {"form": form, "account": None, "title": "新建账号"}, status=status)


@require_http_methods(["GET", "POST"])
@MANAGE
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    account = visible_account(request, pk)
    form = EditAccountForm(request.POST or None, instance=User.objects.get(pk=account.pk))
    if request.method == "POST" and form.is_valid():
        try:
            workflow.edit_account(account, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "账号已保存。")
            return redirect(account_address(account))
    status = 422 if form.errors else 200
    context = {"form": form, "account": account, "title": f"修改 {account.username}"}
    return render(request, "staff/user_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@MANAGE
def user_roles(request: HttpRequest, pk: int) -> HttpResponse:
    account = visible_account(request, pk)
    form = RolesForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            workflow.set_roles(account, data["roles"], by=request.user, seen=data["seen"])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "角色已保存，下一次打开页面即生效。")
            return redirect(account_address(account))
    status = 422 if form.errors else 200
    context = {"form": form, "account": account, "title": f"设置 {account.username} 的角色"}
    return render(request, "staff/user_form.html", context, status=status)


def act(request: HttpRequest, pk: int, dialog: str, door: Callable[..., Any]) -> tuple[Any, Any]:
    """(what the door answered, None), or (None, the page with the refusal and everything typed)."""
    account = visible_account(request, pk)
    form = DIALOGS[dialog](request.POST, account=account, auto_id=f"{dialog}_%s")
    if form.is_valid():
        try:
            return door(account, form), None
        except Refused as refusal:
            form.refuse(refusal)
    context = detail_context(visible_account(request, pk), request.user, **{dialog: form})
    context["refusal"] = " ".join(str(error) for error in form.non_field_errors())
    return None, render(request, "staff/user_detail.html", context, status=422)


def by_form(door: Callable[..., Any], by: User, account: User, form: Any) -> Any:
    return door(account, by=by, **form.cleaned_data)


def plain_action(request: HttpRequest, pk: int, dialog: str, door: Callable[..., Any], words: str) -> HttpResponse:
    done, refused = act(request, pk, dialog, partial(by_form, door, request.user))
    if done is None:
        return refused
    messages.success(request, words)
    return redirect("staff:user-detail", pk=pk)


@require_POST
@MANAGE
def user_disable(request: HttpRequest, pk: int) -> HttpResponse:
    words = "账号已停用，打开着的页面下一次操作即退出。"
    return plain_action(request, pk, "disable", workflow.disable_account, words)


@require_POST
@MANAGE
def user_enable(request: HttpRequest, pk: int) -> HttpResponse:
    return plain_action(request, pk, "enable", workflow.enable_account, "账号已启用。")


@require_POST
@MANAGE
def user_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    return plain_action(request, pk, "unlock", workflow.unlock_account, "已解除锁定，可以重新登录。")


@require_POST
@MANAGE
def user_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    words = "动态验证码已重置，本人下次打开页面时须重新绑定或改用密码登录。"
    return plain_action(request, pk, "second_factor", reset_second_factor, words)


@never_cache
@sensitive_variables("done", "password")
@require_POST
@MANAGE
def user_reset(request: HttpRequest, pk: int) -> HttpResponse:
    done, refused = act(request, pk, "reset", partial(by_form, workflow.reset_password, request.user))
    if done is None:
        return refused
    account, password = done
    return show_password(request, account, password)


@require_POST
@MANAGE
def user_deputise(request: HttpRequest, pk: int) -> HttpResponse:
    def door(account: User, form: DeputyshipForm) -> Any:
        return workflow.give_deputyship(form.instance, by=request.user, seen=form.cleaned_data["seen"])

    done, refused = act(request, pk, "deputise", door)
    if done is None:
        return refused
    messages.success(request, f"代理关系已设置：{done}")
    return redirect("staff:user-detail", pk=pk)


@require_POST
@MANAGE
def user_deputy_end(request: HttpRequest, pk: int, deputyship_pk: int) -> HttpResponse:
    deputyship = get_object_or_404(Deputyship, Q(principal=pk) | Q(deputy=pk), pk=deputyship_pk)
    try:
        workflow.end_deputyship(deputyship, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "代理已结束。")
    return redirect("staff:user-detail", pk=pk)
