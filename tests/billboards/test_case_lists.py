"""What a list of cases is narrowed by, the way that a refusal shows, and a lead's form that asks what fits."""

import re

import pytest
from django.urls import reverse

from billboards.enums.cases import CaseState, PartyKind
from billboards.enums.papers import PaperKind
from billboards.forms.steps import step_form
from billboards.models import Case, Violation
from billboards.tasks import publish_cases
from billboards.workflow import papers
from staff.permissions import Roles
from tests.billboards.test_case_import import Batch, Quiet, checked
from tests.billboards.test_case_pages import signed_in
from tests.factories.boards import make_board
from tests.factories.case_papers import filled
from tests.factories.cases import know_the_calendar, make_case, make_story, make_violation, story_until
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db


def rows_of(client, **query):
    body = client.get(reverse("billboards:case-list"), query).content.decode()
    return {int(pk) for pk in re.findall(r'href="/billboards/cases/(\d+)/"', body)}


def test_old_cases_are_found_by_how_they_came_and_by_their_sheet():
    know_the_calendar()
    make_violation()
    squad = SquadFactory()
    row, _ = checked(squad)
    publish_cases([row], UserFactory(), Batch(), Quiet())
    old, ours = Case.objects.get(), make_case(CaseState.FILED, unit=squad)
    whole = make_case(CaseState.CLOSED, unit=squad, results_only=True)
    client = signed_in(Roles.DIRECTOR)
    assert rows_of(client, entry="imported") == {old.pk}
    assert rows_of(client, entry="results") == {old.pk, whole.pk}
    assert rows_of(client, entry="steps") == {ours.pk}
    assert "?entry=imported" in signed_in(Roles.SQUAD_LEADER).get(reverse("billboards:case-list")).content.decode()


def test_only_mine_are_those_that_i_handle_or_entered_and_an_empty_box_is_no_filter():
    client = signed_in(Roles.SQUAD_LEADER)
    mine = make_case(CaseState.FILED, unit=client.user.unit, recorded_by=client.user)
    other = make_case(CaseState.FILED, unit=client.user.unit)
    handled = make_case(CaseState.FILED, unit=client.user.unit)
    person = handled.officers.first().person
    person.account = client.user
    person.save()
    assert rows_of(client, mine="on") == {mine.pk, handled.pk}
    assert rows_of(client) >= {mine.pk, other.pk, handled.pk}
    for name in ("case-list", "clock-list"):
        page = client.get(reverse(f"billboards:{name}"), {"unit": client.user.unit_id}).content.decode()
        assert not re.search(r"只看我[^<]*：否", page)


def test_the_violation_is_asked_for_once_whatever_its_version():
    client = signed_in(Roles.DIRECTOR)
    signs, roads = make_violation(), make_violation(code="RD01", name="占道")
    case, _ = make_case(violation=signs), make_case(violation=roads)
    page = client.get(reverse("billboards:case-list")).content.decode()
    assert page.count(">案由</label>") == 1
    assert "案由代码" not in page
    assert rows_of(client, code=signs.code) == {case.pk}


# --- 403 with the way that there is -----------------------------------------------------------------------------------


def test_a_leaders_step_that_is_refused_tells_its_officers_of_the_signature_on_paper():
    case = story_until("file")
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    answer = client.get(reverse("billboards:case-step", args=[case.pk, "file"]))
    assert answer.status_code == 403
    way = f"{reverse('billboards:case-action', args=[case.pk, 'approval'])}?edge=file"
    assert way in answer.content.decode()
    assert "线下签批" in answer.content.decode()
    form = client.get(way).context["form"]
    assert (form["edge"].value(), form["subject"].value()) == ("file", "立案")


def test_who_cannot_go_that_way_is_not_told_of_it():
    case = story_until("file")
    answer = signed_in(Roles.FINANCE).get(reverse("billboards:case-step", args=[case.pk, "file"]))
    assert answer.status_code == 403
    assert "线下签批" not in answer.content.decode()
    review = story_until("pass_review")
    answer = signed_in(Roles.SQUAD_MEMBER, review.unit).get(
        reverse("billboards:case-step", args=[review.pk, "pass_review"])
    )
    assert answer.status_code == 403
    assert "线下签批" not in answer.content.decode()  # the legal section's step is not a leader's


def test_a_leaders_paper_shows_the_same_way_on_its_page_and_when_it_is_refused():
    case = make_story("file")
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    paper = papers.draft_paper(case, PaperKind.FILING, filled("filing"), by=client.user)
    way = f"{reverse('billboards:case-action', args=[case.pk, 'approval'])}?edge=file"
    assert way in client.get(paper.get_absolute_url()).content.decode()
    answer = client.post(reverse("billboards:paper-sign", args=[paper.pk]))
    assert answer.status_code == 403
    assert way in answer.content.decode()


# --- The lead's form --------------------------------------------------------------------------------------------------


def test_the_form_says_which_fields_ask_of_whom_and_takes_each_kind_without_script():
    make_violation()
    know_the_calendar()
    client = signed_in(Roles.SQUAD_MEMBER)
    url = reverse("billboards:case-create")
    form = client.get(url).context["form"]
    assert form.fields["party_credit_code"].widget.attrs["data-shown-when"] == "party_kind=organisation"
    assert form.fields["party_id"].help_text.startswith("公民填")
    assert form.fields["external_number"].widget.attrs["data-shown-when"].startswith("source=hotline")
    facts = {"place": "南湖大道 18 号", "unit": client.user.unit_id, "received_on": "2025-03-03", "source": "hotline", "external_number": "12345-9"}  # fmt: skip
    for kind, more in (
        (PartyKind.UNKNOWN, {}),
        (PartyKind.CITIZEN, {"party_name": "张某", "party_sex": "男"}),
        (PartyKind.ORGANISATION, {"party_name": "样例公司", "party_head": "李某"}),
    ):
        assert client.post(url, {**facts, "party_kind": kind, **more}).status_code == 302
    assert Case.objects.filter(external_number="12345-9").count() == 3
    wrong = client.post(
        url, {**facts, "party_kind": PartyKind.ORGANISATION, "party_name": "样例公司", "party_sex": "男"}
    )
    assert wrong.status_code == 422


def test_correcting_a_case_keeps_the_number_of_another_platform_in_sight():
    case = make_case(CaseState.FILED, external_number="旧 7")
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    form = client.get(reverse("billboards:case-edit", args=[case.pk])).context["form"]
    assert "data-shown-when" not in form.fields["external_number"].widget.attrs


def test_a_lead_about_a_board_of_the_ledger_takes_its_place():
    know_the_calendar()
    make_violation()
    client = signed_in(Roles.SQUAD_LEADER)
    board = make_board(by=client.user)
    facts = {"unit": client.user.unit_id, "received_on": "2025-03-03", "source": "patrol", "party_kind": "unknown"}
    url = reverse("billboards:case-create")
    assert client.post(url, {**facts, "board": board.pk}).status_code == 302
    assert Case.objects.get().place == board.address
    refused = client.post(url, facts)
    assert refused.status_code == 422
    assert "请填写地点" in refused.content.decode()


def test_the_order_and_the_notice_come_filled_in_as_the_violation_has_it():
    case = make_story("investigate")
    order = step_form(case, "order").initial
    assert (order["asks_removal"], case.place in order["demand"]) == (True, True)
    case = make_story("conclude")
    assert not step_form(case, "notify").initial["with_hearing"]
    Violation.objects.update(hearing=True)
    case = Case.objects.get(pk=case.pk)
    assert step_form(case, "notify").initial["with_hearing"]
