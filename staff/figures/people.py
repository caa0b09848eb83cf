"""The office's figures about people: the only numbers of staff that the summary may print.

Head counts are of the period's last day, movements of its days; each opens the list with the same scope.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from config.charts import ChartData, Series
from config.figure_sources import list_url
from config.figures import ChartFigure, Claim, Derivation, Figure, Kind, OverMonths, TableFigure, Value, remembered
from config.periods import Period, a_year_before
from staff.enums import Employment, Standing
from staff.headcount import (
    HEAD,
    Scope,
    balance_of,
    began,
    count,
    duty_note,
    entering,
    leavers,
    leaving,
    movements_url,
    people_url,
    personnel_table,
    places_on,
    scopes,
)
from staff.models import Movement, Quota, StaffingStandard, Unit

CHART_MONTHS = 24
SINCE_YEARS = 3


def scope_of(name: str, cut: str, period: Period, parameter: str | None) -> Scope:
    """The scope of a figure on the period's last day, narrowed to the parameter."""
    scope = scopes(period.end)[name]
    if parameter is None:
        return scope
    if cut == "unit":
        return scope.of_unit(int(parameter))
    return Scope(scope.name, scope.label, scope.standings, (parameter,), scope.without)


NOBODY = "还没有登记人员，无法计数。"


def head_count(name: str, cut: str, period: Period, parameter: str | None) -> Value:
    if not places_on(period.end):
        return Value(reason=NOBODY)  # an empty register is no bureau without people
    return Value(Decimal(count(scope_of(name, cut, period, parameter), period.end)))


def head_rows(name: str, cut: str, period: Period, parameter: str | None) -> QuerySet[Movement]:
    return Movement.objects.standing_on(period.end).filter(scope_of(name, cut, period, parameter).q())


def head_url(name: str, cut: str, period: Period, parameter: str | None) -> str:
    return people_url(period.end, scope=name, **({cut: parameter} if parameter is not None else {}))


def unit_choices() -> list[tuple[str, str]]:
    """Units that ever had people."""

    def read() -> list[tuple[str, str]]:
        with_people = Movement.objects.exclude(unit_after=None).values("unit_after")
        return [(str(unit.pk), unit.label) for unit in Unit.objects.filter(pk__in=with_people)]

    return remembered("staff.units", read)


def employment_choices() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Employment.choices]


CUTS: dict[str, tuple[str, Callable[[], Sequence[tuple[str, str]]]]] = {
    "employment": ("用工性质", employment_choices),
    "unit": ("单位", unit_choices),
}


def head_figures(key: str, label: str, definition: str, name: str, *, cuts: Sequence[str] = ()) -> list[Figure]:
    """A head count on the period's last day, and the same by employment and by unit."""
    noted = (lambda period: duty_note(period.end)) if name == "duty" else None

    def figure(cut: str) -> Figure:
        words, choices = CUTS[cut] if cut else ("", None)
        return Figure(
            key=f"staff.{key}_by_{cut}" if cut else f"staff.{key}",
            label=f"{label}（按{words}）" if cut else label,
            unit="人",
            definition=definition,
            kind=Kind.COUNT,
            value=partial(head_count, name, cut),
            rows=partial(head_rows, name, cut),
            url=partial(head_url, name, cut),
            choices=choices,
            part_of=f"staff.{key}" if cut else "",
            scope_note=noted,
            over_months=OverMonths.LAST,
        )

    return [figure(cut) for cut in ("", *cuts)]


# --- Movements --------------------------------------------------------------------------------------------------------


def since(period: Period, parameter: str | None) -> Period:
    """From a month named by the parameter (2024-07) to the period's last day."""
    if parameter is None:
        return period
    start = Period.parse(parameter).start
    return Period.between(min(start, period.end), period.end)


def too_early(period: Period, parameter: str | None) -> str:
    """Why nothing is counted: before the ledger begins it knows of nobody who left."""
    first = began()
    if first is None or not places_on(period.end):
        return NOBODY
    if since(period, parameter).start < first.replace(day=1):
        return f"台账自{first.year}年{first.month}月开始，不能从更早的月份起算。"
    return ""


def left(period: Period, parameter: str | None) -> Value:
    if why := too_early(period, parameter):
        return Value(reason=why)
    span = since(period, parameter)
    return Value(Decimal(len(leavers(span.start, span.end))))


def left_rows(period: Period, parameter: str | None) -> QuerySet[Movement]:
    span = since(period, parameter)
    return Movement.objects.filter(pk__in=leavers(span.start, span.end))


