"""Figures of duty. Without a parameter those of the period's days; with a window, of that window: lunar to lunar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from config.figures import ChartFigure, Claim, Derivation, Figure, Kind, OverMonths, TableFigure, Value, remembered
from config.periods import Period
from fireworks.coverage import Coverage, Span, coverage_of
from fireworks.enums import RosterState, WindowKind
from fireworks.models import Assignment, CheckIn, DutyPerson, Grid, Post, ShiftReport, Slot, StandIn, Window
from fireworks.watch import begun, silent
from staff.models import User

NO_ROSTER = "没有已发布的值班表，或者班次都还没有开始。"


def window_choices() -> list[tuple[str, str]]:
    """Windows with a published roster, the newest first."""

    def read() -> list[tuple[str, str]]:
        rows = published_windows()
        return [(str(window.pk), window.name) for window in rows]

    return remembered("fireworks.windows", read)


def within(period: Period, window: str | None, prefix: str = "") -> Q:
    """Days of the period, or all of the window."""
    if window is not None:
        return Q(**{f"{prefix}roster__window": int(window)})
    return Q(**{f"{prefix}day__gte": period.start, f"{prefix}day__lte": period.end})


def asked(period: Period, window: str | None, start: str = "day_from", end: str = "day_to", **more: Any) -> str:
    chosen = {"window": window} if window is not None else {start: period.start, end: period.end}
    return urlencode({**chosen, **more})


def address(name: str, period: Period, window: str | None, **more: Any) -> str:
    return f"{reverse(f'fireworks:{name}')}?{asked(period, window, **more)}"


# --- Rows -------------------------------------------------------------------------------------------------------------


def grid_rows(period: Period, parameter: str | None) -> QuerySet[Grid]:
    return Grid.objects.active_on(period.end)


def post_rows(period: Period, parameter: str | None) -> QuerySet[Post]:
    return Post.objects.active_on(period.end)


def slot_rows(period: Period, window: str | None) -> QuerySet[Slot]:
    return Slot.objects.published().filter(within(period, window))


def assignment_rows(period: Period, window: str | None) -> QuerySet[Assignment]:
    return Assignment.objects.published().filter(within(period, window, "slot__"))


def person_rows(period: Period, window: str | None) -> QuerySet[DutyPerson]:
    return DutyPerson.objects.filter(pk__in=assignment_rows(period, window).values("person"))


def report_rows(period: Period, window: str | None) -> QuerySet[ShiftReport]:
    return ShiftReport.objects.filter(slot__in=slot_rows(period, window))


def zero_rows(period: Period, window: str | None) -> QuerySet[ShiftReport]:
    return report_rows(period, window).filter(nothing_found=True)


def counted(rows: Callable[[Period, str | None], QuerySet[Any]]) -> Callable[[Period, str | None], Value]:
    return lambda period, parameter: Value(Decimal(rows(period, parameter).count()))


# --- Coverage ---------------------------------------------------------------------------------------------------------


def window_coverage(slots: QuerySet[Slot]) -> Coverage:
    """Of all the slots together."""
    spans = list(coverage_spans(slots).values())
    return coverage_of(
        [span for needed, _ in spans for span in needed], [span for _, present in spans for span in present]
    )


Spans = tuple[list[Span], list[Span]]  # needed, present


def coverage_spans(slots: QuerySet[Slot]) -> dict[int, Spans]:
    """By window, until now. Presence from what the leaders reported.

    Where the window asks for check-ins: from these, and from when somebody stood in.
    """
    slots, now = begun(slots), timezone.now()
    by_position = {window.pk for window in Window.objects.filter(checks_in=True) if window.positions_wanted}
    found: dict[int, Spans] = {}
    rows = slots.order_by().values_list("roster__window", "grid", "starts_at", "ends_at", "needed", "report__present")
    for window, grid, start, end, wanted, reported in rows:
        needed, present = found.setdefault(window, ([], []))
        until = min(end, now)
        needed.append(Span(grid, start, until, wanted))
        if window not in by_position and reported is not None:
            present.append(Span(grid, start, until, reported))
    names = ("roster__window", "grid", "starts_at", "ends_at")
    signed = (
        CheckIn.objects.standing()
        .filter(assignment__slot__in=slots, assignment__slot__roster__window__in=by_position)
        .values_list(*(f"assignment__slot__{name}" for name in names), "at")
    )
    stood_in = StandIn.objects.standing().filter(slot__in=slots, slot__roster__window__in=by_position)
    replaced = stood_in.values_list(*(f"slot__{name}" for name in names), "at")
    for window, grid, start, end, at in (*signed, *replaced):
        found[window][1].append(Span(grid, max(at, start), min(end, now), 1))
    return found


def read_coverages(windows: Sequence[Window]) -> None:
    """Read the coverage of several windows at once; within `one_reading` their figures then ask no more."""
    slots = Slot.objects.published().filter(roster__window__in=[window.pk for window in windows])
    spans = coverage_spans(slots)
    for window in windows:
        period = Period.between(window.start, window.end)
        remembered(coverage_key(str(window.pk), period), partial(coverage_of, *spans.get(window.pk, ([], []))))


def coverage_key(window: str | None, period: Period) -> tuple[str, str]:
    """A window's coverage is the same whatever the period asked for."""
    return ("fireworks.coverage.window", window) if window is not None else ("fireworks.coverage", period.key)


