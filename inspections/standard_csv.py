"""Reads and checks an assessment standard (考评标准) given as CSV or as the rows of a sheet; frozen dataclasses out.

Pure: nothing is stored here. Sums are those of the 考评办法: item caps make up the points of their
category (大项), categories make 100, responsibility shares of an item make 1.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from inspections.enums import AreaType, HourBasis, Role
from inspections.scoring import plain

# The bureau's standard as delivered, which the first installation loads.
SEED: Final = Path(__file__).parent / "data" / "assessment_standard.csv"

# Column → what the officer calls it.
COLUMNS: Final[Mapping[str, str]] = {
    "major_code": "大项编号",
    "major_name": "大项名称",
    "major_points": "大项分值",
    "item_code": "小项编号",
    "item_name": "小项名称",
    "finding_definition": "问题认定",
    "national_code": "国标代码",
    "area_types": "区域类型代码",
    "area_type_names": "区域类型名称",
    "count_unit": "计数单位",
    "deduct_per_finding": "每处扣分",
    "severe_deduct": "严重扣分",
    "severe_rule": "严重情形",
    "item_cap": "小项分值（扣完为止）",
    "rectify_hours": "整改时限（小时）",
    "hour_basis": "时限口径",
    "urgent": "是否紧急",
    "responsibility_shares": "责任分摊",
}
LOCAL_CODE: Final = "LOCAL"  # the bureau's own item without a national code
FULL_POINTS: Final = Decimal(100)
MAX_BYTES: Final = 2_000_000
HEAD_ROWS: Final = 10  # the head stands below a title and a note
SIGNED: Final = "填表人"  # what an exported sheet ends with
# Longest text of a column, as the tables hold it.
MAX_LENGTH: Final[Mapping[str, int]] = {
    "major_code": 4,
    "major_name": 40,
    "item_code": 6,
    "item_name": 60,
    "finding_definition": 200,
    "national_code": 60,
    "count_unit": 10,
    "severe_rule": 100,
}
_POINTS: Final = re.compile(r"\d{1,3}(\.\d{1,2})?")
_SHARE: Final = re.compile(r"\d(\.\d{1,3})?")
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9.\-]*", re.IGNORECASE)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StandardError:
    """One thing wrong: `row` as a spreadsheet counts (header = 1), None for the file as a whole."""

    row: int | None
    column: str
    text: str

    def __str__(self) -> str:
        where = f"第{self.row}行" if self.row else "文件"
        if self.column:
            where += f"“{COLUMNS.get(self.column, self.column)}”"
        return f"{where}：{self.text}"


class InvalidStandard(ValueError):
    """The CSV is no valid standard; `errors` holds everything that is wrong, in the file's order."""

    def __init__(self, errors: list[StandardError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))


@dataclass(frozen=True, slots=True)
class StandardCategory:
    """A category (大项) with its points."""

    code: str
    name: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class StandardItem:
    """An item (小项). Deductions are points per `count_unit`; the order in the file is the printed one.

    `national_codes` are as given, and empty for an item of the bureau's own.
    """

    code: str
    category_code: str
    name: str
    definition: str
    national_codes: tuple[str, ...]
    areas: tuple[AreaType, ...]
    count_unit: str
    deduct: Decimal
    severe_deduct: Decimal
    severe_rule: str
    cap: Decimal
    rectify_hours: int
    hour_basis: HourBasis
    urgent: bool
    shares: Mapping[Role, Decimal] = field(hash=False)


@dataclass(frozen=True, slots=True)
class StandardSheet:
    """A checked standard, in the order of the file."""

    categories: tuple[StandardCategory, ...]
    items: tuple[StandardItem, ...]


def parse(data: bytes) -> StandardSheet:
    """The standard in a CSV file (UTF-8 with or without BOM, or GB 18030).

    Raises InvalidStandard with every error found, never only the first.
    """
    return _checked(_body(list(enumerate(_records(_decoded(data)), 1))))


def parse_sheet(rows: Sequence[Sequence[Any]]) -> StandardSheet:
    """The standard in the rows of a workbook: a head with our names or the officers', then the items.

    Raises InvalidStandard with every error found.
    """
    names = {**{label: name for name, label in COLUMNS.items()}, **{name: name for name in COLUMNS}}
    records = [[_cell_text(cell) for cell in row] for row in rows]
    heads = (
        n for n, cells in enumerate(records[:HEAD_ROWS]) if sum(cell in names for cell in cells) > len(COLUMNS) / 2
    )
    head = next(heads, None)
    if head is None:
        raise _refuse("找不到表头。请在导出的现行标准上改，保留表头。")
    width = len(records[head])
    found = [(head + 1, [names.get(cell, cell) for cell in records[head]])]
    for number, cells in enumerate(records[head + 1 :], head + 2):
        if cells and cells[0].startswith(SIGNED):
            break
        found.append((number, (cells + [""] * width)[:width]))
    return _checked(_body(found))


