"""Money of a case: what was imposed against the table, collected, given back, deferred, surcharged line by line; and the lists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billboards.discretion import decided_line, why_not_amount
from billboards.dossier import Dossier
from billboards.enums.cases import RemedyResult
from billboards.forms.money import (
    DeferralDecisionForm,
    DeferralForm,
    HandInForm,
    PaymentForm,
    ReckoningForm,
    RefundForm,
)
from billboards.models import Case, Deferral, Payment, Refund
from billboards.permissions import (
    can_ask_deferral,
    can_decide_deferral,
    can_hand_in,
    can_reckon,
    can_record_payment,
    can_refund,
)
from billboards.reckoning import Money, money_of, net_of
from billboards.views.papers import VIEW, visible_case
from billboards.workflow import money
from staff.forms.records import VoidForm
from staff.pages import Fact, RecordPage, Step, require, take_step
from staff.refusals import Refused


def against_the_table(case: Case, money: Money) -> str:
    """The line of the table that the decision names, or what is wrong with the fine."""
    if money.decision is None or case.violation is None:
        return ""
    table, party = case.violation.table, Dossier(case).party
    line = decided_line(table, money.imposed, party, money.decision.line)
    if problem := why_not_amount(table, money.imposed, party, line):
        return problem
    where = f"，裁量阶次{line.words}" if line else ""
    return f"在法定幅度（{case.violation.fine_words}）之内{where}。"


def set_off(case: Case, money: Money) -> str:
    """What was paid for a decision that was quashed and is taken off the one made anew: said, not done in silence."""
    if money.decision is None:
        return ""
    before = case.payments.recorded().filter(kind=Payment.For.FINE, paid_on__lt=money.decision.issued_on)
    earlier = min(net_of(before), money.imposed)
    return f"其中 {earlier:,.2f} 元是原决定被撤销前缴的，已抵作本决定的罚款" if earlier else ""


def given_back(money: Money) -> list[Fact]:
    """What went back to the party, and what still has to: what was paid for a decision that was quashed, or beyond the fine."""
    found = [Fact("已退还", money.refunded, unit="元")] if money.refunded else []
    words = "罚款决定已被撤销，已缴的应当退还（《国家赔偿法》第三十六条第一项）；重新决定罚款的，没有退还的抵作罚款"
    if money.decision is not None:
        words = "已缴的罚款多于现在的罚款决定，多出的应当退还"
    if money.to_give_back:
        found.append(Fact("待退还", money.to_give_back, unit="元", note=words))
    return found


def may_go_back(case: Case, money: Money) -> bool:
    """Whether there is a reason to give money back: a decision that did not hold, or more than the fine that stands."""
    lost = case.remedies.filter(result__in=RemedyResult.AGAINST_US).exists()
    return lost or case.steps.filter(edge="annul").exists() or money.paid_fine > money.imposed


def money_facts(case: Case, money: Money) -> list[Fact]:
    frozen = case.surcharges.order_by("-computed_to").first()
    return [
        Fact("罚款（决定）", money.imposed, unit="元", note=against_the_table(case, money)),
        Fact(
            "缴纳期限",
            money.due_on or "决定送达后起算",
            note="自收到决定书之日起十五日（《行政处罚法》第六十七条第三款）",
        ),
        Fact("已缴罚款", money.paid_fine, unit="元", note=set_off(case, money)),
        Fact("未缴罚款", money.unpaid, unit="元"),
        Fact(
            "其中准予延期、分期的", money.deferred, unit="元", note=f"下一期 {money.next_due}" if money.next_due else ""
        ),
        Fact(
            "加处罚款（至今日）",
            money.reckoned.amount,
            unit="元",
            note="每日百分之三，不超出罚款数额；复议、诉讼期间不计",
        ),
        Fact("已缴加处罚款", money.paid_surcharge, unit="元"),
        *given_back(money),
        Fact("最近一次核定的加处罚款", frozen or "—"),
    ]


def money_steps(request: HttpRequest, case: Case, money: Money) -> list[Step]:
    user, steps = request.user, []
    address = {name: reverse(f"billboards:{name}", args=[case.pk]) for name in ("payment-create", "deferral-create", "surcharge-freeze")}  # fmt: skip
    if money.decision is None:
        return steps
    if can_record_payment(user) and not money.is_settled:
        initial = {"amount": money.unpaid or money.surcharge_unpaid, "kind": "fine" if money.unpaid else "surcharge"}
        words = "按票据登记；缴款三日后登记的注明补录。"
        steps.append(
            Step("pay", "登记缴款", address["payment-create"], words, PaymentForm(initial=initial), first=True)
        )
    if can_ask_deferral(user) and money.unpaid:
        words = "当事人确有经济困难的，经申请和批准可以暂缓或者分期缴纳（《行政处罚法》第六十六条第二款）。"
        steps.append(Step("defer", "登记延期申请", address["deferral-create"], words, DeferralForm()))
    if can_reckon(user) and money.reckoned.amount:
        words = "按日逐段计算并保存，作为通知书和催告书的依据。"
        steps.append(Step("reckon", "核定加处罚款", address["surcharge-freeze"], words, ReckoningForm()))
    return steps


def refunds_of(request: HttpRequest, payment: Payment) -> list[dict[str, Any]]:
    return [
        {
            "row": each,
            "void": VoidForm(door=money.void_refund, auto_id=f"refund-void-{each.pk}-%s")
            if can_record_payment(request.user) and not each.is_voided
            else None,
        }
        for each in payment.refunds.all()
    ]


def refund_form(payment: Payment) -> RefundForm:
    return RefundForm(initial={"amount": payment.amount - payment.refunded}, auto_id=f"refund-{payment.pk}-%s")


def rows_with_steps(
    request: HttpRequest, case: Case, *, back: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Payments and deferrals, each with the small forms that the user may send. `back`: money may go back."""
    payments = [
        {
            "row": each,
            "hand_in": HandInForm(auto_id=f"hand-in-{each.pk}-%s") if can_hand_in(request.user, each) else None,
            "void": VoidForm(door=money.void_payment, auto_id=f"void-{each.pk}-%s")
            if can_record_payment(request.user) and not each.is_voided and not each.refunded
            else None,
            "refund": refund_form(each) if back and can_refund(request.user, each) else None,
            "refunds": refunds_of(request, each),
        }
        for each in case.payments.select_related("recorded_by").prefetch_related("refunds__recorded_by")
    ]
    deferrals = [
        {
            "row": each,
            "decide": DeferralDecisionForm(auto_id=f"decide-{each.pk}-%s")
            if can_decide_deferral(request.user, each)
            else None,
        }
        for each in case.deferrals.prefetch_related("instalments")
    ]
    return payments, deferrals


