"""Going back in time for the demo: the doors are taken on the day they would have been, so that the log says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

from django.utils import timezone

from staff.models import Activity


@contextmanager
def on(day: date, hour: int = 9, minute: int = 0) -> Iterator[datetime]:
    """Now is this local time. For a command that fills an empty database, never for a running site."""
    moment = timezone.make_aware(datetime.combine(day, time(hour, minute))).astimezone(UTC)
    stamp = Activity._meta.get_field("happened_at")
    real_now, real_default = timezone.now, stamp._get_default  # type: ignore[union-attr]
    timezone.now = lambda: moment
    stamp._get_default = lambda: moment  # type: ignore[union-attr]
    try:
        yield moment
    finally:
        timezone.now = real_now
        stamp._get_default = real_default  # type: ignore[union-attr]
