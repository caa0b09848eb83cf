"""Drawing the places of a round (抽取点位): pure functions, the same seed gives the same draw.

Source: 考评办法, scoring step 10 (every unit of a ranking group gets the same number of points per area type) and
组织实施 (random, unannounced). Two drawings with one seed can be held against each other by anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A place that may be drawn: its id, its area type, the id of the unit that answers for it."""

    area: str
    unit: int
    place: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """An area type in which a group gets fewer points than asked, because a unit has no more places there."""

    group: str
    area: str
    unit: int
    available: int


@dataclass(frozen=True, slots=True)
class Draw:
    chosen: tuple[Candidate, ...]
    shortfalls: tuple[Shortfall, ...]


def draw(candidates: Iterable[Candidate], groups: Mapping[int, str], *, per_area: int, seed: int) -> Draw:
    """At most `per_area` places per unit and area type, equally many for each unit of a group that has such places.

    `groups`: unit id → ranking group; a unit without a group ("") is compared with nobody and counts for itself. The
    order of the candidates does not matter. A unit that has no place of an area type is passed over there: it is not
    assessed on railways if it has none.
    """
    if per_area < 1:
        raise ValueError("每单位每类区域的点数至少为 1。")
    pools: dict[tuple[str, str], dict[int, list[Candidate]]] = {}
    for candidate in sorted(set(candidates)):
        group = groups.get(candidate.unit, "") or f"unit-{candidate.unit}"
        pools.setdefault((group, candidate.area), {}).setdefault(candidate.unit, []).append(candidate)
    chosen: list[Candidate] = []
    shortfalls: list[Shortfall] = []
    for (group, area), by_unit in sorted(pools.items()):
        fewest = min(by_unit, key=lambda unit: (len(by_unit[unit]), unit))
        number = min(per_area, len(by_unit[fewest]))
        if number < per_area:
            shortfalls.append(Shortfall(group, area, fewest, number))
        for unit, pool in sorted(by_unit.items()):
            # Each unit and area draws from its own stream: a place more elsewhere changes nothing here.
            chosen += sorted(Random(f"{seed}/{area}/{unit}").sample(pool, number))  # noqa: S311 -- to be repeated, not secret
    return Draw(tuple(chosen), tuple(shortfalls))
