"""Filters of one's messages, and of the mail on its way out."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from staff.enums import MailState
from staff.models import Mail, Message


class MessageFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索内容", field_name="text", lookup_expr="contains")
    read = django_filters.ChoiceFilter(label="状态", choices=[("no", "未读"), ("yes", "已读")], method="by_read")

    class Meta:
        model = Message
        fields = ["q"]

    def by_read(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        return rows.filter(read_at__isnull=value == "no")


class MailFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索收件人、邮箱", method="search")
    state = django_filters.ChoiceFilter(label="状态", choices=MailState.choices)

    class Meta:
        model = Mail
        fields = ["q"]

    def search(self, rows: QuerySet[Mail], name: str, value: str) -> QuerySet[Mail]:
        text = value.strip()
        return rows.filter(Q(recipient__display_name__contains=text) | Q(address__icontains=text))
