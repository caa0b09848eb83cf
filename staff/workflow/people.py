"""The one door to people and their movements: recording, correcting, voiding. The ledger is walked anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from config.identity import mask_id_number, mask_phone
from staff import ledger
from staff.enums import ENTRY_KINDS, MOVEMENT_RULES, MovementKind, Standing
from staff.models import (
    Activity,
    ImportBatch,
    LedgerGate,
    Movement,
    Person,
    PersonIdentity,
    ReportedTable,
    User,
    Verb,
    changed_fields,
)
from staff.refusals import ChangedMeanwhile, Refused

FURTHEST = timedelta(days=366)  # a retirement is known a year ahead; more is a slip of the year
EARLIEST = date(1950, 1, 1)  # a browser takes the typed year 26 for 0026, and the whole ledger would begin there
LAST = 2**63  # of one day a new entry comes last
SHOWN = {
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "staff_number": "工号",
    "education": "学历",
    "party": "政治面貌",
    "enforcement_rank": "执法类职级",
    "joined_on": "参加工作时间",
    "account": "登录账号",
    "note": "备注",
}
IDENTITY_SHOWN = {"id_number": "公民身份号码", "phone": "手机号"}
ON_SHEETS = {name: SHOWN[name] for name in SHOWN if name not in {"name", "account", "note"}}
MOVEMENT_SHOWN = {
    "kind": "变动类型",
    "happened_on": "变动日期",
    "unit": "变动后单位",
    "employment": "变动后用工性质",
    "post": "变动后岗位",
    "standing": "更正为",
    "reason": "原因",
    "destination": "去向（来源）",
    "document": "文件号",
    "note": "备注",
}


@dataclass
class NewPerson:
    """A person to be taken in: unsaved rows of the file, of what identifies, and of the movement that begins it."""

    person: Person
    identity: PersonIdentity
    entry: Movement


@transaction.atomic
def add_person(new: NewPerson, *, by: User | None, batch: ImportBatch | None = None, another: bool = False) -> Person:
    """Take a person in with the movement that brought him or her. Refused if he or she is on record already.

    `another`: somebody has made sure that it is not the one of the same name and date of birth.
    """
    known = known_person(new.person, new.identity.id_number)
    if known is not None and not same_number(known, new) and not another:
        raise AnotherPerson(
            f"{described_person(known)}已在名册中，同名、同日出生。如是同一人，请到其页面登记新的变动；"
            "确实是另一个人的，在“登记人员”里勾选“是另一个人”后登记。",
            "name",
        )
    if known is not None and same_number(known, new):
        raise Refused(f"{described_person(known)}已在名册中。如曾离开，请到其页面登记新的变动，不要重复建档。", "name")
    if new.entry.kind not in ENTRY_KINDS:
        raise Refused("建档须从一次进入（建账、招录、调入、聘用、派遣、借入等）开始。", "kind")
    new.person.save()
    new.identity.person = new.person
    new.identity.save()
    if batch is None:
        Activity.record(Verb.CREATE, new.person, by=by, title="人员建档")
    new.entry.person = new.person
    record_movement(new.entry, by=by, batch=batch)
    return new.person


class AnotherPerson(Refused):
    """Perhaps the person on record, perhaps a namesake: somebody has to say which."""


def same_number(known: Person, new: NewPerson) -> bool:
    number = new.identity.id_number
    return number is not None and PersonIdentity.objects.filter(person=known, id_number=number).exists()


def described_person(person: Person) -> str:
    """Name and 工号, so that the other file can be found."""
    return f"{person.name}（工号 {person.staff_number}）" if person.staff_number else person.name


@transaction.atomic
def remove_person(person: Person, *, by: User) -> None:
    """Take back a file that was made by mistake: only one whose movements are all voided and that nothing points at."""
    current = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if current.movements.recorded().exists():
        raise Refused("还有没有作废的变动，不能删除档案。先作废误登的变动；真实离开的人员不删除。")
    label = described_person(current)
    try:
        with transaction.atomic():
            current.movements.all().delete()
            current.delete()
    except ProtectedError as error:
        raise Refused("这个人有执法证、培训或考核记录，不能删除档案。") from error
    Activity.record(Verb.DELETE, by=by, title="删除误建的档案", note=label)


def known_person(person: Person, id_number: str | None) -> Person | None:
    """The same person on record in another file: by ID number, else by name and date of birth where the other number is not known."""
    if id_number:
        same = Person.objects.filter(identity__id_number=id_number).exclude(pk=person.pk).first()
        if same is not None:
            return same
    if person.birth_date is None:
        return None
    alike = Person.objects.filter(name=person.name, birth_date=person.birth_date).exclude(pk=person.pk)
    if id_number:
        alike = alike.filter(identity__id_number=None)
    numbered = alike.filter(staff_number=person.staff_number) if person.staff_number else alike
    return numbered.first() or alike.first()


@dataclass
class Completion:
    """What a later sheet knows of somebody on record and the file does not: it fills what is empty, changes nothing."""

    person: Person
    facts: dict[str, Any]
    identity: dict[str, str]

    @property
    def labels(self) -> list[str]:
        return [(SHOWN | IDENTITY_SHOWN)[name] for name in (*self.facts, *self.identity)]


def completion_of(known: Person, new: NewPerson) -> tuple[Completion, list[str]]:
    """What `new` adds to the file of a known person, and in words where the two say different things."""
    stored = PersonIdentity.objects.filter(person=known).first() or PersonIdentity(person=known)
    facts, differs = compared(known, new.person, ON_SHEETS)
    numbers, others = compared(stored, new.identity, IDENTITY_SHOWN)
    return Completion(known, facts, numbers), differs + others


def compared(stored: Any, told: Any, names: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    fills, differs = {}, []
    for name, label in names.items():
        here, there = getattr(stored, name), getattr(told, name)
        if there in (None, "") or here == there:
            continue
        if here in (None, ""):
            fills[name] = there
        else:
            differs.append(label)
    return fills, differs


@transaction.atomic
def complete_person(completion: Completion, *, by: User | None) -> Person:
    """Fill what is still empty; what somebody wrote meanwhile stands."""
    current = Person.objects.select_for_update(of=("self",)).get(pk=completion.person.pk)
    identity = PersonIdentity.objects.filter(person=current).first() or PersonIdentity(person=current)
    filled = []
    for record, facts in ((current, completion.facts), (identity, completion.identity)):
        for name, value in facts.items():
            if getattr(record, name) in (None, ""):
                setattr(record, name, value)
                filled.append((SHOWN | IDENTITY_SHOWN)[name])
    if filled:
        current.version += 1
        current.save()
        identity.save()
        Activity.record(Verb.UPDATE, current, by=by, title="导入时补齐人员信息", note="、".join(filled))
    return current


@transaction.atomic
def edit_person(person: Person, identity: PersonIdentity, *, by: User, seen: int, another: bool = False) -> None:
    """Store a corrected file. The log shows what changed; numbers only masked.

    `another`: somebody has made sure that it is not the one whose name and date of birth the correction gives it.
    """
    current = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if current.version != seen:
        raise ChangedMeanwhile(f"{current.name}的信息")
    check_number(person, identity.id_number)
    if (current.name, current.birth_date) != (person.name, person.birth_date) and not another:
        check_namesake(person, identity.id_number)
    before = PersonIdentity.objects.filter(person=current).first() or PersonIdentity(person=current)
    changes = changed_fields(
        {label: getattr(current, name) for name, label in SHOWN.items()},
        {label: getattr(person, name) for name, label in SHOWN.items()},
    )
    changes |= changed_fields(
        {"公民身份号码": mask_id_number(before.id_number or ""), "手机号": mask_phone(before.phone)},
        {"公民身份号码": mask_id_number(identity.id_number or ""), "手机号": mask_phone(identity.phone)},
    )
    person.version = seen + 1
    person.save()
    identity.pk, identity.person = before.pk, person
    identity.save()
    if changes:
        Activity.record(Verb.UPDATE, person, by=by, title="修改人员信息", changes=changes)


def check_number(person: Person, id_number: str | None) -> None:
    """A number that stands in another file is nobody's namesake: nothing makes it right but looking at both."""
    other = Person.objects.filter(identity__id_number=id_number).exclude(pk=person.pk).first() if id_number else None
    if other is not None:
        words = f"这个公民身份号码已登记在{described_person(other)}名下，请核对是否重复建档。"
        raise Refused(words, "id_number")


