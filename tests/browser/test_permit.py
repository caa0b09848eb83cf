"""One permit in a real browser, from the window to the archive, each step by the role whose step it is."""

import io
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from permits.models import Application, PermitPaper
from permits.paper_kinds import PaperKind
from permits.verification import token_of
from staff import workdays
from staff.models import User
from staff.officers import officers_on
from tests.browser.conftest import PHONE
from tests.factories import permits as make
from tests.factories.permit_fees import make_tariff
from tests.factories.permit_papers import furnish_settings
from tests.factories.permits import CREDIT_CODE, make_item, make_road

SECTION, WINDOW, FINANCE, MEMBER, DEPUTY = "1010", "1011", "1012", "1008", "1003"


@pytest.fixture
def bureau(office):
    """The demo's people and units alone: a case of its own needs nothing else."""


@pytest.fixture
def catalogue(bureau):
    call_command("load_calendar", verbosity=0)
    workdays.forget()
    furnish_settings()
    make_tariff()
    return make_item(conditions="按批准的位置、面积、期限施工"), make_road(name="样例大道", manager="district")


@pytest.fixture
def picture(tmp_path):
    def make_picture(number):
        target = io.BytesIO()
        Image.new("RGB", (320, 240), (60 * number, 90, 90)).save(target, "JPEG")
        path = tmp_path / f"现场{number}.jpg"
        path.write_bytes(target.getvalue())
        return path

    return make_picture


def fill(within, /, **values):
    """Fields by their names: text, choices, ticks."""
    for name, value in values.items():
        control = within.locator(f"[name='{name}']").first
        if value is True:
            control.check()
        elif control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(str(value))


def take(page, case, edge, **values):
    """A step of the case from its dialog."""
    page.goto(page.url.partition("/permits/")[0] + case.get_absolute_url())
    page.locator(f"a[href='#{edge}']").first.click()
    dialog = page.locator(f"#{edge}")
    fill(dialog, **values)
    dialog.locator("button[type=submit]").click()
    page.wait_for_load_state()


def issue_paper(page, case, kind):
    """Draft and sign a paper; the signed PDF opens."""
    root = page.url.partition("/permits/")[0]
    page.goto(root + reverse("permits:paper-new", args=[case.pk, kind]))
    page.get_by_role("button", name="拟稿").click()
    page.locator("a[href='#sign']").click()
    page.locator("#sign").get_by_role("button", name="签发", exact=True).click()
    expect(page.locator(".state", has_text="已签发").first).to_be_visible()
    paper = PermitPaper.objects.get(application=case, kind=kind)
    answer = page.request.get(root + reverse("permits:paper-pdf", args=[case.pk, paper.pk]))
    assert answer.body().startswith(b"%PDF-")
    return paper


def apply_at_the_window(window, item, road):
    page = window.page
    window.go(reverse("permits:application-create"))
    start = timezone.localdate()
    fill(page, item=str(item.pk), space_kind="carriageway", location="样例大道东段", purpose="敷设燃气管道",
         starts_on=start, ends_on=start + timedelta(days=9), applicant_name="样例燃气公司", applicant_code=CREDIT_CODE,
         contact="张样例", phone="13800001234", builder_name="样例市政公司")  # fmt: skip
    fill(page, **{f"segments-0-{name}": value for name, value in (
        ("act", "dig"), ("road", str(road.pk)), ("part", "carriageway"), ("surface", "asphalt"), ("length", "6"), ("width", "0.6"))})  # fmt: skip
    page.locator("main form.form button[type=submit]").first.click()
    page.wait_for_url("**/permits/*/")
    case = Application.objects.get(applicant_name="样例燃气公司")
    assert case.total_area == Decimal("3.60")
    if case.state == "draft":
        take(page, case, "receive")
    window.go(reverse("permits:materials", args=[case.pk]))
    for choice in page.locator("main select[name^=state_]").all():
        choice.select_option("received")
    page.locator("main form button[type=submit]").first.click()
    take(page, case, "accept")
    issue_paper(page, case, PaperKind.ACCEPTANCE)
    return case


def survey_on_the_phone(member, case, picture):
    page = member.page
    member.go(reverse("permits:survey-fill", args=[case.pk]))
    page.locator("input[type=file]").set_input_files([picture(number) for number in range(3)])
    page.get_by_role("button", name="上传照片").click()
    expect(page.get_by_role("heading", name="照片 3 张")).to_be_visible()
    segment = case.segments.get()
    fill(page, **{f"length_{segment.pk}": "6", f"width_{segment.pk}": "0.6"})
    fill(page, latitude="29.350000", longitude="113.100000", opinion="agree", first_signed=True, second_signed=True)
    page.get_by_role("button", name="完成查勘").click()
    expect(page.locator(".state", has_text="已查勘").first).to_be_visible()


def charge(section, case):
    """Tried out line by line on the page, then frozen."""
    page = section.page
    section.go(reverse("permits:fee-page", args=[case.pk]))
    page.get_by_role("link", name="核定费用").click()
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_role("heading", name="试算结果")).to_be_visible()
    page.get_by_role("button", name="核定 4,238.57 元").click()
    expect(page.get_by_text("已核定挖掘修复费 4238.57 元")).to_be_visible()
    return case.assessments.get()


