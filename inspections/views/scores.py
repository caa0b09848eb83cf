"""Scores: the units of a month or a longer period, ranked; and how one unit's score was arrived at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.charts import ChartData, Series, line_chart
from config.periods import Period
from config.tables import Column, Table, render_table
from inspections.bulletin_paper import printed
from inspections.checksheet import sheet_of
from inspections.composite import Component
from inspections.enums import AreaType
from inspections.filters.scores import period_of
from inspections.league import UnitPeriod, begun_months, is_whole_year, period_scores, stand_month, stand_period
from inspections.models import Bulletin, BulletinLine, ComponentInput
from inspections.month import MonthReader, UnitMonth, month_scores
from inspections.permissions import visible_units
from inspections.scoring import shown
from inspections.standings import Standing
from staff.exports import ListExport, register_export
from staff.models import RankingGroup, Unit
from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_SCORES, raise_exception=True)


def is_month(period: Period) -> bool:
    return "~" not in period.key and len(period.months()) == 1


def two_places(score: Decimal | None) -> Decimal | None:
    return None if score is None else shown(score)


def rank_words(standing: Standing[Any]) -> str:
    if standing.score is None:
        return "无数据"
    if standing.rank is None:
        return "不排名"
    return f"{standing.rank}（并列）" if standing.tied else str(standing.rank)


def base_columns() -> list[Column]:
    return [
        Column("unit", "单位", value=lambda s: s.entrant.unit.label, phone="primary"),
        Column("group", "排名组", value=lambda s: RankingGroup(s.group).label, phone="hidden"),
        Column("rank", "名次", value=rank_words, align="end", phone="primary"),
    ]


def component_column(component: Component) -> Column:
    return Column(
        component.value,
        component.label,
        value=lambda s: two_places(s.entrant.components[component]),
        unit="分",
        phone="hidden",
        format=printed,
    )


def month_columns() -> list[Column]:
    return [
        *base_columns(),
        Column("score", "综合得分", value="score", sort="score", unit="分", phone="secondary", format=printed),
        *(component_column(component) for component in Component),
        Column("bonus", "加分", value=lambda s: s.entrant.bonus or None, unit="分", phone="hidden"),
        Column("confirmed", "申诉成立则为", value="entrant.confirmed_score", unit="分", format=printed),
        Column("held", "待定扣分", value=lambda s: s.entrant.held or None, unit="分", phone="hidden"),
        Column("findings", "问题", value=lambda s: len(s.entrant.lines), unit="件", phone="secondary"),
        Column("late", "逾期", value="entrant.late", unit="件", phone="secondary"),
        Column(
            "visits", "检查（计划/实际）", value=lambda s: f"{s.entrant.planned}/{s.entrant.visited}", optional=True
        ),
    ]


class LinkedScore(Decimal):
    """A month's score as printed, with the address of its derivation; a number still, for order and export."""

    url: str = ""


def linked(standing: Standing[UnitPeriod], month: str) -> LinkedScore | None:
    score = two_places(standing.entrant.months.get(month))
    if score is None:
        return None
    found = LinkedScore(score)
    found.url = score_url(month, standing.entrant.unit.pk)
    return found


def open_check_words(standing: Standing[UnitPeriod]) -> str | None:
    return "、".join(printed(score) for score in standing.entrant.open_checks) or None


def period_columns(period: Period) -> list[Column]:
    def of(month: str) -> Column:
        return Column(
            f"m{month}",
            f"{int(month[5:])}月",
            value=lambda s: linked(s, month),
            align="end",
            template="inspections/_linked_score_cell.html",
        )

    columns = [*base_columns(), *(of(month) for month in begun_months(period))]
    columns.append(Column("open_checks", "季度明查", value=open_check_words, align="end", optional=True))
    if is_whole_year(period):
        columns.append(Column("innovation", "创新工作", value="entrant.innovation", unit="分", phone="hidden"))
    return [
        *columns,
        Column("score", "得分", value="score", sort="score", unit="分", phone="secondary", format=printed),
    ]


def standings_of(period: Period) -> list[Standing[Any]]:
    if is_month(period):
        return list(stand_month(month_scores(period.key)))
    return list(stand_period(period_scores(period)))


