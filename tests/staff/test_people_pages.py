"""The personnel pages: who sees what, what is typed stays, numbers stay masked, lists and exports show the same."""

import io
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from staff.enums import Employment, MovementKind
from staff.models import Activity, Movement, Person, PersonIdentity, Quota, ReportedTable, StaffingStandard
from staff.permissions import Roles
from staff.workflow import people
from tests import pdf_measure
from tests.factories.people import CertificateFactory, DepartmentFactory, make_person, move
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db

NUMBER, PHONE = "430602198503070011", "13800001234"
MAY = date(2026, 5, 6)


@pytest.fixture
def clerk(client):
    user = UserFactory(role=Roles.PERSONNEL)
    client.force_login(user)
    client.user = user
    return client


def typed(**more):
    return {
        "person-name": "新示例",
        "person-sex": "male",
        "person-birth_date": "1985-03-07",
        "person-id_number": NUMBER,
        "person-phone": PHONE,
        "entry-kind": "recruited",
        "entry-happened_on": "2026-03-05",
        "entry-employment": "administrative",
        **more,
    }


def test_a_clerk_takes_somebody_in_and_lends_him_out(clerk):
    unit = DepartmentFactory()
    page = clerk.post(reverse("staff:person-create"), typed(**{"entry-unit": unit.pk}))
    person = Person.objects.get()
    assert page.url == person.get_absolute_url()
    page = clerk.post(
        reverse("staff:movement-create", args=[person.pk]),
        {"kind": "lent_out", "happened_on": "2026-05-06", "destination": "示例专班", "document": "示人〔2026〕1号"},
    )
    assert page.url == person.get_absolute_url()
    shown = clerk.get(page.url).content.decode()
    assert "借出" in shown
    assert "示例专班" in shown


def test_what_was_typed_stays_when_it_is_refused(clerk):
    page = clerk.post(reverse("staff:person-create"), typed(**{"person-birth_date": "1986-03-07"}))
    text = page.content.decode()
    assert page.status_code == 422
    assert "出生日期与所填出生日期不一致" in text
    assert "新示例" in text
    assert PHONE in text
    assert not Person.objects.exists()


def test_the_same_id_number_is_told_before_anything_is_stored(clerk):
    make_person(id_number=NUMBER)
    page = clerk.post(reverse("staff:person-create"), typed(**{"entry-unit": DepartmentFactory().pk}))
    assert page.status_code == 422
    assert "已登记在" in page.content.decode()


def test_a_namesake_born_on_the_same_day_is_taken_in_once_somebody_says_so(clerk):
    first = make_person(name="新示例", birth_date=date(1985, 3, 7), staff_number="2001")
    data = typed(**{"entry-unit": DepartmentFactory().pk, "person-id_number": ""})
    page = clerk.post(reverse("staff:person-create"), data)
    assert "在“登记人员”里勾选“是另一个人”" in page.content.decode()
    assert 'name="person-another"' in page.content.decode()
    assert 'name="person-another"' not in clerk.get(reverse("staff:person-create")).content.decode()
    page = clerk.post(reverse("staff:person-create"), {**data, "person-another": "on"})
    second = Person.objects.exclude(pk=first.pk).get()
    assert page.url == second.get_absolute_url()
    same = typed(**{"entry-unit": DepartmentFactory().pk, "person-another": "on"})
    people.edit_person(first, PersonIdentity(id_number=NUMBER), by=clerk.user, seen=first.version)
    assert clerk.post(reverse("staff:person-create"), same).status_code == 422  # one number is one person


def test_a_correction_that_makes_two_files_alike_is_asked_about(clerk):
    first = make_person(name="甲某", birth_date=date(1985, 3, 7), staff_number="2001", sex="male")
    second = make_person(name="乙某", birth_date=date(1985, 3, 7), staff_number="2002", sex="male")
    address = reverse("staff:person-edit", args=[second.pk])
    data = {"name": "甲某", "sex": "male", "birth_date": "1985-03-07", "staff_number": "2002", "version": "1"}
    assert 'name="another"' not in clerk.get(address).content.decode()
    page = clerk.post(address, data)
    assert page.status_code == 422
    assert "改后与甲某（工号 2001）同名、同日出生" in page.content.decode()
    assert 'name="another"' in page.content.decode()
    assert clerk.post(address, {**data, "another": "on"}).status_code == 302
    second.refresh_from_db()
    assert second.name == "甲某"
    again = {**data, "version": "2", "note": "两人同名"}
    assert clerk.post(address, again).status_code == 302  # alike they were already
    assert first.name == second.name


