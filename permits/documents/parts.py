"""Values that several papers share: the party, the place with its segments, the case, officers, remedies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from permits.documents.bases import Facts, Grid, Need, Paper, day_words, decoded, is_blank, plain
from staff.case_papers import Missing

REMEDY_ARTICLE = "《行政许可法》第三十八条第二款；《行政复议法》第二十条、第二十四条；《行政诉讼法》第四十六条"


@dataclass(frozen=True)
class Party:
    name: str
    code: str = ""  # 统一社会信用代码; of a person nothing is printed
    address: str = ""
    representative: str = ""
    agent: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Segment:
    """One part of the place: metres and square metres."""

    road: str
    part: str  # 车行道, 人行道 …
    place: str = ""
    surface: str = ""
    length: Decimal | None = None
    width: Decimal | None = None
    depth: Decimal | None = None
    area: Decimal | None = None

    @property
    def measures(self) -> str:
        """17.2×0.6 m, with the depth where something is dug."""
        return " × ".join(plain(each) for each in (self.length, self.width, self.depth) if each is not None)


@dataclass(frozen=True)
class CaseFacts:
    """What every paper of a case repeats, as it was when the paper was drafted."""

    reference: str  # 申请编号
    item: str
    applicant: Party
    place: str = ""
    purpose: str = ""
    builder: str = ""
    segments: tuple[Segment, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    received_on: date | None = None
    is_excavation: bool = False

    @classmethod
    def from_stored(cls, data: dict[str, Any]) -> CaseFacts:
        found: CaseFacts = decoded(cls, data)
        return found

    @property
    def area(self) -> Decimal:
        return sum((each.area or Decimal(0) for each in self.segments), Decimal(0))

    @property
    def days(self) -> int:
        """Calendar days, both ends counted."""
        return (self.ends_on - self.starts_on).days + 1 if self.starts_on and self.ends_on else 0

    @property
    def span(self) -> str:
        if not self.days:
            return ""
        return f"{day_words(self.starts_on)}至{day_words(self.ends_on)}（含首尾日，共{self.days}天）"

    def segment_grid(self) -> Grid:
        head = (
            "序号",
            "道路（场地）",
            "部位",
            "路面",
            "长×宽×深（米）" if self.is_excavation else "长×宽（米）",
            "面积（㎡）",
        )
        rows = tuple(
            (str(n), "，".join(filter(None, (s.road, s.place))), s.part, s.surface, s.measures, plain(s.area))
            for n, s in enumerate(self.segments, 1)
        )
        return Grid(head, rows, total=("合计", "", "", "", "", plain(self.area)))

    def facts(self, *more: tuple[str, str]) -> Facts:
        """The case in a table: only what is known."""
        party = self.applicant
        rows = (
            ("申请编号", self.reference),
            ("申请事项", self.item),
            ("申请人", party.name),
            ("信用代码", party.code),
            ("法定代表人", party.representative),
            ("代理人", party.agent),
            ("地址", party.address),
        )
        return Facts(tuple(row for row in (*rows, *self._what(), *more) if row[1]))

    def brief(self, *more: tuple[str, str]) -> Facts:
        """For a letter to the applicant, which has said already who and which matter."""
        return Facts(tuple(row for row in (*self._what(), *more) if row[1]))

    def _what(self) -> tuple[tuple[str, str], ...]:
        return (("位置", self.place), ("事由", self.purpose), ("施工单位", self.builder), ("期限", self.span))


@dataclass(frozen=True)
class Officer:
    name: str
    card: str = ""  # 执法证号

    def __str__(self) -> str:
        return f"{self.name}（执法证号{self.card}）" if self.card else f"{self.name}（未登记执法证号）"


@dataclass(frozen=True)
class Remedies:
    """复议 and 诉讼: both routes are printed. Reviewing is the people's government's, not the superior bureau's."""

    review_body: str = ""
    court: str = ""

    def words(self, paper: str) -> str:
        return (
            f"如不服本{paper}，可以自收到之日起60日内向{self.review_body}申请行政复议，"
            f"也可以自收到之日起6个月内直接向{self.court}提起行政诉讼。"
        )


@dataclass(frozen=True, kw_only=True)
class CasePaperContent(Paper):
    """Abstract. A paper of one case."""

    case: CaseFacts

    @property
    def addressee(self) -> str:
        return self.case.applicant.name

    def needs(self) -> Iterator[Need]:
        yield from super().needs()
        article = self.ARTICLE
        yield Need("case.applicant.name", "申请人名称没有填写。请在申请中补填。", article)
        yield Need("case.item", "申请事项没有选定。请在申请中选定事项。", article)


@dataclass(frozen=True, kw_only=True)
class FiledForm(CasePaperContent):
    """Abstract. A form that people sign and the file keeps: addressed to nobody, without a seal."""

    FORM: ClassVar[bool] = True

    @property
    def addressee(self) -> str:
        return ""

    @property
    def seal(self) -> str:
        return ""


@dataclass(frozen=True, kw_only=True)
class RemediedPaper(CasePaperContent):
    """Abstract. A paper that tells the party how to contest it; without that the period grows to one year."""

    remedies: Remedies = Remedies()

    def missing(self) -> list[Missing]:
        found = super().missing()
        body = self.remedies.review_body
        if is_blank(body):
            found.append(Missing("remedies.review_body", "行政复议机关没有设定，不能签发。请办公室在“业务设置”中填写并注明依据。", REMEDY_ARTICLE))  # fmt: skip
        elif not body.endswith("人民政府"):
            found.append(Missing("remedies.review_body", f"行政复议机关应为人民政府，不是上级主管部门（现填“{body}”）。请办公室更正业务设置。", "《行政复议法》第二十四条"))  # fmt: skip
        if is_blank(self.remedies.court):
            found.append(Missing("remedies.court", "有管辖权的人民法院没有设定，不能签发。请办公室在“业务设置”中填写并注明依据。", REMEDY_ARTICLE))  # fmt: skip
        return found
