"""The bulletin's arithmetic: deductions of a month into lines 区 | 考评情况 | 扣分 | 合计. Pure functions over dataclasses.

Source: 岳阳市城区禁炮考评情况通报 (2019年10月), which lists per unit the block 领导督办, then 月度考评, and their sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fireworks.enums import BanBlock

ORDER = tuple(BanBlock.values)


@dataclass(frozen=True)
class Deduction:
    unit: str
    block: str
    fact: str
    points: Decimal
    key: int | None = None  # the unit's: it keeps it when it is renamed


@dataclass(frozen=True)
class BlockLine:
    """One block of a unit: its facts, each with its points, and their sum."""

    block: str
    facts: tuple[tuple[str, Decimal], ...]

    @property
    def label(self) -> str:
        return str(BanBlock(self.block).label)

    @property
    def points(self) -> Decimal:
        return sum((points for _, points in self.facts), Decimal(0))


@dataclass(frozen=True)
class UnitLine:
    unit: str
    blocks: tuple[BlockLine, ...]
    key: int | None = None

    @property
    def total(self) -> Decimal:
        return sum((block.points for block in self.blocks), Decimal(0))

    def as_plain(self) -> dict[str, Any]:
        """For storing: points as text, so that nothing is lost."""
        blocks = [
            {"block": block.block, "facts": [[fact, f"{points:f}"] for fact, points in block.facts]}
            for block in self.blocks
        ]
        return {"unit": self.unit, "key": self.key, "blocks": blocks}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> UnitLine:
        blocks = (
            BlockLine(each["block"], tuple((fact, Decimal(points)) for fact, points in each["facts"]))
            for each in plain["blocks"]
        )
        return cls(plain["unit"], tuple(blocks), plain.get("key"))


def bulletin_lines(deductions: Iterable[Deduction]) -> list[UnitLine]:
    """Units in the order in which they first appear, the block 督办 before the monthly one."""
    units: dict[tuple[str, int | None], dict[str, list[tuple[str, Decimal]]]] = {}
    for each in deductions:
        units.setdefault((each.unit, each.key), {}).setdefault(each.block, []).append((each.fact, each.points))
    return [
        UnitLine(unit, tuple(BlockLine(block, tuple(blocks[block])) for block in ORDER if block in blocks), key)
        for (unit, key), blocks in units.items()
    ]


def facts_by_unit(lines: Iterable[dict[str, Any]]) -> dict[int | str, Any]:
    """What stored lines say of whom, whatever he is called and wherever he stands by now."""
    return {line.get("key") or line["unit"]: line["blocks"] for line in lines}


def grand_total(lines: Iterable[UnitLine]) -> Decimal:
    return sum((line.total for line in lines), Decimal(0))
