"""The ban's records in a real browser: an incident from the phone to its end, a seizure to its destruction, every page."""

import io
import re

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from fireworks.models import (
    BanBulletin,
    BanEntry,
    BanScheme,
    Destruction,
    Incident,
    JointAction,
    MediaItem,
    PublicityEntry,
    PublicReport,
    SeizureLot,
)
from tests.browser.conftest import DESK, NARROW, PHONE


@pytest.fixture
def picture(tmp_path):
    target = io.BytesIO()
    Image.new("RGB", (320, 240), "darkred").save(target, "JPEG")
    path = tmp_path / "现场.jpg"
    path.write_bytes(target.getvalue())
    return path


def test_an_incident_from_the_phone_to_closed(visit, picture):
    street = visit("1009", PHONE).page
    street.get_by_role("link", name="登记炮情").last.click()
    street.get_by_label("现场照片").set_input_files(picture)
    street.get_by_role("textbox", name="地点").fill("样例小区8栋楼下")
    street.get_by_label("网格").select_option(label="湖滨一网格")
    street.get_by_label("场所").select_option(label="居民区")
    street.get_by_label("起因").select_option(label="婚庆")
    street.get_by_label("燃放种类").select_option(label="电子礼炮")
    street.get_by_role("button", name="登记", exact=True).click()
    expect(street.get_by_text("已通知禁炮办核实")).to_be_visible()
    incident = Incident.objects.get(place="样例小区8栋楼下")
    assert incident.photos.count() == 1
    assert incident.unit.label == "湖滨街道"

    office = visit("1014").page
    office.get_by_role("link", name=re.compile("消息")).first.click()
    office.get_by_text(incident.number).first.click()
    office.get_by_role("link", name="核实", exact=True).click()
    office.get_by_role("button", name="核实", exact=True).click()
    office.get_by_role("link", name="登记处置").click()
    dialog = office.locator("#handle")
    dialog.get_by_label("处置", exact=True).select_option(label="移交公安机关")
    dialog.get_by_label("处置人").fill("员示例")
    dialog.get_by_role("button", name="登记处置", exact=True).click()
    expect(office.get_by_text("待核对")).to_be_visible()  # nobody wrote down when they were there
    office.get_by_role("link", name="登记公安处理结果").click()
    police = office.locator("#police")
    police.get_by_label("公安机关处理结果").select_option(label="罚款")
    police.get_by_label("罚款金额（元）").fill("300")
    police.get_by_label("告知单位和文书").fill("样例派出所")
    police.get_by_role("button", name="登记公安处理结果", exact=True).click()
    expect(office.get_by_text("以下是公安机关告知的结果")).to_be_visible()
    office.get_by_role("link", name="办结", exact=True).click()
    office.get_by_role("button", name="办结", exact=True).click()
    expect(office.locator(".state", has_text="已办结").first).to_be_visible()
    incident.refresh_from_db()
    assert (incident.state, incident.handling) == ("closed", "handed_over")


def test_a_seizure_to_its_destruction(visit):
    visitor = visit("1014")
    page = visitor.page
    page.get_by_role("link", name="收缴物品").click()
    page.get_by_role("link", name="登记收缴物品").click()
    page.get_by_label("收缴地点").fill("样例百货")
    page.get_by_label("种类").select_option(label="鞭炮")
    page.get_by_label("数量").fill("24")
    page.get_by_label("计量单位").select_option(label="封")
    page.get_by_label("存放地点").fill("样例库房")
    page.get_by_label("接收（入库）人").fill("库示例")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("cell", name="入库")).to_be_visible()
    lot = SeizureLot.objects.get(place="样例百货")
    page.get_by_role("link", name="收缴物品").first.click()
    page.get_by_role("link", name="登记销毁").click()
    page.get_by_label("销毁地点").fill("样例采石场")
    page.get_by_label("方式").select_option(label="焚烧")
    page.get_by_label("见证单位和人员").fill("区公安分局")
    page.get_by_label("车辆（车）").fill("1")
    page.get_by_label(f"{lot.number} 样例百货").fill("25")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text(re.compile("只剩 24 封")).first).to_be_visible()
    assert all("422" in complaint for complaint in visitor.complaints)  # the browser's word for a refusal
    visitor.complaints.clear()
    page.get_by_label(f"{lot.number} 样例百货").fill("24")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("物品的在库数已更新")).to_be_visible()
    page.get_by_role("link", name=lot.number).click()
    expect(page.locator(".state", has_text="已销毁")).to_be_visible()


def test_the_summary_prints_the_ban_and_each_figure_opens_its_rows(visit):
    page = visit("1004").page
    page.get_by_role("link", name="工作总结").click()
    page.get_by_role("link", name="2026年上半年工作总结").click()
    section = page.locator("section", has=page.get_by_role("heading", name="禁炮管理工作稳中有序推进")).last
    text = section.inner_text()
    assert re.search(r"横幅\d+条", text)
    assert re.search(r"约\d+(\.\d)?吨", text)
    assert "元宵节期间，辖区未发现一例" in text  # every shift of the demo's windows was reported
    figure = section.locator("a.figure-link", has_text=re.compile(r"^\d+起$")).first
    printed = int(re.search(r"\d+", figure.inner_text())[0])
    figure.click()
    assert f"共 {printed} 条" in page.locator(".pages-count").inner_text()


def pages():
    """Every kind of page of the records, as the ban's office opens it."""
    records = {
        "incident": Incident.objects.filter(state="closed").first(),
        "public-report": PublicReport.objects.first(),
        "publicity": PublicityEntry.objects.first(),
        "media": MediaItem.objects.first(),
        "action": JointAction.objects.first(),
        "lot": SeizureLot.objects.filter(destroyed=0).first(),
        "destruction": Destruction.objects.first(),
        "entry": BanEntry.objects.first(),
        "scheme": BanScheme.objects.first(),
        "bulletin": BanBulletin.objects.first(),
    }
    found = []
    for name, record in records.items():
        found += [reverse(f"fireworks:{name}-{page}") for page in ("list", "create")]
        found.append(reverse(f"fireworks:{name}-detail", args=[record.pk]))
    waiting = Incident.objects.filter(state="reported").first()
    found += [waiting.get_absolute_url(), reverse("fireworks:incident-edit", args=[waiting.pk])]
    return [*found, reverse("fireworks:statement-list"), reverse("fireworks:statement-create")]


@pytest.mark.looks
@pytest.mark.parametrize("size", [DESK, NARROW], ids=["desk", "narrow"])
def test_every_page_is_accessible_and_fits(visit, size):
    visitor = visit("1014", size)
    wrong = []
    for path in pages():
        visitor.go(path)
        wrong += [f"{path}: {each}" for each in visitor.axe()]
        if visitor.overflow() > 0:
            wrong.append(f"{path}: wider than the screen by {visitor.overflow()}")
    assert wrong == []
