"""What other bodies say: asked, answered; the government's approval for a protected road has states of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from permits.enums import TRANSITIONS, OpinionBody, OpinionOutcome, PermitState
from permits.models import Application, Opinion
from permits.workflow import guards
from permits.workflow.steps import Step, begin, check_step_day, finish, locked, need, take, why_not_from
from staff.models import Activity, Verb
from staff.refusals import Refused


@dataclass(frozen=True)
class Answer:
    body: str
    outcome: str
    body_name: str = ""
    note: str = ""
    signer: str = ""
    document: str = ""


@transaction.atomic
def ask_opinion(application: Application, body: str, step: Step, *, name: str = "", expected: date | None = None) -> Opinion:  # fmt: skip
    """征求意见. Asked twice while no answer came, the first request stands."""
    current = locked(application)
    if current.state not in PermitState.DECIDING:
        raise Refused(why_not_from(current, "record_opinion"))
    check_step_day(current, step)
    opinion, made = Opinion.objects.get_or_create(
        application=current, body=body, outcome=OpinionOutcome.PENDING,
        defaults={"body_name": name, "asked_on": step.day, "expected_on": expected, "recorded_by": step.by},
    )  # fmt: skip
    if made:
        Activity.record(Verb.UPDATE, current, by=step.by, title=f"征求意见：{opinion.who}")
    return opinion


def write_answer(application: Application, answer: Answer, step: Step) -> Opinion:
    opinion = application.opinions.filter(body=answer.body, outcome=OpinionOutcome.PENDING).first()
    if opinion is None:
        opinion = Opinion(application=application, body=answer.body)
    if opinion.asked_on is not None and step.day < opinion.asked_on:
        raise Refused(f"答复日期早于征求日期（{opinion.asked_on}）。请核对。", "on")
    for name in ("outcome", "note", "signer", "document"):
        setattr(opinion, name, getattr(answer, name))
    opinion.body_name = answer.body_name or opinion.body_name
    opinion.given_on, opinion.recorded_by = step.day, step.by
    opinion.save()
    return opinion


@transaction.atomic
def record_opinion(application: Application, answer: Answer, step: Step) -> Opinion:
    """An answer, at any time before the decision. What the government says to a protected road goes its own way."""
    if answer.outcome == OpinionOutcome.DISAGREE:
        need(answer.note, "不同意的，请写明理由", TRANSITIONS["record_opinion"].basis, "note")
    current = locked(application)
    begin(current, "record_opinion", step)
    opinion = write_answer(current, answer, step)
    finish(current, "record_opinion", Step(step.by, step.on, step.afterwards, str(opinion)))
    return opinion


@transaction.atomic
def ask_government(application: Application, step: Step) -> Application:
    """报城市人民政府批准: the clock goes on meanwhile (no ground of 许可法 Art. 45)."""
    current = locked(application)
    begin(current, "ask_government", step, guards.before_government(current))
    Opinion.objects.get_or_create(
        application=current, body=OpinionBody.GOVERNMENT, outcome=OpinionOutcome.PENDING,
        defaults={"asked_on": step.day, "recorded_by": step.by},
    )  # fmt: skip
    return finish(current, "ask_government", step)


@transaction.atomic
def government_answer(application: Application, answer: Answer, step: Step) -> Application:
    need(answer.document, "请填批复文号", guards.PROTECTED, "document")
    current = locked(application)
    begin(current, "government_answer", step)
    opinion = write_answer(current, answer, step)
    return finish(current, "government_answer", Step(step.by, step.on, step.afterwards, str(opinion)))


@transaction.atomic
def to_review(application: Application, step: Step) -> Application:
    current = locked(application)
    return take(current, "to_review", step, guards.before_review(current), review_on=step.day)
