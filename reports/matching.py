"""Pasted text: its numbers matched to the figures of the period, so that chips can stand in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.figures import Figure, Value, one_reading
from config.periods import Period
from reports.compilation import plain_number
from reports.numbers import Phrase, phrases, ways_to_say
from reports.registry import registry
from reports.tokens import CLOSE, OPEN, Role, Text, Token, parse

NEAR = 24  # characters before a number that may name what it counts
OFFERED = 6


@dataclass(frozen=True)
class Candidate:
    """A figure that has the value in question, in the style that gives it the same words."""

    name: str
    style: str
    label: str
    unit: str

    @property
    def token(self) -> str:
        style = f" | {self.style}" if self.style not in ("", "准确") else ""
        return f"{OPEN} {self.name}{style} {CLOSE}"


@dataclass(frozen=True)
class Match:
    """A number of the text with the figures that it may be, likeliest first. `sure`: the first is taken for granted."""

    phrase: Phrase
    before: str
    after: str
    candidates: Sequence[Candidate] = ()
    sure: bool = False


@dataclass
class Shelf:
    """Every figure of a period by the words in which its value may stand."""

    by_words: dict[str, list[Candidate]] = field(default_factory=dict)

    @classmethod
    def of(cls, period: Period) -> Shelf:
        shelf = cls()
        with one_reading():
            for figure in registry().figures.values():
                for choice, title in figure.choices() if figure.choices else [(None, "")]:
                    shelf.put(figure, choice, title, figure.value(period, choice))
        return shelf

    def put(self, figure: Figure, choice: str | None, title: str, value: Value) -> None:
        if value.number is None or value.number == 0:  # a 0 matches every empty register
            return
        name = figure.key if choice is None else f"{figure.key}:{choice}"
        label = figure.label if choice is None else f"{figure.label.partition('（')[0]}·{title}"
        unit = figure.measured_in(choice)
        for words, style in ways_to_say(plain_number(value.number), unit).items():
            self.by_words.setdefault(words, []).append(Candidate(name, style, label, unit))


def matches(text: str, shelf: Shelf) -> list[Match]:
    """Every number of the text outside of chips that ought to have a source, in order."""
    found, position = [], 0
    for node in parse(text).nodes:
        if isinstance(node, Text):
            for phrase in phrases(node.text):
                moved = Phrase(phrase.start + position, phrase.end + position, phrase.words)
                found.append(judged(text, moved, shelf))
        position += len(node.source)
    return found


def judged(text: str, phrase: Phrase, shelf: Shelf) -> Match:
    before, after = text[max(0, phrase.start - NEAR) : phrase.start], text[phrase.end : phrase.end + NEAR]
    fitting = [each for each in shelf.by_words.get(phrase.words, []) if each.unit == "%" or after.startswith(each.unit)]
    scored = sorted(((likeness(each.label, before), each) for each in fitting), key=lambda pair: -pair[0])
    sure = bool(scored) and scored[0][0] > 0 and (len(scored) == 1 or scored[0][0] > scored[1][0])
    return Match(phrase, before, after, tuple(each for _, each in scored[:OFFERED]), sure)


def likeness(label: str, before: str) -> int:
    """How many pairs of neighbouring characters of the label stand just before the number; nearer clauses count double."""
    clause = max(before.rfind(mark) for mark in "，。；、\n")
    pairs = {label[place : place + 2] for place in range(len(label) - 1)}
    return sum((pair in before) + (pair in before[clause + 1 :]) for pair in pairs)


def replaced(text: str, chosen: Mapping[int, str]) -> str:
    """The text with what was chosen for the n-th number put in its place; from the end, so that places stay."""
    found = matches(text, Shelf())
    for number in sorted(chosen, reverse=True):
        if 0 <= number < len(found):
            phrase = found[number].phrase
            text = text[: phrase.start] + chosen[number] + text[phrase.end :]
    return text


def typed_token(words: str, origin: str) -> str:
    """A number typed by hand with its source, as it stands in the text."""
    return Token(Role.TYPED, words, style=origin).source
