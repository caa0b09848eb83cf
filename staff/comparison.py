"""Two texts side by side, paragraph by paragraph, with the changed words marked. Pure functions."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

Pieces = tuple[tuple[str, bool], ...]  # text, changed?


@dataclass(frozen=True)
class Pair:
    """One line of the comparison: same, changed, removed (nothing on the right) or added (nothing on the left)."""

    kind: str
    left: Pieces
    right: Pieces


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def side_by_side(before: str, after: str) -> list[Pair]:
    """Every paragraph of both texts, in order: joined left (right) sides give the text before (after) again."""
    left, right = paragraphs(before), paragraphs(after)
    pairs: list[Pair] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += [Pair("same", ((line, False),), ((line, False),)) for line in left[i:j]]
            continue
        both = min(j - i, m - k)
        pairs += [Pair("changed", *marked(left[i + n], right[k + n])) for n in range(both)]
        pairs += [Pair("removed", ((line, True),), ()) for line in left[i + both : j]]
        pairs += [Pair("added", (), ((line, True),)) for line in right[k + both : m]]
    return pairs


def marked(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Two versions of a paragraph in pieces, those that differ marked."""
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if i < j:
            left.append((before[i:j], tag != "equal"))
        if k < m:
            right.append((after[k:m], tag != "equal"))
    return tuple(left), tuple(right)
