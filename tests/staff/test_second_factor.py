"""The second factor: a code once, one step early or late; who is asked and who not; recovery, reset, two at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.contrib import admin as django_admin
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from staff.models import Activity, Message, User
from staff.permissions import NEED_SECOND_FACTOR, Roles
from staff.second_factor import key_in_groups, tidy_code
from staff.workflow import accounts as accounts_workflow
from staff.workflow.second_factor import bind_phone, check_code
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

LOGIN, CODE, BIND = "/staff/login/", "/staff/login/code/", "/staff/login/phone/"
PASSWORD = "shifan-2026"
NOON = timezone.make_aware(timezone.datetime(2026, 11, 26, 12, 0, 10))
STEP = timedelta(seconds=30)
MUST = {Roles.ADMINISTRATOR, Roles.AUDITOR, Roles.DIRECTOR, Roles.DEPUTY_DIRECTOR, Roles.OFFICE}

required = override_settings(SECOND_FACTOR="required")


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def person(role=None, **fields):
    user = UserFactory(role=role, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def code_at(key, steps=0):
    return f"{totp(bytes.fromhex(key), t0=-steps * 30):06d}"


def bound(user):
    """The person with a phone; (key, recovery codes). What was shown at binding is a step old."""
    key = default_key()
    _, codes = bind_phone(user, key, code_at(key, -1))
    return key, codes


def sign_in(client, user, page="/"):
    return client.post(f"{LOGIN}?next={page}", {"username": user.username, "password": PASSWORD})


def enter(client, code, page="/"):
    return client.post(f"{CODE}?next={page}", {"code": code})


def logged(user, verb):
    return list(Activity.objects.filter(actor=user, verb=verb).order_by("pk"))


# --- The code ---------------------------------------------------------------------------------------------------------


def test_after_the_password_comes_the_code_and_then_the_page_asked_for(client, clock):
    user = person()
    key, _ = bound(user)
    page = reverse("staff:account")
    assert sign_in(client, user, page).url == page
    door = client.get(page)
    assert door.url == f"{CODE}?next={page}"
    assert "6 位数字" in client.get(door.url).content.decode()
    before = client.session.session_key
    assert enter(client, code_at(key), page).url == page
    assert client.session.session_key != before
    assert client.get(page).status_code == 200
    assert [row.note for row in logged(user, "login")] == ["密码和动态验证码"]
    assert client.get(CODE).url == "/"


def test_a_code_works_once(client, clock):
    user = person()
    key, _ = bound(user)
    sign_in(client, user)
    assert enter(client, code_at(key)).status_code == 302
    other = Client()
    sign_in(other, user)
    again = enter(other, code_at(key))
    assert again.status_code == 422
    assert "已经用过" in again.content.decode()
    assert other.get("/").url == CODE
    clock.shift(STEP)
    assert enter(other, code_at(key)).status_code == 302


@pytest.mark.parametrize(("steps", "passes"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_early_or_late_is_taken_two_are_not(clock, steps, passes):
    user = person()
    key, _ = bound(user)
    clock.shift(4 * STEP)
    assert (check_code(user, code_at(key, steps)).device is not None) is passes


def test_a_code_typed_slowly_does_not_move_the_window(clock):
    user = person()
    key, _ = bound(user)
    clock.shift(4 * STEP)
    assert check_code(user, code_at(key, -1)).device
    clock.shift(4 * STEP)
    assert check_code(user, code_at(key, -2)).device is None
    clock.shift(4 * STEP)
    assert check_code(user, code_at(key, 1)).device


def test_the_code_as_hands_type_it(clock):
    assert tidy_code(" １２3 456 ") == "123456"
    assert tidy_code("ABCD-EF23") == "abcdef23"
    assert key_in_groups("00" * 20) == " ".join(["AAAA"] * 8)


def test_what_is_no_code_is_said_and_not_counted(client, clock):
    user = person()
    bound(user)
    sign_in(client, user)
    for typed in ("", "12345", "abcdefg", "1234567", "\x00" * 6, "长" * 30):
        assert enter(client, typed).status_code == 422
    assert logged(user, "login_failed") == []


def test_a_wrong_code_waits_a_moment_and_five_lock(client, clock):
    user = person()
    key, _ = bound(user)
    wrong = f"{(int(code_at(key)) + 1) % 1_000_000:06d}"
    sign_in(client, user)
    assert "不对" in enter(client, wrong).content.decode()
    assert "秒再试" in enter(client, code_at(key)).content.decode()
    for _ in range(3):
        clock.shift(timedelta(seconds=20))
        assert enter(client, wrong).status_code == 422
    clock.shift(timedelta(seconds=20))
    locked = enter(client, wrong)
    assert locked.status_code == 429
    assert "15 分钟" in locked.content.decode()
    assert client.get("/").url.startswith(LOGIN)
    assert sign_in(client, user).status_code == 429
    rows = Activity.objects.filter(verb="login_failed")
    assert rows.filter(actor=user, note__contains="动态验证码不对", succeeded=False).count() == 5
    assert not any(wrong in f"{row.note}{row.changes}" for row in rows)
    clock.shift(timedelta(minutes=16))
    sign_in(client, user)
    assert enter(client, code_at(key)).status_code == 302


def test_the_password_alone_does_not_undo_wrong_codes(client, clock):
    user = person()
    key, _ = bound(user)
    wrong = f"{(int(code_at(key)) + 1) % 1_000_000:06d}"
    for _ in range(4):
        sign_in(client, user)
        enter(client, wrong)
        client.logout()
        clock.shift(timedelta(seconds=20))
    sign_in(client, user)
    assert enter(client, wrong).status_code == 429


def test_an_account_locked_elsewhere_takes_no_code(client, clock):
    user = person()
    key, _ = bound(user)
    sign_in(client, user)
    for _ in range(5):
        Client().post(LOGIN, {"username": user.username, "password": "wrong"})
    assert enter(client, code_at(key)).status_code == 429
    assert client.get("/").url.startswith(LOGIN)


@pytest.mark.django_db(transaction=True)
def test_two_logins_at_once_with_one_code_let_one_in():
    user = person()
    key = default_key()
    bind_phone(user, key, code_at(key, -1))
    clients = [Client(), Client()]
    for each in clients:
        sign_in(each, user)
    code, barrier = code_at(key), Barrier(2)

    def go(each):
        barrier.wait()
        try:
            return enter(each, code).status_code
        finally:
            connection.close()
            for pool in getattr(getattr(caches["default"], "_cache", None), "_pools", {}).values():
                pool.disconnect()  # Redis, of this thread

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, clients)) == [302, 422]


# --- Who is asked -----------------------------------------------------------------------------------------------------


def routes(resolver=None, prefix=""):
    """Every named route of the site, the admin's as well."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, f"{prefix}{each.namespace}:" if each.namespace else prefix)
        elif isinstance(each, URLPattern) and each.name:
            yield f"{prefix}{each.name}", each.pattern.converters


