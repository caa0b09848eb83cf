"""What a bulletin and a 扣分核对单 say on paper and in the workbook: data first, testable without paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from config.display import NOTHING, minute
from inspections.checksheet import CheckSheet
from inspections.composite import Component
from inspections.drafting import led_by
from inspections.models import Bulletin, BulletinLine
from inspections.scoring import plain, shown
from staff.imports.workbooks import SheetOf
from staff.models import RankingGroup, setting

COMPONENTS = tuple(Component)
SCORE_HEAD = ("名次", "单位", "日常暗访", "月度集中", "数字城管", "投诉曝光", "重点工作", "加分", "综合得分")


@dataclass(frozen=True)
class PaperSection:
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class PaperTable:
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class BulletinPaper:
    """A bulletin as layout/print.html takes it; scores in points, two decimals."""

    title: str
    number: str
    issuer: str
    date: date
    copies: str
    addressee: str
    mark: str
    sections: tuple[PaperSection, ...]
    tables: tuple[PaperTable, ...]
    profile: str = "redhead"
    bold_second: bool = False
    annexes: tuple[str, ...] = ("单位得分表",)


def bulletin_paper(bulletin: Bulletin, lines: Sequence[BulletinLine], *, number: str, on: date) -> BulletinPaper:
    return BulletinPaper(
        title=bulletin.title,
        number=number,
        issuer=bulletin.issuer,
        date=on,
        copies=bulletin.copies,
        addressee=str(setting("assessment.bulletin_addressee")),
        mark=str(setting("assessment.bulletin_mark")),
        sections=tuple(sections(bulletin)),
        tables=tuple(tables(lines)),
    )


def sections(bulletin: Bulletin) -> Iterator[PaperSection]:
    """总体情况, 好的方面, 存在问题, 下步要求; empty ones are left out and the numbers close up."""
    parts = [
        ("总体情况", bulletin.overall),
        ("好的方面", bulletin.good),
        ("存在问题", bulletin.problems),
        ("下步要求", bulletin.demands),
    ]
    written = [(heading, paragraphs(text)) for heading, text in parts if text.strip()]
    for index, (heading, found) in enumerate(written):
        yield PaperSection(f"{'一二三四'[index]}、{heading}", found)


def paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def tables(lines: Sequence[BulletinLine]) -> Iterator[PaperTable]:
    """A table a group; 更正前 stands in corrections, 检查 where visits are known."""
    extra = [column for column in EXTRA_COLUMNS if any(column.of(line) not in (NOTHING, "0/0") for line in lines)]
    head = (*SCORE_HEAD, *(column.label for column in extra), "奖惩")
    for group in (RankingGroup.STREET, RankingGroup.SQUAD, RankingGroup.NONE):
        of_group = [line for line in lines if line.group == group]
        if of_group:
            name = str(group.label) if group else "其他单位（不参与排名）"
            yield PaperTable(name, head, tuple(score_row(line, extra) for line in of_group))


def score_row(line: BulletinLine, extra: Sequence[ExtraColumn]) -> tuple[str, ...]:
    return (
        line.rank_text if line.rank else NOTHING,
        line.unit.label,
        *(printed(getattr(line, component.value)) for component in COMPONENTS),
        plain(line.bonus) if line.bonus else NOTHING,
        printed(line.score),
        *(column.of(line) for column in extra),
        line.measures or NOTHING,
    )


def printed(score: Decimal | None) -> str:
    return NOTHING if score is None else f"{shown(score)}"


def drift_words(stored: BulletinLine | None, now: BulletinLine | None) -> str:
    """What a signed or drafted line says and what the data say now; of equal scores, the part that moved."""
    if stored is None or now is None:
        return " → ".join("没有列入" if line is None else standing_words(line) for line in (stored, now))
    pairs = [
        ("", standing_words(stored), standing_words(now)),
        ("奖惩", stored.measures or "无", now.measures or "无"),
        ("涉及问题", f"{stored.findings}件", f"{now.findings}件"),
        ("涉及逾期", f"{stored.late}件", f"{now.late}件"),
        ("申诉待定", f"{plain(stored.held)}分", f"{plain(now.held)}分"),
    ]
    changed = [f"{label}{before} → {after}" for label, before, after in pairs if before != after]
    return "；".join(changed) or "分项得分有变动"


def standing_words(line: BulletinLine) -> str:
    return f"{printed(line.score)} 分（{line.rank_text}）"


@dataclass(frozen=True)
class ExtraColumn:
    """A column that only some bulletins have."""

    label: str
    of: Callable[[BulletinLine], str]


EXTRA_COLUMNS = (
    ExtraColumn("更正前", lambda line: printed(line.previous_score)),
    ExtraColumn("实查/计划", lambda line: f"{line.visited}/{line.planned}"),
)


# ---- The workbook --------------------------------------------------------------------------------


def bulletin_book(bulletin: Bulletin, lines: Sequence[BulletinLine], sheets: Sequence[CheckSheet]) -> list[SheetOf]:
    leads = Counter(line.finding.lead_unit_id for sheet in sheets for line in led_by(sheet))
    note = f"{bulletin.issuer}　{bulletin.number}　数据截至 {minute(bulletin.as_of)}"
    return [
        SheetOf("单位得分", WORKBOOK_HEAD, [workbook_row(line, leads[line.unit_id]) for line in lines], note),
        by_category(sheets, note),
        SheetOf("问题清单", FINDING_HEAD, [row for sheet in sheets for row in finding_rows(sheet)], note),
    ]


WORKBOOK_HEAD = (
    "排名组", "名次", "单位", *(component.label for component in COMPONENTS), "加分", "综合得分", "更正前得分",
    "涉及问题数", "其中主责", "涉及逾期数", "计划检查", "实际检查", "奖励或扣减（元）", "奖惩",
)  # fmt: skip


def workbook_row(line: BulletinLine, leads: int) -> list[Any]:
    return [
        line.get_group_display(),
        line.rank,
        line.unit.label,
        *(score if score is None else shown(score) for score in (getattr(line, c.value) for c in COMPONENTS)),
        line.bonus,
        line.score,
        line.previous_score,
        line.findings,
        leads,
        line.late,
        line.planned,
        line.visited,
        line.money,
        line.measures,
    ]


def by_category(sheets: Sequence[CheckSheet], note: str) -> SheetOf:
    """扣分汇总表: 单位 × 大项, before caps, and the rectification account."""
    categories = sorted({(c.code, c.name) for s in sheets for line in s.lines if (c := line.finding.item.category)})
    head = ("单位", *(name for _, name in categories), "整改扣分", "合计")
    rows = []
    for sheet in sheets:
        sums = dict.fromkeys((code for code, _ in categories), Decimal(0))
        for line in sheet.lines:
            sums[line.finding.item.category.code] += line.part.points
        parts = [sums[code] for code, _ in categories]
        rows.append([sheet.unit.label, *parts, sheet.account_points, sheet.points])
    return SheetOf("扣分汇总", head, rows, note)


FINDING_HEAD = ("单位", "编号", "发现日期", "具体地点", "小项", "存在问题", "算式", "扣分", "整改情况", "整改扣分")


def finding_rows(sheet: CheckSheet) -> Iterator[list[Any]]:
    for line in sheet.lines:
        finding = line.finding
        yield [
            sheet.unit.label,
            finding.number,
            finding.found_on,
            finding.place,
            finding.item.name,
            finding.description,
            line.formula,
            line.part.points,
            line.account or finding.get_state_display(),
            line.part.rectification,
        ]
