"""纪律处理: for few, by document number; names only where switched on, and never in the log."""

import io
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from config.periods import Period
from staff.figures.appraisal import discipline_rows
from staff.models import Activity, DisciplineRecord, Setting
from staff.permissions import Roles
from tests.factories.people import make_person
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

DATA = {"kind": "warning", "document_number": "样城管纪〔2026〕1号", "decided_on": "2026-03-05"}


@pytest.fixture
def clerk(client):
    client.force_login(UserFactory(role=Roles.PERSONNEL))
    return client


def sheet(answer):
    """The head and the rows of an export, without what stands around them."""
    rows = [
        [cell for cell in row if cell is not None] for row in load_workbook(io.BytesIO(b"".join(answer))).active.values
    ]
    head = next(place for place, row in enumerate(rows) if "文号" in row)
    return rows[head:]


def test_recorded_once_and_the_log_holds_the_number(clerk):
    assert clerk.post(reverse("staff:discipline-create"), DATA).status_code == 302
    again = clerk.post(reverse("staff:discipline-create"), DATA)
    assert again.status_code == 422
    assert DisciplineRecord.objects.count() == 1
    assert Activity.objects.about(DisciplineRecord.objects.get()).get().note == DATA["document_number"]


def test_names_are_off_until_switched_on_and_stay_out_of_the_log(clerk):
    person = make_person(name="不应入志")
    clerk.post(reverse("staff:discipline-create"), {**DATA, "person": person.pk})
    record = DisciplineRecord.objects.get()
    assert record.person is None
    Setting.objects.create(key="discipline.with_names", value="是", source="x", valid_from=date(2020, 1, 1))
    page = clerk.post(reverse("staff:discipline-edit", args=[record.pk]), {**DATA, "person": person.pk, "version": 1})
    assert page.status_code == 302
    assert DisciplineRecord.objects.get().person == person
    assert "不应入志" in clerk.get(reverse("staff:discipline-list")).content.decode()
    for line in Activity.objects.about(record):
        assert "不应入志" not in f"{line.title}{line.note}{line.changes}{line.object_label}"


def test_the_second_of_two_editors_is_told(clerk):
    clerk.post(reverse("staff:discipline-create"), DATA)
    record = DisciplineRecord.objects.get()
    url = reverse("staff:discipline-edit", args=[record.pk])
    clerk.post(url, {**DATA, "kind": "demerit", "version": 1})
    page = clerk.post(url, {**DATA, "kind": "removed", "version": 1})
    assert page.status_code == 422
    assert "刚被别人修改过" in page.content.decode()
    assert DisciplineRecord.objects.get().kind == "demerit"


def test_a_day_ahead_is_refused(clerk):
    ahead = timezone.localdate() + timedelta(days=1)
    page = clerk.post(reverse("staff:discipline-create"), {**DATA, "decided_on": ahead.isoformat()})
    assert "决定日期晚于今天" in page.content.decode()


@pytest.mark.parametrize(("role", "status"), [(Roles.DIRECTOR, 200), (Roles.OFFICE, 403), (Roles.AUDITOR, 403), (Roles.SQUAD_LEADER, 403)])  # fmt: skip
def test_few_see_the_list_and_the_export(client, role, status):
    client.force_login(UserFactory(role=role))
    assert client.get(reverse("staff:discipline-list")).status_code == status
    exported = client.get(reverse("staff:export", args=["staff.discipline"]))
    assert exported.status_code == (200 if status == 200 else 403)
    if exported.streaming:
        b"".join(exported.streaming_content)


def test_the_database_wants_a_document_number():
    with pytest.raises(IntegrityError, match="discipline_has_document"), transaction.atomic():
        DisciplineRecord.objects.create(kind="warning", document_number="")


def test_what_was_entered_by_mistake_is_void_and_its_number_free_again(clerk):
    clerk.post(reverse("staff:discipline-create"), DATA)
    record = DisciplineRecord.objects.get()
    address = reverse("staff:discipline-void", args=[record.pk])
    assert clerk.post(address, {"reason": ""}).status_code == 422
    clerk.post(address, {"reason": "文件发给别的单位"})
    assert "已经作废" in clerk.post(address, {"reason": "再点一次"}, follow=True).content.decode()
    assert clerk.get(reverse("staff:discipline-list")).context["table"].count == 0
    assert clerk.get(reverse("staff:discipline-list") + "?voided=voided").context["table"].count == 1
    clerk.post(reverse("staff:discipline-create"), {**DATA, "document_number": "样城管纪〔2026〕2号"})
    exported = sheet(clerk.get(reverse("staff:export", args=["staff.discipline"]), {"voided": "voided"}))
    assert exported[0][-1] == "作废时间"
    assert [row[0] for row in exported[1:] if len(row) == len(exported[0])] == [DATA["document_number"]]
    assert "作废时间" not in sheet(clerk.get(reverse("staff:export", args=["staff.discipline"])))[0]
    DisciplineRecord.objects.exclude(pk=record.pk).delete()
    assert not discipline_rows(Period.parse("2026"), None).exists()
    page = clerk.get(reverse("staff:discipline-edit", args=[record.pk])).content.decode()
    assert "文件发给别的单位" in page
    assert 'name="decided_on"' not in page
    late = clerk.post(
        reverse("staff:discipline-edit", args=[record.pk]), {**DATA, "kind": "demerit", "version": 2}, follow=True
    )
    assert "不能再改" in late.content.decode()
    assert "警告" in late.content.decode()
    assert "文件发给别的单位" not in Activity.objects.about(record).first().note
    assert clerk.post(reverse("staff:discipline-create"), DATA).status_code == 302
    assert DisciplineRecord.objects.recorded().count() == 1


def test_the_database_wants_a_reason_and_one_standing_record_a_document():
    record = {"kind": "warning", "document_number": "样1"}
    with pytest.raises(IntegrityError, match="discipline_void_whole"), transaction.atomic():
        DisciplineRecord.objects.create(**record, voided_at=timezone.now())
    DisciplineRecord.objects.create(**record)
    with pytest.raises(IntegrityError), transaction.atomic():
        DisciplineRecord.objects.create(**record)
