"""The standard as a CSV file: read whole or refused with everything that is wrong."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.enums import AreaType, HourBasis, Role
from inspections.standard_csv import COLUMNS, SEED, InvalidStandard, parse


def seed_rows():
    return list(csv.DictReader(SEED.read_text(encoding="utf-8").splitlines()))


def as_csv(rows, columns=tuple(COLUMNS), encoding="utf-8"):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def changed(row, **cells):
    """The seed with some cells of a spreadsheet row (header = 1) replaced."""
    rows = seed_rows()
    rows[row - 2] |= cells
    return as_csv(rows)


def errors_of(data):
    with pytest.raises(InvalidStandard) as refused:
        parse(data)
    return [str(error) for error in refused.value.errors]


def test_seed_is_the_whole_standard():
    sheet = parse(SEED.read_bytes())
    assert [(c.code, c.name, c.points) for c in sheet.categories] == [
        ("A", "市容秩序", Decimal(28)),
        ("B", "环境卫生", Decimal(32)),
        ("C", "燃气管理", Decimal(10)),
        ("D", "禁炮工作", Decimal(12)),
        ("E", "牲畜禁养", Decimal(6)),
        ("F", "基建场地污染源", Decimal(12)),
    ]
    assert len(sheet.items) == 41
    assert sum(item.cap for item in sheet.items) == 100
    assert {area for item in sheet.items for area in item.areas} == set(AreaType)


def test_an_item_in_full():
    item = next(item for item in parse(SEED.read_bytes()).items if item.code == "B10")
    assert (item.category_code, item.name, item.count_unit) == ("B", "焚烧垃圾及乱倒污水", "起")
    assert item.national_codes == ("06020", "06030")
    assert item.areas[:2] == (AreaType.MAIN_ROAD, AreaType.ALLEY)
    assert (item.deduct, item.severe_deduct, item.severe_rule) == (Decimal("0.5"), Decimal("1.0"), "重污染天气预警期间")
    assert (item.cap, item.rectify_hours, item.hour_basis, item.urgent) == (Decimal(1), 1, HourBasis.NATURAL, True)
    assert item.shares == {Role.TERR: Decimal("0.8"), Role.SQUAD: Decimal("0.2")}


def test_own_items_have_no_national_code():
    assert next(i for i in parse(SEED.read_bytes()).items if i.code == "D01").national_codes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_excel_and_wps(encoding):
    assert parse(as_csv(seed_rows(), encoding=encoding)) == parse(SEED.read_bytes())


def test_full_width_digits_blank_rows_and_other_line_ends_are_read():
    rows = seed_rows()
    rows[0] |= {"item_cap": "４", "responsibility_shares": "SQUAD：0.6｜TERR：0.4", "major_code": " A "}
    text = as_csv(rows).decode().replace("\r\n", "\n\n", 1) + ",,\n".replace(",,", "," * (len(COLUMNS) - 1))
    assert parse(text.encode()) == parse(SEED.read_bytes())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "文件是空的"),
        (b" \n", "文件是空的"),
        (b"PK\x03\x04rest of a workbook", "另存为“CSV UTF-8”"),
        (b"\xd0\xcf\x11\xe0rest of an old workbook", "另存为“CSV UTF-8”"),
        (b"\xff\xfea\x00b\x00", "无法识别文字编码"),
        (b"a\x00b", "无法识别文字编码"),
        (b"x" * 2_000_001, "超过2MB"),
        (b'"unbalanced', "引号不配对"),
        (as_csv([]), "只有表头"),
    ],
)
def test_files_that_are_no_standard(data, text):
    (error,) = errors_of(data)
    assert error.startswith("文件：")
    assert text in error


@pytest.mark.parametrize("column", COLUMNS)
def test_missing_column_is_named(column):
    (error,) = errors_of(as_csv(seed_rows(), [name for name in COLUMNS if name != column]))
    assert "缺少列" in error
    assert f"{column}（{COLUMNS[column]}）" in error


def test_doubled_column_is_named():
    (error,) = errors_of(SEED.read_bytes().replace(b"major_code,", b"urgent,major_code,", 1))
    assert error == "文件：表头重复：urgent。请删去多余的列。"


def test_row_with_a_comma_too_many():
    lines = SEED.read_text(encoding="utf-8").splitlines()
    lines[3] += ",x"
    assert errors_of("\n".join(lines).encode()) == ["第4行：有19列，表头有18列。请检查是否多了或少了逗号。"]


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("item_name", "", "不能为空"),
        ("item_name", "长" * 61, "有61个字，超过60个"),
        ("item_code", "店外", "不是编号"),
        ("item_cap", "四", "不是分值"),
        ("item_cap", "0", "不是分值"),
        ("item_cap", "-4", "不是分值"),
        ("item_cap", "4e0", "不是分值"),
        ("item_cap", "NaN", "不是分值"),
        ("item_cap", "0.1", "小项分值0.1低于每处扣分0.2"),
        ("deduct_per_finding", "0.125", "至多两位小数"),
        ("severe_deduct", "0.1", "严重扣分0.1低于每处扣分0.2"),
        ("severe_rule", "", "请写明什么情形算严重"),
        ("rectify_hours", "2.5", "不是小时数"),
        ("rectify_hours", "0", "不是小时数"),
        ("hour_basis", "小时", "只能填自然小时或工作小时"),
        ("urgent", "急", "只能填Y或N"),
        ("national_code", "9005", "不是五位国标代码"),
        ("national_code", "", "不是五位国标代码"),
        ("area_types", "ZG|XX", "没有区域类型“XX”"),
        ("area_types", "ZG|ZG", "区域类型“ZG”重复"),
        ("area_types", "", "至少填一类区域"),
        ("area_type_names", "景区", "与代码不一致"),
        ("responsibility_shares", "SQUAD:0.6|TERR:0.3", "分摊之和为0.9，应为1"),
        ("responsibility_shares", "", "分摊之和为0，应为1"),
        ("responsibility_shares", "POLICE:1", "没有责任角色“POLICE”"),
        ("responsibility_shares", "TERR:0.5|TERR:0.5", "责任角色“TERR”重复"),
        ("responsibility_shares", "TERR", "不是分摊比例"),
        ("responsibility_shares", "TERR:1|SQUAD:0", "不是分摊比例"),
    ],
)
def test_wrong_cell_is_named_with_its_row(column, value, text):
    errors = errors_of(changed(2, **{column: value}))
    assert len(errors) == 1
    assert errors[0].startswith(f"第2行“{COLUMNS[column]}”：")
    assert text in errors[0]


@pytest.mark.parametrize("cells", [{"major_points": "27"}, {"major_name": "市容"}])
def test_category_given_in_two_ways_is_told_at_the_later_row(cells):
    assert errors_of(changed(5, **cells)) == ["第5行“大项编号”：大项A的名称或分值与第2行不一致，请改为一致。"]


def test_doubled_item_code_names_both_rows():
    assert errors_of(changed(12, item_code="a01")) == ["第12行“小项编号”：小项编号A01与第2行重复，请改用未使用的编号。"]


def test_caps_must_sum_to_their_category():
    assert errors_of(changed(2, item_cap="5")) == [
        "文件：大项A“市容秩序”的小项分值之和为29，应等于大项分值28。请调整小项分值。"
    ]


def test_categories_must_sum_to_a_hundred():
    rows = [row for row in seed_rows() if row["major_code"] != "E"]
    assert errors_of(as_csv(rows)) == ["文件：各大项分值之和为94，应为100。请调整大项分值。"]


def test_all_errors_are_told_at_once_in_order():
    rows = seed_rows()
    rows[0] |= {"item_cap": "x", "urgent": "?"}
    rows[5] |= {"responsibility_shares": "TERR:0.9"}
    assert [error[: error.index("”")] for error in errors_of(as_csv(rows))] == [
        "第2行“小项分值（扣完为止）",
        "第2行“是否紧急",
        "第7行“责任分摊",
    ]


@given(st.binary(max_size=300))
def test_no_bytes_make_it_stumble(data):
    errors_of(data)


@given(st.integers(2, 42), st.sampled_from(sorted(COLUMNS)), st.text(max_size=12))
def test_no_cell_makes_it_stumble(row, column, value):
    try:
        sheet = parse(changed(row, **{column: value}))
    except InvalidStandard as refused:
        errors = refused.errors
        sheet = parse(SEED.read_bytes())
    else:
        errors = None
    assert errors is None or all(error.text for error in errors)
    assert sum(item.cap for item in sheet.items) == sum(c.points for c in sheet.categories) == 100
    assert all(sum(item.shares.values()) == 1 for item in sheet.items)
