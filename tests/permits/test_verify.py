"""The page behind the code: live validity at once, no personal data, no signing in, forged codes are told so."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.signing import Signer
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from permits.enums import PermitState
from permits.models import Application
from permits.public import validity_of
from permits.verification import read_token, token_of
from permits.views.verify import LOOKS_A_MINUTE
from tests.factories import permits as make
from tests.factories.permit_papers import PHONE

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 15)


@given(st.integers(min_value=1, max_value=10**9))
def test_a_token_names_its_case_and_nothing_else_is_accepted(pk):
    token = token_of(pk)
    assert read_token(token) == pk
    assert len(token) <= 40
    assert read_token(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert read_token(f"{pk + 1}.{token.partition('.')[2]}") is None


@pytest.mark.parametrize(
    "forged", ["1.abc", "x", "1", Signer(salt="other", sep=".", algorithm="sha1").sign("1"), "一.二"]
)
def test_forged_tokens_are_none(forged):
    assert read_token(forged) is None


def shown(state, **fields):
    given = {"issued_on": TODAY - timedelta(days=9), "starts_on": TODAY, "ends_on": TODAY + timedelta(days=9)} | fields
    return validity_of(Application(state=state, **given), TODAY)


@pytest.mark.parametrize(
    ("state", "fields", "level", "word"),
    [
        ("active", {}, "valid", "有效"),
        ("issued", {}, "valid", "有效"),
        ("rectifying", {}, "valid", "有效"),
        ("changing", {}, "valid", "变更中"),
        ("issued", {"starts_on": TODAY + timedelta(days=1)}, "valid", "有效（未到开工日期）"),
        ("active", {"ends_on": TODAY}, "valid", "有效"),
        ("active", {"ends_on": TODAY - timedelta(days=1)}, "over", "已到期"),
        ("changing", {"ends_on": TODAY - timedelta(days=1)}, "over", "已到期"),
        ("expired", {}, "over", "已到期"),
        ("completion", {}, "over", "已完工"),
        ("warranty", {}, "over", "已完工"),
        ("closed", {}, "over", "已完工"),
        ("revoked", {}, "gone", "已撤销"),
        ("recalled", {}, "gone", "已撤回"),
        ("cancelled", {}, "gone", "已注销"),
        ("stopped", {}, "gone", "已决定停止占用"),
        ("fee_due", {"issued_on": None}, "waiting", "尚未发证"),
        ("denied", {"issued_on": None}, "waiting", "尚未发证"),
    ],
)
def test_validity_as_state_and_period_say(state, fields, level, word):
    validity = shown(state, **fields)
    assert (validity.level, validity.word) == (level, word)


@pytest.mark.parametrize("state", PermitState.values)
def test_only_a_licence_in_hand_is_ever_valid(state):
    assert shown(state, issued_on=None).level != "valid"
    if state not in PermitState.VALID:
        assert shown(state).level != "valid"


def look(client, application):
    return client.get(reverse("permits:verify", args=[token_of(application.pk)]))


@pytest.fixture
def site(office, section, officers):
    return make.make_active(section, officers, builder_name="样例施工队", builder_phone="13900001111")


def test_anybody_sees_whether_it_holds_but_nothing_personal(client, site):
    response = look(client, site)
    page = response.content.decode()
    assert response.status_code == 200
    assert "有效" in page
    for known in (site.licence_number, "样例管线公司", site.location, PHONE):
        assert known in page
    for private in ("13800001234", "13900001111", "样例人", site.applicant_code, site.number):
        assert private not in page
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "no-store"


def test_a_persons_name_is_masked(client, site):
    site.applicant_kind, site.applicant_name = "person", "王小明"
    site.save()
    page = look(client, site).content.decode()
    assert "王＊＊" in page
    assert "王小明" not in page


@pytest.mark.parametrize(("state", "word"), [("revoked", "已撤销"), ("cancelled", "已注销"), ("recalled", "已撤回")])
def test_what_was_taken_away_shows_at_once(client, site, state, word):
    make.put(site, state)
    assert word in look(client, site).content.decode()


def test_a_forged_code_is_told_in_chinese(client):
    response = client.get(reverse("permits:verify", args=["1.forged"]))
    assert response.status_code == 404
    assert "二维码无效" in response.content.decode()
    gone = client.get(reverse("permits:verify", args=[token_of(999_999)]))
    assert gone.status_code == 404


def test_reading_writes_nothing_and_is_limited(client, site, django_assert_max_num_queries):
    with time_machine.travel(timezone.now(), tick=False):  # within one minute, however slow the machine
        with django_assert_max_num_queries(6):
            look(client, site)
        for _ in range(LOOKS_A_MINUTE):
            last = look(client, site)
    assert last.status_code == 429
    assert "一分钟后" in last.content.decode()


def test_the_code_does_not_open_anything_else(client, site):
    assert client.get(site.get_absolute_url()).status_code == 302
    assert client.post(reverse("permits:verify", args=[token_of(site.pk)])).status_code == 405
