"""Rosters through their door: made, copied lunar day by lunar day, edited, published, reopened; each edge from each state."""

from dataclasses import replace
from datetime import date, time, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fireworks.crews import Member, UnknownName, by_name, read_crew
from fireworks.enums import ROSTER_EDGES, DayRule, DutyRole, RosterState, WindowKind
from fireworks.greedy import fill
from fireworks.models import (
    Absence,
    Assignment,
    CheckIn,
    DutyPerson,
    EmptyPost,
    Grid,
    LawReference,
    PatrolMark,
    Post,
    Roster,
    ShiftPattern,
    Slot,
    StandIn,
    Window,
)
from fireworks.planning import breaches_of, plan_of, workers_of
from fireworks.workflow import grids, rosters, watch
from staff.enums import Employment, MovementKind
from staff.models import Activity, Message
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories.fireworks import (
    DutyPersonFactory,
    GridFactory,
    PostFactory,
    ShiftFactory,
    WindowFactory,
    make_roster,
    officer,
    staffed,
)
from tests.factories.people import CertificateFactory, make_person, move
from tests.factories.staff import UserFactory
from tests.fireworks.racing import race

pytestmark = pytest.mark.django_db
EVE = date(2026, 2, 16)


def spring(year=2026, **fields):
    start = {2025: date(2025, 1, 28), 2026: EVE}[year]
    return WindowFactory(year=year, kind=WindowKind.SPRING, start=start, end=start + timedelta(days=2), **fields)


def lead(*people):
    return [Member(person, DutyRole.WATCH if number else DutyRole.LEAD) for number, person in enumerate(people)]


# --- Windows ----------------------------------------------------------------------------------------------------------


def test_a_year_is_proposed_once_and_edits_stay():
    made = rosters.propose_windows(2026, by=None)
    assert len(made) == 7
    Window.objects.filter(kind=WindowKind.LANTERN).update(start=date(2026, 3, 1))
    Window.objects.filter(kind=WindowKind.WINTER).delete()
    again = rosters.propose_windows(2026, by=None)
    assert [window.kind for window in again] == [WindowKind.WINTER]
    assert Window.objects.get(kind=WindowKind.LANTERN).start == date(2026, 3, 1)


def test_the_law_is_that_of_the_windows_day():
    old = LawReference.objects.create(
        title="治安", article="旧", text="x", valid_from=date(2013, 1, 1), valid_to=date(2025, 12, 31)
    )
    new = LawReference.objects.create(title="治安", article="新", text="x", valid_from=date(2026, 1, 1))
    assert list(spring(2025).laws) == [old]
    assert list(spring(2026).laws) == [new]


def test_a_shift_over_midnight_belongs_to_the_day_it_begins():
    shift = ShiftFactory(starts=time(18), minutes=420)
    assert shift.hours == "18:00—次日01:00"
    roster = make_roster(WindowFactory(start=EVE, end=EVE), shifts=[shift])
    slot = roster.slots.get()
    assert (slot.day, timezone.localtime(slot.ends_at).date()) == (EVE, EVE + timedelta(days=1))
    assert slot.is_night
    assert slot.is_holiday


# --- Made, copied -----------------------------------------------------------------------------------------------------


def test_every_post_in_every_shift_of_its_days_and_bare_grids_as_a_whole():
    post, bare = PostFactory(minimum_staff=3, needs_certificate=True), GridFactory()
    every, eve = ShiftFactory(), ShiftFactory(days=DayRule.EVE)
    roster = rosters.make_roster(spring(), [every, eve], by=None)
    assert roster.slots.filter(shift=every).count() == 6
    assert set(roster.slots.filter(shift=eve).values_list("day", flat=True)) == {EVE}
    assert roster.slots.filter(grid=bare).first().needed == 2
    slot = roster.slots.filter(post=post).first()
    assert (slot.needed, slot.needs_certificate) == (3, True)


def test_made_again_adds_only_what_is_new():
    first, second, window = ShiftFactory(), ShiftFactory(), spring()
    roster = make_roster(window, shifts=[first])
    rosters.make_roster(window, [first, second], by=None)
    assert roster.slots.count() == 6
    assert roster.slots.filter(shift=second).count() == 3


