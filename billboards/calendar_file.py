"""The days of cases for a calendar: each period that ends, and each earliest day of coercion, with a link to the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from billboards.models import Case, CaseClock
from staff.calendar_file import CalendarEntry


def entries_of(clocks: Iterable[CaseClock], cases: Iterable[Case]) -> Iterator[CalendarEntry]:
    for clock in clocks:
        side = "届满" if clock.ours else "届满（当事人）"
        yield CalendarEntry(
            f"clock-{clock.pk}",
            clock.due_on,
            f"{clock.label}{side}：{clock.case.number}",
            words=f"自{clock.started_on}起算{'，暂定' if clock.provisional else ''}",
            path=clock.case.get_absolute_url(),
        )
    for case in cases:
        if case.coercion_from is not None:
            yield CalendarEntry(
                f"coercion-{case.pk}",
                case.coercion_from,
                f"最早可强制：{case.number}",
                words=case.coercion_words,
                path=case.get_absolute_url(),
            )
