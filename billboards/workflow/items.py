"""The one door to campaign items: found, notified, handled, struck off. Nothing else writes their `state`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billboards.enums.boards import BoardLife
from billboards.enums.campaigns import ITEM_TRANSITIONS, Disposition, ItemState, PhotoStage
from billboards.models import CampaignItem, Case, Removal
from billboards.workflow import boards, removals
from staff.models import Activity, ImportBatch, Unit, User, Verb, notify, take_numbers
from staff.refusals import Refused
from staff.workflow.records import check_day, corrected, locked

ENTERED = (
    "street_id", "community_id", "board_id", "kind", "name", "place", "party", "phone", "problem", "description", "measure",
    "quantity", "area", "found_on",
)  # fmt: skip
SERIES = "billboard-item"
SERIES_DEFAULTS = {"name": "专项问题编号", "pattern": "专{year}-{number:04d}"}


def check_item(item: CampaignItem) -> None:
    check_day(item.found_on, "found_on", "摸底日期")
    if not item.is_workable:
        raise Refused(f"{item.campaign}还没有开始，不能登记问题。", "campaign")
    if not item.campaign.streets.filter(pk=item.street_id).exists():
        raise Refused(f"{item.street.label}不在{item.campaign}的范围内。", "street")
    if item.community is not None and item.community.parent_id != item.street_id:
        raise Refused(f"{item.community.label}不属于{item.street.label}。请核对。", "community")


@transaction.atomic
def record_item(item: CampaignItem, *, by: User | None, batch: ImportBatch | None = None) -> CampaignItem:
    """Store an unsaved item with its number. The same entry sent twice is stored once: its first row is returned.
    Refused for another entry under its key, as from a page that was gone back to."""
    known = CampaignItem.objects.filter(entry_key=item.entry_key).first()
    if known is not None and any(getattr(known, name) != getattr(item, name) for name in ENTERED):
        words = f"这一页先前填的已登记为 {known.number} {known.name}。要改那一条的，请打开它修改"
        raise Refused(f"{words}；现在填的是另一条的，核对后再点一次保存。")
    if known is not None:
        return known
    check_item(item)
    (item.number,) = take_numbers(SERIES, year=item.found_on.year, defaults=SERIES_DEFAULTS)
    item.recorded_by, item.batch = by, batch
    item.save()
    if batch is None:
        Activity.record(Verb.CREATE, item, by=by, title="登记专项问题")
    return item


@transaction.atomic
def edit_item(item: CampaignItem, *, by: User, seen: int) -> CampaignItem:
    """A slip in what was found; what was done stays."""
    check_item(item)
    current = locked(item)
    if current.state not in ItemState.EDITABLE:
        raise Refused(
            f"{current.number}现在是“{current.get_state_display()}”，不能修改。已处置、已销号的，先退回重办再改。"
        )
    for day, label in ((current.notified_on, "告知"), (current.cased_on, "转立案")):
        if day is not None and item.found_on > day:
            raise Refused(f"{day}已{label}，摸底日期不能更晚。", "found_on")
    corrected(item, by=by, seen=seen, title="修改专项问题")
    return item


@transaction.atomic
def check_step(item: CampaignItem, edge: str) -> CampaignItem:
    """Lock an item that may go along an edge of the table, or say who was first."""
    current, rule = locked(item), ITEM_TRANSITIONS[edge]
    if not current.is_workable:
        raise Refused(f"{current.campaign}还没有开始。")
    if current.state not in rule.sources:
        raise Refused(f"{current.number}现在是“{current.get_state_display()}”，不能{rule.label}。请刷新后核对。")
    return current


def step(item: CampaignItem, edge: str) -> CampaignItem:
    current = check_step(item, edge)
    current.state = ITEM_TRANSITIONS[edge].target
    current.version += 1
    return current


def finish(item: CampaignItem, edge: str, *, by: User | None, note: str = "") -> CampaignItem:
    item.save()
    Activity.record(Verb.TRANSITION, item, by=by, title=ITEM_TRANSITIONS[edge].label, note=note)
    return item


@transaction.atomic
def take_position(item: CampaignItem, latitude: Decimal, longitude: Decimal, *, by: User) -> CampaignItem:
    """Where it is, from the phone or the first picture that says so; a position that stands is not moved."""
    current = locked(item)
    if current.latitude is None:
        current.latitude, current.longitude = latitude, longitude
        current.save(update_fields=["latitude", "longitude"])
    return current


@transaction.atomic
def notify_item(
    item: CampaignItem, *, by: User, notified_on: date, due_on: date, notice_number: str = ""
) -> CampaignItem:
    """告知并给出整改期限; the number is that of the paper, or of another platform, if there is one."""
    check_day(notified_on, "notified_on", "告知日期")
    current = step(item, "notify")
    if notified_on < current.found_on:
        raise Refused(f"{current.found_on}才摸底，告知日期不能更早。", "notified_on")
    if due_on < notified_on:
        raise Refused("整改期限不能早于告知日期。", "due_on")
    current.notified_on, current.due_on, current.notice_number = notified_on, due_on, notice_number
    note = f"限 {due_on} 前整改。{notice_number}"
    return finish(current, "notify", by=by, note=note)


@dataclass(frozen=True)
class Treatment:
    """What was done: how, when, by whom; and what each way must bring along."""

    disposition: str
    handled_on: date
    handlers: str
    note: str = ""
    consent_on: date | None = None
    reason: str = ""  # 紧急情形, or how the owner was searched for
    handed_to: Unit | None = None
    permit_number: str = ""
    quantity: int | None = None  # taken down, if not all
    area: Decimal | None = None
    as_it_happened: bool = False


def check_treatment(item: CampaignItem, treatment: Treatment) -> None:
    check_day(treatment.handled_on, "handled_on", "处置日期")
    if treatment.handled_on < item.found_on:
        raise Refused(f"{item.found_on}才摸底，处置日期不能更早。", "handled_on")
    if treatment.disposition not in Disposition.HANDLED:
        raise Refused("转立案、暂缓另有按钮。", "disposition")
    if treatment.disposition == Disposition.HANDED_OVER and treatment.handed_to is None:
        raise Refused("移交的，请选择接收单位。", "handed_to")
    if treatment.disposition == Disposition.REGULARISED and not treatment.permit_number:
        raise Refused("补办手续的，请填许可文号或者备案号。", "permit_number")
    if treatment.quantity is not None and treatment.quantity > item.quantity:
        raise Refused(f"登记的是 {item.amount}，处置数量不能更多。登记有误的请先修改。", "quantity")
    if is_part(item, treatment) and item.area and treatment.area is None:
        raise Refused(f"登记的是 {item.amount}，只拆除（清理）了一部分的，请填这一部分的面积。", "area")


def is_part(item: CampaignItem, treatment: Treatment) -> bool:
    """Some of it came down, not all."""
    removed = treatment.disposition in Disposition.REMOVALS
    return removed and treatment.quantity is not None and treatment.quantity < item.quantity


@transaction.atomic
def handle_item(item: CampaignItem, treatment: Treatment, *, by: User) -> CampaignItem:
    """登记处置: a removal is a row of its own, counted by mode; the board of the ledger follows."""
    check_treatment(item, treatment)
    current = step(item, "handle")
    current.disposition, current.handled_on = treatment.disposition, treatment.handled_on
    current.handlers, current.handled_by, current.handled_note = treatment.handlers, by, treatment.note
    current.handed_to, current.permit_number = treatment.handed_to, treatment.permit_number
    current.deferred_reason, rest = "", ""
    if treatment.disposition in Disposition.REMOVALS:
        known = removal_in_case(current, treatment.disposition) or removal_in_ledger(current, treatment.disposition)
        in_part = known is None and is_part(current, treatment)
        current.removal = known or removals.record_removal(
            removal_of(current, treatment), by=by, as_it_happened=treatment.as_it_happened, in_part=in_part
        )
        rest = split_off(current, current.removal, by=by) if in_part else ""
    elif current.board is not None and treatment.disposition == Disposition.REPAIRED:
        current.condition_before = locked(current.board).condition
        boards.mend_board(current.board, by=by, on=treatment.handled_on, note=f"{mark_of(current)}{treatment.note}")
    flaw = current.removal.flaw if current.removal else ""
    return finish(current, "handle", by=by, note=f"{current.get_disposition_display()}。{rest}{flaw or treatment.note}")


def split_off(item: CampaignItem, removal: Removal, *, by: User) -> str:
    """What still stands when a part came down is an item of its own from that day, and stands where the whole stood: the
    part alone is struck off, and no figure of an earlier day moves. Words for the log of the part."""
    rest, whole = locked(item), item.amount
    rest.pk, rest.entry_key, rest.version = None, uuid.uuid4(), 1
    rest._state.adding = True
    rest.found_on, rest.notified_on, rest.removal, rest.batch = removal.removed_on, None, None, None
    rest.cased_on = removal.removed_on if rest.cased_on is not None else None
    rest.quantity, rest.area = item.quantity - removal.quantity, max(item.area - removal.area, Decimal(0))
    told = f"（{item.notified_on}已告知，限{item.due_on}前）" if item.notified_on else ""
    rest.description = f"{item.number}只拆除（清理）了一部分，这是其余的{told}。{rest.description}"[:300]
    (rest.number,) = take_numbers(SERIES, year=rest.found_on.year, defaults=SERIES_DEFAULTS)
    rest.recorded_by = by
    rest.save()
    Activity.record(Verb.CREATE, rest, by=by, title="登记专项问题", note=rest.description[:200])
    item.quantity, item.area = removal.quantity, removal.area
    return f"原登记{whole}，其余{rest.amount}另列{rest.number}。"


def removal_in_case(item: CampaignItem, mode: str) -> Removal | None:
    """What the case of the item has taken down already: counted there, once, by the same way."""
    if item.case is None:
        return None
    found = item.case.removals.recorded().exclude(case_step="").filter(item=None).first()
    if found is not None and found.mode != mode:
        raise Refused(
            f"{item.case.number}已按“{found.get_mode_display()}”登记拆除（{found.removed_on}）。"
            "请选这一处置方式；案件登错的，先在案件里作废拆除登记。",
            "disposition",
        )
    return found


def removal_in_ledger(item: CampaignItem, mode: str) -> Removal | None:
    """What the ledger says of the board since the item was found: counted there, once, by the same way."""
    if item.board is None or locked(item.board).life != BoardLife.REMOVED:
        return None
    rows = item.board.removals.recorded().filter(item=None, removed_on__gte=item.found_on)
    found = rows.order_by("-removed_on", "-pk").first()
    if found is not None and found.mode != mode:
        raise Refused(
            f"台账里{item.board.code}已按“{found.get_mode_display()}”登记拆除（{found.removed_on}）。"
            "请选这一处置方式；台账登错的，先在设施页面撤销。",
            "disposition",
        )
    return found


def mark_of(item: CampaignItem) -> str:
    """How the note of a removal begins that was entered with this item."""
    return f"{item.number}："


def undo(item: CampaignItem) -> tuple[Removal | None, str]:
    """What the treatment of an item did to others, no longer the item's: its removal, the condition of its board before."""
    done = (item.removal, item.condition_before)
    item.removal, item.condition_before = None, ""
    return done


