"""Figures of cases: how many were received … restored, how long they took against law and promise, flaws of procedure."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.urls import reverse

from config.charts import ChartData, Series
from config.figure_sources import list_url
from config.figures import ChartFigure, Claim, Derivation, Figure, Kind, OverMonths, TableFigure, Value, remembered
from config.periods import Period
from permits.kinds import ItemKind
from permits.models import Application, ProcedureFlaw
from permits.tally import EVENTS, Spent, average, cases_of, numbers_of, spent_on
from staff import workdays
from staff.workdays import CalendarYearMissing

NO_CASES = "期内没有作出决定的申请。"
TENTH = Decimal("0.1")
COUNTED = ("received", "accepted", "supplemented", "surveyed", "decided", "granted", "refused", "closed", "in_legal_time",
           "in_promised_time", "restored", "overdue_restoration")  # fmt: skip
AT_THE_END = ("overdue_restoration",)  # counted on the last day of the period
BY_ITEM = ("received", "accepted", "granted", "refused", "closed", "restored")
COLUMNS = ("received", "accepted", "surveyed", "granted", "refused", "closed", "in_legal_time", "in_promised_time", "restored")  # fmt: skip


def rows_of(event: str, period: Period, parameter: str | None) -> QuerySet[Application]:
    return cases_of(event, period.start, period.end, parameter)


def number_of(event: str, period: Period, parameter: str | None) -> int:
    """As many as `rows_of` has rows; all numbers of a period come from one query, asked once a reading."""
    numbers = remembered(("permits.numbers", period), lambda: numbers_of(period.start, period.end))[event]
    return numbers[parameter] if parameter else numbers.total()


def counted(event: str, period: Period, parameter: str | None) -> Value:
    return Value(Decimal(number_of(event, period, parameter)))


def address(event: str, period: Period, parameter: str | None) -> str:
    query = {"event": event, "since": period.start, "until": period.end, **({"kind": parameter} if parameter else {})}
    return list_url("permits:case-book", **query)


def item_choices() -> list[tuple[str, str]]:
    """The three kinds of permit, by which a text can ask for one whatever the item is called."""
    return [(value, str(label)) for value, label in ItemKind.choices]


def count_figure(event: str) -> Figure:
    told = EVENTS[event]
    return Figure(
        key=f"permits.{event}",
        label=told.label,
        unit="件",
        definition=told.definition,
        kind=Kind.COUNT,
        value=partial(counted, event),
        rows=partial(rows_of, event),
        url=partial(address, event),
        over_months=OverMonths.LAST if event in AT_THE_END else OverMonths.ADDED,
    )


def item_figure(event: str) -> Figure:
    told = EVENTS[event]
    return Figure(
        key=f"permits.{event}_by_item",
        label=f"{told.label}（按事项）",
        unit="件",
        definition=told.definition,
        kind=Kind.COUNT,
        value=partial(counted, event),
        rows=partial(rows_of, event),
        url=partial(address, event),
        choices=item_choices,
        part_of=f"permits.{event}",
    )


# --- Rates ------------------------------------------------------------------------------------------------------------


def rate(above: str, below: str, period: Period, parameter: str | None) -> Value:
    top, base = (number_of(event, period, parameter) for event in (above, below))
    if not base:
        return Value(reason=NO_CASES, numerator=Decimal(top), denominator=Decimal(0))
    return Value(Decimal(top) / base * 100, numerator=Decimal(top), denominator=Decimal(base))


def rate_figure(key: str, label: str, definition: str, above: str, below: str) -> Figure:
    return Figure(
        key=f"permits.{key}",
        label=label,
        unit="%",
        definition=definition,
        kind=Kind.RATE,
        value=partial(rate, above, below),
        url=partial(address, above),
        numerator=f"permits.{above}",
        denominator=f"permits.{below}",
        decimals=1,
    )


# --- How long it took -------------------------------------------------------------------------------------------------


def spent_in(period: Period) -> list[Spent]:
    """Every case decided in the period that was accepted before. CalendarYearMissing if a year is not loaded."""

    def read() -> list[Spent]:
        return spent_on(rows_of("decided", period, None).exclude(accepted_on=None), workdays.load())

    return remembered(("permits.spent", period.key), read)


def measured(of: Callable[[list[Spent]], Decimal | None], step: Decimal) -> Callable[[Period, str | None], Value]:
    """The value of a measure of all decided cases; no data without cases, or while a calendar year is missing."""

    def value(period: Period, parameter: str | None) -> Value:
        try:
            number = of(spent_in(period))
        except CalendarYearMissing as error:
            return Value(reason=str(error))
        return Value(reason=NO_CASES) if number is None else Value(number.quantize(step, ROUND_HALF_UP))

    return value


def mean(name: str) -> Callable[[list[Spent]], Decimal | None]:
    return lambda spent: average([getattr(each, name) for each in spent])


def compression(name: str) -> Callable[[list[Spent]], Decimal | None]:
    """How much shorter than the law allows, in per cent of the legal days of the same cases."""

    def share(spent: list[Spent]) -> Decimal | None:
        legal = sum(each.legal for each in spent)
        return Decimal(legal - sum(getattr(each, name) for each in spent)) / legal * 100 if legal else None

    return share


def derivation(formula: str, name: str) -> Callable[[Period, str | None], Derivation]:
    def derive(period: Period, parameter: str | None) -> Derivation:
        spent = spent_in(period)
        listed = address("decided", period, None)
        inputs = [
            ("作出决定的申请", f"{len(spent)} 件", listed),
            ("法定期限合计", f"{sum(each.legal for each in spent)} 个工作日", listed),
            ("承诺期限合计", f"{sum(each.promised for each in spent)} 个工作日", listed),
            ("所用工作日合计", f"{sum(getattr(each, name) for each in spent)} 个工作日", listed),
        ]
        return Derivation(formula, inputs)

    return derive


def days_figure(key: str, label: str, definition: str, name: str) -> Figure:
    return Figure(
        key=f"permits.{key}",
        label=label,
        unit="个工作日",
        definition=definition,
        kind=Kind.NUMBER,
        value=measured(mean(name), TENTH),
        url=partial(address, "decided"),
        derive=derivation("工作日合计÷件数", name),
        decimals=1,
    )


def compression_figure(key: str, label: str, definition: str, name: str) -> Figure:
    return Figure(
        key=f"permits.{key}",
        label=label,
        unit="%",
        definition=definition,
        kind=Kind.NUMBER,
        value=measured(compression(name), TENTH),
        url=partial(address, "decided"),
        derive=derivation("（法定期限合计－工作日合计）÷法定期限合计×100", name),
        decimals=1,
    )


# --- Flaws ------------------------------------------------------------------------------------------------------------


def flaw_rows(period: Period, parameter: str | None) -> QuerySet[ProcedureFlaw]:
    return ProcedureFlaw.objects.filter(happened_on__range=(period.start, period.end))


def flaw_address(period: Period, parameter: str | None) -> str:
    return f"{reverse('permits:flaw-book')}?{urlencode({'since': period.start, 'until': period.end})}"


def flaw_value(period: Period, parameter: str | None) -> Value:
    return Value(Decimal(flaw_rows(period, parameter).count()))


# --- Tables, charts, claims -------------------------------------------------------------------------------------------


def table_rows(period: Period) -> list[list[tuple[str, str]]]:
    made = []
    for kind, name in item_choices():
        cells = [(str(number_of(event, period, kind)), address(event, period, kind)) for event in COLUMNS]
        if any(int(text) for text, _ in cells):
            made.append([(name, address("received", period, kind)), *cells])
    return made


def chart(period: Period) -> ChartData:
    rows = rows_of("received", period, None).annotate(month=TruncMonth("received_on"))
    found = dict(rows.values("month").annotate(n=Count("pk")).values_list("month", "n"))
    by_month = {f"{month:%Y-%m}": number for month, number in found.items()}
    months = period.months()
    values = tuple(Decimal(by_month.get(month, 0)) for month in months)
    return ChartData("各月收件", tuple(f"{int(month[5:])}月" for month in months), (Series("收件", values),), "件")


def all_in_time(period: Period) -> tuple[bool, str]:
    top, base = (number_of(event, period, None) for event in ("in_legal_time", "decided"))
    if not base:
        return False, NO_CASES
    return top == base, f"{base - top}件超过法定期限或者没有算出期限。"


def none_overdue(period: Period) -> tuple[bool, str]:
    late = number_of("overdue_restoration", period, None)
    return late == 0 and number_of("restored", period, None) > 0, f"{late}件逾期未修复，或者期内没有修复。"


SPENT_DEFINITION = "期内作出决定的申请，自受理次日起至决定日的工作日（扣除听证、检测鉴定、专家评审所占时间）的平均数。"
WHOLE_DEFINITION = (
    "期内作出决定的申请，自受理次日起至发证日（不予许可或者未发证的至决定日）的工作日的平均数，扣除特别程序所占时间。"
)

FIGURES: tuple[Figure, ...] = (
    *map(count_figure, COUNTED),
    count_figure("with_legal_due"),
    count_figure("with_promised_due"),
    *map(item_figure, BY_ITEM),
    rate_figure("legal_rate", "法定期限内决定率", "法定期限内作出决定的件数÷作出决定、法定期限已算出的件数×100。", "in_legal_time", "with_legal_due"),
    rate_figure("promised_rate", "承诺期限内办结率", "承诺期限内办结的件数÷发证或者不予许可、承诺期限已算出的件数×100。", "in_promised_time", "with_promised_due"),
    days_figure("average_days", "平均决定用时", SPENT_DEFINITION, "to_decision"),
    days_figure("average_whole", "平均办结用时", WHOLE_DEFINITION, "whole"),
    days_figure("average_legal", "平均法定期限", "期内作出决定的申请，所属事项法定期限的平均数。", "legal"),
    days_figure("average_promised", "平均承诺期限", "期内作出决定的申请，所属事项承诺期限的平均数。", "promised"),
    compression_figure("compression_promised", "承诺压缩率", "期内作出决定的申请，承诺期限比法定期限缩短的比例。", "promised"),
    compression_figure("compression_real", "实际压缩率", "期内作出决定的申请，实际办结用时比法定期限缩短的比例。", "whole"),
    Figure("permits.flaws", "程序瑕疵", "项", "期内发生、如实登记的程序瑕疵，按发生日期计。", Kind.COUNT, flaw_value, flaw_address, rows=flaw_rows),
)  # fmt: skip
CLAIMS: tuple[Claim, ...] = (
    Claim("permits.all_in_time", "全部在法定期限内决定", "全部在法定期限内作出决定。", all_in_time),
    Claim("permits.none_overdue", "没有逾期未修复的挖掘", "到期的挖掘全部修复并通过验收。", none_overdue),
)
TABLES: tuple[TableFigure, ...] = (
    TableFigure("permits.by_item", "许可办理情况（按事项）", ("事项", *(EVENTS[event].label for event in COLUMNS)), table_rows),
)  # fmt: skip
CHARTS: tuple[ChartFigure, ...] = (ChartFigure("permits.received_by_month", "各月收件", chart),)
