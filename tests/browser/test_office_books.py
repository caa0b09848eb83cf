"""The office's books in a real browser: people from a spreadsheet, a transfer, a resignation, the table that adds up."""

import re
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from staff.models import (
    AppraisalEntry,
    AppraisalRound,
    Certificate,
    Course,
    Movement,
    Person,
    Regulation,
    RegulationEdition,
    User,
)
from staff.workflow import regulations
from tests import pdf_measure
from tests.browser.conftest import DESK, NARROW

HEAD = ["姓名", "性别", "出生日期", "单位", "用工性质", "进入方式", "进入日期", "公民身份号码"]


def roster(path, count):
    """A sheet as the personnel section keeps it: title row, people of one squad."""
    book = Workbook()
    page = book.active
    page.append(["执法二中队人员花名册"])
    page.append(HEAD)
    for number in range(1, count + 1):
        page.append(
            [f"新{number}样例", "男", f"1990-01-{number:02d}", "执法二中队", "协管/辅助", "聘用", "2026-09-01", ""]
        )
    book.save(path)
    return path


def numbers(page):
    """The balance of 实有 on the table's page: opening, in, out, closing."""
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="实有", exact=True)).first
    return [int(text) for text in re.findall(r"\d+", row.inner_text().partition("实有")[2])][:4]


def test_people_from_a_sheet_a_transfer_and_a_resignation_and_the_month_adds_up(visit, downloads):
    page = visit("1016").page
    page.get_by_role("link", name="人员名册").click()
    page.get_by_role("link", name="导入", exact=False).first.click()
    page.get_by_label("表格文件").set_input_files(roster(downloads / "花名册.xlsx", 12))
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="确认导入 12 行").click()
    expect(page.get_by_role("link", name="查看导入的人员")).to_be_visible(timeout=15_000)
    first, second = Person.objects.filter(name__in=("新1样例", "新2样例")).order_by("name")
    for person, kind, words in ((first, "调出", "调往某局"), (second, "辞职", "个人原因")):
        page.goto(page.url.split("/staff")[0] + person.get_absolute_url())
        page.get_by_role("link", name="登记变动").click()
        page.get_by_label("变动类型").select_option(label=kind)
        page.get_by_label("变动日期").fill("2026-09-20")
        page.get_by_label("原因").fill(words)
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_text(f"已登记“{kind}”。")).to_be_visible()
    page.goto(page.url.split("/staff")[0] + reverse("staff:personnel-table", args=["2026-09"]))
    opening, joined, left, closing = numbers(page)
    assert (joined, left, closing) == (12, 2, opening + 10)
    assert closing == Movement.objects.standing_on(date(2026, 9, 30)).on_roll().count()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Excel").click()
    download.value.save_as(downloads / "表.xlsx")
    balance = load_workbook(downloads / "表.xlsx")["平衡（2026年9月）"]
    assert [cell.value for cell in balance[4]][1:] == [opening, 12, 2, closing]
    paper = page.request.get(
        page.url.split("/staff")[0] + reverse("staff:personnel-table-pdf", args=["2026-09"])
    ).body()
    assert f"实有：期初{opening}＋增12－减2＝期末{closing}" in pdf_measure.text(downloads, paper).replace(" ", "")


def test_the_summary_prints_leavers_people_on_duty_and_the_ratio_and_each_opens_its_rows(visit):
    page = visit("1004").page
    page.get_by_role("link", name="工作总结").click()
    page.get_by_role("link", name="2026年上半年工作总结").click()
    section = page.locator("section", has=page.get_by_role("heading", name="执法人员紧缺")).last
    text = section.inner_text()
    assert re.search(r"2024年7月至今，共有\d+人辞职或调离", text)
    assert re.search(r"在岗\d+人", text)
    assert re.search(r"占标准的\d+(\.\d)?%", text)
    leavers = section.locator("a.figure-link", has_text=re.compile(r"^\d+人$")).first
    printed = int(re.search(r"\d+", leavers.inner_text())[0])
    leavers.click()
    assert f"共 {printed} 条" in page.locator(".pages-count").inner_text()


