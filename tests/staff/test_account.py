"""Logging in, the first password, locking, idle time, and who still gets in."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from staff.demo import DEMO_PASSWORD
from staff.models import Activity, User
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


def test_guessing_at_the_old_password_locks_as_at_the_door(client, user):
    client.force_login(user)
    address = reverse("staff:password-change")
    data = {"old_password": "wrong", "new_password1": "zhen-hao-2027", "new_password2": "zhen-hao-2027"}
    weak = {**data, "old_password": DEMO_PASSWORD, "new_password1": "short", "new_password2": "short"}
    for _ in range(6):
        assert client.post(address, weak).status_code == 200  # no guess at the old one
    for _ in range(4):
        assert "原密码不对" in client.post(address, data).content.decode()
    assert client.post(address, data).status_code == 429
    assert client.get(reverse("staff:account")).status_code == 302
    assert attempt(client, DEMO_PASSWORD).status_code == 429
    assert Activity.objects.filter(verb="login_failed", note__contains="原密码不对").count() == 5


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


def test_what_an_open_page_asks_by_itself_does_not_prolong(client, user):
    """The bell asks every minute: it must not keep a desk open that somebody has left."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.force_login(user)
        for _ in range(7):
            clock.shift(timedelta(minutes=5))
            client.get(reverse("staff:bell"))
        cache.clear()
        assert client.get("/").status_code == 302


@pytest.mark.parametrize("hours", [8, 12])
def test_a_session_ends_by_age_however_busy_and_leads_back(client, user, settings, hours):
    settings.SESSION_ABSOLUTE = timedelta(hours=hours)
    page = "/staff/messages/?page=1"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.force_login(user)
        for _ in range(hours * 3):
            clock.shift(timedelta(minutes=20))
            assert client.get(page).status_code == 200
        clock.shift(timedelta(seconds=1))
        ended = client.get(page)
        assert ended.url == f"{LOGIN}?next=/staff/messages/%3Fpage%3D1"
        for _ in range(2):  # a page that asks by itself may see the words first; they stay until the login
            assert f"已登录满 {hours} 小时，请重新登录" in client.get(ended.url).content.decode()
        last = Activity.objects.filter(actor=user).latest("pk")
        assert (last.verb, last.note) == ("logout", f"已登录满 {hours} 小时，请重新登录。")
        again = client.post(ended.url, {"username": "2001", "password": DEMO_PASSWORD})
        assert again.url == page
        assert client.get(page).status_code == 200
        client.post("/staff/logout/")
        assert "已登录满" not in client.get(LOGIN).content.decode()


def test_a_form_sent_too_late_changes_nothing(client, user):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.force_login(user)
        for _ in range(36):
            clock.shift(timedelta(minutes=20))
            client.get("/staff/messages/")
        clock.shift(timedelta(minutes=1))
        late = client.post(reverse("staff:delivery"), {"email": "a@b.cn", "digest": "none"})
    assert late.url.startswith(LOGIN)
    user.refresh_from_db()
    assert user.email == ""


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
