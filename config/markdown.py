"""The Markdown that our own pages use, as HTML: headings, paragraphs, lists, tables, bold, code, links, pictures.

Everything else is text and comes out escaped; there is no raw HTML. Where links and pictures lead is decided by the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe

Address = Callable[[str], str]  # target as written → address; ValueError if it leads nowhere

HEADING = re.compile(r"(#{1,3}) +(.+)")
MARKER = re.compile(r"([-*]|\d+\.) +(.+)")
RULE = re.compile(r"\|[\s:|-]+\|?")
INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<bold>.+?)\*\*"
    r"|!\[(?P<alt>[^\]]*)\]\((?P<picture>[^)\s]+)\)|\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)"
)


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, as HTML; the first has no heading if the page begins with text."""

    anchor: str
    heading: str
    level: int
    html: SafeString

    @property
    def words(self) -> str:
        """Its text alone, for searching."""
        return " ".join(strip_tags(self.html).split())


@dataclass(frozen=True)
class Document:
    title: str  # of the only heading of the first level
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Renderer:
    """Turns a page into sections. ValueError (from `link` or `picture`) for an address that leads nowhere."""

    link: Address
    picture: Address

    def document(self, text: str) -> Document:
        title = ""
        found: list[Section] = []
        heading, level, lines = "", 2, list[str]()
        for line in [*text.splitlines(), "## "]:
            match = HEADING.fullmatch(line) if line != "## " else None
            if match and match[1] == "#":
                title = match[2]
            elif match or line == "## ":
                if heading or any(each.strip() for each in lines):
                    found.append(Section(f"s{len(found) + 1}", heading, level, self.blocks(lines)))
                if match:
                    heading, level, lines = match[2], len(match[1]), []
            else:
                lines.append(line)
        return Document(title, tuple(found))

    def blocks(self, lines: list[str]) -> SafeString:
        made = []
        for block in split(lines):
            if block[0].startswith("|") and not RULE.fullmatch(
                block[0]
            ):  # a table begins with its head, not with the rule
                made.append(self.table(block))
            elif MARKER.match(block[0]):
                made.append(self.items(block))
            else:
                made.append(format_html("<p>{}</p>", self.inline(joined(block))))
        return mark_safe("".join(made))  # noqa: S308 (each part is made by format_html)

    def items(self, block: list[str]) -> SafeString:
        """A list; what is indented under an item belongs to it: more of its text, or a list of its own."""
        entries: list[list[str]] = []
        for line in block:
            match = MARKER.match(line)
            if match:
                entries.append([match[2]])
            else:
                entries[-1].append(line.strip() if not MARKER.match(line.strip()) else dedented(line))
        cells = [(self.item(entry),) for entry in entries]
        tag = "ol" if block[0][0].isdigit() else "ul"
        return format_html("<{0}>{1}</{0}>", mark_safe(tag), format_html_join("", "<li>{}</li>", cells))  # noqa: S308

    def item(self, entry: list[str]) -> SafeString:
        nested = next((number for number, line in enumerate(entry) if number and MARKER.match(line)), len(entry))
        text = self.inline(joined(entry[:nested]))
        return text if nested == len(entry) else format_html("{}{}", text, self.items(entry[nested:]))

    def table(self, block: list[str]) -> SafeString:
        head, *rows = [cells_of(line) for line in block if not RULE.fullmatch(line)]
        body = format_html_join(
            "", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", self.cells(row)),) for row in rows)
        )
        return format_html(
            '<div class="table-scroll" tabindex="0" role="region" aria-label="{}"><table class="table data-table">'
            "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
            "、".join(head),
            format_html_join("", '<th scope="col">{}</th>', self.cells(head)),
            body,
        )

    def cells(self, row: list[str]) -> list[tuple[SafeString]]:
        return [(self.inline(cell),) for cell in row]

    def inline(self, text: str) -> SafeString:
        parts, at = [], 0
        for match in INLINE.finditer(text):
            parts += [escape(text[at : match.start()]), self.marked(match)]
            at = match.end()
        return mark_safe("".join([*parts, escape(text[at:])]))  # noqa: S308 (every part is escaped)

    def marked(self, match: re.Match[str]) -> SafeString:
        if match["code"]:
            return format_html("<code>{}</code>", match["code"])
        if match["bold"]:
            return format_html("<strong>{}</strong>", self.inline(match["bold"]))
        if match["picture"]:
            source = self.picture(match["picture"])
            return format_html('<img class="handbook-picture" src="{}" alt="{}" loading="lazy">', source, match["alt"])
        return format_html('<a href="{}">{}</a>', self.link(match["target"]), self.inline(match["text"]))


def split(lines: list[str]) -> list[list[str]]:
    """Paragraphs, lists and tables, each with its lines; a list or table may follow a paragraph without a blank line."""
    blocks: list[list[str]] = []
    before = ""
    for line in lines:
        kind = kind_of(line)
        goes_on = kind == before or (kind == "indented" and before in ("ordered", "bullets"))
        if kind and goes_on:
            blocks[-1].append(line)
        elif kind:
            blocks.append([line.strip() if kind == "indented" else line])
        before = before if kind == "indented" and goes_on else kind
    return blocks


def kind_of(line: str) -> str:
    if not line.strip():
        return ""
    if line.startswith("|"):
        return "table"
    if line[0] in " \t":
        return "indented"
    match = MARKER.match(line)
    return "text" if not match else "ordered" if match[1][0].isdigit() else "bullets"


def dedented(line: str) -> str:
    """Without the indentation that puts it under an item (two or three columns)."""
    return line[3:] if line.startswith("   ") else line[2:]


def joined(lines: list[str]) -> str:
    """Lines of one paragraph: Chinese goes on without a space."""
    text = ""
    for line in lines:
        gap = " " if text and text[-1].isascii() and line[:1].isascii() else ""
        text += gap + line.strip()
    return text


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