def _checked(rows: list[tuple[int, dict[str, str]]]) -> StandardSheet:
    categories: dict[str, StandardCategory] = {}
    items: dict[str, StandardItem] = {}
    first_rows: dict[str, int] = {}
    errors: list[StandardError] = []
    for number, cells in rows:
        row = _Row(number, cells, errors)
        category, item = row.category(), row.item()
        if category is not None:
            known = categories.setdefault(category.code, category)
            first_rows.setdefault(f"category {category.code}", number)
            if known != category:
                first = first_rows[f"category {category.code}"]
                row.wrong(
                    "major_code",
                    f"大项{category.code}的名称或分值与第{first}行不一致，请改为一致。",
                )
        if item is not None:
            if item.code in items:
                row.wrong(
                    "item_code",
                    f"小项编号{item.code}与第{first_rows[item.code]}行重复，请改用未使用的编号。",
                )
            else:
                items[item.code] = item
                first_rows[item.code] = number
    sheet = StandardSheet(tuple(categories.values()), tuple(items.values()))
    # Sums over rows that could not be read would only repeat the errors above.
    if errors := errors or _wrong_sums(sheet):
        raise InvalidStandard(errors)
    return sheet


def _refuse(text: str) -> InvalidStandard:
    return InvalidStandard([StandardError(None, "", text)])