def test_posts_out_of_use_are_left_out():
    post = PostFactory(valid_to=EVE)
    roster = rosters.make_roster(spring(), [ShiftFactory()], by=None)
    assert list(roster.slots.filter(post=post).values_list("day", flat=True)) == [EVE]


def test_no_shift_and_nothing_to_watch_are_refused():
    with pytest.raises(Refused, match="至少选择一个班次"):
        rosters.make_roster(spring(), [], by=None)
    with pytest.raises(Refused, match="没有在用的网格"):
        rosters.make_roster(WindowFactory(), [ShiftFactory()], by=None)
    assert not Slot.objects.exists()


def test_last_year_is_copied_lunar_day_by_lunar_day():
    shift, post, last, this = ShiftFactory(), PostFactory(), spring(2025), spring(2026)
    source = rosters.make_roster(last, [shift], by=None)
    people = [DutyPersonFactory() for _ in range(3)]
    for slot, person in zip(source.slots.order_by("day"), people, strict=True):
        rosters.set_crew(slot, lead(person), by=None)
    DutyPerson.objects.filter(pk=people[2].pk).update(is_active=False)
    source.slots.order_by("day")[0].assignments.update(substitute=people[2])
    source.slots.order_by("day")[1].assignments.update(substitute=people[0])
    roster, lost = rosters.copy_roster(source, this, by=None)
    assert lost == 1  # the person who is out of use
    there = [
        (slot.day, slot.post, [each.person for each in slot.assignments.all()]) for slot in roster.slots.order_by("day")
    ]
    assert there == [
        (EVE, post, [people[0]]),
        (EVE + timedelta(days=1), post, [people[1]]),
        (EVE + timedelta(days=2), post, []),
    ]
    turns = Assignment.objects.filter(slot__roster=roster).order_by("slot__day")
    assert [each.substitute for each in turns] == [None, people[0]]
    with pytest.raises(Refused, match="已有岗班"):
        rosters.copy_roster(source, this, by=None)


# --- Edited -----------------------------------------------------------------------------------------------------------


def test_a_crew_is_set_changed_and_logged_and_the_second_editor_is_told():
    slot, by = make_roster(WindowFactory(start=EVE, end=EVE)).slots.get(), UserFactory()
    one, other = DutyPersonFactory(), DutyPersonFactory()
    seen = slot.version
    rosters.set_crew(slot, lead(one, other), by=by, seen=seen)
    assert Slot.objects.get().names == f"{one.name}（带班）、{other.name}"
    with pytest.raises(ChangedMeanwhile):
        rosters.set_crew(slot, lead(other), by=by, seen=seen)
    rosters.set_crew(slot, lead(other), by=by)
    assert Slot.objects.get().names == f"{other.name}（带班）"
    assert Activity.objects.about(slot.roster).filter(title="排班", actor=by).count() == 2
    rosters.set_crew(slot, lead(other), by=by)  # nothing changed, nothing to log
    assert Activity.objects.about(slot.roster).filter(title="排班").count() == 2


def test_broken_rules_are_shown_not_refused():
    slot = make_roster(WindowFactory(start=EVE, end=EVE, is_peak=True)).slots.get()
    helper = DutyPersonFactory(is_auxiliary=True)
    rosters.set_crew(slot, lead(helper), by=None)
    words = "".join(breaches_of(slot.roster))
    assert "只有协管人员" in words
    assert "不少于 2 人" in words
    assert "持证" in words


def test_a_slot_is_taken_out_of_a_draft():
    slot = make_roster(WindowFactory(start=EVE, end=EVE)).slots.get()
    rosters.remove_slot(slot, by=UserFactory())
    assert not Slot.objects.exists()


def test_what_the_solver_found_keeps_leaders_and_names_one_where_none_is():
    people = [DutyPersonFactory() for _ in range(3)]
    roster = make_roster(WindowFactory(start=EVE, end=EVE + timedelta(days=1)))
    first, second = roster.slots.order_by("day")
    rosters.set_crew(first, [Member(people[0], DutyRole.LEAD), Member(people[1], DutyRole.PATROL)], by=None)
    pairs = {(first.pk, people[0].pk), (first.pk, people[2].pk), (second.pk, people[1].pk)}
    rosters.place_all(roster, pairs, by=None)
    roles = {(each.slot_id, each.person_id): each.role for each in Assignment.objects.all()}
    assert roles == {
        (first.pk, people[0].pk): DutyRole.LEAD,
        (first.pk, people[2].pk): DutyRole.WATCH,
        (second.pk, people[1].pk): DutyRole.LEAD,
    }


