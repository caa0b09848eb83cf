"""Filter of the list of applications; the figures' addresses use the same parameters."""

from __future__ import annotations

from datetime import date, timedelta

import django_filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from config.inputs import DATE
from permits.enums import PermitState
from permits.models import Application, PermitItem, ProcedureFlaw, Rectification, Road, Segment
from staff.filters.records import of_batch

GROUPS = {
    "window": PermitState.AT_WINDOW,
    "deciding": PermitState.DECIDING,
    "site": PermitState.ON_SITE,
    "open": tuple(state for state in PermitState.values if state not in PermitState.FINAL),
    "done": PermitState.FINAL,
}
STATES = [
    *PermitState.choices, ("window", "在窗口"), ("deciding", "受理未决定"), ("site", "发证未验收"), ("open", "全部在办"),
    ("done", "全部办结"),
]  # fmt: skip


class ApplicationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编号、申请人、地点", method="search")
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="by_state")
    item = django_filters.ModelChoiceFilter(
        label="事项", field_name="item__item", queryset=lambda request: PermitItem.objects.all()
    )
    received_from = django_filters.DateFilter(
        label="收件日期从", field_name="received_on", lookup_expr="gte", widget=DATE
    )
    received_to = django_filters.DateFilter(label="到", field_name="received_on", lookup_expr="lte", widget=DATE)
    accepted_from = django_filters.DateFilter(
        label="受理日期从", field_name="accepted_on", lookup_expr="gte", widget=DATE
    )
    accepted_to = django_filters.DateFilter(label="到", field_name="accepted_on", lookup_expr="lte", widget=DATE)
    decided_from = django_filters.DateFilter(
        label="决定日期从", field_name="decided_on", lookup_expr="gte", widget=DATE
    )
    decided_to = django_filters.DateFilter(label="到", field_name="decided_on", lookup_expr="lte", widget=DATE)
    granted = django_filters.BooleanFilter(label="准予")
    road = django_filters.ModelChoiceFilter(label="道路", queryset=lambda request: Road.objects.all(), method="by_road")
    late = django_filters.ChoiceFilter(
        label="时限", choices=[("legal", "超法定期限"), ("promised", "超承诺期限"), ("pay", "超缴费期限"), ("order", "超改正期限")],
        method="by_lateness",
    )  # fmt: skip
    flawed = django_filters.BooleanFilter(label="有程序瑕疵", method="by_flaw")
    expiring = django_filters.NumberFilter(label="几天内到期", method="by_expiry", min_value=0, max_value=400)
    results_only = django_filters.BooleanFilter(label="只登记结果")
    mine = django_filters.BooleanFilter(label="我承办的", method="by_handler")
    batch = of_batch()

    class Meta:
        model = Application
        fields = ["q"]

    def search(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return rows.filter(matching(value.strip()))

    def by_state(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return rows.filter(state__in=GROUPS.get(value, (value,)))

    def by_road(self, rows: QuerySet[Application], name: str, value: Road) -> QuerySet[Application]:
        return rows.filter(Exists(Segment.objects.filter(application=OuterRef("pk"), road=value)))

    def by_lateness(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        if value == "pay":
            return rows.filter(unpaid_past(timezone.localdate()))
        if value == "order":
            late = open_orders().filter(application=OuterRef("pk"), due_on__lt=timezone.localdate())
            return rows.filter(Exists(late))
        return rows.filter(past_law() if value == "legal" else past_promise())

    def by_flaw(self, rows: QuerySet[Application], name: str, value: bool) -> QuerySet[Application]:
        found = Exists(ProcedureFlaw.objects.filter(application=OuterRef("pk")))
        return rows.filter(found) if value else rows.exclude(found)

    def by_expiry(self, rows: QuerySet[Application], name: str, value: int) -> QuerySet[Application]:
        today = timezone.localdate()
        last = today + timedelta(days=int(value))
        return rows.filter(state__in=PermitState.VALID, ends_on__range=(today, last))

    def by_handler(self, rows: QuerySet[Application], name: str, value: bool) -> QuerySet[Application]:
        return rows.filter(handler=self.request.user) if value else rows.exclude(handler=self.request.user)


def matching(text: str) -> Q:
    """Number, applicant, code, place, licence, number of another platform."""
    return (
        Q(number__icontains=text) | Q(applicant_name__contains=text) | Q(location__contains=text)
        | Q(applicant_code=text.upper()) | Q(licence_number__icontains=text) | Q(external_number__icontains=text)
    )  # fmt: skip


def unpaid_past(today: date) -> Q:
    """Told to pay, and the day is over."""
    return Q(state=PermitState.FEE_DUE, pay_due__lt=today)


def open_orders() -> QuerySet[Rectification]:
    """Orders to put a site right that run: nobody has recorded it as done, and the site is still worked on.

    They run on while a change is decided.
    """
    running = (PermitState.RECTIFYING, PermitState.CHANGING)
    return Rectification.objects.filter(done_on=None, application__state__in=running)


def past_law() -> Q:
    """Decided after the day, or still undecided past it."""
    undecided = Q(decided_on=None, state__in=PermitState.DECIDING, decide_due__lt=timezone.localdate())
    return undecided | Q(decided_on__gt=F("decide_due"))


def past_promise() -> Q:
    """What was promised is the licence in hand, or the refusal: late is who had neither by the day, as the figure counts."""
    licence = Q(granted__isnull=False, granted=True)
    waiting = Q(decided_on=None, state__in=PermitState.DECIDING) | licence & Q(
        issued_on=None, state__in=(PermitState.GRANTED, PermitState.FEE_DUE), results_only=False
    )
    refused = Q(granted__isnull=False, granted=False, decided_on__gt=F("promised_due"))
    return waiting & Q(promised_due__lt=timezone.localdate()) | licence & Q(issued_on__gt=F("promised_due")) | refused
