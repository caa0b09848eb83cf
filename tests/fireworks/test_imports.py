"""Sheets of duty: grids, posts, people, and the roster out and in again."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from fireworks.models import Assignment, DutyPerson, Grid, Post, Slot
from fireworks.workflow import rosters
from staff.models import ImportBatch
from staff.permissions import Roles
from tests.factories.fireworks import (
    CommunityFactory,
    DutyPersonFactory,
    GridFactory,
    PostFactory,
    ShiftFactory,
    WindowFactory,
    make_roster,
    staffed,
)
from tests.factories.staff import UserFactory
from tests.fireworks.asking import EVE

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(client, settings, django_capture_on_commit_callbacks):
    """bring(kind, rows) → the batch, checked and (if nothing is wrong) published."""
    settings.JOB_RUNNER = "inline"
    client.force_login(UserFactory(role=Roles.FIREWORKS_OFFICE))

    def go(kind, rows):
        book = Workbook()
        book.active.append(["禁炮表格"])
        for row in rows:
            book.active.append(row)
        target = io.BytesIO()
        book.save(target)
        upload = SimpleUploadedFile("表.xlsx", target.getvalue())
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("staff:import-new", args=[f"fireworks.{kind}"]), {"file": upload})
        batch = ImportBatch.objects.order_by("-pk").first()
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("staff:import-confirm", args=[batch.pk]), {"valid_rows_only": "on"})
        batch.refresh_from_db()
        return batch

    return go


def test_grids_and_their_posts(bring):
    community = CommunityFactory(name="月山社区")
    head = ["网格编号", "网格名称", "社区", "网格长", "电话"]
    rows = [
        head,
        ["YS-01", "月山一网格", "月山社区", "张示例", "13800001111"],
        ["YS-02", "月山二网格", "无此社区", "", ""],
    ]
    batch = bring("grids", rows)
    assert (batch.new, batch.wrong) == (1, 1)
    grid = Grid.objects.get()
    assert (grid.community, grid.head) == (community, "张示例")
    assert bring("grids", rows).new == 0  # the same again
    head = ["网格", "类别", "岗位", "最少人数", "须有持证人员", "职责", "纬度", "经度"]
    batch = bring("posts", [
        head,
        ["YS-01", "墓地", "公墓路口", "2人", "是", "劝阻", "29.35", "113.12"],
        ["月山一网格", "酒店", "酒店门前", "", "", "", "", ""],
        ["YS-01", "酒店", "半个位置", "1", "", "", "29.35", ""],
        ["YS-09", "酒店", "无网格", "1", "", "", "", ""],
    ])  # fmt: skip
    assert (batch.new, batch.wrong) == (2, 2)
    cemetery = Post.objects.get(name="公墓路口")
    assert (cemetery.minimum_staff, cemetery.needs_certificate, str(cemetery.latitude)) == (2, True, "29.350000")


def test_people_of_other_agencies(bring):
    GridFactory(code="YS-01")
    batch = bring("people", [
        ["姓名", "单位", "电话", "持证", "协管", "常驻网格"],
        ["李示例", "派出所", "13900001111", "是", "否", "YS-01"],
        ["王示例", "月山社区", "", "", "是", ""],
        ["赵示例", "月山社区", "", "", "", "没有的网格"],
    ])  # fmt: skip
    assert (batch.new, batch.wrong) == (2, 1)
    assert DutyPerson.objects.get(name="李示例").has_certificate
    assert DutyPerson.objects.get(name="王示例").is_auxiliary


def test_a_masked_number_of_an_export_does_not_come_back(bring, client):
    DutyPersonFactory(name="张示例", phone="13800001111")
    sheet = load_workbook(io.BytesIO(client.get(reverse("staff:export", args=["fireworks.people"])).content)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(row for row in rows if "电话" in row)
    line = next(row for row in rows if "张示例" in row)
    assert line[head.index("电话")] == "138****1111"
    line[head.index("姓名")] = "李示例"
    batch = bring("people", [head, line])
    assert (batch.new, batch.wrong) == (0, 1)
    assert "遮盖过的号码" in str(batch.problems)
    assert not DutyPerson.objects.filter(name="李示例").exists()


def test_a_roster_goes_out_and_comes_back_edited(bring, client):
    slot = staffed(DutyPersonFactory(name="张示例"), publish=False)
    DutyPersonFactory(name="李示例")
    sheet = load_workbook(io.BytesIO(client.get(reverse("staff:export", args=["fireworks.slots"])).content)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(row for row in rows if "日期" in row)
    line = next(row for row in rows[rows.index(head) + 1 :] if row[head.index("网格")] == slot.grid.name)
    assert line[head.index("人员")] == "张示例（带班）"
    line[head.index("人员")] = "李示例（带班）、张示例（巡查）"
    batch = bring("roster", [head, line])
    assert (batch.new, batch.wrong) == (1, 0)
    assert Slot.objects.get().names == "李示例（带班）、张示例（巡查）"
    assert bring("roster", [head, line]).new == 0


def test_a_roster_sheet_says_what_is_wrong_with_a_row(bring):
    slot = staffed(DutyPersonFactory(name="张示例"), publish=False)
    published = staffed(DutyPersonFactory(name="李示例"))
    head = ["日期", "网格", "岗位", "班次", "人员"]
    batch = bring("roster", [
        head,
        [slot.day, slot.grid.name, slot.post.name, slot.shift.name, "无名氏"],
        [slot.day, slot.grid.name, "西门", slot.shift.name, "张示例"],
        [published.day, published.grid.name, published.post.name, published.shift.name, "张示例"],
    ])  # fmt: skip
    assert (batch.new, batch.wrong) == (0, 3)
    assert Assignment.objects.count() == 2


def test_a_name_that_two_grids_bear_is_asked_for_by_code(bring):
    """Each community has its 第一网格: nothing lands in the other one's."""
    one, other = (GridFactory(code=code, name="第一网格") for code in ("A-01", "B-01"))
    batch = bring("posts", [["网格", "类别", "岗位"], ["第一网格", "墓地", "路口"], ["B-01", "墓地", "路口"]])
    assert (batch.new, batch.wrong) == (1, 1)
    assert "有 2 个网格叫“第一网格”。请写网格编号，如“A-01”" in str(batch.problems)
    assert Post.objects.get().grid == other
    batch = bring(
        "people", [["姓名", "单位", "常驻网格"], ["李示例", "派出所", "第一网格"], ["王示例", "派出所", "A-01"]]
    )
    assert (batch.new, batch.wrong) == (1, 1)
    assert DutyPerson.objects.get().home_grid == one
    Post.objects.all().delete()
    roster = make_roster(WindowFactory(start=EVE, end=EVE), posts=[])
    shift, day = roster.slots.first().shift.name, EVE
    head = ["日期", "网格", "岗位", "班次", "人员"]
    batch = bring("roster", [head, [day, "第一网格", "巡查", shift, "王示例"], [day, "B-01", "巡查", shift, "王示例"]])
    assert (batch.new, batch.wrong) == (1, 1)
    assert "网格同名的写网格编号" in str(batch.problems)
    assert Assignment.objects.get().slot.grid == other


def test_of_two_grids_of_one_name_that_which_is_not_retired_is_meant(bring):
    old, new = GridFactory(name="第一网格"), GridFactory(name="第一网格")
    Grid.objects.filter(pk=old.pk).update(valid_to=EVE)
    assert bring("posts", [["网格", "类别", "岗位"], ["第一网格", "墓地", "路口"]]).new == 1
    assert Post.objects.get().grid == new


def test_a_line_that_two_drafts_hold_is_not_written_into_one_of_them(bring):
    post, shift = PostFactory(), ShiftFactory()
    for _ in range(2):
        rosters.make_roster(WindowFactory(start=EVE, end=EVE), [shift], by=None)
    DutyPersonFactory(name="张示例")
    line = [EVE, post.grid.code, post.name, shift.name, "张示例"]
    batch = bring("roster", [["日期", "网格", "岗位", "班次", "人员"], line])
    assert (batch.new, batch.wrong) == (0, 1)
    assert "请先发布一张" in str(batch.problems)
