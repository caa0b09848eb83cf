"""The text of a section: plain Chinese with tokens. A small parser of ours, with no access to objects.

{{ key }}, {{ key | 写法 }}, {{ key:parameter | 写法 }}, {{ ? claim }}, {{ table key }}, {{ chart key }}, {{ = 手填数 | 出处 }}
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
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?[%％‰]?")
# Numbers that need no source: years, months, days (ranges too), document numbers, hotlines, standards, list numbers.
UNSUSPICIOUS = re.compile(
    r"(?<!\d)(?:\d{4}[-—~～至、])?\d{4}年度?|(?<!\d)(?:\d{1,2}[-—~～至、])*\d{1,2}[月日]|〔\d{4}〕\d+号"
    r"|(?<!\d)\d{3,5}(?=\S{0,4}热线)|GB(?:/T)? ?\d+(?:\.\d+)?(?:[-—]\d{4})?|^\s*\d+(?:[、]|\.(?!\d))|第\d+",
    re.MULTILINE,
)


class Role(StrEnum):
    FIGURE = "figure"
    CLAIM = "claim"
    TABLE = "table"
    CHART = "chart"
    TYPED = "typed"  # a number that no register holds, with where it comes from


MOST_TYPED, MOST_SOURCE = 40, 80


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
    raw: str = field(default="", compare=False)  # as it was typed

    @property
    def name(self) -> str:
        return f"{self.key}:{self.parameter}" if self.parameter is not None else self.key

    @property
    def source(self) -> str:
        if self.raw:
            return self.raw
        prefix = {Role.FIGURE: "", Role.CLAIM: "? ", Role.TABLE: "table ", Role.CHART: "chart ", Role.TYPED: "= "}[
            self.role
        ]
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
    """The keys that may be used, by role; which figures are rates; what may stand behind a figure's colon (None: nothing)."""

    figures: Collection[str]
    claims: Collection[str]
    tables: Collection[str]
    charts: Collection[str]
    rates: Collection[str] = ()
    choices: Callable[[str], Collection[str] | None] | None = None  # None: any parameter
    is_rate: Callable[[str, str], bool] | None = None  # of a key with a parameter that has a unit of its own

    def rate(self, token: Token) -> bool:
        if token.parameter is not None and self.is_rate is not None and self.is_rate(token.key, token.parameter):
            return True
        return token.key in self.rates

    def of(self, role: Role) -> Collection[str]:
        """The keys of a role that has keys: all but TYPED."""
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
    """Split into text and tokens; every error with its line and column, none skipped.

    Without `known` only the form is read. Without errors, `source(parsed.nodes)` is the text itself.
    """
    parsed, position = Parsed(), 0
    while (start := text.find(OPEN, position)) >= 0:
        _add_text(parsed, text, position, start)
        end = text.find(CLOSE, start)
        again = text.find(OPEN, start + len(OPEN))
        if end < 0 or 0 <= again < end:
            parsed.errors.append(_error(text, start, "“{{”没有对应的“}}”，请补上或删去。"))
            position = start + len(OPEN)
            continue
        position = end + len(CLOSE)
        try:
            parsed.nodes.append(_token(text, start, position, known))
        except _BadTokenError as problem:
            parsed.errors.append(_error(text, start, str(problem)))
    _add_text(parsed, text, position, len(text))
    return parsed


