"""Lists, templates and wrong rows as real files, opened again."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from staff.imports.headers import FieldSpec
from staff.imports.workbooks import neutral_text, write_errors, write_table, write_template

EVIL = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]


def written(write, *args, **kwargs):
    target = io.BytesIO()
    write(target, *args, **kwargs)
    target.seek(0)
    return load_workbook(target)


def test_list_is_an_official_sheet():
    rows = ((n, "甲街道", Decimal("0.2"), date(2026, 3, 5)) for n in range(120))
    sheet = written(
        write_table, title="问题[表]", head=["序号", "单位", "扣分", "日期"], rows=rows, prepared_by="某人"
    ).active
    assert (sheet["A1"].value, sheet["B3"].value, sheet["C4"].value) == ("问题[表]", "单位", 0.2)
    assert (sheet.page_setup.orientation, sheet.freeze_panes, sheet.print_title_rows) == ("landscape", "A4", "$3:$3")
    assert "&P" in sheet.oddFooter.center.text
    assert sheet.cell(sheet.max_row, 1).value == "填表人：某人"
    assert sheet.max_row == 3 + 120 + 2


@pytest.mark.parametrize("text", EVIL)
def test_formulas_in_text_stay_text(text):
    book = written(write_table, title=text, head=[text], rows=[[text]], note=text)
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert neutral_text(text) == f"'{text}"
    errors = written(write_errors, header=[text], wrong_rows=[(2, [text, text], [(0, text)])]).active
    assert "f" not in {cell.data_type for row in errors.iter_rows() for cell in row}


def test_what_xml_cannot_carry_does_not_stop_the_file():
    sheet = written(write_table, title="表", head=["甲"], rows=[["a\x00b\x0bc"], ["d\ud800e"]]).active
    assert [sheet["A4"].value, sheet["A5"].value] == ["abc", "de"]
    sheet = written(write_errors, header=["甲"], wrong_rows=[(2, ["a\x01"], [(0, "坏\x02")])]).active
    assert [sheet["B2"].value, sheet["C2"].value] == ["坏", "a"]


def test_wrong_rows_come_back_with_reasons_and_marks():
    sheet = written(
        write_errors, header=["单位", "扣分"], wrong_rows=[(7, ["丙", 9], [(1, "太大"), (None, "重复")])]
    ).active
    assert [cell.value for cell in sheet[2]] == [7, "太大；重复", "丙", 9]
    assert sheet["D2"].fill.start_color.rgb != sheet["C2"].fill.start_color.rgb


def test_template_has_example_drop_down_and_explanations():
    fields = [
        FieldSpec("unit", "责任单位", required=True, example="甲街道", kind="choice", choices=tuple(f"单位{n}" for n in range(90))),
        FieldSpec("place", "地点", example="=危险"),
    ]  # fmt: skip
    book = written(write_template, title="模板", fields=fields)
    sheet = book.worksheets[0]
    assert ([c.value for c in sheet[1]], sheet["A2"].value, sheet["B2"].data_type) == (
        ["责任单位*", "地点"],
        "甲街道",
        "s",
    )
    assert sheet["A2"].font.color.rgb.endswith("808080")
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == "=choices_unit"
    assert book["选项"].sheet_state == "hidden"
    assert book["选项"]["A90"].value == "单位89"
    assert book["填写说明"]["B2"].value == "是"
