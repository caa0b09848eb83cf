"""Every edge of the table from every state: taken where the table says so, refused in words everywhere else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from permits.enums import TRANSITIONS, PermitState
from permits.models import Adjustment, Emergency, Ending, PermitChange, RestorationCheck
from permits.workflow import changes, decisions, emergencies, opinions, supervision, surveys, window
from permits.workflow.decisions import Verdict
from permits.workflow.steps import Step, begin, finish, locked
from staff.refusals import Refused
from tests.factories import permits as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]
BY_HAND = [edge for edge, each in TRANSITIONS.items() if each.sources]
# 42 edges of the table; `report_emergency` and drafts begin a file and have no source.


def verdict():
    return Verdict("按方案施工", "局长")


def ending(kind, ground):
    return Ending(kind=kind, ground=ground, facts="x", heard_on=timezone.localdate(), decided_by="局长")


def check(passed, officers):
    first, second = officers
    return RestorationCheck(first=first, second=second, happened_at=timezone.now(), passed=passed, police_present=True,
                            note="x")  # fmt: skip


def change(application):
    return PermitChange(kind="period", reason="x", new_ends_on=application.ends_on + timedelta(days=3))


def take(edge, application, step, officers):
    """Each edge through its own door."""
    crew = surveys.Crew(*officers)
    noted = Step(step.by, step.on, note="x")
    opinion = opinions.Answer("police", "agree", document="1号")
    doors = {
        "receive": lambda: window.receive(application, step),
        "not_required": lambda: window.declare_not_required(application, noted),
        "refuse_intake": lambda: window.refuse_intake(application, noted),
        "transfer": lambda: window.transfer(application, step),
        "ask_supplement": lambda: window.ask_supplement(application, "x", step),
        "supplement": lambda: window.supplement(application, step),
        "accept": lambda: window.accept(application, step),
        "deem_accepted": lambda: raw(application, "deem_accepted", step),
        "withdraw": lambda: window.withdraw(application, noted),
        "make_up": lambda: emergencies.make_up(application, step),
        "mistaken": lambda: emergencies.end_mistaken(application, noted),
        "assign": lambda: surveys.assign(application, crew, step),
        "survey": lambda: surveys.complete_survey(application, make.whole_facts(application), step),
        "record_opinion": lambda: opinions.record_opinion(application, opinion, step),
        "ask_government": lambda: opinions.ask_government(application, step),
        "government_answer": lambda: opinions.government_answer(application, opinion, step),
        "start_special": lambda: decisions.start_special(
            application, decisions.Pause("hearing", "x", 5, timezone.localdate()), step
        ),
        "end_special": lambda: decisions.end_special(application, step),
        "to_review": lambda: opinions.to_review(application, step),
        "resurvey": lambda: surveys.resurvey(application, crew, noted),
        "extend": lambda: decisions.extend(application, "x", step),
        "grant": lambda: decisions.grant(application, verdict(), step),
        "deny": lambda: decisions.deny(application, verdict(), step),
        "demand_fee": lambda: decisions.demand_fee(application, step),
        "issue": lambda: decisions.issue(application, step, licence_number="外1"),
        "start": lambda: supervision.start(application, step),
        "ask_change": lambda: changes.ask_change(application, change(application), step),
        "grant_change": lambda: changes.grant_change(application, verdict(), step),
        "deny_change": lambda: changes.deny_change(application, verdict(), step),
        "adjust": lambda: changes.adjust(application, Adjustment(kind="shrink", reason="x", new_area=1, decided_by="x"), step),
        "stop": lambda: changes.adjust(application, Adjustment(kind="stop", reason="x", decided_by="x"), step),
        "order_rectification": lambda: supervision.order_rectification(
            application, supervision.Demand("x", timezone.localdate()), step
        ),
        "rectified": lambda: supervision.rectified(application, noted),
        "complete": lambda: supervision.complete(application, step),
        "pass_restoration": lambda: supervision.check_restoration(application, check(True, officers), step),
        "fail_restoration": lambda: supervision.check_restoration(application, check(False, officers), step),
        "begin_warranty": lambda: raw(application, "begin_warranty", step),
        "close": lambda: supervision.close(application, step),
        "expire": lambda: raw(application, "expire", step),
        "revoke": lambda: changes.end_permit(application, ending("revoke", "fraud"), step),
        "recall": lambda: changes.end_permit(application, ending("recall", "facts_changed"), step),
        "cancel": lambda: changes.end_permit(application, ending("cancel", "ended"), step),
    }  # fmt: skip
    return doors[edge]()


def raw(application, edge, step):
    """Steps of the system, taken as its daily task takes them."""
    current = locked(application)
    begin(current, edge, step)
    return finish(current, edge, step)


def make_ready(edge, application, by, officers):
    """What the guard of an edge asks for, so that only the state decides."""
    today = timezone.localdate()
    if edge == "survey":
        survey = application.surveys.create(first=officers[0], second=officers[1], assigned_on=today, round=7)
        make.photos_of(survey, by)
    if edge in ("to_review", "grant", "deny"):
        application.surveys.create(
            first=officers[0],
            second=officers[1],
            assigned_on=today,
            round=8,
            surveyed_at=timezone.now(),
            opinion="agree",
        )
        application.opinions.create(body="police", outcome="agree", given_on=today)
    if edge == "transfer":
        application.segments.update(road=make.make_road(manager="city"))
    if edge == "ask_government":
        application.segments.update(road=make.make_road(manager="owner", opened_on=today))
    if edge in ("grant_change", "deny_change"):
        row = change(application)
        row.application, row.filed_on = application, today
        row.save()
    if edge == "rectified":
        application.rectifications.create(demand="x", ordered_on=today, due_on=today)
    if edge in ("make_up", "mistaken"):
        now = timezone.now()
        Emergency.objects.create(application=application, started_at=now, reported_at=now, due_at=now, cause="x")
    if edge == "demand_fee":
        application.assessments.create(kind="occupation", basis="x", total=1)


@pytest.fixture
def file(section):
    """A file with one segment on a road of its owner's own, running from today."""
    segments = [make.build_segment(road=make.make_road(manager="owner"))]
    return make.make_received(section, segments=segments, starts_on=timezone.localdate())