def _add_text(parsed: Parsed, text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if not piece:
        return
    for stray in re.finditer(re.escape(CLOSE), piece):
        parsed.errors.append(_error(text, start + stray.start(), "多了一个“}}”，请删去。"))
    parsed.nodes.append(Text(piece))


def _error(text: str, position: int, message: str) -> TokenError:
    line = text.count("\n", 0, position) + 1
    return TokenError(line, position - text.rfind("\n", 0, position), message)


class _BadTokenError(ValueError):
    """Why a token cannot stand; the parser adds line and column."""


def _token(text: str, start: int, end: int, known: Known | None) -> Token:
    """The token at text[start:end], braces included."""
    body, bar, style = (part.strip() for part in text[start + len(OPEN) : end - len(CLOSE)].partition("|"))
    role, name = _role(body)
    if role is Role.TYPED:
        return _typed(text, start, end, name, style)
    key, colon, parameter = (part.strip() for part in name.partition(":"))
    if not KEY.fullmatch(key) or (colon and not parameter):
        raise _BadTokenError(f"“{body or '空'}”不是有效的数据名称。请从数据列表里点选插入。")
    place = _error(text, start, "")
    token = Token(role, key, parameter or None, style, place.line, place.column, text[start:end])
    _check_role(token, styled=bool(bar))
    if role in (Role.TABLE, Role.CHART) and not _stands_alone(text, start, end):
        raise _BadTokenError("表格和图表要单独占一行，请在前后换行。")
    if known is not None:
        _check_known(token, known)
    return token


def _typed(text: str, start: int, end: int, number: str, origin: str) -> Token:
    """{{ = 320处 | 街道报表 }}: what was typed by hand, with its source."""
    if not NUMBER.search(number) or len(number) > MOST_TYPED or "\n" in number + origin:
        raise _BadTokenError(f"手填数要有数字，不超过{MOST_TYPED}字，如“{OPEN} = 320处 | 街道报表 {CLOSE}”。")
    if not origin or len(origin) > MOST_SOURCE:
        raise _BadTokenError(
            f"手填数“{number}”要写出处，不超过{MOST_SOURCE}字，如“{OPEN} = {number} | 街道报表 {CLOSE}”。"
        )
    place = _error(text, start, "")
    return Token(Role.TYPED, number, None, origin, place.line, place.column, text[start:end])


def _check_role(token: Token, *, styled: bool) -> None:
    """Only figures have styles and parameters, and a style must be one of ours."""
    if token.role is not Role.FIGURE and (styled or token.parameter is not None):
        raise _BadTokenError("结论、表格和图表不带写法和参数，请删去“|”或“:”后面的内容。")
    if styled and token.style not in STYLES:
        raise _BadTokenError(f"没有“{token.style}”这种写法。可用：{'、'.join(STYLES)}。")


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = text[text.rfind("\n", 0, start) + 1 : start]
    after = text[end:].partition("\n")[0]
    return not before.strip() and not after.strip()


def _check_known(token: Token, known: Known) -> None:
    """The key exists, the style suits its kind, the parameter is one that it takes."""
    if token.key not in known.of(token.role):
        raise _BadTokenError(f"没有“{token.key}”这个数据。{_hint(token.key, known.of(token.role))}")
    rate = known.rate(token)
    if token.style and not STYLES[token.style].suits(rate=rate):
        fitting = "、".join(name for name, style in STYLES.items() if style.suits(rate=rate))
        raise _BadTokenError(f"“{token.key}”是{'比率' if rate else '数量'}，不能写成“{token.style}”。可用：{fitting}。")
    if token.parameter is None or known.choices is None:
        return
    choices = known.choices(token.key)
    if choices is None:
        raise _BadTokenError(f"“{token.key}”不带参数，请删去“:{token.parameter}”。")
    if token.parameter not in choices:
        raise _BadTokenError(f"“{token.key}”没有“{token.parameter}”这一项。{_hint(token.parameter, choices)}")


def _hint(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"是不是“{close[0]}”？" if close else "请从数据列表里点选插入。"


def _role(body: str) -> tuple[Role, str]:
    if body.startswith(("?", "？")):
        return Role.CLAIM, body[1:].strip()
    if body.startswith(("=", "＝")):
        return Role.TYPED, body[1:].strip()
    word, _, rest = body.partition(" ")
    if word in (Role.TABLE, Role.CHART):
        return Role(word), rest.strip()
    return Role.FIGURE, body


def source(nodes: Sequence[Node]) -> str:
    """The text that these nodes were parsed from; tokens made by a program in their standard spelling."""
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
    unit: str = ""  # the measure word that `text` ends with


def render(nodes: Sequence[Node], resolve: Callable[[Token], Span]) -> list[list[Span]]:
    """Paragraphs of spans: tokens resolved, typed numbers without a source marked. Empty paragraphs are dropped.

    A measure word belongs to its number; one typed behind the token as well ({{ key | 余 }}件) is printed once.
    """
    paragraphs: list[list[Span]] = [[]]
    unit = ""
    for node in nodes:
        if isinstance(node, Token):
            paragraphs[-1].append(resolve(node))
            unit = paragraphs[-1][-1].unit
            continue
        for number, line in enumerate(node.text.removeprefix(unit).split("\n")):
            if number:
                paragraphs.append([])
            paragraphs[-1].extend(marked(line))
        unit = ""
    return [spans for spans in paragraphs if any(span.text.strip() for span in spans)]


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
