"""The one door to the inventory: registering, correcting, the steps of a board's life, size rules, looks at structures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from billboards.enums.boards import (
    BOARD_TRANSITIONS,
    KIND_MARKS,
    BoardEventKind,
    BoardLife,
    BoardStatus,
    Condition,
    InspectionResult,
)
from billboards.models import Board, BoardEvent, BoardFace, SafetyInspection, SizeRule
from billboards.sizing import Face
from billboards.standing import months_after
from staff.models import Activity, ImportBatch, User, Verb, changed_fields, logged_values, take_numbers
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_day, corrected, locked, void_record

SERIES = "billboard-code"
STREET_WORD, KIND_WORD = "〈街道〉", "〈类型〉"
SERIES_DEFAULTS = {
    "name": "户外广告编码",
    "mark": "南湖",
    "pattern": f"{{mark}}-{STREET_WORD}-{KIND_WORD}-{{year}}{{number:04d}}",
}


def note_event(board: Board, kind: BoardEventKind, *, by: User | None, on: date | None = None, note: str = "") -> None:
    BoardEvent.objects.create(
        board=board, kind=kind, happened_on=on or timezone.localdate(), note=note[:300], recorded_by=by
    )


def settle(board: Board, faces: Sequence[Face], *, day: date | None = None) -> None:
    """Derive what is stored beside what was typed: size, areas, status. The rule is that of `day` (today)."""
    today = day or timezone.localdate()
    rule = SizeRule.objects.in_force(today)
    board.face_count = len(faces)
    board.area = sum((face.area for face in faces), Decimal(0))
    board.size_rule = rule
    measured = [(face.width, face.height) for face in faces]
    board.is_large = rule is not None and rule.thresholds.is_large(board.kind, measured)
    board.status = board.status_on(today)


def check_board(board: Board) -> None:
    if board.installed_on is not None:
        check_day(board.installed_on, "installed_on", "设置日期")
    check_day(board.registered_on, "registered_on", "入账日期")
    if board.installed_on is not None and board.registered_on < board.installed_on:
        raise Refused("入账日期不能早于设置日期。请核对。", "registered_on")
    if board.permit_number and board.permit_to is None:
        raise Refused("填了许可文号的，请填许可期限，到期前系统才能提醒。", "permit_to")


def store_faces(board: Board, faces: Sequence[Face]) -> None:
    board.faces.all().delete()
    for number, face in enumerate(faces, 1):
        BoardFace(board=board, number=number, width=face.width, height=face.height, content=face.content).save()


def new_code(board: Board) -> str:
    (written,) = take_numbers(SERIES, year=board.registered_on.year, defaults=SERIES_DEFAULTS)
    return written.replace(STREET_WORD, board.street.label).replace(KIND_WORD, KIND_MARKS[board.kind])


@transaction.atomic
def register_board(
    board: Board, faces: Sequence[Face], *, by: User | None, batch: ImportBatch | None = None, note: str = ""
) -> Board:
    """Store an unsaved board with its code and faces."""
    check_board(board)
    settle(board, faces)
    board.code = new_code(board)
    board.recorded_by, board.batch = by, batch
    schedule(board)
    board.save()
    store_faces(board, faces)
    kind = BoardEventKind.RE_ERECTED if board.earlier_id else BoardEventKind.REGISTERED
    note_event(board, kind, by=by, on=board.registered_on, note=note)
    if batch is None:
        Activity.record(Verb.CREATE, board, by=by, title="登记户外广告")
    return board


def schedule(board: Board, last: date | None = None) -> None:
    """When the next look is due, from the last one or from the erection, by the interval of the rule."""
    rule = board.size_rule
    months = None if rule is None else rule.large_months if board.is_large else rule.other_months
    since = last or board.installed_on or board.registered_on
    board.next_inspection_on = months_after(since, months) if months else None


def reschedule(board: Board, last: SafetyInspection | None) -> None:
    """By another rule: the day named at the last look stands, unless the interval ends sooner."""
    schedule(board, last.inspected_on if last else None)
    named = last.next_due_on if last else None
    if named is not None and (board.next_inspection_on is None or named < board.next_inspection_on):
        board.next_inspection_on = named


@transaction.atomic
def void_inspection(inspection: SafetyInspection, *, by: User, reason: str) -> SafetyInspection:
    """Entered by mistake: next look and condition are those of the look before again, as far as nobody changed the board
    since that one. Without one before, the condition stays for the keeper: what it was is not on record."""
    gone = void_record(inspection, by=by, reason=reason)
    board = locked(gone.board)
    last = board.inspections.filter(voided_at=None).order_by("-inspected_on").first()
    schedule(board, last.inspected_on if last else None)
    if last is not None and last.next_due_on is not None:
        board.next_inspection_on = last.next_due_on
    if last is not None and was_set_by(board, gone, since=last):
        board.condition = CONDITION_AFTER[InspectionResult(last.result)]
    board.status = board.status_on(timezone.localdate())
    board.version += 1
    board.save(update_fields=["next_inspection_on", "condition", "status", "version"])
    return gone


def was_set_by(board: Board, look: SafetyInspection, *, since: SafetyInspection) -> bool:
    """Whether the board's condition is that of a look, later than the one before it, and of nothing else."""
    changed = board.events.filter(kind=BoardEventKind.CHANGED, recorded_at__gt=since.recorded_at).exists()
    later = look.inspected_on >= since.inspected_on
    return later and not changed and board.condition == CONDITION_AFTER[InspectionResult(look.result)]


