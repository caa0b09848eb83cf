"""A bureau with a working calendar, a squad with two officers, and a file at every step."""

from datetime import date, datetime, time

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from staff import workdays
from staff.permissions import Roles
from tests.factories.people import CertificateFactory, make_person
from tests.factories.permit_papers import furnish_settings
from tests.factories.staff import SquadFactory, UserFactory


@pytest.fixture
def calendar(db):
    call_command("load_calendar", verbosity=0)
    workdays.forget()
    yield
    workdays.forget()


@pytest.fixture
def squad(db):
    return SquadFactory()


@pytest.fixture
def officers(squad):
    people = [make_person(unit=squad, since=date(2024, 1, 1), name=name) for name in ("查勘甲", "查勘乙")]
    for person in people:
        CertificateFactory(person=person)
    return people


@pytest.fixture
def section(db):
    return UserFactory(role=Roles.PERMIT_SECTION, display_name="审批科员")


@pytest.fixture
def window_clerk(db):
    return UserFactory(role=Roles.WINDOW, display_name="窗口员")


def signed_in(user):
    client = Client()
    client.user = user
    client.force_login(user)
    return client


@pytest.fixture
def at_window(window_clerk):
    return signed_in(window_clerk)


@pytest.fixture
def at_section(section):
    return signed_in(section)


@pytest.fixture
def deputy(db):
    return UserFactory(role=Roles.DEPUTY_DIRECTOR, display_name="分管副局长")


@pytest.fixture
def time_machine_day():
    """Set today; it is noon."""
    running = []

    def set_day(day):
        for each in running:
            each.stop()
        running[:] = [time_machine.travel(timezone.make_aware(datetime.combine(day, time(12))), tick=False)]
        running[0].start()
        workdays.forget()

    yield set_day
    for each in running:
        each.stop()


@pytest.fixture
def office(calendar):
    """The office has entered whom to appeal to, telephones, the address of the system."""
    furnish_settings()
