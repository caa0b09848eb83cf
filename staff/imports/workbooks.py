"""Writing .xlsx: lists as the office prints them, templates to fill in, wrong rows with their reasons.

Rows stream through openpyxl's write-only mode; values, never formulas, and text that looks like a formula stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from staff.imports.headers import FieldSpec
from staff.imports.values import shown

Target = str | Path | IO[bytes]

TITLE_FONT = Font(name="黑体", size=16)
HEAD_FONT = Font(name="黑体", size=11)
EXAMPLE_FONT = Font(name="宋体", size=11, color="808080")
WRONG_FILL = PatternFill("solid", start_color="FFF2CC")
HEAD_FILL = PatternFill("solid", start_color="EEF2F7")
THIN = Side(style="thin", color="999999")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
WIDTH_SAMPLE = 50
TEMPLATE_ROWS = 2_000


def safe_cell(sheet: Any, value: Any) -> Any:
    """The value as it may stand in a cell: what Excel would run as a formula is pinned down as text."""
    if type(value) is str:
        if not value.isprintable():
            value = writable(value)
        if value.startswith("="):
            cell = WriteOnlyCell(sheet, value)
            cell.data_type = "s"
            return cell
        return value
    if isinstance(value, datetime) and value.tzinfo is not None:
        return timezone.make_naive(value)
    return (
        value if value is None or isinstance(value, (int, float, Decimal)) or hasattr(value, "year") else shown(value)
    )


def writable(value: str) -> str:
    """Text without what XML cannot carry (control characters, lone surrogates): one such cell would stop the file."""
    return ILLEGAL_CHARACTERS_RE.sub("", value).encode("utf-8", "ignore").decode("utf-8")


def neutral_text(value: str) -> str:
    """For CSV, which has no types: an apostrophe before what a spreadsheet would run."""
    return f"'{value}" if value.startswith(DANGEROUS) else value


def styled(
    sheet: Any, value: Any, *, font: Font | None = None, fill: PatternFill | None = None, box: bool = False
) -> Any:
    cell = WriteOnlyCell(sheet, writable(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    if box:
        cell.border, cell.alignment = BOX, CENTRED
    return cell


@dataclass(frozen=True)
class SheetOf:
    """One sheet of a book: what it is called, its head and its rows."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]
    note: str = ""


def write_table(
    target: Target,
    *,
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    note: str = "",
    prepared_by: str = "",
) -> int:
    """Write a list: title, unit and date, head, rows, 填表人/审核人; A4 landscape, head repeated. Returns the row count."""
    return write_book(target, [SheetOf(title, head, rows, note)], prepared_by=prepared_by)


def write_book(target: Target, sheets: Iterable[SheetOf], *, prepared_by: str = "") -> int:
    """Several such lists, a sheet each. Returns how many rows there are in all."""
    book = Workbook(write_only=True)
    count = sum(_add_sheet(book, each, prepared_by) for each in sheets)
    book.save(target)
    return count


def _add_sheet(book: Workbook, each: SheetOf, prepared_by: str) -> int:
    sheet = book.create_sheet(safe_title(each.title))
    ahead, rest = _peek(each.rows)
    _set_up_page(sheet, each.head, ahead)
    sheet.append([styled(sheet, each.title, font=TITLE_FONT)])
    sheet.append([safe_cell(sheet, each.note or f"制表日期：{timezone.localdate()}")])
    sheet.append([styled(sheet, text, font=HEAD_FONT, fill=HEAD_FILL, box=True) for text in each.head])
    count = 0
    for row in rest:
        sheet.append([safe_cell(sheet, value) for value in row])
        count += 1
    sheet.append([])
    sheet.append([writable(f"填表人：{prepared_by}"), None, "审核人："])
    return count


def safe_title(text: str) -> str:
    return "".join(character for character in text if character not in "[]:*?/\\")[:31] or "表"


def _peek(rows: Iterable[Sequence[Any]]) -> tuple[list[Sequence[Any]], Iterator[Sequence[Any]]]:
    """The first rows, to choose widths by, and all of them again."""
    stream = iter(rows)
    ahead = [row for _, row in zip(range(WIDTH_SAMPLE), stream, strict=False)]

    def again() -> Iterator[Sequence[Any]]:
        yield from ahead
        yield from stream

    return ahead, again()


