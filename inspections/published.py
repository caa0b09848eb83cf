"""Whether a month's bulletin is out: what is registered into it then changes no printed score, and must be said."""

from __future__ import annotations

from collections.abc import Iterable

from inspections.models import Bulletin


def published_words(months: Iterable[str]) -> list[str]:
    """For each of the months (2026-06) whose bulletin stands published, what follows for a finding or score sheet that is
    registered, changed or decided now.
    """
    asked = set(months)
    out = Bulletin.objects.standing().filter(month__in=asked).order_by("month") if asked else []
    return [
        f"{int(each.month[:4])}年{int(each.month[5:])}月通报已签发，此件将列入数据变动，可印发更正通报。"
        for each in out
    ]
