"""Finding the header row under the titles, and which column holds which field."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from staff.imports.reading import Row, Sheet, SheetError

SEARCHED_ROWS = 20
GOOD_SHARE = 2 / 3
ALIKE = 0.8
FOOTER_WORDS = ("填表人", "审核人", "制表人", "负责人", "说明", "备注：", "注：", "合计", "总计", "小计")


@dataclass(frozen=True)
class FieldSpec:
    """A field of an importable register, as sheets call it."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    kind: str = "text"  # text | date | datetime | integer | decimal | choice
    choices: tuple[str, ...] = ()

    def with_choices(self, choices: Sequence[str]) -> FieldSpec:
        return replace(self, choices=tuple(str(choice) for choice in choices))


@dataclass(frozen=True)
class ColumnMatch:
    index: int
    header: str
    field: str = ""
    how: str = ""  # 列名, 记住的, 相近


@dataclass(frozen=True)
class HeaderMatch:
    header_row: int  # counted from 1
    columns: tuple[ColumnMatch, ...]
    missing: tuple[str, ...]  # labels of required fields without a column


def bare(text: Any) -> str:
    """A header without what differs from sheet to sheet: width, spaces, line breaks, units in brackets, marks."""
    plain = unicodedata.normalize("NFKC", str(text or ""))
    plain = re.sub(r"[(\[【〔].*?[)\]】〕]", "", plain)
    return re.sub(r"[\s*＊:：、]", "", plain).casefold()


def match_headers(sheet: Sheet, specs: Sequence[FieldSpec], remembered: Mapping[str, str]) -> HeaderMatch:
    """Find the header row and propose a field for every column.

    Raises SheetError: no row looks like a header, or a field's column stands twice. Checks the body as well.
    """
    known = _known_names(specs)
    known |= {bare(header): field for header, field in remembered.items()}
    header_row = _find_header(sheet, known)
    texts = _joined(sheet, header_row, known)
    sheet.check_body(header_row)
    columns = _propose(texts, known, {bare(header) for header in remembered}, specs)
    found = {column.field for column in columns}
    missing = tuple(spec.label for spec in specs if spec.required and spec.name not in found)
    return HeaderMatch(header_row, tuple(columns), missing)


def _known_names(specs: Sequence[FieldSpec]) -> dict[str, str]:
    return {bare(name): spec.name for spec in specs for name in (spec.label, *spec.aliases, spec.name)}


def _find_header(sheet: Sheet, known: Mapping[str, str]) -> int:
    """The row with the largest share of known names, if at least two are known."""
    best, best_score = 0, 0.0
    for number, cells in list(sheet.numbered())[:SEARCHED_ROWS]:
        texts = [bare(cell) for cell in cells if cell not in (None, "")]
        hits = sum(text in known for text in texts)
        score = hits / len(texts) + hits / 100 if hits >= 2 else 0
        if score > best_score:
            best, best_score = number, score
    if not best:
        raise SheetError(
            "header", f"前 {SEARCHED_ROWS} 行里没有找到表头。表头应含有“责任单位”这样的列名；可以下载模板对照。"
        )
    return best


def _joined(sheet: Sheet, header_row: int, known: Mapping[str, str]) -> list[str]:
    """The header's texts; a cell that is empty because its head is merged over two rows takes the text above."""
    cells = [str(cell).strip() if cell is not None else "" for cell in sheet.rows[header_row - 1]]
    above = sheet.rows[header_row - 2] if header_row >= 2 else []
    for index, text in enumerate(cells):
        parent = above[index] if index < len(above) else None
        if not text and parent is not None and bare(parent) in known:
            cells[index] = str(parent).strip()
    return cells


def _propose(
    texts: Sequence[str], known: Mapping[str, str], remembered: set[str], specs: Sequence[FieldSpec]
) -> list[ColumnMatch]:
    columns, taken = [], {}
    doubled: list[str] = []
    for index, text in enumerate(texts):
        field = known.get(bare(text), "") if text else ""
        if field and field in taken:
            doubled.append(text)
        if field:
            taken[field] = index
        how = "记住的" if bare(text) in remembered else "列名"
        columns.append(ColumnMatch(index, text, field, how if field else ""))
    if doubled:
        raise SheetError("doubled", f"表头重复：{'、'.join(doubled)}。同一内容只能有一列，请删去多余的列后上传。")
    return [_alike(column, known, taken) if column.header and not column.field else column for column in columns]


def _alike(column: ColumnMatch, known: Mapping[str, str], taken: dict[str, int]) -> ColumnMatch:
    close = difflib.get_close_matches(bare(column.header), list(known), n=1, cutoff=ALIKE)
    field = known[close[0]] if close else ""
    if not field or field in taken:
        return column
    taken[field] = column.index
    return replace(column, field=field, how="相近")


def header_cells(sheet: Sheet, header_row: int) -> list[str]:
    """The header as printed, for column choices and for the sheet of wrong rows."""
    return _joined(sheet, header_row, {})


def is_footer(cells: Sequence[Any]) -> bool:
    """A line below the body that is no row: 合计, 填表人, 说明."""
    filled = [cell for cell in cells if cell not in (None, "")]
    first = str(filled[0]).strip() if filled else ""
    return len(filled) <= 4 and first.startswith(FOOTER_WORDS)


def body_rows(sheet: Sheet, header_row: int) -> Iterator[Row]:
    """The rows below the header that hold anything, without totals and signatures."""
    for number, cells in enumerate(sheet.rows[header_row:], header_row + 1):
        if any(cell not in (None, "") for cell in cells) and not is_footer(cells):
            yield number, cells
