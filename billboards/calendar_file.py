"""The days of cases as a calendar file (RFC 5545), for the calendar on a phone or in WPS."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils import timezone

from billboards.models import Case, CaseClock


def calendar_of(request: HttpRequest, clocks: Iterable[CaseClock], cases: Iterable[Case]) -> bytes:
    """One whole-day event per period that ends and per earliest day of coercion, with a link to the case."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//chengguan//cases//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "执法案件期限")

    def add(uid: str, day: date, summary: str, words: str, case: Case) -> None:
        event = Event()
        event.add("uid", f"{uid}@chengguan")
        event.add("dtstamp", timezone.now())
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", summary)
        event.add("description", words)
        event.add("url", request.build_absolute_uri(case.get_absolute_url()))
        calendar.add_component(event)

    for clock in clocks:
        side = "届满" if clock.ours else "届满（当事人）"
        add(
            f"clock-{clock.pk}",
            clock.due_on,
            f"{clock.label}{side}：{clock.case.number}",
            f"自{clock.started_on}起算{'，暂定' if clock.provisional else ''}",
            clock.case,
        )
    for case in cases:
        if case.coercion_from is not None:
            add(f"coercion-{case.pk}", case.coercion_from, f"最早可强制：{case.number}", case.coercion_words, case)
    return bytes(calendar.to_ical())
