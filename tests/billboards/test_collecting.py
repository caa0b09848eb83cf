"""Taken down and not paid: the money is collected before the case is closed."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billboards.case_desk import todo
from billboards.dossier import Dossier
from billboards.enums.cases import CaseState, PerformanceKind, Route
from billboards.forms.steps import step_form
from billboards.models import Case, Dunning, Payment, Performance
from billboards.next_steps import next_step
from billboards.workflow.guards import Entry
from billboards.workflow.steps import take_step
from staff.models import ServiceMethod
from staff.permissions import Roles
from staff.refusals import Refused
from tests.billboards.test_case_pages import page, signed_in
from tests.factories.cases import story_until
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2025, 10, 20)


@pytest.fixture
def taken_down():
    return story_until("close")


def dunned_for_the_fine(case):
    letter = Dunning(
        issued_on=DAY, served_on=DAY, service_method=ServiceMethod.DIRECT, perform_by=date(2025, 11, 5), manner="缴纳罚款",
        amount=Decimal(5000),
    )  # fmt: skip
    return take_step(case, "dun", Entry(DAY, letter), by=None)


def paid(case):
    Payment.objects.create(case=case, amount=Decimal(5000), paid_on=DAY, receipt=f"终{case.pk}", late=True)


def test_what_comes_next_is_the_money_and_each_sees_the_own_button(taken_down):
    step = next_step(Dossier(taken_down))
    assert (step.edge, step.what) == ("dun", "催缴罚款")
    assert "5,000.00元没有入库" in step.why
    officer = page(signed_in(Roles.SQUAD_LEADER, taken_down.unit), taken_down).content.decode()
    assert f'btn-primary" href="{reverse("billboards:case-step", args=[taken_down.pk, "dun"])}">催缴罚款' in officer
    money = page(signed_in(Roles.FINANCE), taken_down).content.decode()
    assert f'btn-primary" href="{reverse("billboards:case-money", args=[taken_down.pk])}">登记缴款' in money
    assert not any("可以结案" in each.title for each in todo(UserFactory(role=Roles.DIRECTOR)))


def test_dunned_it_goes_to_the_court_and_a_payment_ends_it(taken_down):
    case = dunned_for_the_fine(taken_down)
    assert (case.state, next_step(Dossier(case)).edge) == (CaseState.DUNNED, "route")
    assert step_form(case, "route").initial["route"] == Route.COURT
    paid(case)
    assert next_step(Dossier(case)).edge == "perform"
    record = Performance(kind=PerformanceKind.PAYMENT, performed_on=DAY, verified_by="甲、乙")
    case = take_step(case, "perform", Entry(DAY, record), by=None)
    assert next_step(Dossier(case)).edge == "close"
    assert case.removals.count() == 1  # what the execution took down is not counted again


def test_paid_up_it_is_closed_and_no_more_dunned(taken_down):
    paid(taken_down)
    assert next_step(Dossier(Case.objects.get(pk=taken_down.pk))).edge == "close"
    with pytest.raises(Refused, match="已缴清"):
        dunned_for_the_fine(taken_down)
