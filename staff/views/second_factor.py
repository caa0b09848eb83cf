"""The one-time code at the door, binding a phone, recovery codes. What is shown once is the answer to the POST itself."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, user_login_failed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods
from django_otp import login as remember_device
from django_otp.plugins.otp_totp.models import default_key

from config.codes import qr_svg
from staff.forms.second_factor import BindForm, CodeForm, PasswordAgain
from staff.models import Activity, User, Verb
from staff.refusals import Refused
from staff.second_factor import Demand, address_for_app, demand_of, key_in_groups
from staff.workflow.accounts import forget_wrong_attempts
from staff.workflow.second_factor import Answer, bind_phone, check_code, renew_recovery_codes

KEY = "second_factor_key"  # in the session, until the phone has shown that it has it
FEW_LEFT = 3


def next_page(request: HttpRequest) -> str:
    asked = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else resolve_url(settings.LOGIN_REDIRECT_URL)


def credentials_of(user: User) -> dict[str, str]:
    return {"username": user.get_username()}


def is_locked(request: HttpRequest, user: User) -> bool:
    """Whether wrong passwords or codes, here or elsewhere, have locked the account; the answer is then made by django-axes."""
    return not AxesProxyHandler.is_allowed(request, credentials_of(user))


def count_wrong(request: HttpRequest, user: User, what: str) -> bool:
    """Log a wrong code or password and count it. Whether it was the one that locks."""
    user_login_failed.send(__name__, credentials=credentials_of(user), request=request, known=user, what=what)
    return getattr(request, "axes_locked_out", False)


def turn_away(request: HttpRequest, user: User) -> HttpResponse:
    request.axes_locked_out, request.axes_credentials = True, credentials_of(user)  # type: ignore[attr-defined]
    logout(request)
    return redirect("staff:login")  # django-axes puts the lock's page in its place


@never_cache
@sensitive_post_parameters("code")
@sensitive_variables("code")
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    user, recovery = request.user, "recovery" in request.GET
    if demand_of(user, verified=user.is_verified()) is not Demand.CODE:
        return redirect(next_page(request))
    if is_locked(request, user):
        return turn_away(request, user)
    form = CodeForm(request.POST or None, recovery=recovery)
    if request.method == "POST" and form.is_valid():
        answer = check_code(user, form.cleaned_data["code"])
        if answer.device is not None:
            return let_in(request, user, answer)
        if answer.wait:
            form.add_error("code", f"刚才输错了，请等 {answer.wait} 秒再试。")
        elif count_wrong(request, user, "动态验证码"):
            return turn_away(request, user)
        else:
            form.add_error("code", "验证码不对，或者已经用过。请等手机换成下一个再输；连续输错 5 次将锁定 15 分钟。")
    query = request.GET.copy()
    query.pop("recovery", None)
    other = query.urlencode() if recovery else "&".join(filter(None, (query.urlencode(), "recovery=1")))
    context = {"form": form, "recovery": recovery, "other_way": f"{request.path}?{other}"}
    return render(request, "staff/second_factor.html", context, status=422 if form.errors else 200)


def let_in(request: HttpRequest, user: User, answer: Answer) -> HttpResponse:
    """The login is complete: a new session id, wrong attempts forgotten, the one row in the log."""
    remember_device(request, answer.device)
    request.session.cycle_key()
    forget_wrong_attempts(user)
    if answer.left is None:
        Activity.record(Verb.LOGIN, user, by=user, note="密码和动态验证码")
    else:
        Activity.record(Verb.LOGIN, user, by=user, note=f"密码和备用验证码，备用验证码还剩 {answer.left} 个")
        tell = messages.warning if answer.left <= FEW_LEFT else messages.success
        tell(request, f"已用备用验证码登录，还剩 {answer.left} 个。可在“我的”里重做备用验证码、更换手机。")
    return redirect(next_page(request))


@never_cache
@sensitive_post_parameters("code", "password")
@sensitive_variables("key", "codes")
@require_http_methods(["GET", "POST"])
def bind(request: HttpRequest) -> HttpResponse:
    """Scan, confirm with a code; recovery codes are the answer. Whoever has a phone gets here only with a code of it."""
    user = request.user
    if settings.SECOND_FACTOR == "off":
        raise Http404
    demanded = demand_of(user, verified=user.is_verified()) is Demand.BINDING
    if is_locked(request, user):
        return turn_away(request, user)
    key = request.session.setdefault(KEY, default_key())
    form = BindForm(request.POST or None, user=user, fresh=demanded)
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = bind_phone(user, key, form.cleaned_data["code"])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            del request.session[KEY]
            remember_device(request, device)
            request.session.cycle_key()
            return show_codes(request, codes, "已绑定手机")
    if form.wrong_password and count_wrong(request, user, "登录密码"):
        return turn_away(request, user)
    address = address_for_app(user, key)
    context = {
        "form": form,
        "app_address": address,
        "qr": qr_svg(address, scale=5, label="用手机验证器扫描的二维码"),
        "key": key_in_groups(key),
        "replacing": user.second_factor_since is not None,
        "demanded": demanded,
    }
    return render(request, "staff/second_factor_bind.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
@sensitive_variables("codes")
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes instead of the old ones."""
    user = request.user
    if settings.SECOND_FACTOR == "off":
        raise Http404
    if is_locked(request, user):
        return turn_away(request, user)
    form = PasswordAgain(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            return show_codes(request, renew_recovery_codes(user), "备用验证码已重做")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    if form.wrong_password and count_wrong(request, user, "登录密码"):
        return turn_away(request, user)
    return render(request, "staff/second_factor_renew.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_variables("codes")
def show_codes(request: HttpRequest, codes: list[str], title: str) -> HttpResponse:
    """In this page alone: not in session, message, address or log."""
    context = {"codes": codes, "title": title, "next": next_page(request)}
    return render(request, "staff/recovery_codes.html", context)
