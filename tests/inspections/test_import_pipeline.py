"""A sheet from the door to the register, with real files: what is taken, what is refused, and that nothing is half."""

import io
import zipfile
from datetime import datetime

import pytest
import xlwt
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from inspections.models import Finding, Round
from inspections.tasks import FINDING_IMPORT
from inspections.workflow import rounds
from staff.imports import pipeline
from staff.imports.kinds import CheckedRow
from staff.jobs import JobFailed
from staff.models import Activity, ImportBatch, Job, Unit
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, entry, make_finding, moment
from tests.factories.scores import enter_first_rules, published_bulletin
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = ["序号", "检查日期", "责任单位", "区域类型", "具体地点", "小项", "存在问题", "数量/单位"]


@pytest.fixture
def office(client):
    UnitFactory(name="湖滨街道办事处", short_name="湖滨街道")
    ItemFactory(code="A01", name="店外经营")
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    return user


def row(number, **cells):
    values = {
        "序号": number,
        "检查日期": "2026-03-05",
        "责任单位": "湖滨街道",
        "区域类型": "主次干道",
        "具体地点": f"样例路{number}号",
        "小项": "店外经营",
        "存在问题": f"货物出店{number}",
        "数量/单位": 1,
        **cells,
    }
    return [values[name] for name in HEAD]