@pytest.mark.parametrize("edge", BY_HAND)
def test_an_edge_is_taken_from_its_sources_and_from_nowhere_else(edge, file, section, officers):
    make_ready(edge, file, section, officers)
    step, known = Step(section), TRANSITIONS[edge]
    for state in PermitState.values:
        if state in known.sources:
            continue
        application = make.put(file, state)
        with pytest.raises(Refused) as refused:
            take(edge, application, step, officers)
        words = str(refused.value)
        assert PermitState(state).label in words or "没有待" in words, (edge, state, words)
        assert make.fresh(file).state == state


@pytest.mark.parametrize(
    ("edge", "source"), [(edge, source) for edge in BY_HAND for source in sorted(TRANSITIONS[edge].sources)]
)
def test_an_edge_leads_where_the_table_says(edge, source, file, section, officers):
    make_ready(edge, file, section, officers)
    application = make.put(file, source, **({"issued_on": timezone.localdate()} if edge == "start" else {}))
    take(edge, application, Step(section), officers)
    target = TRANSITIONS[edge].target or source
    reached = make.fresh(file).state
    if source == PermitState.CHANGING and edge in ("order_rectification", "rectified"):
        target = PermitState.CHANGING  # the change waits on; once it is decided it leads where this step would have led
    expected = {"pass_restoration": PermitState.WARRANTY}.get(edge, target)  # a dig goes on into its warranty at once
    assert reached == expected


def test_every_edge_cites_its_rule_and_its_actor():
    for edge, each in TRANSITIONS.items():
        assert "第" in each.basis, edge
        assert each.label, edge
        assert each.actor, edge
        assert not each.late_sources & each.sources, edge


def test_every_state_but_the_last_ones_leads_on():
    leaving = {state for each in TRANSITIONS.values() for state in each.sources}
    assert leaving == set(PermitState.values) - set(PermitState.FINAL)


LATE = [edge for edge, each in TRANSITIONS.items() if each.late_sources and edge != "ask_change"]


def test_a_change_asked_for_in_time_skips_nothing_though_the_period_is_over(file, section):
    application = make.put(file, PermitState.EXPIRED)
    changes.ask_change(application, change(application), Step(section, afterwards=True))
    assert not application.flaws.exists()


@pytest.mark.parametrize("edge", LATE)
def test_what_is_recorded_from_elsewhere_is_flagged(edge, file, section, officers):
    make_ready(edge, file, section, officers)
    for source in sorted(
        TRANSITIONS[edge].late_sources - {PermitState.ACCEPTED} if edge == "accept" else TRANSITIONS[edge].late_sources
    ):
        application = make.put(file, source, issued_on=None, restored_on=None)
        application.restoration_checks.all().delete()
        application.flaws.all().delete()
        if edge == "survey" and application.surveys.filter(surveyed_at=None).count() == 0:
            make.photos_of(
                application.surveys.create(
                    first=officers[0], second=officers[1], assigned_on=timezone.localdate(), round=9
                ),
                section,
            )
        take(edge, application, Step(section, afterwards=True), officers)
        assert application.flaws.filter(edge=edge, code="step-skipped").exists(), source
