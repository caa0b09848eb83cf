"""Whether a problem found again is a recurrence (回潮) or still the same finding: pure functions.

Source: 考评办法, scoring step 3. Two errors are kept out: counting a problem twice while the first
finding is still open, and losing a recurrence because a position drifts or a place is only words.
"""

import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from config.positions import Position, metres_between
from inspections.scoring import DEFAULT_RULES, ScoringRules

SAME_PLACE_METRES: Final = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem was found: a known point, else (latitude, longitude) in degrees, else the words."""

    point_id: int | None = None
    position: Position | None = None
    text: str = ""


def same_place(one: Place, other: Place) -> bool:
    """Whether two findings lie at the same place (step 3): same point, else within 30 m.

    Positions drift, so metres decide and not equality. Sheets without either are compared by their
    words, regardless of spaces and of full or half width.
    """
    if one.point_id is not None and other.point_id is not None:
        return one.point_id == other.point_id
    if one.position is not None and other.position is not None:
        return metres_between(one.position, other.position) <= SAME_PLACE_METRES
    words = bare_words(one.text)
    return bool(words) and words == bare_words(other.text)


def bare_words(text: str) -> str:
    """The words of a place without spaces, width and case: what two sheets write alike."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier finding of the same unit, item and place that is not voided; aware datetimes."""

    key: Hashable
    found_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`number` is 0 first, 1 first recurrence, 2 second and later.

    `same_as`: the earlier finding that was still open: add a photo to it, register nothing new.
    `follows`: the closed finding that this one repeats.
    """

    number: int
    same_as: Hashable | None = None
    follows: Hashable | None = None


def recurrence_number(
    previous: Sequence[Earlier], found_at: datetime, rules: ScoringRules = DEFAULT_RULES
) -> Recurrence:
    """Recurrence of a problem found at `found_at` (aware), step 3.

    A finding made within 30 calendar days of the day an earlier one was closed is one recurrence
    more than that earlier one, so it is the chain that counts and not how many fall into one
    window. A finding made before the earlier one was closed is the same finding and costs nothing.
    `previous` may come in any order and may hold later findings, which are passed over.
    """
    chain: list[tuple[Earlier, int]] = []
    for earlier in sorted(previous, key=lambda e: e.found_at):
        if earlier.found_at > found_at:
            break
        held, number, _ = _link(chain, earlier.found_at, rules)
        chain.append((earlier, number))
    held, number, follows = _link(chain, found_at, rules)
    if held is not None:
        return Recurrence(number, same_as=held.key)
    return Recurrence(number, follows=follows.key if follows else None)


def _link(
    chain: Sequence[tuple[Earlier, int]], found_at: datetime, rules: ScoringRules
) -> tuple[Earlier | None, int, Earlier | None]:
    """(finding still open at `found_at`, recurrence number, closed finding that it follows)."""
    follows: Earlier | None = None
    number = 0
    top = len(rules.recurrence_multipliers) - 1
    for earlier, its_number in chain:
        if earlier.closed_at is None or earlier.closed_at > found_at:
            return earlier, its_number, None
        days = (timezone.localdate(found_at) - timezone.localdate(earlier.closed_at)).days
        if days <= rules.recurrence_days and its_number + 1 >= number:
            number, follows = its_number + 1, earlier
    return None, min(number, top), follows
