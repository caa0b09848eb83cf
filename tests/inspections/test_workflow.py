"""Findings through their one door: every edge from every state, points with their parts, bulk equal to one by one."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from inspections.enums import TRANSITIONS, FindingState, Source
from inspections.models import Finding, FindingShare
from inspections.workflow import findings as workflow
from inspections.workflow import orders, rectification, steps
from staff.models import Activity, UnitKind
from staff.refusals import Refused
from tests.factories.inspections import ItemFactory, entry, in_state, make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_finding_is_numbered_scored_shared_out_and_logged():
    user, squad = UserFactory(), SquadFactory()
    street = UnitFactory(squad=squad)
    finding = make_finding(by=user, unit=street, found_at=moment(2026, 3, 5), count=3)
    assert finding.number == "考2026-00001"
    assert (finding.base, finding.coefficient, finding.multiplier) == (Decimal("0.6"), Decimal("1.2"), Decimal(1))
    assert finding.points == Decimal("0.72")
    assert dict(finding.shares.values_list("unit", "points")) == {
        street.pk: Decimal("0.576"),
        squad.pk: Decimal("0.144"),
    }
    assert (finding.lead_unit, finding.month, finding.found_on.isoformat()) == (street, "2026-03", "2026-03-05")
    assert finding.due_at is None  # the deadline starts with the delivery of an order
    assert Activity.objects.about(finding).get().actor == user


def test_a_night_finding_belongs_to_the_local_day():
    assert make_finding(found_at=moment(2026, 3, 5, 0, 30)).found_on.isoformat() == "2026-03-05"


def test_the_scenic_centre_answers_in_its_area_whatever_street_is_named():
    centre = UnitFactory(kind=UnitKind.SCENIC_CENTRE, name="样例景区中心", short_name="")
    item = ItemFactory(areas=["JQ"])
    assert make_finding(item=item, area="JQ").lead_unit == centre


def test_after_a_reorganisation_the_centre_of_the_day_answers():
    new = UnitFactory(kind=UnitKind.SCENIC_CENTRE, name="样例新中心", short_name="", valid_from=date(2026, 7, 1))
    old = UnitFactory(
        kind=UnitKind.SCENIC_CENTRE, name="样例老中心", short_name="", valid_to=date(2026, 6, 30), order=200
    )
    item = ItemFactory(areas=["JQ"])
    leads = [make_finding(item=item, area="JQ", found_at=moment(2026, month, 5)).lead_unit for month in (6, 8)]
    assert leads == [old, new]


def test_found_again_before_closing_is_the_same_finding():
    first = make_finding(
        place="同一处", found_at=moment(2026, 3, 1), unit=(street := UnitFactory()), item=(item := ItemFactory())
    )
    with pytest.raises(workflow.AlreadyOpen) as refusal:
        make_finding(place="同一处", found_at=moment(2026, 3, 3), unit=street, item=item)
    assert refusal.value.finding == first
    assert Finding.objects.count() == 1


def test_found_again_on_the_day_of_closing_says_how_to_go_on():
    street, item = UnitFactory(), ItemFactory()
    facts = {"place": "同一处", "unit": street, "item": item, "found_at": moment(2026, 3, 1)}
    first = make_finding(**facts, closed_at=moment(2026, 3, 1))
    with pytest.raises(workflow.AlreadyOpen, match="写明再次出现的时间"):
        make_finding(**facts)
    again = make_finding(**facts, description="下午再次出现")
    assert (again.recurrence, again.pk != first.pk) == (1, True)


@pytest.mark.parametrize(("days", "number", "multiplier"), [(1, 1, 2), (30, 1, 2), (31, 0, 1)])
def test_found_again_within_thirty_days_after_closing_is_a_recurrence(days, number, multiplier):
    street, item = UnitFactory(), ItemFactory()
    make_finding(place="同一处", unit=street, item=item, found_at=moment(2026, 1, 1), closed_at=moment(2026, 1, 2))
    again = make_finding(place="同一处", unit=street, item=item, found_at=moment(2026, 1, 2) + timedelta(days=days))
    assert (again.recurrence, again.multiplier) == (number, multiplier)


def test_source_and_recurrence_never_multiply_each_other():
    street, item = UnitFactory(), ItemFactory()
    make_finding(place="同一处", unit=street, item=item, found_at=moment(2026, 1, 1), closed_at=moment(2026, 1, 2))
    again = make_finding(
        place="同一处", unit=street, item=item, found_at=moment(2026, 1, 5), source=Source.SUPERIOR_MEDIA
    )
    assert again.multiplier == 3


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"found_at": moment(2019, 1, 1)}, "found_at"),
        ({"area": "TD"}, "area"),
        ({"closed_at": moment(2020, 1, 1)}, "closed_at"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused_with_the_field(facts, field):
    with pytest.raises(workflow.Refused) as refusal:
        make_finding(**facts)
    assert refusal.value.field == field
    assert not Finding.objects.exists()


def reassign(finding):
    """The edge that an appeal takes; its door asks for nothing else of the state."""
    current = steps.locked(finding)
    steps.move(current, "reassign")
    current.save()


STEPS = {
    "confirm": lambda finding: orders.confirm_finding(finding, by=UserFactory()),
    "deduct": lambda finding: orders.deduct_finding(finding, by=UserFactory()),
    "order": lambda finding: orders.order_findings([finding], by=UserFactory()),
    "report": lambda finding: rectification.report_rectified(finding, by=UserFactory(), done="已清理"),
    "pass": lambda finding: rectification.review_finding(finding, outcome="passed", by=UserFactory()),
    "return": lambda finding: rectification.review_finding(
        finding, outcome="returned", by=UserFactory(), reason="未清理"
    ),
    "close": lambda finding: workflow.close_finding(finding, by=UserFactory()),
    "shelve": lambda finding: orders.shelve_finding(finding, by=UserFactory(), reason="管线迁改后整改"),
    "resume": lambda finding: orders.resume_finding(finding, by=UserFactory(), reason="管线已迁改"),
    "reassign": reassign,
    "void": lambda finding: workflow.void_finding(finding, by=UserFactory(), reason="登记有误"),
}


def test_every_edge_has_its_step():
    assert set(STEPS) == set(TRANSITIONS)


@pytest.mark.parametrize("state", FindingState)
@pytest.mark.parametrize("edge", TRANSITIONS)
def test_every_edge_from_every_state(edge, state):
    """An order takes what is only registered along; every other step asks for its own state."""
    finding = in_state(state)
    taken_along = edge == "order" and state == FindingState.REGISTERED
    if state in TRANSITIONS[edge].sources or taken_along:
        STEPS[edge](finding)
        finding.refresh_from_db()
        assert finding.state == TRANSITIONS[edge].target
        return
    with pytest.raises(Refused) as refusal:
        STEPS[edge](finding)
    assert finding.get_state_display() in str(refusal.value) or finding.handling == "deduct"
    finding.refresh_from_db()
    assert finding.state == state


def test_every_edge_cites_its_rule_and_every_state_can_be_reached():
    assert all(edge.basis.startswith("考评办法·") and edge.label for edge in TRANSITIONS.values())
    assert {edge.target for edge in TRANSITIONS.values()} | {FindingState.REGISTERED} == set(FindingState)
    assert {*FindingState.OPEN, "shelved", "closed", "deducted"} == set(FindingState.COUNTED)


def test_bulk_gives_the_same_as_one_by_one():
    street, item = UnitFactory(squad=SquadFactory()), ItemFactory()
    entries = [
        entry(
            unit=street,
            item=item,
            place=f"第{n % 4}处",
            found_at=moment(2026, 1, 1 + n),
            count=n % 3 + 1,
            description=f"{n}",
            closed_at=moment(2026, 1, 1 + n, 20),
        )
        for n in range(12)
    ]
    with transaction.atomic():
        for each in entries:
            workflow.register_finding(each, by=None)
        singly = facts_of()
        transaction.set_rollback(True)
    workflow.register_findings(entries, by=None)
    assert facts_of() == singly
    assert max(row[5] for row in singly) == 2


def test_spot_cases_are_over_at_once_in_bulk_too():
    street, item = UnitFactory(squad=SquadFactory()), ItemFactory()
    entries = [
        entry(unit=street, item=item, place="样例路", handling="spot", found_at=moment(2026, 1, day)) for day in (1, 6)
    ]
    workflow.register_findings(entries, by=None)
    assert list(Finding.objects.order_by("found_at").values_list("recurrence", flat=True)) == [0, 1]


def facts_of():
    fields = ("number", "place", "points", "base", "multiplier", "recurrence", "state", "fingerprint", "due_at")
    return [(*row, sorted(FindingShare.objects.filter(finding__number=row[0]).values_list("unit", "share", "points")))
            for row in Finding.objects.order_by("number").values_list(*fields)]  # fmt: skip


def test_editing_recomputes_points_and_shares_and_keeps_before_and_after():
    finding, user = make_finding(count=1), UserFactory()
    changed = entry(item=finding.item, unit=finding.lead_unit, place=finding.place, found_at=finding.found_at, count=4)
    edited = workflow.edit_finding(finding, changed, by=user, seen=1)
    assert edited.points == 4 * finding.points
    assert sum(edited.shares.values_list("points", flat=True)) == edited.points
    changes = Activity.objects.about(edited).first().changes
    assert changes["数量"] == ["1", "4"]


def test_the_log_of_a_correction_speaks_in_labels_and_local_minutes():
    finding, user = make_finding(found_at=moment(2026, 3, 5)), UserFactory()
    changed = entry(
        item=finding.item, unit=finding.lead_unit, place=finding.place, found_at=moment(2026, 3, 6, 10, 30),
        area="SQ", source=Source.LEADER, handling="deduct", severe=True,
    )  # fmt: skip
    edited = workflow.edit_finding(finding, changed, by=user, seen=1)
    changes = Activity.objects.about(edited).first().changes
    before, after = f"{finding.points.normalize():f}", f"{edited.points.normalize():f}"
    assert changes == {
        "区域类型": ["主次干道", "社区"],
        "严重情形": ["否", "是"],
        "问题来源": ["日常巡查", "领导督办"],
        "处理方式": ["交办整改", "只扣分"],
        "发现时间": ["2026-03-05 09:00", "2026-03-06 10:30"],
        "扣分": [before, after],
    }


def test_a_correction_does_not_turn_an_order_into_what_was_put_right_on_the_spot():
    """The state would stay open while the record says that all is done."""
    finding = make_finding()
    spot = entry(item=finding.item, unit=finding.lead_unit, found_at=finding.found_at, handling="spot")
    with pytest.raises(Refused, match="直接销号") as refusal:
        workflow.edit_finding(finding, spot, by=UserFactory(), seen=1)
    assert refusal.value.field == "handling"
    finding.refresh_from_db()
    assert (finding.handling, finding.version) == ("order", 1)


def test_the_second_of_two_editors_is_told():
    finding = make_finding()
    same = entry(item=finding.item, unit=finding.lead_unit, place="改", found_at=finding.found_at)
    workflow.edit_finding(finding, same, by=UserFactory(), seen=1)
    with pytest.raises(workflow.ChangedMeanwhile):
        workflow.edit_finding(finding, same, by=UserFactory(), seen=1)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "closed"}, "finding_closed_has_time"),
        ({"closed_at": timezone.now()}, "finding_open_not_closed"),
        ({"state": "ordered"}, "finding_ordered_is_delivered"),
        ({"state": "reported"}, "finding_ordered_is_delivered"),
        ({"state": "deducted"}, "finding_deducted_by_handling"),
        ({"state": "shelved", "closed_at": timezone.now()}, "finding_open_not_closed"),
        ({"state": "voided"}, "finding_void_has_reason"),
        ({"void_reason": "x"}, "finding_void_has_reason"),
        ({"points": Decimal(-1)}, "finding_points_not_negative"),
        ({"count": 0}, "finding_count_positive"),
        ({"latitude": Decimal(29)}, "finding_position_whole"),
        ({"state": "closed", "closed_at": moment(2000, 1, 1)}, "finding_closed_after_found"),
    ],
)
def test_the_database_refuses_what_goes_round_the_door(change, constraint):
    finding = make_finding()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(**change)


def test_the_database_refuses_the_same_finding_twice_but_not_after_voiding():
    finding = make_finding()
    copy = Finding.objects.get(pk=finding.pk)
    copy.pk, copy.number = None, "考-重复"
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    workflow.void_finding(finding, by=UserFactory(), reason="登记有误")
    copy.save(force_insert=True)
    assert Finding.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_ten_people_closing_at_once_one_wins_and_nine_are_told():
    finding, users = make_finding(), UserFactory.create_batch(10)
    outcomes = []

    def close(user):
        try:
            workflow.close_finding(finding, by=user)
            outcomes.append("won")
        except workflow.TransitionNotAllowed:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told"] * 9 + ["won"]
    assert Activity.objects.about(finding).filter(title="销号").count() == 1
