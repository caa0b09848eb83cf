"""The money of a case on a day: imposed, collected, given back, deferred, surcharged, each a figure of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case as CaseWhen
from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Round

from billboards.deadlines import due
from billboards.enums.cases import CaseState, RemedyTarget
from billboards.models import Case, CaseClock, Decision, Deferral, Instalment, Payment, Refund
from billboards.models.case import CaseQuerySet
from billboards.surcharge import Due, Paid, Plan, Surcharge, Suspension, surcharge
from config.display import amount
from staff import workdays
from staff.refusals import Refused

NOUGHT = Decimal(0)
NIL = Value(NOUGHT, output_field=DecimalField(max_digits=12, decimal_places=2))


@dataclass(frozen=True)
class Money:
    """`due_on`: the last day in time as the decision set it; `next_due`: as deferrals moved it.

    `paid_fine`, `paid_surcharge`: what came in and was not given back (`refunded`) by that day.
    """

    decision: Decision | None
    today: date
    due_on: date | None
    plans: tuple[Plan, ...]
    paid_fine: Decimal
    paid_surcharge: Decimal
    refunded: Decimal
    reckoned: Surcharge
    deferral: Deferral | None

    @property
    def imposed(self) -> Decimal:
        return self.decision.amount if self.decision else NOUGHT

    @property
    def unpaid(self) -> Decimal:
        return max(self.imposed - self.paid_fine, NOUGHT)

    @property
    def to_give_back(self) -> Decimal:
        """All that is kept where no fine stands; else what is more than the fine."""
        if self.decision is None:
            return self.paid_fine + self.paid_surcharge
        return max(self.paid_fine - self.imposed, NOUGHT)

    @property
    def surcharge_unpaid(self) -> Decimal:
        return max(self.reckoned.amount - self.paid_surcharge, NOUGHT)

    @property
    def deferred(self) -> Decimal:
        """What is unpaid and not due yet because a deferral moved it."""
        if self.deferral is None:
            return NOUGHT
        parts = self.deferral.instalments.all()
        later = sum((each.amount for each in parts if each.due_on >= self.today), NOUGHT)
        return min(later, self.unpaid)

    @property
    def next_due(self) -> date | None:
        if not self.plans or not self.unpaid:
            return None
        paid = self.paid_fine
        for each in self.plans[-1].dues:
            paid -= each.amount
            if paid < 0:
                return each.day
        return None

    @property
    def is_settled(self) -> bool:
        return not self.unpaid and not self.surcharge_unpaid

    @property
    def words(self) -> str:
        found = f"罚款{amount(self.unpaid)}元" if self.unpaid else ""
        if self.surcharge_unpaid:
            found += f"{'，' if found else ''}加处罚款{amount(self.surcharge_unpaid)}元"
        return found

    @cached_property
    def line_words(self) -> list[str]:
        """The reckoning line by line, as the notice prints it."""
        return list(line_words(self.reckoned))


def nought_or(found: Subquery) -> Coalesce:
    return Coalesce(found, NIL)


def kept(case: str, *kinds: str, until: date | None = None) -> CombinedExpression:
    """What came in for a case (by a day) and was not given back, as the database reckons it; `case`: the outer row's."""
    paid = Payment.objects.recorded().filter(case=OuterRef(case), kind__in=kinds).order_by()
    back = Refund.objects.recorded().filter(payment__case=OuterRef(case), payment__kind__in=kinds).order_by()
    if until is not None:
        paid, back = paid.filter(paid_on__lte=until), back.filter(refunded_on__lte=until)
    came = paid.values("case").annotate(total=Sum("amount")).values("total")
    went = back.values("payment__case").annotate(total=Sum("amount")).values("total")
    return nought_or(Subquery(came)) - nought_or(Subquery(went))


