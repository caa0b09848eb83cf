"""Logging in, the first password, locking, idle time, and who still gets in."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from staff.demo import DEMO_PASSWORD
from staff.models import User
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/staff/login/"


@pytest.fixture
def user():
    user = UserFactory(username="2001")
    user.set_password(DEMO_PASSWORD)
    user.save()
    return user


def attempt(client, password, username="2001"):
    return client.post(LOGIN, {"username": username, "password": password})


def test_five_wrong_passwords_lock_for_fifteen_minutes(client, user):
    for _ in range(4):
        assert "工号或密码不对" in attempt(client, "wrong").content.decode()
    locked = attempt(client, "wrong")
    assert locked.status_code == 429
    assert "15 分钟" in locked.content.decode()
    assert attempt(client, DEMO_PASSWORD).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert attempt(client, DEMO_PASSWORD).status_code == 302


USUAL_NAMES = ("admin", "root", "test", "guest", "1001")
USUAL_PASSWORDS = ("admin", "123456", "password", DEMO_PASSWORD)


def test_a_fresh_installation_has_no_account_that_anybody_could_guess(client):
    """After `migrate` and `create_groups`, as every test begins: nobody is there until somebody makes an account."""
    assert not User.objects.exists()
    for name in USUAL_NAMES:
        for password in USUAL_PASSWORDS:
            assert attempt(client, password, name).status_code in (200, 429)
            assert client.get("/").status_code == 302


def test_a_first_password_must_be_changed_before_anything_else(client, user):
    user.must_change_password = True
    user.save()
    client.force_login(user)
    assert client.get("/").url == reverse("staff:password-change")
    new = {"old_password": DEMO_PASSWORD, "new_password1": "zhen-hao-2027", "new_password2": "zhen-hao-2027"}
    client.post(reverse("staff:password-change"), new)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("new", "words"),
    [("12345678901", "数字"), ("short", "10"), ("password123", "常"), (DEMO_PASSWORD, "不能和原密码一样")],
)
def test_weak_passwords_are_refused_in_chinese(client, user, new, words):
    client.force_login(user)
    data = {"old_password": DEMO_PASSWORD, "new_password1": new, "new_password2": new}
    assert words in client.post(reverse("staff:password-change"), data).content.decode()
    user.refresh_from_db()
    assert user.check_password(DEMO_PASSWORD)


def test_half_an_hour_of_idleness_ends_the_session_and_work_prolongs_it(client, user):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client.force_login(user)
        for _ in range(6):
            clock.shift(timedelta(minutes=20))
            assert client.get("/").status_code == 200
        clock.shift(timedelta(minutes=36))
        cache.clear()  # Redis counts its own seconds; after 36 real minutes it would have dropped the session too
        assert client.get("/").status_code == 302


def test_disabling_an_account_ends_its_session_at_once(client, user):
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get("/").status_code == 302


def test_the_session_id_changes_at_login(client, user):
    client.get(LOGIN)
    client.session["x"] = 1
    before = client.session.session_key
    attempt(client, DEMO_PASSWORD)
    assert client.session.session_key != before
