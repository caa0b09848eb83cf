"""Word, annex, figures: what they hold, the same bytes for the same content; and 数字核校, the way back."""

import hashlib
import io
import zipfile

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import CharField
from django.urls import reverse
from openpyxl import load_workbook

from billboards.models import Board
from config.periods import Period
from fireworks.models import Grid
from inspections.models import Finding
from permits.models import Application
from reports.checkback import check_back
from reports.compilation import compile_content
from reports.layouts.annex import annex_xlsx, is_personal, shown_fields
from reports.layouts.files import other_files
from reports.layouts.paper import SummaryPaper
from reports.layouts.reading import paragraphs_of
from reports.layouts.word import summary_docx
from reports.models import FileCheck, KeyTask, Section
from reports.numbers import phrases, ways_to_say
from reports.registry import registry
from reports.workflow import summaries
from staff.permissions import Roles
from tests.factories.inspections import make_finding, moment, whole_standard
from tests.factories.people import furnish_office
from tests.factories.staff import UserFactory

H1 = Period.parse("2026H1")
TEXT = "共查找案件{{ inspections.findings }}，已整改{{ inspections.closed }}。\n{{ table inspections.by_category }}\n清理320处。"


def opened(data):
    from docx import Document

    return Document(io.BytesIO(data))


def stored(compilation, kind):
    with compilation.files.get(kind=kind).file.open() as file:
        return file.read()


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


def content_of(report, text=TEXT):
    section = Section(report=report, level=2, number="（一）", heading="考评工作", text=text)
    return compile_content(H1, [Section(report=report, level=1, number="一、", heading="工作情况"), section])


@pytest.fixture
def report():
    item = whole_standard()
    for day in range(1, 13):
        make_finding(item=item, found_at=moment(2026, 1, day), closed_at=moment(2026, 1, day, 20) if day % 2 else None)
    return summaries.create_report(H1, by=None)


@pytest.fixture
def word(report):
    return summary_docx(SummaryPaper.of(report, profile="plain"), content_of(report))


@pytest.mark.django_db
class TestWord:
    def test_headings_body_and_tables_are_word_s_own(self, word):
        document = opened(word)
        styles = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
        assert styles["一、工作情况"] == "Heading 1"
        assert styles["（一）考评工作"] == "Heading 2"
        assert styles["共查找案件12件，已整改6件。"] == "公文正文"
        assert styles["2026年上半年工作总结"] == "Title"
        (table,) = document.tables
        assert "<w:tblHeader/>" in table.rows[0]._tr.xml
        assert table.rows[-1].cells[0].text == "合计"

    def test_page_and_type_are_the_standard_s(self, word):
        document = opened(word)
        page = document.sections[0]
        measures = (page.page_width, page.top_margin, page.left_margin, page.right_margin, page.bottom_margin)
        assert [round(each.mm) for each in measures] == [210, 37, 28, 26, 35]
        normal = document.styles["Normal"]
        assert (normal.font.size.pt, normal.paragraph_format.line_spacing.pt) == (16, 28.95)
        assert 'w:eastAsia="仿宋_GB2312"' in normal.element.xml
        assert 'w:eastAsia="黑体"' in document.styles["Heading 1"].element.xml
        assert "Theme" not in document.styles["Heading 1"].element.rPr.xml
        assert " PAGE " in page.footer._element.xml

    def test_a_draft_has_a_copy_to_write_on_that_says_which_it_is(self, report):
        for number in (1, 2):
            compiled = summaries.compile_report(report, by=None)
            copy, plain = (opened(stored(compiled, kind)) for kind in ("review", "docx"))
            page = copy.sections[0]
            assert [round(each.mm) for each in (page.left_margin, page.right_margin)] == [28, 72]
            assert copy.paragraphs[0].text.startswith(f"送审稿{number}（")
            assert round(plain.sections[0].right_margin.mm) == 26
            assert [each.text for each in copy.paragraphs[1:]] == [each.text for each in plain.paragraphs[1:]]

    def test_a_red_head_carries_mark_number_and_addressee(self, report):
        report.number = "岳南城管报字〔2026〕1号"
        document = opened(summary_docx(SummaryPaper.of(report, profile="redhead"), content_of(report)))
        texts = [paragraph.text for paragraph in document.paragraphs]
        assert texts[0].endswith("文件")
        assert "岳南城管报字〔2026〕1号" in texts
        (ruled,) = [
            each for each in document.paragraphs if each._p.pPr is not None and each._p.pPr.find("{*}pBdr") is not None
        ]
        order = [child.tag.rpartition("}")[2] for child in ruled._p.pPr]
        assert order.index("pBdr") < order.index("jc")


