"""The text of a section: plain Chinese with tokens. A small parser of ours, with no access to objects.

{{ key }}, {{ key | 写法 }}, {{ key:parameter | 写法 }}, {{ ? claim }}, {{ table key }}, {{ chart key }}
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reports.sentences import STYLES

OPEN, CLOSE = "{{", "}}"
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
# Numbers that need no source: years, months, days, document numbers, list numbers at the start of a line.
UNSUSPICIOUS = re.compile(r"\d{4}年|\d{1,2}月|\d{1,2}日|〔\d{4}〕\d+号|^\s*\d+[.、]|第\d+", re.MULTILINE)


class Role(StrEnum):
    FIGURE = "figure"
    CLAIM = "claim"
    TABLE = "table"
    CHART = "chart"


@dataclass(frozen=True)
class Text:
    text: str

    @property
    def source(self) -> str:
        return self.text


@dataclass(frozen=True)
class Token:
    role: Role
    key: str
    parameter: str | None = None
    style: str = ""
    line: int = 1
    column: int = 1

    @property
    def name(self) -> str:
        return f"{self.key}:{self.parameter}" if self.parameter is not None else self.key

    @property
    def source(self) -> str:
        prefix = {Role.FIGURE: "", Role.CLAIM: "? ", Role.TABLE: "table ", Role.CHART: "chart "}[self.role]
        style = f" | {self.style}" if self.style else ""
        return f"{OPEN} {prefix}{self.name}{style} {CLOSE}"


Node = Text | Token


@dataclass(frozen=True)
class TokenError:
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"第{self.line}行第{self.column}字：{self.message}"


@dataclass(frozen=True)
class Known:
    """The keys that may be used, by role; None = any (used where only the form of the text matters)."""

    figures: Collection[str]
    claims: Collection[str]
    tables: Collection[str]
    charts: Collection[str]

    def of(self, role: Role) -> Collection[str]:
        return {Role.FIGURE: self.figures, Role.CLAIM: self.claims, Role.TABLE: self.tables, Role.CHART: self.charts}[
            role
        ]


@dataclass
class Parsed:
    nodes: list[Node] = field(default_factory=list)
    errors: list[TokenError] = field(default_factory=list)

    @property
    def tokens(self) -> list[Token]:
        return [node for node in self.nodes if isinstance(node, Token)]


def parse(text: str, known: Known | None = None) -> Parsed:
    """Split into text and tokens; every error with its line and column, none skipped."""
    parsed, position = Parsed(), 0
    while (start := text.find(OPEN, position)) >= 0:
        _add_text(parsed, text, position, start)
        end = text.find(CLOSE, start)
        again = text.find(OPEN, start + len(OPEN))
        if end < 0 or 0 <= again < end:
            parsed.errors.append(_error(text, start, "“{{”没有对应的“}}”，请补上或删去。"))
            position = start + len(OPEN)
            continue
        token = _token(text, start, text[start + len(OPEN) : end], known, parsed.errors)
        if token is not None:
            parsed.nodes.append(token)
        position = end + len(CLOSE)
    _add_text(parsed, text, position, len(text))
    return parsed


def _add_text(parsed: Parsed, text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if not piece:
        return
    stray = piece.find(CLOSE)
    if stray >= 0:
        parsed.errors.append(_error(text, start + stray, "多了一个“}}”，请删去。"))
    parsed.nodes.append(Text(piece))


def _error(text: str, position: int, message: str) -> TokenError:
    line = text.count("\n", 0, position) + 1
    return TokenError(line, position - text.rfind("\n", 0, position), message)


def _token(text: str, start: int, inside: str, known: Known | None, errors: list[TokenError]) -> Token | None:
    """One token, or None with the reason appended to `errors`."""
    body, bar, style = (part.strip() for part in inside.partition("|"))
    role, name = _role(body)
    key, colon, parameter = (part.strip() for part in name.partition(":"))
    if not KEY.fullmatch(key) or (colon and not parameter):
        errors.append(_error(text, start, f"“{body or '空'}”不是有效的数据名称。请从数据列表里点选插入。"))
        return None
    if bar and (role is not Role.FIGURE or style not in STYLES):
        errors.append(_error(text, start, f"没有“{style}”这种写法。可用：{'、'.join(STYLES)}。"))
        return None
    if known is not None and key not in known.of(role):
        close = difflib.get_close_matches(key, list(known.of(role)), n=1, cutoff=0.6)
        hint = f"是不是“{close[0]}”？" if close else "请从数据列表里点选插入。"
        errors.append(_error(text, start, f"没有“{key}”这个数据。{hint}"))
        return None
    place = _error(text, start, "")
    return Token(role, key, parameter or None, style, place.line, place.column)


def _role(body: str) -> tuple[Role, str]:
    if body.startswith(("?", "？")):
        return Role.CLAIM, body[1:].strip()
    word, _, rest = body.partition(" ")
    if word in (Role.TABLE, Role.CHART):
        return Role(word), rest.strip()
    return Role.FIGURE, body


def source(nodes: Sequence[Node]) -> str:
    """The text that these nodes were parsed from, tokens in their standard spelling."""
    return "".join(node.source for node in nodes)


@dataclass(frozen=True)
class Span:
    """A piece of the finished text. A figure has its token's name and address; `amber` marks a number without source."""

    text: str
    name: str = ""
    url: str = ""
    role: str = "text"
    amber: bool = False
    note: str = ""


def render(nodes: Sequence[Node], resolve: Callable[[Token], Span]) -> list[list[Span]]:
    """Paragraphs of spans: tokens resolved, typed numbers without a source marked. Empty paragraphs are dropped."""
    paragraphs: list[list[Span]] = [[]]
    for node in nodes:
        if isinstance(node, Token):
            paragraphs[-1].append(resolve(node))
            continue
        for number, line in enumerate(node.text.split("\n")):
            if number:
                paragraphs.append([])
            paragraphs[-1].extend(marked(line))
    return [spans for spans in paragraphs if any(span.text.strip() or span.role != "text" for span in spans)]


def marked(line: str) -> Iterator[Span]:
    """Text with the numbers that somebody typed marked amber."""
    position = 0
    for start, end in numbers_without_source(line):
        if start > position:
            yield Span(line[position:start])
        yield Span(line[start:end], amber=True, note="手填数字，没有出处")
        position = end
    if position < len(line):
        yield Span(line[position:])


def numbers_without_source(text: str) -> list[tuple[int, int]]:
    """Where digits stand that are no date, document number or list number: (start, end) of each."""
    safe = [match.span() for match in UNSUSPICIOUS.finditer(text)]
    return [
        match.span()
        for match in NUMBER.finditer(text)
        if not any(start <= match.start() and match.end() <= end for start, end in safe)
    ]
