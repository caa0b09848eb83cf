"""The first walk through the house: a spreadsheet in at the door, a PDF of the half-year summary out."""

import re

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from inspections.models import Finding
from reports.models import Report
from tests.browser.conftest import DESK, NARROW, PHONE

HEAD = ["序号", "检查日期", "责任单位", "区域类型", "具体地点", "小项", "存在问题", "数量/单位"]


def sheet(path, rows):
    book = Workbook()
    page = book.active
    page.append(["2026年3月市容环境卫生现场检查表"])
    page.append(HEAD)
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def rows(count, unit="湖滨街道"):
    return [
        [n, "2026/3/5", unit, "主次干道", f"浏览器测试路{n}号", "店外经营", f"货物出店{n}", "1处"]
        for n in range(1, count + 1)
    ]


def test_a_sheet_becomes_a_summary_and_a_manager_downloads_the_pdf(visit, downloads):
    clerk = visit("1005")
    page = clerk.page
    page.get_by_role("link", name="导入问题").click()
    page.get_by_label("表格文件").set_input_files(sheet(downloads / "检查表.xlsx", rows(30)))
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="确认导入 30 行").click()
    page.get_by_role("link", name="查看导入的考评问题").click()
    expect(page.get_by_text("共 30 条")).to_be_visible()

    office = visit("1004").page
    office.get_by_role("link", name="工作总结").click()
    office.get_by_role("link", name="2026年上半年工作总结").click()
    office.get_by_role("button", name="汇编").click()
    expect(office.get_by_text("最近一次汇编")).to_be_visible(timeout=30_000)

    director = visit("1002").page
    director.get_by_role("link", name="工作总结").click()
    director.get_by_role("link", name="2026年上半年工作总结").click()
    with director.expect_download() as download:
        director.get_by_role("link", name="下载 PDF").click()
    saved = downloads / "总结.pdf"
    download.value.save_as(saved)
    assert saved.read_bytes().startswith(b"%PDF-")

    figure = director.locator("a.figure-link[href*='/findings/']", has_text=re.compile(r"\d+余?件")).first
    address = figure.get_attribute("href")
    figure.click()
    total = int(re.search(r"共 (\d+) 条", director.locator(".pages-count").inner_text())[1])
    assert "found_from=2026-01-01" in address
    assert total == Finding.objects.counted().filter(found_on__range=("2026-01-01", "2026-06-30")).count()


def test_wrong_rows_are_named_and_come_back_as_a_sheet(visit, downloads):
    page = visit("1005").page
    page.get_by_role("link", name="导入问题").click()
    wrong = [*rows(2), [3, "2026/3/5", "没有的街道", "主次干道", "x", "店外经营", "y", 1]]
    page.get_by_label("表格文件").set_input_files(sheet(downloads / "检查表.xlsx", wrong))
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("没有“没有的街道”这个单位")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有误的行").click()
    download.value.save_as(downloads / "错.xlsx")
    assert load_workbook(downloads / "错.xlsx").active["A2"].value == 5


def test_a_finding_is_registered_closed_and_voided_by_hand(visit):
    page = visit("1005").page
    page.get_by_role("link", name="考评问题", exact=True).click()
    page.get_by_role("link", name="登记问题", exact=True).first.click()
    page.get_by_label("责任单位").select_option(label="湖滨街道办事处")
    page.get_by_label("区域类型").select_option("ZG")
    page.get_by_label("小项").select_option(index=1)
    page.get_by_label("具体地点").fill("浏览器手工登记处")
    page.get_by_label("数量").fill("2")
    page.get_by_label("检查人").focus()
    expect(page.get_by_text("预计扣分")).to_be_visible()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记 考")).to_be_visible()
    page.get_by_role("link", name="销号").click()
    page.get_by_role("button", name="销号", exact=True).click()
    expect(page.get_by_text("已销号。")).to_be_visible()
    page.get_by_role("link", name="作废").click()
    page.get_by_label("作废理由").fill("申诉成立，不属本辖区")
    page.get_by_role("button", name="作废", exact=True).click()
    expect(page.get_by_text("不再计数、计分。", exact=False).first).to_be_visible()


def test_a_figure_is_inserted_by_a_click_and_previewed(visit):
    page = visit("1004").page
    page.get_by_role("link", name="工作总结").click()
    page.get_by_role("link", name="2026年上半年工作总结").click()
    page.get_by_role("link", name=re.compile("^编辑")).first.click()
    page.locator("#chip-editor").fill("共查找案件")
    page.get_by_label("写法").select_option("余")
    page.get_by_label("搜索数据").fill("查找案件")
    page.locator(".figure-choice:visible").first.click()
    expect(page.locator("#id_text")).to_have_value("共查找案件{{ inspections.findings | 余 }}")
    expect(page.get_by_label("正文")).to_contain_text("查找案件·余")
    expect(page.get_by_label("正文")).not_to_contain_text("{{")
    expect(page.locator("#preview a.figure-link")).to_have_count(1)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()


PAGES = [
    ("1005", "/"),
    ("1005", "/inspections/findings/?found_from=2026-01-01"),
    ("1005", "/inspections/findings/new/"),
    ("1005", "/inspections/standards/"),
    ("1005", "/staff/imports/inspections.findings/new/"),
    ("1005", "/search/?q=样例"),
    ("1004", "/reports/"),
    ("1004", "/staff/me/"),
    ("1004", "/staff/jobs/"),
    ("1004", "/staff/messages/"),
    ("1004", "/staff/password/"),
    ("1017", "/staff/log/"),
    ("1009", "/inspections/findings/"),
    ("1009", "/no-such-page/"),
]


def problems_at_every_width(visitor, path):
    """The page is loaded once and made narrower: what axe finds at each width, and what runs over the edge."""
    visitor.go(path)
    found = []
    for width, height in (DESK, PHONE, NARROW):
        visitor.page.set_viewport_size({"width": width, "height": height})
        found += [f"{path} at {width} px: {problem}" for problem in visitor.axe()]
        if visitor.overflow() > 0:
            found.append(f"{path} at {width} px runs {visitor.overflow()} px over the edge")
    visitor.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return found


@pytest.mark.looks
def test_axe_finds_nothing_serious_and_nothing_runs_over_the_edge(visit):
    found, visitors = [], {}
    for username, path in PAGES:
        visitor = visitors.get(username) or visitors.setdefault(username, visit(username))
        visitor.missing_is_expected = path == "/no-such-page/"
        found += problems_at_every_width(visitor, path)
    editor, report = visitors["1004"], Report.objects.first()
    section = reverse("reports:section-edit", args=[report.pk, report.sections.get(order=2).pk])
    for path in (Finding.objects.first().get_absolute_url(), report.get_absolute_url(), section):
        found += problems_at_every_width(editor, path)
    assert found == []


def test_the_login_page_and_its_refusal(visit):
    visitor = visit()
    visitor.go("/")
    page = visitor.page
    assert "/staff/login/" in page.url
    page.get_by_label("工号").fill("1005")
    page.get_by_label("密码").fill("wrong-password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("工号或密码不对")).to_be_visible()
    assert visitor.axe() == []