def test_a_cell_that_stood_open_while_the_solver_stored_is_stale():
    people = [DutyPersonFactory() for _ in range(2)]
    roster = make_roster(WindowFactory(start=EVE, end=EVE + timedelta(days=1)))
    filled, left = roster.slots.order_by("day")
    rosters.place_all(roster, {(filled.pk, people[0].pk)}, by=None, seen=rosters.versions_of(roster))
    with pytest.raises(ChangedMeanwhile):
        rosters.set_crew(filled, lead(people[1]), by=None, seen=filled.version)
    rosters.set_crew(left, lead(people[1]), by=None, seen=left.version)  # where nothing was placed, nothing changed


def test_what_a_cell_says_is_read_back_as_it_was_written():
    slot = make_roster(WindowFactory(start=EVE, end=EVE)).slots.get()
    for name in ("张示例", "李示例", "王示例"):
        DutyPersonFactory(name=name)
    typed = "李示例（巡查），张示例(带班)(替补王示例)；李示例"
    rosters.set_crew(slot, read_crew(typed, by_name()), by=None)
    stored = Slot.objects.get()
    assert stored.names == "张示例（带班）（替补王示例）、李示例（巡查）"
    assert read_crew(stored.names, by_name()) == [
        Member(each.person, each.role, each.substitute) for each in stored.people
    ]
    with pytest.raises(UnknownName, match="不能是本人"):
        read_crew("张示例（替补张示例）", by_name())


def test_namesakes_are_written_with_their_unit_and_read_back(django_assert_num_queries):
    slot = make_roster(WindowFactory(start=EVE, end=EVE)).slots.get()
    for agency in ("月山社区", "湖滨社区（物业）"):
        DutyPersonFactory(name="张示例", agency=agency)
        DutyPersonFactory(name="王示例", agency=agency)
    DutyPersonFactory(name="李示例")
    DutyPersonFactory(name="李示例", agency="月山社区", is_active=False)
    typed = "张示例（湖滨社区（物业））（替补王示例(月山社区)）、李示例（替补王示例（湖滨社区（物业）））、张示例（月山社区）"
    rosters.set_crew(slot, read_crew(typed, by_name()), by=None)
    (stored,) = Slot.objects.with_names()
    with django_assert_num_queries(0):
        names = stored.names
    assert names == Slot.objects.get().names
    assert "李示例（替补" in names
    assert read_crew(names, by_name()) == [Member(each.person, each.role, each.substitute) for each in stored.people]
    with pytest.raises(UnknownName, match="有 2 个“王示例”"):
        read_crew("李示例（替补王示例）", by_name())


# --- People -----------------------------------------------------------------------------------------------------------


def of(window, person):
    return next(each for each in workers_of(window) if each.key == person.pk)


def test_our_people_follow_the_ledger_and_their_cards():
    window = spring()
    person = make_person()
    CertificateFactory(person=person, issued_on=date(2024, 1, 1), expires_on=EVE)
    duty_person = DutyPersonFactory(person=person, has_certificate=True)
    assert EVE in of(window, duty_person).certified
    assert EVE + timedelta(days=1) not in of(window, duty_person).certified  # the card has run out
    move(person, MovementKind.LONG_LEAVE, EVE + timedelta(days=1))
    assert of(window, duty_person).away == {EVE + timedelta(days=1), EVE + timedelta(days=2)}


def test_an_auxiliary_of_ours_is_one_even_with_a_card():
    person = make_person(employment=Employment.AUXILIARY)
    CertificateFactory(person=person)
    found = of(spring(), DutyPersonFactory(person=person))
    assert found.auxiliary
    assert not found.certified


