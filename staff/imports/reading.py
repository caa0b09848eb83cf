"""Opening a sheet that somebody brought: by content, within limits, with a message for everything that is refused.

calamine reads the cells (thirteen to twenty times faster than openpyxl). What it does not tell — formulas, merged
cells, sizes — is looked up in the file's own XML before.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MAX_ROWS = 100_000
MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO = 200  # honest sheets pack 5 to 30 times
MAX_PARTS = 2_000
MAX_COLUMNS = 200
HEAD_ROWS = 30  # title and header rows are allowed on top of the data rows
SHOWN_CELLS = 5
PIECE, UNPACKED_PIECE = 64 * 1024, 1024 * 1024
LOCAL_HEADER = struct.Struct("<4s5H3L2H")  # of a zip entry: …, length of its name, of its extra field

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Row = tuple[int, Sequence[Any]]


class SheetError(Exception):
    """The sheet cannot be taken. `message` (Chinese) says why and what to do; `code` is for tests and logs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Sheet:
    """One sheet in memory: rows as lists of plain values, numbered from 1 as the user sees them."""

    name: str
    rows: list[list[Any]]
    merged: tuple[tuple[int, int], ...] = ()  # first and last row of each merged range
    formulas: tuple[tuple[int, str], ...] = ()  # row and address of the first formulas
    names: tuple[str, ...] = field(default=())

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def numbered(self) -> Iterator[Row]:
        return enumerate(self.rows, 1)

    def check_body(self, header_row: int) -> None:
        """Below the header: no merged cells, no formulas, some rows, not too many."""
        merged = [rows for rows in self.merged if rows[1] > header_row]
        if merged:
            raise SheetError(
                "merged",
                f"表头以下有合并单元格（第{merged[0][0]}行起，共 {len(merged)} 处）。请取消合并、每行填全后再上传。",
            )
        formulas = [address for row, address in self.formulas if row > header_row]
        if formulas:
            raise SheetError(
                "formulas",
                f"表里有公式（{'、'.join(formulas[:SHOWN_CELLS])} 等）。请全选复制，“选择性粘贴→数值”后再上传。",
            )
        body = sum(any(cell not in (None, "") for cell in row) for row in self.rows[header_row:])
        if body == 0:
            raise SheetError("empty", "表里没有数据行。请确认选对了工作表，表头下面有内容。")
        if body > MAX_ROWS:
            raise too_many_rows(body)


def too_many_rows(count: int) -> SheetError:
    return SheetError("rows", f"表里有 {count} 行，超过 {MAX_ROWS} 行的上限。请拆成几份后分别导入。")


def open_sheet(path: Path, *, sheet: str | None = None) -> Sheet:
    """Read one sheet of an .xlsx or .xls file: the named one, else the first visible one that holds anything."""
    if path.stat().st_size > MAX_BYTES:
        raise SheetError("size", f"文件超过 {MAX_BYTES // 1_048_576} MB。请拆成几份后分别导入。")
    with path.open("rb") as source:
        start = source.read(8)
    if start.startswith(ZIP):
        facts = _scan_package(path)
    elif start == OLE:
        _refuse_encrypted(path)
        facts = {}
    else:
        raise SheetError("format", _what_it_is(path, start))
    return _read(path, sheet, facts)


def _what_it_is(path: Path, start: bytes) -> str:
    with path.open("rb") as source:
        text = source.read(2_000).lstrip().lower()
    if not start:
        return "文件是空的。请重新保存后上传。"
    if text.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"\xef\xbb\xbf<")):
        return "这是网页导出的表，只是后缀写成了 .xls。请用 WPS 或 Excel 打开，另存为 .xlsx 后上传。"
    return "这不是 Excel 或 WPS 表格。请另存为 .xlsx 后上传；CSV 可以打开后复制粘贴。"


def _refuse_encrypted(path: Path) -> None:
    """An encrypted .xlsx is an OLE file with a stream of that name (UTF-16 in its directory)."""
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise encrypted()


def encrypted() -> SheetError:
    return SheetError("encrypted", "文件加了密码，打不开。请在 WPS 或 Excel 里取消密码保护后再上传。")


