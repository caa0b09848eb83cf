"""Ranks within groups (考评办法, scoring steps 14 and 15): pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from config.ranking import rank
from inspections.enums import TiePolicy

Entrant = TypeVar("Entrant")
GROUP_ORDER = {"street": 0, "squad": 1}


@dataclass(frozen=True, slots=True)
class Standing(Generic[Entrant]):
    """A place in a group; `rank` is None for those without data or outside the groups."""

    entrant: Entrant
    group: str
    score: Decimal | None  # as printed
    rank: int | None
    tied: bool = False


def ranked(
    scores: Iterable[tuple[Entrant, Decimal]], ties: str, tie_break: Callable[[Entrant], Any] | None = None
) -> list[Standing[Entrant]]:
    """One group, best first, by the printed score; `ties` is a TiePolicy. `tie_break`: the smaller stands first."""
    found = rank(scores, tie_break=tie_break)
    distinct = sorted({each.score for each in found}, reverse=True)
    standings = []
    for place, each in enumerate(found, 1):
        number = {TiePolicy.DENSE: distinct.index(each.score) + 1, TiePolicy.ORDERED: place}.get(
            TiePolicy(ties), each.rank
        )
        standings.append(Standing(each.entrant, "", each.score, number, each.tied and ties != TiePolicy.ORDERED))
    return standings


def standings(
    entries: Iterable[tuple[Entrant, str, Decimal | None]],
    ties: str = TiePolicy.SHARED,
    tie_break: Callable[[Entrant], Any] | None = None,
) -> list[Standing[Entrant]]:
    """(entrant, group, exact score) → standings: the street group, the squad group, then who is in none.

    Who has no score stands at the end of the group.
    """
    listed = list(entries)
    groups = sorted({group for _, group, _ in listed if group}, key=lambda group: GROUP_ORDER.get(group, 9))
    found: list[Standing[Entrant]] = []
    for group in groups:
        scores = [(entrant, score) for entrant, of, score in listed if of == group and score is not None]
        found += [Standing(s.entrant, group, s.score, s.rank, s.tied) for s in ranked(scores, ties, tie_break)]
        found += [
            Standing(entrant, group, None, None) for entrant, of, score in listed if of == group and score is None
        ]
    outside = [(entrant, score) for entrant, group, score in listed if not group]
    known = ranked([(entrant, score) for entrant, score in outside if score is not None], ties, tie_break)
    found += [Standing(each.entrant, "", each.score, None) for each in known]
    found += [Standing(entrant, "", None, None) for entrant, score in outside if score is None]
    return found


def is_last(standing: Standing[Any], group: Iterable[Standing[Any]], place: int = 1) -> bool:
    """Whether it stands `place` from the end: 1 is the last; who shares that rank shares the place."""
    if standing.rank is None:
        return False
    return sum(each.rank is not None and each.rank > standing.rank for each in group) == place - 1