def check_namesake(person: Person, id_number: str | None) -> None:
    """A correction that makes two files alike is asked about: one person twice, or a namesake."""
    known = known_person(person, id_number)
    if known is not None:
        raise AnotherPerson(
            f"改后与{described_person(known)}同名、同日出生。如是同一人，请核对是否重复建档，不要保留两份；"
            "确实是另一个人的，勾选“是另一个人”后保存。",
            "name",
        )


@transaction.atomic
def record_movement(movement: Movement, *, by: User | None, batch: ImportBatch | None = None) -> Movement:
    """Book an unsaved movement and walk the person's ledger anew. What does not fit is booked and flagged.

    Refused: a day too far ahead, the same movement twice, a reported period without the note that explains it.
    """
    LedgerGate.hold()
    Person.objects.select_for_update(of=("self",)).get(pk=movement.person_id)
    check_movement(movement)
    movement.effective_on = booking_day(movement)
    movement.recorded_by, movement.batch = by, batch
    settle(movement.person_id, changed=movement)
    if batch is None:
        Activity.record(
            Verb.TRANSITION,
            movement.person,
            by=by,
            title=f"登记变动：{movement.get_kind_display()}",
            changes=changed_fields({}, described(movement)),
            note=movement.flag,
        )
    return movement


def check_words(movement: Movement) -> None:
    """What a movement must say, whatever the ledger makes of it."""
    rule, kind = MOVEMENT_RULES[movement.kind], MovementKind(movement.kind)
    if movement.happened_on < EARLIEST:
        raise Refused(f"变动日期早于 {EARLIEST.year} 年。请核对年份，年份要写四位。", "happened_on")
    if movement.happened_on > timezone.localdate() + FURTHEST:
        raise Refused("变动日期在一年以后。请核对年份。", "happened_on")
    if rule.target and Standing.OUTSIDE in rule.sources and not (movement.unit_id and movement.employment):
        raise Refused(f"登记“{kind.label}”须写明单位和用工性质。", "unit" if not movement.unit_id else "employment")
    if kind == MovementKind.ROTATED and not (movement.unit_id or movement.post):
        raise Refused("登记“轮岗”须写明变动后的单位或岗位。", "unit")
    if kind == MovementKind.CONVERTED and not movement.employment:
        raise Refused("登记“身份转换”须写明变动后的用工性质。", "employment")
    if kind == MovementKind.CORRECTED and not (movement.standing and movement.note):
        raise Refused("登记“更正”须选择更正后的状态，并在备注里说明。", "standing" if not movement.standing else "note")


