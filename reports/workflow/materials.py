"""The door for 材料征集: a section asked of a unit, delivered, confirmed by its head, taken over, reminded of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from reports.enums import MATERIAL_EDGES, MaterialState
from reports.models import Material, Report, Section
from reports.workflow.locks import locked_draft
from staff.models import Activity, Unit, User, Verb, notify
from staff.permissions import Perms
from staff.refusals import ChangedMeanwhile, Refused

REMIND_BEFORE = timedelta(days=2)


def moved(material: Material, step: str) -> Material:
    """The row, locked, where its table of edges allows the step; the state is set, not yet stored."""
    current = Material.objects.select_for_update(of=("self",)).get(pk=material.pk)
    sources, target, label = MATERIAL_EDGES[step]
    if current.state not in sources:
        raise Refused(f"“{current}”{current.get_state_display()}，不能{label}。")
    current.state = target
    return current


def responsible(material: Material) -> list[User]:
    """Who is told: the person asked, else everybody of the unit."""
    if material.person is not None:
        return [material.person]
    return list(User.objects.filter(is_active=True, unit=material.unit))


@transaction.atomic
def ask_material(
    report: Report, *, section: Section, unit: Unit, person: User | None, due_on: date, note: str, by: User
) -> Material:
    """Ask a unit for a section's text; asking again changes unit, person and day while nothing has been delivered."""
    current = locked_draft(report, doing="征集材料")
    facts: dict[str, Any] = {"unit": unit, "person": person, "due_on": due_on, "note": note, "asked_by": by}
    existing = Material.objects.select_for_update(of=("self",)).filter(section=section).first()
    if existing is not None and existing.state != MaterialState.ASKED:
        raise Refused(f"“{existing}”{existing.get_state_display()}，不能改派。要重交请先退回。", "section")
    if person is not None and not person.is_active:
        raise Refused("这个账号已停用，请另选责任人。", "person")
    try:
        with transaction.atomic():
            material, made = Material.objects.update_or_create(section=section, defaults=facts)
    except IntegrityError as error:
        raise Refused("这一节刚被别人征集，请刷新后再看。", "section") from error
    words = f"{'征集' if made else '改派'}材料：{section}，{unit}，{due_on}前"
    Activity.record(Verb.CREATE if made else Verb.UPDATE, current, by=by, title=words, note=note)
    notify(
        responsible(material),
        f"请在{due_on}前交《{current}》“{section.heading}”的材料。",
        url=material.get_absolute_url(),
    )
    return material


@transaction.atomic
def deliver_material(material: Material, *, text: str, seen: int, by: User) -> Material:
    """交稿; again until it is confirmed. `seen`: the version that the writer had before him."""
    current = moved(material, "deliver")
    if not text.strip():
        raise Refused("材料是空的，请写好再交。", "text")
    if current.version != seen:
        raise ChangedMeanwhile(f"“{current}”")
    current.text, current.delivered_by, current.delivered_at = text, by, timezone.now()
    current.version += 1
    current.returned_reason = ""
    current.save(update_fields=["state", "text", "delivered_by", "delivered_at", "version", "returned_reason"])
    Activity.record(Verb.UPDATE, current, by=by, title=f"交稿：{current}")
    others = User.objects.filter(is_active=True, unit=current.unit).exclude(pk=by.pk)
    heads = [user for user in others if user.has_perm(Perms.CONFIRM_MATERIAL)]
    notify(heads, f"“{current}”已交，待您确认。", url=current.get_absolute_url())
    return current


@transaction.atomic
def confirm_material(material: Material, *, seen: int, by: User) -> Material:
    """科室负责人确认: what the unit answers for. `seen`: the version that he read; another is not confirmed unread."""
    current = moved(material, "confirm")
    if current.version != seen:
        raise Refused(f"“{current}”刚又交过一稿，请看过现在的文字再确认。")
    current.confirmed_by, current.confirmed_at = by, timezone.now()
    current.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    Activity.record(Verb.TRANSITION, current, by=by, title=f"确认：{current}")
    notify([current.asked_by], f"“{current}”单位已确认，可以采用。", url=current.get_absolute_url())
    return current


@transaction.atomic
def return_material(material: Material, *, reason: str, by: User) -> Material:
    """Back to the unit, with what is wanting."""
    current = moved(material, "send_back")
    current.returned_reason, current.confirmed_by, current.confirmed_at = reason, None, None
    current.save(update_fields=["state", "returned_reason", "confirmed_by", "confirmed_at"])
    Activity.record(Verb.TRANSITION, current, by=by, title=f"退回：{current}", note=reason)
    notify(responsible(current), f"“{current}”退回：{reason}", url=current.get_absolute_url())
    return current


@transaction.atomic
def adopt_material(material: Material, *, by: User) -> Material:
    """Taken over by the office, which then works it into the section. Posting twice is harmless."""
    current = Material.objects.select_for_update(of=("self",)).get(pk=material.pk)
    if current.state == MaterialState.ADOPTED:
        return current
    current = moved(material, "adopt")
    current.save(update_fields=["state"])
    Activity.record(Verb.TRANSITION, current, by=by, title=f"采用：{current}")
    return current


@transaction.atomic
def remind(materials: list[Material], *, today: date, by: User | None = None) -> int:
    """Tell those who have not delivered, at most once a day. Returns how many sections."""
    count = 0
    for material in materials:
        current = Material.objects.select_for_update(of=("self",)).get(pk=material.pk)
        if current.state in MaterialState.SETTLED or current.reminded_on == today:
            continue
        current.reminded_on = today
        current.save(update_fields=["reminded_on"])
        late = (today - current.due_on).days
        words = f"已过截止日{late}天" if late > 0 else f"{current.due_on}截止"
        what = "待确认" if current.state == MaterialState.DELIVERED else "还没有交"
        notify(responsible(current), f"“{current}”{what}，{words}。", url=current.get_absolute_url())
        count += 1
    if count:
        Activity.record(Verb.UPDATE, by=by, title=f"催交材料 {count} 节")
    return count


def remind_due(today: date) -> int:
    """The daily reminder: what is due within two days, and what is late."""
    due = Material.objects.undelivered().filter(due_on__lte=today + REMIND_BEFORE).select_related("section", "unit")
    return remind(list(due), today=today)
