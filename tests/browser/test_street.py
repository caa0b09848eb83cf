"""On the street: thirty seconds a finding, and nothing is lost when the signal, the login or the luck is gone."""

import io
from time import time

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from PIL import Image
from playwright.sync_api import expect

from inspections.models import Finding, FindingPhoto, Place
from staff.middleware import SIGNED_IN_KEY
from staff.models import Unit, User
from staff.workflow.second_factor import bind_phone
from tests.browser.conftest import NARROW, PHONE
from tests.browser.test_account import code_of
from tests.factories.rounds import make_place

STREET = reverse("inspections:street-entry")
SPOT = {"latitude": 29.32, "longitude": 113.12}
CUT = "ERR_INTERNET_DISCONNECTED"


def picture(path, colour):
    Image.new("RGB", (640, 480), colour).save(path, "JPEG")
    return path


@pytest.fixture
def phone(visit):
    """The assessor's phone, standing at a known place of 湖滨街道."""
    make_place(
        name="样例广场东门", unit=Unit.objects.get(short_name="湖滨街道"), latitude="29.320050", longitude="113.120000"
    )
    visitor = visit("1006", size=PHONE)
    visitor.context.grant_permissions(["geolocation"])
    visitor.context.set_geolocation(SPOT)
    visitor.go(STREET)
    expect(visitor.page.locator("#street-unit option").nth(1)).to_be_attached()
    visitor.page.locator("h1").click()  # the first touch asks for the position
    expect(visitor.page.locator("#street-place")).to_have_value("样例广场东门")
    return visitor


def type_entry(page, item, photo=None):
    if photo is not None:
        page.locator("#street-camera").set_input_files(photo)
    page.locator("#street-search").fill(item)
    page.locator("#street-items button").first.click()
    page.get_by_role("button", name="保存并下一条").click()
    expect(page.locator("#street-chosen")).to_be_hidden()


def test_a_finding_in_a_few_touches(phone, tmp_path):
    page = phone.page
    expect(page.locator("#street-unit option:checked")).to_have_text("湖滨街道")
    expect(page.locator("#street-guess")).to_be_visible()
    page.locator("#street-camera").set_input_files(picture(tmp_path / "near.jpg", "teal"))
    page.locator("#street-items button").first.click()
    expect(page.locator("#street-hint")).to_contain_text("预计扣")
    page.get_by_text("即查即改").click()
    page.get_by_role("button", name="保存并下一条").click()
    expect(page.locator("#street-sent li")).to_contain_text("考", timeout=15_000)
    finding = Finding.objects.get(place="样例广场东门")
    assert finding.handling == "spot"
    expect(page.locator("[name=handling]:checked")).to_have_value("order")  # the next is not closed without a choice
    assert finding.spot == Place.objects.get(name="样例广场东门")
    assert finding.photos.count() == 1
    assert phone.axe() == []
    assert phone.overflow() <= 0


def test_without_signal_entries_wait_and_arrive_once(phone, tmp_path):
    phone.expected = (CUT, "htmx:")  # the bell asks in vain, too
    page = phone.page
    page.evaluate("navigator.serviceWorker.ready.then(() => new Promise((done) => setTimeout(done, 1500)))")
    phone.context.set_offline(True)
    type_entry(page, "店外", picture(tmp_path / "one.jpg", "red"))
    type_entry(page, "小广告", picture(tmp_path / "two.jpg", "blue"))
    expect(page.locator("#street-waiting")).to_have_text("未上传 2")
    page.reload()  # the page itself comes from the phone
    expect(page.locator("#street-waiting")).to_have_text("未上传 2")
    expect(page.locator("#street-queue li")).to_have_count(2)
    assert not Finding.objects.filter(place="样例广场东门").exists()

    phone.context.set_offline(False)
    expect(page.locator("#street-waiting")).to_have_text("未上传 0", timeout=45_000)
    found = Finding.objects.filter(place="样例广场东门")
    assert found.count() == 2
    assert FindingPhoto.objects.filter(finding__in=found).count() == 2
    assert page.evaluate("Street.openStore('street').all().then((rows) => rows.length)") == 0


def test_an_ended_session_keeps_the_queue_and_asks_to_log_in(phone):
    page = phone.page
    Session.objects.all().delete()
    cache.clear()
    type_entry(page, "店外")
    expect(page.locator("#street-notice")).to_contain_text("请重新登录")
    expect(page.locator("#street-waiting")).to_have_text("未上传 1")
    page.get_by_role("link", name="重新登录").click()
    page.get_by_label("工号").fill("1006")
    page.get_by_label("密码").fill("shifan-2026")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{phone.address}{STREET}")
    page.wait_for_function("Street.openStore('street').all().then((rows) => rows.length === 0)", timeout=15_000)
    expect(page.locator("#street-waiting")).to_have_text("未上传 0")
    assert Finding.objects.filter(place="样例广场东门").count() == 1


def test_a_session_ended_by_age_sends_the_queue_after_password_and_code(phone):
    page, key = phone.page, "31" * 20
    bind_phone(User.objects.get(username="1006"), key, code_of(key))
    TOTPDevice.objects.update(last_t=-1)  # the same code may be shown again within these seconds
    for row in Session.objects.all():
        row.session_data = Session.objects.encode(row.get_decoded() | {SIGNED_IN_KEY: time() - 13 * 3600})
        row.save()
    cache.clear()
    type_entry(page, "店外")
    expect(page.locator("#street-notice")).to_contain_text("请重新登录")
    expect(page.locator("#street-waiting")).to_have_text("未上传 1")
    page.get_by_role("link", name="重新登录").click()
    expect(page.locator("main")).to_contain_text("已登录满 12 小时")
    page.get_by_label("工号").fill("1006")
    page.get_by_label("密码").fill("shifan-2026")
    page.get_by_role("button", name="登录").click()
    page.get_by_label("动态验证码").fill(code_of(key))
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{phone.address}{STREET}")
    expect(page.locator("#street-waiting")).to_have_text("未上传 0", timeout=15_000)
    assert Finding.objects.filter(place="样例广场东门").count() == 1


