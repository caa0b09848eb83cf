"""Sheets of the squads and old papers: tallies and historical figures, by file and as a pasted block."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from reports.models import HistoricalFigure, TallyEntry
from reports.names import label_of
from reports.resources import TallyResource
from reports.workflow import tasks
from staff.models import ImportBatch, Job
from staff.permissions import Roles
from tests.factories.reports import make_measure
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ["日期", "项目", "数量", "单位", "地点"]


def upload(client, kind, *rows):
    book = Workbook()
    book.active.append(["2026年3月工作量台账"])
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


def reasons(batch):
    return " ".join(message for _, _, message in batch.problems)


@pytest.fixture
def squad():
    return SquadFactory(name="执法一中队")


@pytest.fixture
def member(client, squad):
    user = UserFactory(role=Roles.SQUAD_MEMBER, unit=squad)
    client.force_login(user)
    return user


def test_a_squads_sheet_comes_in_once(client, member, squad):
    make_measure(name="清理占道经营")
    rows = [
        ["2026-03-05", "清理占道经营", "12处", "执法一中队", "示例路"],
        ["2026-03-06", "清理占道经营", 8.5, "执法一中队", ""],
    ]
    batch = confirm(client, upload(client, "reports.tallies", HEAD, *rows))
    assert batch.state == "published"
    assert sum(TallyEntry.objects.values_list("quantity", flat=True)) == 20.5
    listed = client.get(f"{reverse('reports:tally-list')}?batch={batch.pk}").context["table"]
    assert listed.count == 2
    confirm(client, upload(client, "reports.tallies", HEAD, *rows))
    assert TallyEntry.objects.count() == 2


def test_every_problem_of_a_row_is_named(client, member, squad):
    make_measure(name="清理占道经营", unit_of_count="处")
    make_measure(name="巡查")
    make_measure(name="巡查")
    batch = upload(
        client,
        "reports.tallies",
        [*HEAD, "计量单位"],
        ["2026-03-05", "没有的指标", 1, "执法一中队", "", ""],
        ["2026-03-05", "巡查", 1, "执法一中队", "", ""],
        ["2026-03-05", "清理占道经营", 1, "没有的中队", "", "处"],
        ["2099-03-05", "清理占道经营", 1, "执法一中队", "", "处"],
        ["2026-03-05", "清理占道经营", 1, "执法一中队", "", "家"],
        ["2026-03-05", "清理占道经营", -1, "执法一中队", "", "处"],
        ["2026-03-05", "清理占道经营", 123456789012, "执法一中队", "", "处"],
    )
    assert batch.wrong == 7
    for words in (
        "没有“没有的指标”",
        "有 2 项任务都有“巡查”",
        "没有“没有的中队”",
        "晚于今天",
        "按“处”计",
        "小于 0",
        "超出范围",
    ):
        assert words in reasons(batch)


def test_another_units_rows_are_not_a_squads_to_bring(client, member, squad):
    SquadFactory(name="执法二中队")
    make_measure(name="清理占道经营")
    batch = upload(client, "reports.tallies", HEAD, ["2026-03-05", "清理占道经营", 1, "执法二中队", ""])
    assert confirm(client, batch).state != "published"
    assert TallyEntry.objects.count() == 0


def test_history_comes_in_by_the_month(client):
    client.force_login(UserFactory(role=Roles.OFFICE))
    head = ["数据名称", "月份", "数值", "来源文件", "核对人"]
    rows = [
        ["fireworks.incidents", "2024年3月", 5, "旧总结第2页", "甲"],
        ["fireworks.incidents", "2024-04", 6, "旧总结第2页", "甲"],
    ]
    batch = confirm(client, upload(client, "reports.history", head, *rows))
    assert batch.state == "published"
    assert set(HistoricalFigure.objects.values_list("month", flat=True)) == {"2024-03", "2024-04"}
    for month, words in (("2024-13", "不是月份"), ("2024-123", "不是月份"), (2024.1, "分不清是 1 月还是 10 月")):
        wrong = upload(client, "reports.history", head, ["inspections.rectification_rate", month, 97, "旧总结", "甲"])
        assert words in reasons(wrong)


def test_a_sheet_of_history_takes_the_labels_of_the_screen_and_no_month_that_was_not(client):
    client.force_login(UserFactory(role=Roles.OFFICE))
    head = ["数据名称", "月份", "数值", "来源文件", "核对人"]
    row = [label_of("fireworks.incidents"), "2024-03", 5, "旧总结", "甲"]
    assert confirm(client, upload(client, "reports.history", head, row)).state == "published"
    assert HistoricalFigure.objects.get().figure == "fireworks.incidents"
    assert confirm(client, upload(client, "reports.history", head, row)).state != "published"  # known by its name
    for month, words in (("2099-03", "晚于本月"), ("1995-03", "早于 2000 年")):
        assert words in reasons(upload(client, "reports.history", head, [row[0], month, 5, "旧总结", "甲"]))


def test_a_task_that_is_closed_meanwhile_is_named_with_its_row(client, member, squad, monkeypatch):
    """Closed after the rows were looked at once more, at the moment at which they are written."""
    measure = make_measure(name="清理占道经营")
    batch = upload(client, "reports.tallies", HEAD, ["2026-03-05", "清理占道经营", 1, "执法一中队", ""])
    tasks.move_task(measure.task, "finish", by=member, on=date(2026, 2, 1), words="已办结")
    monkeypatch.setattr(TallyResource, "check_measure", lambda self, row, measure, cells: None)
    batch = confirm(client, batch)
    assert batch.state != "published"
    assert "第 3 行：" in Job.objects.latest("pk").message
    assert "之后的日期不再登记" in Job.objects.latest("pk").message
    assert TallyEntry.objects.count() == 0