def take_back(item: CampaignItem, removal: Removal | None, condition: str, *, by: User, reason: str) -> None:
    """A removal goes with the item that entered it; that of a case's step is the case's, that of the ledger the ledger's.
    A board that was not mended after all is as it was."""
    if condition and item.board is not None:
        boards.unmend_board(item.board, by=by, condition=condition, mark=mark_of(item), reason=reason)
    if removal is not None and not removal.case_step and removal.note.startswith(mark_of(item)):
        removals.void_removal(removal, by=by, reason=reason)


def removal_of(item: CampaignItem, treatment: Treatment) -> Removal:
    return Removal(
        board=item.board,
        what=item.name,
        place=item.place,
        street=item.street,
        removed_on=treatment.handled_on,
        mode=treatment.disposition,
        measure=item.measure,
        quantity=treatment.quantity or item.quantity,
        area=item.area if treatment.area is None else treatment.area,
        consent_on=treatment.consent_on,
        reason=treatment.reason,
        case=item.case,
        case_number=item.case_number,
        note=f"{mark_of(item)}{treatment.note}"[:200],
    )


@transaction.atomic
def open_case_for(
    item: CampaignItem, *, by: User, case: Case | None = None, case_number: str = "", on: date | None = None
) -> CampaignItem:
    """转立案: from here on the case says what may be done when. The case may be kept in another system. Once more: the
    wrong case was chosen, or the wrong number or day."""
    if case is None and not case_number:
        raise Refused("请选择案件；在其他平台立案的填外部案号。", "case")
    cased_on = on or timezone.localdate()
    check_day(cased_on, "on", "转立案日期")
    before = check_step(item, "open_case")
    current = step(item, "open_case")
    if cased_on < current.found_on:
        raise Refused(f"{current.found_on}才摸底，转立案日期不能更早。", "on")
    current.disposition, current.case, current.case_number = Disposition.CASE, case, case_number
    if before.state == ItemState.IN_CASE:
        current.cased_on = cased_on
        words = f"改选案件：原为{before.case_words}（{before.cased_on}），改为{current.case_words}（{cased_on}）"
        return finish(current, "open_case", by=by, note=words)
    current.cased_on = current.cased_on or cased_on  # an item that came back counts once, on its first day
    return finish(current, "open_case", by=by, note=current.case_words)


