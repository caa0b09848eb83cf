"""The clock of a deadline through real steps: waiting for review, sent back, shelved, resumed, reassigned, looked back at."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from config.periods import Period
from inspections.caseload import ACCOUNTS
from inspections.lateness import History, Report, Shelf
from inspections.models import Finding, Shelving
from inspections.month import MonthReader
from inspections.workflow import appeals, orders, rectification
from inspections.workflow import findings as workflow
from inspections.workflow.appeals import Decision
from staff.models import UnitKind
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, make_finding, moment, review
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
DUE = moment(2026, 3, 6)


@pytest.fixture
def office():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE)


@pytest.fixture
def street():
    return UnitFactory(squad=SquadFactory())


@pytest.fixture
def finding(street, office):
    """Found on 4 March, ordered on 5 March, due on 6 March at nine."""
    with at(4):
        made = make_finding(unit=street, item=ItemFactory(rectify_hours=24), found_at=moment(2026, 3, 4))
    with at(5):
        orders.order_findings([made], by=office)
    return made


def at(day, hour=9):
    return time_machine.travel(moment(2026, 3, day, hour), tick=False)


def report(finding, by):
    return rectification.report_rectified(finding, by=by, done="已清理")


def line(finding, as_of):
    unit = Finding.objects.get(pk=finding.pk).lead_unit
    (row,) = (row for row in MonthReader(["2026-03"], as_of=as_of).of("2026-03") if row.unit == unit)
    (part,) = (each for each in row.lines if each.finding == finding.pk)
    return part


def days(finding, day, hour=9):
    return line(finding, moment(2026, 3, day, hour)).account.days_late


def test_a_slow_review_costs_the_unit_nothing(finding, office):
    with at(5, 20):
        report(finding, office)
    finding.refresh_from_db()
    assert (finding.is_overdue, finding.light) == (False, ("none", "待复查"))
    assert days(finding, 20) == 0
    with at(20):
        review(finding, office, "passed")
    finding.refresh_from_db()
    assert (finding.closed_at, finding.is_overdue, days(finding, 25)) == (moment(2026, 3, 20), False, 0)
    march = Finding.objects.filter(ACCOUNTS["case_on_time"].condition(Period.parse("2026-03")))
    assert finding in march


def test_a_late_report_is_late_up_to_the_report(finding, office):
    with at(8):
        report(finding, office)
    assert days(finding, 20) == 2
    with at(20):
        review(finding, office, "passed")
    finding.refresh_from_db()
    assert (finding.is_overdue, days(finding, 25)) == (True, 2)


def test_sent_back_the_time_counts_again_the_waiting_included(finding, office):
    with at(5, 20):
        report(finding, office)
    with at(9):
        review(finding, office, "returned")
    finding.refresh_from_db()
    assert (finding.stopped_at, finding.is_overdue) == (None, True)
    assert (days(finding, 8), days(finding, 9), days(finding, 10)) == (0, 3, 4)
    with at(10):
        report(finding, office)
    assert days(finding, 30) == 4


def test_what_came_after_the_reckoning_leaves_it_as_it_was(finding, office):
    with at(8):
        report(finding, office)
    before = line(finding, moment(2026, 3, 9))
    with at(10):
        review(finding, office, "returned")
    assert line(finding, moment(2026, 3, 9)) == before
    with at(11):
        report(finding, office)
    with at(12):
        review(finding, office, "false")
    with at(13):
        orders.shelve_finding(finding, by=office, reason="管线迁改后整改")
    assert line(finding, moment(2026, 3, 9)) == before
    counted = line(finding, moment(2026, 3, 11)).account
    assert (counted.send_backs, counted.false_reports, counted.days_late) == (1, 0, 5)
    assert line(finding, moment(2026, 3, 20)).account.false_reports == 1
    with at(21):
        orders.resume_finding(finding, by=office, reason="管线已迁改")
        orders.order_findings([finding], by=office)
    assert line(finding, moment(2026, 3, 9)) == before


def test_shelving_stops_the_clock_and_wipes_nothing(finding, office):
    with at(7):
        orders.shelve_finding(finding, by=office, reason="管线迁改后整改")
    assert (days(finding, 7), days(finding, 20)) == (1, 1)
    with at(25):
        workflow.close_finding(finding, by=office)
    finding.refresh_from_db()
    assert (days(finding, 20), days(finding, 30)) == (1, 1)
    assert (finding.due_at, finding.is_overdue) == (DUE, True)


@pytest.mark.parametrize("ordered", [True, False])
def test_closed_from_the_shelf_in_time_brings_no_lateness(street, office, ordered):
    with at(4):
        finding = make_finding(unit=street, item=ItemFactory(rectify_hours=24), found_at=moment(2026, 3, 4))
        orders.confirm_finding(finding, by=office)
    with at(5):
        if ordered:
            orders.order_findings([finding], by=office)
        orders.shelve_finding(finding, by=office, reason="管线迁改后整改")
    with at(25):
        workflow.close_finding(finding, by=office)
    finding.refresh_from_db()
    assert (finding.is_overdue, finding.due_at, days(finding, 30)) == (False, None, 0)


def test_resumed_the_new_deadline_counts_and_what_was_late_before_stays(finding, office):
    with at(7):
        orders.shelve_finding(finding, by=office, reason="管线迁改后整改")
    with at(15):
        orders.resume_finding(finding, by=office, reason="管线已迁改")
    assert days(finding, 16) == 1
    with at(16):
        orders.order_findings([finding], by=office)
    assert (days(finding, 17), days(finding, 18)) == (1, 2)
    with at(18):
        report(finding, office)
    assert days(finding, 28) == 2


def test_resumed_and_closed_without_a_new_order_is_not_charged_from_when_it_was_found(finding, office):
    with at(5, 12):
        orders.shelve_finding(finding, by=office, reason="管线迁改后整改")
    with at(15):
        orders.resume_finding(finding, by=office, reason="管线已迁改")
        workflow.close_finding(finding, by=office)
    assert days(finding, 20) == 0


def reassign(finding, street, other):
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=street)
    leader = UserFactory(role=Roles.DEPUTY_DIRECTOR, unit=UnitFactory(kind=UnitKind.DEPARTMENT))
    appeal = appeals.lodge_appeal(finding, unit=street, by=contact, ground="not_ours", reason="不属我辖区")
    appeals.decide_appeal(appeal, Decision("reassigned", "改派", new_unit=other), by=leader)
    finding.refresh_from_db()


def test_a_closed_case_brings_the_other_unit_no_lateness_and_a_whole_time_to_appeal(finding, street, office):
    other = UnitFactory(squad=SquadFactory())
    with at(8):
        report(finding, office)
        review(finding, office, "returned")
        report(finding, office)
        review(finding, office, "passed")
    with at(20):
        reassign(finding, street, other)
        mine = appeals.lodge_appeal(finding, unit=other, by=office, ground="facts", reason="检查时正在清运")
    assert (finding.state, finding.delivered_at, finding.due_at) == ("closed", moment(2026, 3, 20), moment(2026, 3, 21))
    assert (finding.is_overdue, mine.is_late, line(finding, moment(2026, 3, 30)).rectification) == (False, False, 0)


def test_an_open_case_starts_with_the_order_to_the_other_unit(finding, street, office):
    other = UnitFactory(squad=SquadFactory())
    with at(8):
        orders.shelve_finding(finding, by=office, reason="管线迁改后整改")
    with at(20):
        reassign(finding, street, other)
    assert days(finding, 25) == 0
    with at(21):
        orders.order_findings([finding], by=office)
    assert (days(finding, 22), days(finding, 23)) == (0, 1)


def test_the_ceiling_is_not_reached_by_waiting(finding, office):
    with at(6, 10):
        report(finding, office)
    share = finding.shares.get(unit=finding.lead_unit).share
    assert line(finding, moment(2026, 3, 30)).rectification == Decimal("0.2") * share


# --- The rule itself --------------------------------------------------------------------------------------------------


def test_a_review_dated_back_before_the_report_ends_the_clock_at_the_review():
    history = History(reports=[Report(moment(2026, 11, 1))])
    assert history.late(DUE, moment(2026, 3, 7), moment(2026, 12, 1)) == timedelta(days=1)


def test_a_report_that_waited_when_the_case_was_shelved_is_the_end_of_that_time_alone():
    shelf = Shelf(DUE, moment(2026, 3, 10), moment(2026, 3, 12))
    history = History(reports=[Report(moment(2026, 3, 7))], shelves=[shelf])
    assert history.late(moment(2026, 3, 14), None, moment(2026, 3, 16)) == timedelta(days=1 + 2)


def test_the_database_refuses_two_rests_at_once_and_one_that_ends_before_it_begins(finding):
    row = Shelving.objects.create(finding=finding)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shelving.objects.create(finding=finding)
    with pytest.raises(IntegrityError, match="shelving_ends_after_start"), transaction.atomic():
        Shelving.objects.filter(pk=row.pk).update(ended_at=row.shelved_at - timedelta(hours=1))
    with pytest.raises(IntegrityError, match="finding_stopped_by_report"), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(stopped_at=timezone.now())
