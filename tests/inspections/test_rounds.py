"""Rounds: the month's own, the plan and its draw, each step from each state, and what a closed one says."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from inspections.enums import ROUND_STEPS, AreaType, RoundKind, RoundState
from inspections.models import Finding, Round, RoundVisit
from inspections.visits import exposure, of_round
from inspections.workflow import findings, rounds
from staff.models import Activity, Message
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.inspections import entry, make_finding, moment
from tests.factories.rounds import make_place, make_round, make_sheet
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
MOVES = {"open": rounds.open_round, "close": rounds.close_round, "reopen": rounds.reopen_round}


def test_the_month_has_its_open_round_made_on_first_need():
    one, other = make_finding(found_at=moment(2026, 3, 5)), make_finding(found_at=moment(2026, 3, 31))
    later = make_finding(found_at=moment(2026, 4, 1))
    assert one.round == other.round != later.round
    assert (one.round.name, one.round.state, one.round.kind) == ("2026年3月日常", "open", "daily")
    assert (one.round.start, one.round.end) == (date(2026, 3, 1), date(2026, 3, 31))


def test_a_whole_sheet_makes_one_round_a_month():
    findings.register_findings([entry(found_at=moment(2026, month, 5)) for month in (1, 1, 2)], by=None)
    assert Round.objects.count() == 2
    assert not Finding.objects.filter(round=None).exists()


def test_a_closed_round_refuses_and_names_the_open_one():
    user = UserFactory()
    closed = rounds.close_round(make_finding(found_at=moment(2026, 3, 5)).round, by=user)
    with pytest.raises(Refused, match="请考评办在考评计划里重新开放"):
        make_finding(found_at=moment(2026, 3, 6))
    other = make_round(name="三月专项", kind=RoundKind.SPECIAL, assessors="查示例、考示例")
    with pytest.raises(Refused, match=f"“{closed.name}”已经结束.*“三月专项”") as refusal:
        make_finding(found_at=moment(2026, 3, 6))
    assert refusal.value.field == "round"
    assert make_finding(found_at=moment(2026, 3, 6), round_id=other.pk).round == other


def test_a_round_that_is_still_planned_takes_nothing():
    with pytest.raises(Refused, match="还没有开始检查"):
        make_finding(found_at=moment(2026, 3, 6), round_id=make_round(opened=False).pk)


def test_a_corrected_date_moves_the_finding_to_its_months_round():
    finding, user = make_finding(found_at=moment(2026, 3, 31)), UserFactory()
    corrected = findings.entry_of(finding)
    corrected.found_at = moment(2026, 4, 1)
    findings.edit_finding(finding, corrected, by=user, seen=1)
    finding.refresh_from_db()
    assert finding.round.name == "2026年4月日常"


def in_state(state):
    user = UserFactory()
    made = make_round(opened=state != RoundState.PLANNED)
    return (rounds.close_round(made, by=user) if state == RoundState.CLOSED else made), user


@pytest.mark.parametrize("state", RoundState.values)
@pytest.mark.parametrize("name", ROUND_STEPS)
def test_every_step_from_every_state(name, state):
    made, user = in_state(state)
    more = {"reason": "漏登一条"} if name == "reopen" else {}
    if state in ROUND_STEPS[name].sources:
        moved = MOVES[name](made, by=user, **more)
        assert moved.state == ROUND_STEPS[name].target
        assert Activity.objects.about(made).filter(title=ROUND_STEPS[name].label, actor=user).count() == 1
    else:
        with pytest.raises(Refused, match=f"不能{ROUND_STEPS[name].label}"):
            MOVES[name](made, by=user, **more)
        made.refresh_from_db()
        assert made.state == state


def test_every_step_has_its_basis():
    assert all(step.basis.startswith("考评办法·") for step in ROUND_STEPS.values())


def two_streets(places=3):
    streets = [UnitFactory(), UnitFactory()]
    for street in streets:
        for _ in range(places):
            make_place(unit=street, area=AreaType.MAIN_ROAD)
    return streets


def test_the_plan_draws_equally_and_keeps_its_seed():
    streets = two_streets()
    made = make_round(areas=["ZG"], per_area=2, opened=False)
    assert of_round(made) == {street.pk: (2, 0) for street in streets}
    first = list(made.visits.values_list("place", flat=True))
    rounds.redraw(made, seed=7, by=UserFactory())
    assert list(made.visits.values_list("place", flat=True)) == first
    assert Activity.objects.about(made).filter(title="重新抽取点位").count() == 1


def test_no_new_draw_once_it_has_begun():
    with pytest.raises(Refused, match="不能重新抽取"):
        rounds.redraw(make_round(), seed=8, by=UserFactory())


def test_a_finding_at_a_drawn_place_is_a_visit():
    street, _ = two_streets(1)
    made = make_round(areas=["ZG"], per_area=1)
    visit = made.visits.get(unit=street)
    found = make_finding(unit=street, known_place=visit.place_id, round_id=made.pk, found_at=moment(2026, 3, 8))
    visit.refresh_from_db()
    assert visit.visited_at == found.found_at


def test_a_score_sheet_at_a_drawn_place_is_a_visit():
    street, _ = two_streets(1)
    made = make_round(areas=["ZG"], per_area=1)
    visit = made.visits.get(unit=street)
    make_sheet(unit=street, round=made, place=visit.place, checked_on=date(2026, 3, 9))
    visit.refresh_from_db()
    assert (visit.visited_at, visit.visited_by) == (moment(2026, 3, 9, 12), "查示例、考示例")
    assert made.visits.filter(visited_at=None).count() == 1


def test_exposure_is_planned_against_real_of_daily_rounds():
    one, other = two_streets()
    made, user = make_round(areas=["ZG"], per_area=2), UserFactory()
    rounds.record_visit(made.visits.filter(unit=one).first(), by=user, visited_at=moment(2026, 3, 9))
    extra = RoundVisit(round=made, unit=other, area="ZG", planned=False)
    rounds.record_visit(extra, by=user, visited_at=moment(2026, 3, 9))
    make_round(kind=RoundKind.MONTHLY, assessors="查示例、考示例", areas=["ZG"])
    make_round(areas=["ZG"], opened=False)
    assert exposure(["2026-03"])["2026-03"] == {one.pk: (2, 1, 0, 0), other.pk: (2, 1, 0, 0)}
    assert exposure(["2026-04"])["2026-04"] == {}
    rounds.close_round(made, by=user)
    assert exposure(["2026-03"])["2026-03"] == {one.pk: (2, 1, 2, 1), other.pk: (2, 1, 2, 1)}


def test_a_squad_is_not_drawn_where_its_street_answers():
    squad = SquadFactory()
    street = UnitFactory(squad=squad)
    make_place(unit=street)
    assert set(of_round(make_round(areas=["ZG"], per_area=1))) == {street.pk}


def test_a_visit_is_recorded_once_not_in_advance_and_not_before_the_start():
    two_streets()
    user, planned = UserFactory(), make_round(areas=["ZG"], opened=False)
    visit = planned.visits.first()
    with pytest.raises(Refused, match="还没有开始检查"):
        rounds.record_visit(visit, by=user, visited_at=moment(2026, 3, 9))
    rounds.open_round(planned, by=user)
    with pytest.raises(Refused, match="晚于现在"):
        rounds.record_visit(visit, by=user, visited_at=timezone.now() + timedelta(days=1))
    rounds.record_visit(visit, by=user, visited_at=moment(2026, 3, 9))
    with pytest.raises(Refused, match="已登记到访"):
        rounds.record_visit(visit, by=user, visited_at=moment(2026, 3, 10))


def test_the_assessors_are_told_when_it_begins():
    assessor = UserFactory(role=Roles.ASSESSOR)
    make_round(by=UserFactory())
    assert Message.objects.get(recipient=assessor).text.endswith("请按点位到访。")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"end": date(2026, 2, 1)}, "round_end_not_before_start"),
        ({"kind": RoundKind.MONTHLY}, "round_two_assessors"),
        ({"state": RoundState.CLOSED}, "round_closed_has_time"),
        ({"closed_at": timezone.now()}, "round_closed_has_time"),
    ],
)
def test_the_database_refuses(change, constraint):
    make_round()
    with pytest.raises(IntegrityError, match=constraint):
        Round.objects.update(**change)


def test_the_database_keeps_one_default_round_a_month():
    make_finding(found_at=moment(2026, 3, 5))
    other = make_finding(found_at=moment(2026, 4, 5)).round
    with pytest.raises(IntegrityError):
        Round.objects.filter(pk=other.pk).update(default_month="2026-03")


def test_the_database_refuses_a_visit_neither_planned_nor_made():
    two_streets()
    made = make_round(areas=["ZG"])
    with pytest.raises(IntegrityError, match="visit_without_plan_was_made"):
        made.visits.update(planned=False)


def test_the_database_refuses_a_place_drawn_twice():
    two_streets()
    visit = make_round(areas=["ZG"]).visits.first()
    visit.pk = None
    with pytest.raises(IntegrityError):
        visit.save()
