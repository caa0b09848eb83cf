"""集中会审纪要: who met, what lay before them, what was decided on each case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from permits.documents.bases import Block, Facts, Grid, Line, Need, Paper, Signs, day_words
from permits.documents.building.sources import issuer
from permits.models import ReviewSession
from permits.paper_kinds import PaperKind
from staff.case_papers import Missing, PaperType, paper_pdf


@dataclass(frozen=True)
class MinuteLine:
    reference: str
    applicant: str
    item: str
    place: str
    outcome: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Minutes(Paper):
    KIND = PaperKind.REVIEW_SHEET
    ARTICLE: ClassVar[str] = "《行政许可法》第三十四条、第三十七条"
    NEEDS: ClassVar[tuple[Need, ...]] = (
        Need("held_on", "会审日期没有填写。", ARTICLE),
        Need("place", "会审地点没有填写。", ARTICLE),
        Need("chair", "主持人没有填写。", ARTICLE),
        Need("people", "参加人员没有填写。", ARTICLE),
        Need("lines", "议程上没有申请。", ARTICLE),
    )
    held_on: date | None = None
    place: str = ""
    chair: str = ""
    recorder: str = ""
    people: tuple[str, ...] = ()
    absent: str = ""
    lines: tuple[MinuteLine, ...] = ()

    @property
    def title(self) -> str:
        return "许可事项集中会审纪要"

    def missing(self) -> list[Missing]:
        found = super().missing()
        if len(self.people) < 2:
            found.append(Missing("people", "参加人员不足两人，不成会审。", self.ARTICLE))
        return found

    def count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.lines)

    def body(self) -> Iterator[Block]:
        yield Line(
            f"{day_words(self.held_on)}，{self.chair}在{self.place}主持召开许可事项集中会审，共审议{len(self.lines)}件："
            f"准予{self.count('准予')}件，不予{self.count('不予')}件，缓议{self.count('缓议')}件。会审听取了现场查勘情况，"
            "审阅了申请材料、公安交管意见和费用核定情况，逐件形成意见如下："
        )
        rows = tuple(
            (str(n), line.reference, line.applicant, f"{line.item}，{line.place}", line.outcome, line.words)
            for n, line in enumerate(self.lines, 1)
        )
        yield Grid(("序号", "编号", "申请人", "事项和位置", "结论", "意见"), rows, coded=True)
        facts = (("参加人员", "\n".join(self.people)), ("缺席人员", self.absent), ("记录人", self.recorder))
        yield Facts(tuple(row for row in facts if row[1]), wide=True)
        yield Signs(("主持人", "记录人"))


def minutes_of(session: ReviewSession) -> Minutes:
    rows = session.cases.select_related("application__item__item")
    return Minutes(
        issuer=issuer(),
        held_on=session.held_on,
        place=session.place,
        chair=session.chair,
        recorder=session.recorder,
        people=tuple(session.people),
        absent=session.absent,
        lines=tuple(
            MinuteLine(
                each.application.number,
                each.application.applicant_name,
                each.application.item.item.name,
                each.application.location,
                each.get_outcome_display(),
                each.words,
            )
            for each in rows
        ),
    )


def minutes_pdf(content: Minutes, *, number: str, day: date) -> bytes:
    kind = PaperType("minutes", content.title, "permit-minutes", "许会纪", content.TEMPLATE)
    return paper_pdf(kind, content, number=number, day=day)