def test_outsiders_count_as_the_office_says():
    window = spring()
    police, volunteer = (
        DutyPersonFactory(has_certificate=True),
        DutyPersonFactory(has_certificate=True, is_auxiliary=True),
    )
    assert EVE in of(window, police).certified
    assert of(window, volunteer).auxiliary
    assert not of(window, volunteer).certified


def test_leave_forbids_and_a_wish_only_asks():
    window, person = spring(), DutyPersonFactory()
    grids.store_absence(Absence(person=person, start=EVE, end=EVE), by=UserFactory())
    grids.store_absence(
        Absence(person=person, start=EVE + timedelta(days=1), end=EVE + timedelta(days=9), is_wish=True),
        by=UserFactory(),
    )
    found = of(window, person)
    assert found.away == {EVE}
    assert found.wishes_off == {EVE + timedelta(days=1), EVE + timedelta(days=2)}


def test_nights_holidays_and_last_years_eve_are_remembered_from_published_rosters():
    person = DutyPersonFactory()
    slot = staffed(person, window=WindowFactory(year=2025, start=date(2025, 1, 28), end=date(2025, 1, 28)))
    staffed(person, window=WindowFactory(year=2025, start=date(2025, 5, 1), end=date(2025, 5, 1)), publish=False)
    found = of(spring(), person)
    assert (found.nights, found.holidays, found.had_last_eve) == (1, 1, True)
    assert slot.is_holiday


def test_rest_follows_the_setting():
    assert plan_of(make_roster()).rest == timedelta(hours=8)


# --- Published, reopened ----------------------------------------------------------------------------------------------


def published():
    return staffed(DutyPersonFactory()).roster


def draft():
    return staffed(DutyPersonFactory(), publish=False).roster


STATES = {RosterState.DRAFT: draft, RosterState.PUBLISHED: published}
DOORS = {
    "publish": lambda roster: rosters.publish(roster, by=UserFactory(), accept_breaches=True),
    "reopen": lambda roster: rosters.reopen(roster, by=UserFactory()),
}


@pytest.mark.parametrize("step", ROSTER_EDGES)
@pytest.mark.parametrize("state", RosterState)
def test_every_step_from_every_state(state, step):
    roster, edge = STATES[state](), ROSTER_EDGES[step]
    if state in edge.sources:
        assert DOORS[step](roster).state == edge.target
        assert edge.basis
    else:
        with pytest.raises(Refused):
            DOORS[step](roster)
        assert Roster.objects.get(pk=roster.pk).state == state


def test_broken_rules_stop_publishing_until_accepted_and_are_counted():
    slot = staffed(DutyPersonFactory(), publish=False, post=PostFactory(minimum_staff=2))
    with pytest.raises(Refused, match="1 处不满足") as refusal:
        rosters.publish(slot.roster, by=UserFactory())
    assert refusal.value.field == "accept_breaches"
    roster = rosters.publish(slot.roster, by=UserFactory(), accept_breaches=True)
    assert roster.breaches_accepted == 1
    assert "缺 1 人" in Activity.objects.about(roster).get(title="发布值班表").note


def after_the_last_night(person, *, publish=True):
    """初六 until one in the morning on one roster, 初七 from eight on the draft of the next window: seven hours of rest."""
    late, early = ShiftFactory(starts=time(16, 30), minutes=510), ShiftFactory(starts=time(8), minutes=240)
    last, first = date(2026, 2, 22), date(2026, 2, 23)
    staffed(person, window=WindowFactory(start=last, end=last), shift=late, publish=publish)
    return staffed(person, window=WindowFactory(start=first, end=first), shift=early, publish=False)


def test_rest_and_overlap_are_judged_across_adjoining_rosters():
    person = DutyPersonFactory()
    slot = after_the_last_night(person)
    (only,) = breaches_of(slot.roster)
    assert only.startswith(f"{person.name}另有2026-02-22 ")
    assert "相隔不足 8 小时" in only
    with pytest.raises(Refused, match="1 处不满足"):
        rosters.publish(slot.roster, by=UserFactory())
    other = DutyPersonFactory()
    assert {worker for _, worker in fill(replace(plan_of(slot.roster), placed=frozenset()), frozenset())} == {other.pk}
    rosters.set_crew(slot, lead(other), by=None)
    assert rosters.publish(slot.roster, by=UserFactory()).breaches_accepted == 0


