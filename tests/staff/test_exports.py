"""An export is what the list shows, for each role, at once or as a job; nothing in it runs as a formula."""

import io
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel

from config.columns import export_value
from staff import exports
from staff.files import send_file, send_made
from staff.models import Activity, Deputyship, Job, JobState
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, make_finding
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/staff/exports/inspections.findings/"
HEAD_ROW, FIRST_ROW = 3, 4


def rows_of(content):
    sheet = load_workbook(io.BytesIO(content)).active
    head = [cell.value for cell in sheet[HEAD_ROW] if cell.value]
    body = [
        [cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST_ROW) if str(row[0].value).startswith("考")
    ]
    return head, body


@pytest.fixture
def findings():
    item = ItemFactory()
    own = UnitFactory(squad=SquadFactory())
    return own, [make_finding(item=item, unit=unit) for unit in (own, own, UnitFactory(squad=SquadFactory()))]


@pytest.mark.parametrize(("role", "count"), [(Roles.ASSESSMENT_OFFICE, 3), (Roles.STREET_CONTACT, 2)])
def test_an_export_holds_exactly_the_rows_of_the_list(client, findings, role, count):
    own, _ = findings
    client.force_login(UserFactory(role=role, unit=own))
    listed = [row.object.number for row in client.get(reverse("inspections:finding-list")).context["table"].rows]
    head, body = rows_of(client.get(URL).content)
    assert [row[0] for row in body] == listed
    assert len(body) == count
    assert head[0] == "编号"
    logged = Activity.objects.get(verb="export")
    since = f"发现日期从：{timezone.localdate().year}-01-01"  # how the list stands when nothing is asked
    assert logged.note == f"{count} 行，{since}"


def test_the_filter_and_the_columns_of_the_address_hold_for_the_export(client, findings):
    own, _ = findings
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    head, body = rows_of(client.get(URL, {"lead_unit": own.pk, "columns": ["number", "points"]}).content)
    assert head == ["编号", "扣分（分）"]
    assert len(body) == 2
    assert Activity.objects.get(verb="export").note == f"2 行，责任单位：{own.short_name}"


def test_a_long_list_becomes_a_job_with_the_same_rows(client, findings, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    response = client.get(URL, {"sort": "number"})
    job = Job.objects.get()
    assert response.url == job.get_absolute_url()
    assert (job.owner, job.state) == (user, JobState.DONE)
    served = client.get(reverse("staff:job-file", args=[job.pk, "result"]))
    _, body = rows_of(b"".join(served.streaming_content))
    assert [row[0] for row in body] == [finding.number for finding in findings[1]]


def test_a_long_export_by_a_deputy_is_what_the_principal_sees(client, findings, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    principal, deputy, today = UserFactory(role=Roles.ASSESSMENT_OFFICE), UserFactory(), timezone.localdate()
    given = Deputyship.objects.create(principal=principal, deputy=deputy, start=today, end=today)
    client.force_login(deputy)
    client.post(reverse("staff:act-for"), {"deputyship": given.pk})
    client.get(URL)
    job = Job.objects.get()
    assert (job.owner, job.state) == (deputy, JobState.DONE)
    assert Activity.objects.get(verb="export").principal == principal


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_what_looks_like_a_formula_stays_text(client, text):
    make_finding(description=f"{text}")
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    sheet = load_workbook(io.BytesIO(client.get(URL).content)).active
    cells = [cell for row in sheet.iter_rows(min_row=FIRST_ROW) for cell in row if cell.value == text]
    assert [cell.data_type for cell in cells] == ["s"]


def test_without_the_right_to_see_the_list_there_is_no_export(client, findings):
    client.force_login(UserFactory(role=Roles.WINDOW))
    assert client.get(URL).status_code == 403
    assert client.get("/staff/exports/no.such.list/").status_code == 404


def test_the_auditor_exports_the_log_and_that_is_logged(client):
    client.force_login(UserFactory(role=Roles.AUDITOR))
    assert client.get("/staff/exports/staff.activities/").status_code == 200
    assert Activity.objects.filter(verb="export", title="导出操作日志").count() == 1


def test_a_time_leaves_as_the_second_that_the_screen_shows():
    just_before = datetime(2026, 3, 5, 4, 0, 0, 999_900, tzinfo=UTC)  # a sheet keeps thousandths, rounded
    assert to_excel(export_value(just_before)) == to_excel(export_value(just_before.replace(microsecond=0)))


def test_a_file_that_is_made_has_a_chinese_name_and_stays_out_of_caches():
    answer = send_made(b"x", "单位得分.xlsx")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('单位得分.xlsx')}"
    assert answer["Cache-Control"] == "private, no-store"
    assert send_made(b"x", "a.pdf", inline=True)["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("name", "sent"), [("批示", "批示.pdf"), ("方案.PDF", "方案.PDF"), ("照片.jpg", "照片.jpg.pdf")]
)
def test_a_stored_file_leaves_as_what_it_is(name, sent):
    stored = SimpleNamespace(name="attachments/permits/1.pdf", open=lambda mode: io.BytesIO(b"%PDF"))
    answer = send_file(stored, name)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(sent)}"