@pytest.mark.parametrize("role", [Roles.DIRECTOR, Roles.OFFICE, Roles.PERSONNEL])
def test_full_numbers_are_on_no_page_but_the_form_of_the_personnel_section(client, role):
    person = make_person(id_number=NUMBER, phone=PHONE)
    CertificateFactory(person=person)
    client.force_login(UserFactory(role=role))
    addresses = [
        reverse("staff:person-list"),
        person.get_absolute_url(),
        person.movements.get().get_absolute_url(),
        reverse("staff:movement-list"),
        reverse("staff:certificate-list"),
        reverse("staff:hours-list"),
        reverse("reports:search") + f"?q={person.name}",
    ]
    for address in addresses:
        text = client.get(address).content.decode()
        assert NUMBER not in text, address
        assert PHONE not in text, address
    detail = client.get(person.get_absolute_url()).content.decode()
    assert ("430602********0011" in detail) == (role == Roles.PERSONNEL)
    form = client.get(reverse("staff:person-edit", args=[person.pk]))
    assert (form.status_code == 200 and NUMBER in form.content.decode()) == (role == Roles.PERSONNEL)


def test_id_numbers_are_in_no_export_and_no_log(clerk):
    person = make_person(id_number=NUMBER, phone=PHONE)
    CertificateFactory(person=person)
    move(person, MovementKind.RESIGNED, MAY)
    for key in (
        "staff.people",
        "staff.movements",
        "staff.certificates",
        "staff.quotas",
        "staff.courses",
        "staff.hours",
    ):
        book = load_workbook(io.BytesIO(clerk.get(reverse("staff:export", args=[key])).content))
        cells = [str(cell) for sheet in book for row in sheet.values for cell in row]
        assert not any(NUMBER in cell or PHONE in cell for cell in cells), key
    book = clerk.get(reverse("staff:personnel-table-xlsx", args=["2026-05"])).content
    assert NUMBER.encode() not in book
    logged = "".join(f"{row.changes}{row.note}{row.object_label}{row.title}" for row in Activity.objects.all())
    assert NUMBER not in logged
    assert PHONE not in logged


def test_a_squad_leader_sees_his_own_squad_only(client):
    mine, other = SquadFactory(), SquadFactory()
    here, there = make_person(unit=mine, name="己示例"), make_person(unit=other, name="他示例")
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=mine))
    text = client.get(reverse("staff:person-list")).content.decode()
    assert "己示例" in text
    assert "他示例" not in text
    assert client.get(here.get_absolute_url()).status_code == 200
    assert client.get(there.get_absolute_url()).status_code == 404
    assert client.get(there.movements.get().get_absolute_url()).status_code == 404
    assert client.get(CertificateFactory(person=there).get_absolute_url()).status_code == 404
    assert client.get(reverse("staff:personnel-table", args=["2026-05"])).status_code == 403
    assert "他示例" not in client.get(reverse("staff:movement-list")).content.decode()


def test_the_list_of_a_day_shows_that_day(clerk):
    person = make_person(name="走示例")
    move(person, MovementKind.RESIGNED, MAY)
    address = reverse("staff:person-list")
    assert "走示例" in clerk.get(f"{address}?on=2026-05-05").content.decode()
    assert "走示例" not in clerk.get(f"{address}?on=2026-05-06").content.decode()
    assert "走示例" in clerk.get(f"{address}?on=2026-05-06&scope=outside").content.decode()


