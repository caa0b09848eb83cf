"""Findings by what happened to them in a period: delivered, due, closed, late, sent back. One query a period.

The findings figures (tally) go by when a problem was found; these go by deadlines, as 应整改 is defined (考评办法·
计分规则, after GB/T 30428.4): a case is due in the period in which its deadline lies, or in which it was closed before
that; what is shelved, only deducted or voided has left the denominator. So each case is due in exactly one period.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q
from django.utils import timezone

from config.figures import remembered
from config.periods import Period
from inspections.enums import FindingState, Handling
from inspections.models import Finding
from inspections.models.findings import IN_TIME, NOT_IN_TIME
from inspections.tally import until


def since(period: Period) -> datetime:
    return timezone.make_aware(datetime.combine(period.start, time()))


def within(field: str, period: Period) -> Q:
    """The moment lies in the period, as far as it has come."""
    return Q(**{f"{field}__gte": since(period), f"{field}__lt": until(period)})


def ordered(period: Period) -> Q:
    return Q(handling=Handling.ORDER, state__in=FindingState.COUNTED) & within("delivered_at", period)


def rectified(period: Period) -> Q:
    return Q(state=FindingState.CLOSED) & within("closed_at", period)


def due(period: Period) -> Q:
    early = within("closed_at", period) & Q(closed_at__lt=F("due_at"))
    at_deadline = within("due_at", period) & (Q(closed_at=None) | Q(closed_at__gte=F("due_at")))
    return Q(state__in=FindingState.DUE) & (early | at_deadline)


# What may be true of a finding; an account asks for one or two of them.
PARTS: dict[str, Callable[[Period], Q]] = {
    "ordered": ordered,
    "rectified": rectified,
    "due": due,
    "closed": lambda period: Q(closed_at__lt=until(period)),
    "in_time": lambda period: IN_TIME,
    "late": lambda period: NOT_IN_TIME,
    "sent_back": lambda period: Q(send_backs__gt=0) | Q(false_reports__gt=0),
}


@dataclass(frozen=True)
class Account:
    """One way to count: its key in figures and addresses, its words, and what must all be true of a finding."""

    key: str
    label: str
    definition: str
    parts: tuple[str, ...]

    def condition(self, period: Period) -> Q:
        return Q(*(PARTS[part](period) for part in self.parts))


ACCOUNTS = {
    account.key: account
    for account in (
        Account("ordered", "交办案件", "期内交办送达、未作废的考评问题；重新交办的按最后一次送达计。", ("ordered",)),
        Account("rectified", "期内销号案件", "期内复查合格销号的考评问题，不论何时发现、何时交办。", ("rectified",)),
        Account("case_due", "期内应整改案件", "整改期限在期内，或在期内提前销号的考评问题；挂账、只扣分、作废的除外。", ("due",)),
        Account("case_closed", "应整改中已销号案件", "期内应整改案件中，截止时刻前已销号的。", ("due", "closed")),
        Account("case_on_time", "应整改中按期销号案件", "期内应整改案件中，在整改期限内反馈、截止时刻前复查合格销号的。", ("due", "closed", "in_time")),
        Account("case_overdue", "应整改中逾期案件", "期内应整改案件中，到期未反馈或逾期才反馈的；待复查的看反馈时间，未经反馈销号的看销号时间。", ("due", "late")),
        Account("case_sent_back", "应整改中返工案件", "期内应整改案件中，复查不合格退回（含虚假整改）一次以上的；按件不按次。", ("due", "sent_back")),
    )
}  # fmt: skip


def caseload(period: Period) -> dict[str, Counter[str]]:
    """Account → unit id → cases; every count of the period in one query, by lead unit and by what is true of them."""

    def read() -> dict[str, Counter[str]]:
        touched = within("due_at", period) | within("closed_at", period) | within("delivered_at", period)
        flags = {f"is_{part}": ExpressionWrapper(of(period), BooleanField()) for part, of in PARTS.items()}
        rows = Finding.objects.filter(touched).order_by().annotate(**flags).values_list("lead_unit", *flags)
        found: dict[str, Counter[str]] = {key: Counter() for key in ACCOUNTS}
        for unit, *values, number in rows.annotate(n=Count("pk")):
            true = {part for part, value in zip(PARTS, values, strict=True) if value}
            for key, account in ACCOUNTS.items():
                if true.issuperset(account.parts):
                    found[key][str(unit)] += number
        return found

    return remembered(("inspections.caseload", period), read)
