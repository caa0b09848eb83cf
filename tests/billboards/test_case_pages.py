"""Pages of cases by their real roles: one screen says what next; forms keep what was typed; strangers see nothing."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from billboards.enums.case_edges import CASE_TRANSITIONS, NEVER_AFTERWARDS
from billboards.enums.cases import CaseState
from billboards.forms.steps import step_form
from billboards.models import Case, Evidence, EvidenceCustody
from billboards.views.case_page import TABS
from billboards.workflow.guards import Entry
from billboards.workflow.steps import take_step
from staff.permissions import Roles
from tests.factories.cases import (
    STORY,
    know_the_calendar,
    make_case,
    make_lead,
    make_story,
    make_violation,
    story_until,
)
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def signed_in(role, unit=None):
    client = Client()
    client.user = UserFactory(role=role, unit=unit or SquadFactory())
    client.force_login(client.user)
    return client


def page(client, case, **query):
    return client.get(reverse("billboards:case-detail", args=[case.pk]), query)


@pytest.mark.parametrize("tab", TABS)
def test_every_part_of_a_finished_case_is_shown(tab):
    case = make_story("close")
    response = page(signed_in(Roles.DIRECTOR), case, tab=tab)
    assert response.status_code == 200
    assert case.number in response.content.decode()


@pytest.mark.parametrize("edge", sorted(set(STORY) - {"discuss"}))  # only major cases are discussed
def test_the_page_offers_the_next_step_to_whose_it_is(edge):
    case = story_until(edge)
    if edge == "close":
        STORY[edge](case)  # its entry pays the fine first
    seen = []
    for role in (Roles.SQUAD_LEADER, Roles.LEGAL, Roles.DIRECTOR):
        body = page(signed_in(role, case.unit), case).content.decode()
        if f'btn-primary" href="{reverse("billboards:case-step", args=[case.pk, edge])}"' in body or (
            f'btn-danger" href="{reverse("billboards:case-step", args=[case.pk, edge])}"' in body
        ):
            seen.append(role)
    assert seen, edge


@pytest.mark.parametrize("edge", CASE_TRANSITIONS)
def test_every_step_has_a_form_that_opens_in_its_state(edge):
    state = CASE_TRANSITIONS[edge].sources[0]
    case = make_case(state)
    client = signed_in(Roles.DIRECTOR, case.unit)
    for role in (Roles.SQUAD_LEADER, Roles.LEGAL):
        client.user.groups.add(UserFactory(role=role).groups.get())
    response = client.get(reverse("billboards:case-step", args=[case.pk, edge]))
    assert response.status_code == 200
    assert CASE_TRANSITIONS[edge].basis.split("；")[0] in response.content.decode()
    assert ("late" in step_form(case, edge).fields) == (edge not in NEVER_AFTERWARDS)


def test_the_end_of_a_suspension_that_was_entered_afterwards_is_among_what_can_be():
    case, client = make_story("conclude"), signed_in(Roles.DIRECTOR)
    client.user.groups.add(UserFactory(role=Roles.LEGAL).groups.get())  # works on cases
    late = reverse("billboards:case-action", args=[case.pk, "late"])
    resume = reverse("billboards:case-step", args=[case.pk, "resume"])
    assert resume not in client.get(late).content.decode()
    assert client.get(resume).status_code == 302
    entered = Entry(date(2025, 3, 10), note="等待鉴定", late=True)
    case = take_step(case, "suspend", entered, by=client.user)
    assert f'{resume}?late=1"' in client.get(late).content.decode()
    assert "补录" in client.get(resume).content.decode()
    sent = {"day": "2025-03-19", "late": "on", "seen": case.version}
    assert client.post(resume, sent).status_code == 302
    assert case.pauses.get().ended_on == date(2025, 3, 19)


def test_a_lead_is_entered_once_however_often_it_is_sent():
    client = signed_in(Roles.SQUAD_MEMBER)
    make_lead()
    data = {
        "place": "湖滨路 3 号", "facts": "横幅未经批准", "source": "patrol", "received_on": "2025-03-03", "key": "abc",
        "unit": client.user.unit_id, "party_kind": "unknown",
    }  # fmt: skip
    for _ in range(2):
        response = client.post(reverse("billboards:case-create"), data)
        assert response.status_code == 302, response.content.decode()
    case = Case.objects.get(entry_key="abc")
    assert case.state == CaseState.LEAD
    assert case.clocks.get().rule == "C_VERIFY"


def test_who_may_not_take_a_leaders_step_is_shown_the_way_of_the_signed_paper():
    case = make_lead()
    words = "领导已在纸上签批的"
    assert words in page(signed_in(Roles.SQUAD_LEADER, case.unit), case).content.decode()
    assert words not in page(signed_in(Roles.DIRECTOR), case).content.decode()


def test_a_lead_brings_its_pictures_and_neither_comes_twice():
    know_the_calendar()
    client = signed_in(Roles.SQUAD_LEADER)
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "darkred").save(picture, "JPEG")
    data = {
        "key": "xyz", "place": "湖滨路 9 号", "facts": "占道灯箱", "source": "patrol", "received_on": "2025-03-03",
        "unit": client.user.unit_id, "party_kind": "unknown",
    }  # fmt: skip
    for _ in range(2):
        photos = [SimpleUploadedFile("现场.jpg", picture.getvalue(), "image/jpeg")]
        assert client.post(reverse("billboards:case-create"), {**data, "photos": photos}).status_code == 302
    piece = Evidence.objects.get(case__entry_key="xyz")
    assert (piece.name, piece.files.count()) == ("现场照片", 1)
    broken = {**data, "key": "abc", "photos": [SimpleUploadedFile("现场.jpg", b"no picture", "image/jpeg")]}
    response = client.post(reverse("billboards:case-create"), broken)
    assert response.status_code == 422
    assert not Case.objects.filter(entry_key="abc").exists()


def test_a_lead_of_a_year_without_a_calendar_is_refused_in_words():
    know_the_calendar()
    client = signed_in(Roles.SQUAD_LEADER)
    data = {
        "place": "湖滨路 3 号", "source": "patrol", "received_on": "2012-03-05", "key": "old", "unit": client.user.unit_id,
        "party_kind": "unknown",
    }  # fmt: skip
    response = client.post(reverse("billboards:case-create"), data)
    assert response.status_code == 422
    assert "2012年的工作日历还没有录入" in response.content.decode()


def test_evidence_whose_file_cannot_be_read_is_not_kept_without_it():
    case = make_lead()
    before = case.evidence.count()
    data = {
        "kind": "recording", "name": "现场照片", "collected_at": "2025-03-03T10:00", "collected_by": "甲、乙", "pages": 1,
        "files": [SimpleUploadedFile("现场.jpg", b"no picture", "image/jpeg")],
    }  # fmt: skip
    address = reverse("billboards:case-action", args=[case.pk, "evidence"])
    assert signed_in(Roles.SQUAD_LEADER, case.unit).post(address, data).status_code == 422
    assert case.evidence.count() == before


def test_a_refused_step_says_the_article_and_keeps_what_was_typed():
    case = story_until("recheck")
    client = signed_in(Roles.SQUAD_LEADER, case.unit)
    one = case.officers.first()
    response = client.post(
        reverse("billboards:case-step", args=[case.pk, "recheck"]),
        {"started_at": "2025-03-14T10:00", "place": case.place, "correction": "corrected", "facts": "已经拆完，墙面恢复",
         "signature": "signed", "officers": [one.pk], "seen": case.version},
    )  # fmt: skip
    body = response.content.decode()
    assert response.status_code == 422
    assert "执法人员不得少于两人" in body
    assert "第四十二条" in body
    assert "已经拆完，墙面恢复" in body
    assert Case.objects.get(pk=case.pk).state == CaseState.ORDERED


def test_the_same_fact_entered_afterwards_is_taken_and_shown_as_a_flaw():
    case = story_until("recheck")
    client = signed_in(Roles.SQUAD_LEADER, case.unit)
    response = client.post(
        reverse("billboards:case-step", args=[case.pk, "recheck"]),
        {"started_at": "2025-03-14T10:00", "place": case.place, "correction": "corrected", "facts": "已经拆完",
         "signature": "signed", "officers": [case.officers.first().pk], "seen": case.version, "late": "on"},
    )  # fmt: skip
    assert response.status_code == 302
    body = page(client, case).content.decode()
    assert "程序瑕疵 1 项" in body
    assert Case.objects.get(pk=case.pk).state == CaseState.RECHECKED


def test_what_a_leader_signed_on_paper_lets_the_officers_go_on():
    case = story_until("file")
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    step = reverse("billboards:case-step", args=[case.pk, "file"])
    assert client.get(step).status_code == 403
    response = client.post(
        reverse("billboards:case-action", args=[case.pk, "approval"]),
        {"subject": "立案", "edge": "file", "words": "同意立案", "signer": "李局", "signed_on": "2025-03-04"},
    )
    assert response.status_code == 302
    version = Case.objects.get(pk=case.pk).version
    response = client.post(step, {"day": "2025-03-04", "number": "岳南城管立字〔2025〕3号", "seen": version})
    assert response.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.filing_number) == (CaseState.FILED, "岳南城管立字〔2025〕3号")


def test_a_case_of_paper_is_entered_whole():
    client, violation = signed_in(Roles.SQUAD_LEADER), make_violation()
    data = {
        "external_system": "执法平台", "external_number": "X-9", "violation": violation.pk, "source": "patrol",
        "unit": client.user.unit_id, "received_on": "2024-03-04", "place": "岳阳大道", "party_kind": "citizen",
        "party_name": "张某", "filed_on": "2024-03-05", "kind": "penalty", "issued_on": "2024-04-01", "amount": "3000",
        "served_on": "2024-04-02", "service_method": "direct", "closed_on": "2024-04-20", "key": "r1",
    }  # fmt: skip
    assert client.post(reverse("billboards:case-result"), data).status_code == 302
    case = Case.objects.get(external_number="X-9")
    assert (case.state, case.results_only, case.closed_on) == (CaseState.CLOSED, True, date(2024, 4, 20))
    assert not case.flaws.exists()


def test_evidence_is_taken_in_handed_on_and_set_aside_but_never_deleted():
    case = make_lead(evidenced=False)
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    response = client.post(
        reverse("billboards:case-action", args=[case.pk, "evidence"]),
        {"kind": "document", "name": "租赁合同", "collected_at": "2025-03-05T09:00", "collected_by": "甲、乙", "pages": 3,
         "files": SimpleUploadedFile("a.pdf", PDF)},
    )  # fmt: skip
    assert response.status_code == 302, response.content.decode()
    piece = Evidence.objects.get(name="租赁合同")
    stored = piece.files.get()
    assert len(stored.source_sha256) == 64
    response = client.get(stored.get_absolute_url())
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content) == PDF
    hand = {"act": "handed_over", "happened_at": "2025-03-06T09:00", "received_by": "保管员"}
    assert client.post(reverse("billboards:evidence-action", args=[piece.pk, "custody"]), hand).status_code == 302
    aside = {"reason": "与本案无关"}
    assert client.post(reverse("billboards:evidence-action", args=[piece.pk, "set-aside"]), aside).status_code == 302
    assert [link.act for link in EvidenceCustody.objects.filter(evidence=piece)] == [
        "collected",
        "handed_over",
        "set_aside",
    ]
    for refused in (piece.delete, Evidence.objects.all().delete, stored.delete, EvidenceCustody.objects.all().delete):
        with pytest.raises(TypeError):
            refused()
    assert "与本案无关" in page(client, case, tab="evidence").content.decode()


def test_another_squad_sees_nothing_of_a_case():
    case = make_story("order")
    stranger = signed_in(Roles.SQUAD_LEADER)
    piece = case.evidence.first()
    for name, args in (
        ("case-detail", [case.pk]), ("case-edit", [case.pk]), ("case-step", [case.pk, "recheck"]),
        ("case-action", [case.pk, "site"]), ("evidence-action", [piece.pk, "files"]),
        ("officer-recuse", [case.officers.first().pk]), ("clock-extend", [case.clocks.first().pk]),
    ):  # fmt: skip
        assert stranger.get(reverse(f"billboards:{name}", args=args)).status_code == 404, name


def test_who_may_only_read_sees_no_whole_id_number_and_no_buttons():
    case = make_lead(
        party_kind="citizen", party_name="张某", party_id="430602199003071235", party_phone="13800001234"
    )  # as stored, whatever its check digit
    reader = signed_in(Roles.OFFICE)
    body = page(reader, case, tab="party").content.decode()
    assert "430602199003071235" not in body
    assert "13800001234" not in body
    assert "case-step" not in body
    assert "steps/file" not in body


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_questions_for_any_number_of_cases(count, django_assert_num_queries):
    make_lead()
    for _ in range(count - 1):
        make_case()
    client = signed_in(Roles.DIRECTOR)
    client.get(reverse("billboards:case-list"))
    with django_assert_num_queries(7):
        response = client.get(reverse("billboards:case-list"))
    assert response.content.decode().count("案2025-") >= count


@pytest.mark.parametrize("more", [0, 3])
def test_the_page_asks_the_same_number_of_questions_for_any_length_of_file(more, django_assert_max_num_queries):
    case = make_story("serve")
    for number in range(more):
        case.flaws.create(code="x", article="第一条", text=f"瑕疵{number}", happened_on=date(2025, 3, 4))
        case.approvals.create(
            subject="立案", words="同意", signer="李", signed_on=date(2025, 3, 4), recorded_by=UserFactory()
        )
    client = signed_in(Roles.DIRECTOR)
    page(client, case)
    with django_assert_max_num_queries(75):
        assert page(client, case).status_code == 200


def test_the_days_are_a_list_and_a_calendar_file():
    case = make_story("serve")
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    body = client.get(reverse("billboards:clock-list")).content.decode()
    assert "提起行政诉讼" in body
    assert "2025-10-09" in body
    file = client.get(reverse("billboards:case-calendar"))
    assert file["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VCALENDAR" in file.content
