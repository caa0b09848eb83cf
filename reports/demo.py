"""The summaries of the demo bureau: a draft for each of its half-years."""

from __future__ import annotations

from config.periods import Period
from reports import workflow

PERIODS = ("2025H1", "2025H2", "2026H1")


def seed() -> None:
    for key in PERIODS:
        workflow.create_report(Period.parse(key), by=None)