def check_movement(movement: Movement) -> None:
    """Its words, and that it is not on record yet."""
    check_words(movement)
    kind = MovementKind(movement.kind)
    twice = Movement.objects.recorded().filter(
        person=movement.person_id, kind=movement.kind, happened_on=movement.happened_on
    )
    if twice.exclude(pk=movement.pk).exists():
        raise Refused(f"此人{movement.happened_on}的“{kind.label}”已经登记过。", "kind")


def booking_day(movement: Movement) -> date:
    """The day it counts from: its own, or the first day after what has been reported (then a note is needed)."""
    locked = ReportedTable.objects.locked_until()
    if locked is None or movement.happened_on > locked:
        return movement.happened_on
    if not movement.note:
        raise Refused(
            f"{locked}及以前的人员情况表已经报送锁定。这次变动将记入下一期，请在备注里说明为什么补登。", "note"
        )
    return locked + timedelta(days=1)


@transaction.atomic
def correct_movement(movement: Movement, *, by: User, seen: int) -> Movement:
    """Store a corrected entry (same person, still open period) and walk the ledger anew."""
    current = open_movement(movement.pk, seen=seen)
    check_movement(movement)
    movement.effective_on = booking_day(movement)
    before = described(current)
    for name in MOVEMENT_SHOWN:
        setattr(current, name, getattr(movement, name))
    current.effective_on, current.version = movement.effective_on, seen + 1
    settle(current.person_id, changed=current)
    changes = changed_fields(before, described(current))
    Activity.record(Verb.UPDATE, current.person, by=by, title="修改变动", changes=changes)
    return current


