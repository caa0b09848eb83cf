"""The office's books of the demo bureau (key tasks, tallies, problems, plans), then a draft for each of its half-years."""

from __future__ import annotations

from config.periods import Period
from reports import demo_tasks
from reports.workflow import summaries

PERIODS = ("2025H1", "2025H2", "2026H1")


def seed() -> None:
    demo_tasks.seed()
    for key in PERIODS:
        summaries.create_report(Period.parse(key), by=None)
