"""The one door to seizures, their custody, and destruction. Never more destroyed than seized, never twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from config.display import month_day_minute, plain_number
from fireworks.enums import CustodyAct
from fireworks.models import CustodyEntry, Destruction, DestructionItem, SeizureLot
from staff.models import Activity, User, Verb, take_numbers
from staff.refusals import Refused
from staff.workflow.records import check_day, check_moment, correct_record, locked, store_record, void_record

LOT_SERIES, LOT_DEFAULTS = "fireworks-lot", {"name": "收缴物品编号", "pattern": "缴{year}-{number:03d}"}
DESTRUCTION_SERIES = "fireworks-destruction"
DESTRUCTION_DEFAULTS = {"name": "销毁编号", "pattern": "毁{year}-{number:03d}"}


def noon_of(day: date) -> datetime:
    """When something of a day is entered in the chain: now, if the day is today; of a day gone by nobody knows the hour."""
    now = timezone.localtime()
    return now if day == now.date() else timezone.make_aware(datetime.combine(day, time(12)))


@transaction.atomic
def record_lot(lot: SeizureLot, *, received_by: str, by: User | None) -> SeizureLot:
    """Store an unsaved lot with its number and the first link of its chain of custody."""
    check_day(lot.seized_on, "seized_on", "收缴日期")
    (lot.number,) = take_numbers(LOT_SERIES, year=lot.seized_on.year, defaults=LOT_DEFAULTS)
    store_record(lot, by=by, title="登记收缴物品")
    entry = CustodyEntry(act=CustodyAct.RECEIVED, handed_by=lot.owner, received_by=received_by, place=lot.store)
    entry.happened_at = noon_of(lot.seized_on)
    append_custody(lot, entry, by=by, log=False)
    return lot


@transaction.atomic
def correct_lot(lot: SeizureLot, *, by: User, seen: int) -> SeizureLot:
    """A slip in the description or the quantity; never below what was destroyed, never another measure after that."""
    check_day(lot.seized_on, "seized_on", "收缴日期")
    current = locked(lot)
    lot.destroyed = current.destroyed
    if lot.quantity < current.destroyed:
        raise Refused(f"已销毁 {plain_number(current.destroyed)}，数量不能比它少。", "quantity")
    if current.destroyed and lot.measure != current.measure:
        raise Refused("已有销毁记录，不能再改计量单位。", "measure")
    first = Destruction.objects.filter(items__lot=current, voided_at=None).order_by("destroyed_on").first()
    if first is not None and lot.seized_on > first.destroyed_on:
        raise Refused(f"{first.destroyed_on}已有销毁（{first.number}），收缴日期不能在它之后。", "seized_on")
    begins = timezone.make_aware(datetime.combine(lot.seized_on, time.min))
    later = current.custody.exclude(act=CustodyAct.DESTROYED).order_by("pk")[1:]  # the first follows the day itself
    if early := min((each.happened_at for each in later if each.happened_at < begins), default=None):
        raise Refused(f"{month_day_minute(early)}已有交接记录，收缴日期不能在它之后。请核对日期。", "seized_on")
    correct_record(lot, by=by, seen=seen)
    if lot.seized_on != current.seized_on:  # the chain is only added to: its first link keeps the day that was typed
        entry = CustodyEntry(act=CustodyAct.CORRECTED, received_by=str(by)[:60], place=lot.store)
        entry.note = f"收缴日期由 {current.seized_on} 更正为 {lot.seized_on}"
        append_custody(lot, entry, by=by, log=False)
    return lot


@transaction.atomic
def void_lot(lot: SeizureLot, *, by: User, reason: str) -> SeizureLot:
    """作废 of a lot of which nothing was destroyed."""
    if locked(lot).destroyed:
        raise Refused("这批物品已有销毁记录，不能作废。请先作废那次销毁。")
    return void_record(lot, by=by, reason=reason)


@transaction.atomic
def append_custody(lot: SeizureLot, entry: CustodyEntry, *, by: User | None, log: bool = True) -> CustodyEntry:
    """One more link. Where it went is then where it is stored."""
    current = locked(lot)
    if current.is_voided:
        raise Refused("这批物品已作废，不能再记交接。")
    entry.lot, entry.recorded_by = current, by
    check_moment(entry.happened_at, "happened_at", "交接时间")
    if entry.happened_at < timezone.make_aware(datetime.combine(current.seized_on, time.min)):
        raise Refused(f"交接时间在收缴日期（{current.seized_on}）之前。请核对。", "happened_at")
    entry.save()
    moves = entry.act in (CustodyAct.MOVED, CustodyAct.HANDED_OVER, CustodyAct.CORRECTED)
    if moves and entry.place and entry.place != current.store:
        current.store = entry.place
        current.version += 1
        current.save(update_fields=["store", "version"])
    if log:
        Activity.record(Verb.UPDATE, current, by=by, title=f"交接：{entry.get_act_display()}", note=str(entry))
    return entry


@transaction.atomic
def record_destruction(destruction: Destruction, amounts: Mapping[int, Decimal], *, by: User | None) -> Destruction:
    """Store an unsaved destruction with what went of each lot (lot id → quantity in the lot's own measure).

    The lots are locked in the order of their keys; Refused, naming the lot, for more than is left of it.
    """
    if not amounts:
        raise Refused("请至少填一批物品的销毁数量。")
    check_day(destruction.destroyed_on, "destroyed_on", "销毁日期")
    year = destruction.destroyed_on.year
    (destruction.number,) = take_numbers(DESTRUCTION_SERIES, year=year, defaults=DESTRUCTION_DEFAULTS)
    store_record(destruction, by=by, title="登记销毁")
    for lot in SeizureLot.objects.select_for_update(of=("self",)).filter(pk__in=amounts).order_by("pk"):
        take_from(lot, amounts[lot.pk], destruction, by=by)
    return destruction


def take_from(lot: SeizureLot, quantity: Decimal, destruction: Destruction, *, by: User | None) -> None:
    """Book one item on a locked lot, or say what is left."""
    words = f"{lot.number}（{lot.place}）"
    if lot.is_voided:
        raise Refused(f"{words}已作废，不能销毁。", field_of(lot))
    if quantity > lot.left:
        left = f"只剩 {plain_number(lot.left)} {lot.get_measure_display()}" if lot.left else "已经全部销毁"
        raise Refused(f"{words}{left}，不能销毁 {plain_number(quantity)} {lot.get_measure_display()}。", field_of(lot))
    if destruction.destroyed_on < lot.seized_on:
        raise Refused(f"{words}{lot.seized_on}才收缴，销毁日期不能更早。", "destroyed_on")
    DestructionItem.objects.create(destruction=destruction, lot=lot, quantity=quantity)
    lot.destroyed += quantity
    lot.version += 1
    lot.save(update_fields=["destroyed", "version"])
    amount = f"{plain_number(quantity)} {lot.get_measure_display()}"
    entry = CustodyEntry(act=CustodyAct.DESTROYED, received_by=destruction.witnesses[:60], place=destruction.place[:60])
    entry.note, entry.happened_at = f"{destruction.number}：销毁 {amount}", noon_of(destruction.destroyed_on)
    append_custody(lot, entry, by=by, log=False)
    Activity.record(Verb.TRANSITION, lot, by=by, title="销毁", note=entry.note)


def field_of(lot: SeizureLot) -> str:
    """The field of a destruction's form that stands for the lot."""
    return f"lot_{lot.pk}"


@transaction.atomic
def void_destruction(destruction: Destruction, *, by: User, reason: str) -> Destruction:
    """Take a destruction back: what it had booked is on the lots again, and the chain of custody says so."""
    current = void_record(destruction, by=by, reason=reason)
    items = {item.lot_id: item for item in current.items.all()}
    for lot in SeizureLot.objects.select_for_update(of=("self",)).filter(pk__in=items).order_by("pk"):
        quantity = items[lot.pk].quantity
        lot.destroyed -= quantity
        lot.version += 1
        lot.save(update_fields=["destroyed", "version"])
        entry = CustodyEntry(act=CustodyAct.CORRECTED, received_by=str(by)[:60], place=lot.store)
        entry.note = f"{current.number}已作废，退回 {plain_number(quantity)} {lot.get_measure_display()}"
        append_custody(lot, entry, by=by, log=False)
    return current
