"""Old permits from a register: stored as results, with what was paid and what the procedure did not allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.db import transaction

from permits.models import Application, ProcedureFlaw, Segment
from permits.workflow import fees, records
from permits.workflow.records import Result
from staff.models import ImportBatch, User


class Old(Protocol):
    """One row of the register, read (permits/resources/results.py)."""

    @property
    def application(self) -> Application: ...
    @property
    def segments(self) -> list[Segment]: ...
    @property
    def result(self) -> Result: ...
    @property
    def fee(self) -> Decimal | None: ...
    @property
    def paid_on(self) -> date | None: ...
    @property
    def receipt(self) -> str: ...
    @property
    def flaws(self) -> Sequence[tuple[str, str, str, date]]: ...


@transaction.atomic
def store_old(old: Old, *, by: User | None, batch: ImportBatch | None) -> Application:
    """The permit, its fee and its flaws, together or not at all."""
    made = records.record_result(old.application, old.segments, old.result, by=by, batch=batch)
    if old.fee is not None and old.paid_on is not None:
        fees.record_old_fee(made, old.fee, old.paid_on, old.receipt, by=by)
    for code, article, text, day in old.flaws:
        ProcedureFlaw.objects.create(
            application=made, code=code, article=article[:80], text=text[:200], happened_on=day, recorded_by=by
        )
    return made
