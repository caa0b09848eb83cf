"""Which outlines there are: the house's, and what the office made of them or added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.periods import Period
from reports.models import Outline
from reports.outline import AnyPart, OutlineSection, filled, sections_of
from reports.shorter_outlines import HOUSE


@dataclass(frozen=True)
class Offered:
    """An outline to write by. `own`: the office's row, if it has one; `of_house`: the house has one of that code."""

    code: str
    name: str
    title: str
    length: int
    parts: Sequence[AnyPart]
    own: Outline | None = None
    of_house: bool = False

    def sections(self, period: Period) -> list[OutlineSection]:
        return sections_of(self.parts, period)

    def title_of(self, period: Period) -> str:
        return filled(self.title, period)


def offered_outlines() -> dict[str, Offered]:
    """Every outline by its code; the office's own text stands before the house's."""
    found = {
        code: Offered(code, house.name, house.title, house.length, house.parts, of_house=True)
        for code, house in HOUSE.items()
    }
    for outline in Outline.objects.prefetch_related("parts"):
        parts = list(outline.parts.all())
        found[outline.code] = Offered(
            outline.code, outline.name, outline.title, outline.length, parts, outline, outline.code in HOUSE
        )
    return found


def outline_names() -> dict[str, str]:
    return {code: offered.name for code, offered in offered_outlines().items()}