def left_url(period: Period, parameter: str | None) -> str:
    return movements_url(since(period, parameter), left="true")


def since_choices() -> list[tuple[str, str]]:
    """Every month since the ledger began, at least the last three years (of which the ledger may know nothing: it says so)."""
    today = timezone.localdate()
    first = min(began() or today, date(today.year - SINCE_YEARS, 1, 1))
    months = Period.between(min(first, today), today).months()
    return [(month, Period.parse(month).label) for month in reversed(months)]


def since_month(period: Period, parameter: str | None) -> Value:
    if parameter is None:
        return Value(reason="须写明起算月份。")
    why = too_early(period, parameter)
    return Value(reason=why) if why else Value(text=Period.parse(parameter).label)


def moved(name: str, into: bool, period: Period, parameter: str | None) -> Value:
    moves = balance_of(scopes(period.end)[name], period)
    return Value(Decimal((moves.ins if into else moves.outs).total()))


def moved_rows(name: str, into: bool, period: Period, parameter: str | None) -> QuerySet[Movement]:
    scope = scopes(period.end)[name]
    return Movement.objects.counted().between(period.start, period.end).filter((entering if into else leaving)(scope))


def moved_url(name: str, into: bool, period: Period, parameter: str | None) -> str:
    return movements_url(period, **{"enters" if into else "leaves": name})


def moved_figure(key: str, label: str, definition: str, name: str, *, into: bool) -> Figure:
    return Figure(
        key=f"staff.{key}",
        label=label,
        unit="人",
        definition=definition,
        kind=Kind.COUNT,
        value=partial(moved, name, into),
        rows=partial(moved_rows, name, into),
        url=partial(moved_url, name, into),
        scope_note=(lambda period: duty_note(period.end)) if name == "duty" else None,
    )


# --- Establishment and standard ---------------------------------------------------------------------------------------


def quota_rows(period: Period, parameter: str | None) -> QuerySet[Quota]:
    return Quota.objects.in_force_on(period.end).filter(employment__in=Employment.ESTABLISHED)


def quota_url(period: Period, parameter: str | None) -> str:
    return list_url("staff:quota-list", on=period.end.isoformat(), employment=list(Employment.ESTABLISHED))


def quota(period: Period, parameter: str | None) -> Value:
    rows = quota_rows(period, parameter)
    total = rows.aggregate(n=Sum("count"))["n"]
    return Value(reason="没有登记编制数。") if total is None else Value(Decimal(total))


def vacancies(period: Period, parameter: str | None) -> Value:
    posts = quota(period, None).number
    if posts is None:
        return Value(reason="没有登记编制数。")
    return Value(posts - count(scopes(period.end)["established"], period.end))


def vacancies_derived(period: Period, parameter: str | None) -> Derivation:
    return Derivation(
        "缺编＝编制数－在编实有",
        (
            ("编制数", shown(quota(period, None)), quota_url(period, None)),
            ("在编实有", shown(head_count("established", "", period, None)), head_url("established", "", period, None)),
        ),
    )


def standard_on(day: date) -> StaffingStandard | None:
    """The staffing standard in force on a day."""
    known = remembered("staff.standards", lambda: list(StaffingStandard.objects.order_by("-valid_from")))
    return next(
        (each for each in known if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)), None
    )


NO_STANDARD = "没有登记期末有效的配备标准。"


def required(period: Period, parameter: str | None) -> Value:
    standard = standard_on(period.end)
    return Value(Decimal(standard.required)) if standard else Value(reason=NO_STANDARD)


def required_derived(period: Period, parameter: str | None) -> Derivation:
    standard = standard_on(period.end)
    basis = standard.basis_text if standard else NO_STANDARD
    return Derivation(
        "应配备＝人口数÷10000×每万人配备人数，不足一人按一人计",
        ((basis, shown(required(period, None)), staffing_url()),),
    )


def staffing_url(period: Period | None = None, parameter: str | None = None) -> str:
    return reverse("staff:staffing")


def staffing_ratio(period: Period, parameter: str | None) -> Value:
    standard = standard_on(period.end)
    if standard is None or not places_on(period.end):
        return Value(reason=NOBODY if standard else NO_STANDARD)
    there = Decimal(count(scopes(period.end)["duty"], period.end))
    return Value(there * 100 / standard.required, numerator=there, denominator=Decimal(standard.required))


