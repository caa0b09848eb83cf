"""No form of the records answers with a fault, whatever is typed into it."""

import pytest
from django.urls import reverse

from staff.permissions import Roles
from tests.factories.fireworks import make_ban_scheme, make_incident, make_lot
from tests.fireworks.conftest import signed_in

pytestmark = pytest.mark.django_db
FORMS = (
    "incident",
    "public-report",
    "publicity",
    "media",
    "action",
    "lot",
    "destruction",
    "entry",
    "scheme",
    "bulletin",
    "statement",
)
EXTREMES = ("\0", "9" * 40, "-1", "1e400", "0001-01-01", "9999-12-31", "0001-01", "9999-12-31T23:59", "长" * 5_000)


@pytest.mark.parametrize("name", FORMS)
def test_every_field_takes_every_extreme(name, office):
    make_ban_scheme()
    lot = make_lot()
    url = reverse(f"fireworks:{name}-create")
    page = office.get(url)
    fields = [*page.context["form"].fields]
    plausible = {
        "unit": lot.unit_id,
        "lead_unit": lot.unit_id,
        "held_on": "2026-02-01",
        "month": "2026-02",
        "place": "甲",
    }
    for field in fields:
        for extreme in EXTREMES:
            answer = office.post(url, {**plausible, field: extreme})
            assert answer.status_code in (302, 422), (field, extreme)


@pytest.mark.parametrize("edge", ["verify", "dismiss", "handle", "void", "police"])
def test_every_dialog_takes_every_extreme(edge, office):
    before = {"verify": "reported", "dismiss": "reported", "handle": "verified", "void": "closed", "police": "closed"}
    incident = make_incident(to=before[edge])
    url = reverse(f"fireworks:incident-{edge}", args=[incident.pk])
    for field in ("note", "on_site_at", "handling", "handled_at", "reason", "people", "amount", "days", "told_on"):
        for extreme in EXTREMES:
            assert office.post(url, {"outcome": "fine", "told_by": "甲", field: extreme}).status_code in (302, 422)


LISTS = ("incident", "public-report", "publicity", "media", "action", "lot", "destruction", "entry", "bulletin")


@pytest.mark.parametrize("name", LISTS)
def test_every_filter_takes_every_extreme(name, office):
    url = reverse(f"fireworks:{name}-list")
    filters = office.get(url).context["table"].filters.filters
    for field in filters:
        for extreme in EXTREMES:
            assert office.get(url, {field: extreme}).status_code == 200, (field, extreme)
    for festival in ("spring", "lantern", "qingming"):
        wide = {
            "festival": festival,
            "found_from": "0001-01-01",
            "found_to": "9999-12-31",
            "since": "0001-01-01",
            "until": "9999-12-31",
        }
        assert office.get(url, wide).status_code == 200


def test_a_user_without_a_unit_meets_no_fault():
    client = signed_in(Roles.STREET_CONTACT)
    client.user.unit = None
    client.user.save()
    for name in LISTS:
        assert client.get(reverse(f"fireworks:{name}-list")).status_code in (200, 403)
    assert client.get(reverse("fireworks:incident-create")).status_code == 200