@transaction.atomic
def void_movement(movement: Movement, *, by: User, reason: str) -> None:
    """Take an entry out of the count; it stays on record with the reason. Voiding twice is refused."""
    current = open_movement(movement.pk)
    current.voided_at, current.void_reason, current.ends_on = timezone.now(), reason, current.effective_on
    current.save(update_fields=["voided_at", "void_reason", "ends_on"])
    settle(current.person_id)
    Activity.record(Verb.TRANSITION, current.person, by=by, title="作废变动", note=f"{current}：{reason}")


def open_movement(pk: int, *, seen: int | None = None) -> Movement:
    """The locked row of a movement that may still be changed; no table is reported meanwhile."""
    LedgerGate.hold()
    person = Movement.objects.values_list("person", flat=True).get(pk=pk)
    Person.objects.select_for_update(of=("self",)).get(pk=person)
    current = Movement.objects.select_for_update(of=("self",)).select_related("person", "unit").get(pk=pk)
    if current.voided_at is not None:
        raise Refused("这条变动已经作废。")
    locked = ReportedTable.objects.locked_until()
    if locked is not None and current.effective_on <= locked:
        raise Refused(f"{locked}及以前的人员情况表已经报送锁定，不能改动。请登记一条“更正”，记入下一期并写明原因。")
    if seen is not None and current.version != seen:
        raise ChangedMeanwhile
    return current


def settle(person_id: int, *, changed: Movement | None = None) -> None:
    """Walk the person's recorded movements, with a new or corrected one, and store where each led.

    The caller holds the person's row. A corrected entry is written once, together with its new standing, so that the
    database never sees a half-changed row.
    """
    rows = list(Movement.objects.recorded().filter(person=person_id).order_by("effective_on", "happened_on", "pk"))
    if changed is not None:
        rows = [row for row in rows if row.pk != changed.pk]
        rows.append(changed)
        rows.sort(key=lambda row: (row.effective_on, row.happened_on, row.pk or LAST))
    for row, step in zip(rows, ledger.walk([row.fact for row in rows]), strict=True):
        stands = standing_fields(step)
        if row is changed or any(getattr(row, name) != value for name, value in stands.items()):
            for name, value in stands.items():
                setattr(row, name, value)
            row.save()


def standing_fields(step: ledger.Step) -> dict[str, Any]:
    """A step as the columns of its row."""
    return {
        "standing_before": step.before.standing,
        "unit_before_id": step.before.unit,
        "employment_before": step.before.employment,
        "post_before": step.before.post,
        "standing_after": step.after.standing,
        "unit_after_id": step.after.unit,
        "employment_after": step.after.employment,
        "post_after": step.after.post,
        "ends_on": step.ends_on,
        "flag": step.flag,
    }


def described(movement: Movement) -> dict[str, Any]:
    """What was typed, in words for the log."""
    shown = {
        label: getattr(movement, f"get_{name}_display")() if name in ("kind", "employment", "standing") else value
        for name, label in MOVEMENT_SHOWN.items()
        if (value := getattr(movement, name)) not in ("", None)
    }
    return {label: str(value) for label, value in shown.items()}