def coverage(period: Period, window: str | None) -> Value:
    found = remembered(coverage_key(window, period), lambda: window_coverage(slot_rows(period, window)))
    if found.share is None:
        return Value(reason=NO_ROSTER)
    return Value(found.share.quantize(Decimal("0.1"), ROUND_HALF_UP))


def coverage_derivation(period: Period, window: str | None) -> Derivation:
    found = window_coverage(slot_rows(period, window))
    slots = address("slot-list", period, window, published="true", begun="true")
    reports = address("report-list", period, window)
    return Derivation(
        "网格覆盖率＝达到最低人数的网格小时÷计划网格小时×100",
        (
            ("计划网格小时", hours(found.planned), slots),
            ("达到最低人数的网格小时", hours(found.covered), reports),
        ),
    )


def hours(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.1'), ROUND_HALF_UP)} 小时"


def coverage_note(period: Period) -> str:
    signed = Window.objects.filter(checks_in=True, start__lte=period.end, end__gte=period.start)
    by_position = any(window.positions_wanted for window in signed)
    return (
        "要求签到的时段按签到和补岗计，其他时段按带班人员报告的实到人数计。"
        if by_position
        else "在岗人数按带班人员报告的实到人数计，没有报告的班次按无人计。"
    )


def window_facts(window: Window, user: User) -> list[tuple[str, str, str, str]]:
    """(label, value, unit, address) of a window's page, of the ground the user sees."""
    slots = Slot.objects.visible_to(user).published().filter(roster__window=window)
    if not slots.exists():
        return []
    numbers = slots.aggregate(
        grids=Count("grid", distinct=True),
        slots=Count("pk", distinct=True),
        zero=Count("pk", filter=Q(report__nothing_found=True), distinct=True),
    )
    people = DutyPerson.objects.visible_to(user).filter(
        pk__in=Assignment.objects.filter(slot__in=slots).values("person")
    )
    share = window_coverage(slots).share
    period, key = Period.between(window.start, window.end), str(window.pk)
    shown = "—" if share is None else str(share.quantize(Decimal("0.1"), ROUND_HALF_UP))
    return [
        ("网格", str(numbers["grids"]), "个", address("slot-list", period, key, published="true")),
        ("岗班", str(numbers["slots"]), "个", address("slot-list", period, key, published="true")),
        ("值守人员", str(people.count()), "人", f"{reverse('fireworks:duty-person-list')}?window={key}"),
        ("零报告", str(numbers["zero"]), "份", address("report-list", period, key, nothing_found="true")),
        ("网格覆盖率", shown, "%", address("report-list", period, key)),
    ]


def gap_value(period: Period, window: str | None) -> Value:
    return Value(Decimal(len(silent(slot_rows(period, window)))))


def gap_derivation(period: Period, window: str | None) -> Derivation:
    """By window, each with the list of its gaps: of the whole window if one is asked for, else of the period's days."""
    slots = slot_rows(period, window)
    chosen = Window.objects.filter(pk__in=slots.values("roster__window"))
    more = {} if window is not None else {"day_from": period.start, "day_to": period.end}
    return Derivation(
        "已发布值班表里已经开始、有岗位没有报告的网格×班次",
        tuple(
            (
                each.name,
                str(len(silent(slots.filter(roster__window=each)))),
                f"{reverse('fireworks:gap-days')}?{urlencode({'window': each.pk, **more})}",
            )
            for each in chosen
        ),
    )


def published_windows() -> QuerySet[Window]:
    return Window.objects.filter(roster__state=RosterState.PUBLISHED)


def window_a_year_before(window: str) -> str:
    """The same festival's published window of the year before; "" for none. Special windows come once."""
    this = Window.objects.exclude(kind=WindowKind.SPECIAL).filter(pk=int(window)).first()
    found = this and published_windows().filter(kind=this.kind, year=this.year - 1).first()
    return str(found.pk) if found else ""


def windows_of(period: Period) -> list[Window]:
    """Published windows that touch the period."""
    return list(published_windows().filter(start__lte=period.end, end__gte=period.start))


def on_the_day(name: str) -> Callable[[Period, str | None], str]:
    def url(period: Period, parameter: str | None) -> str:
        return f"{reverse(f'fireworks:{name}')}?on={period.end.isoformat()}"

    return url


def slots_url(period: Period, window: str | None) -> str:
    return address("slot-list", period, window, published="true")


def assignments_url(period: Period, window: str | None) -> str:
    return address("assignment-list", period, window)


def people_url(period: Period, window: str | None) -> str:
    return f"{reverse('fireworks:duty-person-list')}?{asked(period, window, 'duty_from', 'duty_to')}"


def reports_url(period: Period, window: str | None) -> str:
    return address("report-list", period, window)


def zero_url(period: Period, window: str | None) -> str:
    return address("report-list", period, window, nothing_found="true")


def gaps_url(period: Period, window: str | None) -> str:
    if window is not None:
        return reverse("fireworks:gap-list", args=[int(window)])
    return address("gap-days", period, None)


def count_figure(
    key: str,
    label: str,
    unit: str,
    definition: str,
    rows: Any,
    *,
    url: Any,
    windows: bool = True,
    over_months: OverMonths = OverMonths.ADDED,
) -> list[Figure]:
    """The figure of the period, and with `_in_window` the same of one window."""
    whole = Figure(
        key=f"fireworks.{key}", label=label, unit=unit, definition=definition, kind=Kind.COUNT, value=counted(rows),
        rows=rows, url=url, over_months=over_months,
    )  # fmt: skip
    if not windows:
        return [whole]
    one = Figure(
        key=f"fireworks.{key}_in_window", label=f"{label}（按重点时段）", unit=unit,
        definition=f"{definition}只计该时段，不论是否在期间内。", kind=Kind.COUNT, value=counted(rows), rows=rows, url=url,
        choices=window_choices, over_months=OverMonths.NOTHING, earlier=window_a_year_before,
    )  # fmt: skip
    return [whole, one]


def number_figures(key: str, label: str, unit: str, definition: str, decimals: int, **functions: Any) -> list[Figure]:
    note = functions.pop("scope_note", None)
    return [
        Figure(
            key=f"fireworks.{key}{suffix}",
            label=f"{label}{words}",
            unit=unit,
            definition=definition,
            kind=Kind.NUMBER,
            decimals=decimals,
            choices=choices,
            scope_note=note,
            earlier=window_a_year_before if choices else None,
            **functions,
        )
        for suffix, words, choices in (("", "", None), ("_in_window", "（按重点时段）", window_choices))
    ]


FIGURES: tuple[Figure, ...] = (
    *count_figure("grids", "禁炮网格", "个", "期末在用的禁炮网格数。", grid_rows, url=on_the_day("grid-list"), windows=False,
                  over_months=OverMonths.LAST),
    *count_figure("posts", "禁炮岗位", "个", "期末在用的禁炮岗位（点位）数。", post_rows, url=on_the_day("post-list"), windows=False,
                  over_months=OverMonths.LAST),
    *count_figure("shifts", "值守岗班", "个", "已发布值班表里的岗位×班次数，过零点的班计在开始的那一天。", slot_rows, url=slots_url),
    *count_figure("duty_turns", "值守人次", "人次", "已发布值班表里安排的人次，一人一班为一人次。", assignment_rows, url=assignments_url),
    *count_figure("duty_people", "值守人员", "人", "已发布值班表里安排过的人数，一人只计一次，含社区、公安人员。", person_rows, url=people_url,
                  over_months=OverMonths.NOTHING),
    *count_figure("shift_reports", "值守报告", "份", "值守岗班的报告数，含有发现的和补报的。", report_rows, url=reports_url),
    *count_figure("zero_reports", "零报告", "份", "报告未发现燃放的值守报告数，含补报的。", zero_rows, url=zero_url),
    *number_figures(
        "coverage", "网格覆盖率", "%", "达到最低人数的网格小时÷计划网格小时，只计已经开始的班次，没有结束的计到此刻。", 1,
        value=coverage, url=reports_url, derive=coverage_derivation, scope_note=coverage_note,
    ),
    *number_figures(
        "report_gaps", "缺报告的网格班次", "个", "已发布值班表里已经开始、有岗位没有报告的网格×班次数。", 0,
        value=gap_value, url=gaps_url, derive=gap_derivation,
    ),
)  # fmt: skip
CLAIMS: tuple[Claim, ...] = ()
TABLES: tuple[TableFigure, ...] = ()
CHARTS: tuple[ChartFigure, ...] = ()
