"""领导看板: a period in eight panels, each a chart and the table of the same figures, against the same period last year.

All numbers are figures of the registry; which of them make a panel is decided here, how they are counted is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.safestring import SafeString

from config.charts import ChartData, Series, bar_chart, line_chart
from config.display import plain_number
from config.figures import Figure
from config.periods import Period, a_year_before
from fireworks.enums import WindowKind
from fireworks.figures import duty
from fireworks.models import Window
from inspections.figures.scores import standings_of
from inspections.tally import CUT, read_cut, same_last_year
from reports.history import Base, base_of, decided_then, printed_then
from reports.registry import registry
from reports.sentences import change
from staff.models import RankingGroup

RATES = ("inspections.rectification_rate", "inspections.on_time_rate", "inspections.rework_rate")
PEOPLE = ("staff.on_duty", "staff.required", "staff.staffing_ratio", "staff.staffing_gap")
DAYS = ("permits.average_whole", "permits.average_promised", "permits.average_legal")
IN_TIME = ("permits.promised_rate", "permits.legal_rate")


@dataclass(frozen=True)
class Line:
    """A figure of the period beside last year's; `why` says why a number or the comparison is missing."""

    label: str
    unit: str
    now: Decimal | None
    url: str
    before: Decimal | None
    before_url: str
    change: str
    why: str = ""
    decimals: int = 0

    @property
    def now_words(self) -> str:
        return worded(self.now, self.decimals)

    @property
    def before_words(self) -> str:
        return worded(self.before, self.decimals)


@dataclass(frozen=True)
class Panel:
    """One question of the manager: its chart, its lines, and what must be said about them."""

    key: str
    title: str
    head: str  # what the lines are: 月份, 单位, …
    lines: Sequence[Line]
    svg: SafeString | str = ""
    note: str = ""
    empty: str = "期内和去年同期都没有数据。"
    cells: Sequence[Sequence[tuple[str, str]]] = field(default=())  # a table of the registry instead of lines
    columns: Sequence[str] = field(default=())

    @property
    def reasons(self) -> list[str]:
        """Why something stands as —, each reason once."""
        return list(dict.fromkeys(line.why for line in self.lines if line.why))