def to_give_back(rows: CaseQuerySet) -> CaseQuerySet:
    """Of cases, closed ones too: those of which something is kept that goes back (Money: to_give_back)."""
    fines = Decision.objects.fining().standing().filter(case=OuterRef("pk")).order_by("-pk")
    rows = rows.counted().annotate(
        fine_standing=nought_or(Subquery(fines.values("amount")[:1])),
        fine_kept=Round(kept("pk", Payment.For.FINE), 2),
        all_kept=Round(kept("pk", *Payment.For.values), 2),
    )
    return rows.filter(Q(fine_kept__gt=F("fine_standing"), fine_standing__gt=0) | Q(all_kept__gt=0, fine_standing=0))


def with_open_fines(rows: QuerySet[Decision], on: date | None) -> QuerySet[Any]:
    """Standing decisions (on a day) with what is unpaid of their fine, and what was paid beyond it; payments count for the
    last fine of a case.
    """
    later = Decision.objects.fining().standing(on).filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    if on is not None:
        later = later.filter(issued_on__lte=on)
    still = CaseWhen(
        When(Q(amount=0) | Exists(later), then=F("amount")),
        default=Round(F("amount") - kept("case", Payment.For.FINE, until=on), 2),
        output_field=DecimalField(max_digits=12, decimal_places=2),
    )
    return rows.annotate(still=still).annotate(
        fine_open=CaseWhen(When(still__gt=0, then=F("still")), default=NIL),
        fine_excess=CaseWhen(When(still__lt=0, then=NIL - F("still")), default=NIL),
    )


def fine_overdue(rows: CaseQuerySet, today: date) -> CaseQuerySet:
    """Of open cases: those of whose fine, while it stands, something is past its day and not paid: by the day of the decision;
    where a deferral was granted, each instalment from its own day on.

    Where execution was ended nothing is collected any more, though the fine stands (行政强制法 Art. 40).
    """
    standing = Decision.objects.standing().filter(case=OuterRef("pk")).order_by("-pk")
    clocks = CaseClock.objects.filter(case=OuterRef("pk"))
    granted = Deferral.objects.filter(case=OuterRef("pk"), voided_at=None, granted=True)
    granted = granted.filter(decided_on__gte=OuterRef("fined_on")).order_by("-decided_on", "-pk")
    ahead = Instalment.objects.filter(deferral=OuterRef("put_off"), due_on__gte=today).order_by()
    ahead_sums = ahead.values("deferral").annotate(total=Sum("amount")).values("total")
    rows = rows.running().exclude(state=CaseState.ENDED).annotate(fined_on=Subquery(standing.values("issued_on")[:1]))
    rows = rows.annotate(put_off=Subquery(granted.values("pk")[:1]))
    past = Q(Exists(clocks.filter(rule="C_PAY", due_on__lt=today, started_on__gte=OuterRef("fined_on"))))
    waits = Q(Exists(clocks.filter(rule="DEFERRED", finished_on=None, due_on__gte=today)))
    rows = rows.filter(Q(put_off__isnull=False) | (past & ~waits))
    rows = rows.annotate(
        fine_imposed=nought_or(Subquery(standing.values("amount")[:1])),
        fine_ahead=nought_or(Subquery(ahead_sums)),
        fine_kept=kept("pk", Payment.For.FINE),
    )
    # To the fen: SQLite adds and subtracts in floating point.
    still = F("fine_imposed") - F("fine_ahead") - F("fine_kept")
    return rows.annotate(fine_open=Round(still, 2)).filter(fine_open__gt=0)


def instalment_missed(case: Case, day: date) -> bool:
    """Whether a part of a fine that is paid in instalments is past its day, though the last one is to come."""
    return case.state == CaseState.DEFERRED and fine_overdue(Case.objects.filter(pk=case.pk), day).exists()


def line_words(reckoned: Surcharge) -> Iterator[str]:
    for line in reckoned.lines:
        span = f"{line.first}至{line.last}，{line.days}日"
        if line.suspended:
            yield f"{span}：{line.suspended}，不计算"
        else:
            yield f"{span}：{amount(line.overdue)}元×3%×{line.days}＝{amount(line.amount)}元"
    if reckoned.is_capped:
        yield f"合计{amount(reckoned.uncapped)}元，超出罚款数额，按罚款数额{amount(reckoned.cap)}元计"


