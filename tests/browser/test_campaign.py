"""A campaign month with the real roles: planned at the desk, found on the phone, told, helped, struck off, told upwards, closed."""

import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from billboards.models import Campaign, CampaignItem, DailyReport, Removal
from staff.models import Unit, User
from tests.browser.conftest import NARROW, PHONE
from tests.factories.boards import make_campaign


def photo(tmp_path, name, colour):
    target = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(target, "JPEG")
    path = tmp_path / name
    path.write_bytes(target.getvalue())
    return path


@pytest.fixture
def bureau(office):
    """The office's part of the demo bureau is enough: units, accounts, officers."""


@pytest.fixture
def campaign_name():
    return "样例专项整治"


def plan(page, name):
    """广告办: basis, a month, streets, targets; then the start."""
    today = timezone.localdate()
    page.get_by_role("link", name="专项整治").first.click()
    page.get_by_role("link", name="新建专项整治").first.click()
    page.get_by_label("名称").fill(name)
    page.get_by_label("依据（方案、文号）").fill("样例方案")
    page.get_by_label("开始日期").fill((today - timedelta(days=12)).isoformat())
    page.get_by_label("结束日期").fill((today + timedelta(days=17)).isoformat())
    page.get_by_label("牵头单位").select_option(label="户外广告办公室")
    page.get_by_label("湖滨街道办事处").check()
    page.get_by_label("求索街道办事处").check()
    page.get_by_label("目标").fill("店招 3块\n横幅 20条")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="开始", exact=True).click()
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.get_by_text("已通知各街道")).to_be_visible()


def test_a_campaign_from_its_plan_to_its_closing_report(visit, tmp_path, campaign_name):
    office = visit("1018").page
    plan(office, campaign_name)
    campaign = Campaign.objects.get(name=campaign_name)

    street = visit("1009", PHONE).page  # the street's contact, by the message
    street.get_by_role("link", name=re.compile("消息")).last.click()
    street.get_by_text(campaign_name).first.click()
    street.get_by_role("link", name="摸底登记").click()
    street.get_by_label("整治前照片").set_input_files(photo(tmp_path, "前.jpg", "darkred"))
    street.get_by_role("textbox", name="地点").fill("湖滨路 8 号")
    street.get_by_label("类型").select_option(label="店招（门头招牌）")
    street.get_by_label("问题").select_option(label="破损、污损、断亮缺字")
    street.get_by_label("对象").fill("样例餐馆")
    street.get_by_label("数量").fill("2")
    street.get_by_label("面积（㎡）").fill("12.5")
    street.get_by_role("button", name="保存并下一条").click()
    expect(street.locator("#census-sent li")).to_contain_text("样例餐馆", timeout=15_000)
    assert street.get_by_label("类型").input_value() == "shop_sign"  # kept for the next one
    item = CampaignItem.objects.get(place="湖滨路 8 号")
    assert item.photos.get().stage == "before"

    member = visit("1008", PHONE).page  # the squad: told, then helped with the consent in writing
    member.goto(office.url.split("/billboards")[0] + item.get_absolute_url())
    member.get_by_role("link", name="告知", exact=True).click()
    member.locator("#notify").get_by_label("整改期限").fill((timezone.localdate() + timedelta(days=5)).isoformat())
    member.locator("#notify").get_by_role("button", name="告知", exact=True).click()
    expect(member.locator(".state", has_text="已告知")).to_be_visible()
    member.get_by_role("link", name="登记处置").click()
    dialog = member.locator("#handle")
    dialog.get_by_label("处置方式").select_option(label="协助拆除")
    dialog.get_by_label("整治后照片").set_input_files(photo(tmp_path, "后.jpg", "darkgreen"))
    dialog.get_by_label("书面同意日期").fill(timezone.localdate().isoformat())
    dialog.get_by_role("button", name="登记处置", exact=True).click()
    expect(member.locator(".state", has_text="待销号")).to_be_visible()
    expect(member.get_by_text("由其他人复核销号")).to_be_visible()
    removal = Removal.objects.get()
    assert (removal.mode, removal.quantity, removal.flaw) == ("assisted", 2, "")

    leader = visit("1007").page  # the leader looks and strikes it off
    leader.get_by_role("link", name=re.compile("处专项问题待销号|去复核")).first.click()
    leader.get_by_role("link", name=item.number).click()
    leader.get_by_role("link", name="销号", exact=True).click()
    leader.locator("#settle").get_by_role("button", name="销号", exact=True).click()
    expect(leader.locator(".state", has_text="已销号")).to_be_visible()

    today = timezone.localdate().isoformat()
    street.goto(
        f"{office.url.split('/billboards')[0]}{reverse('billboards:daily', args=[campaign.pk, item.street_id, today])}"
    )
    street.get_by_label("出动执法人员（人次）").fill("6")
    street.get_by_role("button", name="确认日报").click()
    expect(street.get_by_role("button", name="复制群消息")).to_be_visible()
    assert "拆除2块" in DailyReport.objects.get().text

    office.goto(f"{office.url.split('/billboards')[0]}{campaign.get_absolute_url()}")
    office.get_by_role("link", name="总结专项").click()
    office.locator("#close").get_by_label("总结").first.fill("一个月的整治，减量、规范、安全。")
    office.locator("#close").get_by_role("button", name="总结专项", exact=True).click()
    expect(office.get_by_text("协助拆除2块").first).to_be_visible()
    with office.expect_response(re.compile(r"report\.pdf")) as answer:
        office.evaluate(f"fetch('{reverse('billboards:campaign-report-pdf', args=[campaign.pk])}')")
    assert answer.value.headers["content-type"] == "application/pdf"
    campaign.refresh_from_db()
    assert (campaign.state, campaign.result["pieces"]) == ("closed", 2)


