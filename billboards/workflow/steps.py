"""The one door for the steps of a case: lock, guard, store, move, clocks, log. Nothing else writes `state`.

Our own steps are refused with the article when a rule would be broken. A fact that happened so is entered afterwards
(补录): it is taken, every rule that it broke is recorded as a flaw, and it never moves a case back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DateField, Model

from billboards.dossier import Dossier
from billboards.enums.case_edges import BACK, CASE_TRANSITIONS, NEVER_AFTERWARDS, RANK, STAY
from billboards.enums.cases import CaseState, PauseKind
from billboards.models import Case, CaseFlaw, CaseStep
from billboards.workflow import clocks
from billboards.workflow.effects import EFFECTS
from billboards.workflow.guards import GUARDS, Entry, Problem
from config.display import month_day_minute
from config.periods import LAST_YEAR
from staff.models import Activity, User, Verb, notify
from staff.refusals import Refused
from staff.workdays import CalendarYearMissing
from staff.workflow.records import check_day

COERCIVE = frozenset({"apply_court", "order_enforcement", "execute"})
HOW_TO_RECORD = "如果事情已经这样发生，请勾选“补录”如实登记，系统会记为程序瑕疵。"


def locked(case: Case) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("violation", "unit")
    return rows.get(pk=case.pk)


def refuse_if_changed(case: Case, seen: int | None) -> None:
    """Two at once: one wins, the other is told who was first and when."""
    if seen is None or case.version == seen:
        return
    latest = Activity.objects.about(case).first()
    who = f"{latest.actor or '系统'}于{month_day_minute(latest.happened_at)}" if latest else "别人"
    what = f"“{latest.title}”" if latest else "修改"
    raise Refused(
        f"{case.number}刚由{who}办理了{what}，这次没有保存。请另开一页核对最新情况后再办；您填写的内容仍在本页。"
    )


@transaction.atomic
def take_step(case: Case, edge: str, entry: Entry, *, by: User | None, seen: int | None = None) -> Case:
    """Take one step. Refused (what, article, what to do) where it may not be taken; flaws where it happened otherwise."""
    current, entry = locked(case), replace(entry, by=by)
    refuse_if_changed(current, seen)
    refuse_impossible(current, edge, entry)
    try:
        dossier = Dossier(current)
        attach(current, entry, by)
        problems = [*skipped(current, edge, entry), *GUARDS[edge](dossier, entry)]
        refuse_or_flaw(current, entry, problems, by=by)
        store(entry)
        EFFECTS[edge](Dossier(current), entry)
        before = current.get_state_display()
        move(current, edge, entry)
        return finish(current, edge, entry, by=by, before=before)
    except CalendarYearMissing as error:
        raise Refused(str(error)) from error


def refuse_impossible(case: Case, edge: str, entry: Entry) -> None:
    """What can be neither done nor recorded: a wrong state, a day to come, a day before the lead."""
    step = CASE_TRANSITIONS[edge]
    allowed = case.state in step.sources
    if not allowed and not (entry.late and case.state not in CaseState.DONE and taken_afterwards(case, edge)):
        words = f"{case.number}目前是“{case.get_state_display()}”，不能{step.label}（{step.basis}）。"
        if edge in COERCIVE and case.coercion_from is not None:
            words += f"最早可强制日期：{case.coercion_from}。"
        raise Refused(f"{words}请刷新页面核对。")
    check_day(entry.day, "day", "日期")
    if entry.day < case.received_on:
        raise Refused(f"日期早于收到线索的日期（{case.received_on}）。请核对，或先更正收到线索的日期。", "day")


def taken_afterwards(case: Case, edge: str) -> bool:
    """Whether the step can be entered afterwards (补录); the end of a suspension where its beginning was."""
    if edge == "resume" and case.state != CaseState.SUSPENDED:
        return case.pauses.filter(kind=PauseKind.SUSPENSION, ended_on=None).exists()
    return edge not in NEVER_AFTERWARDS


def skipped(case: Case, edge: str, entry: Entry) -> list[Problem]:
    """A fact entered afterwards whose step before is missing."""
    step = CASE_TRANSITIONS[edge]
    ahead = step.target in RANK and RANK[step.target] > RANK[case.state]
    if case.state in step.sources or not ahead:
        return []
    return [
        Problem(
            "skipped",
            f"案件{case.get_state_display()}时即“{step.label}”，中间步骤没有记录",
            step.basis.partition("；")[0],
        )
    ]


def attach(case: Case, entry: Entry, by: User | None) -> None:
    """Give an unsaved record its case and check it against its own rules."""
    if entry.record is None:
        return
    entry.record.case, entry.record.recorded_by = case, by
    refuse_far_years(entry.record)
    try:
        entry.record.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Refused(messages[0], "" if field == "__all__" else field) from error


def refuse_far_years(record: Model) -> None:
    """A year that is a slip of the pen: no period can be reckoned with it."""
    for each in record._meta.concrete_fields:
        day = getattr(record, each.attname) if isinstance(each, DateField) else None
        if day is not None and day.year > LAST_YEAR:
            raise Refused(f"{each.verbose_name}的年份不对，请核对。", each.name)


def refuse_or_flaw(case: Case, entry: Entry, problems: Sequence[Problem], *, by: User | None) -> None:
    """Refuse our own step with everything that bars it; record what was broken where it has happened."""
    stopping = [each for each in problems if each.hard or not (each.soft or entry.late)]
    if stopping:
        words = "；".join(str(each) for each in stopping)
        hint = "" if any(each.hard for each in stopping) else HOW_TO_RECORD
        raise Refused(f"{words}。{hint}", stopping[0].field)
    for each in problems:
        CaseFlaw.objects.create(
            case=case,
            code=each.code,
            article=each.article[:80],
            text=each.text[:200],
            happened_on=entry.day,
            recorded_by=by,
        )


def store(entry: Entry) -> None:
    if entry.record is None:
        return
    entry.record.save()
    if entry.officers and hasattr(entry.record, "officers"):
        entry.record.officers.set(entry.officers)


def move(case: Case, edge: str, entry: Entry) -> None:
    """The next state; what is entered afterwards about an earlier step leaves the case where it is."""
    step = CASE_TRANSITIONS[edge]
    if step.target == STAY:
        return
    if step.target == BACK:
        if case.state in step.sources:
            case.state, case.came_from = case.came_from, ""
        return
    backwards = RANK[step.target] < RANK[case.state]
    if case.state not in step.sources and backwards:
        return
    case.came_from = LEADS_TO.get(case.state, case.state) if step.target in WAITING else ""
    case.state = step.target


WAITING = (CaseState.SUSPENDED, CaseState.STAYED, CaseState.LEGAL_REVIEW)
# A first legal review leads on; later ones lead back to where the case was submitted from.
LEADS_TO: dict[str, str] = {CaseState.CONCLUDED: CaseState.LEGAL_PASSED}


def finish(case: Case, edge: str, entry: Entry, *, by: User | None, before: str) -> Case:
    """What every step ends with: the derived day, the row, the timeline, the log, a word to who handles the case."""
    step = CASE_TRANSITIONS[edge]
    clocks.settle(case)
    case.version += 1
    check_rules(case)
    case.save()
    CaseStep.objects.create(
        case=case, edge=edge, label=step.label, happened_on=entry.day, late=entry.late, note=entry.note[:500],
        recorded_by=by,
    )  # fmt: skip
    changes: dict[str, Any] = {"状态": [before, case.get_state_display()]} if before != case.get_state_display() else {}
    title = f"{step.label}（补录）" if entry.late else step.label
    note = f"{entry.day} {entry.note}".strip()
    Activity.record(Verb.TRANSITION, case, by=by, title=title, changes=changes, note=note)
    tell(case, step.label, by)
    return case


def check_rules(case: Case) -> None:
    try:
        case.validate_constraints()
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error


def tell(case: Case, label: str, by: User | None) -> None:
    """The officers of the case hear of what others did."""
    handling = User.objects.filter(is_active=True, person__in=case.officers.values("person"))
    if by is not None:
        handling = handling.exclude(pk=by.pk)
    notify(handling, f"{case}：{label}。", about=case)
