"""Old registers of permits and of roads: previewed, warned, written once, flagged."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from permits.models import Application, FeePayment, Road
from staff.models import ImportBatch
from staff.permissions import Roles
from tests.factories.permits import make_item, make_road
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ["办件编号", "事项", "申请单位", "信用代码", "事由", "路名", "地点", "部位", "路面", "长", "宽", "面积", "开始日期", "截止日期",
        "申请日期", "受理日期", "审批日期", "审批结果", "许可证号", "发证日期", "收费", "缴费日期", "备注"]  # fmt: skip
ROW = ["旧001", "挖掘", "样例水务公司", "", "敷设给水管", "样例路", "样例路口", "人行道", "彩砖", "17.2米", "0.6米", "17.32", "2025-03-10",
       "2025-03-19", "2025-03-01", "2025-03-03", "2025-03-07", "同意", "岳挖2025-1", "2025-03-08", "6076.57", "2025-03-08", ""]  # fmt: skip


@pytest.fixture
def section():
    client = Client()
    client.user = UserFactory(role=Roles.PERMIT_SECTION)
    client.force_login(client.user)
    return client


def upload(client, kind, *rows):
    book = Workbook()
    book.active.append(["道路挖掘、占用许可台账"])
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    client.post(reverse("staff:import-new", args=[kind]), {"file": SimpleUploadedFile("台账.xlsx", target.getvalue())})
    return ImportBatch.objects.latest("pk")


def confirm(client, batch):
    client.post(reverse("staff:import-confirm", args=[batch.pk]), {})
    batch.refresh_from_db()
    return batch


def changed(**fields):
    return [fields.get(name, cell) for name, cell in zip(HEAD, ROW, strict=True)]


def reasons(batch):
    return " ".join(message for _, _, message in batch.problems)


def test_an_old_permit_comes_in_as_a_result_with_its_fee(section, calendar):
    make_item()
    road = make_road(name="样例路")
    batch = upload(section, "permits.results", HEAD, ROW)
    page = section.get(batch.get_absolute_url()).content.decode()
    assert "原表面积 17.32 ㎡，长×宽是 10.32 ㎡" in page
    assert confirm(section, batch).state == "published"
    stored = Application.objects.get()
    assert stored.results_only
    assert (stored.state, stored.granted, stored.licence_number) == ("expired", True, "岳挖2025-1")
    assert stored.total_area == Decimal("10.32")
    assert "17.32" in stored.note
    assert stored.segments.get().road == road
    assert FeePayment.objects.get().amount == Decimal("6076.57")
    confirm(section, upload(section, "permits.results", HEAD, ROW))
    assert Application.objects.count() == 1


def test_what_the_old_course_did_wrong_is_flagged_and_not_refused(section, calendar):
    make_item()
    make_road(name="样例路", opened_on=date(2023, 1, 1))
    batch = upload(section, "permits.results", HEAD, changed(审批日期="2025-04-30", 发证日期="2025-05-06"))
    page = section.get(batch.get_absolute_url()).content.decode()
    assert "第三十三条第二款" in page
    confirm(section, batch)
    codes = set(Application.objects.get().flaws.values_list("code", flat=True))
    assert codes == {"protected-road", "decided-late", "paid-before-decision"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"事项": "盖房"}, "盖房"),
        ({"截止日期": "2025-01-01"}, "截止日期早于起始日期"),
        ({"审批日期": "2025-02-01"}, "早于前一个环节"),
        ({"审批结果": "不同意"}, "不予许可的要填理由"),
        ({"事项": "占用"}, "还没有登记版本"),
        ({"申请日期": "2003-03-01", "受理日期": "2003-03-02"}, "2003"),
    ],
)
def test_a_row_that_cannot_be_says_why(section, calendar, fields, words):
    make_item()
    batch = upload(section, "permits.results", HEAD, changed(**fields))
    assert words in reasons(batch)
    assert not Application.objects.exists()


def test_a_road_register_comes_in_once(section):
    head = ["路名", "等级", "管理", "交付日期", "大修日期"]
    rows = [["样例一路", "主干路", "市管", "2021-05-01", ""], ["样例二路", "支路", "", "", ""]]
    confirm(section, upload(section, "permits.roads", head, *rows))
    assert list(Road.objects.order_by("name").values_list("name", "manager")) == [
        ("样例一路", "city"),
        ("样例二路", "district"),
    ]
    confirm(section, upload(section, "permits.roads", head, *rows))
    assert Road.objects.count() == 2
    wrong = upload(section, "permits.roads", head, ["样例三路", "支路", "", "2021-05-01", "2020-01-01"])
    assert "大修竣工日期早于交付使用日期" in reasons(wrong)


@pytest.mark.parametrize("kind", ["permits.results", "permits.roads"])
def test_templates_can_be_downloaded(section, kind):
    answer = section.get(reverse("staff:import-template", args=[kind]))
    assert answer.status_code == 200
    assert answer["Content-Type"].endswith("sheet")