@pytest.mark.looks
def test_the_pages_are_sound_on_desk_and_phone(visit, campaign_name):
    visitor = visit("1018")
    plan(visitor.page, campaign_name)
    campaign = Campaign.objects.get(name=campaign_name)
    paths = [
        campaign.get_absolute_url(),
        *(reverse(f"billboards:{name}") for name in ("board-list", "board-create", "board-map", "item-list", "daily-list",
                                                     "removal-list", "inspection-list", "size-rule-list", "campaign-create")),
        reverse("billboards:census", args=[campaign.pk]),
        reverse("billboards:campaign-report", args=[campaign.pk]),
    ]  # fmt: skip
    narrow = visit("1018", NARROW)
    for path in paths:
        visitor.go(path)
        assert visitor.axe() == [], path
        narrow.go(path)
        assert narrow.overflow() <= 0, path


CUT = "ERR_INTERNET_DISCONNECTED"


def type_find(page, place, picture):
    page.get_by_label("整治前照片").set_input_files(picture)
    page.get_by_role("textbox", name="地点").fill(place)
    page.get_by_label("类型").select_option(label="店招（门头招牌）")
    page.get_by_label("问题").select_option(label="破损、污损、断亮缺字")
    page.get_by_label("对象").fill("样例餐馆")
    page.get_by_role("button", name="保存并下一条").click()
    expect(page.get_by_role("textbox", name="地点")).to_have_value("")


def test_the_census_without_signal_waits_on_the_phone_and_arrives_once(visit, tmp_path, bureau):
    campaign = make_campaign(Unit.objects.get(short_name="湖滨街道"), by=User.objects.get(username="1018"))
    phone = visit("1009", PHONE)
    phone.expected = (CUT, "htmx:")  # the bell asks in vain, too
    page = phone.page
    phone.go(reverse("billboards:census", args=[campaign.pk]))
    page.evaluate("navigator.serviceWorker.ready.then(() => new Promise((done) => setTimeout(done, 1500)))")
    phone.context.set_offline(True)
    type_find(page, "湖滨路 8 号", photo(tmp_path, "一.jpg", "darkred"))
    type_find(page, "湖滨路 10 号", photo(tmp_path, "二.jpg", "navy"))
    expect(page.locator("#census-waiting")).to_have_text("未上传 2")
    page.reload()  # the page itself comes from the phone
    expect(page.locator("#census-waiting")).to_have_text("未上传 2")
    expect(page.locator("#census-queue li")).to_have_count(2)
    assert not CampaignItem.objects.exists()
    assert phone.overflow() <= 0
    assert phone.axe() == []

    phone.context.set_offline(False)
    expect(page.locator("#census-waiting")).to_have_text("未上传 0", timeout=45_000)
    found = CampaignItem.objects.filter(campaign=campaign)
    assert sorted(found.values_list("place", flat=True)) == ["湖滨路 10 号", "湖滨路 8 号"]
    assert all(item.photos.count() == 1 for item in found)
    assert page.evaluate("Street.openStore('census').all().then((rows) => rows.length)") == 0


def test_a_find_that_is_refused_stays_on_the_phone_and_is_corrected(visit, tmp_path, bureau):
    campaign = make_campaign(Unit.objects.get(short_name="湖滨街道"), by=User.objects.get(username="1018"))
    phone = visit("1009", PHONE)
    phone.expected = ("422",)
    page = phone.page
    phone.go(reverse("billboards:census", args=[campaign.pk]))
    page.get_by_label("摸底日期").fill((timezone.localdate() + timedelta(days=3)).isoformat())
    type_find(page, "湖滨路 8 号", photo(tmp_path, "一.jpg", "darkred"))
    expect(page.locator("#census-queue .field-error")).to_contain_text("晚于今天")
    page.get_by_role("button", name="改", exact=True).click()
    expect(page.get_by_role("textbox", name="地点")).to_have_value("湖滨路 8 号")
    page.get_by_label("摸底日期").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="保存并下一条").click()
    expect(page.locator("#census-waiting")).to_have_text("未上传 0", timeout=15_000)
    assert CampaignItem.objects.get().photos.count() == 1
