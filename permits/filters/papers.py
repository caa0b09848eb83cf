"""Filters of papers and sessions; they own all reading of GET."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from config.inputs import DATE
from permits.models import PaperService, PermitPaper
from permits.paper_kinds import PUBLISHED, SERVED, PaperKind

STATES = (
    ("draft", "草稿"),
    ("signed", "已签发"),
    ("outside", "外部出文"),
    ("unserved", "待送达"),
    ("unpublished", "待公示"),
    ("voided", "已作废"),
)


class PaperFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索文号、申请编号", method="by_words")
    kind = django_filters.ChoiceFilter(label="文书", choices=PaperKind.choices)
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="by_state")
    since = django_filters.DateFilter(label="出文日期从", field_name="issue_day", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="issue_day", lookup_expr="lte", widget=DATE)

    class Meta:
        model = PermitPaper
        fields = ["q", "kind", "state", "since", "until"]

    def by_words(self, rows: QuerySet[PermitPaper], name: str, value: str) -> QuerySet[PermitPaper]:
        words = value.strip()
        return rows.filter(
            Q(number__contains=words) | Q(outside_number__contains=words) | Q(application__number__contains=words)
        )

    def by_state(self, rows: QuerySet[PermitPaper], name: str, value: str) -> QuerySet[PermitPaper]:
        issued = Q(voided_at=None) & (Q(signed_at__isnull=False) | ~Q(outside_number=""))
        conditions = {
            "draft": Q(voided_at=None, signed_at=None, outside_number=""),
            "signed": Q(voided_at=None, signed_at__isnull=False),
            "outside": Q(voided_at=None) & ~Q(outside_number=""),
            "unserved": issued & Q(kind__in=SERVED) & ~Q(pk__in=PaperService.objects.lawful().values("paper")),
            "unpublished": issued & Q(kind__in=PUBLISHED, published_on=None),
            "voided": Q(voided_at__isnull=False),
        }
        return rows.filter(conditions[value])
