"""Login, logout, password, my page, standing in for somebody."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET, require_POST

from staff.forms.account import ActingForm, LoginForm, NewPasswordForm
from staff.middleware import ACTING_KEY
from staff.models import Activity, Verb

SHOWN_ACTIVITIES = 20


class Login(LoginView):
    template_name = "staff/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class Logout(LogoutView):
    pass


class PasswordChange(PasswordChangeView):
    template_name = "staff/password_change.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("staff:account")

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
