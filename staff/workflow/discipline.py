"""The one door to discipline records. The log keeps the document number, never a name."""

from __future__ import annotations

from django.db import transaction

from staff.models import Activity, DisciplineRecord, User, Verb, changed_fields
from staff.refusals import ChangedMeanwhile

LOGGED = {"kind": "处理种类", "document_number": "文号", "decided_on": "决定日期"}


@transaction.atomic
def record_discipline(record: DisciplineRecord, *, by: User | None) -> DisciplineRecord:
    """Store an unsaved record."""
    record.recorded_by = by
    record.save()
    Activity.record(Verb.CREATE, record, by=by, title="登记纪律处理", note=record.document_number)
    return record


@transaction.atomic
def correct_discipline(record: DisciplineRecord, *, by: User, seen: int) -> DisciplineRecord:
    """Store a corrected record; the second editor is told."""
    current = DisciplineRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if current.version != seen:
        raise ChangedMeanwhile
    before = {label: str(getattr(current, name)) for name, label in LOGGED.items()}
    after = {label: str(getattr(record, name)) for name, label in LOGGED.items()}
    record.version = seen + 1
    record.save()
    changes = changed_fields(before, after)
    renamed = current.person_id != record.person_id
    note = "更换了所涉人员" if renamed else ""
    if changes or renamed:
        Activity.record(Verb.UPDATE, record, by=by, title="修改纪律处理", changes=changes, note=note)
    return record
