"""The fee of a case on its page: tried out, frozen, let off, paid, paid back; and the books."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from permits.desk import todo
from permits.kinds import FeeKind
from permits.models import FeeAssessment, FeePayment, FeeRefund
from staff.models import Activity
from staff.permissions import Roles
from tests.factories.permit_fees import make_tariff, worked_example
from tests.factories.staff import UserFactory
from tests.pdf_measure import text as pdf_text

pytestmark = pytest.mark.django_db


def signed_in(role):
    client = Client()
    client.user = UserFactory(role=role)
    client.force_login(client.user)
    return client


@pytest.fixture
def finance():
    return signed_in(Roles.FINANCE)


@pytest.fixture
def window():
    return signed_in(Roles.WINDOW)


@pytest.fixture
def case():
    make_tariff()
    make_tariff(FeeKind.OCCUPATION, name="样例占用费")
    return worked_example()


def asked(**fields):
    today = timezone.localdate()
    return {"kind": "restoration", "day": str(today), "measured": "on", "cause": "first", "zone": "", **fields}


def assessed(client, case, **fields):
    client.post(reverse("permits:fee-assess", args=[case.pk]), asked(**fields))
    return FeeAssessment.objects.latest("pk")


def test_trying_out_shows_every_line_and_writes_nothing(finance, case):
    page = finance.get(reverse("permits:fee-assess", args=[case.pk]), asked()).content.decode()
    for words in ("10.32 ㎡ × 150.00 元/㎡", "4,238.57", "290.00", "核定 6,076.57 元"):
        assert words in page
    assert not FeeAssessment.objects.exists()


def test_freezing_leads_to_the_money_of_the_case(finance, case):
    answer = finance.post(reverse("permits:fee-assess", args=[case.pk]), asked(), follow=True)
    page = answer.content.decode()
    assert "10.32 ㎡ × 150.00 元/㎡" in page
    assert "6,076.57" in page
    assert FeeAssessment.objects.get().frozen_by == finance.user
    twice = finance.post(reverse("permits:fee-assess", args=[case.pk]), asked())
    assert twice.status_code == 422
    assert "这种费用已经核定" in twice.content.decode()
    assert FeeAssessment.objects.count() == 1


def test_a_year_without_tariff_is_said_beside_the_day(finance, case):
    page = finance.get(reverse("permits:fee-assess", args=[case.pk]), asked(day="2020-01-01")).content.decode()
    assert "没有在 2020-01-01 有效的挖掘修复费标准" in page
    assert "核定 6" not in page


def test_paid_late_is_recorded_and_marked(finance, case):
    row = assessed(finance, case, kind="occupation")
    day = timezone.localdate() - timedelta(days=3)
    address = reverse("permits:fee-pay", args=[row.pk])
    finance.post(address, {"amount": "450.00", "paid_on": str(day), "receipt_number": "湘票1"})
    page = finance.get(row.get_absolute_url()).content.decode()
    assert "补录" in page
    assert "已缴清" in page
    again = finance.post(address, {"amount": "450.00", "paid_on": str(day), "receipt_number": "湘票1"})
    assert "没有重复登记" in again.content.decode()
    assert FeePayment.objects.count() == 1


def test_exemption_needs_reason_basis_and_who_allowed_it(finance, case):
    row = assessed(finance, case, kind="occupation")
    address = reverse("permits:fee-exempt", args=[row.pk])
    page = finance.post(address, {"amount": "450", "on": str(timezone.localdate())}).content.decode()
    for words in ("请填写减免理由", "请填写减免依据", "请填写批准人"):
        assert words in page
    data = {"amount": "450", "reason": "短期小额", "basis": "样例文件第三条", "approver": "样例局长", "on": str(timezone.localdate())}  # fmt: skip
    finance.post(address, data)
    row.refresh_from_db()
    assert row.outstanding == 0
    assert row.exempt_basis == "样例文件第三条"


def test_refund_is_reckoned_from_the_days_given_back(finance, case):
    row = assessed(finance, case, kind="occupation")
    finance.post(
        reverse("permits:fee-pay", args=[row.pk]),
        {"amount": "450", "paid_on": str(timezone.localdate()), "receipt_number": "湘票2"},
    )
    data = {"ground": "adjustment", "days_freed": "4", "decided_on": str(timezone.localdate())}
    finance.post(reverse("permits:fee-refund", args=[row.pk]), data)
    refund = FeeRefund.objects.get()
    assert refund.amount == Decimal("180.00")
    assert refund.formula.startswith("已缴 450.00 元")
    too_much = finance.post(reverse("permits:fee-refund", args=[row.pk]), data | {"days_freed": "", "amount": "271"})
    assert "已缴未退的是 270.00 元" in too_much.content.decode()


@pytest.fixture
def refund(finance, case):
    row = assessed(finance, case, kind="occupation")
    today = str(timezone.localdate())
    finance.post(
        reverse("permits:fee-pay", args=[row.pk]), {"amount": "450", "paid_on": today, "receipt_number": "湘票2"}
    )
    data = {"ground": "overpaid", "amount": "50", "decided_on": today}
    finance.post(reverse("permits:fee-refund", args=[row.pk]), data)
    return FeeRefund.objects.get()


def test_the_arrival_of_a_refund_is_recorded_with_day_and_voucher(finance, refund):
    address = reverse("permits:refund-arrived", args=[refund.pk])
    owed = finance.get(reverse("permits:assessment-list"), {"standing": "refunding"}).content.decode()
    assert refund.assessment.application.number in owed
    today = timezone.localdate()
    finance.post(address, {"paid_on": str(today), "receipt_number": "退付 1 号"})
    refund.refresh_from_db()
    assert (refund.paid_on, refund.receipt_number) == (today, "退付 1 号")
    page = finance.get(refund.assessment.get_absolute_url()).content.decode()
    assert "到账，凭证 退付 1 号" in page
    assert "尚未到账" not in page
    owed = finance.get(reverse("permits:assessment-list"), {"standing": "refunding"}).content.decode()
    assert refund.assessment.application.number not in owed


@pytest.mark.parametrize(("days", "words"), [(1, "到账日期晚于今天"), (-1, "到账日期早于退费决定日期")])
def test_a_refund_does_not_arrive_before_it_is_decided_or_tomorrow(finance, refund, days, words):
    day = timezone.localdate() + timedelta(days=days)
    answer = finance.post(
        reverse("permits:refund-arrived", args=[refund.pk]), {"paid_on": str(day), "receipt_number": "1"}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    refund.refresh_from_db()
    assert refund.paid_on is None


def test_a_day_typed_wrong_is_corrected_and_the_log_keeps_both(finance, refund):
    address = reverse("permits:refund-arrived", args=[refund.pk])
    for number in ("退付 1 号", "退付 2 号"):
        finance.post(address, {"paid_on": str(timezone.localdate()), "receipt_number": number})
    refund.refresh_from_db()
    assert refund.receipt_number == "退付 2 号"
    titles = list(Activity.objects.about(refund.assessment.application).order_by("pk").values_list("title", flat=True))
    assert titles[-2:] == ["登记退款到账", "更正退款到账"]


def test_finance_sees_what_it_runs_after(finance, refund):
    assert any("1 笔费用的退费未到账" in str(each) for each in todo(finance.user))


def test_voiding_asks_for_a_reason_and_is_refused_once_paid(finance, case):
    row = assessed(finance, case)
    address = reverse("permits:fee-void", args=[row.pk])
    assert finance.post(address, {"reason": ""}).status_code == 422
    finance.post(address, {"reason": "面积录错"})
    row.refresh_from_db()
    assert row.void_reason == "面积录错"
    assert "作废的核定（1）" in finance.get(row.get_absolute_url()).content.decode()


def test_the_window_reads_but_charges_nothing(window, case):
    page = window.get(reverse("permits:fee-page", args=[case.pk]))
    assert page.status_code == 200
    assert "核定费用由审批科或财务办理" in page.content.decode()
    assert window.get(reverse("permits:fee-assess", args=[case.pk])).status_code == 403
    assert window.post(reverse("permits:fee-assess", args=[case.pk]), asked()).status_code == 403


def test_the_money_of_a_case_one_cannot_see_is_not_found(case):
    squad = signed_in(Roles.SQUAD_MEMBER)
    assert squad.get(reverse("permits:fee-page", args=[case.pk])).status_code == 404


def test_deposits_are_not_offered_and_refused_with_the_article(finance, case):
    assert reverse("permits:fee-deposit", args=[case.pk]) not in finance.get(reverse("permits:fee-page", args=[case.pk])).content.decode()  # fmt: skip
    page = finance.post(reverse("permits:fee-deposit", args=[case.pk]), {"amount": "5000", "basis": "样例"})
    assert page.status_code == 422
    assert "第五十八条" in page.content.decode()


def test_sheet_prints_its_lines(finance, case, tmp_path):
    row = assessed(finance, case)
    words = "".join(pdf_text(tmp_path, finance.get(reverse("permits:assessment-pdf", args=[row.pk])).content).split())
    for part in ("挖掘修复费核定单", "10.32㎡×150.00元/㎡", "6,076.57", "样价〔2024〕1号"):
        assert part in words


def test_the_books_add_up(finance, case):
    assessed(finance, case)
    row = assessed(finance, case, kind="occupation")
    finance.post(
        reverse("permits:fee-pay", args=[row.pk]),
        {"amount": "450", "paid_on": str(timezone.localdate()), "receipt_number": "湘票3"},
    )
    table = finance.get(reverse("permits:assessment-list")).context["table"]
    totals = {cell.column.name: cell.text for cell in table.totals}
    assert (totals["total"], totals["paid"]) == ("6,526.57", "450.00")
    still_open = finance.get(f"{reverse('permits:assessment-list')}?standing=open").context["table"]
    assert [each.object.kind for each in still_open.rows] == ["restoration"]
    payments = finance.get(reverse("permits:payment-list")).context["table"]
    assert {cell.column.name: cell.text for cell in payments.totals}["amount"] == "450.00"


def test_a_payment_prints_as_a_slip_until_it_is_voided(finance, case, tmp_path):
    row = assessed(finance, case)
    payment = FeePayment.objects.create(assessment=row, amount=row.total, receipt_number="票1", payer="样例付款人")
    address = reverse("permits:payment-slip", args=[payment.pk])
    assert address in finance.get(row.get_absolute_url()).content.decode()
    words = "".join(pdf_text(tmp_path, finance.get(address).content).split())
    for each in ("缴费凭单", "票1", "6,076.57", "样例付款人", "不代替非税收入票据"):
        assert each in words
    FeePayment.objects.update(voided_at=timezone.now(), void_reason="登记错")
    assert finance.get(address).status_code == 404


def paid_up(finance, case, kind, amount):
    row, today = assessed(finance, case, kind=kind), str(timezone.localdate())
    finance.post(
        reverse("permits:fee-pay", args=[row.pk]), {"amount": amount, "paid_on": today, "receipt_number": f"湘票{kind}"}
    )
    return row, {"ground": "adjustment", "decided_on": today}


def test_ground_given_back_is_a_share_of_what_was_occupied_not_of_what_was_dug(finance, case):
    row, data = paid_up(finance, case, "occupation", "450")
    finance.post(reverse("permits:fee-refund", args=[row.pk]), data | {"days_freed": "10", "area_freed": "15"})
    assert FeeRefund.objects.get().amount == Decimal("225.00")  # half of 30 ㎡; the trenches are no part of it


def test_a_restoration_fee_is_not_given_back_by_the_day(finance, case):
    row, data = paid_up(finance, case, "restoration", "6076.57")
    page = finance.post(reverse("permits:fee-refund", args=[row.pk]), data | {"days_freed": "4"}).content.decode()
    assert "只有占用费按减少的天数和面积计算" in page
    assert not FeeRefund.objects.exists()


@pytest.mark.parametrize(("days", "words"), [(1, "到账日期晚于今天"), (-1, "到账日期早于退费决定日期")])
def test_a_refund_that_is_entered_with_its_arrival_is_held_to_the_same_days(finance, case, days, words):
    row, data = paid_up(finance, case, "occupation", "450")
    arrived = str(timezone.localdate() + timedelta(days=days))
    page = finance.post(reverse("permits:fee-refund", args=[row.pk]), data | {"amount": "50", "paid_on": arrived})
    assert words in page.content.decode()
    assert not FeeRefund.objects.exists()


def test_a_payment_is_not_voided_below_what_went_back(finance, case):
    row, data = paid_up(finance, case, "occupation", "450")
    finance.post(reverse("permits:fee-refund", args=[row.pk]), data | {"amount": "50"})
    void = reverse("permits:payment-void", args=[row.payments.get().pk])
    page = finance.post(void, {"reason": "登记错"}).content.decode()
    assert "已决定退 50.00 元" in page
    finance.post(
        reverse("permits:fee-pay", args=[row.pk]),
        {"amount": "400", "paid_on": str(timezone.localdate()), "receipt_number": "湘票正", "overpaid": "on"},
    )
    finance.post(void, {"reason": "登记错"})
    assert row.payments.get(voided_at=None).amount == Decimal(400)
