"""One enforcement case in a real browser with the real roles, from the lead to the bound file; and a coercion refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from billboards.catalogue import load_examples, load_violations
from billboards.enums.cases import CaseState
from billboards.models import Case, CaseFile, Dunning, Paper, Payment, Violation
from staff import workdays
from staff.models import Setting
from staff.models.settings import forget_settings
from tests.browser.conftest import DESK, PHONE
from tests.factories.cases import a_decision, make_case

FINE = "3000"
BODIES = {
    "remedies.review_body": "岳阳市人民政府",
    "remedies.court": "岳阳市岳阳楼区人民法院",
    "fines.pay_at": "样例银行非税专户",
    "fines.contact": "队示例，0730-0000000",
}


@pytest.fixture
def law(bureau):
    """The catalogue, and what the office enters before the first paper goes out."""
    load_violations()
    load_examples()
    for key, value in BODIES.items():
        Setting.objects.get_or_create(key=key, valid_from=date(2020, 1, 1), defaults={"value": value, "source": "样例"})
    forget_settings()


def workday(back):
    """The working day that lies about so many days back."""
    return workdays.load().next_working(timezone.localdate() - timedelta(days=back))


def fill(page, **values):
    """Fill the fields of the one form of the page by their names."""
    for name, value in values.items():
        box = page.locator(f'main form [name="{name}"]').first
        if isinstance(value, bool):
            box.set_checked(value)
        elif box.evaluate("each => each.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(str(value))


def send(visitor, path, **values):
    """Open a page, fill its form, send it; it was taken if the address is another one."""
    visitor.go(path)
    fill(visitor.page, **values)
    visitor.page.locator("main form button[type=submit]").last.click()
    visitor.page.wait_for_load_state()
    assert not visitor.page.url.endswith(path), visitor.page.locator("main").inner_text()


def take(visitor, case, edge, **values):
    send(visitor, reverse("billboards:case-step", args=[case.pk, edge]), **values)


def add(visitor, case, action, **values):
    send(visitor, reverse("billboards:case-action", args=[case.pk, action]), **values)


def sign(visitor, case, kind, **values):
    """Draft a paper from what is on record, add what is wanting, sign it."""
    send(visitor, reverse("billboards:paper-create", args=[case.pk, kind]), **values)
    page = visitor.page
    page.get_by_role("link", name="签发", exact=True).click()
    page.locator("#sign").get_by_role("button", name="签发", exact=True).click()
    expect(page.get_by_text("已签发，文号").first).to_be_visible()
    return Paper.objects.filter(case=case, kind=kind).latest("pk")


def served(visitor, paper):
    visitor.go(paper.get_absolute_url())
    page = visitor.page
    page.get_by_role("link", name="登记送达").click()
    dialog = page.locator("#serve")
    dialog.locator("[name=method]").select_option("direct")
    dialog.locator("[name=servers]").fill("员示例、队示例")
    dialog.locator("[name=receiver]").fill("前台样例")
    dialog.get_by_role("button", name="登记送达").click()
    expect(page.get_by_text("已送达").first).to_be_visible()


def test_a_case_from_the_lead_to_the_bound_file(visit, law):
    squad = visit("1007", DESK)
    road = Violation.objects.get(code="AD06")
    send(
        squad,
        reverse("billboards:case-create"),
        place="南湖大道 18 号路灯杆",
        facts="在路灯杆上设置灯箱广告三块，未经同意。",
        violation=str(road.pk),
        received_on=workday(40).isoformat(),
        found_on=workday(40).isoformat(),
        party_kind="organisation",
        party_name="岳阳样例灯箱有限公司",
        party_address="南湖大道 20 号",
    )
    case = Case.objects.get(party_name="岳阳样例灯箱有限公司")
    for _ in range(2):
        squad.go(reverse("billboards:case-action", args=[case.pk, "officer"]))
        squad.page.locator('main form [name="person"]').select_option(index=1)
        squad.page.locator("main form button[type=submit]").last.click()
    assert case.officers.count() == 2
    add(squad, case, "evidence", kind="recording", name="现场照片", collected_by="员示例")
    add(squad, case, "site", started_at=f"{workday(39)}T09:30", facts="灯箱三块，每块宽 0.8 米、高 1.2 米。",
        certificate_shown=True, recusal_told=True, width_m="0.8", height_m="1.2", faces="1")  # fmt: skip

    leader, legal = visit("1002", DESK), visit("1013", DESK)
    take(leader, case, "file", day=workday(38).isoformat(), note="有违法事实，属本局管辖")
    take(squad, case, "investigate", day=workday(38).isoformat())
    site = {
        "facility": "路灯杆灯箱",
        "content_shown": "招商广告",
        "photos": "照片 001",
        "recorder": "员示例",
        "condition": "灯箱三块",
    }
    sign(squad, case, "site_record", ended_at=f"{workday(39)}T10:00", signature="前台样例", **site)
    take(squad, case, "order", issued_on=workday(37).isoformat(), demand="自行拆除灯箱", due_on=workday(34).isoformat())
    order = sign(squad, case, "correction")
    served(squad, order)
    take(squad, case, "conclude", day=workday(33).isoformat(), note="事实清楚，证据充分")
    take(squad, case, "submit_review", submitted_on=workday(32).isoformat())
    take(legal, case, "pass_review", day=workday(31).isoformat(), reviewer="法示例", qualified=True, opinion="同意")
    take(squad, case, "notify", issued_on=workday(30).isoformat(), proposed=f"罚款 {FINE} 元", amount=FINE,
         orders_removal=False, served_on=workday(30).isoformat(), service_method="direct", service_proof="回证")  # fmt: skip
    take(squad, case, "review_statement", day=workday(18).isoformat())
    take(leader, case, "decide", issued_on=workday(16).isoformat(), amount=FINE, approver="局示例", orders_removal=False,
         reasons="一般阶次；当事人未提出陈述申辩")  # fmt: skip
    decision = sign(leader, case, "penalty", order="已自行拆除。", discretion="一般阶次", evidence="照片、勘验笔录",
                    notice="已事先告知。", defence="未提出。")  # fmt: skip
    assert decision.number.startswith("岳南城管罚字〔")
    served(squad, decision)
    case.refresh_from_db()
    assert case.state == CaseState.SERVED

    finance = visit("1012", DESK)
    finance.go(reverse("billboards:case-money", args=[case.pk]))
    page = finance.page
    expect(page.get_by_text("裁量阶次一般").first).to_be_visible()
    page.get_by_role("link", name="登记缴款").click()
    dialog = page.locator("#pay")
    dialog.locator("[name=receipt]").fill("湘财票 0001")
    dialog.get_by_role("button", name="登记缴款").click()
    expect(page.get_by_text("已缴清").first).to_be_visible()
    assert Payment.objects.get(case=case).amount == Decimal(FINE)

    take(squad, case, "perform", kind="payment", verified_by="队示例")
    take(leader, case, "close", performance="罚款已缴清", approver="局示例")
    squad.go(reverse("billboards:case-papers", args=[case.pk]))
    page = squad.page
    page.get_by_role("link", name="制作卷宗").click()
    page.locator("#case-file").get_by_role("button", name="制作", exact=True).click()
    expect(page.get_by_text("份文书，共").first).to_be_visible(timeout=60_000)
    made = CaseFile.objects.get(case=case)
    assert made.papers == 3
    with made.file.open("rb") as opened:
        assert opened.read(5) == b"%PDF-"


def test_a_coercion_before_its_day_is_refused_with_the_day(visit, law):
    case = make_case(
        CaseState.ANNOUNCED, officers=0, violation=Violation.objects.get(code="AD01"), received_on=workday(90)
    )
    decision = a_decision(
        issued_on=workday(40), remove_by=workday(20), served_on=workday(40), service_method="direct", number="罚1"
    )
    decision.case = case
    decision.save()
    notice = Dunning(case=case, issued_on=workday(15), served_on=workday(15), service_method="direct")
    notice.perform_by, notice.manner = workday(10), "自行拆除"
    notice.save()
    Case.objects.filter(pk=case.pk).update(decided_on=workday(40), served_on=workday(40), route="r7")
    leader = visit("1002", DESK)
    leader.go(case.get_absolute_url())
    page = leader.page
    expect(page.get_by_text("最早可强制日期").first).to_be_visible()
    leader.expected = ("422",)
    leader.go(reverse("billboards:case-step", args=[case.pk, "order_enforcement"]))
    fill(page, reasons="逾期未拆除", manner="吊车拆除", planned_on=timezone.localdate().isoformat())
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_text("《行政强制法》第四十四条").first).to_be_visible()
    case.refresh_from_db()
    assert case.state == CaseState.ANNOUNCED


def test_the_lead_asks_only_what_fits_and_keeps_what_was_typed(visit, law):
    squad = visit("1008", PHONE)
    squad.go(reverse("billboards:case-create"))
    page = squad.page
    number, code = page.get_by_label("公民身份号码"), page.get_by_label("统一社会信用代码")
    expect(number).to_be_hidden()
    page.get_by_label("当事人类型").select_option("citizen")
    number.fill("430602")
    expect(code).to_be_hidden()
    page.get_by_label("当事人类型").select_option("organisation")
    expect(code).to_be_visible()
    expect(number).to_be_hidden()
    assert "party_id" not in page.evaluate("[...new FormData(document.querySelector('form[data-draft]')).keys()]")
    page.get_by_label("当事人类型").select_option("citizen")
    expect(number).to_have_value("430602")
    expect(page.get_by_label("外部编号")).to_be_hidden()
    page.get_by_label("线索来源").select_option("hotline")
    expect(page.get_by_label("外部编号")).to_be_visible()
    assert squad.axe() == []
    assert squad.overflow() <= 0
