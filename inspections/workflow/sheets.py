"""The one door to score sheets: entered and corrected while a draft, confirmed, sent back, voided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from inspections.enums import SHEET_STEPS, RoundState, SheetState
from inspections.models import CheckLine, CheckSheet, Item, StandardVersion
from inspections.workflow.rounds import mark_visited, not_open
from staff.jobs import Progress
from staff.models import Activity, User, Verb
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_day


@dataclass(frozen=True, slots=True)
class Line:
    """What was taken off at one item, and why."""

    item: Item
    deduction: Decimal
    reason: str = ""


def check_sheet(sheet: CheckSheet, lines: list[Line]) -> None:
    """The items are those in force on the day and apply to the area; no item loses more than its cap (扣完为止)."""
    version = StandardVersion.objects.in_force_on(sheet.checked_on)
    if version is None:
        raise Refused(f"{sheet.checked_on}没有施行中的考评标准。请先导入标准，或核对检查日期。", "checked_on")
    check_day(sheet.checked_on, "checked_on", "检查日期")
    if sheet.round is not None and sheet.round.state != RoundState.OPEN:
        raise Refused(not_open(sheet.round, sheet.checked_on), "round")
    for line in lines:
        item = line.item
        if item.category.version_id != version.pk:
            raise Refused(f"小项“{item}”不在{sheet.checked_on}施行的标准“{version.name}”里。请重新打开评分表。")
        if sheet.area not in item.areas:
            raise Refused(f"小项“{item}”不适用于这个区域（适用：{item.area_labels}）。请去掉这一行的扣分。")
        if not 0 < line.deduction <= item.cap:
            raise Refused(f"小项“{item}”扣分应大于 0，不超过上限 {item.cap.normalize():f}（扣完为止）。")


@transaction.atomic
def save_sheet(sheet: CheckSheet, lines: list[Line], *, by: User | None, seen: int = 0, log: bool = True) -> CheckSheet:
    """Store a new sheet, or correct a draft. `seen`: the version that was on the screen."""
    check_sheet(sheet, lines)
    new = sheet.pk is None
    if new:
        sheet.entered_by = by
    else:
        current = locked(sheet)
        if current.state != SheetState.DRAFT:
            raise Refused(f"这张评分表{current.get_state_display()}，不能再修改。确需更正的，先退回修改。")
        if current.version != seen:
            raise ChangedMeanwhile("这张评分表")
        sheet.version = current.version + 1
    sheet.stamp()
    try:
        with transaction.atomic():
            sheet.save()
    except IntegrityError as error:
        raise Refused("这个单位、这个地点当天的评分表已经有了。请打开原表修改。", "place_name") from error
    before = sum((line.deduction for line in sheet.lines.all()), Decimal(0))
    sheet.lines.all().delete()
    CheckLine.objects.bulk_create(
        CheckLine(sheet=sheet, item=line.item, cap=line.item.cap, deduction=line.deduction, reason=line.reason)
        for line in lines
    )
    noon = timezone.make_aware(datetime.combine(sheet.checked_on, time(12)))  # the paper form has no hour
    mark_visited(sheet.round_id, sheet.place_id, at=noon, who=sheet.assessors)
    total = sum((line.deduction for line in lines), Decimal(0))
    if not log:
        return sheet
    Activity.record(
        Verb.CREATE if new else Verb.UPDATE,
        sheet,
        by=by,
        title="填写评分表" if new else "修改评分表",
        changes={"扣分合计": [None if new else before, total]},
    )
    return sheet


def locked(sheet: CheckSheet) -> CheckSheet:
    return CheckSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)


@transaction.atomic
def move_sheet(
    sheet: CheckSheet, name: str, *, by: User | None, reason: str = "", seen: int | None = None
) -> CheckSheet:
    """confirm, reopen or void; the last two with a reason. `seen`: the version on the screen, for a confirmation."""
    step, current = SHEET_STEPS[name], locked(sheet)
    if current.state not in step.sources:
        raise Refused(f"这张评分表目前是“{current.get_state_display()}”，不能{step.label}。")
    if seen is not None and current.version != seen:
        raise Refused(f"评分表在您打开以后改动过，没有{step.label}。请看过最新内容再{step.label}。")
    if name != "confirm" and not reason.strip():
        raise Refused(f"请写明{step.label}的理由。", "reason")
    current.state = step.target
    current.version += 1
    current.void_reason = reason.strip() if name == "void" else ""
    current.save(update_fields=["state", "version", "void_reason"])
    Activity.record(Verb.TRANSITION, current, by=by, title=step.label, note=reason.strip())
    return current


@transaction.atomic
def register_sheets(
    sheets: Sequence[tuple[CheckSheet, list[Line]]], *, by: User | None, progress: Progress | None = None
) -> int:
    """Register sheets that were signed on paper, at once as confirmed; the whole batch is one line in the log."""
    for done, (sheet, lines) in enumerate(sheets, 1):
        try:
            save_sheet(sheet, lines, by=by, log=False)
        except Refused as refusal:
            raise Refused(f"{sheet}：{refusal}", refusal.field) from refusal
        sheet.state = SHEET_STEPS["confirm"].target
        sheet.save(update_fields=["state"])
        if progress is not None:
            progress.step(done, len(sheets))
    return len(sheets)