def corrupt() -> SheetError:
    return SheetError("corrupt", "文件已损坏，读不出来。请在 WPS 或 Excel 里打开，另存为 .xlsx 后再上传。")


@dataclass(frozen=True)
class _Facts:
    merged: tuple[tuple[int, int], ...]
    formulas: tuple[tuple[int, str], ...]


def _scan_package(path: Path) -> dict[str, _Facts]:
    """Sizes first (a bomb is never unpacked), then merged ranges and formulas of every sheet, by its name."""
    try:
        with zipfile.ZipFile(path) as package:
            _check_sizes(package, path.stat().st_size)
            parts = set(package.namelist())
            if "xl/workbook.xml" not in parts:
                raise SheetError(
                    "format", "这不是 Excel 或 WPS 表格（可能是 Word 文档或压缩包）。请另存为 .xlsx 后上传。"
                )
            return {name: _scan_sheet(package, part) for name, part in _sheet_parts(package) if part in parts}
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        EOFError,
        OSError,
        KeyError,
        ValueError,
        NotImplementedError,
        struct.error,
        zlib.error,
    ) as error:
        raise corrupt() from error
    except RuntimeError as error:  # zipfile's word for a password
        raise encrypted() from error


def _check_sizes(package: zipfile.ZipFile, size: int) -> None:
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > max(size, 50_000) * MAX_RATIO:
        raise bomb()
    if any(entry.flag_bits & 1 for entry in entries):
        raise encrypted()
    for entry in entries:
        _check_true_size(package, entry)


def bomb() -> SheetError:
    return SheetError("bomb", "文件解压后异常巨大，已拒绝打开。请用 WPS 新建表格，只粘贴需要的内容后上传。")


