"""What a guard finds: a rule that a step would break, with its article and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from billboards.discretion import decided_line, lines_for, why_not_amount
from billboards.dossier import Dossier
from billboards.models import CaseOfficer, Decision, Notice
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


def amount_in_table(dossier: Dossier, proposal: Notice | Decision) -> Problems:
    """The fine within the statute and the discretion table (裁量权基准)."""
    violation = dossier.case.violation
    if violation is None:
        yield Problem("no_violation", "请先选定案由", "《行政处罚法》第四十四条")
    elif proposal.amount:
        lines = lines_for(violation.table, proposal.amount, dossier.party)
        chosen, field = lines[0] if lines else None, "amount"
        if isinstance(proposal, Decision) and lines:
            field = "discretion_step"
            chosen = decided_line(violation.table, proposal.amount, dossier.party, proposal.line)
        if why := why_not_amount(violation.table, proposal.amount, dossier.party, chosen):
            if violation.table.lines and not lines and why.startswith("请选择裁量阶次"):
                why = f"罚款 {proposal.amount:,.2f} 元不在任何裁量阶次之内。请改数额。"
            yield Problem("amount", why.rstrip("。"), "《行政处罚法》第十六条、第三十四条", field)


def reasons_given(entry: Entry, what: str, article: str) -> Problems:
    if not entry.note.strip():
        yield Problem("no_reason", f"请写明{what}", article, "note")
