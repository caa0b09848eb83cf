"""The clocks of one application: which period runs, from which day, to which, and what stopped it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db.models import Max
from django.utils import timezone

from permits import deadlines
from permits.enums import PermitState
from permits.models import Application, FeePayment
from staff import workdays
from staff.deadlines import Clock, Light, light_of
from staff.models import setting
from staff.workdays import Pause, WorkCalendar


def pauses_of(application: Application) -> list[Pause]:
    """Both days inclusive; None while the clock stands still."""
    return [(pause.started_on, pause.ended_on) for pause in application.pauses.all()]


def supplement_clock(application: Application, calendar: WorkCalendar) -> Clock | None:
    """Five working days from receipt for the one notice of what is missing (许可法 Art. 32(1)(四))."""
    if application.received_on is None:
        return None
    done = application.supplement_told_on or application.accepted_on
    return Clock.of(deadlines.SUPPLEMENT_NOTICE, application.received_on, calendar, finished_on=done)


def decide_clock(application: Application, calendar: WorkCalendar) -> Clock | None:
    """Twenty working days from acceptance, thirty once extended, net of hearing, appraisal, expert review."""
    if application.accepted_on is None:
        return None
    rule = deadlines.EXTENDED if application.extended_on else deadlines.DECIDE
    amount = application.item.legal_days + (deadlines.EXTENSION_DAYS if application.extended_on else 0)
    return Clock.of(
        rule, application.accepted_on, calendar, pauses=closed(pauses_of(application)), amount=amount,
        finished_on=application.decided_on,
    )  # fmt: skip


def promised_clock(application: Application, calendar: WorkCalendar) -> Clock | None:
    """The bureau's own promise, as published with the item."""
    if application.accepted_on is None:
        return None
    return Clock.of(
        deadlines.PROMISED, application.accepted_on, calendar, pauses=closed(pauses_of(application)),
        amount=application.item.promised_days, finished_on=application.issued_on or application.decided_on,
    )  # fmt: skip


def deliver_clock(application: Application, calendar: WorkCalendar) -> Clock | None:
    if application.decided_on is None or not application.granted:
        return None
    return Clock.of(deadlines.DELIVER, application.decided_on, calendar, finished_on=application.issued_on)


def publish_clock(application: Application, calendar: WorkCalendar) -> Clock | None:
    if application.decided_on is None:
        return None
    amount = int(setting("permits.publish_days"))
    done = application.published_on
    return Clock.of(deadlines.PUBLISH, application.decided_on, calendar, amount=amount, finished_on=done)


def pay_clock(application: Application, calendar: WorkCalendar) -> Clock | None:
    """How long the holder has to pay, as it was set on the day of the notice."""
    told = application.fee_told_on
    if told is None:
        return None
    amount = int(setting("permits.pay_days", on=told))
    return Clock.of(deadlines.PAY, told, calendar, amount=amount, finished_on=paid_up_on(application))


def change_clock(application: Application, calendar: WorkCalendar) -> Clock | None:
    """Twenty working days for what was asked last to be changed, as for an application (许可法 Art. 42, 49)."""
    if not application.granted:
        return None  # what is not granted is not changed
    change = application.changes.order_by("pk").last()
    if change is None:
        return None
    return Clock.of(deadlines.CHANGE, change.filed_on, calendar, finished_on=change.decided_on)


def paid_up_on(application: Application) -> date | None:
    """The day of the last payment once nothing is open any more; where all was let off, that of the licence."""
    if any(open_sum > 0 for _, open_sum in application.assessments.current().open_sums()):
        return None
    paid = FeePayment.objects.filter(assessment__in=application.assessments.current(), voided_at=None)
    last: date | None = paid.aggregate(last=Max("paid_on"))["last"]
    return last or application.issued_on


WORST_FIRST = ("red", "orange", "yellow", "green")
CLOCKS = (supplement_clock, decide_clock, promised_clock, deliver_clock, publish_clock, pay_clock, change_clock)