@transaction.atomic
def correct_board(board: Board, faces: Sequence[Face], *, by: User, seen: int) -> Board:
    """Store what an editor made of a board; what it said before is in its history."""
    check_board(board)
    current = locked(board)
    if current.life == BoardLife.REMOVED:
        raise Refused("这处设施已拆除，不能再改。登记有误的先作废拆除登记；重新设置的另行登记。")
    before = [(face.width, face.height, face.content) for face in current.faces.all()]
    settle(board, faces)
    last = board.inspections.filter(voided_at=None).order_by("-inspected_on").first()
    if last is None or last.next_due_on is None:
        schedule(board, last.inspected_on if last else None)
    changes = corrected(board, by=by, seen=seen, title="修改户外广告")
    if before != [(face.width, face.height, face.content) for face in faces]:
        store_faces(board, faces)
        changes["面"] = [f"{len(before)}面 {current.area}㎡", f"{len(faces)}面 {board.area}㎡"]
    if changes:
        permit = {"许可文号", "备案号", "许可（备案）至"} & set(changes)
        kind = BoardEventKind.PERMITTED if permit else BoardEventKind.CHANGED
        note_event(board, kind, by=by, note="、".join(changes))
    return board


def step(board: Board, edge: str, *, seen: int | None = None) -> Board:
    """Lock a board and take it along an edge of the table, or say why not."""
    current, rule = locked(board), BOARD_TRANSITIONS[edge]
    if current.is_voided:
        raise Refused("这条记录已作废。")
    if seen is not None and current.version != seen:
        raise ChangedMeanwhile
    if current.life not in rule.sources:
        raise Refused(f"{current.code}现在是“{current.get_life_display()}”，不能{rule.label}。请刷新后核对。")
    current.life = rule.target
    current.version += 1
    return current


def finish_step(board: Board) -> None:
    board.status = board.status_on(timezone.localdate())
    board.save(update_fields=["life", "status", "removed_on", "version"])


@transaction.atomic
def condemn_board(board: Board, *, by: User, reason: str) -> Board:
    """列为待拆."""
    current = step(board, "condemn")
    finish_step(current)
    note_event(current, BoardEventKind.TO_REMOVE, by=by, note=reason)
    Activity.record(Verb.TRANSITION, current, by=by, title="列为待拆", note=reason)
    return current


@transaction.atomic
def keep_board(board: Board, *, by: User, reason: str) -> Board:
    """撤销待拆."""
    current = step(board, "keep")
    finish_step(current)
    note_event(current, BoardEventKind.KEPT, by=by, note=reason)
    Activity.record(Verb.TRANSITION, current, by=by, title="撤销待拆", note=reason)
    return current


def mark_removed(board: Board, *, by: User | None, on: date, words: str) -> Board:
    """A board came down (called by the door of removals, in its transaction)."""
    current = step(board, "remove")
    if on < current.registered_on and current.installed_on is not None and on < current.installed_on:
        raise Refused(f"{current.code}{current.installed_on}才设置，拆除日期不能更早。", "removed_on")
    current.removed_on = on
    finish_step(current)
    note_event(current, BoardEventKind.REMOVED, by=by, on=on, note=words)
    Activity.record(Verb.TRANSITION, current, by=by, title="拆除", note=words)
    return current


