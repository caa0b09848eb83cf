"""The one door to reports of the public: receiving, rewarding by code, and looking at who it was (which is logged)."""

from __future__ import annotations

import re
import secrets
import unicodedata
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from fireworks.enums import IncidentState
from fireworks.models import DutyPerson, Incident, PublicReport
from fireworks.workflow.incidents import AlreadyRecorded, record_incident
from staff.models import Activity, PersonIdentity, User, Verb
from staff.refusals import Refused

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is mistaken for something else on the phone
CODE_LENGTH = 8
SHORTEST_PHONE = 7  # digits; less is no number to know somebody by


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


@transaction.atomic
def receive_report(report: PublicReport, incident: Incident, *, by: User) -> PublicReport:
    """Store an unsaved report with its incident: a new one, or the one that was recorded already.

    The log names the code, never the person.
    """
    try:
        with transaction.atomic():
            stored = record_incident(incident, by=by)
    except AlreadyRecorded as known:
        stored = known.incident
    report.incident, report.code, report.recorded_by = stored, new_code(), by
    report.phone = report.phone.strip()
    report.by_staff = report.by_staff or is_staff(report.phone)
    report.save()
    Activity.record(Verb.UPDATE, stored, by=by, title="登记群众举报", note=f"举报码 {masked(report.code)}")
    return report


def masked(code: str) -> str:
    """For the log, which everybody reads who sees the incident: whoever holds the whole code is paid."""
    return code[:2] + "*" * (len(code) - 2)


def is_staff(phone: str) -> bool:
    """One of our own people, or of those on the list for duty, by the phone number however it is written.

    What they see on duty is their duty, whether the bureau, a community or the police pays them.
    """
    digits = digits_of(phone)
    if len(digits) < SHORTEST_PHONE:
        return False
    known = PersonIdentity.objects.exclude(phone="").values_list("phone", flat=True)
    on_duty = DutyPerson.objects.active().exclude(phone="").values_list("phone", flat=True)
    return any(digits_of(each) == digits for each in (*known, *on_duty))


def digits_of(phone: str) -> str:
    """138 0000-1234, +86 13800001234 → 13800001234."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    return digits.removeprefix("86") if len(digits) == len("8613800001234") else digits


def locked(report: PublicReport) -> PublicReport:
    return PublicReport.objects.select_for_update(of=("self",)).get(pk=report.pk)


def why_no_reward(report: PublicReport) -> str:
    """ "" if a reward may be granted, else the reason. First reporter only; not to staff on duty; only for what is true."""
    if report.by_staff:
        return "举报人是值守人员，发现炮情属于职责，不发奖励。"
    if report.incident.state not in IncidentState.CONFIRMED:
        return "炮情核实后才能核定奖励。"
    first = report.incident.public_reports.order_by("received_at", "pk").first()
    if first is not None and first.pk != report.pk:
        return f"同一起炮情只奖励首个举报人（举报码 {first.code}）。"
    return ""


@transaction.atomic
def grant_reward(report: PublicReport, *, amount: Decimal, basis: str, by: User) -> PublicReport:
    Incident.objects.select_for_update(of=("self",)).get(
        pk=report.incident_id
    )  # before it is judged: void_incident waits
    current = locked(report)
    if current.granted_at is not None:
        raise Refused("这份举报的奖励已经核定。")
    if refusal := why_no_reward(current):
        raise Refused(refusal)
    current.amount, current.basis, current.granted_at = amount, basis, timezone.now()
    try:
        with transaction.atomic():
            current.save(update_fields=["amount", "basis", "granted_at"])
    except IntegrityError as error:
        raise Refused("同一起炮情刚刚已核定了另一份举报的奖励。") from error
    Activity.record(
        Verb.TRANSITION,
        current.incident,
        by=by,
        title="核定举报奖励",
        note=f"举报码 {masked(current.code)}，{amount} 元",
    )
    return current


@transaction.atomic
def pay_reward(report: PublicReport, *, code: str, by: User) -> PublicReport:
    """The reward goes to who brings the code; no name is asked."""
    current = locked(report)
    if current.granted_at is None:
        raise Refused("奖励还没有核定，不能领取。")
    if current.paid_at is not None:
        raise Refused(f"这份奖励已于{timezone.localtime(current.paid_at):%Y-%m-%d %H:%M}领取。")
    if code.strip().upper() != current.code:
        raise Refused("举报码不对。请与领取人核对后重填。", "code")
    current.paid_at = timezone.now()
    current.save(update_fields=["paid_at"])
    Activity.record(
        Verb.TRANSITION, current.incident, by=by, title="发放举报奖励", note=f"举报码 {masked(current.code)}"
    )
    return current


@transaction.atomic
def look_at_reporter(report: PublicReport, *, by: User) -> PublicReport:
    """Who looks at a reporter's name leaves a line in the log."""
    Activity.record(Verb.TRANSITION, report.incident, by=by, title="查看举报人", note=f"举报码 {masked(report.code)}")
    return report