@pytest.mark.django_db
class TestSameBytes:
    def test_hours_later_every_file_is_the_same(self, report):
        content = content_of(report)
        with time_machine.travel(moment(2026, 7, 1)):
            first = other_files(report, content)
        with time_machine.travel(moment(2026, 7, 9, 15)):
            second = other_files(report, content)
        for kind, data in first.items():
            assert hashlib.sha256(data).digest() == hashlib.sha256(second[kind]).digest(), kind

    def test_no_entry_carries_the_clock(self, report):
        for data in (other_files(report, content_of(report))[kind] for kind in ("docx", "xlsx")):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
                assert archive.testzip() is None


@pytest.mark.django_db
class TestAnnex:
    def sheets(self, report, text):
        data = annex_xlsx(SummaryPaper.of(report, profile="plain"), content_of(report, text), H1)
        return {sheet.title: list(sheet.values) for sheet in load_workbook(io.BytesIO(data))}

    def test_figures_with_definitions_then_the_rows_behind_them(self, report):
        sheets = self.sheets(report, TEXT)
        figures = {row[0]: row for row in sheets["数据与口径"][3:] if row[0]}
        assert figures["查找案件"][1:3] == (12, "件")
        assert "未作废" in figures["查找案件"][3]
        assert figures["查找案件"][7] == 12
        rows = [row for row in sheets["考评问题"][3:] if row[0] and not str(row[0]).startswith("填表人")]
        assert len(rows) == 12

    def test_of_a_rate_both_lists_are_there(self, report):
        sheets = self.sheets(report, "{{ inspections.rectification_rate | 百分比 }}")
        rate = next(row for row in sheets["数据与口径"][3:] if row[0] and row[0].startswith("整改率"))
        counted = rate[4], rate[5]
        assert rate[7] == f"分子{counted[0]}，分母{counted[1]}"
        rows = [row for row in sheets["考评问题"][3:] if row[0] and not str(row[0]).startswith("填表人")]
        assert counted[0] < counted[1] == len(rows)

    def test_people_are_masked(self, report):
        furnish_office(UserFactory())
        sheets = self.sheets(report, "{{ staff.leavers }}{{ staff.certified }}{{ staff.on_roll }}")
        people = [row for title, rows in sheets.items() if title != "数据与口径" for row in rows[3:]]
        assert people
        names = [
            str(cell)
            for row in people
            for cell in row
            if cell and str(cell).startswith("样例") and "*" not in str(cell)
        ]
        assert [name for name in names if not name.endswith(("中队", "科", "局"))] == []


@pytest.mark.django_db
def test_a_column_that_names_somebody_is_masked_in_every_register():
    figures = [figure for figure in registry().figures.values() if figure.rows is not None]
    registers = {rows.model for figure in figures if (rows := figure.rows(H1, None)) is not None}
    bare = {
        field.verbose_name
        for register in registers
        for field in shown_fields(register)
        if isinstance(field, CharField) and not field.choices and not is_personal(field)
    }
    named = {"法定代表人", "经办人（代理人）", "申请单位（个人）", "设置人", "产权人", "检查人", "责任人", "网格长"}
    assert {Application, Board, Finding, KeyTask, Grid} <= registers
    assert not bare & named
    assert {"事由", "施工单位"} <= bare


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("共1200余件、近1300处，占94.1%", ["1200余", "近1300", "94.1%"]),
            ("1.24万份，1,236人", ["1.24万", "1236"]),
            ("2026年3月5日，12345热线，〔2026〕3号", []),
            ("下降0.5个百分点", ["0.5个百分点"]),
        ],
    )
    def test_numbers_that_need_a_source(self, text, found):
        assert [phrase.words for phrase in phrases(text)] == found

    def test_the_ways_a_value_may_be_said(self):
        assert {"1236", "1200余", "1200多", "约1200"} <= set(ways_to_say(1236, "件"))
        assert set(ways_to_say("94.1304", "%")) >= {"94.1%", "94.13%", "94%"}
        assert ways_to_say("第一名", "") == {}


