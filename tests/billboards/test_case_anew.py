"""What opened or led to one step or decision does not serve another: signatures on paper, hearings, reviews, discussions."""

from datetime import date

import pytest
from django.urls import reverse

from billboards.dossier import Dossier
from billboards.duties import discussion, legal_review
from billboards.enums.cases import CaseState
from billboards.enums.papers import PaperKind
from billboards.models import Case, CaseApproval, CaseStep, Discussion, Hearing, LegalReview, Paper
from billboards.next_steps import next_step
from billboards.permissions import can_sign_paper, holds_right
from billboards.workflow import cases, inquiry
from billboards.workflow.guards import Entry
from billboards.workflow.guards.decision import hearing_pending
from billboards.workflow.steps import take_step
from staff.permissions import Roles
from staff.refusals import Refused
from tests.billboards.test_case_guards import told_of_a_hearing
from tests.billboards.test_case_pages import signed_in
from tests.factories.cases import STORY, a_decision, a_notice, make_case, make_officer, story_until
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db


def signed(case, edge, day):
    row = CaseApproval(subject="x", edge=edge, words="同意", signer="李局", signed_on=day)
    return cases.register_approval(case, row, by=UserFactory())


def test_a_signature_on_paper_opens_its_step_once():
    case = story_until("file")
    officer = UserFactory(role=Roles.SQUAD_MEMBER, unit=case.unit)
    signed(case, "suspend", date(2025, 3, 5))
    assert holds_right(officer, case, "suspend")
    CaseStep.objects.create(case=case, edge="suspend", label="中止调查", happened_on=date(2025, 3, 6))
    assert not holds_right(officer, case, "suspend")
    signed(case, "suspend", date(2025, 3, 10))
    assert holds_right(officer, case, "suspend")


def test_what_was_signed_for_a_decision_that_was_quashed_does_not_sign_the_one_made_anew():
    case = make_case(CaseState.CONCLUDED)
    officer = UserFactory(role=Roles.SQUAD_MEMBER, unit=case.unit)
    signed(case, "decide", date(2025, 4, 1))
    CaseStep.objects.create(case=case, edge="decide", label="作出处罚决定", happened_on=date(2025, 4, 1))
    draft = Paper.objects.create(case=case, kind=PaperKind.PENALTY, drafted_by=officer)
    assert can_sign_paper(officer, draft)  # the paper of the step that was taken
    CaseStep.objects.create(case=case, edge="redo", label="重新作出决定", happened_on=date(2025, 7, 7))
    assert (holds_right(officer, case, "decide"), can_sign_paper(officer, draft)) == (False, False)
    signed(case, "decide", date(2025, 7, 28))
    assert (holds_right(officer, case, "decide"), can_sign_paper(officer, draft)) == (True, True)


@pytest.mark.parametrize("state", [CaseState.STATED, CaseState.DISCUSSED])
def test_a_request_for_a_hearing_that_is_entered_after_the_statement_opens_the_hearing(state):
    case, by = told_of_a_hearing(), UserFactory()
    case = take_step(case, "review_statement", Entry(date(2025, 3, 31)), by=None)
    if state == CaseState.DISCUSSED:
        case = take_step(case, "discuss", STORY["discuss"](case), by=None)
    inquiry.record_statement(case, by=by, on=date(2025, 3, 27), text="", hearing=True)
    with pytest.raises(Refused, match="申请了听证，还没有举行"):
        take_step(case, "decide", STORY["decide"](case), by=None)
    assert next_step(Dossier(case)).edge == "open_hearing"
    client = signed_in(Roles.LEGAL)
    address = reverse("billboards:case-step", args=[case.pk, "open_hearing"])
    assert address in client.get(case.get_absolute_url()).content.decode()
    facts = {"requested_on": date(2025, 3, 27), "planned_on": date(2025, 4, 14), "place": "局会议室"}
    hearing = Hearing(**facts, chair=make_officer(case.unit), notice_served_on=date(2025, 4, 1))
    case = take_step(case, "open_hearing", Entry(date(2025, 4, 1), hearing), by=by)
    assert case.state == CaseState.HEARING
    held = Entry(date(2025, 4, 14), facts={"record": "质证", "attendance": "双方"})
    assert take_step(case, "hold_hearing", held, by=by).state == CaseState.HEARD


def test_what_led_to_a_decision_that_was_quashed_does_not_lead_to_the_one_made_anew():
    case, day = make_case(CaseState.NOTICED, major=True), date(2025, 8, 20)
    first = a_decision()
    rows = (
        Hearing(requested_on=date(2025, 3, 5), planned_on=date(2025, 3, 20), place="x", held_on=date(2025, 3, 20)),
        LegalReview(submitted_on=date(2025, 3, 21), reviewed_on=date(2025, 3, 21), reviewer="甲", verdict="passed"),
        Discussion(held_on=date(2025, 3, 31), chair="局长", attendees="张、李、王", conclusion="同意"),
        first,
        a_notice(
            issued_on=date(2025, 8, 1), served_on=date(2025, 8, 1), with_hearing=True, hearing_asked_on=date(2025, 8, 4)
        ),
    )
    rows[0].chair = make_officer(case.unit)
    for row in rows:
        row.case = case
        row.save()
    dossier = Dossier(Case.objects.get(pk=case.pk))
    assert [each.code for each in hearing_pending(dossier, day)] == ["no_hearing"]
    assert next_step(dossier).edge == "open_hearing"
    assert legal_review(dossier, day).lacks == "没有通过法制审核"
    assert discussion(dossier, day).lacks == "没有集体讨论"
    Case.objects.filter(pk=case.pk).update(state=CaseState.SERVED)  # of the first decision, where it stands
    dossier = Dossier(Case.objects.get(pk=case.pk))
    assert (dossier.hearing, dossier.last_heard) == (rows[0], date(2025, 3, 20))
    assert (legal_review(dossier, day).lacks, discussion(dossier, day).lacks) == ("", "")
