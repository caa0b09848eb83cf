"""What papers tell the case: a number when one is signed, and the day of service, from which the party's periods run.

Called by the door of papers (billboards/workflow/papers.py). Where a paper is served that carries the decision, the case
itself moves: service is step 14 of the procedure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction

from billboards.dossier import Dossier
from billboards.enums.cases import CaseState
from billboards.enums.papers import PaperKind
from billboards.models import Case
from billboards.workflow import clocks
from billboards.workflow.effects import notice_served
from billboards.workflow.guards import Entry
from billboards.workflow.steps import locked, take_step
from staff.models import Activity, User, Verb

DECISIONS: Final = (PaperKind.PENALTY, PaperKind.NO_PENALTY)
FROM_SERVICE: Final = ("C_PAY", "R_REVIEW", "R_SUE", "R_UNTOLD")  # what runs from the service of a decision
# Where the case keeps the record that a paper stands for.
RECORDS: Final[dict[str, str]] = {
    PaperKind.CORRECTION: "correctionorders",
    PaperKind.NOTICE: "notices",
    PaperKind.HEARING_RIGHT: "notices",
    PaperKind.PENALTY: "decisions",
    PaperKind.NO_PENALTY: "decisions",
    PaperKind.SPOT: "decisions",
    PaperKind.DUNNING: "dunnings",
    PaperKind.ANNOUNCEMENT: "announcements",
    PaperKind.ENFORCEMENT: "enforcementdecisions",
    PaperKind.SUBSTITUTE: "enforcementdecisions",
}


@dataclass(frozen=True)
class Delivery:
    """`day`: what happened; `effective_on`: the day that counts in law (公告: thirty days later)."""

    day: date
    method: str
    proof: str
    effective_on: date | None = None

    @property
    def counts_from(self) -> date:
        return self.effective_on or self.day


def record_of(case: Case, kind: str) -> Any:
    name = RECORDS.get(kind)
    return getattr(case, name).order_by("-pk").first() if name else None


def served_as_recorded(case: Case, kind: str, issued_on: date) -> date | None:
    """The service that the record of the paper's step already knows of."""
    day: date | None = getattr(record_of(case, kind), "served_on", None)
    return day if day is not None and day >= issued_on else None


@transaction.atomic
def signed(case: Case, kind: str, number: str) -> None:
    """A paper of the case got its number: the record of its step carries it."""
    if kind == PaperKind.FILING and not case.filing_number:
        current = locked(case)
        current.filing_number = number
        current.save(update_fields=["filing_number"])
        return
    record = record_of(case, kind)
    if record is not None and not record.number:
        record.number = number
        record.save(update_fields=["number"])


@transaction.atomic
def served(case: Case, kind: str, delivery: Delivery, *, by: User | None) -> Case:
    """A paper reached the party in a way that the law takes for service: start what runs from that day."""
    current = locked(case)
    if kind in DECISIONS and current.state == CaseState.DECIDED:
        facts = {"method": delivery.method, "proof": delivery.proof, "effective_on": delivery.counts_from}
        return take_step(current, "serve", Entry(day=delivery.day, late=not delivery.proof.strip(), facts=facts), by=by)
    if kind == PaperKind.HEARING_NOTICE:
        hearing = current.hearings.order_by("-pk").first()
        if hearing is not None and hearing.notice_served_on is None:
            hearing.notice_served_on = delivery.counts_from
            hearing.save(update_fields=["notice_served_on"])
        return current
    record = record_of(current, kind)
    if record is None or not hasattr(record, "served_on"):
        return current
    if record.served_on is not None and record.served_on <= delivery.counts_from:
        return current  # else it was announced, and reached the party before the thirty days were over
    record.served_on = max(delivery.counts_from, record.issued_on)
    record.service_method, record.service_proof = delivery.method, delivery.proof[:200]
    record.save(update_fields=["served_on", "service_method", "service_proof"])
    return after_service(current, kind, record, by=by)


def after_service(case: Case, kind: str, record: Any, *, by: User | None) -> Case:
    """The clocks of a served record, the earliest day of coercion, the log."""
    dossier = Dossier(case)
    if kind in (PaperKind.NOTICE, PaperKind.HEARING_RIGHT):
        notice_served(dossier, record.served_on, with_hearing=record.with_hearing)
    if kind == PaperKind.DUNNING:
        clocks.start(dossier, "E_DUNNING_COURT", record.served_on)
    if kind in DECISIONS:
        case.served_on = record.served_on
        running = case.clocks.filter(rule__in=FROM_SERVICE, finished_on=None).values_list("rule", flat=True)
        for rule in list(running):
            clocks.start(dossier, rule, record.served_on)
    clocks.settle(case)
    case.version += 1
    case.save()
    label = PaperKind(kind).label
    Activity.record(Verb.UPDATE, case, by=by, title=f"送达：{label}", note=str(record.served_on))
    return case
