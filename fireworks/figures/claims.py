"""What the summary may say of the festivals, and what must be proved first (结论性表述)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.utils import timezone

from config.clock import end_of_day
from config.display import month_day, month_day_minute
from config.figures import Claim
from config.periods import Period
from fireworks import statements, tally, watch
from fireworks.enums import Festival, IncidentState
from fireworks.festivals import FestivalWindow, windows_in
from fireworks.models import Incident

SHOWN_GAPS = 10
WEAKER = "可改用较弱的表述“值守期间未接报”。"


def none_found(festival: Festival, period: Period) -> tuple[bool, str]:
    """Zero confirmed incidents in every window of the period, each of them over and watched without a gap or proved by paper."""
    windows = windows_in(period, festival.value)
    if not windows:
        return False, f"{festival.label}不在本期内。"
    reasons = [reason for window in windows if (reason := why_not_none(window))]
    return not reasons, "".join(reasons)


def why_not_none(window: FestivalWindow) -> str:
    """ "" if the claim holds for the window, else why not and what may be written instead."""
    span = f"{window.label}（{window.start}至{window.end}）"
    if found := tally.in_window(window, *IncidentState.CONFIRMED) + after_midnight(window, *IncidentState.CONFIRMED):
        return f"{span}核实炮情 {found} 起。"
    if waiting := tally.in_window(window, IncidentState.REPORTED) + after_midnight(window, IncidentState.REPORTED):
        return f"{span}还有 {waiting} 起炮情待核实，请先核实。"
    if finds := watch.reports_of_finds(window.start, window.end):
        shown = "、".join(f"{month_day(slot.day)} {slot.grid.name} {slot.shift.name}" for slot in finds[:SHOWN_GAPS])
        return f"{span}有 {len(finds)} 份值守报告有发现：{shown}。请登记炮情并核实，报告有误的更正报告；{WEAKER}"
    if timezone.now() < (over := over_at(window)):
        return f"{span}还没有过完，值守到{month_day_minute(over)}，过完才能写“未发现一例”。"
    if statements.proof(window) is not None:
        return ""
    gaps = watch.unwatched(window.start, window.end)
    if not gaps:
        return ""
    shown = "、".join(gap.text for gap in gaps[:SHOWN_GAPS])
    more = f"等 {len(gaps)} 处" if len(gaps) > SHOWN_GAPS else ""
    return f"{span}值守记录不全：{shown}{more}。请补齐值守报告，或登记公安机关、市禁炮办的书面证明；{WEAKER}"


def over_at(window: FestivalWindow) -> datetime:
    """When nothing more can happen in the window: its last day is over, and the night shift that began on it."""
    return max(end_of_day(window.end), watch.last_night(window.end) or end_of_day(window.end))


def after_midnight(window: FestivalWindow, *states: str) -> int:
    """Incidents of the window's last night shift, found on the day after."""
    last = watch.last_night(window.end)
    rows = Incident.objects.filter(state__in=states, found_on__gt=window.end)
    return rows.filter(found_at__lte=last).count() if last is not None else 0


CLAIMS = (
    Claim(
        "fireworks.none_at_lantern_festival",
        "元宵节期间未发现一例",
        "元宵节期间，辖区未发现一例违规燃放烟花爆竹行为。",
        partial(none_found, Festival.LANTERN),
    ),
    Claim(
        "fireworks.none_at_qingming",
        "清明节期间未发现一例",
        "清明节期间，辖区未发现一例违规燃放烟花爆竹行为。",
        partial(none_found, Festival.QINGMING),
    ),
)
