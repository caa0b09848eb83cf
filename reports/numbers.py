"""Numbers in a running text: where they stand, and in which words a figure's value may stand. Pure functions.

A phrase is the number with what belongs to it: 1200余, 近1300, 1.24万, 94.1%. Commas and full-width signs are spelled alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from reports.sentences import STYLES
from reports.tokens import numbers_without_source

PHRASE = re.compile(r"(?:近|约)?\d+(?:,\d{3})*(?:\.\d+)?[万亿]?[余多]?(?:个百分点|[%％‰])?")


@dataclass(frozen=True)
class Phrase:
    """A number in a text: text[start:end], spelled as `words`."""

    start: int
    end: int
    words: str


def spelled(words: str) -> str:
    return words.replace(",", "").replace("％", "%")


def phrases(text: str) -> Iterator[Phrase]:
    """Every number that ought to have a source: no dates, document numbers, hotlines, list numbers."""
    open_ended = numbers_without_source(text)
    for match in PHRASE.finditer(text):
        if any(match.start() < end and start < match.end() for start, end in open_ended):
            yield Phrase(match.start(), match.end(), spelled(match[0]))


def ways_to_say(value: Any, unit: str) -> dict[str, str]:
    """Phrase → style, for every style that suits a value; {} for a value that is no number."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return {}
    rate = unit == "%"
    ways: dict[str, str] = {}
    for style in STYLES.values():
        if style.word is None or not style.suits(rate=rate) or number < 0:
            continue
        words = spelled(style.word(number, "").text)
        ways.setdefault(words, style.name)
    return ways