@transaction.atomic
def defer_item(item: CampaignItem, *, by: User, reason: str) -> CampaignItem:
    """暂缓: a suit, an owner still to be found."""
    current = step(item, "defer")
    current.disposition, current.deferred_reason = Disposition.DEFERRED, reason
    return finish(current, "defer", by=by, note=reason)


def why_not_settled(item: CampaignItem, user: User) -> str:
    """Why an item may not be struck off by this user; "" if it may."""
    if item.state != ItemState.HANDLED:
        return "还没有处置，不能销号。"
    if item.handled_by_id == user.pk:
        return "处置是您登记的，须由其他人复核销号（销号制：处置、复核分开）。"
    if item.disposition not in Disposition.ON_PAPER and not item.photos.filter(stage=PhotoStage.AFTER).exists():
        return "没有整治后照片，不能销号。请处置人先补照片。"
    return ""


@transaction.atomic
def settle_item(item: CampaignItem, *, by: User, note: str = "", on: date | None = None) -> CampaignItem:
    """销号: an after-picture, and somebody other than who handled it."""
    current = step(item, "settle")
    current.state = ItemState.HANDLED
    if reason := why_not_settled(current, by):
        raise Refused(reason)
    current.state = ItemState.SETTLED
    current.reviewed_by, current.settled_on, current.review_note = by, on or timezone.localdate(), note
    return finish(current, "settle", by=by, note=note)


