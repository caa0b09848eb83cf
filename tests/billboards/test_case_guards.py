"""Hard guards: what our papers and coercion are refused for, with the article; what may never be heavier, earlier, alone."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from billboards.dossier import Dossier
from billboards.enums.case_edges import CASE_TRANSITIONS
from billboards.enums.cases import (
    AuthorityKind,
    CaseState,
    ClosingReason,
    DecisionKind,
    RemedyKind,
    RemedyResult,
    Route,
)
from billboards.enums.papers import PaperKind
from billboards.forms.cases import StatementForm
from billboards.models import (
    Announcement,
    Case,
    CaseApproval,
    CaseOfficer,
    Closing,
    CourtApplication,
    DiscretionStep,
    GovernmentOrder,
    Hearing,
    LegalReview,
    Performance,
    RemedyAction,
    RouteChoice,
    Violation,
)
from billboards.next_steps import next_step
from billboards.workflow import cases, inquiry
from billboards.workflow.guards import Entry, why_not_paper
from billboards.workflow.steps import take_step
from staff.enums import Employment
from staff.models import Activity, Certificate, ServiceMethod
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.cases import (
    RECEIVED,
    STORY,
    a_decision,
    a_notice,
    at,
    make_case,
    make_lead,
    make_officer,
    make_story,
    make_violation,
    serve,
    site_record,
    story_until,
)
from tests.factories.people import make_person
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def refused(case, edge, entry, *words):
    """Our own step is refused with these words; the same as a fact of the past is taken and flagged."""
    with pytest.raises(Refused) as refusal:
        take_step(case, edge, entry, by=None)
    for word in words:
        assert word in str(refusal.value), str(refusal.value)
    return str(refusal.value)


# --- Officers ---------------------------------------------------------------------------------------------------------


def test_one_officer_is_too_few():
    case = story_until("investigate")
    CaseOfficer.objects.filter(pk=case.officers.first().pk).update(recused_on=RECEIVED, recusal_reason="亲属")
    refused(case, "investigate", STORY["investigate"](case), "不得少于两人", "第四十二条", "补录")


def test_an_expired_card_does_not_count():
    case = story_until("recheck")
    Certificate.objects.filter(person=case.officers.first().person).update(expires_on=date(2025, 3, 10))
    refused(case, "recheck", STORY["recheck"](case), "没有有效的行政执法证", "第四十二条")


def test_a_recused_officer_acts_no_more():
    case = story_until("recheck")
    officer = case.officers.first()
    cases.recuse_officer(officer, by=UserFactory(), on=date(2025, 3, 12), reason="近亲属")
    refused(case, "recheck", STORY["recheck"](case), "已回避", "第四十三条")
    with pytest.raises(Refused, match="已经回避"):
        cases.recuse_officer(officer, by=UserFactory(), on=date(2025, 3, 12), reason="近亲属")


def test_an_auxiliary_or_a_person_without_a_card_is_never_named():
    case = make_lead()
    for person in (make_person(unit=case.unit, employment=Employment.AUXILIARY), make_person(unit=case.unit)):
        with pytest.raises(Refused, match="第四十二条"):
            cases.add_officer(case, person, by=UserFactory(), on=RECEIVED)


# --- Filing, spot penalty ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"violation": None}, "请先选定案由"),
        ({"ended_on": date(2022, 1, 1)}, "追责期限"),
    ],
)
def test_filing_wants_a_violation_in_time(change, word):
    case = story_until("file")
    Case.objects.filter(pk=case.pk).update(**change)
    refused(case, "file", STORY["file"](case), word)


def test_filing_wants_evidence_and_our_own_jurisdiction():
    case = make_lead(evidenced=False)
    refused(case, "file", STORY["file"](case), "没有初步证据", "第五十四条")
    Violation.objects.update(transfer_to="police")
    refused(case, "file", STORY["file"](case), "应当移送")


def test_five_years_where_life_or_health_was_harmed():
    case = story_until("file")
    Case.objects.filter(pk=case.pk).update(ended_on=date(2022, 1, 1), endangers=True)
    assert take_step(case, "file", STORY["file"](case), by=None).state == CaseState.FILED


def spot(case, **fields):
    facts = {
        "amount": Decimal(3000),
        "served_on": RECEIVED,
        "service_method": ServiceMethod.DIRECT,
        "issued_on": RECEIVED,
    }
    return Entry(RECEIVED, a_decision(DecisionKind.SPOT, **{**facts, **fields}), officers=list(case.officers.all()))


@pytest.mark.parametrize(
    ("party", "amount", "allowed"),
    [("organisation", 3000, True), ("organisation", 3001, False), ("citizen", 200, True), ("citizen", 201, False)],
)
def test_the_spot_penalty_has_its_caps(party, amount, allowed):
    case = make_lead(party_kind=party, party_name="某某", violation=make_violation(min_fine=Decimal(50)))
    entry = spot(case, amount=Decimal(amount))
    if allowed:
        case = take_step(case, "spot", entry, by=None)
        assert case.state == CaseState.SERVED
        assert {clock.rule for clock in case.clocks.filter(finished_on=None)} == {"C_REPORT_SPOT", "R_REVIEW", "C_PAY"}
    else:
        refused(case, "spot", entry, "第五十一条")


def test_a_spot_fine_keeps_to_the_statute_and_to_the_table():
    case = make_lead()
    entry = spot(case, amount=Decimal(100))
    refused(case, "spot", entry, "超出法定幅度（500元以上50000元以下", "第三十四条")
    violation = Violation.objects.get()
    line = {"circumstances": "一般", "minimum": Decimal(1000), "maximum": Decimal(5000)}
    DiscretionStep.objects.create(violation=violation, name="一般", order=1, **line)
    refused(case, "spot", spot(case, amount=Decimal(600)), "不在任何裁量阶次之内")
    case = take_step(case, "spot", replace(entry, late=True), by=None)
    assert (case.state, {flaw.code for flaw in case.flaws.all()}) == (CaseState.SERVED, {"amount"})
    assert "幅度" in why_not_paper(case, PaperKind.SPOT)


def test_the_spot_decision_is_handed_over_at_once_and_tells_of_review_first():
    case = make_lead()
    refused(case, "spot", spot(case, served_on=RECEIVED + DAY), "当场交付", "第五十二条")
    refused(case, "spot", spot(case, remedies_told=False), "先申请行政复议")
    refused(case, "spot", spot(case, cash=Decimal(500)), "第六十八条")


# --- Notice, statement, hearing ---------------------------------------------------------------------------------------


def test_days_for_a_statement_run_from_service_not_from_issue():
    case = make_story("pass_review")
    case = take_step(
        case, "notify", Entry(date(2025, 3, 21), a_notice(served_on=None, service_method="", service_proof="")), by=None
    )
    refused(case, "review_statement", Entry(date(2025, 4, 10)), "还没有送达", "第六十一条")
    serve(case, PaperKind.NOTICE, date(2025, 4, 3))
    refused(case, "review_statement", Entry(date(2025, 4, 11)), "2025-04-11", "第六十二条")
    assert take_step(case, "review_statement", Entry(date(2025, 4, 14)), by=None).state == CaseState.STATED


def test_a_written_waiver_or_an_answered_statement_ends_the_waiting():
    case, by = story_until("review_statement"), UserFactory()
    early = Entry(date(2025, 3, 24))
    refused(case, "review_statement", early, "陈述申辩期限至2025-03-28")
    inquiry.record_statement(case, by=by, on=date(2025, 3, 24), text="已经拆了一半")
    refused(case, "review_statement", replace(early, day=date(2025, 4, 2)), "还没有复核", "第四十五条")
    inquiry.reply_statement(case, by=by, on=date(2025, 3, 24), outcome="partly", reply="部分采纳")
    assert take_step(case, "review_statement", early, by=None).state == CaseState.STATED
    other = story_until("review_statement", violation=Violation.objects.get())
    inquiry.waive_statement(other, by=by, on=date(2025, 3, 22))
    assert take_step(other, "review_statement", early, by=None).state == CaseState.STATED


def test_a_second_statement_stands_beside_the_first_and_wants_an_answer_of_its_own():
    case, by = story_until("review_statement"), UserFactory()
    inquiry.record_statement(case, by=by, on=date(2025, 3, 24), text="已经拆了一半")
    inquiry.reply_statement(case, by=by, on=date(2025, 3, 25), outcome="rejected", reply="没有证据")
    notice = inquiry.record_statement(case, by=by, on=date(2025, 3, 26), text="现提交拆除照片")
    assert notice.statement == "已经拆了一半（2025年3月24日收到）\n现提交拆除照片"
    assert (notice.statement_on, notice.replied_on, notice.outcome, notice.reply) == (date(2025, 3, 26), None, "", "")
    kept = Activity.objects.about(case).first()
    assert kept.changes == {"复核意见": ["2025-03-25 不采纳：没有证据", "待复核"]}
    refused(case, "review_statement", Entry(date(2025, 3, 31)), "还没有复核", "第四十五条第一款")
    inquiry.record_statement(case, by=by, on=date(2025, 3, 25), text="邮寄的申辩书")
    inquiry.reply_statement(case, by=by, on=date(2025, 3, 27), outcome="adopted", reply="属实")
    for day, text in ((26, "现提交拆除照片"), (25, "邮寄的申辩书"), (24, "已经拆了一半")):  # sent twice: said once
        notice = inquiry.record_statement(case, by=by, on=date(2025, 3, day), text=text)
        assert (notice.statement.count(text), notice.replied_on) == (1, date(2025, 3, 27))
    assert notice.statement.startswith("邮寄的申辩书（2025年3月25日收到）\n已经拆了一半")
    assert take_step(case, "review_statement", Entry(date(2025, 3, 31)), by=None).state == CaseState.STATED


def test_a_second_word_on_the_dunning_wants_an_answer_of_its_own():
    case, by = story_until("route"), UserFactory()
    inquiry.record_statement(case, by=by, on=date(2025, 9, 17), text="请求宽限")
    inquiry.reply_statement(case, by=by, on=date(2025, 9, 18), outcome="rejected", reply="已过期限")
    inquiry.record_statement(case, by=by, on=date(2025, 9, 19), text="已联系吊车")
    assert "请求宽限" in case.dunnings.get().statement
    refused(case, "route", STORY["route"](case), "当事人对催告的陈述申辩还没有复核", "第三十六条")


def test_who_reads_the_announcement_speaks_and_waives_before_its_thirty_days_are_over():
    case, by = make_story("pass_review"), UserFactory()
    notice = a_notice(served_on=date(2025, 4, 21), service_method=ServiceMethod.ANNOUNCEMENT)
    case = take_step(case, "notify", Entry(date(2025, 3, 21), notice), by=None)
    for door in (partial(inquiry.record_statement, text="已经联系拆除"), inquiry.waive_statement):
        with pytest.raises(Refused, match=r"早于事先告知的出文日期（2025-03-21）"):
            door(case, by=by, on=date(2025, 3, 20))
    inquiry.record_statement(case, by=by, on=date(2025, 3, 25), text="已经联系拆除")
    inquiry.reply_statement(case, by=by, on=date(2025, 3, 26), outcome="partly", reply="部分采纳")
    assert case.notices.get().statement_on == date(2025, 3, 25)
    refused(case, "review_statement", Entry(date(2025, 3, 27)), "期满前不得作出决定", "2025-04-21送达起算")
    inquiry.waive_statement(case, by=by, on=date(2025, 3, 27))
    assert take_step(case, "review_statement", Entry(date(2025, 3, 27)), by=None).state == CaseState.STATED


@pytest.mark.parametrize("state", ["concluded", "legal_review", "legal_passed", "discussed"])
def test_the_party_is_heard_on_its_notice_until_it_is_decided_on(state):
    case, notice = make_case(state), a_notice()
    notice.case = case
    notice.save()
    inquiry.record_statement(case, by=UserFactory(), on=date(2025, 3, 24), text="请求从轻")
    assert case.notices.get().statement == "请求从轻"
    decision = a_decision()
    decision.case = case
    decision.save()
    with pytest.raises(Refused, match=r"没有等待陈述申辩的告知或者催告。已经告知"):
        inquiry.record_statement(case, by=UserFactory(), on=date(2025, 4, 2), text="请求从轻")


@pytest.mark.parametrize("state", ["court_applied", "announced", "enf_decided", "executing", "stayed"])
def test_the_party_is_heard_on_the_dunning_until_all_is_done(state):
    case = make_case(state)
    dunning = STORY["dun"](case).record
    dunning.case = case
    dunning.save()
    inquiry.record_statement(case, by=UserFactory(), on=date(2025, 9, 17), text="请求宽限")
    assert case.dunnings.get().statement == "请求宽限"


def test_a_word_that_comes_late_is_answered_before_the_decision_and_before_the_execution():
    case, by = story_until("decide"), UserFactory()
    inquiry.record_statement(case, by=by, on=date(2025, 3, 31), text="补充证据")
    refused(case, "decide", STORY["decide"](case), "陈述申辩还没有复核", "第四十五条")
    case = story_until("execute", violation=Violation.objects.get())
    inquiry.record_statement(case, by=by, on=date(2025, 10, 13), text="已联系吊车")
    refused(case, "execute", STORY["execute"](case), "对催告的陈述申辩还没有复核", "第三十六条")


def test_an_answer_that_another_replaces_stays_in_the_log():
    case, by = story_until("review_statement"), UserFactory()
    inquiry.record_statement(case, by=by, on=date(2025, 3, 24), text="已经拆了一半")
    for outcome, reply in (("rejected", "没有证据"), ("adopted", "属实")):
        inquiry.reply_statement(case, by=by, on=date(2025, 3, 25), outcome=outcome, reply=reply)
    kept = Activity.objects.about(case).first().changes
    assert kept == {"复核意见": ["2025-03-25 不采纳：没有证据", "2025-03-25 采纳：属实"]}


def test_a_heavy_fine_brings_the_right_to_a_hearing():
    case = story_until("notify")
    heavy = Entry(date(2025, 3, 21), a_notice(amount=Decimal(20000)))
    refused(case, "notify", heavy, "听证权利", "第六十三条")
    heavy.record.with_hearing = True
    assert take_step(case, "notify", heavy, by=None).state == CaseState.NOTICED


def test_a_fine_outside_the_table_is_not_even_notified():
    case = story_until("notify")
    for amount in (Decimal(100), Decimal(60000)):
        refused(case, "notify", Entry(date(2025, 3, 21), a_notice(amount=amount, with_hearing=True)), "幅度")


def heard_case(**fields):
    """A case that waits for its hearing; the notice told of the right."""
    case, by = make_story("pass_review"), UserFactory()
    case = take_step(case, "notify", Entry(date(2025, 3, 21), a_notice(with_hearing=True)), by=None)
    inquiry.record_statement(case, by=by, on=date(2025, 3, 25), text="", hearing=True)
    facts = {
        "requested_on": date(2025, 3, 25), "planned_on": date(2025, 4, 10), "place": "局会议室",
        "chair": make_officer(case.unit), "notice_served_on": date(2025, 3, 27),
    }  # fmt: skip
    return case, Entry(date(2025, 3, 26), Hearing(**{**facts, **fields}))


def told_of_a_hearing():
    """A case whose notice told of the right to a hearing: both periods end on 03-28."""
    case = make_story("pass_review")
    return take_step(case, "notify", Entry(date(2025, 3, 21), a_notice(with_hearing=True)), by=None)


def test_who_waives_the_statement_may_still_ask_for_a_hearing():
    case, by = told_of_a_hearing(), UserFactory()
    inquiry.waive_statement(case, by=by, on=date(2025, 3, 24))
    refused(case, "review_statement", Entry(date(2025, 3, 28)), "申请听证的期限至2025-03-28", "第六十四条第一项")
    assert take_step(case, "review_statement", Entry(date(2025, 3, 31)), by=None).state == CaseState.STATED


def test_a_waiver_swallows_neither_the_hearing_nor_the_words_that_came_with_it():
    case, by = told_of_a_hearing(), UserFactory()
    form = StatementForm({"on": "2025-03-24", "text": "要求当面说明", "hearing": "on", "waives": "on"})
    assert form.is_valid(), form.errors
    form.store(case, by=by)
    notice = case.notices.get()
    day = date(2025, 3, 24)
    assert (notice.waived_on, notice.hearing_asked_on, notice.statement_on) == (day, day, day)
    assert notice.statement == "要求当面说明"
    refused(case, "review_statement", Entry(date(2025, 3, 31)), "申请了听证，还没有举行", "还没有复核")


def test_of_a_waiver_with_a_hearing_that_was_not_offered_nothing_is_kept():
    case, by = story_until("review_statement"), UserFactory()
    form = StatementForm({"on": "2025-03-24", "hearing": "on", "waives": "on"})
    assert form.is_valid(), form.errors
    with pytest.raises(Refused, match="没有告知听证权利"):
        form.store(case, by=by)
    assert case.notices.get().waived_on is None


def test_a_hearing_asked_for_too_late_is_on_record_and_holds_nothing_up():
    case, by = told_of_a_hearing(), UserFactory()
    inquiry.record_statement(case, by=by, on=date(2025, 3, 31), text="", hearing=True)
    assert case.notices.get().hearing_asked_on == date(2025, 3, 31)
    assert next_step(Dossier(case)).edge == "review_statement"
    asked = Hearing(
        requested_on=date(2025, 3, 31), planned_on=date(2025, 4, 14), place="x", chair=make_officer(case.unit)
    )
    refused(case, "open_hearing", Entry(date(2025, 3, 31), asked), "视为放弃")
    assert take_step(case, "review_statement", Entry(date(2025, 4, 1)), by=None).state == CaseState.STATED


def test_a_request_on_the_last_day_counts_and_a_reminder_does_not_make_it_late():
    case, by = told_of_a_hearing(), UserFactory()
    for day in (date(2025, 3, 28), date(2025, 4, 1)):
        inquiry.record_statement(case, by=by, on=day, text="", hearing=True)
    assert next_step(Dossier(case)).edge == "open_hearing"
    refused(case, "review_statement", Entry(date(2025, 4, 2)), "申请了听证，还没有举行", "第六十三条")


def test_the_chair_of_a_hearing_has_not_investigated():
    case, entry = heard_case()
    entry.record.chair = case.officers.first().person
    refused(case, "open_hearing", entry, "本案调查人员", "第六十四条第四项")


def test_a_hearing_is_told_seven_working_days_ahead():
    case, entry = heard_case(planned_on=date(2025, 4, 3))
    refused(case, "open_hearing", entry, "七个工作日", "2025-04-08")


def test_after_a_hearing_the_case_is_reviewed_once_more():
    case, entry = heard_case()
    case = take_step(case, "open_hearing", entry, by=UserFactory())
    stops = case.pauses.get()
    facts = {"record": "质证", "conclusion": "同意", "attendance": "双方"}
    case = take_step(case, "hold_hearing", Entry(date(2025, 4, 10), facts=facts), by=None)
    assert case.state == CaseState.HEARD
    stops.refresh_from_db()
    assert stops.ended_on == date(2025, 4, 10)
    decide = Entry(date(2025, 4, 14), a_decision(issued_on=date(2025, 4, 14), remove_by=date(2025, 4, 30)))
    refused(case, "decide", decide, "再次法制审核", "第五十八条第一款第二项")
    case = take_step(
        case, "submit_review", Entry(date(2025, 4, 11), LegalReview(submitted_on=date(2025, 4, 11))), by=None
    )
    case = take_step(case, "pass_review", replace(STORY["pass_review"](case), day=date(2025, 4, 12)), by=None)
    assert case.state == CaseState.HEARD
    assert take_step(case, "decide", decide, by=None).state == CaseState.DECIDED


def test_the_reviewer_has_not_investigated_and_is_qualified():
    case = story_until("pass_review")
    name = case.officers.first().person.name
    entry = STORY["pass_review"](case)
    refused(case, "pass_review", replace(entry, facts={**entry.facts, "reviewer": name}), "不能审核")
    refused(case, "pass_review", replace(entry, facts={**entry.facts, "qualified": False}), "法律职业资格")


# --- The decision -----------------------------------------------------------------------------------------------------


def test_no_decision_without_a_review_where_one_is_asked_for():
    case = story_until("decide")
    case.legalreviews.all().delete()
    refused(case, "decide", STORY["decide"](case), "法制审核", "业务设置")


def test_no_decision_heavier_than_notified_least_of_all_for_speaking_up():
    case, by = story_until("decide"), UserFactory()
    heavier = Entry(date(2025, 4, 1), a_decision(amount=Decimal(6000)))
    refused(case, "decide", heavier, "重新告知", "第四十四条")
    case.notices.update(
        statement_on=date(2025, 3, 24), replied_on=date(2025, 3, 25), outcome="rejected", reply="不采纳"
    )
    refused(case, "decide", heavier, "因陈述申辩而加重", "第四十五条第二款")
    assert by.pk


def test_minor_corrected_and_harmless_must_not_be_penalised():
    case = story_until("decide")
    found = {"minor": True, "corrected_in_time": True, "no_harm": True}
    refused(case, "decide", Entry(date(2025, 4, 1), a_decision(**found)), "应当不予处罚", "第三十三条")


def test_a_first_offence_may_be_spared_and_may_be_penalised():
    case = story_until("decide")
    found = {"first_offence": True, "corrected_in_time": True, "minor_harm": True}
    assert take_step(case, "decide", Entry(date(2025, 4, 1), a_decision(**found)), by=None).state == CaseState.DECIDED
    other = story_until("decide", violation=Violation.objects.get())
    spared = a_decision(DecisionKind.NO_PENALTY, **found)
    assert take_step(other, "spare", Entry(date(2025, 4, 1), spared), by=None).state == CaseState.DECIDED
    third = story_until("decide", violation=Violation.objects.get())
    refused(third, "spare", Entry(date(2025, 4, 1), a_decision(DecisionKind.NO_PENALTY)), "不符合不予处罚")


def test_a_major_case_is_discussed():
    case = make_story("review_statement", major=True)
    refused(case, "decide", STORY["decide"](case), "集体讨论", "第五十七条第二款")


def test_a_late_decision_may_still_be_made_and_is_flagged():
    case = story_until("decide")
    case.clocks.filter(rule="C_DECIDE").update(due_on=date(2025, 3, 25))
    moved = take_step(case, "decide", STORY["decide"](case), by=None)
    assert moved.state == CaseState.DECIDED
    assert moved.flaws.get().code == "decide_late"


def test_our_decision_paper_is_not_issued_for_a_decision_that_went_otherwise():
    case = story_until("notify")
    case = take_step(case, "decide", replace(STORY["decide"](case), late=True), by=None)
    assert "没有事先告知" in why_not_paper(case, PaperKind.PENALTY)
    sound = make_story("decide", violation=Violation.objects.get())
    assert why_not_paper(sound, PaperKind.PENALTY) == ""
    assert "还没有催告" in why_not_paper(sound, PaperKind.DUNNING)
    assert why_not_paper(sound, PaperKind.SITE_RECORD) == ""


# --- Service ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "proof", "word"),
    [
        (ServiceMethod.ELECTRONIC, "短信", "电子送达确认书"),
        (ServiceMethod.LEFT, "", "见证人或者照片录像"),
        (ServiceMethod.DIRECT, "", "送达证明"),
    ],
)
def test_service_wants_method_and_proof(method, proof, word):
    case = story_until("serve")
    refused(case, "serve", Entry(date(2025, 4, 2), facts={"method": method, "proof": proof}), word)


def test_service_by_announcement_takes_thirty_days():
    case = story_until("serve")
    entry = Entry(date(2025, 4, 2), facts={"method": ServiceMethod.ANNOUNCEMENT, "proof": "局网站"})
    assert take_step(case, "serve", entry, by=None).served_on == date(2025, 5, 6)  # the thirty days end in a holiday


def test_a_served_paper_moves_the_case_and_starts_its_clocks():
    case = serve(story_until("serve"), PaperKind.PENALTY, date(2025, 4, 2))
    assert (case.state, case.served_on) == (CaseState.SERVED, date(2025, 4, 2))
    assert case.clocks.filter(rule="R_SUE", finished_on=None).exists()


# --- After the decision -----------------------------------------------------------------------------------------------


def test_nothing_is_overdue_before_its_day():
    case = story_until("lapse")
    refused(case, "lapse", Entry(date(2025, 4, 16)), "还没有过")


def test_a_fine_that_has_not_arrived_is_not_performed():
    case = story_until("lapse")
    removal = Performance(kind="removal", performed_on=date(2025, 4, 10), verified_by="甲")
    refused(case, "perform", Entry(date(2025, 4, 10), removal), "5,000.00", "第六十七条")


def test_a_court_is_not_asked_while_the_party_may_still_sue():
    case, by = story_until("route"), UserFactory()
    choice = RouteChoice(route=Route.COURT, chosen_on=date(2025, 9, 29), reason="没有强制执行权")
    case = take_step(case, "route", Entry(date(2025, 9, 29), choice), by=by)
    entry = Entry(date(2025, 9, 30), CourtApplication(court="区人民法院", applied_on=date(2025, 9, 30)))
    refused(case, "apply_court", entry, "不得早于2025-10-10")
    assert case.clocks.get(rule="E_COURT_WINDOW").due_on == date(2026, 1, 9)


def test_own_demolition_wants_the_word_of_a_government():
    case = story_until("announce")
    GovernmentOrder.objects.all().delete()
    refused(case, "announce", STORY["announce"](case), "没有县级以上人民政府批准", "第三十七条")
    GovernmentOrder.objects.create(
        case=case, kind=AuthorityKind.ORDERED, issuer="区政府", number="1", issued_on=RECEIVED
    )
    refused(case, "announce", STORY["announce"](case), "批准")


def test_enforcement_is_not_ordered_before_the_earliest_day_or_while_contested():
    case, by = story_until("order_enforcement"), UserFactory()
    entry = STORY["order_enforcement"](case)
    early = replace(entry, day=date(2025, 10, 9))
    refused(case, "order_enforcement", early, "不得早于2025-10-11")  # a Saturday that is worked
    action = RemedyAction(kind=RemedyKind.REVIEW, body="区人民政府", filed_on=date(2025, 5, 30))
    cases.file_remedy(case, action, by=by)
    refused(case, "order_enforcement", entry, "尚未结束", "第四十四条")
    cases.end_remedy(action, by=by, facts={"ended_on": date(2025, 8, 1), "result": RemedyResult.UPHELD, "party_received_on": date(2025, 10, 8), "told": True, "note": ""})  # fmt: skip
    refused(case, "order_enforcement", entry, "不得早于2025-10-24", "第四十五条")


def test_when_the_party_received_the_review_may_become_known_later(client):
    case, by = story_until("order_enforcement"), UserFactory()
    facts = {"kind": RemedyKind.REVIEW, "body": "区人民政府", "filed_on": date(2025, 5, 30)}
    action = cases.file_remedy(case, RemedyAction(**facts), by=by)
    with pytest.raises(Refused, match="已经登记过"):
        cases.file_remedy(case, RemedyAction(**facts), by=by)
    ended = {"ended_on": date(2025, 8, 1), "result": RemedyResult.UPHELD, "told": True, "note": ""}
    for day, word in ((date(2024, 8, 4), "早于结束日期"), (timezone.localdate() + DAY, "晚于今天")):
        with pytest.raises(Refused, match=word):
            cases.end_remedy(action, by=by, facts={**ended, "party_received_on": day})
    cases.end_remedy(action, by=by, facts={**ended, "party_received_on": None})
    refused(case, "order_enforcement", STORY["order_enforcement"](case), "没有登记当事人收到复议决定的日期")
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=case.unit))
    address = reverse("billboards:remedy-received", args=[action.pk])
    assert address in client.get(case.get_absolute_url(), {"tab": "remedies"}).content.decode()
    assert client.post(address, {"party_received_on": "2025-08-04", "told": "on"}).status_code == 302
    assert case.clocks.get(rule="R_SUE_AFTER_REVIEW").due_on == date(2025, 8, 19)
    case.refresh_from_db()
    assert case.coercion_from == date(2025, 10, 11)
    with pytest.raises(Refused, match="已经登记"):
        cases.record_receipt(action, by=by, on=date(2025, 8, 5), told=True)


def test_a_remedy_moves_the_day_that_stands_on_the_case():
    case, by = story_until("dun"), UserFactory()
    assert case.coercion_from == date(2025, 10, 10)
    action = RemedyAction(kind=RemedyKind.SUIT, body="区人民法院", filed_on=date(2025, 6, 2))
    cases.file_remedy(case, action, by=by)
    case.refresh_from_db()
    assert case.coercion_from is None
    assert "尚未结束" in case.coercion_words
    refused(case, "surcharge", Entry(date(2025, 6, 3)), "第七十三条第三款")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"started_at": at(date(2025, 10, 14), 23)}, "夜间"),
        ({"started_at": at(date(2025, 10, 14), 5)}, "夜间"),
        ({"plan": ""}, "实施方案"),
        ({"video": False}, "音像记录"),
    ],
)
def test_an_execution_has_its_hour_its_plan_and_its_recording(change, word):
    case = story_until("execute")
    entry = STORY["execute"](case)
    for name, value in change.items():
        setattr(entry.record, name, value)
    refused(case, "execute", entry, word)


def test_no_execution_on_a_holiday_but_in_an_emergency():
    case = make_story("order_enforcement")
    entry = STORY["execute"](case)
    entry.record.started_at = at(date(2026, 1, 1))
    entry = replace(entry, day=date(2026, 1, 1))
    refused(case, "execute", entry, "法定节假日", "第四十三条")
    entry.record.emergency_reason = "大风预警，构架松动"
    assert take_step(case, "execute", entry, by=None).state == CaseState.EXECUTING


def test_no_execution_without_announcement_decision_or_second_officer():
    case = story_until("execute")
    entry = STORY["execute"](case)
    refused(case, "execute", replace(entry, officers=entry.officers[:1]), "不得少于两人")
    Announcement.objects.all().delete()
    refused(case, "execute", entry, "还没有限期拆除公告")
    case.enforcementdecisions.update(served_on=None, service_method="")
    refused(case, "execute", entry, "还没有送达强制执行决定")


def announced_from(rows, day, **fields):
    """The papers went out by announcement: service thirty days after the day."""
    rows.update(served_on=day + 30 * DAY, service_method=ServiceMethod.ANNOUNCEMENT, **fields)


@pytest.mark.parametrize("edge", ["route", "announce", "order_enforcement"])
def test_a_dunning_that_is_announced_is_served_thirty_days_later(edge):
    case = story_until(edge)
    entry = STORY[edge](case)
    announced_from(case.dunnings.all(), date(2025, 9, 15))
    refused(case, edge, entry, "催告书2025-10-15才送达", "第三十八条")
    late = take_step(case, edge, replace(entry, late=True), by=None)
    assert "dunning_unserved" in {flaw.code for flaw in late.flaws.all()}


def test_no_execution_before_the_announced_decision_is_served():
    case = story_until("execute")
    entry = STORY["execute"](case)
    announced_from(case.enforcementdecisions.all(), date(2025, 10, 13))
    refused(case, "execute", entry, "强制执行决定2025-11-12才送达", "第三十八条")
    late = take_step(case, "execute", replace(entry, late=True), by=None)
    assert {flaw.code for flaw in late.flaws.all()} == {"decision_unserved"}


def test_the_earliest_day_waits_for_the_announced_decision():
    case, by = story_until("order_enforcement"), UserFactory()
    entry = STORY["order_enforcement"](case)
    entry.record.served_on, entry.record.service_method = date(2025, 11, 12), ServiceMethod.ANNOUNCEMENT
    case = take_step(case, "order_enforcement", entry, by=by)
    assert case.coercion_from == date(2025, 11, 12)
    assert "强制执行决定2025-11-12送达" in case.coercion_words
    served_late = STORY["execute"](case)
    served_late.record.started_at = at(date(2025, 11, 12))
    assert take_step(case, "execute", replace(served_late, day=date(2025, 11, 12)), by=by).state == CaseState.EXECUTING


def test_no_execution_before_the_day_that_the_decision_names():
    case = story_until("execute")
    case.enforcementdecisions.update(planned_on=date(2025, 10, 20))
    refused(case, "execute", STORY["execute"](case), "载明的时间是2025-10-20", "第三十七条第二款第三项")


def test_nothing_is_overdue_while_the_announced_decision_is_not_served():
    case = story_until("serve")
    entry = Entry(date(2025, 4, 2), facts={"method": ServiceMethod.ANNOUNCEMENT, "proof": "局网站"})
    case = take_step(case, "serve", entry, by=None)
    refused(case, "lapse", Entry(date(2025, 4, 18)), "决定2025-05-06才送达")  # the day for the removal was 04-16


def test_clearing_at_once_wants_its_emergency_in_words():
    case = story_until("conclude")
    entry = STORY["execute"](case)
    entry.record.route, entry.record.started_at = Route.EMERGENCY, at(date(2025, 3, 14), 23)
    entry = replace(entry, day=date(2025, 3, 14))
    refused(case, "at_once", entry, "紧急情况")
    entry.record.emergency_reason = "台风，广告牌将坠落"
    assert take_step(case, "at_once", entry, by=None).state == CaseState.RECHECKED


def test_a_penalty_that_is_not_performed_is_not_closed():
    case = story_until("lapse")
    closing = Closing(reason=ClosingReason.PERFORMED, closed_on=date(2025, 4, 10), performance="x", approver="局长")
    refused(case, "close", Entry(date(2025, 4, 10), closing), "还没有履行")


def test_a_quashed_decision_ends_and_may_be_made_anew():
    case, by = story_until("dun"), UserFactory()
    action = RemedyAction(kind=RemedyKind.REVIEW, body="区人民政府", filed_on=date(2025, 5, 30))
    cases.file_remedy(case, action, by=by)
    facts = {
        "ended_on": date(2025, 7, 1),
        "result": RemedyResult.QUASHED,
        "party_received_on": date(2025, 7, 3),
        "told": True,
        "note": "",
    }
    cases.end_remedy(action, by=by, facts=facts)
    case = take_step(case, "annul", Entry(date(2025, 7, 4)), by=by)
    assert case.state == CaseState.ENDED
    case = take_step(case, "redo", Entry(date(2025, 7, 7), note="复议决定"), by=by)
    assert (case.state, case.decided_on, case.served_on) == (CaseState.CONCLUDED, None, None)


# --- Beside the steps -------------------------------------------------------------------------------------------------


def test_the_ninety_days_are_extended_twice_and_no_further():
    case, by = make_story("investigate"), UserFactory()
    clock = case.clocks.get(rule="C_DECIDE")
    days = []
    for _ in range(2):
        clock = cases.extend_clock(clock, by=by, reason="案情复杂")
        days.append(clock.due_on)
    assert days == [date(2025, 7, 2), date(2025, 9, 1)]
    with pytest.raises(Refused, match="延长到头"):
        cases.extend_clock(clock, by=by, reason="再延长")


def test_a_record_by_one_officer_is_refused_or_flagged():
    case, by = make_lead(evidenced=False), UserFactory()
    one = list(case.officers.all()[:1])
    with pytest.raises(Refused, match="不得少于两人"):
        inquiry.record_sheet(case, site_record(case), one, by=by)
    inquiry.record_sheet(case, site_record(case, certificate_shown=False), one, by=by, late=True)
    assert {flaw.code for flaw in case.flaws.all()} == {"one_officer", "no_certificate"}


def test_an_approval_on_paper_is_kept_with_whose_stead():
    case, by = make_lead(), UserFactory()
    approval = CaseApproval(
        subject="立案", words="同意", signer="张三", on_behalf_of="李四", signed_on=RECEIVED, edge="file"
    )
    assert cases.register_approval(case, approval, by=by).who == "张三代李四"


def test_a_finished_case_is_not_edited():
    case = make_story("archive")
    case.place = "别处"
    with pytest.raises(Refused, match="不能再改"):
        cases.edit_case(case, by=UserFactory(), seen=case.version)


def test_a_coercion_that_is_still_to_come_is_not_recorded_afterwards():
    case = story_until("dun")
    entry = replace(STORY["order_enforcement"](case), late=True)
    today = timezone.localdate()
    entry.record.issued_on = entry.record.served_on = entry.record.planned_on = today
    with pytest.raises(Refused, match="还没有发生，不能补录") as refused:
        take_step(case, "order_enforcement", replace(entry, day=today), by=None)
    assert "第四十四条" in str(refused.value)
    assert "勾选“补录”" not in str(refused.value)
    assert not case.flaws.exists()
    past = replace(STORY["order_enforcement"](case), late=True)
    assert take_step(case, "order_enforcement", past, by=None).flaws.exists()


def test_a_case_is_not_closed_over_a_fine_that_has_not_come_in():
    case = story_until("close")
    entry = STORY["close"](case)
    case.payments.all().delete()
    with pytest.raises(Refused, match="没有入库") as refused:
        take_step(case, "close", entry, by=None)
    assert "第七十二条" in str(refused.value)
    assert {"route", "end"} <= {edge for edge, each in CASE_TRANSITIONS.items() if CaseState.EXECUTED in each.sources}
