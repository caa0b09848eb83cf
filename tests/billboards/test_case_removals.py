"""What a case takes down is one row of the removals, by its mode, and in the figures; nothing counts twice."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billboards.enums.boards import BoardLife, RemovalMode
from billboards.enums.cases import CaseState, DecisionKind, Route
from billboards.figures import boards as figures
from billboards.models import CourtApplication, Execution, Performance, Removal
from billboards.workflow import items
from billboards.workflow.guards import Entry, why_not_paper
from billboards.workflow.items import Treatment
from billboards.workflow.steps import take_step
from config.periods import Period
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.boards import make_board, make_campaign, make_item, remove_board
from tests.factories.cases import a_decision, at, make_case, make_story, story_until
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
YEAR = Period.parse("2025")
FIGURES = {figure.key: figure for figure in figures.FIGURES}


def number(key, choice=None):
    return FIGURES[f"billboards.{key}"].value(YEAR, choice).number


def adds_up():
    for whole in ("removed", "removed_area"):
        parts = sum(number(f"{whole}_by_mode", mode) for mode in RemovalMode.values)
        assert parts == number(whole)
    return number("removed"), number("removed_area")


def test_its_page_names_the_case_and_opens_it_for_who_sees_cases(client):
    case = make_story("finish")
    removal = Removal.objects.get()
    for role, opens in ((Roles.OFFICE, True), (Roles.STREET_CONTACT, False)):
        client.force_login(UserFactory(role=role, unit=removal.street))
        page = client.get(removal.get_absolute_url()).content.decode()
        assert case.number in page
        assert (case.get_absolute_url() in page) is opens


def performed(case, kind="removal", day=date(2025, 4, 10), **facts):
    record = Performance(kind=kind, performed_on=day, verified_by="甲", consent_on=facts.pop("consent_on", None))
    return take_step(case, "perform", Entry(day, record, facts=facts), by=UserFactory())


def test_an_executed_coercion_is_one_removal_with_its_area():
    case = make_story("finish")
    removal = Removal.objects.get()
    assert (removal.case, removal.mode, removal.removed_on) == (case, RemovalMode.COERCIVE, date(2025, 10, 14))
    assert (removal.quantity, removal.area, removal.flaw) == (2, Decimal(64), "")
    assert removal.get_absolute_url() == reverse("billboards:removal-detail", args=[removal.pk])
    assert adds_up() == (2, 64)
    assert number("removed_by_mode", RemovalMode.COERCIVE) == 2


@pytest.mark.parametrize(
    ("kind", "mode", "more"),
    [("removal", RemovalMode.VOLUNTARY, {}), ("assisted", RemovalMode.ASSISTED, {"consent_on": date(2025, 4, 8)})],
)
def test_what_the_party_takes_down_or_lets_be_taken_down_is_counted_by_its_own_mode(kind, mode, more):
    board = make_board()
    case = make_case(CaseState.SERVED, board=board)
    performed(case, kind, **more)
    removal = Removal.objects.get()
    assert (removal.mode, removal.board, removal.area, removal.street) == (mode, board, board.area, board.street)
    board.refresh_from_db()
    assert board.life == BoardLife.REMOVED
    assert adds_up() == (1, board.area)


def test_a_payment_takes_nothing_down():
    performed(make_case(CaseState.SERVED), "payment")
    assert not Removal.objects.exists()


def test_where_no_street_is_known_it_is_asked_for():
    case = make_case(CaseState.SERVED)
    with pytest.raises(Refused, match="属地街道") as refused:
        performed(case)
    assert refused.value.field == "street"
    performed(case, street=UnitFactory(), removed_count=3, removed_area=Decimal("9.5"))
    assert adds_up() == (3, Decimal("9.5"))


def test_a_board_that_came_down_already_is_tied_to_the_case_and_not_counted_again():
    board = make_board()
    remove_board(board, on=date(2025, 4, 9))
    case = make_case(CaseState.SERVED, board=board)
    performed(case)
    assert Removal.objects.get().case == case
    assert adds_up()[0] == 1


def test_an_item_of_a_campaign_takes_the_removal_of_its_case():
    campaign = make_campaign(start=date(2025, 2, 1))
    item, by = make_item(campaign), UserFactory()
    case = make_case(CaseState.SERVED)
    item = items.open_case_for(item, by=by, case=case)
    performed(case)
    removal = Removal.objects.get()
    assert removal.street == item.street
    otherwise = Treatment(RemovalMode.COERCIVE, date(2025, 4, 10), "甲", as_it_happened=True)
    with pytest.raises(Refused, match="已按“自行拆除”登记拆除"):
        items.handle_item(item, otherwise, by=by)
    done = Treatment(RemovalMode.VOLUNTARY, date(2025, 4, 10), "甲")
    item = items.handle_item(item, done, by=by)
    assert item.removal == removal
    assert adds_up()[0] == 1
    items.send_back_item(item, by=UserFactory(), reason="没有照片")
    assert adds_up()[0] == 1  # the case's own


def test_an_item_that_took_it_down_first_is_not_counted_again_by_the_case():
    campaign = make_campaign(start=date(2025, 2, 1))
    by, case = UserFactory(), make_case(CaseState.SERVED)
    item = items.open_case_for(make_item(campaign), by=by, case=case)
    items.handle_item(item, Treatment(RemovalMode.VOLUNTARY, date(2025, 4, 10), "甲"), by=by)
    performed(case)
    assert adds_up()[0] == 1


def test_a_court_that_executed_opens_the_gate_without_a_decision_of_ours():
    case = make_case(CaseState.COURT_APPLIED)
    CourtApplication.objects.create(case=case, court="区人民法院", applied_on=date(2025, 10, 1))
    facts = {"street": UnitFactory(), "removed_count": 1}
    take_step(case, "court_executed", Entry(date(2025, 10, 20), note="已拆除", facts=facts), by=UserFactory())
    removal = Removal.objects.get()
    assert (removal.mode, removal.flaw) == (RemovalMode.COERCIVE, "")


def test_an_emergency_says_why_and_keeps_the_case_where_it_is():
    case = story_until("conclude")
    record = Execution(
        route=Route.EMERGENCY, started_at=at(date(2025, 3, 15)), emergency_reason="大风后支架断裂", video=True,
        removed_count=1, result="已拆除",
    )  # fmt: skip
    entry = Entry(
        date(2025, 3, 15), record, officers=list(case.officers.all()), late=True, facts={"street": UnitFactory()}
    )
    take_step(case, "at_once", entry, by=UserFactory())
    removal = Removal.objects.get()
    assert (removal.mode, removal.reason) == (RemovalMode.EMERGENCY, "大风后支架断裂")


def test_the_decision_keeps_the_line_of_the_table_that_its_fine_is_of():
    case = story_until("decide")
    steps = case.violation.steps
    steps.create(order=1, name="轻微", circumstances="面积小", minimum=500, maximum=4000)
    line = steps.create(order=2, name="一般", circumstances="单面", minimum=4000, maximum=9000)
    decision = make_decision(case)
    assert decision.discretion_step == line
    assert "一般" in decision.discretion_words


def test_where_several_lines_hold_the_fine_one_is_chosen():
    case = story_until("decide")
    steps = case.violation.steps
    steps.create(order=1, name="一般", circumstances="单面", minimum=4000, maximum=9000)
    other = steps.create(order=2, name="较重", circumstances="双面", minimum=5000, maximum=20000)
    with pytest.raises(Refused, match="请选择裁量阶次") as refused:
        make_decision(case)
    assert refused.value.field == "discretion_step"
    assert make_decision(case, discretion_step=other).discretion_step == other


def test_a_fine_beyond_the_line_that_it_names_is_refused_and_flagged_where_it_happened():
    case = story_until("decide")
    steps = case.violation.steps
    named = steps.create(order=1, name="轻微", circumstances="面积小", minimum=500, maximum=4000)
    steps.create(order=2, name="一般", circumstances="单面", minimum=4001, maximum=9000)
    with pytest.raises(Refused, match=r"不在裁量阶次轻微.*第三十四条"):
        make_decision(case, discretion_step=named)
    decision = make_decision(case, late=True, discretion_step=named)
    flaw = case.flaws.get(code="amount")
    assert "不在裁量阶次轻微" in flaw.text
    assert "第三十四条" in flaw.article
    assert decision.discretion_step == named
    assert "不在裁量阶次轻微" in why_not_paper(case, "penalty")


def make_decision(case, *, late=False, **fields):
    record = a_decision(DecisionKind.PENALTY, **fields)
    take_step(case, "decide", Entry(date(2025, 4, 1), record, late=late), by=UserFactory())
    return case.decisions.get()