def fining_decision(case: Case) -> Decision | None:
    """The penalty that stands and is to be paid."""
    return Decision.objects.filter(case=case).fining().standing().order_by("-pk").first()


def plans_of(case: Case, decision: Decision) -> tuple[date | None, tuple[Plan, ...], Deferral | None]:
    """When what was due: by the decision, then by each deferral that was granted.

    Payments are counted from the first, so each plan covers the whole fine: what a deferral found paid stays due by the
    decision's own day, before its instalments.
    """
    if decision.served_on is None:
        return None, (), None
    try:
        due_on = due("C_PAY", decision.served_on, workdays.load()).day
    except workdays.CalendarYearMissing as error:
        raise Refused(str(error)) from error
    plans = [Plan(decision.served_on, (Due(due_on, decision.amount),))]
    granted = case.deferrals.filter(voided_at=None, granted=True, decided_on__gte=decision.issued_on)
    granted = granted.order_by("decided_on", "pk")
    latest = None
    for deferral in granted.prefetch_related("instalments"):
        parts = [Due(each.due_on, each.amount) for each in deferral.instalments.all()]
        paid = decision.amount - sum((each.amount for each in parts), NOUGHT)
        before = [Due(due_on, paid)] if paid > 0 else []
        plans.append(Plan(deferral.decided_on or deferral.applied_on, (*before, *parts)))
        latest = deferral
    return due_on, tuple(plans), latest


def suspensions_of(case: Case, decision: Decision | None) -> list[Suspension]:
    """Review and suit against the penalty (行政处罚法 Art. 73(3)): from the day they were brought to the day they ended; and
    from the day on which execution was ended (行政强制法 Art. 40), for a surcharge is a means of execution (Art. 12).
    """
    found = case.remedies.filter(target=RemedyTarget.PENALTY)
    spans = [Suspension(each.filed_on, each.ended_on, each.get_kind_display()) for each in found]
    if decision is not None:
        ended = case.steps.filter(edge="end", happened_on__gte=decision.issued_on)
        spans += [Suspension(each.happened_on, None, each.label) for each in ended]
    return spans


def net_of(payments: QuerySet[Payment]) -> Decimal:
    """What came in and was not given back."""
    return sum((each.amount - each.refunded for each in payments.prefetch_related("refunds")), NOUGHT)


def moved(case: Case, kind: str, until: date) -> list[Paid]:
    """What came in by a day, and less than nothing for what was given back."""
    came = case.payments.filter(voided_at=None, kind=kind, paid_on__lte=until)
    back = Refund.objects.recorded().filter(payment__case=case, payment__kind=kind, refunded_on__lte=until)
    return [
        *(Paid(each.paid_on, each.amount) for each in came),
        *(Paid(each.refunded_on, -each.amount) for each in back),
    ]


def money_of(case: Case, until: date) -> Money:
    """Refused while the calendar of a year that it needs is not loaded."""
    decision = fining_decision(case)
    fines, extra = moved(case, Payment.For.FINE, until), moved(case, Payment.For.SURCHARGE, until)
    fine = decision.amount if decision else NOUGHT
    due_on, plans, deferral = plans_of(case, decision) if decision else (None, (), None)
    reckoned = surcharge(fine, plans, until, payments=fines, suspensions=suspensions_of(case, decision))
    return Money(
        decision=decision,
        today=until,
        due_on=due_on,
        plans=plans,
        paid_fine=sum((each.amount for each in fines), NOUGHT),
        paid_surcharge=sum((each.amount for each in extra), NOUGHT),
        refunded=-sum((each.amount for each in (*fines, *extra) if each.amount < 0), NOUGHT),
        reckoned=reckoned,
        deferral=deferral,
    )
