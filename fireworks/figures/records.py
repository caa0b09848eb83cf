"""The ban's figures: the only numbers about incidents, publicity, joint actions, seizures and destruction in the summary.

Every figure opens the list with the same conditions. Quantities of unlike measures are never added; tonnes come from
weights only; festival windows are compared lunar to lunar (festivals.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from config.figures import Derivation, Figure, Kind, TableFigure, Value
from config.periods import Period
from fireworks import tally
from fireworks.enums import (
    Festival,
    FireworkKind,
    Handling,
    IncidentSource,
    IncidentState,
    PlaceKind,
    PoliceOutcome,
    Trigger,
)
from fireworks.festivals import DEFINITION, FestivalWindow, window_of, windows_in
from fireworks.figures import quantities
from fireworks.figures.claims import CLAIMS
from fireworks.figures.sources import (
    Source,
    count_figure,
    days,
    fixed,
    listed,
)
from fireworks.models import BanBulletin, Incident, JointAction, PoliceResult

# --- Incidents --------------------------------------------------------------------------------------------------------

CUTS: dict[str, tuple[str, str, Sequence[tuple[str, Any]]]] = {
    "place_kind": ("place_kind", "场所", PlaceKind.choices),
    "trigger": ("trigger", "起因", Trigger.choices),
    "kind": ("kind", "种类", FireworkKind.choices),
    "source": ("source", "来源", IncidentSource.choices),
    "handling": ("handling", "处置", [*Handling.choices, ("none", "未处置")]),
}
CONFIRMED = "期内发现、核实属实、未作废的炮情；核查不实的和待核实的不计。"


def incident_rows(cut: str, period: Period, parameter: str | None) -> QuerySet[Incident]:
    rows = Incident.objects.confirmed().found_between(period.start, period.end)
    if not cut or parameter is None:
        return rows
    return rows.filter(**{CUTS[cut][0]: "" if parameter == "none" else parameter})


def incident_value(cut: str, period: Period, parameter: str | None) -> Value:
    facet = CUTS[cut][0] if cut and parameter is not None else ""
    return Value(Decimal(tally.confirmed(period, facet, parameter or "")))


def incident_url(cut: str, period: Period, parameter: str | None) -> str:
    more = {CUTS[cut][0]: parameter} if cut and parameter else {}
    return listed("incident-list", state="confirmed", **days(period, "found_from", "found_to"), **more)


def state_rows(state: str, period: Period, parameter: str | None) -> QuerySet[Incident]:
    rows = Incident.objects.recorded().found_between(period.start, period.end)
    return rows.filter(state=state) if state else rows


def state_value(state: str, period: Period, parameter: str | None) -> Value:
    groups = tally.incident_groups(period)
    return Value(Decimal(sum(group.count for group in groups if not state or group.facets["state"] == state)))


def state_url(state: str, period: Period, parameter: str | None) -> str:
    more = {"state": state} if state else {}
    return listed("incident-list", **days(period, "found_from", "found_to"), **more)


def police_rows(outcome: str, period: Period, parameter: str | None) -> QuerySet[Incident]:
    return incident_rows("", period, None).filter(
        pk__in=PoliceResult.objects.standing().filter(outcome=outcome).values("incident")
    )


def police_value(outcome: str, period: Period, parameter: str | None) -> Value:
    return Value(Decimal(tally.police_counts(period)[outcome]))


def police_url(outcome: str, period: Period, parameter: str | None) -> str:
    return f"{incident_url('', period, None)}&{urlencode({'police': outcome})}"


def answered_rows(period: Period, parameter: str | None) -> QuerySet[Incident]:
    return incident_rows("", period, None).filter(response_minutes__isnull=False)


def answered_url(period: Period, parameter: str | None) -> str:
    return f"{incident_url('', period, None)}&answered=true"


def response_sums(period: Period) -> tuple[int, int]:
    """Minutes and incidents, over those found true that have a time on site."""
    groups = [group for group in tally.incident_groups(period) if group.is_confirmed]
    return sum(group.minutes for group in groups), sum(group.answered for group in groups)


def response_value(period: Period, parameter: str | None) -> Value:
    minutes, count = response_sums(period)
    if not count:
        return Value(reason="期内没有登记到场时间的炮情。")
    return Value((Decimal(minutes) / count).quantize(Decimal("0.1"), ROUND_HALF_UP))


def response_derivation(period: Period, parameter: str | None) -> Derivation:
    (minutes, count), url = response_sums(period), answered_url(period, None)
    return Derivation(
        "各起（到场时间－接报时间）之和 ÷ 起数；没有到场时间的不计。",
        [("分钟合计", f"{minutes} 分钟", url), ("起数", f"{count} 起", url)],
    )


# --- Festival windows -------------------------------------------------------------------------------------------------


def in_windows(windows: Sequence[FestivalWindow], field: str) -> Q:
    found = Q(pk=None)
    for window in windows:
        found |= Q(**{f"{field}__range": (window.start, window.end)})
    return found


def window_value(count: Callable[[FestivalWindow], int], period: Period, parameter: str | None) -> Value:
    windows = windows_in(period, parameter) if parameter else []
    if not windows:
        return Value(reason="期内没有这个时段的节日。" if parameter else "请写明时段。")
    return Value(Decimal(sum(count(window) for window in windows)))


def confirmed_in(window: FestivalWindow) -> int:
    return tally.in_window(window, *IncidentState.CONFIRMED)


def joint_actions_in(window: FestivalWindow) -> int:
    return JointAction.objects.recorded().joint().filter(held_on__range=(window.start, window.end)).count()


def window_incidents(period: Period, parameter: str | None) -> QuerySet[Incident]:
    return Incident.objects.confirmed().filter(in_windows(windows_in(period, parameter or "spring"), "found_on"))


def window_incidents_url(period: Period, parameter: str | None) -> str:
    query = {"state": "confirmed", "festival": parameter or "spring", **days(period, "found_from", "found_to")}
    return listed("incident-list", **query)


def action_rows(period: Period, parameter: str | None) -> QuerySet[JointAction]:
    return JointAction.objects.recorded().joint().filter(held_on__range=(period.start, period.end))


def action_url(period: Period, parameter: str | None) -> str:
    return listed("action-list", joint="true", **days(period))


def window_actions(period: Period, parameter: str | None) -> QuerySet[JointAction]:
    rows: QuerySet[JointAction] = JointAction.objects.recorded().joint()
    return rows.filter(in_windows(windows_in(period, parameter or "spring"), "held_on"))


def window_actions_url(period: Period, parameter: str | None) -> str:
    return listed("action-list", joint="true", festival=parameter or "spring", **days(period))


# --- Bulletins


def bulletin_rows(period: Period, parameter: str | None) -> QuerySet[BanBulletin]:
    first, last = period.months()[0], period.months()[-1]
    return BanBulletin.objects.filter(signed_at__isnull=False, month__gte=first, month__lte=last)


def bulletin_url(period: Period, parameter: str | None) -> str:
    return listed("bulletin-list", issued="true", **days(period))


WINDOW_CHOICES = fixed(Festival.choices)
FIGURES: tuple[Figure, ...] = (
    *quantities.FIGURES,
    count_figure("incidents", "炮情", "起", CONFIRMED, Source(partial(incident_rows, ""), partial(incident_url, "")),
                 value=partial(incident_value, "")),
    *(
        count_figure(f"incidents_by_{cut}", f"炮情（按{label}）", "起", CONFIRMED, Source(partial(incident_rows, cut), partial(incident_url, cut)),
                     choices=fixed(choices), part_of="fireworks.incidents", value=partial(incident_value, cut))
        for cut, (_, label, choices) in CUTS.items()
    ),
    count_figure("incidents_in_window", "炮情（按重点时段）", "起", f"{CONFIRMED}{DEFINITION}", Source(window_incidents, window_incidents_url),
                 choices=WINDOW_CHOICES, value=partial(window_value, confirmed_in)),
    count_figure("incidents_recorded", "登记炮情", "起", "期内发现、未作废的全部登记，含待核实和核查不实。",
                 Source(partial(state_rows, ""), partial(state_url, "")), value=partial(state_value, "")),
    count_figure("incidents_unfounded", "核查不实", "起", "期内登记、到场核查不实的。",
                 Source(partial(state_rows, "unfounded"), partial(state_url, "unfounded")), value=partial(state_value, "unfounded")),
    count_figure("police_fined", "公安机关罚款的炮情", "起", "期内炮情中，公安机关告知已罚款的；是公安机关的处罚，不是本局的。",
                 Source(partial(police_rows, PoliceOutcome.FINE), partial(police_url, PoliceOutcome.FINE)),
                 value=partial(police_value, PoliceOutcome.FINE)),
    count_figure("police_detained", "公安机关拘留的炮情", "起", "期内炮情中，公安机关告知已行政拘留的；不是本局的处罚。",
                 Source(partial(police_rows, PoliceOutcome.DETENTION), partial(police_url, PoliceOutcome.DETENTION)),
                 value=partial(police_value, PoliceOutcome.DETENTION)),
    Figure(key="fireworks.response_minutes", label="平均响应时间", unit="分钟", kind=Kind.NUMBER, decimals=1,
           definition="期内核实属实的炮情从接报到到场的平均分钟数；没有到场时间、相差超过一天的不计。",
           value=response_value, url=answered_url, rows=answered_rows, derive=response_derivation),
    count_figure("joint_actions", "联合整治行动", "次", "期内两个以上单位（含牵头单位）参加、未作废的行动。", Source(action_rows, action_url)),
    count_figure("joint_actions_in_window", "联合整治行动（按重点时段）", "次", f"两个以上单位参加、未作废的行动。{DEFINITION}",
                 Source(window_actions, window_actions_url), choices=WINDOW_CHOICES, value=partial(window_value, joint_actions_in)),
    count_figure("bulletins", "禁炮考评通报", "期", "所属月份在期内、已签发的通报，含更正通报。", Source(bulletin_rows, bulletin_url)),
)  # fmt: skip


# --- Tables -----------------------------------------------------------------------------------------------------------


def windows_table(period: Period) -> list[list[tuple[str, str]]]:
    """Each window of the period beside the same lunar window of the year before."""
    rows = []
    for festival in Festival:
        for window in windows_in(period, festival.value):
            before = window_of(festival.value, window.year - 1)
            cells = [(window.label, "")]
            for each in (window, before):
                span = Period.between(each.start, each.end)
                cells.append((f"{each.start:%m-%d}至{each.end:%m-%d}", ""))
                cells.append((str(confirmed_in(each)), incident_url("", span, None)))
            rows.append(cells)
    return rows


TABLES = (
    *quantities.TABLES,
    TableFigure(
        "fireworks.windows",
        "重点时段炮情（与上年同一农历时段相比）",
        ("时段", "本年起止", "炮情（起）", "上年起止", "上年炮情（起）"),
        windows_table,
        total=False,
    ),
)
CHARTS = ()

__all__ = ["CHARTS", "CLAIMS", "FIGURES", "TABLES"]
