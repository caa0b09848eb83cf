"""What a guard finds: a rule that a step would break, with its article and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from billboards.dossier import Dossier
from billboards.models import CaseOfficer
from staff.models import Person
from staff.officers import why_not_officer


@dataclass(frozen=True)
class Problem:
    """`soft`: a rule already broken by the passing of time; our paper may still be issued, and the flaw is recorded.

    `hard`: without it there is no fact to record, not even afterwards.
    """

    code: str
    text: str
    article: str
    field: str = ""
    soft: bool = False
    hard: bool = False

    def __str__(self) -> str:
        return f"{self.text}（{self.article}）"


@dataclass(frozen=True)
class Entry:
    """What is entered for a step. `record`: an unsaved record of the step; `officers`: who acted in it."""

    day: date
    record: Any = None
    late: bool = False
    note: str = ""
    officers: Sequence[CaseOfficer] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    by: Any = None  # set by the door


Problems = Iterator[Problem]
ART_42 = "《行政处罚法》第四十二条第一款"


def two_officers(officers: Sequence[CaseOfficer], day: date) -> Problems:
    """At least two, each with a card valid on the day, in post, no auxiliary, not recused (Art. 42, 43)."""
    if len(officers) < 2:
        yield Problem("one_officer", "执法人员不得少于两人，请补选办案人员", ART_42, "officers")
    for officer in officers:
        if officer.recused_on is not None and officer.recused_on <= day:
            yield Problem("recused", f"{officer.person.name}已回避", "《行政处罚法》第四十三条", "officers")
        elif why := why_not_officer(officer.person, day):
            yield Problem("not_officer", why.rstrip("。"), ART_42, "officers")


def not_investigator(dossier: Dossier, person: Person | None, what: str, article: str, field_: str) -> Problems:
    if person is not None and any(each.person_id == person.pk for each in dossier.officers):
        yield Problem("investigator", f"{person.name}是本案调查人员，不能担任{what}", article, field_)


def reasons_given(entry: Entry, what: str, article: str) -> Problems:
    if not entry.note.strip():
        yield Problem("no_reason", f"请写明{what}", article, "note")
