"""The one door to attached statements that prove a festival window."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from fireworks.models import WatchStatement
from staff.models import Activity, User, Verb
from staff.refusals import Refused
from staff.uploads import save_document
from staff.workflow.records import check_day


@transaction.atomic
def record_statement(upload: UploadedFile, *, by: User, **facts: Any) -> WatchStatement:
    """Store a statement with its file. A statement is never written before the window that it speaks of is over."""
    if facts["issued_on"] < facts["end"]:
        raise Refused("出具日期早于证明的截止日期，证明不了还没过完的日子。请核对。", "issued_on")
    check_day(facts["issued_on"], "issued_on", "出具日期")
    statement = save_document(upload, WatchStatement, by=by, **facts)
    if statement.voided_at is not None:
        raise Refused("这份文件登记过，已作废。需要恢复的，请改动证明内容后重新登记。", "upload")
    Activity.record(Verb.CREATE, statement, by=by, title="登记书面证明", note=f"文件校验值 {statement.sha256}")
    return statement


@transaction.atomic
def void_statement(statement: WatchStatement, *, by: User, reason: str) -> WatchStatement:
    current = WatchStatement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    if current.voided_at is not None:
        raise Refused("这份证明已经作废。")
    current.voided_at, current.void_reason = timezone.now(), reason
    current.save(update_fields=["voided_at", "void_reason"])
    Activity.record(Verb.TRANSITION, current, by=by, title="作废", note=reason)
    return current
