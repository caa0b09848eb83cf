"""Password profiles: each rule with its own words, rotation by the date of the last change, old ones refused."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import timezone

from config.env import env_int
from staff import passwords
from staff.models import UsedPassword, User
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

CHANGE = "/staff/password/"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def complaints(password, user=None):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, user)
    return " ".join(refused.value.messages)


GOOD = {"dengbao2": "hu-pan-2026", "dengbao3": "hu-pan-2026-qiu", "asvs": "hupanqiusuonanjin"}


@pytest.mark.parametrize("name", passwords.PROFILES)
def test_each_profile_takes_what_fits_it(settings, name):
    settings.PASSWORD_PROFILE = name
    validate_password(GOOD[name], UserFactory.build())


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [
        ("dengbao2", "Ab-3", "至少 10 位，现在是 4 位，还差 6 位"),
        ("dengbao2", "hupanqiusuo", "只有小写字母，还要有大写字母、数字、符号中的至少 2 种"),
        ("dengbao2", "hupan20261126", "只有小写字母、数字，还要有大写字母、符号中的至少 1 种"),
        ("dengbao2", "46923750187", "只有数字，还要有小写字母、大写字母、符号中的至少 2 种"),
        ("dengbao2", "password123", "常"),
        ("dengbao3", "hu-pan-2026", "至少 12 位，现在是 11 位，还差 1 位"),
        ("dengbao3", "HUPANQIUSUO-", "只有大写字母、符号，还要有小写字母、数字中的至少 1 种"),
        ("asvs", "hu-pan-2026", "至少 12 位，现在是 11 位，还差 1 位"),
        ("asvs", "1234567890123", "常"),
    ],
)
def test_the_message_says_what_is_missing(settings, name, password, words):
    settings.PASSWORD_PROFILE = name
    assert words in complaints(password)


def test_both_are_said_at_once():
    words = complaints("abc")
    assert "还差 7 位" in words
    assert "大写字母、数字、符号" in words


@pytest.mark.parametrize("name", passwords.PROFILES)
def test_names_and_numbers_of_the_person_are_refused(settings, name):
    settings.PASSWORD_PROFILE = name
    assert "相似" in complaints("Nanhu-Wang-2026", UserFactory.build(display_name="nanhu-wang-2026"))


def test_asvs_neither_composes_nor_rotates_nor_remembers(settings):
    settings.PASSWORD_PROFILE = "asvs"
    user = UserFactory()
    for _ in range(2):
        validate_password("hupanqiusuonanjin", user)
        user.set_password("hupanqiusuonanjin")
        user.save()
    assert not UsedPassword.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=1000)):
        assert not passwords.is_expired(user)
    assert "符号" not in passwords.describe()
    assert "更换" not in passwords.describe()


@pytest.mark.parametrize(("name", "kept"), [("dengbao2", 5), ("dengbao3", 10)])
def test_the_last_ones_are_refused_and_older_ones_forgotten(settings, name, kept):
    settings.PASSWORD_PROFILE = name
    user = UserFactory()
    chosen = [f"hu-pan-qiu-{2000 + turn}" for turn in range(kept + 2)]
    for each in chosen:
        user.set_password(each)
        user.save()
    assert f"最近用过的 {kept} 个" in complaints(chosen[-1], user)
    assert f"最近用过的 {kept} 个" in complaints(chosen[2], user)
    validate_password(chosen[1], user)
    assert UsedPassword.objects.filter(user=user).count() == kept
    assert not UsedPassword.objects.filter(password__contains="hu-pan").exists()
    validate_password(chosen[-1], UserFactory())


def test_after_ninety_days_the_password_is_changed_and_work_goes_on_where_it_was(client):
    start = timezone.now()
    user = UserFactory()
    user.set_password("hu-pan-2026")
    user.save()
    with time_machine.travel(start + timedelta(days=89)):
        client.force_login(user)
        assert client.get("/").status_code == 200
    with time_machine.travel(start + timedelta(days=91)) as clock:
        client.force_login(user)
        door = client.get("/staff/messages/?page=1")
        assert door.url == "/staff/password/?next=/staff/messages/%3Fpage%3D1"
        assert "用满 90 天" in client.get(door.url).content.decode()
        old = {"old_password": "hu-pan-2026", "new_password1": "hu-pan-2026", "new_password2": "hu-pan-2026"}
        assert "不能和原密码一样" in client.post(door.url, old).content.decode()
        new = {"old_password": "hu-pan-2026", "new_password1": "qiu-suo-2027", "new_password2": "qiu-suo-2027"}
        assert client.post(door.url, new).url == "/staff/messages/?page=1"
        assert client.get("/").status_code == 200
        clock.shift(timedelta(days=91))
        client.force_login(User.objects.get(pk=user.pk))
        assert client.get("/").url == "/staff/password/"


def test_a_better_hash_of_the_same_password_is_no_change(settings):
    user = UserFactory()
    user.set_password("hu-pan-2026")
    user.save()
    moment = User.objects.get(pk=user.pk).password_changed_at
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        assert user.check_password("hu-pan-2026")
    fresh = User.objects.get(pk=user.pk)
    assert fresh.password.startswith("pbkdf2")
    assert fresh.password_changed_at == moment
    assert UsedPassword.objects.count() == 1


def test_the_page_names_the_rules_of_the_profile(client, settings):
    client.force_login(UserFactory())
    assert "小写字母、大写字母、数字、符号中至少有 3 种" in client.get(CHANGE).content.decode()
    settings.PASSWORD_PROFILE = "asvs"
    assert "至少 12 位，不能是常见密码" in client.get(CHANGE).content.decode()


def test_hours_outside_what_is_allowed_stop_the_program(monkeypatch):
    for hours in ("7", "13", "0", "x"):
        monkeypatch.setenv("SESSION_ABSOLUTE_HOURS", hours)
        with pytest.raises(ImproperlyConfigured, match="8 到 12"):
            env_int("SESSION_ABSOLUTE_HOURS", 12, minimum=8, maximum=12)
