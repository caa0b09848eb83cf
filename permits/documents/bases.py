"""What every paper of a permit is made of: values that go to JSON and back, needs that name their article, blocks of text."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.utils import timezone

from permits.paper_kinds import PaperKind
from staff.case_papers import Missing


@dataclass(frozen=True)
class Need:
    """A mandatory content: where it stands, what the clerk has to do when it is empty, and which article asks for it."""

    path: str
    text: str
    article: str


# --- Blocks: what a paper says, one after the other; templates/permits/pdf/_block.html prints them ---------------------


@dataclass(frozen=True)
class Line:
    text: str
    kind: ClassVar[str] = "line"


SHORT = 12  # characters of a value that leave room for a second pair in the row


@dataclass(frozen=True)
class Facts:
    """Label and value; two short ones that follow each other share a row."""

    rows: tuple[tuple[str, str], ...]
    wide: bool = False  # one pair a row, whatever its length
    kind: ClassVar[str] = "facts"

    @property
    def lines(self) -> list[tuple[tuple[str, str], ...]]:
        made: list[tuple[tuple[str, str], ...]] = []
        waiting: tuple[str, str] | None = None
        for row in self.rows:
            short = len(row[1]) <= SHORT and not self.wide
            if waiting and short:
                made.append((waiting, row))
                waiting = None
                continue
            if waiting:
                made.append((waiting,))
            waiting = row if short else None
            if not short:
                made.append((row,))
        return [*made, (waiting,)] if waiting else made


@dataclass(frozen=True)
class Grid:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    total: tuple[str, ...] = ()
    coded: bool = False  # the second column holds numbers that must not break
    kind: ClassVar[str] = "grid"


@dataclass(frozen=True)
class Signs:
    """Lines to be signed by hand."""

    labels: tuple[str, ...]
    kind: ClassVar[str] = "signs"


Block = Line | Facts | Grid | Signs


class Stored:
    """A frozen dataclass that can be kept as JSON: dates, decimals, tuples and values inside values."""

    def as_data(self) -> dict[str, Any]:
        return {field.name: encoded(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """What `as_data` stored. TypeError for a field that no longer exists or is missing."""
        hints = typing.get_type_hints(cls)
        return cls(**{name: decoded(hints[name], value) for name, value in data.items()})


def encoded(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encoded(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [encoded(each) for each in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def decoded(hint: Any, value: Any) -> Any:
    """A JSON value as the annotated type says."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return None if value is None else decoded(next(a for a in typing.get_args(hint) if a is not type(None)), value)
    if typing.get_origin(hint) is tuple:
        return tuple(decoded(typing.get_args(hint)[0], each) for each in value)
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    if hint is Decimal:
        return Decimal(value)
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return hint(**{name: decoded(hints[name], each) for name, each in value.items()})  # type: ignore[operator]
    return value


def resolve(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def is_blank(value: Any) -> bool:
    return value in (None, "", ()) or (isinstance(value, str) and not value.strip())


@dataclass(frozen=True, kw_only=True)
class Paper(Stored):
    """Abstract. A paper as data: `issuer` puts its seal on it; `dated` is the day of signature."""

    KIND: ClassVar[PaperKind]
    NEEDS: ClassVar[tuple[Need, ...]] = ()
    TEMPLATE: ClassVar[str] = "permits/pdf/paper.html"
    FORM: ClassVar[bool] = False  # a form to be filled in and signed: tighter than a letter
    ARTICLE: ClassVar[str] = "《行政许可法》第三十九条"  # asks for the agency's name, seal and date

    issuer: str
    dated: date | None = None

    @property
    def title(self) -> str:
        return str(self.KIND.label)

    @property
    def addressee(self) -> str:
        return ""

    @property
    def seal(self) -> str:
        """Which seal goes over the date; empty where people sign instead."""
        return "印章"

    def needs(self) -> Iterator[Need]:
        yield Need("issuer", "落款机关没有设定。请办公室在“业务设置”中填写许可决定机关，并注明依据。", self.ARTICLE)
        yield from self.NEEDS

    def missing(self) -> list[Missing]:
        """What still has to be filled in before the paper may be signed."""
        return [Missing(n.path, n.text, n.article) for n in self.needs() if is_blank(resolve(self, n.path))]

    def body(self) -> Iterator[Block]:
        raise NotImplementedError


# --- Words ------------------------------------------------------------------------------------------------------------


def day_words(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　年　月　日"


def minute_words(moment: datetime | None) -> str:
    if moment is None:
        return "　　年　月　日　时　分"
    local = timezone.localtime(moment)
    return f"{day_words(local.date())}{local.hour}时{local.minute:02d}分"


def plain(number: Decimal | None) -> str:
    """12.50 → 12.5, 30.00 → 30; "" for None."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_words(amount: Decimal) -> str:
    return f"{amount:,.2f}元"


def numbered(texts: tuple[str, ...]) -> Iterator[Line]:
    for number, text in enumerate(texts, 1):
        yield Line(f"{number}. {text.rstrip('。；; ')}{'；' if number < len(texts) else '。'}")
