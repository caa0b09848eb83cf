"""Doors to a case beside its steps: entering it, correcting it, its officers, approvals, authority, review and suit."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from billboards.deadlines import RULES, amount_of
from billboards.dossier import Dossier
from billboards.enums.cases import CaseState, OfficerRole, RemedyKind, RemedyResult
from billboards.models import (
    Case,
    CaseApproval,
    CaseClock,
    CaseFlaw,
    CaseOfficer,
    CaseStep,
    Decision,
    GovernmentOrder,
    RemedyAction,
)
from billboards.workflow import clocks
from billboards.workflow.effects import decision_served
from billboards.workflow.steps import check_rules, locked, refuse_far_years, refuse_if_changed
from staff.models import (
    Activity,
    Certificate,
    Person,
    User,
    Verb,
    changed_fields,
    logged_values,
    notify,
    setting,
    take_numbers,
)
from staff.officers import why_not_officer
from staff.permissions import Perms
from staff.refusals import Refused
from staff.workflow.records import check_day

SERIES: Final = "billboards-case"
SERIES_DEFAULTS: Final = {"name": "案件编号", "pattern": "案{year}-{number:03d}"}


def check_days(case: Case) -> None:
    labels = {
        "received_on": "收到线索日期", "found_on": "发现日期", "ended_on": "违法行为终了日期", "electronic_consent_on": "同意电子送达日期",
    }  # fmt: skip
    for field, label in labels.items():
        check_day(getattr(case, field), field, label)


@transaction.atomic
def record_lead(case: Case, *, by: User | None, key: str = "") -> Case:
    """Enter a lead. The same entry sent twice (`key`) is stored once."""
    if key and (known := Case.objects.filter(entry_key=key).first()):
        return known
    check_days(case)
    (case.number,) = take_numbers(SERIES, year=case.received_on.year, defaults=SERIES_DEFAULTS)
    case.recorded_by, case.entry_key, case.state = by, key or None, CaseState.LEAD
    check_rules(case)
    case.save()
    clocks.start(Dossier(case), "C_VERIFY", case.received_on)
    CaseStep.objects.create(case=case, edge="lead", label="登记线索", happened_on=case.received_on, recorded_by=by)
    Activity.record(Verb.CREATE, case, by=by, title="登记线索")
    leaders = User.objects.holding(Perms.LEAD_CASE).filter(unit=case.unit)
    notify(leaders.exclude(pk=by.pk) if by else leaders, f"新线索 {case}：{case.place}。", about=case)
    return case


@transaction.atomic
def edit_case(case: Case, *, by: User, seen: int) -> Case:
    """Correct what was entered of a case. A finished case stays as it is."""
    current = locked(case)
    refuse_if_changed(current, seen)
    if current.is_done:
        raise Refused(f"{current.number}{current.get_state_display()}，不能再改。")
    check_days(case)
    changes = changed_fields(logged_values(current), logged_values(case))
    case.version = seen + 1
    check_rules(case)
    clocks.settle(case)
    case.save()
    if "收到线索日期" in changes and current.state in CaseState.BEFORE_FILING:
        clocks.start(Dossier(case), "C_VERIFY", case.received_on)
    Activity.record(Verb.UPDATE, case, by=by, title="修改案件", changes=changes)
    return case


def log(case: Case, title: str, *, by: User | None, note: str = "", changes: dict[str, Any] | None = None) -> None:
    """A change beside the steps: the version goes up, the earliest day is reckoned anew, the log says it."""
    clocks.settle(case)
    case.version += 1
    case.save(update_fields=["version", "coercion_from", "coercion_words"])
    Activity.record(Verb.UPDATE, case, by=by, title=title, note=note, changes=changes)


# --- Officers ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_officer(
    case: Case, person: Person, *, by: User, role: str = OfficerRole.ASSISTANT, on: date | None = None
) -> CaseOfficer:
    """Name an officer with the card as it is on the day (处罚法 Art. 42). Refused for who may not enforce."""
    current, day = locked(case), on or timezone.localdate()
    if why := why_not_officer(person, day):
        raise Refused(f"{why.rstrip('。')}（《行政处罚法》第四十二条第一款）。", "person")
    if current.officers.filter(person=person).exists():
        raise Refused(f"{person.name}已在本案。", "person")
    card = Certificate.objects.valid_on(day).filter(person=person).order_by("-expires_on").first()
    officer = CaseOfficer.objects.create(
        case=current, person=person, role=role, since=day, certificate=card.number if card else ""
    )
    log(current, "指定办案人员", by=by, note=str(officer))
    if person.account is not None and person.account_id != by.pk:
        notify([person.account], f"您已被指定办理 {current}。", about=current)
    return officer


@transaction.atomic
def recuse_officer(officer: CaseOfficer, *, by: User, on: date, reason: str) -> CaseOfficer:
    """回避 (Art. 43): the officer acts no more and stays on record."""
    current = locked(officer.case)
    fresh = CaseOfficer.objects.select_for_update(of=("self",)).get(pk=officer.pk)
    if fresh.recused_on is not None:
        raise Refused(f"{fresh.person.name}已经回避。")
    check_day(on, "recused_on", "回避日期")
    fresh.recused_on, fresh.recusal_reason = on, reason
    fresh.save(update_fields=["recused_on", "recusal_reason"])
    log(current, "办案人员回避", by=by, note=f"{fresh.person.name}：{reason}")
    return fresh


# --- Approvals and authority ------------------------------------------------------------------------------------------


@transaction.atomic
def register_approval(case: Case, approval: CaseApproval, *, by: User) -> CaseApproval:
    """线下签批登记: what a leader signed on paper, typed in; it opens the step that it names."""
    current = locked(case)
    check_day(approval.signed_on, "signed_on", "签批日期")
    approval.case, approval.recorded_by = current, by
    approval.save()
    log(current, "线下签批登记", by=by, note=f"{approval.subject} {approval}")
    return approval


@transaction.atomic
def record_government_order(case: Case, order: GovernmentOrder, *, by: User) -> GovernmentOrder:
    current = locked(case)
    check_day(order.issued_on, "issued_on", "日期")
    order.case, order.recorded_by = current, by
    order.save()
    log(current, order.get_kind_display(), by=by, note=f"{order.issuer} {order.number}")
    return order


EXTENSIONS: Final[dict[str, tuple[str, ...]]] = {
    "C_VERIFY": ("cases.verify_extension",),
    "C_DECIDE": ("cases.decide_extension", "cases.decide_second_extension"),
}


@transaction.atomic
def extend_clock(clock: CaseClock, *, by: User, reason: str) -> CaseClock:
    """Verification once, the decision twice; by how much is a setting, that a head approved it is the caller's right."""
    current = locked(clock.case)
    fresh = CaseClock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    keys = EXTENSIONS.get(fresh.rule)
    if keys is None or fresh.finished_on is not None:
        raise Refused(f"“{fresh.label}”不能延长。")
    whole = amount_of(fresh.rule)
    for key in keys:
        whole += int(setting(key))
        if (fresh.amount or 0) < whole:
            break
    else:
        raise Refused(f"“{fresh.label}”已经延长到头（住房城乡建设部令第55号，日数见业务设置）。")
    fresh = clocks.start(Dossier(current), fresh.rule, fresh.started_on, amount=whole)
    log(current, f"延长{fresh.label}", by=by, note=f"{reason}；延至{fresh.due_on}")
    return fresh