def score_table(request: HttpRequest) -> Table:
    """The ranking that the address names; units that do not see all see their own line, ranked among all."""
    if not request.user.has_perm(Perms.VIEW_SCORES):
        raise PermissionDenied
    period = period_of(request).chosen
    own = visible_units(request.user)
    rows = [each for each in standings_of(period) if own is None or each.entrant.unit.pk in own]
    month = is_month(period)
    return Table(
        columns=month_columns() if month else period_columns(period),
        rows=rows,
        request=request,
        name="scores" if month else "period-scores",
        caption=f"{period.label}单位得分",
        row_url=lambda s: score_url(period.key if month else last_month(period), s.entrant.unit.pk),
        row_tone=lambda s: "muted" if s.score is None else "",
        export_url=reverse("staff:export", args=[SCORE_EXPORT.key]),
        empty="没有可看的单位。被考评单位在“基础数据 → 单位”里登记。",
    )


def last_month(period: Period) -> str:
    return (begun_months(period) or period.months())[-1]


def score_url(month: str, unit: int) -> str:
    return reverse("inspections:score-detail", args=[month, unit])


SCORE_EXPORT = register_export(ListExport("inspections.scores", "单位得分", score_table))


@require_GET
@VIEW
def score_list(request: HttpRequest) -> HttpResponse:
    form, table = period_of(request), score_table(request)
    period = form.chosen
    rows = [each.entrant for each in table.source]
    context = {
        "form": form,
        "period": period,
        "table": table,
        "is_month": is_month(period),
        "bulletin": standing_bulletin(period),
        "notes": notes_of(rows) if is_month(period) else year_notes(rows),
        "charts": trends(period, request),
    }
    return render_table(request, "inspections/score_list.html", context)


def standing_bulletin(period: Period) -> Bulletin | None:
    return Bulletin.objects.standing().filter(month=period.key).first() if is_month(period) else None


def notes_of(rows: list[UnitMonth]) -> list[str]:
    """What the reader has to know of the month: components without data, scaled deductions, running appeals."""
    scored = [row for row in rows if row.composite is not None]
    without: dict[str, list[str]] = {}
    for component in Component:
        units = [row.unit.label for row in scored if component in row.composite.missing]  # type: ignore[union-attr]
        if units:
            who = "各单位" if len(units) == len(scored) else "、".join(units)
            without.setdefault(who, []).append(str(component.label))
    notes = [f"{who}没有{'、'.join(names)}数据，没有计入，其余各项按权重折算。" for who, names in without.items()]
    notes += [f"{row.unit.label}{row.exposure_note}" for row in scored if row.exposure_note]
    if any(row.held_lines for row in scored):
        notes.append("有扣分正在申诉：名次按扣分计入排列，“申诉成立则为”一列是全部申诉成立时的得分。")
    return notes


def year_notes(rows: list[UnitPeriod]) -> list[str]:
    """Whose year is the mean of its months alone."""
    without = [row.unit.label for row in rows if row.is_year and row.mean is not None and row.innovation is None]
    if not without:
        return []
    who = "各单位" if len(without) == len(rows) else "、".join(without)
    return [f"{who}没有创新工作得分，全年得分暂为各月平均。"]


def trends(period: Period, request: HttpRequest) -> list[tuple[Any, ChartData]]:
    """The year's months so far as lines, a chart a group; the months that the period names are among them."""
    year, own = Period.year(period.end.year), visible_units(request.user)
    months = begun_months(year, min(period.end, timezone.localdate()))
    rows = [row for row in period_scores(year) if own is None or row.unit.pk in own]
    charts = []
    for group in RankingGroup:
        lines = [row for row in rows if row.unit.ranking_group == group and row.exact is not None]
        if group and lines and len(months) > 1:
            data = ChartData(
                title=f"{group.label}各月得分（{year.label}）",
                categories=tuple(f"{int(month[5:])}月" for month in months),
                series=tuple(
                    Series(row.unit.label, tuple(two_places(row.months.get(month)) for month in months))
                    for row in lines
                ),
                unit="分",
            )
            charts.append((line_chart(data), data))
    return charts