def addresses():
    """An address for every route that can be made without knowing records."""
    sample = {"int": 1, "str": "x", "slug": "x", "path": "x", "uuid": "0" * 8 + "-0000-0000-0000-" + "0" * 12}
    found = {}
    for name, converters in routes():
        kinds = {key: type(each).__name__.removesuffix("Converter").lower() for key, each in converters.items()}
        try:
            found[name] = reverse(
                name, kwargs={key: sample.get(kind.removeprefix("string") or "str", "x") for key, kind in kinds.items()}
            )
        except NoReverseMatch:
            continue
    return found


OPEN = {"staff:login", "staff:logout"}


@required
@pytest.mark.parametrize(("role", "has_phone"), [(Roles.ADMINISTRATOR, False), (Roles.AUDITOR, True)])
def test_nothing_opens_before_the_second_factor(client, role, has_phone):
    user = person(role, is_staff=True, is_superuser=role is Roles.ADMINISTRATOR)
    if has_phone:
        bound(user)
    client.force_login(user)
    door, other = (CODE, BIND) if has_phone else (BIND, CODE)
    asked = addresses()
    assert len(asked) > 400
    assert {"admin:index", "admin:staff_unit_changelist", "reports:desk", "permits:verify"} <= asked.keys()
    reached = []
    for name, address in asked.items():
        if name in OPEN or address == door:
            continue
        answers = (client.get(address), client.post(address))
        reached.extend((name, each.status_code) for each in answers if each.get("Location", "").split("?")[0] != door)
    assert reached == []
    assert client.get(door).status_code == 200
    assert client.get(other).url.startswith(door)
    assert client.post("/staff/logout/").status_code == 302


