"""What places in a ranking bring (奖惩办法): pure functions over standings and the rules in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from inspections.enums import RewardKind
from inspections.standings import is_last


class Rule(Protocol):
    """A row of the table, as far as it matters here."""

    group: str
    position: int
    months: int
    kind: str

    @property
    def money(self) -> Decimal: ...

    @property
    def place(self) -> str: ...

    def get_kind_display(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """Money in 元 (negative: deducted from 考评资金) and the words the bulletin prints."""

    money: Decimal
    words: str


def at(standing: Any, group: Sequence[Any], position: int) -> bool:
    """Whether a standing holds a place, counted from the top (1 …) or from the end (-1 …); who ties shares it.

    In a group of one there is no last place.
    """
    if standing is None or standing.rank is None:
        return False
    if position > 0:
        return bool(standing.rank == position)
    ranked = [each for each in group if each.rank is not None]
    return len(ranked) > 1 and is_last(standing, ranked, -position) and standing.rank > 1


def outcome_of(unit: int, months: Sequence[Mapping[int, Any]], rules: Sequence[Rule]) -> Outcome:
    """`months`: unit → standing, this month first, then the months before it without a gap.

    Money follows every rule that holds; of several warnings the one for the longest run is given.
    """
    money, words = Decimal(0), []
    warnings: list[tuple[int, str]] = []
    for rule in rules:
        standing = months[0].get(unit)
        if standing is None or standing.group != rule.group or not _holds(unit, months, rule):
            continue
        if rule.kind in RewardKind.MONEY:
            money += rule.money
            words.append(f"{rule.get_kind_display()}{_money(abs(rule.money))}")
        else:
            warnings.append((rule.months, f"{rule.get_kind_display()}（{rule.place}）"))
    words += [text for _, text in sorted(warnings)[-1:]]
    return Outcome(money, "，".join(words))


def _holds(unit: int, months: Sequence[Mapping[int, Any]], rule: Rule) -> bool:
    if len(months) < rule.months:
        return False
    return all(
        at(month.get(unit), [each for each in month.values() if each.group == rule.group], rule.position)
        for month in months[: rule.months]
    )


def _money(amount: Decimal) -> str:
    """30,000 → 3万元; whole 元 otherwise."""
    if amount >= 10_000 and amount % 1_000 == 0:
        return f"{(amount / 10_000).normalize():f}万元"
    return f"{amount.normalize():f}元"
