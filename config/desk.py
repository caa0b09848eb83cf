"""What every app says to the desk (工作台) and to the search field; reports collects it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from config.clock import end_of_day


@dataclass(frozen=True)
class Todo:
    """One thing that waits for this user: what, where, until when (a moment, or a day where no hour was set)."""

    text: str
    url: str
    action: str = "去办"
    due: date | None = None
    light: str = "none"  # red, orange, yellow, green, none
    count: int = 1

    @property
    def ends_at(self) -> datetime | None:
        """After which moment it is overdue: a day's deadline runs until the day ends."""
        return self.due if self.due is None or isinstance(self.due, datetime) else end_of_day(self.due)


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