@required
@pytest.mark.parametrize("role", Roles)
def test_required_is_asked_of_those_who_run_read_the_log_or_sign(client, role):
    client.force_login(UserFactory(role=role))
    page = client.get("/")
    assert (page.status_code == 302) is (role in MUST), role
    assert page.status_code == 200 or page.url == BIND


def test_the_roles_that_must_are_those_that_hold_such_a_right():
    from staff.permissions import GROUPS

    assert {role for role, rights in GROUPS.items() if rights & NEED_SECOND_FACTOR} == MUST


def test_offered_asks_nobody_who_has_not_bound_a_phone_and_off_nobody_at_all(client, clock):
    user = person(Roles.ADMINISTRATOR)
    client.force_login(user)
    assert client.get("/").status_code == 200
    bound(user)
    assert client.get("/").url == CODE
    with override_settings(SECOND_FACTOR="off"):
        assert client.get("/").status_code == 200
        assert client.get(BIND).status_code == 404
        assert "<h2>动态验证码" not in client.get(reverse("staff:account")).content.decode()
    assert client.get("/").url == CODE


@required
def test_a_role_given_in_the_middle_of_a_session_is_asked_for_at_once(client):
    user = UserFactory(role=Roles.SQUAD_MEMBER)
    client.force_login(user)
    assert client.get("/").status_code == 200
    user.groups.add(accounts_workflow.Group.objects.get(name=Roles.DIRECTOR.value))
    assert client.get("/").url == BIND


@required
def test_who_stands_in_for_the_director_needs_what_the_director_needs(client):
    from staff.models import Deputyship

    director, deputy = UserFactory(role=Roles.DIRECTOR), UserFactory(role=Roles.SQUAD_MEMBER)
    today = timezone.localdate()
    deputyship = Deputyship.objects.create(principal=director, deputy=deputy, start=today, end=today)
    client.force_login(deputy)
    assert client.get("/").status_code == 200
    client.post(reverse("staff:act-for"), {"deputyship": deputyship.pk})
    assert client.get("/").url == BIND


@required
def test_a_form_sent_to_a_closed_door_returns_to_its_page(client):
    client.force_login(UserFactory(role=Roles.DIRECTOR))
    sent = client.post("/staff/messages/read/", headers={"referer": "http://testserver/staff/messages/?page=2"})
    assert sent.url == f"{BIND}?next=/staff/messages/%3Fpage%3D2"
    assert client.post("/staff/messages/read/", headers={"referer": "https://evil.example/x"}).url == BIND


def test_the_door_never_leads_outside(client, clock):
    user = person()
    key, _ = bound(user)
    sign_in(client, user)
    assert enter(client, code_at(key), "https://evil.example/").url == "/"


def test_the_admin_has_no_door_and_no_keys_of_its_own(client):
    assert client.get("/admin/login/?next=/admin/").url == f"{LOGIN}?next=/admin/"
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(LOGIN)
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER))
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/password_change/").url == "/staff/password/"
    shown = {model._meta.label_lower for model in django_admin.site._registry}
    assert not {label for label in shown if label.startswith(("otp_", "axes.", "auth."))}


