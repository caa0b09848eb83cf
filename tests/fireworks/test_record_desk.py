"""The desk asks for what waits, of whom it waits for; the search finds it; the demo bureau holds it all."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

import fireworks.demo
import staff.demo
from config.periods import Period
from fireworks import desk
from fireworks.figures.records import CLAIMS
from fireworks.models import BanBulletin, Destruction, Incident, JointAction, PublicityEntry, SeizureLot
from fireworks.workflow import assessment, incidents
from tests.factories.fireworks import make_ban_entry, make_bulletin, make_incident, make_lot, make_report
from tests.factories.inspections import moment
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db


def texts(user):
    return {todo.text: todo.light for todo in desk.todo(user)}


def test_incidents_wait_for_who_looks_into_them(office, street, leader):
    assert texts(office.user) == {}
    fresh = make_incident(found_at=timezone.now() - timedelta(minutes=5))
    assert texts(office.user) == {"1 起炮情待核实": "orange"}
    make_incident(found_at=timezone.now() - timedelta(hours=5))
    assert texts(office.user) == {"2 起炮情待核实": "red"}
    assert texts(street.user) == texts(leader.user) == {}
    incidents.verify_incident(fresh, incidents.Finding(), by=UserFactory())
    make_incident(to="handled")
    assert set(texts(office.user)) == {"1 起炮情待核实", "1 起炮情待处置", "1 起炮情待办结"}
    for todo in desk.todo(office.user):
        assert office.get(todo.url).context["table"].count == todo.count


def test_rewards_wait_for_the_few(office, leader):
    report = make_report()
    incidents.verify_incident(report.incident, incidents.Finding(), by=UserFactory())
    assert "1 份群众举报待核定奖励" in texts(office.user)
    assert "1 份群众举报待核定奖励" not in texts(leader.user)


@time_machine.travel(moment(2026, 4, 2))
def test_bulletins_wait_for_who_makes_and_who_signs_them(office, director):
    make_ban_entry(month="2026-03")
    assert "2026年3月禁炮考评通报还没有拟制" in texts(office.user)
    make_bulletin("2026-03")
    assert "2026年3月禁炮考评通报还没有拟制" not in texts(office.user)
    assert texts(director.user) == {"2026年3月禁炮考评通报待签发": "orange"}


@time_machine.travel(moment(2026, 4, 2))
def test_a_correction_waits_for_who_makes_it(office, director):
    entry, words = make_ban_entry(month="2026-03"), "2026年3月禁炮考评通报签发后扣分有变动，要拟更正通报"
    bulletin = make_bulletin("2026-03", signed_by=director.user)
    assert words not in texts(office.user)
    assessment.void_entry(entry, by=office.user, reason="申诉成立")
    (todo,) = [each for each in desk.todo(office.user) if each.text == words]
    assert todo.url == bulletin.get_absolute_url()
    assert words not in texts(director.user)


def test_search_finds_what_one_may_see(office, stranger):
    incident, lot, report = make_incident(place="样例酒店门前"), make_lot(), make_report()
    assert [hit.title for hit in desk.search(office.user, "样例酒店")] == [incident.number]
    assert [hit.title for hit in desk.search(office.user, lot.number)] == [lot.number]
    assert [hit.kind for hit in desk.search(office.user, report.code)] == ["群众举报"]
    assert desk.search(stranger.user, "样例酒店") == desk.search(stranger.user, report.code) == []
    assert desk.search(UserFactory(), "样例酒店") == []


def test_the_demo_bureau_holds_the_ban():
    staff.demo.seed()
    fireworks.demo.seed()
    assert set(Incident.objects.values_list("state", flat=True)) == {"reported", "verified", "unfounded", "closed"}
    assert BanBulletin.objects.filter(signed_at__isnull=False).count() == 2
    assert JointAction.objects.joint().exists()
    assert Destruction.objects.count() == 2
    assert SeizureLot.objects.filter(destroyed=0).exists()
    assert PublicityEntry.objects.values("kind").distinct().count() == 9
    for claim in CLAIMS:  # no incident in the way, and the watch is whole
        assert claim.check(Period.parse("2026H1")) == (True, "")
        assert claim.check(Period.parse("2024H1"))[0] is False
