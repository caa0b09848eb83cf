"""The assessment's figures: the only numbers about findings that the summary may print.

Every count of a period comes from one grouped query (`tally`); the address of a figure opens the list with the same
conditions, and a test walks all of them. Counts go by the lead unit, so that parts add up to their whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from config.charts import ChartData, Series
from config.figure_sources import list_url
from config.figures import ChartFigure, Claim, Figure, Kind, OverMonths, TableFigure, Value, remembered
from config.periods import Period, a_year_before
from inspections.enums import AreaType
from inspections.models import Category, Finding, Item, StandardVersion
from inspections.tally import (
    CUT,
    CUTS,
    MEASURES,
    Cut,
    category_choices,
    found_in,
    item_choices,
    items_by_id,
    same_last_year,
    sums_by,
    tally,
    unit_choices,
    until,
)
from staff.models import Unit, UnitKind

ASSESSED_STREETS = (UnitKind.STREET, UnitKind.MANAGEMENT_OFFICE)


def standard_at(period: Period) -> StandardVersion | None:
    return remembered(("inspections.standard", period), lambda: StandardVersion.objects.in_force_on(period.end))


def findings_url(period: Period, **more: str) -> str:
    query = {"found_from": period.start.isoformat(), "found_to": period.end.isoformat(), **more}
    return list_url("inspections:finding-list", **query)


def counted(measure: str, cut: Cut | None, period: Period, parameter: str | None) -> Value:
    sums = sums_by(cut if parameter is not None else None, period)
    return Value(Decimal(sums.get(parameter or "", {}).get(measure, 0)))


def rows_of(measure: str, cut: Cut | None, period: Period, parameter: str | None) -> QuerySet[Finding]:
    rows = found_in(period).filter(MEASURES[measure].condition(until(period)))
    if cut is None or parameter is None:
        return rows
    return rows.filter(**{cut.lookup: parameter})


def address(measure: str, cut: Cut | None, period: Period, parameter: str | None) -> str:
    more = dict(MEASURES[measure].address(period))
    if cut is not None and parameter is not None:
        more[cut.parameter] = parameter
    return findings_url(period, **more)


def count_figure(
    key: str, label: str, definition: str, measure: str, *, cut: Cut | None = None, part_of: str = ""
) -> Figure:
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit="件",
        definition=definition,
        kind=Kind.COUNT,
        value=partial(counted, measure, cut),
        rows=partial(rows_of, measure, cut),
        url=partial(address, measure, cut),
        choices=cut.choices if cut else None,
        earlier=a_year_before if cut and cut.name == "month" else None,
        part_of=part_of,
        style="余" if measure == "all" and cut is None else "准确",
    )


DEFINITIONS = {
    "all": ("findings", "查找案件", "期内发现、未作废的考评问题；反复的计入，同一问题销号前再次发现的不另计。"),
    "closed": ("closed", "已整改案件", "期内发现、未作废，已复查销号的考评问题。"),
    "open": ("open", "未销号案件", "期内发现、未作废，尚未销号的考评问题；挂账和只扣分的另计。"),
    "shelved": ("shelved", "挂账案件", "期内发现、未作废，一时无法整改而挂账的考评问题，不计入应整改。"),
    "deducted": ("deducted", "只扣分案件", "期内发现、未作废，只扣分、不交办整改的考评问题，不计入应整改。"),
    "due": ("due", "应整改案件", "期内发现、未作废、未挂账，整改期限（自交办送达起算）在截止时刻前已到的考评问题。"),
    "on_time": ("on_time", "按期整改案件", "应整改案件中，已销号且在期限内反馈的；未经反馈销号的看销号时间。"),
    "overdue": ("overdue", "逾期案件", "应整改案件中，到期未反馈或逾期才反馈的；未经反馈销号的看销号时间。"),
    "recurrences": ("recurrences", "反复案件", "销号后规定天数内，同一单位、同一小项、同一地点再次发现的考评问题。"),
    "severe": ("severe", "严重情形案件", "按考评标准属于严重情形的考评问题。"),
}


def count_figures() -> list[Figure]:
    figures = []
    for measure, (key, label, definition) in DEFINITIONS.items():
        figures.append(count_figure(key, label, definition, measure))
        figures += [
            count_figure(
                f"{key}_by_{cut.name}",
                f"{label}（按{cut.label}）",
                definition,
                measure,
                cut=cut,
                part_of=f"inspections.{key}",
            )
            for cut in CUTS
        ]
    return figures


def rate(numerator: str, denominator: str, period: Period, parameter: str | None) -> Value:
    over = counted(denominator, None, period, None).number or Decimal(0)
    if over == 0:
        return Value(reason="分母为 0，无法计算。")
    under = counted(numerator, None, period, None).number or Decimal(0)
    return Value(under / over * 100, numerator=under, denominator=over)


def rate_figure(key: str, label: str, definition: str, numerator: str, denominator: str) -> Figure:
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit="%",
        definition=definition,
        kind=Kind.RATE,
        value=partial(rate, numerator, denominator),
        url=partial(address, numerator, None),
        numerator=f"inspections.{DEFINITIONS[numerator][0]}",
        denominator=f"inspections.{DEFINITIONS[denominator][0]}",
        decimals=2,
        style="百分比",
    )


def quantity(period: Period, parameter: str | None) -> Value:
    """Σ 数量 of one item; unlike units are never added, so there is no total over items."""
    if parameter is None:
        return Value(reason="数量只能按小项合计：各小项计量单位不同。")
    return counted("quantity", CUT["item"], period, parameter)


def months_covered(period: Period, parameter: str | None) -> Value:
    months = sorted({group.month for group in tally(period)})
    if not months:
        return Value(reason="期内没有考评问题。")
    first, last = int(months[0][5:]), int(months[-1][5:])
    return Value(text=f"{first}月" if first == last else f"{first}—{last}月")


def assessed_units(kinds: Sequence[str], period: Period, parameter: str | None) -> Value:
    units = Unit.objects.active_on(period.end).filter(kind__in=kinds)
    return Value(Decimal(units.count()))


def assessed_rows(kinds: Sequence[str], period: Period, parameter: str | None) -> QuerySet[Unit]:
    return Unit.objects.active_on(period.end).filter(kind__in=kinds)


def unit_figure(key: str, label: str, kinds: Sequence[str]) -> Figure:
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit="个",
        definition="期末有效的被考评单位。",
        kind=Kind.COUNT,
        value=partial(assessed_units, kinds),
        rows=partial(assessed_rows, kinds),
        url=lambda period, parameter: (
            f"{reverse('inspections:unit-list')}?{urlencode({'on': period.end.isoformat(), 'kind': list(kinds)}, doseq=True)}"
        ),
        over_months=OverMonths.LAST,
    )


def areas_covered(period: Period, parameter: str | None) -> Value:
    return Value(Decimal(len({group.area for group in tally(period)})))


def area_names(period: Period, parameter: str | None) -> Value:
    found = {group.area for group in tally(period)}
    names = [str(area.label) for area in AreaType if area.value in found]
    return Value(text="、".join(names)) if names else Value(reason="期内没有考评问题。")


def standard_count(of: str, period: Period, parameter: str | None) -> Value:
    version = standard_at(period)
    if version is None:
        return Value(reason="期末没有施行中的考评标准。")
    return Value(Decimal(standard_rows(of, period, parameter).count()))


def standard_rows(of: str, period: Period, parameter: str | None) -> QuerySet[Category] | QuerySet[Item]:
    version = standard_at(period)
    if of == "categories":
        return Category.objects.filter(version=version)
    return Item.objects.filter(category__version=version)


def standard_url(of: str, period: Period, parameter: str | None) -> str:
    version = standard_at(period)
    return f"{version.get_absolute_url()}?show={of}" if version else reverse("inspections:standard-list")


def standard_figure(key: str, label: str) -> Figure:
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit="个",
        definition="期末施行的考评标准；期内换版的，以最后一版为准。",
        kind=Kind.COUNT,
        value=partial(standard_count, key),
        rows=partial(standard_rows, key),
        url=partial(standard_url, key),
        over_months=OverMonths.LAST,
    )


def text_figure(
    key: str,
    label: str,
    definition: str,
    value: Callable[[Period, str | None], Value],
    *,
    kind: Kind = Kind.TEXT,
    unit: str = "",
) -> Figure:
    return Figure(
        key=f"inspections.{key}",
        label=label,
        unit=unit,
        definition=definition,
        kind=kind,
        value=value,
        url=lambda period, parameter: findings_url(period),
    )


FIGURES: tuple[Figure, ...] = (
    text_figure("months", "考评月份", "期内最早和最晚发现问题的月份。", months_covered),
    unit_figure("streets", "街道办事处（管理处）", ASSESSED_STREETS),
    unit_figure("squads", "城管中队", (UnitKind.SQUAD,)),
    text_figure("areas", "覆盖区域类型", "期内发现过问题的区域类型数。", areas_covered, kind=Kind.NUMBER, unit="类"),
    text_figure("area_names", "区域类型名称", "期内发现过问题的区域类型。", area_names),
    standard_figure("categories", "大项"),
    standard_figure("items", "小项"),
    *count_figures(),
    rate_figure("rectification_rate", "整改率", "已整改案件 ÷ 查找案件。", "closed", "all"),
    rate_figure("on_time_rate", "按期整改率", "按期整改案件 ÷ 应整改案件。", "on_time", "due"),
    Figure(
        key="inspections.quantity",
        label="问题数量（按小项）",
        unit="",
        definition="期内发现、未作废的考评问题登记的数量之和；各小项计量单位不同，不跨小项合计。",
        kind=Kind.SUM,
        value=quantity,
        rows=lambda period, parameter: found_in(period).filter(item__code=parameter),
        url=lambda period, parameter: findings_url(period, item=parameter or ""),
        choices=item_choices,
    ),
)


def by_category(period: Period) -> list[list[tuple[str, str]]]:
    """大项 | 查找 | 已整改 | 按期 | 逾期 | 反复, each cell with its address."""
    cut = CUT["category"]
    rows = []
    for code, name in category_choices():
        cells = [(name, "")]
        for measure in ("all", "closed", "on_time", "overdue", "recurrences"):
            number = counted(measure, cut, period, code).number
            cells.append((f"{number:f}", address(measure, cut, period, code)))
        rows.append(cells)
    return rows


def by_unit(period: Period) -> list[list[tuple[str, str]]]:
    cut = CUT["unit"]
    rows = []
    for pk, name in unit_choices():
        cells = [(name, "")]
        for measure in ("all", "closed", "overdue", "recurrences"):
            number = counted(measure, cut, period, pk).number
            cells.append((f"{number:f}", address(measure, cut, period, pk)))
        rows.append(cells)
    return rows


TABLES = (
    TableFigure(
        "inspections.by_category",
        "各大项查找案件及整改情况",
        ("大项", "查找案件（件）", "已整改（件）", "按期整改（件）", "逾期（件）", "反复（件）"),
        by_category,
    ),
    TableFigure(
        "inspections.by_unit",
        "各责任单位查找案件及整改情况",
        ("责任单位", "查找案件（件）", "已整改（件）", "逾期（件）", "反复（件）"),
        by_unit,
    ),
)


def category_chart(period: Period) -> ChartData:
    """This period beside the same one last year; while it runs, beside last year's up to the same day."""
    before = same_last_year(period)
    choices = category_choices()

    def numbers(of: Period) -> tuple[Decimal, ...]:
        return tuple(counted("all", CUT["category"], of, code).number or Decimal(0) for code, _ in choices)

    then: tuple[Decimal | None, ...] = numbers(before)
    if not any(then):  # no record at all: no data, which is no 0
        then = (None,) * len(then)
    return ChartData(
        title="各大项查找案件：本期与去年同期",
        categories=tuple(name for _, name in choices),
        series=(Series(period.label, numbers(period)), Series(before.label, then)),
        unit="件",
    )


CHARTS = (ChartFigure("inspections.by_category", "各大项查找案件与去年同期", category_chart),)


def every_month_assessed(period: Period) -> tuple[bool, str]:
    """Evidence for "每月考评": findings in every month that has begun."""
    begun = [month for month in period.months() if month <= timezone.localdate().strftime("%Y-%m")]
    found = {group.month for group in tally(period)}
    missing = [f"{int(month[5:])}月" for month in begun if month not in found]
    return not missing, f"{'、'.join(missing)}没有考评问题登记。" if missing else ""


def every_category_found(period: Period) -> tuple[bool, str]:
    version = standard_at(period)
    if version is None:
        return False, "期末没有施行中的考评标准。"
    found = {items_by_id()[group.item].category.code for group in tally(period)}
    missing = [category.name for category in version.categories.all() if category.code not in found]
    return not missing, f"{'、'.join(missing)}期内没有发现问题，请核对是否开展了检查。" if missing else ""


CLAIMS = (
    Claim("inspections.every_month", "每月开展考评", "坚持每月开展考评，做到月月有检查。", every_month_assessed),
    Claim("inspections.all_categories", "各大项均有覆盖", "检查覆盖考评标准全部大项。", every_category_found),
)
