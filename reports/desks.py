"""What all apps say to the desk, to the search field and to the daily digest, collected."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from billboards import desk as billboards_desk
from config.desk import Hit, Number, Todo
from fireworks import desk as fireworks_desk
from inspections import desk as inspections_desk
from permits import desk as permits_desk
from reports import desk as reports_desk
from reports import material_desk
from staff import desk as staff_desk
from staff.models import User

DESKS = (inspections_desk, fireworks_desk, permits_desk, billboards_desk, reports_desk, staff_desk, material_desk)
URGENCY = ("red", "orange", "yellow", "green", "none")


def all_todos(user: User) -> list[Todo]:
    """What this person must do, the most urgent light first, of one light the earliest."""
    found = [todo for app in DESKS for todo in app.todo(user)]
    return sorted(found, key=lambda todo: (URGENCY.index(todo.light), todo.ends_at is None, todo.ends_at))


def own_rows(user: User) -> list[QuerySet[Any]]:
    """The records that this person or the unit answers for, of every kind; nobody's rows that may not be seen."""
    return [rows for app in DESKS if hasattr(app, "own") for rows in app.own(user)]


def all_numbers(user: User) -> list[Number]:
    return [number for app in DESKS if hasattr(app, "numbers") for number in app.numbers(user)]


def all_hits(user: User, query: str) -> list[Hit]:
    return [hit for app in DESKS for hit in app.search(user, query)]
