"""The door to swaps: asked, accepted, approved before the shift. A post is left short only if the approver says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from fireworks.enums import SWAP_EDGES, SwapState
from fireworks.models import Assignment, CheckIn, DutyPerson, Roster, Slot, Swap
from fireworks.planning import plan_of
from fireworks.roster import breaches
from fireworks.workflow.rosters import queue_for_rosters
from staff.models import Activity, User, Verb, notify
from staff.permissions import Perms
from staff.refusals import Refused

WHY_NOT = {
    SwapState.APPROVED: "这次换班已经批准。",
    SwapState.DECLINED: "对方不同意，请另行申请。",
    SwapState.REJECTED: "这次换班没有获批，请另行申请。",
    SwapState.WITHDRAWN: "申请已经撤回。",
    SwapState.ACCEPTED: "对方已经同意，等待批准。",
    SwapState.ASKED: "对方还没有同意，不能批准。",
}


@transaction.atomic
def ask(assignment: Assignment, *, by: User, to: DutyPerson | None, reason: str) -> Swap:
    """Ask somebody to take over; with nobody, it goes straight to the leader."""
    current = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("slot__roster", "person")
        .get(pk=assignment.pk)
    )
    before_shift(current.slot)
    if to is not None and to.pk == current.person_id:
        raise Refused("不能换给本人。", "to")
    if to is not None and Assignment.objects.filter(slot=current.slot, person=to).exists():
        raise Refused(f"{to}本来就在这一班。请另选一人。", "to")
    state = SwapState.ASKED if to is not None else SwapState.ACCEPTED
    try:
        with transaction.atomic():
            swap = Swap.objects.create(slot=current.slot, from_person=current.person, to=to, reason=reason, state=state)
    except IntegrityError as error:
        raise Refused("这一班已有换班申请在办。请等它办结，或先撤回。") from error
    Activity.record(Verb.CREATE, swap, by=by, title="申请换班", note=f"{current.slot}：{reason}")
    tell(swap, [to] if to is not None else [], "请您接替")
    if to is None:
        tell_leaders(swap)
    return swap


def before_shift(slot: Slot) -> None:
    if slot.roster.is_draft:
        raise Refused("值班表还是草稿，直接修改即可，不用换班。")
    if slot.has_begun:
        raise Refused("这一班已经开始，不能再换班。临时缺人请叫替补，并在值守报告里写明。")


def taken(swap: Swap, step: str) -> Swap:
    """The swap, locked in a state from which the step leads on; before the shift begins, except to end it."""
    current = (
        Swap.objects.select_for_update(of=("self",)).select_related("slot__roster", "from_person", "to").get(pk=swap.pk)
    )
    if current.state not in SWAP_EDGES[step].sources:
        raise Refused(WHY_NOT[SwapState(current.state)])
    if step in ("accept", "approve"):
        before_shift(current.slot)
    return current


def move(swap: Swap, step: str, *, by: User, title: str, note: str = "") -> Swap:
    """Write the new state if nobody was faster: the condition on the old one decides, on every database."""
    edge = SWAP_EDGES[step]
    closed = edge.target not in SwapState.OPEN
    facts: dict[str, Any] = {"state": edge.target, "breaks": swap.breaks, "note": swap.note}
    if closed:
        facts |= {"decided_at": timezone.now(), "decided_by": by}
    if not Swap.objects.filter(pk=swap.pk, state__in=edge.sources).update(**facts):
        raise Refused(WHY_NOT[SwapState(Swap.objects.get(pk=swap.pk).state)])
    swap.refresh_from_db()
    Activity.record(Verb.TRANSITION, swap, by=by, title=title, note=note)
    return swap


@transaction.atomic
def accept(swap: Swap, *, by: User) -> Swap:
    moved = move(taken(swap, "accept"), "accept", by=by, title="同意换班")
    tell_leaders(moved)
    return moved


@transaction.atomic
def decline(swap: Swap, *, by: User) -> Swap:
    moved = move(taken(swap, "decline"), "decline", by=by, title="不同意换班")
    tell(moved, [moved.from_person], "对方不同意")
    return moved


@transaction.atomic
def withdraw(swap: Swap, *, by: User) -> Swap:
    return move(taken(swap, "withdraw"), "withdraw", by=by, title="撤回换班")


@transaction.atomic
def reject(swap: Swap, *, by: User, note: str) -> Swap:
    current = taken(swap, "reject")
    current.note = note
    moved = move(current, "reject", by=by, title="不批准换班", note=note)
    tell(moved, [moved.from_person, moved.to], "没有获批")
    return moved


@transaction.atomic
def approve(swap: Swap, *, by: User, accept_breaches: bool = False, note: str = "") -> Swap:
    """Change hands. What the swap newly breaks must be accepted explicitly, with a reason that is kept."""
    current = taken(swap, "approve")
    queue_for_rosters()  # what one does on another roster counts too
    broken = newly_broken(current)
    if broken and not (accept_breaches and note.strip()):
        raise Refused(f"换班后：{''.join(broken)}确需批准的，请勾选“仍然批准”并写明理由。", "accept_breaches")
    current.breaks, current.note = "\n".join(broken), note
    moved = move(current, "approve", by=by, title="批准换班", note=f"{''.join(broken)}{note}"[:500])
    change_hands(moved)
    tell(moved, [moved.from_person, moved.to], "已批准")
    return moved


def change_hands(swap: Swap) -> None:
    """The place goes to the other; with nobody, it stays empty, and the approval says why."""
    place = Assignment.objects.filter(slot=swap.slot, person=swap.from_person)
    signed = CheckIn.objects.filter(assignment__in=place)
    if signed.filter(voided_at=None).exists():
        raise Refused(f"{swap.from_person}已经签到上岗，不能再换班。")
    if swap.to is None and signed.exists():  # what was voided is kept, and with it the place it hangs on
        raise Refused(
            f"{swap.from_person}在这一班有已作废的签到，记录要保留，不能空着这个岗。请换给别人，或者另叫替补。"
        )
    if swap.to is None:
        changed, _ = place.delete()
    elif Assignment.objects.filter(slot=swap.slot, person=swap.to).exists():
        raise Refused(f"{swap.to}已在这一班，请核对。")
    else:
        changed = place.update(person=swap.to, substitute=None)
    if not changed:
        raise Refused("这一班已经换了人，请核对。")
    Slot.objects.filter(pk=swap.slot_id).update(version=F("version") + 1)


def newly_broken(swap: Swap) -> list[str]:
    """The rules that hold now and would not after the swap."""
    slot = swap.slot
    roster = Roster.objects.select_related("window").get(pk=slot.roster_id)
    plan = plan_of(roster)
    before = {breach.text for breach in breaches(plan)}
    placed = plan.placed - {(slot.pk, swap.from_person_id)}
    if swap.to_id is not None:
        placed |= {(slot.pk, swap.to_id)}
    after = replace(plan, placed=placed)
    return [breach.text for breach in breaches(after) if breach.text not in before]


def tell(swap: Swap, people: list[DutyPerson | None], words: str) -> None:
    accounts = User.objects.filter(person__duty_person__in=[each.pk for each in people if each is not None])
    notify(accounts, f"换班{words}：{swap.from_person}，{swap.slot}", url=swap.get_absolute_url())


def tell_leaders(swap: Swap) -> None:
    leaders = [
        user
        for user in User.objects.holding(Perms.APPROVE_SWAP)
        if Slot.objects.visible_to(user).filter(pk=swap.slot_id).exists()
    ]
    notify(leaders, f"换班待批准：{swap.from_person}，{swap.slot}", url=swap.get_absolute_url())
