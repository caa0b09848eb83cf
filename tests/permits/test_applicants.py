"""Applicants known again by their code."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from permits.models import Ending
from staff.permissions import Roles
from tests.factories.permit_fees import accepted_application
from tests.factories.permits import CREDIT_CODE
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def window():
    client = Client()
    client.user = UserFactory(role=Roles.WINDOW)
    client.force_login(client.user)
    return client


def ask(client, **fields):
    data = {"applicant_kind": "unit", "applicant_code": CREDIT_CODE, **fields}
    return client.post(reverse("permits:applicant-lookup"), data).content.decode()


def test_what_is_still_empty_is_filled_and_what_was_typed_stays(window):
    last = accepted_application(address="样例路 1 号")
    page = ask(window, contact="别人")
    assert last.number in page
    assert 'name="address"' in page
    assert 'value="样例路 1 号"' in page
    assert 'name="contact"' not in page
    assert page.count('hx-swap-oob="true"') == 3  # name, address, phone


def test_an_unknown_code_says_so_and_a_wrong_one_which_digit(window):
    assert "以前没有登记过" in ask(window)
    wrong = CREDIT_CODE[:-1] + ("1" if CREDIT_CODE[-1] != "1" else "2")
    assert "校验位不对" in ask(window, applicant_code=wrong)
    assert "公民身份号码应为 18 位" in ask(window, applicant_kind="person", applicant_code="430602")


def test_who_obtained_a_permit_by_fraud_is_barred_for_three_years(window):
    last = accepted_application()
    Ending.objects.create(
        application=last,
        kind="revoke",
        ground="fraud",
        facts="样例",
        decided_on=timezone.localdate(),
        decided_by="样例",
    )
    page = ask(window)
    assert "三年内不得再次申请" in page
    assert "第七十九条" in page


def test_the_form_asks_as_the_code_is_typed(window):
    page = window.get(reverse("permits:application-create")).content.decode()
    assert f'hx-post="{reverse("permits:applicant-lookup")}"' in page
    assert 'id="applicant-known"' in page


def test_only_the_window_asks():
    client = Client()
    client.force_login(UserFactory(role=Roles.FINANCE))
    assert client.post(reverse("permits:applicant-lookup"), {}).status_code == 403