def decide_in_session(leader, case):
    page = leader.page
    leader.go(reverse("permits:session-create"))
    fill(page, place="三楼会议室", chair="分示例", attendance="分示例 副局长\n批示例 审批科")
    page.get_by_role("button", name="召开并列入待审申请").click()
    page.get_by_role("link", name="逐件会审").click()
    expect(page.get_by_text("第 1 件，共 1 件")).to_be_visible()
    page.get_by_label("准予").check()
    page.get_by_role("button", name="登记并看下一件").click()
    page.locator("a[href='#sign']").click()
    page.locator("#sign").get_by_role("button", name="签发", exact=True).click()
    expect(page.locator(".state", has_text="纪要已签发").first).to_be_visible()
    case.refresh_from_db()
    assert case.granted is True


def pay(finance, case, assessment):
    finance.go(reverse("permits:fee-pay", args=[assessment.pk]))
    fill(finance.page, amount=assessment.due, receipt_number="样例票据1")
    finance.page.locator("main form button[type=submit]").first.click()
    finance.page.wait_for_load_state()
    assert assessment.payments.exists()


def two_officers(page):
    """Two people of the list who may act as officers today (行政处罚法 Art. 42)."""
    offered = page.locator("[name=first] option").evaluate_all("all => all.map(each => each.value)")
    valid = {str(pk) for pk in officers_on(timezone.localdate()).values_list("pk", flat=True)}
    first, second = [value for value in offered if value in valid][:2]
    return {"first": first, "second": second}


def test_from_the_window_to_the_archive(visit, catalogue, picture):
    item, road = catalogue
    window, section = visit(WINDOW), visit(SECTION)
    case = apply_at_the_window(window, item, road)
    office = section.page
    section.go(case.get_absolute_url())
    squad = User.objects.get(username=MEMBER).unit
    office.locator("a[href='#assign']").first.click()
    options = [each for each in office.locator("#assign [name=first] option").evaluate_all("all => all.map(o => o.value)") if each]  # fmt: skip
    take(office, case, "assign", first=options[0], second=options[1], squad=str(squad.pk), no_conflict=True)
    member = visit(MEMBER, PHONE)
    survey_on_the_phone(member, case, picture)
    take(office, case, "record_opinion", body="police", outcome="agree")
    assessment = charge(section, case)
    take(office, case, "to_review")
    decide_in_session(visit(DEPUTY), case)
    issue_paper(office, case, PaperKind.GRANT)
    finance = visit(FINANCE)
    finance.go(case.get_absolute_url())
    take(finance.page, case, "demand_fee")
    issue_paper(office, case, PaperKind.PAYMENT)
    pay(finance, case, assessment)
    licence = issue_paper(window.page, case, PaperKind.LICENCE)
    case.refresh_from_db()
    assert case.licence_number == licence.number
    scanned = visit()
    scanned.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    scanned.go("/permits/verify/" + licence.data["verify_url"].rstrip("/").rpartition("/")[2] + "/")
    expect(scanned.page.locator(".state", has_text="有效")).to_be_visible()
    assert scanned.overflow() == 0
    assert scanned.axe() == []
    follow_the_site(member, case)
    case.refresh_from_db()
    with time_machine.travel(timezone.make_aware(datetime.combine(case.warranty_until, time(10))) + timedelta(days=1)):
        archive(visit(SECTION), case)


def follow_the_site(member, case):
    page = member.page
    take(page, case, "start")
    for route, more in (("inspection-create", {"passed": True}), (None, {}), ("restoration-create", {"passed": True, "police_present": True})):  # fmt: skip
        if route is None:
            take(page, case, "complete")
            continue
        member.go(reverse(f"permits:{route}", args=[case.pk]))
        fill(page, **two_officers(page), **more)
        page.get_by_role("button", name="登记", exact=True).click()
        page.wait_for_load_state()
        assert page.locator(".error-summary").all_inner_texts() == []
    case.refresh_from_db()
    assert case.restored_on == timezone.localdate()
    assert case.state == "warranty"


def archive(section, case):
    """A year on, with a new login: the warranty is over."""
    section.go(case.get_absolute_url())
    take(section.page, case, "close")
    case.refresh_from_db()
    assert case.state == "closed"


def test_a_revoked_licence_shows_at_once_to_whoever_scans_it(visit, catalogue):
    by = User.objects.get(username=SECTION)
    officers = list(officers_on(timezone.localdate())[:2])
    case = make.make_active(by, officers)
    address = reverse("permits:verify", args=[token_of(case.pk)])
    scanned = visit()
    scanned.go(address)
    expect(scanned.page.locator(".state", has_text="有效")).to_be_visible()
    leader = visit("1002")
    leader.go(case.get_absolute_url())
    take(leader.page, case, "revoke", ground="fraud", facts="申请材料系伪造", heard_on=timezone.localdate())
    scanned.page.reload()
    expect(scanned.page.locator(".state", has_text="已撤销")).to_be_visible()
    assert "张样例" not in scanned.page.content()
