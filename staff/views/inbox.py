"""The bell and the messages behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from config.tables import Column, Table, render_table
from staff.models import Message


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    count = Message.objects.visible_to(request.user).unread().count()
    return render(request, "components/bell.html", {"unread": count})


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    table = Table(
        columns=[
            Column("text", "消息", template="staff/_message_cell.html", phone="primary"),
            Column("created_at", "时间", sort="created_at", phone="secondary"),
        ],
        rows=Message.objects.visible_to(request.user),
        request=request,
        empty="没有消息。交办、到期提醒和任务结果会出现在这里。",
    )
    return render_table(request, "staff/inbox.html", {"table": table})


@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read and go where the message points."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    if message.read_at is None:
        message.read_at = timezone.now()
        message.save(update_fields=["read_at"])
    safe = message.url and url_has_allowed_host_and_scheme(message.url, allowed_hosts=None)
    return redirect(message.url if safe else "staff:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    Message.objects.visible_to(request.user).unread().update(read_at=timezone.now())
    return redirect("staff:inbox")