# --- Binding ----------------------------------------------------------------------------------------------------------


def shown_key(page):
    text = re.search(r'id="bind-key">([A-Z2-7 ]+)<', page.content.decode())[1]
    from base64 import b32decode

    return b32decode(text.replace(" ", "")).hex()


def shown_codes(text):
    return set(re.findall(r"<li>([a-z2-7]{4}-[a-z2-7]{4})</li>", text))


@required
def test_binding_shows_the_key_once_confirmed_and_ten_codes_once(client, clock):
    user = person(Roles.DIRECTOR)
    sign_in(client, user)
    page = client.get(client.get("/").url)
    text = page.content.decode()
    assert "<svg" in text
    assert "http" not in re.sub(r'xmlns="[^"]+"', "", text.split("<main")[1])
    assert "no-store" in page["Cache-Control"]
    key = shown_key(page)
    assert shown_key(client.get(BIND)) == key
    wrong = client.post(BIND, {"code": f"{(int(code_at(key)) + 1) % 1_000_000:06d}"})
    assert wrong.status_code == 422
    assert not TOTPDevice.objects.exists()
    done = client.post(f"{BIND}?next=/staff/me/", {"code": code_at(key)})
    assert done.status_code == 200
    assert "no-store" in done["Cache-Control"]
    codes = shown_codes(done.content.decode())
    assert len(codes) == 10
    assert 'href="/staff/me/"' in done.content.decode()
    assert client.get("/").status_code == 200
    assert not any(code in client.get(reverse("staff:account")).content.decode() for code in codes)
    assert [row.title for row in logged(user, "second_factor")] == ["绑定动态验证码"]
    assert Message.objects.filter(recipient=user, text__contains="已绑定动态验证码").exists()
    assert key not in str(list(Activity.objects.values()))
    assert shown_key(client.get(BIND)) != key  # the next phone gets a key of its own


def test_a_voluntary_binding_asks_for_the_password(client, clock):
    user = person()
    client.force_login(user)
    key = shown_key(client.get(BIND))
    assert client.post(BIND, {"code": code_at(key)}).status_code == 422
    assert client.post(BIND, {"code": code_at(key), "password": "wrong"}).status_code == 422
    assert not TOTPDevice.objects.exists()
    assert logged(user, "login_failed")[0].note.endswith("登录密码不对")
    assert client.post(BIND, {"code": code_at(key), "password": PASSWORD}).status_code == 200
    user.refresh_from_db()
    assert user.second_factor_since == NOON


def test_another_phone_takes_the_place_of_the_first(client, clock):
    user = person()
    old, codes = bound(user)
    sign_in(client, user)
    enter(client, code_at(old))
    key = shown_key(client.get(BIND))
    assert client.post(BIND, {"code": code_at(key), "password": PASSWORD}).status_code == 200
    assert client.get("/").status_code == 200
    clock.shift(STEP)
    assert check_code(user, code_at(old)).device is None
    assert check_code(user, tidy_code(codes[0])).device is None
    clock.shift(STEP)
    assert check_code(user, code_at(key)).device
    assert logged(user, "second_factor")[-1].title == "更换动态验证码的手机"


def test_bound_elsewhere_meanwhile_is_said(client, clock):
    user = person()
    client.force_login(user)
    stale = User.objects.get(pk=user.pk)
    bound(user)
    key = default_key()
    with pytest.raises(accounts_workflow.Refused, match="别处"):
        bind_phone(stale, key, code_at(key))
    assert TOTPDevice.objects.filter(user=user).count() == 1


# --- Recovery codes, reset ----------------------------------------------------------------------------------------------


