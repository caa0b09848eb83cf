"""Days and duties as a calendar file (RFC 5545), for the calendar on a phone or in WPS. It leaves the house: it is in the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from staff.files import send_made
from staff.models import Activity, Verb


@dataclass(frozen=True)
class CalendarEntry:
    """`uid` stays the same when the day moves; a date is a whole day, a moment ends at `ends`; `path` is the record's page."""

    uid: str
    starts: date | datetime
    summary: str
    ends: datetime | None = None
    words: str = ""
    place: str = ""
    path: str = ""


def send_calendar(request: HttpRequest, title: str, entries: Iterable[CalendarEntry], *, name: str) -> HttpResponse:
    """The entries as `name`.ics, titled as the phone's calendar shows them."""
    from icalendar import Calendar, Event  # slow to load, rarely asked for

    calendar = Calendar()
    calendar.add("prodid", f"-//chengguan//{name}//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    for each in entries:
        event = Event()
        event.add("uid", f"{each.uid}@chengguan")
        event.add("dtstamp", timezone.now())
        event.add("dtstart", each.starts)
        event.add("dtend", each.ends or each.starts + timedelta(days=1))
        event.add("summary", each.summary)
        event.add("description", each.words)
        event.add("location", each.place)
        if each.path:
            event.add("url", request.build_absolute_uri(each.path))
        calendar.add_component(event)
    Activity.record(
        Verb.EXPORT, by=request.user, title=f"下载日历：{title}"[:120], note=f"{len(calendar.subcomponents)} 项"
    )
    return send_made(calendar.to_ical(), f"{title}.ics")
