"""集中会审: ready cases on the agenda, each decided through its own doors, one winner, minutes signed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from permits.documents.building import build
from permits.enums import PermitState
from permits.models import ReviewedCase, ReviewOutcome, ReviewSession
from permits.paper_kinds import PaperKind
from permits.workflow import decisions, guards, papers, sessions
from permits.workflow.decisions import Verdict
from permits.workflow.steps import Step
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories import permits as make
from tests.factories.staff import UserFactory
from tests.pdf_measure import run
from tests.permits.conftest import signed_in

pytestmark = pytest.mark.django_db


def new_session(by, **fields):
    given = {"place": "三楼会议室", "chair": "分管副局长", "attendance": "审批科 样例甲\n一中队 样例乙", **fields}
    return sessions.convene(ReviewSession(**given), by=by)


@pytest.fixture
def cases(office, section, officers):
    return [make.make_in_review(section, officers, location=f"样例路{number}号") for number in range(3)]


def test_a_session_takes_up_every_ready_case_once(cases, section):
    make.make_accepted(section)
    session = new_session(section)
    assert list(session.cases.values_list("application", flat=True)) == [each.pk for each in cases]
    assert sessions.fill_agenda(session, by=section) == 0
    assert new_session(section).cases.count() == 0


def test_deciding_goes_through_the_applications_own_doors(cases, section):
    session = new_session(section)
    first, second, third = session.cases.all()
    sessions.decide(first, outcome="granted", words="按方案施工", by=section)
    sessions.decide(second, outcome="denied", words="影响消防通道", by=section)
    sessions.decide(third, outcome="deferred", words="待补充交通组织方案", by=section)
    granted, denied, deferred = (make.fresh(each) for each in cases)
    assert (granted.state, granted.conditions) == (PermitState.GRANTED, "按方案施工")
    assert "分管副局长" in granted.decided_by
    assert (denied.state, denied.refusal_reason) == (PermitState.DENIED, "影响消防通道")
    assert deferred.state == PermitState.IN_REVIEW
    assert new_session(section).cases.get().application == cases[2]


def test_what_may_not_be_granted_is_refused_with_its_article(cases, section):
    session = new_session(section)
    case = session.cases.first()
    case.application.opinions.filter(body="police").update(outcome="disagree")
    with pytest.raises(Refused, match=r"交管部门不同意.*第三十条"):
        sessions.decide(case, outcome="granted", words="条件", by=section)
    case.refresh_from_db()
    assert case.is_pending
    assert make.fresh(cases[0]).state == PermitState.IN_REVIEW


def test_two_deciding_the_same_case_one_wins(cases, section, deputy):
    session = new_session(section)
    case = session.cases.first()
    twin = ReviewedCase.objects.get(pk=case.pk)
    sessions.decide(case, outcome="granted", words="条件", by=deputy)
    with pytest.raises(Refused, match=r"已由分管副局长于.*准予"):
        sessions.decide(twin, outcome="denied", words="理由", by=section)
    assert make.fresh(cases[0]).granted is True


def test_a_case_decided_elsewhere_meanwhile_is_not_decided_again(cases, section, deputy):
    session = new_session(section)
    decisions.grant(cases[0], Verdict("条件", "局长"), Step(deputy))
    with pytest.raises(Refused, match="目前是“准予许可”"):
        sessions.decide(session.cases.first(), outcome="denied", words="理由", by=section)


def test_words_are_asked_for(cases, section):
    session = new_session(section)
    for outcome, word in (("granted", "许可条件"), ("denied", "理由"), ("deferred", "原因")):
        with pytest.raises(Refused, match=word):
            sessions.decide(session.cases.first(), outcome=outcome, words="  ", by=section)


def test_several_together_list_what_became_of_each(cases, section):
    session = new_session(section)
    cases[1].opinions.filter(body="police").update(outcome="disagree")
    results = sessions.decide_together(session.cases.all(), outcome="granted", words="条件", by=section)
    assert [bool(each.refusal) for each in results] == [False, True, False]
    assert [make.fresh(each).state for each in cases] == ["granted", "in_review", "granted"]


def test_the_database_keeps_one_pending_agenda_a_case(cases, section):
    session = new_session(section)
    other = ReviewSession.objects.create(place="x", chair="y", attendance="z", made_by=section)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewedCase.objects.create(session=other, application=cases[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewedCase.objects.filter(pk=session.cases.first().pk).update(outcome=ReviewOutcome.GRANTED)


def test_minutes_wait_for_every_case_and_close_the_session(cases, section, tmp_path):
    session = new_session(section)
    with pytest.raises(Refused, match="还有3件没有结论"):
        sessions.sign_minutes(session, by=section)
    sessions.decide_together(session.cases.all()[:2], outcome="granted", words="按方案施工", by=section)
    sessions.take_off(session.cases.last(), by=section)
    signed = sessions.sign_minutes(session, by=section)
    assert signed.number == f"岳南城管许会纪字〔{timezone.localdate().year}〕1号"
    with signed.paper.open() as file:
        content = file.read()
    text = run(tmp_path, content, "pdftotext", "FILE", "-").decode().replace("\n", "")
    for word in ("三楼会议室", "共审议2件", "准予2件", cases[0].number, "样例乙"):
        assert word in text, word
    with pytest.raises(Refused, match="纪要已由"):
        sessions.fill_agenda(session, by=section)
    with pytest.raises(Refused, match="纪要已由"):
        sessions.sign_minutes(session, by=section)


@pytest.mark.parametrize(("fields", "word"), [({"attendance": "一人"}, "不足两人")])
def test_minutes_say_who_met(cases, section, fields, word):
    session = new_session(section, **fields)
    sessions.decide_together(session.cases.all(), outcome="granted", words="条件", by=section)
    with pytest.raises(Refused, match=word):
        sessions.sign_minutes(session, by=section)


def test_an_empty_session_has_no_minutes(office, section):
    with pytest.raises(Refused, match="议程上没有申请"):
        sessions.sign_minutes(new_session(section), by=section)


def test_only_section_and_leaders_run_a_session(cases, section):
    with pytest.raises(Refused, match="审批科或者局领导"):
        new_session(UserFactory(role=Roles.WINDOW))


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_from_convening_to_minutes_in_the_browser(client, cases, section):
    client.force_login(section)
    data = {"held_on": str(timezone.localdate()), "place": "会议室", "chair": "局长", "attendance": "甲\n乙"}
    response = client.post(reverse("permits:session-create"), data, follow=True)
    session = ReviewSession.objects.get()
    assert response.redirect_chain[-1][0] == session.get_absolute_url()
    first = session.cases.first()
    page = client.get(first.get_absolute_url()).content.decode()
    for word in (
        "第 1 件，共 3 件",
        "样例路0号",
        "查勘甲、查勘乙",
        "公安交管部门：同意",
        'data-key="ArrowRight"',
        "没有核定费用",
    ):
        assert word in page, word
    answer = client.post(first.get_absolute_url(), {"outcome": "granted", "words": "按方案施工"})
    assert answer.url == session.cases.all()[1].get_absolute_url()
    together = {"cases": [case.pk for case in session.cases.all()[1:]], "outcome": "granted", "words": "条件"}
    page = client.post(reverse("permits:session-decide", args=[session.pk]), together).content.decode()
    assert "已登记2件，0件未通过" in page
    client.post(reverse("permits:session-sign", args=[session.pk]))
    session.refresh_from_db()
    assert session.is_signed
    pdf = client.get(reverse("permits:session-pdf", args=[session.pk]))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")


def test_a_refused_case_in_a_batch_is_named(client, cases, section):
    session = new_session(section)
    cases[1].opinions.filter(body="police").update(outcome="disagree")
    client.force_login(section)
    together = {"cases": [case.pk for case in session.cases.all()], "outcome": "granted", "words": "条件"}
    page = client.post(reverse("permits:session-decide", args=[session.pk]), together).content.decode()
    assert "已登记2件，1件未通过" in page
    assert cases[1].number in page
    assert "公安交管部门不同意" in page


def test_typed_words_stay_when_the_case_is_refused(client, cases, section):
    session = new_session(section)
    cases[0].opinions.filter(body="police").update(outcome="disagree")
    client.force_login(section)
    response = client.post(session.cases.first().get_absolute_url(), {"outcome": "granted", "words": "写了很久的条件"})
    assert response.status_code == 422
    assert "写了很久的条件" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_one_case_asks_no_more_questions_for_a_longer_agenda(client, section, officers, office, count):
    for _ in range(count):
        make.make_in_review(section, officers)
    session = new_session(section)
    client.force_login(section)
    addresses = (session.cases.first().get_absolute_url(), session.get_absolute_url())
    for address in addresses:
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) <= 40, [each["sql"] for each in asked]


def test_squads_do_not_see_sessions(client, cases, section):
    session = new_session(section)
    client.force_login(UserFactory(role=Roles.SQUAD_MEMBER))
    assert client.get(session.get_absolute_url()).status_code == 403
    assert client.get(reverse("permits:session-list")).status_code == 403


@pytest.mark.usefixtures("calendar")
def test_who_waits_for_the_session_is_led_to_it(at_section, section, officers):
    """A new one, the one that is open, and once it is on the agenda the case itself; nobody decides past it by the first button."""

    def primary():
        page = at_section.get(application.get_absolute_url())
        return page.context["own"][:2]

    application = make.make_in_review(section, officers)
    assert primary() == ("召开会审", reverse("permits:session-create"))
    session = new_session(section)
    case = session.cases.get()
    assert primary() == ("进入会审", case.get_absolute_url())
    sessions.take_off(case, by=section)
    assert primary() == (f"列入{session}", session.get_absolute_url())


@pytest.mark.usefixtures("calendar")
def test_a_squad_is_not_led_to_a_session_it_may_not_see(section, squad, officers):
    application = make.make_in_review(section, officers, squad=squad)
    client = signed_in(UserFactory(role=Roles.SQUAD_MEMBER, unit=squad))
    assert client.get(application.get_absolute_url()).context["own"] is None


@pytest.mark.usefixtures("calendar")
def test_the_sheet_has_room_before_the_session_and_says_the_outcome_after_it(at_section, section, officers):
    application = make.make_in_review(section, officers)
    assert build(application, PaperKind.REVIEW_SHEET).conclusion == ""
    session = new_session(section)
    case = session.cases.get()
    sessions.decide(case, outcome=ReviewOutcome.GRANTED, words="夜间施工", by=section)
    session = sessions.sign_minutes(session, by=section)
    application.refresh_from_db()
    content = build(application, PaperKind.REVIEW_SHEET)
    assert content.missing() == []
    assert f"集中会审（纪要{session.number}）：准予。夜间施工" in content.conclusion
    assert "决定准予许可，分管副局长（集中会审）" in content.conclusion
    assert ("会审意见", content.conclusion) in [row for block in content.body() for row in getattr(block, "rows", ())]
    page = at_section.get(case.get_absolute_url()).content.decode()
    assert "出会审单" in page
    paper = papers.sign(papers.draft(application, PaperKind.REVIEW_SHEET, by=section), by=section)
    printed = at_section.get(reverse("permits:paper-pdf", args=[application.pk, paper.pk]))
    assert b"".join(printed.streaming_content).startswith(b"%PDF-")
    assert "打印会审单" in at_section.get(case.get_absolute_url()).content.decode()


@pytest.mark.usefixtures("calendar")
def test_the_sheet_of_a_revoked_permit_can_still_be_made(section, officers):
    application = make.make_granted(section, officers)
    for state in ("revoked", "recalled", "cancelled", "closed"):
        assert guards.why_not_paper(make.put(application, state), PaperKind.REVIEW_SHEET) == ""


def test_a_session_decides_on_the_day_on_which_it_met(cases, section):
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    ahead = new_session(section, held_on=today + timedelta(days=1))
    with pytest.raises(Refused, match="还没有召开"):
        sessions.decide(ahead.cases.first(), outcome="granted", words="条件", by=section)
    ahead.held_on = today
    sessions.change_session(ahead, by=section, seen=1)
    sessions.take_off(ahead.cases.first(), by=section)
    earlier = new_session(section, held_on=yesterday)
    assert earlier.cases.count() == 0  # brought to review after it had met
    make.put(cases[0], PermitState.IN_REVIEW, received_on=yesterday, accepted_on=yesterday, review_on=yesterday)
    assert sessions.fill_agenda(earlier, by=section) == 1
    sessions.decide(earlier.cases.get(), outcome="granted", words="条件", by=section)
    assert make.fresh(cases[0]).decided_on == yesterday
    earlier.held_on = today
    with pytest.raises(Refused, match="会审日期不能再改"):
        sessions.change_session(earlier, by=section, seen=1)


def test_a_case_that_came_to_review_after_the_session_waits_for_the_next(cases, section):
    session = new_session(section)
    ReviewSession.objects.filter(pk=session.pk).update(held_on=timezone.localdate() - timedelta(days=1))
    case = ReviewedCase.objects.filter(session=session).first()
    with pytest.raises(Refused, match="晚于会审日期"):
        sessions.decide(case, outcome="granted", words="条件", by=section)
    sessions.decide(case, outcome="deferred", words="改期", by=section)


def test_two_correcting_one_session_one_wins(cases, section):
    session = new_session(section)
    twin = ReviewSession.objects.get(pk=session.pk)
    session.place = "四楼"
    sessions.change_session(session, by=section, seen=1)
    twin.attendance = "别人"
    with pytest.raises(Refused, match="刚被别人修改过"):
        sessions.change_session(twin, by=section, seen=1)