def mark_cut(board: Board, *, by: User | None, on: date, words: str) -> None:
    """A part of a board came down and the rest stands (called by the door of removals, in its transaction)."""
    current = locked(board)
    if current.life == BoardLife.REMOVED:
        raise Refused(f"{current.code}已登记拆除（{current.removed_on}），不能再登记拆除一部分。请先核对台账。")
    note_event(current, BoardEventKind.CHANGED, by=by, on=on, note=f"拆除一部分，其余仍在：{words}")
    Activity.record(Verb.UPDATE, current, by=by, title="拆除一部分", note=words)


def reinstate_board(board: Board, *, by: User, reason: str) -> Board:
    """The removal was entered by mistake, or was not done (called by the door of removals)."""
    if board.later.filter(voided_at=None).exists():
        raise Refused(f"{board.code}已登记拆后重立，不能作废拆除登记。请先作废重立的那一条。")
    current = step(board, "reinstate")
    current.removed_on = None
    finish_step(current)
    note_event(current, BoardEventKind.REINSTATED, by=by, note=reason)
    Activity.record(Verb.TRANSITION, current, by=by, title="作废拆除登记", note=reason)
    return current


@transaction.atomic
def re_erect_board(board: Board, earlier: Board, faces: Sequence[Face], *, by: User) -> Board:
    """Put up again after its removal (拆后重立): a board of its own that names the earlier."""
    before = locked(earlier)
    if before.life != BoardLife.REMOVED or before.removed_on is None:
        raise Refused(f"{before.code}没有拆除记录，不是拆后重立。请先登记拆除。")
    if (board.installed_on or board.registered_on) < before.removed_on:
        raise Refused(f"{before.code}{before.removed_on}才拆除，重立日期不能更早。", "installed_on")
    board.earlier = before
    stored = register_board(board, faces, by=by, note=f"{before.code}{before.removed_on}拆除后重新设置")
    note_event(before, BoardEventKind.RE_ERECTED, by=by, on=stored.registered_on, note=f"重新设置，另见 {stored.code}")
    return stored


@transaction.atomic
def void_board(board: Board, *, by: User, reason: str) -> Board:
    current = locked(board)
    if current.items.exclude(voided_at__isnull=False).exists() or current.removals.filter(voided_at=None).exists():
        raise Refused("这处设施已有专项问题或者拆除记录，不能作废。请更正，或者先作废那些记录。")
    if case := current.cases.counted().first():
        raise Refused(f"这处设施是{case.number}的涉案设施，不能作废。请更正；误选的，先在案件里改选。")
    return void_record(current, by=by, reason=reason)


@transaction.atomic
def record_inspection(
    inspection: SafetyInspection, *, by: User | None, batch: ImportBatch | None = None
) -> SafetyInspection:
    """Store an unsaved look at a structure; the board's condition and next day follow."""
    check_day(inspection.inspected_on, "inspected_on", "检查日期")
    board = locked(inspection.board)
    if board.life == BoardLife.REMOVED:
        raise Refused("这处设施已拆除，不再检查。")
    inspection.recorded_by, inspection.batch = by, batch
    schedule(board, inspection.inspected_on)
    inspection.next_due_on = inspection.next_due_on or board.next_inspection_on
    inspection.save()
    newer = board.inspections.filter(voided_at=None, inspected_on__gt=inspection.inspected_on).exists()
    if not newer:
        take_result(board, inspection)
    note = f"{inspection.get_kind_display()}：{inspection.get_result_display()}。{inspection.findings}"
    note_event(board, BoardEventKind.INSPECTED, by=by, on=inspection.inspected_on, note=note)
    if batch is None:
        Activity.record(Verb.CREATE, inspection, by=by, title="登记安全检查", note=str(board))
    return inspection


CONDITION_AFTER = {
    InspectionResult.PASSED: Condition.SOUND,
    InspectionResult.REPAIR: Condition.DAMAGED,
    InspectionResult.DANGER: Condition.HAZARD,
}


def take_result(board: Board, inspection: SafetyInspection) -> None:
    board.condition = CONDITION_AFTER[InspectionResult(inspection.result)]
    board.next_inspection_on = inspection.next_due_on
    board.status = board.status_on(timezone.localdate())
    board.version += 1
    board.save(update_fields=["condition", "next_inspection_on", "status", "version"])