def closed(pauses: Sequence[Pause], today: date | None = None) -> list[Pause]:
    """A pause that still runs counts up to today, so that a due date can be said; it moves on with every day."""
    day = today or timezone.localdate()
    return [(first, last if last is not None else max(day, first)) for first, last in pauses]


def clocks_of(application: Application, calendar: WorkCalendar | None = None) -> list[Clock]:
    """Every clock that ever ran on this application, oldest first."""
    days = calendar or workdays.load()
    made = (make(application, days) for make in CLOCKS)
    return [clock for clock in made if clock is not None]


def running_clock(application: Application, calendar: WorkCalendar | None = None) -> Clock | None:
    """The clock that matters in the state it stands in."""
    days = calendar or workdays.load()
    match application.state:
        case PermitState.RECEIVED if application.supplement_told_on is None:
            return supplement_clock(application, days)
        case state if state in PermitState.DECIDING:
            return decide_clock(application, days)
        case PermitState.GRANTED | PermitState.FEE_DUE:
            return deliver_clock(application, days)
        case PermitState.CHANGING:
            return change_clock(application, days)
    return None


def store_due_dates(application: Application, calendar: WorkCalendar | None = None) -> None:
    """Put the last days on the row (not saved here). Called by every step and when the calendar changes."""
    days = calendar or workdays.load()
    for field, make in (
        ("supplement_due", supplement_clock),
        ("decide_due", decide_clock),
        ("promised_due", promised_clock),
        ("deliver_due", deliver_clock),
        ("publish_due", publish_clock),
        ("pay_due", pay_clock),
        ("change_due", change_clock),
    ):
        clock = make(application, days)
        setattr(application, field, clock.due.day if clock is not None else None)


def light_for(application: Application, today: date, calendar: WorkCalendar) -> Light | None:
    """One light from the stored due dates: no query, so that a list may ask for every row."""
    match application.state:
        case PermitState.SPECIAL:
            return Light("green", "特别程序，期限中止")
        case PermitState.RECEIVED if application.supplement_told_on is not None:
            return Light("green", "补正已收件，待受理")  # the five days were for the notice, and it went out
        case PermitState.RECEIVED if application.supplement_due and application.received_on:
            light = light_of(application.received_on, application.supplement_due, None, today, calendar)
            return replace(light, text=f"受理或告知补正：{light.text}")
        case state if state in PermitState.DECIDING and application.accepted_on and application.decide_due:
            return light_of(application.accepted_on, application.decide_due, application.promised_due, today, calendar)
        case PermitState.GRANTED | PermitState.FEE_DUE if (
            application.decided_on and application.deliver_due and not application.results_only
        ):  # an old register may not say when the licence was given: its course is not judged
            light = light_of(application.decided_on, application.deliver_due, None, today, calendar)
            return replace(light, text=f"发证：{light.text}")
        case PermitState.EXPIRED:
            return Light("red", f"到期{application.days_over(today)}天未恢复")
        case PermitState.ACTIVE | PermitState.ISSUED | PermitState.RECTIFYING | PermitState.CHANGING:
            lights = filter(None, (change_light(application, today, calendar), site_light(application, today)))
            return min(lights, key=lambda each: WORST_FIRST.index(each.level))
    return None


def change_light(application: Application, today: date, calendar: WorkCalendar) -> Light | None:
    """What is left to decide the change that waits. None in any other state."""
    if application.state != PermitState.CHANGING or application.change_due is None:
        return None
    start = workdays.subtract_working_days(application.change_due, deadlines.CHANGE.amount, calendar).day
    light = light_of(start, application.change_due, None, today, calendar)
    return replace(light, text=f"变更决定：{light.text}")


def site_light(application: Application, today: date) -> Light:
    left = (application.ends_on - today).days
    if left < 0:
        return Light("red", f"许可期限已过{-left}天")
    words = f"距到期{left}天" if left else "今日到期"
    return Light("yellow" if left <= 1 else "green", words)
