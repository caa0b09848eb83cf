"""数字核校: every number of the final document against the figures that were compiled. Pure functions over plain data.

The document's text is laid beside the compiled text. A number that stands where a figure stood is that figure, said in
the same or other fitting words (matched) or not (changed); one that stands elsewhere is looked up among the figures of
the report; what is then left is unknown. Figures that are printed no more are named as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reports.numbers import phrases, spelled, ways_to_say
from reports.redline import aligned

CONTEXT = 14  # characters either side, so that the place is found again


@dataclass(frozen=True)
class Checked:
    """One number. status: matched, changed, unknown, typed (was typed in the draft too) or gone."""

    status: str
    words: str
    place: str
    context: str
    expected: str = ""
    label: str = ""
    name: str = ""


@dataclass(frozen=True)
class Atom:
    """A character, or a number with the figure that it stands for and where it stands."""

    text: str
    number: bool = False
    name: str = ""
    place: str = ""
    context: str = ""


def atoms_of(text: str, place: str, owners: Sequence[tuple[int, int, str]] = ()) -> Iterator[Atom]:
    """A paragraph in atoms; `owners`: (start, end, name) of the figures that stand in it."""
    position = 0
    for phrase in phrases(text):
        yield from (Atom(character) for character in text[position : phrase.start])
        name = next((name for start, end, name in owners if start <= phrase.start and phrase.end <= end), "")
        context = text[max(0, phrase.start - CONTEXT) : phrase.end + CONTEXT]
        yield Atom(phrase.words, number=True, name=name, place=place, context=context)
        position = phrase.end
    yield from (Atom(character) for character in text[position:])
    yield Atom("\n")


def compiled_atoms(content: dict[str, Any]) -> list[Atom]:
    """What was compiled: headings, paragraphs and the cells of tables, in the order of the paper."""
    found: list[Atom] = []
    for section in content["sections"]:
        heading = f"{section['number']}{section['heading']}"
        found += atoms_of(heading, heading)
        for block in section["blocks"]:
            if block["kind"] == "text":
                found += _paragraph(block["spans"], heading)
            elif block["kind"] == "table":
                found += _table(block, heading)
    return found


def _paragraph(spans: Sequence[dict[str, Any]], place: str) -> Iterator[Atom]:
    owners, text = [], ""
    for span in spans:
        if span.get("role") in ("figure", "override"):
            owners.append((len(text), len(text) + len(span["text"]), span["name"]))
        text += span["text"]
    yield from atoms_of(text, place, owners)


def _table(block: dict[str, Any], place: str) -> Iterator[Atom]:
    yield from atoms_of(block["caption"], place)
    rows = [list(block["head"]), *([cell[0] for cell in row] for row in block["rows"]), list(block["total"])]
    for row in rows:
        for cell in row:
            yield from atoms_of(str(cell), place, [(0, len(str(cell)), block["key"])])


class CheckBack:
    """The figures of one compilation, asked by name or by words."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.figures = {figure["key"]: figure for figure in content["figures"]}
        self.labels = {name: figure["label"] for name, figure in self.figures.items()} | {
            block["key"]: block["caption"]
            for section in content["sections"]
            for block in section["blocks"]
            if block["kind"] != "text"
        }
        self.said: dict[str, list[str]] = {}
        for name, figure in self.figures.items():
            for words in ways_to_say(figure["value"], figure["unit"]):
                self.said.setdefault(words, []).append(name)
        for style, words in content.get("printed", {}).items():
            for phrase in phrases(words):
                self.said.setdefault(phrase.words, []).append(style.partition("|")[0])

    def check(self, paragraphs: Sequence[tuple[str, str]]) -> list[Checked]:
        """`paragraphs`: (place, text) of the document, in order."""
        before = compiled_atoms(self.content)
        after = [atom for place, text in paragraphs for atom in atoms_of(text, place)]
        runs = aligned([atom.text for atom in before], [atom.text for atom in after])
        checked: list[Checked] = []
        waiting: list[Atom] = []  # numbers that went, until it is clear whether others came in their place
        left = right = 0
        for kind, run in runs:
            old, new = before[left : left + len(run)], after[right : right + len(run)]
            if kind == "same":
                checked += [self._gone(atom) for atom in waiting if atom.name]
                waiting = []
                checked += [self._same(*pair) for pair in zip(old, new, strict=True) if pair[1].number]
            elif kind == "gone":
                waiting += [atom for atom in old if atom.number]
            else:
                checked += [self._came(atom, waiting.pop(0) if waiting else None) for atom in new if atom.number]
            left += len(run) if kind != "new" else 0
            right += len(run) if kind != "gone" else 0
        return checked + [self._gone(atom) for atom in waiting if atom.name]

    def _same(self, old: Atom, new: Atom) -> Checked:
        status = "matched" if old.name else "typed"
        return self._entry(status, new, expected=old.text, name=old.name)

    def _came(self, new: Atom, old: Atom | None) -> Checked:
        if old is not None and old.name:
            figure = self.figures.get(old.name, {"value": None, "unit": ""})
            fits = new.text in ways_to_say(figure["value"], figure["unit"])
            return self._entry("matched" if fits else "changed", new, expected=old.text, name=old.name)
        for name in self.said.get(spelled(new.text), []):
            unit = self.figures[name]["unit"] if name in self.figures else ""
            if unit == "%" or f"{new.text}{unit}" in spelled(new.context):
                return self._entry("matched", new, expected=new.text, name=name)
        return self._entry("unknown", new)

    def _gone(self, old: Atom) -> Checked:
        return self._entry("gone", old, expected=old.text, name=old.name)

    def _entry(self, status: str, atom: Atom, *, expected: str = "", name: str = "") -> Checked:
        return Checked(status, atom.text, atom.place, atom.context, expected, self.labels.get(name, ""), name)


def check_back(content: dict[str, Any], paragraphs: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    return [asdict(entry) for entry in CheckBack(content).check(paragraphs)]
