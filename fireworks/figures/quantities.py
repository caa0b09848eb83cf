"""Publicity, media, seizures and destruction as figures: each in its own measure, nothing added across; tonnes from weights only."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from urllib.parse import urlencode

from django.db.models import QuerySet, Sum

from config.figures import Derivation, Figure, Kind, TableFigure, Value
from config.periods import Period
from config.tables import exact
from fireworks import tally
from fireworks.enums import (
    PUBLICITY_MEASURES,
    Measure,
    MediaLevel,
    PublicityKind,
    WeightBasis,
)
from fireworks.figures.sources import (
    Source,
    count_figure,
    days,
    fixed,
    listed,
    sum_figure,
)
from fireworks.models import Destruction, MediaItem, PublicityEntry, SeizureLot

# --- Publicity --------------------------------------------------------------------------------------------------------


def publicity_rows(kind: str, period: Period, parameter: str | None = None) -> QuerySet[PublicityEntry]:
    rows: QuerySet[PublicityEntry] = PublicityEntry.objects.recorded()
    return rows.filter(kind=kind, held_on__range=(period.start, period.end))


def publicity_value(kind: str, period: Period, parameter: str | None = None) -> Value:
    return Value(tally.publicity_sums(period).get(kind, Decimal(0)))


def publicity_url(kind: str, period: Period, parameter: str | None = None) -> str:
    return listed("publicity-list", kind=kind, **days(period))


PUBLICITY_KEYS = {
    PublicityKind.BOARD: "boards",
    PublicityKind.BANNER: "banners",
    PublicityKind.LEAFLET: "leaflets",
    PublicityKind.NOTICE: "notices",
    PublicityKind.SCREEN: "screens",
    PublicityKind.VEHICLE: "sound_vehicles",
    PublicityKind.MESSAGE: "messages",
    PublicityKind.VISIT: "visits",
    PublicityKind.PLEDGE: "pledges",
}


def publicity_figure(kind: PublicityKind, key: str) -> Figure:
    measure = PUBLICITY_MEASURES[kind]
    return sum_figure(
        key,
        str(kind.label),
        measure,
        f"期内登记、未作废的{kind.label}数量之和，按{measure}计；不与其他形式相加。",
        Source(partial(publicity_rows, kind), partial(publicity_url, kind)),
        value=partial(publicity_value, kind),
        style="万" if kind == PublicityKind.LEAFLET else "准确",
    )


def media_rows(period: Period, parameter: str | None) -> QuerySet[MediaItem]:
    rows: QuerySet[MediaItem] = MediaItem.objects.recorded().filter(published_on__range=(period.start, period.end))
    return rows if parameter is None else rows.filter(level=parameter)


def media_value(period: Period, parameter: str | None) -> Value:
    counts = tally.media_counts(period)
    return Value(sum(counts.values(), Decimal(0)) if parameter is None else counts.get(parameter, Decimal(0)))


def media_url(period: Period, parameter: str | None) -> str:
    return listed("media-list", **days(period), **({"level": parameter} if parameter else {}))


# --- Seizures and destruction -----------------------------------------------------------------------------------------


def lot_rows(period: Period, parameter: str | None) -> QuerySet[SeizureLot]:
    rows: QuerySet[SeizureLot] = SeizureLot.objects.recorded().filter(seized_on__range=(period.start, period.end))
    return rows if parameter is None else rows.filter(measure=parameter)


def lot_url(period: Period, parameter: str | None) -> str:
    return listed("lot-list", **days(period), **({"measure": parameter} if parameter else {}))


def seized_value(period: Period, parameter: str | None) -> Value:
    if parameter is None:
        return Value(reason="收缴数量只能按计量单位合计：箱、件、千克等不相加。")
    return Value(tally.lot_sums(period).get(parameter, Decimal(0)))


def destruction_rows(period: Period, parameter: str | None) -> QuerySet[Destruction]:
    rows: QuerySet[Destruction] = Destruction.objects.recorded()
    return rows.filter(destroyed_on__range=(period.start, period.end))


def destruction_url(period: Period, parameter: str | None) -> str:
    return listed("destruction-list", **days(period))


def weighed_rows(period: Period, parameter: str | None) -> QuerySet[Destruction]:
    return destruction_rows(period, None).filter(weight_kg__isnull=False)


def weighed_url(period: Period, parameter: str | None) -> str:
    return listed("destruction-list", weighed="true", **days(period))


def destruction_value(of: str, period: Period, parameter: str | None) -> Value:
    return Value(Decimal(getattr(tally.destruction_sums(period), of)))


def tonnes_value(period: Period, parameter: str | None) -> Value:
    found = tally.destruction_sums(period)
    if not found.weighed:
        return Value(reason="期内没有称重或估算的销毁；重量不由箱数、件数折算。")
    return Value(found.kilograms / 1000)


def tonnes_derivation(period: Period, parameter: str | None) -> Derivation:
    parts = []
    for basis, label in WeightBasis.choices:
        total = weighed_rows(period, None).filter(weight_basis=basis).aggregate(kg=Sum("weight_kg"))["kg"]
        url = f"{weighed_url(period, None)}&{urlencode({'basis': basis})}"
        parts.append((str(label), f"{exact(total or Decimal(0)).normalize():f} 千克", url))
    return Derivation("各次销毁的重量（千克）之和 ÷ 1000；没有重量的不计。", parts)


def estimated_note(period: Period) -> str:
    """Whether part of the weight is an estimate, so that the text must say 约."""
    estimated = tally.destruction_sums(period).estimated
    return f"其中 {estimated} 次为估算，行文须写“约”。" if estimated else "全部为过磅。"


FIGURES: tuple[Figure, ...] = (
    *(publicity_figure(kind, key) for kind, key in PUBLICITY_KEYS.items()),
    count_figure("media_items", "媒体报道", "篇", "期内发布、未作废的媒体报道，一行一篇（条、期）。", Source(media_rows, media_url),
                 value=media_value),
    count_figure("media_items_by_level", "媒体报道（按级别）", "篇", "期内发布、未作废的媒体报道。", Source(media_rows, media_url),
                 choices=fixed(MediaLevel.choices), part_of="fireworks.media_items", value=media_value),
    count_figure("seizures", "收缴批次", "批", "期内收缴、未作废的批次。", Source(lot_rows, lot_url)),
    sum_figure("seized", "收缴数量（按计量单位）", "", "期内收缴、未作废的数量之和，按各自的计量单位，不折算、不相加。", Source(lot_rows, lot_url),
               choices=fixed(Measure.choices), value=seized_value),
    count_figure("destructions", "集中销毁", "次", "期内未作废的集中销毁。", Source(destruction_rows, destruction_url),
                 value=partial(destruction_value, "count")),
    sum_figure("destruction_vehicles", "销毁车数", "车", "期内未作废的集中销毁所用车数之和。", Source(destruction_rows, destruction_url),
               value=partial(destruction_value, "vehicles")),
    sum_figure("destroyed_kg", "销毁重量", "千克", "期内过磅或估算的销毁重量之和；没有重量的不计，不由箱数、件数折算。", Source(weighed_rows, weighed_url),
               value=partial(destruction_value, "kilograms"), scope_note=estimated_note),
    Figure(key="fireworks.destroyed_tonnes", label="销毁吨数", unit="吨", kind=Kind.NUMBER, decimals=1, style="约",
           definition="期内过磅或估算的销毁重量之和，以吨计。", value=tonnes_value, url=weighed_url,
           rows=weighed_rows, derive=tonnes_derivation, scope_note=estimated_note),
)  # fmt: skip


def publicity_table(period: Period) -> list[list[tuple[str, str]]]:
    rows = []
    for kind in PublicityKind:
        number = tally.publicity_sums(period).get(kind, Decimal(0))
        rows.append(
            [(str(kind.label), ""), (f"{number:f}", publicity_url(kind, period)), (PUBLICITY_MEASURES[kind], "")]
        )
    return rows


TABLES = (
    TableFigure("fireworks.publicity", "禁炮宣传情况", ("形式", "数量", "计量单位"), publicity_table, total=False),
)
