"""The fireworks ban's part of the demo bureau. Deterministic; names and telephone numbers are invented."""

from __future__ import annotations

from fireworks import demo_duty, demo_records


def seed(*, scale: int = 1) -> None:
    """Grids, windows and rosters first, then the records. In the caller's transaction, after the office's part."""
    demo_duty.seed(scale=scale)
    demo_records.seed()