def test_a_draft_elsewhere_asks_nothing_of_anybody_yet():
    assert breaches_of(after_the_last_night(DutyPersonFactory(), publish=False).roster) == []


def test_turns_elsewhere_are_read_at_once():
    plans = []
    for _ in range(2):
        slot = after_the_last_night(DutyPersonFactory())
        plan_of(slot.roster)
        with CaptureQueriesContext(connection) as asked:
            plans.append(plan_of(slot.roster))
        plans.append(len(asked))
    assert plans[1] == plans[3]
    assert len(plans[2].elsewhere) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_overlapping_rosters_published_at_once_the_second_sees_the_first():
    for _ in range(3):
        person, window = DutyPersonFactory(), {"start": EVE, "end": EVE}
        drafts = [staffed(person, publish=False, window=WindowFactory(**window)).roster for _ in range(2)]
        assert sorted(race(*(partial(rosters.publish, draft, by=None) for draft in drafts))) == ["ok", "refused"]
        assert [draft.is_draft for draft in Roster.objects.filter(pk__in=[each.pk for each in drafts])].count(True) == 1


def test_an_empty_roster_is_not_published():
    with pytest.raises(Refused, match="还没有安排人"):
        rosters.publish(make_roster(), by=UserFactory(), accept_breaches=True)


def test_publishing_tells_those_with_an_account():
    user = UserFactory()
    staffed(officer(user), DutyPersonFactory())
    assert Message.objects.get().recipient == user


def test_a_published_roster_is_not_edited():
    slot = staffed(DutyPersonFactory())
    for act in (
        lambda: rosters.set_crew(slot, [], by=None),
        lambda: rosters.remove_slot(slot, by=UserFactory()),
        lambda: rosters.place_all(slot.roster, [], by=None),
        lambda: rosters.make_roster(slot.roster.window, [slot.shift], by=None),
    ):
        with pytest.raises(Refused, match="已发布"):
            act()


HAPPENED = {
    "report": lambda slot: watch.report_shift(slot, by=UserFactory()),
    "mark": lambda slot: PatrolMark.objects.create(slot=slot, note="正常"),
    "empty": lambda slot: EmptyPost.objects.create(slot=slot, missing=1),
    "stand-in": lambda slot: StandIn.objects.create(slot=slot, name="王示例", at=slot.starts_at),
    "check-in": lambda slot: CheckIn.objects.create(assignment=slot.assignments.get()),
}


@pytest.mark.parametrize("what", HAPPENED)
def test_what_has_happened_is_not_reopened(what):
    slot = staffed(DutyPersonFactory())
    HAPPENED[what](slot)
    with pytest.raises(Refused, match="已有班次报告"):
        rosters.reopen(slot.roster, by=UserFactory())


# --- Grids ------------------------------------------------------------------------------------------------------------


def test_a_grid_is_retired_with_its_posts_but_not_under_a_later_roster():
    slot, by = staffed(DutyPersonFactory()), UserFactory()
    with pytest.raises(Refused, match="还有这个网格的班次"):
        grids.retire_grid(slot.grid, by=by, on=EVE - timedelta(days=1))
    grids.retire_grid(slot.grid, by=by, on=EVE)
    assert Grid.objects.get(pk=slot.grid_id).valid_to == EVE
    assert Post.objects.get(pk=slot.post_id).valid_to == EVE
    with pytest.raises(Refused, match="已经停用"):
        grids.retire_grid(slot.grid, by=by, on=EVE)
    assert Activity.objects.about(slot.grid).filter(title="停用网格").count() == 1


def test_a_grid_that_was_retired_by_mistake_is_used_again():
    post, by, today = PostFactory(), UserFactory(), timezone.localdate()
    earlier = PostFactory(grid=post.grid, valid_to=today - timedelta(days=90))
    grids.retire_grid(post.grid, by=by, on=today - timedelta(days=3))
    grids.restore_grid(post.grid, by=by)
    assert Grid.objects.get().valid_to is Post.objects.get(pk=post.pk).valid_to is None
    assert Post.objects.get(pk=earlier.pk).valid_to == today - timedelta(days=90)
    assert Activity.objects.about(post.grid).filter(title="恢复使用网格").count() == 1
    with pytest.raises(Refused, match="没有停用"):
        grids.restore_grid(post.grid, by=by)


