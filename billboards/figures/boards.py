"""Figures of the ledger: what stands at the end of a period, what came down by which mode. Unlike measures are never added."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet, Sum

from billboards.enums.boards import BoardKind, BoardStatus, Measure, RemovalMode
from billboards.figures.sources import Parts, Source, count_figure, days, fixed, listed, rate_figure, sum_figure
from billboards.models import Board, Removal, SafetyInspection
from config.charts import ChartData, Series
from config.figures import Claim, Figure, OverMonths, TableFigure
from config.periods import Period

STANDING = "期末在账（已登记、期末未拆除、未作废）的户外广告和招牌。"
TAKEN = "期内拆除（清理）、未作废的登记，含专项、案件和日常；"


# --- What stands --------------------------------------------------------------------------------------------------------


def standing_rows(cut: str, period: Period, parameter: str | None) -> QuerySet[Board]:
    rows = Board.objects.standing_on(period.end)
    return rows.filter(**{cut: parameter}) if cut and parameter is not None else rows


def standing_url(cut: str, period: Period, parameter: str | None) -> str:
    more = {cut: parameter} if cut and parameter is not None else {}
    return listed("board-list", on=period.end.isoformat(), **more)


def large_rows(period: Period, parameter: str | None) -> QuerySet[Board]:
    return standing_rows("", period, None).filter(is_large=True)


def large_url(period: Period, parameter: str | None) -> str:
    return listed("board-list", on=period.end.isoformat(), is_large="true")


def seen_rows(period: Period, parameter: str | None) -> QuerySet[Board]:
    looks = SafetyInspection.objects.recorded().filter(inspected_on__range=(period.start, period.end))
    return large_rows(period, None).filter(pk__in=looks.values("board"))


def seen_url(period: Period, parameter: str | None) -> str:
    return f"{large_url(period, None)}&{listed_days(period)}"


def listed_days(period: Period) -> str:
    return f"inspected_from={period.start.isoformat()}&inspected_to={period.end.isoformat()}"


def again_rows(period: Period, parameter: str | None) -> QuerySet[Board]:
    rows = Board.objects.recorded().filter(earlier__isnull=False)
    return rows.filter(registered_on__range=(period.start, period.end))


def again_url(period: Period, parameter: str | None) -> str:
    return listed("board-list", again="true", **days(period, "registered_from", "registered_to"))


def look_rows(period: Period, parameter: str | None) -> QuerySet[SafetyInspection]:
    return SafetyInspection.objects.recorded().filter(inspected_on__range=(period.start, period.end))


def look_url(period: Period, parameter: str | None) -> str:
    return listed("inspection-list", **days(period))


# --- What came down -----------------------------------------------------------------------------------------------------


def removal_rows(measure: str, period: Period, parameter: str | None) -> QuerySet[Removal]:
    rows = Removal.objects.recorded().filter(removed_on__range=(period.start, period.end))
    rows = rows.filter(measure=measure) if measure else rows
    return rows.filter(mode=parameter) if parameter is not None else rows


def removal_url(measure: str, period: Period, parameter: str | None) -> str:
    more: dict[str, Any] = {"measure": measure} if measure else {}
    if parameter is not None:
        more["mode"] = parameter
    return listed("removal-list", **days(period), **more)


def area_rows(period: Period, parameter: str | None) -> QuerySet[Removal]:
    return removal_rows("", period, parameter).filter(area__gt=0)


def area_url(period: Period, parameter: str | None) -> str:
    return f"{removal_url('', period, parameter)}&measured=true"


def flawed_rows(period: Period, parameter: str | None) -> QuerySet[Removal]:
    return removal_rows("", period, None).exclude(flaw="")


def flawed_url(period: Period, parameter: str | None) -> str:
    return f"{removal_url('', period, None)}&flawed=true"


def of_measure(measure: Measure) -> Source:
    return Source(partial(removal_rows, measure.value), partial(removal_url, measure.value))


LARGE = count_figure(
    "large",
    "大型户外广告和招牌",
    "块",
    f"{STANDING}其中按认定规则为大型的，含大型招牌。",
    Source(large_rows, large_url),
    over_months=OverMonths.LAST,
)
INSPECTED = count_figure("large_inspected", "已检查的大型户外广告和招牌", "块",
                         f"{STANDING}其中大型、期内登记过安全检查的。", Source(seen_rows, seen_url),
                         over_months=OverMonths.NOTHING)  # fmt: skip
MODES = fixed(RemovalMode.choices)
FIGURES: tuple[Figure, ...] = (
    count_figure("inventory", "在账户外广告", "块", STANDING, Source(partial(standing_rows, ""), partial(standing_url, "")),
                 over_months=OverMonths.LAST),
    count_figure(
        "inventory_by_status", "在账户外广告（按状态）", "块", f"{STANDING}状态为查询时的状态；期末之后拆除的列在“已拆”。",
        Source(partial(standing_rows, "status"), partial(standing_url, "status")),
        choices=fixed(BoardStatus.choices), parts=Parts("status"), part_of="billboards.inventory", over_months=OverMonths.LAST,
    ),
    count_figure(
        "inventory_by_kind", "在账户外广告（按类型）", "块", STANDING,
        Source(partial(standing_rows, "kind"), partial(standing_url, "kind")),
        choices=fixed(BoardKind.choices), parts=Parts("kind"), part_of="billboards.inventory", over_months=OverMonths.LAST,
    ),
    sum_figure("inventory_area", "在账户外广告面积", "㎡", STANDING,
               Source(partial(standing_rows, ""), partial(standing_url, "")), field="area", decimals=2, over_months=OverMonths.LAST),
    LARGE,
    INSPECTED,
    rate_figure("inspection_coverage", "大型户外广告和招牌检查率", "期内检查过的大型设施÷期末在账的大型设施。", part=INSPECTED, whole=LARGE),
    count_figure("inspections", "安全检查", "次", "期内登记、未作废的安全检查。", Source(look_rows, look_url)),
    count_figure("re_erected", "拆后重立", "块", "期内登记、拆除后又重新设置的。", Source(again_rows, again_url)),
    sum_figure("removed", "拆除户外广告", "块", f"{TAKEN}只计以块计的。", of_measure(Measure.PIECE), field="quantity"),
    sum_figure("removed_by_mode", "拆除户外广告（按方式）", "块", f"{TAKEN}只计以块计的；自行、协助、强制等方式分开。",
               of_measure(Measure.PIECE), field="quantity", choices=MODES, parts=Parts("mode"), part_of="billboards.removed"),
    sum_figure("removed_area", "拆除面积", "㎡", f"{TAKEN}登记了面积的。", Source(area_rows, area_url), field="area", decimals=2),
    sum_figure("removed_area_by_mode", "拆除面积（按方式）", "㎡", f"{TAKEN}登记了面积的。", Source(area_rows, area_url),
               field="area", decimals=2, choices=MODES, parts=Parts("mode"), part_of="billboards.removed_area"),
    sum_figure("banners", "清理横幅、条幅", "条", f"{TAKEN}只计以条计的。", of_measure(Measure.BANNER), field="quantity"),
    sum_figure("sites", "清理占道、乱贴等", "处", f"{TAKEN}只计以处计的。", of_measure(Measure.SITE), field="quantity"),
    count_figure("removals_flawed", "有程序瑕疵的拆除", "次", f"{TAKEN}早于最早可强制日期的强制拆除、没有书面同意的协助拆除。",
                 Source(flawed_rows, flawed_url)),
)  # fmt: skip


def status_table(period: Period) -> list[list[tuple[str, str]]]:
    """Kinds by status, as far as there are any."""
    rows = []
    for kind, label in BoardKind.choices:
        found = standing_rows("kind", period, kind)
        if not found.exists():
            continue
        url = standing_url("kind", period, kind)
        cells = [(str(label), ""), (str(found.count()), url)]
        cells += [
            (str(found.filter(status=status).count()), f"{url}&status={status}") for status in BoardStatus.STANDING
        ]
        rows.append(cells)
    return rows


def mode_chart(period: Period) -> ChartData:
    found = dict(removal_rows(Measure.PIECE, period, None).order_by().values_list("mode").annotate(n=Sum("quantity")))
    return ChartData(
        title="拆除户外广告（按方式）",
        categories=tuple(str(label) for _, label in RemovalMode.choices),
        series=(Series("拆除", tuple(Decimal(found.get(mode, 0)) for mode in RemovalMode.values)),),
        unit="块",
    )


STATUS_HEAD = ("类型", "在账（块）", *(f"{BoardStatus(status).label}（块）" for status in BoardStatus.STANDING))
TABLES: tuple[TableFigure, ...] = (
    TableFigure("billboards.inventory", "户外广告台账（按类型和状态）", STATUS_HEAD, status_table),
)
CHARTS: tuple[Any, ...] = ()
CLAIMS: tuple[Claim, ...] = ()
