"""The whole half-year in the browser: an editor writes and compiles, a manager reads and checks, the director signs."""

import io
import re
import zipfile

import pytest
from django.db import transaction
from playwright.sync_api import expect

import billboards.demo
import permits.demo
from inspections.models import Finding
from inspections.workflow import findings
from reports.models import Report
from staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "2026年上半年工作总结"
COUNTED = re.compile(r"共 ([\d,]+) 条")


@pytest.fixture
def every_room(bureau):
    """The demo bureau with permits and outdoor advertising as well."""
    with transaction.atomic():
        billboards.demo.seed()
        permits.demo.seed()


def opened(visitor):
    visitor.page.get_by_role("link", name="工作总结", exact=True).first.click()
    visitor.page.get_by_role("link", name=TITLE, exact=True).click()
    expect(visitor.page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    return visitor.page


def downloaded(page, name):
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).click()
    return download.value.path().read_bytes()


def write_and_compile(page):
    """The editor's part: a figure as a chip, seen in the preview beside the text; all files; sent in."""
    page.get_by_role("link", name=re.compile("^编辑.*长效机制有待完善")).click()
    text = page.locator("#chip-editor")
    text.press("Control+End")
    page.keyboard.type("本期共查找案件")
    page.get_by_label("搜索数据").fill("查找案件")
    page.locator(".figure-choice:visible").first.click()
    expect(text).to_contain_text("查找案件")
    expect(text).not_to_contain_text("{{")
    expect(page.locator("#preview")).to_contain_text(re.compile(r"本期共查找案件\d+件"))
    beside = page.locator("#preview").bounding_box(), page.locator("#chip-editor").bounding_box()
    assert beside[0]["x"] > beside[1]["x"] + beside[1]["width"]
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("button", name="汇编", exact=True).click()
    expect(page.get_by_text("最近一次汇编")).to_be_visible(timeout=90_000)
    assert downloaded(page, "下载 PDF").startswith(b"%PDF")
    for name in ("Word", "送审稿（宽边距）", "数据附表"):
        assert zipfile.ZipFile(io.BytesIO(downloaded(page, name))).testzip() is None
    assert b'"figures"' in downloaded(page, "数据文件")
    page.get_by_role("link", name="送核", exact=True).click()
    page.get_by_role("button", name="送核", exact=True).click()
    expect(page.get_by_text("已送核")).to_be_visible()


def read_and_check(page, address):
    """The manager's part: a number of the half-year opens as many rows; every line of the checklist gets a remark."""
    page.get_by_role("link", name="领导看板", exact=True).click()
    page.goto(f"{page.url.partition('?')[0]}?period=2026H1")
    number = page.locator("main a[href*='/inspections/findings/?found_from=2026']").first
    shown = int(re.sub(r"\D", "", number.inner_text()))
    number.click()
    assert shown == int(COUNTED.search(page.locator(".pages-count").inner_text())[1].replace(",", ""))
    page.goto(address)
    page.get_by_role("link", name=re.compile("^核对清单")).first.click()
    for box in page.locator("input[name=digest]").all():
        box.check()
    page.get_by_label("核对意见").fill("已与业务科室核实")
    page.get_by_role("button", name="所选各项写上意见").click()
    page.get_by_role("button", name="核对通过").click()
    expect(page.get_by_text("核对通过，待签发。").first).to_be_visible()


def sign(page, address):
    """The director's part: every figure leads somewhere; signed with a number; the paper is frozen."""
    page.goto(address)
    links = {link.get_attribute("href") for link in page.locator("a.figure-link").all()}
    assert len(links) > 50
    dead = [
        link for link in links if not page.request.get(link if link.startswith("http") else f"{origin(page)}{link}").ok
    ]
    assert dead == []
    page.get_by_role("link", name="签发", exact=True).click()
    page.get_by_role("button", name="签发", exact=True).click()
    expect(page.get_by_text("已签发，文号").first).to_be_visible(timeout=90_000)
    assert downloaded(page, "下载 PDF").startswith(b"%PDF")


def origin(page):
    return "/".join(page.url.split("/")[:3])


def test_an_editor_a_manager_and_an_issuer_each_do_their_part(every_room, visit):
    editor = opened(visit("1004"))
    address = editor.url
    write_and_compile(editor)
    read_and_check(visit("1003").page, address)
    director = visit("1002").page
    sign(director, address)
    report = Report.objects.get(title=TITLE)
    assert (report.state, report.checked_by.username, report.signed_by.username) == ("issued", "1003", "1002")

    counted = Finding.objects.counted().filter(found_on__range=("2026-01-01", "2026-06-30")).first()
    findings.void_finding(counted, reason="演示作废", by=User.objects.get(username="1005"))
    director.goto(address)
    director.locator("summary", has_text="定稿后数据变动").click()
    expect(director.get_by_role("row", name=re.compile("^查找案件 ")).first).to_contain_text("减 1")