# What ends by something that is done outside the case: reported, taken off the web, cash handed in.
DONE_OUTSIDE: Final[dict[str, str]] = {
    "C_REPORT_SPOT": "已报备",
    "C_UNPUBLISH": "已撤回公开（没有公开过的也在此登记）",
    "C_HANDOVER_CASH": "已交款",
}


@transaction.atomic
def finish_clock(clock: CaseClock, *, by: User, on: date, note: str) -> CaseClock:
    """当场处罚报备, 撤回公开, 收缴款交至本机关: when it was done. Late is a flaw."""
    current = locked(clock.case)
    fresh = CaseClock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    if fresh.rule not in DONE_OUTSIDE or fresh.finished_on is not None:
        raise Refused(f"“{fresh.label}”不需要登记完成，或者已经登记。请刷新页面核对。")
    check_day(on, "on", "完成日期")
    if on < fresh.started_on:
        raise Refused(f"完成日期早于起算日（{fresh.started_on}）。请核对。", "on")
    fresh.finished_on = on
    fresh.save(update_fields=["finished_on"])
    if on > fresh.due_on:
        flaw(current, "clock-late", f"{fresh.label}逾期（应于{fresh.due_on}前）", RULES[fresh.rule].basis, on, by=by)
    log(current, f"{fresh.label}完成", by=by, note=f"{on} {note}".strip())
    return fresh


