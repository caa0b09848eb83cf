"""Money of a case: payments, refunds, cash on its way, deferrals, the surcharge frozen. Each one door, locked and logged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from billboards.deadlines import due
from billboards.enums.case_edges import CASE_TRANSITIONS
from billboards.enums.cases import CaseState
from billboards.models import Case, CaseFlaw, Deferral, Instalment, Payment, Refund, SurchargeReckoning
from billboards.reckoning import Money, fining_decision, money_of, net_of
from billboards.workflow import clocks
from billboards.workflow.guards import Entry
from billboards.workflow.steps import take_step
from staff import workdays
from staff.models import Activity, User, Verb
from staff.refusals import Refused
from staff.workflow.records import check_day

LATE_AFTER_DAYS = 3  # entered longer after the day of payment: 补录
HANDOVER_BASIS = "《行政处罚法》第七十一条"
REFUND_BASIS = "《行政处罚法》第七十四条第三款"


def locked_case(case: Case) -> Case:
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def owed(case: Case, kind: str, on: date) -> tuple[Money, Decimal]:
    """The case's money on a day, and how much of this kind is open."""
    money = money_of(case, on)
    return money, money.unpaid if kind == Payment.For.FINE else money.surcharge_unpaid


@transaction.atomic
def record_payment(
    case: Case, *, by: User, kind: str, paid_on: date, amount: Decimal, channel: str, receipt: str, **facts: Any
) -> Payment:
    """Money that arrived. More than is owed is refused: it is a slip, or it belongs to another case."""
    current = locked_case(case)
    check_day(paid_on, "paid_on", "缴款日期")
    money, open_amount = owed(current, kind, timezone.localdate())
    if money.decision is None:
        raise Refused("本案没有罚款决定，不能登记缴款。请先登记处罚决定。", "amount")
    if paid_on < money.decision.issued_on:
        raise Refused("缴款日期早于处罚决定。请核对。", "paid_on")
    if amount > open_amount:
        label = Payment.For(kind).label
        raise Refused(f"{label}还应缴 {open_amount:,.2f} 元，登记的金额多于应缴数额。请核对金额和款项。", "amount")
    late = (timezone.localdate() - paid_on).days > LATE_AFTER_DAYS
    payment = Payment(
        case=current, kind=kind, paid_on=paid_on, amount=amount, channel=channel, receipt=receipt, late=late, recorded_by=by, **facts
    )  # fmt: skip
    if payment.is_cash:
        payment.hand_in_by = due("C_HANDOVER_CASH", paid_on, workdays.load()).day
    store_once(payment)
    Activity.record(Verb.CREATE, current, by=by, title="登记缴款", note=str(payment))
    return payment


def store_once(payment: Payment) -> None:
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError as error:
        raise Refused("这张票据已经登记过。", "receipt") from error


@transaction.atomic
def void_payment(payment: Payment, *, by: User, reason: str) -> Payment:
    current: Payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if current.is_voided:
        raise Refused("这笔缴款已经作废。")
    if current.refunded:
        raise Refused(f"这笔缴款已经退还 {current.refunded:,.2f} 元，不能作废。退还登记错了的，先作废退还。")
    current.voided_at, current.void_reason = timezone.now(), reason
    current.version += 1
    current.save(update_fields=["voided_at", "void_reason", "version"])
    Activity.record(Verb.TRANSITION, current.case, by=by, title="作废缴款", note=f"{current}：{reason}")
    return current


# --- What is given back -----------------------------------------------------------------------------------------------


@transaction.atomic
def record_refund(
    payment: Payment, *, by: User, refunded_on: date, amount: Decimal, document: str, **facts: Any
) -> Refund:
    """Money that the treasury gave back (国家赔偿法 Art. 36(一)): never more than was paid and is not given back yet."""
    case = locked_case(payment.case)
    current: Payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if current.is_voided:
        raise Refused("这笔缴款已经作废，没有可以退还的款项。")
    check_day(refunded_on, "refunded_on", "退还日期")
    if refunded_on < current.paid_on:
        raise Refused(f"退还日期早于缴款日期（{current.paid_on}）。请核对。", "refunded_on")
    left = current.amount - current.refunded
    if amount > left:
        raise Refused(f"这笔缴款已缴未退的是 {left:,.2f} 元，退还的不能多于此数。请核对金额。", "amount")
    if of_a_standing_fine(current, amount):
        words = f"罚款决定没有被撤销，退还已缴的{current.get_kind_display()}{amount:,.2f}元"
        CaseFlaw.objects.create(
            case=case, code="refund", article=REFUND_BASIS, text=words, happened_on=refunded_on, recorded_by=by
        )
    refund = Refund(payment=current, refunded_on=refunded_on, amount=amount, document=document, recorded_by=by, **facts)
    try:
        with transaction.atomic():
            refund.save()
    except IntegrityError as error:
        raise Refused("这笔退还已经登记过。", "amount") from error
    Activity.record(Verb.CREATE, case, by=by, title="登记退还", note=f"{refund}，{document}")
    return refund


def of_a_standing_fine(payment: Payment, amount: Decimal) -> bool:
    """Whether what goes back was paid for a decision that stands, and was not too much."""
    decision = fining_decision(payment.case)
    if decision is None or payment.paid_on < decision.issued_on:
        return False
    paid = net_of(payment.case.payments.filter(voided_at=None, kind=Payment.For.FINE))
    return payment.kind != Payment.For.FINE or amount > paid - decision.amount


@transaction.atomic
def void_refund(refund: Refund, *, by: User, reason: str) -> Refund:
    current: Refund = Refund.objects.select_for_update(of=("self",)).get(pk=refund.pk)
    if current.is_voided:
        raise Refused("这笔退还已经作废。")
    current.voided_at, current.void_reason = timezone.now(), reason
    current.version += 1
    current.save(update_fields=["voided_at", "void_reason", "version"])
    Activity.record(Verb.TRANSITION, current.case, by=by, title="作废退还", note=f"{current}：{reason}")
    return current