def test_an_appeal_goes_from_the_squad_to_the_director(visit):
    entry = AppraisalEntry.objects.get(appeals__outcome="pending")
    director = visit("1002").page
    director.locator("a[href*='/staff/appraisal/appeals/']", has_text="去裁定").click()
    director.get_by_role("link", name=entry.event).click()
    director.get_by_role("link", name="裁定申诉").click()
    director.get_by_label("裁定", exact=True).select_option(label="申诉成立")
    director.get_by_label("裁定意见").fill("有签到表，不属漏岗")
    director.get_by_role("button", name="裁定", exact=True).click()
    expect(director.get_by_text("已裁定，并已通知申诉人。")).to_be_visible()
    squad = visit("1007").page
    squad.get_by_role("link", name=re.compile("消息")).first.click()
    expect(squad.get_by_text("您的申诉已裁定：申诉成立。")).to_be_visible()


def pages():
    """Every kind of page of the office's books, by who opens it."""
    rule = Regulation.objects.first()
    running = AppraisalRound.objects.get(state="scoring")
    edition = regulations.make_edition(
        RegulationEdition(ordinal=1, as_of=date(2026, 6, 30)), by=User.objects.get(username="1004")
    )
    person = Movement.objects.filter(ends_on=None).exclude(unit_after=None).first().person
    clerk = [
        "person-list", "person-create", "movement-list", "personnel-table-list", "staffing", "standard-create", "quota-list",
        "quota-create", "certificate-list", "certificate-create", "certificate-expiry", "course-list", "course-create",
        "hours-list", "discipline-list", "discipline-create",
    ]  # fmt: skip
    office = [
        "regulation-list", "regulation-create", "edition-list", "edition-create", "appraisal-round-list",
        "appraisal-round-create", "appraisal-entry-list", "appraisal-appeal-list", "appraisal-result-list",
        "appraisal-scheme-list", "appraisal-scheme-create",
    ]  # fmt: skip
    administrator = ["user-list", "user-create", "permission-matrix"]
    found = [("1016", reverse(f"staff:{name}")) for name in clerk]
    found += [("1004", reverse(f"staff:{name}")) for name in office]
    found += [("1001", reverse(f"staff:{name}")) for name in administrator]
    found += [
        ("1016", person.get_absolute_url()),
        ("1016", reverse("staff:person-edit", args=[person.pk])),
        ("1016", reverse("staff:movement-create", args=[person.pk])),
        ("1016", person.movements.first().get_absolute_url()),
        ("1016", reverse("staff:personnel-table", args=["2026H1"])),
        ("1016", Certificate.objects.first().get_absolute_url()),
        ("1016", Course.objects.first().get_absolute_url()),
        ("1004", rule.get_absolute_url()),
        ("1004", reverse("staff:regulation-revise", args=[rule.pk])),
        ("1004", edition.get_absolute_url()),
        ("1004", running.get_absolute_url()),
        ("1004", running.sheets.first().get_absolute_url()),
        ("1004", reverse("staff:appraisal-entry-create", args=[running.sheets.first().pk])),
        ("1002", AppraisalEntry.objects.get(appeals__outcome="pending").get_absolute_url()),
        ("1001", reverse("staff:user-detail", args=[User.objects.get(username="1008").pk])),
        ("1017", reverse("staff:permission-matrix")),
    ]
    return found


@pytest.mark.looks
@pytest.mark.parametrize("size", [DESK, NARROW], ids=["1366", "320"])
def test_axe_finds_nothing_serious_in_the_books_and_nothing_runs_over_the_edge(visit, size):
    found, visitors = [], {}
    for username, path in pages():
        visitor = visitors.get(username) or visitors.setdefault(username, visit(username, size))
        assert visitor.go(path).status == 200, path
        found += [f"{path} {problem}" for problem in visitor.axe()]
        if visitor.overflow() > 0:
            found.append(f"{path} runs {visitor.overflow()} px over the edge")
    assert found == []
