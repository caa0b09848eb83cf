"""What burns and what is due: the supervisor's board, and the calendar (also as .ics)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from permits.clocks import light_for
from permits.enums import PermitState
from permits.models import Application, Survey
from permits.views.access import VIEW
from staff import workdays
from staff.calendar_file import CalendarEntry, send_calendar
from staff.deadlines import Light
from staff.models import User

AHEAD = 30  # days that the calendar shows
LEVELS = ("red", "orange", "yellow", "green")
WORDS = {"red": "超法定期限、到期未恢复", "orange": "超承诺期限", "yellow": "即将到期", "green": "正常"}


@dataclass(frozen=True)
class Lit:
    application: Application
    light: Light


def lit_cases(user: User, today: date) -> list[Lit]:
    """Every open case of the reader with its light, the worst first. Two queries, whatever their number."""
    calendar = workdays.load()
    rows = (
        Application.objects.visible_to(user)
        .exclude(state__in=PermitState.FINAL)
        .select_related("handler", "item__item")
    )
    found = [Lit(row, light) for row in rows if (light := light_for(row, today, calendar)) is not None]
    return sorted(found, key=lambda each: (LEVELS.index(each.light.level), each.application.decide_due or date.max))


@require_GET
@VIEW
def light_board(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    cases = lit_cases(request.user, today)
    counts = Counter(each.light.level for each in cases)
    groups = [
        (level, WORDS[level], counts[level], [each for each in cases if each.light.level == level]) for level in LEVELS
    ]
    handlers = Counter(str(each.application.handler or "未定承办人") for each in cases if each.light.level != "green")
    context = {"groups": groups, "handlers": handlers.most_common(), "today": today}
    return render(request, "permits/light_board.html", context)


@dataclass(frozen=True)
class Due:
    day: date
    what: str
    application: Application

    @property
    def uid(self) -> str:
        return f"permit-{self.application.pk}-{self.what}"


def due_of(application: Application) -> Iterable[tuple[date | None, str]]:
    match application.state:
        case PermitState.RECEIVED if application.supplement_told_on is None:
            yield application.supplement_due, "受理或者告知补正"
        case state if state in PermitState.DECIDING:
            yield application.promised_due, "承诺期限"
            yield application.decide_due, "法定期限"
        case PermitState.GRANTED | PermitState.FEE_DUE:
            yield application.deliver_due, "发证、送达"
            if application.state == PermitState.FEE_DUE:
                yield application.pay_due, "缴费期限"
        case state if state in PermitState.VALID:
            if application.state == PermitState.CHANGING:
                yield application.change_due, "变更决定"
            yield application.ends_on, "许可期限届满"
        case PermitState.WARRANTY:
            yield application.warranty_until, "质保期满"
    if application.decided_on is not None and application.published_on is None and application.granted:
        yield application.publish_due, "决定公示"


def dues(user: User, first: date, last: date) -> list[Due]:
    """What falls due between two days, both counted."""
    rows = Application.objects.visible_to(user).exclude(state__in=PermitState.FINAL)
    found = [
        Due(day, what, row) for row in rows for day, what in due_of(row) if day is not None and first <= day <= last
    ]
    surveys = Survey.objects.filter(surveyed_at=None, due_on__range=(first, last), application__in=rows)
    found += [
        Due(row.due_on, "现场查勘", row.application) for row in surveys.select_related("application") if row.due_on
    ]
    return sorted(found, key=lambda due: (due.day, due.application.number))


@require_GET
@VIEW
def due_calendar(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    listed = dues(request.user, today, today + timedelta(days=AHEAD))
    days = [(day, list(rows)) for day, rows in groupby(listed, key=lambda due: due.day)]
    return render(request, "permits/due_calendar.html", {"days": days, "today": today, "ahead": AHEAD})


@require_GET
@VIEW
def due_ics(request: HttpRequest) -> HttpResponse:
    """The same days for the calendar of a phone: all-day events."""
    today = timezone.localdate()
    entries = (
        CalendarEntry(
            due.uid,
            due.day,
            f"{due.what} {due.application.number} {due.application.applicant_name}",
            place=due.application.location,
            path=due.application.get_absolute_url(),
        )
        for due in dues(request.user, today, today + timedelta(days=AHEAD))
    )
    return send_calendar(request, "占道审批期限", entries, name="permits")
