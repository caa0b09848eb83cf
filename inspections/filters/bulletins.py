"""Filters of bulletins and of what they brought; the figures' addresses use the same parameters."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from config.inputs import MONTH
from inspections.enums import BulletinState
from inspections.models import Bulletin, BulletinLine
from staff.models import RankingGroup

MONEY_CHOICES = [("rewarded", "奖励"), ("deducted", "扣减考评资金")]


class BulletinFilter(django_filters.FilterSet):
    month_from = django_filters.CharFilter(label="月份从", field_name="month", lookup_expr="gte", widget=MONTH)
    month_to = django_filters.CharFilter(label="到", field_name="month", lookup_expr="lte", widget=MONTH)
    state = django_filters.ChoiceFilter(label="状态", choices=BulletinState.choices)

    class Meta:
        model = Bulletin
        fields = ["state"]


class OutcomeFilter(django_filters.FilterSet):
    month_from = django_filters.CharFilter(
        label="月份从", field_name="bulletin__month", lookup_expr="gte", widget=MONTH
    )
    month_to = django_filters.CharFilter(label="到", field_name="bulletin__month", lookup_expr="lte", widget=MONTH)
    group = django_filters.ChoiceFilter(label="排名组", choices=[c for c in RankingGroup.choices if c[0]])
    money = django_filters.ChoiceFilter(label="奖惩", choices=MONEY_CHOICES, method="by_money")

    class Meta:
        model = BulletinLine
        fields = ["group"]

    def by_money(self, rows: QuerySet[BulletinLine], name: str, value: str) -> QuerySet[BulletinLine]:
        return rows.filter(money__gt=0) if value == "rewarded" else rows.filter(money__lt=0)