# --- Cash on its way --------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_in_cash(payment: Payment, *, by: User, on: date) -> Payment:
    """The next leg of cash: officer → bureau, then bureau → bank; two working days each. Late is a flaw."""
    current: Payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if not current.is_cash or current.is_voided or current.banked_on:
        raise Refused("这笔款项不需要再交接。")
    check_day(on, "on", "交款日期")
    first = current.handed_in_on is None
    earliest = current.paid_on if first else current.handed_in_on
    if earliest and on < earliest:
        raise Refused("交款日期早于上一个环节。请核对。", "on")
    limit = current.hand_in_by if first else current.bank_by
    if first:
        current.handed_in_on = on
        others = current.case.payments.filter(channel=Payment.Channel.CASH, voided_at=None, handed_in_on=None)
        if not others.exclude(pk=current.pk).exists():
            clocks.finish(current.case, on, "C_HANDOVER_CASH")
        current.bank_by = due("C_HANDOVER_CASH", on, workdays.load()).day
    else:
        current.banked_on = on
    current.save(update_fields=["handed_in_on", "bank_by", "banked_on"])
    where = "交至本局" if first else "交银行"
    if limit and on > limit:
        text = f"当场收缴的罚款{current.amount:,.2f}元{where}逾期（应于{limit}前）"
        CaseFlaw.objects.create(
            case=current.case, code="cash-late", article=HANDOVER_BASIS, text=text[:200], happened_on=on, recorded_by=by
        )
    Activity.record(Verb.UPDATE, current.case, by=by, title=f"当场收缴款{where}", note=f"{current}，{on}")
    return current


# --- Deferral ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_deferral(
    case: Case, *, by: User, applied_on: date, hardship: str, parts: Sequence[tuple[date, Decimal]]
) -> Deferral:
    """An application with the instalments that the party offers; together they are what is unpaid."""
    current = locked_case(case)
    check_day(applied_on, "applied_on", "申请日期")
    unpaid = money_of(current, applied_on).unpaid
    if not unpaid:
        raise Refused("本案没有未缴的罚款，不需要延期或分期。", "parts")
    total = sum((amount for _, amount in parts), Decimal(0))
    if total != unpaid:
        raise Refused(f"各期合计 {total:,.2f} 元，应等于未缴的 {unpaid:,.2f} 元。请核对。", "parts")
    if len({day for day, _ in parts}) != len(parts) or any(day <= applied_on for day, _ in parts):
        raise Refused("各期日期应互不相同，并晚于申请日期。", "parts")
    if current.deferrals.filter(voided_at=None, granted=None).exists():
        raise Refused("还有一份延期申请没有决定，请先决定。", "parts")
    deferral = Deferral.objects.create(case=current, applied_on=applied_on, hardship=hardship, recorded_by=by)
    for day, amount in parts:
        Instalment.objects.create(deferral=deferral, due_on=day, amount=amount)
    Activity.record(Verb.CREATE, current, by=by, title="登记延期（分期）申请", note=hardship)
    return deferral


@transaction.atomic
def decide_deferral(deferral: Deferral, *, by: User, granted: bool, approver: str, on: date) -> Deferral:
    """Granted or not (行政处罚法 Art. 66(2)); from the day on, what is due follows the plan."""
    current: Deferral = Deferral.objects.select_for_update(of=("self",)).get(pk=deferral.pk)
    if current.granted is not None or current.is_voided:
        raise Refused("这份申请已经决定或作废。")
    check_day(on, "on", "决定日期")
    if on < current.applied_on:
        raise Refused("决定日期早于申请日期。请核对。", "on")
    current.granted, current.decided_on, current.approver = granted, on, approver
    current.save(update_fields=["granted", "decided_on", "approver"])
    until = max(each.due_on for each in current.instalments.all())
    if granted and current.case.state == CaseState.DEFERRED:  # put off once more
        clocks.set_day(current.case, "DEFERRED", on, until)
    elif granted and current.case.state in CASE_TRANSITIONS["defer"].sources:
        take_step(
            current.case,
            "defer",
            Entry(day=on, note=current.hardship, facts={"until": until, "deferral": current}),
            by=by,
        )
    words = "准予延期（分期）" if granted else "不予延期（分期）"
    Activity.record(Verb.TRANSITION, current.case, by=by, title=words, note=approver)
    return current


# --- Surcharge --------------------------------------------------------------------------------------------------------


@transaction.atomic
def freeze_surcharge(case: Case, *, by: User, on: date) -> SurchargeReckoning:
    """Keep the surcharge as it stands at the end of a day, line by line. Twice on one day is the same reckoning."""
    current = locked_case(case)
    check_day(on, "on", "日期")
    money = money_of(current, on)
    reckoned = money.reckoned
    if not reckoned.amount:
        raise Refused(
            "没有加处罚款：没有到期未缴的罚款，或者在行政复议、诉讼期间（《行政处罚法》第七十三条第三款）。", "on"
        )
    facts = {
        "fine": money.imposed,
        "uncapped": reckoned.uncapped,
        "amount": reckoned.amount,
        "lines": money.line_words,
        "reckoned_by": by,
    }
    row, created = SurchargeReckoning.objects.get_or_create(case=current, computed_to=on, defaults=facts)
    if created and current.state in CASE_TRANSITIONS["surcharge"].sources:
        take_step(current, "surcharge", Entry(day=on, note=str(row)), by=by)
    if created:
        Activity.record(Verb.CREATE, current, by=by, title="计算加处罚款", note=str(row))
    return row
