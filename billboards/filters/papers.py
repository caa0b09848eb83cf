"""Filters of papers, decisions, payments, refunds, surcharges and flaws; they own all reading of GET."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from billboards.documents import DOCUMENTS
from billboards.enums.cases import CaseState, DecisionKind
from billboards.models import (
    NO_VIOLATION,
    CaseFlaw,
    CorrectionOrder,
    Decision,
    Paper,
    Payment,
    Refund,
    SurchargeReckoning,
    violation_codes,
)
from billboards.reckoning import with_open_fines
from staff.filters.records import VoidableFilter, day_from, day_to, voided

SERVED_KINDS = [kind for kind, each in DOCUMENTS.items() if each.is_served]


class OfCaseFilter(django_filters.FilterSet):
    """`violation=none`: cases whose violation is not settled yet. A subclass names the path to the case."""

    case_path = "case"
    q = django_filters.CharFilter(label="搜索案件编号、当事人", method="search")
    violation = django_filters.ChoiceFilter(label="案由", choices=violation_codes, method="by_violation")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What hangs on a voided case is no longer counted."""
        return super().filter_queryset(queryset).exclude(**{f"{self.case_path}__state": CaseState.VOIDED})

    def by_violation(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        path = f"{self.case_path}__violation"
        return rows.filter(**{path: None}) if value == NO_VIOLATION else rows.filter(**{f"{path}__code": value})

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        text, path = value.strip(), self.case_path
        number, party = {f"{path}__number__contains": text}, {f"{path}__party_name__contains": text}
        return rows.filter(Q(**number) | Q(**party))


class PaperFilter(OfCaseFilter):
    kind = django_filters.ChoiceFilter(label="文书", choices=[(k, each.title) for k, each in DOCUMENTS.items()])
    served_since = day_from("served_on", "送达日期")
    served_until = day_to("served_on")
    standing = django_filters.ChoiceFilter(
        label="状态",
        choices=[("draft", "拟稿"), ("issued", "已出文"), ("served", "已送达"), ("unserved", "已出文未送达"), ("voided", "已作废")],
        method="by_standing",
        empty_label="未作废",
    )  # fmt: skip

    class Meta:
        model = Paper
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("standing") == "voided" else rows.filter(voided_at=None)

    def by_standing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        issued = Q(signed_at__isnull=False) | ~Q(outside_number="")
        match value:
            case "draft":
                return rows.exclude(issued)
            case "issued":
                return rows.filter(issued)
            case "served":
                return rows.filter(issued, served_on__isnull=False)
            case "unserved":
                return rows.filter(issued, served_on=None, kind__in=SERVED_KINDS)
        return rows.exclude(voided_at=None)


class OrderFilter(OfCaseFilter):
    since = day_from("issued_on", "出文日期")
    until = day_to("issued_on")
    served_since = day_from("served_on", "送达日期")
    served_until = day_to("served_on")

    class Meta:
        model = CorrectionOrder
        fields: list[str] = []


class DecisionFilter(OfCaseFilter):
    kind = django_filters.MultipleChoiceFilter(label="决定种类", choices=DecisionKind.choices)
    since = day_from("issued_on", "出文日期")
    until = day_to("issued_on")
    fined = django_filters.BooleanFilter(label="有罚款", method="by_fined")
    standing = django_filters.BooleanFilter(label="决定没有被撤销", method="by_standing")
    overpaid = django_filters.BooleanFilter(label="罚款多缴待退还", method="by_overpaid")

    class Meta:
        model = Decision
        fields: list[str] = []

    def by_fined(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(amount__gt=0) if value else rows.filter(amount=0)

    def by_standing(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """As it was at the end of the days asked for; those that stand with what is unpaid of them."""
        end = self.form.cleaned_data.get("until")
        standing = rows.standing(end)
        return with_open_fines(standing, end) if value else rows.exclude(pk__in=standing.values("pk"))

    def by_overpaid(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        end = self.form.cleaned_data.get("until")
        standing = Decision.objects.fining().standing(end)
        over = with_open_fines(standing, end).filter(fine_excess__gt=0).values("pk")
        return rows.filter(pk__in=over) if value else rows.exclude(pk__in=over)


class PaymentFilter(OfCaseFilter, VoidableFilter):
    kind = django_filters.ChoiceFilter(label="款项", choices=Payment.For.choices)
    channel = django_filters.ChoiceFilter(label="缴款方式", choices=Payment.Channel.choices)
    since = day_from("paid_on", "缴款日期")
    until = day_to("paid_on")
    standing = django_filters.BooleanFilter(label="罚款决定没有被撤销", method="by_standing")
    voided = voided()

    class Meta:
        model = Payment
        fields: list[str] = []

    def by_standing(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        standing = rows.of_standing_fines(self.form.cleaned_data.get("until"))
        return standing if value else rows.exclude(pk__in=standing.values("pk"))


class RefundFilter(OfCaseFilter, VoidableFilter):
    case_path = "payment__case"
    kind = django_filters.ChoiceFilter(label="款项", field_name="payment__kind", choices=Payment.For.choices)
    since = day_from("refunded_on", "退还日期")
    until = day_to("refunded_on")
    standing = django_filters.BooleanFilter(label="罚款决定没有被撤销", method="by_standing")
    voided = voided()

    class Meta:
        model = Refund
        fields: list[str] = []

    def by_standing(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        standing = rows.of_standing_fines(self.form.cleaned_data.get("until"))
        return standing if value else rows.exclude(pk__in=standing.values("pk"))


class SurchargeFilter(OfCaseFilter):
    since = day_from("computed_to", "计算截止")
    until = day_to("computed_to")
    latest = django_filters.BooleanFilter(label="只看每案最后一次", method="by_latest")

    class Meta:
        model = SurchargeReckoning
        fields: list[str] = []

    def by_latest(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        if not value:
            return rows
        end = self.form.cleaned_data.get("until")
        return rows.latest_of_each_case(end)


class FlawFilter(OfCaseFilter):
    since = day_from("happened_on", "发生日期")
    until = day_to("happened_on")

    class Meta:
        model = CaseFlaw
        fields: list[str] = []
