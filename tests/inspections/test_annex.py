"""The picture annex: the list's own filters, only what may be seen, no more than can be printed."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from inspections import photo_annex
from inspections.models import FindingPhoto
from staff.models import Activity
from staff.permissions import Roles
from staff.uploads import save_image
from tests.factories.inspections import make_finding
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
ANNEX = reverse("inspections:finding-annex")


def with_photos(count=1, **facts):
    finding, user = make_finding(**facts), UserFactory()
    for number in range(count):
        target = io.BytesIO()
        Image.new("RGB", (1600, 1200), (number * 40, 120, 90)).save(target, "JPEG")
        save_image(SimpleUploadedFile("a.jpg", target.getvalue()), FindingPhoto, by=user, finding=finding)
    return finding


def test_the_paper_shows_the_filtered_findings_that_have_photos(client, monkeypatch):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    wanted, other = with_photos(2), with_photos()
    make_finding(unit=wanted.lead_unit)
    shown = []
    monkeypatch.setattr(
        "inspections.views.annex.render_pdf", lambda template, context: shown.extend(context["entries"]) or b"%PDF-"
    )
    paper = client.get(ANNEX, {"lead_unit": wanted.lead_unit_id})
    assert paper["Content-Type"] == "application/pdf"
    assert [(entry.record, len(entry.pictures)) for entry in shown] == [(wanted, 2)]
    assert other not in [entry.record for entry in shown]
    assert Activity.objects.filter(title="打印图片附件").count() == 1


def test_it_is_a_real_pdf_with_the_pictures_in_it(client):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    with_photos(2)
    content = client.get(ANNEX).content
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Subtype /Image") + content.count(b"/Subtype/Image") >= 1


def test_a_street_prints_its_own_only(client):
    contact = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory(squad=SquadFactory()))
    client.force_login(contact)
    with_photos()
    assert "都没有照片" in client.get(ANNEX, follow=True).content.decode()


def test_too_many_are_refused_with_what_to_do(client, monkeypatch):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    monkeypatch.setattr("inspections.views.annex.MOST_ENTRIES", 1)
    with_photos()
    with_photos()
    assert "缩小范围" in client.get(ANNEX, follow=True).content.decode()


def test_pictures_are_made_small_for_paper():
    finding = with_photos()
    (entry,) = photo_annex.annex_of([finding])
    assert len(entry.pictures[0].source) < 200_000
    assert entry.pictures[0].source.startswith("data:image/jpeg;base64,")
