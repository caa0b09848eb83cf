"""Filters of assessments and payments; they own all reading of GET."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from config.inputs import DATE
from permits.kinds import ChargeKind
from permits.models import FeeAssessment, FeePayment
from permits.models.charges import FeeAssessmentQuerySet

PAID = (("open", "未缴清"), ("paid", "已缴清"), ("exempt", "有减免"), ("refunding", "退费未到账"))


class AssessmentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编号、申请人", method="by_words")
    kind = django_filters.ChoiceFilter(label="费种", choices=ChargeKind.choices)
    standing = django_filters.ChoiceFilter(label="缴费", choices=PAID, method="by_standing")
    fees = django_filters.BooleanFilter(label="计入应收费用", method="only_fees")
    after = django_filters.DateFilter(label="核定日期从", field_name="frozen_at__date", lookup_expr="gte", widget=DATE)
    before = django_filters.DateFilter(label="到", field_name="frozen_at__date", lookup_expr="lte", widget=DATE)

    class Meta:
        model = FeeAssessment
        fields = ["q", "kind", "standing", "fees", "after", "before"]

    def by_words(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(application__number__contains=value) | Q(application__applicant_name__contains=value))

    def only_fees(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        return rows.filter(voided_at=None).exclude(kind=ChargeKind.DEPOSIT) if value else rows

    def by_standing(self, rows: FeeAssessmentQuerySet, name: str, value: str) -> QuerySet:
        if value == "refunding":
            return rows.refunding()
        if value == "exempt":
            return rows.filter(exempted__gt=0)
        return rows.filter(open_sum__gt=0) if value == "open" else rows.filter(open_sum__lte=0)


class PaymentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索编号、申请人、票据", method="by_words")
    kind = django_filters.ChoiceFilter(label="费种", field_name="assessment__kind", choices=ChargeKind.choices)
    after = django_filters.DateFilter(label="缴费日期从", field_name="paid_on", lookup_expr="gte", widget=DATE)
    before = django_filters.DateFilter(label="到", field_name="paid_on", lookup_expr="lte", widget=DATE)
    fees = django_filters.BooleanFilter(label="计入应收费用", method="only_fees")
    late = django_filters.BooleanFilter(label="补录", field_name="late_entry")

    class Meta:
        model = FeePayment
        fields = ["q", "kind", "after", "before", "fees", "late"]

    def by_words(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(
            Q(assessment__application__number__contains=value)
            | Q(assessment__application__applicant_name__contains=value)
            | Q(receipt_number__contains=value)
        )

    def only_fees(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        return rows.filter(voided_at=None).exclude(assessment__kind=ChargeKind.DEPOSIT) if value else rows
