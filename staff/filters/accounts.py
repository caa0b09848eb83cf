"""Filters of the list of accounts."""

from __future__ import annotations

import django_filters
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet

from staff.models import Unit, User


class AccountFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索工号、姓名", method="search")
    role = django_filters.ModelChoiceFilter(
        label="角色", field_name="groups", queryset=Group.objects.order_by("name"), to_field_name="name"
    )
    unit = django_filters.ModelChoiceFilter(label="所属单位", queryset=Unit.objects.all())
    active = django_filters.BooleanFilter(label="在用", field_name="is_active")
    locked = django_filters.BooleanFilter(label="锁定", field_name="locked")

    class Meta:
        model = User
        fields = ["q"]

    def search(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        text = value.strip()
        return rows.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