def _set_up_page(sheet: Any, head: Sequence[str], sample: Sequence[Sequence[Any]]) -> None:
    for index, text in enumerate(head):
        longest = max([width_of(text), *(width_of(row[index]) for row in sample if index < len(row))])
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(48, longest + 2)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    sheet.freeze_panes = "A4"


def width_of(value: Any) -> int:
    """Columns that a value takes: a Chinese character counts two."""
    text = "" if value is None else shown(value)
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def write_template(target: Target, *, title: str, fields: Sequence[FieldSpec]) -> None:
    """An empty sheet to fill in: heads (required ones with *), an example in grey, drop-downs, a page of explanations."""
    book = Workbook()
    sheet = book.active
    sheet.title = safe_title(title)
    for index, field in enumerate(fields, 1):
        head = sheet.cell(1, index, f"{field.label}*" if field.required else field.label)
        head.font, head.fill, head.border, head.alignment = HEAD_FONT, HEAD_FILL, BOX, CENTRED
        example = sheet.cell(2, index, field.example)
        example.font, example.number_format, example.data_type = EXAMPLE_FONT, "@", "s"
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = max(width_of(field.label), width_of(field.example), 10) + 4
    sheet.freeze_panes = "A2"
    _add_drop_downs(book, sheet, fields)
    _add_explanations(book, fields)
    book.save(target)


def _add_drop_downs(book: Workbook, sheet: Any, fields: Sequence[FieldSpec]) -> None:
    """Lists stand on a hidden sheet: Excel allows only 255 characters in the rule itself."""
    lists = book.create_sheet("选项")
    lists.sheet_state = "hidden"
    for index, field in enumerate(fields, 1):
        if not field.choices:
            continue
        letter = get_column_letter(index)
        for row, choice in enumerate(field.choices, 1):
            lists.cell(row, index, choice)
        name = f"choices_{field.name}"
        book.defined_names[name] = DefinedName(name, attr_text=f"'选项'!${letter}$1:${letter}${len(field.choices)}")
        rule = DataValidation(type="list", formula1=f"={name}", allow_blank=not field.required, showErrorMessage=False)
        rule.add(f"{letter}2:{letter}{TEMPLATE_ROWS}")
        sheet.add_data_validation(rule)


def _add_explanations(book: Workbook, fields: Sequence[FieldSpec]) -> None:
    kinds = {
        "text": "文字",
        "date": "日期，如 2026-03-05",
        "datetime": "日期或日期加时间，如 2026-03-05 14:30",
        "integer": "整数",
        "decimal": "数字",
        "choice": "从下拉选项中选",
    }
    page = book.create_sheet("填写说明")
    for column, (text, width) in enumerate((("列", 16), ("必填", 8), ("怎么填", 36), ("也认这些列名", 40)), 1):
        page.cell(1, column, text).font = HEAD_FONT
        page.column_dimensions[get_column_letter(column)].width = width
    for row, field in enumerate(fields, 2):
        page.append([field.label, "是" if field.required else "", kinds.get(field.kind, ""), "、".join(field.aliases)])
        page.row_dimensions[row].height = 18
    page.append([])
    page.append(["第 2 行是示例，填写前请删去。一行一个问题；不要合并单元格，不要用公式。"])


def write_errors(
    target: Target,
    *,
    header: Sequence[str],
    wrong_rows: Iterable[tuple[int, Sequence[Any], Sequence[tuple[int | None, str]]]],
) -> None:
    """The wrong rows as they came, with 行号 and 问题 in front, the offending cells marked. Ready to mend and upload."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("有误的行")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 8, 60
    sheet.freeze_panes = "C2"
    heads = ["原行号", "问题", *header]
    sheet.append([styled(sheet, text, font=HEAD_FONT, fill=HEAD_FILL, box=True) for text in heads])
    for number, cells, problems in wrong_rows:
        marked = {index for index, _ in problems if index is not None}
        row: list[Any] = [number, safe_cell(sheet, "；".join(text for _, text in problems))]
        for index in range(max(len(header), len(cells))):
            value = cells[index] if index < len(cells) else None
            text = value if value is None or isinstance(value, (int, float)) or hasattr(value, "year") else shown(value)
            row.append(styled(sheet, text, fill=WRONG_FILL) if index in marked else safe_cell(sheet, text))
        sheet.append(row)
    book.save(target)