def money_page(request: HttpRequest, case: Case) -> RecordPage:
    money = money_of(case, timezone.localdate())
    payments, deferrals = rows_with_steps(request, case, back=may_go_back(case, money))
    return RecordPage(
        record=case,
        title=f"罚没款 {case.number}",
        crumbs=[("缴款台账", "billboards:payment-list")],
        facts=money_facts(case, money),
        lead=f"{case.party_name or '当事人未查明'} · {case.violation.name if case.violation else '案由未定'}",
        badge=("已缴清", "green") if money.decision and money.is_settled else ("未缴清", "amber") if money.decision else ("无罚款", "grey"),
        steps=money_steps(request, case, money),
        parts=["billboards/_money_parts.html"],
        more={
            "case": case,
            "lines": money.reckoned.lines,
            "reckoned": money.reckoned,
            "payments": payments,
            "deferrals": deferrals,
            "surcharges": case.surcharges.select_related("reckoned_by"),
        },
    )  # fmt: skip


@require_GET
@VIEW
def case_money(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    try:
        return money_page(request, case).show(request)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(case)


def take_money_step(request: HttpRequest, case: Case, form: Any, act: Any, *, step: str, done: str) -> HttpResponse:
    """As take_step, but back to the money of the case."""
    answer = take_step(request, case, form, act, page=money_page, step=step, done=done)
    if answer.status_code == 302:
        answer["Location"] = reverse("billboards:case-money", args=[case.pk])
    return answer


@require_POST
@VIEW
def payment_create(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = visible_case(request, pk), PaymentForm(request.POST)
    require(can_record_payment(request.user))
    return take_money_step(request, case, form, lambda: form.record(case, by=request.user), step="pay", done="已登记缴款。")  # fmt: skip


def visible_payment(request: HttpRequest, pk: int) -> Payment:
    return get_object_or_404(Payment.objects.visible_to(request.user).select_related("case__violation"), pk=pk)


@require_POST
@VIEW
def payment_void(request: HttpRequest, pk: int) -> HttpResponse:
    payment, form = visible_payment(request, pk), VoidForm(request.POST, door=money.void_payment)
    require(can_record_payment(request.user))
    return take_money_step(request, payment.case, form, lambda: form.take(payment, by=request.user), step="void", done="已作废这笔缴款。")  # fmt: skip


@require_POST
@VIEW
def payment_refund(request: HttpRequest, pk: int) -> HttpResponse:
    payment, form = visible_payment(request, pk), RefundForm(request.POST)
    require(can_refund(request.user, payment))
    return take_money_step(request, payment.case, form, lambda: form.record(payment, by=request.user), step="refund", done="已登记退还。")  # fmt: skip


@require_POST
@VIEW
def refund_void(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Refund.objects.visible_to(request.user).select_related("payment__case__violation")
    refund, form = get_object_or_404(rows, pk=pk), VoidForm(request.POST, door=money.void_refund)
    require(can_record_payment(request.user))
    return take_money_step(request, refund.case, form, lambda: form.take(refund, by=request.user), step="void", done="已作废这笔退还。")  # fmt: skip


@require_POST
@VIEW
def payment_hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    payment, form = visible_payment(request, pk), HandInForm(request.POST)
    require(can_hand_in(request.user, payment))
    return take_money_step(request, payment.case, form, lambda: form.take(payment, by=request.user), step="hand-in", done="已登记交款。")  # fmt: skip


@require_POST
@VIEW
def deferral_create(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = visible_case(request, pk), DeferralForm(request.POST)
    require(can_ask_deferral(request.user))
    return take_money_step(request, case, form, lambda: form.record(case, by=request.user), step="defer", done="已登记申请，请局领导决定。")  # fmt: skip


@require_POST
@VIEW
def deferral_decide(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Deferral.objects.visible_to(request.user).select_related("case__violation")
    deferral, form = get_object_or_404(rows, pk=pk), DeferralDecisionForm(request.POST)
    require(can_decide_deferral(request.user, deferral))
    return take_money_step(request, deferral.case, form, lambda: form.take(deferral, by=request.user), step="decide", done="已登记决定。")  # fmt: skip


@require_POST
@VIEW
def surcharge_freeze(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = visible_case(request, pk), ReckoningForm(request.POST)
    require(can_reckon(request.user))
    return take_money_step(request, case, form, lambda: form.take(case, by=request.user), step="reckon", done="已核定加处罚款。")  # fmt: skip
