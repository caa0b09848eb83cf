"""The desk: what others did to one's cases, the unit's numbers, what one enters most, in a fixed number of queries."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from config.navigation import QUICK, QUICK_SHOWN, address_of, quick_entries
from inspections.models import Finding
from reports.changes import changes_for
from reports.desks import all_numbers
from staff.models import Activity, Verb
from staff.permissions import Roles
from tests.factories.fireworks import make_incident
from tests.factories.inspections import in_state, make_finding
from tests.factories.reports import make_tally, make_task
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    return UnitFactory()


@pytest.fixture
def contact(street):
    return UserFactory(role=Roles.STREET_CONTACT, unit=street)


@pytest.fixture
def other():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE, display_name="考评办老周")


def touched(record, by, title="改派责任单位", verb=Verb.TRANSITION):
    return Activity.record(verb, record, by=by, title=title)


def test_what_others_did_to_my_units_case_is_shown_with_who_and_what(contact, other, street, client):
    finding = make_finding(unit=street)
    touched(finding, other, "交办")
    touched(finding, other)
    (change,) = changes_for(contact)
    assert (change.url, change.what, change.who, change.count) == (
        finding.get_absolute_url(), "改派责任单位", "考评办老周", 2,
    )  # fmt: skip
    client.force_login(contact)
    page = client.get("/").content.decode()
    assert "改派责任单位" in page
    assert "共 2 次变动" in page


def test_my_own_steps_are_no_news_and_neither_is_another_units_case(contact, other, street):
    touched(make_finding(unit=street), contact)
    touched(make_finding(), other)
    assert changes_for(contact) == []


def test_what_i_had_a_hand_in_is_mine_though_another_unit_answers_for_it(other):
    assessor = UserFactory(role=Roles.ASSESSOR)
    finding = make_finding()
    touched(finding, assessor, "登记", Verb.CREATE)
    touched(finding, other)
    assert [change.url for change in changes_for(assessor)] == [finding.get_absolute_url()]


def test_what_may_no_longer_be_seen_is_not_shown(contact, other):
    elsewhere = make_finding()
    touched(elsewhere, contact, "登记", Verb.CREATE)  # once reassigned, another unit's
    touched(elsewhere, other)
    assert changes_for(contact) == []


def test_only_the_last_days_and_marked_since_the_last_visit(contact, other, street):
    now = timezone.now()
    old, before, after = (make_finding(unit=street) for _ in range(3))
    for days, finding in ((8, old), (3, before), (1, after)):
        with time_machine.travel(now - timedelta(days=days), tick=False):
            touched(finding, other)
        if days == 3:
            with time_machine.travel(now - timedelta(days=2), tick=False):
                Activity.record(Verb.LOGIN, contact, by=contact)
    Activity.record(Verb.LOGIN, contact, by=contact)  # this visit
    found = changes_for(contact)
    assert [(change.url, change.is_new) for change in found] == [
        (after.get_absolute_url(), True),
        (before.get_absolute_url(), False),
    ]


def test_refused_steps_change_nothing(contact, other, street):
    Activity.record(Verb.TRANSITION, make_finding(unit=street), by=other, title="销号", succeeded=False)
    assert changes_for(contact) == []


# --- Numbers -----------------------------------------------------------------------------------------------------------


def rows_behind(client, url):
    table = client.get(url).context["table"]
    return table.count


@pytest.mark.parametrize("role", [Roles.STREET_CONTACT, Roles.SQUAD_LEADER, Roles.OFFICE, Roles.WINDOW, Roles.LEGAL])
def test_each_number_opens_a_list_that_is_as_long(role, street, client):
    user = UserFactory(role=role, unit=street)
    today = timezone.now()
    for unit in (street, UnitFactory()):
        in_state("ordered", unit=unit)
        make_finding(unit=unit, found_at=today - timedelta(hours=2))
        make_finding(unit=unit, found_at=today - timedelta(days=400))
        make_incident(unit=unit)
        make_tally(unit=unit, happened_on=timezone.localdate())
        make_task(owner=unit)
    client.force_login(user)
    numbers = all_numbers(user)
    assert numbers
    for number in numbers:
        assert rows_behind(client, number.url) == number.value, number.label


def test_a_unit_counts_its_own_and_the_office_all(street):
    for unit in (street, street, UnitFactory()):
        make_finding(unit=unit, found_at=timezone.now() - timedelta(hours=1))
    of_unit = {each.label: each.value for each in all_numbers(UserFactory(role=Roles.STREET_CONTACT, unit=street))}
    of_all = {each.label: each.value for each in all_numbers(UserFactory(role=Roles.OFFICE, unit=UnitFactory()))}
    assert of_unit["本月考评问题"] == 2
    assert of_all["本月考评问题"] == 3 == Finding.objects.count()


# --- Quick entry -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Roles.ASSESSOR, "现场录入"),
        (Roles.WINDOW, "登记申请"),
        (Roles.FINANCE, "登记缴费"),
        (Roles.STREET_CONTACT, "登记炮情"),
        (Roles.LEGAL, "登记台账"),
        (Roles.PERSONNEL, "登记人员"),
        (Roles.BILLBOARD_OFFICE, "登记户外广告"),
        (Roles.ADMINISTRATOR, "新建账号"),
    ],
)
def test_each_role_has_a_button_for_what_it_enters_most_and_may_press_it(role, first, client):
    user = UserFactory(role=role, unit=UnitFactory())
    entries = quick_entries(user)
    assert entries[0].label == first
    assert len(entries) <= QUICK_SHOWN
    client.force_login(user)
    for entry in entries:
        assert client.get(entry.url).status_code == 200, entry.label


def test_every_quick_entry_has_an_address():
    assert [entry.label for entry in QUICK if not address_of(entry.url_name, entry.args)] == []


# --- Cost --------------------------------------------------------------------------------------------------------------


def test_the_desk_costs_as_many_queries_for_thirty_cases_as_for_three(
    contact, other, street, client, django_assert_max_num_queries
):
    call_command("create_groups", verbosity=0)
    client.force_login(contact)

    def fill(count):
        for finding in (make_finding(unit=street, found_at=timezone.now() - timedelta(hours=3)) for _ in range(count)):
            touched(finding, other)
            in_state("ordered", unit=street)

    fill(3)
    client.get("/")
    with django_assert_max_num_queries(80) as few:
        client.get("/")
    fill(27)
    with django_assert_max_num_queries(80) as many:
        client.get("/")
    assert len(many) == len(few)


def test_the_desk_of_who_sees_everything_stays_bounded(client, django_assert_max_num_queries):
    client.force_login(UserFactory(role=Roles.OFFICE, unit=UnitFactory()))
    client.get(reverse("reports:desk"))
    with django_assert_max_num_queries(140):
        client.get(reverse("reports:desk"))


def test_the_number_of_queries_for_changes_is_fixed(other, street, contact, django_assert_num_queries):
    for _ in range(20):
        touched(make_finding(unit=street), other)
    contact = type(contact).objects.get(pk=contact.pk)
    changes_for(contact)
    with django_assert_num_queries(3):  # the log, the findings, the last visit
        changes_for(contact)