# --- Review and suit --------------------------------------------------------------------------------------------------


@transaction.atomic
def file_remedy(case: Case, action: RemedyAction, *, by: User) -> RemedyAction:
    """A review or suit was brought: no day of coercion while it is open; the surcharge stands still (Art. 73)."""
    current = locked(case)
    check_day(action.filed_on, "filed_on", "提出日期")
    first = current.decisions.order_by("issued_on").first()
    if first is None:
        raise Refused("还没有作出决定，不能登记复议或者诉讼。", "filed_on")
    if action.filed_on < first.issued_on:
        raise Refused(f"提出日期早于决定日期（{first.issued_on}）。请核对。", "filed_on")
    names = ("kind", "target", "body", "filed_on")
    if current.remedies.filter(**{name: getattr(action, name) for name in names}).exists():
        raise Refused(f"{action.filed_on}提出的这件{action.get_kind_display()}已经登记过。", "filed_on")
    action.case, action.recorded_by = current, by
    action.save()
    late_remedy(current, action, by=by)
    log(current, f"当事人提起{action.get_kind_display()}", by=by, note=action.body)
    return action


def late_remedy(case: Case, action: RemedyAction, *, by: User) -> None:
    """Whether the periods were over is for the body that took it to say; the clocks of the party end here.

    Not those of a decision that was made anew after it.
    """
    if case.decisions.filter(issued_on__gt=action.filed_on).exists():
        return
    rule = "R_REVIEW" if action.kind == RemedyKind.REVIEW else "R_SUE"
    clocks.finish(case, action.filed_on, rule, "R_SUE_AFTER_REVIEW")


@transaction.atomic
def end_remedy(action: RemedyAction, *, by: User, facts: dict[str, Any]) -> RemedyAction:
    """How it ended, and when the party received that: fifteen days for a suit run from there (行诉法 Art. 45)."""
    current = locked(action.case)
    fresh = RemedyAction.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if fresh.ended_on is not None:
        raise Refused(f"这件{fresh.get_kind_display()}已登记结果（{fresh.get_result_display()}）。")
    for name, value in facts.items():
        setattr(fresh, name, value)
    check_day(fresh.ended_on, "ended_on", "结束日期")
    check_receipt(fresh)
    try:
        fresh.full_clean()
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error
    fresh.save()
    suit_may_follow(current, fresh)
    if fresh.result in RemedyResult.AGAINST_US and fresh.ended_on and not withdrawn_since(current, fresh.filed_on):
        clocks.start(Dossier(current), "C_UNPUBLISH", fresh.ended_on)
    log(current, f"{fresh.get_kind_display()}结束：{fresh.get_result_display()}", by=by, note=fresh.note)
    return fresh


def withdrawn_since(case: Case, day: date) -> bool:
    """Whether what was published was taken off the web: a review that is entered after that asks for nothing more."""
    done = case.clocks.filter(rule="C_UNPUBLISH", finished_on__isnull=False)
    return done.filter(started_on__gte=day).exists()