@pytest.mark.django_db
class TestCheckBack:
    def check(self, report, change):
        content = content_of(report)
        word = summary_docx(SummaryPaper.of(report, profile="plain"), content)
        paragraphs = [(place, change(text)) for place, text in paragraphs_of(word)]
        return check_back(content, paragraphs)

    def by_status(self, checked):
        found = {}
        for entry in checked:
            found.setdefault(entry["status"], []).append(entry)
        return found

    def test_what_was_not_touched_is_matched(self, report):
        found = self.by_status(self.check(report, lambda text: text))
        assert set(found) == {"matched", "typed"}
        assert [entry["words"] for entry in found["typed"]] == ["320"]
        assert {"查找案件", "已整改案件"} <= {entry["label"] for entry in found["matched"]}

    def test_a_changed_number_is_told_with_what_it_should_be_and_where(self, report):
        found = self.by_status(self.check(report, lambda text: text.replace("已整改6件", "已整改7件")))
        (entry,) = found["changed"]
        assert (entry["words"], entry["expected"], entry["label"], entry["place"]) == (
            "7",
            "6",
            "已整改案件",
            "（一）考评工作",
        )

    def test_another_fitting_wording_is_no_change(self, report):
        found = self.by_status(self.check(report, lambda text: text.replace("案件12件", "案件约12件")))
        assert "changed" not in found

    def test_a_number_out_of_nowhere_is_unknown_and_a_deleted_one_is_named(self, report):
        def change(text):
            return text.replace("，已整改6件", "").replace("清理320处", "清理320处，拆除违建88处")

        found = self.by_status(self.check(report, change))
        assert [entry["words"] for entry in found["unknown"]] == ["88"]
        assert [entry["label"] for entry in found["gone"]] == ["已整改案件"]

    def test_a_sentence_moved_elsewhere_still_matches(self, report):
        def change(text):
            return text.replace("，已整改6件", "").replace("清理320处", "清理320处，已整改6件")

        assert "unknown" not in self.by_status(self.check(report, change))

    def test_the_file_is_kept_with_its_result(self, client, report, word):
        by = UserFactory(role=Roles.OFFICE)
        client.force_login(by)
        address = url("file-check-list", report.pk)
        upload = {"file": SimpleUploadedFile("定稿.docx", word)}
        assert "请先汇编" in client.post(address, upload).content.decode()
        summaries.compile_report(report, by=by)
        page = client.post(address, {"file": SimpleUploadedFile("定稿.docx", word)}, follow=True)
        assert "定稿.docx" in page.content.decode()
        client.post(address, {"file": SimpleUploadedFile("定稿.docx", word)})
        check = FileCheck.objects.get()
        assert check.result
        response = client.get(url("file-check-file", report.pk, check.pk))
        assert b"".join(response.streaming_content) == word

    @pytest.mark.parametrize("content", [b"", b"not a file", b"PK\x03\x04 broken", b"%PDF-1.7 x %%EOF"])
    def test_what_is_no_word_file_is_told(self, client, report, content):
        client.force_login(UserFactory(role=Roles.OFFICE))
        summaries.compile_report(report, by=UserFactory())
        upload = {"file": SimpleUploadedFile("x.docx", content)}
        page = client.post(url("file-check-list", report.pk), upload)
        assert page.status_code == 200
        assert page.context["form"].errors
        assert not FileCheck.objects.exists()
