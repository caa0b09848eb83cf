"""Ranking with ties, as bulletins print it (考评办法, scoring step 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Generic, TypeVar

Entrant = TypeVar("Entrant")
PLACES = Decimal("0.01")


@dataclass(frozen=True)
class Ranked(Generic[Entrant]):
    entrant: Entrant
    score: Decimal  # rounded half up to 0.01, as printed
    rank: int
    tied: bool


def rank(
    scores: Iterable[tuple[Entrant, Decimal]], *, tie_break: Callable[[Entrant], Any] | None = None
) -> list[Ranked[Entrant]]:
    """Best first. Scores are rounded before they are compared, so a printed tie is a tie; the next rank is skipped.

    `tie_break` orders tied entrants on paper only; without it they stand in the order given.
    """
    rounded = [(entrant, score.quantize(PLACES, ROUND_HALF_UP)) for entrant, score in scores]
    ordered = sorted(rounded, key=lambda pair: (-pair[1], tie_break(pair[0]) if tie_break else 0))
    values = [score for _, score in ordered]
    return [Ranked(entrant, score, values.index(score) + 1, values.count(score) > 1) for entrant, score in ordered]