# ---- How a score was arrived at ------------------------------------------------------------------


@require_GET
@VIEW
def score_detail(request: HttpRequest, month: str, unit: int) -> HttpResponse:
    """Every step of one unit's month, from the findings' lines to the composite."""
    row = unit_month(request, month, unit)
    sheet = sheet_of(row)
    daily = row.daily
    limits = {item.code: item for item in (*row.items, *row.beyond)}
    names = {line.finding.item.code: line.finding.item.name for line in sheet.lines}
    spent = [each for each in daily.items if each.raw] if daily else []
    line = printed_line(month, unit)
    context = {
        "row": row,
        "sheet": sheet,
        "daily": daily,
        "period": Period.parse(month),
        "spent": [(each, limits[each.code], names.get(each.code, "")) for each in spent],
        "beyond": "、".join(sorted(item.code for item in row.beyond)),
        "components": component_rows(row),
        "check_areas": monthly_rows(row),
        "line": line,
        "drifted": line is not None and line.score != row.score,
        "others": [(each, score_url(month, each.pk)) for each in sibling_units(request, row)],
        "months": month_links(month, lambda key: score_url(key, unit)),
        "standing": next((s for s in stand_month(month_scores(month)) if s.entrant.unit.pk == unit), None),
        "rules": row.rules,
    }
    return render(request, "inspections/score_detail.html", context)


def unit_month(request: HttpRequest, month: str, unit: int) -> UnitMonth:
    """404 for a month that is none, a unit that is not assessed in it, and somebody else's unit."""
    own = visible_units(request.user)
    if not is_month_key(month) or (own is not None and unit not in own):
        raise Http404
    get_object_or_404(Unit.objects.assessed(), pk=unit)
    rows = MonthReader([month], units=[unit]).of(month)
    if not rows:
        raise Http404
    return rows[0]


def is_month_key(key: str) -> bool:
    try:
        return is_month(Period.parse(key))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """A component with its score, its weight by the rules and as used, what it brings, and the input it came from."""

    component: Component
    score: Decimal | None
    weight: Decimal
    used: Decimal | None
    part: Decimal | None
    input: ComponentInput | None


def component_rows(row: UnitMonth) -> list[ComponentRow]:
    used = row.composite.weights if row.composite else {}
    return [
        ComponentRow(
            component,
            row.components[component],
            row.rules.weights[component],
            used.get(component),
            row.weighted(component),
            row.inputs.get(component.value),
        )
        for component in Component
    ]


def monthly_rows(row: UnitMonth) -> list[tuple[str, Decimal, list[Decimal]]]:
    """Area type, coefficient, the points' scores."""
    areas: dict[str, list[Decimal]] = {}
    for point in row.sampled:
        areas.setdefault(point.area, []).append(max(Decimal(0), 100 - point.deducted))
    known = row.rules.scoring.area_coefficients
    return [(str(AreaType(area).label), known[area], scores) for area, scores in areas.items()]


def printed_line(month: str, unit: int) -> BulletinLine | None:
    """What the standing bulletin prints of the unit."""
    lines = BulletinLine.objects.filter(unit=unit, bulletin__in=Bulletin.objects.standing().filter(month=month))
    return lines.select_related("bulletin").first()


def sibling_units(request: HttpRequest, row: UnitMonth) -> list[Unit]:
    own = visible_units(request.user)
    units = Unit.objects.assessed().active_on(Period.parse(row.month).end).exclude(pk=row.unit.pk).order_by("order")
    return [unit for unit in units if own is None or unit.pk in own]


def month_links(month: str, address: Callable[[str], str]) -> list[tuple[str, str]]:
    """The month before and, once it has begun, the one after: label and address."""
    period = Period.parse(month)
    after = Period.between(period.end, period.end).months()[0]
    year, number = int(after[:4]), int(after[5:])
    following = Period.month(year + number // 12, number % 12 + 1)
    found = [("上月", period.preceding())]
    if following.start <= timezone.localdate():
        found.append(("下月", following))
    return [(f"{words}：{each.label}", address(each.key)) for words, each in found]
