"""Sheets that people bring: read by content, refused with a message, never with a traceback."""

# ruff: noqa: DTZ001 -- sheets hold naive local times

import io
import zipfile
from datetime import date, datetime

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from staff.imports import reading
from staff.imports.reading import SheetError, from_pasted, open_sheet

HEAD = ["责任单位", "地点", "扣分"]


def book_bytes(*rows, change=lambda book, sheet: None):
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    change(book, sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def put(tmp_path, content, name="表.xlsx"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def code_of(path):
    with pytest.raises(SheetError) as caught:
        open_sheet(path)
    return caught.value.code


def test_xlsx_gives_plain_values_with_the_users_row_numbers(tmp_path):
    rows = [["标题"], HEAD, ["甲街道", datetime(2026, 3, 5), 2.0], [None, datetime(2026, 3, 5, 14, 30), 0.2]]
    sheet = open_sheet(put(tmp_path, book_bytes(*rows), "名.xls"))  # the content decides, not the name
    numbered = dict(sheet.numbered())
    assert list(numbered[3]) == ["甲街道", date(2026, 3, 5), 2]
    assert type(numbered[3][2]) is int
    assert list(numbered[4]) == [None, datetime(2026, 3, 5, 14, 30), 0.2]


def test_xls_is_read_too(tmp_path):
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("明细")
    for column, text in enumerate(HEAD):
        page.write(0, column, text)
    page.write(1, 0, "甲街道")
    page.write(1, 2, 3)
    target = io.BytesIO()
    book.save(target)
    sheet = open_sheet(put(tmp_path, target.getvalue(), "旧.xls"))
    assert (sheet.name, sheet.rows) == ("明细", [HEAD, ["甲街道", None, 3]])


def test_first_visible_filled_sheet_is_chosen(tmp_path):
    def add(book, sheet):
        sheet.sheet_state = "hidden"
        book.create_sheet("空")
        book.create_sheet("数据").append(["看得见"])

    sheet = open_sheet(put(tmp_path, book_bytes(["藏着"], change=add)))
    assert (sheet.name, sheet.rows) == ("数据", [["看得见"]])


def test_rows_keep_their_numbers_when_the_sheet_starts_lower(tmp_path):
    sheet = open_sheet(put(tmp_path, book_bytes(change=lambda book, page: page.cell(4, 3, "此处"))))
    assert (sheet.row_count, sheet.rows[3]) == (4, [None, None, "此处"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "format"),
        (b"%PDF-1.7 ...", "format"),
        ("<html><table><tr><td>单位</td></tr></table></html>".encode(), "format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "corrupt"),
        (b"PK\x03\x04" + b"\0" * 100, "corrupt"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path, content, code):
    assert code_of(put(tmp_path, content)) == code


def test_half_a_file_and_a_word_document_are_refused(tmp_path):
    assert code_of(put(tmp_path, book_bytes(HEAD)[:3_000])) == "corrupt"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert code_of(put(tmp_path, target.getvalue())) == "format"


def test_a_bomb_is_refused_unopened(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b" " * 60_000_000)
    assert code_of(put(tmp_path, target.getvalue())) == "bomb"


def test_a_part_said_to_lie_beyond_the_end_of_the_file_is_refused(tmp_path):
    content = bytearray(book_bytes(HEAD))
    content[26:28] = (0xCA10).to_bytes(2, "little")  # the length of the first part's name, in its local header
    with pytest.raises(SheetError) as refused:
        open_sheet(put(tmp_path, bytes(content)))
    assert refused.value.code == "corrupt"


def test_a_file_beyond_the_limits_is_refused(tmp_path, monkeypatch):
    path = put(tmp_path, book_bytes(*[[n] for n in range(60)]))
    monkeypatch.setattr(reading, "MAX_ROWS", 20)
    assert code_of(path) == "rows"
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    assert code_of(path) == "size"


def test_merged_titles_pass_and_merged_body_does_not(tmp_path):
    sheet = open_sheet(
        put(tmp_path, book_bytes(["标题"], HEAD, ["甲", 1, 1], change=lambda b, s: s.merge_cells("A1:C1")))
    )
    sheet.check_body(2)
    body = open_sheet(
        put(tmp_path, book_bytes(HEAD, ["甲", 1, 1], [None, 1, 1], change=lambda b, s: s.merge_cells("A2:A3")))
    )
    with pytest.raises(SheetError, match="合并单元格") as caught:
        body.check_body(1)
    assert caught.value.code == "merged"


def test_formulas_are_named_by_their_cells(tmp_path):
    sheet = open_sheet(put(tmp_path, book_bytes(HEAD, ["甲", "路", "=1+1"], ["乙", "路", "=SUM(C2)"])))
    with pytest.raises(SheetError, match=r"C2、C3.*选择性粘贴"):
        sheet.check_body(1)


def test_an_external_entity_is_not_read(tmp_path):
    secret = put(tmp_path, b"SECRET", "secret.txt")
    source = book_bytes(HEAD, ["甲", 1, 1])
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                content = content.replace(
                    b"<workbook", f'<!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]><workbook'.encode(), 1
                )
                content = content.replace(b'name="Sheet"', b'name="&x;"')
            new.writestr(name, content)
    try:
        sheet = open_sheet(put(tmp_path, target.getvalue()))
    except SheetError:
        return
    assert "SECRET" not in sheet.name


def test_pasted_block_keeps_line_breaks_in_quotes():
    sheet = from_pasted('责任单位\t地点\r\n甲街道\t"东门\n西侧"\r\n')
    assert sheet.rows == [["责任单位", "地点"], ["甲街道", "东门\n西侧"]]


@pytest.mark.parametrize("text", ["", "  \n", "一段文字", "a\0\tb", "a\t" + "x" * 140_000])
def test_pasted_nonsense_is_refused(text):
    with pytest.raises(SheetError):
        from_pasted(text)


FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@FUZZ
@given(head=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]), rest=st.binary(max_size=2_000))
def test_random_bytes_raise_nothing_but_sheet_errors(tmp_path, head, rest):
    with pytest.raises(SheetError):
        open_sheet(put(tmp_path, head + rest))


def xls_bytes():
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "b")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


WHOLE = [book_bytes(HEAD, ["甲", 1, "=1+1"], change=lambda b, s: s.merge_cells("A1:B1")), xls_bytes()]


@FUZZ
@given(data=st.data(), content=st.sampled_from(WHOLE))
def test_damaged_files_raise_nothing_but_sheet_errors(tmp_path, data, content):
    damaged = bytearray(content)
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1, max_size=20)
    ):
        damaged[place] = byte
    try:
        open_sheet(put(tmp_path, bytes(damaged)))
    except SheetError as error:
        assert error.message  # noqa: PT017 -- either a sheet or a refusal is right