def check_receipt(action: RemedyAction) -> None:
    """The day from which a suit is reckoned: a slip of the year would let coercion begin too early."""
    day = action.party_received_on
    check_day(day, "party_received_on", "当事人收到日期")
    if day is not None and action.ended_on is not None and day < action.ended_on:
        raise Refused(f"当事人收到日期早于结束日期（{action.ended_on}）。请核对。", "party_received_on")


def suit_may_follow(case: Case, action: RemedyAction) -> None:
    if action.kind == RemedyKind.REVIEW and action.party_received_on and action.result != RemedyResult.WITHDRAWN:
        clocks.start(Dossier(case), "R_SUE_AFTER_REVIEW" if action.told else "R_UNTOLD", action.party_received_on)


@transaction.atomic
def record_receipt(action: RemedyAction, *, by: User, on: date, told: bool) -> RemedyAction:
    """When the party received what the review decided, where that was not known at its end: coercion waits for the day."""
    current = locked(action.case)
    fresh = RemedyAction.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if not fresh.awaits_receipt:
        raise Refused(f"这件{fresh.get_kind_display()}不需要登记当事人收到日期，或者已经登记。请刷新页面核对。")
    fresh.party_received_on, fresh.told = on, told
    check_receipt(fresh)
    fresh.save(update_fields=["party_received_on", "told"])
    suit_may_follow(current, fresh)
    log(current, "当事人收到复议决定", by=by, note=str(on))
    return fresh


# --- A whole case afterwards ------------------------------------------------------------------------------------------


@transaction.atomic
def register_result(case: Case, decision: Decision | None, *, by: User | None, key: str = "") -> Case:
    """只登记结果: a case handled on paper or on another platform, entered whole. `case` carries its days.

    No step is claimed that nobody saw: the file is marked, its single steps are not judged.
    """
    if key and (known := Case.objects.filter(entry_key=key).first()):
        return known
    check_days(case)
    for field, label in (("filed_on", "立案日期"), ("closed_on", "结案日期")):
        check_day(getattr(case, field), field, label)
    (case.number,) = take_numbers(SERIES, year=case.received_on.year, defaults=SERIES_DEFAULTS)
    case.recorded_by, case.entry_key, case.results_only = by, key or None, True
    if decision is not None:
        check_day(decision.issued_on, "issued_on", "决定日期")
        refuse_far_years(decision)
        case.decided_on, case.served_on = decision.issued_on, decision.served_on
    case.state = result_state(case, decision)
    check_rules(case)
    case.save()
    if decision is not None:
        decision.case, decision.recorded_by = case, by
        decision.save()
    run_from_service(case, decision)
    clocks.settle(case)
    case.save(update_fields=["coercion_from", "coercion_words"])
    note = case.external_number or case.filing_number
    CaseStep.objects.create(
        case=case, edge="result", label="登记结果", happened_on=case.received_on, late=True, note=note, recorded_by=by
    )
    Activity.record(Verb.CREATE, case, by=by, title="登记案件结果（补录）", note=note)
    return case


def run_from_service(case: Case, decision: Decision | None) -> None:
    """An open case's periods from the service of its penalty: a fine that is not paid reaches finance's desk.

    Of a year whose calendar is not loaded no day can be reckoned; the case is taken in all the same. What is past already
    stands on desk and lists; nobody is warned of it.
    """
    if decision is None or decision.served_on is None or case.is_done:
        return
    with suppress(Refused):
        decision_served(Dossier(case), decision, decision.served_on)
    case.clocks.filter(due_on__lt=timezone.localdate()).update(warned=True)


def result_state(case: Case, decision: Decision | None) -> str:
    """Where a case entered whole stands."""
    if case.closed_on is not None:
        return CaseState.CLOSED
    if decision is None:
        return CaseState.INVESTIGATING if case.filed_on else CaseState.LEAD
    if decision.served_on is None:
        return CaseState.DECIDED
    return CaseState.SERVED


def flaw(case: Case, code: str, text: str, article: str, day: date, *, by: User | None) -> CaseFlaw:
    return CaseFlaw.objects.create(
        case=case, code=code, text=text[:200], article=article[:80], happened_on=day, recorded_by=by
    )
