"""The words of a bulletin, drafted from the data: 总体情况, 好的方面, 存在问题 (by place), 下步要求. All can be edited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from config.figures import Value
from config.periods import Period
from inspections.checksheet import CheckSheet, SheetLine
from inspections.composite import Component
from inspections.enums import FindingState
from inspections.month import UnitMonth
from inspections.scoring import shown
from inspections.standings import Standing
from staff.models import RankingGroup

SHOWN_PLACES = 5  # places named a unit
SHOWN_ITEMS = 3
ORDINALS = "一二三四五六"


@dataclass(frozen=True)
class Draft:
    overall: str
    good: str
    problems: str
    demands: str


@dataclass(frozen=True)
class Rates:
    """The month's rates over 应整改, as the analysis page and the reports print them."""

    closed: Value
    in_time: Value


def draft_of(month: str, standings: Sequence[Standing[UnitMonth]], sheets: Sequence[CheckSheet], rates: Rates) -> Draft:
    return Draft(
        overall="\n".join([overall(month, sheets, rates), *rankings(standings), *remarks(standings)]),
        good="\n".join(good(standings, sheets)) or "（请补充。）",
        problems="\n".join(problems(sheets)) or "本月没有发现问题。",
        demands="\n".join(demands(sheets)),
    )


def led(sheets: Sequence[CheckSheet]) -> list[SheetLine]:
    """Every finding once, with the unit that leads it."""
    return [line for sheet in sheets for line in led_by(sheet)]


def led_by(sheet: CheckSheet) -> list[SheetLine]:
    return [line for line in sheet.lines if line.finding.lead_unit_id == sheet.unit.pk]


def is_open(line: SheetLine) -> bool:
    """Something is still to be put right: 挂账 and 只扣分 ask nothing of the unit now."""
    return line.finding.state in FindingState.OPEN


def overall(month: str, sheets: Sequence[CheckSheet], rates: Rates) -> str:
    """Found in the month, what of it is left out of 应整改, and the rate over the cases due in the month."""
    lines = led(sheets)
    text = f"{Period.parse(month).label}，共查找问题{len(lines)}件"
    states = Counter(line.finding.state for line in lines)
    outside = [
        f"{word}{states[state]}件"
        for state, word in ((FindingState.SHELVED, "挂账"), (FindingState.DEDUCTED, "只扣分"))
        if states[state]
    ]
    if outside:
        text += f"（{'、'.join(outside)}，不计入应整改）"
    parts = [text]
    if rates.closed.number is not None:
        # Due by deadline: late in the month found is due in the next, and the other way round.
        here = sum(states[state] for state in FindingState.DUE)
        basis = "" if rates.closed.denominator == here else "（按整改期限计，与本月发现数口径不同）"
        parts.append(
            f"期内应整改{rates.closed.denominator}件{basis}，已销号{rates.closed.numerator}件，"
            f"应整改销号率{shown(rates.closed.number)}%，其中按期销号{rates.in_time.numerator}件"
        )
    if again := sum(line.finding.recurrence > 0 for line in lines):
        parts.append(f"反复问题{again}件")
    return f"{'；'.join(parts)}。"


def rankings(standings: Sequence[Standing[UnitMonth]]) -> list[str]:
    """One paragraph a group, then the units that are not ranked."""
    texts = []
    for group in RankingGroup:
        if not group:
            continue
        ranked = [each for each in standings if each.group == group and each.rank is not None]
        if ranked:
            names = "，".join(f"{place(each)}{each.entrant.unit.label}（{each.score}分）" for each in ranked)
            texts.append(f"{group.label}：{names}。")
    others = [each for each in standings if not each.group and each.score is not None]
    if others:
        names = "，".join(f"{each.entrant.unit.label}{each.score}分" for each in others)
        texts.append(f"{names}，不参与排名。")
    return texts


def place(standing: Standing[UnitMonth]) -> str:
    return f"{'并列' if standing.tied else ''}第{standing.rank}名"


