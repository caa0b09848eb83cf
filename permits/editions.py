"""Two editions of a permit item beside each other: what need no longer be handed in, how many days were saved. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Listed(Protocol):
    """A material, as far as editions differ in it."""

    @property
    def name(self) -> str: ...
    @property
    def necessity(self) -> str: ...
    @property
    def copies(self) -> int: ...


class Edition(Protocol):
    @property
    def legal_days(self) -> int: ...
    @property
    def promised_days(self) -> int: ...
    @property
    def split(self) -> list[tuple[str, int]]: ...


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    before: int
    after: int

    @property
    def saved(self) -> int:
        return self.before - self.after


@dataclass(frozen=True, slots=True)
class Difference:
    """`dropped`, `added`: names of materials; `eased`: still listed, but no longer always or in fewer copies."""

    dropped: tuple[str, ...]
    added: tuple[str, ...]
    eased: tuple[str, ...]
    steps: tuple[Step, ...]
    materials_before: int
    materials_after: int

    @property
    def days_saved(self) -> int:
        """Working days of the promise that fell away; below 0 if it grew longer."""
        return self.steps[-1].saved


def by_name(materials: Iterable[Listed]) -> dict[str, Listed]:
    return {material.name: material for material in materials}


def difference(before: Edition, after: Edition, *, old: Sequence[Listed], new: Sequence[Listed]) -> Difference:
    """What changed from one edition to another, ours to the last or to the city bureau's."""
    had, has = by_name(old), by_name(new)
    eased = [
        name
        for name, material in has.items()
        if name in had
        and (
            (had[name].necessity == "mandatory" and material.necessity == "conditional")
            or material.copies < had[name].copies
        )
    ]
    steps = [Step(label, one, other) for (label, one), (_, other) in zip(before.split, after.split, strict=True)]
    return Difference(
        dropped=tuple(name for name in had if name not in has),
        added=tuple(name for name in has if name not in had),
        eased=tuple(eased),
        steps=(
            *steps,
            Step("法定时限", before.legal_days, after.legal_days),
            Step("承诺时限", before.promised_days, after.promised_days),
        ),
        materials_before=len(had),
        materials_after=len(has),
    )
