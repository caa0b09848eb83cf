"""The door to money: assess and freeze, let off, record a payment whenever it came, pay back, void."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from permits import charging
from permits.charging import Asked
from permits.fees import Computation, Line
from permits.kinds import ChargeCause, ChargeKind
from permits.models import Application, FeeAssessment, FeePayment, FeeRefund, ProcedureFlaw
from permits.permissions import why_not_assess
from permits.workflow import guards
from staff.models import Activity, User, Verb, changed_fields, notify, setting
from staff.refusals import Refused
from staff.workflow.records import check_day

NO_BASIS = "没有法律、行政法规依据的不得收费（《行政许可法》第五十八条）"

TAPED = "按现场实测"  # as an assessment's facts say whose measures it was reckoned by
GRANITE_KERB, UNPERMITTED, SLABS = (
    "麻石路缘石",
    "超面积或者未经批准",
    "整板面积",
)  # names in the facts; slabs by segment


@dataclass(frozen=True)
class Relief:
    """A fee let off: how much, why, by which rule, who allowed it and when."""

    amount: Decimal
    reason: str
    basis: str
    approver: str
    on: date


def locked(application: Application) -> Application:
    return Application.objects.select_for_update(of=("self",)).get(pk=application.pk)


def as_lines(computation: Computation) -> list[dict[str, str]]:
    """Lines as they are frozen: text and amounts as text, so that nothing is rounded again."""
    return [{"label": each.label, "formula": each.formula, "amount": f"{each.amount}"} for each in computation.lines]


@transaction.atomic
def assess(application: Application, asked: Asked, *, by: User, cause: str = ChargeCause.FIRST) -> FeeAssessment:
    """Reckon, freeze and log. Refused before acceptance, without a tariff, or while one of this kind stands."""
    application = locked(application)
    if problem := why_not_assess(by, application):
        raise Refused(problem)
    standing = application.assessments.current().filter(kind=asked.kind, cause=ChargeCause.FIRST)
    if cause == ChargeCause.FIRST and standing.exists():
        raise Refused("这种费用已经核定。要重新核定的，先作废原来的；变更后补缴的，核定事由选“变更补缴”。", "cause")
    computation, tariff = charging.compute(application, asked)
    done = FeeAssessment.objects.create(
        application=application,
        kind=asked.kind,
        cause=cause,
        tariff=tariff,
        facts=facts_of(application, asked),
        lines=as_lines(computation),
        notes=list(computation.notes),
        total=computation.total,
        frozen_by=by,
        frozen_at=timezone.now(),
    )
    note = f"{computation.total} 元，{tariff}"
    Activity.record(Verb.CREATE, application, by=by, title=f"核定{done.get_kind_display()}", note=note)
    return done


def facts_of(application: Application, asked: Asked) -> dict[str, Any]:
    """What the sum was made from, beside its lines."""
    return {
        "标准适用日期": str(asked.day),
        "期限": f"{asked.starts_on or application.starts_on} 至 {asked.ends_on or application.ends_on}",
        "地段": asked.zone,
        "面积": TAPED if asked.measured and charging.measures_of(application) else "按申请",
        GRANITE_KERB: asked.granite_kerb,
        UNPERMITTED: asked.unpermitted,
        SLABS: {str(segment): f"{area}" for segment, area in asked.slabs.items()},
    }


@transaction.atomic
def assess_deposit(application: Application, amount: Decimal, basis: str, *, by: User) -> FeeAssessment:
    """保证金: only where the bureau has switched it on, with the document that allows it."""
    if not setting("permits.deposit"):
        raise Refused(f"保证金没有启用：{NO_BASIS}。确有依据的，由办公室在业务设置里启用并写明依据文件。")
    application = locked(application)
    if problem := why_not_assess(by, application):
        raise Refused(problem)
    line = Line("保证金", basis, amount)
    done = FeeAssessment.objects.create(
        application=application,
        kind=ChargeKind.DEPOSIT,
        basis=basis,
        lines=as_lines(Computation((line,))),
        total=amount,
        frozen_by=by,
    )
    Activity.record(Verb.CREATE, application, by=by, title="核定保证金", note=f"{amount} 元，{basis}")
    return done


def standing(assessment: FeeAssessment) -> FeeAssessment:
    current = FeeAssessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    if current.voided_at is not None:
        raise Refused("这笔核定已经作废，请刷新页面。")
    return current


@transaction.atomic
def exempt(assessment: FeeAssessment, relief: Relief, *, by: User) -> FeeAssessment:
    """减免 with reason, basis and the leader who allowed it; never more than was charged."""
    current = standing(assessment)
    if relief.amount > current.total:
        raise Refused(f"减免金额不能超过核定的 {current.total} 元。", "amount")
    if relief.amount > current.total - current.paid:
        raise Refused(
            f"已缴 {current.paid} 元，最多还能减免 {current.total - current.paid} 元；多缴的办理退费。", "amount"
        )
    current.exempted, current.exempt_reason, current.exempt_basis = relief.amount, relief.reason, relief.basis
    current.exempt_approver, current.exempted_on = relief.approver, relief.on
    current.save(update_fields=["exempted", "exempt_reason", "exempt_basis", "exempt_approver", "exempted_on"])
    note = f"{relief.amount} 元，{relief.reason}（{relief.basis}）"
    title = f"减免{current.get_kind_display()}"
    Activity.record(Verb.UPDATE, current.application, by=by, title=title, note=note)
    return current


@transaction.atomic
def record_payment(payment: FeePayment, *, by: User) -> FeePayment:
    """A payment is a fact and always taken in; what was out of order with it is flagged."""
    assessment = standing(payment.assessment)
    check_day(payment.paid_on, "paid_on", "缴费日期")
    if assessment.payments.filter(receipt_number=payment.receipt_number, voided_at=None).exists():
        raise Refused("这张票据已经登记在这笔费用上，没有重复登记。", "receipt_number")
    payment.assessment, payment.recorded_by, payment.recorded_at = assessment, by, timezone.now()
    payment.late_entry = payment.paid_on < timezone.localdate()
    payment.save()
    application = assessment.application
    flag_payment(application, payment, by=by)
    note = f"{payment.amount} 元，票据 {payment.receipt_number}，{payment.paid_on}"
    Activity.record(Verb.CREATE, application, by=by, title=f"登记缴费（{assessment.get_kind_display()}）", note=note)
    tell_when_settled(application)
    return payment


def flag_payment(application: Application, payment: FeePayment, *, by: User) -> None:
    """Paid before the decision, or after the licence was in hand: once for each. The decision itself looks, too."""
    decided, issued, paid = application.decided_on, application.issued_on, payment.paid_on
    found = []
    if decided is not None and paid < decided:
        found.append((guards.PAID_EARLY, f"决定作出前（{paid}）已收费", guards.PAID_EARLY_ARTICLE))
    if issued is not None and paid > issued:
        found.append(("paid_after_licence", f"发证（{issued}）以后才缴费", "《城市道路管理条例》第三十七条"))
    for code, text, article in found:
        facts = {"article": article, "text": text, "happened_on": paid, "recorded_by": by, "edge": "fee"}
        ProcedureFlaw.objects.get_or_create(application=application, code=code, defaults=facts)


def outstanding(application: Application) -> Decimal:
    """Yuan that are still due over all standing assessments."""
    sums = application.assessments.current().open_sums()
    return sum((max(each, Decimal(0)) for _, each in sums), Decimal("0.00"))


def tell_when_settled(application: Application) -> None:
    if application.handler is not None and outstanding(application) == 0:
        text = f"{application.number} 费用已缴清，可以发证。"
        notify([application.handler], text, url=application.get_absolute_url())


@transaction.atomic
def void_payment(payment: FeePayment, *, by: User, reason: str) -> None:
    """Entered by mistake: no longer counted, row and log stay."""
    current = FeePayment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if current.voided_at is not None:
        raise Refused("这笔缴费已经作废。")
    assessment = standing(current.assessment)
    if (back := assessment.refunded) > assessment.paid - current.amount:
        raise Refused(
            f"这笔费用已决定退 {back} 元，作废后剩下的已缴数不够退。缴费登记错的，先登记正确的一笔，再作废这一笔。"
        )
    current.voided_at, current.void_reason = timezone.now(), reason
    current.save(update_fields=["voided_at", "void_reason"])
    Activity.record(
        Verb.UPDATE, current.assessment.application, by=by, title="作废缴费登记", note=f"{current}，{reason}"
    )


@transaction.atomic
def void_assessment(assessment: FeeAssessment, *, by: User, reason: str) -> None:
    """Taken back before anything was paid on it, to be made anew."""
    current = standing(assessment)
    if current.payments.filter(voided_at=None).exists():
        raise Refused("已登记缴费，不能作废核定。多缴的办理退费；登记错的先作废缴费登记。")
    current.voided_at, current.void_reason = timezone.now(), reason
    current.save(update_fields=["voided_at", "void_reason"])
    title = f"作废{current.get_kind_display()}核定"
    Activity.record(Verb.UPDATE, current.application, by=by, title=title, note=reason)


@transaction.atomic
def record_refund(refund: FeeRefund, *, by: User) -> FeeRefund:
    """退费, never more than was paid and not yet paid back."""
    assessment = standing(refund.assessment)
    left = assessment.paid - assessment.refunded
    if refund.amount > left:
        raise Refused(f"这笔费用已缴未退的是 {left} 元，退费不能超过此数。", "amount")
    check_day(refund.decided_on, "decided_on", "决定日期")
    check_arrival(refund.paid_on, refund.decided_on)
    refund.assessment, refund.recorded_by, refund.recorded_at = assessment, by, timezone.now()
    refund.save()
    note = f"{refund.amount} 元，{refund.get_ground_display()}"
    title = f"登记退费（{assessment.get_kind_display()}）"
    Activity.record(Verb.CREATE, assessment.application, by=by, title=title, note=note)
    return refund


@transaction.atomic
def record_refund_arrival(refund: FeeRefund, paid_on: date, receipt_number: str, *, by: User) -> FeeRefund:
    """退款到账: the treasury has paid back. A day typed wrong is corrected the same way, and the log keeps both."""
    current = FeeRefund.objects.select_for_update(of=("self",)).select_related("assessment").get(pk=refund.pk)
    check_arrival(paid_on, current.decided_on)
    before = arrival_words(current)
    current.paid_on, current.receipt_number = paid_on, receipt_number
    current.save(update_fields=["paid_on", "receipt_number"])
    title = "更正退款到账" if before else "登记退款到账"
    changes = changed_fields({"退款到账": before}, {"退款到账": arrival_words(current)})
    application = current.assessment.application
    Activity.record(Verb.UPDATE, application, by=by, title=title, note=f"{current.amount} 元", changes=changes)
    return current


def check_arrival(paid_on: date | None, decided_on: date) -> None:
    """The treasury pays back after the decision, and not tomorrow."""
    check_day(paid_on, "paid_on", "到账日期")
    if paid_on is not None and paid_on < decided_on:
        raise Refused(f"到账日期早于退费决定日期（{decided_on}）。请核对。", "paid_on")


def arrival_words(refund: FeeRefund) -> str:
    return f"{refund.paid_on}，凭证 {refund.receipt_number or '未填'}" if refund.paid_on else ""


@transaction.atomic
def record_old_fee(
    application: Application,
    amount: Decimal,
    paid_on: date,
    receipt: str,
    *,
    by: User | None,
    basis: str = "原登记台账",
) -> FeeAssessment:
    """A fee that was reckoned and paid elsewhere: one line without a computation of ours, and its payment."""
    kind = ChargeKind.RESTORATION if application.digs else ChargeKind.OCCUPATION
    computation = Computation((Line(kind.label, "按原登记台账，计算过程见原件", amount),))
    done = FeeAssessment.objects.create(
        application=application,
        kind=kind,
        basis=basis,
        lines=as_lines(computation),
        total=amount,
        frozen_by=by,
        frozen_at=timezone.make_aware(datetime.combine(paid_on, time(12))),
    )
    FeePayment.objects.create(
        assessment=done,
        amount=amount,
        paid_on=paid_on,
        receipt_number=receipt or "原台账未记",
        late_entry=True,
        recorded_by=by,
    )
    return done
