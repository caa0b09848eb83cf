"""Accounts: every action once, twice, by others, at the same time; passwords nowhere; sessions that end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO, StringIO
from threading import Barrier
from time import perf_counter

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.serializers import serialize
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from staff.models import Activity, Deputyship, Message, User
from staff.permissions import EXCLUSIVE_ROLES, Roles
from staff.refusals import Refused
from staff.workflow import accounts as workflow
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

ACTIONS = ("disable", "enable", "unlock", "reset", "deputise")


@pytest.fixture
def admin():
    call_command("create_groups", verbosity=0)
    return UserFactory(role=Roles.ADMINISTRATOR)


@pytest.fixture
def person(admin):
    return UserFactory(role=Roles.OFFICE, unit=UnitFactory(), phone="13800001234")


@pytest.fixture
def page(client, admin):
    client.force_login(admin)
    return client


def address(action, user):
    return reverse(f"staff:user-{action}", args=[user.pk])


def post(page, action, user, **data):
    return page.post(address(action, user), {"seen": workflow.stamp(User.objects.get(pk=user.pk)), **data})


def role(name):
    return Group.objects.get(name=name.value)


def latest(user):
    return Activity.objects.about(user).first()


def lock(user):
    AccessAttempt.objects.create(
        username=user.username, ip_address="127.0.0.1", failures_since_start=5, attempt_time=timezone.now()
    )


# --- List -------------------------------------------------------------------------------------------------------------


def test_the_list_masks_phones_and_filters(page, person):
    lock(person)
    listing = reverse("staff:user-list")
    text = page.get(listing).content.decode()
    assert "138****1234" in text
    assert "13800001234" not in text
    for query, found in [
        (f"q={person.username}", True),
        (f"role={Roles.OFFICE}", True),
        (f"role={Roles.DIRECTOR}", False),
        (f"unit={person.unit_id}", True),
        ("active=false", False),
        ("locked=true", True),
        ("locked=false", False),
    ]:
        assert (address("detail", person) in page.get(f"{listing}?{query}").content.decode()) is found, query


def test_the_export_masks_phones(page, person):
    response = page.get(reverse("staff:export", args=["staff.accounts"]))
    cells = [str(cell) for row in load_workbook(BytesIO(response.content)).active.values for cell in row]
    assert "138****1234" in cells
    assert "13800001234" not in "".join(cells)


def test_others_cannot_export(client, person):
    client.force_login(person)
    assert client.get(reverse("staff:export", args=["staff.accounts"])).status_code == 403


def test_the_list_asks_as_often_for_three_rows_as_for_one(page, admin):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page.get(reverse("staff:user-list"))
        return len(queries)

    page.get(reverse("staff:user-list"))
    one = count()
    for _ in range(3):
        UserFactory(role=Roles.OFFICE, unit=UnitFactory())
    assert count() == one


# --- New, corrected ---------------------------------------------------------------------------------------------------


def new(page, **data):
    return page.post(
        reverse("staff:user-create"),
        {"username": "7001", "display_name": "新示例", "roles": [role(Roles.WINDOW).pk], **data},
    )


def everything_stored():
    """All rows of the tables in which a password could have been left, and all sessions in clear."""
    rows = [serialize("json", model.objects.all()) for model in (Activity, Message, User, Session)]
    return "".join(rows) + "".join(str(session.get_decoded()) for session in Session.objects.all())


def test_a_new_account_shows_its_password_once_and_keeps_it_nowhere(page, caplog):
    with caplog.at_level("DEBUG"):
        response = new(page)
    password = response.context["password"]
    account = User.objects.get(username="7001")
    assert response.status_code == 200
    assert password in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert account.check_password(password)
    assert account.must_change_password
    assert password not in everything_stored()
    assert password not in caplog.text
    assert password not in page.get(address("detail", account)).content.decode()
    assert latest(account).changes["角色"] == [None, Roles.WINDOW.value]


def test_the_first_password_must_be_changed(page):
    password = new(page).context["password"]
    fresh = Client()
    fresh.post(reverse("staff:login"), {"username": "7001", "password": password})
    assert fresh.get("/").url == reverse("staff:password-change")


def test_sent_twice_makes_one_account(page):
    new(page)
    again = new(page)
    assert again.status_code == 422
    assert "已有账号" in again.content.decode()
    assert User.objects.filter(username="7001").count() == 1


def test_the_door_itself_refuses_a_number_that_is_taken(admin, person):
    with pytest.raises(Refused, match="已有账号"):
        workflow.create_account(username=person.username, display_name="x", unit=None, phone="", roles=[], by=admin)


def test_editing_logs_no_phone_in_clear(page, person):
    data = {"display_name": "改名", "unit": person.unit_id, "phone": "13900005678"}
    assert post(page, "edit", person, **data).status_code == 302
    person.refresh_from_db()
    assert (person.display_name, person.phone) == ("改名", "13900005678")
    assert latest(person).changes["手机号"] == ["138****1234", "139****5678"]


def test_a_wrong_phone_keeps_what_was_typed(page, person):
    response = post(page, "edit", person, display_name="改名", phone="电话")
    assert response.status_code == 422
    assert "改名" in response.content.decode()


def test_the_second_of_two_administrators_is_told(page, person):
    seen = workflow.stamp(person)
    User.objects.filter(pk=person.pk).update(display_name="先改的")
    response = page.post(address("edit", person), {"seen": seen, "display_name": "后改的", "phone": ""})
    assert response.status_code == 422
    assert "刚被别人修改过" in response.content.decode()
    person.refresh_from_db()
    assert person.display_name == "先改的"


# --- Roles ------------------------------------------------------------------------------------------------------------


def test_roles_are_set_logged_and_told(page, person):
    assert post(page, "roles", person, roles=[role(Roles.WINDOW).pk]).status_code == 302
    assert workflow.role_names(User.objects.get(pk=person.pk)) == [Roles.WINDOW.value]
    assert latest(person).changes == {"角色": [Roles.OFFICE.value, Roles.WINDOW.value]}
    assert person.inbox.count() == 1
    before = Activity.objects.count()
    post(page, "roles", person, roles=[role(Roles.WINDOW).pk])
    assert Activity.objects.count() == before


def test_django_admin_opens_with_the_role_only(page, person):
    post(page, "roles", person, roles=[role(Roles.OFFICE).pk, role(Roles.WINDOW).pk])
    assert User.objects.get(pk=person.pk).is_staff
    post(page, "roles", person, roles=[role(Roles.WINDOW).pk])
    assert not User.objects.get(pk=person.pk).is_staff


@pytest.mark.parametrize("pair", EXCLUSIVE_ROLES)
def test_exclusive_roles_are_refused_with_the_reason(page, person, pair):
    ids = [role(each).pk for each in pair]
    response = post(page, "roles", person, roles=ids)
    assert response.status_code == 422
    assert "不能由同一个人担任" in response.content.decode()
    assert new(page, roles=ids).status_code == 422
    assert workflow.role_names(person) == [Roles.OFFICE.value]


def test_nobody_changes_his_own_roles_or_disables_himself(page, admin):
    UserFactory(role=Roles.ADMINISTRATOR)
    assert "本人不能改自己的角色" in post(page, "roles", admin, roles=[]).content.decode()
    assert "本人不能停用" in post(page, "disable", admin, reason="x").content.decode()
    admin.refresh_from_db()
    assert admin.is_active
    assert workflow.role_names(admin) == [Roles.ADMINISTRATOR.value]


def test_the_last_administrator_stays(admin):
    """Only a superuser, who holds no role, can come to this point."""
    root = UserFactory(is_superuser=True)
    for act in (
        lambda: workflow.disable_account(admin, reason="x", by=root, seen=workflow.stamp(admin)),
        lambda: workflow.set_roles(admin, [], by=root, seen=workflow.stamp(admin)),
    ):
        with pytest.raises(Refused, match="最后一个"):
            act()
    UserFactory(role=Roles.ADMINISTRATOR)
    workflow.set_roles(admin, [], by=root, seen=workflow.stamp(admin))


def test_of_two_administrators_who_disable_each_other_the_second_is_refused(admin):
    other = UserFactory(role=Roles.ADMINISTRATOR)
    workflow.disable_account(other, reason="x", by=admin, seen=workflow.stamp(other))
    with pytest.raises(Refused, match="没有管理账号的权限"):
        workflow.disable_account(admin, reason="x", by=other, seen=workflow.stamp(admin))
    assert User.objects.get(pk=admin.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_cannot_remove_each_other(admin):
    """Real threads with connections of their own: one wins, the other is refused."""
    other, gate = UserFactory(role=Roles.ADMINISTRATOR), Barrier(2)
    stamps = {user.pk: workflow.stamp(user) for user in (admin, other)}

    def disable(victim, by):
        gate.wait()
        try:
            workflow.disable_account(victim, reason="x", by=by, seen=stamps[victim.pk])
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(disable, (other, admin), (admin, other)))
    assert answers[0] == ""
    assert "没有管理账号的权限" in answers[1]
    assert User.objects.filter(is_active=True, groups__name=Roles.ADMINISTRATOR).count() == 1


def test_a_superuser_is_out_of_an_administrators_reach(page):
    root = UserFactory(is_superuser=True)
    assert "超级用户" in post(page, "reset", root).content.decode()


# --- Disabled, enabled, reset, unlocked -------------------------------------------------------------------------------


def test_disabling_ends_open_sessions_at_the_next_request_within_a_second(page, person):
    theirs = Client()
    theirs.force_login(person)
    assert theirs.get(reverse("staff:account")).status_code == 200
    assert post(page, "disable", person, reason="调离").status_code == 302
    start = perf_counter()
    assert theirs.get(reverse("staff:account")).url.startswith(reverse("staff:login"))
    assert perf_counter() - start < 1
    assert (latest(person).title, latest(person).note) == ("停用账号", "调离")


def test_disabled_twice_is_logged_once(page, person):
    post(page, "disable", person, reason="x")
    again = post(page, "disable", person, reason="x")
    assert again.status_code == 422
    assert "已经停用" in again.content.decode()
    assert Activity.objects.about(person).filter(title="停用账号").count() == 1


def test_a_reason_is_needed(page, person):
    assert post(page, "disable", person, reason="").status_code == 422
    assert User.objects.get(pk=person.pk).is_active


def test_enabling(page, person):
    post(page, "disable", person, reason="x")
    assert post(page, "enable", person, reason="返岗").status_code == 302
    assert User.objects.get(pk=person.pk).is_active
    assert post(page, "enable", person, reason="返岗").status_code == 422


def test_a_reset_password_is_shown_once_and_ends_sessions(page, person):
    theirs = Client()
    theirs.force_login(person)
    seen = workflow.stamp(person)
    response = page.post(address("reset", person), {"seen": seen})
    password = response.context["password"]
    person.refresh_from_db()
    assert person.check_password(password)
    assert person.must_change_password
    assert password not in everything_stored()
    assert theirs.get("/").status_code == 302
    again = page.post(address("reset", person), {"seen": seen})
    assert again.status_code == 422
    person.refresh_from_db()
    assert person.check_password(password)


def test_unlocking(page, person):
    lock(person)
    assert "锁定" in page.get(address("detail", person)).content.decode()
    assert post(page, "unlock", person).status_code == 302
    assert not workflow.lockouts().filter(username=person.username).exists()
    assert post(page, "unlock", person).status_code == 422
    assert Activity.objects.about(person).filter(title="解除锁定").count() == 1


def test_five_wrong_passwords_show_as_locked_until_unlocked(page, person):
    person.set_password("zhen-hao-2027")
    person.save()
    theirs = Client()
    for _ in range(5):
        theirs.post(reverse("staff:login"), {"username": person.username, "password": "wrong"})
    post(page, "unlock", person)
    right = {"username": person.username, "password": "zhen-hao-2027"}
    assert theirs.post(reverse("staff:login"), right).status_code == 302


# --- Deputies ---------------------------------------------------------------------------------------------------------


def period(days=9):
    today = timezone.localdate()
    return {"start": today.isoformat(), "end": (today + timedelta(days)).isoformat()}


def test_a_deputyship_is_given_once_and_both_are_told(page, person):
    deputy = UserFactory(role=Roles.WINDOW)
    assert post(page, "deputise", person, deputy=deputy.pk, **period()).status_code == 302
    assert post(page, "deputise", person, deputy=deputy.pk, **period()).status_code == 422
    assert Deputyship.objects.get().deputy == deputy
    assert person.inbox.count() == deputy.inbox.count() == 1


def test_dates_the_wrong_way_round_are_refused(page, person):
    deputy = UserFactory()
    assert post(page, "deputise", person, deputy=deputy.pk, **period(-1)).status_code == 422
    assert post(page, "deputise", person, deputy=person.pk, **period()).status_code == 422
    assert not Deputyship.objects.exists()


def test_an_administrator_has_no_deputy(page, person):
    other = UserFactory(role=Roles.ADMINISTRATOR)
    assert "不能由他人代理" in post(page, "deputise", other, deputy=person.pk, **period()).content.decode()


def test_exclusive_roles_do_not_meet_through_a_deputy(page):
    auditor, other = UserFactory(role=Roles.AUDITOR), UserFactory(role=Roles.ADMINISTRATOR)
    response = post(page, "deputise", auditor, deputy=other.pk, **period())
    assert "不能由同一个人担任" in response.content.decode()
    helper = UserFactory()
    post(page, "deputise", auditor, deputy=helper.pk, **period())
    response = post(page, "roles", helper, roles=[role(Roles.ADMINISTRATOR).pk])
    assert response.status_code == 422


def test_a_deputy_of_an_administrator_manages_no_accounts(admin, person):
    today = timezone.localdate()
    Deputyship.objects.create(principal=admin, deputy=person, start=today, end=today)
    person.principal = admin
    victim = UserFactory()
    with pytest.raises(Refused, match="不能代理"):
        workflow.disable_account(victim, reason="x", by=person, seen=workflow.stamp(victim))


# --- Who, and how -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_refuse_get_and_other_roles(page, person, action):
    assert page.get(address(action, person)).status_code == 405
    theirs = Client()
    theirs.force_login(person)
    assert theirs.post(address(action, person)).status_code == 403
    assert page.post(reverse(f"staff:user-{action}", args=[0])).status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_without_what_was_seen_nothing_happens(page, person, action):
    stood = workflow.stamp(person)
    assert page.post(address(action, person), {"reason": "x"}).status_code == 422
    assert workflow.stamp(User.objects.get(pk=person.pk)) == stood


def test_pages_open(page, person, admin):
    for name in ("detail", "edit", "roles"):
        assert page.get(address(name, person)).status_code == 200
    assert "停用账号？" not in page.get(address("detail", admin)).content.decode()


def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", "staff", stdout=StringIO())