def staffing_gap(period: Period, parameter: str | None) -> Value:
    standard = standard_on(period.end)
    if standard is None or not places_on(period.end):
        return Value(reason=NOBODY if standard else NO_STANDARD)
    return Value(Decimal(max(0, standard.required - count(scopes(period.end)["duty"], period.end))))


def ratio_derived(formula: str, period: Period, parameter: str | None) -> Derivation:
    return Derivation(
        formula,
        (
            ("在岗", shown(head_count("duty", "", period, None)), head_url("duty", "", period, None)),
            *required_derived(period, None).inputs,
        ),
    )


def auxiliary_ratio(period: Period, parameter: str | None) -> Value:
    known = scopes(period.end)
    under = Decimal(count(known["auxiliary"], period.end))
    over = Decimal(count(known["established"], period.end))
    return Value(under / over * 100, numerator=under, denominator=over) if over else Value(reason="没有在编人员。")


def shown(value: Value) -> str:
    return value.reason if value.number is None else f"{value.number.normalize():f}"


ROLL = "期末在册人员：在岗、借出、长病假、停职、脱产的都算，借入的不算；退休人员不算。"
FIGURES: tuple[Figure, ...] = (
    *head_figures("on_roll", "实有人数", ROLL, "roll", cuts=("employment", "unit")),
    *head_figures("established", "在编实有人数", "期末在册的行政编制和参公/事业编制人员。", "established"),
    *head_figures("auxiliaries", "协管、派遣和公益性岗位人数", "期末在册的协管、派遣和公益性岗位人员。", "auxiliary"),
    *head_figures("on_duty", "在岗人数", "期末在岗和借入的人员。", "duty", cuts=("employment", "unit")),
    *head_figures("lent_out", "借出人数", "期末借出的在册人员。", Standing.LENT_OUT.value),
    *head_figures("borrowed", "借入人数", "期末从外单位借入的人员，不计入实有。", Standing.BORROWED.value),
    *head_figures("long_leave", "长病假人数", "期末休长病假的在册人员。", Standing.LONG_LEAVE.value),
    Figure(
        key="staff.leavers",
        label="辞职或调离人数",
        unit="人",
        definition="期内辞职、调出的人员，每人只计一次；退休、解聘等不计。",
        kind=Kind.COUNT,
        value=left,
        rows=left_rows,
        url=left_url,
    ),
    Figure(
        key="staff.leavers_since",
        label="自某月以来辞职或调离人数",
        unit="人",
        definition="从所写月份起到期末，辞职、调出的人员，每人只计一次；退休、解聘等不计。",
        kind=Kind.COUNT,
        value=left,
        rows=left_rows,
        url=left_url,
        choices=since_choices,
        over_months=OverMonths.LAST,
        earlier=a_year_before,
    ),
    Figure(
        key="staff.since",
        label="起算月份",
        unit="",
        definition="与“自某月以来辞职或调离人数”同一参数，印成“2024年7月”。",
        kind=Kind.TEXT,
        value=since_month,
        url=left_url,
        choices=since_choices,
    ),
    moved_figure("joined", "新增人数", "期内使实有人数增加的变动；建账的不算。", "roll", into=True),
    moved_figure("departed", "减少人数", "期内使实有人数减少的变动。", "roll", into=False),
    moved_figure("duty_joined", "在岗增加人数", "期内使在岗人数增加的变动。", "duty", into=True),
    moved_figure("duty_departed", "在岗减少人数", "期内使在岗人数减少的变动。", "duty", into=False),
    Figure(
        key="staff.quota",
        label="编制数",
        unit="名",
        definition="期末有效的行政编制和参公/事业编制数之和。",
        kind=Kind.SUM,
        value=quota,
        rows=quota_rows,
        url=quota_url,
        over_months=OverMonths.LAST,
    ),
    Figure(
        key="staff.vacancies",
        label="缺编数",
        unit="名",
        definition="编制数减在编实有人数。",
        kind=Kind.NUMBER,
        value=vacancies,
        url=quota_url,
        derive=vacancies_derived,
    ),
    Figure(
        key="staff.required",
        label="按标准应配备人数",
        unit="人",
        definition="期末有效的配备标准乘人口数，不足一人按一人计。",
        kind=Kind.NUMBER,
        value=required,
        url=staffing_url,
        derive=required_derived,
    ),
    Figure(
        key="staff.staffing_ratio",
        label="在岗人数占配备标准的比例",
        unit="%",
        definition="期末在岗人数÷按标准应配备人数。",
        kind=Kind.NUMBER,
        value=staffing_ratio,
        url=staffing_url,
        derive=partial(ratio_derived, "比例＝在岗人数÷应配备人数"),
        decimals=1,
        style="百分比",
        scope_note=lambda period: duty_note(period.end),
    ),
    Figure(
        key="staff.staffing_gap",
        label="比配备标准少的人数",
        unit="人",
        definition="按标准应配备人数减期末在岗人数；不少于标准时为 0。",
        kind=Kind.NUMBER,
        value=staffing_gap,
        url=staffing_url,
        derive=partial(ratio_derived, "差额＝应配备人数－在岗人数"),
        scope_note=lambda period: duty_note(period.end),
    ),
    Figure(
        key="staff.auxiliary_ratio",
        label="协管、派遣与在编人员之比",
        unit="%",
        definition="期末协管、派遣和公益性岗位人数÷在编实有人数；协管人员数量不得超过在编人员。",
        kind=Kind.RATE,
        value=auxiliary_ratio,
        url=partial(head_url, "auxiliary", ""),
        numerator="staff.auxiliaries",
        denominator="staff.established",
        decimals=1,
        style="百分比",
    ),
)


