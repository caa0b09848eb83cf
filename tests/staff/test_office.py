"""The office's shared records: settings with validity, names of units, messages, reference data in the admin."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from inspections.models import Finding
from staff.models import (
    Activity,
    CalendarDay,
    CalendarYear,
    Job,
    Message,
    Setting,
    Unit,
    UnitAlias,
    User,
    notify,
    setting,
)
from staff.models.settings import KNOWN_SETTINGS
from staff.permissions import Roles
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_setting_holds_from_its_day_on_and_the_default_before():
    Setting.objects.create(key="training.required_hours", value="45", source="考评办法", valid_from=date(2026, 1, 1))
    assert setting("training.required_hours", on=date(2025, 12, 31)) == 60
    assert setting("training.required_hours", on=date(2026, 1, 1)) == 45


def test_a_setting_that_is_no_number_is_refused():
    with pytest.raises(ValidationError, match="应填数字"):
        Setting(key="training.required_hours", value="三十", source="x").clean()


@pytest.mark.parametrize(
    ("key", "value"),
    [("permits.area_tolerance", "NaN"), ("permits.area_tolerance", "-5"), ("permits.area_tolerance", "Infinity"),
     ("training.required_hours", "-1"), ("messages.digest_hour", "24"), ("permits.pay_days", "99999999")],
)  # fmt: skip
def test_a_setting_that_would_stop_the_reckoning_is_refused(key, value):
    with pytest.raises(ValidationError, match=r"应填数字|应在 0 至"):
        Setting(key=key, value=value, source="x").clean()


def test_every_default_would_be_taken():
    for spec in KNOWN_SETTINGS.values():
        Setting(key=spec.key, value=spec.default, source="x").clean()


def test_a_renamed_agency_is_found_under_its_old_name():
    unit = UnitFactory(name="区应急管理局", short_name="应急局")
    UnitAlias.objects.create(unit=unit, name="区安监局")
    names = Unit.objects.by_name()
    assert names["区安监局"] == names["应急局"] == names["区应急管理局"] == unit


def test_a_name_that_another_unit_bears_is_refused():
    unit = UnitFactory(name="甲街道办事处", short_name="甲街道")
    with pytest.raises(ValidationError, match="无法区分"):
        Unit(name="乙街道办事处", short_name="甲街道", kind="street").clean()
    with pytest.raises(ValidationError, match="正式名称"):
        UnitAlias(unit=unit, name="甲街道").clean()


def test_the_database_refuses_a_unit_that_ends_before_it_begins():
    with pytest.raises(IntegrityError, match="unit_valid_to_not_before_from"), transaction.atomic():
        UnitFactory(valid_from=date(2026, 1, 1), valid_to=date(2025, 1, 1))


def test_a_message_is_read_by_its_recipient_only_and_leads_inside(client):
    user, other = UserFactory(), UserFactory()
    notify([user, user], "有一条要办", url="/inspections/findings/")
    message = Message.objects.get()
    client.force_login(other)
    assert client.post(reverse("staff:open-message", args=[message.pk])).status_code == 404
    client.force_login(user)
    assert "1 条未读" in client.get(reverse("staff:bell")).content.decode()
    assert client.post(reverse("staff:open-message", args=[message.pk])).url == "/inspections/findings/"
    assert "条未读" not in client.get(reverse("staff:bell")).content.decode()


def test_a_message_about_a_record_leads_only_those_there_who_may_open_it():
    """Work is given by name, whatever the role of the account."""
    owner, other = UserFactory(), UserFactory()
    job = Job.objects.create(kind="staff.export", owner=owner, label="导出")
    notify([owner, other], "导出完成", about=job)
    assert dict(Message.objects.values_list("recipient", "url")) == {owner.pk: job.get_absolute_url(), other.pk: ""}


def test_a_key_that_no_row_can_have_is_passed_over(client):
    user = UserFactory(role=Roles.ADMINISTRATOR)
    notify([user], "x")
    client.force_login(user)
    keys = [Message.objects.get().pk, "99999999999999999999", "9" * 5000]
    for name in ("read-some", "mail-again"):
        assert client.post(reverse(f"staff:{name}"), {"pk": keys}).status_code == 302
    assert not Message.objects.unread().exists()


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_message_never_leads_outside(client, url):
    user = UserFactory()
    notify([user], "x", url=url)
    client.force_login(user)
    assert client.post(reverse("staff:open-message", args=[Message.objects.get().pk])).url == reverse("staff:inbox")


def test_reference_data_saved_in_the_admin_is_logged_before_and_after(client):
    office = UserFactory(role=Roles.OFFICE, is_staff=True)
    client.force_login(office)
    unit = UnitFactory(name="旧名街道办事处", short_name="旧名")
    page = reverse("admin:staff_unit_change", args=[unit.pk])
    data = {"name": "新名街道办事处", "short_name": "新名", "kind": "street", "order": 5, "valid_from": "2026-01-01",
            "aliases-TOTAL_FORMS": 0, "aliases-INITIAL_FORMS": 0}  # fmt: skip
    assert client.post(page, data).status_code == 302
    logged = Activity.objects.about(unit).get()
    assert logged.changes["名称"] == ["旧名街道办事处", "新名街道办事处"]
    assert logged.actor == office


def test_a_day_of_the_calendar_changed_in_the_admin_is_logged(client):
    client.force_login(UserFactory(role=Roles.OFFICE, is_staff=True))
    year = CalendarYear.objects.create(year=2035, source="x")
    day = CalendarDay.objects.create(year=year, date=date(2035, 10, 2), kind="statutory_holiday", name="国庆节")
    data = {"year": 2035, "status": "provisional", "source": "x", "days-TOTAL_FORMS": 2, "days-INITIAL_FORMS": 1,
            "days-0-id": day.pk, "days-0-year": year.pk, "days-0-date": "2035-10-03", "days-0-kind": "statutory_holiday",
            "days-0-name": "国庆节", "days-1-year": year.pk, "days-1-date": "2035-10-08", "days-1-kind": "makeup_workday"}  # fmt: skip
    assert client.post(reverse("admin:staff_calendaryear_change", args=[year.pk]), data).status_code == 302
    changed = Activity.objects.about(day).get()
    assert changed.changes == {"日期": ["2035-10-02", "2035-10-03"]}
    added = Activity.objects.about(CalendarDay.objects.get(date=date(2035, 10, 8))).get()
    assert (added.verb, added.changes["日期"]) == ("create", [None, "2035-10-08"])


def test_a_day_is_entered_in_its_own_year_and_a_wrong_one_is_deleted(client):
    call_command("create_groups", verbosity=0)
    client.force_login(UserFactory(role=Roles.OFFICE, is_staff=True))
    year = CalendarYear.objects.create(year=2035, source="x")
    day = CalendarDay.objects.create(year=year, date=date(2035, 10, 2), kind="statutory_holiday", name="国庆节")
    address = reverse("admin:staff_calendaryear_change", args=[year.pk])
    data = {"year": 2035, "status": "provisional", "source": "x", "days-TOTAL_FORMS": 2, "days-INITIAL_FORMS": 1,
            "days-0-id": day.pk, "days-0-year": year.pk, "days-0-date": "2035-10-02", "days-0-kind": "statutory_holiday",
            "days-0-name": "国庆节", "days-0-DELETE": "on", "days-1-year": year.pk, "days-1-date": "2034-12-30",
            "days-1-kind": "makeup_workday"}  # fmt: skip
    assert "请录入到2034年" in client.post(address, data).content.decode()
    assert client.post(address, {**data, "days-1-date": "", "days-1-kind": ""}).status_code == 302
    assert not year.days.exists()
    assert Activity.objects.about(year).get(verb="delete").note == "删除 2035-10-02 法定节假日"
    new = {"year": 2036, "status": "provisional", "source": "x", "days-TOTAL_FORMS": 1, "days-INITIAL_FORMS": 0,
           "days-0-date": "2035-01-01", "days-0-kind": "statutory_holiday"}  # fmt: skip
    assert "请录入到2035年" in client.post(reverse("admin:staff_calendaryear_add"), new).content.decode()


def test_accounts_are_only_looked_at_in_the_admin(client):
    client.force_login(UserFactory(role=Roles.ADMINISTRATOR, is_staff=True))
    other = UserFactory(phone="13800001234")
    assert client.post(reverse("admin:staff_user_add"), {"username": "3001"}).status_code == 403
    address = reverse("admin:staff_user_change", args=[other.pk])
    page = client.get(address)
    assert page.status_code == 200
    assert "13800001234" not in page.content.decode()
    assert client.post(address, {"username": "3002"}).status_code == 403
    assert client.post(reverse("admin:staff_user_delete", args=[other.pk])).status_code == 403
    assert client.post(reverse("admin:staff_deputyship_add")).status_code == 403


def test_others_do_not_enter_the_admin(client):
    client.force_login(UserFactory(role=Roles.ASSESSOR))
    assert client.get("/admin/").status_code == 302
    client.force_login(UserFactory(role=Roles.OFFICE, is_staff=True))
    assert client.get(reverse("admin:staff_user_changelist")).status_code == 403


def test_findings_are_read_only_in_the_admin(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get(reverse("admin:inspections_finding_add")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_demo_bureau_is_the_same_each_time_and_refuses_a_used_database(monkeypatch, capsys):
    monkeypatch.setattr("inspections.demo.PER_HALF_YEAR", 40)
    call_command("seed_demo")
    rows = list(Finding.objects.order_by("number").values_list("number", "place", "points", "recurrence", "state"))
    assert len(rows) > 100
    assert User.objects.count() == len(Roles)
    assert {group.name for group in Group.objects.filter(user__isnull=False)} == set(Roles)
    with pytest.raises(CommandError, match="只能装入空库"):
        call_command("seed_demo")
    call_command("seed_demo", "--if-empty")
    assert Finding.objects.count() == len(rows)
    call_command("seed_demo", "--print-accounts")
    assert "1005  考评办" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_verify_log_seals_and_walks_the_chain(capsys):
    Activity.record("create", None, by=None, title="x")
    call_command("verify_log")
    assert "日志链完整" in capsys.readouterr().out