def remarks(standings: Sequence[Standing[UnitMonth]]) -> list[str]:
    """What the bulletin has to say of how it was reckoned: missing components, scaled visits, appeals, no data."""
    rows = [each.entrant for each in standings]
    texts = []
    planned, visited = sum(row.planned for row in rows), sum(row.visited for row in rows)
    if visited:
        texts.append(f"各单位共接受检查{visited}次（计划{planned}次），检查频次见得分表。")
    for component in Component:
        without = [row.unit.label for row in rows if row.composite and component in row.composite.missing]
        scored = sum(row.composite is not None for row in rows)
        if without:
            who = "" if len(without) == scored else f"{'、'.join(without)}"
            texts.append(f"{who}{component.label}没有数据，未计入，其余各项按权重折算。")
    texts += [f"{row.unit.label}{row.exposure_note}" for row in rows if row.exposure_note]
    held = [row.unit.label for row in rows if row.held_lines]
    if held:
        texts.append(f"{'、'.join(held)}有扣分正在申诉，暂按扣分计入；申诉成立的另行更正。")
    silent = [row.unit.label for row in rows if row.composite is None and row.unit.ranking_group]
    if silent:
        texts.append(f"{'、'.join(silent)}本月没有考评数据，不参加排名。")
    return texts


def good(standings: Sequence[Standing[UnitMonth]], sheets: Sequence[CheckSheet]) -> list[str]:
    texts = []
    first = [each.entrant.unit.label for each in standings if each.rank == 1]
    if first:
        texts.append(f"{'、'.join(first)}综合得分居本组首位。")
    prompt = [sheet.unit.label for sheet in sheets if is_prompt(sheet)]
    if prompt:
        texts.append(f"{'、'.join(prompt)}交办的问题全部按期整改。")
    return texts


def is_prompt(sheet: CheckSheet) -> bool:
    """The unit led something that was to be put right, and all it had part in was, in time."""
    due = [line for line in sheet.lines if line.finding.state in FindingState.DUE]
    leads = any(line.finding.lead_unit_id == sheet.unit.pk for line in due)
    return leads and all(line.finding.closed_at and not line.part.is_late for line in due)


def problems(sheets: Sequence[CheckSheet]) -> list[str]:
    """Each leading unit with its worst places: severe, recurring, late and dear ones first."""
    texts = []
    for sheet in sheets:
        lines = led_by(sheet)
        if not lines:
            continue
        by_place = {(line.finding.place, line.finding.item.code): line for line in sorted(lines, key=weight)}
        worst = sorted(by_place.values(), key=weight, reverse=True)[:SHOWN_PLACES]
        texts.append(f"{sheet.unit.label}（主责{len(lines)}件）：{'；'.join(named(line) for line in worst)}。")
    return texts


def weight(line: SheetLine) -> tuple[bool, int, bool, Decimal]:
    return line.finding.severe, line.finding.recurrence, line.part.is_late, line.part.points


def named(line: SheetLine) -> str:
    finding = line.finding
    marks = [
        text
        for holds, text in (
            (finding.severe, "情形严重"),
            (finding.recurrence > 0, "反复"),
            (is_open(line), "尚未整改"),
            (finding.state == FindingState.SHELVED, "已挂账"),
            (finding.closed_at is not None and line.part.is_late, "逾期整改"),
        )
        if holds
    ]
    note = f"（{'，'.join(marks)}）" if marks else ""
    return f"{finding.place}{finding.item.name}{note}"


def demands(sheets: Sequence[CheckSheet]) -> list[str]:
    lines = led(sheets)
    texts = []
    behind = [sheet.unit.label for sheet in sheets if any(is_open(line) for line in led_by(sheet))]
    if behind:
        texts.append(
            f"抓好整改。{'、'.join(behind)}对尚未整改的问题逐件落实责任人和完成时间，整改到位后报考评办复查销号。"
        )
    items = Counter(line.finding.item.name for line in lines).most_common(SHOWN_ITEMS)
    if items:
        names = "、".join(f"{name}（{number}件）" for name, number in items)
        texts.append(f"突出重点。针对{names}等多发问题开展集中整治。")
    again = Counter(line.finding.place for line in lines if line.finding.recurrence).most_common(SHOWN_ITEMS)
    if again:
        names = "、".join(name for name, _ in again)
        texts.append(f"防止反弹。{names}等反复点位落实定人定时巡查。")
    texts.append("各单位认真对照通报举一反三，巩固整改成果。")
    return [f"{ORDINALS[index]}是{text}" for index, text in enumerate(texts)]


def correction_note(changes: Sequence[tuple[str, Decimal | None, Decimal | None]]) -> str:
    """unit, score before, score after → the opening sentence of a correction."""
    words = "；".join(f"{unit}由{score_words(before)}更正为{score_words(after)}" for unit, before, after in changes)
    return f"因通报后数据变动，现对有关得分予以更正：{words or '得分没有变化'}。"


def score_words(score: Decimal | None) -> str:
    """Two decimals, as in the tables."""
    return "无数据" if score is None else f"{shown(score)}分"
