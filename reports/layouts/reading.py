"""Reading a Word file back: its paragraphs and cells in order, each with the place where it stands."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

MOST_TEXT = 2_000_000  # characters; more is no summary


class Unreadable(ValueError):
    """The file cannot be read; the message says what to do."""


def paragraphs_of(content: bytes) -> list[tuple[str, str]]:
    """(place, text) of every paragraph and table cell; the place is the last heading above it, or 开头."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Unreadable("这个 Word 文件打不开。请在 WPS 或 Word 里另存为 .docx 后再传。") from error
    place, found, size = "开头", [], 0
    for text, heading in walked(document):
        if heading and text.strip():
            place = text.strip()[:40]
        size += len(text)
        if size > MOST_TEXT:
            raise Unreadable("文件太长，不像是工作总结。请核对后再传。")
        if text.strip():
            found.append((place, text))
    return found


def walked(document: Any) -> Iterator[tuple[str, bool]]:
    """Text and whether it is a heading, in the order of the file; tables cell by cell, merged cells once."""
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                seen = set()
                for cell in row.cells:
                    if cell._tc not in seen:
                        seen.add(cell._tc)
                        yield cell.text, False
        else:
            yield block.text, is_heading(block)


def is_heading(paragraph: Any) -> bool:
    """By its style, or (WPS often drops styles) by the number before it."""
    name = (paragraph.style.name or "") if paragraph.style is not None else ""
    text = paragraph.text.strip()
    numbered = text[:1] in "一二三四五六七八九十（" and ("、" in text[:3] or "）" in text[:4]) and len(text) <= 40
    return name.startswith(("Heading", "标题")) or numbered