@transaction.atomic
def mend_board(board: Board, *, by: User, on: date, note: str) -> Board:
    """Repaired or replaced in a campaign: sound again."""
    current = locked(board)
    current.condition = Condition.SOUND
    current.status = current.status_on(timezone.localdate())
    current.version += 1
    current.save(update_fields=["condition", "status", "version"])
    note_event(current, BoardEventKind.CHANGED, by=by, on=on, note=note)
    Activity.record(Verb.UPDATE, current, by=by, title="维修更换", note=note)
    return current


@transaction.atomic
def unmend_board(board: Board, *, by: User, condition: str, mark: str, reason: str) -> None:
    """The repair of a campaign's item (`mark`: how its note begins) was not done: the board is as it was before, unless
    somebody has looked at it or changed its condition since."""
    current = locked(board)
    mended = current.events.filter(kind=BoardEventKind.CHANGED, note__startswith=mark).order_by("-pk").first()
    if mended is None or current.condition != Condition.SOUND or condition == Condition.SOUND:
        return
    later = current.events.filter(kind=BoardEventKind.CHANGED, note__contains="完好情况", pk__gt=mended.pk)
    if later.exists() or current.inspections.filter(voided_at=None, recorded_at__gt=mended.recorded_at).exists():
        return
    current.condition = condition
    current.status = current.status_on(timezone.localdate())
    current.version += 1
    current.save(update_fields=["condition", "status", "version"])
    note_event(current, BoardEventKind.CHANGED, by=by, note=f"{mark}{reason}")
    Activity.record(Verb.UPDATE, current, by=by, title="撤销维修更换", note=f"{mark}{reason}"[:500])


@transaction.atomic
def store_rule(rule: SizeRule, *, by: User, seen: int = 0) -> int:
    """Store a size rule and judge every standing board by it anew. Returns how many changed. `seen`: the version that
    an editor of a stored rule had before him."""
    before = {}
    if rule.pk is not None:
        current = SizeRule.objects.select_for_update().get(pk=rule.pk)
        if current.version != seen:
            raise ChangedMeanwhile("这条规则")
        before, rule.version = logged_values(current), seen + 1
    rule.save()
    verb, changes = (Verb.CREATE, {}) if not before else (Verb.UPDATE, changed_fields(before, logged_values(rule)))
    Activity.record(verb, rule, by=by, title="大型户外广告认定规则", changes=changes)
    return judge_anew(by=by)


def judge_anew(*, by: User | None, day: date | None = None) -> int:
    """Size and next look by the rule of `day` (today) for every standing board; a change of size is told in its history.
    Without a rule in force the ledger stays as the last one left it."""
    changed, today = 0, day or timezone.localdate()
    if SizeRule.objects.in_force(today) is None:
        return 0
    boards = Board.objects.recorded().exclude(life=BoardLife.REMOVED).select_for_update(of=("self",))
    looks = Prefetch("inspections", SafetyInspection.objects.filter(voided_at=None).order_by("-inspected_on", "-pk"))
    for board in boards.prefetch_related("faces", looks):
        was = (board.is_large, board.size_rule_id, board.status, board.next_inspection_on)
        settle(board, [Face(face.width, face.height, face.content) for face in board.faces.all()], day=today)
        reschedule(board, next(iter(board.inspections.all()), None))
        if was == (board.is_large, board.size_rule_id, board.status, board.next_inspection_on):
            continue
        board.save(update_fields=["is_large", "size_rule", "status", "face_count", "area", "next_inspection_on"])
        if was[0] != board.is_large:
            changed += 1
            words = "大型" if board.is_large else "非大型"
            note_event(board, BoardEventKind.RESIZED, by=by, on=today, note=f"按{board.size_rule}认定为{words}")
    return changed


@transaction.atomic
def refresh_statuses(day: date | None = None) -> int:
    """Once a day: what expired over night says so; a size rule that came into force judges the ledger. Returns how many
    changed. Without a rule in force the ledger stays as the last one left it."""
    today, changed = day or timezone.localdate(), 0
    standing = Board.objects.recorded().exclude(life=BoardLife.REMOVED)
    rule = SizeRule.objects.in_force(today)
    if rule is not None and standing.exclude(size_rule=rule).exists():
        changed += judge_anew(by=None, day=today)
    lapsing = standing.filter(permit_to__lt=today)
    for board in lapsing.exclude(status=BoardStatus.EXPIRED).select_for_update(of=("self",)):
        status = board.status_on(today)
        if status != board.status:
            board.status, changed = status, changed + 1
            board.save(update_fields=["status"])
    return changed
