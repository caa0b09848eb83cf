"""One month of the assessment, from the plan to the signed bulletin, in the browser by the roles concerned."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from config.periods import Period
from inspections.models import Bulletin, Finding, Item, Round
from inspections.month import month_scores
from inspections.scoring import shown
from inspections.workflow.bulletins import month_before
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_rectification import photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def month():
    today = timezone.localdate()
    return Period.month(today.year, today.month)


def plan(office, month):
    """The office plans a special round and draws places; it is opened."""
    office.go(reverse("inspections:round-create"))
    page = office.page
    page.get_by_label("名称").fill("走查专项")
    page.get_by_label("考评方式").select_option(label="专项检查")
    page.get_by_label("开始").fill(month.start.isoformat())
    page.get_by_label("结束").fill(month.end.isoformat())
    page.get_by_label("考评员").fill("查示例、考示例")
    page.get_by_label("主次干道").check()
    page.get_by_role("button", name="保存并抽取点位").click()
    page.get_by_role("button", name="开始检查").click()
    page.get_by_role("dialog").get_by_role("button").first.click()
    expect(page.get_by_text("进行中").first).to_be_visible()
    return Round.objects.get(name="走查专项")


def enter(assessor, which):
    """The assessor registers a finding of the round."""
    assessor.go(reverse("inspections:finding-create"))
    page = assessor.page
    page.get_by_label("责任单位").select_option(label="湖滨街道办事处")
    page.get_by_label("区域类型").select_option("ZG")
    page.get_by_label("小项").select_option(str(Item.objects.get(code="B01").pk))  # the street leads here
    page.get_by_label("具体地点").fill("月度走查处")
    page.get_by_label("考评轮次").select_option(label=which.name)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记 考")).to_be_visible()
    return Finding.objects.get(place="月度走查处")


def order(office, finding):
    """Confirmed and ordered in one batch each."""
    for button in ("确认", "按单位交办"):
        office.go(f"{reverse('inspections:finding-list')}?q={finding.number}&found_from=2000-01-01")
        office.page.get_by_label(f"选中 {finding.number}").check()
        office.page.get_by_role("button", name=button, exact=True).click()
        office.page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
        expect(office.page.locator(".notice-success").first).to_be_visible()


def rectify(street, finding):
    street.go(finding.get_absolute_url())
    street.page.get_by_role("link", name="已整改").click()
    dialog = street.page.get_by_role("dialog")
    dialog.get_by_label("整改措施").fill("已清理干净并安排专人值守")
    dialog.get_by_label("整改后照片").set_input_files(photo())
    dialog.get_by_role("button", name="提交反馈", exact=True).click()
    expect(street.page.get_by_text("已反馈，等待复查")).to_be_visible()


def review(assessor, finding):
    assessor.go(finding.get_absolute_url())
    assessor.page.get_by_role("link", name="复查", exact=True).click()
    assessor.page.get_by_role("dialog").get_by_role("button", name="登记结论", exact=True).click()
    expect(assessor.page.get_by_text("复查结论已登记")).to_be_visible()


def ended(finding, month):
    """A running month is not signed: the finding is moved into the one before, as if the month were over."""
    last = Period.parse(month_before(month.key))
    Finding.objects.filter(pk=finding.pk).update(month=last.key, found_on=last.end)
    return last


def test_a_month_from_the_plan_to_the_bulletin(visit, month, settings):
    settings.JOB_RUNNER = "inline"
    office, assessor = visit("1005", size=DESK), visit("1006", size=DESK)
    which = plan(office, month)
    finding = enter(assessor, which)
    order(office, finding)
    street = visit("1009", size=PHONE)
    rectify(street, finding)
    review(assessor, finding)
    finding.refresh_from_db()
    assert (finding.state, finding.round) == ("closed", which)
    month = ended(finding, month)

    street.go(reverse("inspections:checksheet-list") + f"?period={month.key}")
    street.page.get_by_role("link", name="湖滨街道").first.click()
    expect(street.page.get_by_text(finding.number).first).to_be_visible()
    street.page.get_by_role("link", name="确认无误").click()
    street.page.get_by_role("button", name="确认", exact=True).click()
    expect(street.page.get_by_text("扣分核对单已确认")).to_be_visible()

    office.go(reverse("inspections:bulletin-create") + f"?month={month.key}")
    office.page.get_by_role("button", name="拟稿").click()
    expect(office.page.get_by_role("link", name="修改文字")).to_be_visible()
    leader, draft = visit("1002", size=DESK), Bulletin.objects.get(month=month.key)
    leader.go(draft.get_absolute_url())
    leader.page.get_by_role("link", name="签发", exact=True).click()
    leader.page.get_by_label("未全部确认仍签发的理由").fill("其余单位逾期未答复")
    leader.page.get_by_role("button", name="签发", exact=True).click()
    leader.page.get_by_text("已签发，文号").first.wait_for(timeout=60_000)

    draft.refresh_from_db()
    printed = {line.unit_id: line.score for line in draft.lines.all()}
    scores = {row.unit.pk: row.score for row in month_scores(month.key, as_of=draft.as_of)}
    assert printed[finding.lead_unit_id] is not None
    assert {unit: score for unit, score in printed.items() if score is not None} == {
        unit: shown(score) for unit, score in scores.items() if score is not None
    }
    street.go(draft.get_absolute_url())
    expect(street.page.get_by_text(draft.number).first).to_be_visible()
    assert date.fromisoformat(f"{draft.month}-01") == month.start
