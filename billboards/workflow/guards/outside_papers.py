"""Papers that can no more be issued today, because what they stand for happened without them: 登记外部文书 instead.

A paper that is signed today bears today's date: it cannot have been what was served last month, nor what a step was
taken by that is only now entered (补录).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from billboards.dossier import Dossier
from billboards.enums.cases import DecisionKind
from billboards.enums.papers import PaperKind

# The step that the paper is of, and the rows of the record that it stands for ("" = none with a service of its own).
STEP_OF: Final[Mapping[str, tuple[str, str]]] = {
    PaperKind.FILING: ("file", ""),
    PaperKind.NOT_FILING: ("reject", ""),
    PaperKind.TRANSFER: ("transfer", ""),
    PaperKind.SUSPENSION: ("suspend", ""),
    PaperKind.SPOT: ("spot", "decisions"),
    PaperKind.CORRECTION: ("order", "orders"),
    PaperKind.NOTICE: ("notify", "notices"),
    PaperKind.HEARING_RIGHT: ("notify", "notices"),
    PaperKind.HEARING_NOTICE: ("open_hearing", ""),
    PaperKind.PENALTY: ("decide", "decisions"),
    PaperKind.NO_PENALTY: ("spare", "decisions"),
    PaperKind.DUNNING: ("dun", "dunnings"),
    PaperKind.COURT: ("apply_court", ""),
    PaperKind.ANNOUNCEMENT: ("announce", ""),
    PaperKind.ENFORCEMENT: ("order_enforcement", "enforcements"),
    PaperKind.SUBSTITUTE: ("order_enforcement", "enforcements"),
}
OWN_KIND: Final = {
    PaperKind.SPOT: DecisionKind.SPOT,
    PaperKind.PENALTY: DecisionKind.PENALTY,
    PaperKind.NO_PENALTY: DecisionKind.NO_PENALTY,
}
WAY_OUT: Final = "线下（其他平台）已出文的，请在本案文书页“登记外部文书”，填写文号和日期。"


@dataclass(frozen=True)
class KnownPaper:
    """What the record of a step knows of the paper that it was taken by: number and day."""

    number: str
    on: date | None


def known_paper(dossier: Dossier, kind: str) -> KnownPaper:
    edge, rows = STEP_OF.get(kind, ("", ""))
    step = next((each for each in reversed(dossier.steps) if each.edge == edge), None)
    record: Any = next(iter(getattr(dossier, rows)[-1:]), None) if rows else None
    if record is not None and not wrong_kind(record, kind):
        return KnownPaper(record.number, record.issued_on)
    number = dossier.case.filing_number if kind == PaperKind.FILING else ""
    return KnownPaper(number, step.happened_on if step is not None else None)


def to_register(dossier: Dossier, kind: str) -> bool:
    """Whether the step is on record and its paper is still to be registered: it went out elsewhere, or on paper."""
    if any(each.kind == kind and each.is_issued for each in dossier.papers):
        return False
    return bool(issued_elsewhere(dossier, kind))


def issued_elsewhere(dossier: Dossier, kind: str) -> str:
    """Why a paper of this kind is not issued today although its step is on record; "" if that is no reason."""
    edge, rows = STEP_OF.get(kind, ("", ""))
    step = next((each for each in reversed(dossier.steps) if each.edge == edge), None)
    record: Any = next(iter(getattr(dossier, rows)[-1:]), None) if rows else None
    if step is not None and step.late and not (record is not None and wrong_kind(record, kind)):
        return f"“{step.label}”是补录的（{step.happened_on}），不能今天补签发文书；{WAY_OUT}"
    served = served_without(dossier, kind, rows) if rows else None
    if served is not None:
        return f"已登记于{served}送达，但系统内没有这份文书，今天签发的不是当时送达的；{WAY_OUT}"
    return ""


def served_without(dossier: Dossier, kind: str, rows: str) -> date | None:
    """The day before today on which the newest record was served, where no paper of the kind had gone out by then."""
    found: Any = next(iter(getattr(dossier, rows)[-1:]), None)
    if found is None or not found.served_on or found.served_on >= dossier.today or wrong_kind(found, kind):
        return None
    out = [each for each in dossier.papers if each.kind == kind and each.issued_on]
    day: date = found.served_on
    return None if any(found.issued_on <= each.issued_on for each in out) else day


def wrong_kind(record: Any, kind: str) -> bool:
    """A record that is another paper's: decisions by their kind, notices by the right to a hearing."""
    if kind in OWN_KIND:
        return bool(record.kind != OWN_KIND[PaperKind(kind)])
    if kind in (PaperKind.NOTICE, PaperKind.HEARING_RIGHT):
        return bool(record.with_hearing != (kind == PaperKind.HEARING_RIGHT))
    return False
