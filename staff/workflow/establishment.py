"""The one door to quotas, the staffing standard and the locking of reported personnel tables."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from config.periods import Period
from staff.headcount import personnel_table
from staff.models import (
    Activity,
    LedgerGate,
    Quota,
    ReportedTable,
    StaffingStandard,
    User,
    Verb,
    changed_fields,
    logged_values,
)
from staff.refusals import Refused

STANDARD_SHOWN = ("per_10k", "document", "year", "population", "basis", "population_document", "population_year")
FURTHEST = timedelta(days=366)  # a later day is a slip of the year, and would bar every number before it


def check_start(day: date) -> None:
    if day > timezone.localdate() + FURTHEST:
        raise Refused("起始日期在一年以后。请核对年份。", "valid_from")


@transaction.atomic
def set_quota(quota: Quota, *, by: User | None, log: bool = True) -> Quota:
    """Store an unsaved quota; the one it follows ends the day before. One of the same day is put right by it.

    Refused if a later one is on record.
    """
    check_start(quota.valid_from)
    same = Quota.objects.select_for_update(of=("self",)).filter(unit=quota.unit, employment=quota.employment)
    later = same.filter(valid_from__gt=quota.valid_from).order_by("valid_from").first()
    if later is not None:
        raise Refused(f"已有自{later.valid_from}起的编制数 {later.count}。新的编制数应晚于这一天生效。", "valid_from")
    stored = same.filter(valid_from=quota.valid_from).first()
    if stored is not None:
        changes = changed_fields(
            {"编制数": stored.count, "依据文件": stored.document}, {"编制数": quota.count, "依据文件": quota.document}
        )
        stored.count, stored.document = quota.count, quota.document
        stored.save(update_fields=["count", "document"])
        Activity.record(Verb.UPDATE, stored, by=by, title="修改编制数", changes=changes)
        return stored
    same.filter(Q(valid_to=None) | Q(valid_to__gte=quota.valid_from)).update(
        valid_to=quota.valid_from - timedelta(days=1)
    )
    quota.save()
    if log:
        Activity.record(Verb.CREATE, quota, by=by, title="登记编制数", changes={"编制数": [None, quota.count]})
    return quota


@transaction.atomic
def set_standard(standard: StaffingStandard, *, by: User) -> StaffingStandard:
    """Store an unsaved staffing standard; the one before ends the day before it begins. One of the same day is put right."""
    check_start(standard.valid_from)
    known = StaffingStandard.objects.select_for_update(of=("self",))
    later = known.filter(valid_from__gt=standard.valid_from).first()
    if later is not None:
        raise Refused(f"已有自{later.valid_from}起用的配备标准。新的标准应晚于这一天起用。", "valid_from")
    stored = known.filter(valid_from=standard.valid_from).first()
    if stored is not None:
        before = logged_values(stored, STANDARD_SHOWN)
        for name in STANDARD_SHOWN:
            setattr(stored, name, getattr(standard, name))
        stored.save(update_fields=STANDARD_SHOWN)
        changes = changed_fields(before, logged_values(stored, STANDARD_SHOWN))
        Activity.record(Verb.UPDATE, stored, by=by, title="修改配备标准", changes=changes)
        return stored
    known.filter(Q(valid_to=None) | Q(valid_to__gte=standard.valid_from)).update(
        valid_to=standard.valid_from - timedelta(days=1)
    )
    standard.save()
    Activity.record(Verb.CREATE, standard, by=by, title="登记配备标准", note=standard.basis_text)
    return standard


def fingerprint(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def report_table(period: Period, *, by: User, note: str = "") -> ReportedTable:
    """Freeze the table of a period that is over, and lock the ledger up to its end. The second to do so is told."""
    if period.end >= timezone.localdate():
        raise Refused(f"{period.label}还没有结束，结束后才能报送锁定。")
    try:
        with transaction.atomic():
            LedgerGate.hold()
            content = personnel_table(period).as_plain()
            table = ReportedTable.objects.create(
                period=period.key,
                start=period.start,
                end=period.end,
                content=content,
                sha256=fingerprint(content),
                reported_by=by,
                note=note,
            )
            Activity.record(Verb.TRANSITION, table, by=by, title="报送锁定", note=f"文件校验值 {table.sha256}；{note}")
    except IntegrityError as error:
        first = ReportedTable.objects.filter(period=period.key).select_related("reported_by").first()
        if first is None:
            raise
        when = timezone.localtime(first.reported_at)
        raise Refused(f"{first.reported_by}已于{when:%Y-%m-%d %H:%M}报送锁定{first}。") from error
    return table
