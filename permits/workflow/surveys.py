"""查勘: assigned to two people, filled in on the spot, done when it is whole; and going back for another look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from permits import deadlines
from permits.models import Application, Segment, Survey, SurveyMeasurement
from permits.workflow import guards
from permits.workflow.steps import Step, begin, due_day, finish, locked, need, take
from staff.models import Activity, Person, Unit, User, Verb, notify
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_moment


@dataclass(frozen=True)
class Crew:
    """Who is to go, of which squad; `no_conflict`: they declared that nothing ties them to the applicant."""

    first: Person | None
    second: Person | None
    squad: Unit | None = None
    companions: str = ""


@transaction.atomic
def assign(application: Application, crew: Crew, step: Step) -> Survey:
    """派单. A missing certificate is a warning on the survey, no refusal."""
    current = locked(application)
    found = list(guards.officers_stand(current, (crew.first, crew.second)))
    begin(current, "assign", step, found)
    survey = new_survey(current, crew, step)
    finish(current, "assign", step, assigned_on=step.day, squad=current.squad or crew.squad)
    accounts = [person.account for person in survey.officers if person.account is not None]
    notify(accounts, f"现场查勘：{current.number} {current.location}，{survey.due_on}前。", about=survey)
    return survey


def new_survey(application: Application, crew: Crew, step: Step) -> Survey:
    last = application.surveys.order_by("-round").values_list("round", flat=True).first() or 0
    due = due_day(deadlines.SURVEY, step.day, amount=application.item.days_survey or 1)
    survey = Survey(
        application=application, round=last + 1, squad=crew.squad, first=crew.first, second=crew.second,
        companions=crew.companions, assigned_on=step.day, due_on=due, recorded_by=step.by,
    )  # fmt: skip
    survey.warnings = "\n".join(guards.certificate_warnings((crew.first, crew.second), step.day))
    found = guards.protections(application)
    survey.in_protection = bool(found)
    survey.protection_note = found[0].words[:160] if found else "不在禁挖期"
    survey.save()
    return survey


@dataclass(frozen=True)
class SurveyFacts:
    """What the officers found. `measures`: segment id → length and width in metres, surface."""

    opinion: str
    opinion_note: str = ""
    surveyed_at: datetime | None = None
    position: tuple[Decimal, Decimal] | None = None
    measures: Mapping[int, tuple[Decimal, Decimal, str]] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    first_signed: bool = True
    second_signed: bool = True
    on_paper: bool = False  # the record was written by hand and lies in the file: photos and tape are not asked again


def open_survey(application: Application, *, lock: bool = False) -> Survey | None:
    rows = application.surveys.filter(surveyed_at=None).order_by("-round")
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def write_facts(survey: Survey, facts: SurveyFacts, *, by: User | None, seen: int | None) -> None:
    """`seen`: the version that was filled in; two are sent, and both may be typing."""
    if seen is not None and survey.version != seen:
        raise ChangedMeanwhile("查勘记录")
    survey.version += 1
    for name, value in facts.fields.items():
        setattr(survey, name, value)
    if facts.position is not None:
        survey.latitude, survey.longitude = facts.position
    survey.opinion, survey.opinion_note = facts.opinion, facts.opinion_note
    survey.first_signed, survey.second_signed = facts.first_signed, facts.second_signed
    survey.recorded_by, survey.recorded_at = by, timezone.now()
    survey.save()
    segments = {each.pk: each for each in Segment.objects.filter(application=survey.application)}
    for pk, (length, width, surface) in facts.measures.items():
        if pk in segments:
            SurveyMeasurement.objects.update_or_create(
                survey=survey, segment=segments[pk], defaults={"length": length, "width": width, "surface": surface}
            )


@transaction.atomic
def save_survey(survey: Survey, facts: SurveyFacts, *, by: User, seen: int | None = None) -> Survey:
    """Keep what was filled in so far; nothing is asked yet."""
    current = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if current.is_done:
        raise Refused("这次查勘已经完成，不能再改。需要时请退回重新查勘。")
    write_facts(current, facts, by=by, seen=seen)
    Activity.record(Verb.UPDATE, current.application, by=by, title="填写查勘记录")
    return current


@transaction.atomic
def complete_survey(
    application: Application, facts: SurveyFacts, step: Step, *, crew: Crew | None = None, seen: int | None = None
) -> Survey:
    """The survey is done. Recorded afterwards it may come without an assignment: the crew is given then."""
    need(facts.opinion, "请选择查勘意见", guards.SURVEY_LAW, "opinion")
    current = locked(application)
    moment = facts.surveyed_at or timezone.now()
    check_moment(moment, "surveyed_at", "查勘时间")
    survey = open_survey(current, lock=True)
    if survey is None and step.afterwards and crew is not None:
        survey = new_survey(current, crew, step)
    if survey is None:
        raise Refused(f"{current.number}没有待填的查勘单。请先派单（{guards.SURVEY_LAW}）。")
    if survey.assigned_on > timezone.localdate(moment):
        raise Refused(f"查勘时间早于派单日期（{survey.assigned_on}）。请核对。", "surveyed_at")
    write_facts(survey, facts, by=step.by, seen=seen)
    found = list(guards.officers_stand(current, survey.officers))
    if not (facts.on_paper and step.afterwards):
        found += guards.survey_is_whole(survey)
    begin(current, "survey", step, found)
    survey.surveyed_at = moment
    survey.save(update_fields=["surveyed_at"])
    finish(current, "survey", step, surveyed_on=timezone.localdate(moment))
    return survey


@transaction.atomic
def resurvey(application: Application, crew: Crew, step: Step) -> Survey:
    """退回重新查勘: a new round by the same or other people."""
    need(step.note, "请写明为什么重新查勘", guards.SURVEY_LAW, "note")
    current = locked(application)
    found = list(guards.officers_stand(current, (crew.first, crew.second)))
    take(current, "resurvey", step, found, surveyed_on=None, review_on=None)
    return new_survey(current, crew, step)


def late_surveys(today: date) -> Sequence[Survey]:
    return list(Survey.objects.filter(surveyed_at=None, due_on__lt=today).select_related("application"))
