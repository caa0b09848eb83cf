"""An incident of the ban becomes a finding: filled in, with its photos, once, and only if it is confirmed."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from fireworks.models import IncidentPhoto
from fireworks.workflow import incidents
from inspections.models import Finding, Sighting
from inspections.registrar import entry_of
from inspections.workflow import findings as workflow
from inspections.workflow import handover
from staff.permissions import Roles
from staff.refusals import Refused
from staff.uploads import save_image
from tests.factories.fireworks import CommunityFactory, make_incident
from tests.factories.inspections import CategoryFactory, ItemFactory, make_finding
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def item():
    return ItemFactory(category=CategoryFactory(code="D", name="禁炮工作"), areas=["TD", "GQ"])


def picture():
    stream = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(stream, "JPEG")
    return SimpleUploadedFile("炮.jpg", stream.getvalue(), content_type="image/jpeg")


def confirmed(**facts):
    street = UnitFactory(squad=SquadFactory())
    community = CommunityFactory(parent=street)
    found = timezone.now() - timedelta(hours=3)
    return street, make_incident(
        unit=community, to="verified", found_at=found, place="样例路8号", party="张示例", description="门前燃放鞭炮",
        source="media", **facts,
    )  # fmt: skip


def address(incident):
    return reverse("inspections:incident-register", args=[incident.pk])


def send(client, incident, item, **changes):
    form = client.get(address(incident)).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    data["found_at"] = data["found_at"].strftime("%Y-%m-%dT%H:%M")
    return client.post(address(incident), {**data, "area": "TD", "item": item.pk, **changes})


def test_the_form_is_filled_in_from_the_incident_and_never_names_the_party(office, item):
    street, incident = confirmed()
    ItemFactory()  # of another category: not offered
    page = office.get(address(incident))
    form = page.context["form"]
    assert list(form.fields["item"].queryset) == [item]
    assert (form["unit"].value(), form["place"].value(), form["source"].value()) == (
        street.pk,
        "样例路8号",
        "city_media",
    )
    assert "张示例" not in page.content.decode()


def test_it_is_registered_with_its_photos_and_leaves_the_list(office, item):
    street, incident = confirmed()
    save_image(picture(), IncidentPhoto, by=office.user, incident=incident)
    waiting = reverse("inspections:incident-list")
    assert incident.number in office.get(waiting).content.decode()
    assert send(office, incident, item).status_code == 302
    finding = Finding.objects.get()
    assert (finding.incident, finding.lead_unit, finding.source) == (incident, street, "city_media")
    photo, original = finding.photos.get(), incident.photos.get()
    assert photo.sha256 == original.sha256
    assert photo.file.name != original.file.name
    assert incident.number not in office.get(waiting).content.decode()
    assert incident.number in office.get(finding.get_absolute_url()).content.decode()


def test_one_incident_costs_points_once(office, item):
    _, incident = confirmed()
    send(office, incident, item)
    assert office.get(address(incident)).status_code == 404
    first, second = Finding.objects.get(), make_finding()
    second.incident = incident
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
    workflow.void_finding(first, by=office.user, reason="登记有误")
    assert office.get(address(incident)).status_code == 200
    second.save()


@pytest.mark.parametrize("state", ["reported", "unfounded", "voided"])
def test_only_what_is_confirmed_is_handed_over(office, item, state):
    incident = make_incident(to=state)
    assert office.get(address(incident)).status_code == 404
    assert office.get(reverse("inspections:incident-list")).context["table"].count == 0


def test_a_correction_keeps_the_incident_and_its_voiding_is_shown(office, item):
    _, incident = confirmed()
    send(office, incident, item)
    finding = Finding.objects.get()
    workflow.edit_finding(finding, workflow.entry_of(finding), by=office.user, seen=finding.version)
    finding.refresh_from_db()
    assert finding.incident == incident
    assert "请核对这条问题是否作废" not in office.get(finding.get_absolute_url()).content.decode()
    incidents.void_incident(incident, by=office.user, reason="重复登记")
    assert "请核对这条问题是否作废" in office.get(finding.get_absolute_url()).content.decode()


def test_whoever_may_not_see_the_ban_is_not_shown_its_incidents(client, item):
    _, incident = confirmed()
    user = UserFactory()  # no role of ours registers findings without seeing the ban
    user.user_permissions.set(Permission.objects.filter(codename__in=["register_finding", "see_all_units"]))
    client.force_login(user)
    assert client.get(reverse("inspections:incident-list")).context["table"].count == 0
    assert client.get(address(incident)).status_code == 404


def test_an_incident_at_a_place_whose_problem_is_still_open_goes_into_that_finding(office, item):
    _, first = confirmed()
    send(office, first, item)
    finding = Finding.objects.get()
    second = make_incident(
        unit=first.unit, to="verified", found_at=timezone.now() - timedelta(hours=1), place="样例路8号"
    )
    save_image(picture(), IncidentPhoto, by=office.user, incident=second)
    answer = send(office, second, item, unit=finding.lead_unit_id)
    assert answer.url == finding.get_absolute_url()
    assert Finding.objects.get() == finding  # nothing is deducted twice
    page = office.get(finding.get_absolute_url()).content.decode()
    assert f"炮情 {second.number} 已并入 {finding.number}，不重复扣分" in page
    assert "并入的炮情" in page
    assert finding.photos.get().sha256 == second.photos.get().sha256
    assert office.get(reverse("inspections:incident-list")).context["table"].count == 0
    assert office.get(address(second)).status_code == 404
    with pytest.raises(Refused, match=f"已登记为考评问题 {finding.number}"):
        handover.register_incident(entry_of(finding), second, by=office.user)
    workflow.void_finding(finding, by=office.user, reason="登记有误")
    assert office.get(reverse("inspections:incident-list")).context["table"].count == 2


def test_a_sighting_comes_from_a_phone_or_from_an_incident(item):
    finding, user = make_finding(), UserFactory()
    facts = {"finding": finding, "seen_at": timezone.now(), "recorded_by": user}
    for wrong in ({}, {"client_id": uuid4(), "incident": make_incident()}):
        with pytest.raises(IntegrityError, match="sighting_has_origin"), transaction.atomic():
            Sighting.objects.create(**facts, **wrong)
