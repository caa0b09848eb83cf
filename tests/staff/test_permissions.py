"""One catalogue of permissions, the roles made from it, and deputies."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from staff.models import Activity, Deputyship
from staff.permissions import GROUPS, Perms, Roles
from tests.factories.staff import UserFactory


def declared_permissions():
    ours = {"staff", "permits", "fireworks", "billboards", "inspections", "reports"}
    return {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        if model._meta.app_label in ours
        for codename, _ in model._meta.permissions
    }


def test_the_catalogue_names_exactly_what_the_models_declare():
    assert {permission.value for permission in Perms} == declared_permissions()


def test_every_role_stands_in_the_table():
    assert set(GROUPS) == set(Roles)


@pytest.mark.django_db
def test_groups_carry_their_permissions_and_repeat_without_harm():
    call_command("create_groups", verbosity=0)
    call_command("create_groups", verbosity=0)
    assert Group.objects.count() == len(Roles)
    office = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    assert office.has_perm(Perms.IMPORT_FINDINGS)
    assert not office.has_perm(Perms.READ_LOG)


@pytest.fixture
def pair():
    call_command("create_groups", verbosity=0)
    return UserFactory(role=Roles.DIRECTOR), UserFactory(role=Roles.SQUAD_MEMBER)


def stand_in(client, deputyship):
    client.force_login(deputyship.deputy)
    client.post(reverse("staff:act-for"), {"deputyship": deputyship.pk})


@pytest.mark.django_db
def test_a_deputy_has_the_principals_rights_while_acting_and_the_log_names_both(client, pair):
    principal, deputy = pair
    today = timezone.localdate()
    deputyship = Deputyship.objects.create(principal=principal, deputy=deputy, start=today, end=today)
    stand_in(client, deputyship)
    response = client.get(reverse("staff:account"))
    assert response.context["user"].has_perm(Perms.ISSUE_REPORT)
    client.get(reverse("staff:activity-list"))  # neither may: refused, and both are named
    refused = Activity.objects.filter(verb="refused").first()
    assert (refused.actor, refused.principal) == (deputy, principal)


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end"), [(-9, -1), (1, 9)])
def test_outside_its_dates_a_deputyship_gives_nothing(client, pair, start, end):
    principal, deputy = pair
    today = timezone.localdate()
    deputyship = Deputyship.objects.create(
        principal=principal, deputy=deputy, start=today + timedelta(start), end=today + timedelta(end)
    )
    stand_in(client, deputyship)
    assert not client.get(reverse("staff:account")).context["user"].has_perm(Perms.ISSUE_REPORT)


@pytest.mark.django_db
def test_somebody_elses_deputyship_cannot_be_taken(client, pair):
    principal, deputy = pair
    today = timezone.localdate()
    deputyship = Deputyship.objects.create(principal=principal, deputy=deputy, start=today, end=date(2099, 1, 1))
    client.force_login(UserFactory())
    client.post(reverse("staff:act-for"), {"deputyship": deputyship.pk})
    assert not client.get(reverse("staff:account")).context["user"].has_perm(Perms.ISSUE_REPORT)
