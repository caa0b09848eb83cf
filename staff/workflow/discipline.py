"""The one door to discipline records. The log keeps the document number, never a name."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from staff.models import Activity, DisciplineRecord, User, Verb, changed_fields
from staff.refusals import ChangedMeanwhile, Refused

LOGGED = {"kind": "处理种类", "document_number": "文号", "decided_on": "决定日期"}


@transaction.atomic
def record_discipline(record: DisciplineRecord, *, by: User | None) -> DisciplineRecord:
    """Store an unsaved record."""
    check_number(record)
    record.recorded_by = by
    record.save()
    Activity.record(Verb.CREATE, record, by=by, title="登记纪律处理", note=record.document_number)
    return record


@transaction.atomic
def correct_discipline(record: DisciplineRecord, *, by: User, seen: int) -> DisciplineRecord:
    """Store a corrected record; the second editor is told."""
    current = DisciplineRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if current.voided_at is not None:
        raise Refused("这条记录已作废，不能再改。需要时请重新登记。")
    if current.version != seen:
        raise ChangedMeanwhile
    check_number(record)
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


def check_number(record: DisciplineRecord) -> None:
    """One record a document; one that was taken back leaves its number free."""
    same = DisciplineRecord.objects.recorded().filter(document_number=record.document_number)
    if same.exclude(pk=record.pk).exists():
        raise Refused("这个文号已经登记过。", "document_number")


@transaction.atomic
def void_discipline(record: DisciplineRecord, *, by: User, reason: str) -> None:
    """作废 what was entered by mistake: no longer counted. The reason stays with the record, for few, not in the log."""
    current = DisciplineRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if current.voided_at is not None:
        raise Refused("这条记录已经作废。")
    current.voided_at, current.void_reason = timezone.now(), reason
    current.version += 1
    current.save(update_fields=["voided_at", "void_reason", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title="作废纪律处理", note=current.document_number)
