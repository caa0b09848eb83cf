"""The movement ledger as arithmetic: a person's history → standings, and closing = opening + in − out for any scope.

Pure functions over dataclasses; no database. Every figure about people rests on `walk`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from staff.enums import MOVEMENT_RULES, MovementKind, Standing


@dataclass(frozen=True)
class Place:
    """Where a person stands: standing, unit, kind of employment, post."""

    standing: str = Standing.OUTSIDE.value
    unit: int | None = None
    employment: str = ""
    post: str = ""

    @property
    def on_roll(self) -> bool:
        return self.standing in Standing.ON_ROLL

    @property
    def on_duty(self) -> bool:
        return self.standing in Standing.ON_DUTY


NOWHERE = Place()


@dataclass(frozen=True)
class Fact:
    """A movement as recorded. Empty unit, employment and post mean "as before"."""

    kind: str
    effective_on: date
    unit: int | None = None
    employment: str = ""
    post: str = ""
    standing: str = ""  # of a correction: where it leads


@dataclass(frozen=True)
class Step:
    """What a movement came to. It holds from its day until `ends_on` (exclusive); None: until further notice.

    A flagged step is on record but changes nothing: it does not fit what the ledger says of that day.
    """

    before: Place
    after: Place
    ends_on: date | None
    flag: str = ""

    @property
    def roll_effect(self) -> int:
        return int(self.after.on_roll) - int(self.before.on_roll)

    @property
    def duty_effect(self) -> int:
        return int(self.after.on_duty) - int(self.before.on_duty)


def apply(place: Place, fact: Fact) -> tuple[Place, str]:
    """The place after a movement, and what is wrong with it ("" if it fits)."""
    rule = MOVEMENT_RULES[fact.kind]
    if place.standing not in rule.sources:
        here, kind = Standing(place.standing).label, MovementKind(fact.kind).label
        return place, f"台账上此人当时为“{here}”，与“{kind}”不符，未计入人数。"
    target = fact.standing if fact.kind == MovementKind.CORRECTED else (rule.target or place.standing)
    if target == Standing.OUTSIDE:
        return NOWHERE, ""
    after = replace(
        place,
        standing=str(target),
        unit=fact.unit or place.unit,
        employment=fact.employment or place.employment,
        post=fact.post or place.post,
    )
    if after.unit is None or not after.employment:
        return place, "没有写明单位和用工性质，未计入人数。"
    return after, ""


def walk(facts: Sequence[Fact]) -> list[Step]:
    """A person's movements, in order of their day (of one day: as recorded), each with what it came to.

    Raises ValueError if the days go backwards: the caller sorts.
    """
    if any(later.effective_on < earlier.effective_on for earlier, later in pairwise(facts)):
        raise ValueError("The movements are not in the order of their days.")
    steps: list[Step] = []
    place = NOWHERE
    open_index: int | None = None
    for fact in facts:
        after, flag = apply(place, fact)
        if flag:
            steps.append(Step(place, place, fact.effective_on, flag))
            continue
        if open_index is not None:
            steps[open_index] = replace(steps[open_index], ends_on=fact.effective_on)
        open_index = len(steps)
        steps.append(Step(place, after, None))
        place = after
    return steps


Scope = Callable[[Place], bool]


def effect(step: Step, scope: Scope) -> int:
    """What a step does to the number of people in a scope: +1, 0 or −1."""
    return int(scope(step.after)) - int(scope(step.before))


@dataclass(frozen=True)
class Balance:
    """A head count over a period; `by_kind` holds (in, out) for each kind of movement that changed it."""

    opening: int
    ins: Counter[str]
    outs: Counter[str]

    @property
    def closing(self) -> int:
        return self.opening + self.ins.total() - self.outs.total()


def balance(opening: int, changes: Iterable[tuple[str, int]]) -> Balance:
    """Opening head count and (kind, effect) of the period's steps → balance."""
    ins: Counter[str] = Counter()
    outs: Counter[str] = Counter()
    for kind, change in changes:
        if change > 0:
            ins[kind] += change
        elif change < 0:
            outs[kind] -= change
    return Balance(opening, ins, outs)
