"""Score sheets from an .xlsx: rows of one place and day are one confirmed sheet; what is there already is left alone."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from inspections.models import CheckSheet
from inspections.sheet_rows import CheckSheetResource
from staff.models import Activity, ImportBatch
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory
from tests.factories.rounds import make_place
from tests.factories.staff import UnitFactory, UserFactory

HEAD = ["检查日期", "被检单位", "区域类型", "检查地点", "检查人", "小项", "扣分", "扣分原因"]


def row(place="样例路1号", item="店外经营", deduction="0.4", **more):
    values = dict(
        zip(HEAD, ["2026-03-10", "湖滨街道", "主次干道", place, "查示例、考示例", item, deduction, "两处"], strict=True)
    )
    return [{**values, **more}[name] for name in HEAD]


@pytest.fixture
def street():
    ItemFactory(code="A01", name="店外经营")
    ItemFactory(code="A02", name="占道经营")
    return UnitFactory(name="湖滨街道办事处", short_name="湖滨街道")


@pytest.mark.django_db(transaction=True)
def test_a_workbook_becomes_confirmed_sheets_once(client, street):
    client.force_login(UserFactory(role=Roles.ASSESSOR))
    book = Workbook()
    for line in (
        ["三月集中检查评分表"],
        HEAD,
        row(),
        row(item="A02", deduction="1"),
        row("样例路2号", "", "", 扣分原因=""),
    ):
        book.active.append(line)
    target = io.BytesIO()
    book.save(target)
    place = make_place(name="样例路1号", unit=street)
    for _ in range(2):
        file = SimpleUploadedFile("评分表.xlsx", target.getvalue())
        client.post(reverse("staff:import-new", args=["inspections.sheets"]), {"file": file}, follow=True)
        batch = ImportBatch.objects.latest("pk")
        client.post(reverse("staff:import-confirm", args=[batch.pk]), {}, follow=True)
    first, second = CheckSheet.objects.order_by("place_name").with_totals()
    assert (first.deducted, first.place, first.state, first.month) == (Decimal("1.4"), place, "confirmed", "2026-03")
    assert (second.deducted, second.state) == (None, "confirmed")
    assert not Activity.objects.about(first).exists()
    assert batch.duplicate == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"被检单位": "没有的街道"}, "unit", "没有“没有的街道”"),
        ({"检查日期": "2099-01-01"}, "checked_on", "晚于今天"),
        ({"小项": "没有的小项"}, "item", "没有小项"),
        ({"小项": ""}, "item", "有扣分"),
        ({"扣分": "9"}, "deduction", "扣完为止"),
        ({"扣分": ""}, "deduction", "大于 0"),
        ({"区域类型": "铁道边"}, "area", "不适用"),
        ({"检查人": ""}, "assessors", "不能为空"),
    ],
)
def test_a_wrong_row_says_which_cell(street, more, field, words):
    (checked,) = checked_rows(row(**more))
    assert field in dict(checked.problems)
    assert words in dict(checked.problems)[field]


def checked_rows(*lines):
    resource = CheckSheetResource()
    resource.prepare()
    return [
        resource.check(number, dict(zip(CheckSheetResource.fields, line, strict=True)))
        for number, line in enumerate(lines, 2)
    ]


@pytest.mark.django_db
def test_a_second_deduction_at_the_same_item_is_not_lost_but_to_be_added_up(street):
    first, again, other = checked_rows(row(), row(), row(deduction="0.8", 扣分原因="四处"))
    assert not first.problems
    assert (again.problems, again.key) == ([], first.key)  # the same row twice is the same row
    (named,) = checked_rows(row(item="A01", 被检单位="湖滨街道办事处"))
    assert (named.key, named.values) == (first.key, first.values)  # by whichever of its names
    assert dict(other.problems) == {
        "item": "这张评分表里小项“店外经营”已有一行，扣分或原因不同。请合并成一行，扣分相加。"
    }


@pytest.mark.django_db
def test_a_unit_that_is_not_assessed_or_not_in_use_gets_no_sheet(street):
    UnitFactory(name="办公室", short_name="", kind="department")
    UnitFactory(name="老街道办事处", short_name="老街道", valid_to=date(2026, 2, 28))
    UnitFactory(name="新街道办事处", short_name="新街道", valid_from=date(2026, 4, 1))
    section, ended, later = checked_rows(*(row(被检单位=name) for name in ("办公室", "老街道", "新街道")))
    assert "不是考评对象" in dict(section.problems)["unit"]
    assert "已于 2026-02-28 停用" in dict(ended.problems)["unit"]
    assert "自 2026-04-01 起启用" in dict(later.problems)["unit"]


@pytest.mark.django_db
def test_a_place_that_lost_nothing_before_the_first_standard_is_refused_in_its_row(street):
    (checked,) = checked_rows(row(检查日期="2019-12-31", 小项="", 扣分="", 扣分原因=""))
    assert "没有施行中的考评标准" in dict(checked.problems)["checked_on"]
