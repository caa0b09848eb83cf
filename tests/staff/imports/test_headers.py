"""Header rows under titles, and columns matched to fields."""

import pytest

from staff.imports.headers import FieldSpec, body_rows, match_headers
from staff.imports.reading import Sheet, SheetError

SPECS = [
    FieldSpec("unit", "责任单位", aliases=("单位", "被考评单位"), required=True),
    FieldSpec("place", "具体地点", aliases=("地点",)),
    FieldSpec("points", "扣分", kind="decimal", required=True),
]


def match(*rows, remembered=None):
    return match_headers(Sheet("表", [list(row) for row in rows]), SPECS, remembered or {})


def fields(found):
    return [column.field for column in found.columns]


def test_title_rows_are_skipped_and_units_in_brackets_ignored():
    found = match(["岳南区考评表"], ["填表日期：3月"], ["单 位", "地\n点", "扣分（分）", "序号"], ["甲", "路", 1, 1])
    assert (found.header_row, fields(found), found.missing) == (3, ["unit", "place", "points", ""], ())


def test_two_row_head_takes_the_text_above():
    found = match(["责任单位", "位置", None], [None, "地点", "扣分"], ["甲", "路", 1])
    assert (found.header_row, fields(found)) == (2, ["unit", "place", "points"])


def test_remembered_and_similar_names():
    found = match(["属地", "地点", "扣分"], ["甲", "路", 1], remembered={"属地": "unit"})
    assert (found.columns[0].field, found.columns[0].how) == ("unit", "记住的")
    found = match(["被考评的单位", "地点", "扣分"], ["甲", "路", 1])
    assert (found.columns[0].field, found.columns[0].how) == ("unit", "相近")


def test_missing_required_columns_are_named():
    assert match(["地点", "扣分"], ["路", 1]).missing == ("责任单位",)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["单位", "责任单位", "扣分"], ["甲", "甲", 1]], "doubled"),
        ([["一", "二"], ["三", "四"]], "header"),
        ([["单位", "扣分"]], "empty"),
    ],
)
def test_unusable_heads_are_refused(rows, code):
    with pytest.raises(SheetError) as caught:
        match(*rows)
    assert caught.value.code == code


def test_totals_and_signatures_below_are_no_rows():
    sheet = Sheet("表", [["单位", "扣分"], ["甲", 1], [], ["合计", 1], ["填表人：某", "审核人："], ["说明：略"]])
    assert list(body_rows(sheet, 1)) == [(2, ["甲", 1])]
