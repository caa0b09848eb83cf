"""Pages of papers, money and the catalogue: who sees what, what is refused where, what comes down the wire."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from billboards.casefile import bundle_of
from billboards.catalogue import load_examples, load_violations
from billboards.enums.cases import CaseState
from billboards.enums.papers import PaperKind
from billboards.models import CaseFile, Paper, Payment, ServiceWay, Violation
from billboards.workflow import papers
from billboards.workflow.steps import take_step
from staff.jobs import run_inline
from staff.permissions import Roles
from tests.billboards.test_case_pages import PDF
from tests.billboards.test_money import fined
from tests.billboards.test_papers import signed, sited
from tests.factories.case_papers import filled
from tests.factories.cases import STORY, make_case, make_story
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db


def address(name, *args):
    return reverse(f"billboards:{name}", args=args)


@pytest.fixture
def officer(client):
    user = UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory())
    client.force_login(user)
    return user


def test_the_papers_of_a_case_say_what_may_go_out_and_why_not(client, officer):
    case = sited(unit=officer.unit)
    page = client.get(address("case-papers", case.pk)).content.decode()
    assert address("paper-create", case.pk, "site_record") in page
    assert "还没有作出处罚决定（《行政处罚法》第五十七条）" in page


def test_somebody_elses_case_is_not_there(client, officer):
    case = sited()
    assert client.get(address("case-papers", case.pk)).status_code == 404
    paper = signed(case)
    for name in ("paper-detail", "paper-download"):
        assert client.get(address(name, paper.pk)).status_code == 404


def test_a_draft_is_typed_seen_signed_and_handed_out(client, officer):
    case = sited(unit=officer.unit)
    form = client.get(address("paper-create", case.pk, "site_record"))
    assert form.context["form"]["place"].value() == case.place
    assert '地点<span class="optional">' not in form.content.decode()  # the signature wants it
    answer = client.post(address("paper-create", case.pk, "site_record"), {"place": "南湖大道", "condition": "一块"})
    paper = Paper.objects.get()
    assert answer["Location"] == paper.get_absolute_url()
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "没有写明被检查人（《行政处罚法》第五十五条第二款）" in page
    assert client.get(address("paper-preview", paper.pk)).content.startswith(b"%PDF")
    refused = client.post(address("paper-sign", paper.pk), follow=True).content.decode()
    assert "还不能签发" in refused
    paper.data = filled("site_record").as_data()
    paper.save()
    assert "已签发" in client.post(address("paper-sign", paper.pk), follow=True).content.decode()
    assert b"".join(client.get(address("paper-download", paper.pk)).streaming_content).startswith(b"%PDF")
    assert client.get(address("paper-preview", paper.pk)).status_code == 404
    assert client.get(address("paper-edit", paper.pk)).status_code == 403


def test_what_was_typed_stays_when_somebody_saved_first(client, officer):
    case = sited(unit=officer.unit)
    paper = papers.draft_paper(case, "site_record", filled("site_record"), by=officer)
    papers.edit_draft(paper, filled("site_record", place="别人写的"), by=officer, seen=1)
    answer = client.post(address("paper-edit", paper.pk), {"place": "我写的", "seen": 1})
    assert answer.status_code == 422
    assert "刚被别人修改过" in answer.content.decode()
    assert "我写的" in answer.content.decode()


def test_a_leaders_paper_is_not_signed_by_an_officer(client, officer):
    case = make_case(CaseState.DECIDED, unit=officer.unit)
    paper = papers.draft_paper(case, PaperKind.PENALTY, filled("penalty"), by=officer)
    assert client.post(address("paper-sign", paper.pk)).status_code == 403
    assert "签发" not in [step.label for step in client.get(paper.get_absolute_url()).context["page"].steps]


def test_service_is_recorded_and_a_note_on_the_door_is_told_apart(client, officer):
    paper = signed(sited(unit=officer.unit), by=officer)
    facts = {"served_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "recipient": "张三", "servers": "李四、赵六"}
    page = client.post(address("paper-serve", paper.pk), {**facts, "method": ServiceWay.PASTED}, follow=True)
    assert "不构成送达" in page.content.decode()
    again = {**facts, "method": ServiceWay.DIRECT, "receiver": "张三"}
    client.post(address("paper-serve", paper.pk), again)
    paper.refresh_from_db()
    assert paper.served_on == timezone.localdate()
    receipt = client.get(address("service-receipt", paper.services.last().pk))
    assert receipt.content.startswith(b"%PDF")


def test_a_step_without_its_paper_offers_to_register_it_with_number_day_and_scan(client, officer):
    case = make_story("investigate", unit=officer.unit)
    case = take_step(case, "order", replace(STORY["order"](case), late=True), by=officer)
    elsewhere = f"{address('paper-outside', case.pk)}?kind=correction"
    for url in (case.get_absolute_url(), address("case-papers", case.pk)):
        page = client.get(url).content.decode()
        assert elsewhere in page
        assert f'btn-sm" href="{address("paper-create", case.pk, "correction")}"' not in page
    form = client.get(elsewhere).context["form"]
    assert (form["kind"].value(), form["on"].value()) == ("correction", date(2025, 3, 6))
    facts = {"kind": "correction", "number": "改〔2025〕7号", "on": "2025-03-06"}
    answer = client.post(elsewhere, {**facts, "scan": SimpleUploadedFile("改.pdf", PDF)})
    paper = Paper.objects.get()
    assert answer["Location"] == paper.get_absolute_url()
    assert case.correctionorders.get().number == "改〔2025〕7号"
    assert elsewhere not in client.get(case.get_absolute_url()).content.decode()
    scan = address("paper-scan", paper.pk)
    shown = client.get(paper.get_absolute_url()).content.decode()
    assert scan in shown
    assert "出文日期" in shown
    assert "拟稿</dt>" not in shown
    assert b"".join(client.get(scan).streaming_content) == PDF
    assert client.post(elsewhere, facts).status_code == 422  # the number is on record
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
    assert client.get(scan).status_code == 404


def test_a_paper_registered_for_a_served_step_is_served_as_the_step_says(officer):
    case = make_story("serve", unit=officer.unit)
    paper = papers.record_outside(case, PaperKind.PENALTY, by=officer, number="罚〔2025〕1号", on=date(2025, 4, 1))
    assert (paper.served_on, paper.standing) == (date(2025, 4, 2), "已送达")
    draft = papers.record_outside(case, PaperKind.DUNNING, by=officer, number="催1", on=date(2025, 9, 1))
    assert draft.served_on is None


def test_the_file_is_one_pdf_with_its_papers_in_order(client, officer):
    case = sited(unit=officer.unit)
    signed(case, by=officer)
    papers.record_outside(case, PaperKind.FILING, by=officer, number="区立〔2025〕1号", on=date(2025, 3, 4))
    assert [sheet.title for sheet in bundle_of(case, papers.receipt_of).sheets] == [
        "立案审批表",
        "现场检查（勘验）笔录",
    ]
    job = run_inline("billboards.case_file", owner=officer, payload={"case": case.pk})
    made = CaseFile.objects.get()
    assert job.result_url == made.get_absolute_url()
    assert made.papers == 2
    assert made.pages >= 4
    assert b"".join(client.get(made.get_absolute_url()).streaming_content).startswith(b"%PDF")
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
    assert client.get(made.get_absolute_url()).status_code == 404


def test_money_is_taken_in_by_finance_and_seen_by_the_squad(client, officer):
    case = fined()
    facts = {"kind": "fine", "paid_on": "2025-04-10", "amount": "5000", "channel": "bank", "receipt": "票001"}
    client.force_login(UserFactory(role=Roles.FINANCE))
    page = client.get(address("case-money", case.pk)).content.decode()
    assert "5,000" in page
    too_much = client.post(address("payment-create", case.pk), {**facts, "amount": "6000"})
    assert too_much.status_code == 422
    assert "多于应缴" in too_much.content.decode()
    done = client.post(address("payment-create", case.pk), facts)
    assert done["Location"] == address("case-money", case.pk)
    payment = Payment.objects.get()
    client.force_login(UserFactory(role=Roles.DIRECTOR))
    assert client.post(address("payment-void", payment.pk), {"reason": "x"}).status_code == 403


def test_a_deferral_is_asked_for_by_the_squad_and_decided_by_a_leader(client, officer):
    case = fined(CaseState.SERVED)
    case.unit = officer.unit
    case.save()
    wrong = {"applied_on": "2025-04-10", "hardship": "停业", "parts": "五月底 全部"}
    assert "看不懂" in client.post(address("deferral-create", case.pk), wrong).content.decode()
    client.post(address("deferral-create", case.pk), {**wrong, "parts": "2025-05-30 2000\n2025-06-30 3000"})
    deferral = case.deferrals.get()
    decision = {"granted": "yes", "approver": "王局长", "on": "2025-04-15"}
    assert client.post(address("deferral-decide", deferral.pk), decision).status_code == 403
    client.force_login(UserFactory(role=Roles.DIRECTOR))
    client.post(address("deferral-decide", deferral.pk), decision)
    deferral.refresh_from_db()
    assert deferral.granted


@pytest.mark.parametrize(
    "name", ["paper-list", "order-list", "decision-list", "payment-list", "refund-list", "surcharge-list", "flaw-list"]
)
def test_ledgers_open_for_who_sees_cases_and_for_nobody_else(client, name):
    client.force_login(UserFactory(role=Roles.OFFICE))
    assert client.get(address(name)).status_code == 200
    client.force_login(UserFactory(role=Roles.STREET_CONTACT))
    assert client.get(address(name)).status_code == 403


# --- Catalogue --------------------------------------------------------------------------------------------------------


def test_the_catalogue_loads_once_and_examples_say_that_they_are():
    assert load_violations() == 16
    assert load_violations() == 0
    load_examples()
    load_examples()
    assert "示例" in Violation.objects.get(code="AD01").source
    assert Violation.objects.get(code="AD06").max_fine == Decimal(20_000)
    assert Violation.objects.get(code="AD03").max_fine is None
    for violation in Violation.objects.exclude(max_fine=None):
        assert all(
            violation.min_fine <= step.minimum <= step.maximum <= violation.max_fine for step in violation.steps.all()
        )


def test_a_change_of_the_rule_is_a_new_version(client):
    load_violations()
    load_examples()
    old = Violation.objects.get(code="AD01")
    client.force_login(UserFactory(role=Roles.LEGAL))
    form = client.get(address("violation-revise", old.pk)).context["form"]
    facts = {name: form[name].value() or "" for name in form.fields} | {"valid_from": "2026-12-01", "max_fine": "5000"}
    too_high = client.post(address("violation-revise", old.pk), facts)
    assert "超出罚款幅度" in too_high.content.decode()
    facts |= {"steps": "轻微｜不足10平方米｜1000｜3000｜公民\n严重｜30平方米以上｜3000.01｜5000", "source": "示例规定"}
    answer = client.post(address("violation-revise", old.pk), facts)
    new = Violation.objects.get(code="AD01", valid_from=date(2026, 12, 1))
    old.refresh_from_db()
    assert answer["Location"] == new.get_absolute_url()
    assert old.valid_to == date(2026, 11, 30)
    assert [step.party for step in new.steps.all()] == ["citizen", ""]
    again = client.post(address("violation-revise", old.pk), facts)
    assert "已经有一个版本" in again.content.decode()


def test_only_the_legal_section_keeps_the_catalogue(client, officer):
    load_violations()
    assert client.get(address("violation-list")).status_code == 200
    assert client.get(address("violation-create")).status_code == 403
