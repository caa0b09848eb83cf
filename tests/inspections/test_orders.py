"""Confirming and ordering: one numbered order a unit, deadlines from delivery, what is only deducted, what is shelved."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from inspections.enums import HourBasis
from inspections.models import Finding, FindingPhoto, OrderLine, RectificationOrder
from inspections.workflow import findings as workflow
from inspections.workflow import orders
from inspections.workflow.order_paper import OrderPaper
from staff.models import Activity, Message, NumberSeries
from staff.permissions import Roles
from staff.refusals import Refused
from staff.uploads import save_image
from tests.factories.inspections import ItemFactory, in_state, make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    return UnitFactory(squad=SquadFactory())


@pytest.fixture
def contact(street):
    return UserFactory(role=Roles.STREET_CONTACT, unit=street)


@pytest.fixture
def office():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE)


def test_no_more_pictures_are_read_than_the_order_shows(street, monkeypatch):
    rows = [make_finding(unit=street) for _ in range(4)]
    read = []
    monkeypatch.setattr("inspections.photo_annex.pictures_of", lambda photos, label: read.append(label) or ("x",))
    monkeypatch.setattr(orders, "MOST_ENTRIES", 2)
    assert [entry.record for entry in orders.pictures_for(rows)] == rows[:2]
    assert len(read) == 2


def test_an_order_is_numbered_frozen_pushed_and_logged(street, contact, office, real_paper):
    findings = [in_state("confirmed", unit=street) for _ in range(2)]
    (order,) = orders.order_findings(findings, by=office, demand="当日整改")
    assert order.number == f"岳南城管交办字〔{timezone.localdate().year}〕1号"
    with order.paper.open("rb") as stored:
        content = stored.read()
    assert content.startswith(b"%PDF-")
    assert order.sha256 == hashlib.sha256(content).hexdigest()
    assert set(order.lines.values_list("finding", flat=True)) == {finding.pk for finding in findings}
    message = Message.objects.get(recipient=contact)
    assert (message.url, "共 2 个问题" in message.text) == (order.get_absolute_url(), True)
    assert order.number in Activity.objects.about(findings[0]).first().note


def test_who_shares_the_points_is_told_when_its_days_to_appeal_begin(street, office):
    leader = UserFactory(role=Roles.SQUAD_LEADER, unit=street.squad)
    single, *several = [in_state("confirmed", unit=street) for _ in range(3)]
    orders.order_findings([single], by=office)
    message = Message.objects.get(recipient=leader)
    assert message.url == single.get_absolute_url()
    assert f"由{street.label}主责，本单位分摊扣 0.048 分" in message.text
    orders.order_findings(several, by=office)
    assert "等 2 个问题" in Message.objects.filter(recipient=leader).latest("pk").text
    workflow.void_finding(single, by=office, reason="登记有误")
    assert "已作废" in Message.objects.filter(recipient=leader).latest("pk").text


@pytest.mark.parametrize("handling", ["deduct", "spot"])
def test_who_shares_what_is_not_ordered_is_told_as_well(street, office, handling):
    leader = UserFactory(role=Roles.SQUAD_LEADER, unit=street.squad)
    finding = make_finding(unit=street, handling=handling, by=office)
    if handling == "deduct":
        orders.confirm_finding(finding, by=office)
    assert "本单位分摊扣" in Message.objects.get(recipient=leader).text


def test_the_order_shows_the_photos_of_its_problems(street, office, real_paper, monkeypatch):
    shown, bare = in_state("confirmed", unit=street), in_state("confirmed", unit=street)
    target = io.BytesIO()
    Image.new("RGB", (400, 300), (40, 120, 90)).save(target, "JPEG")
    save_image(SimpleUploadedFile("a.jpg", target.getvalue()), FindingPhoto, by=office, finding=shown)
    seen = []
    monkeypatch.setattr(
        "inspections.workflow.order_paper.render_pdf", lambda template, context: seen.append(context) or b"%PDF-"
    )
    orders.order_findings([shown, bare], by=office)
    (context,) = seen
    assert [entry.record for entry in context["entries"]] == [shown]
    assert context["paper"]["annexes"] == ("问题照片",)


def test_several_units_have_one_order_each_in_one_go(office):
    units = [UnitFactory(squad=SquadFactory()) for _ in range(3)]
    findings = [make_finding(unit=unit) for unit in units for _ in range(2)]
    given = orders.order_findings(findings, by=office)
    assert sorted(order.unit_id for order in given) == [unit.pk for unit in units]
    assert {order.lines.count() for order in given} == {2}
    assert set(Finding.objects.values_list("state", flat=True)) == {"ordered"}
    titles = Activity.objects.about(findings[0]).values_list("title", flat=True)
    assert list(titles) == ["交办", "确认", "登记"]


@pytest.mark.parametrize(
    ("basis", "delivered", "due"),
    [
        # 24 natural hours from delivery, not from when it was found two days before.
        (HourBasis.NATURAL, moment(2026, 3, 6, 16), moment(2026, 3, 7, 16)),
        # 24 working hours of 6.5 a day from Friday 16:00: 1.5 on Friday, 19.5 until Wednesday evening, 3 on Thursday.
        (HourBasis.WORKING, moment(2026, 3, 6, 16), moment(2026, 3, 12, 11, 30)),
    ],
)
def test_the_deadline_runs_from_delivery_in_the_item_s_own_hours(office, basis, delivered, due):
    call_command("load_calendar", verbosity=0)
    finding = make_finding(found_at=moment(2026, 3, 4), item=ItemFactory(rectify_hours=24, hour_basis=basis))
    orders.order_findings([finding], by=office, delivered_at=delivered)
    finding.refresh_from_db()
    assert (finding.delivered_at, finding.due_at) == (delivered, due)
    assert finding.order_lines.get().due_at == due


def test_a_deadline_that_the_sheet_carried_stays_unless_it_is_over_when_the_order_comes(office):
    ahead = make_finding(found_at=moment(2026, 3, 4), due_at=moment(2026, 3, 20))
    over = make_finding(found_at=moment(2026, 3, 4), due_at=moment(2026, 3, 5), item=ItemFactory(rectify_hours=24))
    orders.order_findings([ahead, over], by=office, delivered_at=moment(2026, 3, 6))
    assert Finding.objects.get(pk=ahead.pk).due_at == moment(2026, 3, 20)
    assert Finding.objects.get(pk=over.pk).due_at == moment(2026, 3, 7)


def test_an_order_given_by_telephone_is_entered_afterwards_and_marked(office):
    finding = make_finding(found_at=moment(2026, 3, 4))
    (order,) = orders.order_findings([finding], by=office, delivered_at=moment(2026, 3, 5))
    assert order.offline
    assert "补录" in Activity.objects.about(finding).first().note


@pytest.mark.parametrize("delivered", [moment(2026, 3, 3), timezone.now() + timedelta(days=2)])
def test_an_order_is_not_delivered_before_it_was_found_nor_in_advance(office, delivered):
    finding = make_finding(found_at=moment(2026, 3, 4))
    with pytest.raises(Refused) as refusal:
        orders.order_findings([finding], by=office, delivered_at=delivered)
    assert refusal.value.field == "delivered_at"
    assert not RectificationOrder.objects.exists()


def test_one_that_cannot_be_ordered_stops_the_whole_and_gives_the_number_back(office):
    good, closed = make_finding(), in_state("closed")
    taken = NumberSeries.objects.get(code=orders.SERIES).counters.get().last
    with pytest.raises(Refused, match=closed.number):
        orders.order_findings([good, closed], by=office)
    good.refresh_from_db()
    assert good.state == "registered"
    assert NumberSeries.objects.get(code=orders.SERIES).counters.get().last == taken


def test_the_paper_says_which_problem_where_until_when(street, office):
    item = ItemFactory(name="暴露垃圾")
    finding = make_finding(unit=street, item=item, place="样例路1号", description="垃圾满溢", count=2)
    (order,) = orders.order_findings([finding], by=office, demand="当日清运")
    finding.refresh_from_db()
    paper = OrderPaper.of(order, [finding], number=order.number)
    (row,) = paper.rows
    assert (paper.unit, paper.demand) == (street.name, "当日清运")
    assert (row.place, row.problem, row.due_at) == ("样例路1号", "暴露垃圾：垃圾满溢（2处）", finding.due_at)
    assert row.points == f"{finding.shares.get(unit=street).points.normalize():f}" != f"{finding.points.normalize():f}"


def test_what_is_only_deducted_is_told_never_ordered_and_never_due(street, contact, office):
    finding = make_finding(unit=street, handling="deduct")
    with pytest.raises(Refused, match="只扣分"):
        orders.order_findings([finding], by=office)
    orders.confirm_finding(finding, by=office)
    finding.refresh_from_db()
    assert (finding.state, finding.due_at, finding.is_overdue) == ("deducted", None, False)
    assert finding.delivered_at is not None
    assert finding.number in Message.objects.get(recipient=contact).text


def test_only_deducted_and_found_again_is_a_recurrence_not_the_same_case(street, office):
    item = ItemFactory()
    first = make_finding(unit=street, item=item, place="资料", found_at=moment(2026, 3, 1), handling="deduct")
    orders.confirm_finding(first, by=office)
    again = make_finding(unit=street, item=item, place="资料", found_at=moment(2026, 3, 10), handling="deduct")
    assert (again.recurrence, again.multiplier) == (1, 2)


def test_put_right_on_the_spot_is_closed_when_found_in_time_and_told(street, contact):
    finding = make_finding(unit=street, handling="spot", found_at=moment(2026, 3, 5))
    assert (finding.state, finding.closed_at) == ("closed", moment(2026, 3, 5))
    assert not finding.is_overdue
    assert finding.points > 0
    assert finding.reviews.get().reason == "即查即改"
    assert "即查即改" in Message.objects.get(recipient=contact).text


def test_shelved_has_no_clock_and_resumed_gets_a_new_one_with_a_new_order(office):
    finding = in_state("shelved", item=ItemFactory(rectify_hours=24))
    Finding.objects.filter(pk=finding.pk).update(due_at=moment(2026, 3, 1))
    finding.refresh_from_db()
    assert not finding.is_overdue
    orders.resume_finding(finding, by=office, reason="管线已迁改")
    finding.refresh_from_db()
    assert (finding.state, finding.due_at, finding.delivered_at) == ("confirmed", None, None)
    assert finding.order_lines.get().withdrawn_why
    orders.order_findings([finding], by=office)
    assert finding.order_lines.filter(withdrawn_at=None).count() == 1
    assert Finding.objects.get(pk=finding.pk).due_at > timezone.now()


@pytest.mark.parametrize(
    ("state", "flag"),
    [("registered", "未经交办"), ("ordered", "未经反馈"), ("returned", "退回后"), ("shelved", "挂账后")],
)
def test_a_direct_closing_is_recorded_and_flagged(office, state, flag):
    finding = workflow.close_finding(in_state(state), by=office)
    assert flag in finding.reviews.get(report=None).flag
    assert flag in Activity.objects.about(finding).first().note


def test_closed_without_any_order_counts_its_time_from_when_it_was_found(office):
    finding = make_finding(found_at=moment(2026, 3, 5), item=ItemFactory(rectify_hours=24))
    assert workflow.close_finding(finding, by=office, closed_at=moment(2026, 3, 7)).due_at == moment(2026, 3, 6)


def test_voiding_takes_the_finding_off_its_order(office):
    finding = in_state("ordered")
    workflow.void_finding(finding, by=office, reason="登记有误")
    assert OrderLine.objects.get(finding=finding).withdrawn_why == "问题作废"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"withdrawn_at": timezone.now()}, "order_line_withdrawn_whole"),
        ({"withdrawn_why": "改派"}, "order_line_withdrawn_whole"),
    ],
)
def test_the_database_refuses_half_a_withdrawal(change, constraint):
    line = in_state("ordered").order_lines.get()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OrderLine.objects.filter(pk=line.pk).update(**change)


def test_the_database_refuses_two_orders_for_one_finding_and_a_signature_in_part():
    finding, other = in_state("ordered"), in_state("ordered")
    order = other.order_lines.get().order
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.create(order=order, finding=finding)
    with pytest.raises(IntegrityError, match="signed_whole"), transaction.atomic():
        RectificationOrder.objects.filter(pk=order.pk).update(sha256="")
