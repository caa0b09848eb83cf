"""The second factor at a desk's and on a phone's screen. A street queue that outlives the session: test_street.py."""

from base64 import b32decode

import pytest
from django.urls import reverse
from django_otp.oath import totp
from playwright.sync_api import expect

from staff.demo import DEMO_PASSWORD
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(key):
    return f"{totp(bytes.fromhex(key)):06d}"


def look(visitor, wrong):
    wrong += visitor.axe()
    if visitor.overflow() > 0:
        wrong.append(f"{visitor.page.url} is wider than the screen")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1366", "390"])
def test_a_phone_is_bound_and_asked_for_at_the_next_login(visit, size):
    visitor, wrong = visit("1002", size=size), []
    page = visitor.page
    visitor.go(reverse("staff:account"))
    page.get_by_role("link", name="绑定手机").click()
    expect(page.get_by_role("img", name="二维码").or_(page.locator(".bind-code svg")).first).to_be_visible()
    look(visitor, wrong)
    key = b32decode(page.locator("#bind-key").inner_text().replace(" ", "")).hex()
    page.get_by_label("动态验证码").fill(code_of(key))
    page.get_by_label("登录密码").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="绑定").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    recovery = page.locator(".recovery-codes li").first.inner_text()
    look(visitor, wrong)
    page.get_by_role("link", name="已保存，继续").click()
    expect(page).to_have_url(f"{visitor.address}{reverse('staff:account')}")
    look(visitor, wrong)
    page.get_by_role("button", name="退出登录").click()

    visitor.go(reverse("staff:login"))
    page.get_by_label("工号").fill("1002")
    page.get_by_label("密码").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("动态验证码")).to_be_focused()
    look(visitor, wrong)
    visitor.expected = ("422",)
    page.get_by_label("动态验证码").fill("12 34")
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".error-summary")).to_contain_text("6 位数字")
    page.get_by_role("link", name="用备用验证码").click()
    page.get_by_label("备用验证码").fill(recovery.upper())
    look(visitor, wrong)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#messages")).to_contain_text("还剩 9 个")
    assert wrong == []