def _check_true_size(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """The directory of a zip can lie: unpack piece by piece, keep nothing, stop at the size it claims."""
    if entry.compress_type != zipfile.ZIP_DEFLATED or package.fp is None:
        return
    package.fp.seek(entry.header_offset)
    header = package.fp.read(LOCAL_HEADER.size)
    name_length, extra_length = LOCAL_HEADER.unpack(header)[-2:]
    package.fp.seek(name_length + extra_length, io.SEEK_CUR)
    inflater, left, size = zlib.decompressobj(-zlib.MAX_WBITS), entry.compress_size, 0
    while left > 0 and not inflater.eof:
        packed = package.fp.read(min(left, PIECE))
        if not packed:  # the directory points beyond the end of the file
            raise corrupt()
        left -= len(packed)
        while packed:
            size += len(inflater.decompress(packed, UNPACKED_PIECE))
            packed = inflater.unconsumed_tail
            if size > entry.file_size:
                raise bomb()


def _parse(package: zipfile.ZipFile, part: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    return etree.fromstring(package.read(part), parser)


def _sheet_parts(package: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(sheet name, part of the package) from the workbook and its relationships."""
    relations = {node.get("Id"): node.get("Target", "") for node in _parse(package, "xl/_rels/workbook.xml.rels")}
    found = []
    for node in _parse(package, "xl/workbook.xml").iter(f"{MAIN}sheet", f"{STRICT}sheet"):
        target = relations.get(node.get(RELATION), "") or ""
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found.append((node.get("name", ""), part))
    return found


def _scan_sheet(package: zipfile.ZipFile, part: str) -> _Facts:
    """A cheap look for <f> and <mergeCell>; only a sheet that has them is parsed, as a stream."""
    content = package.read(part)
    if b"<f" not in content and b"<mergeCell" not in content and b":f" not in content:
        return _Facts((), ())
    merged, formulas, address = [], [], ""
    tags = [f"{space}{tag}" for space in (MAIN, STRICT) for tag in ("c", "f", "mergeCell")]
    stream = etree.iterparse(
        io.BytesIO(content), events=("start", "end"), tag=tags, resolve_entities=False, no_network=True, huge_tree=False
    )
    for event, node in stream:
        tag = etree.QName(node).localname
        if event == "start":
            address = node.get("r", "") if tag == "c" else address
            continue
        if tag == "f" and len(formulas) < 1_000:
            formulas.append((_row_of(address), address))
        elif tag == "mergeCell":
            first, _, last = node.get("ref", "").partition(":")
            merged.append((_row_of(first), _row_of(last or first)))
        if tag != "f":
            node.clear()
    return _Facts(tuple(merged), tuple(formulas))


def _row_of(address: str) -> int:
    digits = "".join(character for character in address if character.isdigit())
    return int(digits) if digits else 0


def _read(path: Path, wanted: str | None, facts: dict[str, _Facts]) -> Sheet:
    try:
        with (
            path.open("rb") as source,
            closing(CalamineWorkbook.from_filelike(source)) as book,
        ):  # from_path trusts the name
            names = [
                meta.name
                for meta in book.sheets_metadata
                if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
            ]
            if wanted is not None and wanted not in names:
                raise SheetError("sheet", f"文件里没有工作表“{wanted}”。")
            for name in [wanted] if wanted else names:
                rows = _rows(book, name)
                if rows or name == wanted:
                    known = facts.get(name, _Facts((), ()))
                    return Sheet(name, rows, known.merged, known.formulas, tuple(names))
    except CalamineError as error:
        if "assword" in str(error) or "ncrypt" in str(error):
            raise encrypted() from error
        raise corrupt() from error
    except BaseException as error:
        if (
            type(error).__name__ == "PanicException"
        ):  # calamine's own fault on a damaged file; no Exception, not importable
            raise corrupt() from error
        raise
    raise SheetError("empty", "文件里没有可见的、有内容的工作表。请确认数据没有放在隐藏的工作表里。")


def _rows(book: CalamineWorkbook, name: str) -> list[list[Any]]:
    """All rows from the sheet's first one, plain values; stops early when there are too many."""
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS + HEAD_ROWS:
        raise too_many_rows(sheet.total_height)
    if sheet.total_width > MAX_COLUMNS:
        raise SheetError("columns", f"表有 {sheet.total_width} 列，超过 {MAX_COLUMNS} 列。请删去多余的列后上传。")
    rows: list[list[Any]] = []
    start = sheet.start
    if start is None:
        return rows
    pad = [None] * start[1]  # iter_rows begins at the first row, but at the first filled column
    rows.extend(pad + [plain(cell) for cell in cells] for cells in sheet.iter_rows())
    while rows and not any(cell not in (None, "") for cell in rows[-1]):
        rows.pop()
    return rows


def plain(cell: Any) -> Any:
    """calamine's value as the user sees it: whole numbers without .0, an empty cell as None."""
    kind = type(cell)
    if kind is str:
        return cell or None
    if kind is float:
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if kind is timedelta:
        return (datetime.min + cell).time() if timedelta() <= cell < timedelta(days=1) else str(cell)  # noqa: DTZ901 -- clock time
    if cell is None or isinstance(cell, (int, date, datetime, time, bool)):
        return cell
    return str(cell)


def from_pasted(text: str) -> Sheet:
    """A block copied in WPS or Excel: tab-separated, cells with line breaks in quotes."""
    if "\0" in text:
        raise SheetError("format", "粘贴的内容里有无法识别的字符。请在 WPS 里重新选中区域，复制后粘贴。")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not lines.strip():
        raise SheetError("empty", "没有粘贴内容。请在 WPS 里选中连表头在内的区域，复制后粘贴到这里。")
    if "\t" not in lines:
        raise SheetError(
            "format", "粘贴的内容不是表格（没有分列）。请在 WPS 里选中单元格区域后复制，不要从文字中复制。"
        )
    try:
        rows = [[cell.strip() or None for cell in row] for row in csv.reader(io.StringIO(lines), delimiter="\t")]
    except csv.Error as error:
        raise SheetError("format", "粘贴的内容读不出来（单元格内容过长或引号不成对）。请改用上传文件。") from error
    if len(rows) > MAX_ROWS + HEAD_ROWS:
        raise too_many_rows(len(rows))
    return Sheet("粘贴", rows)
