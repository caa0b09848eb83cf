"""The pages of the assessment: who may, what each action answers, and that lists ask few questions."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from inspections.models import Finding, FindingPhoto, StandardVersion
from inspections.standard_csv import SEED
from inspections.views.findings import finding_columns
from staff.models import Activity
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

# Session, user, rights 2; the choices of the filter bar 3; the rows, their total. (Few rows: no count is asked for.)
LIST_QUERIES = 8


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def contact(client):
    """A street's contact: sees the street's own findings and changes nothing."""
    user = UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory(squad=SquadFactory()))
    client.force_login(user)
    return user


def url(name, *args):
    return reverse(f"inspections:{name}", args=args)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_few_questions_for_any_number_of_rows(client, office, count, django_assert_num_queries):
    """With every column chosen: what the list leaves unread (`listed`), none of them asks for by itself."""
    unit, item = UnitFactory(), ItemFactory()
    for _ in range(count):
        make_finding(unit=unit, item=item)
    all_columns = {"columns": [column.name for column in finding_columns()]}
    client.get(url("finding-list"), all_columns)
    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(url("finding-list"), all_columns)
    table = response.context["table"]
    assert (len(table.rows), len(table.columns)) == (count, len(finding_columns()))


def test_points_add_up_to_the_last_digit(client, office):
    """SQLite's own sum of 300 times 7.79 is 2336.99999999999."""
    finding = make_finding(unit=UnitFactory(), item=ItemFactory())
    rows = [finding]
    for number in range(299):
        row = Finding.objects.get(pk=finding.pk)
        row.pk, row._state.adding, row.number, row.fingerprint = None, True, f"和{number}", f"和{number}"
        rows.append(row)
    for row in rows:
        row.points = Decimal("7.79")
    finding.save()
    Finding.objects.bulk_create(rows[1:])
    table = client.get(url("finding-list")).context["table"]
    points = next(cell for cell in table.totals if cell.column.name == "points")
    assert points.text == "2,337"


def test_an_assessed_unit_sees_its_own_findings_only(client, contact):
    own, other = make_finding(unit=contact.unit), make_finding()
    rows = [row.object for row in client.get(url("finding-list")).context["table"].rows]
    assert rows == [own]
    assert client.get(url("finding-detail", own.pk)).status_code == 200
    assert client.get(url("finding-detail", other.pk)).status_code == 404


@pytest.mark.parametrize("action", ["finding-edit", "finding-close", "finding-void", "finding-photo-add"])
def test_an_assessed_unit_may_not_act(client, contact, action):
    own = make_finding(unit=contact.unit)
    assert client.post(url(action, own.pk)).status_code == 403
    own.refresh_from_db()
    assert own.state == "registered"


@pytest.mark.parametrize("action", ["finding-close", "finding-void", "finding-photo-add"])
def test_an_action_refuses_get(client, office, action):
    assert client.get(url(action, make_finding().pk)).status_code == 405


def form_data(item, unit, **more):
    return {
        "found_at": "2026-03-05T09:30",
        "unit": unit.pk,
        "area": "ZG",
        "item": item.pk,
        "place": "样例路1号",
        "description": "货物出店",
        "count": 2,
        "source": "own_patrol",
        "found_by": "查示例、考示例",
        **more,
    }


def test_registering_by_form(client, office):
    response = client.post(url("finding-create"), form_data(ItemFactory(), UnitFactory()))
    finding = Finding.objects.get()
    assert response.url == finding.get_absolute_url()
    assert finding.registered_by == office
    assert finding.found_at == moment(2026, 3, 5, 9, 30)


def test_sent_twice_is_registered_once_and_shown_the_first(client, office):
    data = form_data(ItemFactory(), UnitFactory())
    client.post(url("finding-create"), data)
    again = client.post(url("finding-create"), data)
    assert Finding.objects.count() == 1
    assert "尚未销号" in again.content.decode()
    assert Finding.objects.get().get_absolute_url() in again.content.decode()


def test_a_refused_form_keeps_what_was_typed(client, office):
    response = client.post(
        url("finding-create"), form_data(ItemFactory(), UnitFactory(), area="TD", place="打了很久的地点")
    )
    assert "打了很久的地点" in response.content.decode()
    assert "不适用于这个区域" in response.content.decode()
    assert not Finding.objects.exists()


def test_the_preview_says_what_it_would_cost_and_stores_nothing(client, office):
    response = client.post(url("finding-preview"), form_data(ItemFactory(), UnitFactory()))
    assert "= 0.48分" in response.content.decode()
    assert not Finding.objects.exists()


def test_closing_twice_is_told_and_logged_once(client, office):
    finding = make_finding()
    data = {"closed_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M")}
    client.post(url("finding-close", finding.pk), data)
    page = client.post(url("finding-close", finding.pk), data, follow=True)
    assert "不能销号" in page.content.decode()
    assert Activity.objects.about(finding).filter(title="销号").count() == 1


def test_voiding_needs_a_reason_and_says_so_beside_the_field(client, office):
    finding = make_finding()
    response = client.post(url("finding-void", finding.pk), {"reason": "错"})
    assert response.status_code == 422
    assert "作废理由" in response.content.decode()
    client.post(url("finding-void", finding.pk), {"reason": "申诉成立，不属本辖区"})
    finding.refresh_from_db()
    assert (finding.state, finding.void_reason) == ("voided", "申诉成立，不属本辖区")


def test_the_second_editor_keeps_what_was_typed(client, office):
    finding = make_finding(found_at=moment(2026, 3, 5, 9, 30))
    data = form_data(finding.item, finding.lead_unit, version=1)
    client.post(url("finding-edit", finding.pk), {**data, "place": "第一个人写的"})
    response = client.post(url("finding-edit", finding.pk), {**data, "place": "第二个人写的"})
    assert "刚被别人修改过" in response.content.decode()
    assert "第二个人写的" in response.content.decode()
    finding.refresh_from_db()
    assert finding.place == "第一个人写的"


def picture():
    target = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(target, "JPEG")
    target.seek(0)
    target.name = "IMG_01.jpg"
    return target


def test_a_photo_is_served_to_those_who_see_the_finding_only(client, office, contact):
    finding = make_finding()
    client.force_login(office)
    client.post(url("finding-photo-add", finding.pk), {"photo": picture()})
    client.post(url("finding-photo-add", finding.pk), {"photo": picture()})
    photo = FindingPhoto.objects.get()
    served = client.get(photo.get_absolute_url())
    assert (served.status_code, served["Content-Type"], served["X-Content-Type-Options"]) == (
        200,
        "image/jpeg",
        "nosniff",
    )
    assert b"".join(served.streaming_content).startswith(b"\xff\xd8")
    client.force_login(contact)
    assert client.get(photo.get_absolute_url()).status_code == 404


def test_the_standard_can_be_imported_in_the_browser_and_is_refused_whole(client, office):
    data = {"name": "新标准", "source": "考评办法", "valid_from": "2027-01-01"}
    broken = io.BytesIO(SEED.read_bytes().replace(b",28,A01", b",29,A01"))
    broken.name = "standard.csv"
    assert "大项" in client.post(url("standard-import"), {**data, "file": broken}).content.decode()
    assert not StandardVersion.objects.filter(name="新标准").exists()
    with SEED.open("rb") as good:
        response = client.post(url("standard-import"), {**data, "file": good})
    version = StandardVersion.objects.get(name="新标准")
    assert response.url == version.get_absolute_url()
    assert client.get(f"{version.get_absolute_url()}?show=items").context["table"].count == 41
    assert client.get(f"{version.get_absolute_url()}?show=categories").context["table"].count == 6