def _decoded(data: bytes) -> str:
    if not data.strip():
        raise _refuse("文件是空的，请选择考评标准CSV文件。")
    if len(data) > MAX_BYTES:
        raise _refuse("文件超过2MB，不像是考评标准，请确认选对了文件。")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _refuse("这是Excel工作簿，请在网页上导入，或者另存为“CSV UTF-8”。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refuse("无法识别文字编码，请另存为“CSV UTF-8”后再导入。")


def _cell_text(cell: Any) -> str:
    if isinstance(cell, float):
        return plain(Decimal(str(cell)))
    return "" if cell is None else str(cell).strip()


def _records(text: str) -> list[list[str]]:
    """The cells of every row, without spaces around the text."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [[cell.strip() for cell in record] for record in reader]
    except csv.Error:
        raise _refuse(
            f"第{reader.line_num}行附近的引号不配对或格式有误，请用WPS或Excel打开检查后重新另存为CSV。"
        ) from None


def _body(records: list[tuple[int, list[str]]]) -> list[tuple[int, dict[str, str]]]:
    """(row number, column → text) of every row below the head that is not blank."""
    header = records[0][1] if records else []
    missing = [f"{name}（{label}）" for name, label in COLUMNS.items() if name not in header]
    if missing:
        raise _refuse(f"缺少列：{'、'.join(missing)}。请按模板保留全部表头。")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise _refuse(f"表头重复：{'、'.join(doubled)}。请删去多余的列。")
    body = [(n, cells) for n, cells in records[1:] if any(cells)]
    if not body:
        raise _refuse("只有表头，没有小项。请填写后再导入。")
    if ragged := [
        StandardError(n, "", f"有{len(cells)}列，表头有{len(header)}列。请检查是否多了或少了逗号。")
        for n, cells in body
        if len(cells) != len(header)
    ]:
        raise InvalidStandard(ragged)
    return [(n, dict(zip(header, cells, strict=True))) for n, cells in body]


class _Row:
    """One row being read; what cannot be read is added to `errors` and comes back as None."""

    def __init__(self, number: int, cells: Mapping[str, str], errors: list[StandardError]) -> None:
        self.number = number
        self.cells = cells
        self.errors = errors

    def wrong(self, column: str, text: str) -> None:
        self.errors.append(StandardError(self.number, column, text))

    def category(self) -> StandardCategory | None:
        code, name = self._code("major_code"), self._text("major_name")
        points = self._points("major_points")
        if code is None or name is None or points is None:
            return None
        return StandardCategory(code, name, points)

    def item(self) -> StandardItem | None:
        before = len(self.errors)
        deduct, severe = self._points("deduct_per_finding"), self._points("severe_deduct")
        cap = self._points("item_cap")
        self._check_order(deduct, severe, cap)
        self._check_lengths()
        values = {
            "code": self._code("item_code"),
            "category_code": _half_width(self.cells["major_code"]).upper(),
            "name": self._text("item_name"),
            "definition": self._text("finding_definition"),
            "national_codes": self._national_codes(),
            "areas": self._areas(),
            "count_unit": self._text("count_unit"),
            "deduct": deduct,
            "severe_deduct": severe,
            "severe_rule": self.cells["severe_rule"],
            "cap": cap,
            "rectify_hours": self._hours(),
            "hour_basis": self._choice(
                "hour_basis",
                {basis.label: basis for basis in HourBasis}.get,
                "自然小时或工作小时",
            ),
            "urgent": self._choice("urgent", {"Y": True, "N": False, "是": True, "否": False}.get, "Y或N"),
            "shares": self._shares(),
        }
        if len(self.errors) > before or any(value is None for value in values.values()):
            return None
        return StandardItem(**values)  # type: ignore[arg-type]  # none of them is None here

    def _text(self, column: str) -> str | None:
        if not self.cells[column]:
            self.wrong(column, "不能为空，请填写。")
            return None
        return self.cells[column]

    def _code(self, column: str) -> str | None:
        code = _half_width(self.cells[column]).upper()
        if not _CODE.fullmatch(code):
            self.wrong(column, f"“{self.cells[column]}”不是编号，请用字母、数字，如A或A01。")
            return None
        return code

    def _check_lengths(self) -> None:
        for column, longest in MAX_LENGTH.items():
            if len(self.cells[column]) > longest:
                self.wrong(column, f"有{len(self.cells[column])}个字，超过{longest}个。请缩短。")

    def _check_order(self, deduct: Decimal | None, severe: Decimal | None, cap: Decimal | None) -> None:
        if deduct is None or severe is None:
            return
        if severe < deduct:
            self.wrong("severe_deduct", f"严重扣分{severe}低于每处扣分{deduct}，请核对。")
        if severe > deduct and not self.cells["severe_rule"]:
            self.wrong("severe_rule", "严重扣分高于每处扣分，请写明什么情形算严重。")
        if cap is not None and cap < deduct:
            self.wrong("item_cap", f"小项分值{cap}低于每处扣分{deduct}，请核对。")

    def _points(self, column: str) -> Decimal | None:
        text = _half_width(self.cells[column])
        if not _POINTS.fullmatch(text) or not Decimal(text):
            self.wrong(column, f"“{self.cells[column]}”不是分值，请填大于0、至多两位小数的数，如0.5。")
            return None
        return Decimal(text)

    def _hours(self) -> int | None:
        text = _half_width(self.cells["rectify_hours"])
        if not re.fullmatch(r"\d{1,4}", text) or not int(text):
            self.wrong(
                "rectify_hours",
                f"“{self.cells['rectify_hours']}”不是小时数，请填大于0的整数。",
            )
            return None
        return int(text)

    def _choice(self, column: str, find: Callable[[str], T | None], allowed: str) -> T | None:
        found = find(_half_width(self.cells[column]))
        if found is None:
            self.wrong(column, f"“{self.cells[column]}”无法识别，只能填{allowed}。")
        return found

    def _national_codes(self) -> tuple[str, ...]:
        codes = tuple(_split(self.cells["national_code"]))
        if codes == (LOCAL_CODE,):
            return ()
        for code in codes or ("",):
            if not re.fullmatch(r"\d{5}", code):
                self.wrong(
                    "national_code",
                    f"“{code}”不是五位国标代码；没有国标代码的小项请填{LOCAL_CODE}。",
                )
        return codes

    def _areas(self) -> tuple[AreaType, ...]:
        areas: list[AreaType] = []
        codes = list(_split(self.cells["area_types"]))
        for code in codes:
            if code not in AreaType.values:
                self.wrong(
                    "area_types",
                    f"没有区域类型“{code}”，只能用{'、'.join(AreaType.values)}。",
                )
            elif AreaType(code) in areas:
                self.wrong("area_types", f"区域类型“{code}”重复，请删去一个。")
            else:
                areas.append(AreaType(code))
        if not codes:
            self.wrong("area_types", "至少填一类区域。")
        names = list(_split(self.cells["area_type_names"]))
        labels = [str(area.label) for area in areas]
        # Wrong codes are told already.
        if areas and len(areas) == len(codes) and names and names != labels:
            self.wrong(
                "area_type_names",
                f"与代码不一致，按代码应为{'|'.join(labels)}。请核对两列。",
            )
        return tuple(areas)

    def _shares(self) -> dict[Role, Decimal]:
        column, shares = "responsibility_shares", dict[Role, Decimal]()
        for text in _split(self.cells[column]):
            name, _, share = text.partition(":")
            if name not in Role.values:
                self.wrong(column, f"没有责任角色“{name}”，只能用{'、'.join(Role.values)}。")
            elif Role(name) in shares:
                self.wrong(column, f"责任角色“{name}”重复，请合并。")
            elif not _SHARE.fullmatch(share) or not Decimal(share):
                self.wrong(column, f"“{text}”不是分摊比例，请写成“{name}:0.8”，大于0、至多三位小数。")
            else:
                shares[Role(name)] = Decimal(share)
                continue
            return {}
        if (total := sum(shares.values(), Decimal(0))) != 1:
            self.wrong(column, f"各单位分摊之和为{plain(total)}，应为1。请调整比例。")
        return shares


def _wrong_sums(sheet: StandardSheet) -> list[StandardError]:
    errors = []
    for category in sheet.categories:
        caps = [item.cap for item in sheet.items if item.category_code == category.code]
        if sum(caps, Decimal(0)) != category.points:
            errors.append(
                StandardError(
                    None,
                    "",
                    f"大项{category.code}“{category.name}”的小项分值之和为{plain(sum(caps, Decimal(0)))}，"
                    f"应等于大项分值{plain(category.points)}。请调整小项分值。",
                )
            )
    total = sum((category.points for category in sheet.categories), Decimal(0))
    if total != FULL_POINTS:
        errors.append(StandardError(None, "", f"各大项分值之和为{plain(total)}，应为100。请调整大项分值。"))
    return errors


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _split(text: str) -> Iterator[str]:
    for part in _half_width(text).split("|"):
        if part.strip():
            yield part.strip()
