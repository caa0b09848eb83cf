"""Confirming findings and ordering them: one order (交办单) to one unit, numbered, pushed; the deadlines start there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from config.display import month_day_minute
from inspections.enums import TRANSITIONS, FindingState, Handling
from inspections.models import Finding, OrderLine, RectificationOrder, Shelving
from inspections.photo_annex import annex_of
from inspections.registrar import Registrar
from inspections.workflow.findings import withdraw_line
from inspections.workflow.notice import people_of, tell_sharers
from inspections.workflow.order_paper import OrderPaper
from inspections.workflow.points import rescore_followers
from inspections.workflow.steps import TransitionNotAllowed, check_past, last_step, locked, move, record_step
from staff.models import Unit, User, notify
from staff.papers import sign_paper
from staff.photo_annexes import MOST_ENTRIES, AnnexEntry
from staff.refusals import Refused

SERIES = "rectification_order"
SERIES_DEFAULTS = {"name": "考评交办单", "mark": "交办"}


@transaction.atomic
def confirm_finding(finding: Finding, *, by: User, seen: int | None = None) -> Finding:
    """确认: the facts, the item and the unit are right. What is only to be deducted is deducted and told at once.

    `seen`: the version whose facts were on the screen.
    """
    current = locked(finding)
    if seen is not None and current.version != seen and current.state in TRANSITIONS["confirm"].sources:
        raise TransitionNotAllowed(f"{current.number}在您打开以后修改过，没有确认。请看过最新内容再确认。")
    if current.handling == Handling.DEDUCT:
        return deduct(current, by=by)
    move(current, "confirm")
    current.save(update_fields=["state", "version"])
    record_step(current, "confirm", by=by)
    return current


@transaction.atomic
def deduct_finding(finding: Finding, *, by: User) -> Finding:
    """只扣分: nothing to put right (资料检查, 已过的事); the unit is told, and its time to appeal runs."""
    return deduct(locked(finding), by=by)


def deduct(current: Finding, *, by: User) -> Finding:
    move(current, "deduct")
    current.handling, current.delivered_at, current.due_at = Handling.DEDUCT, timezone.now(), None
    current.save(update_fields=["state", "handling", "delivered_at", "due_at", "version"])
    record_step(current, "deduct", by=by, 送达时间=[None, current.delivered_at])
    own = current.shares.get(unit=current.lead_unit_id).points  # what this unit pays, not the whole
    text = f"{current.number} {current.item.name}（{current.place}）扣本单位 {own.normalize():f} 分，不需整改反馈。"
    notify(people_of([current.lead_unit_id]), text, url=current.get_absolute_url())
    tell_sharers([current])
    rescore_followers(current, by=by)
    return current


@transaction.atomic
def order_findings(
    findings: Sequence[Finding], *, by: User, demand: str = "", delivered_at: datetime | None = None
) -> list[RectificationOrder]:
    """交办: one order a unit for all these findings, in one go. Refused as a whole if one cannot be ordered.

    Findings that are only registered are confirmed by it. `delivered_at`: an order given outside the system, entered
    afterwards (补录); without it the push to the unit is the delivery.
    """
    moment = delivered_at or timezone.now()
    by_unit: dict[int, list[Finding]] = {}
    for finding in sorted(findings, key=lambda each: each.pk):
        current = locked(finding)
        if delivered_at is not None:
            check_past(delivered_at, since=current.found_at, what="送达时间", field="delivered_at")
        if why := why_not_order(current):
            raise TransitionNotAllowed(why)
        if current.state == FindingState.REGISTERED:
            current = confirm_finding(current, by=by)
        by_unit.setdefault(current.lead_unit_id, []).append(current)
    if not by_unit:
        raise Refused("没有选中要交办的问题。")
    registrar = Registrar()
    return [
        give_order(unit, rows, registrar, by=by, demand=demand, moment=moment, offline=delivered_at is not None)
        for unit, rows in by_unit.items()
    ]


def why_not_order(finding: Finding) -> str:
    """ "" = it can be ordered, if only registered together with its confirmation."""
    if finding.state not in FindingState.EDITABLE:
        return f"{finding.number}目前是“{finding.get_state_display()}”，不能交办。{last_step(finding)}"
    if finding.handling == Handling.DEDUCT:
        return f"{finding.number}的处理方式是“只扣分”，不交办。需要整改的，先修改处理方式。"
    return ""


def give_order(
    unit: int,
    findings: list[Finding],
    registrar: Registrar,
    *,
    by: User,
    demand: str,
    moment: datetime,
    offline: bool,
) -> RectificationOrder:
    """Number, sign and push one order for locked findings of one unit."""
    order = RectificationOrder.objects.create(
        unit=Unit.objects.get(pk=unit), demand=demand, delivered_at=moment, offline=offline, made_by=by
    )
    for finding in findings:
        move(finding, "order")
        finding.delivered_at = moment
        finding.due_at = deadline_from(finding, moment, registrar)
        finding.save(update_fields=["state", "delivered_at", "due_at", "version"])
    OrderLine.objects.bulk_create(OrderLine(order=order, finding=each, due_at=each.due_at) for each in findings)
    sign_paper(
        order,
        by=by,
        series=SERIES,
        defaults=SERIES_DEFAULTS,
        render=lambda number: OrderPaper.of(order, findings, number=number).pdf(pictures_for(findings)),
    )
    note = f"{order.number}{'（线下交办，补录）' if offline else ''}"
    for finding in findings:
        record_step(finding, "order", by=by, note=note, 整改期限=[None, finding.due_at])
    notify(people_of([unit]), f"收到交办单 {order.number}，共 {len(findings)} 个问题{first_due(findings)}。", url=order.get_absolute_url())  # fmt: skip
    tell_sharers(findings)
    return order


def pictures_for(findings: Sequence[Finding]) -> list[AnnexEntry]:
    """What the unit is shown of the problems; the paper stays short, the rest is seen in the system."""
    keys = [each.pk for each in findings]
    rows = Finding.objects.filter(pk__in=keys).select_related("item", "lead_unit").prefetch_related("photos")
    return annex_of(rows.order_by("pk"), MOST_ENTRIES)


def deadline_from(finding: Finding, moment: datetime, registrar: Registrar) -> datetime | None:
    """From delivery, never from discovery. A deadline that the sheet carried stays, if it still lies ahead."""
    if finding.due_at is not None and finding.due_at > moment:
        return finding.due_at
    return registrar.deadline(finding.item, moment)


def first_due(findings: Sequence[Finding]) -> str:
    dues = [finding.due_at for finding in findings if finding.due_at is not None]
    return f"，最早 {month_day_minute(min(dues))} 到期" if dues else ""


@transaction.atomic
def shelve_finding(finding: Finding, *, by: User, reason: str) -> Finding:
    """挂账: cannot be put right for now; the written explanation stays, and the case leaves 应整改."""
    current = locked(finding)
    move(current, "shelve")
    current.save(update_fields=["state", "stopped_at", "version"])
    Shelving.objects.create(finding=current, due_at=current.due_at)
    record_step(current, "shelve", by=by, note=reason)
    text = f"{current.number} {current.item.name}（{current.place}）已挂账：{reason}"
    notify(people_of([current.lead_unit_id]), text, url=current.get_absolute_url())
    return current


@transaction.atomic
def resume_finding(finding: Finding, *, by: User, reason: str) -> Finding:
    """恢复办理: from the pool back to the queue for orders; the next order starts a new deadline."""
    current = locked(finding)
    move(current, "resume")
    before = current.due_at
    current.due_at = current.delivered_at = None
    current.save(update_fields=["state", "due_at", "delivered_at", "version"])
    withdraw_line(current, "挂账后重新交办")
    record_step(current, "resume", by=by, note=reason, 整改期限=[before, None])
    return current
