"""What the assessment puts on the desk and finds for the search field."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inspections import desk, workflow
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE)


def test_nothing_open_is_nothing_to_do(office):
    make_finding(found_at=moment(2026, 3, 5), closed_at=moment(2026, 3, 9))
    assert desk.todo(office) == []


def test_late_and_soon_due_are_one_line_each_and_the_late_list_is_as_long(office, client):
    late = [make_finding(found_at=moment(2025, 3, day)) for day in (5, 6)]
    soon = make_finding(found_at=timezone.now() - timedelta(hours=1), item=ItemFactory(rectify_hours=2))
    later = make_finding(found_at=timezone.now(), item=ItemFactory(rectify_hours=72))
    red, orange = desk.todo(office)
    assert (red.count, red.light, red.due_at) == (2, "red", late[0].due_at)
    assert (orange.count, orange.light, orange.due_at) == (1, "orange", soon.due_at)
    client.force_login(office)
    table = client.get(red.url).context["table"]
    assert [row.object for row in table.rows] == late
    assert later.due_at > timezone.now() + timedelta(days=1)


def test_an_assessed_unit_has_its_own_to_do_only():
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())
    make_finding(found_at=moment(2026, 3, 5))
    assert desk.todo(contact) == []
    make_finding(found_at=moment(2026, 3, 5), unit=contact.unit)
    (line,) = desk.todo(contact)
    assert (line.count, line.action) == (1, "查看")


def test_who_may_not_see_findings_is_told_of_none():
    make_finding(found_at=moment(2026, 3, 5), place="湖岸示例路1号")
    nobody = UserFactory()
    assert desk.todo(nobody) == []
    assert desk.search(nobody, "湖岸") == []


@pytest.mark.parametrize("query", ["湖岸示例路", "货物出店", "考2026-0000"])
def test_search_finds_by_place_words_and_number(office, query):
    finding = make_finding(found_at=moment(2026, 3, 5), place="湖岸示例路1号", description="货物出店经营")
    workflow.void_finding(make_finding(found_at=moment(2025, 3, 5)), by=office, reason="登记有误")
    (hit,) = desk.search(office, query)
    assert hit.url == finding.get_absolute_url()
    assert hit.title.startswith(finding.number)


def test_search_does_not_leak_what_another_unit_owns():
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())
    make_finding(place="湖岸示例路1号")
    assert desk.search(contact, "湖岸") == []
