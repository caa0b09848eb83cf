"""送达 and 公示: what the law wants is asked for; what happened otherwise is recorded and flagged."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from permits.enums import PermitState
from permits.models import PaperService
from permits.paper_kinds import PaperKind
from permits.workflow import daily, decisions, papers, service
from permits.workflow.steps import Step
from staff import workdays
from staff.models import Activity, CalendarDay, CalendarYear, ServiceMethod
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories import permits as make
from tests.factories.permit_papers import signed
from tests.factories.staff import UserFactory
from tests.pdf_measure import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(office, section):
    return signed(make.make_accepted(section), PaperKind.ACCEPTANCE, section)


@pytest.fixture
def licence(office, section, officers):
    application = make.make_granted(section, officers)
    signed(application, PaperKind.GRANT, section)
    return signed(application, PaperKind.LICENCE, section)


def by_method(method, **values):
    return service.Service(method, timezone.now(), "李样例", values)


def test_direct_service_takes_effect_at_once(paper, section):
    row = service.serve(paper, by_method(ServiceMethod.DIRECT, place="窗口", servers="甲、乙"), by=section)
    assert row.effective_on == timezone.localdate()
    assert row.is_effective
    assert not paper.application.flaws.exists()


@pytest.mark.parametrize(
    ("method", "enough", "article"),
    [
        (ServiceMethod.ELECTRONIC, {"consent_on": timezone.localdate()}, "第九十条"),
        (ServiceMethod.LEFT, {"witness": "居委会样例"}, "第八十九条"),
        (ServiceMethod.LEFT, {"recorded_on_video": True}, "第八十九条"),
    ],
)
def test_what_a_method_asks_for_is_refused_or_flagged(paper, section, method, enough, article):
    with pytest.raises(Refused, match=article):
        service.serve(paper, by_method(method), by=section)
    assert not paper.services.exists()
    service.serve(paper, by_method(method), by=section, afterwards=True)
    assert article in paper.application.flaws.get().article
    service.serve(paper, by_method(method, **enough), by=section)
    assert paper.services.count() == 2
    assert paper.application.flaws.count() == 1


def test_a_push_of_the_system_is_no_service(paper, section):
    with pytest.raises(Refused, match="不是法定送达方式"):
        service.serve(paper, by_method(ServiceMethod.PUSHED), by=section)


def test_an_announcement_serves_after_thirty_days(paper, section):
    today = timezone.localdate()
    with pytest.raises(Refused, match=r"公告日期.*第九十五条"):
        service.serve(paper, by_method(ServiceMethod.ANNOUNCEMENT), by=section, afterwards=True)
    row = service.serve(paper, by_method(ServiceMethod.ANNOUNCEMENT, announced_on=today), by=section)
    assert row.effective_on == workdays.load().next_working(today + timedelta(days=30))
    assert not row.is_effective
    with pytest.raises(IntegrityError):
        PaperService.objects.filter(pk=row.pk).update(effective_on=today)


def test_served_before_the_paper_was_signed_is_a_slip(paper, section):
    early = service.Service(ServiceMethod.DIRECT, timezone.now() - timedelta(days=2), "李样例", {})
    with pytest.raises(Refused, match="早于出文日期"):
        service.serve(paper, early, by=section)
    late = service.Service(ServiceMethod.DIRECT, timezone.now() + timedelta(days=1), "李样例", {})
    with pytest.raises(Refused, match="晚于现在"):
        service.serve(paper, late, by=section)


def test_a_draft_cannot_be_served(office, section):
    draft = papers.draft(make.make_accepted(section), PaperKind.ACCEPTANCE, by=section)
    with pytest.raises(Refused, match="还没有出文"):
        service.serve(draft, by_method(ServiceMethod.DIRECT), by=section)


def test_serving_the_licence_is_the_delivery_of_the_case(licence, section):
    assert make.fresh(licence.application).delivered_on is None
    service.serve(licence, by_method(ServiceMethod.DIRECT), by=section)
    assert make.fresh(licence.application).delivered_on == timezone.localdate()


def test_an_announced_refusal_is_not_delivered_yet(office, section):
    application = make.make_accepted(section)
    make.put(application, PermitState.DENIED, refusal_reason="影响通行")
    paper = signed(make.fresh(application), PaperKind.REFUSAL, section, facts="占用消防通道")
    row = service.serve(paper, by_method(ServiceMethod.ANNOUNCEMENT, announced_on=timezone.localdate()), by=section)
    daily.run()
    assert make.fresh(application).delivered_on is None
    PaperService.objects.filter(pk=row.pk).update(
        announced_on=row.announced_on - timedelta(days=60), effective_on=timezone.localdate() - timedelta(days=2)
    )
    make.put(application, PermitState.DENIED, decided_on=timezone.localdate() - timedelta(days=70), received_on=None)
    assert service.deliver_announced(timezone.localdate()) == 1
    assert make.fresh(application).delivered_on == timezone.localdate() - timedelta(days=2)
    assert service.deliver_announced(timezone.localdate()) == 0


def test_publication_once_and_late_ones_are_flagged(office, section, officers):
    application = make.make_granted(section, officers)
    grant = signed(application, PaperKind.GRANT, section)
    today = timezone.localdate()
    make.put(application, PermitState.GRANTED, publish_due=today - timedelta(days=1))
    service.publish(grant, on=today, place="信用网站", by=section)
    assert make.fresh(application).published_on == today
    assert "应在" in application.flaws.get().text
    with pytest.raises(Refused, match="已于"):
        service.publish(grant, on=today, place="信用网站", by=section)


def test_publication_in_time_is_no_flaw(licence, section):
    grant = licence.application.papers.get(kind=PaperKind.GRANT)
    with pytest.raises(Refused, match="以后、今天以前"):
        service.publish(grant, on=timezone.localdate() + timedelta(days=1), place="网站", by=section)
    service.publish(grant, on=timezone.localdate(), place="网站", by=section)
    assert not licence.application.flaws.exists()
    with pytest.raises(Refused, match="不需要公示"):
        service.publish(licence, on=timezone.localdate(), place="网站", by=section)


# --- Pages ------------------------------------------------------------------------------------------------------------


def serve_data(**more):
    return {
        "method": "direct",
        "served_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "recipient": "李样例",
        "place": "政务服务中心",
        "servers": "甲、乙",
        **more,
    }


def test_registering_service_with_its_slip_and_printing_the_receipt(client, paper, section, tmp_path):
    client.force_login(section)
    address = reverse("permits:paper-serve", args=[paper.application_id, paper.pk])
    assert client.get(address).status_code == 200
    slip = SimpleUploadedFile("x.pdf", b"%PDF-1.4\n%%EOF", content_type="application/pdf")
    paper.refresh_from_db()
    data = serve_data(scan_file=slip, served_at=timezone.localtime(paper.signed_at).strftime("%Y-%m-%dT%H:%M"))
    response = client.post(address, data)
    assert response.status_code == 302, response.context["form"].errors
    row = paper.services.get()
    scan = client.get(reverse("permits:service-scan", args=[paper.application_id, paper.pk, row.pk]))
    assert b"".join(scan.streaming_content).startswith(b"%PDF-")
    receipt = client.get(reverse("permits:service-receipt", args=[paper.application_id, paper.pk, row.pk])).content
    text = run(tmp_path, receipt, "pdftotext", "FILE", "-").decode()
    assert paper.number in text.replace("\n", "")
    assert "直接送达" in text
    assert "李样例" in text


def test_an_empty_receipt_is_printed_for_the_way(client, paper, section, tmp_path):
    client.force_login(section)
    content = client.get(reverse("permits:paper-receipt", args=[paper.application_id, paper.pk])).content
    assert "受送达人签名" in run(tmp_path, content, "pdftotext", "FILE", "-").decode()


def test_what_is_missing_stands_beside_its_field_and_the_typed_text_stays(client, paper, section):
    client.force_login(section)
    address = reverse("permits:paper-serve", args=[paper.application_id, paper.pk])
    response = client.post(address, serve_data(method="electronic"))
    assert response.status_code == 422
    assert "consent_on" in response.context["form"].errors
    assert "政务服务中心" in response.content.decode()


def test_publishing_in_the_browser(client, licence, section):
    client.force_login(section)
    grant = licence.application.papers.get(kind=PaperKind.GRANT)
    address = reverse("permits:paper-publish", args=[grant.application_id, grant.pk])
    assert client.post(address, {"on": "", "place": ""}).status_code == 422
    client.post(address, {"on": str(timezone.localdate()), "place": "信用中国（湖南）"})
    grant.refresh_from_db()
    assert grant.published_at_place == "信用中国（湖南）"


def test_only_those_who_serve_get_to_the_form(client, paper):
    client.force_login(UserFactory(role=Roles.FINANCE))
    address = reverse("permits:paper-serve", args=[paper.application_id, paper.pk])
    assert client.get(address).status_code == 403


def test_the_publication_of_a_change_is_not_that_of_the_decision(office, section, officers):
    application, today = make.make_issued(section, officers), timezone.localdate()
    paper = papers.record_outside(application, PaperKind.CHANGE_GRANT, number="外变1", on=today, by=section)
    service.publish(paper, on=today, place="信用网站", by=section)
    assert make.fresh(application).published_on is None


def test_an_announcement_that_ends_on_a_day_of_rest_serves_on_the_next_working_day(office):
    assert service.effective_day(ServiceMethod.ANNOUNCEMENT, date(2026, 9, 3), date(2026, 9, 3)) == date(2026, 10, 8)
    assert service.effective_day(ServiceMethod.DIRECT, date(2026, 10, 3), None) == date(2026, 10, 3)


def test_a_late_publication_that_is_noted_on_the_case_is_a_flaw_too(office, section, officers):
    application = make.make_granted(section, officers)
    make.put(application, PermitState.GRANTED, publish_due=timezone.localdate() - timedelta(days=1))
    decisions.record_publication(application, Step(section))
    assert [each.code for each in application.flaws.all()] == ["published-late"]


def test_outside_papers_stand_in_the_book_by_the_day_on_them(office, section, client):
    application = make.make_accepted(section)
    papers.record_outside(application, PaperKind.RECEIPT, number="外1号", on=date(2026, 3, 2), by=section)
    client.force_login(section)
    page = client.get(reverse("permits:paper-book"), {"since": "2026-03-01", "until": "2026-03-31"}).content.decode()
    assert "外1号" in page


def test_what_is_no_service_delivers_nothing(licence, section, client):
    for method in (ServiceMethod.PUSHED, ServiceMethod.ELECTRONIC, ServiceMethod.LEFT):
        row = service.serve(licence, by_method(method), by=section, afterwards=True)
        assert (row.is_lawful, licence.services.lawful().exists()) == (False, False)
    assert make.fresh(licence.application).delivered_on is None
    assert licence.application.flaws.count() == 3
    client.force_login(section)
    book = client.get(reverse("permits:paper-book"), {"state": "unserved"}).content.decode()
    assert licence.number in book
    page = client.get(licence.get_absolute_url()).content.decode()
    assert page.count("不视为送达") >= 3
    tab = f"{licence.application.get_absolute_url()}?tab=service"
    assert "还没有登记送达" in client.get(tab).content.decode()
    assert "待送达" in client.get(reverse("permits:paper-list", args=[licence.application_id])).content.decode()
    service.serve(licence, by_method(ServiceMethod.DIRECT), by=section)
    assert make.fresh(licence.application).delivered_on == timezone.localdate()


def test_a_day_put_right_takes_its_flaw_along_and_the_log_keeps_the_old_one(office, section, officers):
    application = make.make_granted(section, officers)
    grant, today = signed(application, PaperKind.GRANT, section), timezone.localdate()
    make.put(application, PermitState.GRANTED, publish_due=today - timedelta(days=1), decided_on=today - timedelta(days=8),
             received_on=None)  # fmt: skip
    service.publish(grant, on=today, place="信用网站", by=section)
    flaw = application.flaws.get(code="published-late")
    decisions.record_publication(application, Step(section, today))
    assert application.flaws.get(code="published-late") == flaw  # the same day again changes nothing
    decisions.record_publication(application, Step(section, today - timedelta(days=2)))
    assert flaw.text in [row.note for row in Activity.objects.about(application)]
    grant.refresh_from_db()
    assert grant.published_on == today - timedelta(days=2)
    assert not application.flaws.filter(code="published-late").exists()
    assert f"原为{today}，改为{today - timedelta(days=2)}" in [row.note for row in Activity.objects.about(application)]


def test_two_who_note_a_day_do_not_overwrite_each_other(licence, section, client):
    client.force_login(section)
    address = reverse("permits:note", args=[licence.application_id, "delivery"])
    seen, today = make.fresh(licence.application).version, str(timezone.localdate())
    assert client.post(address, {"on": today, "seen": seen}).status_code == 302
    answer = client.post(address, {"on": today, "seen": seen})
    assert answer.status_code == 422
    assert "又有改动，没有登记" in answer.content.decode()
    assert f"现为{today}" in client.get(licence.application.get_absolute_url()).content.decode()


def test_a_changed_calendar_moves_the_end_of_an_announcement_that_runs(paper, section):
    today = timezone.localdate()
    row = service.serve(paper, by_method(ServiceMethod.ANNOUNCEMENT, announced_on=today), by=section)
    ends = row.effective_on
    year = CalendarYear.objects.get(year=ends.year)
    CalendarDay.objects.update_or_create(date=ends, defaults={"year": year, "kind": "statutory_holiday"})
    workdays.forget()
    daily.run()
    row.refresh_from_db()
    assert row.effective_on == workdays.load().next_working(ends + timedelta(days=1))
    assert service.recount_announced(today) == 0