@transaction.atomic
def send_back_item(item: CampaignItem, *, by: User, reason: str) -> CampaignItem:
    """退回重办: it was not done, as is seen before the 销号 or after it; what was entered with the treatment is taken back."""
    current = step(item, "send_back")
    if current.handled_by_id == by.pk:
        raise Refused("处置是您登记的，须由其他人复核。")
    done, note = undo(current), reason
    if current.settled_on is not None:
        note = f"撤销{current.settled_on}的销号（{current.reviewed_by}）：{reason}"
        concerned = [each for each in (current.handled_by, current.reviewed_by) if each is not None and each != by]
        notify(concerned, f"{current.number} {current.name}的销号已撤销，退回重办：{reason}", about=current)
    current.reviewed_by, current.review_note, current.settled_on = by, reason, None
    current.handled_on, current.disposition = None, ""
    finish(current, "send_back", by=by, note=note)
    take_back(current, *done, by=by, reason=f"复核退回：{reason}"[:200])
    return current


@transaction.atomic
def void_item(item: CampaignItem, *, by: User, reason: str) -> CampaignItem:
    current = step(item, "void")
    current.voided_at, current.void_reason = timezone.now(), reason
    done = undo(current)
    finish(current, "void", by=by, note=reason)
    take_back(current, *done, by=by, reason=reason)
    return current
