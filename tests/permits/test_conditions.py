"""What a licence asks of its holder, the numbers of received files, and money paid beyond what is due."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from permits.conditions import DIG, WITHIN, proposed_conditions
from permits.enums import PermitState
from permits.models import FeeAssessment, FeePayment
from permits.paper_kinds import PaperKind, series_of
from permits.workflow.next_steps import next_step
from permits.workflow.window import SERIES
from staff.permissions import Roles
from tests.factories import permits as make
from tests.factories.permit_fees import make_tariff, worked_example
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db


def test_conditions_are_duties_of_the_holder_and_what_others_attached(office, section, officers):
    case = make.make_in_review(section, officers)
    case.item.conditions = "有可行的交通组织方案"
    case.item.save()
    case.opinions.filter(body="police").update(outcome="conditional", note="夜间施工，设绕行标志")
    case.surveys.update(opinion="conditional", opinion_note="避让盲道")
    lines = proposed_conditions(case).splitlines()
    assert lines[:2] == [WITHIN, DIG]
    assert lines[2:] == ["公安交管部门：夜间施工，设绕行标志", "现场查勘意见：避让盲道"]


def test_no_paper_takes_its_number_from_the_received_files():
    codes = [series_of(kind)[0] for kind in PaperKind]
    assert SERIES not in codes
    assert len(set(codes)) == len(codes)


@pytest.fixture
def restoration(client):
    make_tariff()
    case = worked_example()
    client.force_login(UserFactory(role=Roles.FINANCE))
    given = {"kind": "restoration", "day": str(timezone.localdate()), "measured": "on", "cause": "first"}
    client.post(reverse("permits:fee-assess", args=[case.pk]), given)
    return FeeAssessment.objects.latest("pk")


def paid(amount, **fields):
    day = str(timezone.localdate() - timedelta(days=1))
    return {"amount": amount, "paid_on": day, "receipt_number": "湘票9", **fields}


def test_more_than_is_due_is_a_slip_until_it_is_said_to_be_so(client, restoration):
    address = reverse("permits:fee-pay", args=[restoration.pk])
    answer = client.post(address, paid("60765.70"))
    assert "金额 60765.70 元多于未缴的 6076.57 元" in answer.content.decode()
    assert not FeePayment.objects.exists()
    client.post(address, paid("6100.00", overpaid="on"))
    assert FeePayment.objects.get().amount == Decimal("6100.00")
    page = client.get(restoration.get_absolute_url()).content.decode()
    assert "多缴 23.43 元，尚未退还" in page


def test_an_expired_permit_says_that_it_cannot_be_changed_any_more(office, section, officers):
    case = make.make_active(section, officers)
    case.state = PermitState.EXPIRED
    step = next_step(case, timezone.localdate())
    assert "不能再办理变更" in step.why
    assert "重新申请" in step.why
