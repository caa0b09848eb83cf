"""What every app says to the desk (工作台) and to the search field; reports collects it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Todo:
    """One thing that waits for this user: what, where, until when."""

    text: str
    url: str
    action: str = "去办"
    due_at: datetime | None = None
    light: str = "none"  # red, orange, yellow, green, none
    count: int = 1


@dataclass(frozen=True)
class Number:
    """One figure of the person's unit, and the list that holds as many rows."""

    label: str
    value: int
    unit: str
    url: str


@dataclass(frozen=True)
class Hit:
    """One search result."""

    title: str
    url: str
    kind: str
    detail: str = ""
