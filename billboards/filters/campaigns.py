"""Filters of the lists of campaigns, their items and daily reports; the figures' addresses use the same parameters."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from billboards.enums.boards import BoardKind, Measure
from billboards.enums.campaigns import CampaignState, Disposition, ItemProblem, ItemState
from billboards.filters.boards import HIDDEN, streets
from billboards.models import Campaign, CampaignItem, DailyReport
from billboards.models.items import WENT_TO_CASE
from config.inputs import DATE
from staff.filters.records import of_batch

STATES = [
    *ItemState.choices,
    ("open", "未销号的全部"),
    ("to_do", "待处置的全部"),
    ("waiting", "待销号、暂缓"),
    ("review", "待销号（他人处置）"),
    ("overdue", "超过整改期限"),
    ("enforcement", "转立案、转执法程序"),
    ("all", "全部（含作废）"),
]
GROUPS = {
    "open": ItemState.OPEN,
    "to_do": ItemState.TO_DO,
    "waiting": ItemState.WAITING,
    "enforcement": (ItemState.IN_CASE, ItemState.IN_ENFORCEMENT),
}


class CampaignFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索名称", field_name="name", lookup_expr="contains")
    state = django_filters.ChoiceFilter(label="状态", choices=CampaignState.choices)
    begun = django_filters.BooleanFilter(label="已开始", method="by_begun")
    since = django_filters.DateFilter(label="期间从", field_name="end", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="start", lookup_expr="lte", widget=DATE)

    class Meta:
        model = Campaign
        fields = ["q"]

    def by_begun(self, rows: QuerySet[Campaign], name: str, value: bool) -> QuerySet[Campaign]:
        return rows.exclude(state=CampaignState.DRAFT) if value else rows.filter(state=CampaignState.DRAFT)


class ItemFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编号、对象、地点", method="search")
    campaign = django_filters.ModelChoiceFilter(label="专项", queryset=Campaign.objects.all())
    street = django_filters.ModelChoiceFilter(label="街道", queryset=streets)
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="未作废")
    problem = django_filters.ChoiceFilter(label="问题", choices=ItemProblem.choices)
    kind = django_filters.ChoiceFilter(label="类型", choices=BoardKind.choices)
    disposition = django_filters.ChoiceFilter(label="处置方式", choices=Disposition.choices)
    measure = django_filters.ChoiceFilter(label="计量", choices=Measure.choices)
    found_from = django_filters.DateFilter(label="摸底日期从", field_name="found_on", lookup_expr="gte", widget=DATE)
    found_to = django_filters.DateFilter(label="到", field_name="found_on", lookup_expr="lte", widget=DATE)
    notified_from = django_filters.DateFilter(
        label="告知日期从", field_name="notified_on", lookup_expr="gte", widget=DATE
    )
    notified_to = django_filters.DateFilter(label="到", field_name="notified_on", lookup_expr="lte", widget=DATE)
    settled_from = django_filters.DateFilter(
        label="销号日期从", field_name="settled_on", lookup_expr="gte", widget=DATE
    )
    settled_to = django_filters.DateFilter(label="到", field_name="settled_on", lookup_expr="lte", widget=DATE)
    cased = django_filters.BooleanFilter(label="转过立案", method="by_case", widget=HIDDEN)
    batch = of_batch()

    class Meta:
        model = CampaignItem
        fields = ["q"]

    def filter_queryset(self, queryset: QuerySet[CampaignItem]) -> QuerySet[CampaignItem]:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.exclude(state=ItemState.VOIDED)

    def search(self, rows: QuerySet[CampaignItem], name: str, value: str) -> QuerySet[CampaignItem]:
        text = value.strip()
        found = Q(number__startswith=text) | Q(name__contains=text) | Q(place__contains=text)
        return rows.filter(found | Q(party__contains=text))

    def by_state(self, rows: QuerySet[CampaignItem], name: str, value: str) -> QuerySet[CampaignItem]:
        if value == "overdue":
            return rows.filter(state__in=ItemState.TO_DO, due_on__lt=timezone.localdate())
        if value == "review":
            return rows.filter(state=ItemState.HANDLED).exclude(handled_by=self.request.user.pk)
        if value == "all":
            return rows
        return rows.filter(state__in=GROUPS[value]) if value in GROUPS else rows.filter(state=value)

    def by_case(self, rows: QuerySet[CampaignItem], name: str, value: bool) -> QuerySet[CampaignItem]:
        return rows.filter(WENT_TO_CASE) if value else rows.exclude(WENT_TO_CASE)


class DailyFilter(django_filters.FilterSet):
    campaign = django_filters.ModelChoiceFilter(label="专项", queryset=Campaign.objects.all())
    street = django_filters.ModelChoiceFilter(label="街道", queryset=streets)
    since = django_filters.DateFilter(label="日期从", field_name="day", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="day", lookup_expr="lte", widget=DATE)
    is_zero = django_filters.BooleanFilter(label="零报告")

    class Meta:
        model = DailyReport
        fields = ["campaign"]
