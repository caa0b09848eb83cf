"""People of the ban, signed in."""

import pytest
from django.test import Client

from staff.models import UnitKind
from staff.permissions import Roles
from tests.factories.staff import UnitFactory, UserFactory


def signed_in(role, unit=None):
    client = Client()
    client.user = UserFactory(role=role, unit=unit or UnitFactory())
    client.force_login(client.user)
    return client


@pytest.fixture
def office():
    """禁炮办: keeps the books, sees every unit and the reporters."""
    return signed_in(Roles.FIREWORKS_OFFICE, UnitFactory(name="禁炮办公室", kind=UnitKind.DEPARTMENT))


@pytest.fixture
def street():
    """A street's contact, who records on the phone and sees his own ground."""
    return signed_in(Roles.STREET_CONTACT)


@pytest.fixture
def stranger():
    """A street's contact of another street."""
    return signed_in(Roles.STREET_CONTACT)


@pytest.fixture
def leader():
    return signed_in(Roles.DUTY_LEADER)


@pytest.fixture
def director():
    return signed_in(Roles.DIRECTOR)