# --- Claims, tables, chart --------------------------------------------------------------------------------------------


def below_half(period: Period) -> tuple[bool, str]:
    """不足配备标准的一半: only where the ratio is below 0.5."""
    value = staffing_ratio(period, None)
    if value.number is None:
        return False, value.reason
    if value.number < 50:
        return True, ""
    percent = value.number.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return False, f"期末在岗人数为应配备人数的 {percent}%，不低于一半。"


def auxiliaries_within(period: Period) -> tuple[bool, str]:
    known = scopes(period.end)
    helpers, established = count(known["auxiliary"], period.end), count(known["established"], period.end)
    if not established:
        return False, "期末没有在编人员登记。"
    return (
        helpers <= established,
        "" if helpers <= established else f"协管、派遣等 {helpers} 人，多于在编 {established} 人。",
    )


CLAIMS = (
    Claim("staff.below_half", "在岗人数不足标准一半", "在岗人数不足配备标准的一半。", below_half),
    Claim("staff.auxiliaries_within", "协管人数未超过在编人数", "协管人员数量未超过在编人员。", auxiliaries_within),
)
UNIT_COLUMNS = ("期初实有", "增", "内部调入", "减", "内部调出", "期末实有", "在岗", "借出", "借入", "持证", "缺编")


def by_unit(period: Period) -> list[list[tuple[str, str]]]:
    """The main columns of the personnel table, each with its address."""
    table = personnel_table(period)
    places = [HEAD.index(name) - 1 for name in UNIT_COLUMNS]
    return [
        [(row.label, ""), *((str(row.cells[place].number), row.cells[place].url) for place in places)]
        for row in table.rows
    ]


def by_kind(period: Period) -> list[list[tuple[str, str]]]:
    return [
        [(row.label, ""), *((str(cell.number), cell.url) for cell in row.cells)]
        for row in personnel_table(period).changes
    ]


TABLES = (
    TableFigure("staff.by_unit", "各单位人员情况", ("单位", *(f"{name}（人）" for name in UNIT_COLUMNS)), by_unit),
    TableFigure(
        "staff.changes",
        "人员变动情况",
        ("变动类型", "实有增（人）", "实有减（人）", "在岗增（人）", "在岗减（人）"),
        by_kind,
    ),
)


def on_duty_chart(until: date) -> ChartData:
    """在岗 against 应配备 at the end of each month (of the last one: on the day), for two years."""
    months = Period.between(until.replace(year=until.year - 2, day=1), until).months()[-CHART_MONTHS:]
    days = [min(Period.parse(month).end, until) for month in months]
    standards = [standard_on(day) for day in days]
    return ChartData(
        title="在岗人数与配备标准",
        categories=tuple(f"{month[2:4]}年{int(month[5:])}月" for month in months),
        series=(
            Series("在岗", tuple(Decimal(count(scopes(day)["duty"], day)) for day in days)),
            Series("应配备", tuple(Decimal(standard.required) if standard else None for standard in standards)),
        ),
        unit="人",
    )


def chart_of_period(period: Period) -> ChartData:
    return on_duty_chart(min(period.end, max(timezone.localdate(), period.start)))


CHARTS = (ChartFigure("staff.on_duty", "在岗人数与配备标准（逐月）", chart_of_period),)