def test_a_recovery_code_works_once_and_is_written_down(client, clock):
    user = person()
    _, codes = bound(user)
    sign_in(client, user)
    assert "备用验证码" in client.get(f"{CODE}?recovery=1").content.decode()
    assert client.post(f"{CODE}?recovery=1", {"code": codes[3].upper()}).status_code == 302
    assert client.get("/").status_code == 200
    assert logged(user, "login")[-1].note == "密码和备用验证码，备用验证码还剩 9 个"
    client.logout()
    sign_in(client, user)
    assert enter(client, codes[3]).status_code == 422
    clock.shift(timedelta(seconds=5))
    assert enter(client, codes[4]).status_code == 302


def test_few_recovery_codes_left_are_a_warning_and_new_ones_end_the_old(client, clock):
    user = person()
    _, codes = bound(user)
    StaticToken.objects.exclude(token=tidy_code(codes[0])).delete()
    sign_in(client, user)
    enter(client, codes[0])
    assert "还剩 0 个" in client.get("/").content.decode()
    renew = reverse("staff:second-factor-renew")
    assert client.post(renew, {"password": "wrong"}).status_code == 422
    fresh = client.post(renew, {"password": PASSWORD}).content.decode()
    assert len(shown_codes(fresh)) == 10
    assert StaticToken.objects.count() == 10
    assert logged(user, "second_factor")[-1].title == "重做备用验证码"


def reset(client, user):
    address = reverse("staff:user-second-factor", args=[user.pk])
    return client.post(address, {"seen": accounts_workflow.stamp(User.objects.get(pk=user.pk))})


@required
def test_an_administrator_takes_a_lost_phone_off_and_the_person_binds_anew(client, clock):
    admin, user = person(Roles.ADMINISTRATOR), person(Roles.DIRECTOR)
    key, codes = bound(user)
    theirs = Client()
    sign_in(theirs, user)
    enter(theirs, code_at(key))
    assert theirs.get("/").status_code == 200
    admin_key, _ = bound(admin)
    sign_in(client, admin)
    enter(client, code_at(admin_key))
    page = client.get(reverse("staff:user-detail", args=[user.pk])).content.decode()
    assert "重置动态验证码" in page
    assert reset(client, user).status_code == 302
    assert theirs.get("/").url == BIND  # the open session stands at the door
    assert check_code(user, code_at(key, 1)).device is None
    assert check_code(user, tidy_code(codes[0])).device is None
    row = Activity.objects.about(user).first()
    assert (row.title, row.actor) == ("重置动态验证码", admin)
    assert reset(client, user).status_code == 422  # twice does nothing
    assert reset(client, admin).status_code == 422
    assert "另一位" in reset(client, admin).content.decode()
    assert client.get(reverse("staff:user-second-factor", args=[user.pk])).status_code == 405


def test_a_reset_is_an_administrators_and_no_deputys(client, clock):
    user = person()
    bound(user)
    client.force_login(UserFactory(role=Roles.OFFICE))
    assert reset(client, user).status_code == 403
    assert TOTPDevice.objects.filter(user=user).exists()


def test_the_operator_can_reset_the_last_administrator(clock, capsys):
    user = person(Roles.ADMINISTRATOR)
    bound(user)
    call_command("reset_second_factor", user.username)
    assert user.username in capsys.readouterr().out
    assert not TOTPDevice.objects.exists()
    assert Activity.objects.about(user).first().actor is None
    with pytest.raises(CommandError, match="没有绑定"):
        call_command("reset_second_factor", user.username)
    with pytest.raises(CommandError, match="没有工号"):
        call_command("reset_second_factor", "nobody")


@required
def test_the_forced_password_comes_after_the_code(client, clock):
    user = person(Roles.DIRECTOR, must_change_password=True)
    key, _ = bound(user)
    sign_in(client, user)
    assert client.get("/").url == CODE
    enter(client, code_at(key))
    assert client.get("/").url == reverse("staff:password-change")