def xlsx(rows, *, titles=(), head=HEAD, change=None):
    book = Workbook()
    sheet = book.active
    for line in (*titles, head, *rows):
        sheet.append(line)
    if change:
        change(sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def upload(client, content, name="检查表.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("staff:import-new", args=["inspections.findings"]), {"file": file}, follow=True)


def confirm(client, batch, **data):
    return client.post(reverse("staff:import-confirm", args=[batch.pk]), data, follow=True)


def test_a_sheet_goes_through_preview_and_confirmation(client, office):
    content = xlsx([row(1), row(2, 责任单位="湖滨街道办事处")], titles=[["2026年3月检查表"], ["单位：考评办"]])
    page = upload(client, content)
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.total, batch.new, batch.wrong, batch.header_row) == ("checked", 2, 2, 0, 3)
    assert not Finding.objects.exists()
    assert "确认导入 2 行" in page.content.decode()
    confirm(client, batch)
    batch.refresh_from_db()
    assert (batch.state, batch.written, Finding.objects.count()) == ("published", 2, 2)
    logged = Activity.objects.get(verb="import")
    assert batch.sha256 in logged.note
    assert logged.actor == office


def test_the_preview_shows_the_rows_and_whom_they_go_to(client, office):
    page = upload(client, xlsx([row(1), row(2, 责任单位="不存在的单位"), row(3)])).content.decode()
    batch = ImportBatch.objects.get()
    lead = Unit.objects.get(short_name="湖滨街道")
    assert [line[0] for line in batch.preview["rows"]] == [2, 4]
    assert batch.preview["rows"][0][-1] == f"由{lead.label}牵头"
    assert "样例路1号" in page
    assert batch.preview["warnings"] == []


def test_rows_of_a_month_whose_bulletin_is_out_are_named_beforehand(client, office):
    enter_first_rules()  # a database flushed between tests has lost those of the migration
    published_bulletin("2026-03", office)
    page = upload(client, xlsx([row(1), row(2, 检查日期="2026-04-05")])).content.decode()
    batch = ImportBatch.objects.get()
    assert [number for number, _ in batch.preview["warnings"]] == [2]
    assert "2026年3月通报已签发" in page
    confirm(client, batch)
    assert ImportBatch.objects.get().written == 2  # said, not refused


def test_the_same_file_twice_writes_nothing_the_second_time(client, office):
    content = xlsx([row(1), row(2)])
    upload(client, content)
    confirm(client, ImportBatch.objects.get())
    page = upload(client, content).content.decode()
    assert "同一份文件已经导入过" in page
    again = ImportBatch.objects.first()
    assert (again.new, again.duplicate) == (0, 2)
    assert "没有新的行" in page
    confirm(client, again)
    assert Finding.objects.count() == 2


def test_confirming_twice_writes_once(client, office):
    upload(client, xlsx([row(1)]))
    batch = ImportBatch.objects.get()
    confirm(client, batch)
    assert "不用再次确认" in confirm(client, batch).content.decode()
    assert Finding.objects.count() == 1


def test_one_wrong_row_holds_back_all_unless_told_otherwise(client, office):
    upload(client, xlsx([row(1), row(2, 责任单位="没有的街道"), row(3)]))
    batch = ImportBatch.objects.get()
    assert (batch.new, batch.wrong) == (2, 1)
    assert "请下载改正后重新上传" in confirm(client, batch).content.decode()
    assert not Finding.objects.exists()
    confirm(client, batch, valid_rows_only="on")
    assert Finding.objects.count() == 2


def test_wrong_rows_come_back_with_their_reasons(client, office):
    upload(client, xlsx([row(1), row(2, **{"数量/单位": "两处", "检查日期": "3月5日"})]))
    job = Job.objects.get(kind="staff.check_import")
    response = client.get(reverse("staff:job-file", args=[job.pk, "errors"]))
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    number, reasons, *cells = (cell.value for cell in sheet[2])
    assert number == 3
    assert "数量：“两处”不是数字" in reasons
    assert "缺少年份" in reasons
    assert cells[7] == "两处"


def test_a_block_pasted_from_wps_is_taken_and_kept_when_refused(client, office):
    url = reverse("staff:import-new", args=["inspections.findings"])
    text = "\n".join("\t".join(map(str, line)) for line in (HEAD, row(1), row(2)))
    client.post(url, {"pasted": text})
    assert ImportBatch.objects.get().new == 2
    page = client.post(url, {"pasted": "不是表格的一句话"}).content.decode()
    assert "不是表格" in page
    assert "不是表格的一句话" in page


def test_columns_that_are_not_recognised_are_asked_for_and_remembered(client, office):
    head = ["序号", "啥时候查的", "责任单位", "区域类型", "具体地点", "小项", "存在问题", "数量/单位"]
    page = upload(client, xlsx([row(1)], head=head)).content.decode()
    batch = ImportBatch.objects.get()
    assert (batch.state, Finding.objects.count()) == ("uploaded", 0)
    assert "检查日期" in page
    columns = {**{name: str(index) for name, index in batch.columns.items()}, "found_at": "1"}
    client.post(reverse("staff:import-columns", args=[batch.pk]), columns)
    batch.refresh_from_db()
    assert batch.new == 1
    upload(client, xlsx([row(2)], head=head))
    assert ImportBatch.objects.first().state == "checked"


@pytest.mark.parametrize(
    "written",
    [
        "2026/3/5",
        "2026年3月5日",
        "20260305",
        20260305,
        "２０２６．３．５",
        datetime(2026, 3, 5),  # noqa: DTZ001
        46086,
        "2026-03-05 00:00",
    ],
)
def test_a_date_is_understood_however_it_is_written(client, office, written):
    upload(client, xlsx([row(1, 检查日期=written)]))
    confirm(client, ImportBatch.objects.get())
    assert Finding.objects.get().found_at == moment(2026, 3, 5, 0)


def test_full_width_digits_and_spaces_are_understood(client, office):
    upload(client, xlsx([row(1, **{"数量/单位": "　３ 处", "责任单位": " 湖滨街道　"})]))
    confirm(client, ImportBatch.objects.get())
    assert Finding.objects.get().count == 3


def test_an_old_xls_is_taken(client, office):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("检查表")
    for y, line in enumerate((HEAD, row(1), row(2))):
        for x, value in enumerate(line):
            sheet.write(y, x, value)
    target = io.BytesIO()
    book.save(target)
    upload(client, target.getvalue(), "检查表.xls")
    assert ImportBatch.objects.get().new == 2


def test_totals_and_signatures_below_the_rows_are_no_rows(client, office):
    upload(client, xlsx([row(1), ["合计", None, None, None, None, None, None, 1], ["填表人：样例", None, "审核人："]]))
    batch = ImportBatch.objects.get()
    assert (batch.total, batch.wrong) == (1, 0)


def bomb():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return target.getvalue()


def lying_bomb():
    """A sheet whose directory claims a hundredth of what a part unpacks to."""
    target = io.BytesIO(xlsx([row(1)]))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/extra.xml", b"0" * 9_000_000)
    content = target.getvalue()
    return content.replace((9_000_000).to_bytes(4, "little"), (90_000).to_bytes(4, "little"))


def encrypted():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


def word():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("word/document.xml", b"<w/>")
    return target.getvalue()


def merged(sheet):
    sheet.merge_cells("C2:C3")


def formula(sheet):
    sheet["H2"] = "=1+1"


REFUSED = {
    "no spreadsheet": (b"%PDF-1.7", "另存为 .xlsx"),
    "empty file": (b" ", "不是 Excel"),
    "web page": (b"<html><table></table></html>", "网页导出"),
    "word document": (word(), "不是 Excel"),
    "encrypted": (encrypted(), "密码"),
    "corrupt": (xlsx([row(1)])[:-400], "损坏"),
    "bomb": (bomb(), "异常巨大"),
    "lying bomb": (lying_bomb(), "异常巨大"),
    "no rows": (xlsx([]), "没有数据行"),
    "no header": (xlsx([["a", "b"], ["c", "d"]], head=["x", "y"]), "没有找到表头"),
    "doubled header": (xlsx([[*row(1), "另一个"]], head=[*HEAD, "责任单位"]), "表头重复：责任单位"),
    "merged cells": (xlsx([row(1), row(2)], change=merged), "合并单元格"),
    "formulas": (xlsx([row(1)], change=formula), "公式（H2"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_what_to_do_and_leaves_no_trace(client, office, case):
    content, words = REFUSED[case]
    page = upload(client, content)
    assert words in page.content.decode()
    assert not ImportBatch.objects.exists()
    assert not Finding.objects.exists()


def test_two_hundred_thousand_rows_are_refused(client, office):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEAD)
    line = row(1)
    for _ in range(200_000):
        sheet.append(line)
    target = io.BytesIO()
    book.save(target)
    page = upload(client, target.getvalue()).content.decode()
    assert "超过 100000 行的上限" in page
    assert not ImportBatch.objects.exists()


BAD_CELLS = {
    "unknown unit": ({"责任单位": "火星街道"}, "没有“火星街道”这个单位"),
    "unknown item": ({"小项": "没有的小项"}, "没有小项“没有的小项”"),
    "item outside its areas": ({"区域类型": "铁道边"}, "不适用于铁道边"),
    "unknown area": ({"区域类型": "月球"}, "不在可选范围"),
    "no date": ({"检查日期": None}, "不能为空"),
    "impossible date": ({"检查日期": "2026-02-30"}, "不存在"),
    "future date": ({"检查日期": "2099-01-01"}, "晚于今天"),
    "count out of range": ({"数量/单位": 0}, "超出范围"),
    "count in words": ({"数量/单位": "两处"}, "不是数字"),
    "text too long": ({"具体地点": "长" * 121}, "最多 120 个"),
}


@pytest.mark.parametrize("case", BAD_CELLS)
def test_a_wrong_cell_is_named_by_row_and_column(client, office, case):
    cells, words = BAD_CELLS[case]
    upload(client, xlsx([row(1, **cells)]))
    batch = ImportBatch.objects.get()
    assert batch.wrong == 1
    assert batch.problems[0][0] == 2
    assert any(words in message for _, _, message in batch.problems)


def test_dates_without_a_time_are_read_in_the_units_favour(client, office):
    cells = {"检查日期": "2026-03-05 16:00"}
    upload(client, xlsx([[*row(1, **cells), "2026-03-06", "2026-03-05"]], head=[*HEAD, "整改时限", "整改完成时间"]))
    confirm(client, ImportBatch.objects.get())
    finding = Finding.objects.get()
    assert (finding.due_at, finding.closed_at) == (moment(2026, 3, 6, 23, 59), moment(2026, 3, 5, 16))


def test_a_closing_in_the_future_is_refused(client, office):
    upload(client, xlsx([[*row(1), "2099-01-01"]], head=[*HEAD, "整改完成时间"]))
    assert "晚于今天" in ImportBatch.objects.get().problems[0][2]


def test_points_out_of_range_are_refused(client, office):
    upload(client, xlsx([[*row(1), 99]], head=[*HEAD, "扣分"]))
    assert "超出" in ImportBatch.objects.get().problems[0][2]


def test_two_equal_rows_of_one_sheet_are_one_finding(client, office):
    same = row(1)
    upload(client, xlsx([same, same]))
    batch = ImportBatch.objects.get()
    assert (batch.new, batch.duplicate) == (1, 1)


def test_a_sheet_changed_on_disk_is_not_published(client, office):
    upload(client, xlsx([row(1)]))
    batch = ImportBatch.objects.get()
    with batch.file.open("ab") as stored:
        stored.write(b"x")
    confirm(client, batch)
    assert not Finding.objects.exists()
    assert "已被改动" in Job.objects.get(kind="staff.publish_import").message


def test_a_killed_publication_runs_again_without_doubling(client, office, monkeypatch):
    upload(client, xlsx([row(1), row(2)]))
    batch = ImportBatch.objects.get()
    monkeypatch.setattr(pipeline, "attach_errors", None)
    confirm(client, batch)
    job = Job.objects.get(kind="staff.publish_import")
    pipeline.publish(job, None)  # delivered once more after the work was done
    assert Finding.objects.count() == 2


def test_others_neither_see_nor_start_imports(client, office):
    upload(client, xlsx([row(1)]))
    batch = ImportBatch.objects.get()
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    assert client.get(batch.get_absolute_url()).status_code == 404
    client.force_login(UserFactory(role=Roles.STREET_CONTACT))
    assert client.get(reverse("staff:import-new", args=["inspections.findings"])).status_code == 403


def test_the_template_has_drop_downs_and_an_example_that_imports(client, office):
    response = client.get(reverse("staff:import-template", args=["inspections.findings"]))
    book = load_workbook(io.BytesIO(response.content))
    sheet = book.worksheets[0]
    assert sheet["A1"].value == "检查日期*"
    assert len(sheet.data_validations.dataValidation) >= 5
    assert book["选项"].sheet_state == "hidden"
    upload(client, response.content)
    assert ImportBatch.objects.get().total == 1


def test_the_command_checks_then_writes(office, tmp_path, capsys):
    path = tmp_path / "检查表.xlsx"
    path.write_bytes(xlsx([row(1), row(2, 责任单位="没有的街道")]))
    call_command("import_findings", path, "--dry-run")
    assert not Finding.objects.exists()
    with pytest.raises(CommandError, match="没有写入任何数据"):
        call_command("import_findings", path)
    call_command("import_findings", path, "--valid-rows-only")
    assert Finding.objects.count() == 1
    assert "第3行 责任单位" in capsys.readouterr().out


def test_the_kind_is_registered_with_its_permission():
    assert FINDING_IMPORT.permission == "inspections.import_findings"


def test_a_round_that_was_closed_since_the_check_is_told_and_nothing_is_written(client, office):
    make_finding(found_at=moment(2026, 3, 1))  # the month's round is there
    upload(client, xlsx([row(1)]))
    batch = ImportBatch.objects.get()
    rounds.close_round(Round.objects.get(default_month="2026-03"), by=office)
    checked = [CheckedRow(2, facts=entry(found_at=moment(2026, 3, 5)))]
    with pytest.raises(JobFailed, match=r"已经结束，不再登记新问题.*没有写入任何数据"):
        FINDING_IMPORT.publish(checked, office, batch, None)
    assert Finding.objects.count() == 1
