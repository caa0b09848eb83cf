"""退还: what is given back of a payment, above all after its decision was quashed; it is owed again where a fine stands."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from billboards import case_desk
from billboards.dossier import Dossier
from billboards.enums.cases import CaseState
from billboards.models import Case, CaseClock, Payment, Refund
from billboards.reckoning import fine_overdue, money_of
from billboards.workflow import money
from billboards.workflow.guards import Entry
from billboards.workflow.steps import take_step
from config.periods import Period
from staff.models import Activity
from staff.permissions import Roles
from staff.refusals import Refused
from tests.billboards.test_case_lists import rows_of
from tests.billboards.test_case_pages import signed_in
from tests.billboards.test_quashed import OUTSTANDING, PARTY, quashed, total
from tests.factories.cases import a_decision, make_case, story_until
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

PAID, BACK, WORD = date(2025, 5, 6), date(2025, 7, 10), "湘岳复决字〔2025〕3号"


@pytest.fixture
def case():
    """Fined 5,000 and overdue, 1,000 paid; the decision was quashed on 1 July."""
    found = story_until("dun", **PARTY)
    Payment.objects.create(case=found, amount=1000, receipt="样例 1", paid_on=PAID)
    return quashed(found)


def give_back(case, amount="1000", on=BACK, **fields):
    facts = {"document": WORD, "by": UserFactory(), **fields}
    return money.record_refund(case.payments.get(), refunded_on=on, amount=Decimal(amount), **facts)


def decided_anew(case, amount=3000):
    take_step(case, "redo", Entry(date(2025, 7, 7), note="复议决定"), by=UserFactory())
    anew = a_decision(issued_on=date(2025, 8, 1), served_on=date(2025, 8, 4), service_method="direct", amount=amount)
    anew.case, anew.remove_by = case, date(2025, 8, 20)
    anew.save()
    Case.objects.filter(pk=case.pk).update(state=CaseState.SERVED)
    CaseClock.objects.create(
        case=case, rule="C_PAY", label="缴纳罚款", started_on=date(2025, 8, 4), due_on=date(2025, 8, 19)
    )
    return Case.objects.get(pk=case.pk)


def test_what_is_given_back_is_never_more_than_was_paid_and_is_kept_in_the_log(case):
    with pytest.raises(Refused, match=r"已缴未退的是 1,000.00 元"):
        give_back(case, "1000.01")
    with pytest.raises(Refused, match="早于缴款日期"):
        give_back(case, on=date(2025, 5, 5))
    give_back(case, "400", receipt="退 1", receiver="样例公司")
    assert Activity.objects.about(case).first().title == "登记退还"
    with pytest.raises(Refused, match="已经登记过"):
        give_back(case, "400")
    with pytest.raises(Refused, match=r"已缴未退的是 600.00 元"):
        give_back(case, "600.01")
    found = money_of(case, date(2025, 12, 31))
    assert (found.paid_fine, found.refunded) == (600, 400)
    assert money_of(case, date(2025, 7, 9)).paid_fine == 1000
    assert not case.flaws.exists()
    with pytest.raises(IntegrityError, match="fine_refund_has_a_document"):
        Refund.objects.create(payment=case.payments.get(), amount=1, document="")


def test_a_payment_is_not_voided_below_what_has_gone_back(case):
    back = give_back(case, "400")
    with pytest.raises(Refused, match="先作废退还"):
        money.void_payment(case.payments.get(), by=UserFactory(), reason="记错案件")
    money.void_refund(back, by=UserFactory(), reason="登记重复")
    assert money_of(case, BACK).paid_fine == 1000
    with pytest.raises(Refused, match="已经作废"):
        money.void_refund(back, by=UserFactory(), reason="再来")
    money.void_payment(case.payments.get(), by=UserFactory(), reason="记错案件")
    with pytest.raises(Refused, match="没有可以退还"):
        give_back(case)


@pytest.mark.parametrize(("back", "paid"), [("1000", 0), ("400", 600)])
def test_only_what_was_not_given_back_is_taken_off_the_decision_made_anew(case, back, paid):
    give_back(case, back)
    case = decided_anew(case)
    found = money_of(case, date(2025, 8, 20))
    assert (found.unpaid, found.reckoned.amount) == (3000 - paid, (3000 - paid) * Decimal("0.03"))
    assert Dossier(case).unpaid == 3000 - paid
    overdue = fine_overdue(Case.objects.all(), date(2025, 8, 20)).get()
    assert overdue.fine_open == 3000 - paid
    assert OUTSTANDING.value(Period.parse("2025"), None).number == 3000 - paid
    page = signed_in(Roles.FINANCE).get(reverse("billboards:case-money", args=[case.pk])).content.decode()
    assert f"其中 {paid:,.2f} 元是原决定被撤销前缴的" in page or not paid
    assert ("已抵作" in page) == bool(paid)


def test_what_goes_back_of_a_fine_that_stands_is_owed_again_and_a_flaw(case):
    case = decided_anew(case)
    receipt = {"kind": "fine", "channel": "bank", "receipt": "样例 2", "by": UserFactory()}
    later = money.record_payment(case, paid_on=date(2025, 8, 10), amount=Decimal(2000), **receipt)
    give = {"by": UserFactory(), "refunded_on": date(2025, 9, 1), "amount": Decimal(500), "document": WORD}
    money.record_refund(later, **give)
    assert "没有被撤销" in case.flaws.get(code="refund").text
    assert money_of(case, date(2025, 9, 2)).unpaid == 500


def test_more_than_the_new_fine_goes_back_without_a_flaw(case):
    case = decided_anew(case, amount=700)
    give_back(case, "300")
    assert (money_of(case, BACK).unpaid, case.flaws.filter(code="refund").exists()) == (0, False)


def refund_line():
    return next((each for each in case_desk.todo(UserFactory(role=Roles.FINANCE)) if "待退还" in each.text), None)


def test_finance_is_told_of_what_is_to_go_back_and_the_list_opens_those_cases(case):
    line = refund_line()
    assert (line.text, line.url) == ("1 起案件罚没款待退还", reverse("billboards:case-money", args=[case.pk]))
    other = quashed(story_until("dun"))
    Payment.objects.create(case=other, kind="surcharge", amount=300, receipt="样例 9", paid_on=PAID)
    Payment.objects.create(case=story_until("dun"), amount=1000, receipt="样例 10", paid_on=PAID)  # its fine stands
    line, client = refund_line(), signed_in(Roles.FINANCE)
    assert (line.count, rows_of(client, refund="true")) == (2, {case.pk, other.pk})
    assert line.url.endswith("refund=true")
    Case.objects.filter(pk=case.pk).update(state=CaseState.CLOSED, closed_on=date(2025, 7, 9))
    assert refund_line().count == 2  # it is owed of a closed case, too
    give_back(case)
    assert rows_of(client, refund="true") == {other.pk}
    assert case.pk in rows_of(client, refund="false")


def test_more_than_the_new_fine_is_to_go_back_and_pays_no_other_fine(case):
    case = decided_anew(case, amount=700)
    other = a_decision(amount=900, orders_removal=False, remove_by=None)
    other.case = make_case(CaseState.OVERDUE)
    other.save()
    found = money_of(case, BACK)
    assert (found.unpaid, found.to_give_back) == (0, 300)
    client, period = signed_in(Roles.FINANCE), Period.parse("2025")
    assert "待退还" in client.get(reverse("billboards:case-money", args=[case.pk])).content.decode()
    assert rows_of(client, refund="true") == {case.pk}
    assert OUTSTANDING.value(period, None).number == 900
    office = signed_in(Roles.OFFICE)
    table = office.get(OUTSTANDING.url(period, None)).context["table"]
    totals = {cell.column.name: cell.text for cell in table.totals}
    assert (totals["fine_open"], totals["fine_excess"]) == ("900.00", "300.00")
    *_, (label, beyond, url) = OUTSTANDING.derive(period, None).inputs
    assert (label, beyond) == ("多缴待退还的罚款", "300.00 元")
    assert [row.object.case_id for row in office.get(url).context["table"].rows] == [case.pk]
    give_back(case, "300")
    assert (refund_line(), OUTSTANDING.value(period, None).number) == (None, 900)
    assert len(OUTSTANDING.derive(period, None).inputs) == 3
    assert OUTSTANDING.value(Period.parse("2025H1"), None).number == 4000 + 900  # the first fine still stood


def test_finance_gives_back_on_the_page_and_the_ledgers_say_so(case):
    finance, payment = signed_in(Roles.FINANCE), case.payments.get()
    address = reverse("billboards:case-money", args=[case.pk])
    assert "待退还" in finance.get(address).content.decode()
    sent = {"refunded_on": BACK, "amount": "1000", "document": WORD}
    refund = reverse("billboards:payment-refund", args=[payment.pk])
    assert refund in finance.get(address).content.decode()
    answer = finance.post(refund, sent)
    assert answer.url == address
    page = finance.get(address).content.decode()
    assert ("待退还" in page, "已退还" in page, WORD in page, refund in page) == (False, True, True, False)
    table = finance.get(reverse("billboards:payment-list")).context["table"]
    totals = {cell.column.name: cell.text for cell in table.totals}
    assert (totals["amount"], totals["refunded"]) == ("1,000.00", "1,000.00")
    assert total(finance, reverse("billboards:refund-list")) == (1, 1000)
    finance.post(reverse("billboards:refund-void", args=[Refund.objects.get().pk]), {"reason": "登记重复"})
    assert total(finance, reverse("billboards:refund-list")) == (0, 0)


def test_the_figure_of_what_is_outstanding_opens_what_was_given_back(case):
    give_back(case, "400")
    decided_anew(case)
    period = Period.parse("2025")
    (_, imposed, _), (_, paid, _), (_, back, back_url) = OUTSTANDING.derive(period, None).inputs
    assert (imposed, paid, back) == ("3,000.00 元", "1,000.00 元", "400.00 元")
    assert total(signed_in(Roles.OFFICE), back_url) == (1, 400)
