"""Money of a case: payments, cash on its way, deferrals, the surcharge; four figures, none of them another."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from billboards.enums.cases import CaseState, RemedyKind
from billboards.forms.money import DeferralForm
from billboards.models import Case, CaseClock, CaseFlaw, Payment, RemedyAction, SurchargeReckoning
from billboards.reckoning import fine_overdue, money_of
from billboards.views.money import against_the_table
from billboards.workflow import cases, money
from staff.refusals import Refused
from tests.factories.cases import a_decision, make_case
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

SERVED = date(2025, 4, 2)  # fifteen days: 2025-04-17
FINE = Decimal(5000)


def fined(state=CaseState.OVERDUE, served_on=SERVED):
    case = make_case(state)
    decision = a_decision(served_on=served_on, service_method="direct" if served_on else "")
    decision.case = case
    decision.save()
    return case


def pay(case, amount="5000", on=date(2025, 4, 10), receipt="票001", **fields):
    facts = {"kind": "fine", "channel": "bank", "by": UserFactory()}
    return money.record_payment(case, paid_on=on, amount=Decimal(amount), receipt=receipt, **{**facts, **fields})


def test_the_four_figures_are_kept_apart():
    case = fined()
    pay(case, "2000", date(2025, 4, 20))
    found = money_of(case, date(2025, 4, 22))
    assert (found.imposed, found.paid_fine, found.unpaid) == (FINE, Decimal(2000), Decimal(3000))
    assert found.due_on == date(2025, 4, 17)
    # three days with 5,000 and two with 3,000
    assert found.reckoned.amount == Decimal("630.00")
    assert not found.is_settled


def test_the_page_names_the_line_that_the_decision_names_not_another_that_fits():
    case = fined()
    case.violation.steps.create(order=1, name="一般", circumstances="单面", minimum=4000, maximum=9000)
    named = case.violation.steps.create(order=2, name="较重", circumstances="双面", minimum=5000, maximum=20000)
    case.decisions.update(discretion_step=named)
    assert "裁量阶次较重" in against_the_table(case, money_of(case, date(2025, 4, 22)))


def test_nothing_is_due_before_the_decision_is_served():
    found = money_of(fined(served_on=None), date(2026, 1, 1))
    assert found.due_on is None
    assert found.reckoned.amount == 0


def test_review_stops_the_surcharge():
    case = fined()
    RemedyAction.objects.create(case=case, kind=RemedyKind.REVIEW, body="区政府", filed_on=date(2025, 4, 19))
    assert money_of(case, date(2025, 12, 31)).reckoned.amount == Decimal("150.00")


def test_more_than_owed_is_refused_and_a_receipt_counts_once():
    case = fined()
    with pytest.raises(Refused, match="多于应缴"):
        pay(case, "5000.01")
    pay(case, "1000")
    with pytest.raises(Refused, match="已经登记过"):
        pay(case, "1000")
    with pytest.raises(Refused, match="没有罚款决定"):
        pay(make_case())
    with pytest.raises(Refused, match="早于处罚决定"):
        pay(case, "1", date(2025, 3, 1), "票002")
    with pytest.raises(Refused, match="晚于今天"):
        pay(case, "1", timezone.localdate() + timedelta(days=1), "票003")
    assert pay(case, "1", date(2025, 4, 11), "票004").late


def test_a_voided_payment_is_owed_again_and_its_receipt_free():
    case = fined()
    payment = pay(case)
    money.void_payment(payment, by=UserFactory(), reason="记错案件")
    assert money_of(case, date(2025, 4, 12)).unpaid == FINE
    assert pay(case).pk != payment.pk
    with pytest.raises(Refused, match="已经作废"):
        money.void_payment(payment, by=UserFactory(), reason="再来")


def test_the_database_takes_no_payment_of_nothing():
    case = fined()
    with pytest.raises(IntegrityError, match="fine_payment_positive"):
        Payment.objects.create(case=case, amount=0, receipt="x", paid_on=date(2025, 4, 10))


def test_cash_has_two_working_days_to_the_bureau_and_two_to_the_bank():
    case = fined()
    payment = pay(case, "100", date(2025, 4, 3), channel="cash")
    assert payment.hand_in_by == date(2025, 4, 8)  # 清明 and a weekend between
    handed = money.hand_in_cash(payment, by=UserFactory(), on=date(2025, 4, 8))
    assert handed.bank_by == date(2025, 4, 10)
    assert not CaseFlaw.objects.exists()
    money.hand_in_cash(payment, by=UserFactory(), on=date(2025, 4, 11))
    assert "逾期" in CaseFlaw.objects.get().text
    with pytest.raises(Refused, match="不需要"):
        money.hand_in_cash(payment, by=UserFactory(), on=date(2025, 4, 12))


def test_the_clock_of_cash_taken_on_the_spot_ends_when_it_is_handed_in():
    case = fined()
    CaseClock.objects.create(case=case, rule="C_HANDOVER_CASH", started_on=date(2025, 4, 3), due_on=date(2025, 4, 8))
    money.hand_in_cash(pay(case, "100", date(2025, 4, 3), channel="cash"), by=UserFactory(), on=date(2025, 4, 8))
    assert case.clocks.get().finished_on == date(2025, 4, 8)


def test_the_clock_of_cash_runs_on_until_all_of_it_is_handed_in():
    case, by = fined(), UserFactory()
    CaseClock.objects.create(case=case, rule="C_HANDOVER_CASH", started_on=date(2025, 4, 3), due_on=date(2025, 4, 8))
    cash = [pay(case, "100", date(2025, 4, 3), channel="cash", receipt=receipt) for receipt in ("甲", "乙", "丙")]
    money.void_payment(cash[2], by=by, reason="重复登记")
    money.hand_in_cash(cash[0], by=by, on=date(2025, 4, 7))
    assert case.clocks.get().finished_on is None
    money.hand_in_cash(cash[1], by=by, on=date(2025, 4, 8))
    assert case.clocks.get().finished_on == date(2025, 4, 8)


def test_cash_that_was_handed_in_outside_ends_its_clock_too():
    case = fined()
    clock = CaseClock.objects.create(
        case=case, rule="C_HANDOVER_CASH", started_on=date(2025, 4, 3), due_on=date(2025, 4, 8)
    )
    assert cases.finish_clock(clock, by=UserFactory(), on=date(2025, 4, 8), note="").finished_on == date(2025, 4, 8)


@pytest.mark.parametrize("line", ["2026-05-30 nan", "2026-05-30 inf", "9999-12-31 5000"])
def test_a_line_of_instalments_that_is_no_amount_or_no_year_is_refused(line):
    form = DeferralForm({"applied_on": "2025-04-10", "hardship": "停业", "parts": line})
    assert not form.is_valid()
    assert "第 1 行" in form.errors["parts"][0]


def ask(case, parts, on=date(2025, 4, 10)):
    return money.ask_deferral(case, by=UserFactory(), applied_on=on, hardship="停业", parts=parts)


def test_instalments_are_what_is_unpaid_and_move_what_is_due():
    case = fined(CaseState.SERVED)
    with pytest.raises(Refused, match="应等于未缴"):
        ask(case, [(date(2025, 5, 30), Decimal(1000))])
    with pytest.raises(Refused, match="互不相同"):
        ask(case, [(date(2025, 5, 30), Decimal(2500)), (date(2025, 5, 30), Decimal(2500))])
    deferral = ask(case, [(date(2025, 5, 30), Decimal(2000)), (date(2025, 6, 30), Decimal(3000))])
    with pytest.raises(Refused, match="还有一份"):
        ask(case, [(date(2025, 5, 30), FINE)])
    money.decide_deferral(deferral, by=UserFactory(), granted=True, approver="局长", on=date(2025, 4, 15))
    case.refresh_from_db()
    assert case.state == CaseState.DEFERRED
    found = money_of(case, date(2025, 5, 1))
    assert found.deferred == FINE
    assert found.next_due == date(2025, 5, 30)
    assert found.reckoned.amount == 0
    assert money_of(case, date(2025, 6, 1)).reckoned.amount == Decimal("120.00")
    with pytest.raises(Refused, match="已经决定"):
        money.decide_deferral(deferral, by=UserFactory(), granted=False, approver="局长", on=date(2025, 4, 15))


def grant(case, parts, on=date(2025, 4, 10)):
    money.decide_deferral(ask(case, parts, on), by=UserFactory(), granted=True, approver="局长", on=on)


@pytest.mark.parametrize("first", [2000, 3000])
def test_what_was_paid_before_a_deferral_is_not_taken_off_its_instalments_again(first):
    case = fined(CaseState.SERVED)
    pay(case, first, date(2025, 4, 5))
    rest = FINE - first
    grant(case, [(date(2025, 5, 30), rest)])
    found = money_of(case, date(2025, 5, 30))
    assert (found.unpaid, found.deferred, found.next_due, found.reckoned.amount) == (rest, rest, date(2025, 5, 30), 0)
    later = money_of(case, date(2025, 6, 1))
    assert [(line.first, line.days, line.overdue) for line in later.reckoned.lines] == [(date(2025, 5, 31), 2, rest)]
    assert later.reckoned.amount == rest * Decimal("0.06")
    pay(case, rest, date(2025, 6, 1), "票009")
    assert money_of(case, date(2025, 7, 1)).reckoned.amount == rest * Decimal("0.06")


def test_the_first_instalment_after_a_part_payment_is_what_comes_next():
    case = fined(CaseState.SERVED)
    pay(case, 2000, date(2025, 4, 5))
    grant(case, [(date(2025, 5, 30), Decimal(1500)), (date(2025, 6, 30), Decimal(1500))])
    assert money_of(case, date(2025, 5, 1)).next_due == date(2025, 5, 30)
    assert money_of(case, date(2025, 6, 2)).reckoned.amount == Decimal("135.00")  # three days with 1,500
    pay(case, 1500, date(2025, 6, 2), "票009")
    found = money_of(case, date(2025, 6, 30))
    assert (found.next_due, found.deferred, found.reckoned.amount) == (date(2025, 6, 30), 1500, Decimal("135.00"))
    grant(
        case, [(date(2025, 8, 29), Decimal(1500))], date(2025, 6, 30)
    )  # put off once more, what was paid still counts
    found = money_of(case, date(2025, 8, 30))
    assert (found.next_due, found.reckoned.amount) == (date(2025, 8, 29), Decimal("180.00"))


def test_a_part_payment_that_is_voided_is_due_by_the_day_of_the_decision_the_deferral_never_moved_it():
    case = fined(CaseState.SERVED)
    slip = pay(case, 2000, date(2025, 4, 5))
    grant(case, [(date(2025, 5, 30), Decimal(3000))])
    money.void_payment(slip, by=UserFactory(), reason="记错案件")
    found = money_of(case, date(2025, 4, 17))
    assert (found.next_due, found.deferred, found.reckoned.amount) == (date(2025, 4, 17), 3000, 0)
    assert money_of(case, date(2025, 4, 18)).reckoned.amount == Decimal("60.00")


def test_a_refused_deferral_changes_nothing():
    case = fined(CaseState.SERVED)
    money.decide_deferral(ask(case, [(date(2025, 6, 30), FINE)]), by=UserFactory(), granted=False, approver="局长", on=date(2025, 4, 15))  # fmt: skip
    assert money_of(case, date(2025, 4, 18)).reckoned.amount == Decimal("150.00")


def test_the_surcharge_is_frozen_once_a_day_with_its_lines():
    case = fined()
    first = money.freeze_surcharge(case, by=UserFactory(), on=date(2025, 4, 20))
    again = money.freeze_surcharge(case, by=UserFactory(), on=date(2025, 4, 20))
    assert first == again
    assert first.amount == Decimal("450.00")
    assert first.lines == ["2025-04-18至2025-04-20，3日：5,000.00元×3%×3＝450.00元"]
    later = money.freeze_surcharge(case, by=UserFactory(), on=date(2025, 12, 31))
    assert later.amount == FINE
    assert "按罚款数额" in later.lines[-1]
    assert list(SurchargeReckoning.objects.latest_of_each_case()) == [later]
    assert list(SurchargeReckoning.objects.reckoned_between(date(2025, 4, 1), date(2025, 6, 30))) == [first]
    with pytest.raises(Refused, match="没有加处罚款"):
        money.freeze_surcharge(fined(), by=UserFactory(), on=date(2025, 4, 17))


def test_the_database_never_takes_a_surcharge_above_the_fine():
    with pytest.raises(IntegrityError, match="surcharge_never_above_the_fine"):
        SurchargeReckoning.objects.create(case=fined(), computed_to=SERVED, fine=1, uncapped=2, amount=2)


def test_a_year_without_a_calendar_is_said_and_not_stumbled_over():
    case = fined(served_on=date(2041, 4, 2))
    with pytest.raises(Refused, match="2041年的工作日历"):
        money_of(case, date(2041, 5, 1))


def test_each_instalment_that_is_missed_stands_on_the_desk_from_its_own_day():
    case = fined(CaseState.SERVED)
    grant(case, [(date(2025, 5, 30), Decimal(2000)), (date(2025, 6, 30), Decimal(3000))])

    def stands(month, day):
        return fine_overdue(Case.objects.all(), date(2025, month, day)).exists()

    assert [stands(5, 30), stands(5, 31), stands(6, 30)] == [False, True, True]
    pay(case, 2000, date(2025, 6, 2))
    assert [stands(6, 30), stands(7, 1)] == [False, True]
    grant(case, [(date(2025, 8, 29), Decimal(3000))], date(2025, 6, 30))  # put off once more
    assert case.clocks.get(rule="DEFERRED").due_on == date(2025, 8, 29)
    assert [stands(7, 1), stands(8, 29), stands(8, 30)] == [False, False, True]
