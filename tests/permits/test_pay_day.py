"""The day to pay by: from a setting with its source, on the notice, in the calendar, and run after when it is over."""

from datetime import date

import pytest
from django.urls import reverse

from permits.charging import Asked
from permits.clocks import store_due_dates
from permits.desk import todo
from permits.documents.building import build
from permits.enums import PermitState
from permits.kinds import ChargeKind
from permits.models import FeePayment
from permits.paper_kinds import PaperKind
from permits.workflow import daily, decisions, fees, opinions
from permits.workflow.decisions import Verdict
from permits.workflow.next_steps import next_step
from permits.workflow.steps import Step
from staff.models import Message, forget_settings
from staff.permissions import Roles
from tests.factories import permits as make
from tests.factories.permit_fees import make_tariff
from tests.factories.permit_papers import furnish_settings, put_settings
from tests.factories.staff import UserFactory
from tests.permits.conftest import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]
TOLD = date(2026, 9, 23)  # a Wednesday; seven days on is 30 September, ten lie in the holiday week


@pytest.fixture(autouse=True)
def settings_forgotten():
    yield
    forget_settings()


@pytest.fixture
def finance(db):
    return UserFactory(role=Roles.FINANCE)


def told_to_pay(section, officers, finance):
    furnish_settings()
    make_tariff()
    road = make.make_road(manager="district")
    case = make.make_surveyed(section, officers, segments=[make.build_segment(road=road)])
    make.agree(case, section)
    fees.assess(case, Asked(ChargeKind.RESTORATION, TOLD), by=section)
    opinions.to_review(case, Step(section))
    decisions.grant(case, Verdict("按方案施工", "分管副局长"), Step(section))
    decisions.demand_fee(case, Step(finance))
    return make.fresh(case)


def test_the_day_comes_from_the_setting_and_moves_over_a_holiday(section, officers, finance, time_machine_day):
    time_machine_day(TOLD)
    case = told_to_pay(section, officers, finance)
    assert case.pay_due == date(2026, 9, 30)
    put_settings(permits__pay_days="10")
    store_due_dates(case)
    assert case.pay_due == date(2026, 10, 8)  # the third of October is off


def test_the_notice_says_the_day_and_is_not_signed_without_one(section, officers, finance, time_machine_day):
    time_machine_day(TOLD)
    case = told_to_pay(section, officers, finance)
    content = build(case, PaperKind.PAYMENT)
    assert content.missing() == []
    assert any("2026年9月30日前（含当日）缴清" in str(block) for block in content.body())
    case.pay_due = None
    assert [each.field for each in build(case, PaperKind.PAYMENT).missing()] == ["pay_by"]


def test_the_case_says_until_when_and_that_it_is_over(section, officers, finance, time_machine_day):
    time_machine_day(TOLD)
    case = told_to_pay(section, officers, finance)
    step = next_step(case, TOLD)
    assert (step.what, step.who, step.due) == ("收缴费用后发证", "财务", date(2026, 9, 30))
    client = signed_in(finance)
    own = client.get(case.get_absolute_url()).context["own"]
    assert own[:2] == ("登记缴费", reverse("permits:fee-pay", args=[case.assessments.get().pk]))
    assert "缴费期限" in client.get(reverse("permits:due-calendar")).content.decode()
    time_machine_day(date(2026, 10, 9))
    client = signed_in(finance)
    assert "缴费期限已过" in client.get(reverse("permits:fee-page", args=[case.pk])).content.decode()
    listed = client.get(reverse("permits:application-list"), {"late": "pay"}).content.decode()
    assert case.number in listed
    assert any("1 件许可超过缴费期限" in str(each) for each in todo(finance))


def test_finance_and_handler_are_told_once_that_nobody_paid(section, officers, finance, time_machine_day):
    time_machine_day(TOLD)
    case = told_to_pay(section, officers, finance)
    assert daily.remind_payments(date(2026, 9, 30)) == 0
    assert daily.remind_payments(date(2026, 10, 9)) == 2
    assert daily.remind_payments(date(2026, 10, 9)) == 0
    words = Message.objects.filter(recipient=finance).latest("pk").text
    assert "缴费期限（2026-09-30）已过" in words
    assert str(fees.outstanding(case)) in words


def test_who_has_paid_is_left_alone(section, officers, finance, time_machine_day):
    time_machine_day(TOLD)
    case = told_to_pay(section, officers, finance)
    row = case.assessments.get()
    fees.record_payment(FeePayment(assessment=row, amount=row.due, paid_on=TOLD, receipt_number="1"), by=finance)
    assert case.state == PermitState.FEE_DUE
    assert daily.remind_payments(date(2026, 10, 9)) == 0
