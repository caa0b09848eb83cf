"""Every step from every state, each with its guard; what happened otherwise is taken and flagged."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billboards.enums.case_edges import BACK, CASE_TRANSITIONS, NEVER_AFTERWARDS, STAY
from billboards.enums.cases import CaseState
from billboards.models import Case, CaseClock, CaseStep
from billboards.permissions import RIGHTS
from billboards.workflow.effects import EFFECTS
from billboards.workflow.guards import GUARDS, Entry
from billboards.workflow.steps import take_step
from staff.models import Activity, ServiceMethod
from staff.refusals import Refused
from tests.factories.cases import RECEIVED, STORY, make_case, make_story, story_until
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_the_tables_of_steps_guards_and_effects_are_one():
    assert set(CASE_TRANSITIONS) == set(GUARDS) == set(EFFECTS)
    assert {edge.right for edge in CASE_TRANSITIONS.values()} <= set(RIGHTS)
    assert all("第" in edge.basis or "管理" in edge.basis or "作废" in edge.basis for edge in CASE_TRANSITIONS.values())


def test_every_state_is_reached_and_left():
    targets = {edge.target for edge in CASE_TRANSITIONS.values()} - {BACK, STAY}
    assert set(CaseState.values) - targets == {CaseState.LEAD, CaseState.LEGAL_PASSED}  # the latter by way of a review
    sources = {state for edge in CASE_TRANSITIONS.values() for state in edge.sources}
    assert set(CaseState.values) - sources == {CaseState.ARCHIVED, CaseState.VOIDED}


@pytest.mark.parametrize("edge", CASE_TRANSITIONS)
def test_a_step_is_refused_from_every_state_that_is_not_its_own(edge):
    case = make_case()
    step = CASE_TRANSITIONS[edge]
    for state in CaseState.values:
        if state in step.sources:
            continue
        Case.objects.filter(pk=case.pk).update(
            state=state,
            came_from=CaseState.INVESTIGATING if state in ("suspended", "stayed", "legal_review") else "",
            closed_on=RECEIVED if state == "closed" else None,
        )
        with pytest.raises(Refused, match=f"不能{step.label}".replace("（", r"\（").replace("）", r"\）")):
            take_step(case, edge, Entry(RECEIVED), by=None)
    assert not CaseStep.objects.exists()


def test_a_whole_case_walks_from_lead_to_archive():
    case = make_story()
    assert case.state == CaseState.ARCHIVED
    assert [step.edge for step in case.steps.order_by("pk")] == ["lead", *STORY]
    assert not case.flaws.exists()
    assert (case.filed_on, case.decided_on, case.served_on, case.closed_on) == (
        date(2025, 3, 4), date(2025, 4, 1), date(2025, 4, 2), date(2025, 10, 20),
    )  # fmt: skip
    assert not case.clocks.filter(finished_on=None).exists()


@pytest.mark.parametrize("edge", STORY)
def test_every_step_of_the_story_moves_to_its_state_and_is_logged_once(edge):
    case, by = story_until(edge), UserFactory()
    before = Activity.objects.about(case).count()
    entry = STORY[edge](Case.objects.get(pk=case.pk))
    moved = take_step(case, edge, entry, by=by, seen=Case.objects.get(pk=case.pk).version)
    target = CASE_TRANSITIONS[edge].target
    assert moved.state == (CaseState.LEGAL_PASSED if edge == "pass_review" else target)
    assert moved.steps.filter(edge=edge, recorded_by=by).count() == 1
    assert Activity.objects.about(case).count() >= before + 1


@pytest.mark.parametrize("edge", STORY)
def test_a_step_posted_twice_is_taken_once(edge):
    case = story_until(edge)
    entry = STORY[edge](case)
    case = Case.objects.get(pk=case.pk)
    take_step(case, edge, entry, by=None, seen=case.version)
    with pytest.raises(Refused, match=r"另开一页核对最新情况"):
        take_step(case, edge, replace(entry, record=None), by=None, seen=case.version)
    assert case.steps.filter(edge=edge).count() == 1


def test_of_two_at_once_the_second_is_told_who_was_first():
    case, first = story_until("investigate"), UserFactory(display_name="王一")
    seen = case.version
    take_step(case, "investigate", Entry(date(2025, 3, 4)), by=first, seen=seen)
    with pytest.raises(Refused, match=r"王一于.*“开始调查”"):
        take_step(case, "suspend", Entry(date(2025, 3, 4), note="另案处理"), by=None, seen=seen)


def test_nothing_happens_tomorrow_or_before_the_lead():
    case = story_until("file")
    with pytest.raises(Refused, match="晚于今天"):
        take_step(case, "file", Entry(timezone.localdate() + DAY), by=None)
    with pytest.raises(Refused, match="早于收到线索"):
        take_step(case, "file", Entry(RECEIVED - DAY, late=True), by=None)


@pytest.mark.parametrize("edge", sorted(set(STORY) - NEVER_AFTERWARDS))
def test_a_fact_entered_afterwards_is_taken_from_any_running_state_or_has_nothing_to_record(edge):
    case = make_case(CaseState.FILED, officers=0)
    entry = replace(STORY[edge](case), late=True)
    try:
        moved = take_step(Case.objects.get(pk=case.pk), edge, entry, by=None)
    except Refused as refused:
        assert edge in ("pass_review", "serve", "finish"), refused  # noqa: PT017 -- they answer a record that is not there
        return
    assert moved.steps.filter(edge=edge, late=True).count() == 1
    if edge not in ("submit_review", "file"):
        assert moved.flaws.exists()


@pytest.mark.parametrize("edge", sorted(NEVER_AFTERWARDS))
def test_some_steps_are_never_entered_afterwards(edge):
    case = make_case(CaseState.NOTICED)
    with pytest.raises(Refused, match="不能"):
        take_step(case, edge, Entry(RECEIVED, late=True, note="补"), by=None)


def test_what_is_entered_afterwards_never_moves_a_case_back():
    case = story_until("dun")
    moved = take_step(case, "recheck", replace(STORY["recheck"](case), late=True), by=None)
    assert moved.state == CaseState.OVERDUE


def test_a_skipped_step_is_a_flaw_with_its_article():
    case = story_until("notify")
    entry = replace(STORY["decide"](case), late=True)
    moved = take_step(case, "decide", entry, by=None)
    assert moved.state == CaseState.DECIDED
    flaws = {flaw.code: flaw for flaw in moved.flaws.all()}
    assert {"skipped", "no_notice"} <= set(flaws)
    assert "第四十四条" in flaws["no_notice"].article


def test_clocks_start_and_end_with_their_events():
    case = make_story("serve")
    running = {clock.rule: clock.due_on for clock in CaseClock.objects.filter(case=case, finished_on=None)}
    assert running == {
        "R_REVIEW": date(2025, 6, 3),
        "R_SUE": date(2025, 10, 9),
        "C_PAY": date(2025, 4, 17),
        "REMOVE": date(2025, 4, 16),
    }
    done = {clock.rule: clock.due_on for clock in CaseClock.objects.filter(case=case).exclude(finished_on=None)}
    assert done["C_DECIDE"] == date(2025, 6, 3)
    assert done["C_VERIFY"] == date(2025, 3, 24)


def test_suspension_stops_the_ninety_days_and_resuming_goes_back():
    case = story_until("order")
    take_step(case, "suspend", Entry(date(2025, 3, 10), note="等待鉴定"), by=UserFactory())
    case = take_step(case, "resume", Entry(date(2025, 3, 19)), by=None)
    assert case.state == CaseState.INVESTIGATING
    assert case.clocks.get(rule="C_DECIDE").due_on == date(2025, 6, 12)


@pytest.mark.parametrize("until", ["conclude", "notify"])
def test_a_suspension_that_is_entered_afterwards_is_ended_afterwards_and_the_days_go_on(until):
    case, by = make_story(until), UserFactory()
    state = case.state
    case = take_step(case, "suspend", Entry(date(2025, 3, 10), note="等待鉴定", late=True), by=by)
    assert (case.state, case.pauses.get().ended_on) == (state, None)
    with pytest.raises(Refused, match="不能恢复调查"):
        take_step(case, "resume", Entry(date(2025, 3, 14)), by=by)  # from here only afterwards
    with pytest.raises(Refused, match="早于中止的日期"):
        take_step(case, "resume", Entry(date(2025, 3, 9), late=True), by=by)
    case = take_step(case, "resume", Entry(date(2025, 3, 19), late=True), by=by)
    assert (case.state, case.pauses.get().ended_on) == (state, date(2025, 3, 19))
    assert case.clocks.get(rule="C_DECIDE").due_on == date(2025, 6, 12)
    with pytest.raises(Refused, match="不能恢复调查"):
        take_step(case, "resume", Entry(date(2025, 3, 20), late=True), by=by)


def test_a_stay_goes_back_to_where_it_came_from():
    case = story_until("dun")
    case = take_step(case, "stay", Entry(date(2025, 5, 6), note="复议机关决定停止执行"), by=None)
    assert (case.state, case.came_from) == (CaseState.STAYED, CaseState.OVERDUE)
    assert take_step(case, "unstay", Entry(date(2025, 6, 6)), by=None).state == CaseState.OVERDUE


def test_the_surcharge_is_recorded_without_a_move():
    case = story_until("dun")
    assert take_step(case, "surcharge", Entry(date(2025, 4, 20)), by=None).state == CaseState.OVERDUE
    assert case.decisions.get().amount == Decimal(5000)


def test_an_announced_decision_counts_from_the_working_day_after_its_thirty_days():
    case = story_until("serve")
    facts = {"method": ServiceMethod.ANNOUNCEMENT, "proof": "样例日报"}
    case = take_step(case, "serve", Entry(date(2025, 4, 3), facts=facts), by=UserFactory())  # the thirtieth is 05-03
    assert case.served_on == case.decisions.get().served_on == date(2025, 5, 6)
