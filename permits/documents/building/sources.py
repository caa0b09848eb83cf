"""What builders read: the case as it stands, issuer and remedies from the settings, officers with their card."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import models

from permits import deadlines
from permits.documents.parts import CaseFacts, Officer, Party, Remedies, Segment
from permits.enums import ActKind, ApplicantKind, OpinionBody
from permits.models import Application, FeeAssessment, Opinion
from permits.models import Segment as SegmentRow
from staff import workdays
from staff.models import Certificate, Person, setting
from staff.workdays import CalendarYearMissing


def issuer() -> str:
    return str(setting("permits.issuer") or setting("bureau.name"))


def remedies() -> Remedies:
    return Remedies(str(setting("remedies.review_body")), str(setting("remedies.court")))


def site_address(fallback: str = "") -> str:
    return str(setting("site.address") or fallback)


def party_of(application: Application) -> Party:
    """A person's own number is printed nowhere."""
    is_unit = application.applicant_kind == ApplicantKind.UNIT
    return Party(
        name=application.applicant_name,
        code=application.applicant_code if is_unit else "",
        address=application.address,
        representative=application.legal_representative,
        agent=application.agent_name,
        phone=application.phone,
    )


def segment_of(row: SegmentRow) -> Segment:
    return Segment(
        road=str(row.road or row.application.location),
        part=row.get_part_display(),
        place=row.stretch,
        surface=row.get_surface_display(),
        length=row.length,
        width=row.width,
        depth=row.depth,
        area=row.area,
    )


def case_facts(application: Application) -> CaseFacts:
    rows = list(application.segments.select_related("road", "application"))
    return CaseFacts(
        reference=application.external_number or application.number,
        item=application.item.item.name,
        applicant=party_of(application),
        place=application.location,
        purpose=application.purpose,
        builder=application.builder_name,
        segments=tuple(segment_of(row) for row in rows),
        starts_on=application.starts_on,
        ends_on=application.ends_on,
        received_on=application.received_on,
        is_excavation=any(row.act == ActKind.DIG for row in rows),
    )


def officers_of(people: Iterable[Person], day: date) -> tuple[Officer, ...]:
    """With the number of the card that was valid on the day, if there was one."""
    found = list(people)
    cards = Certificate.objects.valid_on(day).filter(person__in=found).values_list("person", "number")
    numbers: dict[int, str] = dict(cards)
    return tuple(Officer(person.name, numbers.get(person.pk, "")) for person in found)


def opinion_of(application: Application, body: str) -> Opinion | None:
    """What a body answered last."""
    rows = application.opinions.filter(body=body).exclude(given_on=None)
    found: Opinion | None = rows.order_by("-given_on", "-pk").first()
    return found


def opinion_words(application: Application, body: str) -> str:
    opinion = opinion_of(application, body)
    if opinion is None:
        return ""
    parts = (opinion.get_outcome_display(), opinion.note, opinion.document and f"（{opinion.document}）")
    return "，".join(filter(None, parts[:2])) + (parts[2] or "")


def police_words(application: Application) -> str:
    return opinion_words(application, OpinionBody.POLICE)


def government_words(application: Application) -> str:
    return opinion_words(application, OpinionBody.GOVERNMENT)


def protection_words(application: Application) -> str:
    """Whether a dug road lies within its protected years when the work is to start (道路条例 33(2))."""
    dug = [row for row in application.segments.select_related("road") if row.act == ActKind.DIG]
    if not dug:
        return "不涉及挖掘"
    found = {str(row.road): row.road.protection_on(application.starts_on) for row in dug if row.road is not None}
    held = [f"{name}：{protection.words}" for name, protection in found.items() if protection is not None]
    return "；".join(held) or "不在禁挖期内"


def assessments_of(application: Application) -> list[FeeAssessment]:
    return list(application.assessments.filter(voided_at=None).select_related("tariff"))


def pay_day(told_on: date) -> date | None:
    """The last day to pay for who is told on a day; None while the calendar lacks its year, and the paper says so."""
    try:
        return deadlines.PAY.due(told_on, workdays.load(), amount=int(setting("permits.pay_days", on=told_on))).day
    except CalendarYearMissing:
        return None


def fee_words(application: Application) -> str:
    rows = assessments_of(application)
    if not rows:
        return ""
    return "；".join(f"{row.get_kind_display()}{row.due:,.2f}元" for row in rows)


def lines_of(text: str) -> tuple[str, ...]:
    """What was typed one a line, without the numbers that people put before it."""
    return tuple(line.strip().lstrip("0123456789.、．").strip() for line in text.splitlines() if line.strip())


def label_of(row: models.Model, name: str) -> str:
    """What a field is called in Chinese."""
    return str(getattr(row._meta.get_field(name), "verbose_name", name))
