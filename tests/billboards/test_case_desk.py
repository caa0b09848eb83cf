"""The desk and the daily word: each role sees what waits for it, a period warns once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billboards import case_desk
from billboards.dossier import Dossier
from billboards.enums.cases import CaseState
from billboards.models import Case, CaseClock, Payment
from billboards.next_steps import next_step
from billboards.workflow.watch import watch
from staff.models import Message
from staff.permissions import Roles
from tests.factories.cases import a_decision, make_case, make_lead, make_story
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 20)


def run_clock(case, days, *, ours=True, rule="C_DECIDE"):
    due = timezone.localdate() + timedelta(days=days)
    return CaseClock.objects.create(case=case, rule=rule, label="作出处罚决定", started_on=due - timedelta(days=90), amount=None, due_on=due, ours=ours)  # fmt: skip


def test_an_officer_sees_his_own_days_and_a_leader_those_of_the_squad():
    case, other = make_case(CaseState.FILED), make_case(CaseState.FILED)
    run_clock(case, 1), run_clock(other, -2)
    officer = UserFactory(role=Roles.SQUAD_MEMBER, unit=case.unit)
    person = case.officers.first().person
    person.account = officer
    person.save()
    (mine,) = case_desk.todo(officer)
    assert case.number in mine.text
    assert mine.light == "yellow"
    (squads,) = case_desk.todo(UserFactory(role=Roles.SQUAD_LEADER, unit=other.unit))
    assert "已超期" in squads.text
    assert squads.light == "red"


def test_legal_sees_what_is_submitted_and_a_leader_what_waits_for_his_word():
    make_case(CaseState.LEGAL_REVIEW), make_case(CaseState.DISCUSSED), make_case(CaseState.PERFORMED)
    assert ["待法制审核" in each.text for each in case_desk.todo(UserFactory(role=Roles.LEGAL))] == [True]
    words = " ".join(each.text for each in case_desk.todo(UserFactory(role=Roles.DIRECTOR)))
    assert "待决定" in words
    assert "可以结案" in words


def test_a_case_that_may_be_enforced_is_told():
    make_story("lapse")
    words = " ".join(each.text for each in case_desk.todo(UserFactory(role=Roles.DEPUTY_DIRECTOR)))
    assert "最早可强制日期" in words


@pytest.mark.parametrize("role", [Roles.DIRECTOR, Roles.SQUAD_LEADER, Roles.FINANCE])
def test_what_a_line_counts_its_link_lists(client, role):
    user = UserFactory(role=role, unit=SquadFactory())
    today = timezone.localdate()
    for state in CaseState.values:
        for _ in range(2):
            case = make_case(state, officers=0, unit=user.unit)
            Case.objects.filter(pk=case.pk).update(coercion_from=today)
            if state in (CaseState.PERFORMED, CaseState.OVERDUE):  # past their day and not paid
                decision = a_decision(served_on=date(2025, 4, 2), service_method="direct")
                decision.case = case
                decision.save()
                CaseClock.objects.create(
                    case=case, rule="C_PAY", started_on=decision.served_on, due_on=date(2025, 4, 17)
                )
    client.force_login(user)
    lines = [each for each in case_desk.todo(user) if each.count > 1]
    wanted = {Roles.DIRECTOR: [4, 2, 4, 4, 4, 6], Roles.SQUAD_LEADER: [6], Roles.FINANCE: [4]}[role]
    assert [each.count for each in lines] == wanted
    for each in lines:
        assert client.get(each.url).context["table"].count == each.count, each.text


def test_whoever_may_not_see_cases_gets_nothing():
    make_case(CaseState.LEGAL_REVIEW)
    assert case_desk.todo(UserFactory(role=Roles.PERSONNEL)) == []
    assert case_desk.search(UserFactory(role=Roles.PERSONNEL), "案") == []


def test_a_case_is_found_by_number_party_and_place():
    case = make_lead()
    director = UserFactory(role=Roles.DIRECTOR)
    for query in (case.number, "样例广告", "南湖大道"):
        assert [hit.url for hit in case_desk.search(director, query)] == [case.get_absolute_url()]


def test_a_period_warns_the_officers_once_and_the_leader_when_it_is_late():
    case = make_case(CaseState.FILED)
    officer, leader = UserFactory(), UserFactory(role=Roles.SQUAD_LEADER, unit=case.unit)
    person = case.officers.first().person
    person.account = officer
    person.save()
    run_clock(case, 2), run_clock(case, -1, rule="C_SERVE"), run_clock(case, 40, rule="R_SUE", ours=False)
    assert watch(timezone.localdate()) == 2
    assert watch(timezone.localdate()) == 0
    assert Message.objects.filter(recipient=officer).count() == 2
    assert Message.objects.filter(recipient=leader).count() == 1


def test_a_leader_is_told_once_when_a_period_runs_out_that_the_officers_were_warned_of():
    case, today = make_case(CaseState.FILED), timezone.localdate()
    leader = UserFactory(role=Roles.SQUAD_LEADER, unit=case.unit)
    person = case.officers.first().person
    person.account = UserFactory()
    person.save()
    run_clock(case, 2)
    assert (watch(today), leader.inbox.count()) == (1, 0)
    assert (watch(today + timedelta(days=2)), leader.inbox.count()) == (0, 0)  # the last day is not late
    assert [watch(today + timedelta(days=days)) for days in (3, 3, 4)] == [1, 0, 0]
    assert "已超期" in leader.inbox.get().text


def test_counting_anew_follows_the_calendar_and_keeps_the_day_of_coercion():
    case = make_story("serve")
    CaseClock.objects.filter(case=case, rule="R_SUE").update(due_on=date(2025, 1, 1))
    Case.objects.filter(pk=case.pk).update(coercion_from=None)
    watch(timezone.localdate())
    case.refresh_from_db()
    assert case.clocks.get(rule="R_SUE").due_on == date(2025, 10, 9)
    assert case.coercion_from == date(2025, 10, 10)


def test_when_the_party_had_its_time_the_officers_are_told_and_the_case_is_not_late():
    case = make_case(CaseState.NOTICED)
    run_clock(case, -3, ours=False, rule="C_STATEMENT")
    leader = UserFactory(role=Roles.SQUAD_LEADER, unit=case.unit)
    (ripe,) = case_desk.todo(leader)
    assert (case.number in ripe.text, "已届满" in ripe.text, ripe.light) == (True, True, "yellow")
    step = next_step(Dossier(case))
    assert (step.edge, step.waits, step.light.level) == ("review_statement", True, "green")
    CaseClock.objects.update(due_on=timezone.localdate())
    assert case_desk.todo(leader) == []  # the last day is still the party's
    assert next_step(Dossier(case)).light is None


def test_the_office_of_money_is_told_of_fines_past_their_day_until_they_are_paid():
    case = make_story("lapse")
    finance = UserFactory(role=Roles.FINANCE)
    (told,) = case_desk.todo(finance)
    assert "罚款到期未缴清" in told.text
    decision = case.decisions.get()
    parts = (
        Decimal("3646.02"),
        Decimal("1243.37"),
    )  # with the rest, as floats, a millionth of a millionth short of 5,000
    for number, part in enumerate((*parts, decision.amount - sum(parts))):
        assert len(case_desk.todo(finance)) == 1
        Payment.objects.create(case=case, amount=part, receipt=f"样例 {number}", paid_on=timezone.localdate())
    assert decision.amount == 5000
    assert case_desk.todo(finance) == []
