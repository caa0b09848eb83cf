"""What duty says to the desk and to the search field; the demo bureau."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from fireworks import demo_duty, desk
from fireworks.crews import Member
from fireworks.enums import SwapState, WindowKind
from fireworks.models import Grid, LawReference, Post, Roster, ShiftReport, Slot, Swap, Window
from fireworks.watch import gaps
from fireworks.workflow import rosters, swaps, watch
from staff.models import UnitKind
from staff.permissions import Roles
from tests.factories.fireworks import CommunityFactory, DutyPersonFactory, WindowFactory, make_roster, officer, staffed
from tests.factories.people import CertificateFactory, make_person
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db


def said(user):
    return [todo.text for todo in desk.todo(user)]


def test_nothing_waits_for_somebody_who_is_on_no_roster():
    staffed(DutyPersonFactory(), days_from_now=1)
    assert said(UserFactory()) == []


def test_my_next_duty_within_three_days():
    me = UserFactory()
    staffed(officer(me), days_from_now=2)
    (only,) = desk.todo(me)
    assert only.text.startswith("值班：")
    assert only.url == reverse("fireworks:my-duty")
    with time_machine.travel(timezone.localdate() - timedelta(days=5)):
        assert said(me) == []


def test_a_swap_waits_first_for_the_other_then_for_the_leader():
    me, other, boss = UserFactory(), UserFactory(), UserFactory(role=Roles.FIREWORKS_OFFICE)
    slot = staffed(officer(me), days_from_now=10)
    swap = swaps.ask(slot.assignments.get(), by=me, to=officer(other), reason="x")
    assert "请您接替" in "".join(said(other))
    assert "换班" not in "".join(said(boss)) + "".join(said(me))
    swaps.accept(swap, by=other)
    assert "待批准" in "".join(said(boss))
    assert "换班" not in "".join(said(other))
    swaps.approve(Swap.objects.get(), by=boss)
    assert "换班" not in "".join(said(boss))
    assert Swap.objects.get().state == SwapState.APPROVED


def test_missing_reports_are_the_leaders_and_the_grounds():
    leader, member = UserFactory(), UserFactory()
    slot = staffed(officer(leader), officer(member))
    with time_machine.travel(slot.ends_at + timedelta(hours=1)):
        office, stranger = (
            UserFactory(role=Roles.FIREWORKS_OFFICE),
            UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()),
        )
        assert "1 个岗班已结束，没有报告" in said(leader)
        assert "1 个岗班已结束，没有报告" in said(office)
        assert said(member) == said(stranger) == []
        watch.report_shift(slot, by=leader)
        assert said(leader) == said(office) == []


def test_the_line_opens_a_list_of_exactly_so_many(client):
    slots = [staffed(DutyPersonFactory()) for _ in range(2)]
    with time_machine.travel(slots[0].ends_at + timedelta(hours=1)):
        office = UserFactory(role=Roles.FIREWORKS_OFFICE)
        client.force_login(office)
        (only,) = [todo for todo in desk.todo(office) if "没有报告" in todo.text]
        assert only.count == client.get(only.url).context["table"].count == 2


def test_rosters_to_make_and_publish_are_the_planners():
    with time_machine.travel(date(2026, 2, 10)):
        office = UserFactory(role=Roles.FIREWORKS_OFFICE)
        window = WindowFactory(name="春节", start=date(2026, 2, 16), end=date(2026, 2, 17))
        assert said(office) == ["春节的值班表还没有编"]
        roster = make_roster(window)
        assert said(office) == ["春节的值班表还没有发布"]
        assert said(UserFactory(role=Roles.DUTY_LEADER)) == []
        rosters.set_crew(roster.slots.first(), [Member(DutyPersonFactory(), "lead")], by=None)
        rosters.publish(roster, by=office, accept_breaches=True)
        assert said(office) == []
    with time_machine.travel(date(2026, 1, 20)):
        WindowFactory(name="太远", start=date(2026, 3, 16), end=date(2026, 3, 17))
        assert said(office) == []


def test_search_finds_grids_windows_and_people_of_ones_ground():
    slot = staffed(DutyPersonFactory(name="找示例"))
    Grid.objects.filter(pk=slot.grid_id).update(name="找网格")
    Window.objects.update(name="找时段")
    office = UserFactory(role=Roles.FIREWORKS_OFFICE)
    assert {hit.kind for hit in desk.search(office, "找")} == {"禁炮网格", "重点时段", "值守人员"}
    stranger = UserFactory(role=Roles.SQUAD_MEMBER, unit=SquadFactory())
    assert {hit.kind for hit in desk.search(stranger, "找")} == {"重点时段"}
    assert desk.search(UserFactory(), "找") == []


def test_the_demo_has_two_years_with_rosters_reports_and_something_to_find():
    street = SquadFactory(kind=UnitKind.STREET)
    for number in range(2):
        CommunityFactory(name=f"演示{number}社区", parent=street)
    for number in range(6):
        CertificateFactory(person=make_person(birth_date=date(1980, 1, number + 1)))
    with time_machine.travel(date(2026, 11, 20)):
        demo_duty.seed()
    assert Grid.objects.count() == 2
    assert Post.objects.count() == 4
    assert Window.objects.filter(year=2025).count() == Window.objects.filter(year=2026).count() == 7
    spring = Window.objects.get(year=2026, kind=WindowKind.SPRING)
    assert gaps(spring) == []
    assert set(Slot.objects.filter(roster__window=spring).values_list("shift__code", flat=True)) == {"CX", "CY", "YC"}
    assert Roster.objects.get(window__year=2026, window__kind=WindowKind.WINTER).is_draft
    assert ShiftReport.objects.zero().count() > 30
    assert [law.title for law in spring.laws if "治安" in law.title] == ["治安管理处罚法（2025年修订）"]
    assert LawReference.objects.count() == 4
