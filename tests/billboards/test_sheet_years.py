"""A year that no clock had, in a record made on the spot, is refused with words."""

import pytest
from django.urls import reverse

from staff.permissions import Roles
from tests.factories.cases import make_case
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_year_that_no_clock_had_is_refused(client, day):
    case = make_case()
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=case.unit))
    sent = {"started_at": day, "ended_at": day, "place": "样例路1号", "facts": "样例", "signature": "signed"}
    page = client.post(reverse("billboards:case-action", args=[case.pk, "site"]), sent)
    assert page.status_code == 422
    assert "年份不对" in page.content.decode()
