"""A paper on its way: the office writes with chips, the deputy checks, the director signs; each in the browser."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from config.periods import Period
from reports.models import Report
from reports.outlines import offered_outlines
from reports.workflow import sections, summaries
from staff.models import User
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paper(bureau):
    """One page over the figures of the running half-year, with a single section."""
    office = User.objects.get(username="1004")
    report = summaries.create_report(Period.parse("2025H2"), by=office, outline="page")
    for section in list(report.present_sections)[1:]:
        sections.remove_section(section, by=office)
    report.sections.filter(removed_at__isnull=False).delete()
    return report


def test_written_checked_and_signed_by_three(visit, paper):
    office = visit("1004")
    office.go(paper.sections.get().get_absolute_url())
    page = office.page
    page.locator("#chip-editor").fill("共查找案件")
    page.get_by_label("搜索数据").fill("查找案件")
    page.locator(".figure-choice:visible").first.click()
    page.locator("#chip-editor").press("End")
    page.keyboard.type("，清理320处。")
    expect(page.locator("#preview mark.amber")).to_have_text("320")
    page.get_by_role("button", name="匹配数字").click()
    page.get_by_label("320的出处").fill("街道报表")
    page.get_by_role("button", name="放入正文").click()
    expect(page.locator(".chip-typed")).to_contain_text("街道报表")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("link", name="送核", exact=True).click()
    page.get_by_role("button", name="送核", exact=True).click()
    expect(page.get_by_text("已送核")).to_be_visible()

    deputy = visit("1003").page
    deputy.get_by_role("link", name=re.compile("待核对|去办")).first.wait_for()
    deputy.goto(page.url)
    deputy.get_by_role("link", name=re.compile("^核对清单")).first.click()
    for box in deputy.locator("input[name=digest]").all():
        box.check()
    deputy.get_by_label("核对意见").fill("已与街道核实")
    deputy.get_by_role("button", name="所选各项写上意见").click()
    deputy.get_by_role("button", name="核对通过").click()
    expect(deputy.get_by_text("核对通过，待签发。").first).to_be_visible()

    director = visit("1002").page
    director.goto(page.url)
    director.get_by_role("link", name="签发", exact=True).click()
    director.get_by_role("button", name="签发", exact=True).click()
    expect(director.get_by_text("已签发，文号").first).to_be_visible(timeout=30_000)
    assert Report.objects.get(pk=paper.pk).state == "issued"


def test_an_outline_shows_no_braces_and_takes_a_figure_by_a_click(visit):
    office = visit("1004")
    office.go(reverse("reports:outline-detail", args=["page"]))
    page = office.page
    boxes = page.locator(".chip-editor")
    assert boxes.count() > 2
    assert not any("{{" in text for text in boxes.all_inner_texts())
    assert page.locator(".chip-wrong").count() == 0
    second = boxes.nth(1)
    second.press("Control+End")
    page.keyboard.type("另有")
    page.get_by_label("搜索数据").fill("查找案件")
    page.locator(".figure-choice:visible").first.click()
    expect(second).to_contain_text("另有查找案件")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("以后新建的文稿按它起草")).to_be_visible()
    assert offered_outlines()["page"].parts[1].text.endswith("另有{{ inspections.findings }}")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1366", "390"])
def test_the_pages_of_a_paper_are_sound(visit, paper, size):
    office, found = visit("1004", size), []
    section = paper.sections.get()
    base = paper.get_absolute_url()
    paths = [
        base,
        section.get_absolute_url(),
        "/outlines/",
        "/outlines/long/",
        "/materials/",
        "/submissions/",
        "/submissions/new/",
    ]
    paths += [
        f"{base}{part}/"
        for part in ("checklist", "overrides", "sections", "compare", "materials", "reconciliation", "file-checks")
    ]
    for path in paths:
        office.go(path)
        found += [f"{path} {problem}" for problem in office.axe()]
        if office.overflow() > 0:
            found.append(f"{path} runs {office.overflow()} px over the edge")
    assert found == []
