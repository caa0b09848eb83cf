"""扣分核对单: each unit confirms its month before the bulletin, by a click or by a stamped scan that the office records."""

from __future__ import annotations

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from inspections.checksheet import CheckSheet
from inspections.enums import ConfirmWay
from inspections.models import ConfirmationScan, SheetConfirmation
from staff.models import Activity, User, Verb
from staff.refusals import Refused
from staff.uploads import save_document
from staff.workflow.records import check_day

CHANGED = "核对单刚有变动（问题或扣分有增减）。请看过下面最新的内容后再确认。"


@transaction.atomic
def confirm_sheet(
    sheet: CheckSheet,
    *,
    by: User,
    seen: str,
    way: str = ConfirmWay.CLICK,
    note: str = "",
    confirmed_on: date | None = None,
    scan: UploadedFile | None = None,
) -> SheetConfirmation:
    """Store that the unit agrees with its month as it stands. `seen`: digest of what was on the screen.

    A sheet that changed after it was confirmed can be confirmed anew; one that did not is refused. ValidationError
    (Chinese) if the scan is no PDF or Word file.
    """
    if seen != sheet.digest:
        raise Refused(CHANGED)
    current = (
        SheetConfirmation.objects.select_for_update(of=("self",)).filter(unit=sheet.unit, month=sheet.month).first()
    )
    if current is not None and current.digest == sheet.digest:
        raise Refused(f"{sheet.title}已由{current.recorded_by}于{current.confirmed_on}确认，没有变动，不用再确认。")
    day = confirmed_on or timezone.localdate()
    check_day(day, "confirmed_on", "确认日期")
    record = current or SheetConfirmation(unit=sheet.unit, month=sheet.month)
    before = {"问题数": record.findings, "扣分": record.points} if current else {}
    record.way, record.note, record.confirmed_on, record.recorded_by = way, note, day, by
    record.findings, record.points, record.digest = len(sheet.lines), sheet.points, sheet.digest
    record.recorded_at = timezone.now()
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        raise Refused(f"{sheet.title}刚有人确认过。请刷新后核对。") from error
    if scan is not None:
        save_document(scan, ConfirmationScan, by=by, confirmation=record)
    Activity.record(
        Verb.TRANSITION,
        record,
        by=by,
        title=f"确认扣分核对单（{ConfirmWay(way).label}）",
        changes={
            key: [before.get(key), value] for key, value in (("问题数", record.findings), ("扣分", record.points))
        },
        note=note,
    )
    return record
