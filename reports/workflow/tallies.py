"""The door to the tally register: each entry once, corrected with a reason, taken back with a reason."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from reports.models import TallyEntry
from staff.models import ImportBatch, User
from staff.refusals import Refused
from staff.workflow.records import check_day, correct_record, store_record


def known_entry(client_id: UUID | None, by: User) -> TallyEntry | None:
    """What was made of this form when it came before; Refused if it is somebody else's."""
    entry = TallyEntry.objects.filter(client_id=client_id).first() if client_id else None
    if entry is not None and entry.recorded_by_id != by.pk:
        raise Refused("这条记录已由别的账号登记。")
    return entry


def record_tally(
    entry: TallyEntry, *, by: User | None, batch: ImportBatch | None = None, client_id: UUID | None = None
) -> TallyEntry:
    """Store an entry; the same form sent twice is stored once. Refused for a closed task or a day ahead."""
    if by is not None and (known := known_entry(client_id, by)) is not None:
        return known
    check_entry(entry)
    entry.client_id = client_id
    try:
        with transaction.atomic():
            return store_record(entry, by=by, batch=batch, title="登记台账")
    except IntegrityError:
        if by is not None and (known := known_entry(client_id, by)) is not None:
            return known
        raise


def check_entry(entry: TallyEntry) -> None:
    check_day(entry.happened_on, "happened_on", "日期")
    task = entry.measure.task
    if task.is_voided:
        raise Refused(f"“{task}”已作废，不能登记。", "measure")
    if task.closed_on and entry.happened_on > task.closed_on:
        raise Refused(f"“{task}”已于 {task.closed_on} {task.get_state_display()}，之后的日期不再登记。", "happened_on")


@transaction.atomic
def correct_tally(entry: TallyEntry, *, by: User, seen: int, reason: str) -> TallyEntry:
    check_entry(entry)
    return correct_record(entry, by=by, seen=seen, reason=reason)
