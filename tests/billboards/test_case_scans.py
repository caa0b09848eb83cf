"""What was signed on paper is kept with its scan; messages for the group carry a link and no party."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billboards.enums.boards import BoardLife, RemovalMode
from billboards.enums.cases import CaseState
from billboards.models import CaseApproval, Removal, SafetyInspection
from staff.permissions import Roles
from tests.billboards.test_case_pages import PDF, page, signed_in
from tests.factories.boards import inspect, make_board, picture, remove_board
from tests.factories.cases import know_the_calendar, make_case, make_story
from tests.factories.permits import make_accepted
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
SIGNED = {"subject": "立案", "edge": "file", "words": "同意", "signer": "李局", "signed_on": "2025-03-04"}


@pytest.mark.parametrize("upload", [lambda: SimpleUploadedFile("批示.pdf", PDF), picture])
def test_the_signed_paper_is_kept_and_shown_to_who_sees_the_case(upload):
    case = make_case(CaseState.LEAD)
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    url = reverse("billboards:case-action", args=[case.pk, "approval"])
    assert client.post(url, {**SIGNED, "scan": upload()}).status_code == 302
    scan = reverse("billboards:approval-scan", args=[CaseApproval.objects.get().pk])
    assert scan in page(client, case, tab="remedies").content.decode()
    answer = client.get(scan)
    assert answer["Content-Type"] in ("application/pdf", "image/jpeg")
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content)
    assert signed_in(Roles.SQUAD_MEMBER).get(scan).status_code == 404
    assert signed_in(Roles.ASSESSOR).get(scan).status_code == 403


def test_what_is_no_scan_is_refused_and_nothing_is_stored():
    case = make_case(CaseState.LEAD)
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    url = reverse("billboards:case-action", args=[case.pk, "approval"])
    answer = client.post(url, {**SIGNED, "scan": SimpleUploadedFile("批示.pdf", b"%PDF-broken")})
    assert answer.status_code == 422
    assert "同意" in answer.content.decode()
    assert not CaseApproval.objects.exists()


def test_an_approval_without_a_scan_has_no_page_of_its_own():
    case = make_case(CaseState.LEAD)
    client = signed_in(Roles.SQUAD_MEMBER, case.unit)
    client.post(reverse("billboards:case-action", args=[case.pk, "approval"]), SIGNED)
    assert client.get(reverse("billboards:approval-scan", args=[CaseApproval.objects.get().pk])).status_code == 404


def test_the_message_for_the_group_opens_the_case_and_names_no_party():
    case = make_case(CaseState.SERVED)
    body = page(signed_in(Roles.SQUAD_LEADER, case.unit), case)
    message = body.context["message"]
    assert case.number in message
    assert message.endswith(f"http://testserver{case.get_absolute_url()}")
    assert case.party_name not in message
    assert "复制群消息" in body.content.decode()


def test_a_permit_keeps_its_signed_paper_too():
    know_the_calendar()
    application = make_accepted(UserFactory())
    client = signed_in(Roles.PERMIT_SECTION)
    data = {"subject": "受理", "words": "同意受理", "signer": "李局", "on": "2026-01-05"}
    data["scan"] = SimpleUploadedFile("批示.pdf", PDF)
    assert client.post(reverse("permits:note", args=[application.pk, "approval"]), data).status_code == 302
    approval = application.offline_approvals.get()
    scan = reverse("permits:approval-scan", args=[application.pk, approval.pk])
    shown = client.get(application.get_absolute_url())
    assert scan in shown.content.decode()
    assert shown.context["message"].endswith(application.get_absolute_url())
    answer = client.get(scan)
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content)
    assert client.get(reverse("permits:approval-scan", args=[application.pk, approval.pk + 1])).status_code == 404


def test_a_removal_entered_by_mistake_is_taken_back_from_its_board():
    board = make_board()
    removal, client = remove_board(board), signed_in(Roles.BILLBOARD_OFFICE)
    assert f'id="removal-void-{removal.pk}"' in client.get(board.get_absolute_url()).content.decode()
    url = reverse("billboards:removal-void", args=[removal.pk])
    client.post(url, {"reason": ""})
    assert not Removal.objects.get().is_voided
    answer = client.post(url, {"reason": "误登"})
    assert answer.url == board.get_absolute_url()
    board.refresh_from_db()
    assert (Removal.objects.get().void_reason, board.life) == ("误登", BoardLife.STANDING)


def test_a_removal_of_a_case_is_shown_there_and_taken_back_from_there():
    case = make_story("finish")
    removal = Removal.objects.get(mode=RemovalMode.COERCIVE)
    client = signed_in(Roles.BILLBOARD_OFFICE)
    pages = [page(client, case, tab=tab).content.decode() for tab in ("overview", "remedies", "records")]
    assert any(f'id="removal-void-{removal.pk}"' in body for body in pages)
    answer = client.post(reverse("billboards:removal-void", args=[removal.pk]), {"reason": "误登"})
    assert answer.url == case.get_absolute_url()
    assert not case.removals.recorded().exists()


def test_an_inspection_entered_by_mistake_is_taken_back_from_its_board():
    board = make_board()
    inspection, client = inspect(board), signed_in(Roles.BILLBOARD_OFFICE)
    assert f'id="inspection-void-{inspection.pk}"' in client.get(board.get_absolute_url()).content.decode()
    client.post(reverse("billboards:inspection-void", args=[inspection.pk]), {"reason": "重复登记"})
    assert SafetyInspection.objects.get().is_voided
    before = board.next_inspection_on
    board.refresh_from_db()
    assert board.next_inspection_on == before
    assert "还没有检查过" in client.get(board.get_absolute_url()).content.decode()
