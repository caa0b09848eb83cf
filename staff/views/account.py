"""Login, logout, password, my page, standing in for somebody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, RedirectURLMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from staff import passwords
from staff.forms.account import ActingForm, LoginForm, NewPasswordForm
from staff.middleware import ACTING_KEY, ENDED_KEY
from staff.models import Activity, Verb
from staff.views.second_factor import count_wrong, is_locked, turn_away

SHOWN_ACTIVITIES = 20


class Login(LoginView):
    template_name = "staff/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(ended=self.request.session.get(ENDED_KEY, ""), **kwargs)


class Logout(LogoutView):
    pass


class PasswordChange(RedirectURLMixin, PasswordChangeView):
    template_name = "staff/password_change.html"
    form_class = NewPasswordForm
    next_page = "staff:account"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        age = passwords.profile().max_age
        expired = age.days if age and passwords.is_expired(self.request.user) else 0
        return super().get_context_data(expired=expired, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_locked(request, request.user):
            return turn_away(request, request.user)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: NewPasswordForm) -> HttpResponse:
        """Who guesses at the old password locks the account as at the door."""
        user = self.request.user
        if form.has_error("old_password", "password_incorrect") and count_wrong(self.request, user, "原密码"):
            return turn_away(self.request, user)
        return super().form_invalid(form)

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        Activity.record(Verb.PASSWORD, self.request.user, by=self.request.user)
        messages.success(self.request, "密码已修改，下次登录请用新密码。")
        return response


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    user = request.user
    context = {
        "acting_form": ActingForm(user=user),
        "roles": user.groups.order_by("name"),
        "activities": Activity.objects.filter(actor=user).select_related("actor", "principal")[:SHOWN_ACTIVITIES],
        "open_jobs": user.jobs.all()[:5],
        "second_factor_offered": settings.SECOND_FACTOR != "off",
    }
    return render(request, "staff/account.html", context)


@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    form = ActingForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, "这个代理关系不在有效期内，请联系办公室。")
        return redirect("staff:account")
    deputyship = form.cleaned_data["deputyship"]
    if deputyship is None:
        request.session.pop(ACTING_KEY, None)
        messages.success(request, "已回到本人身份。")
    else:
        request.session[ACTING_KEY] = deputyship.pk
        Activity.record(Verb.DEPUTY, deputyship, by=request.user, title=str(deputyship))
        messages.success(request, f"现在代{deputyship.principal}办理，日志会同时记下两人。")
    return redirect("staff:account")