def test_what_is_no_photo_or_too_large_is_said_and_the_rest_stays(phone, tmp_path):
    page = phone.page
    page.locator("#street-description").evaluate("(field) => (field.value = '别丢了')")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.4")
    big = io.BytesIO()
    Image.new("RGB", (8, 8)).save(big, "JPEG")
    (tmp_path / "big.jpg").write_bytes(big.getvalue() + b"0" * 40 * 1024 * 1024)
    good = picture(tmp_path / "good.jpg", "green")
    page.locator("#street-album").set_input_files([tmp_path / "notes.pdf", tmp_path / "big.jpg", good])
    wrong = page.locator("#street-photos .field-error")
    expect(wrong).to_contain_text("“notes.pdf”不是照片")
    expect(wrong).to_contain_text("40.0 MB，超过 10 MB")
    expect(page.locator("#street-photos .file-item")).to_have_count(1)
    expect(page.locator("#street-description")).to_have_value("别丢了")


def test_what_is_missing_is_said_beside_the_field(phone):
    page = phone.page
    page.get_by_role("button", name="保存并下一条").click()
    expect(page.locator("[data-field=item] .field-error")).to_have_text("请选择小项。")
    assert page.evaluate("Street.openStore('street').all().then((rows) => rows.length)") == 0


def test_a_refused_entry_stays_and_can_be_corrected(phone):
    phone.expected = ("422",)
    page = phone.page
    page.evaluate("localStorage.setItem('street-clock', String(3 * 24 * 3600 * 1000))")  # a clock far ahead
    type_entry(page, "店外")
    expect(page.locator("#street-queue .field-error")).to_contain_text("发现时间晚于现在")
    page.get_by_role("button", name="改", exact=True).click()
    expect(page.locator("#street-chosen")).to_contain_text("店外")
    assert page.evaluate("scrollY") == 0  # at once: on a page that still glides a press misses the button
    page.get_by_role("button", name="保存并下一条").click()
    expect(page.locator("#street-waiting")).to_have_text("未上传 0", timeout=15_000)
    assert Finding.objects.filter(place="样例广场东门").count() == 1


def test_a_correction_of_a_waiting_entry_keeps_when_it_was_found(phone):
    phone.expected = (CUT, "ERR_FAILED", "htmx:")  # the worker asks in vain, too
    page = phone.page
    waiting = "Street.openStore('street').all().then(([entry]) => entry.values)"
    phone.context.set_offline(True)
    type_entry(page, "店外")
    first = page.evaluate(waiting)
    page.evaluate("localStorage.setItem('street-clock', String(2 * 3600 * 1000))")  # two hours go by
    page.get_by_role("button", name="改", exact=True).click()
    page.locator("#street-count").fill("3")
    page.get_by_role("button", name="保存并下一条").click()
    expect(page.locator("#street-chosen")).to_be_hidden()
    corrected = page.evaluate(waiting)
    assert (first["count"], corrected["count"]) == ("1", "3")
    assert corrected["found_at"] == first["found_at"]


def correct_count(page, count):
    page.get_by_role("button", name="改", exact=True).click()
    expect(page.locator("#street-chosen")).to_contain_text("店外")
    page.locator("#street-count").fill(count)
    page.get_by_role("button", name="保存并下一条").click()
    expect(page.locator("#street-chosen")).to_be_hidden()


def test_a_correction_after_a_lost_answer_arrives(phone, tmp_path):
    phone.expected = ("ERR_FAILED", "Failed to load")
    page = phone.page
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/street/submit/", lose)
    type_entry(page, "店外", picture(tmp_path / "one.jpg", "red"))
    expect(page.locator("#street-notice")).to_contain_text("没有连上服务器")
    assert lost == [200]
    assert Finding.objects.get(place="样例广场东门").count == 1
    correct_count(page, "3")
    page.unroute("**/street/submit/")
    page.locator("#street-now").click()
    expect(page.locator("#street-waiting")).to_have_text("未上传 0", timeout=30_000)
    finding = Finding.objects.get(place="样例广场东门")
    assert (finding.count, finding.photos.count()) == (3, 1)
    expect(page.locator("#street-sent li")).to_contain_text("手机上的更正")


def test_a_correction_while_the_answer_is_on_its_way_is_not_overwritten(phone):
    page = phone.page
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/street/submit/", hold_the_first)
    type_entry(page, "店外")
    for _ in range(100):
        if not held:
            page.wait_for_timeout(100)
    assert len(held) == 1
    correct_count(page, "3")
    held[0].continue_()
    expect(page.locator("#street-waiting")).to_have_text("未上传 0", timeout=30_000)
    assert Finding.objects.get(place="样例广场东门").count == 3
    expect(page.locator("#street-sent li")).to_have_count(1)


def test_a_position_outside_is_said_at_once(phone):
    page = phone.page
    phone.context.set_geolocation({"latitude": 28.2, "longitude": 112.97})
    page.get_by_role("button", name="重新定位").click()
    expect(page.locator("#street-position")).to_contain_text("辖区范围（示意）之外")
    page.get_by_role("button", name="去掉定位").click()
    expect(page.locator("#street-position")).to_contain_text("不带位置")


def test_it_fits_the_smallest_phone(visit):
    visitor = visit("1006", size=NARROW)
    visitor.go(STREET)
    expect(visitor.page.locator("#street-items button").first).to_be_visible()
    assert visitor.overflow() <= 0
