"""花脸稿: two drafts as one running text, what went struck through, what came underlined. Pure functions.

Words and numbers are atoms: 1236 → 1240 is one change, not the digits 36 → 40. The alignment is diff-match-patch's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from diff_match_patch import diff_match_patch

ATOM = re.compile(r"\{\{.*?\}\}|[近约]?\d+(?:,\d{3})*(?:\.\d+)?[万亿]?[余多]?[%％]?|[A-Za-z]+|.", re.DOTALL)
FIRST_CODE, SURROGATES = 0x100, range(0xD800, 0xE000)
SECONDS = 4.0  # a text is never so different that more would read better
KINDS = {-1: "gone", 0: "same", 1: "new"}


@dataclass(frozen=True)
class Piece:
    kind: str  # same, gone or new
    text: str


def atoms(text: str) -> list[str]:
    return ATOM.findall(text)


def aligned(before: Sequence[str], after: Sequence[str], *, readable: bool = False) -> list[tuple[str, list[str]]]:
    """Runs of atoms: ("same" | "gone" | "new", atoms). `readable` merges changes that are too small to be read apart."""
    codes: dict[str, str] = {}
    known: list[str] = []

    def encode(sequence: Sequence[str]) -> str:
        for atom in sequence:
            if atom not in codes:
                place = FIRST_CODE + len(known)
                codes[atom] = chr(place if place < SURROGATES.start else place + len(SURROGATES))
                known.append(atom)
        return "".join(codes[atom] for atom in sequence)

    engine = diff_match_patch()
    engine.Diff_Timeout = SECONDS
    runs = engine.diff_main(encode(before), encode(after), False)
    if readable:
        engine.diff_cleanupSemantic(runs)
    atom_of = {code: atom for atom, code in codes.items()}
    return [(KINDS[kind], [atom_of[code] for code in run]) for kind, run in runs]


def redline(before: str, after: str) -> list[list[Piece]]:
    """Paragraphs of pieces. Without the new pieces they read as before, without those gone as after."""
    lines: list[list[Piece]] = [[]]
    for kind, run in aligned(atoms(before), atoms(after), readable=True):
        for number, line in enumerate("".join(run).split("\n")):
            if number:
                lines.append([])
            if line:
                lines[-1].append(Piece(kind, line))
    return [line for line in lines if line]


def changed(lines: Sequence[Sequence[Piece]]) -> int:
    """How many places were changed."""
    return sum(piece.kind != "same" for line in lines for piece in line)
