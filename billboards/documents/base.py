"""How a paper of a case is described: a frozen dataclass whose fields say what they are called and which article wants them.

One description serves four ends: the draft form, the check before signing (`missing`), the data that is kept, the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Self

from billboards.documents.blocks import Block, Facts, Line, Signs, moment_cn
from config.display import amount, date_cn
from staff.case_papers import Missing, PaperType


class Shape(StrEnum):
    """How a field is written and read: decides the widget, the stored form and the check."""

    LINE = "line"
    TEXT = "text"  # several lines
    LIST = "list"  # one entry a line → tuple of str
    DAY = "day"
    MOMENT = "moment"
    MONEY = "money"  # 元
    NUMBER = "number"
    YES = "yes"
    CHOICE = "choice"


EMPTY: dict[Shape, Any] = {
    Shape.LIST: (),
    Shape.DAY: None,
    Shape.MOMENT: None,
    Shape.MONEY: None,
    Shape.NUMBER: None,
    Shape.YES: False,
}


def part(
    label: str,
    article: str = "",
    *,
    shape: Shape = Shape.LINE,
    hint: str = "",
    choices: tuple[tuple[str, str], ...] = (),
    default: Any = None,
    least: int = 1,
) -> Any:
    """A field of a paper. With an article it must stand in the paper; `least`: entries that a list must have."""
    empty = EMPTY.get(shape, "") if default is None else default
    facts = {"label": label, "article": article, "shape": shape, "hint": hint, "choices": choices, "least": least}
    return field(default=empty, metadata=facts)


@dataclass(frozen=True)
class Part:
    """What a form and the check need to know of one field."""

    name: str
    label: str
    article: str
    shape: Shape
    hint: str
    choices: tuple[tuple[str, str], ...]
    least: int

    @property
    def is_required(self) -> bool:
        return bool(self.article)


def part_of(each: Field[Any]) -> Part:
    return Part(each.name, **each.metadata)


def stored(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def restored(shape: Shape, value: Any) -> Any:
    """What `stored` made of a value, back again; the empty value of the shape for what is not there."""
    if value in (None, ""):
        return EMPTY.get(shape, "")
    match shape:
        case Shape.LIST:
            return tuple(value)
        case Shape.DAY:
            return date.fromisoformat(value)
        case Shape.MOMENT:
            return datetime.fromisoformat(value)
        case Shape.MONEY | Shape.NUMBER:
            return Decimal(value)
    return value


@dataclass(frozen=True, kw_only=True)
class Document:
    """Base of all papers of a case. A draft may be incomplete; `missing` says what a signed one still needs."""

    kind: ClassVar[str]
    title: ClassVar[str]
    mark: ClassVar[str]  # 字 of the number series
    is_served: ClassVar[bool] = False  # goes to a party, so it has a service record
    signs: ClassVar[tuple[str, ...]] = ()  # lines to be signed by hand
    is_ours: ClassVar[bool] = True  # says something in the bureau's name; False: records what happened

    @classmethod
    def parts(cls) -> list[Part]:
        return [part_of(each) for each in fields(cls) if each.metadata]

    @property
    def paper_type(self) -> PaperType:
        return PaperType(
            kind=self.kind,
            title=self.title,
            series=f"billboards-{self.kind}".replace("_", "-"),
            mark=self.mark,
            template="billboards/pdf/paper.html",
        )

    def missing(self) -> list[Missing]:
        """Everything that the paper still needs, in the order of its fields, then what depends on several fields."""
        return [*self._empty_parts(), *self.more_missing()]

    def more_missing(self) -> Iterator[Missing]:
        """What one field alone does not show. Overridden."""
        yield from ()

    def _empty_parts(self) -> Iterator[Missing]:
        for each in self.parts():
            value = getattr(self, each.name)
            if not each.is_required:
                continue
            if each.shape == Shape.LIST and 0 < len(value) < each.least:
                yield Missing(each.name, f"{each.label}不少于{each.least}项", each.article)
            elif value is None or value == () or value is False or (isinstance(value, str) and not value.strip()):
                yield Missing(each.name, f"没有写明{each.label}", each.article)

    @property
    def addressee(self) -> str:
        """Whom a letter addresses; "" for a sheet or a record."""
        return ""

    def blocks(self) -> list[Block]:
        """What the paper says: the sheet of all its fields, unless it is a letter."""
        rows = tuple((each.label, self.shown(each)) for each in self.parts() if self.shown(each) or each.is_required)
        return [Facts(rows), *([Signs(self.signs)] if self.signs else [])]

    def shown(self, each: Part) -> str:
        """A field as the paper prints it."""
        value = getattr(self, each.name)
        match each.shape:
            case Shape.YES:
                return "是" if value else "否"
            case Shape.LIST:
                return "\n".join(value)
            case Shape.CHOICE:
                return dict(each.choices).get(value, value)
            case Shape.MONEY:
                return f"{amount(value)}元" if value is not None else ""
            case Shape.DAY:
                return date_cn(value) if value else ""
            case Shape.MOMENT:
                return moment_cn(value) if value else ""
        return "" if value is None else str(value)

    def as_data(self) -> dict[str, Any]:
        return {each.name: stored(getattr(self, each.name)) for each in self.parts()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """A document from what was stored; fields that are not (or no longer) known are left out."""
        return cls(**{each.name: restored(each.shape, data.get(each.name)) for each in cls.parts()})


@dataclass(frozen=True, kw_only=True)
class PartyDocument(Document):
    """A paper about a party: name and address always; number and representative as the party is a person or a unit."""

    party_name: str = part("当事人", "《行政处罚法》第五十九条第一款第一项")
    party_code: str = part("证件号码或统一社会信用代码", hint="公民填身份证号，单位填统一社会信用代码。")
    representative: str = part("法定代表人（负责人）", hint="单位填写。")
    party_address: str = part("住所（地址）", "《行政处罚法》第五十九条第一款第一项")
    party_phone: str = part("联系电话")

    @property
    def addressee(self) -> str:
        return self.party_name if isinstance(self, Letter) else ""

    @property
    def party_words(self) -> str:
        """The party as a letter names it: name, number, representative, address."""
        about = [self.party_code and f"证件号码（统一社会信用代码）：{self.party_code}"]
        about += [self.representative and f"法定代表人（负责人）：{self.representative}"]
        about += [self.party_address and f"住所（地址）：{self.party_address}"]
        return f"当事人：{self.party_name}" + "".join(f"；{each}" for each in about if each) + "。"


@dataclass(frozen=True, kw_only=True)
class Letter(Document):
    """A paper in sentences."""

    def paragraphs(self) -> Iterator[str]:
        raise NotImplementedError

    def blocks(self) -> list[Block]:
        lines: list[Block] = [Line(line) for text in self.paragraphs() for line in text.splitlines() if line.strip()]
        return [*lines, *([Signs(self.signs)] if self.signs else [])]


@dataclass(frozen=True, kw_only=True)
class OfficerDocument(Document):
    """A paper that two officers make (行政处罚法 Art. 42, 55)."""

    officers: tuple[str, ...] = part(
        "执法人员及执法证号", "《行政处罚法》第四十二条", shape=Shape.LIST, least=2, hint="每行一人：姓名 执法证号。"
    )
