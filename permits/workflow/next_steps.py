"""What comes next in a case: what, by whom, until when, and why that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from permits.clocks import light_for, running_clock
from permits.enums import TRANSITIONS, Actor, PermitState
from permits.fee_standing import fee_standing
from permits.models import Application
from permits.workflow import guards, silence
from staff import workdays
from staff.deadlines import Clock, Light
from staff.workdays import CalendarYearMissing, WorkCalendar

_S = PermitState
# State → the edge that leads on, as a rule.
ONWARD: dict[str, str] = {
    _S.DRAFT: "receive",
    _S.RECEIVED: "accept",
    _S.SUPPLEMENT: "supplement",
    _S.ACCEPTED: "assign",
    _S.SURVEYING: "survey",
    _S.SURVEYED: "to_review",
    _S.GOV_PENDING: "government_answer",
    _S.SPECIAL: "end_special",
    _S.IN_REVIEW: "grant",
    _S.GRANTED: "issue",
    _S.FEE_DUE: "issue",
    _S.ISSUED: "start",
    _S.ACTIVE: "complete",
    _S.CHANGING: "grant_change",
    _S.STOPPED: "complete",
    _S.RECTIFYING: "rectified",
    _S.COMPLETION: "pass_restoration",
    _S.REWORK: "complete",
    _S.RESTORED: "close",
    _S.WARRANTY: "close",
    _S.EXPIRED: "complete",
    _S.EMERGENCY: "make_up",
}


@dataclass(frozen=True)
class NextStep:
    """As components/next_step.html takes it."""

    what: str
    who: str = ""
    due: date | None = None
    light: Light | None = None
    why: str = ""
    clock: Clock | None = None


def next_edge(application: Application) -> str:
    """The edge that leads on; in a survey's wake the government's approval or the fee may come first.

    At the window: with the checklist gone through and something missing, the one notice of it.
    """
    if application.state == _S.RECEIVED and application.supplement_told_on is None and lacks(application):
        return "ask_supplement"
    if application.state == _S.SURVEYED and list(guards.government_approved(application)):
        return "ask_government"
    if application.state == _S.GRANTED and list(guards.before_issue(application)):
        return "demand_fee"
    return ONWARD.get(application.state, "")


def lacks(application: Application) -> bool:
    """Somebody has ticked the checklist, and a mandatory material is not there."""
    rows = list(application.materials.all())
    return any(row.received_on for row in rows) and any(row.is_missing for row in rows)


def is_unchecked(application: Application) -> bool:
    """Received, and nobody has gone through the checklist yet."""
    rows = list(application.materials.all())
    return application.state == _S.RECEIVED and any(row.is_missing for row in rows) and not lacks(application)


def next_step(application: Application, today: date, calendar: WorkCalendar | None = None) -> NextStep:
    edge = next_edge(application)
    if not edge:
        return NextStep("已办结", why=application.end_reason or application.refusal_reason)
    days = calendar or workdays.load()
    if silence.is_deemed(application, today):
        return deemed_step(application, today, days)
    try:
        clock = running_clock(application, days)
    except CalendarYearMissing as error:
        return NextStep(words_of(application, edge), who_of(application, edge), why=str(error))
    due = due_of(application, clock)
    return NextStep(
        words_of(application, edge), who_of(application, edge), due, light_for(application, today, days),
        why_of(application, edge), clock,
    )  # fmt: skip


def deemed_step(application: Application, today: date, calendar: WorkCalendar) -> NextStep:
    """Silence has accepted, and it is not written down yet: the page says so and writes nothing."""
    words = f"{application.supplement_due}前没有受理，也没有告知补正：自收件之日（{application.received_on}）起即为受理"
    light = light_for(application, today, calendar)
    return NextStep("登记受理（逾期未告知，即为受理）", who_of(application, "accept"), application.supplement_due, light,
                    f"{words}（{silence.ARTICLE}）")  # fmt: skip


def words_of(application: Application, edge: str) -> str:
    if is_unchecked(application):
        return "核对材料，受理或者一次性告知补正"
    words = {"accept": "受理或者一次性告知补正", "grant": "集中会审，作出决定", "grant_change": "决定变更申请",
             "pass_restoration": "与公安交管部门共同验收", "close": "归档"}  # fmt: skip
    if application.state == _S.FEE_DUE and edge == "issue":
        return "收缴费用后发证"
    return words.get(edge, TRANSITIONS[edge].label)


def who_of(application: Application, edge: str) -> str:
    if application.state == _S.FEE_DUE and not fee_standing(application).settled:
        return str(Actor.FINANCE.label)
    if edge == "survey":
        survey = guards.last_survey(application)
        if survey is not None:
            names = "、".join(person.name for person in survey.officers)
            return f"{survey.squad or ''} {names}".strip()
    if edge in ("start", "complete", "rectified", "pass_restoration") and application.squad is not None:
        return application.squad.label
    return str(TRANSITIONS[edge].actor.label)


def due_of(application: Application, clock: Clock | None) -> date | None:
    """The survey's own day, the promised day while it lies before the lawful one, on the site the end of the period."""
    if application.state == _S.SURVEYING:
        survey = guards.last_survey(application)
        if survey is not None and survey.due_on is not None:
            return survey.due_on
    if application.state in _S.DECIDING and application.promised_due is not None and application.decide_due is not None:
        return min(application.promised_due, application.decide_due)
    if application.state == _S.FEE_DUE and application.pay_due is not None and list(guards.before_issue(application)):
        return application.pay_due
    if clock is not None:
        return clock.due.day
    if application.state in (_S.ISSUED, _S.ACTIVE, _S.CHANGING, _S.EXPIRED):
        return application.ends_on
    return application.warranty_until if application.state == _S.WARRANTY else None


def why_of(application: Application, edge: str) -> str:
    """What still stands in the way, or the rule that asks for the step."""
    asks = {
        "accept": guards.before_accept, "ask_supplement": guards.before_accept, "to_review": guards.before_review, "grant": guards.before_grant,
        "issue": guards.before_issue,
    }  # fmt: skip
    missing = [str(each) for each in asks[edge](application)] if edge in asks else []
    if missing:
        return f"还差：{'；'.join(missing)}"
    if application.state in _S.DECIDING:
        return f"承诺{application.item.promised_days}个工作日，法定{application.item.legal_days}个工作日（{TRANSITIONS[edge].basis}）"
    if application.state == _S.EXPIRED:
        return f"期限已满，不能再办理变更（{TRANSITIONS['ask_change'].basis}）；届满前已经申请的请补录；确需继续的，请申请人重新申请。{TRANSITIONS[edge].basis}"
    return TRANSITIONS[edge].basis
