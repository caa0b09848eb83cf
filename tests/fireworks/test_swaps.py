"""换班: each step from each state; a post is not left short unless the approver says so; of two swaps one wins."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from fireworks.enums import SWAP_EDGES, SwapState
from fireworks.models import Assignment, CheckIn, Slot, Swap
from fireworks.permissions import can_answer_swap, can_ask_swap, can_decide_swap, can_withdraw_swap
from fireworks.workflow import swaps
from staff.models import Activity, Message
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.fireworks import DutyPersonFactory, PostFactory, WindowFactory, officer, staffed
from tests.factories.staff import UserFactory
from tests.fireworks.racing import race
from tests.thorough import many

pytestmark = pytest.mark.django_db


def coming(*people, **fields):
    return staffed(*people, days_from_now=5, **fields)


def asked(to=None, **fields):
    person = DutyPersonFactory()
    slot = coming(person, **fields)
    turn = slot.assignments.get(person=person)
    return swaps.ask(turn, by=UserFactory(), to=to or DutyPersonFactory(), reason="家里有事")


def in_state(state):
    swap = asked()
    decided = None if state in SwapState.OPEN else timezone.now()
    Swap.objects.filter(pk=swap.pk).update(state=state, decided_at=decided)
    return Swap.objects.get(pk=swap.pk)


DOORS = {
    "accept": lambda swap: swaps.accept(swap, by=UserFactory()),
    "decline": lambda swap: swaps.decline(swap, by=UserFactory()),
    "approve": lambda swap: swaps.approve(swap, by=UserFactory()),
    "reject": lambda swap: swaps.reject(swap, by=UserFactory(), note="人手紧"),
    "withdraw": lambda swap: swaps.withdraw(swap, by=UserFactory()),
}


@pytest.mark.parametrize("step", SWAP_EDGES)
@pytest.mark.parametrize("state", SwapState)
def test_every_step_from_every_state(state, step):
    swap, edge = in_state(state), SWAP_EDGES[step]
    before = Activity.objects.about(swap).count()
    if state in edge.sources:
        assert DOORS[step](swap).state == edge.target
        assert Activity.objects.about(swap).count() == before + 1
        assert edge.basis
    else:
        with pytest.raises(Refused):
            DOORS[step](swap)
        assert Swap.objects.get(pk=swap.pk).state == state
        assert Activity.objects.about(swap).count() == before


def test_asked_accepted_approved_and_the_place_changes_hands():
    me, other, leader = UserFactory(), UserFactory(), UserFactory(role=Roles.FIREWORKS_OFFICE)
    mine, theirs = officer(me), officer(other)
    slot = coming(mine)
    turn = slot.assignments.get()
    assert can_ask_swap(me, turn)
    assert not can_ask_swap(other, turn)
    swap = swaps.ask(turn, by=me, to=theirs, reason="家里有事")
    assert can_answer_swap(other, swap)
    assert not can_answer_swap(leader, swap)
    assert not can_decide_swap(leader, swap)
    swap = swaps.accept(swap, by=other)
    assert can_decide_swap(leader, swap)
    assert can_withdraw_swap(me, swap)
    swaps.approve(swap, by=leader)
    assert list(slot.assignments.values_list("person", flat=True)) == [theirs.pk]
    told = set(Message.objects.filter(text__startswith="换班").values_list("recipient", flat=True))
    assert told == {me.pk, other.pk, leader.pk}


def test_nobody_approves_his_own():
    me = UserFactory(role=Roles.FIREWORKS_OFFICE)
    slot = coming(officer(me))
    swap = swaps.accept(swaps.ask(slot.assignments.get(), by=me, to=DutyPersonFactory(), reason="x"), by=me)
    assert not can_decide_swap(me, swap)
    assert can_decide_swap(UserFactory(role=Roles.DUTY_LEADER), swap)


def test_a_post_is_not_left_short_without_somebody_saying_so():
    person = DutyPersonFactory()
    slot = coming(person)
    swap = swaps.ask(slot.assignments.get(), by=UserFactory(), to=None, reason="急病")
    assert swap.state == SwapState.ACCEPTED
    by = UserFactory()
    for words in ({}, {"accept_breaches": True}, {"accept_breaches": True, "note": " "}, {"note": "批准"}):
        with pytest.raises(Refused, match="缺 1 人") as refusal:
            swaps.approve(swap, by=by, **words)
        assert refusal.value.field == "accept_breaches"
    assert slot.assignments.count() == 1
    done = swaps.approve(swap, by=by, accept_breaches=True, note="中队长顶岗")
    assert slot.assignments.count() == 0
    assert "缺 1 人" in done.breaks
    assert (done.note, done.decided_by) == ("中队长顶岗", by)


def test_the_last_card_of_a_grid_at_a_peak_is_not_swapped_away_silently():
    holder, plain = DutyPersonFactory(), DutyPersonFactory(has_certificate=False)
    day = timezone.localdate() + timedelta(days=5)
    window = WindowFactory(start=day, end=day, year=day.year, is_peak=True)
    slot = staffed(holder, DutyPersonFactory(has_certificate=False), window=window, post=PostFactory(minimum_staff=2))
    swap = swaps.accept(
        swaps.ask(slot.assignments.get(person=holder), by=UserFactory(), to=plain, reason="x"), by=UserFactory()
    )
    with pytest.raises(Refused, match="持证"):
        swaps.approve(swap, by=UserFactory())


def test_what_was_broken_before_does_not_stop_a_swap():
    person = DutyPersonFactory()
    slot = coming(person, post=PostFactory(minimum_staff=3))
    swap = swaps.accept(
        swaps.ask(slot.assignments.get(), by=UserFactory(), to=DutyPersonFactory(), reason="x"), by=UserFactory()
    )
    assert swaps.approve(swap, by=UserFactory()).breaks == ""


def test_who_is_there_already_oneself_a_draft_and_a_begun_shift_are_refused():
    one, other = DutyPersonFactory(), DutyPersonFactory()
    slot = coming(one, other)
    turn = slot.assignments.get(person=one)
    with pytest.raises(Refused, match="本来就在这一班"):
        swaps.ask(turn, by=UserFactory(), to=other, reason="x")
    with pytest.raises(Refused, match="本人"):
        swaps.ask(turn, by=UserFactory(), to=one, reason="x")
    begun = staffed(DutyPersonFactory()).assignments.get()
    with pytest.raises(Refused, match="已经开始"):
        swaps.ask(begun, by=UserFactory(), to=other, reason="x")
    draft = staffed(DutyPersonFactory(), days_from_now=6, publish=False).assignments.get()
    with pytest.raises(Refused, match="草稿"):
        swaps.ask(draft, by=UserFactory(), to=other, reason="x")


def test_nothing_is_approved_after_the_shift_began_but_it_can_be_ended():
    swap = swaps.accept(asked(), by=UserFactory())
    now = timezone.now()
    Slot.objects.filter(pk=swap.slot_id).update(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))
    with pytest.raises(Refused, match="已经开始"):
        swaps.approve(swap, by=UserFactory())
    assert swaps.reject(swap, by=UserFactory(), note="已开始").state == SwapState.REJECTED


def test_one_open_request_a_place():
    swap = asked()
    turn = swap.slot.assignments.get(person=swap.from_person)
    with pytest.raises(Refused, match="已有换班申请"):
        swaps.ask(turn, by=UserFactory(), to=DutyPersonFactory(), reason="x")
    swaps.withdraw(swap, by=UserFactory())
    assert swaps.ask(turn, by=UserFactory(), to=DutyPersonFactory(), reason="x")


def test_a_place_that_changed_meanwhile_is_not_handed_on():
    swap = swaps.accept(asked(), by=UserFactory())
    Assignment.objects.filter(slot=swap.slot).update(person=DutyPersonFactory())
    with pytest.raises(Refused):
        swaps.approve(swap, by=UserFactory(), accept_breaches=True, note="x")
    assert Swap.objects.get(pk=swap.pk).state == SwapState.ACCEPTED


def test_who_has_signed_in_is_not_swapped_out():
    swap = swaps.accept(asked(), by=UserFactory())
    CheckIn.objects.create(assignment=swap.slot.assignments.get())
    with pytest.raises(Refused, match="已经签到"):
        swaps.approve(swap, by=UserFactory())
    assert Swap.objects.get(pk=swap.pk).state == SwapState.ACCEPTED


def voided_check_in(swap):
    when = timezone.now()
    return CheckIn.objects.create(assignment=swap.slot.assignments.get(), voided_at=when, void_reason="点错了人")


def test_a_check_in_that_was_voided_stops_no_swap():
    swap = asked()
    voided_check_in(swap)
    swaps.accept(swap, by=UserFactory())
    swaps.approve(swap, by=UserFactory(), accept_breaches=True, note="家里有事")
    assert swap.slot.assignments.get().person == swap.to


def test_a_place_is_not_emptied_from_under_a_voided_check_in():
    swap = asked()
    voided_check_in(swap)
    Swap.objects.filter(pk=swap.pk).update(to=None)
    swap = Swap.objects.get(pk=swap.pk)
    with pytest.raises(Refused, match="已作废的签到"), transaction.atomic():
        swaps.change_hands(swap)
    assert swap.slot.assignments.exists()


@pytest.mark.trust
@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_the_same_moment_one_wins():
    """Two of one post want the same substitute: both cannot have him. Again and again, each time a post of its own."""
    leader = UserFactory()
    for _ in range(many(3, 100)):
        two_approvals_for_one_substitute(leader)


def two_approvals_for_one_substitute(leader):
    one, other, substitute = DutyPersonFactory(), DutyPersonFactory(), DutyPersonFactory()
    slot = coming(one, other, post=PostFactory(minimum_staff=2))
    ready = [
        swaps.accept(swaps.ask(slot.assignments.get(person=person), by=UserFactory(), to=substitute, reason="x"), by=UserFactory())
        for person in (one, other)
    ]  # fmt: skip
    approve = partial(swaps.approve, by=leader, accept_breaches=True, note="x")
    outcomes = race(*(partial(approve, swap) for swap in ready))
    assert sorted(outcomes) == ["ok", "refused"]
    assert slot.assignments.count() == 2
    assert slot.assignments.filter(person=substitute).count() == 1
    states = Swap.objects.filter(slot=slot).values_list("state", flat=True)
    assert sorted(states) == sorted([SwapState.ACCEPTED, SwapState.APPROVED])


@pytest.mark.trust
@pytest.mark.django_db(transaction=True)
def test_of_two_leaders_at_the_same_swap_one_decides():
    """Both approve, or one approves while the other rejects: one row of the log says approved or rejected, never two."""
    leaders = UserFactory(), UserFactory()
    for number in range(many(3, 100)):
        swap = swaps.accept(asked(), by=UserFactory())
        before = Activity.objects.about(swap).count()
        first = partial(swaps.approve, swap, by=leaders[0], accept_breaches=True, note="x")
        second = (
            partial(swaps.reject, swap, by=leaders[1], note="人手紧") if number % 2 else partial(first, by=leaders[1])
        )
        assert sorted(race(first, second)) == ["ok", "refused"]
        swap = Swap.objects.get(pk=swap.pk)
        assert swap.state in (SwapState.APPROVED, SwapState.REJECTED)
        holder = swap.to_id if swap.state == SwapState.APPROVED else swap.from_person_id
        assert swap.slot.assignments.get().person_id == holder
        assert Activity.objects.about(swap).count() == before + 1


def test_the_database_repeats_the_rules():
    swap = asked()
    for change, name in (
        ({"decided_at": timezone.now()}, "swap_decided_with_time"),
        ({"state": SwapState.APPROVED}, "swap_decided_with_time"),
        ({"state": SwapState.APPROVED, "decided_at": timezone.now(), "breaks": "缺人"}, "swap_breaking_rules"),
        ({"to": swap.from_person}, "swap_between_two"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Swap.objects.filter(pk=swap.pk).update(**change)
    swap.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        swap.save()


def test_a_turn_on_another_published_roster_stands_in_the_way_too():
    taker, leader = DutyPersonFactory(), UserFactory(role=Roles.FIREWORKS_OFFICE)
    coming(taker)  # the same hours of the same day, another roster and grid
    slot = coming(DutyPersonFactory())
    swap = swaps.ask(slot.assignments.get(), by=leader, to=taker, reason="x")
    swap = swaps.accept(swap, by=leader)
    with pytest.raises(Refused) as refusal:
        swaps.approve(swap, by=leader)
    assert refusal.value.field == "accept_breaches"
    assert "另有" in str(refusal.value)
