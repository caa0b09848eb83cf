"""扣分核对单: confirmed by the unit's click or by a stamped scan, once, as it stood; changed since, it asks again."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from inspections.checksheet import sheet_standings, unit_sheet, waiting
from inspections.models import Finding, SheetConfirmation
from inspections.workflow import check_sheets as workflow
from staff.models import Activity
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories import scores as make
from tests.factories.inspections import make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
MONTH = make.MONTH
SCAN = b"%PDF-1.4 stamped %%EOF"


@pytest.fixture
def street():
    street = UnitFactory(short_name="甲街道", squad=SquadFactory())
    for day in (3, 4):
        make_finding(unit=street, found_at=moment(2026, 3, day), closed_at=moment(2026, 3, day, 12))
    return street


@pytest.fixture
def contact(street):
    return UserFactory(role=Roles.STREET_CONTACT, unit=street)


@pytest.fixture
def office():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE)


def url(name, unit, month=MONTH):
    return reverse(f"inspections:checksheet-{name}", args=[month, unit.pk])


def confirmed(street, by):
    sheet = unit_sheet(street, MONTH)
    return workflow.confirm_sheet(sheet, by=by, seen=sheet.digest)


class TestConfirming:
    def test_a_click_stores_what_was_agreed(self, client, street, contact):
        client.force_login(contact)
        page = client.get(url("detail", street))
        seen = page.context["confirm_form"]["seen"].value()
        assert client.get(url("confirm", street)).status_code == 405
        assert client.post(url("confirm", street), {"seen": seen, "note": "无异议"}).status_code == 302
        stored = SheetConfirmation.objects.get()
        sheet = unit_sheet(street, MONTH)
        assert (stored.findings, stored.points, stored.way, stored.note) == (2, sheet.points, "click", "无异议")
        assert Activity.objects.about(stored).get().title == "确认扣分核对单（系统内确认）"
        again = client.post(url("confirm", street), {"seen": seen})
        assert (again.status_code, "不用再确认" in again.content.decode()) == (422, True)
        assert client.get(url("detail", street)).context["confirm_form"] is None

    def test_what_changed_after_it_was_read_is_not_confirmed(self, client, street, contact):
        client.force_login(contact)
        seen = unit_sheet(street, MONTH).digest
        make_finding(unit=street, found_at=moment(2026, 3, 20))
        page = client.post(url("confirm", street), {"seen": seen})
        assert (page.status_code, "刚有变动" in page.content.decode()) == (422, True)
        assert not SheetConfirmation.objects.exists()

    def test_changed_since_it_asks_again_and_can_be_confirmed_anew(self, street, contact):
        first = confirmed(street, contact)
        (standing,) = [s for s in sheet_standings(MONTH) if s.sheet.unit == street]
        assert (standing.words, standing.is_current) == ("已确认", True)
        Finding.objects.filter(pk=Finding.objects.first().pk).update(send_backs=1)
        (standing,) = [s for s in sheet_standings(MONTH) if s.sheet.unit == street]
        assert (standing.words, standing.is_current) == ("确认后有变动", False)
        second = confirmed(street, contact)
        assert second.pk == first.pk
        assert Activity.objects.about(second).count() == 2

    def test_lateness_that_grows_by_the_day_is_no_change(self, street, contact):
        make_finding(unit=street, found_at=timezone.now() - timedelta(days=2))
        month = f"{timezone.localdate() - timedelta(days=2):%Y-%m}"
        assert unit_sheet(street, month).digest == unit_sheet(street, month).digest

    def test_the_office_records_a_stamped_scan(self, client, street, office):
        client.force_login(office)
        data = {"seen": unit_sheet(street, MONTH).digest, "confirmed_on": "2026-04-02"}
        scan = SimpleUploadedFile("盖章.pdf", SCAN)
        assert client.post(url("record", street), {**data, "scan": scan}).status_code == 302
        stored = SheetConfirmation.objects.get()
        assert (stored.way, stored.confirmed_on, stored.recorded_by) == ("scan", date(2026, 4, 2), office)
        file = stored.scans.get()
        assert b"".join(client.get(file.get_absolute_url()).streaming_content) == SCAN
        client.force_login(UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory()))
        assert client.get(file.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize(("changes", "field"), [
        ({"scan": SimpleUploadedFile("x.pdf", b"no pdf")}, "scan"),
        ({"confirmed_on": "2099-01-01"}, "confirmed_on"),
        ({}, "scan"),
    ])  # fmt: skip
    def test_a_scan_that_is_none_is_refused_and_nothing_stored(self, client, street, office, changes, field):
        client.force_login(office)
        data = {"seen": unit_sheet(street, MONTH).digest, "confirmed_on": "2026-04-02", **changes}
        if field == "confirmed_on":
            data["scan"] = SimpleUploadedFile("x.pdf", SCAN)
        page = client.post(url("record", street), data)
        assert page.status_code == 422
        assert field in page.context["scan_form"].errors
        assert not SheetConfirmation.objects.exists()

    def test_only_the_unit_itself_clicks(self, client, street, contact):
        other = UnitFactory()
        seen = unit_sheet(street, MONTH).digest
        client.force_login(UserFactory(role=Roles.STREET_CONTACT, unit=other))
        for name in ("detail", "pdf"):
            assert client.get(url(name, street)).status_code == 404
        assert client.post(url("confirm", street), {"seen": seen}).status_code == 404
        client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
        assert client.post(url("confirm", street), {"seen": seen}).status_code == 403

    def test_a_day_to_come_is_refused(self, street, office):
        sheet = unit_sheet(street, MONTH)
        with pytest.raises(Refused, match="晚于今天"):
            workflow.confirm_sheet(
                sheet, by=office, seen=sheet.digest, confirmed_on=timezone.localdate() + timedelta(days=1)
            )

    def test_one_confirmation_a_unit_and_month_and_no_negative_points(self, street, office):
        stored = confirmed(street, office)
        with pytest.raises(IntegrityError, match="sheet_points_not_negative"):
            SheetConfirmation.objects.filter(pk=stored.pk).update(points=-1)

    def test_twice_in_the_database_is_refused(self, street, office):
        stored = confirmed(street, office)
        stored.pk = None
        with pytest.raises(IntegrityError):
            stored.save(force_insert=True)


class TestPages:
    def test_units_with_findings_are_waited_for(self, client, street, office, contact):
        assert {each.sheet.unit.label for each in waiting(MONTH)} >= {"甲街道"}
        confirmed(street, contact)
        assert "甲街道" not in {each.sheet.unit.label for each in waiting(MONTH)}
        client.force_login(office)
        page = client.get(reverse("inspections:checksheet-list"), {"period": MONTH})
        assert "已确认" in page.content.decode()

    def test_a_street_sees_its_own_alone(self, client, street, contact):
        UnitFactory(short_name="乙街道")
        client.force_login(contact)
        page = client.get(reverse("inspections:checksheet-list"), {"period": MONTH})
        assert [each.sheet.unit for each in page.context["table"].source] == [street]

    def test_every_line_opens_its_finding_and_the_sum_stands_below(self, client, street, office):
        client.force_login(office)
        page = client.get(url("detail", street)).content.decode()
        for finding in Finding.objects.all():
            assert finding.get_absolute_url() in page
        sheet = unit_sheet(street, MONTH)
        assert sheet.points == sum(line.part.points + line.part.rectification for line in sheet.lines)

    def test_the_paper_names_unit_month_and_findings(self, client, street, office, monkeypatch):
        asked = []
        monkeypatch.setattr("inspections.views.check_sheets.render_pdf", lambda t, c: asked.append((t, c)) or SCAN)
        client.force_login(office)
        assert client.get(url("pdf", street)).content == SCAN
        _, context = asked[0]
        assert context["sheet"]["title"] == "甲街道2026年3月扣分核对单"
        assert len(context["check"].lines) == 2

    @pytest.mark.parametrize("units", [1, 3])
    def test_the_list_costs_the_same(self, client, street, office, django_assert_max_num_queries, units):
        for _ in range(units - 1):
            make_finding(unit=UnitFactory(squad=SquadFactory()), found_at=moment(2026, 3, 9))
        client.force_login(office)
        address = reverse("inspections:checksheet-list") + f"?period={MONTH}"
        client.get(address)
        with django_assert_max_num_queries(21):
            client.get(address)
