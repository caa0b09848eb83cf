"""The permission matrix says what the table says, and flags where the database differs."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from staff.matrix import build_matrix, right_names
from staff.permissions import GROUPS, Perms, Roles
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "staff:permission-matrix"


@pytest.fixture(autouse=True)
def groups():
    call_command("create_groups", verbosity=0)


def test_the_matrix_equals_the_table_cell_by_cell():
    matrix, names = build_matrix(), right_names()
    granted = {(row.label, grant.role) for row in matrix.rows for grant in row.grants if grant.granted}
    assert granted == {(names[right], role.value) for role, rights in GROUPS.items() for right in rights}
    assert [row.label for row in matrix.rows] == [names[right] for right in Perms]
    assert matrix.drift == ()


def test_an_administrators_admin_rights_bring_none_of_ours():
    """Rights declared on the account's model begin with view_ as Django's own do."""
    administrator = UserFactory(role=Roles.ADMINISTRATOR)
    assert administrator.has_perm("staff.view_user")
    assert not administrator.has_perm(Perms.VIEW_IDENTITY)
    assert not administrator.has_perm(Perms.VIEW_DISCIPLINE)


def test_holders_are_active_and_link_to_their_list(client):
    UserFactory(role=Roles.DIRECTOR)
    UserFactory(role=Roles.DIRECTOR, is_active=False)
    assert {role.name: role.holders for role in build_matrix().roles}[Roles.DIRECTOR] == 1
    client.force_login(UserFactory(role=Roles.ADMINISTRATOR))
    assert "&amp;active=true" in client.get(reverse(PAGE)).content.decode()
    client.force_login(UserFactory(role=Roles.AUDITOR))
    assert "&amp;active=true" not in client.get(reverse(PAGE)).content.decode()


def drift(change):
    change()
    return build_matrix().drift


@pytest.mark.parametrize("codename", ["read_log", "delete_user"])
def test_a_right_too_many_is_flagged_with_what_to_do(client, codename):
    right = Permission.objects.get(codename=codename, content_type__app_label="staff")
    (sentence,) = drift(lambda: Group.objects.get(name=Roles.WINDOW).permissions.add(right))
    assert "“窗口”多出" in sentence
    client.force_login(UserFactory(role=Roles.AUDITOR))
    page = client.get(reverse(PAGE)).content.decode()
    assert "create_groups" in page
    assert sentence in page
    call_command("create_groups", verbosity=0)
    assert build_matrix().drift == ()


def test_a_missing_right_a_missing_role_and_a_strange_role_are_flagged():
    assert "缺少" in drift(Group.objects.get(name=Roles.AUDITOR).permissions.clear)[0]
    assert "没有角色“财务”" in "".join(drift(lambda: Group.objects.get(name=Roles.FINANCE).delete()))
    assert "权限表里没有角色“临时”" in drift(lambda: Group.objects.create(name="临时"))


def test_every_cell_speaks(client):
    client.force_login(UserFactory(role=Roles.AUDITOR))
    page = client.get(reverse(PAGE)).content.decode()
    assert page.count('<span class="visually-hidden">有</span>') == sum(map(len, GROUPS.values()))


def test_the_export_is_the_matrix_and_is_refused_to_others(client):
    address = reverse("staff:export", args=["staff.permissions"])
    client.force_login(UserFactory(role=Roles.AUDITOR))
    rows = list(load_workbook(BytesIO(client.get(address).content)).active.values)
    assert sum(cell == "有" for row in rows for cell in row) == sum(map(len, GROUPS.values()))
    client.force_login(UserFactory(role=Roles.DIRECTOR))
    assert client.get(address).status_code == 403
