"""What a person wants mailed, and, for administrators, the mail that did not go out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.inputs import ticked_keys
from config.tables import BatchAction, Column, Table, render_table
from staff import mailing
from staff.filters.messages import MailFilter
from staff.forms.account import DeliveryForm
from staff.models import Mail
from staff.pages import store_or_show
from staff.permissions import Perms
from staff.workflow import mail as workflow

MANAGE = permission_required(Perms.MANAGE_ACCOUNTS, raise_exception=True)


@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest) -> HttpResponse:
    form = DeliveryForm(request.POST or None, instance=request.user)
    note = "" if mailing.configured() else "本系统还没有设置发信服务器，现在只有站内消息。"
    account = reverse("staff:account")
    return store_or_show(request, form, title="邮件和提要", back=("我的", account), to=account, note=note)


@require_GET
@MANAGE
def mail_list(request: HttpRequest) -> HttpResponse:
    filters = MailFilter(request.GET, queryset=Mail.objects.visible_to(request.user).select_related("recipient"))
    table = Table(
        columns=[
            Column("recipient", "收件人", phone="primary"),
            Column("address", "邮箱", phone="secondary"),
            Column("get_state_display", "状态", phone="primary"),
            Column("error", "没有发出的原因", phone="secondary"),
            Column("tries", "发送次数", align="end"),
            Column("created_at", "时间", sort="created_at", phone="secondary"),
            Column("sent_at", "发出时间"),
        ],
        rows=filters.qs,
        request=request,
        filters=filters,
        actions=[BatchAction(label="重新发送", url=reverse("staff:mail-again"))],
        empty="没有发件。有人选了“消息同时发到邮箱”或邮件提要后，这里列出每封是否发出。",
    )
    context = {"table": table, "configured": mailing.configured(), "server": settings.EMAIL_HOST}
    return render_table(request, "staff/mail_list.html", context)


@require_POST
@MANAGE
def mail_again(request: HttpRequest) -> HttpResponse:
    keys = ticked_keys(request.POST.getlist("pk"))
    count = workflow.send_again(Mail.objects.visible_to(request.user).filter(pk__in=keys), by=request.user)
    mailing.start_sending()
    messages.success(request, f"{count} 封重新排队发送。" if count else "选中的邮件没有要重新发送的。")
    return redirect("staff:mail-list")


@require_POST
@MANAGE
def mail_test(request: HttpRequest) -> HttpResponse:
    """A mail to oneself, to see whether the settings work."""
    written = mailing.write([request.user], "测试邮件", "收到这封邮件，说明发信设置可用。")
    if written:
        messages.success(request, f"测试邮件已排队，发往 {request.user.email}。发出没有，看下面的列表。")
    elif mailing.configured():
        messages.error(request, "请先在“我的—邮件和提要”里填写您自己的邮箱。")
    else:
        messages.error(request, "还没有设置发信服务器（环境变量 EMAIL_HOST）。")
    return redirect("staff:mail-list")
