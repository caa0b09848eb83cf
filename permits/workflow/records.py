"""Beside the path: what was signed on paper, results that came about elsewhere, the whole course of a common permit at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from permits.clocks import store_due_dates
from permits.enums import OpinionBody, OpinionOutcome, PermitState
from permits.kinds import ChargeKind
from permits.models import Application, FeeAssessment, FeePayment, OfflineApproval, Segment
from permits.workflow import decisions, fees, opinions, surveys, window
from permits.workflow.decisions import Verdict
from permits.workflow.steps import Step, locked
from staff.models import Activity, ImportBatch, User, Verb
from staff.refusals import Refused
from staff.workflow.records import check_day


@transaction.atomic
def record_approval(application: Application, approval: OfflineApproval, *, by: User) -> OfflineApproval:
    """线下签批登记: the words, whose, in whose stead; typed in by somebody else."""
    current = locked(application)
    check_day(approval.signed_on, "signed_on", "签批日期")
    approval.application, approval.recorded_by = current, by
    approval.save()
    Activity.record(Verb.UPDATE, current, by=by, title=f"线下签批登记：{approval.subject}", note=str(approval))
    return approval


@dataclass(frozen=True)
class Result:
    """What came about on another platform or on paper: the decision, the licence, the end."""

    granted: bool
    received_on: date
    decided_on: date
    accepted_on: date | None = None
    text: str = ""
    decided_by: str = ""
    licence_number: str = ""
    issued_on: date | None = None
    restored_on: date | None = None


def check_order(result: Result) -> None:
    """The days of a course come one after the other, none of them ahead of us."""
    course = (
        ("收件日期", result.received_on, "received_on"), ("受理日期", result.accepted_on, "accepted_on"),
        ("决定日期", result.decided_on, "decided_on"), ("发证日期", result.issued_on, "issued_on"),
        ("验收日期", result.restored_on, "restored_on"),
    )  # fmt: skip
    last: date | None = None
    for label, day, name in course:
        if day is None:
            continue
        if last is not None and day < last:
            raise Refused(f"{label}（{day}）早于前一个环节（{last}）。请核对。", name)
        check_day(day, name, label)
        last = day


@transaction.atomic
def record_result(
    application: Application, segments: Sequence[Segment], result: Result, *, by: User | None,
    batch: ImportBatch | None = None,
) -> Application:  # fmt: skip
    """只登记结果: the course lies elsewhere, so that nothing of it is judged here. State and days come at once."""
    check_order(result)
    if not result.granted and not result.text.strip():
        raise Refused("不予许可必须说明理由（《行政许可法》第三十八条第二款）。", "text")
    made = window.create_draft(application, segments, by=by)
    if made.state != PermitState.DRAFT:
        return made  # the same form once more
    if result.licence_number and Application.objects.filter(licence_number=result.licence_number).exists():
        raise Refused(f"许可证号 {result.licence_number} 已被使用。请核对。", "licence_number")
    made.results_only, made.batch = True, batch
    made.received_on, made.accepted_on = result.received_on, result.accepted_on or result.received_on
    made.decided_on, made.granted, made.decided_by = result.decided_on, result.granted, result.decided_by
    made.issued_on, made.licence_number, made.restored_on = result.issued_on, result.licence_number, result.restored_on
    made.conditions, made.refusal_reason = (result.text, "") if result.granted else ("", result.text)
    made.state = state_of(result, made)
    if made.state in PermitState.FINAL:
        made.ended_on = result.restored_on or result.decided_on
    store_due_dates(made)
    made.save()
    if batch is None:
        Activity.record(Verb.TRANSITION, made, by=by, title="只登记结果", note=result.licence_number)
    return made


def state_of(result: Result, application: Application) -> str:
    if not result.granted:
        return PermitState.DENIED
    if result.restored_on is not None:
        return PermitState.CLOSED
    if result.issued_on is None:
        return PermitState.GRANTED
    return PermitState.ACTIVE if application.ends_on >= timezone.localdate() else PermitState.EXPIRED


@dataclass(frozen=True)
class Course:
    """快速登记: the days of one common permit; a step without its day has not happened yet."""

    received_on: date
    accepted_on: date | None = None
    surveyed_on: date | None = None
    crew: surveys.Crew = field(default_factory=lambda: surveys.Crew(None, None))
    survey_note: str = ""
    police_on: date | None = None
    decided_on: date | None = None
    granted: bool = True
    text: str = ""
    decided_by: str = ""
    fee_amount: Decimal | None = None  # yuan, as the receipt says; 0 = let off, for the reason in `fee_basis`
    fee_basis: str = ""
    fee_receipt: str = ""
    fee_paid_on: date | None = None
    issued_on: date | None = None
    licence_number: str = ""
    delivered_on: date | None = None


@transaction.atomic
def record_course(application: Application, segments: Sequence[Segment], course: Course, *, by: User) -> Application:
    """Everything that is known, in order, on one page. What the guards would have refused is flagged, not lost."""
    made = window.create_draft(application, segments, by=by)
    if made.state != PermitState.DRAFT:
        return made
    check_order(Result(True, course.received_on, course.decided_on or course.received_on, course.accepted_on,
                       issued_on=course.issued_on))  # fmt: skip

    window.receive(made, late(by, course.received_on))
    receipt = window.Receipt(frozenset(made.materials.filter(mandatory=True).values_list("pk", flat=True)))
    window.tick_materials(made, receipt, by=by, on=course.received_on)
    if course.accepted_on is not None:
        window.accept(made, late(by, course.accepted_on))
    if course.surveyed_on is not None:
        record_survey(made, course, by=by)
    if course.police_on is not None:
        answer = opinions.Answer(OpinionBody.POLICE, OpinionOutcome.AGREE, note="按线下意见登记")
        opinions.record_opinion(made, answer, late(by, course.police_on))
    assessment = record_fee(made, course, by=by)
    if course.decided_on is not None:
        decide(made, course, course.decided_on, by=by)
    if assessment is not None and course.fee_receipt and assessment.total:
        pay(assessment, course, by=by)
    if course.issued_on is not None and course.granted:
        decisions.issue(made, late(by, course.issued_on), licence_number=course.licence_number)
    if course.delivered_on is not None:
        decisions.record_delivery(made, late(by, course.delivered_on))
    return locked(made)


def late(by: User, day: date) -> Step:
    return Step(by, day, afterwards=True)


def decide(application: Application, course: Course, day: date, *, by: User) -> None:
    """By way of the session where the case was surveyed; otherwise what was left out is flagged."""
    if locked(application).state == PermitState.SURVEYED:
        opinions.to_review(application, late(by, day))
    door = decisions.grant if course.granted else decisions.deny
    door(application, Verdict(course.text, course.decided_by), late(by, day))


def record_fee(application: Application, course: Course, *, by: User) -> FeeAssessment | None:
    """The fee as the receipt says it: the sum was reckoned on paper, so that no lines stand here."""
    if course.fee_amount is None:
        return None
    if not course.fee_basis.strip():
        raise Refused("请写明收费（免收）依据（《行政许可法》第五十八条、第五十九条）。", "fee_basis")
    kind = ChargeKind.RESTORATION if application.digs else ChargeKind.OCCUPATION
    assessment = FeeAssessment.objects.create(
        application=application, kind=kind, basis=course.fee_basis[:200], total=course.fee_amount, frozen_by=by,
        notes=["按线下核算登记"],
    )  # fmt: skip
    note = f"{assessment.get_kind_display()} {course.fee_amount} 元，{course.fee_basis}"
    Activity.record(Verb.CREATE, application, by=by, title="登记线下核算的费用", note=note)
    return assessment


def pay(assessment: FeeAssessment, course: Course, *, by: User) -> None:
    day = course.fee_paid_on or course.issued_on or course.decided_on or course.received_on
    payment = FeePayment(assessment=assessment, amount=assessment.total, paid_on=day, receipt_number=course.fee_receipt)
    fees.record_payment(payment, by=by)


def record_survey(application: Application, course: Course, *, by: User) -> None:
    day = course.surveyed_on or timezone.localdate()
    moment = min(timezone.make_aware(datetime.combine(day, time(12))), timezone.now())
    facts = surveys.SurveyFacts("agree" if course.granted else "disagree", course.survey_note, moment, on_paper=True)
    if course.crew.first is not None and course.crew.second is not None:
        surveys.assign(application, course.crew, late(by, day))
    surveys.complete_survey(application, facts, late(by, day), crew=course.crew)
