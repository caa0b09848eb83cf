"""A month's end in the browser: outside scores, the unit's confirmation, the draft, the signature, the reading."""

import pytest
from django.urls import reverse
from django.utils import timezone

from inspections.models import Bulletin, ComponentInput, Finding, SheetConfirmation
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = "2026-07"


@pytest.fixture
def july(bureau):
    """The last findings of the demo bureau, moved into a month that has no bulletin yet."""
    keys = list(Finding.objects.order_by("-found_at").values_list("pk", flat=True)[:12])
    Finding.objects.filter(pk__in=keys).update(month=MONTH, found_on=timezone.datetime(2026, 7, 6).date())
    return Finding.objects.filter(pk__in=keys)


def test_from_outside_scores_to_the_signed_bulletin(visit, july, settings):
    settings.JOB_RUNNER = "inline"
    office = visit("1005")
    office.go(reverse("inspections:input-grid", args=[MONTH]))
    office.page.get_by_label("湖滨街道投诉与曝光").fill("96")
    office.page.get_by_label("湖滨街道应结案").press("Tab")
    office.page.get_by_label("投诉与曝光来源文件").fill("七月投诉台账")
    office.page.get_by_role("button", name="保存").click()
    office.page.get_by_text("已保存，改动 1 项").wait_for()
    assert ComponentInput.objects.get(month=MONTH).source == "七月投诉台账"

    street = visit("1009", size=PHONE)
    street.go(reverse("inspections:checksheet-list") + f"?period={MONTH}")
    street.page.get_by_role("link", name="湖滨街道").first.click()
    street.page.get_by_role("link", name="确认无误").click()
    street.page.get_by_role("button", name="确认", exact=True).click()
    street.page.get_by_text("扣分核对单已确认").wait_for()
    assert SheetConfirmation.objects.get(month=MONTH).unit.short_name == "湖滨街道"
    assert street.overflow() <= 0

    office.go(reverse("inspections:bulletin-create") + f"?month={MONTH}")
    office.page.get_by_role("button", name="拟稿").click()
    office.page.get_by_role("link", name="修改文字").click()
    office.page.get_by_label("好的方面").fill("湖滨街道整改到位。")
    office.page.get_by_role("button", name="保存").click()
    office.page.get_by_text("湖滨街道整改到位。").first.wait_for()
    assert office.axe() == []

    leader, draft = visit("1003"), Bulletin.objects.get(month=MONTH)
    leader.go(draft.get_absolute_url())
    assert "没有确认扣分核对单" in leader.page.content()
    leader.page.get_by_role("link", name="签发", exact=True).click()
    leader.page.get_by_label("未全部确认仍签发的理由").fill("其余单位逾期未答复")
    leader.page.get_by_role("button", name="签发", exact=True).click()
    leader.page.get_by_text("已签发，文号").first.wait_for(timeout=60_000)
    draft.refresh_from_db()
    assert draft.state == "published"
    with draft.paper.open("rb") as file:
        assert file.read(5) == b"%PDF-"

    street.go(draft.get_absolute_url())
    street.page.get_by_text(draft.number).first.wait_for()
    assert street.overflow() <= 0
    with street.page.expect_navigation():
        street.page.get_by_role("link", name="湖滨街道").first.click()
    assert "综合得分" in street.page.content()


PAGES = [
    "score-list",
    "checksheet-list",
    "bulletin-list",
    "analysis",
    "input-list",
    "rules-list",
    "reward-list",
    "outcome-list",
]


@pytest.mark.looks
@pytest.mark.parametrize("size", [(1366, 768), PHONE])
def test_pages_of_scores_fit_and_can_be_used_by_all(visit, size):
    office = visit("1005", size=size)
    unit = Finding.objects.first().lead_unit_id
    bulletin = Bulletin.objects.first()
    addresses = [reverse(f"inspections:{name}") for name in PAGES]
    addresses += [
        reverse("inspections:score-detail", args=["2026-06", unit]),
        reverse("inspections:checksheet-detail", args=["2026-06", unit]),
        reverse("inspections:input-grid", args=["2026-06"]),
        reverse("inspections:rules-detail", args=[bulletin.rules_id]),
        reverse("inspections:rules-create"),
        bulletin.get_absolute_url(),
    ]
    for address in addresses:
        assert office.go(address).status == 200, address
        assert office.overflow() <= 0, address
        assert office.axe() == [], address
