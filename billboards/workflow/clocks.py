"""The clocks of a case: started by an event, finished by what they wait for, counted anew when something moves them."""

from __future__ import annotations

from datetime import date

from billboards.deadlines import OUTLASTING, PARTY_RULES, RULES, amount_of, due
from billboards.dossier import Dossier
from billboards.enums.cases import CaseState
from billboards.models import Case, CaseClock
from staff.refusals import Refused
from staff.workdays import CalendarYearMissing, load

# Days that a paper of ours sets: no statute counts them, but somebody must look.
OWN_DAYS = {
    "ORDER": "责令改正期限",
    "REMOVE": "决定拆除期限",
    "DUNNING": "催告履行期限",
    "ANNOUNCED": "公告自行拆除期限",
    "DEFERRED": "延期（分期）期限",
}


def start(dossier: Dossier, code: str, day: date, *, amount: int | None = None) -> CaseClock:
    """Start a statutory clock; one that runs already is started anew. Refused while a year's calendar is not loaded."""
    count = amount_of(code) if amount is None else amount
    try:
        found = due(code, day, dossier.calendar, pauses=dossier.pause_spans, amount=count)
    except CalendarYearMissing as error:
        raise Refused(str(error)) from error
    clock, _ = CaseClock.objects.update_or_create(
        case=dossier.case,
        rule=code,
        finished_on=None,
        defaults={
            "label": RULES[code].label,
            "started_on": day,
            "amount": count,
            "due_on": found.day,
            "provisional": found.provisional,
            "ours": code not in PARTY_RULES,
            "warned": False,
        },
    )
    return clock


def set_day(case: Case, code: str, started: date, day: date) -> None:
    """A day that a paper names, or that follows from several periods (the court's window)."""
    label = OWN_DAYS.get(code) or RULES[code].label
    CaseClock.objects.update_or_create(
        case=case,
        rule=code,
        finished_on=None,
        defaults={
            "label": label,
            "started_on": started,
            "due_on": day,
            "ours": code == "E_COURT_WINDOW",
            "amount": None,
            "warned": False,
        },
    )


def finish(case: Case, day: date, *codes: str) -> None:
    """What the clocks waited for has come; without codes, all of them end but those that outlast the case."""
    rows = CaseClock.objects.filter(case=case, finished_on=None)
    (rows.filter(rule__in=codes) if codes else rows.exclude(rule__in=OUTLASTING)).update(finished_on=day)


def recount(dossier: Dossier) -> None:
    """Count the running statutory clocks of a case anew: a pause, a calendar or a setting has changed."""
    for clock in CaseClock.objects.filter(case=dossier.case, finished_on=None, amount__isnull=False):
        found = due(clock.rule, clock.started_on, dossier.calendar, pauses=dossier.pause_spans, amount=clock.amount)
        if (found.day, found.provisional) != (clock.due_on, clock.provisional):
            clock.due_on, clock.provisional = found.day, found.provisional
            clock.save(update_fields=["due_on", "provisional"])


def settle(case: Case) -> None:
    """Store the earliest lawful day of coercion beside the case, for lists and the calendar."""
    dossier = Dossier(case)
    if case.state in CaseState.DONE or dossier.decision is None or not dossier.decision.is_penalty:
        case.coercion_from, case.coercion_words = None, ""
        return
    found = dossier.outlook()
    case.coercion_from, case.coercion_words = found.earliest, found.words[:300]


def recount_all() -> int:
    """Every case that has not ended or still owes something anew, after the office changed calendar or settings.

    Returns how many cases were looked at.
    """
    calendar, seen = load(), 0
    for case in Case.objects.running() | Case.objects.counting():
        seen += 1
        try:
            recount(Dossier(case, calendar=calendar))
        except CalendarYearMissing:
            continue
        before = (case.coercion_from, case.coercion_words)
        settle(case)
        if before != (case.coercion_from, case.coercion_words):
            case.save(update_fields=["coercion_from", "coercion_words"])
    return seen
