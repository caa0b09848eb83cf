"""How long a finding was late at a moment (考评办法·计分规则 step 8), from the moments at which its steps were taken.

The clock of a deadline runs until the unit reports what is then passed; while a report waits for its review it rests,
and it runs on, the waiting included, when the report is sent back. 挂账 ends it: what was late by then stays, and after
恢复办理 the next order brings a new deadline. Steps after the moment asked for are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from inspections.enums import AppealState, ReviewOutcome
from inspections.models import Appeal, Finding, RectificationReport, Shelving

ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Report:
    """A report of the unit and what became of it. `failed` = "": not reviewed, or passed."""

    at: datetime
    failed: str = ""
    failed_at: datetime | None = None

    def failed_by(self, moment: datetime) -> bool:
        return self.failed_at is not None and self.failed_at <= moment


@dataclass(frozen=True, slots=True)
class Shelf:
    """A time in which the case was shelved. `ended_at` = None: it still is, or was closed from there."""

    due_at: datetime | None
    shelved_at: datetime
    ended_at: datetime | None


@dataclass(slots=True)
class History:
    """What happened to a finding under the unit that answers for it; `since`: when it was reassigned to that unit."""

    reports: list[Report] = field(default_factory=list)
    shelves: list[Shelf] = field(default_factory=list)
    since: datetime | None = None

    def stop(self, start: datetime | None, end: datetime) -> datetime:
        """When the clock that may run from `start` to `end` stands still, as far as is known at `end`."""
        given = [each for each in self._own_reports() if each.at <= end and (start is None or each.at > start)]
        return given[-1].at if given and not given[-1].failed_by(end) else end

    def late(self, due_at: datetime | None, closed_at: datetime | None, as_of: datetime) -> timedelta:
        """Time past the deadlines up to `as_of`; `due_at` is the present deadline."""
        total, start = ZERO, self.since
        end = min(closed_at or as_of, as_of)
        for shelf in self._own_shelves():
            if shelf.due_at is not None:
                total += max(ZERO, self.stop(start, min(shelf.shelved_at, end)) - shelf.due_at)
            start = shelf.ended_at
            if start is None:
                return total
        return total + (max(ZERO, self.stop(start, end) - due_at) if due_at is not None else ZERO)

    def failed_after(self, outcome: str, as_of: datetime) -> int:
        """How many of the failed reviews that are counted on the finding came after `as_of`."""
        return sum(each.failed == outcome and not each.failed_by(as_of) for each in self._own_reports())

    @property
    def was_shelved(self) -> bool:
        return bool(self._own_shelves())

    def _own_reports(self) -> Sequence[Report]:
        return [each for each in self.reports if self.since is None or each.at > self.since]

    def _own_shelves(self) -> Sequence[Shelf]:
        return [each for each in self.shelves if self.since is None or each.shelved_at > self.since]


NOTHING = History()


def histories(findings: QuerySet[Finding]) -> dict[int, History]:
    """The histories of those findings that have one, in three queries."""
    found: dict[int, History] = {}
    reports = RectificationReport.objects.filter(finding__in=findings).order_by("finding", "reported_at", "round")
    for pk, at, outcome, reviewed_at in reports.values_list(
        "finding", "reported_at", "review__outcome", "review__reviewed_at"
    ):
        failed = outcome if outcome in ReviewOutcome.FAILED else ""
        found.setdefault(pk, History()).reports.append(Report(at, failed, reviewed_at if failed else None))
    shelves = Shelving.objects.filter(finding__in=findings).order_by("finding", "shelved_at")
    for pk, due_at, shelved_at, ended_at in shelves.values_list("finding", "due_at", "shelved_at", "ended_at"):
        found.setdefault(pk, History()).shelves.append(Shelf(due_at, shelved_at, ended_at))
    moved = Appeal.objects.filter(finding__in=findings, state=AppealState.REASSIGNED).order_by("decided_at")
    for pk, decided_at in moved.values_list("finding", "decided_at"):
        found.setdefault(pk, History()).since = decided_at
    return found


def history_of(finding: Finding) -> History:
    return histories(Finding.objects.filter(pk=finding.pk)).get(finding.pk, NOTHING)