def worded(number: Decimal | None, decimals: int) -> str:
    if number is None:
        return "—"
    return plain_number(number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def figure_of(key: str) -> Figure:
    return registry().figures[key]


def line_of(
    figure: Figure,
    period: Period,
    before: Period,
    parameter: str | None = None,
    *,
    then: str | None = None,
    label: str = "",
    base: Base | None = None,
) -> Line:
    """The figure now and last year; `then` is last year's parameter where it differs (a month, a window)."""
    then = parameter if then is None else then
    value = figure.value(period, parameter)
    base = base_of(figure, before, then) if base is None else base
    wording = change(value.number, base.number, rate=figure.is_rate(parameter), word="")
    return Line(
        label=label or figure.label,
        unit=figure.measured_in(parameter),
        now=value.number,
        url=figure.url(period, parameter),
        before=base.number,
        before_url=figure.url(before, then),
        change=in_points(value.number, base.number) if figure.unit == "分" else wording.text,
        why=value.reason if value.number is None else base.note or wording.reason,
        decimals=figure.decimals,
    )


def in_points(now: Decimal | None, before: Decimal | None) -> str:
    """A score moves by points, not by per cent."""
    if now is None or before is None:
        return "—"
    points = worded(abs(now - before), 2)
    return "持平" if points == "0" else f"{'上升' if now > before else '下降'}{points}分"


def drawn(
    title: str,
    lines: Sequence[Line],
    period: Period,
    draw: Callable[[ChartData], SafeString] = bar_chart,
    *,
    now: str = "",
) -> SafeString:
    """The lines as grouped bars, this period first."""
    units = {line.unit for line in lines}
    data = ChartData(
        title=title,
        categories=tuple(line.label for line in lines),
        series=(
            Series(now or period.label, tuple(as_drawn(line.now, line.decimals) for line in lines)),
            Series("去年同期", tuple(as_drawn(line.before, line.decimals) for line in lines)),
        ),
        unit=units.pop() if len(units) == 1 else "",
    )
    return draw(data)


def as_drawn(number: Decimal | None, decimals: int) -> Decimal | None:
    return None if number is None else number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


# --- The panels -------------------------------------------------------------------------------------------------------


def panels(period: Period) -> list[Panel]:
    """In the order in which a manager asks. Panels without anything to compare stay, and say why."""
    before = same_last_year(period)
    read_cut(CUT["month"], period, before)
    return [
        months(period, before),
        rates(period, before),
        *rankings(period, before),
        people(period, before),
        permits(period, before),
        signs(period, before),
        coverage(period, before),
        tallies(period),
    ]


def months(period: Period, before: Period) -> Panel:
    """Findings of each month that has begun; of a running month, last year's up to the same day."""
    parts, whole = figure_of("inspections.findings_by_month"), figure_of("inspections.findings")
    lines = []
    for month in period.months():
        if month > f"{timezone.localdate():%Y-%m}":
            continue
        then = a_year_before(month)
        base = month_then(parts, whole, before, then)
        lines.append(line_of(parts, period, before, month, then=then, label=f"{int(month[5:])}月", base=base))
    title = "各月查找案件"
    total = line_of(whole, period, before, label="合计")
    return Panel("findings", title, "月份", [*lines, total], drawn(title, lines, period) if lines else "")


def month_then(parts: Figure, whole: Figure, before: Period, month: str) -> Base:
    """A month of last year as it was printed: decided in that period's or that month's papers, else counted, else 历史数据.

    What was printed of the whole month says nothing of a part of it.
    """
    alone = Period.parse(month)
    entire = before.contains(alone.start) and before.contains(alone.end)
    decided = decided_then(parts, before, month) or (decided_then(whole, alone, None) if entire else None)
    if decided is not None:
        return decided
    counted = parts.value(before, month).number
    return (printed_then(whole, alone, None) if entire and not counted else None) or Base(counted)


def rates(period: Period, before: Period) -> Panel:
    title = "整改率和按期率"
    lines = [line_of(figure_of(key), period, before) for key in RATES]
    note = "；".join(f"{figure_of(key).label}＝{figure_of(key).definition.rstrip('。')}" for key in RATES) + "。"
    return Panel("rates", title, "指标", lines, drawn(title, lines, period), note)


def rankings(period: Period, before: Period) -> list[Panel]:
    """One panel a ranking group, best first. A unit without a score stands last, with the reason."""
    score = figure_of("inspections.score")
    found = []
    for group in (RankingGroup.STREET, RankingGroup.SQUAD):
        standings = [each for each in standings_of(period) if each.group == group]
        lines = [
            line_of(score, period, before, str(each.entrant.unit.pk),
                    label=f"{each.rank}. {each.entrant.unit.label}" if each.rank else each.entrant.unit.label)
            for each in sorted(standings, key=lambda each: each.rank or len(standings) + 1)
        ]  # fmt: skip
        title = f"综合得分和名次（{RankingGroup(group).label}）"
        svg = drawn(title, lines, period) if lines else ""
        found.append(Panel(f"ranking-{group}", title, "单位", lines, svg, empty="这一组没有被考评单位。"))
    return found


def people(period: Period, before: Period) -> Panel:
    """On duty against the standard: the last day's numbers, and the line of two years."""
    lines = [line_of(figure_of(key), period, before) for key in PEOPLE]
    data = registry().charts["staff.on_duty"].data(period)
    note = f"{figure_of('staff.on_duty').defined(period)}图为近两年各月末。"
    return Panel("people", "在岗人数与配备标准", "人数", lines, line_chart(data), note)


def permits(period: Period, before: Period) -> Panel:
    title = "许可平均用时与法定、承诺期限"
    days = [line_of(figure_of(key), period, before) for key in DAYS]
    lines = [*days, *(line_of(figure_of(key), period, before) for key in IN_TIME)]
    return Panel("permits", title, "指标", lines, drawn(title, days, period), figure_of(DAYS[0]).definition)


def signs(period: Period, before: Period) -> Panel:
    """Boards taken down by mode, then all of them and their area: unlike units are not added."""
    figure = figure_of("billboards.removed_by_mode")
    choices = figure.choices() if figure.choices else ()
    modes = [line_of(figure, period, before, mode, label=label) for mode, label in choices]
    sums = [line_of(figure_of(key), period, before) for key in ("billboards.removed", "billboards.removed_area")]
    title = "拆除户外广告（按方式）"
    return Panel("signs", title, "方式", [*modes, *sums], drawn(title, modes, period))


def coverage(period: Period, before: Period) -> Panel:
    """网格覆盖率 of each window that touches the period, beside the same window of the year before: lunar to lunar."""
    figure = figure_of("fireworks.coverage_in_window")
    windows = sorted(duty.windows_of(period), key=lambda each: each.start)
    earlier = windows_a_year_before(windows)
    duty.read_coverages([*windows, *earlier.values()])
    lines = []
    for window in windows:
        last = earlier.get((window.kind, window.year - 1))
        base = Base(figure.value(before, str(last.pk)).number) if last else Base(None, never_before(window))
        then = str(last.pk) if last else None
        line = line_of(figure, period, before, str(window.pk), then=then, label=window.name, base=base)
        lines.append(line if last else replace(line, before_url=""))
    title = "重点时段网格覆盖率"
    empty = "期内没有已发布值班表的重点时段。"
    svg = drawn(title, lines, period, now="本次") if lines else ""
    return Panel("coverage", title, "重点时段", lines, svg, figure.defined(period), empty)


def never_before(window: Window) -> str:
    if window.kind == WindowKind.SPECIAL:
        return f"“{window.name}”是专项时段，没有往年同期。"
    return f"去年没有“{window.get_kind_display()}”的值班表。"


def windows_a_year_before(windows: Sequence[Window]) -> dict[tuple[str, int], Window]:
    """By kind and year; special windows come once and are compared with nothing."""
    wanted = {(each.kind, each.year - 1) for each in windows if each.kind != WindowKind.SPECIAL}
    rows = duty.published_windows().filter(year__in={year for _, year in wanted})
    return {(each.kind, each.year): each for each in rows if (each.kind, each.year) in wanted}


def tallies(period: Period) -> Panel:
    """Each measure with its own unit; nothing is added or drawn together."""
    table = registry().tables["reports.tallies"]
    return Panel(
        "tallies", table.label, "重点工作", (), "", "各指标计量单位不同，不相加，也不画在一张图里。",
        "期内和去年同期都没有登记台账。", table.rows(period), table.head,
    )  # fmt: skip
