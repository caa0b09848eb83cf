"""The periods of a case end by what they wait for: what is reported, withdrawn, returned, paid; each once, on its day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from billboards import case_desk
from billboards.dossier import Dossier
from billboards.enums.cases import CaseState, CustodyAct, EvidenceKind, PerformanceKind, RemedyKind, RemedyResult, Route
from billboards.forms.cases import ResultForm
from billboards.models import Case, CaseClock, Closing, Deferral, Evidence, EvidenceCustody, Performance, RemedyAction
from billboards.next_steps import next_step
from billboards.reckoning import money_of
from billboards.workflow import cases, clocks, money, watch
from billboards.workflow.evidence import add_evidence, hand_on
from billboards.workflow.guards import Entry
from billboards.workflow.steps import take_step
from staff.models import ServiceMethod
from staff.permissions import Roles
from staff.refusals import Refused
from tests.billboards.test_case_guards import spot
from tests.billboards.test_case_pages import signed_in
from tests.billboards.test_money import FINE, fined, grant, pay
from tests.factories.cases import RECEIVED, STORY, a_decision, at, lead, make_case, make_lead, make_story, story_until
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# --- Done outside the case --------------------------------------------------------------------------------------------


def test_a_spot_penalty_is_reported_and_its_period_ends_late_as_a_flaw():
    case = take_step(make_lead(), "spot", spot(make_lead()), by=None)
    clock = case.clocks.get(rule="C_REPORT_SPOT")
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    address = reverse("billboards:clock-done", args=[clock.pk])
    assert address in client.get(case.get_absolute_url()).content.decode()
    assert client.post(address, {"on": RECEIVED - DAY}).status_code == 422  # before it began
    assert client.post(address, {"on": clock.due_on + DAY, "note": "已报中队"}).status_code == 302
    clock.refresh_from_db()
    assert clock.finished_on == clock.due_on + DAY
    assert "当场处罚报备逾期" in case.flaws.get(code="clock-late").text
    with pytest.raises(Refused, match="已经登记"):
        cases.finish_clock(clock, by=UserFactory(), on=clock.due_on, note="")
    with pytest.raises(Refused, match="不需要登记完成"):
        cases.finish_clock(case.clocks.get(rule="R_REVIEW"), by=UserFactory(), on=clock.due_on, note="")


def test_what_is_taken_off_the_web_after_the_review_is_not_asked_for_again_when_the_decision_is_quashed():
    case, by = story_until("dun"), UserFactory()
    review = RemedyAction(kind=RemedyKind.REVIEW, body="区人民政府", filed_on=date(2025, 5, 30))
    cases.file_remedy(case, review, by=by)
    ended = {"result": RemedyResult.QUASHED, "ended_on": date(2025, 7, 1), "party_received_on": date(2025, 7, 1)}
    cases.end_remedy(review, by=by, facts={**ended, "told": True, "note": ""})
    clock = case.clocks.get(rule="C_UNPUBLISH")
    other = take_step(case, "annul", Entry(date(2025, 7, 3), note="复议撤销"), by=by)
    clock.refresh_from_db()
    assert (clock.started_on, clock.finished_on) == (date(2025, 7, 1), None)  # it runs on from the review's end
    cases.finish_clock(clock, by=by, on=date(2025, 7, 4), note="门户网站已撤")
    assert not other.clocks.filter(finished_on=None).exists()


def on_desk(rule, case):
    user = UserFactory(role=Roles.SQUAD_LEADER, unit=case.unit)
    label = case.clocks.get(rule=rule).label
    return any(f"{case}：{label}已超期" == each.text for each in case_desk.todo(user))


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.ARCHIVED])
def test_what_must_be_done_outside_is_not_ended_by_closing_the_case(state):
    case, by = make_story("close"), UserFactory()
    case = take_step(case, "annul", Entry(date(2025, 11, 3), note="区人民法院判决撤销"), by=by)
    clocks.start(Dossier(case), "C_REPORT_SPOT", date(2025, 11, 3))
    closing = Closing(reason="annulled", closed_on=date(2025, 11, 20), performance="决定已撤销", approver="局长")
    case = take_step(case, "close", Entry(date(2025, 11, 20), closing), by=by)
    if state == CaseState.ARCHIVED:
        case = take_step(case, "archive", Entry(date(2025, 11, 25)), by=by)
    assert {each.rule for each in case.clocks.running()} == {"C_UNPUBLISH", "C_REPORT_SPOT"}
    assert on_desk("C_UNPUBLISH", case)
    clock = case.clocks.running().get(rule="C_UNPUBLISH")
    CaseClock.objects.filter(pk=clock.pk).update(due_on=date(2025, 11, 30))
    clocks.recount_all()
    clock.refresh_from_db()
    assert clock.due_on == date(2025, 11, 6)
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    address = reverse("billboards:clock-done", args=[clock.pk])
    assert address in client.get(case.get_absolute_url()).content.decode()
    assert client.post(address, {"on": date(2025, 11, 28), "note": "门户网站已撤"}).status_code == 302
    assert "撤回公开的决定逾期" in case.flaws.get(code="clock-late").text
    assert not on_desk("C_UNPUBLISH", case)
    assert Case.objects.get(pk=case.pk).state == state


@pytest.mark.parametrize(("done", "running"), [(False, date(2025, 6, 20)), (True, None)])
def test_a_review_that_is_entered_after_the_case_began_anew_is_taken(done, running):
    case, by = story_until("dun"), UserFactory()
    case = take_step(case, "annul", Entry(date(2025, 7, 1), note="复议撤销"), by=by)
    if done:
        cases.finish_clock(case.clocks.get(rule="C_UNPUBLISH"), by=by, on=date(2025, 7, 2), note="")
    case = take_step(case, "redo", Entry(date(2025, 7, 7), note="复议决定"), by=by)
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    address = reverse("billboards:case-action", args=[case.pk, "remedy"])
    assert address in client.get(case.get_absolute_url()).content.decode()
    review = RemedyAction(kind=RemedyKind.REVIEW, body="区人民政府", filed_on=date(2025, 5, 30))
    cases.file_remedy(case, review, by=by)
    ended = {"result": RemedyResult.QUASHED, "ended_on": date(2025, 6, 20), "party_received_on": date(2025, 6, 24)}
    cases.end_remedy(review, by=by, facts={**ended, "told": True, "note": ""})
    clock = case.clocks.running().filter(rule="C_UNPUBLISH").first()
    assert (clock and clock.started_on) == running
    with pytest.raises(Refused, match="还没有作出决定"):
        cases.file_remedy(make_lead(), RemedyAction(kind=RemedyKind.REVIEW, filed_on=RECEIVED), by=by)


def test_a_review_of_the_first_decision_that_is_entered_late_does_not_end_the_periods_of_the_one_made_anew():
    case, by = story_until("dun"), UserFactory()
    case = take_step(case, "annul", Entry(date(2025, 7, 1), note="复议撤销"), by=by)
    anew = a_decision(issued_on=date(2025, 8, 1), remove_by=date(2025, 8, 20))
    anew.case = case
    anew.save()
    clocks.start(Dossier(case), "R_REVIEW", date(2025, 8, 4))
    for day, still in ((date(2025, 5, 30), True), (date(2025, 8, 6), False)):
        cases.file_remedy(case, RemedyAction(kind=RemedyKind.REVIEW, body="区人民政府", filed_on=day), by=by)
        assert case.clocks.running().filter(rule="R_REVIEW").exists() == still


# --- Evidence that is preserved ---------------------------------------------------------------------------------------


def preserved(case, day):
    piece = Evidence(
        kind=EvidenceKind.OBJECT, name="灯箱", collected_at=at(day), collected_by="甲、乙", preserved_on=day
    )
    return add_evidence(case, piece, by=UserFactory())


def give_back(piece, day):
    hand_on(piece, EvidenceCustody(act=CustodyAct.RETURNED, happened_at=at(day)), by=UserFactory())


def test_the_period_of_preservation_is_that_of_the_piece_that_is_kept_longest():
    case = make_lead()
    first = preserved(case, date(2025, 3, 5))
    second = preserved(case, date(2025, 3, 10))
    running = case.clocks.filter(rule="C_PRESERVE", finished_on=None)
    assert running.get().started_on == date(2025, 3, 5)
    give_back(second, date(2025, 3, 11))
    assert running.get().started_on == date(2025, 3, 5)
    third = preserved(case, date(2025, 3, 12))
    give_back(first, date(2025, 3, 13))
    assert running.get().started_on == date(2025, 3, 12)
    assert case.clocks.get(rule="C_PRESERVE", started_on=date(2025, 3, 5)).finished_on == date(2025, 3, 13)
    give_back(third, date(2025, 3, 14))
    assert not running.exists()


def test_a_day_of_preservation_ahead_of_us_is_refused():
    piece = Evidence(kind=EvidenceKind.OBJECT, name="灯箱", collected_by="甲", preserved_on=timezone.localdate() + DAY)
    with pytest.raises(Refused, match="先行登记保存日期晚于今天"):
        add_evidence(make_lead(), piece, by=UserFactory())


# --- Deferral ---------------------------------------------------------------------------------------------------------


def put_off(until=date(2025, 6, 30), **facts):
    return Entry(date(2025, 4, 10), note="停业，局长批准", facts={"until": until, "approver": "局长", **facts})


def test_a_deferral_that_is_entered_as_a_step_moves_what_is_due():
    case = fined(CaseState.SERVED)
    pay(case, "2000", date(2025, 4, 5))
    for entry, words in (
        (put_off(None), "延期至哪一天"),
        (put_off(approver=""), "批准人"),
        (put_off(date(2025, 4, 10)), "2025-04-10以后"),
        (put_off(date(9999, 12, 31)), "年份不对"),
    ):
        for late in (False, True):
            with pytest.raises(Refused, match=words):
                take_step(case, "defer", replace(entry, late=late), by=UserFactory())
    case = take_step(case, "defer", put_off(), by=UserFactory())
    deferral = Deferral.objects.get()
    assert (case.state, deferral.granted, deferral.approver) == (CaseState.DEFERRED, True, "局长")
    found = money_of(case, date(2025, 6, 30))
    assert (found.next_due, found.deferred, found.reckoned.amount) == (date(2025, 6, 30), 3000, 0)
    assert money_of(case, date(2025, 7, 1)).reckoned.amount == Decimal("90.00")


def test_an_application_that_waits_is_decided_and_not_put_beside_a_step():
    case = fined(CaseState.SERVED)
    parts = [(date(2025, 6, 30), FINE)]
    money.ask_deferral(case, by=UserFactory(), applied_on=date(2025, 4, 9), hardship="停业", parts=parts)
    with pytest.raises(Refused, match="没有决定，请在“罚没款”里登记决定"):
        take_step(case, "defer", put_off(), by=UserFactory())


def test_the_officers_are_told_of_an_instalment_that_is_missed_and_go_on():
    case, today = fined(CaseState.SERVED), timezone.localdate()
    grant(case, [(date(2025, 5, 30), Decimal(2000)), (today + 30 * DAY, Decimal(3000))])
    case.refresh_from_db()
    leader = UserFactory(role=Roles.SQUAD_LEADER, unit=case.unit)
    (told,) = case_desk.todo(leader)
    assert (case.number in told.text, "一期到期未缴" in told.text) == (True, True)
    step = next_step(Dossier(case))
    assert (step.edge, "一期到期未缴" in step.why) == ("lapse", True)
    client = signed_in(Roles.SQUAD_LEADER, case.unit)
    case = take_step(case, "lapse", Entry(date(2025, 6, 3)), by=UserFactory())
    form = client.get(reverse("billboards:case-step", args=[case.pk, "dun"])).context["form"]
    assert form["amount"].initial == "2000"  # the last instalment is not due yet


def test_of_instalments_that_are_paid_in_time_nobody_is_told_and_the_case_does_not_lapse():
    case, today = fined(CaseState.SERVED), timezone.localdate()
    grant(case, [(date(2025, 5, 30), Decimal(2000)), (today + 30 * DAY, Decimal(3000))])
    pay(case, "2000", date(2025, 5, 29))
    case.decisions.update(orders_removal=False, remove_by=None)
    case.refresh_from_db()
    assert case_desk.todo(UserFactory(role=Roles.SQUAD_LEADER, unit=case.unit)) == []
    assert next_step(Dossier(case)).edge == "perform"
    with pytest.raises(Refused, match="还没有过"):
        take_step(case, "lapse", Entry(date(2025, 6, 3)), by=UserFactory())


def test_who_performs_ends_the_period_of_the_deferral():
    case = fined(CaseState.SERVED)
    case.decisions.update(orders_removal=False, remove_by=None)
    grant(case, [(date(2025, 5, 30), FINE)])
    pay(case, "5000", date(2025, 5, 20))
    done = Performance(kind=PerformanceKind.PAYMENT, performed_on=date(2025, 5, 20), verified_by="甲")
    case = take_step(case, "perform", Entry(date(2025, 5, 20), done), by=UserFactory())
    assert not case.clocks.filter(rule="DEFERRED", finished_on=None).exists()


def test_a_deferral_of_a_decision_that_was_quashed_moves_nothing_of_the_one_made_anew():
    case = fined(CaseState.SERVED)
    grant(case, [(date(2025, 12, 30), FINE)])
    assert Dossier(case).deferred_until == date(2025, 12, 30)
    anew = a_decision(issued_on=date(2025, 8, 1), served_on=date(2025, 8, 4), service_method="direct")
    anew.case, anew.remove_by = case, date(2025, 8, 20)
    anew.save()
    dossier = Dossier(case)
    assert dossier.deferred_until is None
    assert dossier.outlook(Route.COURT).latest < date(2026, 6, 1)


def test_a_new_day_is_warned_of_again():
    case = make_case()
    clocks.set_day(case, "DEFERRED", date(2025, 4, 15), date(2025, 5, 30))
    case.clocks.update(warned=True)
    clocks.set_day(case, "DEFERRED", date(2025, 5, 20), date(2025, 8, 30))
    assert not case.clocks.get().warned


# --- Only the result --------------------------------------------------------------------------------------------------


def result(**fields):
    decision = a_decision(served_on=date(2025, 4, 2), service_method="direct", orders_removal=False, remove_by=None)
    return cases.register_result(lead(**fields), decision, by=UserFactory())


def test_an_unpaid_fine_of_a_case_that_is_entered_whole_reaches_the_desk_of_finance():
    make_case()
    case = result()
    assert case.clocks.get(rule="C_PAY").due_on == date(2025, 4, 17)
    assert "罚款到期未缴清" in case_desk.todo(UserFactory(role=Roles.FINANCE))[0].text
    assert watch.watch(timezone.localdate()) == 0  # years later nobody is warned of it
    closed = result(closed_on=date(2025, 6, 3))
    assert not CaseClock.objects.filter(case=closed).exists()


def test_a_result_of_a_year_without_a_calendar_is_taken_in():
    make_case()
    decision = a_decision(issued_on=date(2015, 4, 1), served_on=date(2015, 4, 2), service_method="direct")
    decision.orders_removal, decision.remove_by = False, None
    case = cases.register_result(lead(received_on=date(2015, 3, 3)), decision, by=UserFactory())
    assert (case.state, case.clocks.filter(rule="C_PAY").exists()) == (CaseState.SERVED, False)


# --- Days that cannot be ----------------------------------------------------------------------------------------------


def test_a_review_before_the_first_decision_is_refused():
    case = make_story("serve")
    early = RemedyAction(kind=RemedyKind.REVIEW, body="区人民政府", filed_on=date(2025, 3, 31))
    with pytest.raises(Refused, match=r"早于决定日期（2025-04-01）"):
        cases.file_remedy(case, early, by=UserFactory())


@pytest.mark.parametrize(
    ("edge", "field"), [("dun", "perform_by"), ("announce", "remove_by"), ("order_enforcement", "planned_on")]
)
def test_a_year_that_is_a_slip_of_the_pen_is_told_beside_its_field(edge, field):
    case = story_until(edge)
    entry = STORY[edge](case)
    setattr(entry.record, field, date(9999, 12, 31))
    with pytest.raises(Refused, match="年份不对") as refusal:
        take_step(case, edge, entry, by=None)
    assert refusal.value.field == field


def test_the_day_of_an_announcement_is_not_the_day_of_its_service():
    case = story_until("dun")
    entry = STORY["dun"](case)
    entry.record.service_method = "announcement"
    with pytest.raises(Refused, match="公告满三十日才算送达") as refusal:
        take_step(case, "dun", entry, by=None)
    assert refusal.value.field == "served_on"
    entry.record.served_on = date(2025, 10, 15)
    assert take_step(case, "dun", entry, by=None).state == CaseState.DUNNED
    assert "不是公告当天" in ResultForm.base_fields["served_on"].help_text
    assert Case.objects.get(pk=case.pk).dunnings.get().served_on == date(2025, 10, 15)


def test_an_announcement_whose_last_day_is_one_of_rest_serves_on_the_next_working_day():
    """30 days after 2025-09-02 is the second day of the National Day holiday."""
    make_case()
    served = a_decision(
        issued_on=date(2025, 9, 2), served_on=date(2025, 10, 2), service_method=ServiceMethod.ANNOUNCEMENT
    )
    with pytest.raises(ValidationError, match="公告满三十日"):
        served.clean()
    served.served_on = date(2025, 10, 9)
    served.clean()
    served.issued_on, served.served_on = date(2015, 4, 1), date(2015, 5, 1)  # no calendar of that year
    served.clean()
