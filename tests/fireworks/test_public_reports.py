"""群众举报: identity apart, masked everywhere, rewards by code, first reporter only, not to staff."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from fireworks.models import Incident, PublicReport
from fireworks.workflow import incidents, reports
from staff.models import Activity
from staff.refusals import Refused
from tests.factories.fireworks import DutyPersonFactory, make_incident, make_report, unsaved_incident
from tests.factories.people import make_person
from tests.factories.staff import UserFactory
from tests.fireworks.racing import race

pytestmark = pytest.mark.django_db


def verified(report):
    incidents.verify_incident(report.incident, incidents.Finding(), by=UserFactory())
    return PublicReport.objects.get(pk=report.pk)


def grant(report):
    return reports.grant_reward(report, amount=Decimal(100), basis="样例办法第3条", by=UserFactory())


def test_first_reporter_only():
    first = make_report(received_at=timezone.now() - timedelta(hours=2))
    same = {name: getattr(first.incident, name) for name in ("place", "found_at", "unit", "kind")}
    second = make_report(incident=unsaved_incident(**same), name="另示例", phone="13900000000")
    assert second.incident == first.incident
    first = verified(first)
    with pytest.raises(Refused, match=f"首个举报人（举报码 {first.code}）"):
        grant(second)
    assert grant(first).amount == 100
    with pytest.raises(Refused, match="已经核定"):
        grant(first)


def test_not_to_staff_on_duty_known_by_phone_or_said_so():
    make_person(phone="13712345678")
    for report in (make_report(phone="13712345678"), make_report(by_staff=True, phone="13611111111")):
        assert report.by_staff
        with pytest.raises(Refused, match="值守人员"):
            grant(verified(report))


@pytest.mark.parametrize("written", ["137 1234 5678", "137-1234-5678", "+86 13712345678", "１３７１２３４５６７８"])
@pytest.mark.parametrize("of", ["bureau", "community"])
def test_staff_are_known_however_the_number_is_written(of, written):
    """Those whom the communities and the police send stand on the list for duty, not in the bureau's register."""
    make_person(phone="13712345678") if of == "bureau" else DutyPersonFactory(phone="137-12345678")
    assert make_report(phone=written).by_staff


def test_others_are_not_taken_for_staff():
    make_person()  # without a number
    DutyPersonFactory(phone="", is_active=True)
    DutyPersonFactory(phone="13712345678", is_active=False)  # stands on no roster any more
    for phone in ("", "123", "13712345678"):
        assert not make_report(phone=phone).by_staff


def test_only_for_what_turned_out_true():
    report = make_report()
    with pytest.raises(Refused, match="核实后"):
        grant(report)
    incidents.dismiss_incident(report.incident, incidents.Finding("未发现"), by=UserFactory())
    with pytest.raises(Refused, match="核实后"):
        grant(PublicReport.objects.get(pk=report.pk))


def test_paid_once_to_who_brings_the_code():
    report, by = grant(verified(make_report())), UserFactory()
    with pytest.raises(Refused, match="举报码不对"):
        reports.pay_reward(report, code="XXXXXXXX", by=by)
    assert reports.pay_reward(report, code=report.code.lower(), by=by).paid_at
    with pytest.raises(Refused, match="领取"):
        reports.pay_reward(report, code=report.code, by=by)


def test_the_database_allows_one_reward_an_incident_and_none_to_staff():
    report = grant(verified(make_report()))
    other = make_report(incident=unsaved_incident())
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicReport.objects.filter(pk=other.pk).update(incident=report.incident, granted_at=timezone.now(), amount=1)
    for change in ({"by_staff": True}, {"amount": None}, {"granted_at": None}):
        with pytest.raises(IntegrityError, match="public_report_reward_whole"), transaction.atomic():
            PublicReport.objects.filter(pk=report.pk).update(**change)


def test_an_incident_with_a_reward_is_not_voided():
    report = grant(verified(make_report()))
    with pytest.raises(Refused, match="奖励"):
        incidents.void_incident(report.incident, by=UserFactory(), reason="登记有误")


SECRET = ("举示例", "13800005678")


def test_no_page_log_or_export_shows_the_reporter(office, director):
    report = make_report(name=SECRET[0], phone=SECRET[1])
    addresses = [
        reverse("fireworks:incident-list"),
        report.incident.get_absolute_url(),
        reverse("fireworks:public-report-list"),
        reverse("fireworks:public-report-detail", args=[report.pk]),
        reverse("staff:export", args=["fireworks.public_reports"]),
        reverse("staff:export", args=["fireworks.incidents"]),
        f"{reverse('reports:search')}?q={report.code}",
    ]
    for address in addresses:
        page = office.get(address).content
        assert not any(secret.encode() in page for secret in SECRET), address
    for line in Activity.objects.all():
        assert not any(secret in f"{line.note}{line.changes}{line.object_label}{line.title}" for secret in SECRET)
    assert director.get(addresses[3]).status_code == 403


def test_looking_at_the_reporter_shows_it_once_and_is_logged(office, leader):
    report = make_report(name=SECRET[0], phone=SECRET[1])
    url = reverse("fireworks:public-report-reveal", args=[report.pk])
    page = office.post(url)
    assert SECRET[0] in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    line = Activity.objects.about(report.incident).first()
    assert (line.title, line.actor, line.note) == ("查看举报人", office.user, f"举报码 {report.code[:2]}******")
    assert office.get(url).status_code == 405
    assert leader.post(url).status_code == 403


def test_taken_in_on_one_page_by_who_answers_the_phone(street):
    data = {"place": "样例小区3栋", "place_kind": "residential", "trigger": "wedding", "kind": "fireworks",
            "found_at": "2026-02-16T20:30", "unit": street.user.unit_id, "channel": "phone",
            "received_at": "2026-02-16T20:35", "name": SECRET[0], "phone": SECRET[1]}  # fmt: skip
    answer = street.post(reverse("fireworks:public-report-create"), data)
    report = PublicReport.objects.get()
    assert answer.url == report.incident.get_absolute_url()
    assert (report.incident.source, report.incident.reported_at) == ("public", report.received_at)
    shown = street.get(answer.url).content.decode()
    assert report.code in shown  # told once, to be passed on
    assert SECRET[1] not in shown


def test_reward_from_the_page(office):
    report = make_report()
    url = reverse("fireworks:public-report-grant", args=[report.pk])
    refused = office.post(url, {"amount": "100", "basis": "样例办法"}, follow=True)
    assert "核实后才能核定" in refused.content.decode()
    verified(report)
    done = office.post(url, {"amount": "100", "basis": "样例办法"}, follow=True)
    assert "已核定，待领取" in done.content.decode()
    wrong = office.post(reverse("fireworks:public-report-pay", args=[report.pk]), {"code": "WRONG"})
    assert wrong.status_code == 422
    assert "举报码不对" in wrong.content.decode()


def test_an_unreported_incident_stays_without_reports():
    make_incident()
    assert Incident.objects.get().public_reports.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_incident_that_is_voided_at_the_same_moment_holds_no_reward():
    for _ in range(3):
        report = verified(make_report())
        void = partial(incidents.void_incident, report.incident, by=UserFactory(), reason="登记有误")
        assert sorted(race(void, partial(grant, report))) == ["ok", "refused"]
