"""加处罚款: three per cent a day of what is overdue (行政处罚法 Art. 72(1)(一)). Pure: dates and amounts in, lines out.

Which days count: the day on which a payment is due is free; the first counted day is the one after it. A day counts with
what was unpaid when it began, so the day of a payment still counts with the amount paid on it. Days of a pause (review or
suit: Art. 73(3); a granted deferral: Art. 66) are both inclusive and do not count. The sum never exceeds the fine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

RATE = Decimal("0.03")  # 行政处罚法 Art. 72(1)(一): a statute's number, not a local one
CENT = Decimal("0.01")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A part of the fine and the last day on which it may be paid in time."""

    day: date
    amount: Decimal


@dataclass(frozen=True)
class Plan:
    """What is due when, from `since` on: the decision's own date first, then each granted deferral or instalment plan.

    Each plan covers the whole fine, also what was paid before it: all payments are taken off what is due.
    """

    since: date
    dues: tuple[Due, ...]


@dataclass(frozen=True)
class Paid:
    """Money that came in on a day; less than nothing where some of it was given back."""

    day: date
    amount: Decimal


@dataclass(frozen=True)
class Suspension:
    """Days on which nothing accrues, both inclusive; None = still running."""

    start: date
    end: date | None
    reason: str


@dataclass(frozen=True)
class Line:
    """A run of days with the same overdue amount, both inclusive. A suspended run has no amount and says why."""

    first: date
    last: date
    overdue: Decimal
    amount: Decimal
    suspended: str = ""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Surcharge:
    until: date
    lines: tuple[Line, ...]
    uncapped: Decimal
    amount: Decimal
    cap: Decimal

    @property
    def is_capped(self) -> bool:
        return self.uncapped > self.cap

    @property
    def days(self) -> int:
        """Days that count; suspended days do not."""
        return sum(line.days for line in self.lines if not line.suspended)


def overdue_on(day: date, plans: Sequence[Plan], payments: Sequence[Paid]) -> Decimal:
    """What was due before this day and unpaid when it began."""
    in_force = [plan for plan in plans if plan.since <= day]
    if not in_force:
        return Decimal(0)
    plan = max(in_force, key=lambda each: each.since)
    due = sum((each.amount for each in plan.dues if each.day < day), Decimal(0))
    paid = sum((each.amount for each in payments if each.day < day), Decimal(0))
    return max(due - paid, Decimal(0))


def suspended_on(day: date, suspensions: Sequence[Suspension]) -> str:
    for each in suspensions:
        if each.start <= day and (each.end is None or day <= each.end):
            return each.reason
    return ""


def turning_days(plans: Sequence[Plan], payments: Sequence[Paid], suspensions: Sequence[Suspension]) -> set[date]:
    """Every day on which the overdue amount or the suspension may differ from the day before."""
    days = {plan.since for plan in plans}
    days |= {due.day + DAY for plan in plans for due in plan.dues}
    days |= {paid.day + DAY for paid in payments}
    days |= {each.start for each in suspensions}
    return days | {each.end + DAY for each in suspensions if each.end is not None}


def surcharge(
    fine: Decimal,
    plans: Sequence[Plan],
    until: date,
    *,
    payments: Sequence[Paid] = (),
    suspensions: Sequence[Suspension] = (),
) -> Surcharge:
    """What has accrued to the end of `until`, run by run. Each run is rounded half up to the cent; the sum is capped at `fine`."""
    turns = sorted(day for day in turning_days(plans, payments, suspensions) if day <= until)
    lines = []
    for first, following in pairwise([*turns, until + DAY]):
        overdue, reason = overdue_on(first, plans, payments), suspended_on(first, suspensions)
        if not overdue:
            continue
        days = (following - first).days
        accrued = Decimal(0) if reason else (overdue * RATE * days).quantize(CENT, ROUND_HALF_UP)
        lines.append(Line(first, following - DAY, overdue, accrued, reason))
    uncapped = sum((line.amount for line in lines), Decimal(0))
    return Surcharge(until, tuple(lines), uncapped, min(uncapped, fine), fine)
