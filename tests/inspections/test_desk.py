"""What the assessment puts on the desk and finds for the search field."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inspections import desk
from inspections.models import Finding
from inspections.workflow import appeals, rectification
from inspections.workflow import findings as workflow
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, in_state, make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE)


def test_nothing_open_is_nothing_to_do(office):
    make_finding(found_at=moment(2026, 3, 5), closed_at=moment(2026, 3, 9))
    assert desk.todo(office) == []


def test_late_and_soon_due_are_one_line_each_and_each_list_is_as_long(office, client):
    """Sheets that carry their own deadlines are late without an order; they still wait to be confirmed."""
    late = [make_finding(found_at=moment(2025, 3, day), due_at=moment(2025, 3, day + 1)) for day in (5, 6)]
    soon = in_state("ordered", item=ItemFactory(rectify_hours=2))
    later = in_state("ordered", item=ItemFactory(rectify_hours=72))
    in_state("reported", item=ItemFactory(rectify_hours=2))  # the unit has done its part
    red, orange, confirm, review = desk.todo(office)
    assert (confirm.count, confirm.action, review.count) == (2, "去确认", 1)
    assert (red.count, red.light, red.due) == (2, "red", late[0].due_at)
    assert (orange.count, orange.light, orange.due) == (1, "orange", soon.due_at)
    client.force_login(office)
    for line, listed in ((red, late), (orange, [soon])):
        assert [row.object for row in client.get(line.url).context["table"].rows] == listed
    assert later.due_at > timezone.now() + timedelta(days=1)


def test_an_assessed_unit_has_its_own_to_do_only():
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())
    in_state("ordered")
    make_finding(unit=contact.unit)  # not ordered yet: nothing to do for the unit
    assert desk.todo(contact) == []
    in_state("ordered", unit=contact.unit)
    (line,) = desk.todo(contact)
    assert (line.count, line.action) == (1, "去整改")


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


def test_a_place_that_begins_like_a_number_is_found_and_a_number_of_any_pattern(office):
    street = make_finding(found_at=moment(2026, 3, 5), place="考棚街12号")
    other = make_finding(found_at=moment(2026, 3, 6))
    Finding.objects.filter(pk=other.pk).update(number="问2026-7")  # the pattern is the office's to change
    for query, wanted in (("考棚街", street), ("问2026", other), (street.number, street)):
        assert [hit.url for hit in desk.search(office, query)] == [wanted.get_absolute_url()]


def test_search_does_not_leak_what_another_unit_owns():
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())
    make_finding(place="湖岸示例路1号")
    assert desk.search(contact, "湖岸") == []


KINDS = {
    "registered": (Roles.ASSESSMENT_OFFICE, "去确认"),
    "confirmed": (Roles.ASSESSMENT_OFFICE, "去交办"),
    "reported": (Roles.ASSESSOR, "去复查"),
}


@pytest.mark.parametrize("state", KINDS)
def test_each_queue_is_one_line_whose_list_is_as_long(client, state):
    role, verb = KINDS[state]
    user = UserFactory(role=role)
    unit, item = UnitFactory(squad=SquadFactory()), ItemFactory()
    for _ in range(2):
        in_state(state, unit=unit, item=item)
    line = next(line for line in desk.todo(user) if line.action == verb)
    client.force_login(user)
    assert line.count == client.get(line.url).context["table"].count == 2


def test_a_unit_s_cases_stand_by_their_light_and_each_line_opens_its_own(client):
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory(squad=SquadFactory()))
    for hours in (2, 72, 96):
        in_state("ordered", unit=contact.unit, item=ItemFactory(rectify_hours=hours))
    late = in_state("returned", unit=contact.unit)
    Finding.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    lines = desk.todo(contact)
    assert [(line.light, line.count) for line in lines] == [("red", 1), ("orange", 1), ("green", 2)]
    client.force_login(contact)
    for line in lines:
        assert client.get(line.url).context["table"].count == line.count


def test_requests_for_time_and_appeals_wait_for_those_who_answer(office, client):
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory(squad=SquadFactory()))
    finding = in_state("ordered", unit=contact.unit)
    rectification.ask_extension(finding, by=contact, reason="雨天无法施工", until=timezone.now() + timedelta(days=5))
    appeals.lodge_appeal(finding, unit=contact.unit, by=contact, ground="facts", reason="当时已经清运")
    lines = {line.action: line for line in desk.todo(office)}
    assert (lines["去答复"].count, lines["查看"].count) == (1, 1)
    leader = UserFactory(role=Roles.DEPUTY_DIRECTOR)
    (decide,) = [line for line in desk.todo(leader) if line.action == "去裁定"]
    client.force_login(leader)
    assert client.get(decide.url).context["table"].count == 1
    assert [line.action for line in desk.todo(contact)] == ["去整改"]


def test_search_finds_an_order_by_its_number_for_its_unit_only(office):
    order = in_state("ordered").order_lines.get().order
    (hit,) = desk.search(office, order.number)
    assert (hit.url, hit.kind) == (order.get_absolute_url(), "交办单")
    stranger = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())
    assert desk.search(stranger, order.number) == []
