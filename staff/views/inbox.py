"""The bell and the messages behind it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from config.inputs import ticked_keys
from config.tables import BatchAction, Column, Table, render_table
from staff.filters.messages import MessageFilter
from staff.models import Message
from staff.models.messages import MessageQuerySet
from staff.workflow.messages import mark_read, mark_unread


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    count = Message.objects.visible_to(request.user).unread().count()
    return render(request, "components/bell.html", {"unread": count})


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    own = Message.objects.visible_to(request.user)
    filters = MessageFilter(request.GET, queryset=own)
    table = Table(
        columns=[
            Column("text", "消息", template="staff/_message_cell.html", phone="primary"),
            Column("created_at", "时间", sort="created_at", phone="secondary"),
        ],
        rows=filters.qs,
        request=request,
        filters=filters,
        default_sort="-created_at",
        row_tone=lambda message: "" if message.read_at is None else "muted",
        actions=[
            BatchAction(label="标为已读", url=reverse("staff:read-some")),
            BatchAction(label="标为未读", url=reverse("staff:unread-some")),
        ],
        empty="没有消息。交办、到期提醒和任务结果会出现在这里。",
    )
    return render_table(request, "staff/inbox.html", {"table": table, "unread": own.unread().count()})


@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read and go where the message points."""
    own = Message.objects.visible_to(request.user)
    message = get_object_or_404(own, pk=pk)
    mark_read(own.filter(pk=pk), by=request.user)
    safe = message.url and url_has_allowed_host_and_scheme(message.url, allowed_hosts=None)
    return redirect(message.url if safe else "staff:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    mark_read(Message.objects.visible_to(request.user), by=request.user)
    return redirect("staff:inbox")


def selected(request: HttpRequest) -> MessageQuerySet:
    return Message.objects.visible_to(request.user).filter(pk__in=ticked_keys(request.POST.getlist("pk")))


@require_POST
def read_some(request: HttpRequest) -> HttpResponse:
    count = mark_read(selected(request), by=request.user)
    messages.success(request, f"{count} 条已标为已读。")
    return redirect("staff:inbox")


@require_POST
def unread_some(request: HttpRequest) -> HttpResponse:
    count = mark_unread(selected(request), by=request.user)
    messages.success(request, f"{count} 条已标为未读。")
    return redirect("staff:inbox")
