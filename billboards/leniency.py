"""不予处罚: when there must be no penalty, when it may be spared, and when neither holds (行政处罚法 Art. 30–33, 36). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Outcome(StrEnum):
    MUST_NOT = "must_not"  # 不予: no discretion
    MAY_NOT = "may_not"  # 可以不予: first offence; the bureau weighs it
    NONE = "none"


@dataclass(frozen=True)
class Circumstances:
    minor: bool = False  # 违法行为轻微
    corrected_in_time: bool = False
    no_harm: bool = False  # 没有造成危害后果
    minor_harm: bool = False  # 危害后果轻微
    first_offence: bool = False
    no_fault_proven: bool = False  # the party's evidence suffices
    no_capacity: bool = False  # under fourteen, or not able to recognise or control the act


@dataclass(frozen=True)
class Leniency:
    outcome: Outcome
    article: str
    words: str


def leniency(facts: Circumstances) -> Leniency:
    """What the circumstances lead to. Where several hold, what binds the bureau stands first."""
    if facts.no_capacity:
        return Leniency(
            Outcome.MUST_NOT, "《行政处罚法》第三十条、第三十一条", "不满十四周岁或者不能辨认、控制行为的，不予处罚。"
        )
    if facts.minor and facts.corrected_in_time and facts.no_harm:
        return Leniency(
            Outcome.MUST_NOT,
            "《行政处罚法》第三十三条第一款",
            "违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚。",
        )
    if facts.no_fault_proven:
        return Leniency(
            Outcome.MUST_NOT,
            "《行政处罚法》第三十三条第二款",
            "当事人有证据足以证明没有主观过错的，不予行政处罚，法律、行政法规另有规定的除外。",
        )
    if facts.first_offence and facts.corrected_in_time and (facts.minor_harm or facts.no_harm):
        return Leniency(
            Outcome.MAY_NOT,
            "《行政处罚法》第三十三条第一款",
            "初次违法且危害后果轻微并及时改正的，可以不予行政处罚；是否不予处罚由本机关裁量，并说明理由。",
        )
    return Leniency(Outcome.NONE, "", "没有不予处罚的情形。")


def is_first_offence(earlier: Iterable[date], on: date, *, within_months: int | None = None) -> bool:
    """Whether no decision about the same party lies before `on`; `within_months` narrows how far back is looked.

    How far back "first" reaches is not in the statute: it is a setting of the bureau, None = ever.
    """
    return not any(day < on and (within_months is None or day >= months_before(on, within_months)) for day in earlier)


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the last day of that month."""
    index = day.year * 12 + day.month - 1 - months
    for last in (day.day, 30, 29, 28):
        try:
            return date(index // 12, index % 12 + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def why_not_spare(facts: Circumstances, *, sparing: bool) -> str:
    """Why a decision does not fit the circumstances: a penalty where there must be none, sparing where nothing allows it."""
    found = leniency(facts)
    if not sparing and found.outcome == Outcome.MUST_NOT:
        return f"按认定的情节应当不予处罚，不能作处罚决定：{found.words}（{found.article}）"
    if sparing and found.outcome == Outcome.NONE:
        return "认定的情节不符合不予处罚的条件（《行政处罚法》第三十三条）。请补充情节认定，或作处罚决定。"
    return ""
