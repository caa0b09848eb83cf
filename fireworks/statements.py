"""Whether a festival window is proved by paper: an attached statement of the police or the city's office."""

from __future__ import annotations

from fireworks.festivals import FestivalWindow
from fireworks.models import WatchStatement


def proof(window: FestivalWindow) -> WatchStatement | None:
    """A statement of this festival that speaks of every day of the window, the latest first; None if there is none."""
    rows = WatchStatement.objects.covering(window.start, window.end).filter(festival=window.festival)
    return rows.order_by("-issued_on", "-pk").first()
