"""Real sheets of the duty room and of the streets: incidents and publicity, in and out."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from fireworks.models import Incident, PublicityEntry
from staff.models import ImportBatch, UnitAlias
from tests.factories.fireworks import GridFactory, make_incident, make_publicity
from tests.factories.staff import UnitFactory

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ["发现时间", "燃放地点", "街道", "场所", "起因", "种类", "到场时间", "处置", "处置人"]


def sheet(*rows):
    book = Workbook()
    book.active.append(["2026年春节炮情登记表"])
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def upload(client, kind, *rows):
    client.post(reverse("staff:import-new", args=[kind]), {"file": SimpleUploadedFile("台账.xlsx", sheet(*rows))})
    return ImportBatch.objects.latest("pk")


def confirm(client, batch):
    client.post(reverse("staff:import-confirm", args=[batch.pk]), {})
    batch.refresh_from_db()
    return batch


def reasons(batch):
    return " ".join(message for _, _, message in batch.problems)


def test_a_register_of_incidents_comes_in_verified_and_comes_out_again(office):
    unit = UnitFactory(short_name="湖滨街道")
    rows = [
        [
            "2026-02-16 20:30",
            "样例小区3栋",
            "湖滨街道",
            "居民区",
            "节庆",
            "烟花",
            "2026-02-16 20:42",
            "当场劝阻",
            "员示例",
        ],
        ["2026-02-17 00:10", "样例路5号", "湖滨街道", "居民区", "节庆", "鞭炮", "", "", ""],
    ]
    batch = confirm(office, upload(office, "fireworks.incidents", HEAD, *rows))
    assert batch.state == "published"
    first, second = Incident.objects.order_by("found_at")
    assert (first.state, first.response_minutes, first.unit) == ("handled", 12, unit)
    assert (second.state, str(second.found_on)) == ("verified", "2026-02-17")
    listed = office.get(f"{reverse('fireworks:incident-list')}?batch={batch.pk}")
    assert listed.context["table"].count == 2
    again = upload(office, "fireworks.incidents", HEAD, *rows)
    confirm(office, again)
    assert Incident.objects.count() == 2
    book = load_workbook(io.BytesIO(office.get(reverse("staff:export", args=["fireworks.incidents"])).content)).active
    cells = [cell for row in book.iter_rows(values_only=True) for cell in row]
    assert first.number in cells
    assert "样例小区3栋" in cells


def test_every_problem_of_a_row_is_named(office):
    UnitFactory(short_name="湖滨街道")
    grid = GridFactory(name="样例网格")
    head = [*HEAD, "网格"]
    batch = upload(
        office, "fireworks.incidents", head,
        ["2126-02-16 20:30", "甲", "湖滨街道", "居民区", "节庆", "烟花", "", "", "", ""],
        ["2026-02-16 20:30", "乙", "无此街道", "居民区", "节庆", "烟花", "2026-02-16 20:10", "", "", ""],
        ["2026-02-16 20:30", "丙", "", "月球", "节庆", "烟花", "", "", "", ""],
        ["2026-02-16 20:30", "丁", "湖滨街道", "居民区", "节庆", "烟花", "", "当场劝阻", "", "无此网格"],
        ["2026-02-16 20:30", "戊", "", "居民区", "节庆", "烟花", "", "罚款", "", grid.name],
    )  # fmt: skip
    words = reasons(batch)
    for part in ("年", "无此街道", "早于发现时间", "月球", "要填处置人", "无此网格", "罚款"):
        assert part in words, part
    assert not Incident.objects.exists()


def test_streets_send_their_publicity_with_its_measures(office):
    unit = UnitFactory(short_name="湖滨街道")
    UnitAlias.objects.create(unit=unit, name="湖滨办事处")
    head = ["日期", "形式", "数量", "计量单位", "填报单位", "地点", "内容"]
    good = [
        ["2026-02-10", "横幅", "30条", "幅", "湖滨街道", "样例广场", "通告"],
        ["2026-02-11", "展板", 6, "块", "湖滨办事处", "样例路", ""],
    ]
    batch = confirm(office, upload(office, "fireworks.publicity", head, *good))
    assert batch.state == "published", reasons(batch)
    assert [(e.kind, e.quantity, e.unit) for e in PublicityEntry.objects.order_by("held_on")] == [
        ("banner", 30, unit), ("board", 6, unit)]  # fmt: skip
    confirm(office, upload(office, "fireworks.publicity", head, *good))
    assert PublicityEntry.objects.count() == 2
    wrong = upload(office, "fireworks.publicity", head, ["2026-02-10", "横幅", 30, "份", "湖滨街道", "样例广场", ""])
    assert "横幅按“条”计" in reasons(wrong)


def test_the_template_offers_the_units_of_the_ground(office):
    UnitFactory(short_name="湖滨街道")
    page = office.get(reverse("staff:import-template", args=["fireworks.incidents"]))
    assert load_workbook(io.BytesIO(page.content)).sheetnames


def test_only_the_office_imports(street, leader):
    for client in (street, leader):
        assert client.get(reverse("staff:import-new", args=["fireworks.incidents"])).status_code == 403


@pytest.mark.parametrize(
    ("key", "make"), [("fireworks.incidents", make_incident), ("fireworks.publicity", make_publicity)]
)
def test_an_export_holds_what_the_list_shows(key, make, street):
    make()
    make(unit=street.user.unit)
    book = load_workbook(io.BytesIO(street.get(reverse("staff:export", args=[key])).content)).active
    assert sum(street.user.unit.label in row for row in book.iter_rows(values_only=True)) == 1
