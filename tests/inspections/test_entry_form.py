"""What the desk's form says beside the problem itself: known place, handling, round; and what a correction leaves alone."""

import pytest
from django.urls import reverse

from inspections.enums import Handling
from inspections.models import Finding, Place
from inspections.workflow import findings
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.rounds import make_place, make_round
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
CREATE = reverse("inspections:finding-create")


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    return user


def data(unit=None, item=None, **more):
    unit, item = unit or UnitFactory(squad=SquadFactory()), item or ItemFactory()
    return {
        "found_at": "2026-03-05T09:30", "unit": unit.pk, "area": "ZG", "item": item.pk, "place": "样例路1号",
        "count": 1, "source": "own_patrol", **more,
    }  # fmt: skip


def test_handling_and_round_are_stored(client, office):
    special = make_round(name="三月专项")
    client.post(CREATE, data(handling="deduct", round=special.pk))
    finding = Finding.objects.get()
    assert (finding.handling, finding.round) == (Handling.DEDUCT, special)


def test_without_them_it_is_an_order_in_the_months_round(client, office):
    client.post(CREATE, data())
    finding = Finding.objects.get()
    assert (finding.handling, finding.round.name) == (Handling.ORDER, "2026年3月日常")


def test_a_round_that_closed_meanwhile_is_said_beside_the_field(client, office):
    special = make_round(name="三月专项", opened=False)
    page = client.post(CREATE, data(round=special.pk))
    assert not Finding.objects.exists()
    assert "考评轮次" in page.content.decode()


def test_a_known_place_is_recognised_and_a_new_one_kept_when_asked(client, office):
    place = make_place(name="样例路1号")
    client.post(CREATE, data(keep_place="on"))
    assert Finding.objects.get().spot == place
    client.post(CREATE, data(place="样例路2号", keep_place="on"))
    assert Place.objects.get(name="样例路2号").learned


def test_nothing_is_kept_of_a_refused_entry(client, office):
    client.post(CREATE, data(area="TD", keep_place="on"))
    assert not Place.objects.exists()


def test_at_a_known_place_recurrence_is_found_whatever_the_words(office):
    unit, item, place = UnitFactory(), ItemFactory(), make_place()
    first = make_finding(unit=unit, item=item, known_place=place.pk, place="东门", found_at=moment(2026, 3, 1))
    findings.close_finding(first, by=office, closed_at=moment(2026, 3, 2))
    again = make_finding(unit=unit, item=item, known_place=place.pk, place="广场东侧", found_at=moment(2026, 3, 9))
    assert again.recurrence == 1


def test_a_correction_leaves_handling_round_and_place_alone(client, office):
    place, special = make_place(), make_round()
    finding = make_finding(
        known_place=place.pk, round_id=special.pk, handling=Handling.DEDUCT, found_at=moment(2026, 3, 5, 9, 30)
    )
    edit = reverse("inspections:finding-edit", args=[finding.pk])
    client.post(edit, data(finding.lead_unit, finding.item, place=finding.place, version=1, count=3))
    finding.refresh_from_db()
    assert (finding.count, finding.spot, finding.round, finding.handling) == (3, place, special, Handling.DEDUCT)


def test_the_findings_page_shows_how_it_was_entered(client, office):
    finding = make_finding(known_place=make_place(name="样例广场").pk, handling=Handling.DEDUCT)
    page = client.get(finding.get_absolute_url()).content.decode()
    assert "只扣分" in page
    assert finding.round.name in page
    assert finding.spot.get_absolute_url() in page
