"""What the doors to plain records share: store, correct, void, each locked, checked and logged in one transaction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from staff.models import Activity, ImportBatch, Record, User, Verb, changed_fields, logged_values
from staff.refusals import ChangedMeanwhile, Refused

RecordType = TypeVar("RecordType", bound=Record)


FIRST_DAY = date(2000, 1, 1)  # what a register takes in did not happen before; an earlier year is a slip
CLOCK_DRIFT = timedelta(minutes=10)  # a phone's clock may run ahead of the server's


def check_day(day: date | None, field: str, label: str) -> None:
    """Refuse a day ahead of us or long before anything on the register."""
    if day is not None and day > timezone.localdate():
        raise Refused(f"{label}晚于今天。请核对年份和日期。", field)
    if day is not None and day < FIRST_DAY:
        raise Refused(f"{label}早于 {FIRST_DAY.year} 年。请核对年份。", field)


def check_moment(moment: datetime | None, field: str, label: str) -> None:
    """Refuse a moment ahead of us, by more than a phone's clock may be, or long before anything on the register."""
    if moment is not None and moment > timezone.now() + CLOCK_DRIFT:
        raise Refused(f"{label}晚于现在。请核对年份、日期和时间。", field)
    if moment is not None and timezone.localdate(moment) < FIRST_DAY:
        raise Refused(f"{label}早于 {FIRST_DAY.year} 年。请核对年份。", field)


@transaction.atomic
def store_record(
    record: RecordType, *, by: User | None, batch: ImportBatch | None = None, title: str = "登记"
) -> RecordType:
    """Store an unsaved record. A batch is one line in the log, written by the pipeline."""
    record.recorded_by, record.batch = by, batch
    record.save()
    if batch is None:
        Activity.record(Verb.CREATE, record, by=by, title=title)
    return record


def locked(record: RecordType) -> RecordType:
    model: type[RecordType] = type(record)
    rows: models.QuerySet[RecordType] = model._default_manager.select_for_update(of=("self",))
    return rows.get(pk=record.pk)


def corrected(record: Record, *, by: User, seen: int, title: str = "修改", reason: str = "") -> dict[str, Any]:
    """Save what an editor made of a record, unless somebody saved first or it was voided. Returns what changed."""
    current = locked(record)
    if current.is_voided:
        raise Refused("这条记录已作废，不能再改。需要时请重新登记。")
    if current.version != seen:
        raise ChangedMeanwhile
    changes = changed_fields(logged_values(current), logged_values(record))
    record.version = seen + 1
    record.save()
    Activity.record(Verb.UPDATE, record, by=by, title=title, changes=changes, note=reason)
    return changes


@transaction.atomic
def correct_record(record: RecordType, *, by: User, seen: int, reason: str = "") -> RecordType:
    """A correction that is the whole transaction."""
    corrected(record, by=by, seen=seen, reason=reason)
    return record


@transaction.atomic
def void_record(record: RecordType, *, by: User, reason: str) -> RecordType:
    """作废: no longer counted; number, row and log stay."""
    current = locked(record)
    if current.is_voided:
        raise Refused("这条记录已经作废。")
    current.voided_at, current.void_reason = timezone.now(), reason
    current.version += 1
    current.save(update_fields=["voided_at", "void_reason", "version"])
    Activity.record(Verb.TRANSITION, current, by=by, title="作废", note=reason)
    return current