def test_a_last_day_ahead_is_moved_with_the_posts_that_end_with_the_grid():
    post, by = PostFactory(), UserFactory()
    earlier = PostFactory(grid=post.grid, valid_to=date(2025, 1, 1))
    today = timezone.localdate()
    for days in (5, 30):
        grids.retire_grid(post.grid, by=by, on=today + timedelta(days=days))
    assert Post.objects.get(pk=post.pk).valid_to == today + timedelta(days=30)
    assert Post.objects.get(pk=earlier.pk).valid_to == date(2025, 1, 1)


# --- The database repeats the rules -----------------------------------------------------------------------------------


def slot_rows():
    return Slot.objects.filter(pk=staffed(DutyPersonFactory()).pk)


BROKEN = [
    ("post_needs_somebody", lambda: Post.objects.filter(pk=PostFactory().pk), {"minimum_staff": 0}),
    ("post_position_whole", lambda: Post.objects.filter(pk=PostFactory().pk), {"latitude": None}),
    ("post_position_whole", lambda: Post.objects.filter(pk=PostFactory().pk), {"longitude": 181}),
    ("post_valid_to_not_before_from", lambda: Post.objects.filter(pk=PostFactory().pk), {"valid_to": date(2000, 1, 1)}),
    ("shift_lasts_up_to_a_day", lambda: ShiftPattern.objects.filter(pk=ShiftFactory().pk), {"minutes": 1441}),
    ("window_end_not_before_start", lambda: Window.objects.filter(pk=WindowFactory().pk), {"end": date(2026, 1, 1)}),
    ("duty_person_has_a_name", lambda: DutyPerson.objects.filter(pk=DutyPersonFactory().pk), {"agency": ""}),
    ("roster_published_with_time", lambda: Roster.objects.filter(pk=published().pk), {"published_at": None}),
    ("slot_needs_somebody", slot_rows, {"needed": 0}),
    ("slot_runs_forwards", slot_rows, {"ends_at": timezone.make_aware(timezone.datetime(2000, 1, 1))}),
]


@pytest.mark.parametrize(("name", "rows", "change"), BROKEN)
def test_the_database_refuses_what_no_door_would_write(name, rows, change):
    found = rows()
    assert found.count() == 1
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        found.update(**change)


DOUBLE = [
    lambda: WindowFactory(kind=WindowKind.LANTERN),
    lambda: WindowFactory(name="同名"),
    lambda: PostFactory(grid=Grid.objects.first() or GridFactory(), name="同名"),
    lambda: DutyPersonFactory(name="同名"),
    lambda: LawReference.objects.create(title="x", article="x", text="x", valid_from=EVE),
]


@pytest.mark.parametrize("make", DOUBLE)
def test_the_database_refuses_the_same_twice(make):
    make()
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_the_database_refuses_a_second_slot_of_a_post_of_a_grid_and_a_second_place_of_a_person():
    slot = staffed(DutyPersonFactory())
    place = slot.assignments.get()
    place.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        place.save()
    for change in ({}, {"post": None}):
        copy = Slot.objects.get(pk=slot.pk)
        copy.pk = None
        for name, value in change.items():
            setattr(copy, name, value)
        if change:
            copy.save()
            copy.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save()


def test_the_database_refuses_oneself_as_substitute_and_a_backward_absence():
    place = staffed(DutyPersonFactory()).assignments.get()
    with pytest.raises(IntegrityError, match="substitute"), transaction.atomic():
        Assignment.objects.update(substitute=place.person)
    Absence.objects.create(person=place.person, start=EVE, end=EVE)
    with pytest.raises(IntegrityError, match="absence"), transaction.atomic():
        Absence.objects.update(end=date(2020, 1, 1))
    LawReference.objects.create(title="x", article="x", text="x", valid_from=EVE)
    with pytest.raises(IntegrityError, match="law_reference"), transaction.atomic():
        LawReference.objects.update(valid_to=date(2020, 1, 1))