@pytest.mark.parametrize("name", ["person-list", "movement-list", "certificate-list", "quota-list", "course-list", "hours-list"])  # fmt: skip
def test_lists_ask_the_database_the_same_number_of_questions(clerk, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill():
        person = make_person()
        CertificateFactory(person=person)
        Quota.objects.create(unit=DepartmentFactory(), employment=Employment.ADMINISTRATIVE, count=2, document="x")

    fill()
    clerk.get(reverse(f"staff:{name}"))
    with CaptureQueriesContext(connection) as one:
        clerk.get(reverse(f"staff:{name}"))
    fill()
    fill()
    with CaptureQueriesContext(connection) as three:
        clerk.get(reverse(f"staff:{name}"))
    assert len(three) == len(one), [query["sql"] for query in three]
    assert len(one) <= 12


def test_age_bounds_are_birthdays(clerk):
    make_person(name="生示例", birth_date=date(1990, 5, 6))
    address = f"{reverse('staff:person-list')}?on=2026-05-06"
    for query, found in (("age_from=36", True), ("age_from=37", False), ("age_to=36", True), ("age_to=35", False)):
        assert ("生示例" in clerk.get(f"{address}&{query}").content.decode()) == found, query
    assert clerk.get(f"{address}&age_from=99999").status_code == 200


# --- Tables -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def story():
    """A department that takes one on and loses one."""
    unit = DepartmentFactory(name="示例科")
    people = [make_person(unit=unit) for _ in range(3)]
    make_person(unit=unit, kind=MovementKind.RECRUITED, since=date(2026, 5, 3))
    move(people[0], MovementKind.TRANSFERRED_OUT, MAY, destination="示例局")
    move(people[1], MovementKind.LENT_OUT, MAY)
    return unit


def test_every_number_of_the_table_opens_rows_that_add_up_to_it(clerk, story):
    page = clerk.get(reverse("staff:personnel-table", args=["2026-05"]))
    checked = 0
    for row in (*page.context["rows"], *page.context["changes"]):
        for cell in row.cells[:-1]:  # 缺编 is a difference
            table = clerk.get(cell.url).context["table"]
            total = sum(quota.count for quota in table.source) if "quotas" in cell.url else table.count
            assert total == cell.number, (row.label, cell)
            checked += bool(cell.number)
    for _, lines in page.context["structure"]:
        for label, number, url in lines:
            assert not url or clerk.get(url).context["table"].count == number, label
    assert checked > 15


def test_the_balance_stands_on_the_page_in_the_sheet_and_on_paper(clerk, story):
    page = clerk.get(reverse("staff:personnel-table", args=["2026-05"]))
    assert page.context["balances"] == {"实有": [3, 1, 1, 3], "在岗": [3, 1, 2, 2]}
    book = load_workbook(io.BytesIO(clerk.get(reverse("staff:personnel-table-xlsx", args=["2026-05"])).content))
    assert book.sheetnames == [
        "2026年5月人员情况表",
        *(f"{name}（2026年5月）" for name in ("变动分类", "平衡", "结构", "变动明细")),
    ]
    lines = [[cell for cell in row if cell is not None] for row in book["平衡（2026年5月）"].values]
    assert ["实有", 3, 1, 1, 3] in lines
    assert ["在岗", 3, 1, 2, 2] in lines
    details = [row for row in book["变动明细（2026年5月）"].values if row[2] in ("招录", "调出", "借出")]
    assert [row[2] for row in details] == ["招录", "调出", "借出"]


def test_the_paper_is_a_table_sheet_across_with_everything_on_it(clerk, story, tmp_path):
    answer = clerk.get(reverse("staff:personnel-table-pdf", args=["2026-05"]))
    assert answer["Content-Type"] == "application/pdf"
    first = pdf_measure.pages(tmp_path, answer.content)[0]
    assert (round(first.width), round(first.height)) == (842, 595)
    text = "".join(pdf_measure.text(tmp_path, answer.content).split())
    for words in ("2026年5月人员情况表", "示例科", "合计", "期初3＋增1－减1＝期末3", "示例局", "填表人", "第1页"):
        assert words in text, words


def test_vacancies_open_the_quotas_that_they_are_reckoned_from(clerk, story):
    for kind, number in ((Employment.ADMINISTRATIVE, 5), (Employment.WORKER, 2)):
        Quota.objects.create(unit=story, employment=kind, count=number, document="x", valid_from=date(2024, 1, 1))
    rows = clerk.get(reverse("staff:personnel-table", args=["2026-05"])).context["rows"]
    for row in rows:
        counted = [quota.count for quota in clerk.get(row.cells[-1].url).context["table"].source]
        assert counted == [5], row.label  # those of other kinds are in no vacancy


def test_a_reported_table_keeps_its_numbers_and_says_what_moved(clerk, story):
    address = reverse("staff:personnel-table", args=["2026-05"])
    assert clerk.post(reverse("staff:personnel-table-report", args=["2026-05"]), {"note": "报编办"}).url == address
    assert ReportedTable.objects.get().reported_by == clerk.user
    assert not clerk.get(address).context["drifted"]
    Quota.objects.create(unit=story, employment=Employment.ADMINISTRATIVE, count=9, document="x", valid_from=date(2026, 1, 1))  # fmt: skip
    page = clerk.get(address)
    assert page.context["drifted"]
    assert page.context["rows"][-1].cells[0].number == 0
    again = clerk.post(reverse("staff:personnel-table-report", args=["2026-05"]), follow=True)
    assert "报送锁定" in again.content.decode()
    assert ReportedTable.objects.count() == 1


@pytest.mark.parametrize("key", ["2026-13", "hello", "2026-01-01~2026-02-03", " 2026-05"])
def test_what_is_no_reporting_period_is_not_found(clerk, key):
    assert clerk.get(reverse("staff:personnel-table", args=[key])).status_code == 404


# --- Quotas and the standard ------------------------------------------------------------------------------------------


def test_a_new_quota_ends_the_old_one_and_an_earlier_one_is_refused(clerk):
    unit = DepartmentFactory()
    data = {"unit": unit.pk, "employment": "administrative", "count": 4, "valid_from": "2024-01-01", "document": "示编办1号"}  # fmt: skip
    clerk.post(reverse("staff:quota-create"), data)
    clerk.post(reverse("staff:quota-create"), {**data, "count": 3, "valid_from": "2026-03-01"})
    first, second = Quota.objects.order_by("valid_from")
    assert (first.valid_to, second.valid_to) == (date(2026, 2, 28), None)
    refused = clerk.post(reverse("staff:quota-create"), {**data, "count": 5, "valid_from": "2025-01-01"})
    assert refused.status_code == 422
    assert "应晚于这一天生效" in refused.content.decode()


def test_the_standard_says_how_many_are_missing_and_on_what_paper(clerk):
    make_person(since=date(2024, 1, 1))
    data = {"per_10k": "0.55", "document": "示编发〔2023〕1号", "year": 2023, "population": 130001, "basis": "built_up",
            "population_document": "统计公报", "population_year": 2023, "valid_from": "2024-01-01"}  # fmt: skip
    clerk.post(reverse("staff:standard-create"), data)
    assert StaffingStandard.objects.get().required == 8  # 7.15 people are eight
    page = clerk.get(reverse("staff:staffing"))
    assert (page.context["numbers"]["duty"], page.context["gap"], str(page.context["ratio"])) == (1, 7, "12.5")
    assert "示编发〔2023〕1号" in page.content.decode()


def test_a_mistyped_quota_or_standard_is_put_right_by_entering_the_same_day_again(clerk):
    quota = {"unit": DepartmentFactory().pk, "employment": "administrative", "count": 40, "valid_from": "2024-01-01", "document": "示编办1号"}  # fmt: skip
    clerk.post(reverse("staff:quota-create"), quota)
    page = clerk.post(reverse("staff:quota-create"), {**quota, "count": 4}, follow=True)
    assert list(Quota.objects.values_list("count", "valid_to")) == [(4, None)]
    assert "已改正" in page.content.decode()
    standard = {"per_10k": "0.55", "document": "x", "year": 2023, "population": 1300010, "basis": "built_up",
                "population_document": "统计公报", "population_year": 2023, "valid_from": "2024-01-01"}  # fmt: skip
    clerk.post(reverse("staff:standard-create"), standard)
    page = clerk.post(reverse("staff:standard-create"), {**standard, "population": 130001}, follow=True)
    assert "已更正" in page.content.decode()
    assert StaffingStandard.objects.get().population == 130001
    assert Activity.objects.about(StaffingStandard.objects.get()).first().changes.keys() == {"人口数（人）"}
    negative = clerk.post(reverse("staff:standard-create"), {**standard, "per_10k": "-1"})
    assert "应大于 0" in negative.content.decode()


def test_a_slip_of_the_year_does_not_bar_every_later_quota_and_standard(clerk):
    quota = {"unit": DepartmentFactory().pk, "employment": "administrative", "count": 4, "valid_from": "2062-01-01", "document": "x"}  # fmt: skip
    standard = {"per_10k": "0.55", "document": "x", "year": 2023, "population": 130001, "basis": "built_up",
                "population_document": "x", "population_year": 2023, "valid_from": "2062-01-01"}  # fmt: skip
    for name, data in (("quota-create", quota), ("standard-create", standard)):
        assert "核对年份" in clerk.post(reverse(f"staff:{name}"), data).content.decode()
    assert not Quota.objects.exists()
    assert not StaffingStandard.objects.exists()


def test_without_a_standard_nothing_is_said_about_enough(clerk):
    page = clerk.get(reverse("staff:staffing"))
    assert page.context["ratio"] is None
    assert "还没有登记" in page.content.decode()


def test_more_helpers_than_established_staff_is_said(clerk):
    make_person(employment=Employment.AUXILIARY)
    assert "多于在编人员" in clerk.get(reverse("staff:staffing")).content.decode()


def test_a_slip_of_the_year_is_asked_about(clerk):
    person = make_person()
    data = {"kind": MovementKind.RESIGNED, "happened_on": "0026-05-06"}
    page = clerk.post(reverse("staff:movement-create", args=[person.pk]), data)
    assert "早于 1950 年" in page.content.decode()
    file = {"name": "未示例", "sex": "male", "birth_date": "2062-03-07", "joined_on": "2063-03-07"}
    page = clerk.post(reverse("staff:person-edit", args=[person.pk]), file).content.decode()
    assert "出生日期晚于今天" in page
    assert "参加工作时间晚于今天" in page


def test_voiding_needs_a_reason_and_a_post(clerk):
    row = move(make_person(), MovementKind.RESIGNED, MAY)
    address = reverse("staff:movement-void", args=[row.pk])
    assert clerk.get(address).status_code == 405
    assert clerk.post(address, {"reason": ""}).status_code == 422
    clerk.post(address, {"reason": "本人撤回"})
    assert Movement.objects.get(pk=row.pk).voided_at is not None
    assert "已经作废" in clerk.post(address, {"reason": "再来"}, follow=True).content.decode()


def test_a_locked_movement_offers_no_change(clerk, story):
    clerk.post(reverse("staff:personnel-table-report", args=["2026-05"]))
    row = Movement.objects.filter(kind=MovementKind.LENT_OUT).get()
    page = clerk.get(row.get_absolute_url())
    assert not page.context["can_change"]
    edit = {"kind": "lent_out", "happened_on": "2026-05-07", "version": row.version, "note": "改日期"}
    refused = clerk.post(reverse("staff:movement-edit", args=[row.pk]), edit)
    assert refused.status_code == 422
    assert "锁定" in refused.content.decode()


def test_who_has_moved_on_is_listed_without_a_file_that_is_closed_to_the_old_unit(client):
    before, after = SquadFactory(), SquadFactory()
    gone = make_person(name="走示例", unit=before)
    move(gone, MovementKind.ROTATED, MAY, unit=after)
    here = make_person(name="留示例", unit=before)
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=before))
    roster = client.get(reverse("staff:person-list"), {"on": "2026-01-01"}).content.decode()
    assert "走示例" in roster
    assert gone.get_absolute_url() not in roster
    assert here.get_absolute_url() in roster
    ledger = client.get(reverse("staff:movement-list")).content.decode()
    row = gone.movements.visible_to(client.get("/").wsgi_request.user).latest("pk")
    assert row.get_absolute_url() in ledger
    page = client.get(row.get_absolute_url())
    assert page.status_code == 200
    assert gone.get_absolute_url() not in page.content.decode()
