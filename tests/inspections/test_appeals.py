"""Appeals and reductions: who may, by when, what each outcome does to points, unit, order and later findings."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from inspections.models import Appeal, Finding, Reduction, SignedScan
from inspections.permissions import can_decide_appeal, why_not_decide
from inspections.registrar import entry_of
from inspections.workflow import appeals, orders
from inspections.workflow import findings as workflow
from inspections.workflow.appeals import Decision
from inspections.workflow.steps import TransitionNotAllowed
from staff.models import Activity, Message, Setting, UnitKind
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.inspections import ItemFactory, in_state, make_finding, moment, review
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    return UnitFactory(squad=SquadFactory())


@pytest.fixture
def contact(street):
    return UserFactory(role=Roles.STREET_CONTACT, unit=street)


@pytest.fixture
def leader():
    return UserFactory(role=Roles.DEPUTY_DIRECTOR, unit=UnitFactory(kind=UnitKind.DEPARTMENT))


@pytest.fixture
def office():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE)


def lodge(finding, by, ground="facts", **more):
    return appeals.lodge_appeal(finding, unit=finding.lead_unit, by=by, ground=ground, reason="检查时正在清运", **more)


def decide(appeal, by, outcome, **more):
    return appeals.decide_appeal(appeal, Decision(outcome, "经核实裁定如下", **more), by=by)


def test_lodging_holds_the_points_and_tells_who_answers(street, contact, leader, office):
    finding = in_state("ordered", unit=street)
    appeal = lodge(finding, contact)
    finding.refresh_from_db()
    assert (finding.held, appeal.state, appeal.is_late) == (True, "pending", False)
    told = set(Message.objects.filter(url=appeal.get_absolute_url()).values_list("recipient", flat=True))
    assert told == {leader.pk, office.pk}
    assert Activity.objects.about(finding).first().title == "提出申诉"


@pytest.mark.parametrize(("days", "late"), [("2", True), ("5", False)])
def test_two_working_days_from_delivery_unless_the_bureau_set_others_and_late_is_recorded(
    street, contact, office, days, late
):
    """Delivered on Thursday 5 March: until Monday 9 March. Later ones are taken and flagged."""
    call_command("load_calendar", verbosity=0)
    Setting.objects.create(
        key="assessment.appeal_days", value=days, source="考评办法", valid_from=moment(2026, 1, 1).date()
    )
    finding = make_finding(unit=street, found_at=moment(2026, 3, 4))
    orders.order_findings([finding], by=office, delivered_at=moment(2026, 3, 5))
    due = appeals.days_after(moment(2026, 3, 5), "assessment.appeal_days")
    assert due.isoformat() == {"2": "2026-03-09", "5": "2026-03-12"}[days]
    appeal = lodge(finding, contact)
    assert (appeal.lodge_by, appeal.is_late) == (due, timezone.localdate() > due)
    assert appeal.state == "pending"


def test_what_was_handed_in_on_paper_in_time_is_not_late_however_late_it_is_typed_in(client, street, contact, office):
    call_command("load_calendar", verbosity=0)
    finding = make_finding(unit=street, found_at=moment(2026, 3, 4))
    orders.order_findings([finding], by=office, delivered_at=moment(2026, 3, 5))
    address = reverse("inspections:finding-paper-appeal", args=[finding.pk])
    client.force_login(contact)
    assert client.post(address).status_code == 403
    client.force_login(office)
    assert "补录申诉" in client.get(finding.get_absolute_url()).content.decode()
    data = {"unit": street.pk, "ground": "facts", "reason": "检查时正在清运", "lodged_at": "2026-03-03T09:00"}
    before = client.post(address, data)
    assert (before.status_code, "不得早于发现时间" in before.content.decode()) == (422, True)
    assert client.post(address, {**data, "lodged_at": "2026-03-09T16:00"}).status_code == 302
    appeal = finding.appeals.get()
    assert (appeal.unit, appeal.is_late, appeal.lodged_by) == (street, False, office)
    assert (appeal.lodged_at, appeal.answer_by.isoformat()) == (moment(2026, 3, 9, 16), "2026-03-12")
    assert timezone.now() - appeal.recorded_at < timedelta(minutes=1)
    assert "收到纸质申诉" in client.get(appeal.get_absolute_url()).content.decode()
    assert "2026-03-09 16:00 交来纸质申诉" in Activity.objects.about(finding).first().note
    assert Message.objects.filter(recipient=contact, url=appeal.get_absolute_url()).exists()


def test_who_typed_a_paper_in_did_not_appeal_and_may_take_it_back(client, street, contact, leader, office):
    finding = in_state("ordered", unit=street)
    appeal = lodge(finding, office, lodged_at=finding.found_at + timedelta(minutes=1))
    assert why_not_decide(office, appeal, signer=str(office)) == ""
    with pytest.raises(Refused, match="由提出的单位撤回"):
        appeals.withdraw_appeal(appeal, by=leader, reason="x")
    client.force_login(office)
    client.post(reverse("inspections:appeal-withdraw", args=[appeal.pk]), {"reason": "单位录错"})
    appeal.refresh_from_db()
    assert (appeal.state, Finding.objects.get(pk=finding.pk).held) == ("withdrawn", False)
    assert Message.objects.filter(recipient=contact, text__contains="考评办撤回补录的").exists()
    again = lodge(finding, contact)
    assert client.post(reverse("inspections:appeal-withdraw", args=[again.pk]), {"reason": "x"}).status_code == 422


@pytest.mark.parametrize("state", ["confirmed", "ordered", "reported", "returned", "shelved", "closed", "deducted"])
def test_whatever_costs_points_can_be_appealed(street, contact, state):
    assert lodge(in_state(state, unit=street), contact).state == "pending"


def test_a_voided_finding_a_stranger_and_a_second_appeal_are_refused(street, contact):
    with pytest.raises(TransitionNotAllowed):
        lodge(in_state("voided", unit=street), contact)
    finding = in_state("ordered", unit=street)
    with pytest.raises(Refused, match="没有分摊"):
        appeals.lodge_appeal(finding, unit=UnitFactory(), by=contact, ground="facts", reason="与我无关")
    lodge(finding, contact)
    with pytest.raises(Refused, match="已有一件"):
        lodge(finding, contact)


@pytest.mark.parametrize(("outcome", "more"), [("rejected", {}), ("partly", {"new_points": Decimal("0.1")})])
def test_what_was_decided_is_not_appealed_again_on_the_same_ground(street, contact, leader, outcome, more):
    finding = in_state("ordered", unit=street)
    decide(lodge(finding, contact, "points"), leader, outcome, **more)
    with pytest.raises(Refused, match="不能以同一理由再次申诉") as refusal:
        lodge(finding, contact, "points")
    assert refusal.value.field == "ground"
    assert not Finding.objects.get(pk=finding.pk).held
    assert lodge(finding, contact, "duplicate").state == "pending"


def test_the_other_unit_that_shares_the_points_may_still_appeal_on_that_ground(street, contact, leader):
    finding = in_state("ordered", unit=street)
    decide(lodge(finding, contact), leader, "rejected")
    by = UserFactory(role=Roles.STREET_CONTACT, unit=street.squad)
    assert appeals.lodge_appeal(finding, unit=street.squad, by=by, ground="facts", reason="检查时正在清运").pk


# --- Taking it back ---------------------------------------------------------------------------------------------------


def test_a_unit_takes_its_appeal_back_and_the_points_stand_again(street, contact, office):
    finding = in_state("ordered", unit=street)
    appeal = appeals.withdraw_appeal(lodge(finding, contact, "points"), by=contact, reason="已核实，情况属实")
    finding.refresh_from_db()
    assert (appeal.state, appeal.old_points, finding.held) == ("withdrawn", finding.points, False)
    assert Activity.objects.about(finding).first().title == "撤回申诉"
    assert Message.objects.filter(recipient=office, text__contains="撤回").exists()
    assert lodge(finding, contact, "points").state == "pending"  # nothing was decided on that ground


def test_only_its_own_unit_and_only_before_the_decision(street, contact, leader):
    appeal = lodge(in_state("ordered", unit=street), contact)
    with pytest.raises(Refused, match="提出的单位"):
        appeals.withdraw_appeal(appeal, by=leader, reason="代为撤回")
    decide(appeal, leader, "rejected")
    with pytest.raises(TransitionNotAllowed, match="裁定“不成立”"):
        appeals.withdraw_appeal(appeal, by=contact, reason="不申诉了")


def test_a_leader_who_decides_after_the_withdrawal_is_told(street, contact, leader):
    appeal = lodge(in_state("ordered", unit=street), contact)
    appeals.withdraw_appeal(appeal, by=contact, reason="已核实，情况属实")
    with pytest.raises(TransitionNotAllowed, match="撤回"):
        decide(appeal, leader, "upheld")


def test_the_page_offers_it_to_the_unit_alone(client, street, contact, leader):
    appeal = lodge(in_state("ordered", unit=street), contact)
    address = f"{appeal.get_absolute_url()}withdraw/"
    client.force_login(leader)
    assert client.get(appeal.get_absolute_url()).context["withdrawal"] is None
    assert client.post(address, {"reason": "代为撤回"}).status_code == 403
    client.force_login(contact)
    refused = client.post(address, {"reason": "无"})
    assert (refused.status_code, refused.context["withdrawal"].data["reason"]) == (422, "无")
    assert client.post(address, {"reason": "已核实，情况属实"}).status_code == 302
    appeal.refresh_from_db()
    assert appeal.state == "withdrawn"
    assert client.post(address, {"reason": "已核实，情况属实"}).status_code == 302  # twice is harmless


# --- Who decides ------------------------------------------------------------------------------------------------------


def test_nobody_judges_in_his_own_matter(street, contact, leader):
    registrar = UserFactory(role=Roles.DIRECTOR)
    finder = UserFactory(role=Roles.DIRECTOR, display_name="查样例")
    own = UserFactory(role=Roles.DIRECTOR, unit=street)
    squad = UserFactory(role=Roles.DIRECTOR, unit=street.squad)
    finding = make_finding(unit=street, by=registrar, found_by="查样例、考样例")
    orders.order_findings([finding], by=registrar)
    appeal = lodge(finding, contact)
    assert why_not_decide(leader, appeal) == ""
    for person in (registrar, finder, own, squad, contact):
        assert why_not_decide(person, appeal), person
        with pytest.raises(Refused):
            decide(appeal, person, "rejected")
    assert Appeal.objects.get().state == "pending"


def test_a_deputy_is_bound_by_who_he_stands_in_for(street, contact, leader):
    registrar = UserFactory(role=Roles.DIRECTOR)
    finding = make_finding(unit=street, by=registrar)
    orders.order_findings([finding], by=registrar)
    appeal = lodge(finding, contact)
    leader.principal = registrar
    assert why_not_decide(leader, appeal)


def test_the_office_types_in_what_was_signed_on_paper_but_decides_nothing_itself(street, contact, office):
    appeal = lodge(in_state("ordered", unit=street), contact)
    assert can_decide_appeal(office, appeal)
    with pytest.raises(Refused, match="局领导"):
        decide(appeal, office, "rejected")
    decided = decide(appeal, office, "rejected", signer="局示例", signed_on=timezone.localdate())
    assert (decided.signer, decided.decided_by) == ("局示例", office)
    assert "线下签批" in Activity.objects.about(appeal.finding).first().note


def test_who_found_it_does_not_sign_on_paper_either_nor_in_advance(street, contact, office):
    finding = make_finding(unit=street, found_by="查样例")
    orders.order_findings([finding], by=office)
    appeal = lodge(finding, contact)
    today = timezone.localdate()
    with pytest.raises(Refused, match="其他领导"):
        decide(appeal, office, "rejected", signer="查样例", signed_on=today)
    with pytest.raises(Refused, match="晚于今天"):
        decide(appeal, office, "rejected", signer="局示例", signed_on=today + timedelta(days=1))


def test_the_second_to_decide_is_told_who_was_first(street, contact, leader):
    appeal = lodge(in_state("ordered", unit=street), contact)
    decide(appeal, leader, "rejected")
    with pytest.raises(TransitionNotAllowed, match=str(leader)):
        decide(appeal, UserFactory(role=Roles.DIRECTOR), "upheld")


# --- What each outcome does -------------------------------------------------------------------------------------------


def test_rejected_leaves_everything_as_it_was(street, contact, leader):
    finding = in_state("ordered", unit=street)
    before = (finding.state, finding.points, finding.due_at)
    decide(lodge(finding, contact), leader, "rejected")
    finding.refresh_from_db()
    assert (finding.state, finding.points, finding.due_at, finding.held) == (*before, False)


def test_upheld_voids_and_scores_the_later_ones_anew(street, contact, leader):
    place = {"unit": street, "item": ItemFactory(), "place": "同一处"}
    first = make_finding(**place, found_at=moment(2026, 3, 1), closed_at=moment(2026, 3, 2))
    later = make_finding(**place, found_at=moment(2026, 3, 10))
    assert later.recurrence == 1
    decide(lodge(first, contact), leader, "upheld")
    first.refresh_from_db()
    later.refresh_from_db()
    assert (first.state, first.held, later.recurrence, later.multiplier) == ("voided", False, 0, 1)
    assert "申诉成立" in first.void_reason


def test_partly_stores_the_new_points_on_finding_and_shares_and_keeps_the_old_in_the_record(street, contact, leader):
    finding = in_state("closed", unit=street)
    appeal = decide(lodge(finding, contact, "points"), leader, "partly", new_points=Decimal("0.1"))
    old = finding.points
    finding.refresh_from_db()
    assert finding.points == Decimal("0.1")
    assert sum(finding.shares.values_list("points", flat=True)) == Decimal("0.1")
    assert (appeal.old_points, appeal.new_points) == (old, Decimal("0.1"))
    assert finding.is_decided_otherwise
    assert (finding.base, finding.state) == (Decimal("0.2"), "closed")


@pytest.mark.parametrize("points", [None, Decimal("0.24"), Decimal(-1), Decimal(5)])
def test_partly_must_lower(street, contact, leader, points):
    appeal = lodge(in_state("ordered", unit=street), contact)
    with pytest.raises(Refused) as refusal:
        decide(appeal, leader, "partly", new_points=points)
    assert refusal.value.field == "new_points"
    assert Finding.objects.get(pk=appeal.finding_id).held


def test_decided_points_are_not_raised_by_what_happens_to_earlier_findings(street, contact, leader):
    place = {"unit": street, "item": ItemFactory(), "place": "同一处"}
    first = make_finding(**place, found_at=moment(2026, 3, 1), closed_at=moment(2026, 3, 2))
    later = make_finding(**place, found_at=moment(2026, 3, 10), closed_at=moment(2026, 3, 11))
    decide(lodge(later, contact), leader, "partly", new_points=Decimal("0.1"))
    workflow.void_finding(first, by=leader, reason="登记有误")
    later.refresh_from_db()
    assert (later.recurrence, later.points) == (0, Decimal("0.1"))


def test_a_correction_neither_raises_decided_points_nor_runs_beside_an_appeal(street, contact, leader, office):
    finding = in_state("confirmed", unit=street)
    appeal = lodge(finding, contact)
    more = entry_of(finding)
    more.count = 5
    with pytest.raises(Refused, match="申诉待裁定"):
        workflow.edit_finding(finding, more, by=office, seen=Finding.objects.get(pk=finding.pk).version)
    decide(appeal, leader, "partly", new_points=Decimal("0.1"))
    seen = Finding.objects.get(pk=finding.pk).version
    assert workflow.edit_finding(finding, more, by=office, seen=seen).points == Decimal("0.1")
    assert sum(finding.shares.values_list("points", flat=True)) == Decimal("0.1")


@pytest.mark.parametrize("state", ["confirmed", "ordered", "reported", "returned", "shelved"])
def test_reassigned_goes_back_to_be_ordered_and_frees_the_earlier_unit(street, contact, leader, office, state):
    other = UnitFactory(squad=SquadFactory())
    finding = in_state(state, unit=street)
    decide(lodge(finding, contact, "not_ours", proposed_unit=other), leader, "reassigned", new_unit=other)
    finding.refresh_from_db()
    assert (finding.lead_unit, finding.state, finding.due_at, finding.delivered_at) == (other, "confirmed", None, None)
    assert (finding.send_backs, finding.false_reports, finding.held) == (0, 0, False)
    assert set(finding.shares.values_list("unit", flat=True)) == {other.pk, other.squad_id}
    assert sum(finding.shares.values_list("points", flat=True)) == finding.points
    assert not finding.order_lines.filter(withdrawn_at=None).exists()
    assert not Finding.objects.visible_to(contact).exists()
    assert Appeal.objects.visible_to(contact).exists()
    (order,) = orders.order_findings([finding], by=office)
    assert order.unit == other


@pytest.mark.parametrize(("state", "stays"), [("closed", "closed"), ("deducted", "deducted")])
def test_what_is_over_moves_its_points_and_stays_over(street, contact, leader, state, stays):
    other = UnitFactory(squad=SquadFactory())
    finding = in_state(state, unit=street)
    decide(lodge(finding, contact, "not_ours"), leader, "reassigned", new_unit=other)
    finding.refresh_from_db()
    assert (finding.lead_unit, finding.state) == (other, stays)


def test_reassigning_scores_both_places_anew(street, contact, leader):
    other, item = UnitFactory(squad=SquadFactory()), ItemFactory()
    here, there = {"unit": street, "item": item, "place": "同一处"}, {"unit": other, "item": item, "place": "同一处"}
    first = make_finding(**here, found_at=moment(2026, 3, 1), closed_at=moment(2026, 3, 2))
    followed = make_finding(**here, found_at=moment(2026, 3, 8), closed_at=moment(2026, 3, 9))
    theirs = make_finding(**there, found_at=moment(2026, 3, 10))
    decide(lodge(first, contact, "not_ours"), leader, "reassigned", new_unit=other)
    followed.refresh_from_db()
    theirs.refresh_from_db()
    assert (followed.recurrence, theirs.recurrence) == (0, 1)


def test_reassigning_to_a_street_in_the_scenic_area_changes_nothing_and_is_refused(leader):
    centre = UnitFactory(kind=UnitKind.SCENIC_CENTRE)
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=centre)
    finding = make_finding(item=ItemFactory(areas=["JQ"]), area="JQ")
    appeal = appeals.lodge_appeal(finding, unit=centre, by=contact, ground="not_ours", reason="不属我辖区")
    with pytest.raises(Refused, match="没有变化") as refusal:
        decide(appeal, leader, "reassigned", new_unit=UnitFactory())
    assert refusal.value.field == "new_unit"
    assert Appeal.objects.get().state == "pending"


def test_the_clock_does_not_stop_and_the_case_can_be_closed_meanwhile(street, contact, office):
    finding = in_state("reported", unit=street)
    lodge(finding, contact)
    review(finding, office, "passed")
    finding.refresh_from_db()
    assert (finding.state, finding.held) == ("closed", True)
    with pytest.raises(Refused, match="申诉待裁定"):
        workflow.void_finding(finding, by=office, reason="登记有误")


# --- A leader's reduction ---------------------------------------------------------------------------------------------


def reduce(finding, by, points="0.1", **more):
    facts = {"words": "情况特殊，酌情减免。", "signer": "局示例", "signed_on": timezone.localdate(), **more}
    return appeals.reduce_points(finding, new_points=Decimal(points), by=by, **facts)


def test_a_reduction_keeps_words_signer_and_who_typed_it(street, contact, office):
    finding = in_state("closed", unit=street)
    made = reduce(finding, office)
    old = finding.points
    finding.refresh_from_db()
    assert (made.old_points, finding.points, made.typed_by) == (old, Decimal("0.1"), office)
    assert sum(finding.shares.values_list("points", flat=True)) == Decimal("0.1")
    assert "局示例" in Activity.objects.about(finding).first().note
    assert "0.1" in Message.objects.filter(recipient=contact).first().text


@pytest.mark.parametrize(
    ("points", "more", "field"),
    [
        ("0.24", {}, "new_points"),
        ("9", {}, "new_points"),
        ("0.1", {"signed_on": timezone.localdate() + timedelta(days=2)}, "signed_on"),
    ],
)
def test_a_reduction_lowers_and_is_signed_already(street, office, points, more, field):
    with pytest.raises(Refused) as refusal:
        reduce(in_state("closed", unit=street), office, points, **more)
    assert refusal.value.field == field
    assert not Reduction.objects.exists()


def test_a_reduction_outlives_an_earlier_finding_that_goes_and_comes(street, office):
    """Halved; then it is no recurrence any more and worth no more than that; then it is one again."""
    place = {"unit": street, "item": ItemFactory(), "place": "同一处"}
    first = {**place, "found_at": moment(2026, 3, 1), "closed_at": moment(2026, 3, 2)}
    gone, later = make_finding(**first), make_finding(**place, found_at=moment(2026, 3, 10))
    assert later.points == Decimal("0.48")
    reduce(later, office, "0.24")
    workflow.void_finding(gone, by=office, reason="登记有误")
    later.refresh_from_db()
    assert (later.points, later.is_decided_otherwise) == (Decimal("0.24"), False)
    make_finding(**first)
    later.refresh_from_db()
    assert (later.recurrence, later.points) == (1, Decimal("0.24"))
    assert sum(later.shares.values_list("points", flat=True)) == Decimal("0.24")
    workflow.edit_finding(later, replace(entry_of(later), count=3), by=office, seen=later.version)
    later.refresh_from_db()
    assert later.points == Decimal("0.24")


def test_a_reduction_stays_with_the_finding_that_goes_to_another_unit(street, contact, leader, office):
    finding, other = in_state("ordered", unit=street), UnitFactory()
    reduce(finding, office)
    decide(lodge(finding, contact, "not_ours"), leader, "reassigned", new_unit=other)
    finding.refresh_from_db()
    assert (finding.lead_unit, finding.points) == (other, Decimal("0.1"))
    assert finding.shares.get().points == Decimal("0.1")


def test_no_reduction_of_what_is_voided_or_under_appeal(street, contact, office):
    with pytest.raises(TransitionNotAllowed):
        reduce(in_state("voided"), office)
    finding = in_state("ordered", unit=street)
    lodge(finding, contact)
    with pytest.raises(Refused, match="先裁定"):
        reduce(finding, office)


# --- Round the code ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "upheld"}, "finding_appeal_decided_whole"),
        ({"decided_at": timezone.now()}, "finding_appeal_decided_whole"),
        ({"signer": "局示例"}, "finding_appeal_signed_whole"),
    ],
)
def test_the_database_refuses_half_a_decision(street, contact, change, constraint):
    appeal = lodge(in_state("ordered", unit=street), contact)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(**change)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "partly", "new_points": Decimal(9)}, "finding_appeal_partly_lowers"),
        ({"state": "partly"}, "finding_appeal_partly_lowers"),
        ({"state": "reassigned"}, "finding_appeal_reassigned_has_unit"),
        ({"decision": ""}, "finding_appeal_decided_whole"),
    ],
)
def test_the_database_refuses_an_outcome_without_what_it_decides(street, contact, leader, change, constraint):
    appeal = decide(lodge(in_state("ordered", unit=street), contact), leader, "rejected")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(**change)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"new_points": Decimal(9)}, "reduction_lowers"),
        ({"words": ""}, "reduction_has_words"),
        ({"signer": ""}, "reduction_has_words"),
    ],
)
def test_the_database_refuses_a_reduction_without_its_paper(street, office, change, constraint):
    made = reduce(in_state("closed", unit=street), office)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Reduction.objects.filter(pk=made.pk).update(**change)


def test_the_database_refuses_two_open_appeals(street, contact):
    appeal = lodge(in_state("ordered", unit=street), contact)
    appeal.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        appeal.save(force_insert=True)


# --- The paper itself -------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


def test_the_signed_paper_is_kept_and_opens_only_to_who_sees_the_finding(client, street, office):
    finding = in_state("ordered", unit=street)
    reduction = appeals.reduce_points(
        finding,
        new_points=Decimal("0.01"),
        words="情况特殊，酌情减免",
        signer="局样例",
        signed_on=timezone.localdate(),
        by=office,
        scan=SimpleUploadedFile("批示.pdf", PDF),
    )
    address = reduction.scans.get().get_absolute_url()
    for user, status in (
        (office, 200),
        (UserFactory(role=Roles.STREET_CONTACT, unit=street), 200),
        (UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory()), 404),
    ):
        client.force_login(user)
        answer = client.get(address)
        assert answer.status_code == status
        if status == 200:
            assert b"".join(answer.streaming_content) == PDF
    client.force_login(office)
    assert address in client.get(finding.get_absolute_url()).content.decode()


def test_a_file_that_is_no_paper_is_refused_and_nothing_is_reduced(client, street, office):
    finding = in_state("ordered", unit=street)
    before = finding.points
    client.force_login(office)
    sent = {"new_points": "0.01", "words": "情况特殊，酌情减免", "signer": "局样例", "signed_on": "2026-03-01"}
    answer = client.post(
        f"{finding.get_absolute_url()}reduce/", {**sent, "scan": SimpleUploadedFile("批示.pdf", b"%PDF-no end")}
    )
    assert answer.status_code == 422
    assert "只能上传 PDF" in answer.content.decode()
    finding.refresh_from_db()
    assert (finding.points, Reduction.objects.count()) == (before, 0)


def test_a_scan_belongs_to_one_thing(street, contact, office):
    with pytest.raises(IntegrityError), transaction.atomic():
        SignedScan.objects.create(
            file="x", content_type="image/jpeg", size=1, sha256="a", source_sha256="a", uploaded_by=office
        )
