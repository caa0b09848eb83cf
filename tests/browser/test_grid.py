"""At the desk: a whole sheet by the keyboard alone, a pasted block, and a score sheet that adds up while it is typed."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from inspections.models import CheckSheet, Finding
from tests.browser.conftest import PHONE

GRID = reverse("inspections:grid-entry")
SHEET = reverse("inspections:sheet-create")
PLACES = [
    reverse(f"inspections:{name}")
    for name in ("place-list", "place-create", "round-list", "round-create", "sheet-list")
]


@pytest.fixture
def desk(visit):
    visitor = visit("1005")
    visitor.go(GRID)
    return visitor


def paste(page, text):
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_two_findings_by_the_keyboard_alone(desk):
    page = desk.page
    keys = page.keyboard
    keys.type("湖滨街道")
    keys.press("Tab")
    keys.type("主次干道")
    keys.press("Tab")
    keys.type("A01")
    keys.press("Tab")
    keys.type("键盘录入路1号")
    keys.press("Enter")  # date, unit and area come down: the next row begins at the item
    keys.type("A01")
    keys.press("Tab")
    keys.type("键盘录入路2号")
    keys.press("Tab")
    keys.press("Control+d")  # an empty cell above: nothing
    keys.type("3")
    expect(page.locator("#grid-totals")).to_contain_text("可登记 2")
    expect(page.locator("#grid-totals")).to_contain_text("湖滨街道")
    page.get_by_role("button", name="保存全部").press("Enter")
    expect(page.locator("#grid-message")).to_contain_text("已登记 2 条")
    assert sorted(Finding.objects.filter(place__startswith="键盘录入路").values_list("count", flat=True)) == [1, 3]
    assert desk.axe() == []
    assert desk.overflow() <= 0


def test_a_block_with_its_heads_is_pasted_and_wrong_rows_are_named(desk):
    desk.expected = ("422",)
    page = desk.page
    paste(
        page,
        "序号\t责任单位\t区域\t小项\t地点\t数量/单位\n1\t湖滨街道\t主次干道\tA01\t粘贴路1号\t1处\n2\t没有的街道\t主次干道\tA01\t粘贴路2号\t2处\n",
    )
    for index in range(2):
        page.locator("[data-cell=found_at]").nth(index).fill("2026-03-05")
    expect(page.locator("#grid-totals")).to_contain_text("有误 1")
    page.get_by_role("button", name="保存全部").click()
    expect(page.locator("#grid-message")).to_contain_text("一行也没有保存")
    page.reload()  # nothing typed is lost
    expect(page.locator("[data-cell=unit]").nth(1)).to_have_value("没有的街道")
    page.get_by_role("button", name="只存正确的行").click()
    expect(page.locator("#grid-message")).to_contain_text("已登记 1 条")
    expect(page.locator("[data-cell=unit]").first).to_have_value("没有的街道")
    page.locator("[data-cell=unit]").first.fill("求索街道")
    with page.expect_response(lambda response: "/grid/save/" in response.url):
        page.get_by_role("button", name="保存全部").click()
    expect(page.locator("#grid-message")).to_contain_text("已登记 1 条")
    assert Finding.objects.filter(place__startswith="粘贴路").count() == 2


def test_a_score_sheet_adds_up_while_it_is_typed(visit):
    visitor = visit("1005")
    page = visitor.page
    visitor.go(SHEET)
    page.get_by_label("被检单位").select_option(label="湖滨街道办事处")
    page.get_by_label("区域类型").select_option("ZG")
    page.get_by_label("检查地点").fill("评分样例点")
    page.get_by_label("检查人").fill("查示例、考示例")
    boxes = page.locator("[data-areas]:not([hidden]) [data-points]")
    boxes.first.fill("0.4")
    boxes.first.press("Enter")
    page.keyboard.type("0.3")
    expect(page.locator("[data-total]")).to_have_text("0.7")
    expect(page.locator("[data-score]")).to_have_text("99.3")
    assert visitor.axe() == []
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("得 99.3 分")).to_be_visible()
    page.get_by_role("button", name="确认").click()
    page.locator("#confirm").get_by_role("button", name="确认").click()
    expect(page.get_by_text("评分表已确认。")).to_be_visible()
    assert CheckSheet.objects.get(place_name="评分样例点").state == "confirmed"


@pytest.mark.looks
@pytest.mark.parametrize("size", [None, PHONE])
def test_the_pages_of_plan_and_places_fit_and_are_accessible(visit, size):
    visitor = visit("1005", **({"size": size} if size else {}))
    for path in PLACES:
        visitor.go(path)
        assert visitor.axe() == [], path
        assert visitor.overflow() <= 0, path
