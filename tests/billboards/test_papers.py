"""Papers through their doors: drafted, signed once, served as the law has it, voided with their number kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from billboards.enums.cases import CaseState, SiteRecordKind
from billboards.enums.papers import PaperKind
from billboards.forms.steps import step_form
from billboards.models import Case, CaseApproval, CaseFlaw, Decision, Notice, Paper, ServiceWay
from billboards.prefill import prefilled
from billboards.service import Attempt, defect_of, effective_on
from billboards.workflow import delivery, papers
from billboards.workflow.guards import why_not_paper
from billboards.workflow.steps import take_step
from staff import workdays
from staff.models import NumberSeries, Setting
from staff.models.settings import forget_settings
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories.case_papers import filled
from tests.factories.cases import STORY, a_decision, a_notice, make_case, make_story, site_record, story_until
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db


def user(role=Roles.SQUAD_LEADER, **fields):
    return UserFactory(role=role, **fields)


def bodies():
    """The office has entered who reviews and which court has jurisdiction."""
    for key, value in (("remedies.review_body", "岳阳市人民政府"), ("remedies.court", "岳阳楼区人民法院")):
        Setting.objects.create(key=key, value=value, source="区政府办公室", valid_from=date(2020, 1, 1))
    forget_settings()


def sited(**fields):
    """A case under investigation with a record of its site."""
    case = make_case(CaseState.INVESTIGATING, **fields)
    record = site_record(case)
    record.case = case
    record.save()
    return case


def signed(case, kind="site_record", by=None, **changes):
    paper = papers.draft_paper(case, kind, filled(kind, **changes), by=by or user())
    return papers.sign_paper(paper, by=by or user())


# --- Drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_may_be_incomplete_and_says_what_it_lacks():
    case = sited()
    paper = papers.draft_paper(case, "site_record", prefilled(case, "site_record"), by=user())
    assert paper.is_draft
    assert papers.content_of(paper).party_name == case.party_name
    with pytest.raises(Refused, match="第五十四条"):
        papers.sign_paper(paper, by=user())
    assert Paper.objects.get().number == ""


def test_of_two_editors_one_wins():
    case = sited()
    paper = papers.draft_paper(case, "site_record", filled("site_record"), by=user())
    papers.edit_draft(paper, filled("site_record", place="甲处"), by=user(), seen=1)
    with pytest.raises(ChangedMeanwhile):
        papers.edit_draft(paper, filled("site_record", place="乙处"), by=user(), seen=1)
    assert papers.content_of(Paper.objects.get()).place == "甲处"


# --- Signature --------------------------------------------------------------------------------------------------------


def test_the_signature_gives_number_file_and_hash_once():
    paper = signed(sited())
    year = timezone.localdate().year
    assert paper.number == f"岳南城管勘字〔{year}〕1号"
    assert default_storage.exists(paper.paper.name)
    assert len(paper.sha256) == 64
    with pytest.raises(Refused, match="签发"):
        papers.sign_paper(paper, by=user())
    assert NumberSeries.objects.get(code="billboards-site-record").counters.get().last == 1


def test_a_number_is_not_used_again_after_a_paper_was_voided():
    case = sited()
    first = signed(case)
    papers.void_paper(first, by=user(), reason="写错了地点")
    second = signed(case)
    assert second.number.endswith("2号")
    with pytest.raises(Refused, match="已经作废"):
        papers.void_paper(first, by=user(), reason="再作废")
    assert list(Paper.objects.issued()) == [second]


def test_no_signature_without_the_step_in_the_case():
    case = make_case(CaseState.INVESTIGATING)
    paper = papers.draft_paper(case, PaperKind.PENALTY, filled("penalty"), by=user())
    with pytest.raises(Refused, match="还没有作出处罚决定"):
        papers.sign_paper(paper, by=user(Roles.DIRECTOR))


def test_a_leaders_paper_needs_a_leader_or_his_signature_on_paper():
    case = make_story("file")
    paper = papers.draft_paper(case, PaperKind.FILING, filled("filing"), by=user())
    with pytest.raises(Refused, match="线下签批"):
        papers.sign_paper(paper, by=user())
    CaseApproval.objects.create(case=case, edge="file", subject="立案", words="同意", signer="王局长", signed_on=date(2025, 3, 4), recorded_by=user())  # fmt: skip
    papers.sign_paper(paper, by=user())
    assert Case.objects.get(pk=case.pk).filing_number == Paper.objects.get().number


def test_the_amount_of_a_notice_stands_against_the_table():
    case = make_case(CaseState.CONCLUDED)
    notice = a_notice(served_on=None, service_method="", service_proof="")
    notice.case = case
    notice.save()
    above = filled("notice", fine=case.violation.max_fine + 1)
    assert "超出法定幅度" in papers.why_not_fine(case, "notice", above)
    assert papers.why_not_fine(case, "notice", filled("notice", fine=case.violation.max_fine)) == ""


def test_a_paper_of_a_step_entered_afterwards_is_registered_not_issued_today():
    case = make_story("investigate")
    take_step(case, "order", replace(STORY["order"](case), late=True), by=user())
    assert "补录" in why_not_paper(case, "correction")
    assert "登记外部文书" in why_not_paper(case, "correction")
    paper = papers.draft_paper(case, "correction", filled("correction"), by=user())
    with pytest.raises(Refused, match="登记外部文书"):
        papers.sign_paper(paper, by=user())
    assert papers.record_outside(case, "correction", by=user(), number="改〔2025〕1号", on=date(2025, 3, 6)).is_issued


def test_a_decision_served_without_a_paper_is_not_issued_afterwards():
    case = make_story("decide")
    assert why_not_paper(case, "penalty") == ""
    case = take_step(case, "serve", STORY["serve"](case), by=user())
    assert "2025-04-02送达，但系统内没有这份文书" in why_not_paper(case, "penalty")
    papers.record_outside(case, "penalty", by=user(), number="罚〔2025〕1号", on=date(2025, 4, 1))
    assert why_not_paper(case, "penalty") == ""


def two_lines(case):
    """Two lines of the table that both hold 5,000; the second is the one that the decision names."""
    steps = case.violation.steps
    steps.create(order=1, name="一般", circumstances="单面", minimum=4000, maximum=9000)
    return steps.create(order=2, name="较重", circumstances="双面", minimum=5000, maximum=20000)


def test_a_fine_in_a_decision_is_held_to_the_line_that_the_decision_names():
    case = make_case(CaseState.DECIDED)
    decision = a_decision(discretion_step=two_lines(case))
    decision.case = case
    decision.save()
    assert papers.why_not_fine(case, "penalty", filled("penalty", fine=5000)) == ""
    below = papers.why_not_fine(case, "penalty", filled("penalty", fine=4500))
    assert "不在裁量阶次较重" in below
    assert papers.why_not_fine(case, "notice", filled("notice", fine=4500)) == ""
    other = papers.why_not_fine(case, "penalty", filled("penalty", fine=6000))  # of the line, and not what was decided
    assert "登记的决定是 5,000.00 元" in other
    assert "第五十九条" in other


def test_who_was_penalised_before_is_no_first_offender():
    facts = {"party_credit_code": "91430600MA4L000001"}
    before = a_decision()
    before.case = make_case(CaseState.CLOSED, officers=0, **facts)
    before.save()
    case = make_case(CaseState.DECIDED, officers=0, **facts)
    first = filled("no_penalty", ground="初次违法且危害后果轻微并及时改正")
    assert "不是初次违法" in papers.why_not_first(case, "no_penalty", first)
    assert papers.why_not_first(case, "no_penalty", filled("no_penalty")) == ""
    Setting.objects.create(key="fines.first_offence_months", value="1", source="样例", valid_from=date(2020, 1, 1))
    forget_settings()
    assert papers.why_not_first(case, "no_penalty", first) == ""


def test_without_a_reviewing_body_no_paper_that_must_name_it_is_complete():
    case = make_case(CaseState.DECIDED)
    assert prefilled(case, "penalty").remedies == ""
    bodies()
    assert "岳阳市人民政府" in prefilled(case, "penalty").remedies
    assert "应当" in prefilled(case, "spot").remedies


def test_papers_of_another_platform_are_taken_with_their_number():
    case = sited()
    paper = papers.record_outside(case, "site_record", by=user(), number="区执勘〔2025〕3号", on=date(2025, 3, 5))
    assert paper.is_issued
    assert paper.label_number == "区执勘〔2025〕3号"
    with pytest.raises(Refused, match="已经登记过"):
        papers.record_outside(case, "site_record", by=user(), number="区执勘〔2025〕3号", on=date(2025, 3, 5))
    with pytest.raises(Refused, match="晚于今天"):
        papers.record_outside(case, "site_record", by=user(), number="x", on=timezone.localdate() + timedelta(days=1))


# --- Service ----------------------------------------------------------------------------------------------------------

DAY = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"method": ServiceWay.DIRECT, "receiver": "张三"}, ""),
        ({"method": ServiceWay.DIRECT}, "签收人"),
        ({"method": ServiceWay.LEFT, "refusal": "拒收"}, "见证人"),
        ({"method": ServiceWay.LEFT, "witness": "社区李某"}, ""),
        ({"method": ServiceWay.LEFT, "recording": "录像003"}, ""),
        ({"method": ServiceWay.ELECTRONIC}, "确认书"),
        ({"method": ServiceWay.ELECTRONIC, "consent_on": DAY}, ""),
        ({"method": ServiceWay.ELECTRONIC, "consent_on": DAY + timedelta(days=1)}, "确认书"),
        ({"method": ServiceWay.POST}, "回执"),
        ({"method": ServiceWay.POST, "tracking": "EMS1"}, ""),
        ({"method": ServiceWay.ANNOUNCEMENT}, ""),
        ({"method": ServiceWay.PASTED, "recording": "照片"}, "不构成送达"),
    ],
)
def test_what_the_law_takes_for_service(facts, words):
    make_case()
    attempt = Attempt(on=DAY, **facts)
    defect = defect_of(attempt)
    assert words in str(defect) if words else defect is None
    assert (effective_on(attempt, workdays.load()) is None) == bool(words)


def test_an_announcement_counts_thirty_days_later():
    make_case()
    assert effective_on(Attempt(ServiceWay.ANNOUNCEMENT, DAY), workdays.load()) == date(2025, 7, 1)


def test_pasted_on_the_door_is_recorded_and_starts_nothing():
    case, by = sited(), user()
    paper = signed(case, by=by)
    now = timezone.now()
    facts = {"servers": "李四 湘F001、赵六 湘F002", "recipient": case.party_name}
    service = papers.serve_paper(paper, by=by, served_at=now, method=ServiceWay.PASTED, **facts)
    assert not service.is_valid
    assert Paper.objects.get().served_on is None
    assert "不构成送达" in CaseFlaw.objects.get().text
    papers.serve_paper(paper, by=by, served_at=now, method=ServiceWay.LEFT, witness="社区李某", **facts)
    assert Paper.objects.get().served_on == timezone.localdate()


def test_one_server_alone_is_a_flaw_and_a_draft_is_not_served():
    case, by = sited(), user()
    draft = papers.draft_paper(case, "site_record", filled("site_record"), by=by)
    facts = {"servers": "李四 湘F001", "recipient": "张三", "receiver": "张三", "method": ServiceWay.DIRECT}
    with pytest.raises(Refused, match="还没有签发"):
        papers.serve_paper(draft, by=by, served_at=timezone.now(), **facts)
    paper = papers.sign_paper(draft, by=by)
    with pytest.raises(Refused, match="早于"):
        papers.serve_paper(paper, by=by, served_at=timezone.now() - timedelta(days=3), **facts)
    with pytest.raises(Refused, match="晚于现在"):
        papers.serve_paper(paper, by=by, served_at=timezone.now() + timedelta(hours=1), **facts)
    papers.serve_paper(paper, by=by, served_at=timezone.now(), **facts)
    assert CaseFlaw.objects.get().article.startswith("《行政处罚法》第四十二条")


def test_a_served_decision_moves_the_case_and_starts_the_days():
    bodies()
    case = make_story("decide")
    decision = case.decisions.get()
    case.violation.max_fine = decision.amount
    case.violation.save()
    leader = user(Roles.DIRECTOR)
    paper = signed(case, "penalty", by=leader, fine=decision.amount)
    assert case.decisions.get().number == paper.number
    officer = user()
    papers.serve_paper(
        paper,
        by=officer,
        served_at=timezone.now(),
        method=ServiceWay.DIRECT,
        servers="李四、赵六",
        recipient=case.party_name,
        receiver="前台张某",
    )
    case.refresh_from_db()
    assert case.state == CaseState.SERVED
    assert case.served_on == timezone.localdate()
    assert case.clocks.filter(rule="C_PAY", finished_on=None).exists()


def test_the_return_receipt_says_what_was_recorded():
    case, by = sited(), user()
    paper = signed(case, by=by)
    service = papers.serve_paper(
        paper,
        by=by,
        served_at=timezone.now(),
        method=ServiceWay.DIRECT,
        servers="李四 湘F001、赵六 湘F002",
        recipient="张三",
        receiver="张三",
        place="南湖大道 18 号",
    )
    receipt = papers.receipt_of(service)
    assert receipt.missing() == []
    assert receipt.served_number == paper.number
    assert receipt.method == "直接送达"


# --- What a draft knows -----------------------------------------------------------------------------------------------


def test_a_draft_takes_over_what_was_recorded_and_what_was_signed_on_paper():
    case = make_story("serve")
    Decision.objects.filter(case=case).update(orders_removal=True, remove_by=date(2025, 7, 1))
    Notice.objects.filter(case=case).update(orders_removal=True, with_hearing=True, number="")
    CaseApproval.objects.create(case=case, edge="decide", subject="处罚决定", words="同意。", signer="局示例",
                                signed_on=date(2025, 5, 1), recorded_by=user())  # fmt: skip
    penalty = prefilled(case, "penalty")
    assert penalty.order == "责令于2025年7月1日前自行拆除违法设置的广告设施。"
    assert "《行政处罚听证告知书》。" in penalty.notice
    notice = prefilled(case, "hearing_right")
    assert notice.order in "".join(notice.paragraphs())
    assert "限期自行拆除" in notice.order
    CaseApproval.objects.update(edge="file")
    filing = prefilled(case, "filing")
    assert (filing.approval, filing.approver, filing.approved_on) == ("同意。", "局示例", date(2025, 5, 1))
    assert prefilled(case, "report").evidence


def test_the_first_look_is_not_filled_in_from_the_recheck():
    case = sited()
    again = site_record(case, date(2025, 3, 20), SiteRecordKind.RECHECK, facts="没有拆除。", correction="uncorrected")
    again.case = case
    again.save()
    assert prefilled(case, "site_record").started_at == case.siterecords.earliest("pk").started_at
    recheck = prefilled(case, "recheck")
    assert (recheck.findings, recheck.result) == ("没有拆除。", "未改正")


def test_what_the_steps_of_review_and_discussion_ask_for_stands_in_their_papers():
    case = story_until("pass_review")
    data = {"day": "2025-03-20", "reviewer": "法示例", "qualified": "on", "qualification": "A2020430600", "opinion": "同意", "seen": case.version}  # fmt: skip
    form = step_form(case, "pass_review", data)
    assert form.is_valid(), form.errors
    assert form.take(by=user())
    review = prefilled(case, "legal_review")
    assert (review.reviewer, review.qualification) == ("法示例", "A2020430600")
    assert review.missing() == []
    case = Case.objects.get(pk=make_story("review_statement", violation=case.violation).pk)
    assert step_form(case, "discuss").initial["reporter"]
    data = {"held_on": "2025-03-31", "held_time": "15:30", "place": "三楼会议室", "chair": "局示例", "attendees": "局示例、分示例",
            "reporter": "员示例", "clerk": "记示例", "opinions": "均同意", "conclusion": "同意", "seen": case.version}  # fmt: skip
    form = step_form(case, "discuss", data)
    assert form.is_valid(), form.errors
    assert form.take(by=user())
    paper = prefilled(case, "discussion")
    assert timezone.localtime(paper.held_at).strftime("%m-%d %H:%M") == "03-31 15:30"
    assert (paper.place, paper.reporter, paper.clerk) == ("三楼会议室", "员示例", "记示例")
    assert {each.field for each in paper.missing()} == {"signatures"}


def test_an_archived_case_puts_out_no_more_papers():
    case = make_case(CaseState.ARCHIVED)
    assert all("归档" in why_not_paper(case, kind) for kind in PaperKind.values)


def test_an_announced_decision_that_the_party_then_fetches_is_served_on_that_day():
    case = make_story("decide")
    announced = delivery.Delivery(date(2025, 4, 2), ServiceWay.ANNOUNCEMENT, "局网站", date(2025, 5, 6))
    case = delivery.served(case, PaperKind.PENALTY, announced, by=user())
    assert case.served_on == date(2025, 5, 6)
    fetched = delivery.Delivery(date(2025, 4, 10), ServiceWay.DIRECT, "当事人签收", date(2025, 4, 10))
    case = delivery.served(case, PaperKind.PENALTY, fetched, by=user())
    decision = case.decisions.get()
    assert (case.served_on, decision.served_on, decision.service_method) == (
        date(2025, 4, 10),
        date(2025, 4, 10),
        "direct",
    )
    assert case.clocks.get(rule="C_PAY", finished_on=None).due_on == date(2025, 4, 25)
    later = delivery.Delivery(date(2025, 4, 20), ServiceWay.POST, "EMS", date(2025, 4, 20))
    assert delivery.served(case, PaperKind.PENALTY, later, by=user()).served_on == date(2025, 4, 10)
