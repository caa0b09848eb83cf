"""A decision that was quashed owes nothing any more; where execution was ended nothing is collected."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billboards import case_desk
from billboards.dossier import Dossier
from billboards.enums.cases import CaseState, DecisionKind, RemedyKind, RemedyResult
from billboards.figures import cases as figures
from billboards.models import Case, CaseClock, Decision, Payment, RemedyAction
from billboards.reckoning import fine_overdue, money_of
from billboards.workflow import money, papers
from billboards.workflow.guards import Entry
from billboards.workflow.guards.decision import in_time
from billboards.workflow.steps import take_step
from config.periods import Period
from staff.permissions import Roles
from staff.refusals import Refused
from tests.billboards.test_case_lists import rows_of
from tests.billboards.test_case_pages import signed_in
from tests.factories.case_papers import filled
from tests.factories.cases import a_decision, make_case, make_story, story_until
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

FILED, QUASHED = date(2025, 5, 30), date(2025, 7, 1)
PARTY = {"party_credit_code": "91430600MA4L000001"}
OUTSTANDING = next(each for each in figures.FIGURES if each.key == "billboards.fines_outstanding")


def quashed(case, **facts):
    """A review was brought in May and won in July; the leader has entered that the decision is quashed."""
    review = RemedyAction(kind=RemedyKind.REVIEW, body="区人民政府", filed_on=FILED, ended_on=QUASHED, case=case)
    review.result = RemedyResult.QUASHED
    review.save()
    return take_step(case, "annul", Entry(QUASHED), by=UserFactory())


@pytest.fixture
def case():
    """Fined 5,000, served on 2 April, 1,000 paid, overdue since 18 April."""
    found = story_until("dun", **PARTY)
    Payment.objects.create(case=found, amount=1000, receipt="样例 1", paid_on=date(2025, 5, 6))
    return found


def told(role):
    return " ".join(each.text for each in case_desk.todo(UserFactory(role=role)))


def test_a_quashed_fine_is_owed_no_longer_and_nothing_accrues(case):
    assert money_of(case, QUASHED).reckoned.amount > 0
    case = quashed(case)
    found = money_of(case, date(2025, 12, 31))
    assert (found.decision, found.unpaid, found.reckoned.amount, found.next_due) == (None, 0, 0, None)
    assert found.is_settled
    with pytest.raises(Refused, match="没有加处罚款"):
        money.freeze_surcharge(case, by=UserFactory(), on=date(2025, 12, 31))
    page = signed_in(Roles.FINANCE).get(reverse("billboards:case-money", args=[case.pk])).content.decode()
    assert "未缴清" not in page
    assert "无罚款" in page


def test_finance_is_not_told_of_a_quashed_fine_and_a_leader_closes_the_case(case):
    assert "罚款到期未缴清" in told(Roles.FINANCE)
    quashed(case)
    assert "罚款到期未缴清" not in told(Roles.FINANCE)
    assert "1 起案件可以结案" in told(Roles.DIRECTOR)


def test_where_execution_was_ended_nothing_is_collected_or_accrues_and_the_case_is_closed(case):
    day = date(2025, 5, 8)
    case = take_step(case, "end", Entry(day, note="当事人终止，无财产可供执行"), by=UserFactory())
    assert "罚款到期未缴清" not in told(Roles.FINANCE)
    assert "1 起案件可以结案" in told(Roles.DIRECTOR)
    found = money_of(case, date(2025, 12, 31))
    assert found.unpaid == 4000  # the fine stands
    assert found.reckoned.amount == money_of(case, date(2025, 5, 7)).reckoned.amount > 0
    assert found.reckoned.lines[-1].suspended == "终结执行"


def test_the_decision_that_is_made_anew_has_its_own_day_and_its_own_surcharge(case):
    case = quashed(case)
    case = take_step(case, "redo", Entry(date(2025, 7, 7), note="复议决定"), by=UserFactory())
    assert money_of(case, date(2025, 12, 31)).decision is None
    anew = a_decision(issued_on=date(2025, 8, 1), served_on=date(2025, 8, 4), service_method="direct", amount=3000)
    anew.case, anew.remove_by = case, date(2025, 8, 20)
    anew.save()
    Case.objects.filter(pk=case.pk).update(state=CaseState.SERVED)
    found = money_of(case, date(2025, 8, 20))
    assert (found.decision, found.due_on, found.unpaid) == (anew, date(2025, 8, 19), 2000)
    assert found.reckoned.amount == 60
    page = signed_in(Roles.FINANCE).get(reverse("billboards:case-money", args=[case.pk])).content.decode()
    assert "其中 1,000.00 元是原决定被撤销前缴的，已抵作本决定的罚款" in page
    due_on = timezone.localdate()
    CaseClock.objects.create(case=case, rule="C_PAY", label="缴纳罚款", started_on=date(2025, 8, 4), due_on=due_on)
    assert not fine_overdue(Case.objects.all(), due_on).exists()  # the day of the quashed one is over, its own is not
    CaseClock.objects.filter(due_on=due_on).update(due_on=date(2025, 8, 19))
    assert list(fine_overdue(Case.objects.all(), due_on)) == [case]


def test_a_decision_is_quashed_after_its_case_was_closed_and_made_anew_without_a_flaw():
    case, by = make_story("close"), UserFactory()
    case = take_step(case, "annul", Entry(date(2025, 11, 3), note="区人民法院判决撤销"), by=by)
    assert (case.state, case.closed_on) == (CaseState.ENDED, None)
    assert case.clocks.get(rule="C_UNPUBLISH").finished_on is None
    assert not case.decisions.standing().exists()
    case = take_step(case, "redo", Entry(date(2025, 11, 5), note="判决重新作出"), by=by)
    assert case.state == CaseState.CONCLUDED
    assert not list(in_time(Dossier(case), date(2025, 12, 1)))  # the ninety days were kept in April


def test_a_case_that_is_spared_after_its_penalty_was_quashed_has_no_fine(case):
    case = quashed(case)
    spared = a_decision(DecisionKind.NO_PENALTY, issued_on=QUASHED)  # on the day itself, after it
    spared.case = case
    spared.save()
    assert money_of(case, date(2025, 12, 31)).decision is None
    assert list(case.decisions.standing()) == [spared]


def test_a_quashed_penalty_is_none_for_a_first_offender(case):
    later = make_case(CaseState.DECIDED, officers=0, **PARTY)
    content = filled("no_penalty", ground="初次违法且危害后果轻微并及时改正")
    assert "不是初次违法" in papers.why_not_first(later, "no_penalty", content)
    quashed(case)
    assert papers.why_not_first(later, "no_penalty", content) == ""


def total(client, url):
    table = client.get(url).context["table"]
    assert table.count == len(table.rows)
    return table.count, sum((row.object.amount for row in table.rows), Decimal(0))


@pytest.mark.parametrize(("period", "number"), [("2025H1", 4000 + 700), ("2025", 700), ("2026H1", 700)])
def test_what_is_outstanding_leaves_out_what_was_quashed_by_then_and_opens_the_rows_that_add_up(case, period, number):
    quashed(case)
    other = a_decision(amount=700, orders_removal=False, remove_by=None)
    other.case = make_case(CaseState.OVERDUE)
    other.save()
    period = Period.parse(period)
    assert OUTSTANDING.value(period, None).number == number
    client = signed_in(Roles.OFFICE)
    (_, _, imposed_url), (_, _, paid_url), _ = OUTSTANDING.derive(period, None).inputs
    (_, imposed), (_, paid) = total(client, imposed_url), total(client, paid_url)
    assert imposed - paid == number
    assert OUTSTANDING.url(period, None) == imposed_url
    rest = imposed_url.replace("standing=true", "standing=false")
    assert total(client, rest)[0] + total(client, imposed_url)[0] == Decision.objects.count()


def test_the_list_of_fines_past_their_day_shows_no_quashed_one(case):
    client = signed_in(Roles.FINANCE)
    assert rows_of(client, unpaid="true") == {case.pk}
    quashed(case)
    assert rows_of(client, unpaid="true") == set()
